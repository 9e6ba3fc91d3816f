#include "sync/poll.h"

#include "crypto/assert.h"

#include <errno.h>
#include <zmq.h>

enum ys_code ys_poll(struct ys_poll_item *items, size_t count, long timeout_ms, struct ys_err *err)
{
    zmq_pollitem_t polled[YS_POLL_MAX];
    YS_ASSERT(count <= YS_POLL_MAX);
    for (size_t i = 0; i < count; i++)
        polled[i] =
            (zmq_pollitem_t){.socket = items[i].socket, .fd = items[i].fd, .events = ZMQ_POLLIN};
    const int found = zmq_poll(polled, (int)count, timeout_ms);
    if (found < 0 && errno != EINTR)
        return ys_fail(err, YS_IO, "waiting for the network: %s", zmq_strerror(errno));
    for (size_t i = 0; i < count; i++)
        items[i].ready = found > 0 && (polled[i].revents & (ZMQ_POLLIN | ZMQ_POLLERR)) != 0;
    return YS_OK;
}
