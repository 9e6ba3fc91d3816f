#include "crypto/proof.h"

#include "crypto/base64.h"
#include "tests/support/rng.h"
#include "tests/support/tree_model.h"
#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SMALL = 130, LARGE = 3000 };

static struct ys_hash leaves[LARGE];

static int fill_leaves(void **state)
{
    (void)state;
    model_leaves(leaves, LARGE);
    return 0;
}

static void assert_same_proof(const struct ys_proof *got, const struct ys_proof *want)
{
    assert_int_equal(got->count, want->count);
    for (unsigned i = 0; i < want->count; i++)
        assert_memory_equal(got->hash[i].bytes, want->hash[i].bytes, YS_HASH_LEN);
}

static void check_inclusion(size_t index, size_t size, const struct ys_hash *root)
{
    struct model_store store = {.leaves = leaves, .size = size};
    const struct ys_tree tree = model_tree(&store);
    const struct ys_proof want = model_inclusion(leaves, index, size);
    struct ys_proof got;
    assert_int_equal(ys_tree_inclusion(&tree, index, size, &got, NULL), YS_OK);
    assert_same_proof(&got, &want);
    assert_int_equal(ys_inclusion_verify(&leaves[index], index, size, &got, root), YS_OK);
    assert_int_equal(store.asked_too_much, 0);
}

static void check_consistency(size_t old, size_t size, const struct ys_hash *root)
{
    struct model_store store = {.leaves = leaves, .size = size};
    const struct ys_tree tree = model_tree(&store);
    const struct ys_hash old_root = model_root(leaves, old);
    struct ys_proof want = {.count = 0};
    struct ys_proof got;
    if (old > 0)
        want = model_consistency(leaves, old, size);
    assert_int_equal(ys_tree_consistency(&tree, old, size, &got, NULL), YS_OK);
    assert_same_proof(&got, &want);
    assert_int_equal(ys_consistency_verify(old, &old_root, size, root, &got), YS_OK);
    assert_int_equal(store.asked_too_much, 0);
}

static void inclusion_behaves_like_the_definition(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (size_t size = 1; size <= SMALL; size++) {
        const struct ys_hash root = model_root(leaves, size);
        for (size_t index = 0; index < size; index++)
            check_inclusion(index, size, &root);
    }
    for (int i = 0; i < 30; i++) {
        const size_t size = 1 + rng_below(&rng, LARGE);
        const struct ys_hash root = model_root(leaves, size);
        check_inclusion(rng_below(&rng, size), size, &root);
    }
}

static void consistency_behaves_like_the_definition(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (size_t size = 0; size <= SMALL; size++) {
        const struct ys_hash root = model_root(leaves, size);
        for (size_t old = 0; old <= size; old++)
            check_consistency(old, size, &root);
    }
    for (int i = 0; i < 30; i++) {
        const size_t size = rng_below(&rng, LARGE + 1);
        const struct ys_hash root = model_root(leaves, size);
        check_consistency(rng_below(&rng, size + 1), size, &root);
    }
}

static void roots_behave_like_the_definition(void **state)
{
    (void)state;
    for (size_t size = 0; size <= SMALL; size++) {
        struct model_store store = {.leaves = leaves, .size = size};
        const struct ys_tree tree = model_tree(&store);
        const struct ys_hash want = model_root(leaves, size);
        struct ys_hash got;
        assert_int_equal(ys_tree_root(&tree, size, &got, NULL), YS_OK);
        assert_true(ys_hash_equal(&got, &want));
        assert_int_equal(store.asked_too_much, 0);
    }
}

/* ---- refusals ----------------------------------------------------------------------------- */

enum { FORGED = 40 }; /* all trees up to this size are tried with every change */

static void assert_inclusion_refused(size_t index, size_t size, const struct ys_proof *proof,
                                     const struct ys_hash *root)
{
    assert_int_equal(ys_inclusion_verify(&leaves[index], index, size, proof, root), YS_MALFORMED);
}

static void a_changed_inclusion_proof_is_refused(void **state)
{
    (void)state;
    for (size_t size = 1; size <= FORGED; size++) {
        struct ys_hash root = model_root(leaves, size);
        for (size_t index = 0; index < size; index++) {
            struct ys_proof proof = model_inclusion(leaves, index, size);
            for (unsigned i = 0; i < proof.count; i++) {
                proof.hash[i].bytes[31 - i] ^= 0x10;
                assert_inclusion_refused(index, size, &proof, &root);
                proof.hash[i].bytes[31 - i] ^= 0x10;
            }
            root.bytes[0] ^= 1;
            assert_inclusion_refused(index, size, &proof, &root);
            root.bytes[0] ^= 1;
            proof.hash[proof.count++] = leaves[0];
            assert_inclusion_refused(index, size, &proof, &root);
            proof.count--;
            if (proof.count > 0) {
                proof.count--;
                assert_inclusion_refused(index, size, &proof, &root);
            }
        }
    }
}

