#include "sync/rewind.h"

#include "sync/checked_row.h"
#include "sync/heads.h"
#include "sync/status.h"
#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* A community's store; its own log grows, goes back and is recovered. */
enum { LONG = 1400 };

struct desk {
    struct cast cast;
    struct ys_txn *txn;
    struct ys_log own;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_rewind", CAST_COMMUNITY);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &desk->txn, NULL), YS_OK);
    assert_int_equal(ys_log_load(desk->txn, YS_OWN_LOG, &desk->own, NULL), YS_OK);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_txn_abort(&desk->txn);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

static void write_record(struct desk *desk, struct scribe_record *out)
{
    const struct ys_signer *const rc = &desk->cast.unit[CAST_COMMUNITY].body[0];
    cast_write(&desk->cast, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng), &rc, 1, out);
}

static void append_entry(struct desk *desk, const struct ys_entry *entry)
{
    assert_int_equal(ys_log_append(desk->txn, &desk->own, entry, 1, NULL), YS_OK);
}

/* Entry `i` of a log of short notes, some of which are a kind that changes membership. */
static void append_short(struct desk *desk, uint64_t i)
{
    uint8_t note[64];
    struct ys_writer w = {.data = note, .capacity = sizeof note};
    ys_writer_text(&w, i % 7 == 0 ? "a\nb\nbody_register\n" : "a\nb\nconsensus\n");
    ys_writer_decimal(&w, i);
    ys_writer_text(&w, "\n\n- x\n");
    append_entry(desk, &(struct ys_entry){.note = {w.data, w.size}, .content = YS_CONTENT_ABSENT});
}

/* A hash over every row of a table. */
static struct ys_hash dump(struct desk *desk, enum ys_db db)
{
    struct ys_sha256 state;
    struct ys_hash hash;
    uint8_t last[512];
    struct ys_bytes from = {0};
    struct ys_bytes key;
    struct ys_bytes value;
    ys_sha256_init(&state);
    while (ys_txn_seek(desk->txn, db, from, YS_SEEK_AT_LEAST, &key, &value, NULL) == YS_OK) {
        ys_sha256_update(&state, key);
        ys_sha256_update(&state, value);
        memcpy(last, key.data, key.size);
        last[key.size] = 0;
        from = (struct ys_bytes){last, key.size + 1};
    }
    ys_sha256_final(&state, &hash);
    return hash;
}

static void a_log_that_went_back_is_as_if_it_had_never_gone_on(void **state)
{
    struct desk *const desk = *state;
    static const enum ys_db tables[] = {YS_DB_ENTRY, YS_DB_BODY, YS_DB_TILE,
                                        YS_DB_BYID,  YS_DB_HEAD, YS_DB_MEMBER};
    static const uint64_t sizes[] = {0, 1, 255, 256, 257, 700};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct ys_hash before[sizeof tables / sizeof *tables];
        while (desk->own.frontier.size < sizes[s])
            append_short(desk, desk->own.frontier.size);
        const struct ys_hash root = desk->own.root;
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
            before[i] = dump(desk, tables[i]);
        while (desk->own.frontier.size < LONG)
            append_short(desk, desk->own.frontier.size);

        assert_int_equal(ys_log_rewind(desk->txn, &desk->own, sizes[s], NULL), YS_OK);

        assert_int_equal(desk->own.frontier.size, sizes[s]);
        assert_true(ys_hash_equal(&desk->own.root, &root));
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
            const struct ys_hash after = dump(desk, tables[i]);
            if (!ys_hash_equal(&before[i], &after))
                fail_msg("table %s after going back to %llu", ys_db_name(tables[i]),
                         (unsigned long long)sizes[s]);
        }
    }
}

