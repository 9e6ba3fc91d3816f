#include "sync/log.h"

#include "sync/checked_row.h"
#include "tests/support/cast.h"
#include "tests/support/tree_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* The store under test and, beside it, what a plain array would hold. Entries are short and of no
 * record form unless a test is about records. */
enum { LEAVES_MAX = 65536 + 700, SMALL = 900 };

struct desk {
    struct cast cast;
    struct ys_txn *txn;
    struct ys_log log; /* of the street: not the own one */
    struct ys_hash *leaf;
    size_t count;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_log", CAST_COMMUNITY);
    desk->leaf = malloc(LEAVES_MAX * sizeof *desk->leaf);
    assert_non_null(desk->leaf);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &desk->txn, NULL), YS_OK);
    assert_int_equal(ys_log_add(desk->txn, &desk->cast.unit[CAST_STREET].origin, &desk->log, NULL),
                     YS_OK);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_txn_abort(&desk->txn);
    cast_close(&desk->cast);
    free(desk->leaf);
    free(desk);
    return 0;
}

static void commit(struct desk *desk)
{
    assert_int_equal(ys_txn_commit(&desk->txn, NULL), YS_OK);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &desk->txn, NULL), YS_OK);
}

/* Entry `i` of the model. */
static struct ys_bytes note_of(uint64_t i, uint8_t out[12])
{
    memcpy(out, "leaf", 4);
    ys_be64_put(out + 4, i);
    return (struct ys_bytes){out, 12};
}

static void append(struct desk *desk, size_t more)
{
    static struct ys_entry entries[YS_APPEND_MAX];
    static uint8_t notes[YS_APPEND_MAX][12];
    assert_true(desk->count + more <= LEAVES_MAX);
    for (size_t i = 0; i < more; i++) {
        entries[i] = (struct ys_entry){.note = note_of(desk->count + i, notes[i]),
                                       .content = YS_CONTENT_BODY,
                                       .body = {notes[i] + 4, 8}};
        ys_leaf_hash(entries[i].note, &desk->leaf[desk->count + i]);
    }
    assert_int_equal(ys_log_append(desk->txn, &desk->log, entries, more, NULL), YS_OK);
    desk->count += more;
    assert_int_equal(desk->log.frontier.size, desk->count);
}

static void append_up_to(struct desk *desk, size_t size)
{
    while (desk->count < size)
        append(desk, size - desk->count < YS_APPEND_MAX ? size - desk->count : YS_APPEND_MAX);
}

/* --- the tree --- */

static void check_root_at(struct desk *desk, size_t size)
{
    struct ys_hash got;
    const struct ys_hash want = model_root(desk->leaf, size);
    assert_int_equal(ys_log_root_at(desk->txn, &desk->log, size, &got, NULL), YS_OK);
    assert_memory_equal(got.bytes, want.bytes, YS_HASH_LEN);
}

static void check_inclusion(struct desk *desk, uint64_t index, uint64_t size)
{
    struct ys_log_place place = {.txn = desk->txn, .id = desk->log.id};
    const struct ys_tree tree = ys_log_tree(&place);
    struct ys_proof proof;
    const struct ys_hash root = model_root(desk->leaf, size);
    assert_int_equal(ys_tree_inclusion(&tree, index, size, &proof, NULL), YS_OK);
    assert_int_equal(ys_inclusion_verify(&desk->leaf[index], index, size, &proof, &root), YS_OK);
    assert_int_equal(ys_inclusion_verify(&root, index, size, &proof, &root),
                     size == 1 ? YS_OK : YS_MALFORMED);
}

static void check_consistency(struct desk *desk, uint64_t old_size, uint64_t new_size)
{
    struct ys_log_place place = {.txn = desk->txn, .id = desk->log.id};
    const struct ys_tree tree = ys_log_tree(&place);
    struct ys_proof proof;
    const struct ys_hash old_root = model_root(desk->leaf, old_size);
    const struct ys_hash new_root = model_root(desk->leaf, new_size);
    assert_int_equal(ys_tree_consistency(&tree, old_size, new_size, &proof, NULL), YS_OK);
    assert_int_equal(ys_consistency_verify(old_size, &old_root, new_size, &new_root, &proof),
                     YS_OK);
}

