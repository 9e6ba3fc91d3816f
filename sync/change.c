#include "sync/change.h"

#include "crypto/assert.h"
#include "crypto/crash_point.h"
#include "sync/dispute.h"
#include "sync/member.h"
#include "sync/rewind.h"

#include <stdlib.h>
#include <string.h>

/* What a change owns: its room, filled from the front. */
struct block {
    size_t used, capacity;
    _Alignas(8) uint8_t data[];
};

enum ys_code ys_change_new(enum ys_change_kind kind, size_t room_bytes, struct ys_change **out,
                           struct ys_err *err)
{
    struct ys_change *const change = calloc(1, sizeof *change);
    struct block *const block = malloc(sizeof *block + room_bytes);
    if (change == NULL || block == NULL) {
        free(change);
        free(block);
        return ys_fail(err, YS_NOMEM, "change: out of memory");
    }
    block->used = 0;
    block->capacity = room_bytes;
    change->kind = kind;
    change->block = block;
    *out = change;
    return YS_OK;
}

void *ys_change_room(struct ys_change *change, size_t size)
{
    struct block *const block = change->block;
    const size_t at = (block->used + 7) & ~(size_t)7;
    YS_ASSERT(at <= block->capacity && size <= block->capacity - at);
    block->used = at + size;
    return block->data + at;
}

struct ys_bytes ys_change_keep(struct ys_change *change, struct ys_bytes bytes)
{
    uint8_t *const room = ys_change_room(change, bytes.size);
    if (bytes.size != 0)
        memcpy(room, bytes.data, bytes.size);
    return (struct ys_bytes){room, bytes.size};
}

void ys_change_free(struct ys_change *change)
{
    if (change == NULL)
        return;
    free(change->block);
    free(change);
}

/* A code that is about this change alone: the group goes on. */
static bool is_own_fault(enum ys_code code)
{
    return code == YS_BUSY || code == YS_NOT_FOUND || ys_code_fault(code) == YS_FAULT_PEER;
}

static bool changes_membership(const struct ys_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ys_bytes text;
        struct ys_bytes name;
        const struct ys_kind *kind = NULL;
        if (ys_note_peek(entries[i].note, &text, &name))
            kind = ys_kind_by_name(name);
        if (kind != NULL && kind->membership)
            return true;
    }
    return false;
}

/* The log that the change is about; `result` says which and how long it is. */
static enum ys_code find_log(struct ys_txn *txn, const struct ys_change *change, struct ys_log *out,
                             struct ys_change_result *result, struct ys_err *err)
{
    const enum ys_code code = ys_log_find(txn, change->origin, out, err);
    if (code != YS_OK)
        return code;
    result->log_id = out->id;
    result->durable_size = out->frontier.size;
    return YS_OK;
}

/* The same; a log that is not held yet is added. */
static enum ys_code find_or_add(struct ys_txn *txn, const struct ys_change *change,
                                struct ys_log *out, struct ys_change_result *result,
                                struct ys_err *err)
{
    struct ys_name origin;
    enum ys_code code = find_log(txn, change, out, result, err);
    if (code != YS_NOT_FOUND)
        return code;
    code = ys_name_parse(ys_bytes_of_text(change->origin), &origin, err);
    if (code == YS_OK)
        code = ys_log_add(txn, &origin, out, err);
    if (code == YS_OK)
        result->log_id = out->id;
    return code;
}

/* Store the head; with it the cosignature, if the log is a descendant's and all is here. */
static enum ys_code keep_head(struct ys_txn *txn, const struct ys_node_keys *keys,
                              const struct ys_change *change, struct ys_log *log, uint64_t now_s,
                              struct ys_change_result *result, struct ys_err *err)
{
    bool stored = false;
    bool cosigned = false;
    enum ys_code code = ys_head_put(txn, log->id, change->checkpoint_size, log->frontier.size,
                                    change->checkpoint, &stored, err);
    if (code == YS_OK && change->cosign && log->state == YS_LOG_FOLLOWING &&
        change->checkpoint_size <= log->frontier.size)
        code = ys_witness_cosign(txn, log, change->checkpoint_size, &keys->mirror, now_s, &cosigned,
                                 err);
    if (code != YS_OK || !(stored || cosigned))
        return code;
    result->log_changed = true;
    /* A street's records count from the district's cosignature on. */
    result->membership = ys_division_level(&log->origin.division) == YS_LEVEL_STREET;
    return ys_log_touch(txn, log, err);
}

