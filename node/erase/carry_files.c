#include "node/erase/carry_files.h"

#include <string.h>

/* Is the attachment of this record erased? With the record's whole content it is not in the model any
 * more. */
static enum ys_code is_erased(struct ys_txn *txn, const struct ys_hash *record,
                              const struct ys_hash *hash, bool *out, struct ys_err *err)
{
    struct ys_erasure row;
    *out = false;
    enum ys_code code = ys_erasure_of(txn, record, &row, err);
    while (code == YS_OK && !*out && ys_hash_equal(&row.target, record)) {
        struct ys_arena arena;
        const Yishi__V1__Body *body = NULL;
        ys_arena_init(&arena, YS_BODY_ARENA_MAX);
        if (row.state == YS_ERASURE_IN_EFFECT && row.scope == YS_ERASE_ATTACHMENT) {
            code = ys_erasure_body(txn, &row, &arena, &body, err);
            *out = code == YS_OK && body->redaction->attachment.len == sizeof hash->bytes &&
                   memcmp(body->redaction->attachment.data, hash->bytes, sizeof hash->bytes) == 0;
        }
        ys_arena_clear(&arena);
        if (code == YS_OK)
            code = ys_erasure_next(txn, &row, &row, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static enum ys_code is_named(struct ys_model *model, struct ys_txn *txn, const struct ys_hash *hash,
                             bool *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    *out = false;
    enum ys_code code = ys_query_open(ys_model_sql(model),
                                      "SELECT r.id FROM attachment a JOIN record r ON r.no = a.rec"
                                      " WHERE a.hash = ?",
                                      &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_blob(query, 1, (struct ys_bytes){hash->bytes, sizeof hash->bytes});
    while (code == YS_OK && row && !*out) {
        struct ys_hash record;
        bool erased = false;
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        if (!ys_query_hash(query, 0, &record))
            continue;
        code = is_erased(txn, &record, hash, &erased, err);
        *out = !erased;
    }
    return code;
}

enum ys_code ys_carry_files(struct ys_blobs *blobs, struct ys_txn *txn, struct ys_model *model,
                            void (*removed)(void *context, const struct ys_hash *hash),
                            void *context, size_t *count_out, struct ys_err *err)
{
    struct ys_erased erased = {.counter = 0};
    *count_out = 0;
    enum ys_code code = ys_erased_next(txn, 0, &erased, err);
    while (code == YS_OK) {
        for (size_t at = 0; code == YS_OK && at < erased.attachments.size; at += YS_HASH_LEN) {
            struct ys_hash hash;
            uint64_t size = 0;
            bool named = false;
            memcpy(hash.bytes, erased.attachments.data + at, sizeof hash.bytes);
            code = ys_blobs_size(blobs, &hash, &size, err);
            const bool there = code == YS_OK;
            if (code == YS_NOT_FOUND)
                code = YS_OK;
            if (code == YS_OK)
                code = is_named(model, txn, &hash, &named, err);
            if (code == YS_OK && !named) /* also what came of it on its way */
                code = ys_blobs_remove(blobs, &hash, err);
            if (code == YS_OK && !named && there) {
                ++*count_out;
                if (removed != NULL)
                    removed(context, &hash);
            }
        }
        if (code == YS_OK)
            code = ys_erased_next(txn, erased.counter, &erased, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}
