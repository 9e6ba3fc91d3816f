#include "sync/zmq_link.h"

#include "crypto/assert.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    KEY_TEXT_SIZE = 2 * YS_PUBKEY_LEN + 1,
    ENDPOINT_SIZE = 300, /* a host name has at most 253 bytes */
    QUEUE_MESSAGES = 16,
    WATCH_TURN_MS = 20,
    MONITOR_NAMES = 64,
    /* The ids that libzmq gives: a zero byte and a 32-bit counter. */
    ROUTE_SIZE = 5
};

/* Names are looked up inside an I/O thread, which stands still meanwhile. So dialers have one, and
 * the listener, whose children must not notice our broken DNS, has another. */
/* The name of the option is behind a guard in zmq.h, the option itself is there. A small frame that
 * was read alone keeps the 8 KiB of its read for as long as it waits, if frames are not copied. */
enum { ZERO_COPY_RECV = 10 };

enum { IO_THREADS = 2, LISTENER_THREAD = 1, DIALER_THREAD = 2 };

struct option {
    int name;
    int value;
};

/* ENGINEERING.md 1.2 */
static const struct option common_options[] = {
    {ZMQ_SNDHWM, QUEUE_MESSAGES},
    {ZMQ_RCVHWM, QUEUE_MESSAGES},
    {ZMQ_LINGER, 0},
    {ZMQ_IPV6, 1},
    {ZMQ_HEARTBEAT_TIMEOUT, 60 * 1000},
    {ZMQ_HEARTBEAT_TTL, 90 * 1000},
    {ZMQ_TCP_KEEPALIVE, 1},
    {ZMQ_TCP_KEEPALIVE_IDLE, 60},
    {ZMQ_TCP_KEEPALIVE_INTVL, 20},
    {ZMQ_TCP_KEEPALIVE_CNT, 3},
};

static const struct option listener_options[] = {
    {ZMQ_CURVE_SERVER, 1},         {ZMQ_ROUTER_MANDATORY, 1},      {ZMQ_ROUTER_HANDOVER, 0},
    {ZMQ_HANDSHAKE_IVL, 8 * 1000}, {ZMQ_HEARTBEAT_IVL, 25 * 1000}, {ZMQ_BACKLOG, 1024},
};

static const struct option dialer_options[] = {
    {ZMQ_IMMEDIATE, 1},
    {ZMQ_RECONNECT_IVL, -1},
    {ZMQ_CONNECT_TIMEOUT, 10 * 1000},
    {ZMQ_HANDSHAKE_IVL, 15 * 1000},
    {ZMQ_HEARTBEAT_IVL, 20 * 1000},
};

struct ys_listener {
    void *zmq_context;
    void *socket;
    void *monitor;          /* tells which descriptors are connections of ours */
    struct ys_meter *meter; /* of those */
    zmq_msg_t message;      /* what ys_listener_receive returned last */
    bool first;             /* of its connection */
    char endpoint[ENDPOINT_SIZE];
};

struct ys_dialer {
    void *socket;
    void *monitor;
    zmq_msg_t message; /* what ys_dialer_receive returned last */
    enum ys_dialer_state state;
    char endpoint[ENDPOINT_SIZE];
};

/* `what` is the address of the link. */
static enum ys_code fail_errno(struct ys_err *err, const char *what)
{
    const int error = zmq_errno();
    enum ys_code code = YS_IO;
    if (error == EADDRINUSE)
        code = YS_BUSY;
    else if (error == EINVAL || error == EPROTONOSUPPORT)
        code = YS_MALFORMED;
    else if (error == ENOMEM)
        code = YS_NOMEM;
    return ys_fail(err, code, "%s: %s", what, zmq_strerror(error));
}

/* --- context --- */

enum ys_code ys_zmq_context_open(uint32_t random_seed, void **context_out, struct ys_err *err)
{
    if (zmq_has("curve") == 0)
        return ys_fail(err, YS_IO, "this libzmq was built without CURVE");
    srand(random_seed); /* NOLINT(cert-msc51-cpp,bugprone-random-generator-seed): it is random */
    void *context = zmq_ctx_new();
    if (context == NULL)
        return fail_errno(err, "ZeroMQ");
    if (zmq_ctx_set(context, ZMQ_IO_THREADS, IO_THREADS) != 0 ||
        zmq_ctx_set(context, ZMQ_BLOCKY, 0) != 0 || zmq_ctx_set(context, ZERO_COPY_RECV, 0) != 0) {
        const enum ys_code code = fail_errno(err, "ZeroMQ");
        ys_zmq_context_close(context);
        return code;
    }
    *context_out = context;
    return YS_OK;
}

