/* Bodies that are absent are asked for again, of a peer that keeps the rules and of one that breaks them. Through a
 * federation: test_session_content_world.c. */
#include "sync/restored.h"
#include "sync/session_state.h"
#include "tests/support/cast.h"
#include "tests/support/member_twin.h"
#include "tests/support/pb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct desk {
    struct cast cast;         /* of the street */
    struct ys_member *member; /* set when it is needed */
    struct ys_session *session;
    struct ys_turn turn;
    struct ys_change *change[64];
    unsigned changes, wants, bodies, missing, heres, notices;
    struct scribe_record record[2];
};

static void send_message(void *context, struct ys_bytes bytes)
{
    struct desk *const desk = context;
    struct ys_arena arena;
    const Yishi__V1__Message *message = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    assert_int_equal(ys_message_decode(bytes, &arena, &message, NULL), YS_OK);
    desk->wants += message->kind_case == YISHI__V1__MESSAGE__KIND_CONTENT_WANT;
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_CONTENT) {
        desk->bodies += message->content->content_case == YISHI__V1__CONTENT__CONTENT_BODY;
        desk->missing += message->content->content_case == YISHI__V1__CONTENT__CONTENT_MISSING;
        desk->heres += message->content->content_case == YISHI__V1__CONTENT__CONTENT_HERE;
    }
    ys_arena_clear(&arena);
}

static void queue_change(void *context, struct ys_change *change)
{
    struct desk *const desk = context;
    assert_true(desk->changes < sizeof desk->change / sizeof *desk->change);
    desk->change[desk->changes++] = change;
}

static void notice(void *context, enum ys_code code, const char *text)
{
    struct desk *const desk = context;
    assert_int_equal(code, YS_MALFORMED);
    assert_non_null(strstr(text, "not what its record names"));
    desk->notices++;
}

static void open_turn(struct desk *desk)
{
    ys_txn_abort(&desk->turn.txn);
    assert_int_equal(ys_store_begin(desk->cast.store, false, &desk->turn.txn, NULL), YS_OK);
}

static void know_members(struct desk *desk)
{
    const struct ys_division *const self = &desk->cast.unit[CAST_STREET].origin.division;
    ys_member_free(desk->member);
    desk->member = NULL;
    assert_int_equal(ys_member_new(&desk->cast.root, self, &desk->member, NULL), YS_OK);
    member_twin_rebuild(desk->cast.store, self, desk->member);
    desk->turn.member = desk->member;
}

static const uint8_t reader_key[YS_PUBKEY_LEN] = {5};

/* A session in this role with this unit, which has said HELLO. */
static void talk_as(struct desk *desk, enum ys_session_role role, enum cast_role peer, bool spoken)
{
    struct ys_session_options options = {.role = role,
                                         .id = 7,
                                         .peer = desk->cast.unit[peer].origin.division,
                                         .nonce = {0, 0, 0, 1, 0, 0, 0, 1}};
    memcpy(options.reader, reader_key, sizeof options.reader);
    ys_session_free(desk->session);
    assert_int_equal(ys_session_new(&options, &desk->session, NULL), YS_OK);
    desk->session->hello_sent = desk->session->hello_received = true;
    desk->session->contents.spoken = spoken;
    open_turn(desk);
}

