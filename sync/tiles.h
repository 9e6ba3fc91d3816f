/* Rows of the `tile` table: Merkle tiles of 256 hashes (crypto/tile.h).
 *
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_TILES_H
#define YS_SYNC_TILES_H

#include "sync/log.h"

/* Append `count` leaf hashes behind the first `first`, and every parent that becomes complete. Uses
 * `leaf` as scratch space. */
YS_CHECKED enum ys_code ys_tiles_append(struct ys_txn *txn, uint32_t log_id, uint64_t first,
                                        struct ys_hash *leaf, size_t count, struct ys_err *err);

/* Take back the hashes that a tree of `old_size` leaves has and one of `new_size` leaves has not. */
YS_CHECKED enum ys_code ys_tiles_cut(struct ys_txn *txn, uint32_t log_id, uint64_t old_size,
                                     uint64_t new_size, struct ys_err *err);

/* `read` of struct ys_tree; `context` is a struct ys_log_place. */
enum ys_code ys_tiles_read(void *context, unsigned level, uint64_t index, struct ys_hash *out,
                           struct ys_err *err);

/* One tile as stored: 1 to 256 hashes. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_tile_load(struct ys_txn *txn, uint32_t log_id, unsigned level,
                                     uint64_t index, struct ys_bytes *hashes_out,
                                     struct ys_err *err);

#endif
