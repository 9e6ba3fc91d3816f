#include "sync/zmq_link.h"
#include "tests/support/net.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

/* Peers that break the rules: plain ZeroMQ sockets or, where ZeroMQ is too polite, plain TCP. */

enum { SEAL = 33 /* bytes that CURVE adds to a payload */ };

/* --- messages that do not follow the format --- */

static void a_message_of_several_frames_is_malformed_and_the_next_one_arrives(void **state)
{
    struct net *net = *state;
    void *peer = net_raw_dial(net, &net->child[0], (struct ys_bytes){0});
    net_raw_send_text(peer, "one", ZMQ_SNDMORE);
    for (int i = 0; i < 500; i++)
        net_raw_send_text(peer, "more", ZMQ_SNDMORE);
    net_raw_send_text(peer, "last", 0);
    net_raw_send_text(peer, "", ZMQ_SNDMORE);
    net_raw_send_text(peer, "as a REQ would", 0);
    net_raw_send_text(peer, "proper", 0);

    const struct arrival first = net_next_arrival(net);
    const struct arrival second = net_next_arrival(net);
    const struct arrival third = net_next_arrival(net);

    assert_int_equal(first.code, YS_MALFORMED);
    assert_memory_equal(first.key, net->child[0].public_key, YS_PUBKEY_LEN);
    assert_int_equal(second.code, YS_MALFORMED);
    net_assert_arrives(&third, &net->child[0], "proper");
    assert_true(ys_route_equal(&first.route, &third.route));
}