static void talk_with(struct desk *desk, enum cast_role peer, bool spoken)
{
    talk_as(desk, peer == CAST_DISTRICT ? YS_SESSION_CHILD : YS_SESSION_PARENT, peer, spoken);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    cast_open(&desk->cast, "test_session_content", CAST_STREET);
    cast_enrol_all(&desk->cast);
    desk->turn = (struct ys_turn){.store = desk->cast.store,
                                  .own_heads_max = UINT64_MAX,
                                  .context = desk,
                                  .send = send_message,
                                  .change = queue_change,
                                  .notice = notice};
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_session_free(desk->session);
    ys_txn_abort(&desk->turn.txn);
    for (unsigned i = 0; i < desk->changes; i++)
        ys_change_free(desk->change[i]);
    ys_member_free(desk->member);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

/* Entries of the unit's log below a signed head, without their bodies when `absent`. The last is kept. */
static void make_entries(struct desk *desk, enum cast_role role, unsigned count, bool absent)
{
    const struct ys_signer *const signer = &desk->cast.unit[role].body[0];
    for (unsigned i = 0; i < count; i++) {
        cast_write(&desk->cast, role, scribe_acknowledgement(&desk->cast.rng), &signer, 1,
                   &desk->record[0]);
        struct ys_entry entry = scribe_entry(&desk->record[0]);
        if (absent)
            entry = (struct ys_entry){.note = entry.note, .content = YS_CONTENT_ABSENT};
        (void)cast_append(&desk->cast, role, &entry);
    }
    cast_keep_head(&desk->cast, role, cast_log(&desk->cast, role).frontier.size, NULL, 0, 0);
}

enum { WANT = 15, CONTENT = 16, BODY = 3, MISSING = 4, HERE = 5, WANT_RECORD = 3, RECORD = 6 };

/* The record that stands there, or zeros. */
static struct ys_hash record_at(const struct desk *desk, enum cast_role role, uint64_t index)
{
    struct ys_hash id = {{0}};
    struct ys_txn *const txn = desk->turn.txn;
    struct ys_log log;
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    if (ys_log_find(txn, desk->cast.unit[role].log, &log, NULL) == YS_OK &&
        ys_log_entry(txn, log.id, index, &entry, NULL) == YS_OK &&
        ys_note_peek(entry.note, &text, &kind))
        ys_record_id(text, &id);
    return id;
}

static struct ys_writer about_record(uint8_t room[2048], const char *origin, uint64_t index,
                                     const struct ys_hash *record, uint32_t record_field)
{
    struct ys_writer w = {.data = room, .capacity = 2048};
    pb_text(&w, 1, origin);
    pb_number(&w, 2, index);
    pb_bytes(&w, record_field, (struct ys_bytes){record->bytes, sizeof record->bytes});
    return w;
}

static struct ys_writer about(const struct desk *desk, uint8_t room[2048], enum cast_role role,
                              uint64_t index, uint32_t record_field)
{
    const struct ys_hash record = record_at(desk, role, index);
    return about_record(room, desk->cast.unit[role].log, index, &record, record_field);
}

static enum ys_code receive(struct desk *desk, uint32_t kind, const struct ys_writer *inner)
{
    static const uint8_t nonce[YS_SESSION_NONCE_LEN] = {0, 0, 0, 1, 0, 0, 0, 1};
    uint8_t room[16384];
    struct ys_err err = {0};
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    pb_bytes(&w, 1, (struct ys_bytes){nonce, sizeof nonce});
    pb_bytes(&w, kind, pb_written(inner));
    return ys_session_receive(desk->session, &desk->turn, pb_written(&w), &err);
}

static enum ys_code say(struct desk *desk, enum cast_role role, uint64_t index, uint32_t what)
{
    uint8_t room[2048];
    struct ys_writer w = about(desk, room, role, index, RECORD);
    pb_number(&w, what, 1);
    return receive(desk, CONTENT, &w);
}

static enum ys_code want(struct desk *desk, enum cast_role role, uint64_t index)
{
    uint8_t room[2048];
    const struct ys_writer w = about(desk, room, role, index, WANT_RECORD);
    return receive(desk, WANT, &w);
}

static void a_body_is_given_only_to_whom_the_log_may_go(void **state)
{
    struct desk *const desk = *state;
    make_entries(desk, CAST_COMMUNITY, 1, false);
    make_entries(desk, CAST_NEIGHBOUR, 1, false);
    talk_with(desk, CAST_COMMUNITY, true);
    assert_int_equal(want(desk, CAST_COMMUNITY, 0), YS_OK);
    assert_int_equal(desk->bodies, 1);
    assert_int_equal(want(desk, CAST_STREET, 0), YS_OK); /* no head of it is signed */
    assert_int_equal(want(desk, CAST_NEIGHBOUR, 0), YS_OK);
    assert_int_equal(want(desk, CAST_OTHER_STREET, 0), YS_OK);
    assert_int_equal(want(desk, CAST_COMMUNITY, 1), YS_OK);
    assert_int_equal(want(desk, CAST_COMMUNITY, UINT64_MAX), YS_OK);
    assert_int_equal(desk->bodies, 1);
    assert_int_equal(desk->missing, 5);

    talk_with(desk, CAST_DISTRICT, true);
    assert_int_equal(want(desk, CAST_NEIGHBOUR, 0), YS_OK);
    assert_int_equal(desk->bodies, 2);
}

/* 15.4: nobody has signed it yet, and the parent may have it all the same, or give it back. */
static void of_a_tail_owner_and_parent_give_each_other(void **state)
{
    struct desk *const desk = *state;
    const struct ys_entry own = {.note = ys_bytes_of_text("a note"),
                                 .content = YS_CONTENT_BODY,
                                 .body = ys_bytes_of_text("a body")};
    const uint64_t last = cast_append(&desk->cast, CAST_STREET, &own);
    const uint64_t theirs = cast_append(&desk->cast, CAST_COMMUNITY, &own);
    talk_with(desk, CAST_DISTRICT, true);
    assert_int_equal(want(desk, CAST_STREET, last), YS_OK); /* what the parent has may be another */
    assert_int_equal(want(desk, CAST_COMMUNITY, theirs), YS_OK);
    assert_int_equal(desk->missing, 2);
    desk->session->own_log = YS_OWN_FITS;
    assert_int_equal(want(desk, CAST_STREET, last), YS_OK);
    assert_int_equal(desk->bodies, 1);
    assert_int_equal(want(desk, CAST_STREET, last + 1), YS_OK);

    talk_with(desk, CAST_COMMUNITY, true);
    assert_int_equal(want(desk, CAST_COMMUNITY, theirs), YS_OK);
    assert_int_equal(want(desk, CAST_STREET, last), YS_OK);
    assert_int_equal(desk->bodies, 2);
    assert_int_equal(desk->missing, 4);
}

/* A tombstone that a peer sent, and that no redaction explains, is not sent on. */
static void what_is_absent_costs_the_credit_of_its_note_alone(void **state)
{
    struct desk *const desk = *state;
    enum { CREDIT = 100000 };
    static const uint8_t redaction[YS_HASH_LEN] = {1};
    struct ys_peer_log *log = NULL;
    const struct ys_entry entry = {.note = ys_bytes_of_text("a note"),
                                   .content = YS_CONTENT_ABSENT,
                                   .body = {redaction, sizeof redaction}};
    make_entries(desk, CAST_COMMUNITY, 1, false);
    (void)cast_append(&desk->cast, CAST_COMMUNITY, &entry);
    cast_keep_head(&desk->cast, CAST_COMMUNITY, 2, NULL, 0, 0);
    talk_with(desk, CAST_DISTRICT, true);
    desk->session->credit_out = CREDIT;
    assert_int_equal(ys_session_log(desk->session, desk->cast.unit[CAST_COMMUNITY].log, &log, NULL),
                     YS_OK);
    log->serving = true;
    log->next_index = 1;

    assert_int_equal(ys_session_serve(desk->session, &desk->turn, NULL), YS_OK);

    assert_int_equal(log->next_index, 2);
    assert_int_equal(CREDIT - desk->session->credit_out, entry.note.size);
}

static void begin_walk(struct desk *desk)
{
    assert_int_equal(ys_session_content_begin(desk->session, &desk->turn, NULL), YS_OK);
}

static void tell_here(struct desk *desk, enum cast_role role, uint64_t index)
{
    struct ys_change_result filled = {
        .session = 99, .kind = YS_CHANGE_CONTENT, .first_index = index, .count = 1};
    memcpy(filled.origin, desk->cast.unit[role].log, sizeof filled.origin);
    assert_int_equal(ys_session_content_here(desk->session, &desk->turn, &filled, NULL), YS_OK);
}

/* The street lets `reader_key` observe the community, or ends that. */
static void certify(struct desk *desk, bool begin)
{
    const struct cast_unit *const of = &desk->cast.unit[CAST_COMMUNITY];
    const struct ys_signer *const by = &desk->cast.unit[CAST_STREET].body[0];
    Yishi__V1__Body *body = NULL;
    if (begin) {
        body = scribe_node_certificate(&of->keys.log.vkey, &of->keys.mirror.vkey, reader_key);
        body->node_certificate->role = YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    } else {
        body = scribe_observer_end(reader_key, of->log);
    }
    (void)cast_publish(&desk->cast, CAST_STREET, body, by);
    know_members(desk);
}

static void an_observer_is_given_what_it_may_read_while_it_may(void **state)
{
    struct desk *const desk = *state;
    make_entries(desk, CAST_COMMUNITY, 2, false);
    make_entries(desk, CAST_NEIGHBOUR, 1, false);
    certify(desk, true);
    talk_as(desk, YS_SESSION_HOST, CAST_COMMUNITY, true);
    assert_int_equal(want(desk, CAST_COMMUNITY, 0), YS_OK);
    tell_here(desk, CAST_COMMUNITY, 1);
    assert_int_equal(desk->bodies, 1);
    assert_int_equal(desk->heres, 1);
    assert_int_equal(want(desk, CAST_NEIGHBOUR, 0), YS_OK);
    tell_here(desk, CAST_NEIGHBOUR, 0);
    assert_int_equal(desk->missing, 1);

    certify(desk, false);
    open_turn(desk);
    assert_int_equal(want(desk, CAST_COMMUNITY, 0), YS_OK);
    tell_here(desk, CAST_COMMUNITY, 1);

    assert_int_equal(desk->bodies, 1);
    assert_int_equal(desk->heres, 1);
    assert_int_equal(desk->missing, 2);
}

static void of_an_observer_nothing_is_asked_and_nothing_taken(void **state)
{
    struct desk *const desk = *state;
    struct ys_change_result came = {.session = 99, .kind = YS_CHANGE_ENTRIES, .count = 3};
    make_entries(desk, CAST_COMMUNITY, 3, true);
    certify(desk, true);
    came.log_id = cast_log(&desk->cast, CAST_COMMUNITY).id;
    talk_as(desk, YS_SESSION_HOST, CAST_COMMUNITY, true);
    begin_walk(desk);
    assert_int_equal(ys_session_content_lacks(desk->session, &desk->turn, &came, NULL), YS_OK);
    assert_int_equal(say(desk, CAST_COMMUNITY, 0, HERE), YS_DENIED);
    assert_int_equal(desk->wants + desk->changes, 0);
}

static void an_observer_asks_for_what_it_receives_and_answers_nothing(void **state)
{
    struct desk *const desk = *state;
    make_entries(desk, CAST_COMMUNITY, 2, false);
    make_entries(desk, CAST_COMMUNITY, 1, true);
    make_entries(desk, CAST_OTHER_STREET, 1, true);
    talk_as(desk, YS_SESSION_READER, CAST_DISTRICT, true);
    begin_walk(desk);
    assert_int_equal(desk->wants, 1);
    assert_int_equal(say(desk, CAST_COMMUNITY, 2, MISSING), YS_OK);
    assert_int_equal(say(desk, CAST_COMMUNITY, 2, HERE), YS_OK);
    assert_int_equal(say(desk, CAST_OTHER_STREET, 0, HERE), YS_OK);
    assert_int_equal(desk->wants, 2);
    for (unsigned i = 0; i <= YS_CONTENT_WINDOW; i++)
        assert_int_equal(want(desk, CAST_COMMUNITY, 0), YS_OK);
    tell_here(desk, CAST_COMMUNITY, 0);
    assert_int_equal(desk->bodies + desk->missing + desk->heres, 0);
}

/* Of a forked log each end may hold another history. */
static void a_question_is_about_one_record(void **state)
{
    struct desk *const desk = *state;
    struct ys_hash other = {{1}};
    uint8_t room[2048];
    make_entries(desk, CAST_COMMUNITY, 1, false);
    make_entries(desk, CAST_COMMUNITY, 1, true);
    talk_with(desk, CAST_COMMUNITY, true);
    struct ys_writer w =
        about_record(room, desk->cast.unit[CAST_COMMUNITY].log, 0, &other, WANT_RECORD);
    assert_int_equal(receive(desk, WANT, &w), YS_OK);
    assert_int_equal(desk->bodies, 0);
    assert_int_equal(desk->missing, 1);

    w = about_record(room, desk->cast.unit[CAST_COMMUNITY].log, 1, &other, RECORD);
    pb_number(&w, HERE, 1);
    for (unsigned i = 0; i < 2 * YS_CONTENT_UNTRUE; i++)
        assert_int_equal(receive(desk, CONTENT, &w), YS_OK);
    assert_int_equal(desk->wants, 0);
    assert_int_equal(say(desk, CAST_COMMUNITY, 1, HERE), YS_OK);
    assert_int_equal(desk->wants, 1);

    /* What is answered about another was not asked for. */
    w = about_record(room, desk->cast.unit[CAST_COMMUNITY].log, 1, &other, RECORD);
    pb_number(&w, MISSING, 1);
    assert_int_equal(receive(desk, CONTENT, &w), YS_LIMIT);
}

/* The log went back, and another record stands there when the answer comes: nobody's fault. */
static void an_answer_about_what_was_taken_back_is_of_no_use(void **state)
{
    struct desk *const desk = *state;
    uint8_t room[2048];
    make_entries(desk, CAST_COMMUNITY, 1, true);
    talk_with(desk, CAST_COMMUNITY, true);
    begin_walk(desk);
    struct ys_writer answer = about(desk, room, CAST_COMMUNITY, 0, RECORD);
    pb_bytes(&answer, BODY, (struct ys_bytes){desk->record[0].body, desk->record[0].body_size});
    const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);
    const struct ys_signer *const signer = &desk->cast.unit[CAST_COMMUNITY].body[0];
    uint8_t key[YS_ROW_KEY_LEN];
    struct ys_txn *txn = NULL;
    cast_write(&desk->cast, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng), &signer, 1,
               &desk->record[1]);
    ys_row_key(log.id, 0, key);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_txn_put(txn, YS_DB_ENTRY, (struct ys_bytes){key, sizeof key},
                                (struct ys_bytes){desk->record[1].note, desk->record[1].note_size},
                                NULL),
                     YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    open_turn(desk);

    assert_int_equal(receive(desk, CONTENT, &answer), YS_OK);

    assert_int_equal(desk->changes + desk->notices, 0);
    assert_int_equal(desk->session->contents.untrue, 0);
}

