#include "proto/message.h"

#include "proto/evidence.h"
#include "tests/support/pb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 300 * 1024 };
enum {
    HELLO = 2,
    HEADS,
    WANT,
    ENTRIES,
    ACK,
    COSIGNED,
    JOIN,
    JOINED,
    FORK,
    ERROR,
    BYE,
    BLOB_WANT,
    BLOB,
    CONTENT_WANT,
    CONTENT,
    TOMORROW
};

static uint8_t room[ROOM];
static uint8_t inner_room[ROOM];
static uint8_t entry_room[ROOM];
static uint8_t filler[ROOM];

#define HASH "abcdefghijklmnopqrstuvwxyz012345"

static struct ys_writer begin_in(uint8_t *memory)
{
    return (struct ys_writer){.data = memory, .capacity = ROOM};
}

/* A frame with one message in it. */
static struct ys_writer frame(uint32_t kind, const struct ys_writer *content)
{
    struct ys_writer w = begin_in(room);
    pb_text(&w, 1, "12345678");
    pb_bytes(&w, kind, pb_written(content));
    assert_false(w.overflow || content->overflow);
    return w;
}

static enum ys_code verdict(const struct ys_writer *w, struct ys_err *err, const char **name_out)
{
    struct ys_arena arena;
    const Yishi__V1__Message *message = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    const enum ys_code code = ys_message_decode(pb_written(w), &arena, &message, err);
    assert_int_equal(code == YS_OK, message != NULL);
    *name_out = message == NULL ? "" : ys_message_name(message);
    ys_arena_clear(&arena);
    return code;
}

static void assert_accepted(uint32_t kind, const struct ys_writer *content, const char *want)
{
    const struct ys_writer w = frame(kind, content);
    struct ys_err err = {.msg = ""};
    const char *name = NULL;
    if (verdict(&w, &err, &name) != YS_OK)
        fail_msg("%s", err.msg);
    assert_string_equal(name, want);
}

static void assert_refused(uint32_t kind, const struct ys_writer *content, enum ys_code code,
                           const char *message)
{
    const struct ys_writer w = frame(kind, content);
    struct ys_err err = {.msg = ""};
    const char *name = NULL;
    assert_int_equal(verdict(&w, &err, &name), code);
    assert_string_equal(err.msg, message);
}

/* A HELLO without its last field but one, `yours`. */
static struct ys_writer hello(uint32_t wire_min, uint32_t wire_max)
{
    struct ys_writer w = begin_in(inner_room);
    pb_number(&w, 1, wire_min);
    pb_number(&w, 2, wire_max);
    pb_text(&w, 4, "a.b");
    pb_text(&w, 5, "110101");
    pb_text(&w, 6, "0123456789abcdef");
    pb_number(&w, 7, 0);
    pb_text(&w, 8, "0123456789abcdef");
    pb_number(&w, 9, 0);
    pb_number(&w, 11, 1764000000000);
    return w;
}

static void a_hello_names_versions_place_and_stores(void **state)
{
    (void)state;
    static const char yours[] = "\x08\x05\x12\x20" HASH;
    struct ys_writer w = hello(1, 1);
    assert_refused(HELLO, &w, YS_MALFORMED, "hello.yours: is missing");
    pb_text(&w, 10, "\x08\x05");
    assert_refused(HELLO, &w, YS_MALFORMED, "hello.yours.root: is missing");
    w = hello(1, 3);
    pb_text(&w, 10, yours);
    assert_accepted(HELLO, &w, "HELLO");
    w = hello(2, 1);
    pb_text(&w, 10, yours);
    assert_refused(HELLO, &w, YS_MALFORMED, "hello: wire versions 2 to 1");
    w = hello(0, 1);
    pb_text(&w, 10, yours);
    assert_refused(HELLO, &w, YS_MALFORMED, "hello: wire versions 0 to 1");
    w = begin_in(inner_room);
    assert_refused(HELLO, &w, YS_MALFORMED, "hello.wire_min: is missing");
}