/* Two heads of one size that say different things are the log's fault and not our store's. */
static enum ys_code check_same_head(struct ys_txn *txn, const struct ys_change *change,
                                    uint32_t log_id, struct ys_err *err)
{
    uint64_t size = 0;
    struct ys_bytes stored;
    struct ys_bytes ours;
    struct ys_bytes theirs;
    struct ys_bytes line;
    const enum ys_code code =
        ys_head_at_least(txn, log_id, change->checkpoint_size, &size, &stored, err);
    if (code == YS_NOT_FOUND || (code == YS_OK && size != change->checkpoint_size))
        return YS_OK;
    if (code == YS_OK && ys_note_peek(stored, &ours, &line) &&
        ys_note_peek(change->checkpoint, &theirs, &line) && !ys_bytes_equal(ours, theirs))
        return ys_fail(err, YS_FORK, "log %s: two signed heads of size %llu", change->origin,
                       (unsigned long long)size);
    return code;
}

static enum ys_code apply_entries(struct ys_txn *txn, const struct ys_node_keys *keys,
                                  struct ys_change *change, uint64_t now_s,
                                  struct ys_change_result *result, struct ys_err *err)
{
    struct ys_log log;
    enum ys_code code = change->first_index == 0 ? find_or_add(txn, change, &log, result, err)
                                                 : find_log(txn, change, &log, result, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_BUSY : code;
    if (log.frontier.size != change->first_index ||
        !ys_hash_equal(&log.root, &change->first_root) ||
        (log.id == YS_OWN_LOG && log.state != YS_LOG_RECOVERING))
        return ys_fail(err, YS_BUSY, "log %s moved meanwhile", change->origin);
    if (change->checkpoint.size != 0)
        code = check_same_head(txn, change, log.id, err);
    if (code != YS_OK)
        return code;
    code = ys_log_append_hashed(txn, &log, change->entries, change->leaf, change->count, err);
    if (code != YS_OK)
        return code;
    result->durable_size = log.frontier.size;
    result->first_index = change->first_index;
    result->count = change->count;
    result->log_changed = true;
    for (size_t i = 0; i < change->count; i++)
        result->absent = result->absent || change->entries[i].content == YS_CONTENT_ABSENT;
    const bool membership = changes_membership(change->entries, change->count);
    if (change->checkpoint.size != 0)
        code = keep_head(txn, keys, change, &log, now_s, result, err);
    result->membership = result->membership || membership;
    if (is_own_fault(code)) /* the entries stand in the transaction already: give all of it up */
        return ys_fail(err, YS_CORRUPT, "log %s: a head that was verified does not fit its entries",
                       change->origin);
    return code;
}

static enum ys_code apply_head(struct ys_txn *txn, const struct ys_node_keys *keys,
                               const struct ys_change *change, uint64_t now_s,
                               struct ys_change_result *result, struct ys_err *err)
{
    struct ys_log log;
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    struct ys_hash root;
    enum ys_code code = find_log(txn, change, &log, result, err);
    if (code != YS_OK)
        return code;
    if (change->checkpoint_size > log.frontier.size)
        return ys_fail(err, YS_BUSY, "log %s moved meanwhile", change->origin);
    code = ys_note_parse(change->checkpoint, &note, err);
    if (code == YS_OK)
        code = ys_checkpoint_parse(note.text, &checkpoint, err);
    if (code == YS_OK)
        code = ys_log_root_at(txn, &log, change->checkpoint_size, &root, err);
    if (code != YS_OK)
        return code;
    if (!ys_hash_equal(&root, &checkpoint.root))
        return ys_fail(err, YS_FORK, "log %s: the head of size %llu is not of the tree held",
                       change->origin, (unsigned long long)checkpoint.size);
    code = check_same_head(txn, change, log.id, err);
    return code != YS_OK ? code : keep_head(txn, keys, change, &log, now_s, result, err);
}

static enum ys_code apply_sign_own(struct ys_txn *txn, const struct ys_node_keys *keys,
                                   const struct ys_change *change, struct ys_change_result *result,
                                   struct ys_err *err)
{
    struct ys_log own;
    struct ys_hash root;
    enum ys_code code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code != YS_OK)
        return code;
    result->log_id = YS_OWN_LOG;
    result->durable_size = own.frontier.size;
    if (change->checkpoint_size > own.frontier.size)
        return ys_fail(err, YS_BUSY, "log %s moved meanwhile", own.origin_text);
    code = ys_log_root_at(txn, &own, change->checkpoint_size, &root, err);
    if (code == YS_OK && !ys_hash_equal(&root, &change->first_root))
        code = ys_fail(err, YS_BUSY, "log %s moved meanwhile", own.origin_text);
    if (code == YS_OK)
        code = ys_witness_sign_own(txn, &own, change->checkpoint_size, &keys->log,
                                   &result->log_changed, err);
    if (code == YS_OK && result->log_changed)
        code = ys_log_touch(txn, &own, err);
    return code;
}

