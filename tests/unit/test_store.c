#include "sync/store.h"

#include "sync/absent.h"
#include "sync/checked_row.h"
#include "sync/log.h"
#include "tests/support/folder.h"
#include "tests/support/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAP_BYTES = 4 << 20 };

struct desk {
    struct folder folder;
    struct ys_identity identity;
};

static struct ys_division division(const char *digits)
{
    struct ys_division out;
    assert_int_equal(ys_division_parse(ys_bytes_of_text(digits), &out, NULL), YS_OK);
    return out;
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    folder_make(&desk->folder);
    const struct ys_division own = division("110105901001");
    desk->identity.origin = ys_name_log("beijing.example", &own, 1);
    memset(desk->identity.store_id, 0x5a, sizeof desk->identity.store_id);
    assert_int_equal(ys_store_create(desk->folder.path, &desk->identity, NULL), YS_OK);
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

static struct ys_store *open_store(const struct desk *desk)
{
    struct ys_store *store = NULL;
    assert_int_equal(ys_store_open(desk->folder.path, MAP_BYTES, &store, NULL), YS_OK);
    return store;
}

/* Put a row of `meta` as no shipped function would; a size of 0 removes it. */
static void spoil_meta(const struct desk *desk, const char *name, const void *value, size_t size)
{
    struct ys_kv *kv = NULL;
    struct ys_txn *txn = NULL;
    const struct ys_kv_options options = {.path = desk->folder.path, .map_bytes = MAP_BYTES};
    assert_int_equal(ys_kv_open(&options, &kv, NULL), YS_OK);
    assert_int_equal(ys_txn_begin(kv, true, &txn, NULL), YS_OK);
    const struct ys_bytes key = ys_bytes_of_text(name);
    assert_int_equal(size == 0
                         ? ys_txn_delete(txn, YS_DB_META, key, NULL)
                         : ys_checked_put(txn, YS_DB_META, key,
                                          (struct ys_bytes){.data = value, .size = size}, NULL),
                     YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    ys_kv_close(kv);
}

static enum ys_code open_code(const struct desk *desk, struct ys_err *err)
{
    struct ys_store *store = NULL;
    const enum ys_code code = ys_store_open(desk->folder.path, MAP_BYTES, &store, err);
    ys_store_close(store);
    return code;
}

static void a_store_says_whose_it_is(void **state)
{
    const struct desk *const desk = *state;
    struct ys_store *const store = open_store(desk);
    struct ys_txn *txn = NULL;
    struct ys_log own;

    const struct ys_identity *const identity = ys_store_identity(store);

    assert_true(ys_name_equal(&identity->origin, &desk->identity.origin));
    assert_memory_equal(identity->store_id, desk->identity.store_id, YS_STORE_ID_LEN);
    assert_int_equal(ys_store_begin(store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &own, NULL), YS_OK);
    assert_string_equal(own.origin_text, "beijing.example/110105901001/1");
    assert_int_equal(own.frontier.size, 0);
    assert_int_equal(own.changed, 0);
    ys_txn_abort(&txn);
    ys_store_close(store);
}

static void a_store_is_never_made_over_another(void **state)
{
    struct desk *const desk = *state;
    struct ys_err err = {0};
    desk->identity.store_id[0] ^= 1;

    assert_int_equal(ys_store_create(desk->folder.path, &desk->identity, &err), YS_EXISTS);

    struct ys_store *const store = open_store(desk);
    assert_int_equal(ys_store_identity(store)->store_id[0], 0x5a);
    ys_store_close(store);
}

static void an_empty_folder_is_no_store(void **state)
{
    (void)state;
    struct folder folder;
    struct ys_store *store = NULL;
    folder_make(&folder);
    assert_int_equal(ys_store_open(folder.path, MAP_BYTES, &store, NULL), YS_NOT_FOUND);
    assert_null(store);
    folder_remove(&folder);
}

/* The index is made from what is there. */
static void a_store_of_schema_3_learns_what_is_absent(void **state)
{
    struct desk *const desk = *state;
    uint8_t schema[4];
    struct ys_store *store = NULL;
    struct ys_txn *txn = NULL;
    struct ys_log log;
    const struct ys_entry entries[] = {
        {.note = ys_bytes_of_text("one"), .content = YS_CONTENT_BODY, .body = {schema, 1}},
        {.note = ys_bytes_of_text("two"), .content = YS_CONTENT_ABSENT}};
    struct ys_position at = {0};
    ys_be32_put(schema, 3);
    assert_int_equal(ys_store_open(desk->folder.path, 0, &store, NULL), YS_OK);
    assert_int_equal(ys_store_begin(store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &log, NULL), YS_OK);
    assert_int_equal(ys_log_append(txn, &log, entries, 2, NULL), YS_OK);
    assert_int_equal(ys_absent_remove(txn, YS_OWN_LOG, 1, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    ys_store_close(store);
    spoil_meta(desk, "schema", schema, sizeof schema);

    assert_int_equal(ys_store_open(desk->folder.path, 0, &store, NULL), YS_OK);
    assert_int_equal(ys_store_begin(store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_absent_next(txn, &at, &at, NULL), YS_OK);
    assert_int_equal(at.index, 1);
    at.index++;
    assert_int_equal(ys_absent_next(txn, &at, &at, NULL), YS_NOT_FOUND);
    ys_txn_abort(&txn);
    ys_store_close(store);
}

static struct ys_bytes row_key(uint8_t room[YS_ROW_KEY_LEN], uint32_t log_id, uint64_t index)
{
    ys_row_key(log_id, index, room);
    return (struct ys_bytes){room, YS_ROW_KEY_LEN};
}

/* Entries 0 to 6 of the own log, 0 to 1 of another, most of them damaged; 5 and 6 are absent. */
static void make_damaged(struct ys_txn *txn)
{
    static const uint8_t wrong_content = 7;
    static const uint8_t absent = YS_CONTENT_ABSENT;
    uint8_t room[YS_ROW_KEY_LEN];
    struct ys_log log;
    struct ys_entry entries[7] = {{.note = ys_bytes_of_text("a note")}};
    for (int i = 1; i < 7; i++)
        entries[i] = entries[0];
    assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &log, NULL), YS_OK);
    assert_int_equal(ys_log_append(txn, &log, entries, 7, NULL), YS_OK);
    for (uint64_t i = 0; i < 7; i++)
        assert_int_equal(ys_absent_remove(txn, YS_OWN_LOG, i, NULL), YS_OK);
    assert_int_equal(ys_txn_delete(txn, YS_DB_BODY, row_key(room, YS_OWN_LOG, 1), NULL), YS_OK);
    assert_int_equal(
        ys_txn_put(txn, YS_DB_BODY, row_key(room, YS_OWN_LOG, 2), (struct ys_bytes){0}, NULL),
        YS_OK);
    assert_int_equal(ys_txn_put(txn, YS_DB_BODY, row_key(room, YS_OWN_LOG, 3),
                                (struct ys_bytes){&wrong_content, 1}, NULL),
                     YS_OK);
    static const uint8_t body[] = {YS_CONTENT_BODY, 'x'};
    for (uint64_t i = 0; i <= 4; i += 4) /* a body, and one whose entry is missing */
        assert_int_equal(ys_txn_put(txn, YS_DB_BODY, row_key(room, YS_OWN_LOG, i),
                                    (struct ys_bytes){body, sizeof body}, NULL),
                         YS_OK);
    assert_int_equal(ys_txn_delete(txn, YS_DB_ENTRY, row_key(room, YS_OWN_LOG, 4), NULL), YS_OK);
    /* rows that belong to no entry, and one whose key is none */
    assert_int_equal(ys_txn_put(txn, YS_DB_BODY, row_key(room, YS_OWN_LOG, 7),
                                (struct ys_bytes){&absent, 1}, NULL),
                     YS_OK);
    assert_int_equal(
        ys_txn_put(txn, YS_DB_BODY, row_key(room, 99, 0), (struct ys_bytes){&absent, 1}, NULL),
        YS_OK);
    assert_int_equal(
        ys_txn_put(txn, YS_DB_BODY, ys_bytes_of_text("key"), (struct ys_bytes){&absent, 1}, NULL),
        YS_OK);
    /* a log whose own row is damaged */
    const struct ys_division street = division("110105901");
    const struct ys_name origin = ys_name_log("beijing.example", &street, 1);
    uint8_t id[4];
    assert_int_equal(ys_log_add(txn, &origin, &log, NULL), YS_OK);
    assert_int_equal(ys_log_append(txn, &log, entries, 2, NULL), YS_OK);
    for (uint64_t i = 0; i < 2; i++)
        assert_int_equal(ys_absent_remove(txn, log.id, i, NULL), YS_OK);
    ys_be32_put(id, log.id);
    assert_int_equal(ys_txn_put(txn, YS_DB_LOG, (struct ys_bytes){id, sizeof id},
                                ys_bytes_of_text("damaged"), NULL),
                     YS_OK);
}

/* Or neither audit nor recovery could look at it. */
static void a_damaged_store_of_an_older_schema_opens(void **state)
{
    struct desk *const desk = *state;
    for (uint32_t from = 1; from <= 3; from++) {
        uint8_t schema[4];
        struct ys_store *store = NULL;
        struct ys_txn *txn = NULL;
        struct ys_position at = {0};
        ys_be32_put(schema, from);
        if (from == 1) {
            assert_int_equal(ys_store_open(desk->folder.path, 0, &store, NULL), YS_OK);
            assert_int_equal(ys_store_begin(store, true, &txn, NULL), YS_OK);
            make_damaged(txn);
            assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
            ys_store_close(store);
        }
        spoil_meta(desk, "schema", schema, sizeof schema);

        assert_int_equal(ys_store_open(desk->folder.path, 0, &store, NULL), YS_OK);

        assert_int_equal(ys_store_begin(store, true, &txn, NULL), YS_OK);
        for (uint64_t index = 5; index <= 6; index++) {
            assert_int_equal(ys_absent_next(txn, &at, &at, NULL), YS_OK);
            assert_int_equal(at.log_id, YS_OWN_LOG);
            assert_int_equal(at.index, index);
            assert_int_equal(ys_absent_remove(txn, YS_OWN_LOG, index, NULL), YS_OK);
        }
        assert_int_equal(ys_absent_next(txn, &at, &at, NULL), YS_NOT_FOUND);
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
        ys_store_close(store);
    }
}

static void a_store_of_a_newer_schema_is_refused(void **state)
{
    const struct desk *const desk = *state;
    struct ys_err err = {0};
    uint8_t schema[4];
    ys_be32_put(schema, YS_STORE_SCHEMA + 1);
    spoil_meta(desk, "schema", schema, sizeof schema);

    assert_int_equal(open_code(desk, &err), YS_VERSION);

    assert_non_null(strstr(err.msg, "newer version"));
    ys_be32_put(schema, YS_STORE_SCHEMA);
    spoil_meta(desk, "schema", schema, sizeof schema);
    assert_int_equal(open_code(desk, &err), YS_OK);
}

static void a_store_that_does_not_say_whose_it_is_is_corrupt(void **state)
{
    const struct desk *const desk = *state;
    static const char *const names[] = {"schema", "store_id", "origin"};
    struct ys_err err = {0};
    for (int i = 0; i < 3; i++) {
        struct ys_kv *kv = NULL;
        struct ys_txn *txn = NULL;
        struct ys_bytes found;
        uint8_t kept[64];
        const struct ys_kv_options options = {.path = desk->folder.path, .map_bytes = MAP_BYTES};
        assert_int_equal(ys_kv_open(&options, &kv, NULL), YS_OK);
        assert_int_equal(ys_txn_begin(kv, false, &txn, NULL), YS_OK);
        assert_int_equal(ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(names[i]), &found, NULL),
                         YS_OK);
        const size_t size = found.size;
        memcpy(kept, found.data, size);
        ys_txn_abort(&txn);
        ys_kv_close(kv);

        spoil_meta(desk, names[i], NULL, 0);
        assert_int_equal(open_code(desk, &err), YS_CORRUPT);
        assert_non_null(strstr(err.msg, names[i]));
        spoil_meta(desk, names[i], kept, size - 1);
        assert_int_equal(open_code(desk, &err), YS_CORRUPT);
        spoil_meta(desk, names[i], kept, size);
        assert_int_equal(open_code(desk, &err), YS_OK);
    }
    spoil_meta(desk, "origin", "beijing.example/110105901001/rc", 31);
    assert_int_equal(open_code(desk, &err), YS_CORRUPT);
}

static void cursors_come_back_as_they_were_saved(void **state)
{
    const struct desk *const desk = *state;
    const struct ys_division street = division("110105901");
    const struct ys_division district = division("110105");
    struct ys_cursor saved = {.changed = UINT64_C(0x123456789abcdef0)};
    struct ys_cursor cursor = {.changed = 1};
    static const uint8_t nothing[YS_STORE_ID_LEN] = {0};
    struct ys_txn *txn = NULL;
    memset(saved.store_id, 0xc3, sizeof saved.store_id);
    struct ys_store *store = open_store(desk);

    assert_int_equal(ys_store_begin(store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_cursor_load(txn, &street, &cursor, NULL), YS_OK);
    assert_int_equal(cursor.changed, 0);
    assert_memory_equal(cursor.store_id, nothing, sizeof nothing);
    assert_int_equal(ys_cursor_save(txn, &street, &saved, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    ys_store_close(store);

    store = open_store(desk);
    assert_int_equal(ys_store_begin(store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_cursor_load(txn, &street, &cursor, NULL), YS_OK);
    assert_true(cursor.changed == saved.changed);
    assert_memory_equal(cursor.store_id, saved.store_id, sizeof saved.store_id);
    assert_int_equal(ys_cursor_load(txn, &district, &cursor, NULL), YS_OK);
    assert_int_equal(cursor.changed, 0);
    ys_txn_abort(&txn);
    ys_store_close(store);
    spoil_meta(desk, "peer/110105901", nothing, 3);
    store = open_store(desk);
    assert_int_equal(ys_store_begin(store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_cursor_load(txn, &street, &cursor, NULL), YS_CORRUPT);
    ys_txn_abort(&txn);
    ys_store_close(store);
}

static void the_last_time_of_a_witness_comes_back(void **state)
{
    const struct desk *const desk = *state;
    struct ys_txn *txn = NULL;
    uint64_t time_s = 5;
    struct ys_store *store = open_store(desk);

    assert_int_equal(ys_store_begin(store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_witness_time_load(txn, &time_s, NULL), YS_OK);
    assert_int_equal(time_s, 0);
    assert_int_equal(ys_witness_time_save(txn, UINT64_C(1764000000), NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);

    assert_int_equal(ys_store_begin(store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_witness_time_load(txn, &time_s, NULL), YS_OK);
    assert_int_equal(time_s, 1764000000);
    ys_txn_abort(&txn);
    ys_store_close(store);
    spoil_meta(desk, "witness_time", "1234567", 7);
    store = open_store(desk);
    assert_int_equal(ys_store_begin(store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_witness_time_load(txn, &time_s, NULL), YS_CORRUPT);
    ys_txn_abort(&txn);
    ys_store_close(store);
}

static void the_last_number_of_a_year_comes_back(void **state)
{
    const struct desk *const desk = *state;
    struct ys_txn *txn = NULL;
    uint32_t no = 5;
    struct ys_store *store = open_store(desk);

    assert_int_equal(ys_store_begin(store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_matter_last_load(txn, 2026, &no, NULL), YS_OK);
    assert_int_equal(no, 0);
    assert_int_equal(ys_matter_last_save(txn, 2026, 999999, NULL), YS_OK);
    assert_int_equal(ys_matter_last_save(txn, 2027, 7, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);

    assert_int_equal(ys_store_begin(store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_matter_last_load(txn, 2026, &no, NULL), YS_OK);
    assert_int_equal(no, 999999);
    assert_int_equal(ys_matter_last_load(txn, 2027, &no, NULL), YS_OK);
    assert_int_equal(no, 7);
    ys_txn_abort(&txn);
    ys_store_close(store);
    spoil_meta(desk, "matter/2026", "123", 3);
    store = open_store(desk);
    assert_int_equal(ys_store_begin(store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_matter_last_load(txn, 2026, &no, NULL), YS_CORRUPT);
    ys_txn_abort(&txn);
    ys_store_close(store);
}

static void row_keys_sort_by_log_and_then_by_index(void **state)
{
    (void)state;
    uint8_t a[YS_ROW_KEY_LEN];
    uint8_t b[YS_ROW_KEY_LEN];
    ys_row_key(1, UINT64_MAX, a);
    ys_row_key(2, 0, b);
    assert_true(memcmp(a, b, sizeof a) < 0);
    ys_row_key(2, 255, a);
    ys_row_key(2, 256, b);
    assert_true(memcmp(a, b, sizeof a) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_store_says_whose_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_is_never_made_over_another, set_up, tear_down),
        cmocka_unit_test(an_empty_folder_is_no_store),
        cmocka_unit_test_setup_teardown(a_store_of_schema_3_learns_what_is_absent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_store_of_an_older_schema_opens, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_store_of_a_newer_schema_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_does_not_say_whose_it_is_is_corrupt, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(cursors_come_back_as_they_were_saved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_time_of_a_witness_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_number_of_a_year_comes_back, set_up, tear_down),
        cmocka_unit_test(row_keys_sort_by_log_and_then_by_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
