#include "crypto/frontier.h"

#include "tests/support/tree_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { LEAVES = 300 };

static void behaves_like_the_definition_for_every_prefix(void **state)
{
    (void)state;
    static struct ys_hash leaves[LEAVES];
    struct ys_frontier f = {0};
    struct ys_hash got;
    model_leaves(leaves, LEAVES);

    for (size_t n = 0; n <= LEAVES; n++) {
        const struct ys_hash want = model_root(leaves, n);
        ys_frontier_root(&f, &got);
        assert_memory_equal(got.bytes, want.bytes, YS_HASH_LEN);
        assert_int_equal(f.size, n);
        if (n < LEAVES)
            assert_int_equal(ys_frontier_append(&f, &leaves[n]), YS_OK);
    }
}

static void a_place_is_set_when_its_bit_of_the_size_is_and_zero_otherwise(void **state)
{
    (void)state;
    static struct ys_hash leaves[LEAVES];
    static const struct ys_hash zero = {{0}};
    struct ys_frontier f = {0};
    model_leaves(leaves, LEAVES);

    for (size_t n = 1; n <= LEAVES; n++) {
        assert_int_equal(ys_frontier_append(&f, &leaves[n - 1]), YS_OK);
        size_t end = n;
        for (unsigned k = 0; k < YS_FRONTIER_MAX; k++) {
            if ((n >> k & 1) == 0) {
                assert_true(ys_hash_equal(&f.subtree[k], &zero));
                continue;
            }
            const struct ys_hash want = model_root(leaves + end - ((size_t)1 << k), (size_t)1 << k);
            assert_true(ys_hash_equal(&f.subtree[k], &want));
            end -= (size_t)1 << k;
        }
    }
}

/* The frontier of a tree whose leaves are all the same: each subtree is the one below it twice. */
static struct ys_frontier uniform(uint64_t size, const struct ys_hash *leaf)
{
    struct ys_frontier f = {.size = size};
    struct ys_hash hash = *leaf;
    for (unsigned k = 0; k < YS_FRONTIER_MAX; k++) {
        if ((size >> k & 1) != 0)
            f.subtree[k] = hash;
        ys_node_hash(&hash, &hash, &hash);
    }
    return f;
}

static void the_largest_tree_takes_no_further_leaf(void **state)
{
    (void)state;
    struct ys_hash leaf;
    model_leaves(&leaf, 1);
    struct ys_frontier f = uniform(YS_TREE_SIZE_MAX - 1, &leaf);
    assert_int_equal(ys_frontier_append(&f, &leaf), YS_OK);
    const struct ys_frontier full = uniform(YS_TREE_SIZE_MAX, &leaf);
    assert_memory_equal(&f, &full, sizeof f);

    assert_int_equal(ys_frontier_append(&f, &leaf), YS_LIMIT);

    assert_memory_equal(&f, &full, sizeof f);
    struct ys_hash want = f.subtree[0];
    struct ys_hash root;
    for (unsigned k = 1; k < YS_FRONTIER_MAX; k++)
        ys_node_hash(&f.subtree[k], &want, &want);
    ys_frontier_root(&f, &root);
    assert_true(ys_hash_equal(&root, &want));
}

static void a_carry_goes_through_all_places_but_the_last(void **state)
{
    (void)state;
    struct ys_hash leaf;
    model_leaves(&leaf, 1);
    struct ys_frontier f = uniform(((uint64_t)1 << 62) - 1, &leaf);

    assert_int_equal(ys_frontier_append(&f, &leaf), YS_OK);

    const struct ys_frontier want = uniform((uint64_t)1 << 62, &leaf);
    struct ys_hash root;
    assert_memory_equal(&f, &want, sizeof f);
    ys_frontier_root(&f, &root);
    assert_true(ys_hash_equal(&root, &f.subtree[62]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behaves_like_the_definition_for_every_prefix),
        cmocka_unit_test(a_place_is_set_when_its_bit_of_the_size_is_and_zero_otherwise),
        cmocka_unit_test(the_largest_tree_takes_no_further_leaf),
        cmocka_unit_test(a_carry_goes_through_all_places_but_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
