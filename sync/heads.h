/* Signed heads in the store: for each log and size the checkpoint with the log's
 * line and every cosignature that was verified.
 *
 * Kept are the newest head, every head that is really cosigned, and a head that a
 * catch-up is on its way to; heads superseded without a cosignature go.
 * Lines are verified by who calls (session, change); here they are only joined.
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_HEADS_H
#define YS_SYNC_HEADS_H

#include "crypto/checkpoint.h"
#include "sync/log.h"

enum { YS_HEAD_MAX = 8192 }; /* bytes of one stored signed checkpoint */

/* Largest stored head with size <= `at_most`. YS_NOT_FOUND when none. */
YS_CHECKED enum ys_code ys_head_at_most(struct ys_txn *txn, uint32_t log_id, uint64_t at_most,
                                        uint64_t *size_out, struct ys_bytes *note_out,
                                        struct ys_err *err);
/* Smallest stored head with size >= `at_least`. */
YS_CHECKED enum ys_code ys_head_at_least(struct ys_txn *txn, uint32_t log_id, uint64_t at_least,
                                         uint64_t *size_out, struct ys_bytes *note_out,
                                         struct ys_err *err);

/* Join the lines of `note` (a checkpoint of this log and `size`, all lines verified) with those stored
 * at this size; the first line of a key stays. `changed_out` says whether the row is new or has a new
 * line. `durable_size` is the log's size: uncosigned heads below the newest head <= durable_size are
 * removed. YS_CORRUPT when another text stands at this size: the caller has compared roots before. */
YS_CHECKED enum ys_code ys_head_put(struct ys_txn *txn, uint32_t log_id, uint64_t size,
                                    uint64_t durable_size, struct ys_bytes note, bool *changed_out,
                                    struct ys_err *err);

/* The cosignature of one witness, by its key name and id. */
struct ys_receipt {
    uint64_t size;   /* of the head */
    uint64_t time_s; /* that the witness signed */
};
/* Newest cosigned size: largest size. Earliest that covers entry `index`: smallest size > index.
 * YS_NOT_FOUND when there is none. The line is not verified again. */
YS_CHECKED enum ys_code ys_receipt_newest(struct ys_txn *txn, uint32_t log_id,
                                          const struct ys_vkey *witness, struct ys_receipt *out,
                                          struct ys_bytes *note_out, struct ys_err *err);
YS_CHECKED enum ys_code ys_receipt_covering(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                                            const struct ys_vkey *witness, struct ys_receipt *out,
                                            struct ys_err *err);
/* The latest time that any witness put under a stored head of this log; it may be far below the newest
 * head. YS_NOT_FOUND when none is cosigned. Looks at all of them; no line is verified again. */
YS_CHECKED enum ys_code ys_head_last_cosigned(struct ys_txn *txn, uint32_t log_id,
                                              uint64_t *time_out, struct ys_err *err);

#endif