static void check_entry(struct desk *desk, uint64_t index)
{
    struct ys_entry entry;
    uint8_t note[12];
    const struct ys_bytes want = note_of(index, note);
    assert_int_equal(ys_log_entry(desk->txn, desk->log.id, index, &entry, NULL), YS_OK);
    assert_true(ys_bytes_equal(entry.note, want));
    assert_int_equal(entry.content, YS_CONTENT_BODY);
    assert_true(ys_bytes_equal(entry.body, (struct ys_bytes){note + 4, 8}));
}

static void behaves_like_a_plain_array_and_a_slow_tree(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    while (desk->count < SMALL) {
        const size_t left = SMALL - desk->count;
        const size_t more = 1 + rng_below(&rng, rng_below(&rng, 2) == 0 ? 3 : 300);
        append(desk, more < left ? more : left);
        check_root_at(desk, desk->count);
        if (rng_below(&rng, 3) == 0)
            commit(desk);
    }

    for (size_t size = 0; size <= SMALL; size++)
        check_root_at(desk, size);
    for (int i = 0; i < 200; i++) {
        const uint64_t size = 1 + rng_below(&rng, SMALL);
        check_inclusion(desk, rng_below(&rng, size), size);
        check_consistency(desk, rng_below(&rng, size + 1), size);
        check_entry(desk, rng_below(&rng, SMALL));
    }
    struct ys_entry entry;
    struct ys_hash root;
    struct ys_err err = {0};
    assert_int_equal(ys_log_entry(desk->txn, desk->log.id, SMALL, &entry, NULL), YS_NOT_FOUND);
    assert_int_equal(ys_log_root_at(desk->txn, &desk->log, SMALL + 1, &root, &err), YS_LIMIT);
}

static void tile_borders_change_nothing(void **state)
{
    struct desk *const desk = *state;
    static const size_t sizes[] = {255, 256, 257, 511, 512, 513};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        append_up_to(desk, sizes[i]);
        for (size_t size = sizes[i] - 2; size <= sizes[i]; size++) {
            check_root_at(desk, size);
            check_inclusion(desk, size - 1, sizes[i]);
            check_consistency(desk, size, sizes[i]);
        }
        check_inclusion(desk, 0, sizes[i]);
    }
}

static void the_border_of_65536_changes_nothing(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    static const size_t sizes[] = {65535, 65536, 65537, LEAVES_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        append_up_to(desk, sizes[i]);
        commit(desk);
        check_root_at(desk, sizes[i]);
        check_inclusion(desk, sizes[i] - 1, sizes[i]);
        check_inclusion(desk, rng_below(&rng, sizes[i]), sizes[i]);
        check_consistency(desk, 65535, sizes[i]);
        check_consistency(desk, rng_below(&rng, sizes[i]), sizes[i]);
    }
    check_entry(desk, 65535);
    check_entry(desk, 65536);
}

static void the_row_of_a_log_comes_back_from_the_disk(void **state)
{
    struct desk *const desk = *state;
    struct ys_log again;
    append(desk, 300);
    assert_int_equal(ys_log_set_state(desk->txn, &desk->log, YS_LOG_FORKED, NULL), YS_OK);
    commit(desk);
    ys_txn_abort(&desk->txn);
    ys_store_close(desk->cast.store);
    assert_int_equal(ys_store_open(desk->cast.folder.path, 64 << 20, &desk->cast.store, NULL),
                     YS_OK);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &desk->txn, NULL), YS_OK);

    assert_int_equal(ys_log_find(desk->txn, desk->log.origin_text, &again, NULL), YS_OK);

    assert_int_equal(again.id, desk->log.id);
    assert_int_equal(again.state, YS_LOG_FORKED);
    assert_int_equal(again.changed, desk->log.changed);
    assert_string_equal(again.origin_text, desk->log.origin_text);
    assert_memory_equal(&again.frontier, &desk->log.frontier, sizeof again.frontier);
    assert_memory_equal(&again.root, &desk->log.root, sizeof again.root);
}

/* --- refusals --- */