static void a_restored_store_gives_nothing_that_may_be_erased(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    const struct ys_signer *const signer = &unit->body[0];
    /* Of a kind that is not known here it is not known either whether it may be erased. */
    scribe_write_unknown(&desk->record[1], &desk->cast.rng, &unit->origin, 1764000000, &signer, 1);
    const struct ys_entry entry = scribe_entry(&desk->record[1]);
    const uint64_t index = cast_append(&desk->cast, CAST_COMMUNITY, &entry);
    make_entries(desk, CAST_COMMUNITY, 1, false);
    assert_int_equal(ys_restored_set(desk->cast.store, true, NULL), YS_OK);
    talk_with(desk, CAST_COMMUNITY, true);
    assert_int_equal(want(desk, CAST_COMMUNITY, index), YS_OK);
    assert_int_equal(desk->missing, 1);
    assert_int_equal(want(desk, CAST_COMMUNITY, index + 1), YS_OK);
    assert_int_equal(desk->bodies, 1);

    ys_txn_abort(&desk->turn.txn);
    assert_int_equal(ys_restored_set(desk->cast.store, false, NULL), YS_OK);
    open_turn(desk);
    assert_int_equal(want(desk, CAST_COMMUNITY, index), YS_OK);
    assert_int_equal(desk->bodies, 2);
}