static void every_message_carries_the_session(void **state)
{
    (void)state;
    struct ys_err err;
    const char *name = NULL;
    struct ys_writer w = begin_in(room);
    assert_int_equal(verdict(&w, &err, &name), YS_MALFORMED);
    assert_string_equal(err.msg, "session: is missing");
    pb_text(&w, 1, "1234567");
    assert_int_equal(verdict(&w, &err, &name), YS_MALFORMED);
    assert_string_equal(err.msg, "session: has 7 bytes, less than 8");
}

static void a_kind_of_a_newer_version_is_to_be_ignored(void **state)
{
    (void)state;
    struct ys_writer w = begin_in(inner_room);
    ys_writer_text(&w, "anything \xff");
    assert_accepted(TOMORROW, &w, "?");
    assert_accepted(500, &w, "?");
}

static void two_kinds_in_one_frame_are_refused(void **state)
{
    (void)state;
    struct ys_err err;
    const char *name = NULL;
    struct ys_writer w = begin_in(room);
    pb_text(&w, 1, "12345678");
    pb_text(&w, BYE, "");
    pb_text(&w, HEADS, "");
    assert_int_equal(verdict(&w, &err, &name), YS_MALFORMED);
    assert_string_equal(err.msg, "heads: excludes another field that is set");
}

/* One head of a HEADS, with a proof of `count` hashes of `size` bytes. */
static void log_head(struct ys_writer *w, size_t count, size_t size)
{
    static uint8_t head_room[ROOM];
    struct ys_writer consistency = begin_in(entry_room);
    struct ys_writer head = begin_in(head_room);
    pb_number(&consistency, 1, 4);
    pb_text(&consistency, 2, HASH);
    for (size_t i = 0; i < count; i++)
        pb_bytes(&consistency, 3, (struct ys_bytes){.data = filler, .size = size});
    pb_text(&head, 1, "a.b/110101/1");
    pb_text(&head, 2, "checkpoint");
    pb_bytes(&head, 3, pb_written(&consistency));
    pb_bytes(w, 1, pb_written(&head));
}

static void proofs_have_64_hashes_of_32_bytes_at_most(void **state)
{
    (void)state;
    struct ys_writer w = begin_in(inner_room);
    log_head(&w, 64, 32);
    assert_accepted(HEADS, &w, "HEADS");
    assert_accepted(COSIGNED, &w, "COSIGNED");
    w = begin_in(inner_room);
    log_head(&w, 65, 32);
    assert_refused(HEADS, &w, YS_LIMIT,
                   "heads.heads[0].consistency.proof: has 65 elements, limit 64");
    w = begin_in(inner_room);
    log_head(&w, 1, 31);
    assert_refused(HEADS, &w, YS_MALFORMED,
                   "heads.heads[0].consistency.proof[0]: has 31 bytes, less than 32");
    w = begin_in(inner_room);
    log_head(&w, 3, 33);
    assert_refused(HEADS, &w, YS_MALFORMED,
                   "heads.heads[0].consistency.proof[0]: has 33 bytes, limit 32");
}

static void heads_may_be_none_but_receipts_may_not(void **state)
{
    (void)state;
    const struct ys_writer w = begin_in(inner_room);
    assert_accepted(HEADS, &w, "HEADS");
    assert_refused(COSIGNED, &w, YS_MALFORMED, "cosigned.heads: is missing");
}

static void credit_is_limited(void **state)
{
    (void)state;
    struct ys_writer w = begin_in(inner_room);
    pb_number(&w, 2, YS_CREDIT_MAX);
    assert_accepted(WANT, &w, "WANT");
    w = begin_in(inner_room);
    pb_number(&w, 2, YS_CREDIT_MAX + 1);
    assert_refused(WANT, &w, YS_LIMIT, "want.credit: more than 8388608 bytes");
    w = begin_in(inner_room);
    pb_text(&w, 1, "a.b/110101/1");
    pb_number(&w, 2, 3);
    pb_number(&w, 3, YS_CREDIT_MAX);
    assert_accepted(ACK, &w, "ACK");
    w = begin_in(inner_room);
    pb_text(&w, 1, "a.b/110101/1");
    pb_number(&w, 2, 3);
    pb_number(&w, 3, UINT64_MAX);
    assert_refused(ACK, &w, YS_LIMIT, "ack.credit: more than 8388608 bytes");
}