static enum ys_code apply_receipts(struct ys_txn *txn, const struct ys_node_keys *keys,
                                   const struct ys_change *change, uint64_t now_s,
                                   struct ys_change_result *result, struct ys_err *err)
{
    struct ys_log own;
    size_t count = 0;
    enum ys_code code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code != YS_OK)
        return code;
    result->log_id = YS_OWN_LOG;
    result->first_index = own.frontier.size;
    if (own.state == YS_LOG_FOLLOWING)
        code = ys_receipts_write(txn, &own, keys, now_s, change->salt, &count, err);
    result->durable_size = own.frontier.size;
    result->count = count;
    result->log_changed = count != 0;
    result->membership = count != 0; /* a cut may be decided now */
    return code;
}

/* Has a body come since this was judged without one, or gone for which it was bad? Damage is not our business
 * here. */
static enum ys_code is_outdated(struct ys_txn *txn, uint32_t log_id, uint64_t index, uint8_t found,
                                bool *out, struct ys_err *err)
{
    struct ys_entry entry;
    const bool bodiless = (found & YS_JUDGED_BODILESS) != 0;
    *out = (found & YS_NOT_JUDGED) != 0;
    if (*out || (!bodiless && found != YS_VERDICT_BAD))
        return YS_OK;
    const enum ys_code code = ys_log_entry(txn, log_id, index, &entry, err);
    *out = code == YS_OK && (entry.content == YS_CONTENT_BODY) == bodiless;
    return code == YS_NOT_FOUND || code == YS_CORRUPT ? YS_OK : code;
}

static enum ys_code apply_verdicts(struct ys_txn *txn, const struct ys_change *change,
                                   uint32_t log_id, struct ys_err *err)
{
    enum { AT_ONCE = 256 };
    uint8_t verdicts[AT_ONCE];
    for (size_t done = 0; done < change->count;) {
        const size_t count = change->count - done < AT_ONCE ? change->count - done : AT_ONCE;
        const uint64_t first = change->first_index + done;
        enum ys_code code = ys_status_read(txn, log_id, first, count, verdicts, err);
        for (size_t i = 0; i < count && code == YS_OK; i++) {
            const uint8_t found = change->verdicts[done + i];
            bool outdated = false;
            code = is_outdated(txn, log_id, first + i, found, &outdated, err);
            if (!outdated)
                verdicts[i] = (uint8_t)(found & ~(YS_JUDGED_BODILESS | YS_NOT_JUDGED));
        }
        if (code == YS_OK)
            code = ys_status_set(txn, log_id, first, verdicts, count, err);
        if (code != YS_OK)
            return code;
        done += count;
    }
    return YS_OK;
}

static enum ys_code apply_to_log(struct ys_txn *txn, const struct ys_change *change,
                                 struct ys_change_result *result, struct ys_err *err)
{
    struct ys_log log;
    uint64_t rewinds = 0;
    enum ys_code code = find_log(txn, change, &log, result, err);
    if (code == YS_OK)
        code = ys_rewinds_load(txn, &rewinds, err);
    if (code != YS_OK)
        return code;
    if (change->kind == YS_CHANGE_STATE) {
        result->log_changed = true;
        return ys_log_set_state(txn, &log, change->state, err);
    }
    /* Entries may have been taken back, and others put in their place, since they were judged. */
    if (change->rewinds != rewinds || change->first_index > log.frontier.size ||
        change->count > log.frontier.size - change->first_index)
        return ys_fail(err, YS_BUSY, "log %s moved meanwhile", change->origin);
    result->first_index = change->first_index;
    result->count = change->count;
    return apply_verdicts(txn, change, log.id, err);
}

static enum ys_code apply_to_own(struct ys_txn *txn, const struct ys_change *change,
                                 struct ys_change_result *result, struct ys_err *err)
{
    struct ys_log own;
    enum ys_code code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code != YS_OK)
        return code;
    result->log_id = YS_OWN_LOG;
    code = change->kind == YS_CHANGE_RECOVER ? ys_recover_begin(txn, &own, err)
                                             : ys_recover_end(txn, &own, err);
    result->durable_size = own.frontier.size;
    result->log_changed = result->membership = code == YS_OK;
    return code;
}