/* Something was committed. */
static void change(struct desk *desk)
{
    open_turn(desk);
    assert_int_equal(ys_session_changed(desk->session, &desk->turn, NULL), YS_OK);
}

static void what_could_not_be_given_yet_is_told_of_when_it_can(void **state)
{
    struct desk *const desk = *state;
    const uint64_t size = cast_log(&desk->cast, CAST_STREET).frontier.size;
    make_entries(desk, CAST_COMMUNITY, 1, true);
    know_members(desk);
    talk_with(desk, CAST_COMMUNITY, true);
    assert_int_equal(want(desk, CAST_COMMUNITY, 0), YS_OK);     /* not here */
    assert_int_equal(want(desk, CAST_STREET, size - 1), YS_OK); /* no head of it is signed */
    assert_int_equal(desk->missing, 2);
    change(desk);
    assert_int_equal(desk->heres, 0);

    cast_keep_head(&desk->cast, CAST_STREET, size, NULL, 0, 0);
    change(desk);
    change(desk);
    assert_int_equal(desk->heres, 1);
    assert_int_equal(want(desk, CAST_STREET, size - 1), YS_OK);
    assert_int_equal(desk->bodies, 1);

    for (unsigned i = 0; i <= 2 * YS_CONTENT_LATER; i++)
        assert_int_equal(want(desk, CAST_COMMUNITY, UINT64_MAX), YS_OK);
    assert_int_equal(desk->session->contents.later_count, YS_CONTENT_LATER);
}

