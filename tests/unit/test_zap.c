#include "sync/zap.h"
#include "sync/zmq_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>
#include <zmq.h>

/* We play libzmq's part: requests go straight to the handler's inproc address, so that none of this
 * needs a network. tests/unit/test_zmq_link.c has real handshakes. */

enum { REQUEST_FRAMES = 8, REPLY_FRAMES = 7, TEXT_SIZE = 2 * YS_PUBKEY_LEN + 1, WAIT_MS = 5000 };

struct frame {
    char bytes[96];
    size_t size;
};

struct desk {
    void *zmq_context;
    struct ys_zap *zap;
    void *asker;
    unsigned asked; /* calls of `allow` */
};

/* Keys that begin with an even byte are enrolled. */
static bool even_keys_may_speak(void *context, const uint8_t key[YS_PUBKEY_LEN])
{
    struct desk *desk = context;
    desk->asked++;
    return key[0] % 2 == 0;
}

static int open_desk(void **state)
{
    static struct desk desk;
    desk = (struct desk){0};
    assert_true(sodium_init() >= 0);
    assert_int_equal(ys_zmq_context_open(7, &desk.zmq_context, NULL), YS_OK);
    const struct ys_zap_options options = {.zmq_context = desk.zmq_context,
                                           .allow = even_keys_may_speak,
                                           .context = &desk,
                                           .handshakes_max = 3,
                                           .window_ms = 10000};
    assert_int_equal(ys_zap_open(&options, &desk.zap, NULL), YS_OK);
    const int wait_ms = WAIT_MS;
    desk.asker = zmq_socket(desk.zmq_context, ZMQ_DEALER);
    assert_non_null(desk.asker);
    assert_int_equal(zmq_setsockopt(desk.asker, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms), 0);
    assert_int_equal(zmq_connect(desk.asker, "inproc://zeromq.zap.01"), 0);
    *state = &desk;
    return 0;
}

static int close_desk(void **state)
{
    struct desk *desk = *state;
    zmq_close(desk->asker);
    ys_zap_close(desk->zap);
    ys_zmq_context_close(desk->zmq_context);
    return 0;
}

static struct frame frame_of(const void *bytes, size_t size)
{
    struct frame frame = {.size = size};
    memcpy(frame.bytes, bytes, size);
    return frame;
}

static struct frame frame_of_text(const char *text)
{
    return frame_of(text, strlen(text));
}

/* As libzmq 4.3.4: empty, version, request id, domain, address, server id, mechanism, key. */
static void make_request(struct frame request[REQUEST_FRAMES], const uint8_t key[YS_PUBKEY_LEN])
{
    const char *const texts[] = {"", "1.0", "1", "sync", "127.0.0.1", "", "CURVE"};
    for (size_t i = 0; i < REQUEST_FRAMES - 1; i++)
        request[i] = frame_of_text(texts[i]);
    request[REQUEST_FRAMES - 1] = frame_of(key, YS_PUBKEY_LEN);
}

static void ask(struct desk *desk, const struct frame *request, size_t frames)
{
    for (size_t i = 0; i < frames; i++) {
        const int flags = i + 1 < frames ? ZMQ_SNDMORE : 0;
        assert_true(zmq_send(desk->asker, request[i].bytes, request[i].size, flags) >= 0);
    }
}

static void read_reply(struct desk *desk, struct frame reply[REPLY_FRAMES])
{
    for (size_t i = 0; i < REPLY_FRAMES; i++) {
        const int size = zmq_recv(desk->asker, reply[i].bytes, sizeof reply[i].bytes, 0);
        assert_in_range(size, 0, sizeof reply[i].bytes);
        reply[i].size = (size_t)size;
        int more = 0;
        size_t more_size = sizeof more;
        assert_int_equal(zmq_getsockopt(desk->asker, ZMQ_RCVMORE, &more, &more_size), 0);
        assert_int_equal(more, i + 1 < REPLY_FRAMES);
    }
}

static bool frame_is(const struct frame *frame, const char *text)
{
    return frame->size == strlen(text) && memcmp(frame->bytes, text, frame->size) == 0;
}

