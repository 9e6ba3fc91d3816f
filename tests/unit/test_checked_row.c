#include "sync/checked_row.h"

#include "tests/support/rng.h"
#include "tests/support/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROW_MAX = 100 };

static const struct ys_bytes key = {(const uint8_t *)"key", 3};

static void a_row_comes_back_without_its_check(void **state)
{
    const struct table *const table = *state;
    struct rng rng = rng_from_env(__func__);
    for (size_t size = 0; size <= ROW_MAX; size++) {
        uint8_t value[ROW_MAX];
        struct ys_bytes got;
        struct ys_bytes raw;
        rng_fill(&rng, value, size);
        assert_int_equal(
            ys_checked_put(table->txn, YS_DB_META, key, (struct ys_bytes){value, size}, NULL),
            YS_OK);
        assert_int_equal(ys_checked_get(table->txn, YS_DB_META, key, &got, NULL), YS_OK);
        assert_true(ys_bytes_equal(got, (struct ys_bytes){value, size}));
        assert_int_equal(ys_txn_get(table->txn, YS_DB_META, key, &raw, NULL), YS_OK);
        assert_int_equal(raw.size, size + YS_ROW_CHECK_LEN);
    }
}

static void every_flipped_bit_is_found(void **state)
{
    const struct table *const table = *state;
    uint8_t row[ROW_MAX];
    struct ys_bytes raw;
    struct ys_bytes got;
    struct ys_err err = {0};
    assert_int_equal(ys_checked_put(table->txn, YS_DB_LOG, key, ys_bytes_of_text("a value"), NULL),
                     YS_OK);
    assert_int_equal(ys_txn_get(table->txn, YS_DB_LOG, key, &raw, NULL), YS_OK);
    const size_t size = raw.size;
    memcpy(row, raw.data, size);
    for (size_t bit = 0; bit < size * 8; bit++) {
        row[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(ys_checked_open(YS_DB_LOG, key, (struct ys_bytes){row, size}, &got, &err),
                         YS_CORRUPT);
        row[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_non_null(strstr(err.msg, "\"log\" is damaged"));
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(ys_checked_open(YS_DB_LOG, key, (struct ys_bytes){row, cut}, &got, &err),
                         YS_CORRUPT);
    assert_int_equal(ys_checked_open(YS_DB_LOG, key, (struct ys_bytes){row, size}, &got, &err),
                     YS_OK);
}

static void a_row_under_another_key_or_in_another_table_is_found(void **state)
{
    const struct table *const table = *state;
    struct ys_bytes raw;
    struct ys_bytes got;
    assert_int_equal(ys_checked_put(table->txn, YS_DB_LOG, key, ys_bytes_of_text("a value"), NULL),
                     YS_OK);
    assert_int_equal(ys_txn_get(table->txn, YS_DB_LOG, key, &raw, NULL), YS_OK);
    assert_int_equal(ys_checked_open(YS_DB_LOG, ys_bytes_of_text("kez"), raw, &got, NULL),
                     YS_CORRUPT);
    assert_int_equal(ys_checked_open(YS_DB_META, key, raw, &got, NULL), YS_CORRUPT);
    assert_int_equal(ys_checked_get(table->txn, YS_DB_META, key, &got, NULL), YS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_comes_back_without_its_check, table_set_up,
                                        table_tear_down),
        cmocka_unit_test_setup_teardown(every_flipped_bit_is_found, table_set_up, table_tear_down),
        cmocka_unit_test_setup_teardown(a_row_under_another_key_or_in_another_table_is_found,
                                        table_set_up, table_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
