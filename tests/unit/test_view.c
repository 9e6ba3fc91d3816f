#include "node/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void assert_cleans_to(const char *text, const char *clean)
{
    char out[64];
    ys_view_clean(text, out, sizeof out);
    assert_string_equal(out, clean);
}

static void harmless_text_stays_as_it_is(void **state)
{
    (void)state;
    assert_cleans_to("", "");
    assert_cleans_to("民安社区 a-b_c → é", "民安社区 a-b_c → é");
    assert_cleans_to("\xe2\x80\x94 dash, \xc2\xa0 space", "\xe2\x80\x94 dash, \xc2\xa0 space");
}

static void control_characters_do_not_reach_a_terminal(void **state)
{
    (void)state;
    assert_cleans_to("a\033[31mb", "a[31mb");
    assert_cleans_to("a\r\n\tb\x7f", "ab");
    assert_cleans_to("a\xc2\x80"
                     "b\xc2\x9f"
                     "c",
                     "abc");
}

static void nothing_turns_the_direction_of_writing(void **state)
{
    (void)state;
    /* NOLINTNEXTLINE(misc-misleading-bidirectional): that is what is tested */
    assert_cleans_to("a\xe2\x80\xae"
                     "b\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8f"
                     "c",
                     "abc");
}

static void a_text_that_does_not_fit_is_cut_at_a_character(void **state)
{
    (void)state;
    char out[6];
    ys_view_clean("民安社", out, sizeof out);
    assert_string_equal(out, "民");
    ys_view_clean("abcdefg", out, sizeof out);
    assert_string_equal(out, "abcde");
}

/* What `print` writes to standard output. */
static void capture(void (*print)(void), char *out, size_t size)
{
    FILE *const file = tmpfile();
    assert_non_null(file);
    fflush(stdout);
    const int before = dup(STDOUT_FILENO);
    assert_true(before >= 0 && dup2(fileno(file), STDOUT_FILENO) == STDOUT_FILENO);
    print();
    assert_int_equal(ys_view_flush(NULL), YS_OK);
    assert_int_equal(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
    close(before);
    rewind(file);
    const size_t length = fread(out, 1, size - 1, file);
    out[length] = '\0';
    fclose(file);
}

static struct ys_view_status sample(void)
{
    static const struct ys_view_log log = {
        .log = {.origin_text = "a.example/110105/1", .frontier = {.size = 7}},
        .name = "bad\033name",
        .head_size = 6,
        .verdicts = {1, 2, 3, 4},
        .receipt_count = 1,
        .receipt = {{.witness = "a.example/mirror/110105",
                     .level = "district",
                     .size = 5,
                     .time_s = 1764000000}}};
    return (struct ys_view_status){.deployment = "a.example",
                                   .code = "110105001001",
                                   .name = "示例社区",
                                   .level = "community",
                                   .origin = "a.example/110105001001/1",
                                   .size = 7,
                                   .has_street = true,
                                   .has_district = true,
                                   .street = {.there = true, .size = 6, .time_s = 1764000000},
                                   .parent = "tcp://h:1",
                                   .link = "lost",
                                   .running = true,
                                   .address = "",
                                   .log_count = 1,
                                   .log = &log};
}

static void print_status_text(void)
{
    const struct ys_view_status view = sample();
    ys_view_text.status(&view);
}

static void print_status_json(void)
{
    const struct ys_view_status view = sample();
    ys_view_json.status(&view);
}

static void a_status_reads_as_text(void **state)
{
    (void)state;
    char text[2048];
    capture(print_status_text, text, sizeof text);
    assert_string_equal(
        text, "110105001001 示例社区 (community), a.example\n"
              "saved here 7 → received by the street 6 (2025-11-25 00:00:00) → received by the "
              "district 0\n"
              "Daemon: running, not listening\n"
              "Parent: tcp://h:1, not connected; lost\n"
              "Logs held:\n"
              "  a.example/110105/1 badname                  size 7, head 6, following; "
              "signatures: 2 ok, "
              "3 bad, 4 unknown key, 1 unchecked\n"
              "    received by a.example/mirror/110105 (district): size 5, 2025-11-25 00:00:00\n");
}

static void a_status_is_one_json_object_on_one_line(void **state)
{
    (void)state;
    char text[2048];
    capture(print_status_json, text, sizeof text);
    assert_string_equal(
        text,
        "{\"deployment\": \"a.example\", \"code\": \"110105001001\", \"name\": \"示例社区\", "
        "\"level\": \"community\", \"origin\": \"a.example/110105001001/1\", \"size\": 7, "
        "\"receipts\": {\"saved\": 7, \"street\": {\"size\": 6, "
        "\"time\": \"2025-11-25T00:00:00.000+08:00\"}, \"district\": null}, "
        "\"logs\": [{\"origin\": \"a.example/110105/1\", \"code\": \"\", "
        "\"name\": \"bad\\u001Bname\", \"size\": 7, \"state\": \"following\", \"head_size\": 6, "
        "\"verdicts\": {\"ok\": 2, \"bad\": 3, \"unknown_key\": 4, \"unchecked\": 1}, "
        "\"receipts\": [{\"witness\": \"a.example/mirror/110105\", \"level\": \"district\", "
        "\"size\": 5, \"time\": \"2025-11-25T00:00:00.000+08:00\"}]}], "
        "\"parent\": {\"address\": \"tcp://h:1\", \"connected\": false, \"link\": \"lost\"}, "
        "\"daemon\": {\"running\": true, \"address\": null}, \"waiting\": 0}\n");
}

static void print_broken_name(void)
{
    struct ys_view_admitted view = {.code = "110105",
                                    .name = "cut \xe7\xa4",
                                    .address = "",
                                    .key = "k",
                                    .root_fingerprint = "f"};
    ys_view_json.admitted(&view);
}

static void a_name_that_was_cut_inside_a_character_is_still_printed(void **state)
{
    (void)state;
    char text[512];
    capture(print_broken_name, text, sizeof text);
    assert_non_null(strstr(text, "\"name\": \"cut ??\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_text_stays_as_it_is),
        cmocka_unit_test(control_characters_do_not_reach_a_terminal),
        cmocka_unit_test(nothing_turns_the_direction_of_writing),
        cmocka_unit_test(a_text_that_does_not_fit_is_cut_at_a_character),
        cmocka_unit_test(a_status_reads_as_text),
        cmocka_unit_test(a_status_is_one_json_object_on_one_line),
        cmocka_unit_test(a_name_that_was_cut_inside_a_character_is_still_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
