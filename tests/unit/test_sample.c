#include "node/audit/sample.h"

#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t now_s = 1764000000;
static const uint8_t nonce[YS_NONCE_LEN] = {1, 2, 3};

struct desk {
    struct cast cast; /* the store is the district's */
    struct ys_member *member;
};

static void talk(struct desk *desk, enum cast_role role, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        (void)cast_publish(&desk->cast, role, scribe_acknowledgement(&desk->cast.rng),
                           &desk->cast.unit[role].body[0]);
}

static void cosign(struct desk *desk, enum cast_role role)
{
    static const enum cast_role district = CAST_DISTRICT;
    cast_cosign(&desk->cast, role, &district, 1, now_s);
}

static void write_receipts(struct desk *desk)
{
    assert_int_equal(cast_write_receipts(&desk->cast, CAST_DISTRICT, now_s), 1);
}

static void commit_to(struct desk *desk, const uint8_t secret[YS_NONCE_LEN])
{
    static char purpose[YS_COMMITMENT_TEXT_MAX];
    Yishi__V1__Body *const body = scribe_acknowledgement(&desk->cast.rng);
    ys_commitment_print(secret, purpose);
    body->acknowledgement->purpose = purpose;
    (void)cast_publish(&desk->cast, CAST_DISTRICT, body, &desk->cast.unit[CAST_DISTRICT].body[0]);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_sample", CAST_DISTRICT);
    cast_enrol_all(&desk->cast);
    talk(desk, CAST_COMMUNITY, 20);
    talk(desk, CAST_NEIGHBOUR, 5);
    for (unsigned role = CAST_STREET; role < CAST_ROLES; role++)
        if (role != CAST_OTHER_STREET)
            cosign(desk, (enum cast_role)role);
    write_receipts(desk);
    assert_int_equal(ys_member_new(&desk->cast.root,
                                   &desk->cast.unit[CAST_DISTRICT].origin.division, &desk->member,
                                   NULL),
                     YS_OK);
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

static enum ys_code draw(struct desk *desk, size_t count, struct ys_sample *out)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(desk->member, txn, NULL, NULL), YS_OK);
    ys_txn_abort(&txn);
    return ys_sample_draw(desk->cast.store, desk->member, nonce, count, out, NULL);
}

/* Commitment, something that nobody could know, and the record behind it. */
static void go_on(struct desk *desk)
{
    commit_to(desk, nonce);
    talk(desk, CAST_NEIGHBOUR, 3);
    cosign(desk, CAST_NEIGHBOUR);
    write_receipts(desk);
}

static void nothing_is_drawn_before_both_halves_stand_there(void **state)
{
    struct desk *const desk = *state;
    struct ys_sample sample;

    assert_int_equal(draw(desk, 3, &sample), YS_NOT_FOUND);
    ys_sample_clear(&sample);
    commit_to(desk, nonce);
    assert_int_equal(draw(desk, 3, &sample), YS_NOT_FOUND);
    ys_sample_clear(&sample);
    talk(desk, CAST_NEIGHBOUR, 1);
    cosign(desk, CAST_NEIGHBOUR);
    write_receipts(desk);
    assert_int_equal(draw(desk, 3, &sample), YS_OK);
    assert_int_equal(sample.count, 3);
    assert_int_equal(sample.beacon_index, sample.commitment_index + 1);
    ys_sample_clear(&sample);
    assert_int_equal(draw(desk, YS_SAMPLE_MAX + 1, &sample), YS_LIMIT);
    ys_sample_clear(&sample);
}

static void what_comes_later_changes_no_draw(void **state)
{
    struct desk *const desk = *state;
    struct ys_sample first;
    struct ys_sample second;
    go_on(desk);
    assert_int_equal(draw(desk, 10, &first), YS_OK);

    talk(desk, CAST_COMMUNITY, 9);
    cosign(desk, CAST_COMMUNITY);
    write_receipts(desk);
    commit_to(desk, nonce);
    assert_int_equal(draw(desk, 10, &second), YS_OK);

    assert_int_equal(first.population, second.population);
    assert_int_equal(first.count, second.count);
    for (size_t i = 0; i < first.count; i++) {
        assert_string_equal(first.drawn[i].origin, second.drawn[i].origin);
        assert_int_equal(first.drawn[i].index, second.drawn[i].index);
        assert_int_equal(first.drawn[i].flaws.count, 0);
    }
    ys_sample_clear(&first);
    ys_sample_clear(&second);
}

