#include "node/passphrase.h"

#include "node/file.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static int set_up(void **state)
{
    struct folder *const folder = calloc(1, sizeof *folder);
    assert_non_null(folder);
    folder_make(folder);
    *state = folder;
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(*state);
    free(*state);
    return 0;
}

static void write_file(const struct folder *folder, const char *name, mode_t mode,
                       struct ys_bytes bytes, char path[FOLDER_PATH_MAX])
{
    folder_path(folder, name, path);
    assert_int_equal(ys_file_write(path, mode, bytes, NULL), YS_OK);
}

static enum ys_code read_text(const struct folder *folder, const char *text,
                              struct ys_passphrase *out)
{
    char path[FOLDER_PATH_MAX];
    write_file(folder, "p", 0600, ys_bytes_of_text(text), path);
    return ys_passphrase_from_file(path, out, NULL);
}

static void assert_is(const struct ys_passphrase *passphrase, const char *text)
{
    assert_true(ys_bytes_is_text(ys_passphrase_bytes(passphrase), text));
}

static void the_first_line_of_a_file_counts(void **state)
{
    struct ys_passphrase passphrase;
    assert_int_equal(read_text(*state, "secret words\nmore\n", &passphrase), YS_OK);
    assert_is(&passphrase, "secret words");
    assert_int_equal(read_text(*state, "no line feed", &passphrase), YS_OK);
    assert_is(&passphrase, "no line feed");
    assert_int_equal(read_text(*state, "windows\r\n", &passphrase), YS_OK);
    assert_is(&passphrase, "windows");
    assert_int_equal(read_text(*state, " 口令 \n", &passphrase), YS_OK);
    assert_is(&passphrase, " 口令 ");
}

static void empty_lines_and_zero_bytes_are_no_passphrase(void **state)
{
    struct ys_passphrase passphrase;
    char path[FOLDER_PATH_MAX];
    assert_int_equal(read_text(*state, "", &passphrase), YS_MALFORMED);
    assert_int_equal(read_text(*state, "\nx\n", &passphrase), YS_MALFORMED);
    write_file(*state, "p", 0600, (struct ys_bytes){(const uint8_t *)"a\0b\n", 4}, path);
    assert_int_equal(ys_passphrase_from_file(path, &passphrase, NULL), YS_MALFORMED);
}

static void a_passphrase_has_a_limit(void **state)
{
    struct ys_passphrase passphrase;
    char text[YS_PASSPHRASE_MAX + 2] = "";
    memset(text, 'x', YS_PASSPHRASE_MAX);
    assert_int_equal(read_text(*state, text, &passphrase), YS_OK);
    assert_int_equal(passphrase.size, YS_PASSPHRASE_MAX);
    text[YS_PASSPHRASE_MAX] = 'x';
    assert_int_equal(read_text(*state, text, &passphrase), YS_LIMIT);
}

static void a_file_that_others_may_read_is_refused(void **state)
{
    char path[FOLDER_PATH_MAX];
    struct ys_passphrase passphrase;
    struct ys_err err = {0};
    write_file(*state, "p", 0640, ys_bytes_of_text("x\n"), path);
    assert_int_equal(ys_passphrase_from_file(path, &passphrase, &err), YS_REFUSED);
    assert_non_null(strstr(err.msg, path));
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(ys_passphrase_from_file(path, &passphrase, NULL), YS_OK);
}

static void a_missing_file_is_named(void **state)
{
    char path[FOLDER_PATH_MAX];
    struct ys_passphrase passphrase;
    struct ys_err err = {0};
    folder_path(*state, "none", path);
    assert_int_equal(ys_passphrase_from_file(path, &passphrase, &err), YS_IO);
    assert_non_null(strstr(err.msg, path));
}

static void a_descriptor_is_read_up_to_its_first_line_feed(void **state)
{
    (void)state;
    int ends[2];
    struct ys_passphrase passphrase;
    char rest[8] = "";
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "one\ntwo\n", 8), 8);

    assert_int_equal(ys_passphrase_from_fd(ends[0], &passphrase, NULL), YS_OK);

    assert_is(&passphrase, "one");
    assert_int_equal(read(ends[0], rest, sizeof rest), 4);
    close(ends[0]);
    close(ends[1]);
}

static void each_key_has_its_own_file_or_the_common_one(void **state)
{
    char common[FOLDER_PATH_MAX];
    char own_path[FOLDER_PATH_MAX];
    char own[FOLDER_PATH_MAX + 8];
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    struct ys_passphrase passphrase;
    write_file(*state, "common=file", 0600, ys_bytes_of_text("common\n"), common);
    write_file(*state, "own", 0600, ys_bytes_of_text("own\n"), own_path);
    snprintf(own, sizeof own, "rc=%s", own_path);
    assert_int_equal(ys_passphrases_add_file(&from, common, NULL), YS_OK);
    assert_int_equal(ys_passphrases_add_file(&from, own, NULL), YS_OK);
    assert_int_equal(ys_passphrases_add_file(&from, "gd-a=/none", NULL), YS_OK);

    assert_int_equal(ys_passphrases_get(&from, "rc", "x", false, &passphrase, NULL), YS_OK);
    assert_is(&passphrase, "own");
    assert_int_equal(ys_passphrases_get(&from, "po", "x", false, &passphrase, NULL), YS_OK);
    assert_is(&passphrase, "common");
    assert_int_equal(ys_passphrases_get(&from, "gd-ab", "x", false, &passphrase, NULL), YS_OK);
    assert_int_equal(ys_passphrases_get(&from, "gd-a", "x", false, &passphrase, NULL), YS_IO);
}

