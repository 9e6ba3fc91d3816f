#include "node/home.h"

#include "node/file.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct desk {
    struct folder folder;
    struct ys_home home; /* "<folder>/a/b", not there yet */
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    char path[FOLDER_PATH_MAX];
    assert_non_null(desk);
    folder_make(&desk->folder);
    folder_path(&desk->folder, "a/b", path);
    assert_int_equal(ys_home_choose(path, &desk->home, NULL), YS_OK);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    folder_remove(&desk->folder);
    free(desk);
    return 0;
}

static void make(const struct desk *desk)
{
    struct ys_home made;
    assert_int_equal(ys_home_begin(&desk->home, &made, NULL), YS_OK);
    assert_int_equal(ys_home_commit(&desk->home, &made, NULL), YS_OK);
}

/* Entries of a folder beside the two that every one has. */
static unsigned count_in(const char *path)
{
    DIR *const folder = opendir(path);
    unsigned count = 0;
    assert_non_null(folder);
    for (const struct dirent *e = readdir(folder); e != NULL; e = readdir(folder))
        count += e->d_name[0] != '.';
    closedir(folder);
    return count;
}

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void the_option_goes_before_the_environment_and_that_before_the_default(void **state)
{
    (void)state;
    struct ys_home home;
    assert_int_equal(setenv("HOME", "/user", 1), 0);
    assert_int_equal(setenv("YISHI_HOME", "/from/environment", 1), 0);
    assert_int_equal(ys_home_choose("/given//", &home, NULL), YS_OK);
    assert_string_equal(home.path, "/given");
    assert_int_equal(ys_home_choose(NULL, &home, NULL), YS_OK);
    assert_string_equal(home.path, "/from/environment");
    assert_int_equal(unsetenv("YISHI_HOME"), 0);
    assert_int_equal(ys_home_choose(NULL, &home, NULL), YS_OK);
    assert_string_equal(home.path, "/user/.local/share/yishi");
    assert_int_equal(ys_home_choose("", &home, NULL), YS_USAGE);
    assert_int_equal(unsetenv("HOME"), 0);
    assert_int_equal(ys_home_choose(NULL, &home, NULL), YS_IO);
}

static void a_path_over_the_limit_is_refused(void **state)
{
    (void)state;
    struct ys_home home;
    static char path[YS_HOME_MAX + 1];
    memset(path, 'x', YS_HOME_MAX - 1);
    assert_int_equal(ys_home_choose(path, &home, NULL), YS_OK);
    path[YS_HOME_MAX - 1] = 'x';
    assert_int_equal(ys_home_choose(path, &home, NULL), YS_USAGE);
}

static void a_home_appears_whole_or_not_at_all(void **state)
{
    const struct desk *const desk = *state;
    struct ys_home made;
    char path[PATH_MAX];
    struct stat info;

    assert_int_equal(ys_home_begin(&desk->home, &made, NULL), YS_OK);
    assert_false(there(desk->home.path));
    assert_int_equal(ys_home_commit(&desk->home, &made, NULL), YS_OK);

    assert_false(there(made.path));
    static const char *const names[] = {"keys", "store", "doorbell"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ys_home_path(&desk->home, names[i], path);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 077, 0);
    }
}

static void an_aborted_home_leaves_nothing(void **state)
{
    const struct desk *const desk = *state;
    struct ys_home made;
    char path[PATH_MAX];
    char above[FOLDER_PATH_MAX];
    assert_int_equal(ys_home_begin(&desk->home, &made, NULL), YS_OK);
    ys_home_path(&made, "keys/rc.key", path);
    assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text("x"), NULL), YS_OK);

    ys_home_abort(&made);

    assert_false(there(made.path));
    folder_path(&desk->folder, "a", above);
    assert_int_equal(count_in(above), 0);
}

static void an_empty_folder_may_become_a_home_and_any_other_may_not(void **state)
{
    const struct desk *const desk = *state;
    struct ys_home made;
    struct ys_err err = {0};
    char path[PATH_MAX];
    char above[FOLDER_PATH_MAX];
    folder_path(&desk->folder, "a", above);
    assert_int_equal(mkdir(above, 0700), 0);
    assert_int_equal(mkdir(desk->home.path, 0700), 0);
    make(desk);

    assert_int_equal(ys_home_begin(&desk->home, &made, &err), YS_EXISTS);
    assert_non_null(strstr(err.msg, desk->home.path));

    ys_home_path(&desk->home, "keys", path);
    assert_true(there(path));
}