static struct ys_writer entries_begin(uint64_t first_index)
{
    struct ys_writer w = begin_in(inner_room);
    pb_text(&w, 1, "a.b/110101/1");
    pb_number(&w, 2, first_index);
    pb_text(&w, 4, "checkpoint");
    return w;
}

static void entry(struct ys_writer *w, size_t note, size_t body)
{
    struct ys_writer one = begin_in(entry_room);
    pb_bytes(&one, 1, (struct ys_bytes){.data = filler, .size = note});
    pb_bytes(&one, 2, (struct ys_bytes){.data = filler, .size = body});
    pb_bytes(w, 3, pb_written(&one));
}

static void one_record_of_the_largest_size_fits_in_one_message(void **state)
{
    (void)state;
    struct ys_writer w = entries_begin(0);
    entry(&w, YS_RECORD_NOTE_MAX, YS_RECORD_BODY_MAX);
    for (unsigned i = 0; i < 64; i++)
        pb_text(&w, 5, HASH);
    assert_accepted(ENTRIES, &w, "ENTRIES");
    w = entries_begin(0);
    entry(&w, YS_RECORD_NOTE_MAX + 1, 1);
    assert_refused(ENTRIES, &w, YS_LIMIT, "entries.entries[0].note: has 65536 bytes, limit 65535");
    w = entries_begin(0);
    entry(&w, 1, YS_RECORD_BODY_MAX + 1);
    assert_refused(ENTRIES, &w, YS_LIMIT,
                   "entries.entries[0].body: has 131073 bytes, limit 131072");
}

static void several_records_share_their_limit(void **state)
{
    (void)state;
    struct ys_writer w = entries_begin(0);
    entry(&w, 65535, 65537);
    entry(&w, 65000, YS_ENTRIES_MAX - 65000 - 131072);
    assert_accepted(ENTRIES, &w, "ENTRIES");
    w = entries_begin(0);
    entry(&w, 65535, 65537);
    entry(&w, 65000, YS_ENTRIES_MAX - 65000 - 131072 + 1);
    assert_refused(ENTRIES, &w, YS_LIMIT,
                   "entries: 196609 bytes of notes and bodies, limit 196608");
}

static void many_records_share_their_limit(void **state)
{
    (void)state;
    struct ys_writer w = entries_begin(0);
    for (unsigned i = 0; i < YS_ENTRIES_COUNT_MAX; i++)
        entry(&w, 60, 60);
    assert_accepted(ENTRIES, &w, "ENTRIES");
    entry(&w, 60, 60);
    assert_refused(ENTRIES, &w, YS_LIMIT, "entries.entries: has 1025 elements, limit 1024");
}

static void an_entry_says_what_became_of_its_body(void **state)
{
    (void)state;
    struct ys_writer w = entries_begin(0);
    pb_text(&w, 3, "\x0a\x01x");
    assert_refused(ENTRIES, &w, YS_MALFORMED,
                   "entries.entries[0]: has no body, tombstone or \"absent\"");
    static const uint8_t not_absent[] = {0x0a, 1, 'x', 0x18, 0};
    w = entries_begin(0);
    pb_bytes(&w, 3, (struct ys_bytes){.data = not_absent, .size = sizeof not_absent});
    assert_refused(ENTRIES, &w, YS_MALFORMED,
                   "entries.entries[0]: has no body, tombstone or \"absent\"");
    w = entries_begin(0);
    pb_text(&w, 3, "\x0a\x01x\x18\x01");
    pb_text(&w, 3, "\x0a\x01x\x22\x20" HASH);
    assert_accepted(ENTRIES, &w, "ENTRIES");
    w = entries_begin(0);
    assert_refused(ENTRIES, &w, YS_MALFORMED, "entries.entries: is missing");
}

static void indices_stay_below_two_to_the_63(void **state)
{
    (void)state;
    struct ys_writer w = entries_begin(INT64_MAX - 1);
    entry(&w, 1, 1);
    assert_accepted(ENTRIES, &w, "ENTRIES");
    w = entries_begin(INT64_MAX);
    entry(&w, 1, 1);
    assert_refused(ENTRIES, &w, YS_MALFORMED, "entries.first_index: is out of range");
    w = entries_begin(UINT64_MAX);
    entry(&w, 1, 1);
    assert_refused(ENTRIES, &w, YS_MALFORMED, "entries.first_index: is out of range");
}