static void an_append_to_a_log_that_moved_is_busy(void **state)
{
    struct desk *const desk = *state;
    struct ys_err err = {0};
    struct ys_log stale = desk->log;
    uint8_t note[12];
    const struct ys_entry entry = {.note = note_of(0, note), .content = YS_CONTENT_ABSENT};
    struct ys_log stored;
    append(desk, 3);

    assert_int_equal(ys_log_append(desk->txn, &stale, &entry, 1, &err), YS_BUSY);

    assert_int_equal(stale.frontier.size, 0);
    assert_int_equal(ys_log_load(desk->txn, desk->log.id, &stored, NULL), YS_OK);
    assert_int_equal(stored.frontier.size, 3);
    check_root_at(desk, 3);
}

/* Change one bit of the log's row, and make its check fit again. */
static void spoil_row(struct desk *desk, size_t at)
{
    uint8_t key[4];
    uint8_t row[4096];
    struct ys_bytes found;
    ys_be32_put(key, desk->log.id);
    const struct ys_bytes row_key = {key, sizeof key};
    assert_int_equal(ys_checked_get(desk->txn, YS_DB_LOG, row_key, &found, NULL), YS_OK);
    assert_true(found.size <= sizeof row && at < found.size);
    const size_t size = found.size;
    memcpy(row, found.data, size);
    row[at] ^= 1;
    assert_int_equal(
        ys_checked_put(desk->txn, YS_DB_LOG, row_key, (struct ys_bytes){row, size}, NULL), YS_OK);
}

static void a_frontier_that_does_not_give_the_root_is_corrupt(void **state)
{
    struct desk *const desk = *state;
    enum { ROOT = 17, SUBTREES = 17 + 32 };
    static const size_t places[] = {ROOT, ROOT + 31, SUBTREES, SUBTREES + 33};
    struct ys_err err = {0};
    uint8_t note[12];
    const struct ys_entry entry = {.note = note_of(3, note), .content = YS_CONTENT_ABSENT};
    append(desk, 3);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct ys_log spoilt;
        spoil_row(desk, places[i]);
        assert_int_equal(ys_log_load(desk->txn, desk->log.id, &spoilt, NULL), YS_OK);
        assert_int_equal(ys_log_append(desk->txn, &spoilt, &entry, 1, &err), YS_CORRUPT);
        assert_non_null(strstr(err.msg, desk->log.origin_text));
        spoil_row(desk, places[i]);
    }
    assert_int_equal(ys_log_append(desk->txn, &desk->log, &entry, 1, NULL), YS_OK);
}

static void put_row(struct desk *desk, enum ys_db db, struct ys_bytes key, struct ys_bytes value)
{
    assert_int_equal(ys_txn_put(desk->txn, db, key, value, NULL), YS_OK);
}

static void put_checked(struct desk *desk, struct ys_bytes key, struct ys_bytes value)
{
    assert_int_equal(ys_checked_put(desk->txn, YS_DB_LOG, key, value, NULL), YS_OK);
}

static void a_row_of_another_form_is_corrupt(void **state)
{
    struct desk *const desk = *state;
    uint8_t key[4];
    uint8_t row[17 + 32 + 64] = {0};
    struct ys_log log;
    ys_be32_put(key, desk->log.id);
    const struct ys_bytes row_key = {key, sizeof key};

    put_checked(desk, row_key, (struct ys_bytes){row, 48});
    assert_int_equal(ys_log_load(desk->txn, desk->log.id, &log, NULL), YS_CORRUPT);
    put_checked(desk, row_key, (struct ys_bytes){row, sizeof row}); /* no origin */
    assert_int_equal(ys_log_load(desk->txn, desk->log.id, &log, NULL), YS_CORRUPT);
    row[0] = YS_LOG_CLOSED + 1;
    put_checked(desk, row_key, (struct ys_bytes){row, sizeof row});
    assert_int_equal(ys_log_next(desk->txn, 1, &log, NULL), YS_CORRUPT);
    row[0] = 0;
    ys_be64_put(row + 9, UINT64_MAX);
    put_checked(desk, row_key, (struct ys_bytes){row, sizeof row});
    assert_int_equal(ys_log_load(desk->txn, desk->log.id, &log, NULL), YS_CORRUPT);
    ys_be64_put(row + 9, 7); /* three subtrees, room for two */
    put_checked(desk, row_key, (struct ys_bytes){row, sizeof row});
    assert_int_equal(ys_log_load(desk->txn, desk->log.id, &log, NULL), YS_CORRUPT);
    put_row(desk, YS_DB_ORIGIN, ys_bytes_of_text(desk->log.origin_text), ys_bytes_of_text("12"));
    assert_int_equal(ys_log_find(desk->txn, desk->log.origin_text, &log, NULL), YS_CORRUPT);
}

