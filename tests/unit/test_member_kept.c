/* What is kept of a membership holds as long as nothing changed that it follows from, and never longer. */
#include "sync/checked_row.h"
#include "sync/member.h"
#include "sync/rewind.h"
#include "tests/support/cast.h"
#include "tests/support/member_twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { ROW_MAX = 16384 };
static const uint64_t now_s = 1764000000;
static const char street_row[] = "members/110105901";

/* The street's node, at which its own records count at once. */
struct desk {
    struct cast cast;
    struct ys_member *member;
    const struct ys_signer *st, *da, *rc;
};

static const struct ys_division *self_of(const struct desk *desk)
{
    return &desk->cast.unit[CAST_STREET].origin.division;
}

static struct ys_member *new_member(const struct desk *desk)
{
    struct ys_member *member = NULL;
    assert_int_equal(ys_member_new(&desk->cast.root, self_of(desk), &member, NULL), YS_OK);
    return member;
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_member_kept", CAST_STREET);
    cast_enrol_all(&desk->cast);
    desk->st = &desk->cast.unit[CAST_STREET].body[0];
    desk->da = &desk->cast.unit[CAST_DISTRICT].body[0];
    desk->rc = &desk->cast.unit[CAST_COMMUNITY].body[0];
    desk->member = new_member(desk);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_member_free(desk->member);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

static struct ys_txn *begin(const struct desk *desk, bool write)
{
    struct ys_txn *txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, write, &txn, NULL), YS_OK);
    return txn;
}

/* From records, and the same from what is kept, which is renewed. */
static void rebuild(struct desk *desk)
{
    member_twin_rebuild(desk->cast.store, self_of(desk), desk->member);
}

static bool knows(const struct desk *desk, const struct ys_signer *signer)
{
    return ys_member_find(desk->member, &signer->vkey) != NULL;
}

static uint64_t cut_of(const struct ys_member *member, const struct ys_signer *signer)
{
    const struct ys_member_key *const key = ys_member_find(member, &signer->vkey);
    assert_non_null(key);
    return key->cut;
}

static size_t load_row(struct desk *desk, uint8_t out[ROW_MAX])
{
    YS_TXN_SCOPED txn = begin(desk, false);
    struct ys_bytes value;
    assert_int_equal(ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(street_row), &value, NULL),
                     YS_OK);
    assert_true(value.size <= ROW_MAX);
    memcpy(out, value.data, value.size);
    return value.size;
}

