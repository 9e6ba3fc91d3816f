#include "node/model/due.h"

#include "proto/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct ys_parameters no_values(void)
{
    struct ys_parameters parameters = {.count = 0};
    memcpy(parameters.division.digits, "110108012016", 13);
    return parameters;
}

static struct ys_parameter_value one_value(enum ys_parameter id, uint32_t value, const char *text)
{
    struct ys_parameter_value out = {.id = id, .value = value, .effective_from = 19000101};
    memcpy(out.scope.digits, "110108", 7);
    out.text = ys_bytes_of_text(text);
    return out;
}

static void days_are_counted_without_the_first_over_every_end(void **state)
{
    (void)state;
    static const struct {
        uint32_t since;
        uint32_t days;
        uint32_t day;
    } rows[] = {
        {20260407, 3, 20260410},   {20260131, 30, 20260302}, {20260201, 30, 20260303},
        {20240131, 30, 20240301},  {20240228, 1, 20240229},  {20240229, 1, 20240301},
        {20240229, 365, 20250228}, {20250228, 1, 20250301},  {20251231, 1, 20260101},
        {20260415, 0, 20260415},   {20000228, 1, 20000229},  {21000228, 1, 21000301},
        {20261201, 60, 20270130},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ys_parameter_value value = one_value(YS_PARAMETER_PLAN_DAYS, rows[i].days, "");
        struct ys_parameters parameters = no_values();
        parameters.values = &value;
        parameters.count = 1;
        const struct ys_due due =
            ys_due_counted(&parameters, YS_PARAMETER_PLAN_DAYS, rows[i].since);
        assert_int_equal(due.day, rows[i].day);
        assert_int_equal(due.since, rows[i].since);
        assert_int_equal(due.parameter, YS_PARAMETER_PLAN_DAYS);
        assert_ptr_equal(due.signed_value, &value);
    }
}

static void the_default_counts_where_nobody_signed(void **state)
{
    (void)state;
    const struct ys_parameters parameters = no_values();
    const struct ys_due due =
        ys_due_counted(&parameters, YS_PARAMETER_STREET_RESPONSE_DAYS, 20260320);
    assert_int_equal(due.day, 20260404);
    assert_null(due.signed_value);
}

static void a_law_counts_from_its_day_on(void **state)
{
    (void)state;
    const struct ys_parameters parameters = no_values();
    assert_int_equal(ys_due_counted(&parameters, YS_PARAMETER_PUBLICATION_DAYS, 20251231).day, 0);
    assert_int_equal(ys_due_counted(&parameters, YS_PARAMETER_PUBLICATION_DAYS, 20260101).day,
                     20260116);
    assert_int_equal(ys_due_notice(&parameters, YS_PARAMETER_ASSEMBLY_NOTICE_DAYS, 20251231).day,
                     0);
    assert_int_equal(ys_due_notice(&parameters, YS_PARAMETER_ASSEMBLY_NOTICE_DAYS, 20260105).day,
                     20251226);
}

static void what_is_stated_stands_unless_it_is_no_day(void **state)
{
    (void)state;
    assert_int_equal(ys_due_stated(20260229).day, 0);
    assert_int_equal(ys_due_stated(20240229).day, 20240229);
    assert_int_equal(ys_due_stated(0).day, 0);
    assert_int_equal(ys_due_stated(20240229).parameter, YS_PARAMETER_NONE);
    assert_int_equal(ys_due_none().parameter, YS_PARAMETER_NONE);
}

static void the_end_of_time_is_no_day(void **state)
{
    (void)state;
    const struct ys_parameters parameters = no_values();
    assert_int_equal(ys_due_counted(&parameters, YS_PARAMETER_PLAN_DAYS, 29991201).day, 29991231);
    assert_int_equal(ys_due_counted(&parameters, YS_PARAMETER_PLAN_DAYS, 29991202).day, 0);
    assert_int_equal(ys_due_counted(&parameters, YS_PARAMETER_STREET_OPINION_DAYS, 29991230).day,
                     0);
    assert_int_equal(ys_due_counted(&parameters, YS_PARAMETER_PLAN_DAYS, 0).day, 0);
    assert_int_equal(ys_due_archive(29981231).day, 29990630);
    assert_int_equal(ys_due_archive(29990101).day, 0);
    assert_int_equal(ys_due_period_end(&parameters, YS_PARAMETER_EVALUATION_PERIOD, 29990101).day,
                     29991231);
}

