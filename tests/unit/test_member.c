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
    struct cast cast;
    struct ys_member *member; /* of cast.self, after the last rebuild */
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_member", CAST_DISTRICT);
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
    struct cast *const cast = &desk->cast;
    ys_member_free(desk->member);
    desk->member = NULL;
    assert_int_equal(
        ys_member_new(&cast->root, &cast->unit[cast->self].origin.division, &desk->member, NULL),
        YS_OK);
    member_twin_rebuild(cast->store, &cast->unit[cast->self].origin.division, desk->member);
}

static bool knows(const struct desk *desk, const struct ys_signer *signer)
{
    return ys_member_find(desk->member, &signer->vkey) != NULL;
}

static const struct ys_member_node *node_of(const struct desk *desk, enum cast_role role)
{
    return ys_member_node(desk->member, &desk->cast.unit[role].origin.division);
}

/* All that the streets' logs hold counts: the district has cosigned it. */
static void cosign_streets(struct desk *desk)
{
    static const enum cast_role district = CAST_DISTRICT;
    cast_keep_head(&desk->cast, CAST_STREET, cast_log(&desk->cast, CAST_STREET).frontier.size,
                   &district, 1, now_s);
}

static void enrol_all(struct desk *desk)
{
    cast_enrol_all(&desk->cast);
    cosign_streets(desk);
    rebuild(desk);
}

static uint64_t publish_by(struct desk *desk, enum cast_role role, Yishi__V1__Body *body,
                           const struct ys_signer *a, const struct ys_signer *b)
{
    const struct ys_signer *const signers[] = {a, b};
    struct scribe_record record;
    cast_write(&desk->cast, role, body, signers, b == NULL ? 1 : 2, &record);
    const struct ys_entry entry = scribe_entry(&record);
    return cast_append(&desk->cast, role, &entry);
}

static const struct ys_signer *body_of(const struct desk *desk, enum cast_role role, unsigned i)
{
    return &desk->cast.unit[role].body[i];
}

static Yishi__V1__Body *certificate(const struct desk *desk, enum cast_role role)
{
    const struct cast_unit *const unit = &desk->cast.unit[role];
    return scribe_node_certificate(&unit->keys.log.vkey, &unit->keys.mirror.vkey,
                                   unit->keys.transport_public);
}

static Yishi__V1__Body *registration(const struct desk *desk, enum cast_role role,
                                     const struct ys_signer *key)
{
    return scribe_body_register(&key->vkey, desk->cast.unit[role].log, 0);
}

/* --- the root --- */

static enum ys_code introduce(struct desk *desk, const struct ys_entry *entry, struct ys_vkey *key,
                              struct ys_err *err)
{
    rebuild(desk);
    return ys_member_introduce(desk->member, entry->note, entry->body, key, err);
}

static void the_root_introduces_the_district(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const root = &desk->cast.root_key[1];
    struct scribe_record record;
    struct ys_vkey key;
    cast_write(&desk->cast, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), &root, 1, &record);
    const struct ys_entry entry = scribe_entry(&record);

    assert_int_equal(introduce(desk, &entry, &key, NULL), YS_OK);

    assert_true(ys_vkey_equal(&key, &desk->cast.unit[CAST_DISTRICT].keys.log.vkey));
    (void)cast_append(&desk->cast, CAST_DISTRICT, &entry);
    rebuild(desk);
    assert_non_null(node_of(desk, CAST_DISTRICT));
    assert_int_equal(ys_member_key_count(desk->member), 2);
}

static void nobody_else_introduces_a_district(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const root = &desk->cast.root_key[0];
    const struct ys_signer *const da = body_of(desk, CAST_DISTRICT, 0);
    struct scribe_record record;
    struct ys_vkey key;
    struct ys_err err = {0};

    cast_write(&desk->cast, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), &da, 1, &record);
    struct ys_entry entry = scribe_entry(&record);
    assert_int_equal(introduce(desk, &entry, &key, &err), YS_DENIED);
    assert_non_null(strstr(err.msg, "not signed by the pinned root"));
    (void)cast_append(&desk->cast, CAST_DISTRICT, &entry);
    rebuild(desk);
    assert_int_equal(ys_member_key_count(desk->member), 0);

    cast_write(&desk->cast, CAST_DISTRICT, registration(desk, CAST_DISTRICT, da), &root, 1,
               &record);
    entry = scribe_entry(&record);
    assert_int_equal(introduce(desk, &entry, &key, &err), YS_DENIED);
    assert_non_null(strstr(err.msg, "no node_certificate"));
    cast_write(&desk->cast, CAST_DISTRICT, certificate(desk, CAST_STREET), &root, 1, &record);
    entry = scribe_entry(&record);
    assert_int_equal(introduce(desk, &entry, &key, &err), YS_MALFORMED);
    cast_write(&desk->cast, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), &root, 1, &record);
    entry = scribe_entry(&record);
    record.body[record.body_size - 1] ^= 1;
    assert_int_equal(introduce(desk, &entry, &key, &err), YS_MALFORMED);
}

