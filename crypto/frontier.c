#include "crypto/frontier.h"

#include "crypto/assert.h"

enum ys_code ys_frontier_append(struct ys_frontier *f, const struct ys_hash *leaf)
{
    YS_ASSERT(f->size <= YS_TREE_SIZE_MAX);
    if (f->size == YS_TREE_SIZE_MAX)
        return YS_LIMIT;

    /* Adding one to `size` carries through its low one-bits. Each carry is a complete left subtree
     * that now has its right half. Emptied places are zeroed, so equal trees are equal bytes. */
    struct ys_hash carry = *leaf;
    unsigned level = 0;
    for (uint64_t rest = f->size; (rest & 1) != 0; rest >>= 1) {
        ys_node_hash(&f->subtree[level], &carry, &carry);
        f->subtree[level++] = (struct ys_hash){0};
    }

    YS_ASSERT(level < YS_FRONTIER_MAX);
    f->subtree[level] = carry;
    f->size++;
    return YS_OK;
}

void ys_frontier_root(const struct ys_frontier *f, struct ys_hash *root_out)
{
    YS_ASSERT(f->size <= YS_TREE_SIZE_MAX);
    if (f->size == 0) {
        ys_empty_root(root_out);
        return;
    }
    /* The smaller subtrees stand to the right; fold from there to the left. */
    unsigned level = (unsigned)__builtin_ctzll(f->size);
    struct ys_hash root = f->subtree[level];
    for (level++; level < YS_FRONTIER_MAX; level++) {
        if ((f->size >> level & 1) != 0)
            ys_node_hash(&f->subtree[level], &root, &root);
    }
    *root_out = root;
}
