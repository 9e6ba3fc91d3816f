/* A log as a list of its leaves, with the root at every size: the obvious model
 * that stores and heads are compared with.
 *
 * Threads: none. Memory: heap. */
#ifndef YS_TESTS_SIM_CHAIN_H
#define YS_TESTS_SIM_CHAIN_H

#include "crypto/frontier.h"

#include <stdbool.h>

/* Zero is the empty log. */
struct chain {
    struct ys_frontier frontier;
    struct ys_hash *leaf; /* [size] */
    struct ys_hash *root; /* [i]: over the first i + 1 leaves */
    uint64_t capacity;
};

uint64_t chain_size(const struct chain *chain);
void chain_push(struct chain *chain, const struct ys_hash *leaf);
void chain_clear(struct chain *chain);
/* Is this the root at `size`, which must not be 0? False also when it is shorter. */
bool chain_has_root(const struct chain *chain, uint64_t size, const struct ys_hash *root);
bool chain_has_leaf(const struct chain *chain, uint64_t index, const struct ys_hash *leaf);

#endif
