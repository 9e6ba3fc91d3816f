#include "proto/matter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum ys_code parse(const char *text, struct ys_matter *out)
{
    return ys_matter_parse(ys_bytes_of_text(text), out, NULL);
}

static void a_number_has_a_community_a_year_and_a_count(void **state)
{
    (void)state;
    struct ys_matter matter;
    assert_int_equal(parse("110108012016-2026-0007", &matter), YS_OK);
    assert_string_equal(matter.division.digits, "110108012016");
    assert_int_equal(matter.year, 2026);
    assert_int_equal(matter.no, 7);
}

static void what_is_printed_is_read_and_nothing_else_means_it(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {1, 9999, 10000, 10001, YS_MATTER_NO_MAX};
    struct ys_matter matter;
    assert_int_equal(parse("110108012016-2026-0001", &matter), YS_OK);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char text[YS_MATTER_TEXT_MAX];
        struct ys_matter again;
        matter.no = numbers[i];
        ys_matter_print(&matter, text);
        assert_int_equal(parse(text, &again), YS_OK);
        assert_int_equal(again.no, numbers[i]);
        assert_true(ys_division_equal(&again.division, &matter.division));
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "-",
                                      "110108012016",
                                      "110108012016-2026-",
                                      "110108012016-2026-007",
                                      "110108012016-2026-0000",
                                      "110108012016-2026-00007",
                                      "110108012016-2026-1000000",
                                      "110108012016-2026-000a",
                                      "110108012016-1999-0001",
                                      "110108012016-3000-0001",
                                      "110108012016-0026-0001",
                                      "110108012016_2026-0001",
                                      "110108012016-2026_0001",
                                      "010108012016-2026-0001",
                                      "110108012-2026-0001",
                                      "110108012016-2026-0001 ",
                                      " 110108012016-2026-0001",
                                      "110108012016-+026-0001"};
    struct ys_matter matter;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (parse(bad[i], &matter) != YS_MALFORMED)
            fail_msg("\"%s\" was taken", bad[i]);
    }
}

static void at_its_community_year_and_count_are_enough(void **state)
{
    (void)state;
    static const char *const meant[] = {"2026-7", "2026-0007", "2026-000007",
                                        "110108012016-2026-0007"};
    static const char *const refused[] = {"2026-", "2026-0", "2026-1000000", "26-7", "2026-7x",
                                          "-7",    ""};
    struct ys_division own;
    struct ys_division street;
    struct ys_matter matter;
    char text[YS_MATTER_TEXT_MAX];
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110108012016"), &own, NULL), YS_OK);
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110108012"), &street, NULL), YS_OK);
    for (size_t i = 0; i < sizeof meant / sizeof meant[0]; i++) {
        assert_int_equal(ys_matter_parse_at(ys_bytes_of_text(meant[i]), &own, &matter, NULL),
                         YS_OK);
        ys_matter_print(&matter, text);
        assert_string_equal(text, "110108012016-2026-0007");
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(ys_matter_parse_at(ys_bytes_of_text(refused[i]), &own, &matter, NULL),
                         YS_MALFORMED);
    assert_int_equal(ys_matter_parse_at(ys_bytes_of_text("2026-7"), &street, &matter, NULL),
                     YS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_has_a_community_a_year_and_a_count),
        cmocka_unit_test(what_is_printed_is_read_and_nothing_else_means_it),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(at_its_community_year_and_count_are_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
