#include "node/audit/piece.h"
#include "node/lang.h"
#include "sync/blob.h"
#include "sync/erasure.h"

#include <string.h>
#include <unistd.h>

/* Has a redaction that is in effect named this attachment of the record? */
static enum ys_code was_erased(struct ys_txn *txn, const struct ys_hash *record,
                               const ProtobufCBinaryData *hash, bool *erased_out,
                               struct ys_err *err)
{
    struct ys_erasure row;
    *erased_out = false;
    enum ys_code code = ys_erasure_of(txn, record, &row, err);
    while (code == YS_OK && ys_hash_equal(&row.target, record) && !*erased_out) {
        if (row.state == YS_ERASURE_IN_EFFECT && row.scope == YS_ERASE_ATTACHMENT) {
            struct ys_arena arena;
            const Yishi__V1__Body *body = NULL;
            ys_arena_init(&arena, YS_BODY_ARENA_MAX);
            code = ys_erasure_body(txn, &row, &arena, &body, err);
            *erased_out = code == YS_OK && body->kind_case == YISHI__V1__BODY__KIND_REDACTION &&
                          body->redaction->attachment.len == hash->len &&
                          memcmp(body->redaction->attachment.data, hash->data, hash->len) == 0;
            ys_arena_clear(&arena);
            if (code != YS_OK)
                return code == YS_NOT_FOUND ? YS_OK : code;
        }
        code = ys_erasure_next(txn, &row, &row, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static enum ys_code check_file(struct ys_piece *piece, uint64_t index, const struct ys_hash *hash,
                               struct ys_err *err)
{
    YS_BLOBS_SCOPED *blobs = NULL; /* one an object: each thread opens its own */
    char name[YS_BLOB_NAME_LEN + 1];
    struct ys_err why = {0};
    ys_blob_name(hash, name);
    enum ys_code code = YS_NOT_FOUND;
    if (access(piece->options->attachments, F_OK) == 0) {
        code =
            ys_blobs_open(piece->options->attachments, &(struct ys_blob_options){0}, &blobs, err);
        if (code != YS_OK)
            return code;
        code = ys_blobs_check(blobs, hash, &why);
    }
    if (code == YS_OK)
        piece->done.files++;
    else if (code == YS_NOT_FOUND)
        YS_PIECE_FLAW_AT(piece, UNKNOWN, index, _("the file of attachment %s is not here"), name);
    else if (code == YS_CORRUPT)
        YS_PIECE_FLAW_AT(piece, ATTACHMENT, index,
                         _("the file of attachment %s is not what the record says"), name);
    else
        return ys_fail(err, code, "%s", why.msg);
    return YS_OK;
}

enum ys_code ys_piece_files(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                            const struct ys_hash *record, const Yishi__V1__Body *body,
                            struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < body->n_attachments && code == YS_OK; i++) {
        const Yishi__V1__Attachment *const attachment = body->attachments[i];
        struct ys_hash hash;
        bool erased = false;
        if (attachment->scope != YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_REPLICATED ||
            attachment->alg != YISHI__V1__HASH_ALGORITHM__HASH_ALGORITHM_SHA256 ||
            attachment->hash.len != YS_HASH_LEN || piece->options->attachments == NULL)
            continue;
        memcpy(hash.bytes, attachment->hash.data, YS_HASH_LEN);
        code = was_erased(txn, record, &attachment->hash, &erased, err);
        if (code == YS_OK && !erased)
            code = check_file(piece, index, &hash, err);
    }
    return code;
}