static void as_many_root_keys_sign_as_the_threshold_asks(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const root = desk->cast.root_key;
    desk->cast.root.threshold = 2;
    (void)publish_by(desk, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), &root[0], NULL);
    rebuild(desk);
    assert_null(node_of(desk, CAST_DISTRICT));
    (void)publish_by(desk, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), &root[0], &root[0]);
    rebuild(desk);
    assert_null(node_of(desk, CAST_DISTRICT));
    (void)publish_by(desk, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), &root[0], &root[1]);
    rebuild(desk);
    assert_non_null(node_of(desk, CAST_DISTRICT));
}

static void a_bad_line_of_one_root_key_spoils_the_others(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const signers[] = {&desk->cast.root_key[0], &desk->cast.root_key[1]};
    struct scribe_record record;
    struct scribe_record other;
    struct ys_note note;
    struct ys_note wrong;
    cast_write(&desk->cast, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), signers, 2, &record);
    cast_write(&desk->cast, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), signers, 2, &other);
    assert_int_equal(ys_note_parse((struct ys_bytes){record.note, record.note_size}, &note, NULL),
                     YS_OK);
    assert_int_equal(ys_note_parse((struct ys_bytes){other.note, other.note_size}, &wrong, NULL),
                     YS_OK);
    assert_true(ys_root_signed(&desk->cast.root, &note));
    note.line[1] = wrong.line[1];
    assert_false(ys_root_signed(&desk->cast.root, &note));
}

/* --- enrolment --- */

static void enrolled_units_are_found_by_every_key(void **state)
{
    struct desk *const desk = *state;
    enrol_all(desk);
    assert_int_equal(ys_member_node_count(desk->member), CAST_ROLES);
    assert_int_equal(ys_member_key_count(desk->member), 3 * (2 + 2) + 2 * (2 + 3));
    for (int role = 0; role < CAST_ROLES; role++) {
        const struct cast_unit *const unit = &desk->cast.unit[role];
        const struct ys_member_node *const node =
            ys_member_by_transport(desk->member, unit->keys.transport_public);
        assert_non_null(node);
        assert_true(ys_division_equal(&node->division, &unit->origin.division));
        assert_true(ys_name_equal(&node->log, &unit->origin));
        assert_ptr_equal(node_of(desk, (enum cast_role)role), node);
        assert_true(
            ys_vkey_equal(ys_member_log_key(desk->member, unit->log), &unit->keys.log.vkey));
        assert_true(ys_vkey_equal(ys_member_mirror(desk->member, &unit->origin.division),
                                  &unit->keys.mirror.vkey));
        assert_int_equal(ys_member_find(desk->member, &unit->body[0].vkey)->cut, UINT64_MAX);
    }
    static const uint8_t nobody[YS_PUBKEY_LEN] = {1};
    assert_null(ys_member_by_transport(desk->member, nobody));
    assert_null(ys_member_log_key(desk->member, "beijing.example/110105901001/2"));
}

