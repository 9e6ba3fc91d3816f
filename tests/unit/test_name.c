#include "proto/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ys_name name(const char *text)
{
    struct ys_name out;
    assert_int_equal(ys_name_parse(ys_bytes_of_text(text), &out, NULL), YS_OK);
    return out;
}

static void every_kind_of_name_reads_back_as_it_was_printed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum ys_name_kind kind;
    } good[] = {
        {"beijing.example/110101001001/1", YS_NAME_LOG},
        {"beijing.example/110101/999999", YS_NAME_LOG},
        {"a.b/110101001/7", YS_NAME_LOG},
        {"beijing.example/mirror/110101001", YS_NAME_MIRROR},
        {"beijing.example/110101001001/rc", YS_NAME_BODY},
        {"beijing.example/110101/gd-audit", YS_NAME_BODY},
        {"beijing.example/110101/gd-a23456789012345z", YS_NAME_BODY},
        {"beijing.example/110101/root", YS_NAME_ROOT},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char again[YS_KEY_NAME_MAX + 1];
        const struct ys_name parsed = name(good[i].text);
        assert_int_equal(parsed.kind, good[i].kind);
        ys_name_print(&parsed, again);
        assert_string_equal(again, good[i].text);
        assert_true(ys_key_name_valid(ys_bytes_of_text(again)));
    }
}

static void texts_that_are_nearly_names_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "/",
        "//",
        "beijing.example",
        "beijing.example/110101001001",
        "beijing.example/110101001001/",
        "beijing.example/110101001001/0",
        "beijing.example/110101001001/01",
        "beijing.example/110101001001/1000000",
        "beijing.example/110101001001/1/",
        "beijing.example/110101001001/1/1",
        "beijing.example/110101001001/rc2",
        "beijing.example/110101001001/gd",
        "beijing.example/110101001001/gd-",
        "beijing.example/110101001001/gd-A",
        "beijing.example/110101001001/gd-12345678901234567",
        "beijing.example/110101001001/xx",
        "beijing.example/110101001/root",
        "beijing.example/mirror",
        "beijing.example/mirror/",
        "beijing.example/mirror/1101",
        "beijing.example/mirror/110101001/1",
        "beijing/110101001001/1",
        "Beijing.example/110101001001/1",
        ".example/110101001001/1",
        "beijing./110101001001/1",
        "-beijing.example/110101001001/1",
        "beijing.example /110101001001/1",
        "beijing.example/110101001001/1\n",
        "110101/110101001001/1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ys_name out = name("a.b/110101/1");
        struct ys_err err;
        assert_int_equal(ys_name_parse(ys_bytes_of_text(bad[i]), &out, &err), YS_MALFORMED);
        assert_non_null(strstr(err.msg, "is not the name of a log or key"));
        assert_true(ys_name_equal(&out, &(struct ys_name){.kind = YS_NAME_LOG,
                                                          .deployment = "a.b",
                                                          .division = {"110101"},
                                                          .incarnation = 1}));
    }
}

