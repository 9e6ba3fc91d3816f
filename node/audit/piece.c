#include "node/audit/piece.h"

#include "node/lang.h"
#include "sync/absent.h"
#include "sync/log_index.h"
#include "sync/verdict.h"

#include <stdlib.h>
#include <string.h>

/* An entry, what its signatures are worth, and its body where that was read to find out. */
struct reading {
    struct ys_entry entry;
    enum ys_verdict verdict;
    struct ys_arena arena;
    const Yishi__V1__Body *body;
};

/* The body beside a note, and what the note says of it. False: nothing can be read of the record. */
static bool check_body(struct ys_piece *piece, uint64_t index, const struct reading *reading)
{
    const struct ys_entry *const entry = &reading->entry;
    struct ys_note note;
    struct ys_record record;
    struct ys_err why = {0};
    switch (entry->content) {
    case YS_CONTENT_ABSENT:
        piece->done.absent_bodies++;
        if (entry->body.size != 0 && entry->body.size != YS_HASH_LEN)
            YS_PIECE_FLAW_AT(piece, CONTENT, index, "an absent body of %zu bytes",
                             entry->body.size);
        else if (piece->options->deep)
            YS_PIECE_FLAW_AT(piece, CONTENT, index, _("its content is not here"));
        return false;
    case YS_CONTENT_TOMBSTONE:
        piece->done.tombstones++;
        if (entry->body.size != YS_HASH_LEN)
            YS_PIECE_FLAW_AT(piece, CONTENT, index, "its tombstone names no record");
        return false;
    case YS_CONTENT_BODY:
        break;
    }
    if (reading->verdict == YS_VERDICT_OK) /* ys_judge has compared them */
        return true;
    if (ys_note_parse(entry->note, &note, &why) != YS_OK ||
        ys_record_parse(note.text, &record, &why) != YS_OK) {
        YS_PIECE_FLAW_AT(piece, CONTENT, index, "a body beside a note that is no record");
        return false;
    }
    if (ys_record_check_body(&record, entry->body, &why) == YS_OK)
        return true;
    YS_PIECE_FLAW_AT(piece, CONTENT, index, "%s", why.msg);
    return false;
}

/* What is kept is what we found. Once somebody's keys have changed since we began, a daemon judges by keys that we
 * do not know. */
static enum ys_code check_kept(struct ys_piece *piece, struct ys_txn *txn, const uint8_t *row,
                               uint64_t index, enum ys_verdict found, struct ys_err *err)
{
    uint64_t members = 0;
    const enum ys_verdict stored =
        row == NULL ? YS_VERDICT_UNCHECKED : ys_status_in_row(row, index % YS_STATUS_CHUNK);
    if (stored == YS_VERDICT_UNCHECKED || stored == found)
        return YS_OK;
    const enum ys_code code = ys_txn_count(txn, YS_DB_MEMBER, &members, err);
    if (code != YS_OK)
        return code;
    if (members == piece->begun->members)
        YS_PIECE_FLAW_AT(piece, CACHE, index, "status says %s, it is %s", ys_verdict_name(stored),
                         ys_verdict_name(found));
    else
        YS_PIECE_FLAW_AT(piece, UNKNOWN, index,
                         "status says %s, it was %s when this began; keys have changed since, so "
                         "look again",
                         ys_verdict_name(stored), ys_verdict_name(found));
    return YS_OK;
}

static enum ys_code check_verdict(struct ys_piece *piece, struct ys_txn *txn, const uint8_t *row,
                                  uint64_t index, struct reading *reading, struct ys_err *err)
{
    struct ys_err why = {0};
    ys_arena_reuse(&reading->arena);
    reading->body = NULL;
    reading->verdict = YS_VERDICT_UNCHECKED;
    if (piece->options->member == NULL) {
        piece->done.verdicts[YS_VERDICT_UNCHECKED]++;
        return YS_OK;
    }
    const enum ys_verdict found =
        ys_judge_body(piece->options->member, &piece->log.origin, index, &reading->entry,
                      &reading->arena, &reading->body, &why);
    if (found == YS_VERDICT_UNCHECKED)
        return ys_fail(err, why.code, "%s", why.msg);
    reading->verdict = found;
    piece->done.verdicts[found]++;
    if (found == YS_VERDICT_BAD)
        YS_PIECE_FLAW_AT(piece, SIGNATURE, index, "%s", why.msg);
    if (found == YS_VERDICT_UNKNOWN_KEY && piece->options->deep)
        YS_PIECE_FLAW_AT(piece, UNKNOWN, index, "%s", why.msg);
    return check_kept(piece, txn, row, index, found, err);
}

/* An entry without its content must stand in "absent", or it would not be asked for again. */
static enum ys_code check_absent(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                                 struct ys_err *err)
{
    const struct ys_position at = {piece->log.id, index};
    struct ys_position next;
    const enum ys_code code = ys_absent_next(txn, &at, &next, err);
    if (code == YS_NOT_FOUND || code == YS_CORRUPT ||
        (code == YS_OK && (next.log_id != at.log_id || next.index != at.index))) {
        YS_PIECE_FLAW_AT(piece, ROW, index, "it is not in \"absent\"");
        return YS_OK;
    }
    return code;
}

static size_t known_at(const struct ys_hash *id)
{
    return ys_be64_get(id->bytes) % YS_PIECE_KNOWN;
}

