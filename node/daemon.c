#include "node/daemon.h"

#include "node/daemon_state.h"

#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
    SELFTEST_MS = 5000,
    BUSY_WAIT_MS = 5, /* while a peer's queue is full */
    IDLE_WAIT_MS = 1000,
    HANDSHAKES_MAX = 3,
    HANDSHAKES_WINDOW_MS = 10000,
};

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- opening and closing --- */

static enum ys_code open_listener(struct ys_daemon *daemon, struct ys_err *err)
{
    const struct ys_daemon_options *const options = daemon->options;
    const struct ys_zap_options zap = {.zmq_context = daemon->zmq,
                                       .allow = ys_daemon_allows,
                                       .context = daemon,
                                       .handshakes_max = HANDSHAKES_MAX,
                                       .window_ms = HANDSHAKES_WINDOW_MS};
    uint8_t stray[YS_SEED_LEN];
    enum ys_code code = ys_zap_open(&zap, &daemon->zap, err);
    if (code == YS_OK)
        code = ys_listener_open(
            &(struct ys_listener_options){.zmq_context = daemon->zmq,
                                          .endpoint = options->listen,
                                          .secret = options->keys->transport_secret},
            &daemon->listener, err);
    if (code != YS_OK)
        return code;
    randombytes_buf(stray, sizeof stray);
    return ys_listener_selftest(daemon->listener, daemon->zap, options->keys->transport_public,
                                stray, SELFTEST_MS, err);
}

static enum ys_code open_all(struct ys_daemon *daemon, struct ys_err *err)
{
    const struct ys_daemon_options *const options = daemon->options;
    enum ys_code code =
        ys_member_new(&options->roots->policy[0],
                      daemon->observer ? &options->roots->policy[0].division : &daemon->self,
                      &daemon->member, err);
    if (code == YS_OK)
        code = ys_member_follow(daemon->member, options->roots, err);
    if (code == YS_OK)
        code = ys_zmq_context_open(randombytes_random(), &daemon->zmq, err);
    if (code == YS_OK)
        code = ys_committer_open(options->store, options->keys, &daemon->committer, err);
    if (code == YS_OK)
        code = ys_verifier_open(&(struct ys_verifier_options){.store = options->store,
                                                              .member = daemon->member,
                                                              .committer = daemon->committer},
                                &daemon->verifier, err);
    if (code == YS_OK)
        code = ys_daemon_begin(daemon, err);
    if (code == YS_OK)
        code = ys_daemon_blobs_open(daemon, err);
    ys_daemon_reload_invites(daemon);
    if (code == YS_OK && options->listen != NULL)
        code = open_listener(daemon, err);
    return code;
}

static void close_all(struct ys_daemon *daemon)
{
    ys_daemon_erase_end(daemon);
    ys_daemon_blobs_close(daemon);
    ys_verifier_close(daemon->verifier);
    ys_committer_close(daemon->committer);
    for (size_t i = 0; i < daemon->link_count; i++)
        ys_dialer_close(daemon->links[i].dialer);
    ys_listener_close(daemon->listener);
    ys_zap_close(daemon->zap);
    if (daemon->zmq != NULL)
        ys_zmq_context_close(daemon->zmq);
    ys_daemon_forget_applicants(daemon);
    ys_member_free(daemon->member);
}

/* --- the loop --- */

enum { AT_SIGNAL, AT_DOORBELL, AT_RESULTS, AT_BLOBS, AT_ZAP, AT_LISTENER, AT_COUNT };
_Static_assert(AT_COUNT + 2 * YS_LINKS_MAX <= YS_POLL_MAX, "each link has two sources");

static void drain(int fd)
{
    char bytes[64];
    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
}

static void take_signal(struct ys_daemon *daemon)
{
    struct signalfd_siginfo info;
    while (read(daemon->options->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            ys_daemon_reload(daemon);
            ys_daemon_dial_now(daemon);
        } else {
            daemon->ending = true;
        }
    }
}

static void add_source(struct ys_poll_item *items, size_t *count, int *place, void *socket, int fd)
{
    *place = (int)*count;
    items[(*count)++] = (struct ys_poll_item){.socket = socket, .fd = fd};
}

static size_t list_sources(const struct ys_daemon *daemon, struct ys_poll_item *items, int *at)
{
    size_t count = 0;
    for (int i = 0; i < AT_COUNT; i++)
        at[i] = -1;
    /* NOLINTNEXTLINE(bugprone-macro-parentheses): `what` is an initialiser */
    add_source(items, &count, &at[AT_SIGNAL], NULL, daemon->options->signal_fd);
    add_source(items, &count, &at[AT_DOORBELL], NULL, daemon->options->doorbell_fd);
    add_source(items, &count, &at[AT_RESULTS], NULL, ys_committer_fd(daemon->committer));
    if (ys_daemon_blobs_fd(daemon) >= 0)
        add_source(items, &count, &at[AT_BLOBS], NULL, ys_daemon_blobs_fd(daemon));
    if (daemon->listener != NULL) {
        add_source(items, &count, &at[AT_ZAP], ys_zap_socket(daemon->zap), -1);
        add_source(items, &count, &at[AT_LISTENER], ys_listener_socket(daemon->listener), -1);
    }
    for (size_t i = 0; i < daemon->link_count; i++) {
        int nowhere = 0; /* every link is looked at in every turn */
        if (daemon->links[i].dialer == NULL)
            continue;
        add_source(items, &count, &nowhere, ys_dialer_socket(daemon->links[i].dialer), -1);
        add_source(items, &count, &nowhere, ys_dialer_monitor(daemon->links[i].dialer), -1);
    }
    return count;
}