void ys_zmq_context_close(void *context)
{
    if (context == NULL)
        return;
    int closed = -1;
    do {
        closed = zmq_ctx_term(context);
    } while (closed != 0 && zmq_errno() == EINTR);
}

/* --- what both ends share --- */

static bool set_options(void *socket, const struct option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (zmq_setsockopt(socket, options[i].name, &options[i].value, sizeof options[i].value) !=
            0)
            return false;
    }
    return true;
}

static bool set_common_options(void *socket, uint64_t io_thread, const uint8_t *secret)
{
    const int64_t frame_max = YS_FRAME_MAX;
    return set_options(socket, common_options, sizeof common_options / sizeof common_options[0]) &&
           zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &frame_max, sizeof frame_max) == 0 &&
           zmq_setsockopt(socket, ZMQ_AFFINITY, &io_thread, sizeof io_thread) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, YS_SEED_LEN) == 0;
}

/* Copy an address. Only TCP will do, since CURVE means nothing on inproc (ENGINEERING.md 1.3), and
 * the port is read here, since ZeroMQ takes it modulo 65536. */
static enum ys_code endpoint_copy(const char *endpoint, char out[ENDPOINT_SIZE], struct ys_err *err)
{
    const struct ys_bytes text = ys_bytes_of_text(endpoint);
    const char *colon = strrchr(endpoint, ':');
    uint64_t port = 0;
    if (!ys_bytes_starts_with(text, "tcp://") || text.size >= ENDPOINT_SIZE ||
        colon <= endpoint + strlen("tcp://") ||
        !(strcmp(colon, ":*") == 0 ||
          ys_decimal_parse(ys_bytes_of_text(colon + 1), UINT16_MAX, &port)))
        return ys_fail(err, YS_MALFORMED, "address %.200s: not of the form tcp://host:port",
                       endpoint);
    memcpy(out, endpoint, text.size + 1);
    return YS_OK;
}

/* Next frame. YS_NOT_FOUND when none waits. */
static enum ys_code frame_receive(void *socket, zmq_msg_t *frame, const char *endpoint,
                                  struct ys_err *err)
{
    for (;;) {
        if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) >= 0)
            return YS_OK;
        if (zmq_errno() == EAGAIN)
            return YS_NOT_FOUND;
        if (zmq_errno() != EINTR)
            return fail_errno(err, endpoint);
    }
}

/* Read a message to its end. ZeroMQ shows a message only when all of it is there, so the loop ends;
 * an empty queue in the middle would be its mistake. */
static enum ys_code rest_discard(void *socket, const char *endpoint, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (bool more = true; more && code == YS_OK;) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        code = frame_receive(socket, &frame, endpoint, err);
        more = zmq_msg_more(&frame) != 0;
        zmq_msg_close(&frame);
    }
    return code == YS_NOT_FOUND ? ys_fail(err, YS_IO, "%s: a message ends too early", endpoint)
                                : code;
}

/* Read the payload of a message, which must be its last frame. */
static enum ys_code payload_receive(void *socket, zmq_msg_t *frame, const char *endpoint,
                                    struct ys_err *err)
{
    enum ys_code code = frame_receive(socket, frame, endpoint, err);
    if (code != YS_OK)
        return code;
    if (zmq_msg_more(frame) != 0) {
        code = rest_discard(socket, endpoint, err);
        return code != YS_OK
                   ? code
                   : ys_fail(err, YS_MALFORMED, "%s: a message of several frames", endpoint);
    }
    if (zmq_msg_size(frame) > YS_MESSAGE_MAX)
        return ys_fail(err, YS_MALFORMED, "%s: a message of %zu bytes, limit %d", endpoint,
                       zmq_msg_size(frame), YS_MESSAGE_MAX);
    return YS_OK;
}

/* A frame object is never used twice: what an earlier message said of its sender must not stay. */
static void frame_renew(zmq_msg_t *frame)
{
    zmq_msg_close(frame);
    zmq_msg_init(frame);
}