static void a_period_ends_with_its_month_quarter_half_or_year(void **state)
{
    (void)state;
    static const struct {
        enum ys_period period;
        uint32_t since;
        uint32_t day;
    } rows[] = {
        {YS_PERIOD_MONTH, 20240201, 20240229},     {YS_PERIOD_MONTH, 20250228, 20250228},
        {YS_PERIOD_MONTH, 20261231, 20261231},     {YS_PERIOD_QUARTER, 20260331, 20260331},
        {YS_PERIOD_QUARTER, 20260401, 20260630},   {YS_PERIOD_HALF_YEAR, 20260630, 20260630},
        {YS_PERIOD_HALF_YEAR, 20260701, 20261231}, {YS_PERIOD_YEAR, 20260101, 20261231},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ys_parameter_value value =
            one_value(YS_PARAMETER_EVALUATION_PERIOD, rows[i].period, "");
        struct ys_parameters parameters = no_values();
        parameters.values = &value;
        parameters.count = 1;
        assert_int_equal(
            ys_due_period_end(&parameters, YS_PARAMETER_EVALUATION_PERIOD, rows[i].since).day,
            rows[i].day);
    }
}

static void a_matter_is_archived_by_june_of_the_next_year(void **state)
{
    (void)state;
    assert_int_equal(ys_due_archive(20260101).day, 20270630);
    assert_int_equal(ys_due_archive(20261231).day, 20270630);
    assert_int_equal(ys_due_archive(20270101).day, 20280630);
}

static void a_notice_is_posted_in_time(void **state)
{
    (void)state;
    struct ys_parameters parameters = no_values();
    assert_int_equal(ys_due_notice(&parameters, YS_PARAMETER_NOTICE_MIN_DAYS, 20260410).day,
                     20260407);
    assert_int_equal(ys_due_notice(&parameters, YS_PARAMETER_NOTICE_MIN_DAYS, 20240301).day,
                     20240227);
    const struct ys_parameter_value value =
        one_value(YS_PARAMETER_NOTICE_COUNT, YS_NOTICE_FULL_DAYS_BETWEEN, "");
    parameters.values = &value;
    parameters.count = 1;
    assert_int_equal(ys_due_notice(&parameters, YS_PARAMETER_NOTICE_MIN_DAYS, 20260410).day,
                     20260406);
}

static void weekends_are_no_working_days_without_a_calendar(void **state)
{
    (void)state;
    const struct ys_parameters parameters = no_values();
    bool known = true;
    /* Monday the 6th of April 2026, and a week in 1969 */
    static const uint32_t mondays[] = {20260406, 19691229};
    for (size_t week = 0; week < 2; week++) {
        for (int32_t i = 0; i < 7; i++) {
            const uint32_t day = ys_date_from_days(ys_date_days(mondays[week]) + i);
            assert_int_equal(ys_workday(&parameters, day, &known), i < 5);
            assert_false(known);
        }
    }
    const struct ys_due due =
        ys_due_counted(&parameters, YS_PARAMETER_STREET_OPINION_DAYS, 20260403);
    assert_int_equal(due.day, 20260417); /* from a Friday: two weeks */
    assert_true(due.calendar_missing);
}

static void a_calendar_turns_days_into_their_contrary(void **state)
{
    (void)state;
    /* 国庆 2026: the 1st to the 7th are off; the Saturday of the 10th is worked */
    const struct ys_parameter_value value =
        one_value(YS_PARAMETER_WORKDAY_CALENDAR, 6,
                  "2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07 2026-10-10");
    struct ys_parameters parameters = no_values();
    parameters.values = &value;
    parameters.count = 1;
    bool known = false;
    assert_false(ys_workday(&parameters, 20261001, &known));
    assert_true(known);
    assert_true(ys_workday(&parameters, 20261010, &known));
    assert_false(ys_workday(&parameters, 20261011, &known));
    assert_true(ys_workday(&parameters, 20261008, &known));

    struct ys_due due = ys_due_counted(&parameters, YS_PARAMETER_STREET_OPINION_DAYS, 20260930);
    assert_int_equal(due.day, 20261020); /* 8, 9, 10, 12 to 16, 19, 20 */
    assert_false(due.calendar_missing);
    due = ys_due_counted(&parameters, YS_PARAMETER_STREET_OPINION_DAYS, 20261225);
    assert_true(due.calendar_missing); /* it reaches into a year without one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_counted_without_the_first_over_every_end),
        cmocka_unit_test(the_default_counts_where_nobody_signed),
        cmocka_unit_test(a_law_counts_from_its_day_on),
        cmocka_unit_test(what_is_stated_stands_unless_it_is_no_day),
        cmocka_unit_test(the_end_of_time_is_no_day),
        cmocka_unit_test(a_period_ends_with_its_month_quarter_half_or_year),
        cmocka_unit_test(a_matter_is_archived_by_june_of_the_next_year),
        cmocka_unit_test(a_notice_is_posted_in_time),
        cmocka_unit_test(weekends_are_no_working_days_without_a_calendar),
        cmocka_unit_test(a_calendar_turns_days_into_their_contrary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
