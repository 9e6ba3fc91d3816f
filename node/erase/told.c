#include "node/erase/told.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *ys_erase_scope_word(enum ys_erasure_scope scope)
{
    switch (scope) {
    case YS_ERASE_BODY:
        return "content";
    case YS_ERASE_SLOT:
        return "sealed";
    case YS_ERASE_ATTACHMENT:
        return "attachment";
    }
    return "?";
}

static void copy_text(const char *text, char out[YS_TOLD_TEXT_MAX])
{
    (void)snprintf(out, YS_TOLD_TEXT_MAX, "%s", text == NULL ? "" : text);
}

/* YS_NOT_FOUND when the redaction cannot be read. */
static enum ys_code read_redaction(struct ys_txn *txn, struct ys_told *told, struct ys_err *err)
{
    struct ys_arena arena;
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_log log;
    const Yishi__V1__Body *body = NULL;
    const struct ys_position by = told->erasure.by;
    enum ys_code code = ys_log_load(txn, by.log_id, &log, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, by.log_id, by.index, &entry, err);
    if (code != YS_OK || !ys_note_peek(entry.note, &text, &kind))
        return code != YS_OK ? code : YS_NOT_FOUND;
    ys_record_id(text, &told->by);
    (void)snprintf(told->place, sizeof told->place, "%s:%" PRIu64, log.origin.division.digits,
                   by.index);
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    code = ys_erasure_body(txn, &told->erasure, &arena, &body, err);
    if (code == YS_OK && body->kind_case == YISHI__V1__BODY__KIND_REDACTION) {
        const Yishi__V1__Redaction *const redaction = body->redaction;
        told->reason = (int)redaction->reason;
        told->day = redaction->erased_on == NULL ? 0 : redaction->erased_on->yyyymmdd;
        copy_text(redaction->order, told->order);
        copy_text(redaction->slot, told->slot);
        if (redaction->has_attachment && redaction->attachment.len == sizeof told->attachment.bytes)
            memcpy(told->attachment.bytes, redaction->attachment.data, redaction->attachment.len);
    }
    ys_arena_clear(&arena);
    return code;
}

/* One pass: those in effect, or the others. */
static enum ys_code take(struct ys_txn *txn, const struct ys_member *member,
                         const struct ys_hash *target, bool in_effect, struct ys_told *out,
                         size_t *count, struct ys_err *err)
{
    struct ys_erasure row;
    enum ys_code code = ys_erasure_of(txn, target, &row, err);
    while (code == YS_OK && ys_hash_equal(&row.target, target) && *count < YS_TOLD_MAX) {
        struct ys_told told = {.erasure = row};
        enum ys_erasure_state state = row.state;
        if ((row.state == YS_ERASURE_IN_EFFECT) == in_effect) {
            code = read_redaction(txn, &told, err);
            if (code == YS_OK && !in_effect && member != NULL)
                code = ys_erasure_judge(txn, member, &row, &state, &told.why, err);
            if (code == YS_OK)
                out[(*count)++] = told;
            else if (code != YS_NOT_FOUND)
                return code;
        }
        code = ys_erasure_next(txn, &row, &row, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

enum ys_code ys_told_load(struct ys_txn *txn, const struct ys_member *member,
                          const struct ys_hash *target, struct ys_told *out, size_t *count_out,
                          struct ys_err *err)
{
    *count_out = 0;
    const enum ys_code code = take(txn, member, target, true, out, count_out, err);
    return code == YS_OK ? take(txn, member, target, false, out, count_out, err) : code;
}
