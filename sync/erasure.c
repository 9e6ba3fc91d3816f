#include "sync/erasure.h"

#include "crypto/assert.h"
#include "sync/checked_row.h"
#include "sync/kv_wipe.h"
#include "sync/status.h"

#include <stdlib.h>
#include <string.h>

/* Table "redaction": id of the target || log id || index of the redaction -> state, scope. */
enum { KEY_LEN = YS_HASH_LEN + YS_ROW_KEY_LEN, VALUE_LEN = 2 };

static void print_key(const struct ys_hash *target, struct ys_position by, uint8_t out[KEY_LEN])
{
    memcpy(out, target->bytes, YS_HASH_LEN);
    ys_row_key(by.log_id, by.index, out + YS_HASH_LEN);
}

static enum ys_code put_row(struct ys_txn *txn, const struct ys_erasure *row, struct ys_err *err)
{
    uint8_t key[KEY_LEN];
    const uint8_t value[VALUE_LEN] = {(uint8_t)row->state, (uint8_t)row->scope};
    print_key(&row->target, row->by, key);
    return ys_checked_put(txn, YS_DB_REDACTION, (struct ys_bytes){key, sizeof key},
                          (struct ys_bytes){value, sizeof value}, err);
}

/* The first row at or behind `key`. */
static enum ys_code seek(struct ys_txn *txn, struct ys_bytes key, struct ys_erasure *out,
                         struct ys_err *err)
{
    struct ys_bytes found;
    struct ys_bytes row;
    struct ys_bytes value;
    enum ys_code code = ys_txn_seek(txn, YS_DB_REDACTION, key, YS_SEEK_AT_LEAST, &found, &row, err);
    if (code == YS_OK)
        code = ys_checked_open(YS_DB_REDACTION, found, row, &value, err);
    if (code != YS_OK)
        return code;
    if (found.size != KEY_LEN || value.size != VALUE_LEN || value.data[0] > YS_ERASURE_REFUSED ||
        value.data[1] < YS_ERASE_BODY || value.data[1] > YS_ERASE_ATTACHMENT)
        return ys_fail(err, YS_CORRUPT, "store: a row of \"redaction\" has no such form");
    *out = (struct ys_erasure){.by = {.log_id = ys_be32_get(found.data + YS_HASH_LEN),
                                      .index = ys_be64_get(found.data + YS_HASH_LEN + 4)},
                               .state = (enum ys_erasure_state)value.data[0],
                               .scope = (enum ys_erasure_scope)value.data[1]};
    memcpy(out->target.bytes, found.data, YS_HASH_LEN);
    return YS_OK;
}

enum ys_code ys_erasure_next(struct ys_txn *txn, const struct ys_erasure *after,
                             struct ys_erasure *out, struct ys_err *err)
{
    uint8_t key[KEY_LEN + 1] = {0};
    if (after == NULL)
        return seek(txn, (struct ys_bytes){0}, out, err);
    print_key(&after->target, after->by, key); /* and a zero: the key next behind it */
    return seek(txn, (struct ys_bytes){key, sizeof key}, out, err);
}

enum ys_code ys_erasure_of(struct ys_txn *txn, const struct ys_hash *target, struct ys_erasure *out,
                           struct ys_err *err)
{
    const enum ys_code code =
        seek(txn, (struct ys_bytes){target->bytes, sizeof target->bytes}, out, err);
    return code == YS_OK && !ys_hash_equal(&out->target, target) ? YS_NOT_FOUND : code;
}

static bool is_redaction(struct ys_bytes note, struct ys_bytes *text_out)
{
    struct ys_bytes kind;
    return ys_note_peek(note, text_out, &kind) && ys_bytes_is_text(kind, "redaction");
}

enum ys_code ys_erasure_body(struct ys_txn *txn, const struct ys_erasure *erasure,
                             struct ys_arena *arena, const Yishi__V1__Body **out,
                             struct ys_err *err)
{
    struct ys_entry entry;
    const enum ys_code code = ys_log_entry(txn, erasure->by.log_id, erasure->by.index, &entry, err);
    if (code != YS_OK)
        return code;
    if (entry.content != YS_CONTENT_BODY)
        return ys_fail(err, YS_NOT_FOUND, "the redaction's own content is not here");
    return ys_body_decode(entry.body, arena, out, err);
}

/* --- what follows for bodies --- */

static const char wiped_name[] = "wiped";

/* Hashes of attachments that a content named, in a heap block behind room for the place. */
struct trace {
    uint8_t *row;
    size_t size;
};
enum { TRACE_FIXED = YS_ROW_KEY_LEN };