static void only_the_parents_body_enrols(void **state)
{
    struct desk *const desk = *state;
    const struct {
        enum cast_role log; /* in which the record stands */
        enum cast_role subject;
        const struct ys_signer *by;
    } wrong[] = {
        {CAST_DISTRICT, CAST_STREET, body_of(desk, CAST_DISTRICT, 1)},      /* a department */
        {CAST_DISTRICT, CAST_STREET, body_of(desk, CAST_OTHER_STREET, 0)},  /* a street */
        {CAST_DISTRICT, CAST_STREET, &desk->cast.root_key[0]},              /* the root */
        {CAST_DISTRICT, CAST_COMMUNITY, body_of(desk, CAST_DISTRICT, 0)},   /* one level skipped */
        {CAST_DISTRICT, CAST_COMMUNITY, body_of(desk, CAST_STREET, 0)},     /* in another log */
        {CAST_STREET, CAST_COMMUNITY, body_of(desk, CAST_STREET, 1)},       /* a department */
        {CAST_STREET, CAST_COMMUNITY, body_of(desk, CAST_DISTRICT, 0)},     /* da in st's place */
        {CAST_STREET, CAST_COMMUNITY, body_of(desk, CAST_COMMUNITY, 0)},    /* itself */
        {CAST_STREET, CAST_STREET, body_of(desk, CAST_STREET, 0)},          /* itself */
        {CAST_OTHER_STREET, CAST_COMMUNITY, body_of(desk, CAST_STREET, 0)}, /* in another log */
        {CAST_OTHER_STREET, CAST_COMMUNITY, body_of(desk, CAST_OTHER_STREET, 0)}, /* another's */
        {CAST_COMMUNITY, CAST_NEIGHBOUR, body_of(desk, CAST_STREET, 0)}, /* in another log */
    };
    cast_enrol(&desk->cast, CAST_DISTRICT, CAST_DISTRICT, 2, &desk->cast.root_key[0]);
    /* keys that are valid but for the place: only the streets' own bodies */
    for (int role = CAST_STREET; role <= CAST_OTHER_STREET; role++)
        for (unsigned i = 0; i < 2; i++)
            (void)cast_publish(
                &desk->cast, CAST_DISTRICT,
                registration(desk, (enum cast_role)role, body_of(desk, (enum cast_role)role, i)),
                body_of(desk, CAST_DISTRICT, 0));
    rebuild(desk);
    const size_t keys = ys_member_key_count(desk->member);
    assert_int_equal(keys, 8);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        static const enum cast_role district = CAST_DISTRICT;
        struct ys_signer other;
        cast_rekey(&desk->cast, body_of(desk, wrong[i].subject, 2), &other);
        (void)cast_publish(&desk->cast, wrong[i].log, certificate(desk, wrong[i].subject),
                           wrong[i].by);
        (void)cast_publish(&desk->cast, wrong[i].log, registration(desk, wrong[i].subject, &other),
                           wrong[i].by);
        cast_keep_head(&desk->cast, wrong[i].log, cast_log(&desk->cast, wrong[i].log).frontier.size,
                       &district, 1, now_s);
        rebuild(desk);
        assert_int_equal(ys_member_key_count(desk->member), keys);
        assert_int_equal(ys_member_node_count(desk->member), 1);
    }
}

static void a_key_must_be_of_this_deployment_unit_and_kind(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const st = body_of(desk, CAST_STREET, 0);
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    const struct ys_division *const community = &unit->origin.division;
    struct ys_signer other[4];
    static char rc[] = "rc";
    const struct ys_name names[] = {
        ys_name_body("elsewhere.example", community, "rc"),
        ys_name_body("beijing.example", community, "st"), /* no such body at a community */
        ys_name_log("beijing.example", community, 1),
        ys_name_mirror("beijing.example", community),
    };
    enrol_all(desk);
    const size_t keys = ys_member_key_count(desk->member);
    for (int i = 0; i < 4; i++) {
        scribe_signer(&other[i], &desk->cast.rng, &names[i]);
        Yishi__V1__Body *const body = scribe_body_register(&other[i].vkey, unit->log, 0);
        if (i >= 2)
            body->body_register->body = rc;
        (void)cast_publish(&desk->cast, CAST_STREET, body, st);
    }
    struct ys_signer key;
    cast_rekey(&desk->cast, &unit->body[1], &key);
    Yishi__V1__Body *const misnamed = registration(desk, CAST_COMMUNITY, &key);
    static char sc[] = "sc";
    misnamed->body_register->body = sc; /* the key is of po */
    (void)cast_publish(&desk->cast, CAST_STREET, misnamed, st);
    /* log and mirror key in each other's place */
    (void)cast_publish(
        &desk->cast, CAST_STREET,
        scribe_node_certificate(&other[3].vkey, &other[2].vkey, unit->keys.transport_public), st);
    cosign_streets(desk);
    rebuild(desk);
    assert_int_equal(ys_member_key_count(desk->member), keys);
}

