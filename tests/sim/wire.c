#include "tests/sim/wire.h"

#include "proto/wire.h"
#include "sync/session_state.h"
#include "tests/sim/rogue.h"

#include <stdio.h>
#include <string.h>

uint64_t wire_payload(const Yishi__V1__Entries *entries)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < entries->n_entries; i++) {
        const Yishi__V1__Entry *const entry = entries->entries[i];
        bytes += entry->note.len;
        if (entry->content_case == YISHI__V1__ENTRY__CONTENT_BODY)
            bytes += entry->body.len;
        else if (entry->content_case == YISHI__V1__ENTRY__CONTENT_TOMBSTONE)
            bytes += entry->tombstone.len;
    }
    return bytes;
}

static uint64_t durable_size(const struct run *run, int node, int owner)
{
    return node == owner ? chain_size(&run->book[owner].own) : run->holding[node][owner].durable;
}

/* --- heads --- */

/* A line of a witness under a head that `sender` passes on. */
static void check_line(struct run *run, int sender, int owner, uint64_t size,
                       const struct ys_note_line *line)
{
    for (int witness = 0; witness < (int)run->world->node_count; witness++) {
        const struct ys_vkey *const mirror = &run->world->node[witness].keys.mirror.vkey;
        const struct holding *const held = &run->holding[witness][owner];
        const uint64_t covered = witness == sender ? held->cosigned : held->cosigned_ever;
        if (mirror->id != line->key_id || !ys_bytes_is_text(line->name, mirror->name) ||
            run_is_rogue(run, witness))
            continue;
        if (size > covered)
            run_fail(run, "no receipt is given before it is durable",
                     "%s sends a cosignature of %s at size %llu of %s; durable is %llu",
                     run->world->node[sender].origin_text, mirror->name, (unsigned long long)size,
                     run->world->node[owner].origin_text, (unsigned long long)covered);
    }
}

static void check_head(struct run *run, int sender, struct ys_bytes bytes)
{
    struct ys_note note;
    struct ys_checkpoint head;
    const char *const name = run->world->node[sender].origin_text;
    if (ys_note_parse(bytes, &note, NULL) != YS_OK ||
        ys_checkpoint_parse(note.text, &head, NULL) != YS_OK)
        run_fail(run, "a node speaks its own format", "%s sends a head that is none", name);
    const int owner = run_owner(run, head.origin);
    if (owner < 0)
        run_fail(run, "a node speaks its own format", "%s sends a head of %s", name, head.origin);
    if (head.size > durable_size(run, sender, owner))
        run_fail(run, "no head is sent above what is durable",
                 "%s sends a head of %s of size %llu; durable is %llu", name, head.origin,
                 (unsigned long long)head.size,
                 (unsigned long long)durable_size(run, sender, owner));
    if (!run_was_signed(run, owner, head.size, &head.root))
        run_fail(run, "signed heads never contradict each other",
                 "%s sends a head of %s of size %llu over another tree than was signed", name,
                 head.origin, (unsigned long long)head.size);
    for (unsigned i = 0; i < note.line_count; i++)
        check_line(run, sender, owner, head.size, &note.line[i]);
}

/* What nobody has signed goes between a log's owner and its parent, and is what the owner wrote. */
static void check_tail(struct run *run, int child, int side, const char *origin,
                       const Yishi__V1__TreeHead *tail)
{
    const int owner = run_owner(run, origin);
    const int sender = run->world->link[child].node[side];
    struct ys_hash root;
    if (owner != child)
        run_fail(run, "what is unsigned goes between owner and parent", "%s speaks of that of %s",
                 run->world->node[sender].origin_text, origin);
    memcpy(root.bytes, tail->root.data, YS_HASH_LEN);
    if (tail->size > durable_size(run, sender, owner) ||
        (sender == owner && !chain_has_root(&run->book[owner].own, tail->size, &root)))
        run_fail(run, "what is unsigned is on its sender's disk", "%s tells of %llu entries of %s",
                 run->world->node[sender].origin_text, (unsigned long long)tail->size, origin);
}

static void check_heads(struct run *run, int child, int side, Yishi__V1__LogHead *const *heads,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (heads[i]->tail != NULL)
            check_tail(run, child, side, heads[i]->origin, heads[i]->tail);
        else
            check_head(run, run->world->link[child].node[side],
                       (struct ys_bytes){heads[i]->checkpoint.data, heads[i]->checkpoint.len});
    }
}

/* --- credit and ACK --- */