static void a_dialer_too_takes_only_one_frame(void **state)
{
    struct net *net = *state;
    const int yes = 1;
    void *parent = net_raw_socket(net, ZMQ_ROUTER, &net->parent);
    char endpoint[64];
    size_t size = sizeof endpoint;
    assert_int_equal(zmq_setsockopt(parent, ZMQ_CURVE_SERVER, &yes, sizeof yes), 0);
    assert_int_equal(zmq_setsockopt(parent, ZMQ_ZAP_DOMAIN, YS_ZAP_DOMAIN, strlen(YS_ZAP_DOMAIN)),
                     0);
    assert_int_equal(zmq_bind(parent, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(parent, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    struct ys_dialer *child = net_dial(net, &net->child[0], net->parent.public_key, endpoint);
    assert_int_equal(net_settle(net, child), YS_DIALER_READY);
    net_say_text(net, child, "hello");
    uint8_t id[16];
    const int id_size = zmq_recv(parent, id, sizeof id, 0);
    assert_in_range(id_size, 1, sizeof id);
    const struct ys_bytes route = {.data = id, .size = (size_t)id_size};

    net_raw_send(parent, route, ZMQ_SNDMORE);
    net_raw_send_text(parent, "one", ZMQ_SNDMORE);
    net_raw_send_text(parent, "two", 0);
    net_raw_send(parent, route, ZMQ_SNDMORE);
    net_raw_send_text(parent, "proper", 0);

    struct ys_bytes message = {0};
    enum ys_code code = YS_NOT_FOUND;
    while ((code = ys_dialer_receive(child, &message, NULL)) == YS_NOT_FOUND)
        net_turn(net);
    assert_int_equal(code, YS_MALFORMED);
    assert_true(ys_bytes_is_text(net_next_reply(net, child), "proper"));
}

static void the_longest_message_arrives_and_one_byte_more_is_malformed(void **state)
{
    struct net *net = *state;
    void *peer = net_raw_dial(net, &net->child[0], (struct ys_bytes){0});
    const size_t sizes[] = {YS_MESSAGE_MAX - 1, YS_MESSAGE_MAX, YS_MESSAGE_MAX + 1,
                            YS_FRAME_MAX - SEAL};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        net_raw_send(peer, net_long_message(sizes[i]), 0);

        const struct arrival arrival = net_next_arrival(net);

        assert_int_equal(arrival.code, sizes[i] <= YS_MESSAGE_MAX ? YS_OK : YS_MALFORMED);
        assert_memory_equal(arrival.key, net->child[0].public_key, YS_PUBKEY_LEN);
    }
}

static void a_frame_beyond_the_limit_cuts_its_sender(void **state)
{
    struct net *net = *state;
    void *peer = net_raw_dial(net, &net->child[0], (struct ys_bytes){0});
    net_raw_send_text(peer, "hello", 0);
    const struct arrival hello = net_next_arrival(net);
    net_assert_arrives(&hello, &net->child[0], "hello");

    net_raw_send(peer, net_long_message(YS_FRAME_MAX - SEAL + 1), 0);

    const struct ys_bytes answer = ys_bytes_of_text("still there?");
    while (ys_listener_send(net->listener, &hello.route, answer, NULL) == YS_OK)
        net_turn(net);
    assert_int_equal(ys_listener_send(net->listener, &hello.route, answer, NULL), YS_NOT_FOUND);
    assert_int_equal(net_poll(net).code, YS_NOT_FOUND);
}

static void a_peer_that_chose_its_routing_id_is_malformed(void **state)
{
    struct net *net = *state;
    const char *const ids[] = {"alice", "a routing id that is longer than a route may be",
                               "\1four"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        void *peer = net_raw_dial(net, &net->child[1], ys_bytes_of_text(ids[i]));
        net_raw_send_text(peer, "hello", 0);

        const struct arrival arrival = net_next_arrival(net);

        assert_int_equal(arrival.code, YS_MALFORMED);
        assert_int_equal(arrival.route.size, 0);
        assert_memory_equal(arrival.key, net->child[1].public_key, YS_PUBKEY_LEN);
    }
}

/* --- peers that speak TCP as they like --- */

static int tcp_dial(const struct net *net)
{
    const char *port = strrchr(ys_listener_endpoint(net->listener), ':') + 1;
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    /* the cast is how POSIX wants it */
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void tcp_write(int fd, const void *bytes, size_t size)
{
    assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), size);
}

static void tcp_read(struct net *net, int fd, uint8_t *out, size_t size)
{
    size_t got = 0;
    while (got < size) {
        const ssize_t count = recv(fd, out + got, size - got, MSG_DONTWAIT);
        if (count > 0) {
            got += (size_t)count;
            continue;
        }
        assert_true(count < 0 && errno == EAGAIN);
        net_turn(net);
    }
}

/* Read until the listener cuts us; nothing but its greeting may come before. */
static void assert_cut(struct net *net, int fd)
{
    uint8_t bytes[256];
    size_t got = 0;
    for (;;) {
        const ssize_t count = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (count == 0 || (count < 0 && errno == ECONNRESET))
            break;
        if (count > 0)
            got += (size_t)count;
        net_turn(net);
    }
    assert_in_range(got, 0, 64);
    close(fd);
}

enum { GREETING = 64 };

static void make_greeting(uint8_t out[GREETING], uint8_t major, const char *mechanism)
{
    memset(out, 0, GREETING);
    out[0] = 0xff;
    out[9] = 0x7f;
    out[10] = major;
    memcpy(out + 12, mechanism, strlen(mechanism));
}

/* --- hostile peers --- */

/* The id that libzmq 4.3.4 gives first in a process that never called srand(): a ROUTER draws two
 * numbers of glibc's rand() when it is made, and ours is the second ROUTER. */
static const uint32_t unseeded_id = 0xe43c9869;

/* An enrolled child that guesses the next routing id aborts the process (ENGINEERING.md 0.1). */
static void squatters_on_the_ids_of_an_unseeded_process_harm_nobody(void **state)
{
    struct net *net = *state;
    enum { SQUATTERS = 8 };
    for (uint32_t i = 0; i < SQUATTERS; i++) {
        uint8_t id[5] = {0};
        ys_be32_put(id + 1, unseeded_id + i);
        net_raw_send_text(
            net_raw_dial(net, &net->child[1], (struct ys_bytes){.data = id, .size = 5}), "squat",
            0);
    }
    for (unsigned heard = 0; heard < SQUATTERS; heard++)
        assert_memory_equal(net_next_arrival(net).key, net->child[1].public_key, YS_PUBKEY_LEN);

    for (unsigned i = 0; i < SQUATTERS; i++) {
        net_say_text(net, net_connect(net, &net->child[0]), "honest");
        const struct arrival arrival = net_next_arrival(net);
        net_assert_arrives(&arrival, &net->child[0], "honest");
    }
}

static void a_giant_frame_before_authentication_is_cut(void **state)
{
    struct net *net = *state;
    enum { MUCH = 64 * 1024 * 1024 };
    uint8_t greeting[GREETING];
    make_greeting(greeting, 3, "CURVE");
    const uint8_t giant[] = {0x06, 0, 0, 0, 0, 0x2f, 0xaf, 0x08, 0x00}; /* a command of 800 MB */
    const struct ys_bytes filling = net_long_message(64 * 1024);
    const int fd = tcp_dial(net);
    tcp_write(fd, greeting, sizeof greeting);
    tcp_write(fd, giant, sizeof giant);

    size_t written = 0;
    ssize_t count = 0;
    while (written < MUCH && (count >= 0 || errno == EAGAIN)) {
        count = send(fd, filling.data, filling.size, MSG_NOSIGNAL | MSG_DONTWAIT);
        written += count > 0 ? (size_t)count : 0;
        if (count < 0 && errno == EAGAIN)
            net_turn(net);
    }

    assert_true(written < MUCH);
    assert_true(errno == EPIPE || errno == ECONNRESET);
    close(fd);
    net_connect(net, &net->child[0]);
}

static void peers_without_curve_are_cut_and_never_heard(void **state)
{
    struct net *net = *state;
    uint8_t null_3[GREETING];
    uint8_t curve_2[GREETING];
    make_greeting(null_3, 3, "NULL");
    make_greeting(curve_2, 1, ""); /* revision 1 is ZMTP 2.0 */
    const uint8_t zmtp_1[] = {0x01, 0x00, 0x06, 0x00, 'h', 'e', 'l', 'l', 'o'};
    const uint8_t zmtp_2[] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 5, 0, 0, 0, 2, 'h', 'i'};
    const char http[] = "GET / HTTP/1.1\r\nHost: parent\r\n\r\n";
    const struct ys_bytes openings[] = {{.data = null_3, .size = sizeof null_3},
                                        {.data = curve_2, .size = sizeof curve_2},
                                        {.data = zmtp_1, .size = sizeof zmtp_1},
                                        {.data = zmtp_2, .size = sizeof zmtp_2},
                                        ys_bytes_of_text(http)};
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        const int fd = tcp_dial(net);
        tcp_write(fd, openings[i].data, openings[i].size);
        assert_cut(net, fd);
    }

    assert_int_equal(net_poll(net).code, YS_NOT_FOUND);
    net_connect(net, &net->child[0]);
}

