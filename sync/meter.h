/* What came in on each TCP connection of a listener since its last message, as the
 * kernel counts it.
 *
 * libzmq keeps the frames of a message that does not end, as many as come and
 * unseen by its owner (ENGINEERING.md 0.4). So its descriptors are looked at from
 * outside: a connection that brought too much and no message, or said nothing at
 * all for long, is shut down, which makes libzmq drop what it kept of it. Others are
 * not touched. Decides nothing about whose fault it was.
 *
 * A descriptor is libzmq's: it may be closed, and used again, a moment before we are
 * told. The worst that comes of it is that another connection is cut, and dials again.
 *
 * Threads: the network thread. Memory: heap, a small row for each descriptor. */
#ifndef YS_SYNC_METER_H
#define YS_SYNC_METER_H

#include "crypto/key.h"

struct ys_meter;

enum {
    /* Far more than the credit of a child and all that it may say without. */
    YS_UNENDED_MAX = 4 * 1024 * 1024,
    /* From accepted to the first message: a slow handshake takes 8 s. */
    YS_SILENCE_MAX_MS = 30 * 1000,
    /* What was sent to a connection that ends may still leave. */
    YS_PARTING_MS = 2 * 1000,
    YS_ADDRESS_TEXT_MAX = 64
};

enum ys_cut_cause { YS_CUT_UNENDED, YS_CUT_SILENT, YS_CUT_PARTED };

/* One connection that was cut. Plain value. */
struct ys_cut {
    enum ys_cut_cause cause;
    uint64_t bytes; /* that came in since its last message */
    int64_t age_ms;
    char address[YS_ADDRESS_TEXT_MAX]; /* numeric, without port; empty when not known */
    bool key_known;                    /* a message of it had come */
    uint8_t key[YS_PUBKEY_LEN];
};

YS_CHECKED enum ys_code ys_meter_new(struct ys_meter **out, struct ys_err *err);
/* `meter` may be NULL. */
void ys_meter_free(struct ys_meter *meter);

/* A connection began, or ended, on this descriptor. */
YS_CHECKED enum ys_code ys_meter_began(struct ys_meter *meter, int fd, struct ys_err *err);
void ys_meter_ended(struct ys_meter *meter, int fd);
/* A whole message of `key` came on it. True when it was the first. `route` is what the owner calls
 * the connection. */
bool ys_meter_heard(struct ys_meter *meter, int fd, uint32_t route,
                    const uint8_t key[YS_PUBKEY_LEN]);
/* Cut the connection on this descriptor, or of this route, at a look after YS_PARTING_MS. */
void ys_meter_part(struct ys_meter *meter, int fd);
void ys_meter_part_route(struct ys_meter *meter, uint32_t route);

/* Connections that are watched. */
size_t ys_meter_count(const struct ys_meter *meter);
/* Cut who is to be cut, at most `max`; how many were. `now_ms` is a monotonic clock; time counts
 * from the first look. */
size_t ys_meter_look(struct ys_meter *meter, int64_t now_ms, struct ys_cut *cuts_out, size_t max);

#endif