static void an_origin_that_leads_to_another_log_is_corrupt(void **state)
{
    struct desk *const desk = *state;
    const char *const stray = "example.test/990000000/1"; /* behind every origin of the cast */
    uint8_t id[4];
    struct ys_log log;
    ys_be32_put(id, desk->log.id);
    put_row(desk, YS_DB_ORIGIN, ys_bytes_of_text(stray), (struct ys_bytes){id, sizeof id});

    assert_int_equal(ys_log_find(desk->txn, stray, &log, NULL), YS_CORRUPT);

    /* A walk ends there; it would else begin again behind the log's true origin. */
    log = (struct ys_log){.origin_text = ""};
    enum ys_code code = YS_OK;
    for (int steps = 0; steps < 10 && code == YS_OK; steps++)
        code = ys_log_next_origin(desk->txn, log.origin_text, &log, NULL);
    assert_int_equal(code, YS_CORRUPT);
}

static void an_entry_without_a_row_for_its_body_is_corrupt(void **state)
{
    struct desk *const desk = *state;
    uint8_t key[YS_ROW_KEY_LEN];
    struct ys_entry entry;
    append(desk, 2);
    ys_row_key(desk->log.id, 1, key);
    assert_int_equal(ys_txn_delete(desk->txn, YS_DB_BODY, (struct ys_bytes){key, sizeof key}, NULL),
                     YS_OK);
    assert_int_equal(ys_log_entry(desk->txn, desk->log.id, 1, &entry, NULL), YS_CORRUPT);
    put_row(desk, YS_DB_BODY, (struct ys_bytes){key, sizeof key}, ys_bytes_of_text("\x03x"));
    assert_int_equal(ys_log_entry(desk->txn, desk->log.id, 1, &entry, NULL), YS_CORRUPT);
}

/* --- logs --- */

static void logs_are_found_by_origin_and_walked_by_id(void **state)
{
    struct desk *const desk = *state;
    const struct cast *const cast = &desk->cast;
    struct ys_log log;
    struct ys_err err = {0};
    assert_int_equal(ys_log_add(desk->txn, &cast->unit[CAST_DISTRICT].origin, &log, NULL), YS_OK);
    assert_int_equal(log.id, 2);
    assert_int_equal(ys_log_add(desk->txn, &cast->unit[CAST_STREET].origin, &log, &err), YS_EXISTS);
    assert_int_equal(ys_log_find(desk->txn, cast->unit[CAST_OTHER_STREET].log, &log, NULL),
                     YS_NOT_FOUND);
    assert_int_equal(ys_log_load(desk->txn, 3, &log, NULL), YS_NOT_FOUND);

    static const enum cast_role order[] = {CAST_COMMUNITY, CAST_STREET, CAST_DISTRICT};
    uint32_t id = 0;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ys_log_next(desk->txn, id, &log, NULL), YS_OK);
        assert_int_equal(log.id, i);
        assert_string_equal(log.origin_text, cast->unit[order[i]].log);
        id = log.id + 1;
    }
    assert_int_equal(ys_log_next(desk->txn, id, &log, NULL), YS_NOT_FOUND);
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(ys_log_state_name(YS_LOG_FOLLOWING), "following");
    assert_string_equal(ys_log_state_name(YS_LOG_RECOVERING), "recovering");
    assert_string_equal(ys_log_state_name(YS_LOG_FORKED), "forked");
    assert_string_equal(ys_log_state_name(YS_LOG_CLOSED), "closed");
}

enum { LOGS = 3, MOVES = 200 };

