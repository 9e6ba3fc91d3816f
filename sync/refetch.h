/* Going back in another unit's log to before what is damaged of it, so that it comes
 * again from whoever has it.
 *
 * Nothing is lost that was signed: heads and cosignatures stay, and what comes must fit
 * them. Trusts no row but the notes of the entries that are kept.
 *
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_REFETCH_H
#define YS_SYNC_REFETCH_H

#include "sync/log.h"

/* Keep the first `size` entries, make tree and indexes of the log anew from them, and let all peers tell again
 * what they hold. YS_DENIED for the own log, which nobody may give us but as `recovering`; YS_CORRUPT when one
 * of the entries to keep is missing too. Forgets the verdicts of the log. */
YS_CHECKED enum ys_code ys_log_refetch(struct ys_txn *txn, struct ys_log *log, uint64_t size,
                                       struct ys_err *err);

#endif