static void verdicts_and_arrivals_go_back_too_and_it_is_counted(void **state)
{
    struct desk *const desk = *state;
    const uint8_t ok[5] = {YS_VERDICT_OK, YS_VERDICT_OK, YS_VERDICT_OK, YS_VERDICT_OK,
                           YS_VERDICT_OK};
    enum ys_verdict verdict = YS_VERDICT_OK;
    uint64_t rewinds = 0;
    for (uint64_t i = 0; i < 5; i++)
        append_short(desk, i);
    assert_int_equal(ys_status_set(desk->txn, YS_OWN_LOG, 0, ok, 5, NULL), YS_OK);

    assert_int_equal(ys_log_rewind(desk->txn, &desk->own, 2, NULL), YS_OK);
    append_short(desk, 100);

    assert_int_equal(ys_status_get(desk->txn, YS_OWN_LOG, 1, &verdict, NULL), YS_OK);
    assert_int_equal(verdict, YS_VERDICT_OK);
    assert_int_equal(ys_status_get(desk->txn, YS_OWN_LOG, 2, &verdict, NULL), YS_OK);
    assert_int_equal(verdict, YS_VERDICT_UNCHECKED);
    /* The runs still follow each other, without a gap in the counters. */
    uint64_t reached = 0;
    struct ys_arrival run = {.counter = 0};
    for (uint64_t counter = 1; ys_arrival_next(desk->txn, run.counter, &run, NULL) == YS_OK;
         counter++) {
        assert_int_equal(run.counter, counter);
        assert_int_equal(run.first_index, reached);
        reached += run.count;
    }
    assert_int_equal(reached, 3);
    assert_int_equal(ys_rewinds_load(desk->txn, &rewinds, NULL), YS_OK);
    assert_int_equal(rewinds, 1);
}

static void what_was_signed_is_never_taken_back(void **state)
{
    struct desk *const desk = *state;
    struct ys_err err = {0};
    for (uint64_t i = 0; i < 5; i++)
        append_short(desk, i);
    assert_int_equal(ys_txn_commit(&desk->txn, NULL), YS_OK);
    cast_keep_head(&desk->cast, CAST_COMMUNITY, 3, NULL, 0, 0);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &desk->txn, NULL), YS_OK);

    assert_int_equal(ys_log_rewind(desk->txn, &desk->own, 2, &err), YS_REFUSED);
    assert_non_null(strstr(err.msg, "is signed"));
    assert_int_equal(ys_log_rewind(desk->txn, &desk->own, 6, NULL), YS_LIMIT);
    assert_int_equal(ys_log_rewind(desk->txn, &desk->own, 3, NULL), YS_OK);
}

/* The own log: two signed, two not; the parent has put another record behind the two. */
static void what_was_set_aside_comes_back_behind_what_was_fetched(void **state)
{
    struct desk *const desk = *state;
    static struct scribe_record record[6];
    struct ys_entry entry;
    for (int i = 0; i < 6; i++)
        write_record(desk, &record[i]);
    for (int i = 0; i < 4; i++) {
        entry = scribe_entry(&record[i]);
        append_entry(desk, &entry);
    }
    assert_int_equal(ys_txn_commit(&desk->txn, NULL), YS_OK);
    cast_keep_head(&desk->cast, CAST_COMMUNITY, 2, NULL, 0, 0);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &desk->txn, NULL), YS_OK);

    assert_int_equal(ys_recover_begin(desk->txn, &desk->own, NULL), YS_OK);
    assert_int_equal(desk->own.state, YS_LOG_RECOVERING);
    assert_int_equal(desk->own.frontier.size, 2);
    assert_int_equal(ys_recover_begin(desk->txn, &desk->own, NULL), YS_OK); /* once is enough */
    entry = scribe_entry(&record[4]); /* of another copy of this node */
    append_entry(desk, &entry);
    entry = scribe_entry(&record[3]); /* which knew our fourth already */
    append_entry(desk, &entry);
    entry = scribe_entry(&record[5]);
    assert_int_equal(ys_aside_put(desk->txn, &entry, NULL), YS_OK);

    assert_int_equal(ys_recover_end(desk->txn, &desk->own, NULL), YS_OK);

    static const int order[] = {0, 1, 4, 3, 2, 5};
    assert_int_equal(desk->own.state, YS_LOG_FOLLOWING);
    assert_int_equal(desk->own.frontier.size, 6);
    for (uint64_t i = 0; i < 6; i++) {
        const struct ys_entry wanted = scribe_entry(&record[order[i]]);
        assert_int_equal(ys_log_entry(desk->txn, YS_OWN_LOG, i, &entry, NULL), YS_OK);
        assert_true(ys_bytes_equal(entry.note, wanted.note));
        assert_true(ys_bytes_equal(entry.body, wanted.body));
    }
    uint64_t rows = 0;
    assert_int_equal(ys_txn_count(desk->txn, YS_DB_ASIDE, &rows, NULL), YS_OK);
    assert_int_equal(rows, 0);
}

