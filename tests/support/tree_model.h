/* The Merkle tree of RFC 6962 by its definition: slow on purpose, to compare the real one with.
 *
 * Split at the largest power of two below n, recursively, as sections 2.1, 2.1.1 and 2.1.2 say. */
#ifndef YS_TESTS_SUPPORT_TREE_MODEL_H
#define YS_TESTS_SUPPORT_TREE_MODEL_H

#include "crypto/proof.h"

#include <stddef.h>

/* MTH(leaves[0..n)). */
struct ys_hash model_root(const struct ys_hash *leaves, size_t n);
/* PATH(index, leaves[0..n)). index < n. */
struct ys_proof model_inclusion(const struct ys_hash *leaves, size_t index, size_t n);
/* PROOF(old, leaves[0..n)). 0 < old <= n. */
struct ys_proof model_consistency(const struct ys_hash *leaves, size_t old, size_t n);

/* Leaf i is the leaf hash of the eight big-endian bytes of i. */
void model_leaves(struct ys_hash *leaves, size_t n);

/* A source of subtree hashes for ys_tree_*: of `size` leaves, by the definition. Fails with
 * YS_CORRUPT and counts it when asked for a subtree that is not complete. */
struct model_store {
    const struct ys_hash *leaves;
    size_t size;
    unsigned asked_too_much;
    unsigned fail_after; /* reads that succeed before one fails with YS_IO; 0 means all do */
    unsigned reads;
};
struct ys_tree model_tree(struct model_store *store);

#endif