static void questions_wait_for_room_and_have_a_limit(void **state)
{
    struct desk *const desk = *state;
    make_entries(desk, CAST_COMMUNITY, 1, false);
    talk_with(desk, CAST_COMMUNITY, true);
    desk->session->contents.want_count = YS_CONTENT_WINDOW;
    assert_int_equal(want(desk, CAST_COMMUNITY, 0), YS_LIMIT);
}

static void only_the_body_of_the_note_is_taken(void **state)
{
    struct desk *const desk = *state;
    uint8_t room[2048];
    make_entries(desk, CAST_COMMUNITY, 1, true);
    talk_with(desk, CAST_COMMUNITY, true);
    assert_int_equal(ys_session_content_begin(desk->session, &desk->turn, NULL), YS_OK);
    assert_int_equal(desk->wants, 1);
    struct ys_writer w = about(desk, room, CAST_COMMUNITY, 0, RECORD);
    desk->record[0].body[3] ^= 1;
    pb_bytes(&w, BODY, (struct ys_bytes){desk->record[0].body, desk->record[0].body_size});
    assert_int_equal(receive(desk, CONTENT, &w), YS_OK);
    assert_int_equal(desk->changes, 0);
    assert_int_equal(desk->notices, 1);
    assert_int_equal(receive(desk, CONTENT, &w), YS_LIMIT); /* nobody asked again */

    talk_with(desk, CAST_COMMUNITY, true);
    assert_int_equal(ys_session_content_begin(desk->session, &desk->turn, NULL), YS_OK);
    desk->record[0].body[3] ^= 1;
    w = about(desk, room, CAST_COMMUNITY, 0, RECORD);
    pb_bytes(&w, BODY, (struct ys_bytes){desk->record[0].body, desk->record[0].body_size});
    assert_int_equal(receive(desk, CONTENT, &w), YS_OK);
    assert_int_equal(desk->changes, 1);
    assert_int_equal(desk->change[0]->kind, YS_CHANGE_CONTENT);

    /* It is carried out once; a second of the same comes too late. */
    struct ys_change *const twice[] = {desk->change[0], desk->change[0]};
    struct ys_change_result result[2];
    ys_txn_abort(&desk->turn.txn);
    assert_int_equal(ys_change_apply(desk->cast.store, &desk->cast.unit[CAST_STREET].keys, twice, 2,
                                     1764000000, result, NULL),
                     YS_OK);
    assert_int_equal(result[0].code, YS_OK);
    assert_int_equal(result[0].count, 1);
    assert_true(result[0].log_changed && !result[0].membership);
    assert_int_equal(result[1].code, YS_BUSY);
    assert_false(result[1].log_changed);
    open_turn(desk);
    assert_int_equal(ys_session_content_here(desk->session, &desk->turn, &result[0], NULL), YS_OK);
    assert_int_equal(desk->heres, 0); /* it gave it itself */
    talk_with(desk, CAST_DISTRICT, true);
    result[0].session = 99;
    assert_int_equal(ys_session_content_here(desk->session, &desk->turn, &result[0], NULL), YS_OK);
    assert_int_equal(desk->heres, 1);
}

