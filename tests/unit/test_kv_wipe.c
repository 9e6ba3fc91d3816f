#include "sync/kv_wipe.h"

#include "sync/kv.h"
#include "tests/support/folder.h"
#include "tests/support/rng.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* Rows are of 0x5a where they may stay and of 0xa5 where they go: no page of LMDB has eight of either. */
enum { MAP_BYTES = 64 << 20, ROWS = 400, MARK = 8, STAYS = 0x5a, GOES = 0xa5, VALUE_MAX = 30000 };

struct desk {
    struct folder folder;
    char file[FOLDER_PATH_MAX];
    struct ys_kv *kv;
    struct rng rng;
};

static void open_kv(struct desk *desk, bool create)
{
    const struct ys_kv_options options = {
        .path = desk->folder.path, .create = create, .map_bytes = MAP_BYTES};
    assert_int_equal(ys_kv_open(&options, &desk->kv, NULL), YS_OK);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    folder_make(&desk->folder);
    folder_path(&desk->folder, "data.mdb", desk->file);
    open_kv(desk, true);
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

static size_t size_of(unsigned row)
{
    /* small ones, ones of about a page, and ones that need pages of their own */
    static const size_t sizes[] = {9, 33, 200, 700, 1900, 2100, 4080, 4100, 9000, VALUE_MAX};
    return sizes[row % (sizeof sizes / sizeof sizes[0])];
}

static void put(struct desk *desk, unsigned first, unsigned step, uint8_t byte, size_t size)
{
    static uint8_t value[VALUE_MAX];
    YS_TXN_SCOPED txn = NULL;
    memset(value, byte, sizeof value);
    assert_int_equal(ys_txn_begin(desk->kv, true, &txn, NULL), YS_OK);
    for (unsigned row = first; row < ROWS; row += step) {
        uint8_t key[4];
        ys_be32_put(key, row);
        assert_int_equal(ys_txn_put(txn, YS_DB_BODY, (struct ys_bytes){key, sizeof key},
                                    (struct ys_bytes){value, size != 0 ? size : size_of(row)},
                                    NULL),
                         YS_OK);
    }
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static void drop(struct desk *desk, unsigned first, unsigned step)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_txn_begin(desk->kv, true, &txn, NULL), YS_OK);
    for (unsigned row = first; row < ROWS; row += step) {
        uint8_t key[4];
        ys_be32_put(key, row);
        assert_int_equal(ys_txn_delete(txn, YS_DB_BODY, (struct ys_bytes){key, sizeof key}, NULL),
                         YS_OK);
    }
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static void touch(struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    static const uint8_t value[8] = {0};
    assert_int_equal(ys_txn_begin(desk->kv, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_txn_put(txn, YS_DB_META, ys_bytes_of_text("touched"),
                                (struct ys_bytes){value, sizeof value}, NULL),
                     YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static uint8_t *read_file(const struct desk *desk, size_t *size)
{
    FILE *const file = fopen(desk->file, "rb");
    struct stat info;
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &info), 0);
    *size = (size_t)info.st_size;
    uint8_t *const bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static bool file_holds(const struct desk *desk, uint8_t byte)
{
    uint8_t mark[MARK];
    size_t size = 0;
    uint8_t *const bytes = read_file(desk, &size);
    memset(mark, byte, sizeof mark);
    const bool found = memmem(bytes, size, mark, sizeof mark) != NULL;
    free(bytes);
    return found;
}

/* Every one of these rows is there, and is what was put. */
static bool rows_stay(struct ys_kv *kv, unsigned first, unsigned step)
{
    YS_TXN_SCOPED txn = NULL;
    bool good = ys_txn_begin(kv, false, &txn, NULL) == YS_OK;
    for (unsigned row = first; good && row < ROWS; row += step) {
        uint8_t key[4];
        struct ys_bytes value;
        ys_be32_put(key, row);
        good = ys_txn_get(txn, YS_DB_BODY, (struct ys_bytes){key, sizeof key}, &value, NULL) ==
                   YS_OK &&
               value.size == size_of(row);
        for (size_t i = 0; good && i < value.size; i++)
            good = value.data[i] == STAYS;
    }
    return good;
}

static void expect_rows(struct desk *desk, unsigned first, unsigned step)
{
    assert_true(rows_stay(desk->kv, first, step));
}

static void what_was_deleted_is_overwritten_and_the_rest_stays(void **state)
{
    struct desk *const desk = *state;
    struct ys_wiped done = {0};
    put(desk, 0, 2, STAYS, 0);
    put(desk, 1, 2, GOES, 0);
    drop(desk, 1, 2);
    touch(desk);
    touch(desk);
    assert_true(file_holds(desk, GOES));

    assert_int_equal(ys_kv_wipe(desk->kv, &done, NULL), YS_OK);

    assert_true(done.unused > 0 && done.partial > 0);
    assert_false(file_holds(desk, GOES));
    expect_rows(desk, 0, 2);
    /* What is clean is not written again, and what is written later brings nothing back. */
    assert_int_equal(ys_kv_wipe(desk->kv, &done, NULL), YS_OK);
    assert_int_equal(done.unused + done.partial, 0);
    put(desk, 1, 2, STAYS, 0);
    assert_false(file_holds(desk, GOES));
    ys_kv_close(desk->kv);
    open_kv(desk, false);
    expect_rows(desk, 0, 1);
}

static void a_shorter_value_leaves_nothing_of_the_longer_one(void **state)
{
    struct desk *const desk = *state;
    struct ys_wiped done = {0};
    put(desk, 0, 1, GOES, 0);
    put(desk, 0, 1, STAYS, 0);
    for (size_t size = 5000; size >= 30; size = size * 3 / 4) {
        put(desk, 0, 3, GOES, size + 1000);
        put(desk, 0, 3, STAYS, size);
    }
    put(desk, 0, 3, STAYS, 0);
    touch(desk);
    touch(desk);
    assert_true(file_holds(desk, GOES));

    assert_int_equal(ys_kv_wipe(desk->kv, &done, NULL), YS_OK);

    assert_false(file_holds(desk, GOES));
    expect_rows(desk, 0, 1);
}

static void nothing_is_overwritten_while_an_older_state_is_read(void **state)
{
    struct desk *const desk = *state;
    struct ys_wiped done = {0};
    struct ys_err err = {0};
    YS_TXN_SCOPED reader = NULL;
    put(desk, 0, 1, GOES, 0);
    assert_int_equal(ys_txn_begin(desk->kv, false, &reader, NULL), YS_OK);

    assert_int_equal(ys_kv_wipe(desk->kv, &done, &err), YS_BUSY);

    ys_txn_abort(&reader);
    drop(desk, 0, 1);
    touch(desk);
    touch(desk);
    assert_true(file_holds(desk, GOES));
    assert_int_equal(ys_kv_wipe(desk->kv, &done, &err), YS_OK);
    assert_false(file_holds(desk, GOES));
}

struct readers {
    struct ys_kv *kv;
    atomic_bool ending;
    atomic_uint reads, wrong;
};

static void *read_on(void *context)
{
    struct readers *const readers = context;
    while (!atomic_load(&readers->ending)) {
        atomic_fetch_add(&readers->wrong, rows_stay(readers->kv, 0, 2) ? 0 : 1);
        atomic_fetch_add(&readers->reads, 1);
    }
    return NULL;
}

static void who_reads_meanwhile_reads_what_is_there(void **state)
{
    enum { THREADS = 3, TURNS = 12 };
    struct desk *const desk = *state;
    struct readers readers = {.kv = desk->kv};
    struct ys_wiped done = {0};
    pthread_t thread[THREADS];
    put(desk, 0, 2, STAYS, 0);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, read_on, &readers), 0);

    for (unsigned turn = 0; turn < TURNS; turn++) {
        const unsigned before = atomic_load(&readers.reads);
        while (atomic_load(&readers.reads) == before)
            sched_yield();
        put(desk, 1, 2, GOES, 0);
        drop(desk, 1, 2);
        touch(desk);
        touch(desk);
        assert_int_equal(ys_kv_wipe(desk->kv, &done, NULL), YS_OK);
        assert_false(file_holds(desk, GOES));
    }

    atomic_store(&readers.ending, true);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    assert_int_equal(atomic_load(&readers.wrong), 0);
}

/* Whatever a page says: no access behind the file, and either all is refused or all rows are as before. */
static void a_damaged_page_is_refused_before_anything_is_written(void **state)
{
    struct desk *const desk = *state;
    size_t size = 0;
    put(desk, 0, 2, STAYS, 0);
    put(desk, 1, 2, GOES, 0);
    drop(desk, 1, 2);
    ys_kv_close(desk->kv);
    desk->kv = NULL;
    uint8_t *const good = read_file(desk, &size);
    uint8_t *const bad = malloc(size);
    assert_non_null(bad);
    desk->rng = rng_from_env(__func__);
    unsigned refused = 0;
    for (unsigned round = 0; round < 300; round++) {
        struct ys_wiped done = {0};
        size_t after = 0;
        memcpy(bad, good, size);
        const size_t page = 4096 * rng_below(&desk->rng, size / 4096);
        bad[page + rng_below(&desk->rng, 24)] ^= (uint8_t)(1u << rng_below(&desk->rng, 8));
        FILE *const file = fopen(desk->file, "r+b");
        assert_non_null(file);
        assert_int_equal(fwrite(bad, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
        const enum ys_code code = ys_kv_wipe_file(desk->file, &done, NULL);
        assert_true(code == YS_OK || code == YS_CORRUPT);
        if (code == YS_OK)
            continue;
        refused++;
        uint8_t *const left = read_file(desk, &after);
        assert_int_equal(after, size);
        assert_memory_equal(left, bad, size);
        free(left);
    }
    assert_true(refused > 30);
    free(bad);
    free(good);
    open_kv(desk, false);
}

static void what_is_no_store_is_refused(void **state)
{
    struct desk *const desk = *state;
    struct ys_wiped done = {0};
    char path[FOLDER_PATH_MAX];
    folder_path(&desk->folder, "other", path);
    assert_int_equal(ys_kv_wipe_file(path, &done, NULL), YS_IO);
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite("short", 1, 5, file), 5);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(ys_kv_wipe_file(path, &done, NULL), YS_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_deleted_is_overwritten_and_the_rest_stays, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_shorter_value_leaves_nothing_of_the_longer_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_overwritten_while_an_older_state_is_read, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_reads_meanwhile_reads_what_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_page_is_refused_before_anything_is_written,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_store_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