/* The model: for each log when it last moved, and all runs in their order. */
static void changes_and_arrivals_behave_like_lists(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    struct ys_log log[LOGS];
    uint64_t last_moved[LOGS] = {0};
    struct ys_arrival runs[MOVES];
    size_t run_count = 0;
    uint64_t moves = 0;
    assert_int_equal(ys_log_load(desk->txn, YS_OWN_LOG, &log[0], NULL), YS_OK);
    log[1] = desk->log;
    assert_int_equal(ys_log_add(desk->txn, &desk->cast.unit[CAST_DISTRICT].origin, &log[2], NULL),
                     YS_OK);
    assert_int_equal(ys_changed_last(desk->txn, &moves, NULL), YS_OK);
    assert_int_equal(moves, 0);

    for (int i = 0; i < MOVES; i++) {
        const size_t at = rng_below(&rng, LOGS);
        struct ys_entry entries[5];
        uint8_t note[12];
        const size_t count = rng_below(&rng, 5);
        for (size_t j = 0; j < count; j++)
            entries[j] = (struct ys_entry){.note = note_of(j, note)};
        if (count != 0) {
            runs[run_count++] = (struct ys_arrival){.log_id = log[at].id,
                                                    .first_index = log[at].frontier.size,
                                                    .count = (uint32_t)count};
            assert_int_equal(ys_log_append(desk->txn, &log[at], entries, count, NULL), YS_OK);
        } else {
            assert_int_equal(ys_log_touch(desk->txn, &log[at], NULL), YS_OK);
        }
        last_moved[at] = ++moves;
        assert_int_equal(log[at].changed, moves);
        if (rng_below(&rng, 20) == 0) {
            const uint32_t by = (uint32_t)rng_next(&rng);
            assert_int_equal(ys_changed_leap(desk->txn, by, NULL), YS_OK);
            moves += by;
        }
        if (rng_below(&rng, 20) == 0)
            commit(desk);
    }

    uint64_t counter = 0;
    uint32_t id = 0;
    for (uint64_t seen = 0; ys_changed_next(desk->txn, counter, &counter, &id, NULL) == YS_OK;) {
        assert_true(counter > seen && last_moved[id] == counter);
        last_moved[id] = 0;
        seen = counter;
    }
    assert_true(last_moved[0] == 0 && last_moved[1] == 0 && last_moved[2] == 0);
    assert_int_equal(ys_changed_last(desk->txn, &counter, NULL), YS_OK);
    assert_true(counter <= moves);
    struct ys_arrival run = {0};
    for (size_t i = 0; i < run_count; i++) {
        assert_int_equal(ys_arrival_next(desk->txn, run.counter, &run, NULL), YS_OK);
        assert_int_equal(run.log_id, runs[i].log_id);
        assert_int_equal(run.first_index, runs[i].first_index);
        assert_int_equal(run.count, runs[i].count);
    }
    assert_int_equal(ys_arrival_next(desk->txn, run.counter, &run, NULL), YS_NOT_FOUND);
    assert_int_equal(ys_changed_next(desk->txn, UINT64_MAX, &counter, &id, NULL), YS_NOT_FOUND);
}

static void a_counter_row_of_another_form_is_corrupt(void **state)
{
    struct desk *const desk = *state;
    struct ys_arrival run;
    uint64_t counter = 0;
    uint32_t id = 0;
    append(desk, 1);
    put_row(desk, YS_DB_ARRIVAL, ys_bytes_of_text("12345678"), ys_bytes_of_text("short"));
    assert_int_equal(ys_arrival_next(desk->txn, 1, &run, NULL), YS_CORRUPT);
    put_row(desk, YS_DB_CHANGED, ys_bytes_of_text("zz"), ys_bytes_of_text("1234"));
    assert_int_equal(ys_changed_last(desk->txn, &counter, NULL), YS_CORRUPT);
    assert_int_equal(ys_changed_next(desk->txn, 1, &counter, &id, NULL), YS_CORRUPT);
    assert_int_equal(ys_log_touch(desk->txn, &desk->log, NULL), YS_CORRUPT);
}

/* --- bodies --- */