static void a_peer_of_an_older_version_is_asked_and_told_nothing(void **state)
{
    struct desk *const desk = *state;
    make_entries(desk, CAST_COMMUNITY, 1, true);
    talk_with(desk, CAST_COMMUNITY, false);
    assert_int_equal(ys_session_content_begin(desk->session, &desk->turn, NULL), YS_OK);
    make_entries(desk, CAST_NEIGHBOUR, 1, false);
    open_turn(desk);
    tell_here(desk, CAST_NEIGHBOUR, 0);
    assert_int_equal(say(desk, CAST_COMMUNITY, 0, HERE), YS_OK);
    assert_int_equal(desk->wants + desk->heres, 0);
}

static void of_whom_it_cannot_be_nothing_is_asked(void **state)
{
    struct desk *const desk = *state;
    make_entries(desk, CAST_NEIGHBOUR, 3, true);
    talk_with(desk, CAST_COMMUNITY, true);
    assert_int_equal(ys_session_content_begin(desk->session, &desk->turn, NULL), YS_OK);
    assert_int_equal(say(desk, CAST_NEIGHBOUR, 0, HERE), YS_OK);
    assert_int_equal(desk->wants, 0);
}

static void a_peer_that_tells_what_is_not_so_is_not_asked_for_ever(void **state)
{
    struct desk *const desk = *state;
    unsigned told = 0;
    make_entries(desk, CAST_COMMUNITY, 1, true);
    talk_with(desk, CAST_COMMUNITY, true);
    for (unsigned before = 0; told < 100; told++, before = desk->wants) {
        assert_int_equal(say(desk, CAST_COMMUNITY, 0, HERE), YS_OK);
        if (desk->wants == before)
            break;
        assert_int_equal(say(desk, CAST_COMMUNITY, 0, MISSING), YS_OK);
    }
    assert_int_equal(told, YS_CONTENT_UNTRUE);
}