/* YS_BUSY when the queue is full, YS_NOT_FOUND when `route` leads nowhere. */
static enum ys_code send_failed(const char *endpoint, struct ys_err *err)
{
    if (zmq_errno() == EAGAIN)
        return ys_fail(err, YS_BUSY, "%s: the queue to the other end is full", endpoint);
    if (zmq_errno() == EHOSTUNREACH)
        return ys_fail(err, YS_NOT_FOUND, "%s: the connection is gone", endpoint);
    return fail_errno(err, endpoint);
}

/* Send one message, after the routing id where there is one. */
static enum ys_code message_send(void *socket, const struct ys_route *route,
                                 struct ys_bytes message, const char *endpoint, struct ys_err *err)
{
    YS_ASSERT(message.size <= YS_MESSAGE_MAX);
    zmq_msg_t frame;
    if (zmq_msg_init_size(&frame, message.size) != 0)
        return fail_errno(err, endpoint);
    if (message.size > 0)
        memcpy(zmq_msg_data(&frame), message.data, message.size);

    int sent = 0;
    if (route != NULL) {
        do {
            sent = zmq_send(socket, route->bytes, route->size, ZMQ_DONTWAIT | ZMQ_SNDMORE);
        } while (sent < 0 && zmq_errno() == EINTR);
    }
    if (sent >= 0) {
        do {
            sent = zmq_msg_send(&frame, socket, ZMQ_DONTWAIT);
        } while (sent < 0 && zmq_errno() == EINTR);
    }
    const enum ys_code code = sent >= 0 ? YS_OK : send_failed(endpoint, err);
    zmq_msg_close(&frame);
    return code;
}

/* --- monitors --- */

/* A PAIR that hears of `events` of `socket`, at an address unused so far in this context. What it is
 * told and nobody has read yet is kept without limit: libzmq would wait for us else. */
static void *monitor_open(void *zmq_context, void *socket, const char *name, int events)
{
    const int none = 0;
    if (zmq_socket_monitor(socket, name, events) != 0)
        return NULL;
    void *monitor = zmq_socket(zmq_context, ZMQ_PAIR);
    if (monitor == NULL)
        return NULL;
    if (zmq_setsockopt(monitor, ZMQ_LINGER, &none, sizeof none) != 0 ||
        zmq_setsockopt(monitor, ZMQ_RCVHWM, &none, sizeof none) != 0 ||
        zmq_connect(monitor, name) != 0) {
        const int error = zmq_errno();
        zmq_close(monitor);
        errno = error;
        return NULL;
    }
    return monitor;
}

/* An event is two frames: number (16 bits) and value (32 bits), both in our byte order; address. */
static enum ys_code event_receive(void *monitor, const char *endpoint, uint16_t *event_out,
                                  uint32_t *value_out)
{
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    enum ys_code code = frame_receive(monitor, &frame, endpoint, NULL);
    if (code == YS_OK) {
        const uint8_t *bytes = zmq_msg_data(&frame);
        YS_ASSERT(zmq_msg_size(&frame) == sizeof *event_out + sizeof *value_out);
        memcpy(event_out, bytes, sizeof *event_out);
        memcpy(value_out, bytes + sizeof *event_out, sizeof *value_out);
        if (zmq_msg_more(&frame) != 0)
            code = rest_discard(monitor, endpoint, NULL);
    }
    zmq_msg_close(&frame);
    return code;
}

/* --- listener --- */

