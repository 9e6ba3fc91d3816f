#include "sync/zmq_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

/* As many children as ENGINEERING.md 1.1 measures, all at once. */

enum { CHILDREN = 450, TURN_MS = 50, AGAIN_MS = 1000, DEADLINE_MS = 60 * 1000, CUTS = 4 };

struct storm {
    void *context, *children_context;
    struct ys_zap *zap;
    struct ys_listener *listener;
    void *child[CHILDREN];
    uint8_t secret[YS_SEED_LEN], public_key[YS_PUBKEY_LEN];
};

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool everybody(void *context, const uint8_t key[YS_PUBKEY_LEN])
{
    (void)context;
    (void)key;
    return true;
}

/* What the last listener left is in use for a moment longer. */
static void listen_at(struct storm *storm, const char *endpoint)
{
    const int64_t deadline_ms = clock_ms() + DEADLINE_MS;
    const struct ys_listener_options options = {
        .zmq_context = storm->context, .endpoint = endpoint, .secret = storm->secret};
    enum ys_code code = YS_BUSY;
    while ((code = ys_listener_open(&options, &storm->listener, NULL)) == YS_BUSY)
        assert_true(clock_ms() < deadline_ms);
    assert_int_equal(code, YS_OK);
}

/* A child that dials again by itself, as libzmq does. */
static void *dial(const struct storm *storm, uint16_t number)
{
    const int none = 0;
    uint8_t secret[YS_SEED_LEN] = {5, (uint8_t)(number >> 8), (uint8_t)number};
    uint8_t public_key[YS_PUBKEY_LEN];
    ys_transport_public(secret, public_key);
    void *socket = zmq_socket(storm->children_context, ZMQ_DEALER);
    assert_non_null(socket);
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, sizeof secret);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public_key, sizeof public_key);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, storm->public_key, YS_PUBKEY_LEN);
    assert_int_equal(zmq_connect(socket, ys_listener_endpoint(storm->listener)), 0);
    return socket;
}

static void say(const struct storm *storm, const char *greeting, const bool answered[CHILDREN])
{
    for (int i = 0; i < CHILDREN; i++) {
        char text[32];
        const int size = snprintf(text, sizeof text, "%s %d", greeting, i);
        if (!answered[i])
            (void)zmq_send(storm->child[i], text, (size_t)size, ZMQ_DONTWAIT);
    }
}

/* How many have their own number back that had not before. */
static int hear(const struct storm *storm, const char *greeting, bool answered[CHILDREN])
{
    int count = 0;
    for (int i = 0; i < CHILDREN; i++) {
        char want[32];
        char text[32] = "";
        snprintf(want, sizeof want, "%s %d", greeting, i);
        while (!answered[i] && zmq_recv(storm->child[i], text, sizeof text - 1, ZMQ_DONTWAIT) > 0)
            answered[i] = strcmp(text, want) == 0;
        count += answered[i];
    }
    return count;
}

static void serve(struct storm *storm)
{
    zmq_pollitem_t items[] = {
        {.socket = ys_zap_socket(storm->zap), .events = ZMQ_POLLIN},
        {.socket = ys_listener_socket(storm->listener), .events = ZMQ_POLLIN}};
    struct ys_route route;
    uint8_t key[YS_PUBKEY_LEN];
    struct ys_bytes message;
    struct ys_cut cuts[CUTS];
    size_t cut = 0;
    assert_true(zmq_poll(items, 2, TURN_MS) >= 0);
    assert_int_equal(ys_zap_serve(storm->zap, clock_ms(), NULL), YS_OK);
    while (ys_listener_receive(storm->listener, &route, key, &message, NULL) == YS_OK)
        assert_int_equal(ys_listener_send(storm->listener, &route, message, NULL), YS_OK);
    assert_int_equal(ys_listener_look(storm->listener, clock_ms(), cuts, CUTS, &cut, NULL), YS_OK);
    assert_int_equal(cut, 0);
}

/* Every child says its number, and has it back. What is said on a connection that dies just then is
 * lost, so who has no answer says it again. */
static void all_are_served(struct storm *storm, const char *greeting)
{
    bool answered[CHILDREN] = {false};
    const int64_t deadline_ms = clock_ms() + DEADLINE_MS;
    int64_t said_ms = clock_ms();
    say(storm, greeting, answered);
    while (hear(storm, greeting, answered) < CHILDREN) {
        serve(storm);
        assert_true(clock_ms() < deadline_ms);
        if (clock_ms() - said_ms >= AGAIN_MS) {
            said_ms = clock_ms();
            say(storm, greeting, answered);
        }
    }
}

static void all_children_of_a_restarted_parent_are_served(void **state)
{
    (void)state;
    static struct storm storm;
    char endpoint[64];
    memset(storm.secret, 1, sizeof storm.secret);
    ys_transport_public(storm.secret, storm.public_key);
    assert_true(sodium_init() >= 0);
    assert_int_equal(ys_zmq_context_open(20261125, &storm.context, NULL), YS_OK);
    storm.children_context = zmq_ctx_new();
    const struct ys_zap_options options = {
        .zmq_context = storm.context, .allow = everybody, .handshakes_max = 3, .window_ms = 10000};
    assert_int_equal(ys_zap_open(&options, &storm.zap, NULL), YS_OK);
    listen_at(&storm, "tcp://127.0.0.1:0");
    for (int i = 0; i < CHILDREN; i++)
        storm.child[i] = dial(&storm, (uint16_t)i);
    all_are_served(&storm, "first");
    assert_int_equal(ys_listener_connections(storm.listener), CHILDREN);

    snprintf(endpoint, sizeof endpoint, "%s", ys_listener_endpoint(storm.listener));
    ys_listener_close(storm.listener);
    listen_at(&storm, endpoint);

    all_are_served(&storm, "again");
    assert_int_equal(ys_zap_counts(storm.zap).allowed, 2 * CHILDREN);
    for (int i = 0; i < CHILDREN; i++)
        zmq_close(storm.child[i]);
    ys_zmq_context_close(storm.children_context);
    ys_listener_close(storm.listener);
    ys_zap_close(storm.zap);
    ys_zmq_context_close(storm.context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_children_of_a_restarted_parent_are_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