/* The rule of FORMATS.md, written down again. */
static void the_draw_is_the_one_that_formats_describes(void **state)
{
    struct desk *const desk = *state;
    struct ys_sample sample;
    uint8_t text[22 + YS_NONCE_LEN + YS_HASH_LEN];
    struct ys_hash seed;
    go_on(desk);
    assert_int_equal(draw(desk, 1, &sample), YS_OK);

    memcpy(text, "yishi/audit-sample/v1\n", 22);
    memcpy(text + 22, nonce, YS_NONCE_LEN);
    memcpy(text + 22 + YS_NONCE_LEN, sample.beacon.bytes, YS_HASH_LEN);
    ys_sha256((struct ys_bytes){text, sizeof text}, &seed);
    assert_memory_equal(seed.bytes, sample.seed.bytes, YS_HASH_LEN);
    uint8_t numbered[YS_HASH_LEN + 8] = {0};
    struct ys_hash hash;
    memcpy(numbered, seed.bytes, YS_HASH_LEN);
    ys_sha256((struct ys_bytes){numbered, sizeof numbered}, &hash);
    uint64_t number = ys_be64_get(hash.bytes) % sample.population;
    size_t log = 0;
    for (; number >= sample.logs.item[log].size; log++)
        number -= sample.logs.item[log].size;
    assert_string_equal(sample.drawn[0].origin, sample.logs.item[log].origin);
    assert_int_equal(sample.drawn[0].index, number);
    ys_sample_clear(&sample);
}

static void who_wants_more_than_there_are_gets_each_once(void **state)
{
    struct desk *const desk = *state;
    struct ys_sample sample;
    go_on(desk);
    const uint64_t wanted = cast_log(&desk->cast, CAST_DISTRICT).frontier.size +
                            cast_log(&desk->cast, CAST_STREET).frontier.size +
                            cast_log(&desk->cast, CAST_COMMUNITY).frontier.size +
                            cast_log(&desk->cast, CAST_NEIGHBOUR).frontier.size;

    assert_int_equal(draw(desk, 5000, &sample), YS_OK);

    assert_int_equal(sample.population, wanted);
    assert_int_equal(sample.count, wanted);
    for (size_t i = 0; i < sample.count; i++) {
        assert_int_equal(sample.drawn[i].flaws.count, 0);
        for (size_t k = 0; k < i; k++)
            assert_false(sample.drawn[i].origin == sample.drawn[k].origin &&
                         sample.drawn[i].index == sample.drawn[k].index);
    }
    ys_sample_clear(&sample);
}

static void a_record_drawn_that_is_gone_is_named(void **state)
{
    struct desk *const desk = *state;
    struct ys_sample sample;
    uint8_t key[YS_ROW_KEY_LEN];
    uint64_t missing = 0;
    go_on(desk);
    ys_row_key(cast_log(&desk->cast, CAST_COMMUNITY).id, 7, key);
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_txn_delete(txn, YS_DB_ENTRY, (struct ys_bytes){key, sizeof key}, NULL),
                     YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);

    assert_int_equal(draw(desk, 5000, &sample), YS_OK);

    for (size_t i = 0; i < sample.count; i++)
        if (sample.drawn[i].flaws.count != 0) {
            missing++;
            assert_int_equal(sample.drawn[i].flaws.item[0].kind, YS_FLAW_MISSING);
            assert_int_equal(sample.drawn[i].index, 7);
        }
    assert_int_equal(missing, 1);
    ys_sample_clear(&sample);
}

static void a_history_that_the_district_never_had_is_named(void **state)
{
    struct desk *const desk = *state;
    struct ys_sample sample;
    uint64_t wrong = 0;
    commit_to(desk, nonce);
    /* of size 20 the district had another root: scribe_receipts makes one up */
    (void)cast_publish(&desk->cast, CAST_DISTRICT,
                       scribe_receipts(desk->cast.unit[CAST_OTHER_STREET].log, 2, now_s),
                       &desk->cast.unit[CAST_DISTRICT].keys.log);
    talk(desk, CAST_OTHER_STREET, 2);

    assert_int_equal(draw(desk, 5000, &sample), YS_OK);

    for (size_t i = 0; i < sample.count; i++)
        if (sample.drawn[i].flaws.count != 0) {
            wrong++;
            assert_int_equal(sample.drawn[i].flaws.item[0].kind, YS_FLAW_TREE);
        }
    assert_int_equal(wrong, 2);
    ys_sample_clear(&sample);
}

static void who_commits_often_is_told_on(void **state)
{
    struct desk *const desk = *state;
    struct ys_sample sample;
    const uint8_t other[YS_NONCE_LEN] = {9};
    commit_to(desk, other);
    go_on(desk);
    assert_int_equal(draw(desk, 1, &sample), YS_OK);
    assert_int_equal(sample.commitments_before, 1);
    ys_sample_clear(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_drawn_before_both_halves_stand_there, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_comes_later_changes_no_draw, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_draw_is_the_one_that_formats_describes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_wants_more_than_there_are_gets_each_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_record_drawn_that_is_gone_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_history_that_the_district_never_had_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_commits_often_is_told_on, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
