#include "proto/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HASH "p/5PeuMMz7F1EaNPXQMP/NEjyA9jWx/3f05QNCvLI4s="
static const char good[] = "yishi.example/record/v1\n"
                           "yishi.example/110101001001/1\n"
                           "consensus\n"
                           "2026-0007\n"
                           "1764000000\n"
                           "10\n" HASH "\n";
static const struct ys_bytes ten_bytes = {.data = (const uint8_t *)"body bytes", .size = 10};

static struct ys_record record(const char *text)
{
    struct ys_record out;
    assert_int_equal(ys_record_parse(ys_bytes_of_text(text), &out, NULL), YS_OK);
    return out;
}

static void a_record_reads_back_as_it_was_printed(void **state)
{
    (void)state;
    const struct ys_record parsed = record(good);
    uint8_t again[YS_RECORD_TEXT_MAX];
    struct ys_writer w = {.data = again, .capacity = sizeof again};

    ys_record_print(&w, &parsed);

    assert_false(w.overflow);
    assert_true(ys_bytes_is_text((struct ys_bytes){.data = again, .size = w.size}, good));
    assert_string_equal(parsed.kind, "consensus");
    assert_string_equal(parsed.subject, "2026-0007");
    assert_int_equal(parsed.signed_at_s, 1764000000);
    assert_int_equal(parsed.body_size, 10);
}

static void a_kind_that_we_do_not_know_is_no_error(void **state)
{
    (void)state;
    const struct ys_record parsed =
        record("a.b/record/v1\na.b/110101/1\nnew_kind\n-\n0\n1\n" HASH "\n");
    assert_string_equal(parsed.kind, "new_kind");
    assert_string_equal(parsed.subject, "-");
}

