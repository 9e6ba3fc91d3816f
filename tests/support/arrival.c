#include "tests/support/arrival.h"

#include "sync/dispute.h"
#include "sync/status.h"
#include "sync/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_BYTES = 256 << 20, LATE_ONE_IN = 20 };

static void must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "arrival: %s: %s\n", ys_code_name(code), err->msg);
    abort();
}

static void list_logs(struct arrival *arrival)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    struct ys_log log = {.origin_text = ""};
    must(ys_store_begin(arrival->source, false, &txn, &err), &err);
    while (ys_log_next_origin(txn, log.origin_text, &log, &err) == YS_OK) {
        arrival->log = realloc(arrival->log, (arrival->count + 1) * sizeof *arrival->log);
        if (arrival->log == NULL)
            abort();
        arrival->log[arrival->count++] =
            (struct arrival_log){.origin = log.origin, .from = log.id, .size = log.frontier.size};
    }
}

void arrival_open(struct arrival *arrival, const struct ys_store *source,
                  const struct ys_root *root, struct rng *rng)
{
    struct ys_err err = {0};
    struct ys_identity identity = *ys_store_identity(source);
    *arrival = (struct arrival){.rng = rng, .source = source};
    rng_fill(rng, identity.store_id, sizeof identity.store_id);
    folder_make(&arrival->folder);
    must(ys_store_create(arrival->folder.path, &identity, &err), &err);
    must(ys_store_open(arrival->folder.path, MAP_BYTES, &arrival->store, &err), &err);
    must(ys_member_new(root, &root->division, &arrival->member, &err), &err);
    list_logs(arrival);
}

void arrival_close(struct arrival *arrival)
{
    ys_member_free(arrival->member);
    ys_store_close(arrival->store);
    folder_remove(&arrival->folder);
    free(arrival->log);
}

static void find_here(struct ys_txn *txn, const struct arrival_log *log, struct ys_log *out)
{
    char text[YS_KEY_NAME_MAX + 1];
    struct ys_err err = {0};
    ys_name_print(&log->origin, text);
    enum ys_code code = ys_log_find(txn, text, out, &err);
    if (code == YS_NOT_FOUND)
        code = ys_log_add(txn, &log->origin, out, &err);
    must(code, &err);
}

static struct arrival_log *some_log(struct arrival *arrival)
{
    size_t left = 0;
    for (size_t i = 0; i < arrival->count; i++)
        left += arrival->log[i].here < arrival->log[i].size;
    if (left == 0)
        return NULL;
    size_t nth = (size_t)rng_below(arrival->rng, left);
    for (size_t i = 0;; i++)
        if (arrival->log[i].here < arrival->log[i].size && nth-- == 0)
            return &arrival->log[i];
}

bool arrival_step(struct arrival *arrival, uint64_t most)
{
    struct arrival_log *const log = some_log(arrival);
    YS_TXN_SCOPED from = NULL;
    YS_TXN_SCOPED to = NULL;
    struct ys_log here;
    struct ys_err err = {0};
    if (log == NULL)
        return false;
    must(ys_store_begin(arrival->source, false, &from, &err), &err);
    must(ys_store_begin(arrival->store, true, &to, &err), &err);
    find_here(to, log, &here);
    for (uint64_t left = 1 + rng_below(arrival->rng, most); left > 0 && log->here < log->size;
         left--) {
        struct ys_entry entry;
        must(ys_log_entry(from, log->from, log->here, &entry, &err), &err);
        if (rng_below(arrival->rng, LATE_ONE_IN) == 0 && entry.content == YS_CONTENT_BODY) {
            entry.content = YS_CONTENT_ABSENT;
            entry.body = (struct ys_bytes){NULL, 0};
            log->late = true;
        }
        const uint8_t verdict =
            (uint8_t)ys_judge(arrival->member, &log->origin, log->here, &entry, NULL);
        must(ys_log_append(to, &here, &entry, 1, &err), &err);
        must(ys_status_set(to, here.id, log->here, &verdict, 1, &err), &err);
        log->here++;
    }
    must(ys_txn_commit(&to, &err), &err);
    return true;
}

/* --- what is learned ----------------------------------------------------------------------------- */

