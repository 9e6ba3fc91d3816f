/* Which entries have no content here: withheld, not that of their note, said to be erased by a redaction that
 * is not in effect here. Sessions ask for these again (session_content.c).
 *
 * An index of table "body"; log.c, rewind.c and refetch.c keep it, store.c makes it for a store that is older.
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_ABSENT_H
#define YS_SYNC_ABSENT_H

#include "sync/log.h"

/* The first at or behind `from`, in the order of logs and places. YS_NOT_FOUND behind the last. */
YS_CHECKED enum ys_code ys_absent_next(struct ys_txn *txn, const struct ys_position *from,
                                       struct ys_position *out, struct ys_err *err);

/* For log.h: note it, or that it is not so any more. */
YS_CHECKED enum ys_code ys_absent_put(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                                      struct ys_err *err);
YS_CHECKED enum ys_code ys_absent_remove(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                                         struct ys_err *err);

#endif
