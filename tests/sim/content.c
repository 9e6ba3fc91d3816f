#include "tests/sim/content.h"

#include "sync/erasure.h"

#include <string.h>

static void must(struct run *run, enum ys_code code, const struct ys_err *err)
{
    if (code != YS_OK)
        run_fail(run, "a store can be read", "%s: %s", ys_code_name(code), err->msg);
}

static struct ys_txn *begin(struct run *run, int node, bool write)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    must(run, ys_store_begin(run->world->node[node].store, write, &txn, &err), &err);
    return txn;
}

static bool find_log(struct run *run, struct ys_txn *txn, int owner, struct ys_log *out)
{
    struct ys_err err = {0};
    const enum ys_code code = ys_log_find(txn, run->world->node[owner].origin_text, out, &err);
    if (code != YS_NOT_FOUND)
        must(run, code, &err);
    return code == YS_OK;
}

/* The id of the entry's record; false when it changes membership, which is told truly. */
static bool identify(const struct ys_entry *entry, struct ys_hash *id)
{
    struct ys_bytes text;
    struct ys_bytes name;
    if (!ys_note_peek(entry->note, &text, &name))
        return false;
    const struct ys_kind *const kind = ys_kind_by_name(name);
    ys_record_id(text, id);
    return kind == NULL || !kind->membership;
}

/* Is this record erased by a redaction in effect at whoever's store this is? */
static bool in_effect(struct run *run, struct ys_txn *txn, const struct ys_hash *id)
{
    struct ys_erasure row;
    struct ys_err err = {0};
    bool found = false;
    enum ys_code code = ys_erasure_of(txn, id, &row, &err);
    while (code == YS_OK && ys_hash_equal(&row.target, id)) {
        found = found || row.state == YS_ERASURE_IN_EFFECT;
        code = ys_erasure_next(txn, &row, &row, &err);
    }
    if (code != YS_NOT_FOUND)
        must(run, code, &err);
    return found;
}

/* --- a street that lies --- */

/* One entry in the street's own store, so that all that it does goes by it. */
static void forget(struct run *run, int street, int owner, bool buried)
{
    static const uint8_t nobody[YS_HASH_LEN] = {1};
    struct ys_log log;
    struct ys_entry entry;
    struct ys_err err = {0};
    struct ys_hash id;
    struct ys_txn *txn = begin(run, street, true);
    if (find_log(run, txn, owner, &log) && log.frontier.size != 0) {
        const uint64_t index = rng_below(&run->rng, log.frontier.size);
        must(run, ys_log_entry(txn, log.id, index, &entry, &err), &err);
        if (identify(&entry, &id) && entry.content == YS_CONTENT_BODY) {
            must(run,
                 ys_log_set_content(txn, log.id, index,
                                    buried ? YS_CONTENT_TOMBSTONE : YS_CONTENT_ABSENT,
                                    (struct ys_bytes){nobody, buried ? sizeof nobody : 0}, &err),
                 &err);
            must(run, ys_txn_commit(&txn, &err), &err);
            run->withheld = true;
            run->report->count[COUNT_WITHHELD]++;
            run_tell(run, "%s %s entry %llu of %s", run->world->node[street].origin_text,
                     buried ? "says to be erased" : "withholds", (unsigned long long)index,
                     run->world->node[owner].origin_text);
        }
    }
    ys_txn_abort(&txn);
}

void content_withhold(struct run *run)
{
    struct world *const w = run->world;
    const unsigned streets = w->options.streets;
    const unsigned liar = (unsigned)rng_below(&run->rng, streets + w->options.observer);
    const int node = liar < streets ? world_street(w, liar) : world_observer(w);
    const int owner = (int)rng_below(&run->rng, w->unit_count);
    const bool buried = rng_below(&run->rng, 2) == 0 && liar < streets;
    const uint64_t count = 1 + rng_below(&run->rng, 4);
    for (uint64_t i = 0;
         i < count && owner != node && !w->node[node].down && !run_is_rogue(run, owner); i++)
        forget(run, node, owner, buried);
}