static void fill_bodies(struct ys_txn *from, struct ys_txn *to, struct arrival_log *log)
{
    struct ys_log here;
    struct ys_err err = {0};
    if (!log->late)
        return;
    find_here(to, log, &here);
    for (uint64_t i = 0; i < log->here; i++) {
        struct ys_entry entry;
        must(ys_log_entry(to, here.id, i, &entry, &err), &err);
        if (entry.content != YS_CONTENT_ABSENT)
            continue;
        must(ys_log_entry(from, log->from, i, &entry, &err), &err);
        if (entry.content == YS_CONTENT_BODY)
            must(ys_log_fill_body(to, &here, i, entry.body, &err), &err);
    }
    log->late = false;
}

/* All heads of the source that are over what has come. */
static void take_heads(struct ys_txn *from, struct ys_txn *to, const struct arrival_log *log)
{
    struct ys_log here;
    struct ys_err err = {0};
    uint64_t size = 0;
    struct ys_bytes note;
    bool any = false;
    find_here(to, log, &here);
    while (ys_head_at_least(from, log->from, size + 1, &size, &note, &err) == YS_OK &&
           size <= log->here) {
        bool changed = false;
        must(ys_head_put(to, here.id, size, log->here, note, &changed, &err), &err);
        any = any || changed;
    }
    if (any)
        must(ys_log_touch(to, &here, &err), &err);
}

/* Its state, once all of it has come; with the proof of a fork. */
static void take_state(struct ys_txn *from, struct ys_txn *to, const struct arrival_log *log)
{
    struct ys_log here;
    struct ys_log there;
    struct ys_err err = {0};
    struct ys_bytes proof;
    bool kept = false;
    if (log->here < log->size)
        return;
    find_here(to, log, &here);
    must(ys_log_load(from, log->from, &there, &err), &err);
    if (ys_dispute_load(from, log->from, &proof, NULL) == YS_OK)
        must(ys_dispute_keep(to, &here, proof, &kept, &err), &err);
    else if (here.state != there.state)
        must(ys_log_set_state(to, &here, there.state, &err), &err);
}

static void judge_log(const struct arrival *arrival, struct ys_txn *to,
                      const struct arrival_log *log)
{
    struct ys_log here;
    struct ys_err err = {0};
    find_here(to, log, &here);
    for (uint64_t i = 0; i < log->here; i++) {
        struct ys_entry entry;
        must(ys_log_entry(to, here.id, i, &entry, &err), &err);
        const uint8_t verdict = (uint8_t)ys_judge(arrival->member, &log->origin, i, &entry, NULL);
        must(ys_status_set(to, here.id, i, &verdict, 1, &err), &err);
    }
}

void arrival_learn(struct arrival *arrival)
{
    YS_TXN_SCOPED from = NULL;
    YS_TXN_SCOPED to = NULL;
    struct ys_err err = {0};
    must(ys_store_begin(arrival->source, false, &from, &err), &err);
    must(ys_store_begin(arrival->store, true, &to, &err), &err);
    for (size_t i = 0; i < arrival->count; i++) {
        if (arrival->log[i].here == 0)
            continue;
        fill_bodies(from, to, &arrival->log[i]);
        take_heads(from, to, &arrival->log[i]);
        take_state(from, to, &arrival->log[i]);
    }
    must(ys_txn_commit(&to, &err), &err);
    must(ys_store_begin(arrival->store, true, &to, &err), &err);
    must(ys_member_rebuild(arrival->member, to, NULL, &err), &err);
    for (size_t i = 0; i < arrival->count; i++)
        if (arrival->log[i].here > 0)
            judge_log(arrival, to, &arrival->log[i]);
    must(ys_txn_commit(&to, &err), &err);
}

void arrival_doubt(struct arrival *arrival, unsigned permille)
{
    YS_TXN_SCOPED to = NULL;
    struct ys_err err = {0};
    must(ys_store_begin(arrival->store, true, &to, &err), &err);
    for (size_t i = 0; i < arrival->count; i++) {
        struct ys_log here;
        if (arrival->log[i].here == 0)
            continue;
        find_here(to, &arrival->log[i], &here);
        for (uint64_t at = 0; at < arrival->log[i].here; at++) {
            const uint8_t verdict =
                rng_below(arrival->rng, 2) == 0 ? YS_VERDICT_BAD : YS_VERDICT_UNKNOWN_KEY;
            if (rng_below(arrival->rng, 1000) < permille)
                must(ys_status_set(to, here.id, at, &verdict, 1, &err), &err);
        }
    }
    must(ys_txn_commit(&to, &err), &err);
}