static enum ys_code apply_rewind(struct ys_txn *txn, const struct ys_change *change,
                                 struct ys_change_result *result, struct ys_err *err)
{
    struct ys_log log;
    uint64_t signed_size = 0;
    struct ys_bytes note;
    enum ys_code code = find_log(txn, change, &log, result, err);
    if (code != YS_OK)
        return code;
    YS_ASSERT(log.id != YS_OWN_LOG);
    code = ys_head_at_most(txn, log.id, INT64_MAX, &signed_size, &note, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    code = YS_OK;
    if (signed_size < log.frontier.size)
        code = ys_log_rewind(txn, &log, signed_size, err);
    result->durable_size = log.frontier.size;
    result->log_changed = result->membership = code == YS_OK;
    return code;
}

static enum ys_code apply_fork(struct ys_txn *txn, const struct ys_change *change,
                               struct ys_change_result *result, struct ys_err *err)
{
    struct ys_log log;
    enum ys_code code = find_or_add(txn, change, &log, result, err);
    if (code == YS_OK)
        code = ys_dispute_keep(txn, &log, change->proof, &result->forked, err);
    result->log_changed = code == YS_OK && result->forked;
    return code;
}

/* Whoever asked has checked it, but the entry may be another by now. It was judged by its note alone: that is
 * to be done again. */
static enum ys_code apply_content(struct ys_txn *txn, const struct ys_change *change,
                                  struct ys_change_result *result, struct ys_err *err)
{
    static const uint8_t unchecked = YS_VERDICT_UNCHECKED;
    struct ys_log log;
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record record;
    enum ys_code code = find_log(txn, change, &log, result, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, log.id, change->first_index, &entry, err);
    if (code != YS_OK)
        return code;
    result->first_index = change->first_index;
    if (entry.content != YS_CONTENT_ABSENT || ys_note_parse(entry.note, &note, NULL) != YS_OK ||
        ys_record_parse(note.text, &record, NULL) != YS_OK ||
        ys_record_check_body(&record, change->entries[0].body, NULL) != YS_OK)
        return ys_fail(err, YS_BUSY, "log %s: entry %llu lacks no such body", change->origin,
                       (unsigned long long)change->first_index);
    const bool membership = changes_membership(&entry, 1);
    code = ys_log_fill_body(txn, &log, change->first_index, change->entries[0].body, err);
    if (code == YS_OK)
        code = ys_status_set(txn, log.id, change->first_index, &unchecked, 1, err);
    if (code != YS_OK)
        return code;
    result->count = 1;
    result->log_changed = true;
    result->membership = membership;
    return YS_OK;
}

static enum ys_code apply_one(struct ys_txn *txn, const struct ys_node_keys *keys,
                              struct ys_change *change, uint64_t now_s,
                              struct ys_change_result *result, struct ys_err *err)
{
    switch (change->kind) {
    case YS_CHANGE_ENTRIES:
        return apply_entries(txn, keys, change, now_s, result, err);
    case YS_CHANGE_HEAD:
        return apply_head(txn, keys, change, now_s, result, err);
    case YS_CHANGE_SIGN_OWN:
        return apply_sign_own(txn, keys, change, result, err);
    case YS_CHANGE_VERDICTS:
    case YS_CHANGE_STATE:
        return apply_to_log(txn, change, result, err);
    case YS_CHANGE_RECEIPTS:
        return apply_receipts(txn, keys, change, now_s, result, err);
    case YS_CHANGE_CURSOR:
        return ys_cursor_save(txn, &change->peer, &change->cursor, err);
    case YS_CHANGE_RECOVER:
    case YS_CHANGE_RESUME:
        return apply_to_own(txn, change, result, err);
    case YS_CHANGE_REWIND:
        return apply_rewind(txn, change, result, err);
    case YS_CHANGE_MEMBERS:
        return ys_member_kept_put(txn, &change->peer, change->row, err);
    case YS_CHANGE_FORK:
        return apply_fork(txn, change, result, err);
    case YS_CHANGE_CONTENT:
        return apply_content(txn, change, result, err);
    }
    return YS_OK;
}

static enum ys_code apply_all(const struct ys_store *store, const struct ys_node_keys *keys,
                              struct ys_change *const *changes, size_t count, uint64_t now_s,
                              struct ys_change_result *results, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(store, true, &txn, err);
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        struct ys_change_result *const result = &results[i];
        *result = (struct ys_change_result){
            .session = changes[i]->session, .kind = changes[i]->kind, .credit = changes[i]->credit};
        memcpy(result->origin, changes[i]->origin, sizeof result->origin);
        result->code = apply_one(txn, keys, changes[i], now_s, result, &result->err);
        if (result->code != YS_OK && !is_own_fault(result->code)) {
            code = result->code;
            if (err != NULL)
                *err = result->err;
        }
    }
    if (code != YS_OK)
        return code;
    YS_CRASH_POINT("changes_applied");
    code = ys_txn_commit(&txn, err);
    YS_CRASH_POINT("changes_committed");
    return code;
}

enum ys_code ys_change_apply(const struct ys_store *store, const struct ys_node_keys *keys,
                             struct ys_change *const *changes, size_t count, uint64_t now_s,
                             struct ys_change_result *results, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    do
        code = apply_all(store, keys, changes, count, now_s, results, err);
    while (code == YS_FULL && ys_kv_grow(ys_store_kv(store)));
    return code;
}
