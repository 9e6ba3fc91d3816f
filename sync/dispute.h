/* Logs with two signed histories: the proof made from what is held and what came,
 * and the one that is kept (TLOG.md 2.5, crypto/fork.h).
 *
 * A proof accuses the holder of the log's key, so it is made from two signed heads
 * and nothing else; whatever does not suffice for one is no accusation.
 *
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_DISPUTE_H
#define YS_SYNC_DISPUTE_H

#include "crypto/fork.h"
#include "sync/heads.h"

enum { YS_DISPUTE_MAX = 3 * YS_HEAD_MAX }; /* bytes of a proof made here */

/* A signed head of this log, its lines verified, that the tree held contradicts. */
struct ys_foreign_head {
    struct ys_bytes note;
    const struct ys_checkpoint *checkpoint;
};

/* The head covers no more than we hold, and has another root than the tree held. The proof needs a
 * stored head at or above its size, on the tree held: YS_NOT_FOUND when there is none, since unsigned
 * entries accuse nobody. Also YS_NOT_FOUND when the roots are equal after all. */
YS_CHECKED enum ys_code ys_dispute_by_tree(struct ys_txn *txn, const struct ys_log *log,
                                           const struct ys_foreign_head *head, struct ys_writer *w,
                                           struct ys_err *err);

/* The head is larger than `old_size`, and its owner's tree has `old_root` there, which `proof` shows.
 * YS_NOT_FOUND when no head is stored at exactly `old_size` or its root is `old_root`; YS_MALFORMED when
 * the proof shows nothing. */
struct ys_foreign_past {
    uint64_t old_size;
    struct ys_hash old_root;
    struct ys_proof proof;
};
YS_CHECKED enum ys_code ys_dispute_by_past(struct ys_txn *txn, const struct ys_log *log,
                                           const struct ys_foreign_head *head,
                                           const struct ys_foreign_past *past, struct ys_writer *w,
                                           struct ys_err *err);

/* A stored head of a size above `after` that the tree held contradicts: one that an interrupted
 * catch-up left behind. YS_NOT_FOUND when there is none or no proof can be made of it. */
YS_CHECKED enum ys_code ys_dispute_stored(struct ys_txn *txn, const struct ys_log *log,
                                          uint64_t after, struct ys_writer *w, struct ys_err *err);

/* The proof that is kept for a log, as text. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_dispute_load(struct ys_txn *txn, uint32_t log_id,
                                        struct ys_bytes *proof_out, struct ys_err *err);
/* Keep a checked proof and set the log's state to `forked`. The first one stays: `kept_out` says
 * whether it is this one. */
YS_CHECKED enum ys_code ys_dispute_keep(struct ys_txn *txn, struct ys_log *log,
                                        struct ys_bytes proof, bool *kept_out, struct ys_err *err);

#endif