static void what_is_not_here_or_does_not_fit_its_note_has_no_effect(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const root = &desk->cast.root_key[0];
    struct scribe_record record;
    cast_write(&desk->cast, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), &root, 1, &record);
    struct ys_entry entry = scribe_entry(&record);
    static const enum ys_content gone[] = {YS_CONTENT_ABSENT, YS_CONTENT_TOMBSTONE};
    for (int i = 0; i < 2; i++) {
        entry.content = gone[i];
        (void)cast_append(&desk->cast, CAST_DISTRICT, &entry);
    }
    /* the body of another record that says the same */
    struct scribe_record twin;
    cast_write(&desk->cast, CAST_DISTRICT, certificate(desk, CAST_DISTRICT), &root, 1, &twin);
    entry = scribe_entry(&record);
    entry.body = scribe_entry(&twin).body;
    (void)cast_append(&desk->cast, CAST_DISTRICT, &entry);
    /* a record of another log than the one it stands in */
    struct ys_name origin = desk->cast.unit[CAST_DISTRICT].origin;
    origin.incarnation = 2;
    scribe_write(&record, &desk->cast.rng, &origin, NULL, now_s, certificate(desk, CAST_DISTRICT),
                 &root, 1);
    entry = scribe_entry(&record);
    (void)cast_append(&desk->cast, CAST_DISTRICT, &entry);
    /* a body of another kind than the note says */
    scribe_write(&record, &desk->cast.rng, &desk->cast.unit[CAST_DISTRICT].origin, "key_revoke",
                 now_s, certificate(desk, CAST_DISTRICT), &root, 1);
    entry = scribe_entry(&record);
    (void)cast_append(&desk->cast, CAST_DISTRICT, &entry);
    rebuild(desk);
    assert_int_equal(ys_member_key_count(desk->member), 0);
    assert_int_equal(ys_member_node_count(desk->member), 0);
}

static void an_observer_may_connect_and_is_not_the_units_node(void **state)
{
    struct desk *const desk = *state;
    struct cast_unit *const unit = &desk->cast.unit[CAST_STREET];
    uint8_t transport[YS_PUBKEY_LEN];
    enrol_all(desk);
    rng_fill(&desk->cast.rng, transport, sizeof transport);
    Yishi__V1__Body *const body =
        scribe_node_certificate(&unit->keys.log.vkey, &unit->keys.mirror.vkey, transport);
    body->node_certificate->role = YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    (void)cast_publish(&desk->cast, CAST_DISTRICT, body, body_of(desk, CAST_DISTRICT, 0));
    rebuild(desk);
    const struct ys_member_node *const observer = ys_member_by_transport(desk->member, transport);
    assert_non_null(observer);
    assert_true(observer->observer);
    assert_memory_equal(node_of(desk, CAST_STREET)->transport, unit->keys.transport_public,
                        YS_PUBKEY_LEN);
}

/* --- a street and the district above it --- */

static void
away_from_the_issuer_a_record_counts_below_a_head_that_the_district_cosigned(void **state)
{
    struct desk *const desk = *state;
    static const enum cast_role district = CAST_DISTRICT;
    static const enum cast_role street = CAST_OTHER_STREET;
    cast_enrol_all(&desk->cast); /* street's log: 4 records on each community */
    rebuild(desk);
    assert_null(node_of(desk, CAST_COMMUNITY));
    cast_keep_head(&desk->cast, CAST_STREET, 8, NULL, 0, 0);
    cast_keep_head(&desk->cast, CAST_STREET, 7, &street, 1, now_s);
    rebuild(desk);
    assert_null(node_of(desk, CAST_COMMUNITY));

    cast_keep_head(&desk->cast, CAST_STREET, 6, &district, 1, now_s);

    rebuild(desk);
    assert_non_null(node_of(desk, CAST_COMMUNITY));
    assert_true(knows(desk, body_of(desk, CAST_COMMUNITY, 2)));
    assert_non_null(node_of(desk, CAST_NEIGHBOUR));              /* index 4 */
    assert_true(knows(desk, body_of(desk, CAST_NEIGHBOUR, 0)));  /* index 5 */
    assert_false(knows(desk, body_of(desk, CAST_NEIGHBOUR, 1))); /* index 6 */
}