/* The walk is over when more comes; also the end that brought it is asked: it may have told that the body came
 * to it while the entry was on its way to the disk. */
static void what_comes_without_its_body_is_asked_for_at_once(void **state)
{
    struct desk *const desk = *state;
    enum { RUNS = YS_CONTENT_FRESH + 3 };
    struct ys_change_result came = {.session = 7, .kind = YS_CHANGE_ENTRIES, .absent = true};
    make_entries(desk, CAST_COMMUNITY, 1, false);
    talk_with(desk, CAST_DISTRICT, true);
    begin_walk(desk);
    assert_false(desk->session->contents.walking);
    make_entries(desk, CAST_COMMUNITY, 2, true);
    open_turn(desk);
    came.log_id = cast_log(&desk->cast, CAST_COMMUNITY).id;
    came.first_index = 0;
    came.count = 2; /* of these one lacks its body */

    assert_int_equal(say(desk, CAST_COMMUNITY, 3, HERE), YS_OK); /* not here yet */
    assert_int_equal(desk->wants, 0);
    assert_int_equal(ys_session_content_lacks(desk->session, &desk->turn, &came, NULL), YS_OK);
    assert_int_equal(desk->wants, 1);
    assert_int_equal(say(desk, CAST_COMMUNITY, 1, MISSING), YS_OK);
    assert_int_equal(desk->wants, 1);

    /* More runs than are remembered, while nothing can be asked: everything is looked through again. */
    make_entries(desk, CAST_COMMUNITY, 2 * RUNS, true);
    open_turn(desk);
    desk->turn.no_credit = true;
    came.count = 1;
    for (unsigned i = 0; i < RUNS; i++) {
        came.first_index = 3 + 2 * i;
        assert_int_equal(ys_session_content_lacks(desk->session, &desk->turn, &came, NULL), YS_OK);
    }
    desk->turn.no_credit = false;
    assert_int_equal(ys_session_content_ask(desk->session, &desk->turn, NULL), YS_OK);
    const struct ys_content_talk *const talk = &desk->session->contents;
    while (talk->asked_count != 0)
        assert_int_equal(say(desk, CAST_COMMUNITY, talk->asked[0].at.index, MISSING), YS_OK);
    assert_in_range(desk->wants, 1 + 2 + 2 * RUNS, 1 + 2 + 3 * RUNS);
    assert_false(talk->walking);
}