static enum ys_code serve_sources(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                  const struct ys_poll_item *items, const int *at,
                                  struct ys_err *err)
{
    enum ys_code code = YS_OK;
#define READY(place) (at[place] >= 0 && items[at[place]].ready)
    if (READY(AT_SIGNAL))
        take_signal(daemon);
    if (READY(AT_ZAP))
        code = ys_zap_serve(daemon->zap, daemon->now_ms, err);
    if (code == YS_OK && READY(AT_RESULTS))
        code = ys_daemon_take_results(daemon, turn, err);
    if (code == YS_OK && READY(AT_DOORBELL)) {
        drain(daemon->options->doorbell_fd);
        ys_daemon_reload(daemon);
        ys_daemon_reload_invites(daemon);
        daemon->applicants_moved = true;
        code = ys_daemon_doorbell(daemon, turn, err);
    }
    if (code == YS_OK && READY(AT_LISTENER))
        code = ys_daemon_hear_children(daemon, turn, err);
    if (code == YS_OK && READY(AT_BLOBS))
        ys_daemon_blobs_take(daemon, turn);
#undef READY
    if (code == YS_OK)
        code = ys_daemon_tend_links(daemon, turn, err);
    return code;
}

static long wait_ms(const struct ys_daemon *daemon, bool busy)
{
    int64_t wait = ys_daemon_watch_wait_ms(daemon, busy ? BUSY_WAIT_MS : IDLE_WAIT_MS);
    const int64_t next_dial_ms = ys_daemon_next_dial_ms(daemon);
    const int64_t until_dial = next_dial_ms == INT64_MAX ? wait : next_dial_ms - monotonic_ms();
    if (until_dial < wait)
        wait = until_dial < 0 ? 0 : until_dial;
    const int64_t until_erase = daemon->erasing.next_ms - monotonic_ms();
    if ((daemon->erasing.moved || daemon->erasing.wipe_moved) && until_erase < wait)
        wait = until_erase < 0 ? 0 : until_erase;
    if (daemon->store_moved || daemon->membership_moved)
        wait = 0;
    return (long)ys_daemon_blobs_wait_ms(daemon, wait);
}

static enum ys_code one_turn(struct ys_daemon *daemon, bool *busy, struct ys_err *err)
{
    struct ys_poll_item items[YS_POLL_MAX];
    int at[AT_COUNT];
    struct ys_daemon_turn turn = {.daemon = daemon};
    const size_t count = list_sources(daemon, items, at);
    enum ys_code code = ys_poll(items, count, wait_ms(daemon, *busy), err);
    daemon->now_ms = monotonic_ms();
    if (code == YS_OK)
        code = serve_sources(daemon, &turn, items, at, err);
    if (code == YS_OK)
        code = ys_daemon_watch(daemon, err);
    ys_daemon_look_at_clock(daemon);
    if (code == YS_OK)
        code = ys_daemon_look_at_space(daemon, &turn, err);
    if (code == YS_OK)
        code = ys_daemon_settle(daemon, &turn, err);
    if (code == YS_OK)
        ys_daemon_blobs_tend(daemon, &turn);
    if (code == YS_OK)
        code = ys_daemon_turn_open(&turn, err);
    if (code == YS_OK)
        *busy = ys_daemon_flush(daemon, &turn);
    if (code == YS_OK && daemon->fatal.code != YS_OK)
        code = ys_fail(err, daemon->fatal.code, "%s", daemon->fatal.msg);
    ys_daemon_turn_close(&turn);
    return code;
}

static enum ys_code loop(struct ys_daemon *daemon, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    bool busy = false;
    while (code == YS_OK && !daemon->ending)
        code = one_turn(daemon, &busy, err);
    struct ys_daemon_turn turn = {.daemon = daemon};
    if (ys_daemon_turn_open(&turn, NULL) == YS_OK)
        ys_daemon_drop_peers(daemon, &turn, "the node is stopping");
    ys_daemon_turn_close(&turn);
    return code;
}

enum ys_code ys_daemon_run(const struct ys_daemon_options *options, struct ys_err *err)
{
    struct ys_division parent;
    struct ys_daemon *const daemon = calloc(1, sizeof *daemon);
    if (daemon == NULL)
        return ys_fail(err, YS_NOMEM, "daemon: out of memory");
    daemon->options = options;
    daemon->self = ys_store_identity(options->store)->origin.division;
    daemon->observer = ys_name_is_observers(&ys_store_identity(options->store)->origin);
    daemon->has_parent = !daemon->observer && ys_division_parent(&daemon->self, &parent);
    daemon->now_ms = monotonic_ms();
    ys_daemon_begin_links(
        daemon, daemon->now_ms + (options->dial_delay_max_ms == 0
                                      ? 0
                                      : (int64_t)randombytes_uniform(options->dial_delay_max_ms)));
    enum ys_code code = open_all(daemon, err);
    if (code == YS_OK) {
        options->ready(options->context,
                       daemon->listener == NULL ? NULL : ys_listener_endpoint(daemon->listener));
        code = loop(daemon, err);
    }
    close_all(daemon);
    free(daemon);
    return code;
}
