#include "sync/heads.h"

#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* A community's log of ENTRIES entries in the district's store. */
enum { ENTRIES = 60, STREET_ONLY = 1, DISTRICT_ONLY = 2, BOTH = 3 };

struct desk {
    struct cast cast;
    struct ys_txn *txn;
    uint32_t log;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    struct ys_entry entry = {.note = ys_bytes_of_text("an entry")};
    assert_non_null(desk);
    cast_open(&desk->cast, "test_heads", CAST_DISTRICT);
    for (int i = 0; i < ENTRIES; i++)
        (void)cast_append(&desk->cast, CAST_COMMUNITY, &entry);
    desk->log = cast_log(&desk->cast, CAST_COMMUNITY).id;
    assert_int_equal(ys_store_begin(desk->cast.store, true, &desk->txn, NULL), YS_OK);
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

/* Put a head with the cosignatures in `who`; returns whether that changed anything. */
static bool put(struct desk *desk, uint64_t size, uint64_t durable_size, unsigned who,
                uint64_t time_s)
{
    uint8_t buffer[CAST_HEAD_MAX];
    enum cast_role witnesses[2];
    unsigned count = 0;
    bool changed = false;
    if ((who & STREET_ONLY) != 0)
        witnesses[count++] = CAST_STREET;
    if ((who & DISTRICT_ONLY) != 0)
        witnesses[count++] = CAST_DISTRICT;
    const struct ys_bytes head =
        cast_head(&desk->cast, CAST_COMMUNITY, size, witnesses, count, time_s, buffer);
    assert_int_equal(ys_head_put(desk->txn, desk->log, size, durable_size, head, &changed, NULL),
                     YS_OK);
    return changed;
}

static bool stands(struct desk *desk, uint64_t size)
{
    uint64_t found = 0;
    struct ys_bytes note;
    const enum ys_code code = ys_head_at_least(desk->txn, desk->log, size, &found, &note, NULL);
    return code == YS_OK && found == size;
}

/* Which keys have a good line in the head stored at this size: STREET_ONLY, DISTRICT_ONLY, BOTH. */
static unsigned cosigned_by(struct desk *desk, uint64_t size, uint64_t *time_out)
{
    uint64_t found = 0;
    struct ys_bytes bytes;
    struct ys_note note;
    const struct cast_unit *const unit = desk->cast.unit;
    assert_int_equal(ys_head_at_most(desk->txn, desk->log, size, &found, &bytes, NULL), YS_OK);
    assert_int_equal(found, size);
    assert_int_equal(ys_note_parse(bytes, &note, NULL), YS_OK);
    assert_int_equal(ys_note_check(&note, &unit[CAST_COMMUNITY].keys.log.vkey, NULL), YS_LINE_GOOD);
    unsigned who = 0;
    if (ys_note_check(&note, &unit[CAST_STREET].keys.mirror.vkey, time_out) == YS_LINE_GOOD)
        who |= STREET_ONLY;
    if (ys_note_check(&note, &unit[CAST_DISTRICT].keys.mirror.vkey, NULL) == YS_LINE_GOOD)
        who |= DISTRICT_ONLY;
    return who;
}

static void lines_of_one_head_are_joined(void **state)
{
    struct desk *const desk = *state;
    uint64_t time_s = 0;
    assert_true(put(desk, 7, 10, 0, 0));
    assert_int_equal(cosigned_by(desk, 7, NULL), 0);
    assert_true(put(desk, 7, 10, STREET_ONLY, 100));
    assert_int_equal(cosigned_by(desk, 7, NULL), STREET_ONLY);
    assert_true(put(desk, 7, 10, DISTRICT_ONLY, 200));
    assert_int_equal(cosigned_by(desk, 7, &time_s), BOTH);
    assert_int_equal(time_s, 100);

    assert_false(put(desk, 7, 10, 0, 0));
    assert_false(put(desk, 7, 10, BOTH, 100));
    assert_int_equal(cosigned_by(desk, 7, NULL), BOTH);
}

static void the_first_cosignature_of_a_witness_stays(void **state)
{
    struct desk *const desk = *state;
    uint64_t time_s = 0;
    assert_true(put(desk, 7, 10, STREET_ONLY, 100));
    assert_false(put(desk, 7, 10, STREET_ONLY, 50));
    assert_false(put(desk, 7, 10, STREET_ONLY, 150));
    assert_int_equal(cosigned_by(desk, 7, &time_s), STREET_ONLY);
    assert_int_equal(time_s, 100);
}

static void superseded_heads_go_unless_they_are_cosigned(void **state)
{
    struct desk *const desk = *state;
    (void)put(desk, 3, 3, 0, 0);
    (void)put(desk, 5, 5, STREET_ONLY, 100);
    (void)put(desk, 6, 6, 0, 0);
    assert_false(stands(desk, 3));
    assert_true(stands(desk, 5));
    assert_true(stands(desk, 6));

    (void)put(desk, 9, 9, 0, 0);

    assert_true(stands(desk, 5));
    assert_false(stands(desk, 6));
    assert_true(stands(desk, 9));
}

static void the_head_of_a_catch_up_does_not_push_out_what_is_durable(void **state)
{
    struct desk *const desk = *state;
    (void)put(desk, 3, 3, 0, 0);
    (void)put(desk, 40, 4, 0, 0);
    assert_true(stands(desk, 3));
    assert_true(stands(desk, 40));
    assert_false(put(desk, 40, 39, 0, 0));
    assert_true(stands(desk, 3));

    assert_false(put(desk, 40, 40, 0, 0)); /* it is reached */

    assert_false(stands(desk, 3));
    assert_true(stands(desk, 40));
}

static void heads_of_other_logs_are_not_touched(void **state)
{
    struct desk *const desk = *state;
    struct ys_log other;
    uint8_t buffer[CAST_HEAD_MAX];
    uint64_t size = 0;
    struct ys_bytes note;
    bool changed = false;
    assert_int_equal(ys_log_add(desk->txn, &desk->cast.unit[CAST_NEIGHBOUR].origin, &other, NULL),
                     YS_OK);
    assert_int_equal(other.id, desk->log + 1);
    const struct ys_bytes head = cast_false_head(&desk->cast, CAST_NEIGHBOUR, 4, buffer);
    assert_int_equal(ys_head_put(desk->txn, other.id, 4, 4, head, &changed, NULL), YS_OK);
    assert_int_equal(ys_head_at_least(desk->txn, desk->log, 0, &size, &note, NULL), YS_NOT_FOUND);
    (void)put(desk, 8, 8, 0, 0);

    assert_int_equal(ys_head_at_most(desk->txn, other.id, 100, &size, &note, NULL), YS_OK);
    assert_int_equal(size, 4);
    assert_true(ys_bytes_equal(note, head));
    assert_int_equal(ys_head_at_most(desk->txn, other.id, 3, &size, &note, NULL), YS_NOT_FOUND);
    assert_int_equal(ys_head_at_least(desk->txn, desk->log, 9, &size, &note, NULL), YS_NOT_FOUND);
}

static void another_text_at_the_same_size_is_refused_and_changes_nothing(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    bool changed = false;
    struct ys_err err = {0};
    (void)put(desk, 7, 10, STREET_ONLY, 100);
    const struct ys_bytes other = cast_false_head(&desk->cast, CAST_COMMUNITY, 7, buffer);

    assert_int_equal(ys_head_put(desk->txn, desk->log, 7, 10, other, &changed, &err), YS_CORRUPT);

    assert_int_equal(cosigned_by(desk, 7, NULL), STREET_ONLY);
}

/* A head with `count` lines that nobody verified, of names beginning with `letter`. */
static struct ys_bytes head_of_lines(struct desk *desk, char letter, unsigned count,
                                     uint8_t buffer[YS_HEAD_MAX])
{
    uint8_t signed_head[CAST_HEAD_MAX];
    struct ys_writer w = {.data = buffer, .capacity = YS_HEAD_MAX};
    ys_writer_bytes(&w, cast_head(&desk->cast, CAST_COMMUNITY, 7, NULL, 0, 0, signed_head));
    for (unsigned i = 1; i < count; i++) {
        char line[64];
        snprintf(line, sizeof line, "\xe2\x80\x94 %c%03u AAAAAAAA\n", letter, i);
        ys_writer_text(&w, line);
    }
    assert_false(w.overflow);
    return (struct ys_bytes){w.data, w.size};
}

static void a_head_holds_as_many_lines_as_a_note_may(void **state)
{
    struct desk *const desk = *state;
    static uint8_t buffer[YS_HEAD_MAX];
    bool changed = false;
    struct ys_err err = {0};
    const struct ys_bytes full = head_of_lines(desk, 'a', YS_NOTE_LINES_MAX, buffer);
    assert_int_equal(ys_head_put(desk->txn, desk->log, 7, 10, full, &changed, &err), YS_OK);
    assert_true(changed);
    const struct ys_bytes other = head_of_lines(desk, 'b', 1, buffer);
    assert_int_equal(ys_head_put(desk->txn, desk->log, 7, 10, other, &changed, &err), YS_LIMIT);
    assert_int_equal(cosigned_by(desk, 7, NULL), 0);
}

static void what_is_no_head_is_told_from_what_we_stored_wrongly(void **state)
{
    struct desk *const desk = *state;
    uint8_t key[YS_ROW_KEY_LEN];
    uint8_t buffer[CAST_HEAD_MAX];
    bool changed = false;
    assert_int_equal(
        ys_head_put(desk->txn, desk->log, 7, 10, ys_bytes_of_text("no note"), &changed, NULL),
        YS_MALFORMED);
    ys_row_key(desk->log, 7, key);
    assert_int_equal(ys_txn_put(desk->txn, YS_DB_HEAD, (struct ys_bytes){key, sizeof key},
                                ys_bytes_of_text("no note"), NULL),
                     YS_OK);
    assert_int_equal(ys_head_put(desk->txn, desk->log, 7, 10,
                                 cast_head(&desk->cast, CAST_COMMUNITY, 7, NULL, 0, 0, buffer),
                                 &changed, NULL),
                     YS_CORRUPT);
}

/* --- receipts --- */

static void check_receipts(struct desk *desk, const unsigned *who, enum cast_role role,
                           unsigned mask, uint64_t index)
{
    const struct ys_vkey *const witness = &desk->cast.unit[role].keys.mirror.vkey;
    struct ys_receipt receipt;
    struct ys_bytes note;
    uint64_t newest = ENTRIES;
    uint64_t covering = index + 1;
    while (newest > 0 && (who[newest] & mask) == 0)
        newest--;
    while (covering <= ENTRIES && (who[covering] & mask) == 0)
        covering++;
    enum ys_code code = ys_receipt_newest(desk->txn, desk->log, witness, &receipt, &note, NULL);
    assert_int_equal(code, newest > 0 ? YS_OK : YS_NOT_FOUND);
    if (code == YS_OK) {
        assert_int_equal(receipt.size, newest);
        assert_int_equal(receipt.time_s, 1000 + newest);
    }
    code = ys_receipt_covering(desk->txn, desk->log, index, witness, &receipt, NULL);
    assert_int_equal(code, covering <= ENTRIES ? YS_OK : YS_NOT_FOUND);
    if (code == YS_OK) {
        assert_int_equal(receipt.size, covering);
        assert_int_equal(receipt.time_s, 1000 + covering);
    }
}

static void receipts_behave_like_a_list(void **state)
{
    struct desk *const desk = *state;
    struct rng rng = rng_from_env(__func__);
    unsigned who[ENTRIES + 1] = {0};
    for (int step = 0; step < 80; step++) {
        const uint64_t size = 1 + rng_below(&rng, ENTRIES);
        const unsigned more = 1 + (unsigned)rng_below(&rng, BOTH);
        (void)put(desk, size, ENTRIES, more, 1000 + size);
        who[size] |= more;
        for (int i = 0; i < 5; i++) {
            const uint64_t index = rng_below(&rng, ENTRIES);
            check_receipts(desk, who, CAST_STREET, STREET_ONLY, index);
            check_receipts(desk, who, CAST_DISTRICT, DISTRICT_ONLY, index);
            check_receipts(desk, who, CAST_OTHER_STREET, 4, index);
        }
    }
}

static void a_receipt_is_of_the_key_and_not_of_the_name(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer other;
    struct ys_receipt receipt;
    struct ys_bytes note;
    (void)put(desk, 7, 10, STREET_ONLY, 100);
    cast_rekey(&desk->cast, &desk->cast.unit[CAST_STREET].keys.mirror, &other);
    assert_int_equal(ys_receipt_newest(desk->txn, desk->log, &other.vkey, &receipt, &note, NULL),
                     YS_NOT_FOUND);
    assert_int_equal(ys_receipt_covering(desk->txn, desk->log, 0, &other.vkey, &receipt, NULL),
                     YS_NOT_FOUND);
}

static void the_last_cosignature_may_stand_far_below_the_newest_head(void **state)
{
    struct desk *const desk = *state;
    uint64_t time_s = 7;
    assert_int_equal(ys_head_last_cosigned(desk->txn, desk->log, &time_s, NULL), YS_NOT_FOUND);
    (void)put(desk, 50, ENTRIES, 0, 0);
    assert_int_equal(ys_head_last_cosigned(desk->txn, desk->log, &time_s, NULL), YS_NOT_FOUND);
    assert_int_equal(time_s, 7);

    (void)put(desk, 20, ENTRIES, STREET_ONLY, 4000);
    (void)put(desk, 10, ENTRIES, DISTRICT_ONLY, 9000);
    (void)put(desk, 30, ENTRIES, STREET_ONLY, 5000);

    assert_int_equal(ys_head_last_cosigned(desk->txn, desk->log, &time_s, NULL), YS_OK);
    assert_int_equal(time_s, 9000);
    assert_int_equal(ys_head_last_cosigned(desk->txn, desk->log + 1, &time_s, NULL), YS_NOT_FOUND);
    (void)put(desk, 30, ENTRIES, DISTRICT_ONLY, 9001);
    assert_int_equal(ys_head_last_cosigned(desk->txn, desk->log, &time_s, NULL), YS_OK);
    assert_int_equal(time_s, 9001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_of_one_head_are_joined, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_cosignature_of_a_witness_stays, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(superseded_heads_go_unless_they_are_cosigned, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_head_of_a_catch_up_does_not_push_out_what_is_durable,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(heads_of_other_logs_are_not_touched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            another_text_at_the_same_size_is_refused_and_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_holds_as_many_lines_as_a_note_may, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_head_is_told_from_what_we_stored_wrongly, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_last_cosignature_may_stand_far_below_the_newest_head,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(receipts_behave_like_a_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_receipt_is_of_the_key_and_not_of_the_name, set_up,
                                        tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
