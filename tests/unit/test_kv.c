#include "sync/kv.h"

#include "tests/support/folder.h"
#include "tests/support/rng.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAP_BYTES = 4 << 20, SMALL_MAP_BYTES = 256 << 10 };

struct desk {
    struct folder folder;
    struct ys_kv *kv;
};

static struct ys_kv *open_kv(const struct folder *folder, bool create, size_t map_bytes)
{
    struct ys_kv *kv = NULL;
    const struct ys_kv_options options = {
        .path = folder->path, .create = create, .map_bytes = map_bytes};
    assert_int_equal(ys_kv_open(&options, &kv, NULL), YS_OK);
    return kv;
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    folder_make(&desk->folder);
    desk->kv = open_kv(&desk->folder, true, MAP_BYTES);
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

static struct ys_txn *begin(struct ys_kv *kv, bool write)
{
    struct ys_txn *txn = NULL;
    assert_int_equal(ys_txn_begin(kv, write, &txn, NULL), YS_OK);
    return txn;
}

static void put(struct ys_txn *txn, enum ys_db db, const char *key, const char *value)
{
    assert_int_equal(ys_txn_put(txn, db, ys_bytes_of_text(key), ys_bytes_of_text(value), NULL),
                     YS_OK);
}

static void put_one(struct ys_kv *kv, const char *key, const char *value)
{
    struct ys_txn *txn = begin(kv, true);
    put(txn, YS_DB_META, key, value);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    assert_null(txn);
}

static bool holds(struct ys_kv *kv, const char *key, const char *value)
{
    YS_TXN_SCOPED txn = begin(kv, false);
    struct ys_bytes found;
    const enum ys_code code = ys_txn_get(txn, YS_DB_META, ys_bytes_of_text(key), &found, NULL);
    return code == YS_OK && ys_bytes_is_text(found, value);
}

/* --- transactions --- */

static void an_aborted_transaction_leaves_nothing(void **state)
{
    const struct desk *const desk = *state;
    struct ys_bytes value;
    put_one(desk->kv, "kept", "before");

    struct ys_txn *txn = begin(desk->kv, true);
    put(txn, YS_DB_META, "kept", "after");
    put(txn, YS_DB_ENTRY, "new", "row");
    assert_int_equal(ys_txn_get(txn, YS_DB_ENTRY, ys_bytes_of_text("new"), &value, NULL), YS_OK);
    ys_txn_abort(&txn);
    {
        YS_TXN_SCOPED scoped = begin(desk->kv, true);
        assert_int_equal(ys_txn_delete(scoped, YS_DB_META, ys_bytes_of_text("kept"), NULL), YS_OK);
    }

    assert_null(txn);
    assert_true(holds(desk->kv, "kept", "before"));
    txn = begin(desk->kv, false);
    assert_int_equal(ys_txn_get(txn, YS_DB_ENTRY, ys_bytes_of_text("new"), &value, NULL),
                     YS_NOT_FOUND);
    ys_txn_abort(&txn);
    ys_txn_abort(&txn);
}

static void a_reader_keeps_its_view_while_others_write(void **state)
{
    const struct desk *const desk = *state;
    struct ys_bytes value;
    put_one(desk->kv, "k", "old");

    YS_TXN_SCOPED reader = begin(desk->kv, false);
    put_one(desk->kv, "k", "new");

    assert_int_equal(ys_txn_get(reader, YS_DB_META, ys_bytes_of_text("k"), &value, NULL), YS_OK);
    assert_true(ys_bytes_is_text(value, "old"));
}

static void deleting_what_is_not_there_says_so(void **state)
{
    const struct desk *const desk = *state;
    YS_TXN_SCOPED txn = begin(desk->kv, true);
    assert_int_equal(ys_txn_delete(txn, YS_DB_META, ys_bytes_of_text("none"), NULL), YS_NOT_FOUND);
    put(txn, YS_DB_META, "k", "v");
    assert_int_equal(ys_txn_delete(txn, YS_DB_META, ys_bytes_of_text("k"), NULL), YS_OK);
    assert_int_equal(ys_txn_delete(txn, YS_DB_META, ys_bytes_of_text("k"), NULL), YS_NOT_FOUND);
}

static void what_is_there_is_not_put_as_new(void **state)
{
    const struct desk *const desk = *state;
    struct ys_bytes old = {.size = 0};
    struct ys_txn *txn = begin(desk->kv, true);
    const struct ys_bytes key = ys_bytes_of_text("key");

    const enum ys_code first =
        ys_txn_put_new(txn, YS_DB_META, key, ys_bytes_of_text("first"), &old, NULL);
    const enum ys_code second =
        ys_txn_put_new(txn, YS_DB_META, key, ys_bytes_of_text("second"), &old, NULL);

    assert_int_equal(first, YS_OK);
    assert_int_equal(second, YS_EXISTS);
    assert_true(ys_bytes_is_text(old, "first"));
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    assert_true(holds(desk->kv, "key", "first"));
}

static void reserved_room_is_part_of_the_commit(void **state)
{
    const struct desk *const desk = *state;
    struct ys_txn *txn = begin(desk->kv, true);
    uint8_t *room = NULL;
    assert_int_equal(ys_txn_reserve(txn, YS_DB_META, ys_bytes_of_text("k"), 5, &room, NULL), YS_OK);
    memcpy(room, "hello", 5);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    assert_true(holds(desk->kv, "k", "hello"));
}

/* --- two processes --- */

enum { CHILD_OK = 0, CHILD_SAW_NOTHING = 7 };

/* The child never uses the parent's environment: it opens its own after the fork. */
static int read_in_child(const struct folder *folder, int go)
{
    char byte = 0;
    struct ys_kv *kv = NULL;
    const struct ys_kv_options options = {.path = folder->path, .map_bytes = MAP_BYTES};
    if (read(go, &byte, 1) != 1 || ys_kv_open(&options, &kv, NULL) != YS_OK)
        return 1;
    const bool before = holds(kv, "k", "of the parent");
    struct ys_txn *txn = begin(kv, true);
    put(txn, YS_DB_META, "answer", "of the child");
    if (ys_txn_commit(&txn, NULL) != YS_OK)
        return 2;
    ys_kv_close(kv);
    return before ? CHILD_OK : CHILD_SAW_NOTHING;
}

static int wait_for(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The other process waits for a byte in `go`; both have opened the store after the fork. */
static pid_t start_child(struct desk *desk, int (*act)(const struct folder *folder, int go),
                         int go[2])
{
    ys_kv_close(desk->kv);
    assert_int_equal(pipe(go), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(act(&desk->folder, go[0]));
    desk->kv = open_kv(&desk->folder, false, MAP_BYTES);
    return child;
}

static void a_commit_is_visible_to_another_process_and_back(void **state)
{
    struct desk *const desk = *state;
    int go[2];
    const pid_t child = start_child(desk, read_in_child, go);
    put_one(desk->kv, "k", "of the parent");
    assert_int_equal(write(go[1], "", 1), 1);

    assert_int_equal(wait_for(child), CHILD_OK);
    assert_true(holds(desk->kv, "answer", "of the child"));
    close(go[0]);
    close(go[1]);
}

/* LMDB writes a meta page in one call, with a few bytes near the beginning of the file: the commit is on the disk,
 * and only then told to those who read. Its calls come here, as in every program that has a pwrite. */
static bool dies_behind_meta;
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    enum { META_BYTES_MAX = 512, META_PAGES = 2 * 4096 };
    const ssize_t written = syscall(SYS_pwrite64, fd, bytes, size, at);
    if (dies_behind_meta && size < META_BYTES_MAX && at < META_PAGES)
        raise(SIGKILL);
    return written;
}

static int write_and_die(const struct folder *folder, int go)
{
    char byte = 0;
    if (read(go, &byte, 1) != 1)
        return 1;
    struct ys_kv *const kv = open_kv(folder, false, MAP_BYTES);
    dies_behind_meta = true;
    put_one(kv, "k", "of the dead");
    return 2;
}

static void what_was_committed_by_one_who_died_is_seen_once_another_takes_a_turn(void **state)
{
    struct desk *const desk = *state;
    int go[2];
    int status = 0;
    const pid_t child = start_child(desk, write_and_die, go);
    assert_int_equal(write(go[1], "", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_false(holds(desk->kv, "k", "of the dead")); /* else there is nothing to mend */

    ys_kv_take_turn(desk->kv);

    assert_true(holds(desk->kv, "k", "of the dead"));
    put_one(desk->kv, "k", "of the living");
    assert_true(holds(desk->kv, "k", "of the living"));
    close(go[0]);
    close(go[1]);
}

static int read_and_die(const struct folder *folder, int go)
{
    char byte = 0;
    if (read(go, &byte, 1) != 1)
        return 1;
    struct ys_kv *const kv = open_kv(folder, false, MAP_BYTES);
    return begin(kv, false) == NULL;
}

static void the_slot_of_a_reader_that_died_is_cleared(void **state)
{
    struct desk *const desk = *state;
    struct ys_kv_info info;
    int cleared = -1;
    int go[2];
    const pid_t child = start_child(desk, read_and_die, go);
    assert_int_equal(write(go[1], "", 1), 1);
    assert_int_equal(wait_for(child), 0);
    assert_int_equal(ys_kv_info(desk->kv, &info, NULL), YS_OK);
    assert_int_equal(info.readers, 1);

    assert_int_equal(ys_kv_clear_dead_readers(desk->kv, &cleared, NULL), YS_OK);

    assert_int_equal(cleared, 1);
    assert_int_equal(ys_kv_info(desk->kv, &info, NULL), YS_OK);
    assert_int_equal(info.readers, 0);
    close(go[0]);
    close(go[1]);
}

static void info_tells_how_far_the_oldest_reader_is_behind(void **state)
{
    const struct desk *const desk = *state;
    struct ys_kv_info idle;
    struct ys_kv_info held;
    put_one(desk->kv, "k", "1");
    assert_int_equal(ys_kv_info(desk->kv, &idle, NULL), YS_OK);

    struct ys_txn *reader = begin(desk->kv, false);
    put_one(desk->kv, "k", "2");
    put_one(desk->kv, "k", "3");
    assert_int_equal(ys_kv_info(desk->kv, &held, NULL), YS_OK);
    ys_txn_abort(&reader);

    assert_int_equal(idle.readers, 0);
    assert_int_equal(idle.oldest_reader_txn, idle.last_txn);
    assert_int_equal(held.readers, 1);
    assert_int_equal(held.oldest_reader_txn, idle.last_txn);
    assert_int_equal(held.last_txn, idle.last_txn + 2);
    assert_int_equal(held.map_bytes, MAP_BYTES);
    assert_true(held.used_bytes > 0 && held.used_bytes < MAP_BYTES);
}

/* --- seeking --- */

static void seeking_in_an_empty_table_finds_nothing(void **state)
{
    const struct desk *const desk = *state;
    YS_TXN_SCOPED txn = begin(desk->kv, false);
    struct ys_bytes key;
    struct ys_bytes value;
    static const enum ys_seek ways[] = {YS_SEEK_AT_LEAST, YS_SEEK_LAST_BELOW};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            ys_txn_seek(txn, YS_DB_HEAD, (struct ys_bytes){0}, ways[i], &key, &value, NULL),
            YS_NOT_FOUND);
        assert_int_equal(
            ys_txn_seek(txn, YS_DB_HEAD, ys_bytes_of_text("k"), ways[i], &key, &value, NULL),
            YS_NOT_FOUND);
    }
}

enum { KEYS = 200 };

/* The model: which of the keys 1 .. KEYS are there. 0 stands for "none". */
static unsigned model_seek(const bool *there, unsigned from, enum ys_seek how)
{
    unsigned at = from;
    if (how == YS_SEEK_AT_LEAST) {
        while (at <= KEYS && !there[at])
            at++;
        return at <= KEYS ? at : 0;
    }
    at = from == 0 ? KEYS + 1 : from;
    do {
        at--;
    } while (at > 0 && !there[at]);
    return at;
}

static void check_seek(struct ys_txn *txn, const bool *there, unsigned from, enum ys_seek how)
{
    uint8_t key[4];
    struct ys_bytes found;
    struct ys_bytes value;
    ys_be32_put(key, from);
    const unsigned want = model_seek(there, from, how);
    const struct ys_bytes start = {key, from == 0 ? 0 : sizeof key};
    const enum ys_code code = ys_txn_seek(txn, YS_DB_HEAD, start, how, &found, &value, NULL);
    assert_int_equal(code, want == 0 ? YS_NOT_FOUND : YS_OK);
    if (code != YS_OK)
        return;
    assert_int_equal(found.size, 4);
    assert_int_equal(ys_be32_get(found.data), want);
    assert_int_equal(ys_be32_get(value.data), want * 7);
}

static void seeking_behaves_like_a_sorted_array(void **state)
{
    const struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    bool there[KEYS + 2] = {false};
    struct ys_txn *txn = begin(desk->kv, true);

    for (int step = 0; step < 6000; step++) {
        const unsigned at = 1 + (unsigned)rng_below(&rng, KEYS);
        uint8_t key[4];
        uint8_t value[4];
        ys_be32_put(key, at);
        ys_be32_put(value, at * 7);
        const struct ys_bytes row = {key, sizeof key};
        if (rng_below(&rng, 3) == 0) {
            assert_int_equal(ys_txn_delete(txn, YS_DB_HEAD, row, NULL),
                             there[at] ? YS_OK : YS_NOT_FOUND);
            there[at] = false;
        } else if (rng_below(&rng, 2) == 0) {
            assert_int_equal(ys_txn_put(txn, YS_DB_HEAD, row, (struct ys_bytes){value, 4}, NULL),
                             YS_OK);
            there[at] = true;
        }
        check_seek(txn, there, (unsigned)rng_below(&rng, KEYS + 2), YS_SEEK_AT_LEAST);
        check_seek(txn, there, (unsigned)rng_below(&rng, KEYS + 2), YS_SEEK_LAST_BELOW);
        if (rng_below(&rng, 500) == 0) {
            assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
            txn = begin(desk->kv, true);
        }
    }
    ys_txn_abort(&txn);
}

enum { ROW_BYTES = 100, PAGE_BYTES = 4096, PAGE_FLAGS_AT = 10, PAGE_HEADER = 16, NODE_HEADER = 8 };

static unsigned u16_at(const uint8_t *bytes)
{
    return bytes[0] | (unsigned)bytes[1] << 8;
}

/* Zero the first key of each leaf page whose rows are those of the test, but for key 1. */
static unsigned zero_first_keys(uint8_t *data, size_t size)
{
    enum { LEAF = 2 };
    unsigned changed = 0;
    for (uint8_t *page = data; page + PAGE_BYTES <= data + size; page += PAGE_BYTES) {
        const unsigned at = u16_at(page + PAGE_HEADER);
        if (u16_at(page + PAGE_FLAGS_AT) != LEAF || at + NODE_HEADER + 4 > PAGE_BYTES)
            continue;
        uint8_t *const node = page + at;
        if (u16_at(node) != ROW_BYTES || u16_at(node + 6) != 4 ||
            ys_be32_get(node + NODE_HEADER) == 1)
            continue;
        ys_be32_put(node + NODE_HEADER, 0);
        changed++;
    }
    return changed;
}

static void damage_keys(const struct folder *folder)
{
    enum { FILE_MAX = 1 << 20 };
    char path[4096];
    assert_true(snprintf(path, sizeof path, "%s/data.mdb", folder->path) < (int)sizeof path);
    uint8_t *const data = malloc(FILE_MAX);
    assert_non_null(data);
    FILE *const file = fopen(path, "r+b");
    assert_non_null(file);
    const size_t size = fread(data, 1, FILE_MAX, file);
    assert_true(zero_first_keys(data, size) > 0);
    rewind(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    free(data);
}

static void a_row_out_of_order_is_damage_and_never_leads_a_walk_backwards(void **state)
{
    struct desk *const desk = *state;
    struct ys_txn *txn = begin(desk->kv, true);
    uint8_t key[5] = {0};
    const uint8_t value[ROW_BYTES] = {0};
    for (unsigned i = 1; i <= KEYS; i++) {
        ys_be32_put(key, i);
        assert_int_equal(ys_txn_put(txn, YS_DB_HEAD, (struct ys_bytes){key, 4},
                                    (struct ys_bytes){value, sizeof value}, NULL),
                         YS_OK);
    }
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    ys_kv_close(desk->kv);
    damage_keys(&desk->folder);
    desk->kv = open_kv(&desk->folder, false, MAP_BYTES);

    unsigned damaged = 0;
    txn = begin(desk->kv, false);
    for (unsigned i = 1; i < KEYS; i++) {
        struct ys_bytes found;
        struct ys_bytes row;
        ys_be32_put(key, i); /* and a zero byte: the smallest key behind i */
        const enum ys_code code = ys_txn_seek(txn, YS_DB_HEAD, (struct ys_bytes){key, 5},
                                              YS_SEEK_AT_LEAST, &found, &row, NULL);
        assert_true(code == YS_OK || code == YS_CORRUPT);
        if (code == YS_CORRUPT)
            damaged++;
        else
            assert_true(ys_be32_get(found.data) > i);
    }
    ys_txn_abort(&txn);

    assert_true(damaged > 0);
}

/* --- failures --- */

static void a_full_map_refuses_and_the_store_stays_usable(void **state)
{
    struct desk *const desk = *state;
    struct ys_err err = {0};
    uint8_t *room = NULL;
    ys_kv_close(desk->kv);
    desk->kv = open_kv(&desk->folder, false, SMALL_MAP_BYTES);
    put_one(desk->kv, "k", "before");

    struct ys_txn *txn = begin(desk->kv, true);
    assert_int_equal(
        ys_txn_reserve(txn, YS_DB_BODY, ys_bytes_of_text("large"), SMALL_MAP_BYTES, &room, &err),
        YS_FULL);
    ys_txn_abort(&txn);

    assert_non_null(strstr(err.msg, "the map is full"));
    assert_true(holds(desk->kv, "k", "before"));
    put_one(desk->kv, "k", "after");
    assert_true(holds(desk->kv, "k", "after"));
    ys_kv_close(desk->kv);
    desk->kv = open_kv(&desk->folder, false, MAP_BYTES);
    txn = begin(desk->kv, true);
    assert_int_equal(
        ys_txn_reserve(txn, YS_DB_BODY, ys_bytes_of_text("large"), SMALL_MAP_BYTES, &room, &err),
        YS_OK);
    memset(room, 1, SMALL_MAP_BYTES);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    assert_true(holds(desk->kv, "k", "after"));
}

static void fill(struct ys_kv *kv)
{
    struct ys_txn *txn = begin(kv, true);
    uint8_t *room = NULL;
    assert_int_equal(
        ys_txn_reserve(txn, YS_DB_BODY, ys_bytes_of_text("large"), 1 << 20, &room, NULL), YS_OK);
    memset(room, 7, 1 << 20);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static void a_file_cut_short_is_refused(void **state)
{
    struct desk *const desk = *state;
    char file[FOLDER_PATH_MAX];
    struct stat info;
    struct ys_err err = {0};
    struct ys_kv *kv = NULL;
    const struct ys_kv_options options = {.path = desk->folder.path, .map_bytes = MAP_BYTES};
    fill(desk->kv);
    ys_kv_close(desk->kv);
    desk->kv = NULL;
    folder_path(&desk->folder, "data.mdb", file);
    assert_int_equal(stat(file, &info), 0);

    assert_int_equal(truncate(file, info.st_size - 4096), 0);
    assert_int_equal(ys_kv_open(&options, &kv, &err), YS_CORRUPT);
    assert_non_null(strstr(err.msg, "cut short"));

    assert_int_equal(truncate(file, 100), 0);
    assert_int_equal(ys_kv_open(&options, &kv, &err), YS_CORRUPT);
    assert_int_equal(truncate(file, 0), 0);
    assert_int_equal(ys_kv_open(&options, &kv, &err), YS_CORRUPT);
    assert_null(kv);
}

static void a_file_that_is_no_store_is_refused(void **state)
{
    struct desk *const desk = *state;
    char file[FOLDER_PATH_MAX];
    struct ys_kv *kv = NULL;
    struct ys_err err = {0};
    const struct ys_kv_options options = {.path = desk->folder.path, .map_bytes = MAP_BYTES};
    ys_kv_close(desk->kv);
    desk->kv = NULL;
    folder_path(&desk->folder, "data.mdb", file);
    FILE *const out = fopen(file, "w");
    assert_non_null(out);
    for (int i = 0; i < 4096; i++)
        fputs("none", out);
    fclose(out);
    assert_int_equal(ys_kv_open(&options, &kv, &err), YS_CORRUPT);
}

static void flip(const char *file, long at)
{
    FILE *const stream = fopen(file, "r+");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, at, SEEK_SET), 0);
    const int byte = fgetc(stream);
    assert_int_equal(fseek(stream, at, SEEK_SET), 0);
    assert_int_not_equal(fputc(byte ^ 4, stream), EOF);
    assert_int_equal(fclose(stream), 0);
}

static void damaged_meta_pages_are_found_before_they_are_used(void **state)
{
    const struct desk *const desk = *state;
    const char *const path = desk->folder.path;
    const long page = sysconf(_SC_PAGESIZE);
    char file[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    folder_path(&desk->folder, "data.mdb", file);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(ys_kv_check_file(path, &err), YS_OK);
        put_one(desk->kv, "k", "v");
    }
    /* magic, version, page size and transaction of either page */
    static const long places[] = {16, 17, 18, 19, 20, 21, 40, 41, 144, 145, 151};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        for (long meta = 0; meta < 2; meta++) {
            flip(file, meta * page + places[i]);
            assert_int_equal(ys_kv_check_file(path, &err), YS_CORRUPT);
            flip(file, meta * page + places[i]);
        }
    }
    assert_int_equal(ys_kv_check_file(path, &err), YS_OK);
    assert_int_equal(ys_kv_check_file("/nonexistent/folder", &err), YS_NOT_FOUND);
}

static void a_count_is_that_of_the_rows_in_the_table(void **state)
{
    struct desk *const desk = *state;
    struct ys_txn *txn = begin(desk->kv, true);
    uint64_t count = 99;
    uint8_t key[4];
    assert_int_equal(ys_txn_count(txn, YS_DB_HEAD, &count, NULL), YS_OK);
    assert_int_equal(count, 0);
    for (uint32_t i = 0; i < 300; i++) {
        ys_be32_put(key, i % 200);
        assert_int_equal(ys_txn_put(txn, YS_DB_HEAD, (struct ys_bytes){key, sizeof key},
                                    (struct ys_bytes){key, sizeof key}, NULL),
                         YS_OK);
    }
    assert_int_equal(ys_txn_delete(txn, YS_DB_HEAD, (struct ys_bytes){key, sizeof key}, NULL),
                     YS_OK);

    assert_int_equal(ys_txn_count(txn, YS_DB_HEAD, &count, NULL), YS_OK);

    assert_int_equal(count, 199);
    assert_int_equal(ys_txn_count(txn, YS_DB_ENTRY, &count, NULL), YS_OK);
    assert_int_equal(count, 0);
    ys_txn_abort(&txn);
}

static void opening_does_not_make_a_store_by_accident(void **state)
{
    struct desk *const desk = *state;
    char file[FOLDER_PATH_MAX];
    struct stat info;
    struct ys_kv *kv = NULL;
    struct ys_err err = {0};
    ys_kv_close(desk->kv);
    desk->kv = NULL;
    folder_path(&desk->folder, "data.mdb", file);
    assert_int_equal(unlink(file), 0);

    const struct ys_kv_options options = {.path = desk->folder.path};
    assert_int_equal(ys_kv_open(&options, &kv, &err), YS_NOT_FOUND);
    assert_int_equal(stat(file, &info), -1);
    const struct ys_kv_options nowhere = {.path = "/nonexistent/folder", .create = true};
    assert_int_equal(ys_kv_open(&nowhere, &kv, &err), YS_IO);
}

static void a_planted_failure_hits_the_nth_call_and_only_that(void **state)
{
    const struct desk *const desk = *state;
    struct ys_bytes value;
    put_one(desk->kv, "k", "v");

    ys_kv_fail_after(desk->kv, 3);
    struct ys_txn *txn = begin(desk->kv, true);
    put(txn, YS_DB_META, "k", "w");
    assert_int_equal(ys_txn_get(txn, YS_DB_META, ys_bytes_of_text("k"), &value, NULL), YS_IO);
    assert_int_equal(ys_txn_get(txn, YS_DB_META, ys_bytes_of_text("k"), &value, NULL), YS_OK);
    ys_kv_fail_after(desk->kv, 1);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_IO);

    assert_null(txn);
    assert_true(holds(desk->kv, "k", "v"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_aborted_transaction_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_keeps_its_view_while_others_write, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(deleting_what_is_not_there_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_there_is_not_put_as_new, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reserved_room_is_part_of_the_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_commit_is_visible_to_another_process_and_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            what_was_committed_by_one_who_died_is_seen_once_another_takes_a_turn, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(the_slot_of_a_reader_that_died_is_cleared, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(info_tells_how_far_the_oldest_reader_is_behind, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(seeking_in_an_empty_table_finds_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(seeking_behaves_like_a_sorted_array, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_row_out_of_order_is_damage_and_never_leads_a_walk_backwards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_map_refuses_and_the_store_stays_usable, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_file_cut_short_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_store_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_meta_pages_are_found_before_they_are_used, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_count_is_that_of_the_rows_in_the_table, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(opening_does_not_make_a_store_by_accident, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_planted_failure_hits_the_nth_call_and_only_that, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
