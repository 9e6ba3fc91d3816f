#include "node/model/parameter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum ys_code parse(enum ys_parameter id, const char *text, uint32_t *out)
{
    struct ys_err err;
    return ys_parameter_parse(ys_parameter_row(id), ys_bytes_of_text(text), out, &err);
}

static void expect_parsed(enum ys_parameter id, const char *text, uint32_t value)
{
    uint32_t got = 0;
    assert_int_equal(parse(id, text, &got), YS_OK);
    assert_int_equal(got, value);
}

static void expect_refused(enum ys_parameter id, const char *text, enum ys_code code)
{
    uint32_t got = 0;
    assert_int_equal(parse(id, text, &got), code);
}

static void every_row_is_found_by_its_word_and_has_names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < YS_PARAMETER_COUNT; i++) {
        const struct ys_parameter_row *row = ys_parameter_row((enum ys_parameter)i);
        assert_int_equal(row->id, i);
        assert_ptr_equal(ys_parameter_by_word(ys_bytes_of_text(row->word)), row);
        assert_true(row->zh[0] != '\0' && row->en[0] != '\0');
        assert_true(ys_parameter_unit_word(row->unit)[0] != '\0');
        if (row->unit != YS_UNIT_WEIGHTS && row->unit != YS_UNIT_DATES)
            assert_in_range(row->initial, row->least, row->most);
    }
    assert_null(ys_parameter_by_word(ys_bytes_of_text("notice_min_day")));
    assert_null(ys_parameter_by_word(ys_bytes_of_text("")));
}

static void defaults_are_those_of_the_domain(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        uint32_t value;
    } rows[] = {
        {"notice_min_days", 3},
        {"assembly_notice_days", 10},
        {"publication_days", 15},
        {"shelve_min_sessions", 2},
        {"record_lag_days", 7},
        {"bulk_days", 60},
        {"party_report_days", 30},
        {"proposal_days", 60},
        {"street_opinion_days", 10},
        {"min_party_kinds", 3},
        {"assembly_days", 60},
        {"shelved_review_days", 365},
        {"plan_days", 30},
        {"submit_days", 7},
        {"street_response_days", 15},
        {"department_days", 30},
        {"commission_days", 7},
        {"min_ballots", 5},
        {"min_return", 50},
        {"reply_days", 30},
        {"feedback_days", 15},
        {"objection_days", 15},
        {"silent_days", 7},
        {"small_n", 5},
        {"evaluation_period", YS_PERIOD_YEAR},
        {"evaluation_scope", YS_EVALUATE_COMMISSIONED_AND_PUBLIC_SERVICE},
        {"reps_meeting_period", YS_PERIOD_HALF_YEAR},
        {"notice_count", YS_NOTICE_CALENDAR},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ys_parameter_row *row = ys_parameter_by_word(ys_bytes_of_text(rows[i].word));
        assert_non_null(row);
        if (row != NULL)
            assert_int_equal(row->initial, rows[i].value);
    }
    assert_int_equal(ys_parameter_row(YS_PARAMETER_STREET_OPINION_DAYS)->unit, YS_UNIT_WORKDAYS);
}

static void numbers_keep_their_bounds(void **state)
{
    (void)state;
    expect_parsed(YS_PARAMETER_NOTICE_MIN_DAYS, "0", 0);
    expect_parsed(YS_PARAMETER_NOTICE_MIN_DAYS, "365", 365);
    expect_refused(YS_PARAMETER_NOTICE_MIN_DAYS, "366", YS_LIMIT);
    expect_parsed(YS_PARAMETER_SHELVE_MIN_SESSIONS, "1", 1);
    expect_refused(YS_PARAMETER_SHELVE_MIN_SESSIONS, "0", YS_LIMIT);
    expect_parsed(YS_PARAMETER_MIN_RETURN, "100", 100);
    expect_refused(YS_PARAMETER_MIN_RETURN, "101", YS_LIMIT);
    expect_refused(YS_PARAMETER_MIN_RETURN, "50%", YS_MALFORMED);
    expect_refused(YS_PARAMETER_PLAN_DAYS, "", YS_MALFORMED);
    expect_refused(YS_PARAMETER_PLAN_DAYS, "-1", YS_MALFORMED);
    expect_refused(YS_PARAMETER_PLAN_DAYS, "4294967296", YS_MALFORMED);
}

static void words_are_read(void **state)
{
    (void)state;
    expect_parsed(YS_PARAMETER_NOTICE_COUNT, "calendar", YS_NOTICE_CALENDAR);
    expect_parsed(YS_PARAMETER_NOTICE_COUNT, "full_days_between", YS_NOTICE_FULL_DAYS_BETWEEN);
    expect_refused(YS_PARAMETER_NOTICE_COUNT, "full", YS_MALFORMED);
    expect_parsed(YS_PARAMETER_EVALUATION_PERIOD, "quarter", YS_PERIOD_QUARTER);
    expect_parsed(YS_PARAMETER_EVALUATION_PERIOD, "year", YS_PERIOD_YEAR);
    expect_refused(YS_PARAMETER_EVALUATION_PERIOD, "", YS_MALFORMED);
    expect_parsed(YS_PARAMETER_EVALUATION_SCOPE, "commissioned", YS_EVALUATE_COMMISSIONED);
}

