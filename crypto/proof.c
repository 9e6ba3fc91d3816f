#include "crypto/proof.h"

#include "crypto/assert.h"

#include <inttypes.h>

/* Largest power of two below n. n >= 2. */
static uint64_t split_of(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* Root of the leaves [first, end), where `first` is a multiple of a power of two >= end - first, as
 * in each half that RFC 6962 splits off. */
static enum ys_code range_root(const struct ys_tree *tree, uint64_t first, uint64_t end,
                               struct ys_hash *root_out, struct ys_err *err)
{
    /* The one-bits of the length are the perfect subtrees, the smallest to the right. */
    struct ys_hash root;
    bool have = false;
    for (uint64_t rest = end - first; rest != 0; rest &= rest - 1) {
        const unsigned level = (unsigned)__builtin_ctzll(rest);
        const uint64_t start = first + (rest & (rest - 1));
        struct ys_hash subtree;
        const enum ys_code code = tree->read(tree->context, level, start >> level, &subtree, err);
        if (code != YS_OK)
            return code;
        if (have)
            ys_node_hash(&subtree, &root, &root);
        else
            root = subtree;
        have = true;
    }
    YS_ASSERT(have);
    *root_out = root;
    return YS_OK;
}

enum ys_code ys_tree_root(const struct ys_tree *tree, uint64_t size, struct ys_hash *root_out,
                          struct ys_err *err)
{
    if (size > YS_TREE_SIZE_MAX)
        return ys_fail(err, YS_LIMIT, "a tree of %" PRIu64 " leaves: limit is 2^63 - 1", size);
    if (size == 0) {
        ys_empty_root(root_out);
        return YS_OK;
    }
    return range_root(tree, 0, size, root_out, err);
}

/* Proofs are found from the root down and written from the leaf up. */
static void reverse(struct ys_proof *proof)
{
    for (unsigned i = 0; i < proof->count / 2; i++) {
        const struct ys_hash other = proof->hash[proof->count - 1 - i];
        proof->hash[proof->count - 1 - i] = proof->hash[i];
        proof->hash[i] = other;
    }
}

static enum ys_code push_range(const struct ys_tree *tree, uint64_t first, uint64_t end,
                               struct ys_proof *proof, struct ys_err *err)
{
    YS_ASSERT(proof->count < YS_PROOF_MAX);
    return range_root(tree, first, end, &proof->hash[proof->count++], err);
}

enum ys_code ys_tree_inclusion(const struct ys_tree *tree, uint64_t index, uint64_t size,
                               struct ys_proof *proof_out, struct ys_err *err)
{
    if (size > YS_TREE_SIZE_MAX)
        return ys_fail(err, YS_LIMIT, "a tree of %" PRIu64 " leaves: limit is 2^63 - 1", size);
    if (index >= size)
        return ys_fail(err, YS_NOT_FOUND, "entry %" PRIu64 ": the tree has %" PRIu64 " leaves",
                       index, size);
    struct ys_proof proof;
    proof.count = 0;
    uint64_t first = 0;
    uint64_t end = size;
    while (end - first > 1) {
        const uint64_t middle = first + split_of(end - first);
        const bool left = index < middle;
        const enum ys_code code = left ? push_range(tree, middle, end, &proof, err)
                                       : push_range(tree, first, middle, &proof, err);
        if (code != YS_OK)
            return code;
        if (left)
            end = middle;
        else
            first = middle;
    }
    reverse(&proof);
    *proof_out = proof;
    return YS_OK;
}

enum ys_code ys_tree_consistency(const struct ys_tree *tree, uint64_t old_size, uint64_t new_size,
                                 struct ys_proof *proof_out, struct ys_err *err)
{
    if (new_size > YS_TREE_SIZE_MAX)
        return ys_fail(err, YS_LIMIT, "a tree of %" PRIu64 " leaves: limit is 2^63 - 1", new_size);
    if (old_size > new_size)
        return ys_fail(err, YS_NOT_FOUND, "size %" PRIu64 ": the tree has %" PRIu64 " leaves",
                       old_size, new_size);
    struct ys_proof proof;
    proof.count = 0;
    uint64_t first = 0;
    uint64_t end = new_size;
    /* Down to the subtree that ends where the old tree ended: SUBPROOF of RFC 6962 2.1.2. */
    while (old_size != 0 && end != old_size) {
        const uint64_t middle = first + split_of(end - first);
        const bool left = old_size <= middle;
        const enum ys_code code = left ? push_range(tree, middle, end, &proof, err)
                                       : push_range(tree, first, middle, &proof, err);
        if (code != YS_OK)
            return code;
        if (left)
            end = middle;
        else
            first = middle;
    }
    /* At first = 0 that subtree is the whole old tree, whose root the verifier has. */
    if (first != 0) {
        const enum ys_code code = push_range(tree, first, end, &proof, err);
        if (code != YS_OK)
            return code;
    }
    reverse(&proof);
    *proof_out = proof;
    return YS_OK;
}

/* Where a verifier stands: a node and the last node of its row, from the leaves up. */
struct walk {
    uint64_t node, last;
};

static void walk_up(struct walk *at)
{
    at->node >>= 1;
    at->last >>= 1;
}

/* Is the next hash of the proof the left sibling? If so, also pass the rows in which the node, as
 * the last of its row, has no sibling at all. */
static bool walk_sibling_is_left(struct walk *at)
{
    if ((at->node & 1) == 0 && at->node != at->last)
        return false;
    while ((at->node & 1) == 0 && at->node != 0)
        walk_up(at);
    return true;
}

enum ys_code ys_inclusion_verify(const struct ys_hash *leaf, uint64_t index, uint64_t size,
                                 const struct ys_proof *proof, const struct ys_hash *root)
{
    if (size > YS_TREE_SIZE_MAX || index >= size || proof->count > YS_PROOF_MAX)
        return YS_MALFORMED;
    struct walk at = {.node = index, .last = size - 1};
    struct ys_hash hash = *leaf;
    for (unsigned i = 0; i < proof->count; i++) {
        if (at.last == 0)
            return YS_MALFORMED;
        if (walk_sibling_is_left(&at))
            ys_node_hash(&proof->hash[i], &hash, &hash);
        else
            ys_node_hash(&hash, &proof->hash[i], &hash);
        walk_up(&at);
    }
    return at.last == 0 && ys_hash_equal(&hash, root) ? YS_OK : YS_MALFORMED;
}

/* The part of RFC 9162 2.1.4.2 for 0 < old_size < new_size. */
static bool consistency_holds(uint64_t old_size, const struct ys_hash *old_root, uint64_t new_size,
                              const struct ys_hash *new_root, const struct ys_proof *proof)
{
    struct walk at = {.node = old_size - 1, .last = new_size - 1};
    while ((at.node & 1) != 0)
        walk_up(&at);

    /* When the old tree is one perfect subtree, the proof starts from its root without naming it. */
    unsigned next = 0;
    struct ys_hash old_hash = *old_root;
    if (at.node != 0) {
        if (proof->count == 0)
            return false;
        old_hash = proof->hash[next++];
    }
    struct ys_hash new_hash = old_hash;
    for (; next < proof->count; next++) {
        const struct ys_hash *sibling = &proof->hash[next];
        if (at.last == 0)
            return false;
        if (walk_sibling_is_left(&at)) {
            ys_node_hash(sibling, &old_hash, &old_hash);
            ys_node_hash(sibling, &new_hash, &new_hash);
        } else {
            ys_node_hash(&new_hash, sibling, &new_hash);
        }
        walk_up(&at);
    }
    return at.last == 0 && ys_hash_equal(&old_hash, old_root) && ys_hash_equal(&new_hash, new_root);
}

enum ys_code ys_consistency_verify(uint64_t old_size, const struct ys_hash *old_root,
                                   uint64_t new_size, const struct ys_hash *new_root,
                                   const struct ys_proof *proof)
{
    if (new_size > YS_TREE_SIZE_MAX || old_size > new_size || proof->count > YS_PROOF_MAX)
        return YS_MALFORMED;
    if (old_size == 0) {
        struct ys_hash empty;
        ys_empty_root(&empty);
        if (!ys_hash_equal(&empty, old_root))
            return YS_MALFORMED;
    }
    if (old_size == new_size)
        return proof->count == 0 && ys_hash_equal(old_root, new_root) ? YS_OK : YS_MALFORMED;
    if (old_size == 0)
        return proof->count == 0 ? YS_OK : YS_MALFORMED;
    return consistency_holds(old_size, old_root, new_size, new_root, proof) ? YS_OK : YS_MALFORMED;
}

void ys_proof_print(struct ys_writer *w, const struct ys_proof *proof)
{
    YS_ASSERT(proof->count <= YS_PROOF_MAX);
    for (unsigned i = 0; i < proof->count; i++) {
        ys_hash_print(w, &proof->hash[i]);
        ys_writer_text(w, "\n");
    }
}

enum ys_code ys_proof_parse(struct ys_bytes *rest, struct ys_proof *out, struct ys_err *err)
{
    struct ys_proof proof;
    struct ys_bytes after = *rest;
    proof.count = 0;
    for (;;) {
        struct ys_bytes line;
        if (!ys_bytes_take_line(&after, &line))
            return ys_fail(err, YS_MALFORMED, "proof: no empty line after its hashes");
        if (line.size == 0)
            break;
        if (proof.count == YS_PROOF_MAX)
            return ys_fail(err, YS_LIMIT, "proof: more than %d hashes", YS_PROOF_MAX);
        if (!ys_hash_parse(line, &proof.hash[proof.count]))
            return ys_fail(err, YS_MALFORMED, "proof: hash %u is not base64 of %d bytes",
                           proof.count + 1, YS_HASH_LEN);
        proof.count++;
    }
    *rest = after;
    *out = proof;
    return YS_OK;
}
