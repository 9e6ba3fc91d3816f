#include "crypto/err.h"

#include "crypto/assert.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void a_failure_fills_the_message_and_returns_the_code(void **state)
{
    (void)state;
    struct ys_err err;
    memset(&err, 0x55, sizeof err);

    const enum ys_code code = ys_fail(&err, YS_LIMIT, "record %s: %d bytes", "r1", 7);

    assert_int_equal(code, YS_LIMIT);
    assert_int_equal(err.code, YS_LIMIT);
    assert_string_equal(err.msg, "record r1: 7 bytes");
}

static void a_failure_nobody_reads_still_returns_the_code(void **state)
{
    (void)state;
    assert_int_equal(ys_fail(NULL, YS_DENIED, "unread %d", 1), YS_DENIED);
}

static void a_message_is_one_line_whatever_a_peer_sent(void **state)
{
    (void)state;
    struct ys_err err;

    assert_int_equal(ys_fail(&err, YS_MALFORMED, "name %s", "a\nb\r\t\x1b[2J\x7f居"), YS_MALFORMED);

    assert_string_equal(err.msg, "name a?b???[2J?居");
}

/* A message of `width` spaces and then far too many of one character. */
static void fail_with(struct ys_err *err, int width, const char *character)
{
    char text[2 * sizeof err->msg];
    size_t at = 0;
    while (at + strlen(character) < sizeof text) {
        memcpy(text + at, character, strlen(character));
        at += strlen(character);
    }
    text[at] = '\0';
    assert_int_equal(ys_fail(err, YS_LIMIT, "%*s%s", width, "", text), YS_LIMIT);
}

static void a_long_message_is_cut_between_characters_and_loses_no_whole_one(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "é", "居", "🏠"};
    for (size_t i = 0; i < 4; i++) {
        const size_t size = strlen(characters[i]);
        for (int width = 0; width < 8; width++) {
            struct ys_err err;
            fail_with(&err, width, characters[i]);

            const size_t room = sizeof err.msg - 1 - (size_t)width;
            assert_int_equal(strlen(err.msg), (size_t)width + room / size * size);
            assert_memory_equal(err.msg + strlen(err.msg) - size, characters[i], size);
        }
    }
}

static void numbers_of_codes_are_those_in_the_logs(void **state)
{
    (void)state;
    static const char *const names[] = {
        "OK",      "NOMEM",  "IO",   "FULL",   "CORRUPT", "NOT_FOUND", "MALFORMED", "LIMIT",
        "BAD_SIG", "DENIED", "FORK", "EXISTS", "BUSY",    "VERSION",   "USAGE",     "REFUSED"};
    assert_int_equal(YS_REFUSED, sizeof names / sizeof names[0] - 1);
    for (unsigned i = 0; i <= YS_REFUSED; i++)
        assert_string_equal(ys_code_name((enum ys_code)i), names[i]);
}

static void every_code_says_what_it_means_and_whose_fault_it_is(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= YS_REFUSED; i++)
        assert_true(strlen(ys_code_text((enum ys_code)i)) > 1);
    assert_string_equal(ys_code_text(YS_BAD_SIG), "signature does not verify");

    static const enum ys_code local[] = {YS_NOMEM, YS_IO, YS_FULL, YS_CORRUPT, YS_VERSION};
    static const enum ys_code peer[] = {YS_MALFORMED, YS_LIMIT, YS_BAD_SIG, YS_DENIED, YS_FORK};
    static const enum ys_code none[] = {YS_OK,   YS_NOT_FOUND, YS_EXISTS,
                                        YS_BUSY, YS_USAGE,     YS_REFUSED};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(ys_code_fault(local[i]), YS_FAULT_LOCAL);
        assert_int_equal(ys_code_fault(peer[i]), YS_FAULT_PEER);
    }
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(ys_code_fault(none[i]), YS_FAULT_NONE);
}

static void a_number_that_is_no_code_is_our_own_fault(void **state)
{
    (void)state;
    const enum ys_code none = (enum ys_code)(YS_REFUSED + 1);
    assert_string_equal(ys_code_name(none), "UNKNOWN");
    assert_string_equal(ys_code_text(none), "unknown result");
    assert_int_equal(ys_code_fault(none), YS_FAULT_LOCAL);
}

static void a_failed_assertion_names_the_place_and_aborts(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        YS_ASSERT(1 + 1 == 3);
        _exit(0);
    }
    close(ends[1]);

    char text[256] = "";
    const ssize_t size = read(ends[0], text, sizeof text - 1);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    close(ends[0]);

    assert_true(size > 0);
    assert_non_null(strstr(text, "test_err.c:"));
    assert_non_null(strstr(text, ": assertion failed: 1 + 1 == 3\n"));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void an_assertion_that_holds_does_nothing(void **state)
{
    (void)state;
    int evaluated = 0;
    YS_ASSERT(++evaluated == 1);
    assert_int_equal(evaluated, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_fills_the_message_and_returns_the_code),
        cmocka_unit_test(a_failure_nobody_reads_still_returns_the_code),
        cmocka_unit_test(a_message_is_one_line_whatever_a_peer_sent),
        cmocka_unit_test(a_long_message_is_cut_between_characters_and_loses_no_whole_one),
        cmocka_unit_test(numbers_of_codes_are_those_in_the_logs),
        cmocka_unit_test(every_code_says_what_it_means_and_whose_fault_it_is),
        cmocka_unit_test(a_number_that_is_no_code_is_our_own_fault),
        cmocka_unit_test(a_failed_assertion_names_the_place_and_aborts),
        cmocka_unit_test(an_assertion_that_holds_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
