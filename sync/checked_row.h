/* Rows with a check of their own, for tables whose content nothing else repeats.
 *
 * LMDB returns a flipped bit as data. Entries, bodies, tiles, heads and indexes are
 * guarded by hashes, signatures or each other; what is not (meta, the logs' rows,
 * status) ends with the first 8 bytes of SHA-256(table name || 0x00 || key || value).
 *
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_CHECKED_ROW_H
#define YS_SYNC_CHECKED_ROW_H

#include "sync/kv.h"

enum { YS_ROW_CHECK_LEN = 8 };

/* As ys_txn_get and ys_txn_put; the check is not part of `value`. YS_CORRUPT when it does not fit. */
YS_CHECKED enum ys_code ys_checked_get(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                                       struct ys_bytes *value_out, struct ys_err *err);
YS_CHECKED enum ys_code ys_checked_put(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                                       struct ys_bytes value, struct ys_err *err);
/* For rows found by ys_txn_seek: the value without its check. */
YS_CHECKED enum ys_code ys_checked_open(enum ys_db db, struct ys_bytes key, struct ys_bytes row,
                                        struct ys_bytes *value_out, struct ys_err *err);

#endif