void ys_piece_remember(struct ys_piece *piece, const struct ys_hash *id)
{
    piece->known[known_at(id)] = *id;
}

bool ys_piece_knows(const struct ys_piece *piece, const struct ys_hash *id)
{
    static const struct ys_hash nothing; /* what is in an empty place, and no record's id */
    return ys_hash_equal(&piece->known[known_at(id)], id) && !ys_hash_equal(id, &nothing);
}

/* A million looks at places all over a table cost more than to read it once from its begin: then the sums tell
 * whether all are there. */
static enum ys_code check_byid(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                               const struct ys_hash *id, struct ys_err *err)
{
    uint8_t row[YS_ROW_KEY_LEN];
    bool there = false;
    ys_piece_remember(piece, id);
    if (piece->positions_key != NULL) {
        ys_row_key(piece->log.id, index, row);
        ys_positions_add(&piece->sums.positions, piece->positions_key, id->bytes, row);
        return YS_OK;
    }
    const enum ys_code code = ys_byid_has(txn, id, piece->log.id, index, &there, err);
    if (code == YS_OK && !there)
        YS_PIECE_FLAW_AT(piece, ROW, index, "it is not in \"byid\"");
    return code;
}

/* Is an entry in "byid" and, if it must be, in "member"? */
static enum ys_code check_indexes(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                                  const struct ys_hash *id, bool membership, struct ys_err *err)
{
    struct ys_position next;
    enum ys_code code = check_byid(piece, txn, index, id, err);
    if (code != YS_OK || !membership)
        return code;
    piece->sums.membership++;
    code = ys_membership_next(txn, piece->log.id, index, &next, err);
    if (code == YS_NOT_FOUND || code == YS_CORRUPT ||
        (code == YS_OK && (next.log_id != piece->log.id || next.index != index))) {
        YS_PIECE_FLAW_AT(piece, ROW, index, "it is not in \"member\"");
        return YS_OK;
    }
    return code;
}

static enum ys_code check_entry(struct ys_piece *piece, struct ys_txn *txn, const uint8_t *row,
                                unsigned at, struct reading *reading, struct ys_err *err)
{
    const uint64_t index = piece->first + at;
    const struct ys_entry *const entry = &reading->entry;
    struct ys_bytes text;
    struct ys_bytes kind_name;
    enum ys_code code = ys_log_entry(txn, piece->log.id, index, &reading->entry, err);
    if (code == YS_NOT_FOUND || code == YS_CORRUPT) {
        YS_PIECE_FLAW_AT(piece, ENTRY, index, "%s",
                         code == YS_CORRUPT ? "its row in \"body\" is missing" : "it is missing");
        return YS_OK;
    }
    if (code != YS_OK)
        return code;
    ys_leaf_hash(entry->note, &piece->leaf[at]);
    if (piece->whole == at)
        piece->whole++;
    code = check_verdict(piece, txn, row, index, reading, err);
    const bool readable = code == YS_OK && check_body(piece, index, reading);
    if (code != YS_OK || !ys_note_peek(entry->note, &text, &kind_name))
        return code;
    struct ys_hash id;
    ys_record_id(text, &id);
    const struct ys_kind *const kind = ys_kind_by_name(kind_name);
    code = check_indexes(piece, txn, index, &id, kind != NULL && kind->membership, err);
    if (code == YS_OK && entry->content == YS_CONTENT_ABSENT)
        code = check_absent(piece, txn, index, err);
    if (code == YS_OK)
        code = ys_piece_erasure(piece, txn, index, entry, &id, kind_name, err);
    if (code == YS_OK && piece->options->deep && readable && reading->verdict == YS_VERDICT_OK)
        code = ys_piece_deep(piece, txn, index, entry, &id, reading->body, err);
    return code;
}

enum ys_code ys_piece_entries(struct ys_piece *piece, struct ys_txn *txn, struct ys_err *err)
{
    uint8_t bytes[YS_STATUS_ROW_LEN];
    const uint8_t *row = bytes;
    enum ys_code code = YS_OK;
    if (piece->count == 0)
        return YS_OK;
    /* A damaged row is named once, with its table. */
    code = ys_status_row(txn, piece->log.id, piece->first / YS_STATUS_CHUNK, bytes, err);
    if (code == YS_CORRUPT || code == YS_NOT_FOUND)
        row = NULL;
    else if (code != YS_OK)
        return code;
    code = YS_OK;
    struct reading reading;
    ys_arena_init(&reading.arena, YS_BODY_ARENA_MAX);
    for (unsigned at = 0; at < piece->count && code == YS_OK; at++)
        code = check_entry(piece, txn, row, at, &reading, err);
    ys_arena_clear(&reading.arena);
    return code;
}

enum ys_code ys_piece_hear(struct ys_piece *piece, uint64_t index, const struct ys_entry *entry,
                           struct ys_err *err)
{
    struct ys_piece_heard *const heard =
        malloc(sizeof *heard + entry->note.size + entry->body.size);
    if (heard == NULL)
        return ys_fail(err, YS_NOMEM, "scrub: out of memory");
    heard->next = NULL;
    heard->index = index;
    heard->note_size = entry->note.size;
    heard->body_size = entry->body.size;
    memcpy(heard->bytes, entry->note.data, entry->note.size);
    memcpy(heard->bytes + entry->note.size, entry->body.data, entry->body.size);
    *piece->heard_last = heard;
    piece->heard_last = &heard->next;
    return YS_OK;
}
