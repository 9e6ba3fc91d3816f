/* The daemon of one node: one network thread that owns every socket and session,
 * a writer thread, and workers that judge signatures.
 *
 * Its only inputs are the options, the invitations of the home, the doorbell and the
 * network. Logs one line an
 * event, `key=value`, through the callback.
 *
 * Threads: ys_daemon_run is called once, from the main thread, with the signals
 * that end it blocked. Memory: heap. */
#ifndef YS_NODE_DAEMON_H
#define YS_NODE_DAEMON_H

#include "node/config.h"
#include "node/home.h"
#include "node/journal.h"
#include "proto/root.h"
#include "sync/witness.h"

/* Where somebody listens whom we dial: the parent, or one whom an observer observes. Plain value. */
enum { YS_LINKS_MAX = YS_OBSERVED_MAX };
struct ys_link_setting {
    struct ys_division host;
    char endpoint[128]; /* empty: none */
    uint8_t public_key[YS_PUBKEY_LEN];
};
struct ys_link_settings {
    size_t count;
    struct ys_link_setting link[YS_LINKS_MAX]; /* of a node: the parent alone */
};

struct ys_daemon_options {
    const struct ys_store *store;
    const struct ys_node_keys *keys;
    const struct ys_root_chain *roots;
    const char *listen; /* endpoint, or NULL: no children */
    struct ys_link_settings links;
    const char *guard_path;     /* guard.h; NULL at a node that has a parent */
    const struct ys_home *home; /* invitations and requests to join; NULL: none are heard */
    int doorbell_fd;            /* readable when another process has written to the store */
    int signal_fd; /* signalfd of SIGTERM, SIGINT (end) and SIGHUP (read settings, dial) */
    uint32_t dial_delay_max_ms; /* first dial after a random part of this */
    const char *software;
    /* Called once, when children may dial: the real endpoint (NULL without a listener). */
    void (*ready)(void *context, const char *endpoint);
    /* State of the link to the parent, when it changes: "connected", "denied", "wrong_key", "lost",
     * "ended"; of several, of one that is not connected, behind its code. May be NULL. */
    void (*link)(void *context, const char *state);
    /* How far the wall clock is ahead of the parent's, when that changes: 0 while they agree within two
     * minutes. May be NULL. */
    void (*clock)(void *context, int64_t ahead_s);
    /* The wall clock jumped by so much and shows `now_s`. May be NULL. */
    void (*jumped)(void *context, int64_t jump_s, int64_t now_s);
    /* Called at the start and whenever membership records may have come. May be NULL. */
    void (*membership)(void *context, struct ys_txn *txn);
    /* Read the settings again, after SIGHUP or a ring of the doorbell; false: keep what we have. */
    bool (*reload)(void *context, struct ys_link_settings *out);
    /* Read the pinned root file again, after a ring of the doorbell; false: keep what we have. */
    bool (*reload_roots)(void *context, struct ys_root_chain *out);
    void *context;
};

/* Runs until a signal ends it: YS_OK. Any other code is a local failure, described in `err`. */
YS_CHECKED enum ys_code ys_daemon_run(const struct ys_daemon_options *options, struct ys_err *err);

#endif