static void an_inclusion_proof_holds_for_its_own_index_alone(void **state)
{
    (void)state;
    for (size_t size = 1; size <= FORGED; size++) {
        const struct ys_hash root = model_root(leaves, size);
        for (size_t index = 0; index < size; index++) {
            const struct ys_proof proof = model_inclusion(leaves, index, size);
            for (size_t other = 0; other <= size; other++)
                assert_int_equal(ys_inclusion_verify(&leaves[index], other, size, &proof, &root),
                                 other == index ? YS_OK : YS_MALFORMED);
            if (size > 1)
                assert_int_equal(
                    ys_inclusion_verify(&leaves[(index + 1) % size], index, size, &proof, &root),
                    YS_MALFORMED);
        }
    }
}

struct claim {
    size_t old, size;
    struct ys_hash old_root, root;
    struct ys_proof proof;
};

static void assert_claim_refused(const struct claim *c)
{
    assert_int_equal(ys_consistency_verify(c->old, &c->old_root, c->size, &c->root, &c->proof),
                     YS_MALFORMED);
}

/* Every single change of a true claim. */
static void forge(struct claim *c)
{
    for (unsigned i = 0; i < c->proof.count; i++) {
        c->proof.hash[i].bytes[i] ^= 0x80;
        assert_claim_refused(c);
        c->proof.hash[i].bytes[i] ^= 0x80;
    }
    c->proof.hash[c->proof.count++] = leaves[1];
    assert_claim_refused(c);
    c->proof.count--;
    if (c->proof.count > 0) {
        c->proof.count--;
        assert_claim_refused(c);
        c->proof.count++;
    }
    c->old_root.bytes[5] ^= 1;
    assert_claim_refused(c);
    c->old_root.bytes[5] ^= 1;
    if (c->old > 0) { /* from nothing, any tree follows */
        c->root.bytes[5] ^= 1;
        assert_claim_refused(c);
        c->root.bytes[5] ^= 1;
    }
    assert_int_equal(ys_consistency_verify(c->old, &c->old_root, c->size, &c->root, &c->proof),
                     YS_OK);
}

static void a_changed_consistency_proof_is_refused(void **state)
{
    (void)state;
    for (size_t size = 0; size <= FORGED; size++) {
        for (size_t old = 0; old <= size; old++) {
            struct claim c = {.old = old,
                              .size = size,
                              .old_root = model_root(leaves, old),
                              .root = model_root(leaves, size)};
            if (old > 0)
                c.proof = model_consistency(leaves, old, size);
            forge(&c);
        }
    }
}

static void a_consistency_proof_does_not_hold_with_sizes_swapped(void **state)
{
    (void)state;
    for (size_t size = 2; size <= FORGED; size++) {
        for (size_t old = 1; old < size; old++) {
            const struct claim c = {.old = size,
                                    .size = old,
                                    .old_root = model_root(leaves, size),
                                    .root = model_root(leaves, old),
                                    .proof = model_consistency(leaves, old, size)};
            assert_claim_refused(&c);
        }
    }
}

static void another_history_is_not_consistent(void **state)
{
    (void)state;
    static struct ys_hash other[SMALL];
    memcpy(other, leaves, sizeof other);
    other[3] = leaves[4];
    for (size_t old = 4; old < 20; old++) {
        const struct claim c = {.old = old,
                                .size = 20,
                                .old_root = model_root(leaves, old),
                                .root = model_root(other, 20),
                                .proof = model_consistency(other, old, 20)};
        assert_claim_refused(&c);
    }
}

/* ---- bounds ------------------------------------------------------------------------------- */

/* A tree whose leaves are all alike: its subtrees are known at any size. */
static enum ys_code uniform_read(void *context, unsigned level, uint64_t index, struct ys_hash *out,
                                 struct ys_err *err)
{
    (void)err;
    const uint64_t *size = context;
    assert_true(level < 63 && index + 1 <= *size >> level);
    struct ys_hash hash = leaves[0];
    for (unsigned k = 0; k < level; k++)
        ys_node_hash(&hash, &hash, &hash);
    *out = hash;
    return YS_OK;
}

