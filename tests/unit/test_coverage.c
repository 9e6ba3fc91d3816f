#include "sync/coverage.h"

#include "crypto/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char community[] = "110105901001";
static const char street[] = "110105901";

struct row {
    const char *code;
    uint32_t incarnation;
    uint64_t size, time_s, order;
};

static void fill(struct ys_coverage *coverage, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ys_covered item = {.incarnation = rows[i].incarnation,
                                  .size = rows[i].size,
                                  .time_s = rows[i].time_s,
                                  .order = rows[i].order,
                                  .index = rows[i].order * 10};
        memcpy(item.division.digits, rows[i].code, strlen(rows[i].code) + 1);
        assert_int_equal(ys_coverage_add(coverage, &item, NULL), YS_OK);
    }
    ys_coverage_sort(coverage);
}

static struct ys_name log_of(const char *code, uint32_t incarnation)
{
    struct ys_name name = {.kind = YS_NAME_LOG, .incarnation = incarnation};
    memcpy(name.division.digits, code, strlen(code) + 1);
    return name;
}

static void the_first_receipt_is_the_first_in_the_districts_log(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {street, 1, 9, 50, 3}, /* the earlier record counts, not the earlier time */
        {street, 1, 8, 90, 2},   {street, 1, 7, 80, 2}, /* of one record the earlier time */
        {street, 1, 3, 10, 1},                          /* does not cover */
        {street, 2, 99, 1, 0},                          /* another incarnation */
        {community, 1, 99, 1, 0}};
    struct ys_coverage coverage = {0};
    const struct ys_name log = log_of(street, 1);
    const struct ys_name unknown = log_of("110105902", 1);
    fill(&coverage, rows, sizeof rows / sizeof *rows);

    assert_int_equal(ys_coverage_first(&coverage, &log, 2)->order, 1);
    assert_int_equal(ys_coverage_first(&coverage, &log, 3)->size, 7);
    assert_int_equal(ys_coverage_first(&coverage, &log, 3)->index, 20);
    assert_int_equal(ys_coverage_first(&coverage, &log, 7)->size, 8);
    assert_int_equal(ys_coverage_first(&coverage, &log, 8)->order, 3);
    assert_null(ys_coverage_first(&coverage, &log, 9));
    assert_null(ys_coverage_first(&coverage, &unknown, 0));
    ys_coverage_clear(&coverage);
    assert_null(ys_coverage_first(&coverage, &log, 0));
}

static void what_was_had_until_then_is_the_largest_of_all_incarnations(void **state)
{
    (void)state;
    static const struct row rows[] = {{community, 1, 20, 10, 1}, {community, 2, 5, 30, 2},
                                      {community, 2, 30, 40, 2}, {community, 2, 31, 41, 2},
                                      {community, 2, 40, 1, 3},  {street, 1, 99, 1, 0}};
    struct ys_coverage coverage = {0};
    const struct ys_name log = log_of(community, 1);
    fill(&coverage, rows, sizeof rows / sizeof *rows);

    assert_int_equal(ys_coverage_size(&coverage, &log.division, NULL), 40);
    assert_int_equal(
        ys_coverage_size(&coverage, &log.division, &(struct ys_covered){.order = 2, .time_s = 40}),
        30);
    assert_int_equal(
        ys_coverage_size(&coverage, &log.division, &(struct ys_covered){.order = 2, .time_s = 9}),
        20);
    assert_int_equal(
        ys_coverage_size(&coverage, &log.division, &(struct ys_covered){.order = 0, .time_s = 99}),
        0);
    ys_coverage_clear(&coverage);
    assert_int_equal(ys_coverage_size(&coverage, &log.division, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_receipt_is_the_first_in_the_districts_log),
        cmocka_unit_test(what_was_had_until_then_is_the_largest_of_all_incarnations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
