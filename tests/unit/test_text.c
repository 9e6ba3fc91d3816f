#include "proto/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The definition of UTF-8, forwards: a code point is encoded, and nothing else is. */
static size_t encode(uint32_t point, uint8_t out[4])
{
    if (point < 0x80) {
        out[0] = (uint8_t)point;
        return 1;
    }
    const size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        out[i] = (uint8_t)(0x80 | (point & 0x3f));
    out[0] = (uint8_t)((0xf00 >> length) | point);
    return length;
}

static void every_code_point_behaves_like_the_definition(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < 0x110100; point++) {
        uint8_t bytes[4];
        size_t points = 0;
        const size_t size = encode(point, bytes);
        const bool surrogate = point >= 0xd800 && point <= 0xdfff;
        const bool control = (point < 0x20 && point != '\n') || (point >= 0x7f && point <= 0x9f);
        const enum ys_text_fault want = surrogate || point > 0x10ffff ? YS_TEXT_NOT_UTF8
                                        : control                     ? YS_TEXT_CONTROL
                                                                      : YS_TEXT_GOOD;
        const enum ys_text_fault got =
            ys_text_check((struct ys_bytes){.data = bytes, .size = size}, &points);
        if (got != want)
            fail_msg("U+%04X", point);
        if (got != YS_TEXT_NOT_UTF8)
            assert_int_equal(points, 1);
    }
}

static void two_byte_sequences_are_good_only_when_some_point_is_written_so(void **state)
{
    (void)state;
    static bool two[65536];
    for (uint32_t point = 0x80; point < 0x800; point++) {
        uint8_t bytes[4];
        (void)encode(point, bytes);
        two[bytes[0] << 8 | bytes[1]] = true;
    }
    for (unsigned i = 0; i < 65536; i++) {
        const uint8_t bytes[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        const bool ascii = bytes[0] < 0x80 && bytes[1] < 0x80;
        const enum ys_text_fault got =
            ys_text_check((struct ys_bytes){.data = bytes, .size = 2}, NULL);
        assert_int_equal(got != YS_TEXT_NOT_UTF8, two[i] || ascii);
    }
}

static void overlong_and_cut_sequences_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xc0\xaf",
                                      "\xe0\x80\xaf",
                                      "\xf0\x80\x80\xaf",
                                      "\xe0\x9f\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xe4\xbd",
                                      "\xf0\x9f\x98",
                                      "\x80",
                                      "\xe4\xbd\xe4",
                                      "\xff",
                                      "a\xc3"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(ys_text_check(ys_bytes_of_text(bad[i]), NULL), YS_TEXT_NOT_UTF8);
}

static void characters_are_counted_and_not_bytes(void **state)
{
    (void)state;
    size_t points = 0;
    assert_int_equal(ys_text_check(ys_bytes_of_text("协商\n😀e"), &points), YS_TEXT_GOOD);
    assert_int_equal(points, 5);
    assert_int_equal(ys_text_check((struct ys_bytes){.data = NULL, .size = 0}, &points),
                     YS_TEXT_GOOD);
    assert_int_equal(points, 0);
}

static void a_text_is_cut_between_characters(void **state)
{
    (void)state;
    const struct ys_bytes text = ys_bytes_of_text("a协😀b");
    static const size_t want[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 9, 9};
    for (size_t max = 0; max < sizeof want / sizeof want[0]; max++)
        assert_int_equal(ys_text_cut(text, max), want[max]);
    assert_int_equal(ys_text_cut(ys_bytes_of_text("a\x1b[31m"), 9), 0);
    assert_int_equal(ys_text_cut(ys_bytes_of_text("a\xff"), 9), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_behaves_like_the_definition),
        cmocka_unit_test(two_byte_sequences_are_good_only_when_some_point_is_written_so),
        cmocka_unit_test(overlong_and_cut_sequences_are_refused),
        cmocka_unit_test(characters_are_counted_and_not_bytes),
        cmocka_unit_test(a_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