static void a_body_is_filled_in_once(void **state)
{
    struct desk *const desk = *state;
    const struct ys_bytes body = ys_bytes_of_text("late body");
    struct ys_entry entry = {.note = ys_bytes_of_text("a note"), .content = YS_CONTENT_ABSENT};
    struct ys_err err = {0};
    assert_int_equal(ys_log_append(desk->txn, &desk->log, &entry, 1, NULL), YS_OK);
    assert_int_equal(ys_log_entry(desk->txn, desk->log.id, 0, &entry, NULL), YS_OK);
    assert_int_equal(entry.content, YS_CONTENT_ABSENT);
    assert_int_equal(entry.body.size, 0);
    const struct ys_hash root = desk->log.root;
    const uint64_t changed = desk->log.changed;

    assert_int_equal(ys_log_fill_body(desk->txn, &desk->log, 0, body, &err), YS_OK);

    assert_int_equal(ys_log_entry(desk->txn, desk->log.id, 0, &entry, NULL), YS_OK);
    assert_int_equal(entry.content, YS_CONTENT_BODY);
    assert_true(ys_bytes_equal(entry.body, body));
    assert_true(ys_bytes_is_text(entry.note, "a note"));
    assert_true(ys_hash_equal(&desk->log.root, &root));
    assert_true(desk->log.changed > changed);
    assert_int_equal(ys_log_fill_body(desk->txn, &desk->log, 0, body, &err), YS_EXISTS);
    assert_int_equal(ys_log_fill_body(desk->txn, &desk->log, 1, body, &err), YS_NOT_FOUND);
}

static void a_tombstone_is_not_filled_in(void **state)
{
    struct desk *const desk = *state;
    struct ys_entry entry = {.note = ys_bytes_of_text("a note"),
                             .content = YS_CONTENT_TOMBSTONE,
                             .body = ys_bytes_of_text("id of the redaction")};
    assert_int_equal(ys_log_append(desk->txn, &desk->log, &entry, 1, NULL), YS_OK);
    assert_int_equal(ys_log_fill_body(desk->txn, &desk->log, 0, ys_bytes_of_text("body"), NULL),
                     YS_EXISTS);
    assert_int_equal(ys_log_entry(desk->txn, desk->log.id, 0, &entry, NULL), YS_OK);
    assert_int_equal(entry.content, YS_CONTENT_TOMBSTONE);
    assert_true(ys_bytes_is_text(entry.body, "id of the redaction"));
}

static void the_largest_note_and_body_are_stored(void **state)
{
    struct desk *const desk = *state;
    static uint8_t note[YS_RECORD_NOTE_MAX];
    static uint8_t body[YS_RECORD_BODY_MAX];
    memset(note, 'n', sizeof note);
    memset(body, 'b', sizeof body);
    struct ys_entry entry = {
        .note = {note, sizeof note}, .content = YS_CONTENT_BODY, .body = {body, sizeof body}};
    assert_int_equal(ys_log_append(desk->txn, &desk->log, &entry, 1, NULL), YS_OK);
    commit(desk);
    assert_int_equal(ys_log_entry(desk->txn, desk->log.id, 0, &entry, NULL), YS_OK);
    assert_int_equal(entry.note.size, sizeof note);
    assert_int_equal(entry.body.size, sizeof body);
    assert_memory_equal(entry.body.data, body, sizeof body);
}

/* --- record ids --- */

static struct ys_bytes text_note(char *out, size_t size, unsigned number)
{
    const int length =
        snprintf(out, size, "a.b/record/v1\na.b/110105/1\nsome_kind\n%u\n\nlines\n", number);
    return (struct ys_bytes){(const uint8_t *)out, (size_t)length};
}

static void id_of(struct ys_bytes note, struct ys_hash *out)
{
    struct ys_bytes text;
    struct ys_bytes kind;
    assert_true(ys_note_peek(note, &text, &kind));
    ys_record_id(text, out);
}

static void append_note(struct desk *desk, struct ys_log *log, struct ys_bytes note)
{
    const struct ys_entry entry = {.note = note};
    assert_int_equal(ys_log_append(desk->txn, log, &entry, 1, NULL), YS_OK);
}

