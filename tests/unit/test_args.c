#include "node/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <string.h>

static const struct ys_option own[] = {
    {"file", "FILE", ""}, {"dry-run", NULL, ""}, {"limit", "N", ""}, {NULL, NULL, NULL}};
static const struct ys_option global[] = {
    {"home", "DIR", ""}, {"help", NULL, ""}, {NULL, NULL, NULL}};

enum { ARGUMENTS_MAX = 80 };

/* Parse the words of a line, separated by single spaces. */
static enum ys_code parse(const char *line, bool until_word, struct ys_args *args, int *stop,
                          struct ys_err *err)
{
    static char text[512];
    char *argv[ARGUMENTS_MAX];
    int argc = 0;
    memcpy(text, line, strlen(line) + 1);
    for (char *at = text; *at != '\0';) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        if (*at == ' ')
            *at++ = '\0';
    }
    *args = (struct ys_args){.word_count = 0};
    return ys_args_parse(own, global, argc, argv, until_word, args, stop, err);
}

static void options_and_words_stand_in_any_order(void **state)
{
    (void)state;
    struct ys_args args;

    assert_int_equal(parse("one --file a --home h two --dry-run", false, &args, NULL, NULL), YS_OK);

    assert_int_equal(args.word_count, 2);
    assert_string_equal(args.word[0], "one");
    assert_string_equal(args.word[1], "two");
    assert_string_equal(ys_args_value(&args, "file"), "a");
    assert_string_equal(ys_args_value(&args, "home"), "h");
    assert_true(ys_args_has(&args, "dry-run"));
    assert_false(ys_args_has(&args, "limit"));
    assert_null(ys_args_value(&args, "limit"));
}

static void a_value_may_stand_behind_an_equals_sign_and_hold_one(void **state)
{
    (void)state;
    struct ys_args args;

    assert_int_equal(parse("--file=rc=x --file= --home -", false, &args, NULL, NULL), YS_OK);

    size_t place = 0;
    assert_string_equal(ys_args_each(&args, "file", &place), "rc=x");
    assert_string_equal(ys_args_each(&args, "file", &place), "");
    assert_null(ys_args_each(&args, "file", &place));
    assert_string_equal(ys_args_value(&args, "home"), "-");
}

static void after_two_dashes_all_are_words_and_a_single_dash_is_one(void **state)
{
    (void)state;
    struct ys_args args;

    assert_int_equal(parse("- -- --file -x", false, &args, NULL, NULL), YS_OK);

    assert_int_equal(args.word_count, 3);
    assert_string_equal(args.word[0], "-");
    assert_string_equal(args.word[1], "--file");
    assert_int_equal(args.option_count, 0);
}

static void reading_may_stop_at_the_first_word(void **state)
{
    (void)state;
    struct ys_args args;
    int stop = -1;

    assert_int_equal(parse("--home h init --unknown", true, &args, &stop, NULL), YS_OK);
    assert_int_equal(stop, 2);

    assert_int_equal(parse("--home h", true, &args, &stop, NULL), YS_OK);
    assert_int_equal(stop, 2);
}

static void wrong_options_are_named(void **state)
{
    (void)state;
    static const char *const lines[] = {"--nothing",     "--fil x", "--file",
                                        "--dry-run=yes", "-x",      "--home"};
    static const char *const parts[] = {"--nothing", "--fil", "--file",
                                        "--dry-run", "-x",    "--home"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct ys_args args;
        struct ys_err err = {0};
        assert_int_equal(parse(lines[i], false, &args, NULL, &err), YS_USAGE);
        assert_non_null(strstr(err.msg, parts[i]));
    }
}

static void a_short_h_asks_for_help(void **state)
{
    (void)state;
    struct ys_args args;
    assert_int_equal(parse("-h", false, &args, NULL, NULL), YS_OK);
    assert_true(ys_args_has(&args, "help"));
}

static void words_and_options_have_a_limit(void **state)
{
    (void)state;
    struct ys_args args;
    char line[512] = "";
    for (int i = 0; i < YS_ARGS_WORDS_MAX; i++)
        memcpy(line + 2 * i, "w ", 3);
    assert_int_equal(parse(line, false, &args, NULL, NULL), YS_OK);
    memcpy(line + 2 * YS_ARGS_WORDS_MAX, "w", 2);
    assert_int_equal(parse(line, false, &args, NULL, NULL), YS_USAGE);

    char *argv[YS_ARGS_OPTIONS_MAX + 1];
    static char option[] = "--dry-run";
    for (int i = 0; i <= YS_ARGS_OPTIONS_MAX; i++)
        argv[i] = option;
    args = (struct ys_args){.word_count = 0};
    assert_int_equal(
        ys_args_parse(own, global, YS_ARGS_OPTIONS_MAX, argv, false, &args, NULL, NULL), YS_OK);
    args = (struct ys_args){.word_count = 0};
    assert_int_equal(
        ys_args_parse(own, global, YS_ARGS_OPTIONS_MAX + 1, argv, false, &args, NULL, NULL),
        YS_USAGE);
}

static void numbers_are_decimal_and_bounded(void **state)
{
    (void)state;
    static const char *const bad[] = {"--limit x", "--limit -1", "--limit 11",
                                      "--limit=", "--limit 0x1"};
    struct ys_args args;
    uint64_t number = 0;
    assert_int_equal(parse("--limit 10", false, &args, NULL, NULL), YS_OK);
    assert_int_equal(ys_args_number(&args, "limit", 10, 3, &number, NULL), YS_OK);
    assert_int_equal(number, 10);
    assert_int_equal(parse("", false, &args, NULL, NULL), YS_OK);
    assert_int_equal(ys_args_number(&args, "limit", 10, 3, &number, NULL), YS_OK);
    assert_int_equal(number, 3);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(parse(bad[i], false, &args, NULL, NULL), YS_OK);
        assert_int_equal(ys_args_number(&args, "limit", 10, 3, &number, NULL), YS_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_words_stand_in_any_order),
        cmocka_unit_test(a_value_may_stand_behind_an_equals_sign_and_hold_one),
        cmocka_unit_test(after_two_dashes_all_are_words_and_a_single_dash_is_one),
        cmocka_unit_test(reading_may_stop_at_the_first_word),
        cmocka_unit_test(wrong_options_are_named),
        cmocka_unit_test(a_short_h_asks_for_help),
        cmocka_unit_test(words_and_options_have_a_limit),
        cmocka_unit_test(numbers_are_decimal_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