static void check_uniform(uint64_t index, uint64_t old, uint64_t size)
{
    const struct ys_tree tree = {.read = uniform_read, .context = &size};
    struct ys_hash root;
    struct ys_hash old_root;
    struct ys_proof proof;
    assert_int_equal(ys_tree_root(&tree, size, &root, NULL), YS_OK);
    assert_int_equal(ys_tree_root(&tree, old, &old_root, NULL), YS_OK);
    assert_int_equal(ys_tree_inclusion(&tree, index, size, &proof, NULL), YS_OK);
    assert_in_range(proof.count, 0, YS_PROOF_MAX - 1);
    assert_int_equal(ys_inclusion_verify(&leaves[0], index, size, &proof, &root), YS_OK);
    assert_int_equal(ys_inclusion_verify(&leaves[1], index, size, &proof, &root), YS_MALFORMED);

    assert_int_equal(ys_tree_consistency(&tree, old, size, &proof, NULL), YS_OK);
    assert_int_equal(ys_consistency_verify(old, &old_root, size, &root, &proof), YS_OK);
    if (old > 0 && old < size)
        assert_int_equal(ys_consistency_verify(old, &root, size, &root, &proof), YS_MALFORMED);
}

static void the_largest_trees_are_proved_like_small_ones(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    const uint64_t max = YS_TREE_SIZE_MAX;
    check_uniform(0, 0, max);
    check_uniform(0, 1, max);
    check_uniform(max - 1, max - 1, max);
    check_uniform(max / 2, max, max);
    check_uniform((uint64_t)1 << 62, (uint64_t)1 << 62, max);
    check_uniform(0, 1, (uint64_t)1 << 62);
    for (int i = 0; i < 200; i++) {
        const uint64_t size = 1 + rng_below(&rng, max >> rng_below(&rng, 62));
        check_uniform(rng_below(&rng, size), rng_below(&rng, size + 1), size);
    }
}

static void the_longest_proof_has_as_many_hashes_as_fit(void **state)
{
    (void)state;
    uint64_t size = YS_TREE_SIZE_MAX;
    const struct ys_tree tree = {.read = uniform_read, .context = &size};
    struct ys_proof proof;
    assert_int_equal(ys_tree_consistency(&tree, 3, size, &proof, NULL), YS_OK);
    assert_int_equal(proof.count, YS_PROOF_MAX);
    check_uniform(2, 3, size);
}

static void trees_beyond_the_limit_are_refused(void **state)
{
    (void)state;
    uint64_t size = UINT64_MAX;
    const struct ys_tree tree = {.read = uniform_read, .context = &size};
    const uint64_t over = YS_TREE_SIZE_MAX + 1;
    struct ys_hash root;
    struct ys_proof proof = {.count = 0};
    struct ys_err err;
    assert_int_equal(ys_tree_root(&tree, over, &root, &err), YS_LIMIT);
    assert_int_equal(ys_tree_inclusion(&tree, 0, over, &proof, &err), YS_LIMIT);
    assert_int_equal(ys_tree_consistency(&tree, 1, over, &proof, &err), YS_LIMIT);
    assert_string_equal(err.msg, "a tree of 9223372036854775808 leaves: limit is 2^63 - 1");
    assert_int_equal(ys_inclusion_verify(&leaves[0], 0, over, &proof, &leaves[0]), YS_MALFORMED);
    assert_int_equal(
        ys_inclusion_verify(&leaves[0], UINT64_MAX - 1, UINT64_MAX, &proof, &leaves[0]),
        YS_MALFORMED);
    assert_int_equal(ys_consistency_verify(over, &leaves[0], over, &leaves[0], &proof),
                     YS_MALFORMED);
    assert_int_equal(ys_consistency_verify(1, &leaves[0], UINT64_MAX, &leaves[0], &proof),
                     YS_MALFORMED);
}

