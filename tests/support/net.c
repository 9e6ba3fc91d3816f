#include "tests/support/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sodium.h>
#include <zmq.h>

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct keys net_keys(uint8_t byte)
{
    struct keys keys;
    memset(keys.secret, byte, sizeof keys.secret);
    ys_transport_public(keys.secret, keys.public_key);
    return keys;
}

static bool children_may_speak(void *context, const uint8_t key[YS_PUBKEY_LEN])
{
    const struct net *net = context;
    bool known = net->everybody_may_speak;
    for (size_t i = 0; i < NET_CHILDREN; i++)
        known = known || memcmp(key, net->child[i].public_key, YS_PUBKEY_LEN) == 0;
    return known;
}

enum ys_code net_listen_on(struct net *net, const char *endpoint, struct ys_err *err)
{
    const struct ys_listener_options options = {
        .zmq_context = net->zmq_context, .endpoint = endpoint, .secret = net->parent.secret};
    return ys_listener_open(&options, &net->listener, err);
}

static int net_open_with(void **state, unsigned handshakes_max)
{
    struct net *net = calloc(1, sizeof *net);
    assert_non_null(net);
    assert_true(sodium_init() >= 0);
    net->parent = net_keys(1);
    net->child[0] = net_keys(2);
    net->child[1] = net_keys(3);
    net->stranger = net_keys(4);
    net->deadline_ms = clock_ms() + NET_DEADLINE_MS;
    assert_int_equal(ys_zmq_context_open(20261125, &net->zmq_context, NULL), YS_OK);
    const struct ys_zap_options options = {.zmq_context = net->zmq_context,
                                           .allow = children_may_speak,
                                           .context = net,
                                           .handshakes_max = handshakes_max,
                                           .window_ms = NET_WINDOW_MS};
    assert_int_equal(ys_zap_open(&options, &net->zap, NULL), YS_OK);
    assert_int_equal(net_listen_on(net, "tcp://127.0.0.1:0", NULL), YS_OK);
    *state = net;
    return 0;
}

int net_open(void **state)
{
    return net_open_with(state, 1000);
}

int net_open_strict(void **state)
{
    return net_open_with(state, 2);
}

int net_close(void **state)
{
    struct net *net = *state;
    for (size_t i = 0; i < net->dialers; i++)
        ys_dialer_close(net->dialer[i]);
    for (size_t i = 0; i < net->raws; i++)
        zmq_close(net->raw[i]);
    ys_listener_close(net->listener);
    ys_zap_close(net->zap);
    ys_zmq_context_close(net->zmq_context);
    free(net);
    return 0;
}

/* Wait for anything to happen, at most 10 ms, and let the ZAP handler answer. */
void net_turn(struct net *net)
{
    zmq_pollitem_t items[2 + 2 * NET_DIALERS_MAX];
    int count = 0;
    items[count++] = (zmq_pollitem_t){.socket = ys_zap_socket(net->zap), .events = ZMQ_POLLIN};
    if (net->listener != NULL)
        items[count++] =
            (zmq_pollitem_t){.socket = ys_listener_socket(net->listener), .events = ZMQ_POLLIN};
    for (size_t i = 0; i < net->dialers; i++) {
        if (net->dialer[i] == NULL)
            continue;
        items[count++] =
            (zmq_pollitem_t){.socket = ys_dialer_socket(net->dialer[i]), .events = ZMQ_POLLIN};
        items[count++] =
            (zmq_pollitem_t){.socket = ys_dialer_monitor(net->dialer[i]), .events = ZMQ_POLLIN};
    }
    assert_true(zmq_poll(items, count, 10) >= 0);
    assert_int_equal(ys_zap_serve(net->zap, net->now_ms, NULL), YS_OK);
    if (clock_ms() > net->deadline_ms)
        fail_msg("what the test waits for did not happen within %d ms", NET_DEADLINE_MS);
}

struct ys_dialer *net_dial(struct net *net, const struct keys *keys,
                           const uint8_t server_public[YS_PUBKEY_LEN], const char *endpoint)
{
    assert_true(net->dialers < NET_DIALERS_MAX);
    struct ys_dialer **dialer = &net->dialer[net->dialers++];
    const struct ys_dialer_options options = {.zmq_context = net->zmq_context,
                                              .endpoint = endpoint,
                                              .server_public = server_public,
                                              .secret = keys->secret,
                                              .serial = net->dialers};
    assert_int_equal(ys_dialer_open(&options, dialer, NULL), YS_OK);
    return *dialer;
}