bool ys_route_equal(const struct ys_route *a, const struct ys_route *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* ZeroMQ writes a port of the system's choice as a star; a zero it takes, but does not document. */
static void translate_port_zero(char endpoint[ENDPOINT_SIZE])
{
    char *port = strrchr(endpoint, ':') + 1;
    if (strcmp(port, "0") == 0)
        *port = '*';
}

/* On a socket of both families IPv4 reads "tcp://[::ffff:127.0.0.1]:7": write it plainly. */
static void unmap_ipv4(char endpoint[ENDPOINT_SIZE])
{
    const char prefix[] = "tcp://[::ffff:";
    if (strncmp(endpoint, prefix, strlen(prefix)) != 0)
        return;
    const char *address = endpoint + strlen(prefix);
    const size_t size = strspn(address, "0123456789.");
    if (strncmp(address + size, "]:", 2) != 0)
        return;
    const char *port = address + size + 1;
    char *out = endpoint + strlen("tcp://");
    memmove(out, address, size);
    memmove(out + size, port, strlen(port) + 1);
}

/* The name of a listener that closes just now is in use for a moment longer. */
static bool listener_watch(struct ys_listener *listener)
{
    for (unsigned i = 0; i < MONITOR_NAMES && listener->monitor == NULL; i++) {
        char name[ENDPOINT_SIZE];
        const int length = snprintf(name, sizeof name, "inproc://yishi.listener.%u", i);
        YS_ASSERT(length > 0 && length < ENDPOINT_SIZE);
        listener->monitor = monitor_open(listener->zmq_context, listener->socket, name,
                                         ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED);
        if (listener->monitor == NULL && zmq_errno() != EADDRINUSE)
            return false;
    }
    return listener->monitor != NULL;
}

static bool listener_bind(struct ys_listener *listener, const uint8_t *secret)
{
    listener->socket = zmq_socket(listener->zmq_context, ZMQ_ROUTER);
    if (listener->socket == NULL)
        return false;
    size_t size = sizeof listener->endpoint;
    return set_common_options(listener->socket, LISTENER_THREAD, secret) &&
           set_options(listener->socket, listener_options,
                       sizeof listener_options / sizeof listener_options[0]) &&
           zmq_setsockopt(listener->socket, ZMQ_ZAP_DOMAIN, YS_ZAP_DOMAIN, strlen(YS_ZAP_DOMAIN)) ==
               0 &&
           listener_watch(listener) && zmq_bind(listener->socket, listener->endpoint) == 0 &&
           zmq_getsockopt(listener->socket, ZMQ_LAST_ENDPOINT, listener->endpoint, &size) == 0;
}

enum ys_code ys_listener_open(const struct ys_listener_options *options, struct ys_listener **out,
                              struct ys_err *err)
{
    struct ys_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL)
        return ys_fail(err, YS_NOMEM, "%.200s: out of memory", options->endpoint);
    zmq_msg_init(&listener->message);
    listener->zmq_context = options->zmq_context;
    enum ys_code code = endpoint_copy(options->endpoint, listener->endpoint, err);
    if (code == YS_OK)
        code = ys_meter_new(&listener->meter, err);
    if (code == YS_OK) {
        translate_port_zero(listener->endpoint);
        if (listener_bind(listener, options->secret))
            unmap_ipv4(listener->endpoint);
        else
            code = fail_errno(err, options->endpoint);
    }
    if (code != YS_OK) {
        ys_listener_close(listener);
        return code;
    }
    *out = listener;
    return YS_OK;
}

void ys_listener_close(struct ys_listener *listener)
{
    if (listener == NULL)
        return;
    zmq_msg_close(&listener->message);
    if (listener->socket != NULL) {
        zmq_socket_monitor(listener->socket, NULL, 0);
        zmq_close(listener->socket);
    }
    if (listener->monitor != NULL)
        zmq_close(listener->monitor);
    ys_meter_free(listener->meter);
    free(listener);
}

void *ys_listener_socket(const struct ys_listener *listener)
{
    return listener->socket;
}

const char *ys_listener_endpoint(const struct ys_listener *listener)
{
    return listener->endpoint;
}

