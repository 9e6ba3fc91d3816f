/* Work that a second thread does while the first one writes: reading the store and decoding.
 *
 * Errands are sent and awaited in one order. The thread reads the same snapshot of the store as the one
 * that sends; it knows no SQL. For a few errands none is begun, and where one cannot be had, they are
 * done where they are awaited from: what comes out is the same.
 *
 * Threads: the sender is one thread. Memory: heap; an errand is the sender's, and the helper's from
 * being sent until it was awaited. */
#ifndef YS_NODE_MODEL_ERRAND_H
#define YS_NODE_MODEL_ERRAND_H

#include "sync/store.h"

#include <stddef.h>

enum { YS_ERRANDS_MAX = 32 }; /* that are sent and not awaited yet */

/* The first member of what is to be done and comes out. */
struct ys_errand {
    enum ys_code (*run)(struct ys_errand *self, struct ys_txn *txn, struct ys_err *err);
    enum ys_code code;
    struct ys_err err;
    uint64_t nth;
};

struct ys_errands;

/* `txn` is a read transaction of the store; both are borrowed until ys_errands_free. */
YS_CHECKED enum ys_code ys_errands_new(const struct ys_store *store, struct ys_txn *txn,
                                       struct ys_errands **out, struct ys_err *err);
/* What was sent and not awaited is done or left. NULL is allowed. */
void ys_errands_free(struct ys_errands *errands);

void ys_errands_send(struct ys_errands *errands, struct ys_errand *errand);
/* Its code. */
YS_CHECKED enum ys_code ys_errands_wait(struct ys_errands *errands, const struct ys_errand *errand,
                                        struct ys_err *err);

#endif
