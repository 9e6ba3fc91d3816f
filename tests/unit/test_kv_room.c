/* What a store does when there is no room: a map that grows under load, a reader that stands still, a
 * file that is taken away. */
#include "sync/kv.h"

#include "tests/support/folder.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    SMALL_MAP_BYTES = 256 << 10,
    ROWS = 1500,
    ROW_BYTES = 3000,
    READERS = 3,
    OTHERS_ROWS = 300,
    LARGE_MAP_BYTES = 64 << 20,
    HELD_MAX = 1 << 20,
    COMMITS_MAX = 4000
};

struct desk {
    struct folder folder;
    struct ys_kv *kv;
    atomic_bool ending;
};

static struct ys_kv *open_kv(const struct folder *folder, bool create, size_t map_bytes,
                             uint64_t held_max)
{
    struct ys_kv *kv = NULL;
    const struct ys_kv_options options = {
        .path = folder->path, .create = create, .map_bytes = map_bytes, .held_bytes_max = held_max};
    assert_int_equal(ys_kv_open(&options, &kv, NULL), YS_OK);
    return kv;
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    folder_make(&desk->folder);
    ys_kv_close(open_kv(&desk->folder, true, SMALL_MAP_BYTES, 0));
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_kv_close(desk->kv);
    folder_remove(&desk->folder);
    free(desk);
    return 0;
}

static uint64_t map_bytes(struct ys_kv *kv)
{
    struct ys_kv_info info;
    assert_int_equal(ys_kv_info(kv, &info, NULL), YS_OK);
    return info.map_bytes;
}

/* One row in one transaction, made again as often as the map has to grow for it. */
static enum ys_code put_row(struct ys_kv *kv, enum ys_db db, uint64_t key, size_t size,
                            struct ys_err *err)
{
    enum ys_code code = YS_OK;
    do {
        YS_TXN_SCOPED txn = NULL;
        uint8_t *room = NULL;
        code = ys_txn_begin(kv, true, &txn, err);
        if (code == YS_OK)
            code = ys_txn_reserve(
                txn, db, (struct ys_bytes){.data = (const uint8_t *)&key, .size = sizeof key}, size,
                &room, err);
        if (code == YS_OK) {
            memset(room, (int)(key & 0xff), size);
            code = ys_txn_commit(&txn, err);
        }
    } while (code == YS_FULL && ys_kv_grow(kv));
    return code;
}

/* Are all rows of the table whole? Their number. */
static uint64_t count_whole(struct ys_kv *kv, enum ys_db db)
{
    YS_TXN_SCOPED txn = NULL;
    uint8_t at[sizeof(uint64_t) + 1] = {0};
    struct ys_bytes from = {at, 0};
    uint64_t count = 0;
    if (ys_txn_begin(kv, false, &txn, NULL) != YS_OK)
        return UINT64_MAX;
    for (;; count++) {
        struct ys_bytes key;
        struct ys_bytes value;
        const enum ys_code code = ys_txn_seek(txn, db, from, YS_SEEK_AT_LEAST, &key, &value, NULL);
        if (code == YS_NOT_FOUND)
            return count;
        if (code != YS_OK || key.size != sizeof(uint64_t))
            return UINT64_MAX;
        for (size_t i = 0; i < value.size; i++)
            if (value.data[i] != key.data[0])
                return UINT64_MAX;
        memcpy(at, key.data, key.size); /* the least key behind it */
        at[key.size] = 0;
        from = (struct ys_bytes){at, key.size + 1};
    }
}

static void *read_on(void *argument)
{
    struct desk *const desk = argument;
    uint64_t last = 0;
    while (!atomic_load(&desk->ending)) {
        const uint64_t now = count_whole(desk->kv, YS_DB_BODY);
        if (now == UINT64_MAX || now < last)
            return desk; /* a row was not whole, or went away */
        last = now;
    }
    return NULL;
}

/* In a process of its own: write, and see the map grow under it. */
static int write_beside(const struct folder *folder, int go)
{
    struct ys_kv *kv = NULL;
    char byte = 0;
    const struct ys_kv_options options = {.path = folder->path, .map_bytes = SMALL_MAP_BYTES};
    if (read(go, &byte, 1) != 1 || ys_kv_open(&options, &kv, NULL) != YS_OK)
        return 1;
    for (uint64_t i = 0; i < OTHERS_ROWS; i++)
        if (put_row(kv, YS_DB_TILE, i, ROW_BYTES, NULL) != YS_OK ||
            count_whole(kv, YS_DB_TILE) != i + 1)
            return 2;
    ys_kv_close(kv);
    return 0;
}