static void a_record_in_two_logs_has_two_positions(void **state)
{
    struct desk *const desk = *state;
    struct ys_log own;
    char buffer[128];
    struct ys_hash id;
    struct ys_position found[4];
    size_t count = 9;
    const struct ys_bytes note = text_note(buffer, sizeof buffer, 1);
    id_of(note, &id);
    assert_int_equal(ys_log_load(desk->txn, YS_OWN_LOG, &own, NULL), YS_OK);
    assert_int_equal(ys_log_by_id(desk->txn, &id, found, 4, &count, NULL), YS_OK);
    assert_int_equal(count, 0);
    append(desk, 5);
    append_note(desk, &desk->log, note);
    append_note(desk, &own, note);

    assert_int_equal(ys_log_by_id(desk->txn, &id, found, 4, &count, NULL), YS_OK);

    assert_int_equal(count, 2);
    assert_int_equal(found[0].log_id, desk->log.id);
    assert_int_equal(found[0].index, 5);
    assert_int_equal(found[1].log_id, YS_OWN_LOG);
    assert_int_equal(found[1].index, 0);
    assert_int_equal(ys_log_by_id(desk->txn, &id, found, 1, &count, NULL), YS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(ys_log_by_prefix(desk->txn, id.bytes, 8, found, 4, &count, NULL), YS_OK);
    assert_int_equal(count, 2);
}

struct candidate {
    uint32_t prefix;
    unsigned number;
};

static int by_prefix(const void *a, const void *b)
{
    const struct candidate *const x = a;
    const struct candidate *const y = b;
    return x->prefix < y->prefix ? -1 : x->prefix > y->prefix;
}

/* Two records whose ids begin with the same four bytes: among 200,000 there are about four pairs. */
static void find_twins(unsigned twin[2])
{
    enum { CANDIDATES = 200000 };
    struct candidate *const candidate = malloc(CANDIDATES * sizeof *candidate);
    assert_non_null(candidate);
    for (unsigned i = 0; i < CANDIDATES; i++) {
        char buffer[128];
        struct ys_hash id;
        id_of(text_note(buffer, sizeof buffer, i), &id);
        candidate[i] = (struct candidate){ys_be32_get(id.bytes), i};
    }
    qsort(candidate, CANDIDATES, sizeof *candidate, by_prefix);
    size_t at = 1;
    while (at < CANDIDATES && candidate[at].prefix != candidate[at - 1].prefix)
        at++;
    assert_true(at < CANDIDATES);
    twin[0] = candidate[at - 1].number;
    twin[1] = candidate[at].number;
    free(candidate);
}

static void two_records_with_one_prefix_are_both_found(void **state)
{
    struct desk *const desk = *state;
    unsigned twin[2];
    struct ys_hash id[2];
    struct ys_position found[4];
    size_t count = 0;
    find_twins(twin);
    for (int i = 0; i < 2; i++) {
        char buffer[128];
        const struct ys_bytes note = text_note(buffer, sizeof buffer, twin[i]);
        id_of(note, &id[i]);
        append_note(desk, &desk->log, note);
    }

    assert_int_equal(ys_log_by_prefix(desk->txn, id[0].bytes, 4, found, 4, &count, NULL), YS_OK);
    assert_int_equal(count, 2);
    assert_int_equal(found[0].index + found[1].index, 1);
    assert_int_equal(ys_log_by_prefix(desk->txn, id[0].bytes, 4, found, 1, &count, NULL), YS_OK);
    assert_int_equal(count, 1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ys_log_by_prefix(desk->txn, id[i].bytes, 8, found, 4, &count, NULL),
                         YS_OK);
        assert_int_equal(count, 1);
        assert_int_equal(found[0].index, i);
    }
}