static void assert_nothing_comes_back(struct desk *desk)
{
    char byte;
    assert_int_equal(zmq_recv(desk->asker, &byte, 1, ZMQ_DONTWAIT), -1);
    assert_int_equal(zmq_errno(), EAGAIN);
}

/* Status of one handshake with a well-formed request. */
static int status_of(struct desk *desk, const uint8_t key[YS_PUBKEY_LEN], int64_t now_ms)
{
    struct frame request[REQUEST_FRAMES];
    struct frame reply[REPLY_FRAMES];
    make_request(request, key);
    ask(desk, request, REQUEST_FRAMES);
    assert_int_equal(ys_zap_serve(desk->zap, now_ms, NULL), YS_OK);
    read_reply(desk, reply);
    if (frame_is(&reply[3], "200"))
        return 200;
    return frame_is(&reply[3], "300") ? 300 : frame_is(&reply[3], "400") ? 400 : 0;
}

static void an_enrolled_key_gets_in_under_its_name_in_hex(void **state)
{
    struct desk *desk = *state;
    struct frame request[REQUEST_FRAMES];
    struct frame reply[REPLY_FRAMES];
    uint8_t key[YS_PUBKEY_LEN];
    memset(key, 0xfe, sizeof key);
    key[5] = 0; /* a name as raw bytes would end here */
    make_request(request, key);
    request[2] = frame_of_text("request 9");

    ask(desk, request, REQUEST_FRAMES);
    assert_int_equal(ys_zap_serve(desk->zap, 0, NULL), YS_OK);

    char name[TEXT_SIZE];
    sodium_bin2hex(name, sizeof name, key, sizeof key);
    read_reply(desk, reply);
    assert_true(frame_is(&reply[0], ""));
    assert_true(frame_is(&reply[1], "1.0"));
    assert_true(frame_is(&reply[2], "request 9"));
    assert_true(frame_is(&reply[3], "200"));
    assert_true(frame_is(&reply[5], name));
    assert_true(frame_is(&reply[6], ""));
    assert_int_equal(ys_zap_counts(desk->zap).allowed, 1);
}

static void an_unknown_key_is_refused_without_a_name(void **state)
{
    struct desk *desk = *state;
    struct frame request[REQUEST_FRAMES];
    struct frame reply[REPLY_FRAMES];
    uint8_t key[YS_PUBKEY_LEN];
    memset(key, 0x33, sizeof key);
    make_request(request, key);

    ask(desk, request, REQUEST_FRAMES);
    assert_int_equal(ys_zap_serve(desk->zap, 0, NULL), YS_OK);

    read_reply(desk, reply);
    assert_true(frame_is(&reply[3], "400"));
    assert_true(frame_is(&reply[5], ""));
    const struct ys_zap_counts counts = ys_zap_counts(desk->zap);
    assert_int_equal(counts.allowed, 0);
    assert_int_equal(counts.refused, 1);
    assert_memory_equal(counts.last_refused, key, sizeof key);
}

static void a_key_that_comes_too_often_is_put_off_until_its_window_ends(void **state)
{
    struct desk *desk = *state;
    const uint8_t key[YS_PUBKEY_LEN] = {2};
    const uint8_t other[YS_PUBKEY_LEN] = {4};
    for (int64_t now_ms = 1000; now_ms < 1003; now_ms++)
        assert_int_equal(status_of(desk, key, now_ms), 200);

    assert_int_equal(status_of(desk, key, 1003), 300);
    assert_int_equal(status_of(desk, other, 1003), 200);
    assert_int_equal(status_of(desk, key, 10999), 300);

    assert_int_equal(status_of(desk, key, 11000), 200);
    assert_int_equal(ys_zap_counts(desk->zap).deferred, 2);
    assert_int_equal(ys_zap_counts(desk->zap).allowed, 5);
}