static void a_refusal_names_the_parameter_and_what_is_allowed(void **state)
{
    (void)state;
    struct ys_err err;
    uint32_t got = 0;
    assert_int_equal(ys_parameter_parse(ys_parameter_row(YS_PARAMETER_EVALUATION_PERIOD),
                                        ys_bytes_of_text("week"), &got, &err),
                     YS_MALFORMED);
    assert_string_equal(
        err.msg,
        "parameter evaluation_period: \"week\" is none of month, quarter, half_year, year");
    assert_int_equal(ys_parameter_parse(ys_parameter_row(YS_PARAMETER_EVALUATION_SCOPE),
                                        ys_bytes_of_text("all"), &got, &err),
                     YS_MALFORMED);
    assert_string_equal(err.msg, "parameter evaluation_scope: \"all\" is none of commissioned, "
                                 "commissioned_and_public_service");
}

static void weights_are_three_numbers_of_one_denominator(void **state)
{
    (void)state;
    expect_parsed(YS_PARAMETER_DIMENSION_WEIGHTS, "1/3 1/3 1/3", 0x010101);
    expect_parsed(YS_PARAMETER_DIMENSION_WEIGHTS, "2 1, 255", 0x0201ff);
    expect_refused(YS_PARAMETER_DIMENSION_WEIGHTS, "1/3 1/2 1/3", YS_MALFORMED);
    expect_refused(YS_PARAMETER_DIMENSION_WEIGHTS, "256 1 1", YS_MALFORMED);
    expect_refused(YS_PARAMETER_DIMENSION_WEIGHTS, "1 1", YS_MALFORMED);
    expect_refused(YS_PARAMETER_DIMENSION_WEIGHTS, "1 1 1 1", YS_MALFORMED);
    expect_refused(YS_PARAMETER_DIMENSION_WEIGHTS, "0 0 0", YS_MALFORMED);
}

static void a_calendar_is_a_list_of_dates(void **state)
{
    (void)state;
    expect_parsed(YS_PARAMETER_WORKDAY_CALENDAR, "2026-10-01 2026-10-02,2026-10-10\n2026-09-27", 4);
    expect_refused(YS_PARAMETER_WORKDAY_CALENDAR, "2026-02-29", YS_MALFORMED);
    expect_refused(YS_PARAMETER_WORKDAY_CALENDAR, "", YS_MALFORMED);
    struct ys_bytes rest = ys_bytes_of_text(" 2026-10-01,2026-10-02 x");
    uint32_t day = 0;
    assert_true(ys_parameter_date_take(&rest, &day));
    assert_int_equal(day, 20261001);
    assert_true(ys_parameter_date_take(&rest, &day));
    assert_int_equal(day, 20261002);
    assert_false(ys_parameter_date_take(&rest, &day));
}

static struct ys_parameter_value value_of(uint32_t value, uint32_t from, const char *scope,
                                          uint64_t signed_at_s, uint8_t record)
{
    struct ys_parameter_value out = {.id = YS_PARAMETER_PLAN_DAYS,
                                     .value = value,
                                     .effective_from = from,
                                     .signed_at_s = signed_at_s,
                                     .record = {{record}}};
    memcpy(out.scope.digits, scope, strlen(scope) + 1);
    return out;
}

static void a_signed_value_holds_from_its_day_within_its_scope(void **state)
{
    (void)state;
    const struct ys_parameter_value values[] = {
        value_of(20, 20260301, "110108", 1, 1),
        value_of(10, 20260601, "110108", 2, 2),
        value_of(99, 20260101, "110105", 3, 3),
    };
    struct ys_parameters parameters = {.values = values, .count = 3};
    memcpy(parameters.division.digits, "110108012016", 13);
    assert_int_equal(ys_parameter_on(&parameters, YS_PARAMETER_PLAN_DAYS, 20260228), 30);
    assert_null(ys_parameter_in_force(&parameters, YS_PARAMETER_PLAN_DAYS, 20260228));
    assert_int_equal(ys_parameter_on(&parameters, YS_PARAMETER_PLAN_DAYS, 20260301), 20);
    assert_int_equal(ys_parameter_on(&parameters, YS_PARAMETER_PLAN_DAYS, 20260531), 20);
    assert_int_equal(ys_parameter_on(&parameters, YS_PARAMETER_PLAN_DAYS, 20260601), 10);
    assert_int_equal(ys_parameter_on(&parameters, YS_PARAMETER_SUBMIT_DAYS, 20260601), 7);
}

static void among_several_the_order_of_the_values_does_not_matter(void **state)
{
    (void)state;
    /* weakest first: each is stronger than the one before it */
    const struct ys_parameter_value ladder[] = {
        value_of(1, 20260301, "110108", 5, 1),    value_of(2, 20260301, "110108", 5, 2),
        value_of(3, 20260301, "110108", 6, 1),    value_of(4, 20260401, "110108", 1, 1),
        value_of(5, 20260101, "110108012", 1, 1),
    };
    for (size_t count = 2; count <= 5; count++) {
        for (size_t turn = 0; turn < count; turn++) {
            struct ys_parameter_value values[5];
            for (size_t i = 0; i < count; i++)
                values[i] = ladder[(i + turn) % count];
            struct ys_parameters parameters = {.values = values, .count = count};
            memcpy(parameters.division.digits, "110108012016", 13);
            assert_int_equal(ys_parameter_on(&parameters, YS_PARAMETER_PLAN_DAYS, 20270101), count);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_by_its_word_and_has_names),
        cmocka_unit_test(defaults_are_those_of_the_domain),
        cmocka_unit_test(numbers_keep_their_bounds),
        cmocka_unit_test(words_are_read),
        cmocka_unit_test(a_refusal_names_the_parameter_and_what_is_allowed),
        cmocka_unit_test(weights_are_three_numbers_of_one_denominator),
        cmocka_unit_test(a_calendar_is_a_list_of_dates),
        cmocka_unit_test(a_signed_value_holds_from_its_day_within_its_scope),
        cmocka_unit_test(among_several_the_order_of_the_values_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
