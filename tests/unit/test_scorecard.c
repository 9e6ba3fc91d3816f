#include "node/report/scorecard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

static const struct ys_figure rate = {.kind = YS_FIGURE_RATE, .scale = 100, .decimals = 1};
static const struct ys_figure median = {.kind = YS_FIGURE_MEDIAN, .scale = 1, .decimals = 1};
static const struct ys_figure count = {.kind = YS_FIGURE_COUNT, .scale = 1};

static int64_t points(const struct ys_found *found, int32_t zero, int32_t full)
{
    const struct ys_grading_item item = {.weight = 1, .zero = zero, .full = full};
    int64_t out = -1;
    return ys_scorecard_points(found, &item, &out) ? out : -1;
}

/* By hand: 2 of 3 is 66.666…%; of 100 points 66.6667; between 60 and 95 it is 6.666… of 35, 19.0476. */
static void points_are_the_part_of_the_way(void **state)
{
    const struct ys_found two_of_three = {.figure = &rate, .n = 2, .d = 3};
    (void)state;
    assert_int_equal(points(&two_of_three, 0, 100), 666667);
    assert_int_equal(points(&two_of_three, 60, 95), 190476);
    /* less is better: from 95 down to 60 it is 28.333… of 35, 80.9524 */
    assert_int_equal(points(&two_of_three, 95, 60), 809524);
    assert_int_equal(points(&(struct ys_found){.figure = &rate, .n = 3, .d = 5}, 60, 95), 0);
    assert_int_equal(points(&(struct ys_found){.figure = &rate, .n = 1, .d = 5}, 60, 95), 0);
    assert_int_equal(points(&(struct ys_found){.figure = &rate, .n = 19, .d = 20}, 60, 95),
                     1000000);
    assert_int_equal(points(&(struct ys_found){.figure = &rate, .n = 20, .d = 20}, 60, 95),
                     1000000);
    assert_int_equal(points(&(struct ys_found){.figure = &rate, .none = true}, 0, 100), -1);
    /* a median of 7.5 days, from 15 down to 0: half; 3 of 4 cases: three quarters */
    assert_int_equal(
        points(&(struct ys_found){.figure = &median, .low = 7, .high = 8, .d = 6}, 15, 0), 500000);
    assert_int_equal(points(&(struct ys_found){.figure = &count, .n = 3}, 0, 4), 750000);
    /* as large as counts become */
    assert_int_equal(
        points(&(struct ys_found){.figure = &rate, .n = INT64_MAX / 200, .d = INT64_MAX / 100}, 0,
               100),
        500000);
}

/* 3 x 66.6667 + 1 x 50 = 250.0001, by 4: 62.50; 1 x 66.6667 + 2 x 50, by 3: 55.5556. */
static void the_score_is_their_mean_by_weight(void **state)
{
    struct ys_grading grading = {.count = 2, .item = {{.weight = 3}, {.weight = 1}}};
    const int64_t point[] = {666667, 500000};
    (void)state;
    assert_int_equal(ys_scorecard_score(&grading, point), 6250);
    grading.item[0].weight = 1;
    grading.item[1].weight = 2;
    assert_int_equal(ys_scorecard_score(&grading, point), 5556);
    assert_int_equal(ys_scorecard_score(&grading, (const int64_t[]){1000000, 1000000}), 10000);
    assert_int_equal(ys_scorecard_score(&grading, (const int64_t[]){0, 0}), 0);
    /* half of a hundredth goes up: (0.0100 + 2 x 0.0025) / 3 = 0.005 */
    assert_int_equal(ys_scorecard_score(&grading, (const int64_t[]){100, 25}), 1);
    assert_int_equal(ys_scorecard_score(&grading, (const int64_t[]){99, 25}), 0);
}

static void equal_values_share_a_rank_and_levels_are_apart(void **state)
{
    struct ys_ranked item[] = {
        {.group = 1, .counts = true, .value = 900}, {.group = 1, .counts = true, .value = 950},
        {.group = 1, .counts = true, .value = 900}, {.group = 1, .counts = false, .value = 999},
        {.group = 2, .counts = true, .value = 800}, {.group = 1, .counts = true, .value = 100}};
    static const uint32_t higher[] = {2, 1, 2, 0, 1, 4};
    static const uint32_t lower[] = {2, 4, 2, 0, 1, 1};
    (void)state;
    ys_scorecard_rank(item, 6, false);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(item[i].rank, higher[i]);
    ys_scorecard_rank(item, 6, true);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(item[i].rank, lower[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_the_part_of_the_way),
        cmocka_unit_test(the_score_is_their_mean_by_weight),
        cmocka_unit_test(equal_values_share_a_rank_and_levels_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
