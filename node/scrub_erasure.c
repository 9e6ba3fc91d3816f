/* What was erased by law is gone, and nothing else is. */
#include "node/scrub_tables.h"
#include "sync/checked_row.h"
#include "sync/erasure.h"

#include <inttypes.h>
#include <string.h>

/* Is a redaction in effect for this record, and with this id (NULL: any)? */
static enum ys_code find_behind(struct ys_txn *txn, const struct ys_hash *target,
                                struct ys_bytes by, bool *body_out, bool *named_out,
                                struct ys_err *err)
{
    struct ys_erasure row;
    *body_out = *named_out = false;
    enum ys_code code = ys_erasure_of(txn, target, &row, err);
    while (code == YS_OK && ys_hash_equal(&row.target, target)) {
        if (row.state == YS_ERASURE_IN_EFFECT && row.scope == YS_ERASE_BODY) {
            struct ys_entry entry;
            struct ys_bytes text;
            struct ys_bytes kind;
            struct ys_hash id;
            code = ys_log_entry(txn, row.by.log_id, row.by.index, &entry, err);
            if (code != YS_OK || !ys_note_peek(entry.note, &text, &kind))
                return code;
            ys_record_id(text, &id);
            *body_out = true;
            *named_out =
                *named_out || ys_bytes_equal(by, (struct ys_bytes){id.bytes, sizeof id.bytes});
        }
        code = ys_erasure_next(txn, &row, &row, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static void count_rows(struct ys_scrub *scrub, const struct ys_entry *entry)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    if (ys_body_decode(entry->body, &arena, &body, NULL) == YS_OK &&
        body->kind_case == YISHI__V1__BODY__KIND_REDACTION) {
        for (size_t i = 0; i < body->n_refs; i++) {
            bool again = false;
            const Yishi__V1__Reference *const ref = body->refs[i];
            if (ref->rel != YISHI__V1__RELATION__RELATION_REDACTS || ref->record.len != YS_HASH_LEN)
                continue;
            for (size_t j = 0; j < i; j++)
                again =
                    again ||
                    (body->refs[j]->rel == ref->rel && body->refs[j]->record.len == YS_HASH_LEN &&
                     memcmp(body->refs[j]->record.data, ref->record.data, YS_HASH_LEN) == 0);
            scrub->redactions += !again;
        }
    }
    ys_arena_clear(&arena);
}

enum ys_code ys_scrub_erasure(struct ys_scrub *scrub, struct ys_txn *txn, const struct ys_log *log,
                              uint64_t index, const struct ys_entry *entry, struct ys_err *err)
{
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_hash id;
    bool erased = false;
    bool named = false;
    if (!ys_note_peek(entry->note, &text, &kind))
        return YS_OK;
    if (ys_bytes_is_text(kind, "redaction") && entry->content == YS_CONTENT_BODY)
        count_rows(scrub, entry);
    ys_record_id(text, &id);
    const enum ys_code code = find_behind(txn, &id, entry->body, &erased, &named, err);
    if (code != YS_OK)
        return code == YS_CORRUPT || code == YS_NOT_FOUND ? YS_OK : code; /* named with its table */
    if (entry->content == YS_CONTENT_TOMBSTONE && !named)
        ys_scrub_find(scrub, log->origin_text,
                      "entry %" PRIu64 ": a tombstone without a redaction that counts", index);
    else if (entry->content != YS_CONTENT_TOMBSTONE && erased)
        ys_scrub_find(scrub, log->origin_text,
                      "entry %" PRIu64 ": erased by law, and its content is not; see: yishi erase",
                      index);
    else if (entry->content == YS_CONTENT_ABSENT && entry->body.size == YS_HASH_LEN)
        ys_scrub_find(scrub, log->origin_text,
                      "entry %" PRIu64 ": whoever sent it says that it was erased by law, and no "
                      "redaction that counts says so",
                      index);
    return YS_OK;
}

/* --- the tables --- */

static void redaction_row(struct ys_scrub *scrub, struct ys_txn *txn, struct ys_bytes key,
                          struct ys_bytes value, void *context)
{
    uint64_t *const rows = context;
    struct ys_erasure row;
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    const struct ys_member *const member = scrub->options->member;
    enum ys_erasure_state state = YS_ERASURE_WAITING;
    (void)value;
    (*rows)++;
    if (key.size != YS_HASH_LEN + YS_ROW_KEY_LEN) {
        ys_scrub_find(scrub, "redaction", "a row of %zu bytes", key.size);
        return;
    }
    struct ys_hash target;
    memcpy(target.bytes, key.data, sizeof target.bytes);
    const struct ys_position by = {ys_be32_get(key.data + YS_HASH_LEN),
                                   ys_be64_get(key.data + YS_HASH_LEN + 4)};
    enum ys_code code = ys_erasure_of(txn, &target, &row, &scrub->why);
    while (code == YS_OK && (row.by.log_id != by.log_id || row.by.index != by.index))
        code = ys_erasure_next(txn, &row, &row, &scrub->why);
    if (code != YS_OK || !ys_hash_equal(&row.target, &target)) {
        ys_scrub_find(scrub, "redaction", "a row is damaged");
        return;
    }
    if (ys_log_entry(txn, by.log_id, by.index, &entry, NULL) != YS_OK ||
        !ys_note_peek(entry.note, &text, &kind) || !ys_bytes_is_text(kind, "redaction")) {
        ys_scrub_find(scrub, "redaction",
                      "a row names log %u entry %" PRIu64 ", which is no redaction", by.log_id,
                      by.index);
        return;
    }
    if (member == NULL || row.state == YS_ERASURE_WAITING)
        return;
    code = ys_erasure_judge(txn, member, &row, &state, NULL, &scrub->why);
    if (code == YS_OK && (state == YS_ERASURE_IN_EFFECT) != (row.state == YS_ERASURE_IN_EFFECT))
        ys_scrub_find(scrub, "redaction",
                      "log %u entry %" PRIu64 " is %s, and stands as %s; see: yishi erase",
                      by.log_id, by.index,
                      state == YS_ERASURE_IN_EFFECT ? "in effect" : "not in effect",
                      state == YS_ERASURE_IN_EFFECT ? "not" : "in effect");
}

static void erased_row(struct ys_scrub *scrub, struct ys_txn *txn, struct ys_bytes key,
                       struct ys_bytes value, void *context)
{
    uint64_t *const counter = context;
    const struct ys_bytes row = value;
    (void)txn;
    if (ys_checked_open(YS_DB_ERASED, key, row, &value, NULL) != YS_OK || key.size != 8 ||
        ys_be64_get(key.data) != ++*counter || value.size < YS_ROW_KEY_LEN ||
        (value.size - YS_ROW_KEY_LEN) % YS_HASH_LEN != 0)
        ys_scrub_find(scrub, "erased", "a row is damaged or missing");
}

enum ys_code ys_scrub_redactions(struct ys_scrub *scrub, struct ys_txn *txn, struct ys_err *err)
{
    uint64_t rows = 0;
    uint64_t counter = 0;
    enum ys_code code = ys_scrub_each(scrub, txn, YS_DB_REDACTION, redaction_row, &rows, err);
    if (code == YS_OK)
        code = ys_scrub_each(scrub, txn, YS_DB_ERASED, erased_row, &counter, err);
    if (code == YS_OK && rows < scrub->redactions)
        ys_scrub_find(scrub, "redaction",
                      "%" PRIu64 " rows where redactions name %" PRIu64 " records", rows,
                      scrub->redactions);
    return code;
}
