/* Going back in a log, and what is set aside meanwhile.
 *
 * The end of the own log that no head was signed over is provisional (DESIGN.md 5):
 * when the parent holds another continuation, the own one is set aside, the parent's
 * is fetched, and what was set aside is appended again behind it. A parent goes back
 * when a child signs something else than it had given unsigned.
 *
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_REWIND_H
#define YS_SYNC_REWIND_H

#include "sync/log.h"

/* Go back to the first `size` entries: everything written for the others goes. YS_LIMIT when the log is
 * shorter, YS_REFUSED when a signed head stands above `size`: what was signed is never taken back.
 * Counted, so that what was derived from this store's logs can be made anew. */
YS_CHECKED enum ys_code ys_log_rewind(struct ys_txn *txn, struct ys_log *log, uint64_t size,
                                      struct ys_err *err);
/* How often a log of this store was rewound. */
YS_CHECKED enum ys_code ys_rewinds_load(struct ys_txn *txn, uint64_t *out, struct ys_err *err);
/* One more. */
YS_CHECKED enum ys_code ys_rewind_count(struct ys_txn *txn, struct ys_err *err);

/* Put one record of the own log aside, behind those that are. */
YS_CHECKED enum ys_code ys_aside_put(struct ys_txn *txn, const struct ys_entry *entry,
                                     struct ys_err *err);
/* The row with the smallest counter > `after`. YS_NOT_FOUND after the last. */
YS_CHECKED enum ys_code ys_aside_next(struct ys_txn *txn, uint64_t after, uint64_t *counter_out,
                                      struct ys_entry *out, struct ys_err *err);

/* Set the own log's unsigned end aside and go back to the newest signed head; state `recovering`.
 * Nothing happens when it is recovering already; YS_FORK when it is forked or closed. */
YS_CHECKED enum ys_code ys_recover_begin(struct ys_txn *txn, struct ys_log *own,
                                         struct ys_err *err);
/* Append again what was set aside and is not in the log; state `following`. Nothing happens unless it
 * is recovering. */
YS_CHECKED enum ys_code ys_recover_end(struct ys_txn *txn, struct ys_log *own, struct ys_err *err);

#endif
