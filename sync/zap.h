/* ZAP handler (RFC 27): who passes the CURVE handshake at our listener.
 *
 * CURVE without a live handler lets everybody in (ENGINEERING.md 0.2), so it is
 * opened before any listener of its context and closed after the last. It asks
 * one question of its owner: may this transport key connect? Unknown keys fail
 * the handshake (400); a key that handshakes too often is put off (300).
 *
 * Threads: the network thread only. Memory: fixed tables. */
#ifndef YS_SYNC_ZAP_H
#define YS_SYNC_ZAP_H

#include "crypto/key.h"

struct ys_zap;

/* `now_ms` is a monotonic clock, read once a turn by the owner. */
struct ys_zap_options {
    void *zmq_context;
    /* True when the X25519 key may speak to us. Called from ys_zap_serve. */
    bool (*allow)(void *context, const uint8_t key[YS_PUBKEY_LEN]);
    void *context;
    unsigned handshakes_max; /* of one key ... */
    int64_t window_ms;       /* ... in this time; 3 in 10 s are usual */
};

YS_CHECKED enum ys_code ys_zap_open(const struct ys_zap_options *options, struct ys_zap **out,
                                    struct ys_err *err);
/* NULL is allowed. */
void ys_zap_close(struct ys_zap *zap);
/* The ZeroMQ socket to poll for input. */
void *ys_zap_socket(const struct ys_zap *zap);
/* Answer every request that waits, at most 256 of them. */
YS_CHECKED enum ys_code ys_zap_serve(struct ys_zap *zap, int64_t now_ms, struct ys_err *err);

/* For status and metrics: handshakes let in, refused as unknown, put off; the last refused key. */
struct ys_zap_counts {
    uint64_t allowed, refused, deferred;
    uint8_t last_refused[YS_PUBKEY_LEN];
};
struct ys_zap_counts ys_zap_counts(const struct ys_zap *zap);

#endif
