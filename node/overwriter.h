/* The thread that overwrites a store's file once (ys_store_wipe), which may take as long as reading and
 * writing all of it; meanwhile the daemon reads and serves.
 *
 * Threads: begin, ended and finish of one. */
#ifndef YS_NODE_OVERWRITER_H
#define YS_NODE_OVERWRITER_H

#include "sync/kv_wipe.h"
#include "sync/store.h"

struct ys_overwriter;

/* Borrows the store until ys_overwriter_finish. The caller has no transaction open. YS_NOMEM. */
YS_CHECKED enum ys_code ys_overwriter_begin(const struct ys_store *store,
                                            struct ys_overwriter **out, struct ys_err *err);
/* Has it come to its end? Then finish does not wait. */
bool ys_overwriter_ended(const struct ys_overwriter *overwriter);
/* Waits for it, and frees it: what ys_store_wipe said. */
YS_CHECKED enum ys_code ys_overwriter_finish(struct ys_overwriter *overwriter, struct ys_wiped *out,
                                             struct ys_err *err);

#endif
