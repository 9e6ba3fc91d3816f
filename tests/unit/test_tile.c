#include "crypto/tile.h"

#include "tests/support/rng.h"
#include "tests/support/tree_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { LEAVES = 1500 };

static struct ys_hash leaves[LEAVES];

static int fill_leaves(void **state)
{
    (void)state;
    model_leaves(leaves, LEAVES);
    return 0;
}

/* Hashes [first, first + count) of the bottom row of tile (level, index), by the definition. */
static void row_of(const struct ys_tile_place *place, struct ys_hash *row)
{
    const size_t span = (size_t)1 << place->level * YS_TILE_HEIGHT;
    const size_t start = (size_t)(place->index * YS_TILE_WIDTH + place->first) * span;
    for (size_t i = 0; i < (size_t)1 << place->height; i++) {
        assert_true(start + (i + 1) * span <= LEAVES);
        row[i] = model_root(leaves + start + i * span, span);
    }
}

static void every_subtree_is_found_in_the_tile_that_holds_it(void **state)
{
    (void)state;
    for (unsigned level = 0; (1U << level) <= LEAVES; level++) {
        for (uint64_t index = 0; (index + 1) << level <= LEAVES; index++) {
            struct ys_hash row[YS_TILE_WIDTH];
            struct ys_hash got;
            const struct ys_hash want = model_root(leaves + (index << level), (size_t)1 << level);
            const struct ys_tile_place place = ys_tile_locate(level, index);
            assert_in_range(place.height, 0, YS_TILE_HEIGHT - 1);
            assert_in_range(place.first + (1U << place.height), 1, YS_TILE_WIDTH);
            assert_true(ys_tile_width(place.level, place.index, LEAVES) >=
                        place.first + (1U << place.height));

            row_of(&place, row);
            ys_tile_fold(row, place.height, &got);

            assert_true(ys_hash_equal(&got, &want));
        }
    }
}

static void the_top_of_the_largest_tree_has_a_place(void **state)
{
    (void)state;
    const struct ys_tile_place place = ys_tile_locate(62, 0);
    assert_int_equal(place.level, 7);
    assert_int_equal(place.index, 0);
    assert_int_equal(place.first, 0);
    assert_int_equal(place.height, 6);
    const struct ys_tile_place last = ys_tile_locate(0, YS_TREE_SIZE_MAX - 1);
    assert_int_equal(last.level, 0);
    assert_true(last.index == (YS_TREE_SIZE_MAX - 1) / YS_TILE_WIDTH);
    assert_int_equal(last.first, 254);
}

static void a_whole_tile_folds_to_the_hash_in_the_tile_above(void **state)
{
    (void)state;
    struct ys_hash got;
    const struct ys_hash want = model_root(leaves + YS_TILE_WIDTH, YS_TILE_WIDTH);
    ys_tile_fold(leaves + YS_TILE_WIDTH, YS_TILE_HEIGHT, &got);
    assert_true(ys_hash_equal(&got, &want));
}

/* Complete subtrees of 256^level leaves among the 256 of the tile, counted one by one. */
static unsigned width_by_counting(unsigned level, uint64_t index, uint64_t size)
{
    unsigned width = 0;
    for (uint64_t i = 0; i < YS_TILE_WIDTH; i++) {
        uint64_t end = index * YS_TILE_WIDTH + i + 1;
        bool fits = true;
        for (unsigned k = 0; k < level; k++)
            fits = fits && !__builtin_mul_overflow(end, (uint64_t)YS_TILE_WIDTH, &end);
        if (fits && end <= size)
            width++;
    }
    return width;
}

static void widths_behave_like_counting(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (uint64_t size = 0; size < 1100; size++) {
        for (uint64_t index = 0; index < 6; index++)
            assert_int_equal(ys_tile_width(0, index, size), width_by_counting(0, index, size));
        assert_int_equal(ys_tile_width(1, 0, size), size / YS_TILE_WIDTH);
    }
    for (int i = 0; i < 2000; i++) {
        const unsigned level = (unsigned)rng_below(&rng, YS_TILE_LEVELS);
        const uint64_t size = rng_below(&rng, YS_TREE_SIZE_MAX >> rng_below(&rng, 63)) + 1;
        const uint64_t near = (size >> level * YS_TILE_HEIGHT) / YS_TILE_WIDTH;
        const uint64_t index = near + rng_below(&rng, 3) - (near > 0 ? 1 : 0);
        assert_int_equal(ys_tile_width(level, index, size), width_by_counting(level, index, size));
    }
    assert_int_equal(ys_tile_width(7, 0, YS_TREE_SIZE_MAX), 127);
}

static void paths_are_those_of_tlog_tiles(void **state)
{
    (void)state;
    static const struct {
        int level;
        uint64_t index;
        unsigned width;
        const char *path;
    } known[] = {
        {0, 0, 256, "0/000"},
        {0, 999, 256, "0/999"},
        {0, 1000, 256, "0/x001/000"},
        {1, 1234067, 256, "1/x001/x234/067"}, /* the example of tlog-tiles */
        {0, 1, 1, "0/001.p/1"},
        {7, 0, 255, "7/000.p/255"},
        {-1, 1234067, 256, "entries/x001/x234/067"},
        {-1, 0, 16, "entries/000.p/16"},
        {-1, UINT64_MAX, 255, "entries/x018/x446/x744/x073/x709/x551/615.p/255"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char out[YS_TILE_PATH_MAX];
        ys_tile_path(known[i].level, known[i].index, known[i].width, out);
        assert_string_equal(out, known[i].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_subtree_is_found_in_the_tile_that_holds_it),
        cmocka_unit_test(the_top_of_the_largest_tree_has_a_place),
        cmocka_unit_test(a_whole_tile_folds_to_the_hash_in_the_tile_above),
        cmocka_unit_test(widths_behave_like_counting),
        cmocka_unit_test(paths_are_those_of_tlog_tiles),
    };
    return cmocka_run_group_tests(tests, fill_leaves, NULL);
}