void content_own_up(struct run *run)
{
    struct world *const w = run->world;
    if (!run->withheld)
        return;
    for (int node = 0; node < (int)w->node_count; node++) {
        struct ys_txn *txn = run_level(run, node) == 1 ? begin(run, node, true) : NULL;
        struct ys_err err = {0};
        struct ys_log log;
        for (int owner = 0; txn != NULL && owner < (int)w->node_count; owner++)
            for (uint64_t i = 0; find_log(run, txn, owner, &log) && i < log.frontier.size; i++) {
                struct ys_entry entry;
                struct ys_hash id;
                must(run, ys_log_entry(txn, log.id, i, &entry, &err), &err);
                if (entry.content == YS_CONTENT_TOMBSTONE && identify(&entry, &id) &&
                    !in_effect(run, txn, &id))
                    must(run,
                         ys_log_set_content(txn, log.id, i, YS_CONTENT_ABSENT,
                                            (struct ys_bytes){NULL, 0}, &err),
                         &err);
            }
        if (txn != NULL)
            must(run, ys_txn_commit(&txn, &err), &err);
    }
    run_tell(run, "no street lies any more");
    for (int child = 1; child < (int)w->link_count; child++)
        world_cut(w, child); /* each HELLO asks again */
}

/* --- erasing --- */

static Yishi__V1__Body *new_body(Yishi__V1__Body__KindCase kind)
{
    static Yishi__V1__Body body;
    yishi__v1__body__init(&body);
    body.kind_case = kind;
    return &body;
}

/* By the residents' committee. */
static bool publish(struct run *run, int node, Yishi__V1__Body *body, struct ys_hash *id_out)
{
    const struct node *const self = &run->world->node[node];
    const struct ys_signer *const by = &self->body[0];
    struct scribe_record record;
    scribe_write(&record, &run->rng, &self->origin, NULL, world_clock_s(run->world, node), body,
                 &by, 1);
    const struct ys_entry entry = scribe_entry(&record);
    (void)identify(&entry, id_out);
    return world_write(run->world, node, &record);
}

void content_propose(struct run *run, int community)
{
    static Yishi__V1__TopicProposal kind;
    static char text[] = "what somebody said";
    struct book *const book = &run->book[community];
    if (book->proposals == PROPOSALS_MAX)
        return;
    Yishi__V1__Body *const body = new_body(YISHI__V1__BODY__KIND_TOPIC_PROPOSAL);
    yishi__v1__topic_proposal__init(&kind);
    kind.content = text;
    body->topic_proposal = &kind;
    if (publish(run, community, body, &book->proposal[book->proposals]))
        book->proposals++;
}

void content_erase(struct run *run, int community)
{
    static Yishi__V1__Redaction kind;
    static Yishi__V1__Reference ref;
    static Yishi__V1__Reference *refs[] = {&ref};
    struct book *const book = &run->book[community];
    struct ys_hash id;
    if (book->proposals == 0)
        return;
    struct ys_hash *const target = &book->proposal[rng_below(&run->rng, book->proposals)];
    Yishi__V1__Body *const body = new_body(YISHI__V1__BODY__KIND_REDACTION);
    yishi__v1__redaction__init(&kind);
    kind.has_whole_body = kind.whole_body = kind.has_reason = 1;
    kind.reason = YISHI__V1__REDACTION_REASON__REDACTION_REASON_REQUEST;
    body->redaction = &kind;
    yishi__v1__reference__init(&ref);
    ref.has_rel = ref.has_record = 1;
    ref.rel = YISHI__V1__RELATION__RELATION_REDACTS;
    ref.record = (ProtobufCBinaryData){sizeof target->bytes, target->bytes};
    body->n_refs = 1;
    body->refs = refs;
    if (publish(run, community, body, &id))
        run_tell(run, "%s erases a proposal", run->world->node[community].origin_text);
}

/* --- what must hold --- */