static pid_t start_beside(const struct folder *folder, int *go_out)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[1]);
        _exit(write_beside(folder, ends[0]));
    }
    close(ends[0]);
    *go_out = ends[1];
    return child;
}

static void a_map_grows_while_threads_read_and_another_process_writes(void **state)
{
    struct desk *const desk = *state;
    pthread_t thread[READERS];
    int go = -1;
    int status = -1;
    const pid_t child = start_beside(&desk->folder, &go);
    desk->kv = open_kv(&desk->folder, false, SMALL_MAP_BYTES, 0);
    assert_int_equal(map_bytes(desk->kv), SMALL_MAP_BYTES);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, read_on, desk), 0);

    assert_int_equal(write(go, "!", 1), 1);
    enum ys_code code = YS_OK;
    struct ys_err err = {.msg = ""};
    for (uint64_t i = 0; i < ROWS && code == YS_OK; i++)
        code = put_row(desk->kv, YS_DB_BODY, i, ROW_BYTES, &err);

    assert_int_equal(waitpid(child, &status, 0), child);
    atomic_store(&desk->ending, true);
    bool whole = true;
    for (int i = 0; i < READERS; i++) {
        void *complaint = NULL;
        pthread_join(thread[i], &complaint);
        whole = whole && complaint == NULL;
    }
    if (code != YS_OK)
        print_error("%s\n", err.msg);
    assert_int_equal(code, YS_OK);
    assert_true(whole);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(count_whole(desk->kv, YS_DB_BODY), ROWS);
    assert_int_equal(count_whole(desk->kv, YS_DB_TILE), OTHERS_ROWS);
    assert_true(map_bytes(desk->kv) >= (uint64_t)ROWS * ROW_BYTES);
    close(go);
}

static void a_row_larger_than_the_map_fits_after_it_has_grown(void **state)
{
    struct desk *const desk = *state;
    desk->kv = open_kv(&desk->folder, false, SMALL_MAP_BYTES, 0);
    assert_int_equal(put_row(desk->kv, YS_DB_BODY, 7, 5 * SMALL_MAP_BYTES, NULL), YS_OK);
    assert_int_equal(count_whole(desk->kv, YS_DB_BODY), 1);
}

static void a_thread_that_reads_does_not_wait_for_itself_to_end(void **state)
{
    struct desk *const desk = *state;
    struct ys_err err = {0};
    desk->kv = open_kv(&desk->folder, false, SMALL_MAP_BYTES, 0);
    YS_TXN_SCOPED reader = NULL;
    assert_int_equal(ys_txn_begin(desk->kv, false, &reader, NULL), YS_OK);

    assert_int_equal(put_row(desk->kv, YS_DB_BODY, 7, SMALL_MAP_BYTES, &err), YS_FULL);
    assert_int_equal(ys_kv_shortage(desk->kv), YS_SHORT_MAP);

    ys_txn_abort(&reader);
    assert_int_equal(put_row(desk->kv, YS_DB_BODY, 7, SMALL_MAP_BYTES, NULL), YS_OK);
}

/* --- a reader that stands still --- */

