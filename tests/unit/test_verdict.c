#include "sync/verdict.h"

#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* Everybody is enrolled; the store is the street's, where the street's records count at once. */
enum { RC = 0, PO = 1, SC = 2 };
static const uint64_t now_s = 1764000000;

struct desk {
    struct cast cast;
    struct ys_member *member;
    struct scribe_record record; /* the one to be judged */
    struct ys_err why;
};

static void rebuild(struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(desk->member, txn, NULL, NULL), YS_OK);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_verdict", CAST_STREET);
    cast_enrol_all(&desk->cast);
    assert_int_equal(ys_member_new(&desk->cast.root, &desk->cast.unit[CAST_STREET].origin.division,
                                   &desk->member, NULL),
                     YS_OK);
    rebuild(desk);
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

static const struct ys_signer *body_of(const struct desk *desk, enum cast_role role, unsigned i)
{
    return &desk->cast.unit[role].body[i];
}

static Yishi__V1__Body *consensus(void)
{
    static Yishi__V1__Body body;
    static Yishi__V1__Consensus kind;
    yishi__v1__body__init(&body);
    yishi__v1__consensus__init(&kind);
    body.kind_case = YISHI__V1__BODY__KIND_CONSENSUS;
    body.consensus = &kind;
    return &body;
}

static void write_by(struct desk *desk, enum cast_role role, Yishi__V1__Body *body,
                     const struct ys_signer *a, const struct ys_signer *b)
{
    const struct ys_signer *const signers[] = {a, b};
    cast_write(&desk->cast, role, body, signers, b == NULL ? 1 : 2, &desk->record);
}

static enum ys_verdict judge_at(struct desk *desk, enum cast_role role, uint64_t index)
{
    const struct ys_entry entry = scribe_entry(&desk->record);
    desk->why = (struct ys_err){0};
    return ys_judge(desk->member, &desk->cast.unit[role].origin, index, &entry, &desk->why);
}

static bool says(const struct desk *desk, const char *words)
{
    return strstr(desk->why.msg, words) != NULL;
}

/* --- who signed --- */

static void a_record_signed_as_its_kind_requires_is_ok(void **state)
{
    struct desk *const desk = *state;
    for (unsigned body = RC; body <= SC; body++) {
        write_by(desk, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng),
                 body_of(desk, CAST_COMMUNITY, body), NULL);
        assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_OK);
    }
    write_by(desk, CAST_COMMUNITY, consensus(), body_of(desk, CAST_COMMUNITY, RC),
             body_of(desk, CAST_COMMUNITY, PO));
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_OK);
    assert_string_equal(desk->why.msg, "");
    const struct ys_entry entry = scribe_entry(&desk->record);
    assert_int_equal(
        ys_judge(desk->member, &desk->cast.unit[CAST_COMMUNITY].origin, 0, &entry, NULL),
        YS_VERDICT_OK);
}

static void a_required_signature_that_is_missing_is_named(void **state)
{
    struct desk *const desk = *state;
    write_by(desk, CAST_COMMUNITY, consensus(), body_of(desk, CAST_COMMUNITY, RC), NULL);
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_BAD);
    assert_true(says(desk, "a required signature is missing: "));
    assert_true(says(desk, ys_body_class_text(YS_BODY_PO, false)));
    assert_false(says(desk, ys_body_class_text(YS_BODY_RC, false)));

    write_by(desk, CAST_COMMUNITY, consensus(), body_of(desk, CAST_COMMUNITY, PO),
             body_of(desk, CAST_COMMUNITY, SC));
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_BAD);
    assert_true(says(desk, ys_body_class_text(YS_BODY_RC, false)));
}