static void small_messages_have_their_mandatory_fields(void **state)
{
    (void)state;
    const struct ys_writer empty = begin_in(inner_room);
    assert_accepted(WANT, &empty, "WANT");
    assert_accepted(BYE, &empty, "BYE");
    assert_refused(ACK, &empty, YS_MALFORMED, "ack.origin: is missing");
    assert_refused(JOIN, &empty, YS_MALFORMED, "join.deployment: is missing");
    assert_refused(JOINED, &empty, YS_MALFORMED, "joined.state: is missing");
    assert_refused(FORK, &empty, YS_MALFORMED, "fork.origin: is missing");
    assert_refused(ERROR, &empty, YS_MALFORMED, "error.code: is missing");
    struct ys_writer w = begin_in(inner_room);
    pb_number(&w, 1, 9);
    assert_accepted(ERROR, &w, "ERROR");
    assert_accepted(JOINED, &w, "JOINED"); /* a state of a newer version */
    w = begin_in(inner_room);
    pb_text(&w, 1, "a.b/110101/1");
    pb_text(&w, 2, "proof");
    assert_accepted(FORK, &w, "FORK");
}

/* A BLOB of a piece of `size` bytes at `offset`. */
static struct ys_writer blob(uint64_t offset, uint64_t total, size_t size)
{
    struct ys_writer w = begin_in(inner_room);
    pb_text(&w, 1, HASH);
    pb_number(&w, 2, offset);
    pb_number(&w, 3, total);
    if (size != 0)
        pb_bytes(&w, 4, (struct ys_bytes){.data = filler, .size = size});
    return w;
}

static void a_piece_is_as_long_as_it_can_be(void **state)
{
    (void)state;
    struct ys_writer w = begin_in(inner_room);
    assert_refused(BLOB_WANT, &w, YS_MALFORMED, "blob_want.hash: is missing");
    pb_text(&w, 1, HASH);
    assert_refused(BLOB_WANT, &w, YS_MALFORMED, "blob_want.offset: is missing");
    pb_number(&w, 2, 0);
    assert_accepted(BLOB_WANT, &w, "BLOB_WANT");

    w = blob(0, YS_BLOB_PIECE_MAX, YS_BLOB_PIECE_MAX);
    assert_accepted(BLOB, &w, "BLOB");
    w = blob(0, YS_BLOB_PIECE_MAX + 1, YS_BLOB_PIECE_MAX);
    assert_accepted(BLOB, &w, "BLOB");
    w = blob(0, YS_BLOB_PIECE_MAX + 1, YS_BLOB_PIECE_MAX + 1);
    assert_refused(BLOB, &w, YS_LIMIT, "blob.piece: has 65537 bytes, limit 65536");
    w = blob(0, YS_BLOB_PIECE_MAX, YS_BLOB_PIECE_MAX - 1);
    assert_refused(BLOB, &w, YS_MALFORMED, "blob.piece: has 65535 bytes of 65536 from 0 on");
    w = blob(10, 15, 5);
    assert_accepted(BLOB, &w, "BLOB");
    w = blob(10, 15, 6);
    assert_refused(BLOB, &w, YS_MALFORMED, "blob.piece: has 6 bytes of 15 from 10 on");
    w = blob(16, 15, 0);
    assert_refused(BLOB, &w, YS_MALFORMED, "blob.offset: is out of range");
    w = blob(0, (uint64_t)INT64_MAX + 1, 0);
    assert_refused(BLOB, &w, YS_MALFORMED, "blob.offset: is out of range");
    w = blob(0, 15, 0); /* an answer of a newer version */
    assert_accepted(BLOB, &w, "BLOB");
    w = blob(0, 15, 0);
    pb_number(&w, 5, 0);
    assert_refused(BLOB, &w, YS_MALFORMED, "blob: says no to what it says");
    w = blob(0, 15, 0);
    pb_number(&w, 6, 1);
    assert_accepted(BLOB, &w, "BLOB");
}

