/* Rows that lead to entries: by record id, in order of arrival, by what changed last.
 *
 * log.h says what may be read of them; here is how log.c and rewind.c keep them.
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_LOG_INDEX_H
#define YS_SYNC_LOG_INDEX_H

#include "sync/log.h"

/* Give the log a new counter at the end of `changed`; its own row is the caller's to write. */
YS_CHECKED enum ys_code ys_changed_move(struct ys_txn *txn, struct ys_log *log, struct ys_err *err);

/* A run of `count` entries from `first` on has arrived. */
YS_CHECKED enum ys_code ys_arrival_put(struct ys_txn *txn, uint32_t log_id, uint64_t first,
                                       size_t count, struct ys_err *err);
/* Runs of this log end at `size` at the latest; one that began behind it stays, empty. */
YS_CHECKED enum ys_code ys_arrival_cut(struct ys_txn *txn, uint32_t log_id, uint64_t size,
                                       struct ys_err *err);

/* `text` is the text of the note that stands, or stood, there. */
YS_CHECKED enum ys_code ys_byid_put(struct ys_txn *txn, struct ys_bytes text, uint32_t log_id,
                                    uint64_t index, struct ys_err *err);
YS_CHECKED enum ys_code ys_byid_remove(struct ys_txn *txn, struct ys_bytes text, uint32_t log_id,
                                       uint64_t index, struct ys_err *err);
/* Does the table lead from this id to that entry? For who has the note before him: nothing else is read. */
YS_CHECKED enum ys_code ys_byid_has(struct ys_txn *txn, const struct ys_hash *id, uint32_t log_id,
                                    uint64_t index, bool *there_out, struct ys_err *err);

#endif
