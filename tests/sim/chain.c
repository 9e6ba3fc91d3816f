#include "tests/sim/chain.h"

#include <stdlib.h>

uint64_t chain_size(const struct chain *chain)
{
    return chain->frontier.size;
}

void chain_push(struct chain *chain, const struct ys_hash *leaf)
{
    const uint64_t at = chain->frontier.size;
    if (at == chain->capacity) {
        chain->capacity = at == 0 ? 64 : at * 2;
        chain->leaf = reallocarray(chain->leaf, chain->capacity, sizeof *chain->leaf);
        chain->root = reallocarray(chain->root, chain->capacity, sizeof *chain->root);
        if (chain->leaf == NULL || chain->root == NULL)
            abort();
    }
    if (ys_frontier_append(&chain->frontier, leaf) != YS_OK)
        abort();
    chain->leaf[at] = *leaf;
    ys_frontier_root(&chain->frontier, &chain->root[at]);
}

void chain_clear(struct chain *chain)
{
    free(chain->leaf);
    free(chain->root);
    *chain = (struct chain){0};
}

bool chain_has_root(const struct chain *chain, uint64_t size, const struct ys_hash *root)
{
    return size != 0 && size <= chain_size(chain) && ys_hash_equal(&chain->root[size - 1], root);
}

bool chain_has_leaf(const struct chain *chain, uint64_t index, const struct ys_hash *leaf)
{
    return index < chain_size(chain) && ys_hash_equal(&chain->leaf[index], leaf);
}
