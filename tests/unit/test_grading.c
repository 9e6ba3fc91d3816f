#include "node/model/grading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

static void items_say_indicator_weight_and_the_values_that_give_none_and_all(void **state)
{
    struct ys_grading got;
    struct ys_err err = {0};
    (void)state;
    assert_int_equal(
        ys_grading_parse(ys_bytes_of_text("E-03=3:0..100, F-06=255:60..95\nG-02=1:50..0 "),
                         "scorecard", &got, &err),
        YS_OK);
    assert_int_equal(got.count, 3);
    assert_string_equal(got.item[0].indicator, "E-03");
    assert_int_equal(got.item[0].weight, 3);
    assert_int_equal(got.item[1].weight, 255);
    assert_int_equal(got.item[1].zero, 60);
    assert_int_equal(got.item[1].full, 95);
    assert_int_equal(got.item[2].zero, 50);
    assert_int_equal(got.item[2].full, 0);
}

static void what_is_no_item_is_refused_and_named(void **state)
{
    static const char *const wrong[] = {"E-03",
                                        "E-03=3",
                                        "E-03=0:0..100",
                                        "E-03=256:0..100",
                                        "E-11=1:0..100",
                                        "A-00=1:0..9",
                                        "H-01=1:0..100",
                                        "E03=1:0..100",
                                        "e-03=1:0..100",
                                        "E-03=1:0..0",
                                        "E-03=1:-1..100",
                                        "E-03=1:0..1e2",
                                        "E-03=1:0...100",
                                        "G-05=1:0..100",
                                        "G-07=1:0..100",
                                        "G-09=1:0..100",
                                        "E-03=1:0..1000001",
                                        "=1:0..100",
                                        "E-03=1:0.."};
    struct ys_grading got = {.count = 77};
    struct ys_err err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(ys_grading_parse(ys_bytes_of_text(wrong[i]), "scorecard", &got, &err),
                         YS_MALFORMED);
        assert_non_null(strstr(err.msg, wrong[i]));
    }
    assert_int_equal(ys_grading_parse(ys_bytes_of_text(" \n"), "scorecard", &got, &err),
                     YS_MALFORMED);
    assert_int_equal(
        ys_grading_parse(ys_bytes_of_text("E-03=1:0..9 E-03=2:0..9"), "scorecard", &got, &err),
        YS_MALFORMED);
    assert_int_equal(got.count, 77);
}

static void none_is_a_value_that_ends_it(void **state)
{
    struct ys_grading got = {.count = 77};
    struct ys_err err = {0};
    (void)state;
    assert_int_equal(
        ys_grading_parse(ys_bytes_of_text("none E-03=1:0..9"), "scorecard", &got, &err),
        YS_MALFORMED);
    assert_int_equal(ys_grading_parse(ys_bytes_of_text("none"), "scorecard", &got, &err), YS_OK);
    assert_int_equal(got.count, 0);
}

static void no_more_items_than_a_score_is_made_of(void **state)
{
    char text[512] = "";
    struct ys_grading got = {.count = 0};
    struct ys_err err = {0};
    (void)state;
    for (int i = 1; i <= YS_GRADING_ITEMS_MAX; i++) {
        const size_t at = strlen(text);
        (void)snprintf(text + at, sizeof text - at, "%c-%02d=1:0..9 ", i <= 10 ? 'A' : 'B',
                       i <= 10 ? i : i - 10);
    }
    assert_int_equal(ys_grading_parse(ys_bytes_of_text(text), "scorecard", &got, &err), YS_OK);
    assert_int_equal(got.count, YS_GRADING_ITEMS_MAX);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), "C-01=1:0..9");
    assert_int_equal(ys_grading_parse(ys_bytes_of_text(text), "scorecard", &got, &err), YS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_say_indicator_weight_and_the_values_that_give_none_and_all),
        cmocka_unit_test(what_is_no_item_is_refused_and_named),
        cmocka_unit_test(none_is_a_value_that_ends_it),
        cmocka_unit_test(no_more_items_than_a_score_is_made_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