/* --- a CURVE client by hand (ZMTP 3.0, RFC 26), to say what libzmq never would --- */

struct forger {
    int fd;
    struct keys ephemeral;
    uint8_t server_ephemeral[YS_PUBKEY_LEN];
};

static void forger_box(uint8_t *out, const void *plain, size_t size, const char *prefix,
                       const uint8_t *nonce_end, const uint8_t *to, const uint8_t *from)
{
    uint8_t nonce[crypto_box_NONCEBYTES];
    const size_t prefix_size = strlen(prefix);
    memcpy(nonce, prefix, prefix_size);
    memcpy(nonce + prefix_size, nonce_end, sizeof nonce - prefix_size);
    assert_int_equal(crypto_box_easy(out, plain, size, nonce, to, from), 0);
}

static void forger_hello(struct forger *forger, const struct net *net)
{
    const uint8_t zeros[64] = {0};
    uint8_t frame[2 + 200] = {0x04, 200};
    uint8_t *hello = frame + 2;
    memcpy(hello, "\5HELLO\1\0", 8);
    memcpy(hello + 80, forger->ephemeral.public_key, 32);
    hello[119] = 1;
    forger_box(hello + 120, zeros, sizeof zeros, "CurveZMQHELLO---", hello + 112,
               net->parent.public_key, forger->ephemeral.secret);
    tcp_write(forger->fd, frame, sizeof frame);
}

/* Reads WELCOME; returns its cookie. */
static void forger_welcome(struct forger *forger, struct net *net, uint8_t cookie_out[96])
{
    uint8_t frame[2 + 168];
    uint8_t nonce[crypto_box_NONCEBYTES];
    uint8_t plain[128];
    tcp_read(net, forger->fd, frame, sizeof frame);
    assert_memory_equal(frame, "\x04\xa8\7WELCOME", 10);
    memcpy(nonce, "WELCOME-", 8);
    memcpy(nonce + 8, frame + 10, 16);
    assert_int_equal(crypto_box_open_easy(plain, frame + 26, 144, nonce, net->parent.public_key,
                                          forger->ephemeral.secret),
                     0);
    memcpy(forger->server_ephemeral, plain, 32);
    memcpy(cookie_out, plain + 32, 96);
}