/* Take up which connections began and ended. */
static enum ys_code connections_update(struct ys_listener *listener, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    while (code == YS_OK) {
        uint16_t event = 0;
        uint32_t value = 0;
        code = event_receive(listener->monitor, listener->endpoint, &event, &value);
        if (code != YS_OK)
            break;
        if (event == ZMQ_EVENT_ACCEPTED)
            code = ys_meter_began(listener->meter, (int)value, err);
        else
            ys_meter_ended(listener->meter, (int)value);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

/* Tell the meter on which connection the message came; one that breaks the rules is to end. */
static enum ys_code hear(struct ys_listener *listener, const struct ys_route *route,
                         const uint8_t key[YS_PUBKEY_LEN], enum ys_code code, struct ys_err *err)
{
    const int fd = zmq_msg_get(&listener->message, ZMQ_SRCFD);
    const enum ys_code updated = connections_update(listener, err);
    if (updated != YS_OK)
        return updated;
    listener->first = ys_meter_heard(listener->meter, fd,
                                     route->size == 0 ? 0 : ys_be32_get(route->bytes + 1), key);
    if (code == YS_MALFORMED)
        ys_meter_part(listener->meter, fd);
    return code;
}

bool ys_listener_first(const struct ys_listener *listener)
{
    return listener->first;
}

size_t ys_listener_connections(const struct ys_listener *listener)
{
    return ys_meter_count(listener->meter);
}

void ys_listener_part(struct ys_listener *listener, const struct ys_route *route)
{
    YS_ASSERT(route->size == ROUTE_SIZE);
    ys_meter_part_route(listener->meter, ys_be32_get(route->bytes + 1));
}

enum ys_code ys_listener_look(struct ys_listener *listener, int64_t now_ms, struct ys_cut *cuts_out,
                              size_t max, size_t *count_out, struct ys_err *err)
{
    const enum ys_code code = connections_update(listener, err);
    if (code == YS_OK)
        *count_out = ys_meter_look(listener->meter, now_ms, cuts_out, max);
    return code;
}

/* Only ids that ZeroMQ itself gives are taken: one that the peer chose is never ours, and whoever
 * chooses may choose another's (ENGINEERING.md 1.3). */
static bool route_read(zmq_msg_t *frame, struct ys_route *route_out)
{
    const uint8_t *bytes = zmq_msg_data(frame);
    if (zmq_msg_size(frame) != ROUTE_SIZE || bytes[0] != 0)
        return false;
    route_out->size = ROUTE_SIZE;
    memcpy(route_out->bytes, bytes, ROUTE_SIZE);
    return true;
}

/* Only a payload frame tells whose it is (ENGINEERING.md 0.3). */
static bool key_read(zmq_msg_t *payload, uint8_t key_out[YS_PUBKEY_LEN])
{
    const char *text = zmq_msg_gets(payload, "User-Id");
    size_t size = 0;
    uint8_t key[YS_PUBKEY_LEN];
    if (text == NULL ||
        sodium_hex2bin(key, sizeof key, text, strlen(text), NULL, &size, NULL) != 0 ||
        size != sizeof key)
        return false;
    memcpy(key_out, key, sizeof key);
    return true;
}

enum ys_code ys_listener_receive(struct ys_listener *listener, struct ys_route *route_out,
                                 uint8_t key_out[YS_PUBKEY_LEN], struct ys_bytes *message_out,
                                 struct ys_err *err)
{
    *route_out = (struct ys_route){0};
    memset(key_out, 0, YS_PUBKEY_LEN);
    frame_renew(&listener->message);
    zmq_msg_t id;
    zmq_msg_init(&id);
    enum ys_code code = frame_receive(listener->socket, &id, listener->endpoint, err);
    if (code == YS_OK) {
        const bool route_known = route_read(&id, route_out);
        code = zmq_msg_more(&id) == 0
                   ? ys_fail(err, YS_MALFORMED, "%s: a message without payload", listener->endpoint)
                   : payload_receive(listener->socket, &listener->message, listener->endpoint, err);
        const bool key_known = key_read(&listener->message, key_out);
        if (code == YS_OK && !(route_known && key_known))
            code = ys_fail(err, YS_MALFORMED, "%s: a message of %s", listener->endpoint,
                           key_known ? "a peer that chose its routing id" : "an unknown key");
        if (code == YS_OK || code == YS_MALFORMED)
            code = hear(listener, route_out, key_out, code, err);
    }
    zmq_msg_close(&id);
    if (code == YS_OK)
        *message_out = (struct ys_bytes){.data = zmq_msg_data(&listener->message),
                                         .size = zmq_msg_size(&listener->message)};
    return code;
}

enum ys_code ys_listener_send(struct ys_listener *listener, const struct ys_route *route,
                              struct ys_bytes message, struct ys_err *err)
{
    return message_send(listener->socket, route, message, listener->endpoint, err);
}

/* --- dialer --- */

/* Unused so far in this context, since a name that closes just now swallows events
 * (ENGINEERING.md 1.3). The key tells dialers of different owners apart. */
static void monitor_name(const uint8_t public_key[YS_PUBKEY_LEN], uint64_t serial,
                         char out[ENDPOINT_SIZE])
{
    char key[KEY_TEXT_SIZE];
    sodium_bin2hex(key, sizeof key, public_key, YS_PUBKEY_LEN);
    const int length =
        snprintf(out, ENDPOINT_SIZE, "inproc://yishi.dialer.%s.%" PRIu64, key, serial);
    YS_ASSERT(length > 0 && length < ENDPOINT_SIZE);
}

static bool dialer_watch(struct ys_dialer *dialer, void *zmq_context, const char *name)
{
    const int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                       ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                       ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED |
                       ZMQ_EVENT_MONITOR_STOPPED;
    dialer->monitor = monitor_open(zmq_context, dialer->socket, name, events);
    return dialer->monitor != NULL;
}

static bool dialer_connect(struct ys_dialer *dialer, const struct ys_dialer_options *options)
{
    uint8_t public_key[YS_PUBKEY_LEN];
    ys_transport_public(options->secret, public_key);
    char name[ENDPOINT_SIZE];
    monitor_name(public_key, options->serial, name);
    dialer->socket = zmq_socket(options->zmq_context, ZMQ_DEALER);
    return dialer->socket != NULL &&
           set_common_options(dialer->socket, DIALER_THREAD, options->secret) &&
           set_options(dialer->socket, dialer_options,
                       sizeof dialer_options / sizeof dialer_options[0]) &&
           zmq_setsockopt(dialer->socket, ZMQ_CURVE_PUBLICKEY, public_key, sizeof public_key) ==
               0 &&
           zmq_setsockopt(dialer->socket, ZMQ_CURVE_SERVERKEY, options->server_public,
                          YS_PUBKEY_LEN) == 0 &&
           dialer_watch(dialer, options->zmq_context, name) &&
           zmq_connect(dialer->socket, dialer->endpoint) == 0;
}

enum ys_code ys_dialer_open(const struct ys_dialer_options *options, struct ys_dialer **out,
                            struct ys_err *err)
{
    struct ys_dialer *dialer = calloc(1, sizeof *dialer);
    if (dialer == NULL)
        return ys_fail(err, YS_NOMEM, "%.200s: out of memory", options->endpoint);
    zmq_msg_init(&dialer->message);
    dialer->state = YS_DIALER_CONNECTING;
    enum ys_code code = endpoint_copy(options->endpoint, dialer->endpoint, err);
    if (code == YS_OK && !dialer_connect(dialer, options))
        code = fail_errno(err, dialer->endpoint);
    if (code != YS_OK) {
        ys_dialer_close(dialer);
        return code;
    }
    *out = dialer;
    return YS_OK;
}

void ys_dialer_close(struct ys_dialer *dialer)
{
    if (dialer == NULL)
        return;
    zmq_msg_close(&dialer->message);
    if (dialer->socket != NULL) {
        zmq_socket_monitor(dialer->socket, NULL, 0);
        zmq_close(dialer->socket);
    }
    if (dialer->monitor != NULL)
        zmq_close(dialer->monitor);
    free(dialer);
}

void *ys_dialer_socket(const struct ys_dialer *dialer)
{
    return dialer->socket;
}

void *ys_dialer_monitor(const struct ys_dialer *dialer)
{
    return dialer->monitor;
}

/* What an event of the monitor makes of `state` (ENGINEERING.md 1.3). DENIED, WRONG_KEY and LOST
 * are final: the disconnection that follows tells nothing new. */
static enum ys_dialer_state state_after(enum ys_dialer_state state, uint16_t event, uint32_t value)
{
    if (state != YS_DIALER_CONNECTING && state != YS_DIALER_READY)
        return state;
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        return YS_DIALER_READY;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        return value == 400 ? YS_DIALER_DENIED : YS_DIALER_LOST;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        return YS_DIALER_WRONG_KEY;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        return value == EPIPE ? YS_DIALER_WRONG_KEY : YS_DIALER_LOST;
    default: /* of ZeroMQ's events those that end a connection */
        return YS_DIALER_LOST;
    }
}

enum ys_dialer_state ys_dialer_update(struct ys_dialer *dialer)
{
    enum ys_code code = YS_OK;
    while (code == YS_OK) {
        uint16_t event = 0;
        uint32_t value = 0;
        code = event_receive(dialer->monitor, dialer->endpoint, &event, &value);
        if (code == YS_OK)
            dialer->state = state_after(dialer->state, event, value);
    }
    if (code != YS_NOT_FOUND)
        dialer->state = state_after(dialer->state, ZMQ_EVENT_MONITOR_STOPPED, 0);
    return dialer->state;
}

enum ys_code ys_dialer_receive(struct ys_dialer *dialer, struct ys_bytes *message_out,
                               struct ys_err *err)
{
    frame_renew(&dialer->message);
    const enum ys_code code =
        payload_receive(dialer->socket, &dialer->message, dialer->endpoint, err);
    if (code == YS_OK)
        *message_out = (struct ys_bytes){.data = zmq_msg_data(&dialer->message),
                                         .size = zmq_msg_size(&dialer->message)};
    return code;
}

enum ys_code ys_dialer_send(struct ys_dialer *dialer, struct ys_bytes message, struct ys_err *err)
{
    return message_send(dialer->socket, NULL, message, dialer->endpoint, err);
}

/* --- self-test --- */

/* Where a listener on `endpoint` is reached from here: a wildcard host becomes the loopback. */
static void endpoint_from_here(const char *endpoint, char out[ENDPOINT_SIZE])
{
    const bool wildcard = strncmp(endpoint, "tcp://0.0.0.0:", strlen("tcp://0.0.0.0:")) == 0 ||
                          strncmp(endpoint, "tcp://[::]:", strlen("tcp://[::]:")) == 0;
    const char *host = wildcard ? "tcp://127.0.0.1" : "";
    const char *rest = wildcard ? strrchr(endpoint, ':') : endpoint;
    const int length = snprintf(out, ENDPOINT_SIZE, "%s%s", host, rest);
    YS_ASSERT(length > 0 && length < ENDPOINT_SIZE);
}

/* Serve `zap` until the stranger's fate is known or `deadline_ms` are waited away. There is no
 * clock here: a turn that waited in vain took its whole time, any other counts as a millisecond. */
static enum ys_code stranger_watch(struct ys_dialer *stranger, struct ys_zap *zap, int deadline_ms,
                                   struct ys_err *err)
{
    zmq_pollitem_t items[] = {{.socket = ys_zap_socket(zap), .events = ZMQ_POLLIN},
                              {.socket = stranger->monitor, .events = ZMQ_POLLIN}};
    enum ys_code code = YS_OK;
    int left_ms = deadline_ms;
    while (code == YS_OK && left_ms > 0 && ys_dialer_update(stranger) == YS_DIALER_CONNECTING) {
        const int ready = zmq_poll(items, 2, WATCH_TURN_MS);
        if (ready < 0 && zmq_errno() != EINTR)
            code = fail_errno(err, stranger->endpoint);
        else
            code = ys_zap_serve(zap, ys_zap_served_at_ms(zap), err);
        left_ms -= ready == 0 ? WATCH_TURN_MS : 1;
    }
    return code;
}

static enum ys_code stranger_verdict(struct ys_dialer *stranger, struct ys_err *err)
{
    const char *endpoint = stranger->endpoint;
    switch (ys_dialer_update(stranger)) {
    case YS_DIALER_DENIED:
        return YS_OK;
    case YS_DIALER_READY:
        return ys_fail(err, YS_DENIED, "%s: a stranger passed the handshake", endpoint);
    case YS_DIALER_WRONG_KEY:
        return ys_fail(err, YS_IO, "%s: our own transport key is not the listener's", endpoint);
    case YS_DIALER_LOST:
        return ys_fail(err, YS_IO, "%s: our own listener is out of reach", endpoint);
    case YS_DIALER_CONNECTING:
        break;
    }
    return ys_fail(err, YS_IO, "%s: our own listener did not answer in time", endpoint);
}

enum ys_code ys_listener_selftest(struct ys_listener *listener, struct ys_zap *zap,
                                  const uint8_t server_public[YS_PUBKEY_LEN],
                                  const uint8_t stray_secret[YS_SEED_LEN], int deadline_ms,
                                  struct ys_err *err)
{
    char endpoint[ENDPOINT_SIZE];
    endpoint_from_here(listener->endpoint, endpoint);
    const struct ys_dialer_options options = {.zmq_context = listener->zmq_context,
                                              .endpoint = endpoint,
                                              .server_public = server_public,
                                              .secret = stray_secret};
    struct ys_dialer *stranger = NULL;
    enum ys_code code = ys_dialer_open(&options, &stranger, err);
    if (code != YS_OK)
        return code;
    YS_ASSERT(stranger != NULL);
    code = stranger_watch(stranger, zap, deadline_ms, err);
    if (code == YS_OK)
        code = stranger_verdict(stranger, err);
    ys_dialer_close(stranger);
    return code;
}