static void at_the_issuer_its_own_records_count_at_once(void **state)
{
    struct desk *const desk = *state;
    cast_move(&desk->cast, CAST_STREET);
    cast_enrol_all(&desk->cast);
    rebuild(desk);
    assert_non_null(node_of(desk, CAST_COMMUNITY));
    assert_true(knows(desk, body_of(desk, CAST_NEIGHBOUR, 2)));
}

/* --- replacement --- */

static void a_new_key_needs_the_old_ones_line_or_the_districts(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const st = body_of(desk, CAST_STREET, 0);
    const struct ys_signer *const second[] = {
        NULL, body_of(desk, CAST_COMMUNITY, 1), body_of(desk, CAST_DISTRICT, 1),
        body_of(desk, CAST_COMMUNITY, 0), body_of(desk, CAST_DISTRICT, 0)};
    static const bool takes_effect[] = {false, false, false, true, true};
    cast_enrol_all(&desk->cast);
    for (int i = 0; i < 5; i++) {
        struct ys_signer fresh;
        cast_rekey(&desk->cast, body_of(desk, CAST_COMMUNITY, 0), &fresh);
        (void)publish_by(desk, CAST_STREET, registration(desk, CAST_COMMUNITY, &fresh), st,
                         second[i]);
        cosign_streets(desk);
        rebuild(desk);
        assert_int_equal(knows(desk, &fresh), takes_effect[i]);
    }
}

static void a_certificate_with_new_keys_needs_it_too(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const st = body_of(desk, CAST_STREET, 0);
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    struct ys_signer log;
    struct ys_signer mirror;
    uint8_t transport[YS_PUBKEY_LEN];
    enrol_all(desk);
    cast_rekey(&desk->cast, &unit->keys.log, &log);
    cast_rekey(&desk->cast, &unit->keys.mirror, &mirror);
    rng_fill(&desk->cast.rng, transport, sizeof transport);
    const struct ys_vkey *const offers[][2] = {{&log.vkey, &unit->keys.mirror.vkey},
                                               {&unit->keys.log.vkey, &mirror.vkey},
                                               {&log.vkey, &mirror.vkey}};
    for (int i = 0; i < 3; i++) {
        (void)publish_by(desk, CAST_STREET,
                         scribe_node_certificate(offers[i][0], offers[i][1], transport), st, NULL);
        cosign_streets(desk);
        rebuild(desk);
        assert_null(ys_member_by_transport(desk->member, transport));
        assert_false(knows(desk, &log));
        assert_false(knows(desk, &mirror));
    }

    (void)publish_by(desk, CAST_STREET, scribe_node_certificate(&log.vkey, &mirror.vkey, transport),
                     st, body_of(desk, CAST_DISTRICT, 0));

    cosign_streets(desk);
    rebuild(desk);
    assert_ptr_equal(ys_member_by_transport(desk->member, transport),
                     node_of(desk, CAST_COMMUNITY));
    assert_true(ys_vkey_equal(ys_member_log_key(desk->member, unit->log), &log.vkey));
    assert_true(
        ys_vkey_equal(ys_member_mirror(desk->member, &unit->origin.division), &mirror.vkey));
}

/* --- revocation --- */

static void revoke(struct desk *desk, enum cast_role issuer, enum cast_role role,
                   const struct ys_signer *key, uint64_t cut, const struct ys_signer *by)
{
    (void)publish_by(desk, issuer, scribe_key_revoke(&key->vkey, desk->cast.unit[role].log, cut),
                     by, NULL);
    cosign_streets(desk);
    rebuild(desk);
}