/* Reads, tells so, and stays until it is killed. */
static pid_t start_reader(const struct folder *folder)
{
    int ends[2];
    char byte = 0;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct ys_kv *kv = NULL;
        struct ys_txn *txn = NULL;
        const struct ys_kv_options options = {.path = folder->path, .map_bytes = LARGE_MAP_BYTES};
        if (ys_kv_open(&options, &kv, NULL) != YS_OK ||
            ys_txn_begin(kv, false, &txn, NULL) != YS_OK || write(ends[1], "!", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    close(ends[1]);
    return child;
}

static off_t file_bytes(const struct desk *desk)
{
    char name[FOLDER_PATH_MAX];
    struct stat info;
    folder_path(&desk->folder, "data.mdb", name);
    assert_int_equal(stat(name, &info), 0);
    return info.st_size;
}

/* The same rows over and over: whoever may use pages again needs no more of them. */
static enum ys_code write_over(struct desk *desk, int commits, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (int i = 0; i < commits && code == YS_OK; i++)
        code = put_row(desk->kv, YS_DB_BODY, (uint64_t)i % 16, ROW_BYTES, err);
    return code;
}

static void a_reader_that_stands_still_stops_the_writers_before_the_file_grows_on(void **state)
{
    struct desk *const desk = *state;
    struct ys_err err = {0};
    struct ys_kv_info info;
    char pid[32];
    desk->kv = open_kv(&desk->folder, false, LARGE_MAP_BYTES, HELD_MAX);
    assert_int_equal(write_over(desk, 300, NULL), YS_OK);
    const off_t before = file_bytes(desk);
    const pid_t reader = start_reader(&desk->folder);

    const enum ys_code code = write_over(desk, COMMITS_MAX, &err);
    assert_int_equal(ys_kv_info(desk->kv, &info, NULL), YS_OK);

    assert_int_equal(code, YS_FULL);
    assert_int_equal(ys_kv_shortage(desk->kv), YS_SHORT_READER);
    snprintf(pid, sizeof pid, "process %d ", (int)reader);
    assert_non_null(strstr(err.msg, pid));
    assert_int_equal(info.oldest_reader_pid, reader);
    assert_true(info.held_bytes > HELD_MAX && info.held_bytes < 2 * HELD_MAX);
    assert_true(file_bytes(desk) < before + 3 * HELD_MAX);
    assert_int_equal(count_whole(desk->kv, YS_DB_BODY), 16);

    /* It is killed, and nobody else has to do anything. */
    assert_int_equal(kill(reader, SIGKILL), 0);
    assert_int_equal(waitpid(reader, NULL, 0), reader);
    const off_t full = file_bytes(desk);
    assert_int_equal(write_over(desk, 300, NULL), YS_OK);
    assert_int_equal(file_bytes(desk), full);
}

/* --- a file that is taken away --- */

static void a_commit_to_a_file_that_was_removed_is_no_commit(void **state)
{
    struct desk *const desk = *state;
    char name[FOLDER_PATH_MAX];
    char aside[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    desk->kv = open_kv(&desk->folder, false, LARGE_MAP_BYTES, HELD_MAX);
    folder_path(&desk->folder, "data.mdb", name);
    folder_path(&desk->folder, "aside", aside);
    assert_int_equal(ys_kv_check_place(desk->kv, NULL), YS_OK);
    assert_int_equal(write_over(desk, 1, NULL), YS_OK);

    assert_int_equal(rename(name, aside), 0);
    assert_int_equal(ys_kv_check_place(desk->kv, &err), YS_IO);
    assert_non_null(strstr(err.msg, "data.mdb: was moved, removed or replaced"));
    assert_int_equal(write_over(desk, 1, NULL), YS_IO);

    /* A copy is another file. */
    FILE *const other = fopen(name, "w");
    assert_non_null(other);
    fclose(other);
    assert_int_equal(write_over(desk, 1, NULL), YS_IO);
    assert_int_equal(rename(aside, name), 0);
    assert_int_equal(write_over(desk, 1, NULL), YS_OK);
}

/* Whoever opens the store then has a lock of his own, and two write at once. */
static void nothing_is_written_under_a_lock_that_was_removed(void **state)
{
    struct desk *const desk = *state;
    char name[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    desk->kv = open_kv(&desk->folder, false, LARGE_MAP_BYTES, HELD_MAX);
    folder_path(&desk->folder, "lock.mdb", name);
    assert_int_equal(write_over(desk, 1, NULL), YS_OK);
    assert_int_equal(ys_txn_begin(desk->kv, true, &txn, NULL), YS_OK);

    assert_int_equal(unlink(name), 0);
    assert_int_equal(ys_txn_commit(&txn, &err), YS_IO);
    assert_non_null(strstr(err.msg, "lock.mdb: was moved, removed or replaced"));
    assert_int_equal(ys_txn_begin(desk->kv, true, &txn, &err), YS_IO);
    assert_int_equal(ys_kv_check_place(desk->kv, &err), YS_IO);

    FILE *const other = fopen(name, "w");
    assert_non_null(other);
    fclose(other);
    assert_int_equal(ys_txn_begin(desk->kv, true, &txn, &err), YS_IO);

    /* What is opened from now on has one lock again. */
    ys_kv_close(desk->kv);
    desk->kv = open_kv(&desk->folder, false, LARGE_MAP_BYTES, HELD_MAX);
    assert_int_equal(write_over(desk, 1, NULL), YS_OK);
}

static void the_lock_file_has_all_its_blocks(void **state)
{
    struct desk *const desk = *state;
    char name[FOLDER_PATH_MAX];
    struct stat info;
    desk->kv = open_kv(&desk->folder, false, LARGE_MAP_BYTES, HELD_MAX);
    folder_path(&desk->folder, "lock.mdb", name);
    assert_int_equal(stat(name, &info), 0);
    assert_true(info.st_size > 0 && (off_t)info.st_blocks * 512 >= info.st_size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_map_grows_while_threads_read_and_another_process_writes,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_larger_than_the_map_fits_after_it_has_grown, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_thread_that_reads_does_not_wait_for_itself_to_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_reader_that_stands_still_stops_the_writers_before_the_file_grows_on, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(a_commit_to_a_file_that_was_removed_is_no_commit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_written_under_a_lock_that_was_removed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_lock_file_has_all_its_blocks, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
