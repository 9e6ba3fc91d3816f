#include "proto/body.h"

#include "proto/wire.h"
#include "tests/support/pb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { ROOM = 256 * 1024 };
enum { SALT = 1, REFS = 4, CONSENSUS = 131, FEEDBACK = 163, ACK = 165 };

static uint8_t room[ROOM];
static uint8_t filler[ROOM];

/* A body begun: 16 bytes of salt. */
static struct ys_writer begin(void)
{
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    pb_text(&w, SALT, "0123456789abcdef");
    return w;
}

/* Decodes a copy of the exact size; the message stays in `err`. */
static enum ys_code decode(const struct ys_writer *w, struct ys_arena *arena,
                           const Yishi__V1__Body **out, struct ys_err *err)
{
    assert_false(w->overflow);
    ys_arena_init(arena, YS_BODY_ARENA_MAX);
    return ys_body_decode(pb_written(w), arena, out, err);
}

static void assert_refused(const struct ys_writer *w, enum ys_code code, const char *message)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    struct ys_err err;
    assert_int_equal(decode(w, &arena, &body, &err), code);
    assert_null(body);
    assert_string_equal(err.msg, message);
    ys_arena_clear(&arena);
}

static void assert_accepted(const struct ys_writer *w, const char *kind)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    struct ys_err err;
    if (decode(w, &arena, &body, &err) != YS_OK)
        fail_msg("%s", err.msg);
    else
        assert_string_equal(ys_body_kind(body)->name, kind);
    ys_arena_clear(&arena);
}

static void a_body_is_salt_and_one_kind(void **state)
{
    (void)state;
    struct ys_writer w = begin();
    assert_refused(&w, YS_MALFORMED, "body: has no kind");
    pb_text(&w, ACK, "");
    assert_accepted(&w, "acknowledgement");
    pb_text(&w, CONSENSUS, "");
    assert_refused(&w, YS_MALFORMED, "body.consensus: excludes another field that is set");

    w = (struct ys_writer){.data = room, .capacity = sizeof room};
    assert_refused(&w, YS_MALFORMED, "body.salt: is missing");
    pb_text(&w, ACK, "");
    assert_refused(&w, YS_MALFORMED, "body.salt: is missing");
    pb_text(&w, SALT, "0123456789abcde");
    assert_refused(&w, YS_MALFORMED, "body.salt: has 15 bytes, less than 16");
}

static void a_kind_of_a_newer_version_is_unknown_and_not_malformed(void **state)
{
    (void)state;
    static const char unknown[] = "body: is of a kind that this version does not know";
    struct ys_writer w = begin();
    pb_text(&w, 198, "anything");
    assert_refused(&w, YS_NOT_FOUND, unknown);
    pb_text(&w, ACK, "");
    assert_refused(&w, YS_MALFORMED, "body: has more than one kind");
    w = begin();
    pb_text(&w, 199, "");
    assert_refused(&w, YS_NOT_FOUND, unknown);
    pb_text(&w, 198, "");
    assert_refused(&w, YS_MALFORMED, "body: has more than one kind");
    w = begin();
    pb_text(&w, 200, "");
    assert_refused(&w, YS_MALFORMED, "body: has no kind");
}

