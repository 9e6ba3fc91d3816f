#include "sync/tiles.h"

#include "crypto/tile.h"
#include "tests/support/rng.h"
#include "tests/support/table.h"
#include "tests/support/tree_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAP_BYTES = 64 << 20, LOG = 3, LEAVES = 65536 + 300, KEY_LEN = 13 };

struct desk {
    struct table table;
    struct ys_hash *leaf; /* the model: all leaves appended so far */
    size_t count;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    table_open(&desk->table, MAP_BYTES);
    desk->leaf = malloc(LEAVES * sizeof *desk->leaf);
    assert_non_null(desk->leaf);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    table_close(&desk->table);
    free(desk->leaf);
    free(desk);
    return 0;
}

static void append(struct desk *desk, struct rng *rng, size_t more)
{
    struct ys_hash *const scratch = malloc(more * sizeof *scratch);
    assert_non_null(scratch);
    assert_true(desk->count + more <= LEAVES);
    rng_fill(rng, desk->leaf + desk->count, more * sizeof *scratch);
    memcpy(scratch, desk->leaf + desk->count, more * sizeof *scratch);
    assert_int_equal(ys_tiles_append(desk->table.txn, LOG, desk->count, scratch, more, NULL),
                     YS_OK);
    desk->count += more;
    free(scratch);
}

/* Every hash of this tile is the root of the leaves that it stands for. */
static void check_tile(struct desk *desk, unsigned level, uint64_t index)
{
    const unsigned width = ys_tile_width(level, index, desk->count);
    struct ys_bytes hashes;
    const enum ys_code code = ys_tile_load(desk->table.txn, LOG, level, index, &hashes, NULL);
    assert_int_equal(code, width == 0 ? YS_NOT_FOUND : YS_OK);
    if (width == 0)
        return;
    assert_int_equal(hashes.size, width * (size_t)YS_HASH_LEN);
    const size_t span = (size_t)1 << (YS_TILE_HEIGHT * level);
    for (unsigned i = 0; i < width; i++) {
        const struct ys_hash want =
            model_root(desk->leaf + (index * YS_TILE_WIDTH + i) * span, span);
        assert_memory_equal(hashes.data + (size_t)i * YS_HASH_LEN, want.bytes, YS_HASH_LEN);
    }
}

static void check_tiles(struct desk *desk)
{
    for (unsigned level = 0; level < 4; level++) {
        const size_t tiles = (desk->count >> (YS_TILE_HEIGHT * (level + 1))) + 1;
        for (uint64_t index = 0; index <= tiles; index++)
            check_tile(desk, level, index);
    }
}

static void every_tile_holds_the_roots_of_its_leaves_at_the_borders(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    static const size_t sizes[] = {1, 2, 254, 255, 256, 257, 511, 512, 513, 1024, 1300};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        append(desk, &rng, sizes[i] - desk->count);
        check_tiles(desk);
    }
}

static void a_third_level_begins_at_65536_leaves(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    static const size_t sizes[] = {65535, 65536, 65537, LEAVES};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        append(desk, &rng, sizes[i] - desk->count);
        check_tile(desk, 2, 0);
        check_tile(desk, 1, 0);
        check_tile(desk, 1, 1);
        check_tile(desk, 0, desk->count / YS_TILE_WIDTH);
    }
    check_tiles(desk);
}

static void one_leaf_at_a_time_gives_the_same_tiles_as_one_append(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    for (int i = 0; i < 600; i++)
        append(desk, &rng, 1);
    check_tiles(desk);
}

static void every_perfect_subtree_is_read_from_its_tile(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    struct ys_log_place place = {.txn = desk->table.txn, .id = LOG};
    append(desk, &rng, 1300);
    for (unsigned level = 0; level <= 10; level++) {
        const size_t span = (size_t)1 << level;
        for (uint64_t index = 0; (index + 1) * span <= desk->count; index++) {
            struct ys_hash got;
            const struct ys_hash want = model_root(desk->leaf + index * span, span);
            assert_int_equal(ys_tiles_read(&place, level, index, &got, NULL), YS_OK);
            assert_memory_equal(got.bytes, want.bytes, YS_HASH_LEN);
        }
    }
}

static void tile_key(unsigned level, uint64_t index, uint8_t out[KEY_LEN])
{
    ys_be32_put(out, LOG);
    out[4] = (uint8_t)level;
    ys_be64_put(out + 5, index);
}

static void spoil(struct desk *desk, unsigned level, uint64_t index, size_t size)
{
    static const uint8_t zeros[257 * YS_HASH_LEN] = {0};
    uint8_t key[KEY_LEN];
    tile_key(level, index, key);
    assert_int_equal(ys_txn_put(desk->table.txn, YS_DB_TILE, (struct ys_bytes){key, sizeof key},
                                (struct ys_bytes){zeros, size}, NULL),
                     YS_OK);
}

static void a_tile_that_lacks_hashes_is_named(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    struct ys_log_place place = {.txn = desk->table.txn, .id = LOG};
    struct ys_bytes hashes;
    struct ys_hash hash;
    struct ys_err err = {0};
    append(desk, &rng, 300);

    assert_int_equal(ys_tiles_read(&place, 0, 300, &hash, &err), YS_CORRUPT);
    assert_non_null(strstr(err.msg, "log 3 tile 0/1"));
    assert_int_equal(ys_tiles_read(&place, 0, 600, &hash, &err), YS_CORRUPT);
    static const size_t bad[] = {0, 1, 31, 33, 257 * YS_HASH_LEN};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        spoil(desk, 0, 1, bad[i]);
        assert_int_equal(ys_tile_load(desk->table.txn, LOG, 0, 1, &hashes, &err), YS_CORRUPT);
        assert_int_equal(ys_tiles_read(&place, 0, 256, &hash, &err), YS_CORRUPT);
    }
}

static void nothing_is_put_behind_a_tile_of_the_wrong_width(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    struct ys_hash more[2];
    struct ys_err err = {0};
    append(desk, &rng, 300);
    rng_fill(&rng, more, sizeof more);

    spoil(desk, 0, 1, (size_t)43 * YS_HASH_LEN);
    assert_int_equal(ys_tiles_append(desk->table.txn, LOG, 300, more, 2, &err), YS_CORRUPT);
    spoil(desk, 0, 1, (size_t)45 * YS_HASH_LEN);
    assert_int_equal(ys_tiles_append(desk->table.txn, LOG, 300, more, 2, &err), YS_CORRUPT);
    assert_int_equal(ys_tiles_append(desk->table.txn, LOG + 1, 300, more, 2, &err), YS_CORRUPT);
    spoil(desk, 0, 1, (size_t)44 * YS_HASH_LEN);
    assert_int_equal(ys_tiles_append(desk->table.txn, LOG, 300, more, 2, &err), YS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_tile_holds_the_roots_of_its_leaves_at_the_borders,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_third_level_begins_at_65536_leaves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_leaf_at_a_time_gives_the_same_tiles_as_one_append,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_perfect_subtree_is_read_from_its_tile, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_tile_that_lacks_hashes_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_put_behind_a_tile_of_the_wrong_width, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