static void a_message_about_a_name_is_printable_whatever_the_name(void **state)
{
    (void)state;
    struct ys_name out;
    struct ys_err err;
    assert_int_equal(ys_name_parse(ys_bytes_of_text("\xff\x1b[31m"), &out, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "\"\" is not the name of a log or key");
}

static void a_deployment_has_63_bytes_at_most(void **state)
{
    (void)state;
    char text[65] = "a.";
    memset(text + 2, 'b', 61);
    assert_int_equal(strlen(text), YS_DEPLOYMENT_MAX);
    assert_true(ys_deployment_valid(ys_bytes_of_text(text)));
    text[63] = 'b';
    assert_false(ys_deployment_valid(ys_bytes_of_text(text)));
    assert_false(ys_deployment_valid(ys_bytes_of_text("")));
    assert_false(ys_deployment_valid(ys_bytes_of_text("nodot")));
    assert_false(ys_deployment_valid(ys_bytes_of_text("a_b.c")));
}

static void the_longest_name_fits_a_key_name(void **state)
{
    (void)state;
    char deployment[64] = "a.";
    memset(deployment + 2, 'b', 61);
    struct ys_division community;
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110101001001"), &community, NULL), YS_OK);
    const struct ys_name longest = ys_name_body(deployment, &community, "gd-1234567890123456");
    char text[YS_KEY_NAME_MAX + 1];

    ys_name_print(&longest, text);

    const struct ys_name again = name(text);
    assert_true(ys_name_equal(&longest, &again));
}

static void incarnations_and_bodies_have_limits(void **state)
{
    (void)state;
    struct ys_name out;
    char text[80];
    (void)snprintf(text, sizeof text, "a.b/110101/%d", YS_INCARNATION_MAX);
    assert_int_equal(ys_name_parse(ys_bytes_of_text(text), &out, NULL), YS_OK);
    (void)snprintf(text, sizeof text, "a.b/110101/%d", YS_INCARNATION_MAX + 1);
    assert_int_equal(ys_name_parse(ys_bytes_of_text(text), &out, NULL), YS_MALFORMED);

    char body[YS_BODY_NAME_MAX + 2] = "gd-";
    memset(body + 3, 'x', YS_BODY_NAME_MAX - 3);
    assert_true(ys_body_name_valid(ys_bytes_of_text(body)));
    body[YS_BODY_NAME_MAX] = 'x';
    assert_false(ys_body_name_valid(ys_bytes_of_text(body)));
}

static void names_differ_in_every_part(void **state)
{
    (void)state;
    static const char *const all[] = {
        "a.b/110101/1",    "a.b/110101/2",      "a.c/110101/1",
        "a.b/110102/1",    "a.b/mirror/110101", "a.b/110101/da",
        "a.b/110101/root", "a.b/110101/gd-x",   "a.b/110101/gd-y",
    };
    enum { COUNT = sizeof all / sizeof all[0] };
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < COUNT; k++) {
            const struct ys_name a = name(all[i]);
            const struct ys_name b = name(all[k]);
            assert_int_equal(ys_name_equal(&a, &b), i == k);
        }
    }
}

static void constructors_make_what_the_parser_reads(void **state)
{
    (void)state;
    struct ys_division district;
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110101"), &district, NULL), YS_OK);
    const struct ys_name made[] = {
        ys_name_log("a.b", &district, 3), ys_name_mirror("a.b", &district),
        ys_name_body("a.b", &district, "da"), ys_name_root("a.b", &district)};
    static const char *const text[] = {"a.b/110101/3", "a.b/mirror/110101", "a.b/110101/da",
                                       "a.b/110101/root"};
    for (size_t i = 0; i < 4; i++) {
        const struct ys_name parsed = name(text[i]);
        assert_true(ys_name_equal(&made[i], &parsed));
    }
}

/* DOMAIN.md 2.1 and the comment of name.h, written out. */
static void bodies_exist_at_their_levels_only(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        unsigned class;
        bool district, street, community;
    } all[] = {
        {"rc", YS_BODY_RC, false, false, true}, {"po", YS_BODY_PO, false, false, true},
        {"sc", YS_BODY_SC, false, false, true}, {"st", YS_BODY_ST, false, true, false},
        {"da", YS_BODY_DA, true, false, false}, {"gd-x", YS_BODY_GD, true, true, false},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const unsigned class = ys_body_class(all[i].body);
        assert_int_equal(class, all[i].class);
        assert_int_equal(ys_body_class_at(class, YS_LEVEL_DISTRICT), all[i].district);
        assert_int_equal(ys_body_class_at(class, YS_LEVEL_STREET), all[i].street);
        assert_int_equal(ys_body_class_at(class, YS_LEVEL_COMMUNITY), all[i].community);
        assert_string_not_equal(ys_body_class_text(class, true), "?");
        assert_string_not_equal(ys_body_class_text(class, false), "?");
    }
    assert_int_equal(ys_body_class("root"), 0);
    assert_int_equal(ys_body_class("mirror"), 0);
    assert_int_equal(ys_body_class(""), 0);
    assert_string_equal(ys_body_class_text(0, false), "?");
    assert_string_equal(ys_body_class_text(YS_BODY_RC, true), "社区居民委员会");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_name_reads_back_as_it_was_printed),
        cmocka_unit_test(texts_that_are_nearly_names_are_refused),
        cmocka_unit_test(a_message_about_a_name_is_printable_whatever_the_name),
        cmocka_unit_test(a_deployment_has_63_bytes_at_most),
        cmocka_unit_test(the_longest_name_fits_a_key_name),
        cmocka_unit_test(incarnations_and_bodies_have_limits),
        cmocka_unit_test(names_differ_in_every_part),
        cmocka_unit_test(constructors_make_what_the_parser_reads),
        cmocka_unit_test(bodies_exist_at_their_levels_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