static void what_is_not_in_the_tree_has_no_proof(void **state)
{
    (void)state;
    struct model_store store = {.leaves = leaves, .size = 5};
    const struct ys_tree tree = model_tree(&store);
    struct ys_proof proof;
    struct ys_err err;
    assert_int_equal(ys_tree_inclusion(&tree, 5, 5, &proof, &err), YS_NOT_FOUND);
    assert_string_equal(err.msg, "entry 5: the tree has 5 leaves");
    assert_int_equal(ys_tree_inclusion(&tree, 0, 0, &proof, &err), YS_NOT_FOUND);
    assert_int_equal(ys_tree_consistency(&tree, 6, 5, &proof, &err), YS_NOT_FOUND);
    proof.count = 0;
    assert_int_equal(ys_inclusion_verify(&leaves[0], 0, 0, &proof, &leaves[0]), YS_MALFORMED);
    assert_int_equal(ys_inclusion_verify(&leaves[0], 1, 1, &proof, &leaves[0]), YS_MALFORMED);
}

static void a_proof_with_an_impossible_count_is_refused_unread(void **state)
{
    (void)state;
    const struct ys_proof proof = {.count = YS_PROOF_MAX + 1};
    const uint64_t max = YS_TREE_SIZE_MAX;
    assert_int_equal(ys_inclusion_verify(&leaves[0], 0, max, &proof, &leaves[0]), YS_MALFORMED);
    assert_int_equal(ys_consistency_verify(1, &leaves[0], max, &leaves[0], &proof), YS_MALFORMED);
}

static void a_read_that_fails_is_passed_on_whichever_it_is(void **state)
{
    (void)state;
    struct ys_hash root;
    struct ys_proof proof;
    unsigned reads = 0;
    for (unsigned n = 1; reads + 1 >= n; n++) {
        struct model_store store = {.leaves = leaves, .size = 107, .fail_after = n};
        const struct ys_tree tree = model_tree(&store);
        struct ys_err err = {.msg = ""};
        const enum ys_code code = ys_tree_inclusion(&tree, 77, 107, &proof, &err);
        reads = store.reads;
        assert_int_equal(code, reads < n ? YS_OK : YS_IO);
        if (code == YS_IO)
            assert_non_null(strstr(err.msg, "fails"));
        store.reads = 0;
        const enum ys_code other = ys_tree_consistency(&tree, 77, 107, &proof, &err);
        assert_int_equal(other, store.reads < n ? YS_OK : YS_IO);
        store.reads = 0;
        const enum ys_code third = ys_tree_root(&tree, 107, &root, &err);
        assert_int_equal(third, store.reads < n ? YS_OK : YS_IO);
    }
    assert_true(reads > 5);
}

/* ---- text --------------------------------------------------------------------------------- */

static void a_proof_goes_to_text_and_back(void **state)
{
    (void)state;
    for (unsigned count = 0; count <= YS_PROOF_MAX; count++) {
        struct ys_proof proof = {.count = count};
        struct ys_proof again;
        uint8_t text[(YS_PROOF_MAX + 1) * (YS_HASH_TEXT_LEN + 1)];
        struct ys_writer w = {.data = text, .capacity = sizeof text};
        memcpy(proof.hash, leaves, count * sizeof leaves[0]);

        ys_proof_print(&w, &proof);
        ys_writer_text(&w, "\nwhat follows");

        struct ys_bytes rest = {.data = text, .size = w.size};
        assert_false(w.overflow);
        assert_int_equal(ys_proof_parse(&rest, &again, NULL), YS_OK);
        assert_same_proof(&again, &proof);
        assert_true(ys_bytes_is_text(rest, "what follows"));
    }
}

static void a_text_that_is_no_proof_is_refused_and_stays_unread(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n\n",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n\n",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= \n\n",
                                      " \n\n",
                                      "\r\n\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ys_bytes rest = ys_bytes_of_text(bad[i]);
        struct ys_proof proof = {.count = 99};
        assert_int_equal(ys_proof_parse(&rest, &proof, NULL), YS_MALFORMED);
        assert_true(ys_bytes_is_text(rest, bad[i]));
        assert_int_equal(proof.count, 99);
    }
}

static void a_proof_of_too_many_lines_is_refused(void **state)
{
    (void)state;
    uint8_t text[(YS_PROOF_MAX + 2) * (YS_HASH_TEXT_LEN + 1)];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    struct ys_proof proof;
    struct ys_err err;
    for (int i = 0; i <= YS_PROOF_MAX; i++) {
        ys_hash_print(&w, &leaves[0]);
        ys_writer_text(&w, "\n");
    }
    ys_writer_text(&w, "\n");
    struct ys_bytes rest = {.data = text, .size = w.size};
    assert_int_equal(ys_proof_parse(&rest, &proof, &err), YS_LIMIT);
    assert_string_equal(err.msg, "proof: more than 64 hashes");
}