static void bodies_of_other_units_do_not_count(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const others[] = {
        body_of(desk, CAST_NEIGHBOUR, RC), body_of(desk, CAST_STREET, 0),
        body_of(desk, CAST_DISTRICT, 0), &desk->cast.root_key[0]};
    for (int i = 0; i < 4; i++) {
        write_by(desk, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng), others[i], NULL);
        assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_BAD);
        assert_true(says(desk, "missing"));
    }
    struct ys_signer elsewhere;
    const struct ys_name name =
        ys_name_body("elsewhere.example", &desk->cast.unit[CAST_COMMUNITY].origin.division, "rc");
    scribe_signer(&elsewhere, &desk->cast.rng, &name);
    write_by(desk, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng), &elsewhere, NULL);
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_BAD);
}

static void a_key_that_is_not_registered_is_unknown_and_not_bad(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer stranger;
    cast_rekey(&desk->cast, body_of(desk, CAST_COMMUNITY, PO), &stranger);
    write_by(desk, CAST_COMMUNITY, consensus(), body_of(desk, CAST_COMMUNITY, RC), &stranger);
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_UNKNOWN_KEY);
    assert_true(says(desk, "not registered"));
    assert_true(says(desk, ys_body_class_text(YS_BODY_PO, false)));

    (void)cast_publish(&desk->cast, CAST_STREET,
                       scribe_key_revoke(&body_of(desk, CAST_COMMUNITY, PO)->vkey,
                                         desk->cast.unit[CAST_COMMUNITY].log, 0),
                       body_of(desk, CAST_STREET, 0));
    const struct scribe_record judged = desk->record;
    write_by(desk, CAST_STREET,
             scribe_body_register(&stranger.vkey, desk->cast.unit[CAST_COMMUNITY].log, 0),
             body_of(desk, CAST_STREET, 0), body_of(desk, CAST_DISTRICT, 0));
    const struct ys_entry registration = scribe_entry(&desk->record);
    (void)cast_append(&desk->cast, CAST_STREET, &registration);
    rebuild(desk);
    desk->record = judged;
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_OK);
}

/* Replace the first signature of the record by that of another record. */
static void spoil_line(struct desk *desk, Yishi__V1__Body *body, const struct ys_signer *a,
                       const struct ys_signer *b, const struct ys_vkey *of)
{
    struct scribe_record other;
    struct ys_note note;
    struct ys_note wrong;
    uint8_t out[sizeof desk->record.note];
    struct ys_writer w = {.data = out, .capacity = sizeof out};
    write_by(desk, CAST_COMMUNITY, body, a, b);
    other = desk->record;
    write_by(desk, CAST_COMMUNITY, body, a, b);
    const struct scribe_record *const record = &desk->record;
    assert_int_equal(ys_note_parse((struct ys_bytes){record->note, record->note_size}, &note, NULL),
                     YS_OK);
    assert_int_equal(ys_note_parse((struct ys_bytes){other.note, other.note_size}, &wrong, NULL),
                     YS_OK);
    for (unsigned i = 0; i < note.line_count; i++)
        if (note.line[i].key_id == of->id)
            note.line[i] = wrong.line[i];
    assert_int_equal(ys_note_join(&w, note.text, note.line, note.line_count, NULL), YS_OK);
    memcpy(desk->record.note, out, w.size);
    desk->record.note_size = w.size;
}

static void a_line_that_does_not_verify_spoils_the_record(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const rc = body_of(desk, CAST_COMMUNITY, RC);
    const struct ys_signer *const sc = body_of(desk, CAST_COMMUNITY, SC);
    spoil_line(desk, scribe_acknowledgement(&desk->cast.rng), rc, NULL, &rc->vkey);
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_BAD);
    assert_true(says(desk, "does not verify: "));
    /* also one that is not required */
    spoil_line(desk, scribe_acknowledgement(&desk->cast.rng), rc, sc, &sc->vkey);
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_BAD);
    assert_true(says(desk, ys_body_class_text(YS_BODY_SC, false)));
    assert_int_equal(desk->why.code, YS_BAD_SIG);
    /* but not one whose key nobody here knows */
    struct ys_signer stranger;
    cast_rekey(&desk->cast, sc, &stranger);
    spoil_line(desk, scribe_acknowledgement(&desk->cast.rng), rc, &stranger, &stranger.vkey);
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_OK);
}

/* --- where --- */

