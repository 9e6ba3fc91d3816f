#include "tests/support/tree_model.h"

static size_t split(size_t n)
{
    size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

struct ys_hash model_root(const struct ys_hash *leaves,
                          size_t n) /* NOLINT(misc-no-recursion): as defined */
{
    struct ys_hash root;
    if (n == 0) {
        ys_sha256((struct ys_bytes){0}, &root);
    } else if (n == 1) {
        root = leaves[0];
    } else {
        const size_t k = split(n);
        const struct ys_hash left = model_root(leaves, k);
        const struct ys_hash right = model_root(leaves + k, n - k);
        ys_node_hash(&left, &right, &root);
    }
    return root;
}

static struct ys_proof with(struct ys_proof proof, struct ys_hash last)
{
    proof.hash[proof.count++] = last;
    return proof;
}

/* NOLINTNEXTLINE(misc-no-recursion): as defined */
struct ys_proof model_inclusion(const struct ys_hash *leaves, size_t index, size_t n)
{
    if (n == 1)
        return (struct ys_proof){.count = 0};
    const size_t k = split(n);
    if (index < k)
        return with(model_inclusion(leaves, index, k), model_root(leaves + k, n - k));
    return with(model_inclusion(leaves + k, index - k, n - k), model_root(leaves, k));
}

/* NOLINTNEXTLINE(misc-no-recursion): as defined */
static struct ys_proof subproof(const struct ys_hash *leaves, size_t old, size_t n, bool known)
{
    const struct ys_proof none = {.count = 0};
    if (old == n)
        return known ? none : with(none, model_root(leaves, n));
    const size_t k = split(n);
    if (old <= k)
        return with(subproof(leaves, old, k, known), model_root(leaves + k, n - k));
    return with(subproof(leaves + k, old - k, n - k, false), model_root(leaves, k));
}

struct ys_proof model_consistency(const struct ys_hash *leaves, size_t old, size_t n)
{
    return subproof(leaves, old, n, true);
}

void model_leaves(struct ys_hash *leaves, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t bytes[8];
        ys_be64_put(bytes, i);
        ys_leaf_hash((struct ys_bytes){.data = bytes, .size = sizeof bytes}, &leaves[i]);
    }
}

static enum ys_code model_read(void *context, unsigned level, uint64_t index, struct ys_hash *out,
                               struct ys_err *err)
{
    struct model_store *store = context;
    if (++store->reads == store->fail_after)
        return ys_fail(err, YS_IO, "read %u fails", store->reads);
    if (level >= 32 || index >= (uint64_t)1 << 31 || (index + 1) << level > store->size) {
        store->asked_too_much++;
        return YS_CORRUPT;
    }
    *out = model_root(store->leaves + (index << level), (size_t)1 << level);
    return YS_OK;
}

struct ys_tree model_tree(struct model_store *store)
{
    return (struct ys_tree){.read = model_read, .context = store};
}