/* ---- vectors of transparency-dev/merkle --------------------------------------------------- */

static bool proof_of(const json_t *lines, struct ys_proof *out)
{
    out->count = 0;
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *line = json_string_value(json_array_get(lines, i));
        if (line == NULL || out->count == YS_PROOF_MAX ||
            !ys_hash_parse(ys_bytes_of_text(line), &out->hash[out->count]))
            return false;
        out->count++;
    }
    return true;
}

static bool hash_of(const json_t *item, const char *key, struct ys_hash *out)
{
    return ys_hash_parse(ys_bytes_of_text(vectors_text(item, key)), out);
}

static void all_inclusion_vectors_get_their_verdict(void **state)
{
    (void)state;
    json_t *items = vectors_load("transparency-dev-merkle-inclusion.json");
    size_t at = 0;
    size_t good = 0;
    json_t *item = NULL;
    json_array_foreach(items, at, item)
    {
        struct ys_hash leaf;
        struct ys_hash root;
        struct ys_proof proof;
        const bool accepted =
            hash_of(item, "leafHash", &leaf) && hash_of(item, "root", &root) &&
            proof_of(json_object_get(item, "proof"), &proof) &&
            ys_inclusion_verify(&leaf, vectors_size(item, "leafIdx"),
                                vectors_size(item, "treeSize"), &proof, &root) == YS_OK;
        if (accepted == json_is_true(json_object_get(item, "wantErr")))
            fail_msg("%s", vectors_text(item, "file"));
        good += accepted ? 1 : 0;
    }
    assert_int_equal(at, 98);
    assert_int_equal(good, 6);
    json_decref(items);
}

static void all_consistency_vectors_get_their_verdict(void **state)
{
    (void)state;
    /* Its "roots" are not hashes; it asks for equal bytes only. */
    static const char skipped[] =
        "testdata/consistency/additional/sizes-are-equal-one-and-proof-is-empty.json";
    json_t *items = vectors_load("transparency-dev-merkle-consistency.json");
    size_t at = 0;
    size_t good = 0;
    json_t *item = NULL;
    json_array_foreach(items, at, item)
    {
        struct ys_hash old_root;
        struct ys_hash root;
        struct ys_proof proof;
        const bool accepted =
            hash_of(item, "root1", &old_root) && hash_of(item, "root2", &root) &&
            proof_of(json_object_get(item, "proof"), &proof) &&
            ys_consistency_verify(vectors_size(item, "size1"), &old_root,
                                  vectors_size(item, "size2"), &root, &proof) == YS_OK;
        const bool wanted = !json_is_true(json_object_get(item, "wantErr"));
        if (strcmp(vectors_text(item, "file"), skipped) == 0)
            continue;
        if (accepted != wanted)
            fail_msg("%s", vectors_text(item, "file"));
        good += accepted ? 1 : 0;
    }
    assert_int_equal(at, 98);
    assert_int_equal(good, 5);
    json_decref(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inclusion_behaves_like_the_definition),
        cmocka_unit_test(consistency_behaves_like_the_definition),
        cmocka_unit_test(roots_behave_like_the_definition),
        cmocka_unit_test(a_changed_inclusion_proof_is_refused),
        cmocka_unit_test(an_inclusion_proof_holds_for_its_own_index_alone),
        cmocka_unit_test(a_changed_consistency_proof_is_refused),
        cmocka_unit_test(a_consistency_proof_does_not_hold_with_sizes_swapped),
        cmocka_unit_test(another_history_is_not_consistent),
        cmocka_unit_test(the_largest_trees_are_proved_like_small_ones),
        cmocka_unit_test(the_longest_proof_has_as_many_hashes_as_fit),
        cmocka_unit_test(trees_beyond_the_limit_are_refused),
        cmocka_unit_test(what_is_not_in_the_tree_has_no_proof),
        cmocka_unit_test(a_proof_with_an_impossible_count_is_refused_unread),
        cmocka_unit_test(a_read_that_fails_is_passed_on_whichever_it_is),
        cmocka_unit_test(a_proof_goes_to_text_and_back),
        cmocka_unit_test(a_text_that_is_no_proof_is_refused_and_stays_unread),
        cmocka_unit_test(a_proof_of_too_many_lines_is_refused),
        cmocka_unit_test(all_inclusion_vectors_get_their_verdict),
        cmocka_unit_test(all_consistency_vectors_get_their_verdict),
    };
    return cmocka_run_group_tests(tests, fill_leaves, NULL);
}
