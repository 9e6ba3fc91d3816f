/* Waiting for ZeroMQ sockets and plain file descriptors together.
 *
 * Threads: the network thread. */
#ifndef YS_SYNC_POLL_H
#define YS_SYNC_POLL_H

#include "crypto/err.h"

#include <stdbool.h>
#include <stddef.h>

struct ys_poll_item {
    void *socket; /* a ZeroMQ socket, or NULL for `fd` */
    int fd;
    bool ready; /* out: input waits */
};

/* Wait until one is ready or `timeout_ms` (-1: for ever) has passed. A signal ends the wait like a
 * time-out. `count` is at most YS_POLL_MAX. */
enum { YS_POLL_MAX = 32 };
YS_CHECKED enum ys_code ys_poll(struct ys_poll_item *items, size_t count, long timeout_ms,
                                struct ys_err *err);

#endif
