#include "crypto/bytes.h"

#include "tests/support/rng.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct ys_bytes nothing = {.data = NULL, .size = 0};

static struct ys_bytes text(const char *characters)
{
    return ys_bytes_of_text(characters);
}

static void bytes_are_equal_by_length_and_content(void **state)
{
    (void)state;
    assert_true(ys_bytes_equal(text("ab"), text("ab")));
    assert_false(ys_bytes_equal(text("ab"), text("abc")));
    assert_false(ys_bytes_equal(text("ab"), text("ac")));
    assert_true(ys_bytes_equal(nothing, text("")));
    assert_true(ys_bytes_is_text(text("ab"), "ab"));
    assert_false(ys_bytes_is_text(text("ab"), "a"));
    assert_true(ys_bytes_is_text(nothing, ""));
}

static void a_beginning_is_found_only_when_whole(void **state)
{
    (void)state;
    assert_true(ys_bytes_starts_with(text("prefix 1"), "prefix "));
    assert_true(ys_bytes_starts_with(text("prefix "), "prefix "));
    assert_false(ys_bytes_starts_with(text("prefix"), "prefix "));
    assert_false(ys_bytes_starts_with(text("Prefix 1"), "prefix "));
    assert_true(ys_bytes_starts_with(nothing, ""));
    assert_false(ys_bytes_starts_with(nothing, "a"));
}

static void skipping_stops_at_the_end(void **state)
{
    (void)state;
    const struct ys_bytes bytes = text("abc");
    assert_true(ys_bytes_is_text(ys_bytes_skip(bytes, 0), "abc"));
    assert_true(ys_bytes_is_text(ys_bytes_skip(bytes, 2), "c"));
    assert_int_equal(ys_bytes_skip(bytes, 3).size, 0);
    assert_int_equal(ys_bytes_skip(bytes, SIZE_MAX).size, 0);
    assert_int_equal(ys_bytes_skip(nothing, 5).size, 0);
}

static void lines_are_cut_at_line_feeds_and_a_rest_without_one_stays(void **state)
{
    (void)state;
    struct ys_bytes rest = text("one\n\nrest");
    struct ys_bytes line;
    assert_true(ys_bytes_take_line(&rest, &line));
    assert_true(ys_bytes_is_text(line, "one"));
    assert_true(ys_bytes_take_line(&rest, &line));
    assert_int_equal(line.size, 0);

    assert_false(ys_bytes_take_line(&rest, &line));
    assert_true(ys_bytes_is_text(rest, "rest"));
    rest = nothing;
    assert_false(ys_bytes_take_line(&rest, &line));
}

static void big_endian_numbers_come_back(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    uint8_t bytes[8];
    ys_be32_put(bytes, 0x01020304);
    assert_memory_equal(bytes, "\1\2\3\4", 4);
    ys_be64_put(bytes, 0x0102030405060708);
    assert_memory_equal(bytes, "\1\2\3\4\5\6\7\10", 8);
    for (int i = 0; i < 1000; i++) {
        const uint64_t value = rng_next(&rng);
        ys_be64_put(bytes, value);
        assert_true(ys_be64_get(bytes) == value);
        ys_be32_put(bytes, (uint32_t)value);
        assert_true(ys_be32_get(bytes) == (uint32_t)value);
    }
}

static void a_decimal_number_has_one_spelling(void **state)
{
    (void)state;
    uint64_t value = 0;
    assert_true(ys_decimal_parse(text("0"), 9, &value) && value == 0);
    assert_true(ys_decimal_parse(text("9"), 9, &value) && value == 9);
    assert_true(ys_decimal_parse(text("18446744073709551615"), UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);

    static const char *const bad[] = {"",
                                      "00",
                                      "01",
                                      "+1",
                                      "-1",
                                      " 1",
                                      "1 ",
                                      "1\n",
                                      "1a",
                                      "0x1",
                                      "1.0",
                                      "18446744073709551616",
                                      "18446744073709551620",
                                      "99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(ys_decimal_parse(text(bad[i]), UINT64_MAX, &value));
    assert_false(ys_decimal_parse(nothing, UINT64_MAX, &value));
    assert_true(value == UINT64_MAX); /* untouched by what was refused */
}

static void a_decimal_number_obeys_its_limit(void **state)
{
    (void)state;
    uint64_t value = 0;
    assert_true(ys_decimal_parse(text("9223372036854775806"), INT64_MAX, &value));
    assert_true(ys_decimal_parse(text("9223372036854775807"), INT64_MAX, &value));
    assert_false(ys_decimal_parse(text("9223372036854775808"), INT64_MAX, &value));
}

static void decimal_numbers_behave_like_those_of_printf(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (int i = 0; i < 1000; i++) {
        const uint64_t value = rng_next(&rng) >> rng_below(&rng, 64);
        char want[32];
        uint8_t got[32];
        struct ys_writer w = {.data = got, .capacity = sizeof got};
        uint64_t again = 0;

        (void)snprintf(want, sizeof want, "%" PRIu64, value);
        ys_writer_decimal(&w, value);

        assert_true(ys_bytes_is_text((struct ys_bytes){.data = got, .size = w.size}, want));
        assert_true(ys_decimal_parse(text(want), UINT64_MAX, &again) && again == value);
    }
}

static void a_writer_fills_its_room_to_the_last_byte(void **state)
{
    (void)state;
    uint8_t room[5] = {"...."};
    struct ys_writer w = {.data = room, .capacity = 4};
    ys_writer_text(&w, "ab");
    ys_writer_decimal(&w, 12);
    ys_writer_bytes(&w, nothing);

    assert_false(w.overflow);
    assert_int_equal(w.size, 4);
    assert_memory_equal(room, "ab12", 5);
}

static void a_writer_that_overflowed_writes_nothing_more(void **state)
{
    (void)state;
    uint8_t room[8] = {"......."};
    struct ys_writer w = {.data = room, .capacity = 4};
    ys_writer_text(&w, "abc");
    ys_writer_text(&w, "de");
    assert_true(w.overflow);
    ys_writer_text(&w, "f");
    ys_writer_decimal(&w, 1);

    assert_true(w.overflow);
    assert_int_equal(w.size, 3);
    assert_memory_equal(room, "abc....", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_equal_by_length_and_content),
        cmocka_unit_test(a_beginning_is_found_only_when_whole),
        cmocka_unit_test(skipping_stops_at_the_end),
        cmocka_unit_test(lines_are_cut_at_line_feeds_and_a_rest_without_one_stays),
        cmocka_unit_test(big_endian_numbers_come_back),
        cmocka_unit_test(a_decimal_number_has_one_spelling),
        cmocka_unit_test(a_decimal_number_obeys_its_limit),
        cmocka_unit_test(decimal_numbers_behave_like_those_of_printf),
        cmocka_unit_test(a_writer_fills_its_room_to_the_last_byte),
        cmocka_unit_test(a_writer_that_overflowed_writes_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