static void two_that_make_one_home_do_not_mix(void **state)
{
    const struct desk *const desk = *state;
    struct ys_home first;
    struct ys_home second;
    assert_int_equal(ys_home_begin(&desk->home, &first, NULL), YS_OK);
    assert_int_equal(ys_home_begin(&desk->home, &second, NULL), YS_OK);
    assert_int_equal(ys_home_commit(&desk->home, &first, NULL), YS_OK);

    assert_int_equal(ys_home_commit(&desk->home, &second, NULL), YS_EXISTS);

    ys_home_abort(&second);
    assert_true(there(desk->home.path));
}

static void a_home_without_a_node_says_what_to_do(void **state)
{
    const struct desk *const desk = *state;
    struct ys_err err = {0};
    assert_int_equal(ys_home_check(&desk->home, &err), YS_IO);
    assert_non_null(strstr(err.msg, "yishi init"));
}

static void one_daemon_holds_the_lock(void **state)
{
    const struct desk *const desk = *state;
    struct ys_err err = {0};
    int first = -1;
    int second = -1;
    make(desk);
    assert_false(ys_home_daemon_runs(&desk->home));
    assert_int_equal(ys_home_lock(&desk->home, &first, NULL), YS_OK);

    assert_true(ys_home_daemon_runs(&desk->home));
    assert_int_equal(ys_home_lock(&desk->home, &second, &err), YS_BUSY);
    assert_non_null(strstr(err.msg, desk->home.path));

    close(first);
    assert_false(ys_home_daemon_runs(&desk->home));
    assert_int_equal(ys_home_lock(&desk->home, &second, NULL), YS_OK);
    close(second);
}

static void a_ring_is_heard_and_never_waits(void **state)
{
    const struct desk *const desk = *state;
    int fd = -1;
    char bytes[4];
    make(desk);
    ys_home_ring(&desk->home); /* nobody listens */
    assert_int_equal(ys_home_doorbell_open(&desk->home, &fd, NULL), YS_OK);
    assert_int_equal(read(fd, bytes, sizeof bytes), -1);

    for (int i = 0; i < 100000; i++) /* more than a pipe holds */
        ys_home_ring(&desk->home);

    assert_true(read(fd, bytes, sizeof bytes) > 0);
    close(fd);
}

static void a_doorbell_that_is_no_fifo_is_said(void **state)
{
    const struct desk *const desk = *state;
    char path[PATH_MAX];
    int fd = -1;
    make(desk);
    ys_home_path(&desk->home, "doorbell", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ys_home_doorbell_open(&desk->home, &fd, NULL), YS_OK);
    close(fd);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text(""), NULL), YS_OK);
    assert_int_equal(ys_home_doorbell_open(&desk->home, &fd, NULL), YS_IO);
}

static void what_a_daemon_said_counts_only_while_it_runs(void **state)
{
    const struct desk *const desk = *state;
    char text[YS_ADDRESS_MAX];
    int lock = -1;
    make(desk);
    assert_int_equal(ys_home_lock(&desk->home, &lock, NULL), YS_OK);
    assert_int_equal(ys_home_save_address(&desk->home, "tcp://127.0.0.1:40123", NULL), YS_OK);
    assert_int_equal(ys_home_save_link(&desk->home, "connected", NULL), YS_OK);
    ys_home_load_address(&desk->home, text);
    assert_string_equal(text, "tcp://127.0.0.1:40123");
    ys_home_load_link(&desk->home, text);
    assert_string_equal(text, "connected");

    close(lock);
    ys_home_load_address(&desk->home, text);
    assert_string_equal(text, "");

    assert_int_equal(ys_home_lock(&desk->home, &lock, NULL), YS_OK);
    ys_home_forget_daemon(&desk->home);
    ys_home_load_link(&desk->home, text);
    assert_string_equal(text, "");
    close(lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_option_goes_before_the_environment_and_that_before_the_default),
        cmocka_unit_test(a_path_over_the_limit_is_refused),
        cmocka_unit_test_setup_teardown(a_home_appears_whole_or_not_at_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_aborted_home_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_folder_may_become_a_home_and_any_other_may_not,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_that_make_one_home_do_not_mix, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_home_without_a_node_says_what_to_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_daemon_holds_the_lock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_ring_is_heard_and_never_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_doorbell_that_is_no_fifo_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_daemon_said_counts_only_while_it_runs, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
