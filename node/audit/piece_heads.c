#include "crypto/checkpoint.h"
#include "node/audit/piece.h"
#include "sync/heads.h"

#include <inttypes.h>
#include <string.h>

static enum ys_code follow_witness(struct ys_piece *piece, const struct ys_vkey *key, uint64_t size,
                                   uint64_t time_s, struct ys_err *err)
{
    struct ys_witness *const witness = ys_witnesses_find(&piece->witnesses, key);
    if (time_s > piece->done.last_cosigned_s)
        piece->done.last_cosigned_s = time_s;
    if (witness == NULL) {
        const struct ys_witness next = {key, size, time_s, size, time_s};
        return ys_witnesses_add(&piece->witnesses, &next, err);
    }
    if (time_s < witness->last_s)
        YS_PIECE_FLAW(piece, COSIGNATURE,
                      "head of size %" PRIu64 ": %s signed at %" PRIu64
                      ", and the smaller size %" PRIu64 " later, at %" PRIu64,
                      size, key->name, time_s, witness->last_size, witness->last_s);
    witness->last_size = size;
    witness->last_s = time_s;
    return YS_OK;
}

/* A head over more than is here: a catch-up is on its way there, or something is missing. */
static void follow_beyond(struct ys_piece *piece, const struct ys_division *witness, uint64_t size,
                          uint64_t time_s)
{
    if (size <= piece->log.frontier.size || size < piece->done.beyond_size)
        return;
    piece->done.beyond_size = size;
    piece->done.beyond_s = time_s;
    piece->done.beyond_witness = *witness;
}

/* The key of a unit's witness whose id a line bears, one that was replaced or cut too; NULL: none is known. */
static const struct ys_vkey *witness_key(const struct ys_member *member, const struct ys_name *name,
                                         uint32_t id)
{
    const struct ys_member_key *key = NULL;
    size_t at = 0;
    if (member != NULL)
        while ((key = ys_member_key_of_id(member, id, &at)) != NULL)
            if (ys_name_equal(&key->name, name))
                return &key->vkey;
    return NULL;
}

static enum ys_code check_lines(struct ys_piece *piece, const struct ys_note *note, uint64_t size,
                                struct ys_err *err)
{
    const struct ys_member *const member = piece->options->member;
    const struct ys_vkey *const log_key =
        member == NULL ? NULL : ys_member_log_key_at(member, piece->log.origin_text, size);
    bool signed_by_log = false;
    enum ys_code code = YS_OK;
    for (unsigned i = 0; i < note->line_count && code == YS_OK; i++) {
        struct ys_name name;
        const struct ys_vkey *key = NULL;
        uint64_t time_s = 0;
        if (ys_name_parse(note->line[i].name, &name, NULL) != YS_OK) {
            YS_PIECE_FLAW(piece, HEAD, "head of size %" PRIu64 ": a line under a name that is none",
                          size);
            continue;
        }
        if (name.kind == YS_NAME_LOG)
            key = log_key;
        else if (name.kind == YS_NAME_MIRROR)
            key = witness_key(member, &name, note->line[i].key_id);
        if (key == NULL || key->id != note->line[i].key_id) {
            piece->done.unknown_cosignatures++;
            continue;
        }
        if (ys_note_check(note, key, &time_s) != YS_LINE_GOOD) {
            ys_flaw_add(
                &piece->flaws, name.kind == YS_NAME_LOG ? YS_FLAW_HEAD : YS_FLAW_COSIGNATURE,
                piece->log.origin_text, "head of size %" PRIu64 ": the line of %s does not verify",
                size, key->name);
        } else if (name.kind == YS_NAME_LOG) {
            signed_by_log = true;
        } else {
            piece->done.cosignatures++;
            code = follow_witness(piece, key, size, time_s, err);
            follow_beyond(piece, &name.division, size, time_s);
        }
    }
    if (log_key != NULL && !signed_by_log)
        YS_PIECE_FLAW(piece, HEAD, "head of size %" PRIu64 ": it is not signed by the log's key",
                      size);
    return code;
}

/* A head over entries that came while the scrub ran, as their signers may have: it is left to the next one. */
static enum ys_code came_later(const struct ys_piece *piece, struct ys_txn *txn, uint64_t size,
                               bool *later_out, struct ys_err *err)
{
    struct ys_log now;
    *later_out = false;
    if (size <= piece->log.frontier.size)
        return YS_OK;
    const enum ys_code code = ys_log_load(txn, piece->log.id, &now, err);
    *later_out = code == YS_OK && size <= now.frontier.size;
    return code == YS_CORRUPT || code == YS_NOT_FOUND ? YS_OK : code; /* named with its table */
}

static enum ys_code check_head(struct ys_piece *piece, struct ys_txn *txn, uint64_t size,
                               struct ys_bytes bytes, struct ys_err *err)
{
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    struct ys_hash root;
    bool later = false;
    enum ys_code code = came_later(piece, txn, size, &later, err);
    if (code != YS_OK || later)
        return code;
    if (bytes.size > YS_HEAD_MAX) {
        YS_PIECE_FLAW(piece, HEAD, "head of size %" PRIu64 ": %zu bytes", size, bytes.size);
        return YS_OK;
    }
    if (ys_note_parse(bytes, &note, NULL) != YS_OK ||
        ys_checkpoint_parse(note.text, &checkpoint, NULL) != YS_OK || checkpoint.size != size ||
        strcmp(checkpoint.origin, piece->log.origin_text) != 0) {
        YS_PIECE_FLAW(piece, HEAD,
                      "head of size %" PRIu64 ": it is no checkpoint of that size and log", size);
        return YS_OK;
    }
    piece->done.heads++;
    code = check_lines(piece, &note, size, err);
    if (code != YS_OK || size > piece->log.frontier.size) /* a catch-up is on its way there */
        return code;
    code = ys_log_root_at(txn, &piece->log, size, &root, err);
    if (code == YS_CORRUPT || code == YS_NOT_FOUND)
        return YS_OK; /* the tile is found where tiles are */
    if (code == YS_OK && !ys_hash_equal(&root, &checkpoint.root))
        YS_PIECE_FLAW(piece, HEAD, "head of size %" PRIu64 ": its root is not that of the entries",
                      size);
    return code;
}

enum ys_code ys_piece_heads(struct ys_piece *piece, struct ys_txn *txn, struct ys_err *err)
{
    const uint64_t end = piece->last ? UINT64_MAX : piece->first + piece->count;
    uint64_t at_least = piece->first == 0 ? 0 : piece->first + 1;
    for (;;) {
        uint64_t size = 0;
        struct ys_bytes bytes;
        enum ys_code code = ys_head_at_least(txn, piece->log.id, at_least, &size, &bytes, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && size > end))
            return YS_OK;
        if (code == YS_OK)
            code = check_head(piece, txn, size, bytes, err);
        if (code != YS_OK || size == UINT64_MAX)
            return code;
        at_least = size + 1;
    }
}