static void positions_of_the_index_are_verified(void **state)
{
    struct desk *const desk = *state;
    char buffer[128];
    struct ys_hash id;
    struct ys_position found[4];
    size_t count = 0;
    uint8_t rows[2 * YS_ROW_KEY_LEN];
    const struct ys_bytes note = text_note(buffer, sizeof buffer, 1);
    id_of(note, &id);
    append(desk, 1);
    append_note(desk, &desk->log, note);
    ys_row_key(desk->log.id, 0, rows); /* an entry that is another record */
    ys_row_key(desk->log.id, 1, rows + YS_ROW_KEY_LEN);
    put_row(desk, YS_DB_BYID, (struct ys_bytes){id.bytes, 8}, (struct ys_bytes){rows, sizeof rows});

    assert_int_equal(ys_log_by_id(desk->txn, &id, found, 4, &count, NULL), YS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(found[0].index, 1);

    ys_row_key(desk->log.id, 7, rows);
    put_row(desk, YS_DB_BYID, (struct ys_bytes){id.bytes, 8}, (struct ys_bytes){rows, sizeof rows});
    assert_int_equal(ys_log_by_id(desk->txn, &id, found, 4, &count, NULL), YS_CORRUPT);
    id.bytes[8] ^= 1; /* the same row of the index, no such record */
    ys_row_key(desk->log.id, 0, rows);
    put_row(desk, YS_DB_BYID, (struct ys_bytes){id.bytes, 8}, (struct ys_bytes){rows, sizeof rows});
    assert_int_equal(ys_log_by_id(desk->txn, &id, found, 4, &count, NULL), YS_OK);
    assert_int_equal(count, 0);
}

static void a_record_repeated_without_end_does_not_stop_its_log(void **state)
{
    struct desk *const desk = *state;
    char buffer[128];
    struct ys_hash id;
    struct ys_position found[100];
    size_t count = 0;
    const struct ys_bytes note = text_note(buffer, sizeof buffer, 1);
    id_of(note, &id);
    for (int i = 0; i < 100; i++)
        append_note(desk, &desk->log, note);
    assert_int_equal(desk->log.frontier.size, 100);
    assert_int_equal(ys_log_by_id(desk->txn, &id, found, 100, &count, NULL), YS_OK);
    assert_int_equal(count, 64);
    assert_int_equal(found[63].index, 63);
}

static void records_that_change_membership_are_listed(void **state)
{
    struct desk *const desk = *state;
    static const char *const kinds[] = {"acknowledgement", "body_register",    "consensus",
                                        "key_revoke",      "node_certificate", "body_register2"};
    struct ys_position at;
    for (int i = 0; i < 6; i++) {
        char text[128];
        snprintf(text, sizeof text, "a.b/record/v1\na.b/110105/1\n%s\n-\n\nlines\n", kinds[i]);
        append_note(desk, &desk->log, ys_bytes_of_text(text));
    }
    uint64_t index = 0;
    static const uint64_t want[] = {1, 3, 4};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ys_membership_next(desk->txn, desk->log.id, index, &at, NULL), YS_OK);
        assert_int_equal(at.log_id, desk->log.id);
        assert_int_equal(at.index, want[i]);
        index = at.index + 1;
    }
    assert_int_equal(ys_membership_next(desk->txn, desk->log.id, index, &at, NULL), YS_NOT_FOUND);
}

static void peeking_at_a_note_finds_text_and_kind_or_neither(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text, *kind;
    } cases[] = {
        {"1\n2\n3\n\nsigs", "1\n2\n3\n", "3"},
        {"1\n2\n3\n4\n\nx\n\ny", "1\n2\n3\n4\n", "3"},
        {"1\n2\n\n", NULL, NULL}, /* two lines */
        {"\n\n", NULL, NULL},
        {"", NULL, NULL},
        {"1\n2\n3\n", NULL, NULL}, /* no end of the text */
        {"no line at all", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ys_bytes text;
        struct ys_bytes kind;
        const bool found = ys_note_peek(ys_bytes_of_text(cases[i].note), &text, &kind);
        assert_int_equal(found, cases[i].text != NULL);
        if (!found)
            continue;
        assert_true(ys_bytes_is_text(text, cases[i].text));
        assert_true(ys_bytes_is_text(kind, cases[i].kind));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(behaves_like_a_plain_array_and_a_slow_tree, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(tile_borders_change_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_border_of_65536_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_row_of_a_log_comes_back_from_the_disk, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_append_to_a_log_that_moved_is_busy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_frontier_that_does_not_give_the_root_is_corrupt, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_row_of_another_form_is_corrupt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_origin_that_leads_to_another_log_is_corrupt, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_entry_without_a_row_for_its_body_is_corrupt, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(logs_are_found_by_origin_and_walked_by_id, set_up,
                                        tear_down),
        cmocka_unit_test(states_have_names),
        cmocka_unit_test_setup_teardown(changes_and_arrivals_behave_like_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_counter_row_of_another_form_is_corrupt, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_body_is_filled_in_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tombstone_is_not_filled_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_largest_note_and_body_are_stored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_record_in_two_logs_has_two_positions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_records_with_one_prefix_are_both_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(positions_of_the_index_are_verified, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_record_repeated_without_end_does_not_stop_its_log, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(records_that_change_membership_are_listed, set_up,
                                        tear_down),
        cmocka_unit_test(peeking_at_a_note_finds_text_and_kind_or_neither),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