static void every_line_is_checked_and_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum ys_code code;
        const char *says;
    } bad[] = {
        {"", YS_MALFORMED, "exactly 7 lines"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n0\n1\n" HASH, YS_MALFORMED, "exactly 7 lines"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n0\n1\n" HASH "\n\n", YS_MALFORMED, "exactly 7"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n0\n1\n" HASH "\nx\n", YS_MALFORMED, "exactly 7"},
        {"a.c/record/v1\na.b/110101/1\nk\n-\n0\n1\n" HASH "\n", YS_MALFORMED, "line 1"},
        {"a.b/record/v2\na.b/110101/1\nk\n-\n0\n1\n" HASH "\n", YS_MALFORMED, "line 1"},
        {"a.b/record/v1 \na.b/110101/1\nk\n-\n0\n1\n" HASH "\n", YS_MALFORMED, "line 1"},
        {"a.b/record/v1\na.b/110101/da\nk\n-\n0\n1\n" HASH "\n", YS_MALFORMED, "line 2"},
        {"a.b/record/v1\na.b/mirror/110101\nk\n-\n0\n1\n" HASH "\n", YS_MALFORMED, "line 2"},
        {"a.b/record/v1\na.b/110101/1\nK\n-\n0\n1\n" HASH "\n", YS_MALFORMED, "line 3"},
        {"a.b/record/v1\na.b/110101/1\n\n-\n0\n1\n" HASH "\n", YS_MALFORMED, "line 3"},
        {"a.b/record/v1\na.b/110101/1\nk\n\n0\n1\n" HASH "\n", YS_MALFORMED, "line 4"},
        {"a.b/record/v1\na.b/110101/1\nk\n2026/7\n0\n1\n" HASH "\n", YS_MALFORMED, "line 4"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n00\n1\n" HASH "\n", YS_MALFORMED, "line 5"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n-1\n1\n" HASH "\n", YS_MALFORMED, "line 5"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n0\n0\n" HASH "\n", YS_MALFORMED, "line 6"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n0\n01\n" HASH "\n", YS_MALFORMED, "line 6"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n0\n1 \n" HASH "\n", YS_MALFORMED, "line 6"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n0\n1\nAAAA\n", YS_MALFORMED, "line 7"},
        {"a.b/record/v1\na.b/110101/1\nk\n-\n0\n1\n" HASH "=\n", YS_MALFORMED, "line 7"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ys_record out = record(good);
        const struct ys_record before = out;
        struct ys_err err;
        assert_int_equal(ys_record_parse(ys_bytes_of_text(bad[i].text), &out, &err), bad[i].code);
        assert_non_null(strstr(err.msg, bad[i].says));
        assert_memory_equal(&out, &before, sizeof out);
    }
}

static void times_end_below_two_to_the_forty(void **state)
{
    (void)state;
    struct ys_record out;
    static const char at_limit[] =
        "a.b/record/v1\na.b/110101/1\nk\n-\n1099511627775\n1\n" HASH "\n";
    static const char above[] = "a.b/record/v1\na.b/110101/1\nk\n-\n1099511627776\n1\n" HASH "\n";
    assert_int_equal(ys_record_parse(ys_bytes_of_text(at_limit), &out, NULL), YS_OK);
    assert_int_equal(ys_record_parse(ys_bytes_of_text(above), &out, NULL), YS_MALFORMED);
}

static void bodies_have_128_kib_at_most(void **state)
{
    (void)state;
    struct ys_record out;
    static const char at_limit[] = "a.b/record/v1\na.b/110101/1\nk\n-\n0\n131072\n" HASH "\n";
    static const char above[] = "a.b/record/v1\na.b/110101/1\nk\n-\n0\n131073\n" HASH "\n";
    static const char far[] = "a.b/record/v1\na.b/110101/1\nk\n-\n0\n4294967297\n" HASH "\n";
    assert_int_equal(YS_RECORD_BODY_MAX, 131072);
    assert_int_equal(ys_record_parse(ys_bytes_of_text(at_limit), &out, NULL), YS_OK);
    assert_int_equal(ys_record_parse(ys_bytes_of_text(above), &out, NULL), YS_LIMIT);
    assert_int_equal(ys_record_parse(ys_bytes_of_text(far), &out, NULL), YS_LIMIT);
}

static void a_text_has_512_bytes_at_most(void **state)
{
    (void)state;
    static uint8_t text[YS_RECORD_TEXT_MAX + 1];
    struct ys_record out;
    memset(text, 'x', sizeof text);
    const struct ys_bytes at = {.data = text, .size = YS_RECORD_TEXT_MAX};
    const struct ys_bytes above = {.data = text, .size = YS_RECORD_TEXT_MAX + 1};
    assert_int_equal(ys_record_parse(at, &out, NULL), YS_MALFORMED);
    assert_int_equal(ys_record_parse(above, &out, NULL), YS_LIMIT);
}

static void a_note_is_bound_to_its_body(void **state)
{
    (void)state;
    const struct ys_record parsed = record(good);
    struct ys_record bound = parsed;
    struct ys_err err;
    bound.body_size = 0;
    memset(&bound.body_hash, 0, sizeof bound.body_hash);

    ys_record_bind(&bound, ten_bytes);

    assert_int_equal(bound.body_size, 10);
    assert_true(ys_hash_equal(&bound.body_hash, &parsed.body_hash));
    assert_int_equal(ys_record_check_body(&parsed, ten_bytes, NULL), YS_OK);
    const struct ys_bytes other = ys_bytes_of_text("body byteS");
    assert_int_equal(ys_record_check_body(&parsed, other, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "body does not have the hash that its note says");
    const struct ys_bytes shorter = ys_bytes_of_text("body byte");
    assert_int_equal(ys_record_check_body(&parsed, shorter, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "body has 9 bytes, its note says 10");
}

static void the_id_is_the_hash_of_the_text_and_is_written_in_hex(void **state)
{
    (void)state;
    /* of the text above, by coreutils' sha256sum */
    static const char want[] = "baa86c04ee3187141f3ac219109cad327343f390d7461ab87b8b072bf47e0863";
    struct ys_hash id;
    struct ys_hash again;
    char text[YS_RECORD_ID_TEXT_MAX];

    ys_record_id(ys_bytes_of_text(good), &id);
    ys_record_id_print(&id, text);

    assert_string_equal(text, want);
    assert_int_equal(ys_record_id_parse(ys_bytes_of_text(text), &again), YS_OK);
    assert_true(ys_hash_equal(&id, &again));
}

static void ids_are_64_lower_case_digits(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "00",
        "000000000000000000000000000000000000000000000000000000000000000",
        "00000000000000000000000000000000000000000000000000000000000000000",
        "A000000000000000000000000000000000000000000000000000000000000000",
        "000000000000000000000000000000000000000000000000000000000000000g",
        "0x00000000000000000000000000000000000000000000000000000000000000",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ys_hash id = {{1}};
        assert_int_equal(ys_record_id_parse(ys_bytes_of_text(bad[i]), &id), YS_MALFORMED);
        assert_int_equal(id.bytes[0], 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_reads_back_as_it_was_printed),
        cmocka_unit_test(a_kind_that_we_do_not_know_is_no_error),
        cmocka_unit_test(every_line_is_checked_and_named),
        cmocka_unit_test(times_end_below_two_to_the_forty),
        cmocka_unit_test(bodies_have_128_kib_at_most),
        cmocka_unit_test(a_text_has_512_bytes_at_most),
        cmocka_unit_test(a_note_is_bound_to_its_body),
        cmocka_unit_test(the_id_is_the_hash_of_the_text_and_is_written_in_hex),
        cmocka_unit_test(ids_are_64_lower_case_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
