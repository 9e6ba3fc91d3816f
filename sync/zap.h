/* ZAP handler (RFC 27): who passes the CURVE handshake at our listener.
 *
 * CURVE without a live handler lets everybody in (ENGINEERING.md 0.2), so it is
 * opened before any listener of its context and closed after the last. It asks
 * one question of its owner: may this transport key connect? Unknown keys fail
 * the handshake (400); a key that handshakes too often is put off (300: libzmq
 * cuts it without a word, at once or when the time for the handshake ends).
 * Decides nothing about who is enrolled.
 *
 * Threads: the network thread only. Memory: fixed tables. */
#ifndef YS_SYNC_ZAP_H
#define YS_SYNC_ZAP_H

#include "crypto/key.h"

struct ys_zap;

/* ZAP domain of our listeners; requests of any other are refused. */
#define YS_ZAP_DOMAIN "sync"

/* `now_ms` is a monotonic clock, read once a turn by the owner. */
struct ys_zap_options {
    void *zmq_context;
    /* True when the X25519 key may speak to us. Called from ys_zap_serve. */
    bool (*allow)(void *context, const uint8_t key[YS_PUBKEY_LEN]);
    void *context;
    unsigned handshakes_max; /* of one key ... */
    int64_t window_ms;       /* ... since the first of them; 3 in 10 s are usual */
};

/* The options are copied. YS_BUSY when the context has a handler already. */
YS_CHECKED enum ys_code ys_zap_open(const struct ys_zap_options *options, struct ys_zap **out,
                                    struct ys_err *err);
/* `zap` may be NULL. */
void ys_zap_close(struct ys_zap *zap);
/* The ZeroMQ socket to poll for input. */
void *ys_zap_socket(const struct ys_zap *zap);
/* Answer every request that waits, at most 256 of them. What is no proper ZAP 1.0 request gets no
 * answer; one of another domain, mechanism or key size is refused. */
YS_CHECKED enum ys_code ys_zap_serve(struct ys_zap *zap, int64_t now_ms, struct ys_err *err);
/* `now_ms` of the last ys_zap_serve; 0 before the first. */
int64_t ys_zap_served_at_ms(const struct ys_zap *zap);

/* Let no handshake of this key pass before `until_ms`. */
void ys_zap_put_off(struct ys_zap *zap, const uint8_t key[YS_PUBKEY_LEN], int64_t until_ms);
/* A first message came on a connection of this key. */
void ys_zap_heard(struct ys_zap *zap, const uint8_t key[YS_PUBKEY_LEN]);
/* Keys let in from `address` (numeric, without port) since `since_ms` on a connection that has said
 * nothing yet: who may be behind one that is to blame. How many; the last of them is `key_out`. */
size_t ys_zap_silent(const struct ys_zap *zap, const char *address, int64_t since_ms,
                     uint8_t key_out[YS_PUBKEY_LEN]);

/* For status and metrics: handshakes let in, refused as unknown, put off; the last refused key. */
struct ys_zap_counts {
    uint64_t allowed, refused, deferred;
    uint8_t last_refused[YS_PUBKEY_LEN];
};
struct ys_zap_counts ys_zap_counts(const struct ys_zap *zap);

#endif
