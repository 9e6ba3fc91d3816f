#include "node/audit/piece.h"
#include "sync/erasure.h"

#include <string.h>

/* Is a redaction in effect for this record's content, and one with this id? */
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

static bool names_before(const Yishi__V1__Body *body, size_t i)
{
    const Yishi__V1__Reference *const ref = body->refs[i];
    for (size_t j = 0; j < i; j++)
        if (body->refs[j]->rel == ref->rel && body->refs[j]->record.len == YS_HASH_LEN &&
            memcmp(body->refs[j]->record.data, ref->record.data, YS_HASH_LEN) == 0)
            return true;
    return false;
}

/* The rows that "redaction" must have for it. */
static void count_rows(struct ys_piece *piece, const struct ys_entry *entry)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    if (ys_body_decode(entry->body, &arena, &body, NULL) == YS_OK &&
        body->kind_case == YISHI__V1__BODY__KIND_REDACTION)
        for (size_t i = 0; i < body->n_refs; i++)
            piece->sums.redactions += body->refs[i]->rel == YISHI__V1__RELATION__RELATION_REDACTS &&
                                      body->refs[i]->record.len == YS_HASH_LEN &&
                                      !names_before(body, i);
    ys_arena_clear(&arena);
}

enum ys_code ys_piece_erasure(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                              const struct ys_entry *entry, const struct ys_hash *id,
                              struct ys_bytes kind, struct ys_err *err)
{
    bool erased = false;
    bool named = false;
    if (ys_bytes_is_text(kind, "redaction") && entry->content == YS_CONTENT_BODY)
        count_rows(piece, entry);
    const enum ys_code code = find_behind(txn, id, entry->body, &erased, &named, err);
    if (code != YS_OK)
        return code == YS_CORRUPT || code == YS_NOT_FOUND ? YS_OK : code; /* named with its table */
    if (entry->content == YS_CONTENT_TOMBSTONE && !named)
        YS_PIECE_FLAW_AT(piece, CONTENT, index, "a tombstone without a redaction that counts");
    else if (entry->content != YS_CONTENT_TOMBSTONE && erased)
        YS_PIECE_FLAW_AT(piece, CONTENT, index,
                         "erased by law, and its content is not; see: yishi erase");
    else if (entry->content == YS_CONTENT_ABSENT && entry->body.size == YS_HASH_LEN)
        YS_PIECE_FLAW_AT(piece, CONTENT, index,
                         "whoever sent it says that it was erased by law, and no redaction that "
                         "counts says so");
    return YS_OK;
}