static void a_revocation_cuts_at_its_position_and_only_downwards(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const st = body_of(desk, CAST_STREET, 0);
    const struct ys_signer *const rc = body_of(desk, CAST_COMMUNITY, 0);
    enrol_all(desk);
    revoke(desk, CAST_STREET, CAST_COMMUNITY, rc, 20, body_of(desk, CAST_STREET, 1));
    revoke(desk, CAST_STREET, CAST_COMMUNITY, rc, 20, body_of(desk, CAST_OTHER_STREET, 0));
    revoke(desk, CAST_DISTRICT, CAST_COMMUNITY, rc, 20, body_of(desk, CAST_DISTRICT, 0));
    assert_false(ys_member_find(desk->member, &rc->vkey)->has_revocation);

    revoke(desk, CAST_STREET, CAST_COMMUNITY, rc, 20, st);
    assert_int_equal(ys_member_find(desk->member, &rc->vkey)->cut, 20);
    const struct ys_position first = ys_member_find(desk->member, &rc->vkey)->revocation;
    revoke(desk, CAST_STREET, CAST_COMMUNITY, rc, 30, st);
    assert_int_equal(ys_member_find(desk->member, &rc->vkey)->cut, 20);
    assert_int_equal(ys_member_find(desk->member, &rc->vkey)->revocation.index, first.index);
    revoke(desk, CAST_STREET, CAST_COMMUNITY, rc, 10, st);
    assert_int_equal(ys_member_find(desk->member, &rc->vkey)->cut, 10);
    assert_int_equal(ys_member_find(desk->member, &body_of(desk, CAST_COMMUNITY, 1)->vkey)->cut,
                     UINT64_MAX);
}

static void a_revoked_log_key_takes_its_node_with_it_for_good(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const st = body_of(desk, CAST_STREET, 0);
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    enrol_all(desk);
    revoke(desk, CAST_STREET, CAST_COMMUNITY, &unit->keys.log, 5, st);
    assert_null(node_of(desk, CAST_COMMUNITY));
    assert_null(ys_member_by_transport(desk->member, unit->keys.transport_public));
    assert_non_null(node_of(desk, CAST_NEIGHBOUR));

    (void)publish_by(desk, CAST_STREET, certificate(desk, CAST_COMMUNITY), st, NULL);
    cosign_streets(desk);
    rebuild(desk);

    assert_null(node_of(desk, CAST_COMMUNITY));
    assert_int_equal(ys_member_find(desk->member, &unit->keys.log.vkey)->cut, 5);
}

static void what_a_cut_key_signed_behind_its_cut_has_no_effect(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const root = &desk->cast.root_key[0];
    const struct ys_signer *const da = body_of(desk, CAST_DISTRICT, 0);
    cast_enrol(&desk->cast, CAST_DISTRICT, CAST_DISTRICT, 1, root); /* 0, 1 */
    cast_enrol(&desk->cast, CAST_DISTRICT, CAST_STREET, 1, da);     /* 2, 3 */
    const uint64_t cut = cast_log(&desk->cast, CAST_DISTRICT).frontier.size;
    cast_enrol(&desk->cast, CAST_DISTRICT, CAST_OTHER_STREET, 1, da); /* the thief */
    rebuild(desk);
    assert_non_null(node_of(desk, CAST_OTHER_STREET));

    (void)publish_by(desk, CAST_DISTRICT,
                     scribe_key_revoke(&da->vkey, desk->cast.unit[CAST_DISTRICT].log, cut), root,
                     NULL);
    rebuild(desk);

    assert_non_null(node_of(desk, CAST_STREET));
    assert_null(node_of(desk, CAST_OTHER_STREET));
    assert_false(knows(desk, body_of(desk, CAST_OTHER_STREET, 0)));
    assert_int_equal(ys_member_find(desk->member, &da->vkey)->cut, cut);
    assert_true(ys_member_find(desk->member, &da->vkey)->has_revocation);
}

/* --- confluence --- */

enum { RECORDS_MAX = 64, LOGS = 3 };

struct script {
    struct scribe_record record[LOGS][RECORDS_MAX];
    size_t count[LOGS];
};
static const enum cast_role script_role[LOGS] = {CAST_DISTRICT, CAST_STREET, CAST_OTHER_STREET};

/* The records of all logs as they stand in the store, to be appended again in another order. */
static void read_script(struct desk *desk, struct script *out)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    for (int i = 0; i < LOGS; i++) {
        struct ys_log log;
        assert_int_equal(ys_log_find(txn, desk->cast.unit[script_role[i]].log, &log, NULL), YS_OK);
        out->count[i] = log.frontier.size;
        assert_true(out->count[i] <= RECORDS_MAX);
        for (size_t j = 0; j < out->count[i]; j++) {
            struct ys_entry entry;
            struct scribe_record *const record = &out->record[i][j];
            assert_int_equal(ys_log_entry(txn, log.id, j, &entry, NULL), YS_OK);
            memcpy(record->note, entry.note.data, entry.note.size);
            memcpy(record->body, entry.body.data, entry.body.size);
            record->note_size = entry.note.size;
            record->body_size = entry.body.size;
        }
    }
}

