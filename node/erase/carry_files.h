/* Contents of attachments that were erased by law, of a home or of a backup.
 *
 * One that a record names which was not erased stays: the same file may belong to another unit's record,
 * whose author decides about it. Threads: main. Memory: heap during the call. */
#ifndef YS_NODE_ERASE_CARRY_FILES_H
#define YS_NODE_ERASE_CARRY_FILES_H

#include "node/model/model.h"
#include "sync/blob.h"
#include "sync/erasure.h"

/* `model` shows all that the store holds. `removed` (may be NULL) is told of each. */
YS_CHECKED enum ys_code ys_carry_files(struct ys_blobs *blobs, struct ys_txn *txn,
                                       struct ys_model *model,
                                       void (*removed)(void *context, const struct ys_hash *hash),
                                       void *context, size_t *count_out, struct ys_err *err);

#endif