static void a_key_is_valid_from_its_first_index_up_to_its_cut(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const st = body_of(desk, CAST_STREET, 0);
    const char *const log = desk->cast.unit[CAST_COMMUNITY].log;
    struct ys_signer late;
    const struct ys_name name =
        ys_name_body("beijing.example", &desk->cast.unit[CAST_STREET].origin.division, "gd-xf");
    scribe_signer(&late, &desk->cast.rng, &name);
    (void)cast_publish(&desk->cast, CAST_DISTRICT,
                       scribe_body_register(&late.vkey, desk->cast.unit[CAST_STREET].log, 5),
                       body_of(desk, CAST_DISTRICT, 0));
    (void)cast_publish(&desk->cast, CAST_STREET,
                       scribe_key_revoke(&body_of(desk, CAST_COMMUNITY, RC)->vkey, log, 9), st);
    rebuild(desk);

    write_by(desk, CAST_STREET, scribe_acknowledgement(&desk->cast.rng), &late, NULL);
    assert_int_equal(judge_at(desk, CAST_STREET, 4), YS_VERDICT_BAD);
    assert_true(says(desk, "not valid at this place"));
    assert_int_equal(judge_at(desk, CAST_STREET, 5), YS_VERDICT_OK);
    assert_int_equal(judge_at(desk, CAST_STREET, UINT64_MAX - 1), YS_VERDICT_OK);
    write_by(desk, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng),
             body_of(desk, CAST_COMMUNITY, RC), NULL);
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 8), YS_VERDICT_OK);
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 9), YS_VERDICT_BAD);
    assert_int_equal(desk->why.code, YS_DENIED);
    /* another body that may sign this kind makes up for it */
    write_by(desk, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng),
             body_of(desk, CAST_COMMUNITY, RC), body_of(desk, CAST_COMMUNITY, PO));
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 9), YS_VERDICT_OK);
    write_by(desk, CAST_COMMUNITY, consensus(), body_of(desk, CAST_COMMUNITY, RC),
             body_of(desk, CAST_COMMUNITY, PO));
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 9), YS_VERDICT_BAD);
}

static void a_record_of_another_log_is_bad(void **state)
{
    struct desk *const desk = *state;
    write_by(desk, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng),
             body_of(desk, CAST_COMMUNITY, RC), body_of(desk, CAST_NEIGHBOUR, RC));
    assert_int_equal(judge_at(desk, CAST_NEIGHBOUR, 0), YS_VERDICT_BAD);
    assert_true(says(desk, "another log"));
    struct ys_name later = desk->cast.unit[CAST_COMMUNITY].origin;
    later.incarnation = 2;
    const struct ys_entry entry = scribe_entry(&desk->record);
    assert_int_equal(ys_judge(desk->member, &later, 0, &entry, &desk->why), YS_VERDICT_BAD);
    assert_true(says(desk, "another log"));
}

/* --- the root --- */

static void the_root_signs_in_the_districts_log_only(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const root = &desk->cast.root_key[0];
    const struct ys_vkey *const key = &body_of(desk, CAST_STREET, 1)->vkey;
    const char *const log = desk->cast.unit[CAST_STREET].log;
    struct ys_signer stranger;
    write_by(desk, CAST_DISTRICT, scribe_body_register(key, log, 0), root, NULL);
    assert_int_equal(judge_at(desk, CAST_DISTRICT, 0), YS_VERDICT_OK);
    write_by(desk, CAST_STREET, scribe_body_register(key, log, 0), root, NULL);
    assert_int_equal(judge_at(desk, CAST_STREET, 0), YS_VERDICT_BAD);
    cast_rekey(&desk->cast, root, &stranger);
    write_by(desk, CAST_DISTRICT, scribe_body_register(key, log, 0), &stranger, NULL);
    assert_int_equal(judge_at(desk, CAST_DISTRICT, 0), YS_VERDICT_UNKNOWN_KEY);
    write_by(desk, CAST_DISTRICT, scribe_body_register(key, log, 0),
             body_of(desk, CAST_DISTRICT, 0), NULL);
    assert_int_equal(judge_at(desk, CAST_DISTRICT, 0), YS_VERDICT_OK);
    write_by(desk, CAST_DISTRICT, scribe_body_register(key, log, 0),
             body_of(desk, CAST_DISTRICT, 1), NULL);
    assert_int_equal(judge_at(desk, CAST_DISTRICT, 0), YS_VERDICT_BAD);
}