enum ys_dialer_state net_settle(struct net *net, struct ys_dialer *dialer)
{
    enum ys_dialer_state state = ys_dialer_update(dialer);
    while (state == YS_DIALER_CONNECTING) {
        net_turn(net);
        state = ys_dialer_update(dialer);
    }
    return state;
}

/* A connection of `keys` to our listener that stands. */
struct ys_dialer *net_connect(struct net *net, const struct keys *keys)
{
    struct ys_dialer *dialer =
        net_dial(net, keys, net->parent.public_key, ys_listener_endpoint(net->listener));
    assert_int_equal(net_settle(net, dialer), YS_DIALER_READY);
    return dialer;
}

void net_wait_until_lost(struct net *net, struct ys_dialer *dialer)
{
    while (ys_dialer_update(dialer) == YS_DIALER_READY)
        net_turn(net);
    assert_int_equal(ys_dialer_update(dialer), YS_DIALER_LOST);
}

/* Take back what net_dial() will close, because the test closes it itself. */
void net_hang_up(struct net *net, struct ys_dialer *dialer)
{
    for (size_t i = 0; i < net->dialers; i++) {
        if (net->dialer[i] == dialer)
            net->dialer[i] = NULL;
    }
    ys_dialer_close(dialer);
}

struct arrival net_poll(struct net *net)
{
    struct arrival arrival = {0};
    arrival.code =
        ys_listener_receive(net->listener, &arrival.route, arrival.key, &arrival.message, NULL);
    return arrival;
}

struct arrival net_next_arrival(struct net *net)
{
    struct arrival arrival = net_poll(net);
    while (arrival.code == YS_NOT_FOUND) {
        net_turn(net);
        arrival = net_poll(net);
    }
    return arrival;
}

void net_assert_arrives(const struct arrival *arrival, const struct keys *from, const char *text)
{
    assert_int_equal(arrival->code, YS_OK);
    assert_memory_equal(arrival->key, from->public_key, YS_PUBKEY_LEN);
    assert_true(ys_bytes_is_text(arrival->message, text));
}

struct ys_bytes net_next_reply(struct net *net, struct ys_dialer *dialer)
{
    struct ys_bytes message = {0};
    enum ys_code code = ys_dialer_receive(dialer, &message, NULL);
    while (code == YS_NOT_FOUND) {
        net_turn(net);
        code = ys_dialer_receive(dialer, &message, NULL);
    }
    assert_int_equal(code, YS_OK);
    return message;
}

void net_say(struct net *net, struct ys_dialer *dialer, struct ys_bytes message)
{
    while (ys_dialer_send(dialer, message, NULL) == YS_BUSY)
        net_turn(net);
}

void net_say_text(struct net *net, struct ys_dialer *dialer, const char *text)
{
    net_say(net, dialer, ys_bytes_of_text(text));
}

/* Memory of a test for long messages: byte i is i mod 251. */
struct ys_bytes net_long_message(size_t size)
{
    static uint8_t bytes[YS_FRAME_MAX];
    assert_true(size <= sizeof bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i % 251);
    return (struct ys_bytes){.data = bytes, .size = size};
}

void *net_raw_socket(struct net *net, int type, const struct keys *keys)
{
    assert_true(net->raws < NET_RAW_MAX);
    void *socket = zmq_socket(net->zmq_context, type);
    assert_non_null(socket);
    net->raw[net->raws++] = socket;
    const int never = -1;
    assert_int_equal(zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &never, sizeof never), 0);
    assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->secret, sizeof keys->secret),
                     0);
    return socket;
}

/* A DEALER with a routing id of its own choice, if `id` is not empty. */
void *net_raw_dial(struct net *net, const struct keys *keys, struct ys_bytes id)
{
    void *socket = net_raw_socket(net, ZMQ_DEALER, keys);
    assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys->public_key, YS_PUBKEY_LEN),
                     0);
    assert_int_equal(
        zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, net->parent.public_key, YS_PUBKEY_LEN), 0);
    if (id.size > 0)
        assert_int_equal(zmq_setsockopt(socket, ZMQ_ROUTING_ID, id.data, id.size), 0);
    assert_int_equal(zmq_connect(socket, ys_listener_endpoint(net->listener)), 0);
    return socket;
}

void net_raw_send(void *socket, struct ys_bytes frame, int flags)
{
    assert_int_equal(zmq_send(socket, frame.data, frame.size, flags), frame.size);
}

void net_raw_send_text(void *socket, const char *text, int flags)
{
    net_raw_send(socket, ys_bytes_of_text(text), flags);
}
