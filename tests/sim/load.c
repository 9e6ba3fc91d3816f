#include "tests/sim/load.h"

#include "tests/sim/content.h"

#include <string.h>

enum { SMALL_BODY = 128, BIG_BODY = 8000, BURST_MAX = 60 };

static bool is_writing(const struct run *run, int node)
{
    return !run->world->node[node].down && !run->world->node[node].observer;
}

/* A kind that no version knows, in a well-formed body of about `size` bytes. */
static void write_raw(struct run *run, int node, size_t size)
{
    enum { HEAD = 2 + YS_BODY_SALT_LEN + 4 };
    static uint8_t body[HEAD + BIG_BODY] = {0x0a, YS_BODY_SALT_LEN};
    const struct node *const self = &run->world->node[node];
    const struct ys_signer *const by = &self->body[0];
    /* Field 199, a byte string with a length of two bytes. */
    const uint8_t field[4] = {0xba, 0x0c, (uint8_t)(0x80 | (size & 0x7f)), (uint8_t)(size >> 7)};
    struct scribe_record record;
    rng_fill(&run->rng, body + 2, YS_BODY_SALT_LEN);
    memcpy(body + 2 + YS_BODY_SALT_LEN, field, sizeof field);
    scribe_write_raw(&record, &self->origin, "kind_of_tomorrow", world_clock_s(run->world, node),
                     (struct ys_bytes){body, HEAD + size}, &by, 1);
    (void)world_write(run->world, node, &record);
}

void load_small(struct run *run, int node)
{
    if (is_writing(run, node))
        write_raw(run, node, SMALL_BODY + rng_below(&run->rng, 200));
}

/* Several messages of records, some of them large. */
static void burst(struct run *run, int node)
{
    const uint64_t count = 2 + rng_below(&run->rng, BURST_MAX);
    const bool big = rng_below(&run->rng, 2) == 0;
    run_tell(run, "%s writes %llu records", run->world->node[node].origin_text,
             (unsigned long long)count);
    for (uint64_t i = 0; i < count; i++)
        write_raw(run, node, big ? BIG_BODY : SMALL_BODY);
}

/* The issuer's record about the last body of `subject`: another key, or its end. */
static void change_membership(struct run *run)
{
    struct world *const w = run->world;
    const int subject = 1 + (int)rng_below(&run->rng, w->unit_count - 1);
    const int issuer = world_parent(w, subject);
    struct node *const about = &w->node[subject];
    const struct ys_signer *const by[2] = {&w->node[issuer].body[0],
                                           &about->body[about->body_count - 1]};
    struct scribe_record record;
    Yishi__V1__Body *body = NULL;
    if (!is_writing(run, issuer) || about->body_count < 2 || (run->revoked >> subject & 1) != 0)
        return;
    if (rng_below(&run->rng, 2) == 0) {
        struct ys_signer fresh;
        struct ys_name name;
        if (ys_name_parse(ys_bytes_of_text(by[1]->vkey.name), &name, NULL) != YS_OK)
            return;
        scribe_signer(&fresh, &run->rng, &name);
        body = scribe_body_register(&fresh.vkey, about->origin_text, 0);
    } else {
        run->revoked |= 1U << subject;
        body = scribe_key_revoke(&by[1]->vkey, about->origin_text,
                                 chain_size(&run->book[subject].own));
    }
    run->report->count[COUNT_MEMBER_CHANGES]++;
    run_tell(run, "%s changes a key of %s", w->node[issuer].origin_text, about->origin_text);
    scribe_write(&record, &run->rng, &w->node[issuer].origin, NULL, world_clock_s(w, issuer), body,
                 by, 2);
    (void)world_write(w, issuer, &record);
}

void load_one(struct run *run)
{
    const uint64_t what = rng_below(&run->rng, 20);
    int node = (int)rng_below(&run->rng, run->world->unit_count);
    if (run->rogue >= 0 && rng_below(&run->rng, 4) == 0)
        node = run->rogue; /* it has the most to say */
    if (!is_writing(run, node))
        return;
    if (what == 0 || (node == run->rogue && what > 15))
        burst(run, node);
    else if (what <= 2)
        change_membership(run);
    else if (what <= 5 && run_level(run, node) == LEVELS - 1 && !run_is_rogue(run, node))
        (what == 5 ? content_erase : content_propose)(run, node);
    else
        load_small(run, node);
}