static void put_row(struct desk *desk, const uint8_t *row, size_t size)
{
    YS_TXN_SCOPED txn = begin(desk, true);
    assert_int_equal(ys_member_kept_put(txn, self_of(desk), (struct ys_bytes){row, size}, NULL),
                     YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static bool row_is_good(struct desk *desk, const uint8_t *row, size_t size)
{
    YS_TXN_SCOPED txn = begin(desk, false);
    bool good = false;
    assert_int_equal(ys_member_kept_check(desk->member, txn, self_of(desk),
                                          (struct ys_bytes){row, size}, &good, NULL),
                     YS_OK);
    return good;
}

/* Where in the row the cut of this key stands: behind its bytes and `from`. */
static uint8_t *cut_in(uint8_t *row, size_t size, const struct ys_signer *signer)
{
    uint8_t *const key = memmem(row, size, signer->vkey.key, sizeof signer->vkey.key);
    assert_non_null(key);
    return key + sizeof signer->vkey.key + 8;
}

/* --- whom it helps, and whom it cannot mislead --- */

static void a_recall_takes_what_is_kept_and_a_rebuild_does_not(void **state)
{
    struct desk *const desk = *state;
    uint8_t row[ROW_MAX];
    rebuild(desk);
    const size_t size = load_row(desk, row);
    assert_true(row_is_good(desk, row, size));

    ys_be64_put(cut_in(row, size, desk->rc), 1);
    put_row(desk, row, size);

    YS_TXN_SCOPED txn = begin(desk, false);
    struct ys_member *const other = new_member(desk);
    assert_int_equal(ys_member_recall(other, txn, NULL, NULL), YS_OK);
    assert_int_equal(cut_of(other, desk->rc), 1);
    assert_int_equal(ys_member_rebuild(other, txn, NULL, NULL), YS_OK);
    assert_int_equal(cut_of(other, desk->rc), UINT64_MAX);
    ys_member_free(other);
    ys_txn_abort(&txn);
    assert_false(row_is_good(desk, row, size)); /* which is what verify tells */
}

static void a_row_that_is_damaged_or_of_another_form_is_as_if_there_were_none(void **state)
{
    struct desk *const desk = *state;
    uint8_t row[ROW_MAX] = {0};
    rebuild(desk);
    const size_t size = load_row(desk, row);
    for (size_t cut = 0; cut < size; cut += 13) {
        put_row(desk, row, cut);
        rebuild(desk);
    }
    ys_be64_put(cut_in(row, size, desk->rc), 1); /* which a recall would take from a good row */
    put_row(desk, row, size + 1);                /* one byte too many */
    rebuild(desk);
    row[0]++; /* the version */
    put_row(desk, row, size);
    rebuild(desk);

    YS_TXN_SCOPED txn = begin(desk, true);
    const struct ys_bytes name = ys_bytes_of_text(street_row);
    assert_int_equal(ys_txn_put(txn, YS_DB_META, name, (struct ys_bytes){row, size}, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    rebuild(desk);
    assert_true(row_is_good(desk, row, load_row(desk, row)));
}

static void nothing_is_left_of_what_is_forgotten(void **state)
{
    struct desk *const desk = *state;
    struct ys_bytes value;
    rebuild(desk);
    YS_TXN_SCOPED txn = begin(desk, true);
    assert_int_equal(ys_member_forget(txn, NULL), YS_OK);
    assert_int_equal(ys_txn_get(txn, YS_DB_META, ys_bytes_of_text(street_row), &value, NULL),
                     YS_NOT_FOUND);
    assert_int_equal(ys_txn_get(txn, YS_DB_META, ys_bytes_of_text("members/110105"), &value, NULL),
                     YS_NOT_FOUND);
    assert_int_equal(ys_txn_get(txn, YS_DB_META, ys_bytes_of_text("schema"), &value, NULL), YS_OK);
    assert_int_equal(ys_txn_get(txn, YS_DB_META, ys_bytes_of_text("origin"), &value, NULL), YS_OK);
}

/* --- what changes without a new record --- */

static void write_by(struct desk *desk, enum cast_role role, Yishi__V1__Body *body,
                     const struct ys_signer *signer, struct scribe_record *out)
{
    cast_write(&desk->cast, role, body, &signer, 1, out);
}

static void fill(struct desk *desk, enum cast_role role, uint64_t index,
                 const struct scribe_record *record)
{
    YS_TXN_SCOPED txn = begin(desk, true);
    struct ys_log log;
    assert_int_equal(ys_log_find(txn, desk->cast.unit[role].log, &log, NULL), YS_OK);
    assert_int_equal(ys_log_fill_body(txn, &log, index,
                                      (struct ys_bytes){record->body, record->body_size}, NULL),
                     YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

/* The note alone; the index at which it stands. */
static uint64_t append_note(struct desk *desk, enum cast_role role,
                            const struct scribe_record *record)
{
    struct ys_entry entry = scribe_entry(record);
    entry.content = YS_CONTENT_ABSENT;
    entry.body = (struct ys_bytes){0};
    return cast_append(&desk->cast, role, &entry);
}

static void a_body_that_comes_later_takes_effect(void **state)
{
    static const enum cast_role issuers[] = {CAST_STREET, CAST_DISTRICT};
    static const enum cast_role units[] = {CAST_COMMUNITY, CAST_OTHER_STREET};
    struct desk *const desk = *state;
    for (int i = 0; i < 2; i++) {
        const struct ys_signer *const key = &desk->cast.unit[units[i]].body[0];
        struct scribe_record record;
        write_by(desk, issuers[i], scribe_key_revoke(&key->vkey, desk->cast.unit[units[i]].log, 7),
                 i == 0 ? desk->st : desk->da, &record);
        const uint64_t index = append_note(desk, issuers[i], &record);
        rebuild(desk);
        assert_int_equal(cut_of(desk->member, key), UINT64_MAX);

        fill(desk, issuers[i], index, &record);
        rebuild(desk);
        assert_int_equal(cut_of(desk->member, key), 7);
    }
}

static void the_body_of_receipts_that_comes_later_takes_effect(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const key = &desk->cast.unit[CAST_DISTRICT].keys.log;
    const char *const log = desk->cast.unit[CAST_COMMUNITY].log;
    struct scribe_record record;
    write_by(desk, CAST_DISTRICT, scribe_receipts(log, 12, now_s), key, &record);
    const uint64_t index = append_note(desk, CAST_DISTRICT, &record);
    const uint64_t cut = cast_publish(&desk->cast, CAST_STREET,
                                      scribe_key_revoke(&desk->rc->vkey, log, 5), desk->st);
    (void)cast_publish(&desk->cast, CAST_DISTRICT,
                       scribe_receipts(desk->cast.unit[CAST_STREET].log, cut + 1, now_s), key);
    rebuild(desk);
    assert_int_equal(cut_of(desk->member, desk->rc), 5);

    fill(desk, CAST_DISTRICT, index, &record);
    rebuild(desk);
    assert_int_equal(cut_of(desk->member, desk->rc), UINT64_MAX);
}

static void what_was_taken_back_is_forgotten(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer key[2];
    for (int i = 0; i < 2; i++) {
        struct ys_log log = cast_log(&desk->cast, CAST_STREET);
        const uint64_t size = log.frontier.size;
        cast_rekey(&desk->cast, desk->rc, &key[i]);
        const struct ys_signer *const signers[] = {desk->st, desk->rc};
        struct scribe_record record;
        cast_write(&desk->cast, CAST_STREET,
                   scribe_body_register(&key[i].vkey, desk->cast.unit[CAST_COMMUNITY].log, 0),
                   signers, 2, &record);
        const struct ys_entry entry = scribe_entry(&record);
        (void)cast_append(&desk->cast, CAST_STREET, &entry);
        rebuild(desk);
        assert_true(knows(desk, &key[i]));
        assert_false(i == 1 && knows(desk, &key[0]));
        if (i == 1)
            continue;
        YS_TXN_SCOPED txn = begin(desk, true);
        assert_int_equal(ys_log_find(txn, log.origin_text, &log, NULL), YS_OK);
        assert_int_equal(ys_log_rewind(txn, &log, size, NULL), YS_OK);
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    }
}

/* --- what the district says changes what the street's records come to --- */

static void a_street_whose_key_is_cut_has_enrolled_nobody_behind_the_cut(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer key;
    cast_rekey(&desk->cast, desk->rc, &key);
    const struct ys_signer *const signers[] = {desk->st, desk->rc};
    struct scribe_record record;
    cast_write(&desk->cast, CAST_STREET,
               scribe_body_register(&key.vkey, desk->cast.unit[CAST_COMMUNITY].log, 0), signers, 2,
               &record);
    const struct ys_entry entry = scribe_entry(&record);
    const uint64_t at = cast_append(&desk->cast, CAST_STREET, &entry);
    rebuild(desk);
    assert_true(knows(desk, &key));

    (void)cast_publish(&desk->cast, CAST_DISTRICT,
                       scribe_key_revoke(&desk->st->vkey, desk->cast.unit[CAST_STREET].log, at),
                       desk->da);
    rebuild(desk);
    assert_false(knows(desk, &key));
}

static void what_a_street_signed_counts_once_its_key_is_enrolled(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer st2;
    struct ys_signer key;
    struct ys_name name = desk->cast.unit[CAST_COMMUNITY].origin;
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110105901009"), &name.division, NULL),
                     YS_OK);
    const struct ys_name body = ys_name_body(name.deployment, &name.division, "rc");
    char log[YS_KEY_NAME_MAX + 1];
    ys_name_print(&name, log);
    scribe_signer(&key, &desk->cast.rng, &body);
    cast_rekey(&desk->cast, desk->st, &st2);
    (void)cast_publish(&desk->cast, CAST_STREET, scribe_body_register(&key.vkey, log, 0), &st2);
    rebuild(desk);
    assert_false(knows(desk, &key));

    (void)cast_publish(&desk->cast, CAST_DISTRICT,
                       scribe_body_register(&st2.vkey, desk->cast.unit[CAST_STREET].log, 0),
                       desk->da);
    rebuild(desk);
    assert_true(knows(desk, &key));
}

/* --- failures --- */

static void drop_tile(struct desk *desk, enum cast_role role)
{
    YS_TXN_SCOPED txn = begin(desk, true);
    uint8_t key[13] = {0}; /* level 0, tile 0 */
    ys_be32_put(key, cast_log(&desk->cast, role).id);
    assert_int_equal(ys_txn_delete(txn, YS_DB_TILE, (struct ys_bytes){key, sizeof key}, NULL),
                     YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static void a_tile_that_is_missing_keeps_nobody_from_reading_records(void **state)
{
    static const enum cast_role district = CAST_DISTRICT;
    struct desk *const desk = *state;
    const struct ys_division *const elsewhere = &desk->cast.unit[CAST_COMMUNITY].origin.division;
    struct ys_member *other = NULL;
    assert_int_equal(ys_member_new(&desk->cast.root, elsewhere, &other, NULL), YS_OK);
    cast_keep_head(&desk->cast, CAST_STREET, cast_log(&desk->cast, CAST_STREET).frontier.size - 1,
                   &district, 1, now_s); /* the last record does not count there yet */
    rebuild(desk);
    (void)cast_publish(&desk->cast, CAST_DISTRICT, scribe_acknowledgement(&desk->cast.rng),
                       desk->da);

    drop_tile(desk, CAST_DISTRICT);
    drop_tile(desk, CAST_STREET);
    rebuild(desk);
    member_twin_rebuild(desk->cast.store, elsewhere, other);
    assert_int_equal(ys_member_key_count(other) + 1, ys_member_key_count(desk->member));
    ys_member_free(other);
}

static void a_recall_that_fails_leaves_the_membership_as_it_was(void **state)
{
    struct desk *const desk = *state;
    struct ys_kv *const kv = ys_store_kv(desk->cast.store);
    rebuild(desk);
    const size_t keys = ys_member_key_count(desk->member);
    enum ys_code code = YS_IO;
    unsigned n = 0;
    while (code != YS_OK) {
        YS_TXN_SCOPED txn = begin(desk, true);
        struct ys_err err = {0};
        ys_kv_fail_after(kv, ++n);
        code = ys_member_recall(desk->member, txn, NULL, &err);
        if (code == YS_OK)
            code = ys_member_keep(desk->member, txn, &err);
        ys_kv_fail_after(kv, 0);
        assert_true(code == YS_OK || (code == YS_IO && err.msg[0] != '\0'));
        assert_int_equal(ys_member_key_count(desk->member), keys);
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_recall_takes_what_is_kept_and_a_rebuild_does_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_row_that_is_damaged_or_of_another_form_is_as_if_there_were_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_left_of_what_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_that_comes_later_takes_effect, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_body_of_receipts_that_comes_later_takes_effect, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_was_taken_back_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_street_whose_key_is_cut_has_enrolled_nobody_behind_the_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_street_signed_counts_once_its_key_is_enrolled,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tile_that_is_missing_keeps_nobody_from_reading_records,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_recall_that_fails_leaves_the_membership_as_it_was, set_up,
                                        tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