static void forger_initiate(struct forger *forger, const struct net *net, const struct keys *keys,
                            const uint8_t cookie[96], struct ys_bytes metadata)
{
    uint8_t plain[128 + 128] = {0};
    uint8_t vouch[64];
    uint8_t frame[9 + 113 + 16 + sizeof plain] = {0x06};
    uint8_t *initiate = frame + 9;
    assert_true(metadata.size <= 128);
    memcpy(vouch, forger->ephemeral.public_key, 32);
    memcpy(vouch + 32, net->parent.public_key, 32);
    memcpy(plain, keys->public_key, 32); /* then 16 bytes of nonce, zero */
    forger_box(plain + 48, vouch, sizeof vouch, "VOUCH---", plain + 32, forger->server_ephemeral,
               keys->secret);
    memcpy(plain + 128, metadata.data, metadata.size);

    const size_t plain_size = 128 + metadata.size;
    const size_t size = 113 + 16 + plain_size;
    ys_be64_put(frame + 1, size);
    memcpy(initiate, "\x08INITIATE", 9);
    memcpy(initiate + 9, cookie, 96);
    initiate[112] = 2;
    forger_box(initiate + 113, plain, plain_size, "CurveZMQINITIATE", initiate + 105,
               forger->server_ephemeral, forger->ephemeral.secret);
    tcp_write(forger->fd, frame, 9 + size);
}

static void forger_message(struct forger *forger, const char *text)
{
    uint8_t plain[32] = {0}; /* flags: last frame */
    uint8_t frame[2 + 16 + 16 + sizeof plain] = {0x00};
    const size_t plain_size = 1 + strlen(text);
    assert_true(plain_size <= sizeof plain);
    memcpy(plain + 1, text, plain_size - 1);
    frame[1] = (uint8_t)(16 + 16 + plain_size);
    memcpy(frame + 2, "\7MESSAGE", 8);
    frame[17] = 3;
    forger_box(frame + 18, plain, plain_size, "CurveZMQMESSAGEC", frame + 10,
               forger->server_ephemeral, forger->ephemeral.secret);
    tcp_write(forger->fd, frame, (size_t)2 + frame[1]);
}

static void a_forged_user_id_in_the_handshake_is_ignored(void **state)
{
    struct net *net = *state;
    struct forger forger = {.fd = tcp_dial(net), .ephemeral = net_keys(9)};
    uint8_t greeting[GREETING];
    uint8_t cookie[96];
    make_greeting(greeting, 3, "CURVE");
    char metadata[128];
    char name[2 * YS_PUBKEY_LEN + 1];
    sodium_bin2hex(name, sizeof name, net->child[1].public_key, YS_PUBKEY_LEN);
    const int size =
        snprintf(metadata, sizeof metadata, "%cSocket-Type%c%c%c%cDEALER%cUser-Id%c%c%c%c%s", 11, 0,
                 0, 0, 6, 7, 0, 0, 0, 64, name);
    assert_in_range(size, 1, sizeof metadata - 1);

    tcp_write(forger.fd, greeting, sizeof greeting);
    tcp_read(net, forger.fd, greeting, sizeof greeting);
    forger_hello(&forger, net);
    forger_welcome(&forger, net, cookie);
    forger_initiate(&forger, net, &net->child[0], cookie,
                    (struct ys_bytes){.data = (const uint8_t *)metadata, .size = (size_t)size});
    uint8_t ready[8];
    tcp_read(net, forger.fd, ready, sizeof ready);
    assert_memory_equal(ready + 2, "\5READY", 6);
    forger_message(&forger, "I am another");

    const struct arrival arrival = net_next_arrival(net);
    net_assert_arrives(&arrival, &net->child[0], "I am another");
    close(forger.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_message_of_several_frames_is_malformed_and_the_next_one_arrives, net_open, net_close),
        cmocka_unit_test_setup_teardown(a_dialer_too_takes_only_one_frame, net_open, net_close),
        cmocka_unit_test_setup_teardown(the_longest_message_arrives_and_one_byte_more_is_malformed,
                                        net_open, net_close),
        cmocka_unit_test_setup_teardown(a_frame_beyond_the_limit_cuts_its_sender, net_open,
                                        net_close),
        cmocka_unit_test_setup_teardown(a_peer_that_chose_its_routing_id_is_malformed, net_open,
                                        net_close),
        cmocka_unit_test_setup_teardown(squatters_on_the_ids_of_an_unseeded_process_harm_nobody,
                                        net_open, net_close),
        cmocka_unit_test_setup_teardown(a_giant_frame_before_authentication_is_cut, net_open,
                                        net_close),
        cmocka_unit_test_setup_teardown(peers_without_curve_are_cut_and_never_heard, net_open,
                                        net_close),
        cmocka_unit_test_setup_teardown(a_forged_user_id_in_the_handshake_is_ignored, net_open,
                                        net_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
