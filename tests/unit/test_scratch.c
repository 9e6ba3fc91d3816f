/* Folders for a while: gone with whoever made them, at the latest when the next one comes. */
#include "node/report/scratch.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put_file(const char *folder)
{
    char path[PATH_MAX + 8];
    (void)snprintf(path, sizeof path, "%s/x", folder);
    FILE *const file = fopen(path, "w");
    assert_non_null(file);
    (void)fclose(file);
}

static void it_is_gone_with_its_files_and_its_place(void **state)
{
    (void)state;
    struct folder home;
    struct ys_scratch scratch;
    struct ys_scratch other;
    struct ys_err err = {0};
    char place[PATH_MAX];
    char path[PATH_MAX];
    folder_make(&home);
    ys_scratch_place(home.path, place);
    assert_int_not_equal(access(place, F_OK), 0);

    assert_int_equal(ys_scratch_open(place, "a", &scratch, &err), YS_OK);
    assert_int_equal(ys_scratch_open(place, "b", &other, &err), YS_OK);
    put_file(scratch.path);
    memcpy(path, scratch.path, sizeof path);
    ys_scratch_close(&scratch);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(access(other.path, F_OK), 0);
    ys_scratch_close(&other);
    ys_scratch_empty(home.path);
    assert_int_not_equal(access(place, F_OK), 0);
    ys_scratch_close(&other); /* nothing */
    folder_remove(&home);
}

static void what_a_killed_process_left_goes_and_what_is_used_stays(void **state)
{
    (void)state;
    struct folder home;
    struct ys_scratch killed;
    struct ys_scratch used;
    struct ys_err err = {0};
    char place[PATH_MAX];
    char again[PATH_MAX];
    folder_make(&home);
    ys_scratch_place(home.path, place);
    assert_int_equal(ys_scratch_open(place, "a", &killed, &err), YS_OK);
    assert_int_equal(ys_scratch_open(place, "a", &used, &err), YS_OK);
    put_file(killed.path);
    (void)close(killed.fd); /* as the system does it */

    ys_scratch_place(home.path, again);

    assert_string_equal(again, place);
    assert_int_not_equal(access(killed.path, F_OK), 0);
    assert_int_equal(access(used.path, F_OK), 0);
    ys_scratch_close(&used);
    folder_remove(&home);
}

static void where_the_home_cannot_be_written_to_the_system_has_a_place(void **state)
{
    (void)state;
    char place[PATH_MAX];
    const char *const before = getenv("TMPDIR");
    char *const kept = before == NULL ? NULL : strdup(before);
    (void)setenv("TMPDIR", "/somewhere", 1);
    ys_scratch_place("/nowhere/at/all", place);
    assert_string_equal(place, "/somewhere");
    (void)unsetenv("TMPDIR");
    ys_scratch_place("/nowhere/at/all", place);
    assert_string_equal(place, "/tmp");
    if (kept != NULL)
        (void)setenv("TMPDIR", kept, 1);
    free(kept);
}

static void a_place_of_somebody_else_stays(void **state)
{
    (void)state;
    struct folder home;
    struct ys_scratch scratch;
    struct ys_err err = {0};
    char place[FOLDER_PATH_MAX];
    folder_make(&home);
    folder_path(&home, "scratch", place);
    assert_int_equal(mkdir(place, 0700), 0);
    assert_int_equal(ys_scratch_open(place, "a", &scratch, &err), YS_OK);
    ys_scratch_close(&scratch);
    assert_int_equal(access(place, F_OK), 0);
    folder_remove(&home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_gone_with_its_files_and_its_place),
        cmocka_unit_test(what_a_killed_process_left_goes_and_what_is_used_stays),
        cmocka_unit_test(where_the_home_cannot_be_written_to_the_system_has_a_place),
        cmocka_unit_test(a_place_of_somebody_else_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