/* They all fall into one place of the handler's memory. */
static void many_keys_at_a_time_do_not_put_each_other_off(void **state)
{
    struct desk *desk = *state;
    uint8_t key[YS_PUBKEY_LEN] = {2};
    for (uint8_t i = 0; i < 40; i++) {
        key[31] = i;
        assert_int_equal(status_of(desk, key, i), 200);
    }

    /* the place holds more than one, and those who came last */
    key[31] = 37;
    assert_int_equal(status_of(desk, key, 40), 200);
    assert_int_equal(status_of(desk, key, 40), 200);
    assert_int_equal(status_of(desk, key, 40), 300);
}

static void refused_keys_take_no_room_in_the_memory(void **state)
{
    struct desk *desk = *state;
    uint8_t key[YS_PUBKEY_LEN] = {2};
    for (int i = 0; i < 3; i++)
        assert_int_equal(status_of(desk, key, 1), 200);

    for (uint8_t i = 0; i < 40; i++) {
        const uint8_t stranger[YS_PUBKEY_LEN] = {3, [31] = i};
        assert_int_equal(status_of(desk, stranger, 2), 400);
    }

    assert_int_equal(status_of(desk, key, 3), 300);
}

static void a_key_that_is_put_off_stays_so_until_then(void **state)
{
    struct desk *desk = *state;
    const uint8_t key[YS_PUBKEY_LEN] = {2};
    const uint8_t unseen[YS_PUBKEY_LEN] = {4};
    assert_int_equal(status_of(desk, key, 1000), 200);

    ys_zap_put_off(desk->zap, key, 300000);
    ys_zap_put_off(desk->zap, unseen, 300000);

    assert_int_equal(status_of(desk, key, 1001), 300);
    assert_int_equal(status_of(desk, key, 299999), 300);
    assert_int_equal(status_of(desk, unseen, 299999), 300);
    assert_int_equal(status_of(desk, key, 300000), 200);
    assert_int_equal(status_of(desk, unseen, 300000), 200);
}

static void who_was_let_in_and_said_nothing_is_found_by_his_address(void **state)
{
    struct desk *desk = *state;
    const uint8_t quiet[YS_PUBKEY_LEN] = {2};
    const uint8_t loud[YS_PUBKEY_LEN] = {4};
    uint8_t found[YS_PUBKEY_LEN] = {0};
    assert_int_equal(status_of(desk, quiet, 1000), 200);
    assert_int_equal(status_of(desk, loud, 2000), 200);
    assert_int_equal(ys_zap_silent(desk->zap, "127.0.0.1", 1000, found), 2);

    ys_zap_heard(desk->zap, loud);

    assert_int_equal(ys_zap_silent(desk->zap, "127.0.0.1", 1000, found), 1);
    assert_memory_equal(found, quiet, sizeof quiet);
    assert_int_equal(ys_zap_silent(desk->zap, "127.0.0.2", 1000, found), 0);
    assert_int_equal(ys_zap_silent(desk->zap, "127.0.0.1", 1001, found), 0);

    /* a second connection of the same key is another silent one */
    assert_int_equal(status_of(desk, loud, 3000), 200);
    assert_int_equal(ys_zap_silent(desk->zap, "127.0.0.1", 1001, found), 1);
    assert_memory_equal(found, loud, sizeof loud);
}

static void assert_refused_unasked(struct desk *desk, size_t frame, struct frame instead)
{
    struct frame request[REQUEST_FRAMES];
    struct frame reply[REPLY_FRAMES];
    make_request(request, (const uint8_t[YS_PUBKEY_LEN]){2});
    request[frame] = instead;
    ask(desk, request, REQUEST_FRAMES);
    assert_int_equal(ys_zap_serve(desk->zap, 0, NULL), YS_OK);
    read_reply(desk, reply);
    assert_true(frame_is(&reply[3], "400"));
    assert_true(frame_is(&reply[5], ""));
    assert_int_equal(desk->asked, 0);
}

static void another_domain_or_mechanism_or_size_of_key_is_refused_unasked(void **state)
{
    const uint8_t zeros[YS_PUBKEY_LEN + 1] = {0};

    assert_refused_unasked(*state, 3, frame_of_text("other"));
    assert_refused_unasked(*state, 3, frame_of_text(""));
    assert_refused_unasked(*state, 6, frame_of_text("NULL"));
    assert_refused_unasked(*state, 6, frame_of_text("PLAIN"));
    assert_refused_unasked(*state, 7, frame_of(zeros, YS_PUBKEY_LEN - 1));
    assert_refused_unasked(*state, 7, frame_of(zeros, YS_PUBKEY_LEN + 1));
    assert_refused_unasked(*state, 7, frame_of_text(""));
}

