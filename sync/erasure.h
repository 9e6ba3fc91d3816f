/* What was erased by law (DOMAIN.md 5.3): which `redaction` records are here, whom they concern, and
 * whether they are in effect.
 *
 * A redaction is in effect when its verdict is ok, its target is here, and who wrote it may: an author of
 * the target in the same unit, or `da` of the district above it, by order. Then a whole body gives way to a
 * tombstone, which names the redaction; of several the one with the smallest id. Nothing else makes a tombstone:
 * what a peer says to be erased is absent until the redaction is here. So what is erased is a function
 * of the set of logs and of the membership, never of the order in which they came.
 *
 * Attachments and sealed values lie outside the store: node/erase carries those out.
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_ERASURE_H
#define YS_SYNC_ERASURE_H

#include "proto/body.h"
#include "sync/log.h"
#include "sync/member.h"

enum ys_erasure_state {
    YS_ERASURE_WAITING = 0, /* for its target, or a verdict */
    YS_ERASURE_IN_EFFECT = 1,
    YS_ERASURE_REFUSED = 2 /* whoever wrote it may not erase this */
};
enum ys_erasure_scope { YS_ERASE_BODY = 1, YS_ERASE_SLOT = 2, YS_ERASE_ATTACHMENT = 3 };

/* One redaction and one record that it names. Plain value. */
struct ys_erasure {
    struct ys_hash target;
    struct ys_position by; /* where the redaction stands */
    enum ys_erasure_state state;
    enum ys_erasure_scope scope;
};

/* The row behind `after` in the order of targets; NULL: the first. YS_NOT_FOUND at the end. */
YS_CHECKED enum ys_code ys_erasure_next(struct ys_txn *txn, const struct ys_erasure *after,
                                        struct ys_erasure *out, struct ys_err *err);
/* The first of this target, whatever its state; go on with ys_erasure_next. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_erasure_of(struct ys_txn *txn, const struct ys_hash *target,
                                      struct ys_erasure *out, struct ys_err *err);

/* The redaction's body, in `arena`. YS_NOT_FOUND when it has none. */
YS_CHECKED enum ys_code ys_erasure_body(struct ys_txn *txn, const struct ys_erasure *erasure,
                                        struct ys_arena *arena, const Yishi__V1__Body **out,
                                        struct ys_err *err);

/* What it is worth now; `why` (may be NULL) says what speaks against it. */
YS_CHECKED enum ys_code ys_erasure_judge(struct ys_txn *txn, const struct ys_member *member,
                                         const struct ys_erasure *erasure,
                                         enum ys_erasure_state *state_out, struct ys_err *why,
                                         struct ys_err *err);

/* Judge what waits, or with `all` (the membership has changed) each one, and carry out in this write
 * transaction what follows for bodies. `changed_out`: how many rows have another state than before;
 * `tombstones_out`: how many bodies went. */
YS_CHECKED enum ys_code ys_erasures_settle(struct ys_txn *txn, const struct ys_member *member,
                                           bool all, size_t *changed_out, size_t *tombstones_out,
                                           struct ys_err *err);
/* Is there anything to settle? Reads only. */
YS_CHECKED enum ys_code ys_erasures_due(struct ys_txn *txn, const struct ys_member *member,
                                        bool all, bool *out, struct ys_err *err);

/* Do in another store of the same log, a copy, what is in effect for bodies here. The copy need not hold the
 * redactions: its tombstones wait for them. */
YS_CHECKED enum ys_code ys_erasures_repeat(struct ys_txn *from, struct ys_txn *to,
                                           size_t *count_out, struct ys_err *err);

/* How many contents went so far (bodies, sealed values, attachments), or came back to be absent; and the next
 * behind `after`: whose it was, and the hashes of attachments that went with it, one behind the other. The
 * read model folds those records again. YS_NOT_FOUND after the last. */
struct ys_erased {
    uint64_t counter;
    struct ys_position at;
    struct ys_bytes attachments; /* valid until the transaction ends */
};
YS_CHECKED enum ys_code ys_erased_count(struct ys_txn *txn, uint64_t *out, struct ys_err *err);
YS_CHECKED enum ys_code ys_erased_next(struct ys_txn *txn, uint64_t after, struct ys_erased *out,
                                       struct ys_err *err);

/* Which erasures the file has been overwritten after: while this is smaller than ys_erased_count, what was
 * erased may still be found in unused pages. */
YS_CHECKED enum ys_code ys_wiped_load(struct ys_txn *txn, uint64_t *out, struct ys_err *err);
/* Overwrite the store's file (ys_kv_wipe) if that is due, or with `always`, and note it. Called without a
 * transaction. YS_BUSY: later. `done_out`: it was done. */
YS_CHECKED enum ys_code ys_store_wipe(const struct ys_store *store, bool always, bool *done_out,
                                      struct ys_wiped *out, struct ys_err *err);

/* For log.h: a redaction came, or goes; a record came that a redaction may wait for. */
YS_CHECKED enum ys_code ys_erasure_came(struct ys_txn *txn, struct ys_position at,
                                        const struct ys_entry *entry, struct ys_err *err);
YS_CHECKED enum ys_code ys_erasure_goes(struct ys_txn *txn, struct ys_position at,
                                        const struct ys_entry *entry, struct ys_err *err);

#endif
