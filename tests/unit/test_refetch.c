#include "sync/refetch.h"

#include "sync/log_index.h"
#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A street's store: the district's log, its own, and a community's of some records. */
enum { RECORDS = 300 }; /* more than a tile */

static int set_up(void **state)
{
    struct cast *const cast = calloc(1, sizeof *cast);
    assert_non_null(cast);
    cast_open(cast, "test_refetch", CAST_STREET);
    cast_enrol_all(cast);
    for (unsigned i = 0; i < RECORDS; i++)
        (void)cast_publish(cast, CAST_COMMUNITY, scribe_acknowledgement(&cast->rng),
                           &cast->unit[CAST_COMMUNITY].body[0]);
    *state = cast;
    return 0;
}

static int tear_down(void **state)
{
    cast_close(*state);
    free(*state);
    return 0;
}

static enum ys_code refetch(struct cast *cast, enum cast_role role, uint64_t size)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    assert_int_equal(ys_store_begin(cast->store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_find(txn, cast->unit[role].log, &log, NULL), YS_OK);
    const enum ys_code code = ys_log_refetch(txn, &log, size, NULL);
    if (code == YS_OK)
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    return code;
}

static void delete_row(struct cast *cast, enum ys_db db, struct ys_bytes key)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(cast->store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_txn_delete(txn, db, key, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

/* All that is kept leads where it must: by index, by id, and in the tree. */
static void assert_whole(struct cast *cast, uint64_t size)
{
    const struct ys_log log = cast_log(cast, CAST_COMMUNITY);
    struct ys_frontier tree = {0};
    struct ys_hash root;
    YS_TXN_SCOPED txn = NULL;
    struct ys_entry entry;
    assert_int_equal(log.frontier.size, size);
    assert_int_equal(ys_store_begin(cast->store, false, &txn, NULL), YS_OK);
    for (uint64_t index = 0; index < size; index++) {
        struct ys_hash hash;
        struct ys_bytes text;
        struct ys_bytes kind;
        bool there = false;
        assert_int_equal(ys_log_entry(txn, log.id, index, &entry, NULL), YS_OK);
        ys_leaf_hash(entry.note, &hash);
        assert_int_equal(ys_frontier_append(&tree, &hash), YS_OK);
        assert_true(ys_note_peek(entry.note, &text, &kind));
        ys_record_id(text, &hash);
        assert_int_equal(ys_byid_has(txn, &hash, log.id, index, &there, NULL), YS_OK);
        assert_true(there);
        struct ys_hash earlier;
        ys_frontier_root(&tree, &hash);
        assert_int_equal(ys_log_root_at(txn, &log, index + 1, &earlier, NULL), YS_OK);
        assert_memory_equal(hash.bytes, earlier.bytes, YS_HASH_LEN);
    }
    assert_int_equal(ys_log_entry(txn, log.id, size, &entry, NULL), YS_NOT_FOUND);
    ys_frontier_root(&tree, &root);
    assert_memory_equal(root.bytes, log.root.bytes, YS_HASH_LEN);
}

static void what_is_kept_is_whole_whatever_was_damaged_behind_it(void **state)
{
    struct cast *const cast = *state;
    const struct ys_log log = cast_log(cast, CAST_COMMUNITY);
    static const uint64_t sizes[] = {RECORDS - 1, 257, 256, 255, 1, 0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t key[YS_ROW_KEY_LEN];
        uint64_t positions = 0;
        uint64_t after = 0;
        ys_row_key(log.id, sizes[i], key);
        delete_row(cast, YS_DB_ENTRY, (struct ys_bytes){key, sizeof key});
        {
            YS_TXN_SCOPED txn = NULL;
            assert_int_equal(ys_store_begin(cast->store, false, &txn, NULL), YS_OK);
            assert_int_equal(ys_txn_count(txn, YS_DB_BYID, &positions, NULL), YS_OK);
        }
        const uint64_t before = cast_log(cast, CAST_COMMUNITY).frontier.size;

        assert_int_equal(refetch(cast, CAST_COMMUNITY, sizes[i]), YS_OK);

        assert_whole(cast, sizes[i]);
        YS_TXN_SCOPED txn = NULL;
        assert_int_equal(ys_store_begin(cast->store, false, &txn, NULL), YS_OK);
        assert_int_equal(ys_txn_count(txn, YS_DB_BYID, &after, NULL), YS_OK);
        assert_int_equal(after, positions - (before - sizes[i]));
    }
    (void)cast_publish(cast, CAST_COMMUNITY, scribe_acknowledgement(&cast->rng),
                       &cast->unit[CAST_COMMUNITY].body[0]);
    assert_whole(cast, 1);
}

static void records_that_change_membership_are_found_again(void **state)
{
    struct cast *const cast = *state;
    const struct ys_log log = cast_log(cast, CAST_DISTRICT);
    struct ys_position next;
    assert_int_equal(refetch(cast, CAST_DISTRICT, log.frontier.size), YS_OK);
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(cast->store, false, &txn, NULL), YS_OK);
    for (uint64_t index = 0; index < log.frontier.size; index++) {
        assert_int_equal(ys_membership_next(txn, log.id, index, &next, NULL), YS_OK);
        assert_int_equal(next.index, index);
    }
}

static void the_peers_are_asked_for_all_they_hold(void **state)
{
    struct cast *const cast = *state;
    const struct ys_division *const peer = &cast->unit[CAST_DISTRICT].origin.division;
    struct ys_cursor cursor = {.changed = 9};
    {
        YS_TXN_SCOPED txn = NULL;
        assert_int_equal(ys_store_begin(cast->store, true, &txn, NULL), YS_OK);
        assert_int_equal(ys_cursor_save(txn, peer, &cursor, NULL), YS_OK);
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    }
    assert_int_equal(refetch(cast, CAST_COMMUNITY, 5), YS_OK);
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(cast->store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_cursor_load(txn, peer, &cursor, NULL), YS_OK);
    assert_int_equal(cursor.changed, 0);
}

static void what_cannot_come_again_is_refused(void **state)
{
    struct cast *const cast = *state;
    const struct ys_log log = cast_log(cast, CAST_COMMUNITY);
    uint8_t key[YS_ROW_KEY_LEN];
    assert_int_equal(refetch(cast, CAST_STREET, 0), YS_DENIED);
    assert_int_equal(refetch(cast, CAST_COMMUNITY, RECORDS + 1), YS_LIMIT);
    ys_row_key(log.id, 7, key);
    delete_row(cast, YS_DB_ENTRY, (struct ys_bytes){key, sizeof key});
    assert_int_equal(refetch(cast, CAST_COMMUNITY, 8), YS_CORRUPT);
    assert_int_equal(refetch(cast, CAST_COMMUNITY, 7), YS_OK);
    assert_whole(cast, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_kept_is_whole_whatever_was_damaged_behind_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(records_that_change_membership_are_found_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_peers_are_asked_for_all_they_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_come_again_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