static struct ys_writer content(uint32_t record_field)
{
    struct ys_writer w = begin_in(inner_room);
    pb_text(&w, 1, "a.b/110101/1");
    pb_number(&w, 2, 7);
    pb_bytes(&w, record_field, (struct ys_bytes){.data = filler, .size = YS_HASH_LEN});
    return w;
}

static void a_content_is_a_body_or_says_yes_to_what_it_says(void **state)
{
    (void)state;
    enum { WANT_RECORD = 3, RECORD = 6 };
    struct ys_writer w = begin_in(inner_room);
    pb_text(&w, 1, "a.b/110101/1");
    assert_refused(CONTENT_WANT, &w, YS_MALFORMED, "content_want.index: is missing");
    pb_number(&w, 2, 7);
    assert_refused(CONTENT_WANT, &w, YS_MALFORMED, "content_want.record: is missing");
    assert_refused(CONTENT, &w, YS_MALFORMED, "content.record: is missing");
    w = content(WANT_RECORD);
    assert_accepted(CONTENT_WANT, &w, "CONTENT_WANT");
    w = content(RECORD);
    assert_accepted(CONTENT, &w, "CONTENT"); /* an answer of a newer version */
    for (uint32_t says = 4; says <= 5; says++) {
        w = content(RECORD);
        pb_number(&w, says, 1);
        assert_accepted(CONTENT, &w, "CONTENT");
        w = content(RECORD);
        pb_number(&w, says, 0);
        assert_refused(CONTENT, &w, YS_MALFORMED, "content: says no to what it says");
    }
    w = content(RECORD);
    pb_bytes(&w, 3, (struct ys_bytes){.data = filler, .size = YS_RECORD_BODY_MAX});
    assert_accepted(CONTENT, &w, "CONTENT");
    w = content(RECORD);
    pb_bytes(&w, 3, (struct ys_bytes){.data = filler, .size = YS_RECORD_BODY_MAX + 1});
    assert_refused(CONTENT, &w, YS_LIMIT, "content.body: has 131073 bytes, limit 131072");
}

static void a_message_has_256_kib_at_most(void **state)
{
    (void)state;
    struct ys_err err;
    const char *name = NULL;
    struct ys_writer w = begin_in(room);
    pb_text(&w, 1, "12345678");
    pb_bytes(&w, 99, (struct ys_bytes){.data = filler, .size = YS_MESSAGE_MAX - 10 - 5});
    assert_int_equal(w.size, YS_MESSAGE_MAX);
    assert_int_equal(verdict(&w, &err, &name), YS_OK);
    ys_writer_text(&w, "x");
    assert_int_equal(verdict(&w, &err, &name), YS_LIMIT);
}

static void a_bomb_of_empty_messages_ends_at_the_arena(void **state)
{
    (void)state;
    struct ys_err err;
    const char *name = NULL;
    struct ys_writer content = begin_in(inner_room);
    while (content.size + 20 < YS_MESSAGE_MAX)
        pb_text(&content, 1, "");
    const struct ys_writer w = frame(HEADS, &content);
    assert_int_equal(verdict(&w, &err, &name), YS_LIMIT);
    assert_string_equal(err.msg, "decoding takes more than 2097152 bytes of memory");
}

static void what_is_encoded_decodes_again(void **state)
{
    (void)state;
    char reason[] = "closing for an update";
    uint8_t nonce[YS_SESSION_NONCE_LEN] = {1, 2, 3};
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Bye bye = YISHI__V1__BYE__INIT;
    bye.reason = reason;
    message.has_session = 1;
    message.session = (ProtobufCBinaryData){.len = sizeof nonce, .data = nonce};
    message.kind_case = YISHI__V1__MESSAGE__KIND_BYE;
    message.bye = &bye;
    struct ys_writer w = begin_in(room);
    struct ys_arena arena;
    const Yishi__V1__Message *again = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);

    assert_int_equal(ys_message_encode(&message, &w), YS_OK);
    assert_int_equal(ys_message_decode(pb_written(&w), &arena, &again, NULL), YS_OK);

    assert_string_equal(again->bye->reason, reason);
    struct ys_writer small = {.data = room, .capacity = w.size - 1};
    assert_int_equal(ys_message_encode(&message, &small), YS_LIMIT);
    ys_arena_clear(&arena);
}