/* The parent gives them back without their bodies; of the second, nobody has one. */
static void a_body_that_was_set_aside_is_not_lost(void **state)
{
    struct desk *const desk = *state;
    static struct scribe_record record[2];
    const uint8_t ok[] = {YS_VERDICT_OK, YS_VERDICT_OK};
    struct ys_entry entry;
    enum ys_verdict verdict = YS_VERDICT_OK;
    for (int i = 0; i < 2; i++) {
        write_record(desk, &record[i]);
        entry = scribe_entry(&record[i]);
        if (i == 1)
            entry = (struct ys_entry){.note = entry.note, .content = YS_CONTENT_ABSENT};
        append_entry(desk, &entry);
    }
    assert_int_equal(ys_recover_begin(desk->txn, &desk->own, NULL), YS_OK);
    for (int i = 0; i < 2; i++) {
        entry = scribe_entry(&record[i]);
        entry = (struct ys_entry){.note = entry.note, .content = YS_CONTENT_ABSENT};
        append_entry(desk, &entry);
    }
    assert_int_equal(ys_status_set(desk->txn, YS_OWN_LOG, 0, ok, 2, NULL), YS_OK);

    assert_int_equal(ys_recover_end(desk->txn, &desk->own, NULL), YS_OK);

    assert_int_equal(desk->own.frontier.size, 2);
    assert_int_equal(ys_log_entry(desk->txn, YS_OWN_LOG, 0, &entry, NULL), YS_OK);
    assert_true(ys_bytes_equal(entry.body, scribe_entry(&record[0]).body));
    assert_int_equal(ys_status_get(desk->txn, YS_OWN_LOG, 0, &verdict, NULL), YS_OK);
    assert_int_equal(verdict, YS_VERDICT_UNCHECKED);
    assert_int_equal(ys_log_entry(desk->txn, YS_OWN_LOG, 1, &entry, NULL), YS_OK);
    assert_int_equal(entry.content, YS_CONTENT_ABSENT);
}

static void a_log_that_is_forked_is_not_recovered(void **state)
{
    struct desk *const desk = *state;
    assert_int_equal(ys_log_set_state(desk->txn, &desk->own, YS_LOG_FORKED, NULL), YS_OK);
    assert_int_equal(ys_recover_begin(desk->txn, &desk->own, NULL), YS_FORK);
    assert_int_equal(ys_recover_end(desk->txn, &desk->own, NULL), YS_OK);
    assert_int_equal(desk->own.state, YS_LOG_FORKED);
}

static void a_damaged_row_that_was_set_aside_is_found(void **state)
{
    struct desk *const desk = *state;
    static struct scribe_record record;
    struct ys_entry entry;
    struct ys_bytes key;
    struct ys_bytes value;
    uint64_t counter = 0;
    write_record(desk, &record);
    entry = scribe_entry(&record);
    assert_int_equal(ys_aside_put(desk->txn, &entry, NULL), YS_OK);
    assert_int_equal(ys_txn_seek(desk->txn, YS_DB_ASIDE, (struct ys_bytes){0}, YS_SEEK_AT_LEAST,
                                 &key, &value, NULL),
                     YS_OK);
    uint8_t key_copy[8];
    uint8_t *const row = malloc(value.size);
    assert_non_null(row);
    memcpy(key_copy, key.data, sizeof key_copy);
    memcpy(row, value.data, value.size);
    const size_t size = value.size;
    for (size_t at = 0; at < size; at += size / 20) {
        row[at] ^= 4;
        assert_int_equal(ys_txn_put(desk->txn, YS_DB_ASIDE,
                                    (struct ys_bytes){key_copy, sizeof key_copy},
                                    (struct ys_bytes){row, size}, NULL),
                         YS_OK);
        row[at] ^= 4;
        assert_int_equal(ys_aside_next(desk->txn, 0, &counter, &entry, NULL), YS_CORRUPT);
    }
    free(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_log_that_went_back_is_as_if_it_had_never_gone_on, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(verdicts_and_arrivals_go_back_too_and_it_is_counted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_was_signed_is_never_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_set_aside_comes_back_behind_what_was_fetched,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_that_was_set_aside_is_not_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_that_is_forked_is_not_recovered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_row_that_was_set_aside_is_found, set_up,
                                        tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
