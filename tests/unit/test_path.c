#include "proto/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_path_names_fields_and_elements(void **state)
{
    (void)state;
    char text[YS_PATH_TEXT_MAX];
    struct ys_path path = ys_path_from("body");
    ys_path_print(&path, text);
    assert_string_equal(text, "body");

    ys_path_push(&path, "consensus");
    ys_path_push(&path, "items");
    ys_path_index(&path, 1);
    ys_path_index(&path, 2);
    ys_path_push(&path, "due");
    ys_path_print(&path, text);
    assert_string_equal(text, "body.consensus.items[2].due");

    ys_path_pop(&path);
    ys_path_pop(&path);
    ys_path_push(&path, "degree");
    ys_path_print(&path, text);
    assert_string_equal(text, "body.consensus.degree");
}

static void a_path_without_root_begins_with_its_first_field(void **state)
{
    (void)state;
    char text[YS_PATH_TEXT_MAX];
    struct ys_path path = ys_path_from("");
    ys_path_print(&path, text);
    assert_string_equal(text, "");
    ys_path_push(&path, "session");
    ys_path_print(&path, text);
    assert_string_equal(text, "session");
}

static void a_path_that_is_too_long_is_cut(void **state)
{
    (void)state;
    char text[YS_PATH_TEXT_MAX];
    char name[100];
    struct ys_path path = ys_path_from("");
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    for (unsigned i = 0; i < YS_PATH_DEPTH_MAX; i++) {
        ys_path_push(&path, name);
        ys_path_index(&path, SIZE_MAX);
        ys_path_print(&path, text);
        assert_true(strlen(text) < YS_PATH_TEXT_MAX);
    }
    assert_int_equal(strlen(text), YS_PATH_TEXT_MAX - 1);
}

static void a_failure_begins_with_its_path(void **state)
{
    (void)state;
    struct ys_err err;
    struct ys_path path = ys_path_from("");
    assert_int_equal(ys_path_fail(&path, &err, YS_LIMIT, "is %d", 3), YS_LIMIT);
    assert_string_equal(err.msg, "is 3");
    ys_path_push(&path, "credit");
    assert_int_equal(ys_path_fail(&path, &err, YS_MALFORMED, "is %s", "gone"), YS_MALFORMED);
    assert_string_equal(err.msg, "credit: is gone");
    assert_int_equal(err.code, YS_MALFORMED);
    assert_int_equal(ys_path_fail(&path, NULL, YS_LIMIT, "x"), YS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_names_fields_and_elements),
        cmocka_unit_test(a_path_without_root_begins_with_its_first_field),
        cmocka_unit_test(a_path_that_is_too_long_is_cut),
        cmocka_unit_test(a_failure_begins_with_its_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
