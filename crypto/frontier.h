/* Running root of an append-only Merkle tree (RFC 6962, SHA-256).
 *
 * A frontier keeps one hash for each complete subtree, so a root is computed
 * without reading the log. It decides nothing about signatures or storage;
 * sync/log.c writes it in the same transaction as the entry it covers.
 *
 * Threads: none. Memory: none allocated. */
#ifndef YS_CRYPTO_FRONTIER_H
#define YS_CRYPTO_FRONTIER_H

#include "crypto/err.h"
#include "crypto/hash.h"

enum { YS_FRONTIER_MAX = 63 };

/* Plain value: copy it, compare it, put it on the stack. Zero is the empty tree. */
struct ys_frontier {
    uint64_t size;                           /* leaves appended so far */
    struct ys_hash subtree[YS_FRONTIER_MAX]; /* [k] is set iff bit k of size is set, else zero */
};

/* Add one leaf. YS_LIMIT, and `f` unchanged, once 2^63 - 1 leaves are held. */
YS_CHECKED enum ys_code ys_frontier_append(struct ys_frontier *f, const struct ys_hash *leaf);

/* Root over all leaves so far; the empty tree has the hash of no bytes. */
void ys_frontier_root(const struct ys_frontier *f, struct ys_hash *root_out);

#endif
