/* Asking a parent to be enrolled: one JOIN over a connection of its own, and what comes
 * back. Works whether or not the node's daemon runs.
 *
 * Decides nothing about roots or settings. Threads: main; it waits. Memory: a ZeroMQ
 * context for the time of the call. */
#ifndef YS_NODE_ASKING_H
#define YS_NODE_ASKING_H

#include "crypto/key.h"
#include "proto/root.h"

enum ys_asked_state { YS_ASKED_PENDING, YS_ASKED_ADMITTED, YS_ASKED_REFUSED };
enum { YS_ASKED_TEXT_MAX = 4 * 300 };

/* Plain value. */
struct ys_asked {
    enum ys_asked_state state;
    char text[YS_ASKED_TEXT_MAX + 1]; /* why, of a refusal */
    struct ys_root_chain roots;       /* the parent's; count 0: it told none */
};

struct ys_asking {
    const char *endpoint;      /* tcp://host:port of the parent */
    const uint8_t *parent_key; /* its transport key */
    const uint8_t *secret;     /* the one-time key, or the node's own transport key */
    struct ys_bytes join;      /* packed Join, checked */
    /* Called for each answer, PENDING first if it must be waited for; false ends the waiting. Errors
     * are put into `err`, and given back by ys_ask. */
    enum ys_code (*heard)(void *context, const struct ys_asked *asked, bool *wait_out,
                          struct ys_err *err);
    void *context;
};

/* Until `heard` wants no more. YS_IO when the parent cannot be reached before anything was heard;
 * YS_DENIED when it does not know the key, or is not who the key says; later on a lost connection is
 * made again, as often as needed. */
YS_CHECKED enum ys_code ys_ask(const struct ys_asking *asking, struct ys_err *err);

#endif