static void evidence_is_a_note_with_what_it_rests_on(void **state)
{
    (void)state;
    struct ys_arena arena;
    struct ys_err err;
    const Yishi__V1__ProofExtra *extra = NULL;
    ys_arena_init(&arena, YS_EVIDENCE_ARENA_MAX);
    struct ys_writer w = begin_in(room);
    pb_text(&w, 2, "body");
    assert_int_equal(ys_evidence_decode(pb_written(&w), &arena, &extra, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "extra.note: is missing");
    pb_text(&w, 1, "note");
    for (unsigned i = 0; i < YS_EVIDENCE_COUNT_MAX; i++)
        pb_text(&w, 3, "bundle");
    assert_int_equal(ys_evidence_decode(pb_written(&w), &arena, &extra, &err), YS_OK);
    assert_int_equal(extra->n_evidence, YS_EVIDENCE_COUNT_MAX);

    struct ys_writer again = begin_in(inner_room);
    assert_int_equal(ys_evidence_encode(extra, &again, &err), YS_OK);
    assert_true(again.size == w.size);
    pb_text(&w, 3, "one too many");
    assert_int_equal(ys_evidence_decode(pb_written(&w), &arena, &extra, &err), YS_LIMIT);
    ys_arena_clear(&arena);
}

static void evidence_has_512_kib_at_most(void **state)
{
    (void)state;
    static uint8_t large[YS_EVIDENCE_MAX + 1];
    struct ys_arena arena;
    struct ys_err err;
    const Yishi__V1__ProofExtra *extra = NULL;
    struct ys_writer w = {.data = large, .capacity = sizeof large};
    ys_arena_init(&arena, YS_EVIDENCE_ARENA_MAX);
    pb_text(&w, 1, "note");
    pb_bytes(&w, 3, (struct ys_bytes){.data = filler, .size = 1 << 18});
    pb_bytes(&w, 3, (struct ys_bytes){.data = filler, .size = YS_EVIDENCE_MAX - w.size - 4});
    assert_int_equal(w.size, YS_EVIDENCE_MAX);
    assert_int_equal(ys_evidence_decode(pb_written(&w), &arena, &extra, &err), YS_OK);
    ys_writer_text(&w, "x");
    assert_int_equal(ys_evidence_decode(pb_written(&w), &arena, &extra, &err), YS_LIMIT);
    assert_string_equal(err.msg, "extra: has 524289 bytes, limit 524288");
    ys_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_names_versions_place_and_stores),
        cmocka_unit_test(every_message_carries_the_session),
        cmocka_unit_test(a_kind_of_a_newer_version_is_to_be_ignored),
        cmocka_unit_test(two_kinds_in_one_frame_are_refused),
        cmocka_unit_test(proofs_have_64_hashes_of_32_bytes_at_most),
        cmocka_unit_test(heads_may_be_none_but_receipts_may_not),
        cmocka_unit_test(credit_is_limited),
        cmocka_unit_test(one_record_of_the_largest_size_fits_in_one_message),
        cmocka_unit_test(several_records_share_their_limit),
        cmocka_unit_test(many_records_share_their_limit),
        cmocka_unit_test(an_entry_says_what_became_of_its_body),
        cmocka_unit_test(indices_stay_below_two_to_the_63),
        cmocka_unit_test(small_messages_have_their_mandatory_fields),
        cmocka_unit_test(a_piece_is_as_long_as_it_can_be),
        cmocka_unit_test(a_content_is_a_body_or_says_yes_to_what_it_says),
        cmocka_unit_test(a_message_has_256_kib_at_most),
        cmocka_unit_test(a_bomb_of_empty_messages_ends_at_the_arena),
        cmocka_unit_test(what_is_encoded_decodes_again),
        cmocka_unit_test(evidence_has_512_kib_at_most),
        cmocka_unit_test(evidence_is_a_note_with_what_it_rests_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
