/* The two ends of a link over ZeroMQ with CURVE: a listener (ROUTER) at a parent
 * and a dialer (DEALER) at a child. With zap.c the only files that know ZeroMQ.
 *
 * Moves opaque messages of at most YS_MESSAGE_MAX bytes, one frame each; keeps no
 * queue of its own, never blocks, decides nothing. Socket options are those of
 * ENGINEERING.md 1.2. Peers are known by their transport key alone; routing ids
 * never leave this file but as opaque `struct ys_route`.
 *
 * Threads: the network thread only. */
#ifndef YS_SYNC_ZMQ_LINK_H
#define YS_SYNC_ZMQ_LINK_H

#include "crypto/key.h"
#include "proto/limits.h"
#include "sync/meter.h"
#include "sync/zap.h"

/* One ZeroMQ context; sodium_init() comes first. `random_seed` are 32 random bits for srand():
 * auto-generated routing ids of libzmq are guessable without it, and a guessed one aborts the
 * process (ENGINEERING.md 0.1). */
YS_CHECKED enum ys_code ys_zmq_context_open(uint32_t random_seed, void **context_out,
                                            struct ys_err *err);
/* Waits until every socket of it is closed. `context` may be NULL. */
void ys_zmq_context_close(void *context);

/* --- listener --- */

struct ys_listener;
enum { YS_ROUTE_MAX = 16 };
/* One connection of one peer. Plain value; compare with ys_route_equal. Never shown to a peer. */
struct ys_route {
    uint8_t size;
    uint8_t bytes[YS_ROUTE_MAX];
};
bool ys_route_equal(const struct ys_route *a, const struct ys_route *b);

struct ys_listener_options {
    void *zmq_context;
    /* "tcp://host:port" with an address, an interface or * as host; port 0 or * lets the system
     * choose. */
    const char *endpoint;
    const uint8_t *secret; /* X25519 secret key, 32 bytes */
};
/* The context must have a ZAP handler already. YS_BUSY when the address is in use, YS_MALFORMED
 * when it is no TCP address, YS_IO with the address otherwise. What ys_listener_close has left is
 * in use for a moment longer: after YS_BUSY try again at the next turn. */
YS_CHECKED enum ys_code ys_listener_open(const struct ys_listener_options *options,
                                         struct ys_listener **out, struct ys_err *err);
/* `listener` may be NULL. Cuts every connection: the only way to throw out a revoked key. */
void ys_listener_close(struct ys_listener *listener);
void *ys_listener_socket(const struct ys_listener *listener);
/* The real endpoint, with the port that was chosen. Valid until close. */
const char *ys_listener_endpoint(const struct ys_listener *listener);

/* Next message, if one waits. YS_NOT_FOUND when none. `key_out` is the transport key that the
 * handshake proved, read from the payload frame (ENGINEERING.md 0.3). The bytes are valid until the
 * next call. A message that is not exactly one frame, or larger than YS_MESSAGE_MAX, or without a
 * key, or of a peer that chose its own routing id, is read to its end and reported as YS_MALFORMED;
 * its connection is cut a moment later.
 * `route_out` and `key_out` are written in every case: zero where not known. */
YS_CHECKED enum ys_code ys_listener_receive(struct ys_listener *listener,
                                            struct ys_route *route_out,
                                            uint8_t key_out[YS_PUBKEY_LEN],
                                            struct ys_bytes *message_out, struct ys_err *err);
/* Of the message that ys_listener_receive returned last: was it the first of its connection? */
bool ys_listener_first(const struct ys_listener *listener);
/* Connections that stand or begin, as of the last call of receive or look. */
size_t ys_listener_connections(const struct ys_listener *listener);
/* Cut a connection, a moment from now: what is sent to it
 * may still leave. */
void ys_listener_part(struct ys_listener *listener, const struct ys_route *route);
/* Cut the connections that meter.h says are to be cut: a few times a second, or what one key sends
 * without end fills the memory. The connections that were cut, at most `max`. */
YS_CHECKED enum ys_code ys_listener_look(struct ys_listener *listener, int64_t now_ms,
                                         struct ys_cut *cuts_out, size_t max, size_t *count_out,
                                         struct ys_err *err);
/* YS_OK: handed to ZeroMQ. YS_BUSY: the peer's queue is full, try at the next turn. YS_NOT_FOUND:
 * the connection is gone. */
YS_CHECKED enum ys_code ys_listener_send(struct ys_listener *listener, const struct ys_route *route,
                                         struct ys_bytes message, struct ys_err *err);

/* Dial our own listener with a key that `allow` must refuse, and require the handshake to fail:
 * proof that the ZAP handler works. Serves `zap` meanwhile; its counts show one refusal more.
 * `stray_secret` are 32 random bytes, new ones at each call. YS_DENIED when the stranger got in,
 * YS_IO when nothing was learned before `deadline_ms` of waiting. */
YS_CHECKED enum ys_code ys_listener_selftest(struct ys_listener *listener, struct ys_zap *zap,
                                             const uint8_t server_public[YS_PUBKEY_LEN],
                                             const uint8_t stray_secret[YS_SEED_LEN],
                                             int deadline_ms, struct ys_err *err);

/* --- dialer: one connection attempt, one object --- */

struct ys_dialer;
/* For the owner's clock: a name that cannot be looked up gives no event at all, so an attempt that
 * is still CONNECTING after this time is to be closed as lost. */
enum { YS_DIALER_PATIENCE_MS = 30 * 1000 };

struct ys_dialer_options {
    void *zmq_context;
    const char *endpoint;         /* "tcp://host:port" */
    const uint8_t *server_public; /* 32 bytes, pinned */
    const uint8_t *secret;        /* our X25519 secret key */
    uint64_t serial;              /* distinct for each attempt in this context (monitor address) */
};
/* A parent that puts us off (ZAP 300) cuts the handshake at once or when its time ends, and so
 * looks like WRONG_KEY, as does one that stops just then: believe that only when it stays after a
 * pause longer than the parent's window. */
enum ys_dialer_state {
    YS_DIALER_CONNECTING,
    YS_DIALER_READY,     /* handshake done: messages may flow */
    YS_DIALER_DENIED,    /* the parent does not know our key */
    YS_DIALER_WRONG_KEY, /* the other end does not hold the pinned key, or speaks no CURVE */
    YS_DIALER_LOST       /* refused, unreachable or cut */
};
/* Starts connecting; never waits. YS_MALFORMED for an address that ZeroMQ cannot read, YS_BUSY for
 * a `serial` that was used before. */
YS_CHECKED enum ys_code ys_dialer_open(const struct ys_dialer_options *options,
                                       struct ys_dialer **out, struct ys_err *err);
/* `dialer` may be NULL. Drops what was not sent yet. */
void ys_dialer_close(struct ys_dialer *dialer);
/* Both are to be polled for input. */
void *ys_dialer_socket(const struct ys_dialer *dialer);
void *ys_dialer_monitor(const struct ys_dialer *dialer);
/* Read what the monitor has to say. Once DENIED, WRONG_KEY or LOST the object is of no more use. */
enum ys_dialer_state ys_dialer_update(struct ys_dialer *dialer);
/* As for the listener; YS_BUSY also before the connection stands and after it was lost. */
YS_CHECKED enum ys_code ys_dialer_receive(struct ys_dialer *dialer, struct ys_bytes *message_out,
                                          struct ys_err *err);
YS_CHECKED enum ys_code ys_dialer_send(struct ys_dialer *dialer, struct ys_bytes message,
                                       struct ys_err *err);

#endif
