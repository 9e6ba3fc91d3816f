/* What a street may do to its communities alone, and what needs the district. */
#include "sync/member.h"

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

static const uint64_t now_s = 1764000000;

struct desk {
    struct cast cast; /* the store is the street's: what it says counts at once */
    struct ys_member *member;
    const struct ys_signer *st, *da, *rc;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_member_rules", CAST_STREET);
    cast_enrol_all(&desk->cast);
    desk->st = &desk->cast.unit[CAST_STREET].body[0];
    desk->da = &desk->cast.unit[CAST_DISTRICT].body[0];
    desk->rc = &desk->cast.unit[CAST_COMMUNITY].body[0];
    assert_int_equal(ys_member_new(&desk->cast.root, &desk->cast.unit[CAST_STREET].origin.division,
                                   &desk->member, NULL),
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

static void rebuild(struct desk *desk)
{
    member_twin_rebuild(desk->cast.store, &desk->cast.unit[CAST_STREET].origin.division,
                        desk->member);
}

static const struct ys_member_key *find(const struct desk *desk, const struct ys_signer *signer)
{
    return ys_member_find(desk->member, &signer->vkey);
}

static uint64_t publish(struct desk *desk, enum cast_role role, Yishi__V1__Body *body,
                        const struct ys_signer *a, const struct ys_signer *b)
{
    const struct ys_signer *const signers[] = {a, b};
    struct scribe_record record;
    cast_write(&desk->cast, role, body, signers, b == NULL ? 1 : 2, &record);
    const struct ys_entry entry = scribe_entry(&record);
    return cast_append(&desk->cast, role, &entry);
}

static const char *log_of(const struct desk *desk, enum cast_role role)
{
    return desk->cast.unit[role].log;
}

/* The street cuts a key of the community; who signs beside st may be NULL. The index in its log. */
static uint64_t cut(struct desk *desk, const struct ys_signer *key, uint64_t size,
                    const struct ys_signer *beside)
{
    return publish(desk, CAST_STREET,
                   scribe_key_revoke(&key->vkey, log_of(desk, CAST_COMMUNITY), size), desk->st,
                   beside);
}

/* The district writes that it had this much of the log. */
static void receipt(struct desk *desk, enum cast_role role, uint64_t size)
{
    (void)publish(desk, CAST_DISTRICT, scribe_receipts(log_of(desk, role), size, now_s),
                  &desk->cast.unit[CAST_DISTRICT].keys.log, NULL);
}

static uint64_t cut_of(struct desk *desk, const struct ys_signer *key)
{
    rebuild(desk);
    return find(desk, key)->cut;
}

static const uint64_t none = UINT64_MAX;

/* --- how low a street may cut --- */

static void a_street_cuts_at_or_above_what_the_district_had(void **state)
{
    struct desk *const desk = *state;
    receipt(desk, CAST_COMMUNITY, 12);
    receipt(desk, CAST_COMMUNITY, 20);
    const uint64_t low = cut(desk, desk->rc, 19, NULL);
    receipt(desk, CAST_STREET, low + 1);
    assert_int_equal(cut_of(desk, desk->rc), none);
    const uint64_t high = cut(desk, desk->rc, 20, NULL);
    receipt(desk, CAST_STREET, high + 1);
    assert_int_equal(cut_of(desk, desk->rc), 20);
}

static void what_the_district_got_after_the_cut_does_not_undo_it(void **state)
{
    struct desk *const desk = *state;
    receipt(desk, CAST_COMMUNITY, 12);
    const uint64_t at = cut(desk, desk->rc, 12, NULL);
    receipt(desk, CAST_STREET, at); /* one short of it */
    receipt(desk, CAST_COMMUNITY, 15);
    /* The district does not say yet that it has the cut: all that it had counts. */
    assert_int_equal(cut_of(desk, desk->rc), none);

    receipt(desk, CAST_STREET, at + 1);
    assert_int_equal(cut_of(desk, desk->rc), none); /* 15 stands before it */
    const uint64_t again = cut(desk, desk->rc, 15, NULL);
    receipt(desk, CAST_STREET, again + 1);
    receipt(desk, CAST_COMMUNITY, 30); /* behind it */
    assert_int_equal(cut_of(desk, desk->rc), 15);
}

static void inside_one_record_of_receipts_their_times_decide(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const district = &desk->cast.unit[CAST_DISTRICT];
    const uint64_t at = cut(desk, desk->rc, 15, NULL);
    Yishi__V1__Body *const body = scribe_receipts(log_of(desk, CAST_STREET), at + 1, now_s);
    scribe_add_receipt(log_of(desk, CAST_COMMUNITY), 15, now_s);
    scribe_add_receipt(log_of(desk, CAST_COMMUNITY), 16, now_s + 1);
    (void)publish(desk, CAST_DISTRICT, body, &district->keys.log, NULL);
    assert_int_equal(cut_of(desk, desk->rc), 15);

    const struct ys_signer *const po = &desk->cast.unit[CAST_COMMUNITY].body[1];
    const uint64_t second = cut(desk, po, 15, NULL);
    Yishi__V1__Body *const other = scribe_receipts(log_of(desk, CAST_STREET), second + 1, now_s);
    scribe_add_receipt(log_of(desk, CAST_COMMUNITY), 17, now_s);
    (void)publish(desk, CAST_DISTRICT, other, &district->keys.log, NULL);
    assert_int_equal(cut_of(desk, po), none);
}

static void another_incarnation_of_the_log_is_no_way_round(void **state)
{
    struct desk *const desk = *state;
    receipt(desk, CAST_COMMUNITY, 12);
    const char *const second = "beijing.example/110105901001/2";
    (void)publish(desk, CAST_STREET, scribe_key_revoke(&desk->rc->vkey, second, 3), desk->st, NULL);
    assert_int_equal(cut_of(desk, desk->rc), none);
    (void)publish(desk, CAST_STREET, scribe_key_revoke(&desk->rc->vkey, second, 12), desk->st,
                  NULL);
    assert_int_equal(cut_of(desk, desk->rc), 12);
}

static void receipts_count_only_with_the_key_of_the_districts_log(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const street = &desk->cast.unit[CAST_STREET];
    Yishi__V1__Body *const body = scribe_receipts(log_of(desk, CAST_COMMUNITY), 12, now_s);
    (void)publish(desk, CAST_DISTRICT, body, desk->da, &street->keys.log);
    (void)publish(desk, CAST_STREET, body, &street->keys.log, NULL);
    (void)cut(desk, desk->rc, 3, NULL);
    assert_int_equal(cut_of(desk, desk->rc), 3);
    receipt(desk, CAST_COMMUNITY, 12);
    assert_int_equal(cut_of(desk, desk->rc), none);
}

static void with_the_district_a_street_cuts_anywhere(void **state)
{
    struct desk *const desk = *state;
    receipt(desk, CAST_COMMUNITY, 20);
    (void)cut(desk, desk->rc, 5, &desk->cast.unit[CAST_DISTRICT].body[1]); /* a department */
    assert_int_equal(cut_of(desk, desk->rc), none);
    (void)cut(desk, desk->rc, 5, desk->da);
    assert_int_equal(cut_of(desk, desk->rc), 5);
}

static void the_district_cuts_a_streets_keys_anywhere(void **state)
{
    struct desk *const desk = *state;
    receipt(desk, CAST_STREET, 8);
    (void)publish(desk, CAST_DISTRICT,
                  scribe_key_revoke(&desk->st->vkey, log_of(desk, CAST_STREET), 3), desk->da, NULL);
    assert_int_equal(cut_of(desk, desk->st), 3);
}

static void a_cut_names_a_log_in_which_the_key_signs(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const log_key = &desk->cast.unit[CAST_COMMUNITY].keys.log;
    const struct {
        const struct ys_signer *key;
        const char *log;
    } wrong[] = {{desk->rc, log_of(desk, CAST_NEIGHBOUR)},
                 {desk->rc, "elsewhere.example/110105901001/1"},
                 {desk->rc, "beijing.example/mirror/110105901001"},
                 {log_key, "beijing.example/110105901001/2"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        (void)publish(desk, CAST_STREET, scribe_key_revoke(&wrong[i].key->vkey, wrong[i].log, 9),
                      desk->st, desk->da);
        assert_int_equal(cut_of(desk, wrong[i].key), none);
    }
    (void)publish(desk, CAST_STREET, scribe_key_revoke(&desk->rc->vkey, NULL, 9), desk->st, NULL);
    assert_int_equal(cut_of(desk, desk->rc), none);
}

/* --- a key after another --- */

static bool registers(struct desk *desk, const struct ys_signer *key,
                      const struct ys_signer *beside)
{
    (void)publish(desk, CAST_STREET,
                  scribe_body_register(&key->vkey, log_of(desk, CAST_COMMUNITY), 0), desk->st,
                  beside);
    rebuild(desk);
    return find(desk, key) != NULL;
}

static void when_all_keys_of_a_body_are_cut_the_district_names_the_next(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer fresh;
    struct ys_signer later;
    cast_rekey(&desk->cast, desk->rc, &fresh);
    cast_rekey(&desk->cast, desk->rc, &later);
    (void)cut(desk, desk->rc, 20, NULL);
    assert_false(registers(desk, &fresh, NULL));
    assert_false(registers(desk, &fresh, desk->rc)); /* cut, though it signs before its cut */
    assert_true(registers(desk, &fresh, desk->da));
    assert_true(registers(desk, &later, &fresh));
}

static void a_new_incarnation_is_no_first_enrolment(void **state)
{
    struct desk *const desk = *state;
    struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    const struct ys_name second = ys_name_log("beijing.example", &unit->origin.division, 2);
    const struct ys_signer *const beside[] = {NULL, &unit->keys.log};
    for (int i = 0; i < 2; i++) {
        struct ys_signer log_key;
        scribe_signer(&log_key, &desk->cast.rng, &second);
        (void)publish(desk, CAST_STREET,
                      scribe_node_certificate(&log_key.vkey, &unit->keys.mirror.vkey,
                                              unit->keys.transport_public),
                      desk->st, beside[i]);
        rebuild(desk);
        assert_int_equal(find(desk, &log_key) != NULL, i == 1);
    }
}

static void a_line_of_a_da_that_was_cut_since_counts_for_what_the_district_had_before(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer early;
    struct ys_signer late;
    cast_rekey(&desk->cast, desk->rc, &early);
    cast_rekey(&desk->cast, desk->rc, &late);
    assert_true(registers(desk, &early, desk->da));
    receipt(desk, CAST_STREET, cast_log(&desk->cast, CAST_STREET).frontier.size);
    assert_true(registers(desk, &late, desk->da)); /* by a thief, and in no receipt so far */
    const uint64_t size = cast_log(&desk->cast, CAST_DISTRICT).frontier.size;
    (void)publish(desk, CAST_DISTRICT,
                  scribe_key_revoke(&desk->da->vkey, log_of(desk, CAST_DISTRICT), size),
                  &desk->cast.root_key[0], NULL);
    rebuild(desk);
    assert_non_null(find(desk, &early));
    assert_null(find(desk, &late));
    receipt(desk, CAST_STREET, cast_log(&desk->cast, CAST_STREET).frontier.size);
    rebuild(desk);
    assert_non_null(find(desk, &early));
    assert_null(find(desk, &late));
}

/* --- what a rebuild touches --- */

static void a_rebuild_says_whose_keys_it_changed(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = desk->cast.unit;
    rebuild(desk);
    for (int role = 0; role < CAST_ROLES; role++)
        assert_true(ys_member_touched(desk->member, &unit[role].origin.division));
    rebuild(desk);
    for (int role = 0; role < CAST_ROLES; role++)
        assert_false(ys_member_touched(desk->member, &unit[role].origin.division));
    (void)cut(desk, desk->rc, 20, NULL);
    rebuild(desk);
    for (int role = 0; role < CAST_ROLES; role++)
        assert_int_equal(ys_member_touched(desk->member, &unit[role].origin.division),
                         role == CAST_COMMUNITY);
    struct ys_signer fresh;
    cast_rekey(&desk->cast, desk->st, &fresh);
    (void)publish(desk, CAST_DISTRICT,
                  scribe_body_register(&fresh.vkey, log_of(desk, CAST_STREET), 5), desk->da, NULL);
    rebuild(desk);
    for (int role = 0; role < CAST_ROLES; role++)
        assert_int_equal(ys_member_touched(desk->member, &unit[role].origin.division),
                         role == CAST_STREET);
}

static void a_succession_of_the_root_touches_the_district(void **state)
{
    struct desk *const desk = *state;
    struct ys_root next = desk->cast.root;
    struct ys_signer key;
    cast_rekey(&desk->cast, &desk->cast.root_key[0], &key);
    next.count = 1;
    next.key[0] = key.vkey;
    desk->cast.root.has_next = true;
    ys_root_fingerprint(&next, &desk->cast.root.next);
    ys_member_free(desk->member);
    assert_int_equal(ys_member_new(&desk->cast.root, &desk->cast.unit[CAST_STREET].origin.division,
                                   &desk->member, NULL),
                     YS_OK);
    assert_int_equal(ys_member_succeed(desk->member, &next, NULL), YS_OK);
    rebuild(desk);
    /* names a key that is named already: nothing else changes */
    (void)publish(desk, CAST_DISTRICT,
                  scribe_body_register(&desk->da->vkey, log_of(desk, CAST_DISTRICT), 0), &key,
                  NULL);
    rebuild(desk);
    for (int role = 0; role < CAST_ROLES; role++)
        assert_int_equal(ys_member_touched(desk->member, &desk->cast.unit[role].origin.division),
                         role == CAST_DISTRICT);
}

/* --- heads, and who reads --- */

static void a_new_log_key_signs_heads_from_where_it_takes_over(void **state)
{
    struct desk *const desk = *state;
    struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    const struct ys_vkey *const old = &unit->keys.log.vkey;
    struct ys_signer fresh;
    cast_rekey(&desk->cast, &unit->keys.log, &fresh);
    rebuild(desk);
    assert_true(ys_vkey_equal(ys_member_log_key_at(desk->member, unit->log, 0), old));
    assert_true(ys_vkey_equal(ys_member_log_key_at(desk->member, unit->log, 99), old));
    Yishi__V1__Body *const body =
        scribe_node_certificate(&fresh.vkey, &unit->keys.mirror.vkey, unit->keys.transport_public);
    body->node_certificate->has_from_index = 1;
    body->node_certificate->from_index = 20;
    (void)publish(desk, CAST_STREET, body, desk->st, &unit->keys.log);
    rebuild(desk);
    assert_true(ys_vkey_equal(ys_member_log_key(desk->member, unit->log), &fresh.vkey));
    assert_true(ys_vkey_equal(ys_member_log_key_at(desk->member, unit->log, 20), old));
    assert_true(ys_vkey_equal(ys_member_log_key_at(desk->member, unit->log, 21), &fresh.vkey));
    (void)cut(desk, &unit->keys.log, 15, NULL);
    (void)cut(desk, &fresh, 30, NULL);
    rebuild(desk);
    assert_true(ys_vkey_equal(ys_member_log_key_at(desk->member, unit->log, 15), old));
    assert_null(ys_member_log_key_at(desk->member, unit->log, 16));
    assert_true(ys_vkey_equal(ys_member_log_key_at(desk->member, unit->log, 30), &fresh.vkey));
    assert_null(ys_member_log_key_at(desk->member, unit->log, 31));
}

static void children_and_observers_read_and_nobody_else(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = desk->cast.unit;
    uint8_t transport[YS_PUBKEY_LEN];
    struct ys_signer log_key;
    cast_rekey(&desk->cast, &unit[CAST_COMMUNITY].keys.log, &log_key);
    rng_fill(&desk->cast.rng, transport, sizeof transport);
    Yishi__V1__Body *const body = scribe_node_certificate(
        &unit[CAST_COMMUNITY].keys.log.vkey, &unit[CAST_COMMUNITY].keys.mirror.vkey, transport);
    body->node_certificate->role = YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    (void)publish(desk, CAST_STREET, body, desk->st, NULL);
    (void)publish(desk, CAST_STREET, body, desk->st, NULL); /* twice is once */
    rebuild(desk);
    assert_int_equal(ys_member_node_count(desk->member), CAST_ROLES + 1);
    const struct {
        const uint8_t *key;
        enum cast_role host;
        bool may;
    } cases[] = {{transport, CAST_STREET, true},
                 {transport, CAST_COMMUNITY, true},
                 {transport, CAST_DISTRICT, false},
                 {transport, CAST_OTHER_STREET, false},
                 {transport, CAST_NEIGHBOUR, false},
                 {unit[CAST_COMMUNITY].keys.transport_public, CAST_STREET, true},
                 {unit[CAST_COMMUNITY].keys.transport_public, CAST_COMMUNITY, false},
                 {unit[CAST_COMMUNITY].keys.transport_public, CAST_DISTRICT, false},
                 {unit[CAST_STREET].keys.transport_public, CAST_DISTRICT, true},
                 {unit[CAST_STREET].keys.transport_public, CAST_COMMUNITY, false},
                 {(const uint8_t[YS_PUBKEY_LEN]){1}, CAST_STREET, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(
            ys_member_may_read(desk->member, cases[i].key, &unit[cases[i].host].origin.division),
            cases[i].may);
    /* an observer brings no keys of the unit with it */
    Yishi__V1__Body *const other =
        scribe_node_certificate(&log_key.vkey, &unit[CAST_COMMUNITY].keys.mirror.vkey, transport);
    other->node_certificate->role = YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    (void)publish(desk, CAST_STREET, other, desk->st, desk->da);
    rebuild(desk);
    assert_null(find(desk, &log_key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_street_cuts_at_or_above_what_the_district_had, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_the_district_got_after_the_cut_does_not_undo_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(inside_one_record_of_receipts_their_times_decide, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_incarnation_of_the_log_is_no_way_round, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(receipts_count_only_with_the_key_of_the_districts_log,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(with_the_district_a_street_cuts_anywhere, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_district_cuts_a_streets_keys_anywhere, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_cut_names_a_log_in_which_the_key_signs, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(when_all_keys_of_a_body_are_cut_the_district_names_the_next,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_incarnation_is_no_first_enrolment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_line_of_a_da_that_was_cut_since_counts_for_what_the_district_had_before, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(a_rebuild_says_whose_keys_it_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_succession_of_the_root_touches_the_district, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_new_log_key_signs_heads_from_where_it_takes_over, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(children_and_observers_read_and_nobody_else, set_up,
                                        tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
