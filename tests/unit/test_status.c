#include "sync/status.h"

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

enum { LOG = 9, ENTRIES = 3 * YS_STATUS_CHUNK + 100 };

static enum ys_verdict get(struct ys_txn *txn, uint32_t log_id, uint64_t index)
{
    enum ys_verdict verdict = YS_VERDICT_OK;
    assert_int_equal(ys_status_get(txn, log_id, index, &verdict, NULL), YS_OK);
    return verdict;
}

static void what_was_never_set_is_unchecked(void **state)
{
    const struct table *const table = *state;
    uint64_t counts[YS_VERDICTS];
    assert_int_equal(get(table->txn, LOG, 0), YS_VERDICT_UNCHECKED);
    assert_int_equal(get(table->txn, LOG, UINT64_MAX - 1), YS_VERDICT_UNCHECKED);
    assert_int_equal(ys_status_count(table->txn, LOG, 5000, counts, NULL), YS_OK);
    assert_int_equal(counts[YS_VERDICT_UNCHECKED], 5000);
    assert_int_equal(counts[YS_VERDICT_OK], 0);
}

static void verdicts_next_to_a_chunk_border_do_not_touch_each_other(void **state)
{
    const struct table *const table = *state;
    static const uint8_t four[] = {YS_VERDICT_OK, YS_VERDICT_BAD, YS_VERDICT_UNKNOWN_KEY,
                                   YS_VERDICT_OK};
    const uint8_t bad = YS_VERDICT_BAD;
    assert_int_equal(ys_status_set(table->txn, LOG, YS_STATUS_CHUNK - 2, four, 4, NULL), YS_OK);

    assert_int_equal(ys_status_set(table->txn, LOG, YS_STATUS_CHUNK + 1, &bad, 1, NULL), YS_OK);

    assert_int_equal(get(table->txn, LOG, YS_STATUS_CHUNK - 3), YS_VERDICT_UNCHECKED);
    assert_int_equal(get(table->txn, LOG, YS_STATUS_CHUNK - 2), YS_VERDICT_OK);
    assert_int_equal(get(table->txn, LOG, YS_STATUS_CHUNK - 1), YS_VERDICT_BAD);
    assert_int_equal(get(table->txn, LOG, YS_STATUS_CHUNK), YS_VERDICT_UNKNOWN_KEY);
    assert_int_equal(get(table->txn, LOG, YS_STATUS_CHUNK + 1), YS_VERDICT_BAD);
    assert_int_equal(get(table->txn, LOG, YS_STATUS_CHUNK + 2), YS_VERDICT_UNCHECKED);
    assert_int_equal(get(table->txn, LOG + 1, YS_STATUS_CHUNK), YS_VERDICT_UNCHECKED);
}

static void check_find(struct ys_txn *txn, const uint8_t *model, uint64_t from, uint64_t size,
                       enum ys_verdict wanted)
{
    uint64_t index = 0;
    uint64_t want = from;
    while (want < size && model[want] != wanted)
        want++;
    const enum ys_code code = ys_status_find(txn, LOG, from, size, wanted, &index, NULL);
    assert_int_equal(code, want < size ? YS_OK : YS_NOT_FOUND);
    if (code == YS_OK)
        assert_int_equal(index, want);
}

static void behaves_like_an_array_of_bytes(void **state)
{
    const struct table *const table = *state;
    struct rng rng = rng_from_env(__func__);
    static uint8_t model[ENTRIES];
    static uint8_t verdicts[ENTRIES];
    memset(model, 0, sizeof model);
    for (int step = 0; step < 300; step++) {
        const uint64_t first = rng_below(&rng, ENTRIES);
        const size_t most = ENTRIES - first;
        const size_t count = rng_below(&rng, 4) == 0 ? rng_below(&rng, most + 1)
                                                     : rng_below(&rng, most < 40 ? most + 1 : 40);
        for (size_t i = 0; i < count; i++)
            verdicts[i] = (uint8_t)rng_below(&rng, YS_VERDICTS);
        memcpy(model + first, verdicts, count);

        assert_int_equal(ys_status_set(table->txn, LOG, first, verdicts, count, NULL), YS_OK);

        for (int i = 0; i < 20; i++) {
            const uint64_t at = rng_below(&rng, ENTRIES);
            assert_int_equal(get(table->txn, LOG, at), model[at]);
        }
        check_find(table->txn, model, rng_below(&rng, ENTRIES), rng_below(&rng, ENTRIES + 1),
                   (enum ys_verdict)rng_below(&rng, YS_VERDICTS));
        const uint64_t from = rng_below(&rng, ENTRIES);
        const size_t read = rng_below(&rng, ENTRIES - from + 1);
        assert_int_equal(ys_status_read(table->txn, LOG, from, read, verdicts, NULL), YS_OK);
        assert_memory_equal(verdicts, model + from, read);
    }
    for (uint64_t size = ENTRIES; size > 100; size /= 2) {
        uint64_t want[YS_VERDICTS] = {0};
        uint64_t counts[YS_VERDICTS];
        for (uint64_t i = 0; i < size; i++)
            want[model[i]]++;
        assert_int_equal(ys_status_count(table->txn, LOG, size, counts, NULL), YS_OK);
        assert_memory_equal(counts, want, sizeof want);
    }
}

