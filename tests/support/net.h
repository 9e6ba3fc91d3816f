/* A parent and its children on the loopback, for tests of the link.
 *
 * Real handshakes in one thread: every wait goes through net_turn, which serves the ZAP handler as
 * the network thread of a node does. Whatever goes wrong fails the test. */
#ifndef YS_TESTS_SUPPORT_NET_H
#define YS_TESTS_SUPPORT_NET_H

#include "sync/zmq_link.h"

enum {
    NET_CHILDREN = 2,
    NET_DIALERS_MAX = 16,
    NET_RAW_MAX = 16,
    NET_DEADLINE_MS = 120 * 1000, /* of a whole test */
    NET_WINDOW_MS = 10 * 1000     /* of the handshakes that are counted */
};

struct keys {
    uint8_t secret[YS_SEED_LEN];
    uint8_t public_key[YS_PUBKEY_LEN];
};

struct net {
    void *zmq_context;
    struct ys_zap *zap;
    struct ys_listener *listener;
    struct keys parent, child[NET_CHILDREN], stranger;
    bool everybody_may_speak;
    struct ys_dialer *dialer[NET_DIALERS_MAX];
    void *raw[NET_RAW_MAX];
    size_t dialers, raws;
    int64_t now_ms; /* what the ZAP handler is told */
    int64_t deadline_ms;
};

/* What ys_listener_receive said last. */
struct arrival {
    enum ys_code code;
    struct ys_route route;
    uint8_t key[YS_PUBKEY_LEN];
    struct ys_bytes message;
};

/* Keys whose secret is that byte over and over. */
struct keys net_keys(uint8_t byte);

/* cmocka fixtures: a parent that listens, with two enrolled children. The strict one lets a key make
 * two handshakes in its window. */
int net_open(void **state);
int net_open_strict(void **state);
int net_close(void **state);

/* A listener of the parent in `net->listener`. */
enum ys_code net_listen_on(struct net *net, const char *endpoint, struct ys_err *err);
/* Wait for anything to happen, at most 10 ms, and let the ZAP handler answer. Fails the test after
 * its deadline. */
void net_turn(struct net *net);

/* A connection that begins; the net closes it at the end. */
struct ys_dialer *net_dial(struct net *net, const struct keys *keys,
                           const uint8_t server_public[YS_PUBKEY_LEN], const char *endpoint);
/* Its state, once it is not CONNECTING. */
enum ys_dialer_state net_settle(struct net *net, struct ys_dialer *dialer);
/* A connection of `keys` to our listener that stands. */
struct ys_dialer *net_connect(struct net *net, const struct keys *keys);
void net_wait_until_lost(struct net *net, struct ys_dialer *dialer);
/* Close it now instead of at the end. */
void net_hang_up(struct net *net, struct ys_dialer *dialer);

/* What the listener has; the next is waited for. */
struct arrival net_poll(struct net *net);
struct arrival net_next_arrival(struct net *net);
void net_assert_arrives(const struct arrival *arrival, const struct keys *from, const char *text);
/* The next message of the parent. Valid until the next call. */
struct ys_bytes net_next_reply(struct net *net, struct ys_dialer *dialer);

/* Send, as soon as there is room. */
void net_say(struct net *net, struct ys_dialer *dialer, struct ys_bytes message);
void net_say_text(struct net *net, struct ys_dialer *dialer, const char *text);
/* Byte i is i mod 251. Valid until the next call. */
struct ys_bytes net_long_message(size_t size);

/* Peers that speak ZeroMQ as they like: a socket with CURVE keys, and a DEALER to our listener with
 * a routing id of its own choice, if `id` is not empty. */
void *net_raw_socket(struct net *net, int type, const struct keys *keys);
void *net_raw_dial(struct net *net, const struct keys *keys, struct ys_bytes id);
void net_raw_send(void *socket, struct ys_bytes frame, int flags);
void net_raw_send_text(void *socket, const char *text, int flags);

#endif