static void unknown_fields_are_read_over_but_not_signed(void **state)
{
    (void)state;
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    struct ys_err err;
    struct ys_writer w = begin();
    pb_text(&w, ACK, "");
    pb_number(&w, 99, 7);
    pb_text(&w, 98, "\xff");
    pb_key(&w, 97, 1);
    ys_writer_text(&w, "12345678");
    pb_key(&w, 96, 5);
    ys_writer_text(&w, "1234");

    assert_int_equal(decode(&w, &arena, &body, &err), YS_OK);

    assert_int_equal(body->base.n_unknown_fields, 4);
    assert_int_equal(ys_body_check_authored(body, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "body: has the unknown field 99");
    ys_arena_clear(&arena);
}

static void what_protobuf_c_would_hide_is_refused(void **state)
{
    (void)state;
    struct ys_writer w = begin();
    pb_text(&w, ACK, "");
    pb_text(&w, SALT, "0123456789abcdef");
    assert_refused(&w, YS_MALFORMED, "body.salt: stands twice");

    w = begin();
    pb_text(&w, ACK, "\x0a\x01x");
    pb_text(&w, ACK, "\x0a\x01y");
    assert_refused(&w, YS_MALFORMED, "body.acknowledgement: stands twice");

    static const uint8_t with_nul[] = {0x0a, 3, 'a', 0, 'b'};
    w = begin();
    pb_bytes(&w, ACK, (struct ys_bytes){.data = with_nul, .size = sizeof with_nul});
    assert_refused(&w, YS_MALFORMED,
                   "body.acknowledgement.purpose: has a control character; only line feeds may "
                   "stand in a text");

    w = begin();
    pb_text(&w, ACK,
            "\x0a\x02"
            "a\xff");
    assert_refused(&w, YS_MALFORMED, "body.acknowledgement.purpose: is not valid UTF-8");

    w = begin();
    pb_text(&w, FEEDBACK, "\x28\x80\x80\x80\x80\x10"); /* reach = 2^32 */
    assert_refused(&w, YS_MALFORMED, "body.feedback_publication.reach: is out of range");

    w = begin();
    pb_text(&w, FEEDBACK, "\x30\x02"); /* a bool of 2 */
    assert_refused(&w, YS_MALFORMED,
                   "body.feedback_publication.explained_to_dissenters: is out of range");

    w = begin();
    pb_text(&w, FEEDBACK, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"); /* enum -1 */
    assert_refused(&w, YS_MALFORMED, "body.feedback_publication.subject: is out of range");

    w = begin();
    pb_text(&w, FEEDBACK, "\x28\x81\x80\x80\x01"); /* fine: minimal */
    assert_accepted(&w, "feedback_publication");
}

static void bytes_that_are_not_protobuf_are_refused_with_their_path(void **state)
{
    (void)state;
    struct ys_writer w = begin();
    pb_text(&w, FEEDBACK, "\x2a\x01x"); /* reach as bytes */
    assert_refused(&w, YS_MALFORMED, "body.feedback_publication.reach: has wire type 2, not 0");
    w = begin();
    pb_text(&w, FEEDBACK, "\x28\x80"); /* cut varint */
    assert_refused(&w, YS_MALFORMED, "body.feedback_publication.reach: is cut off");
    static const uint8_t long_one[] = {0x28, 0x81, 0x00}; /* 1, with a byte too many */
    w = begin();
    pb_bytes(&w, FEEDBACK, (struct ys_bytes){.data = long_one, .size = sizeof long_one});
    assert_refused(&w, YS_MALFORMED, "body.feedback_publication.reach: is cut off");
    w = begin();
    pb_text(&w, FEEDBACK, "\x12\x05x"); /* length behind the end */
    assert_refused(&w, YS_MALFORMED, "body.feedback_publication.channels[0]: is cut off");
    w = begin();
    pb_key(&w, 0, 0);
    assert_refused(&w, YS_MALFORMED, "body: bytes are not protobuf");
    w = begin();
    pb_key(&w, 50, 3); /* a group */
    pb_key(&w, 50, 4);
    assert_refused(&w, YS_MALFORMED, "body: an unknown field is cut off");
}

static void every_cut_is_refused_or_complete(void **state)
{
    (void)state;
    struct ys_writer w = begin();
    pb_text(&w, REFS,
            "\x08\x09\x12\x20"
            "abcdefghijklmnopqrstuvwxyz012345");
    pb_text(&w, ACK, "\x0a\x03xyz");
    const size_t whole = w.size;
    for (size_t size = 0; size < whole; size++) {
        struct ys_arena arena;
        const Yishi__V1__Body *body = NULL;
        const struct ys_writer cut = {.data = room, .capacity = ROOM, .size = size};
        assert_int_equal(decode(&cut, &arena, &body, NULL), YS_MALFORMED);
        ys_arena_clear(&arena);
    }
    assert_accepted(&w, "acknowledgement");
}

static void lists_and_bodies_have_limits(void **state)
{
    (void)state;
    struct ys_writer w = begin();
    for (unsigned i = 0; i < YS_BODY_REFS_MAX; i++)
        pb_text(&w, REFS, "");
    pb_text(&w, ACK, "");
    assert_accepted(&w, "acknowledgement");
    pb_text(&w, REFS, "");
    assert_refused(&w, YS_LIMIT, "body.refs: has 65 elements, limit 64");

    w = begin();
    pb_text(&w, ACK, "");
    pb_bytes(&w, 99, (struct ys_bytes){.data = filler, .size = YS_RECORD_BODY_MAX - w.size - 5});
    assert_int_equal(w.size, YS_RECORD_BODY_MAX);
    assert_accepted(&w, "acknowledgement");
    ys_writer_text(&w, "x");
    assert_refused(&w, YS_LIMIT, "body: has 131073 bytes, limit 131072");
}

static void a_bomb_of_empty_messages_ends_at_the_arena(void **state)
{
    (void)state;
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    struct ys_err err;
    struct ys_writer w = begin();
    while (w.size + 2 <= YS_RECORD_BODY_MAX)
        pb_text(&w, REFS, "");

    const enum ys_code code = decode(&w, &arena, &body, &err);

    assert_int_equal(code, YS_LIMIT);
    assert_true(arena.used_bytes <= YS_BODY_ARENA_MAX);
    ys_arena_clear(&arena);
}

static void a_body_belongs_to_a_note_of_its_kind(void **state)
{
    (void)state;
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    struct ys_err err;
    struct ys_record record = {.kind = "acknowledgement"};
    struct ys_writer w = begin();
    pb_text(&w, ACK, "");
    assert_int_equal(decode(&w, &arena, &body, &err), YS_OK);

    assert_int_equal(ys_body_check_note(body, &record, &err), YS_OK);
    (void)snprintf(record.kind, sizeof record.kind, "consensus");
    assert_int_equal(ys_body_check_note(body, &record, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "body is of kind acknowledgement, but its note says consensus");
    ys_arena_clear(&arena);
}

/* ---- bodies to be signed ---- */

static uint8_t salt_bytes[YS_BODY_SALT_LEN];

static Yishi__V1__Body authored(void)
{
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    body.has_salt = 1;
    body.salt = (ProtobufCBinaryData){.len = sizeof salt_bytes, .data = salt_bytes};
    return body;
}

static void assert_verdict(const Yishi__V1__Body *body, const char *message)
{
    struct ys_err err = {.msg = ""};
    const enum ys_code code = ys_body_check_authored(body, &err);
    assert_int_equal(code == YS_OK, message == NULL);
    assert_string_equal(err.msg, message == NULL ? "" : message);
}

static Yishi__V1__Date day(uint32_t yyyymmdd)
{
    Yishi__V1__Date date = YISHI__V1__DATE__INIT;
    date.has_yyyymmdd = 1;
    date.yyyymmdd = yyyymmdd;
    return date;
}

static void items_of_a_consensus_are_numbered_from_one(void **state)
{
    (void)state;
    enum { COUNT = 3 };
    char text[] = "修缮自行车棚";
    Yishi__V1__ConsensusItem item[COUNT];
    Yishi__V1__ConsensusItem *items[COUNT];
    Yishi__V1__Date reached = day(20261120);
    Yishi__V1__Consensus consensus = YISHI__V1__CONSENSUS__INIT;
    Yishi__V1__Body body = authored();
    for (unsigned i = 0; i < COUNT; i++) {
        yishi__v1__consensus_item__init(&item[i]);
        item[i].has_no = item[i].has_nature = item[i].has_decision_matter = 1;
        item[i].no = i + 1;
        item[i].text = text;
        item[i].nature = YISHI__V1__NATURE__NATURE_PUBLIC_SERVICE;
        items[i] = &item[i];
    }
    consensus.items = items;
    consensus.reached_on = &reached;
    consensus.has_degree = 1;
    consensus.degree = YISHI__V1__CONSENSUS_DEGREE__CONSENSUS_DEGREE_BROAD;
    body.kind_case = YISHI__V1__BODY__KIND_CONSENSUS;
    body.consensus = &consensus;

    assert_verdict(&body, "body.consensus.items: is missing");
    consensus.n_items = COUNT;
    assert_verdict(&body, NULL);
    item[2].no = 2;
    assert_verdict(&body, "body.consensus.items[2].no: is 2, but follows item 2");
    item[2].no = 4;
    assert_verdict(&body, "body.consensus.items[2].no: is 4, but follows item 2");
    for (unsigned i = 0; i < COUNT; i++)
        item[i].no = i;
    assert_verdict(&body, "body.consensus.items[0].no: is 0, but items are numbered from 1");
    for (unsigned i = 0; i < COUNT; i++)
        item[i].no = i + 7; /* six were agreed on before */
    assert_verdict(&body, NULL);
    item[0].no = UINT32_MAX;
    item[1].no = 0;
    assert_verdict(&body, "body.consensus.items[1].no: is 0, but follows item 4294967295");
    for (unsigned i = 0; i < COUNT; i++)
        item[i].no = i + 1;
    item[1].text = NULL;
    assert_verdict(&body, "body.consensus.items[1].text: is missing");
    item[1].text = text;
    item[0].has_decision_matter = 0;
    assert_verdict(&body, "body.consensus.items[0].decision_matter: is missing");
}

struct evaluation {
    Yishi__V1__Body body;
    Yishi__V1__EvaluationResult result;
    Yishi__V1__GradeCounts counts[3];
    Yishi__V1__GradeCounts *dimensions[3];
    Yishi__V1__ReturnedByKind kind[2];
    Yishi__V1__ReturnedByKind *kinds[2];
    Yishi__V1__Date held;
};

/* 40 papers issued, 36 returned, 35 valid; each dimension 20 + 10 + 3 + 1 + 0 and 1 unknown. */
static void evaluation_fill(struct evaluation *e)
{
    e->body = authored();
    e->held = day(20261121);
    yishi__v1__evaluation_result__init(&e->result);
    e->result.has_issued = e->result.has_returned = e->result.has_valid = 1;
    e->result.issued = 40;
    e->result.returned = 36;
    e->result.valid = 35;
    e->result.held_on = &e->held;
    for (unsigned i = 0; i < 3; i++) {
        Yishi__V1__GradeCounts *counts = &e->counts[i];
        yishi__v1__grade_counts__init(counts);
        counts->has_dimension = counts->has_grade_0 = counts->has_grade_1 = counts->has_grade_2 =
            counts->has_grade_3 = counts->has_grade_4 = counts->has_grade_5 = 1;
        counts->dimension = (Yishi__V1__Dimension)(i + 1);
        counts->grade_5 = 20;
        counts->grade_4 = 10;
        counts->grade_3 = 3;
        counts->grade_2 = 1;
        counts->grade_0 = 1;
        e->dimensions[i] = counts;
    }
    for (unsigned i = 0; i < 2; i++) {
        yishi__v1__returned_by_kind__init(&e->kind[i]);
        e->kind[i].has_party_kind = e->kind[i].has_returned = 1;
        e->kind[i].party_kind = (Yishi__V1__PartyKind)(10 + i);
        e->kind[i].returned = 18;
        e->kinds[i] = &e->kind[i];
    }
    e->result.n_dimensions = 3;
    e->result.dimensions = e->dimensions;
    e->result.n_returned_by_kind = 2;
    e->result.returned_by_kind = e->kinds;
    e->body.kind_case = YISHI__V1__BODY__KIND_EVALUATION_RESULT;
    e->body.evaluation_result = &e->result;
}

static void papers_of_an_evaluation_add_up(void **state)
{
    (void)state;
    struct evaluation e;
    evaluation_fill(&e);
    assert_verdict(&e.body, NULL);

    e.result.returned = 41;
    assert_verdict(&e.body, "body.evaluation_result.returned: 41, but 40 papers were issued");
    e.result.returned = 34;
    assert_verdict(&e.body, "body.evaluation_result.valid: 35, but 34 papers were returned");
    e.result.returned = 36;
    e.kind[1].returned = 19;
    assert_verdict(
        &e.body,
        "body.evaluation_result.returned_by_kind: adds up to 37, but 36 papers were returned");
    e.kind[1].returned = UINT32_MAX; /* no wrapping */
    assert_verdict(&e.body, "body.evaluation_result.returned_by_kind: adds up to 4294967313, but "
                            "36 papers were returned");
    e.kind[1].returned = 0;
    e.kind[1].party_kind = e.kind[0].party_kind;
    assert_verdict(&e.body, "body.evaluation_result.returned_by_kind[1].party_kind: stands twice");
}

/* DOMAIN.md 5.4: nor may a number below five follow from the others. */
static void kinds_of_few_papers_are_not_told(void **state)
{
    (void)state;
    struct evaluation e;
    evaluation_fill(&e);
    e.kind[1].returned = 4;
    assert_verdict(&e.body, "body.evaluation_result.returned_by_kind[1].returned: is 4; kinds with "
                            "fewer than 5 papers are left out");
    e.kind[1].returned = 5;
    assert_verdict(&e.body, NULL);
    e.kind[1].returned = 13;
    assert_verdict(&e.body, NULL); /* 5 are not told */
    e.kind[1].returned = 14;
    assert_verdict(&e.body, "body.evaluation_result.returned_by_kind: all but 4 papers are told; "
                            "leave out another kind, so that at least 5 are not");
    e.kind[1].returned = 18;
    assert_verdict(&e.body, NULL); /* all are */
    e.result.n_returned_by_kind = 0;
    e.result.returned = e.result.valid = 3; /* nothing is broken down */
    for (unsigned i = 0; i < 3; i++) {
        e.counts[i].grade_5 = 3;
        e.counts[i].grade_4 = e.counts[i].grade_3 = e.counts[i].grade_2 = e.counts[i].grade_0 = 0;
    }
    assert_verdict(&e.body, NULL);
}

static void an_evaluation_has_three_different_dimensions_that_add_up(void **state)
{
    (void)state;
    struct evaluation e;
    evaluation_fill(&e);
    e.counts[2].grade_1 = 1;
    assert_verdict(&e.body, "body.evaluation_result.dimensions[2]: grades add up to 36, but 35 "
                            "papers are valid");
    e.counts[2].grade_1 = UINT32_MAX;
    e.counts[2].grade_5 = 21; /* 35 modulo 2^32 */
    assert_verdict(&e.body, "body.evaluation_result.dimensions[2]: grades add up to 4294967331, "
                            "but 35 papers are valid");
    evaluation_fill(&e);
    e.counts[1].dimension = e.counts[0].dimension;
    assert_verdict(&e.body, "body.evaluation_result.dimensions[1].dimension: stands twice");
    evaluation_fill(&e);
    e.result.n_dimensions = 2;
    assert_verdict(&e.body, "body.evaluation_result.dimensions: has 2 elements, not 3");
    evaluation_fill(&e);
    e.counts[0].has_grade_1 = 0;
    assert_verdict(&e.body, "body.evaluation_result.dimensions[0].grade_1: is missing");
}

static void a_publication_does_not_end_before_it_begins(void **state)
{
    (void)state;
    char board[] = "公告栏";
    char *channels[] = {board};
    Yishi__V1__Date from = day(20261121);
    Yishi__V1__Date to = day(20261121);
    Yishi__V1__FeedbackPublication feedback = YISHI__V1__FEEDBACK_PUBLICATION__INIT;
    Yishi__V1__Body body = authored();
    feedback.has_subject = 1;
    feedback.subject = YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_CONSENSUS;
    feedback.n_channels = 1;
    feedback.channels = channels;
    feedback.from = &from;
    feedback.to = &to;
    body.kind_case = YISHI__V1__BODY__KIND_FEEDBACK_PUBLICATION;
    body.feedback_publication = &feedback;

    assert_verdict(&body, NULL);
    to.yyyymmdd = 20261120;
    assert_verdict(&body, "body.feedback_publication.to: the last day is before the first");
}

static void an_acknowledgement_names_what_it_acknowledges(void **state)
{
    (void)state;
    uint8_t id[YS_HASH_LEN] = {1};
    Yishi__V1__Acknowledgement ack = YISHI__V1__ACKNOWLEDGEMENT__INIT;
    Yishi__V1__Reference ref = YISHI__V1__REFERENCE__INIT;
    Yishi__V1__Reference *refs[] = {&ref};
    Yishi__V1__Body body = authored();
    body.kind_case = YISHI__V1__BODY__KIND_ACKNOWLEDGEMENT;
    body.acknowledgement = &ack;
    assert_verdict(&body, "body.refs: names no record that is acknowledged");
    ref.has_rel = ref.has_record = 1;
    ref.rel = YISHI__V1__RELATION__RELATION_FOLLOWS;
    ref.record = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    body.n_refs = 1;
    body.refs = refs;
    assert_verdict(&body, "body.refs: names no record that is acknowledged");
    ref.rel = YISHI__V1__RELATION__RELATION_ACKNOWLEDGES;
    assert_verdict(&body, NULL);
}

/* Text of a verifier key whose seed is 32 times `seed_byte`. */
static void vkey(uint8_t seed_byte, const char *name, uint8_t type, char out[YS_VKEY_TEXT_MAX])
{
    uint8_t seed[YS_SEED_LEN];
    struct ys_signer signer;
    memset(seed, seed_byte, sizeof seed);
    assert_int_equal(ys_signer_init(&signer, name, type, seed), YS_OK);
    ys_vkey_print(&signer.vkey, out);
    ys_signer_clear(&signer);
}

static void a_register_names_a_key_of_its_body_and_unit(void **state)
{
    (void)state;
    char key[YS_VKEY_TEXT_MAX];
    char other[YS_VKEY_TEXT_MAX];
    char code[] = "110101001001";
    char street[] = "110101001";
    char rc[] = "rc";
    char po[] = "po";
    char name[] = "示例社区居民委员会";
    char log[] = "a.b/110101001001/1";
    char other_log[] = "a.b/110101001002/1";
    uint8_t sig[YS_SIG_LEN] = {0};
    Yishi__V1__Date from = day(20260101);
    Yishi__V1__Date to = day(20301231);
    Yishi__V1__BodyRegister reg = YISHI__V1__BODY_REGISTER__INIT;
    Yishi__V1__Body body = authored();
    vkey(1, "a.b/110101001001/rc", YS_SIG_ED25519, key);
    vkey(1, "a.b/110101001002/rc", YS_SIG_ED25519, other);
    reg.division = code;
    reg.body = rc;
    reg.name = name;
    reg.key = key;
    reg.log = log;
    reg.has_from_index = reg.has_possession = 1;
    reg.possession = (ProtobufCBinaryData){.len = sizeof sig, .data = sig};
    reg.term_from = &from;
    reg.term_to = &to;
    body.kind_case = YISHI__V1__BODY__KIND_BODY_REGISTER;
    body.body_register = &reg;

    assert_verdict(&body, NULL);
    to.yyyymmdd = 20251231;
    assert_verdict(&body, "body.body_register.term_to: the last day is before the first");
    to.yyyymmdd = 20301231;
    reg.body = po;
    assert_verdict(&body, "body.body_register.key: its name is not that of po at 110101001001");
    reg.body = rc;
    reg.division = street;
    assert_verdict(&body, "body.body_register.body: a street has no body \"rc\"");
    reg.division = code;
    reg.key = other;
    assert_verdict(&body, "body.body_register.key: its name is not that of rc at 110101001001");
    reg.key = key;
    reg.log = other_log;
    assert_verdict(&body, "body.body_register.log: not a log of 110101001001");
    reg.log = key;
    assert_verdict(&body, "body.body_register.log: not the origin of a log");
    reg.log = log;
    reg.key = log;
    assert_verdict(&body, "body.body_register.key: not a verifier key");
    reg.division = rc;
    assert_verdict(&body, "body.body_register.division: not a division code");
}

static void a_certificate_has_log_and_mirror_keys_of_its_unit(void **state)
{
    (void)state;
    char log[YS_VKEY_TEXT_MAX];
    char mirror[YS_VKEY_TEXT_MAX];
    char wrong_type[YS_VKEY_TEXT_MAX];
    char code[] = "110101001";
    char sibling[] = "110101002";
    char name[] = "示例街道";
    uint8_t sig[YS_SIG_LEN] = {0};
    uint8_t transport[YS_PUBKEY_LEN] = {9};
    const ProtobufCBinaryData possession = {.len = sizeof sig, .data = sig};
    Yishi__V1__NodeCertificate cert = YISHI__V1__NODE_CERTIFICATE__INIT;
    Yishi__V1__Body body = authored();
    vkey(1, "a.b/110101001/1", YS_SIG_ED25519, log);
    vkey(2, "a.b/mirror/110101001", YS_SIG_COSIGNATURE_V1, mirror);
    vkey(2, "a.b/mirror/110101001", YS_SIG_ED25519, wrong_type);
    cert.division = code;
    cert.has_role = cert.has_transport = 1;
    cert.role = YISHI__V1__NODE_ROLE__NODE_ROLE_NODE;
    cert.name = name;
    cert.transport = (ProtobufCBinaryData){.len = sizeof transport, .data = transport};
    body.kind_case = YISHI__V1__BODY__KIND_NODE_CERTIFICATE;
    body.node_certificate = &cert;

    assert_verdict(&body, "body.node_certificate.log: is missing");
    cert.log = log;
    cert.mirror = mirror;
    assert_verdict(&body, "body.node_certificate.log_possession: is missing");
    cert.has_log_possession = cert.has_mirror_possession = 1;
    cert.log_possession = cert.mirror_possession = possession;
    assert_verdict(&body, NULL);
    cert.role = YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    assert_verdict(&body, NULL);
    cert.mirror = wrong_type;
    assert_verdict(
        &body, "body.node_certificate.mirror: a.b/mirror/110101001 is not the name of such a key");
    cert.mirror = log;
    assert_verdict(&body,
                   "body.node_certificate.mirror: a.b/110101001/1 is not the name of such a key");
    cert.mirror = mirror;
    cert.division = sibling;
    assert_verdict(&body, "body.node_certificate.log: not a log of 110101002");
    cert.division = name;
    assert_verdict(&body, "body.node_certificate.division: not a division code");
    cert.division = code;
    vkey(2, "a.b/mirror/110101002", YS_SIG_COSIGNATURE_V1, mirror);
    assert_verdict(&body, "body.node_certificate.mirror: not of the log's unit");
}

static void a_revocation_cuts_a_key_in_a_log_of_its_unit(void **state)
{
    (void)state;
    char key[YS_VKEY_TEXT_MAX];
    char log[] = "a.b/110101001001/1";
    char other_log[] = "a.b/110101001002/1";
    uint8_t root[YS_HASH_LEN] = {0};
    Yishi__V1__KeyRevoke revoke = YISHI__V1__KEY_REVOKE__INIT;
    Yishi__V1__Body body = authored();
    vkey(1, "a.b/110101001001/rc", YS_SIG_ED25519, key);
    revoke.key = key;
    revoke.log = log;
    revoke.has_cut_size = revoke.has_cut_root = revoke.has_reason = 1;
    revoke.cut_size = INT64_MAX;
    revoke.cut_root = (ProtobufCBinaryData){.len = sizeof root, .data = root};
    revoke.reason = YISHI__V1__REVOKE_REASON__REVOKE_REASON_LOST;
    body.kind_case = YISHI__V1__BODY__KIND_KEY_REVOKE;
    body.key_revoke = &revoke;

    assert_verdict(&body, NULL);
    revoke.cut_size++;
    assert_verdict(&body, "body.key_revoke.cut_size: is out of range");
    revoke.cut_size = 0;
    revoke.log = other_log;
    assert_verdict(&body, "body.key_revoke.log: not a log of the key's unit");
    revoke.log = key;
    assert_verdict(&body, "body.key_revoke.log: not the origin of a log");
    revoke.key = log;
    assert_verdict(&body, "body.key_revoke.key: not a verifier key of ours");
}

static void what_the_node_writes_names_logs_and_heads(void **state)
{
    (void)state;
    char log[] = "a.b/110101001/1";
    char mirror[] = "a.b/mirror/110101001";
    uint8_t hash[YS_HASH_LEN] = {0};
    char text[] = "a.b/110101001/1\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n\n"
                  "\xe2\x80\x94 a.b/110101001/1 AAAAAAEC\n";
    Yishi__V1__Receipt receipt = YISHI__V1__RECEIPT__INIT;
    Yishi__V1__Receipt *list[] = {&receipt};
    Yishi__V1__Receipts receipts = YISHI__V1__RECEIPTS__INIT;
    Yishi__V1__ForkNotice notice = YISHI__V1__FORK_NOTICE__INIT;
    Yishi__V1__Anchor anchor = YISHI__V1__ANCHOR__INIT;
    Yishi__V1__Body body = authored();
    receipts.receipts = list;
    body.kind_case = YISHI__V1__BODY__KIND_RECEIPTS;
    body.receipts = &receipts;

    assert_verdict(&body, "body.receipts.receipts: is missing");
    receipts.n_receipts = 1;
    receipt.log = log;
    receipt.has_size = receipt.has_root = receipt.has_time = 1;
    receipt.root = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    assert_verdict(&body, "body.receipts.receipts[0].size: is out of range");
    receipt.size = INT64_MAX;
    assert_verdict(&body, NULL);
    receipt.size++;
    assert_verdict(&body, "body.receipts.receipts[0].size: is out of range");
    receipt.size = 1;
    receipt.log = mirror;
    assert_verdict(&body, "body.receipts.receipts[0].log: not the origin of a log");

    body.kind_case = YISHI__V1__BODY__KIND_FORK_NOTICE;
    body.fork_notice = &notice;
    notice.log = log;
    notice.has_proof_sha256 = 1;
    notice.proof_sha256 = receipt.root;
    assert_verdict(&body, NULL);
    notice.log = mirror;
    assert_verdict(&body, "body.fork_notice.log: not the origin of a log");

    body.kind_case = YISHI__V1__BODY__KIND_ANCHOR;
    body.anchor = &anchor;
    anchor.has_checkpoint = 1;
    anchor.checkpoint = (ProtobufCBinaryData){.len = strlen(text), .data = (uint8_t *)text};
    assert_verdict(&body, NULL);
    anchor.checkpoint.len--;
    assert_verdict(&body, "body.anchor.checkpoint: not a signed checkpoint");
}

static void a_body_without_a_kind_is_not_signed(void **state)
{
    (void)state;
    const Yishi__V1__Body body = authored();
    assert_verdict(&body, "body: has no kind");
}

static void an_encoded_body_decodes_to_the_same_bytes(void **state)
{
    (void)state;
    struct evaluation e;
    uint8_t first[4096];
    uint8_t second[4096];
    struct ys_arena arena;
    const Yishi__V1__Body *again = NULL;
    struct ys_writer a = {.data = first, .capacity = sizeof first};
    struct ys_writer b = {.data = second, .capacity = sizeof second};
    evaluation_fill(&e);
    assert_int_equal(ys_body_encode(&e.body, &a, NULL), YS_OK);

    assert_int_equal(decode(&a, &arena, &again, NULL), YS_OK);
    assert_int_equal(ys_body_encode(again, &b, NULL), YS_OK);

    assert_true(ys_bytes_equal(pb_written(&a), pb_written(&b)));
    assert_int_equal(ys_body_check_authored(again, NULL), YS_OK);
    for (size_t room_left = 0; room_left < a.size; room_left++) {
        struct ys_writer small = {.data = second, .capacity = room_left};
        assert_int_equal(ys_body_encode(again, &small, NULL), YS_LIMIT);
        assert_true(small.overflow);
        assert_int_equal(small.size, 0);
    }
    ys_arena_clear(&arena);
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_salt_and_one_kind),
        cmocka_unit_test(a_kind_of_a_newer_version_is_unknown_and_not_malformed),
        cmocka_unit_test(unknown_fields_are_read_over_but_not_signed),
        cmocka_unit_test(what_protobuf_c_would_hide_is_refused),
        cmocka_unit_test(bytes_that_are_not_protobuf_are_refused_with_their_path),
        cmocka_unit_test(every_cut_is_refused_or_complete),
        cmocka_unit_test(lists_and_bodies_have_limits),
        cmocka_unit_test(a_bomb_of_empty_messages_ends_at_the_arena),
        cmocka_unit_test(a_body_belongs_to_a_note_of_its_kind),
        cmocka_unit_test(items_of_a_consensus_are_numbered_from_one),
        cmocka_unit_test(papers_of_an_evaluation_add_up),
        cmocka_unit_test(kinds_of_few_papers_are_not_told),
        cmocka_unit_test(an_evaluation_has_three_different_dimensions_that_add_up),
        cmocka_unit_test(a_publication_does_not_end_before_it_begins),
        cmocka_unit_test(an_acknowledgement_names_what_it_acknowledges),
        cmocka_unit_test(a_register_names_a_key_of_its_body_and_unit),
        cmocka_unit_test(a_certificate_has_log_and_mirror_keys_of_its_unit),
        cmocka_unit_test(a_revocation_cuts_a_key_in_a_log_of_its_unit),
        cmocka_unit_test(what_the_node_writes_names_logs_and_heads),
        cmocka_unit_test(a_body_without_a_kind_is_not_signed),
        cmocka_unit_test(an_encoded_body_decodes_to_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