static void finding_looks_only_inside_its_range(void **state)
{
    const struct table *const table = *state;
    const uint8_t bad = YS_VERDICT_BAD;
    uint64_t index = 0;
    assert_int_equal(ys_status_set(table->txn, LOG, 5000, &bad, 1, NULL), YS_OK);
    assert_int_equal(ys_status_find(table->txn, LOG, 0, 5000, YS_VERDICT_BAD, &index, NULL),
                     YS_NOT_FOUND);
    assert_int_equal(ys_status_find(table->txn, LOG, 5001, 9000, YS_VERDICT_BAD, &index, NULL),
                     YS_NOT_FOUND);
    assert_int_equal(ys_status_find(table->txn, LOG, 5000, 5001, YS_VERDICT_BAD, &index, NULL),
                     YS_OK);
    assert_int_equal(index, 5000);
}

static void a_row_of_the_wrong_size_is_corrupt(void **state)
{
    const struct table *const table = *state;
    uint8_t key[YS_ROW_KEY_LEN];
    const uint8_t bad = YS_VERDICT_BAD;
    enum ys_verdict verdict = YS_VERDICT_OK;
    uint64_t counts[YS_VERDICTS];
    uint64_t index = 0;
    ys_row_key(LOG, 1, key);
    assert_int_equal(ys_checked_put(table->txn, YS_DB_STATUS, (struct ys_bytes){key, sizeof key},
                                    ys_bytes_of_text("short"), NULL),
                     YS_OK);
    assert_int_equal(ys_status_get(table->txn, LOG, YS_STATUS_CHUNK, &verdict, NULL), YS_CORRUPT);
    assert_int_equal(ys_status_set(table->txn, LOG, YS_STATUS_CHUNK, &bad, 1, NULL), YS_CORRUPT);
    assert_int_equal(ys_status_count(table->txn, LOG, YS_STATUS_CHUNK + 1, counts, NULL),
                     YS_CORRUPT);
    assert_int_equal(
        ys_status_find(table->txn, LOG, 0, YS_STATUS_CHUNK + 1, YS_VERDICT_BAD, &index, NULL),
        YS_CORRUPT);
    assert_int_equal(ys_status_get(table->txn, LOG, 0, &verdict, NULL), YS_OK);
}

static void verdicts_have_names(void **state)
{
    (void)state;
    assert_string_equal(ys_verdict_name(YS_VERDICT_UNCHECKED), "unchecked");
    assert_string_equal(ys_verdict_name(YS_VERDICT_OK), "ok");
    assert_string_equal(ys_verdict_name(YS_VERDICT_BAD), "bad");
    assert_string_equal(ys_verdict_name(YS_VERDICT_UNKNOWN_KEY), "unknown_key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_never_set_is_unchecked, table_set_up,
                                        table_tear_down),
        cmocka_unit_test_setup_teardown(verdicts_next_to_a_chunk_border_do_not_touch_each_other,
                                        table_set_up, table_tear_down),
        cmocka_unit_test_setup_teardown(behaves_like_an_array_of_bytes, table_set_up,
                                        table_tear_down),
        cmocka_unit_test_setup_teardown(finding_looks_only_inside_its_range, table_set_up,
                                        table_tear_down),
        cmocka_unit_test_setup_teardown(a_row_of_the_wrong_size_is_corrupt, table_set_up,
                                        table_tear_down),
        cmocka_unit_test(verdicts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