static void too_few_root_keys_are_a_missing_signature_and_a_bad_line_is_bad(void **state)
{
    struct desk *const desk = *state;
    struct ys_member *strict = NULL;
    desk->cast.root.threshold = 2;
    assert_int_equal(ys_member_new(&desk->cast.root, &desk->cast.unit[CAST_STREET].origin.division,
                                   &strict, NULL),
                     YS_OK);
    ys_member_free(desk->member);
    desk->member = strict;
    const struct ys_vkey *const key = &body_of(desk, CAST_STREET, 1)->vkey;
    const char *const log = desk->cast.unit[CAST_STREET].log;
    write_by(desk, CAST_DISTRICT, scribe_body_register(key, log, 0), &desk->cast.root_key[0], NULL);
    assert_int_equal(judge_at(desk, CAST_DISTRICT, 0), YS_VERDICT_BAD);
    assert_non_null(strstr(desk->why.msg, "fewer keys than the threshold asks"));
    write_by(desk, CAST_DISTRICT, scribe_body_register(key, log, 0), &desk->cast.root_key[0],
             &desk->cast.root_key[1]);
    assert_int_equal(judge_at(desk, CAST_DISTRICT, 0), YS_VERDICT_OK);
    struct scribe_record other = desk->record;
    write_by(desk, CAST_DISTRICT, scribe_body_register(key, log, 0), &desk->cast.root_key[0],
             &desk->cast.root_key[1]);
    /* the last line of the other record: of a root key, over another text */
    memcpy(desk->record.note + desk->record.note_size - 60, other.note + other.note_size - 60, 60);
    assert_int_equal(judge_at(desk, CAST_DISTRICT, 0), YS_VERDICT_BAD);
    assert_int_equal(desk->why.code, YS_BAD_SIG);
}

/* --- kinds --- */

static void write_unknown(struct desk *desk, const struct ys_signer *signer)
{
    scribe_write_unknown(&desk->record, &desk->cast.rng, &desk->cast.unit[CAST_COMMUNITY].origin,
                         now_s, &signer, 1);
}

static void an_unknown_kind_is_ok_when_a_body_of_the_unit_signed_it(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer stranger;
    for (unsigned body = RC; body <= SC; body++) {
        write_unknown(desk, body_of(desk, CAST_COMMUNITY, body));
        assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_OK);
    }
    write_unknown(desk, body_of(desk, CAST_STREET, 0));
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_BAD);
    cast_rekey(&desk->cast, body_of(desk, CAST_COMMUNITY, RC), &stranger);
    write_unknown(desk, &stranger);
    assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_UNKNOWN_KEY);
}