static enum ys_code trace_room(struct trace *trace, size_t hashes, struct ys_err *err)
{
    trace->size = TRACE_FIXED + hashes * YS_HASH_LEN;
    trace->row = calloc(1, trace->size);
    return trace->row == NULL ? ys_fail(err, YS_NOMEM, "store: out of memory") : YS_OK;
}

/* Of a body that goes. */
static enum ys_code trace_body(struct trace *trace, const struct ys_entry *entry,
                               struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = YS_NOT_FOUND;
    if (entry->content == YS_CONTENT_BODY)
        code = ys_body_decode(entry->body, &arena, &body, err);
    const size_t count = code == YS_OK ? body->n_attachments : 0;
    if (code != YS_NOMEM)
        code = trace_room(trace, count, err);
    size_t at = TRACE_FIXED;
    for (size_t i = 0; code == YS_OK && i < count; i++) {
        const ProtobufCBinaryData *const hash = &body->attachments[i]->hash;
        if (hash->len != YS_HASH_LEN)
            continue;
        memcpy(trace->row + at, hash->data, YS_HASH_LEN);
        at += YS_HASH_LEN;
    }
    trace->size = at;
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code note_change(struct ys_txn *txn, struct ys_position at,
                                const struct trace *trace, struct ys_err *err)
{
    uint8_t key[8];
    uint64_t count = 0;
    const enum ys_code code = ys_erased_count(txn, &count, err);
    if (code != YS_OK)
        return code;
    ys_be64_put(key, count + 1);
    ys_row_key(at.log_id, at.index, trace->row);
    return ys_checked_put(txn, YS_DB_ERASED, (struct ys_bytes){key, sizeof key},
                          (struct ys_bytes){trace->row, trace->size}, err);
}

enum ys_code ys_erased_count(struct ys_txn *txn, uint64_t *out, struct ys_err *err)
{
    struct ys_bytes key;
    struct ys_bytes row;
    const enum ys_code code =
        ys_txn_seek(txn, YS_DB_ERASED, (struct ys_bytes){0}, YS_SEEK_LAST_BELOW, &key, &row, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    *out = code == YS_OK && key.size == 8 ? ys_be64_get(key.data) : 0;
    return YS_OK;
}

enum ys_code ys_erased_next(struct ys_txn *txn, uint64_t after, struct ys_erased *out,
                            struct ys_err *err)
{
    uint8_t key[8];
    struct ys_bytes found;
    struct ys_bytes row;
    struct ys_bytes value;
    ys_be64_put(key, after + 1);
    enum ys_code code = ys_txn_seek(txn, YS_DB_ERASED, (struct ys_bytes){key, sizeof key},
                                    YS_SEEK_AT_LEAST, &found, &row, err);
    if (code == YS_OK)
        code = ys_checked_open(YS_DB_ERASED, found, row, &value, err);
    if (code != YS_OK)
        return code;
    if (found.size != 8 || value.size < TRACE_FIXED ||
        (value.size - TRACE_FIXED) % YS_HASH_LEN != 0)
        return ys_fail(err, YS_CORRUPT, "store: a row of \"erased\" has no such form");
    *out = (struct ys_erased){.counter = ys_be64_get(found.data),
                              .at = {ys_be32_get(value.data), ys_be64_get(value.data + 4)},
                              .attachments = {value.data + TRACE_FIXED, value.size - TRACE_FIXED}};
    return YS_OK;
}

/* The redaction to which a target's body gives way: of those in effect the one with the smallest id. */
static enum ys_code find_winner(struct ys_txn *txn, const struct ys_hash *target, bool *found,
                                struct ys_hash *out, struct ys_err *err)
{
    struct ys_erasure row;
    *found = false;
    enum ys_code code = ys_erasure_of(txn, target, &row, err);
    while (code == YS_OK && ys_hash_equal(&row.target, target)) {
        struct ys_entry entry;
        struct ys_bytes text;
        struct ys_hash id;
        if (row.state == YS_ERASURE_IN_EFFECT && row.scope == YS_ERASE_BODY) {
            code = ys_log_entry(txn, row.by.log_id, row.by.index, &entry, err);
            if (code != YS_OK || !is_redaction(entry.note, &text))
                return code;
            ys_record_id(text, &id);
            if (!*found || memcmp(id.bytes, out->bytes, sizeof id.bytes) < 0)
                *out = id;
            *found = true;
        }
        code = ys_erasure_next(txn, &row, &row, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

enum { PLACES = 64 };

/* Does the entry say what it should? A tombstone without a redaction in effect goes, too. */
static bool is_settled(const struct ys_entry *entry, bool erased, const struct ys_hash *by)
{
    if (!erased)
        return entry->content != YS_CONTENT_TOMBSTONE;
    return entry->content == YS_CONTENT_TOMBSTONE &&
           ys_bytes_equal(entry->body, (struct ys_bytes){by->bytes, sizeof by->bytes});
}

/* What was bad for its body is judged by its note from now on, as where the body never was. */
static enum ys_code forget_verdict(struct ys_txn *txn, struct ys_position at, struct ys_err *err)
{
    static const uint8_t unchecked = YS_VERDICT_UNCHECKED;
    enum ys_verdict verdict = YS_VERDICT_UNCHECKED;
    const enum ys_code code = ys_status_get(txn, at.log_id, at.index, &verdict, err);
    return code != YS_OK || verdict != YS_VERDICT_BAD
               ? code
               : ys_status_set(txn, at.log_id, at.index, &unchecked, 1, err);
}

/* By a tombstone, or by nothing; noted with the attachments that it named. */
static enum ys_code replace_content(struct ys_txn *txn, struct ys_position at,
                                    const struct ys_entry *entry, const struct ys_hash *by,
                                    struct ys_err *err)
{
    struct trace trace = {.row = NULL};
    enum ys_code code = trace_body(&trace, entry, err);
    if (code == YS_OK && by != NULL)
        code = ys_log_set_content(txn, at.log_id, at.index, YS_CONTENT_TOMBSTONE,
                                  (struct ys_bytes){by->bytes, sizeof by->bytes}, err);
    else if (code == YS_OK)
        code = ys_log_set_content(txn, at.log_id, at.index, YS_CONTENT_ABSENT,
                                  (struct ys_bytes){NULL, 0}, err);
    if (code == YS_OK)
        code = forget_verdict(txn, at, err);
    if (code == YS_OK)
        code = note_change(txn, at, &trace, err);
    free(trace.row);
    return code;
}

static enum ys_code settle_target(struct ys_txn *txn, const struct ys_hash *target, bool write,
                                  size_t *changed, struct ys_err *err)
{
    struct ys_position at[PLACES];
    struct ys_hash by = {{0}};
    bool erased = false;
    size_t count = 0;
    enum ys_code code = find_winner(txn, target, &erased, &by, err);
    if (code == YS_OK)
        code = ys_log_by_id(txn, target, at, PLACES, &count, err);
    for (size_t i = 0; code == YS_OK && i < count; i++) {
        struct ys_entry entry;
        code = ys_log_entry(txn, at[i].log_id, at[i].index, &entry, err);
        if (code != YS_OK || is_settled(&entry, erased, &by))
            continue;
        ++*changed;
        if (!write)
            return YS_OK;
        code = replace_content(txn, at[i], &entry, erased ? &by : NULL, err);
    }
    return code;
}

/* --- redactions that come and go --- */

static enum ys_erasure_scope scope_of(const Yishi__V1__Redaction *redaction)
{
    return redaction->has_whole_body && redaction->whole_body ? YS_ERASE_BODY
           : redaction->slot != NULL                          ? YS_ERASE_SLOT
                                                              : YS_ERASE_ATTACHMENT;
}

/* Write, or with `gone` delete, a row for each record that this redaction names. */
static enum ys_code index_redaction(struct ys_txn *txn, struct ys_position at,
                                    struct ys_bytes bytes, bool gone, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(bytes, &arena, &body, err);
    if (code != YS_OK || body->kind_case != YISHI__V1__BODY__KIND_REDACTION) {
        ys_arena_clear(&arena);
        return code == YS_NOMEM ? code : YS_OK; /* it says nothing that can be understood */
    }
    for (size_t i = 0; code == YS_OK && i < body->n_refs; i++) {
        const Yishi__V1__Reference *const ref = body->refs[i];
        struct ys_erasure row = {.by = at, .scope = scope_of(body->redaction)};
        uint8_t key[KEY_LEN];
        if (ref->rel != YISHI__V1__RELATION__RELATION_REDACTS || ref->record.len != YS_HASH_LEN)
            continue;
        memcpy(row.target.bytes, ref->record.data, YS_HASH_LEN);
        print_key(&row.target, row.by, key);
        code = gone ? ys_txn_delete(txn, YS_DB_REDACTION, (struct ys_bytes){key, sizeof key}, err)
                    : put_row(txn, &row, err);
        if (gone && code == YS_NOT_FOUND)
            code = YS_OK;
        size_t changed = 0;
        if (gone && code == YS_OK && row.scope == YS_ERASE_BODY)
            code = settle_target(txn, &row.target, true, &changed, err);
    }
    ys_arena_clear(&arena);
    return code;
}

/* Those that name this record are to be judged again. */
static enum ys_code wake(struct ys_txn *txn, const struct ys_hash *target, struct ys_err *err)
{
    struct ys_erasure row;
    enum ys_code code = ys_erasure_of(txn, target, &row, err);
    while (code == YS_OK && ys_hash_equal(&row.target, target)) {
        if (row.state != YS_ERASURE_WAITING) {
            row.state = YS_ERASURE_WAITING;
            code = put_row(txn, &row, err);
        }
        if (code == YS_OK)
            code = ys_erasure_next(txn, &row, &row, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

enum ys_code ys_erasure_came(struct ys_txn *txn, struct ys_position at,
                             const struct ys_entry *entry, struct ys_err *err)
{
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_hash id;
    uint64_t rows = 0;
    if (is_redaction(entry->note, &text)) {
        const enum ys_code code = entry->content == YS_CONTENT_BODY
                                      ? index_redaction(txn, at, entry->body, false, err)
                                      : YS_OK;
        return code;
    }
    enum ys_code code = ys_txn_count(txn, YS_DB_REDACTION, &rows, err);
    if (code != YS_OK || rows == 0 || !ys_note_peek(entry->note, &text, &kind))
        return code;
    ys_record_id(text, &id);
    return wake(txn, &id, err);
}

enum ys_code ys_erasure_goes(struct ys_txn *txn, struct ys_position at,
                             const struct ys_entry *entry, struct ys_err *err)
{
    struct ys_bytes text;
    struct ys_bytes bytes = entry->body;
    return is_redaction(entry->note, &text) && entry->content == YS_CONTENT_BODY
               ? index_redaction(txn, at, bytes, true, err)
               : YS_OK;
}

/* --- settling --- */

/* A walk over all rows, target by target. */
struct settling {
    struct ys_txn *txn;
    const struct ys_member *member;
    bool all, write;
    bool moved; /* a row of this target */
    size_t changed, tombstones;
};

/* What lies outside the store is counted, so that whoever carries it out sees that there is something. */
static enum ys_code count_outside(struct ys_txn *txn, const struct ys_erasure *row,
                                  struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    struct ys_position at;
    size_t count = 0;
    struct trace trace = {.row = NULL};
    if (row->scope == YS_ERASE_BODY || row->state != YS_ERASURE_IN_EFFECT)
        return YS_OK;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_log_by_id(txn, &row->target, &at, 1, &count, err);
    if (code == YS_OK)
        code = ys_erasure_body(txn, row, &arena, &body, err);
    if (code == YS_OK)
        code = trace_room(&trace, row->scope == YS_ERASE_ATTACHMENT, err);
    if (code == YS_OK && row->scope == YS_ERASE_ATTACHMENT &&
        body->redaction->attachment.len == YS_HASH_LEN)
        memcpy(trace.row + TRACE_FIXED, body->redaction->attachment.data, YS_HASH_LEN);
    ys_arena_clear(&arena);
    if (code == YS_OK && count != 0)
        code = note_change(txn, at, &trace, err);
    free(trace.row);
    return code;
}

static enum ys_code settle_row(struct settling *s, struct ys_erasure *row, struct ys_err *err)
{
    enum ys_erasure_state state = row->state;
    if (!s->all && row->state != YS_ERASURE_WAITING)
        return YS_OK;
    const enum ys_code code = ys_erasure_judge(s->txn, s->member, row, &state, NULL, err);
    if (code != YS_OK || state == row->state)
        return code;
    s->changed++;
    s->moved = true;
    row->state = state;
    if (!s->write)
        return YS_OK;
    const enum ys_code put = put_row(s->txn, row, err);
    return put == YS_OK ? count_outside(s->txn, row, err) : put;
}

static enum ys_code settle(struct settling *s, struct ys_err *err)
{
    struct ys_erasure row;
    enum ys_code code = ys_erasure_next(s->txn, NULL, &row, err);
    while (code == YS_OK) {
        struct ys_erasure next;
        code = settle_row(s, &row, err);
        if (code != YS_OK)
            return code;
        if (!s->write && s->changed != 0)
            return YS_OK;
        code = ys_erasure_next(s->txn, &row, &next, err);
        if (code != YS_OK || !ys_hash_equal(&next.target, &row.target)) {
            const enum ys_code done =
                s->moved || s->all
                    ? settle_target(s->txn, &row.target, s->write, &s->tombstones, err)
                    : YS_OK;
            if (done != YS_OK)
                return done;
            s->moved = false;
        }
        row = next;
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

enum ys_code ys_erasures_settle(struct ys_txn *txn, const struct ys_member *member, bool all,
                                size_t *changed_out, size_t *tombstones_out, struct ys_err *err)
{
    struct settling s = {.txn = txn, .member = member, .all = all, .write = true};
    const enum ys_code code = settle(&s, err);
    *changed_out = s.changed;
    *tombstones_out = s.tombstones;
    return code;
}

enum ys_code ys_erasures_due(struct ys_txn *txn, const struct ys_member *member, bool all,
                             bool *out, struct ys_err *err)
{
    struct settling s = {.txn = txn, .member = member, .all = all};
    const enum ys_code code = settle(&s, err);
    *out = s.changed != 0 || s.tombstones != 0;
    return code;
}

/* --- copies --- */

static enum ys_code repeat_one(struct ys_txn *from, struct ys_txn *to, const struct ys_hash *target,
                               size_t *count, struct ys_err *err)
{
    struct ys_position at[PLACES];
    struct ys_hash by = {{0}};
    bool erased = false;
    size_t places = 0;
    enum ys_code code = find_winner(from, target, &erased, &by, err);
    if (code == YS_OK && erased)
        code = ys_log_by_id(to, target, at, PLACES, &places, err);
    for (size_t i = 0; code == YS_OK && i < places; i++) {
        struct ys_entry entry;
        code = ys_log_entry(to, at[i].log_id, at[i].index, &entry, err);
        if (code != YS_OK || is_settled(&entry, true, &by))
            continue;
        ++*count;
        code = replace_content(to, at[i], &entry, &by, err);
    }
    return code;
}

enum ys_code ys_erasures_repeat(struct ys_txn *from, struct ys_txn *to, size_t *count_out,
                                struct ys_err *err)
{
    struct ys_erasure row;
    *count_out = 0;
    enum ys_code code = ys_erasure_next(from, NULL, &row, err);
    while (code == YS_OK) {
        if (row.scope == YS_ERASE_BODY && row.state == YS_ERASURE_IN_EFFECT)
            code = repeat_one(from, to, &row.target, count_out, err);
        if (code == YS_OK)
            code = ys_erasure_next(from, &row, &row, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

/* --- overwriting --- */

enum ys_code ys_wiped_load(struct ys_txn *txn, uint64_t *out, struct ys_err *err)
{
    struct ys_bytes value;
    const enum ys_code code =
        ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(wiped_name), &value, err);
    if (code == YS_OK && value.size != 8)
        return ys_fail(err, YS_CORRUPT, "store: meta \"wiped\" has %zu bytes", value.size);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    *out = code == YS_OK ? ys_be64_get(value.data) : 0;
    return YS_OK;
}

static enum ys_code save_wiped(const struct ys_store *store, uint64_t count, struct ys_err *err)
{
    uint8_t value[8];
    YS_TXN_SCOPED txn = NULL;
    ys_be64_put(value, count);
    enum ys_code code = ys_store_begin(store, true, &txn, err);
    if (code == YS_OK)
        code = ys_checked_put(txn, YS_DB_META, ys_bytes_of_text(wiped_name),
                              (struct ys_bytes){value, sizeof value}, err);
    return code == YS_OK ? ys_txn_commit(&txn, err) : code;
}

enum ys_code ys_store_wipe(const struct ys_store *store, bool always, bool *done_out,
                           struct ys_wiped *out, struct ys_err *err)
{
    uint64_t erased = 0;
    uint64_t wiped = 0;
    YS_TXN_SCOPED txn = NULL;
    *done_out = false;
    enum ys_code code = ys_store_begin(store, false, &txn, err);
    if (code == YS_OK)
        code = ys_erased_count(txn, &erased, err);
    if (code == YS_OK)
        code = ys_wiped_load(txn, &wiped, err);
    ys_txn_abort(&txn);
    if (code != YS_OK || (!always && wiped >= erased))
        return code;
    /* Two commits: the file keeps its last two states, and neither may have what was erased. */
    for (int i = 0; code == YS_OK && i < 2; i++)
        code = save_wiped(store, wiped, err);
    if (code == YS_OK)
        code = ys_kv_wipe(ys_store_kv(store), out, err);
    if (code == YS_OK)
        code = save_wiped(store, erased, err);
    *done_out = code == YS_OK;
    return code;
}
