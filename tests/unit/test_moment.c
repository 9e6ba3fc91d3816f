#include "proto/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The calendar, one day after the other: slow, and obvious. */
struct day {
    unsigned year, month, day;
};

static unsigned days_in(unsigned year, unsigned month)
{
    if (month == 2)
        return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void day_after(struct day *at)
{
    if (++at->day <= days_in(at->year, at->month))
        return;
    at->day = 1;
    if (++at->month <= 12)
        return;
    at->month = 1;
    at->year++;
}

static void every_day_behaves_like_the_calendar_counted_day_by_day(void **state)
{
    (void)state;
    const int32_t first = ys_date_days(YS_DATE_FIRST);
    int32_t count = 0;
    for (struct day at = {1900, 1, 1}; at.year <= 2999; day_after(&at), count++) {
        const uint32_t number = at.year * 10000 + at.month * 100 + at.day;
        char text[YS_DATE_TEXT_MAX];
        char want[64];
        uint32_t parsed = 0;
        (void)snprintf(want, sizeof want, "%04u-%02u-%02u", at.year, at.month, at.day);

        ys_date_print(number, text);

        assert_string_equal(text, want);
        assert_int_equal(ys_date_parse(ys_bytes_of_text(text), &parsed), YS_OK);
        assert_int_equal(parsed, number);
        assert_int_equal(ys_date_days(number), first + count);
        assert_int_equal(ys_date_from_days(first + count), number);
    }
    assert_int_equal(first + count - 1, ys_date_days(YS_DATE_LAST));
    assert_int_equal(ys_date_days(19700101), 0);
    assert_int_equal(ys_date_days(20000301), 11017);
}

static void only_days_of_the_calendar_are_valid(void **state)
{
    (void)state;
    unsigned valid = 0;
    for (uint32_t number = 18990000; number <= 30010000; number++)
        valid += ys_date_valid(number) ? 1 : 0;
    assert_int_equal(valid, ys_date_days(YS_DATE_LAST) - ys_date_days(YS_DATE_FIRST) + 1);
    assert_false(ys_date_valid(0));
    assert_false(ys_date_valid(UINT32_MAX));
    assert_false(ys_date_valid(18991231));
    assert_false(ys_date_valid(30000101));
    assert_false(ys_date_valid(19000229));
    assert_true(ys_date_valid(20000229));
}

static void texts_that_are_not_days_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "2026-11-2",  "2026-11-255", "2026-02-30",
                                      "2026-13-01", "2026-00-01", "2026-01-00",  "26-11-25",
                                      "2026/11/25", "20261125",   "+026-11-25",  " 2026-11-25",
                                      "1899-12-31", "3000-01-01", "2026-11-25\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint32_t out = 7;
        assert_int_equal(ys_date_parse(ys_bytes_of_text(bad[i]), &out), YS_MALFORMED);
        assert_int_equal(out, 7);
    }
}

static void times_are_printed_in_shanghai_and_read_in_any_offset(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int64_t unix_ms;
        const char *out;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0, "1970-01-01T08:00:00.000+08:00"},
        {"1970-01-01T08:00:00.000+08:00", 0, "1970-01-01T08:00:00.000+08:00"},
        {"2026-11-25T09:30:00.000+08:00", 1795570200000, "2026-11-25T09:30:00.000+08:00"},
        {"2026-11-25T01:30:00Z", 1795570200000, "2026-11-25T09:30:00.000+08:00"},
        {"2026-11-24T20:30:00-05:00", 1795570200000, "2026-11-25T09:30:00.000+08:00"},
        {"2026-11-25T07:15:00.5+05:45", 1795570200500, "2026-11-25T09:30:00.500+08:00"},
        {"2026-11-25T01:30:00.07Z", 1795570200070, "2026-11-25T09:30:00.070+08:00"},
        {"2026-11-25T01:30:00.007-00:00", 1795570200007, "2026-11-25T09:30:00.007+08:00"},
        {"2999-12-31T23:59:59.999+08:00", YS_TIME_LAST_MS, "2999-12-31T23:59:59.999+08:00"},
        {"1969-12-31T23:00:00-01:00", 0, "1970-01-01T08:00:00.000+08:00"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t unix_ms = -1;
        char text[YS_TIME_TEXT_MAX];
        assert_int_equal(ys_time_parse(ys_bytes_of_text(good[i].in), &unix_ms), YS_OK);
        assert_int_equal(unix_ms, good[i].unix_ms);
        ys_time_print(unix_ms, text);
        assert_string_equal(text, good[i].out);
    }
}

static void texts_that_are_not_times_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026-11-25",
        "2026-11-25T09:30:00",
        "2026-11-25T09:30Z",
        "2026-11-25t09:30:00Z",
        "2026-11-25T09:30:00z",
        "2026-11-25 09:30:00Z",
        "2026-11-25T24:00:00Z",
        "2026-11-25T09:60:00Z",
        "2026-11-25T23:59:60Z",
        "2026-11-25T09:30:00.Z",
        "2026-11-25T09:30:00.0000Z",
        "2026-11-25T09:30:00,5Z",
        "2026-11-25T09:30:00+8:00",
        "2026-11-25T09:30:00+0800",
        "2026-11-25T09:30:00+24:00",
        "2026-11-25T09:30:00+08:60",
        "2026-11-25T09:30:00Z ",
        "2026-02-30T09:30:00Z",
        "1969-12-31T23:59:59.999Z",
        "2999-12-31T23:59:59.999Z",
        "3000-01-01T00:00:00+08:00",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t out = 7;
        assert_int_equal(ys_time_parse(ys_bytes_of_text(bad[i]), &out), YS_MALFORMED);
        assert_int_equal(out, 7);
    }
}

static void a_day_begins_at_midnight_in_shanghai(void **state)
{
    (void)state;
    const int64_t midnight = ys_time_of_date(20261125);
    assert_int_equal(midnight, 1795536000000);
    assert_int_equal(ys_date_of_time(midnight), 20261125);
    assert_int_equal(ys_date_of_time(midnight - 1), 20261124);
    assert_int_equal(ys_date_of_time(0), 19700101);
    assert_true(ys_time_valid(0));
    assert_true(ys_time_valid(YS_TIME_LAST_MS));
    assert_false(ys_time_valid(-1));
    assert_false(ys_time_valid(YS_TIME_LAST_MS + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_behaves_like_the_calendar_counted_day_by_day),
        cmocka_unit_test(only_days_of_the_calendar_are_valid),
        cmocka_unit_test(texts_that_are_not_days_are_refused),
        cmocka_unit_test(times_are_printed_in_shanghai_and_read_in_any_offset),
        cmocka_unit_test(texts_that_are_not_times_are_refused),
        cmocka_unit_test(a_day_begins_at_midnight_in_shanghai),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