static void check_entries(struct run *run, int child, int side, const Yishi__V1__Entries *entries)
{
    struct account *const account = &run->account[child][side];
    const int sender = run->world->link[child].node[side];
    if (entries->tail != NULL)
        check_tail(run, child, side, entries->origin, entries->tail);
    else
        check_head(run, sender, ys_wire_view(&entries->checkpoint));
    if (account->under_way >= account->given)
        run_fail(run, "bytes under way never exceed the credit given",
                 "%s sends %llu bytes of %s; of %llu bytes of credit %llu are under way",
                 run->world->node[sender].origin_text, (unsigned long long)wire_payload(entries),
                 entries->origin, (unsigned long long)account->given,
                 (unsigned long long)account->under_way);
    account->under_way += wire_payload(entries);
    run->report->count[COUNT_CREDIT_USED_UP] += account->under_way >= account->given;
}

static void check_ack(struct run *run, int child, int side, const Yishi__V1__Ack *ack)
{
    struct account *const account = &run->account[child][side];
    const int sender = run->world->link[child].node[side];
    const int owner = run_owner(run, ack->origin);
    const char *const name = run->world->node[sender].origin_text;
    if (owner < 0 || ack->durable_size > durable_size(run, sender, owner))
        run_fail(run, "no ACK is given above what is durable",
                 "%s acknowledges %s up to %llu; durable is %llu", name, ack->origin,
                 (unsigned long long)ack->durable_size,
                 (unsigned long long)(owner < 0 ? 0 : durable_size(run, sender, owner)));
    account->acknowledged += ack->credit;
    if (account->acknowledged > account->received)
        run_fail(run, "credit is given back once", "%s gives back %llu bytes of the %llu received",
                 name, (unsigned long long)account->acknowledged,
                 (unsigned long long)account->received);
}

static void check_hello(struct run *run, int child, int side, const Yishi__V1__Hello *hello)
{
    const int sender = run->world->link[child].node[side];
    const int owner = run->world->link[child].node[1 - side];
    if (hello->yours->size > durable_size(run, sender, owner))
        run_fail(run, "no HELLO claims more than is durable", "%s claims %llu entries of %s",
                 run->world->node[sender].origin_text, (unsigned long long)hello->yours->size,
                 run->world->node[owner].origin_text);
}

/* --- observers --- */

static void check_told(struct run *run, int child, const char *origin)
{
    const struct link *const link = &run->world->link[child];
    const int owner = run_owner(run, origin);
    if (owner < 0 || !ys_division_related(&run->world->node[owner].origin.division, &link->reads))
        run_fail(run, "an observer is told of what it may read alone",
                 "%s tells it of %s, where it reads as %s",
                 run->world->node[link->node[PARENT_END]].origin_text, origin, link->reads.digits);
}

/* What its host says to it. */
static void check_observed(struct run *run, int child, const Yishi__V1__Message *message)
{
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_HEADS)
        for (size_t i = 0; i < message->heads->n_heads; i++)
            check_told(run, child, message->heads->heads[i]->origin);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_ENTRIES)
        check_told(run, child, message->entries->origin);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_CONTENT && !message->content->missing)
        check_told(run, child, message->content->origin);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_FORK)
        check_told(run, child, message->fork->origin);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_CONTENT_WANT)
        run_fail(run, "nothing is asked of an observer", "%s asks for an entry of %s",
                 run->world->node[run->world->link[child].node[PARENT_END]].origin_text,
                 message->content_want->origin);
}

/* --- messages --- */

/* The part of an origin in which nodes differ. */
static const char *code_of(const char *origin)
{
    const char *const slash = strchr(origin, '/');
    return slash == NULL ? origin : slash + 1;
}

static void name_head(const Yishi__V1__LogHead *head, char *text, size_t size)
{
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    if (head->tail != NULL)
        snprintf(text, size, " %s@%llu~", code_of(head->origin),
                 (unsigned long long)head->tail->size);
    else if (ys_note_parse((struct ys_bytes){head->checkpoint.data, head->checkpoint.len}, &note,
                           NULL) == YS_OK &&
             ys_checkpoint_parse(note.text, &checkpoint, NULL) == YS_OK)
        snprintf(text, size, " %s@%llu+%u", code_of(head->origin),
                 (unsigned long long)checkpoint.size, note.line_count - 1);
}

static void name_wants(const Yishi__V1__Want *want, char *text, size_t size)
{
    for (size_t i = 0; i < want->n_logs; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, size - used, " %s[%llu..", code_of(want->logs[i]->origin),
                 (unsigned long long)want->logs[i]->from_index);
    }
}