static void what_is_no_request_gets_no_answer_and_harms_none_behind_it(void **state)
{
    struct desk *desk = *state;
    const uint8_t key[YS_PUBKEY_LEN] = {2};
    struct frame request[REQUEST_FRAMES + 20];
    make_request(request, key);
    for (size_t i = REQUEST_FRAMES; i < REQUEST_FRAMES + 20; i++)
        request[i] = frame_of_text("more");

    ask(desk, request, 1);
    ask(desk, request, REQUEST_FRAMES - 1);
    ask(desk, request, REQUEST_FRAMES + 1);
    ask(desk, request, REQUEST_FRAMES + 20);
    request[1] = frame_of_text("2.0");
    ask(desk, request, REQUEST_FRAMES);
    make_request(request, key);
    request[0] = frame_of_text("not empty");
    ask(desk, request, REQUEST_FRAMES);
    assert_int_equal(ys_zap_serve(desk->zap, 0, NULL), YS_OK);

    assert_nothing_comes_back(desk);
    assert_int_equal(desk->asked, 0);
    assert_int_equal(status_of(desk, key, 0), 200);
}

static void one_call_answers_at_most_256_requests(void **state)
{
    struct desk *desk = *state;
    struct frame request[REQUEST_FRAMES];
    make_request(request, (const uint8_t[YS_PUBKEY_LEN]){3});
    for (int i = 0; i < 257; i++)
        ask(desk, request, REQUEST_FRAMES);

    assert_int_equal(ys_zap_serve(desk->zap, 0, NULL), YS_OK);
    assert_int_equal(desk->asked, 256);

    assert_int_equal(ys_zap_serve(desk->zap, 5, NULL), YS_OK);
    assert_int_equal(desk->asked, 257);
    assert_int_equal(ys_zap_served_at_ms(desk->zap), 5);
}

static void a_second_handler_of_one_context_is_busy(void **state)
{
    struct desk *desk = *state;
    const struct ys_zap_options options = {.zmq_context = desk->zmq_context,
                                           .allow = even_keys_may_speak,
                                           .context = desk,
                                           .handshakes_max = 3,
                                           .window_ms = 10000};
    struct ys_zap *second = NULL;
    struct ys_err err;

    assert_int_equal(ys_zap_open(&options, &second, &err), YS_BUSY);

    assert_null(second);
    assert_string_equal(err.msg, "ZAP handler: Address already in use");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_enrolled_key_gets_in_under_its_name_in_hex, open_desk,
                                        close_desk),
        cmocka_unit_test_setup_teardown(an_unknown_key_is_refused_without_a_name, open_desk,
                                        close_desk),
        cmocka_unit_test_setup_teardown(a_key_that_comes_too_often_is_put_off_until_its_window_ends,
                                        open_desk, close_desk),
        cmocka_unit_test_setup_teardown(many_keys_at_a_time_do_not_put_each_other_off, open_desk,
                                        close_desk),
        cmocka_unit_test_setup_teardown(a_key_that_is_put_off_stays_so_until_then, open_desk,
                                        close_desk),
        cmocka_unit_test_setup_teardown(who_was_let_in_and_said_nothing_is_found_by_his_address,
                                        open_desk, close_desk),
        cmocka_unit_test_setup_teardown(refused_keys_take_no_room_in_the_memory, open_desk,
                                        close_desk),
        cmocka_unit_test_setup_teardown(
            another_domain_or_mechanism_or_size_of_key_is_refused_unasked, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(what_is_no_request_gets_no_answer_and_harms_none_behind_it,
                                        open_desk, close_desk),
        cmocka_unit_test_setup_teardown(one_call_answers_at_most_256_requests, open_desk,
                                        close_desk),
        cmocka_unit_test_setup_teardown(a_second_handler_of_one_context_is_busy, open_desk,
                                        close_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
