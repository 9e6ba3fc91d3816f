#include "node/audit/piece.h"
#include "node/lang.h"
#include "sync/heads.h"

#include <string.h>

/* References must lead to records that are there. A node below the district does not hold all that its units may
 * refer to, so there it is a check that could not be made. */
static enum ys_code follow_references(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                                      const Yishi__V1__Body *body, struct ys_err *err)
{
    const struct ys_division *const self =
        &ys_store_identity(piece->options->store)->origin.division;
    const bool holds_all = ys_division_level(self) == YS_LEVEL_DISTRICT;
    for (size_t i = 0; i < body->n_refs; i++) {
        const ProtobufCBinaryData *const wanted = &body->refs[i]->record;
        struct ys_hash id;
        struct ys_position found;
        size_t count = 0;
        char text[YS_RECORD_ID_TEXT_MAX];
        if (wanted->len != YS_HASH_LEN)
            continue; /* ys_body_decode has said so: the verdict is not ok */
        memcpy(id.bytes, wanted->data, YS_HASH_LEN);
        if (ys_piece_knows(piece, &id)) {
            piece->done.references++;
            continue;
        }
        const enum ys_code code = ys_log_by_id(txn, &id, &found, 1, &count, err);
        if (code == YS_CORRUPT)
            continue; /* the row is named where its record is */
        if (code != YS_OK)
            return code;
        piece->done.references++;
        if (count != 0) {
            ys_piece_remember(piece, &id);
            continue;
        }
        ys_record_id_print(&id, text);
        ys_flaw_add_entry(&piece->flaws, holds_all ? YS_FLAW_REFERENCE : YS_FLAW_UNKNOWN,
                          piece->log.origin_text, index,
                          _("it refers to record %s, which is not here"), text);
    }
    return YS_OK;
}

/* The time that a receipt tells must be the one under the head, where that is kept. */
static enum ys_code compare_time(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                                 const struct ys_log *log, const Yishi__V1__Receipt *receipt,
                                 struct ys_err *err)
{
    const struct ys_vkey *const key =
        ys_member_mirror(piece->options->member, &piece->log.origin.division);
    uint64_t size = 0;
    struct ys_bytes bytes;
    struct ys_note note;
    uint64_t time_s = 0;
    const enum ys_code code = ys_head_at_least(txn, log->id, receipt->size, &size, &bytes, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND || code == YS_CORRUPT ? YS_OK : code;
    if (key == NULL || size != receipt->size || ys_note_parse(bytes, &note, NULL) != YS_OK ||
        ys_note_check(&note, key, &time_s) != YS_LINE_GOOD || time_s == receipt->time)
        return YS_OK;
    YS_PIECE_FLAW_AT(
        piece, RECEIPT, index,
        _("it says that %s was cosigned at size %llu at %llu; the cosignature says %llu"),
        log->origin_text, (unsigned long long)receipt->size, (unsigned long long)receipt->time,
        (unsigned long long)time_s);
    return YS_OK;
}

/* What the writer says to have cosigned, against what is held of that log. */
static enum ys_code follow_receipt(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                                   const Yishi__V1__Receipt *receipt, struct ys_err *err)
{
    struct ys_log log;
    struct ys_hash root;
    if (receipt->log == NULL || receipt->root.len != YS_HASH_LEN)
        return YS_OK;
    enum ys_code code = ys_log_find(txn, receipt->log, &log, err);
    if (code == YS_NOT_FOUND || code == YS_CORRUPT)
        return YS_OK; /* what is not here is for the hearing */
    if (code != YS_OK)
        return code;
    piece->done.receipts++;
    if (receipt->size > log.frontier.size)
        return YS_OK;
    code = ys_log_root_at(txn, &log, receipt->size, &root, err);
    if (code == YS_CORRUPT || code == YS_NOT_FOUND)
        return YS_OK; /* the tile is found with its log */
    if (code != YS_OK)
        return code;
    if (memcmp(root.bytes, receipt->root.data, YS_HASH_LEN) != 0) {
        YS_PIECE_FLAW_AT(
            piece, RECEIPT, index,
            _("its writer cosigned another history of %s: the root at size %llu is not "
              "that of the entries held here"),
            log.origin_text, (unsigned long long)receipt->size);
        return YS_OK;
    }
    return compare_time(piece, txn, index, &log, receipt, err);
}

static enum ys_code look(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                         const struct ys_entry *entry, const struct ys_hash *id,
                         const Yishi__V1__Body *body, struct ys_err *err)
{
    enum ys_code code = follow_references(piece, txn, index, body, err);
    if (code == YS_OK)
        code = ys_piece_files(piece, txn, index, id, body, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_RECEIPTS) {
        const Yishi__V1__Receipts *const receipts = body->receipts;
        for (size_t i = 0; i < receipts->n_receipts && code == YS_OK; i++)
            code = follow_receipt(piece, txn, index, receipts->receipts[i], err);
    }
    if (code == YS_OK && (body->kind_case == YISHI__V1__BODY__KIND_RECEIPTS ||
                          body->kind_case == YISHI__V1__BODY__KIND_REPORT_SNAPSHOT ||
                          body->kind_case == YISHI__V1__BODY__KIND_RULE_PARAMETER))
        code = ys_piece_hear(piece, index, entry, err);
    return code;
}

enum ys_code ys_piece_deep(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                           const struct ys_entry *entry, const struct ys_hash *id,
                           const Yishi__V1__Body *body, struct ys_err *err)
{
    struct ys_arena arena;
    struct ys_err why = {0};
    if (body != NULL)
        return look(piece, txn, index, entry, id, body, err);
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_unpack(entry->body, &arena, &body, &why);
    if (code == YS_OK)
        code = look(piece, txn, index, entry, id, body, err);
    else
        code = code == YS_NOMEM ? ys_fail(err, code, "%s", why.msg) : YS_OK;
    ys_arena_clear(&arena);
    return code;
}
