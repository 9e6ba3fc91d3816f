/* Messages on their way to one peer: what the transport would not take at once.
 *
 * Threads: the network thread. Memory: a heap block a message, at most
 * YS_OUTBOX_MAX bytes in all. */
#ifndef YS_NODE_OUTBOX_H
#define YS_NODE_OUTBOX_H

#include "crypto/bytes.h"
#include "crypto/err.h"

struct ys_parcel;

/* Plain value; zero is empty. */
struct ys_outbox {
    struct ys_parcel *first, *last;
    uint64_t bytes;
};

enum { YS_OUTBOX_MAX = 16 * 1024 * 1024, YS_OUTBOX_ROOM = 1024 * 1024 };

/* Copies. YS_LIMIT when the peer has left too much unread: give it up. */
YS_CHECKED enum ys_code ys_outbox_put(struct ys_outbox *box, struct ys_bytes message,
                                      struct ys_err *err);
/* The oldest message, empty when none; valid until ys_outbox_drop. */
struct ys_bytes ys_outbox_peek(const struct ys_outbox *box);
void ys_outbox_drop(struct ys_outbox *box);
void ys_outbox_clear(struct ys_outbox *box);
/* May more records be queued? */
bool ys_outbox_has_room(const struct ys_outbox *box);

#endif