void content_check_erased(struct run *run, int node)
{
    enum { PLACES = 8 };
    struct ys_txn *txn = begin(run, node, false);
    struct ys_erasure row;
    struct ys_err err = {0};
    enum ys_code code = ys_erasure_next(txn, NULL, &row, &err);
    while (code == YS_OK) {
        struct ys_position at[PLACES];
        size_t count = 0;
        if (row.state == YS_ERASURE_IN_EFFECT)
            must(run, ys_log_by_id(txn, &row.target, at, PLACES, &count, &err), &err);
        for (size_t i = 0; i < count; i++) {
            struct ys_entry entry;
            must(run, ys_log_entry(txn, at[i].log_id, at[i].index, &entry, &err), &err);
            if (entry.content != YS_CONTENT_TOMBSTONE)
                run_fail(run, "what is erased is kept by nobody who knows it",
                         "%s keeps entry %llu of its log %u", run->world->node[node].origin_text,
                         (unsigned long long)at[i].index, at[i].log_id);
        }
        code = ys_erasure_next(txn, &row, &row, &err);
    }
    if (code != YS_NOT_FOUND)
        must(run, code, &err);
    ys_txn_abort(&txn);
}

/* One entry at one holder, in the end. */
static enum ys_content content_at(struct run *run, int node, int owner, uint64_t index)
{
    struct ys_txn *txn = begin(run, node, false);
    struct ys_log log;
    struct ys_entry entry = {0};
    struct ys_err err = {0};
    struct ys_hash id;
    if (find_log(run, txn, owner, &log))
        must(run, ys_log_entry(txn, log.id, index, &entry, &err), &err);
    if (entry.content == YS_CONTENT_TOMBSTONE &&
        (!identify(&entry, &id) || !in_effect(run, txn, &id)))
        run_fail(run, "a tombstone stands for a redaction in effect",
                 "%s has none for entry %llu of %s", run->world->node[node].origin_text,
                 (unsigned long long)index, run->world->node[owner].origin_text);
    const enum ys_content content = entry.content;
    ys_txn_abort(&txn);
    return content;
}

/* A redaction in its owner's log is in effect there as soon as its target is there. */
static void check_in_effect(struct run *run, int owner)
{
    struct ys_txn *txn = begin(run, owner, false);
    struct ys_erasure row;
    struct ys_err err = {0};
    enum ys_code code = ys_erasure_next(txn, NULL, &row, &err);
    while (code == YS_OK) {
        struct ys_position at;
        size_t count = 0;
        must(run, ys_log_by_id(txn, &row.target, &at, 1, &count, &err), &err);
        run->report->count[COUNT_ERASED] += row.state == YS_ERASURE_IN_EFFECT;
        if (count != 0 && row.by.log_id == YS_OWN_LOG && row.state != YS_ERASURE_IN_EFFECT)
            run_fail(run, "what its author erases is erased", "%s has a redaction without effect",
                     run->world->node[owner].origin_text);
        code = ys_erasure_next(txn, &row, &row, &err);
    }
    if (code != YS_NOT_FOUND)
        must(run, code, &err);
    ys_txn_abort(&txn);
}

void content_check_all(struct run *run, int owner)
{
    const struct world *const w = run->world;
    check_in_effect(run, owner);
    for (uint64_t index = 0; index < chain_size(&run->book[owner].own); index++) {
        unsigned holders[3] = {0}; /* by content */
        int last[3] = {0};
        for (int node = 0; node < (int)w->node_count; node++) {
            if (run_is_rogue(run, node) || !ys_division_related(&w->node[node].origin.division,
                                                                &w->node[owner].origin.division))
                continue;
            const enum ys_content content = content_at(run, node, owner, index);
            holders[content]++;
            last[content] = node;
        }
        if (holders[YS_CONTENT_TOMBSTONE] != 0 &&
            holders[YS_CONTENT_ABSENT] + holders[YS_CONTENT_BODY] != 0)
            run_fail(run, "what its author erases is erased", "entry %llu of %s is so at %s alone",
                     (unsigned long long)index, w->node[owner].origin_text,
                     w->node[last[YS_CONTENT_TOMBSTONE]].origin_text);
        if (holders[YS_CONTENT_BODY] != 0 && holders[YS_CONTENT_ABSENT] != 0)
            run_fail(run, "a content that one has all have", "%s lacks that of entry %llu of %s",
                     w->node[last[YS_CONTENT_ABSENT]].origin_text, (unsigned long long)index,
                     w->node[owner].origin_text);
    }
}