static void what_the_node_writes_is_signed_by_the_logs_key(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const street = &desk->cast.unit[CAST_STREET];
    const struct ys_signer *const key = &street->keys.log;
    const char *const log = desk->cast.unit[CAST_COMMUNITY].log;
    struct ys_signer stranger;
    write_by(desk, CAST_STREET, scribe_receipts(log, 3, now_s), key, NULL);
    assert_int_equal(judge_at(desk, CAST_STREET, 7), YS_VERDICT_OK);
    /* not by a body, not by another log's key, not by one that nobody knows */
    write_by(desk, CAST_STREET, scribe_receipts(log, 3, now_s), &street->body[0], NULL);
    assert_int_equal(judge_at(desk, CAST_STREET, 7), YS_VERDICT_BAD);
    write_by(desk, CAST_STREET, scribe_receipts(log, 3, now_s),
             &desk->cast.unit[CAST_DISTRICT].keys.log, NULL);
    assert_int_equal(judge_at(desk, CAST_STREET, 7), YS_VERDICT_BAD);
    cast_rekey(&desk->cast, key, &stranger);
    write_by(desk, CAST_STREET, scribe_receipts(log, 3, now_s), &stranger, NULL);
    assert_int_equal(judge_at(desk, CAST_STREET, 7), YS_VERDICT_UNKNOWN_KEY);
    /* and such a line helps no other kind */
    write_by(desk, CAST_STREET, scribe_acknowledgement(&desk->cast.rng), key, NULL);
    assert_int_equal(judge_at(desk, CAST_STREET, 7), YS_VERDICT_BAD);
    write_by(desk, CAST_STREET, scribe_acknowledgement(&desk->cast.rng), key, &street->body[0]);
    assert_int_equal(judge_at(desk, CAST_STREET, 7), YS_VERDICT_OK);
    static const uint8_t body[] = "from a later version";
    scribe_write_raw(&desk->record, &street->origin, "kind_of_tomorrow", now_s,
                     (struct ys_bytes){body, sizeof body}, &key, 1);
    assert_int_equal(judge_at(desk, CAST_STREET, 7), YS_VERDICT_BAD);
}

static void what_the_node_writes_behind_the_cut_of_the_logs_key_is_bad(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const street = &desk->cast.unit[CAST_STREET];
    (void)cast_publish(&desk->cast, CAST_DISTRICT,
                       scribe_key_revoke(&street->keys.log.vkey, street->log, 9),
                       body_of(desk, CAST_DISTRICT, 0));
    rebuild(desk);
    write_by(desk, CAST_STREET, scribe_receipts(street->log, 3, now_s), &street->keys.log, NULL);
    assert_int_equal(judge_at(desk, CAST_STREET, 8), YS_VERDICT_OK);
    assert_int_equal(judge_at(desk, CAST_STREET, 9), YS_VERDICT_BAD);
    assert_true(says(desk, "not valid at this place"));
}

static void a_body_of_another_kind_than_its_note_is_bad(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const rc = body_of(desk, CAST_COMMUNITY, RC);
    static const char *const kind[] = {"evaluation_result", "kind_of_tomorrow"};
    for (unsigned i = 0; i < 2; i++) {
        scribe_write(&desk->record, &desk->cast.rng, &desk->cast.unit[CAST_COMMUNITY].origin,
                     kind[i], now_s, scribe_acknowledgement(&desk->cast.rng), &rc, 1);
        assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_BAD);
        assert_int_equal(desk->why.code, YS_MALFORMED);
    }
}

/* --- bodies --- */

static void a_body_that_is_not_the_notes_is_bad(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const rc = body_of(desk, CAST_COMMUNITY, RC);
    write_by(desk, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng), rc, NULL);
    const struct scribe_record other = desk->record;
    write_by(desk, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng), rc, NULL);
    struct ys_entry entry = scribe_entry(&desk->record);
    entry.body = scribe_entry(&other).body;
    const struct ys_name *const origin = &desk->cast.unit[CAST_COMMUNITY].origin;
    assert_int_equal(ys_judge(desk->member, origin, 0, &entry, &desk->why), YS_VERDICT_BAD);
    write_unknown(desk, rc);
    entry.note = scribe_entry(&desk->record).note;
    assert_int_equal(ys_judge(desk->member, origin, 0, &entry, &desk->why), YS_VERDICT_BAD);
}

static void a_body_that_cannot_be_read_is_bad(void **state)
{
    struct desk *const desk = *state;
    const struct ys_signer *const rc = body_of(desk, CAST_COMMUNITY, RC);
    static const char *const kind[] = {"acknowledgement", "kind_of_tomorrow"};
    for (unsigned i = 0; i < 2; i++) {
        scribe_write_raw(&desk->record, &desk->cast.unit[CAST_COMMUNITY].origin, kind[i], now_s,
                         ys_bytes_of_text("no protobuf"), &rc, 1);
        assert_int_equal(judge_at(desk, CAST_COMMUNITY, 0), YS_VERDICT_BAD);
    }
}