static void a_walk_has_an_end_and_begins_elsewhere_each_time(void **state)
{
    struct desk *const desk = *state;
    enum { MORE = 20 };
    unsigned answers = 0;
    make_entries(desk, CAST_COMMUNITY, YS_CONTENT_VAIN + MORE, true);
    talk_with(desk, CAST_COMMUNITY, true);
    const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);
    assert_int_equal(ys_session_content_begin(desk->session, &desk->turn, NULL), YS_OK);
    assert_int_equal(desk->wants, YS_CONTENT_WINDOW);
    const struct ys_content_talk *const talk = &desk->session->contents;
    assert_true(talk->start.log_id != 0 || talk->start.index != 0);
    while (talk->asked_count != 0) {
        assert_int_equal(say(desk, CAST_COMMUNITY, talk->asked[0].at.index, MISSING), YS_OK);
        answers++;
    }
    assert_in_range(answers, YS_CONTENT_VAIN, YS_CONTENT_VAIN + YS_CONTENT_WINDOW);
    assert_true(answers < log.frontier.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_body_is_given_only_to_whom_the_log_may_go, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(of_a_tail_owner_and_parent_give_each_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_absent_costs_the_credit_of_its_note_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_observer_is_given_what_it_may_read_while_it_may, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(of_an_observer_nothing_is_asked_and_nothing_taken, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_observer_asks_for_what_it_receives_and_answers_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_question_is_about_one_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_about_what_was_taken_back_is_of_no_use, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_comes_without_its_body_is_asked_for_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_restored_store_gives_nothing_that_may_be_erased, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_could_not_be_given_yet_is_told_of_when_it_can, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(questions_wait_for_room_and_have_a_limit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(only_the_body_of_the_note_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_peer_of_an_older_version_is_asked_and_told_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_whom_it_cannot_be_nothing_is_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_peer_that_tells_what_is_not_so_is_not_asked_for_ever,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_walk_has_an_end_and_begins_elsewhere_each_time, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