static void play_shuffled(struct desk *desk, const struct script *script)
{
    size_t done[LOGS] = {0};
    static const enum cast_role district = CAST_DISTRICT;
    for (;;) {
        size_t left = 0;
        for (int i = 0; i < LOGS; i++)
            left += script->count[i] - done[i];
        if (left == 0)
            break;
        size_t at = rng_below(&desk->cast.rng, LOGS);
        while (done[at] == script->count[at])
            at = (at + 1) % LOGS;
        const struct ys_entry entry = scribe_entry(&script->record[at][done[at]++]);
        (void)cast_append(&desk->cast, script_role[at], &entry);
    }
    for (int i = 1; i < LOGS; i++)
        cast_keep_head(&desk->cast, script_role[i], script->count[i], &district, 1, now_s);
}

static void assert_same(const struct ys_member *a, const struct ys_member *b)
{
    assert_int_equal(ys_member_key_count(a), ys_member_key_count(b));
    assert_int_equal(ys_member_node_count(a), ys_member_node_count(b));
    for (size_t i = 0; i < ys_member_key_count(a); i++) {
        const struct ys_member_key *const x = ys_member_key_at(a, i);
        const struct ys_member_key *const y = ys_member_key_at(b, i);
        assert_true(ys_vkey_equal(&x->vkey, &y->vkey));
        assert_true(x->from == y->from && x->cut == y->cut);
        assert_int_equal(x->source.index, y->source.index);
    }
    for (size_t i = 0; i < ys_member_node_count(a); i++)
        assert_memory_equal(ys_member_node_at(a, i)->transport, ys_member_node_at(b, i)->transport,
                            YS_PUBKEY_LEN);
}

static void membership_does_not_depend_on_the_order_of_arrival(void **state)
{
    struct desk *const desk = *state;
    static struct script script;
    const struct ys_signer *const st = body_of(desk, CAST_STREET, 0);
    const struct ys_signer *const da = body_of(desk, CAST_DISTRICT, 0);
    struct ys_signer fresh;
    cast_enrol_all(&desk->cast);
    cast_rekey(&desk->cast, body_of(desk, CAST_COMMUNITY, 0), &fresh);
    (void)publish_by(desk, CAST_STREET, registration(desk, CAST_COMMUNITY, &fresh), st,
                     body_of(desk, CAST_COMMUNITY, 0));
    (void)publish_by(desk, CAST_STREET,
                     scribe_key_revoke(&body_of(desk, CAST_COMMUNITY, 1)->vkey,
                                       desk->cast.unit[CAST_COMMUNITY].log, 4),
                     st, NULL);
    (void)publish_by(desk, CAST_OTHER_STREET, certificate(desk, CAST_COMMUNITY),
                     body_of(desk, CAST_OTHER_STREET, 0), NULL);
    (void)publish_by(desk, CAST_DISTRICT,
                     scribe_key_revoke(&body_of(desk, CAST_STREET, 0)->vkey,
                                       desk->cast.unit[CAST_STREET].log, 9),
                     da, NULL);
    read_script(desk, &script);
    struct ys_member *first = NULL;
    for (int round = 0; round < 12; round++) {
        cast_move(&desk->cast, CAST_DISTRICT);
        play_shuffled(desk, &script);
        rebuild(desk);
        if (first == NULL) {
            first = desk->member;
            desk->member = NULL;
            continue;
        }
        assert_same(first, desk->member);
    }
    /* st is cut at 9: the replacement at 8 counts, the revocation at 9 does not. */
    assert_true(ys_member_find(first, &fresh.vkey) != NULL);
    assert_false(ys_member_find(first, &body_of(desk, CAST_COMMUNITY, 1)->vkey)->has_revocation);
    ys_member_free(first);
}