static void without_a_body_the_note_decides(void **state)
{
    struct desk *const desk = *state;
    const struct ys_name *const origin = &desk->cast.unit[CAST_COMMUNITY].origin;
    static const enum ys_content gone[] = {YS_CONTENT_ABSENT, YS_CONTENT_TOMBSTONE};
    for (int i = 0; i < 2; i++) {
        write_by(desk, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng),
                 body_of(desk, CAST_COMMUNITY, RC), NULL);
        struct ys_entry entry = scribe_entry(&desk->record);
        entry.content = gone[i];
        entry.body = (struct ys_bytes){0};
        assert_int_equal(ys_judge(desk->member, origin, 0, &entry, NULL), YS_VERDICT_OK);
        write_by(desk, CAST_COMMUNITY, consensus(), body_of(desk, CAST_COMMUNITY, RC), NULL);
        entry.note = scribe_entry(&desk->record).note;
        assert_int_equal(ys_judge(desk->member, origin, 0, &entry, NULL), YS_VERDICT_BAD);
    }
}

static void what_is_no_record_is_bad(void **state)
{
    struct desk *const desk = *state;
    const struct ys_name *const origin = &desk->cast.unit[CAST_COMMUNITY].origin;
    const struct ys_signer *const rc = body_of(desk, CAST_COMMUNITY, RC);
    uint8_t out[512];
    struct ys_writer w = {.data = out, .capacity = sizeof out};
    struct ys_entry entry = {.note = ys_bytes_of_text("no note"), .content = YS_CONTENT_ABSENT};
    assert_int_equal(ys_judge(desk->member, origin, 0, &entry, &desk->why), YS_VERDICT_BAD);
    assert_int_equal(ys_note_sign(&w, ys_bytes_of_text("a note\nof two lines\n"), &rc, 1, 0, NULL),
                     YS_OK);
    entry.note = (struct ys_bytes){w.data, w.size};
    assert_int_equal(ys_judge(desk->member, origin, 0, &entry, &desk->why), YS_VERDICT_BAD);
    assert_true(says(desk, "record"));
}

static void the_mask_of_good_lines_is_given_whatever_the_verdict(void **state)
{
    struct desk *const desk = *state;
    const struct ys_name *const origin = &desk->cast.unit[CAST_COMMUNITY].origin;
    struct ys_note note;
    struct ys_record record;
    unsigned who = 0;
    write_by(desk, CAST_COMMUNITY, consensus(), body_of(desk, CAST_COMMUNITY, PO),
             body_of(desk, CAST_COMMUNITY, SC));
    const struct ys_entry entry = scribe_entry(&desk->record);
    assert_int_equal(ys_note_parse(entry.note, &note, NULL), YS_OK);
    assert_int_equal(ys_record_parse(note.text, &record, NULL), YS_OK);
    assert_int_equal(ys_judge_note(desk->member, origin, 0, &note, &record, &who, NULL),
                     YS_VERDICT_BAD);
    assert_int_equal(who, YS_BODY_PO | YS_BODY_SC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_record_signed_as_its_kind_requires_is_ok, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_required_signature_that_is_missing_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bodies_of_other_units_do_not_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_that_is_not_registered_is_unknown_and_not_bad, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_line_that_does_not_verify_spoils_the_record, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_key_is_valid_from_its_first_index_up_to_its_cut, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_record_of_another_log_is_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_root_signs_in_the_districts_log_only, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            too_few_root_keys_are_a_missing_signature_and_a_bad_line_is_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_kind_is_ok_when_a_body_of_the_unit_signed_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_node_writes_is_signed_by_the_logs_key, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_the_node_writes_behind_the_cut_of_the_logs_key_is_bad,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_of_another_kind_than_its_note_is_bad, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_body_that_is_not_the_notes_is_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_that_cannot_be_read_is_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_body_the_note_decides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_record_is_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_mask_of_good_lines_is_given_whatever_the_verdict,
                                        set_up, tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