/* Which logs the message speaks of, and how far: 110105901@12+1 is a head with one line more than its
 * owner's, ~ marks what is unsigned. */
static void name_logs(const Yishi__V1__Message *message, char *text, size_t size)
{
    Yishi__V1__LogHead *const *heads = NULL;
    size_t count = 0;
    text[0] = '\0';
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_HEADS) {
        heads = message->heads->heads;
        count = message->heads->n_heads;
    } else if (message->kind_case == YISHI__V1__MESSAGE__KIND_COSIGNED) {
        heads = message->cosigned->heads;
        count = message->cosigned->n_heads;
    } else if (message->kind_case == YISHI__V1__MESSAGE__KIND_ENTRIES) {
        const Yishi__V1__Entries *const entries = message->entries;
        snprintf(text, size, " %s[%llu+%zu]", code_of(entries->origin),
                 (unsigned long long)entries->first_index, entries->n_entries);
    } else if (message->kind_case == YISHI__V1__MESSAGE__KIND_ACK) {
        snprintf(text, size, " %s@%llu", code_of(message->ack->origin),
                 (unsigned long long)message->ack->durable_size);
    }
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(text);
        name_head(heads[i], text + used, size - used);
    }
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_WANT)
        name_wants(message->want, text, size);
}

static void tell_message(struct run *run, int child, int side, const char *what,
                         const Yishi__V1__Message *message, size_t size)
{
    const struct link *const link = &run->world->link[child];
    char logs[120];
    name_logs(message, logs, sizeof logs);
    run_tell(run, "%s %s %s%s of %zu bytes (%s %s)",
             code_of(run->world->node[link->node[side]].origin_text), what,
             ys_message_name(message), logs, size, what[0] == 's' ? "to" : "from",
             code_of(run->world->node[link->node[1 - side]].origin_text));
}

static const Yishi__V1__Message *decode(struct run *run, struct ys_bytes bytes,
                                        struct ys_arena *arena)
{
    const Yishi__V1__Message *message = NULL;
    struct ys_err err = {0};
    ys_arena_init(arena, YS_MESSAGE_ARENA_MAX);
    if (ys_message_decode(bytes, arena, &message, &err) != YS_OK)
        run_fail(run, "a node speaks its own format", "%s", err.msg);
    return message;
}

static void check_sent(struct run *run, int child, int side, const Yishi__V1__Message *message)
{
    if (side == PARENT_END && world_is_observed(run->world, child))
        check_observed(run, child, message);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_HELLO)
        check_hello(run, child, side, message->hello);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_HEADS)
        check_heads(run, child, side, message->heads->heads, message->heads->n_heads);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_COSIGNED)
        check_heads(run, child, side, message->cosigned->heads, message->cosigned->n_heads);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_ENTRIES)
        check_entries(run, child, side, message->entries);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_ACK)
        check_ack(run, child, side, message->ack);
}

struct ys_bytes wire_sent(void *context, int child, int side, struct ys_bytes bytes)
{
    struct run *const run = context;
    struct ys_arena arena;
    const int sender = run->world->link[child].node[side];
    const Yishi__V1__Message *const message = decode(run, bytes, &arena);
    tell_message(run, child, side, "sends", message, bytes.size);
    if (run_is_rogue(run, sender))
        bytes = rogue_sends(run, bytes, message);
    else
        check_sent(run, child, side, message);
    ys_arena_clear(&arena);
    return bytes;
}

void wire_heard(void *context, int child, int side, struct ys_bytes bytes)
{
    struct run *const run = context;
    struct account *const account = &run->account[child][side];
    struct ys_arena arena;
    const Yishi__V1__Message *const message = decode(run, bytes, &arena);
    const struct link *const link = &run->world->link[child];
    tell_message(run, child, side, "hears", message, bytes.size);
    run->report->count[COUNT_MESSAGES]++;
    run->report->count[COUNT_LEFT_OVER] +=
        side == PARENT_END &&
        (link->session[CHILD_END] == NULL || link->at[PARENT_END] != link->at[CHILD_END]);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_WANT)
        account->given += message->want->credit;
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_ENTRIES)
        account->received += wire_payload(message->entries);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_ACK)
        account->under_way -=
            message->ack->credit < account->under_way ? message->ack->credit : account->under_way;
    ys_arena_clear(&arena);
}

void wire_began(void *context, int child, int side)
{
    struct run *const run = context;
    run->account[child][side] = (struct account){0};
    run->report->count[COUNT_CONNECTIONS]++;
}