static void one_descriptor_serves_every_key(void **state)
{
    (void)state;
    int ends[2];
    char number[16];
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    struct ys_passphrase passphrase;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "secret\n", 7), 7);
    close(ends[1]);
    snprintf(number, sizeof number, "%d", ends[0]);
    assert_int_equal(ys_passphrases_add_fd(&from, number, NULL), YS_OK);
    close(ends[0]);

    assert_int_equal(ys_passphrases_get(&from, "rc", "x", false, &passphrase, NULL), YS_OK);
    assert_int_equal(ys_passphrases_get(&from, "po", "x", false, &passphrase, NULL), YS_OK);

    assert_is(&passphrase, "secret");
    assert_int_equal(ys_passphrases_add_fd(&from, "three", NULL), YS_USAGE);
}

/* Ask with standard input and standard error moved to these. */
static enum ys_code ask_at(int input, int error, bool is_new, struct ys_passphrase *out,
                           struct ys_err *err)
{
    const int input_before = dup(STDIN_FILENO);
    const int error_before = dup(STDERR_FILENO);
    assert_true(input_before >= 0 && dup2(input, STDIN_FILENO) == STDIN_FILENO);
    assert_true(error_before >= 0 && dup2(error, STDERR_FILENO) == STDERR_FILENO);
    const enum ys_code code = ys_passphrase_ask("Passphrase", is_new, out, err);
    assert_int_equal(dup2(input_before, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(dup2(error_before, STDERR_FILENO), STDERR_FILENO);
    close(input_before);
    close(error_before);
    return code;
}

static void nobody_is_asked_without_a_terminal(void **state)
{
    (void)state;
    const int nothing = open("/dev/null", O_RDWR);
    struct ys_passphrase passphrase;
    struct ys_err err = {0};
    assert_int_equal(ask_at(nothing, nothing, false, &passphrase, &err), YS_REFUSED);
    assert_non_null(strstr(err.msg, "--passphrase-file"));
    close(nothing);
}

/* The other side of a terminal: types a line after each prompt, and sees whether the echo is off. */
struct typist {
    int keyboard, screen, prompts;
    const char *const *lines;
    size_t count;
    bool saw_echo;
};

static bool echo_is_on(int terminal)
{
    struct termios settings;
    assert_int_equal(tcgetattr(terminal, &settings), 0);
    return (settings.c_lflag & ECHO) != 0;
}

static bool await_prompt(int prompts)
{
    for (char before = '\0', c = '\0'; before != ':' || c != ' ';) {
        before = c;
        if (read(prompts, &c, 1) != 1)
            return false;
    }
    return true;
}

static void *type_lines(void *context)
{
    struct typist *const typist = context;
    for (size_t i = 0; i < typist->count && await_prompt(typist->prompts); i++) {
        const size_t length = strlen(typist->lines[i]);
        typist->saw_echo = typist->saw_echo || echo_is_on(typist->screen);
        if (write(typist->keyboard, typist->lines[i], length) != (ssize_t)length)
            break;
    }
    return NULL;
}

static enum ys_code ask_typist(const char *const *lines, size_t count, bool is_new,
                               struct ys_passphrase *out)
{
    pthread_t thread;
    int prompts[2];
    const int keyboard = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(keyboard >= 0 && grantpt(keyboard) == 0 && unlockpt(keyboard) == 0);
    const int screen = open(ptsname(keyboard), O_RDWR | O_NOCTTY);
    assert_true(screen >= 0);
    assert_int_equal(pipe(prompts), 0);
    struct typist typist = {.keyboard = keyboard,
                            .screen = screen,
                            .prompts = prompts[0],
                            .lines = lines,
                            .count = count};
    assert_int_equal(pthread_create(&thread, NULL, type_lines, &typist), 0);
    const enum ys_code code = ask_at(screen, prompts[1], is_new, out, NULL);
    close(prompts[1]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(typist.saw_echo);
    assert_true(echo_is_on(screen));
    close(prompts[0]);
    close(screen);
    close(keyboard);
    return code;
}

static void a_terminal_is_asked_with_its_echo_off(void **state)
{
    (void)state;
    static const char *const lines[] = {"typed in\n"};
    struct ys_passphrase passphrase;
    assert_int_equal(ask_typist(lines, 1, false, &passphrase), YS_OK);
    assert_is(&passphrase, "typed in");
}

static void a_new_passphrase_is_typed_until_two_agree(void **state)
{
    (void)state;
    static const char *const lines[] = {"a\n", "b\n", "c\n", "c\n"};
    struct ys_passphrase passphrase;
    assert_int_equal(ask_typist(lines, 4, true, &passphrase), YS_OK);
    assert_is(&passphrase, "c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_line_of_a_file_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(empty_lines_and_zero_bytes_are_no_passphrase, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_passphrase_has_a_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_others_may_read_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_file_is_named, set_up, tear_down),
        cmocka_unit_test(a_descriptor_is_read_up_to_its_first_line_feed),
        cmocka_unit_test_setup_teardown(each_key_has_its_own_file_or_the_common_one, set_up,
                                        tear_down),
        cmocka_unit_test(one_descriptor_serves_every_key),
        cmocka_unit_test(nobody_is_asked_without_a_terminal),
        cmocka_unit_test(a_terminal_is_asked_with_its_echo_off),
        cmocka_unit_test(a_new_passphrase_is_typed_until_two_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
