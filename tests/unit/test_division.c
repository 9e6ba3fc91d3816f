#include "proto/division.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct ys_division division(const char *digits)
{
    struct ys_division out;
    assert_int_equal(ys_division_parse(ys_bytes_of_text(digits), &out, NULL), YS_OK);
    return out;
}

static void the_number_of_digits_is_the_level(void **state)
{
    (void)state;
    const struct ys_division district = division("110101");
    const struct ys_division street = division("110101001");
    const struct ys_division community = division("110101001001");

    assert_int_equal(ys_division_level(&district), YS_LEVEL_DISTRICT);
    assert_int_equal(ys_division_level(&street), YS_LEVEL_STREET);
    assert_int_equal(ys_division_level(&community), YS_LEVEL_COMMUNITY);
    assert_string_equal(ys_level_name(YS_LEVEL_DISTRICT), "district");
    assert_string_equal(ys_level_name(YS_LEVEL_STREET), "street");
    assert_string_equal(ys_level_name(YS_LEVEL_COMMUNITY), "community");
}

static void anything_else_is_refused_and_leaves_the_output_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "1",           "11010",         "1101011",     "11010100",
        "1101010010", "11010100100", "1101010010011", "010101",      "11010a",
        "110101 01",  "-10101",      "11010100100x",  "１１０１０１"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ys_division out = division("110101");
        struct ys_err err;
        assert_int_equal(ys_division_parse(ys_bytes_of_text(bad[i]), &out, &err), YS_MALFORMED);
        assert_string_equal(err.msg,
                            "a division code has 6, 9 or 12 digits and does not start with 0");
        assert_string_equal(out.digits, "110101");
    }
    struct ys_division out;
    const struct ys_bytes with_nul = {.data = (const uint8_t *)"11010\0", .size = 6};
    assert_int_equal(ys_division_parse(with_nul, &out, NULL), YS_MALFORMED);
}

static void dropping_three_digits_gives_the_parent(void **state)
{
    (void)state;
    struct ys_division at = division("110101001002");

    assert_true(ys_division_parent(&at, &at));
    assert_string_equal(at.digits, "110101001");
    assert_true(ys_division_parent(&at, &at));
    assert_string_equal(at.digits, "110101");
    assert_false(ys_division_parent(&at, &at));
    assert_string_equal(at.digits, "110101");
}

static void only_ancestors_and_descendants_are_related(void **state)
{
    (void)state;
    const struct ys_division district = division("110101");
    const struct ys_division other = division("110102");
    const struct ys_division street = division("110101001");
    const struct ys_division sibling = division("110101002");
    const struct ys_division community = division("110101001001");

    assert_true(ys_division_within(&community, &district));
    assert_true(ys_division_within(&community, &community));
    assert_false(ys_division_within(&district, &community));
    assert_true(ys_division_related(&district, &community));
    assert_true(ys_division_related(&community, &street));
    assert_true(ys_division_related(&street, &street));
    assert_false(ys_division_related(&street, &sibling));
    assert_false(ys_division_related(&community, &sibling));
    assert_false(ys_division_related(&community, &other));
    assert_true(ys_division_equal(&street, &street));
    assert_false(ys_division_equal(&street, &district));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_digits_is_the_level),
        cmocka_unit_test(anything_else_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(dropping_three_digits_gives_the_parent),
        cmocka_unit_test(only_ancestors_and_descendants_are_related),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