/* Two incarnations of a street's log each bring a first key for one body: one of them is not first. */
static void of_two_logs_of_one_issuer_the_same_comes_first_on_every_node(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const st = body_of(desk, CAST_STREET, 0);
    struct cast_unit *const street = &desk->cast.unit[CAST_STREET];
    struct scribe_record record[2];
    struct ys_signer key[2];
    struct ys_name origin[2] = {street->origin, street->origin};
    origin[0].incarnation = 2;
    origin[1].incarnation = 3;
    for (int i = 0; i < 2; i++) {
        cast_rekey(&desk->cast, body_of(desk, CAST_COMMUNITY, 0), &key[i]);
        scribe_write(&record[i], &desk->cast.rng, &origin[i], NULL, now_s,
                     registration(desk, CAST_COMMUNITY, &key[i]), &st, 1);
    }
    for (int round = 0; round < 2; round++) {
        cast_move(&desk->cast, CAST_STREET);
        cast_enrol(&desk->cast, CAST_DISTRICT, CAST_DISTRICT, 1, &desk->cast.root_key[0]);
        cast_enrol(&desk->cast, CAST_DISTRICT, CAST_STREET, 1, body_of(desk, CAST_DISTRICT, 0));
        YS_TXN_SCOPED txn = NULL;
        assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
        for (int j = 0; j < 2; j++) {
            const int i = j ^ round;
            char text[YS_KEY_NAME_MAX + 1];
            struct ys_log log;
            ys_name_print(&origin[i], text);
            if (ys_log_find(txn, text, &log, NULL) != YS_OK)
                assert_int_equal(ys_log_add(txn, &origin[i], &log, NULL), YS_OK);
            const struct ys_entry entry = scribe_entry(&record[i]);
            assert_int_equal(ys_log_append(txn, &log, &entry, 1, NULL), YS_OK);
        }
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
        rebuild(desk);
        assert_true(knows(desk, &key[0]));
        assert_false(knows(desk, &key[1]));
    }
}

static void a_rebuild_says_whether_anything_differs(void **state)
{
    struct desk *const desk = *state;
    bool changed = true;
    enrol_all(desk);
    {
        YS_TXN_SCOPED txn = NULL;
        assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
        assert_int_equal(ys_member_rebuild(desk->member, txn, &changed, NULL), YS_OK);
    }
    assert_false(changed);
    (void)publish_by(desk, CAST_DISTRICT,
                     scribe_key_revoke(&body_of(desk, CAST_STREET, 1)->vkey,
                                       desk->cast.unit[CAST_STREET].log, 3),
                     body_of(desk, CAST_DISTRICT, 0), NULL);
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(desk->member, txn, &changed, NULL), YS_OK);
    assert_true(changed);
}

static void a_rebuild_that_fails_leaves_the_membership_as_it_was(void **state)
{
    struct desk *const desk = *state;
    struct ys_kv *const kv = ys_store_kv(desk->cast.store);
    enrol_all(desk);
    const size_t keys = ys_member_key_count(desk->member);
    enum ys_code code = YS_IO;
    unsigned n = 0;
    while (code != YS_OK) {
        YS_TXN_SCOPED txn = NULL;
        assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
        ys_kv_fail_after(kv, ++n);
        code = ys_member_rebuild(desk->member, txn, NULL, NULL);
        assert_true(code == YS_OK || code == YS_IO);
        assert_int_equal(ys_member_key_count(desk->member), keys);
        struct ys_bytes value;
        if (code == YS_OK) /* nothing was swallowed: the failure is still to come */
            assert_int_equal(ys_txn_get(txn, YS_DB_META, ys_bytes_of_text("schema"), &value, NULL),
                             YS_IO);
        ys_kv_fail_after(kv, 0);
    }
    assert_true(n > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_root_introduces_the_district, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_else_introduces_a_district, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_many_root_keys_sign_as_the_threshold_asks, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_bad_line_of_one_root_key_spoils_the_others, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(enrolled_units_are_found_by_every_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_the_parents_body_enrols, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_must_be_of_this_deployment_unit_and_kind, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_here_or_does_not_fit_its_note_has_no_effect,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_observer_may_connect_and_is_not_the_units_node, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            away_from_the_issuer_a_record_counts_below_a_head_that_the_district_cosigned, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(at_the_issuer_its_own_records_count_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_new_key_needs_the_old_ones_line_or_the_districts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_certificate_with_new_keys_needs_it_too, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_revocation_cuts_at_its_position_and_only_downwards,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_revoked_log_key_takes_its_node_with_it_for_good, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_a_cut_key_signed_behind_its_cut_has_no_effect, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(membership_does_not_depend_on_the_order_of_arrival, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            of_two_logs_of_one_issuer_the_same_comes_first_on_every_node, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rebuild_says_whether_anything_differs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rebuild_that_fails_leaves_the_membership_as_it_was,
                                        set_up, tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
