#include "tests/sim/rogue.h"

#include "tests/sim/disk.h"

#include <stdlib.h>

enum { SECOND_MAX = 40 };

/* Decoded messages are ours alone; their type says const. */
static uint8_t *mutable_bytes(const ProtobufCBinaryData *data)
{
    return data->data;
}

static void flip(struct run *run, const ProtobufCBinaryData *data)
{
    if (data->len != 0)
        mutable_bytes(data)[rng_below(&run->rng, data->len)] ^=
            (uint8_t)(1 + rng_below(&run->rng, 255));
}

static bool spoil_entries(struct run *run, const Yishi__V1__Entries *entries)
{
    Yishi__V1__Entry *const entry = entries->entries[rng_below(&run->rng, entries->n_entries)];
    switch (rng_below(&run->rng, 4)) {
    case 0:
        flip(run, &entry->body);
        return entry->content_case == YISHI__V1__ENTRY__CONTENT_BODY;
    case 1:
        if (entries->n_proof == 0)
            return false;
        flip(run, &entries->proof[rng_below(&run->rng, entries->n_proof)]);
        return true;
    default:
        flip(run, &entry->note);
        return true;
    }
}

static bool spoil(struct run *run, const Yishi__V1__Message *message)
{
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_ENTRIES)
        return spoil_entries(run, message->entries);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_HEADS && message->heads->n_heads != 0) {
        flip(run, &message->heads->heads[0]->checkpoint);
        return true;
    }
    return false;
}

struct ys_bytes rogue_sends(struct run *run, struct ys_bytes bytes,
                            const Yishi__V1__Message *message)
{
    const bool entries = message->kind_case == YISHI__V1__MESSAGE__KIND_ENTRIES;
    if (!run->spoils || rng_below(&run->rng, entries ? 2 : 8) != 0 || !spoil(run, message))
        return bytes;
    free(run->spoilt);
    struct ys_writer w = {.capacity = YS_MESSAGE_MAX};
    run->spoilt = w.data = malloc(w.capacity);
    if (w.data == NULL)
        abort();
    if (ys_message_encode(message, &w) != YS_OK)
        return bytes;
    run->report->count[COUNT_SPOILT]++;
    run_tell(run, "the rogue changes that message");
    return (struct ys_bytes){w.data, w.size};
}

void rogue_forks(struct run *run)
{
    run_tell(run, "the rogue begins a second history");
    run->forked = true;
    /* Shorter than the first or longer, and not only as long as it was once signed. */
    uint64_t most = chain_size(&run->book[run->rogue].own) + 2;
    most = most > SECOND_MAX ? SECOND_MAX : most;
    world_go_rogue(run->world, run->rogue, 1 + (unsigned)rng_below(&run->rng, most));
    disk_forked(run, run->rogue);
}
