/* Witnessing: when a node may put its cosignature under another log's head, and
 * its own signature under its own log's.
 *
 * A cosignature says: consistent with every head signed before, and every entry
 * below (note, and body or tombstone) is on my disk (C2SP tlog-mirror). Both are
 * made inside the transaction that makes them true. Threads and memory as kv.h. */
#ifndef YS_SYNC_WITNESS_H
#define YS_SYNC_WITNESS_H

#include "sync/heads.h"

/* The keys with which a node speaks. */
struct ys_node_keys {
    struct ys_signer log;    /* heads of the own log */
    struct ys_signer mirror; /* cosignatures */
    uint8_t transport_secret[YS_SEED_LEN];
    uint8_t transport_public[YS_PUBKEY_LEN];
};
void ys_node_keys_clear(struct ys_node_keys *keys);
/* All three from the master, for the origin of the own log. */
YS_CHECKED enum ys_code ys_node_keys_derive(struct ys_node_keys *keys,
                                            const uint8_t master[YS_SEED_LEN], uint32_t generation,
                                            const struct ys_name *origin, struct ys_err *err);

/* Cosign the stored head at `size`, unless it is cosigned by us already. The time is `now_s`, or the
 * last time signed if that is later. YS_FORK when the log is not `following` or the head's root is not
 * the tree's; YS_BUSY when entries below the head are missing still. */
YS_CHECKED enum ys_code ys_witness_cosign(struct ys_txn *txn, const struct ys_log *log,
                                          uint64_t size, const struct ys_signer *mirror,
                                          uint64_t now_s, bool *changed_out, struct ys_err *err);

/* Sign a head over the first `size` entries of the own log, unless there is one at or above it. First
 * the last own head must verify and lie on the same tree: YS_CORRUPT otherwise, and nothing is signed.
 * Nothing happens unless the log is `following`. */
YS_CHECKED enum ys_code ys_witness_sign_own(struct ys_txn *txn, struct ys_log *own, uint64_t size,
                                            const struct ys_signer *log_key, bool *changed_out,
                                            struct ys_err *err);

#endif
