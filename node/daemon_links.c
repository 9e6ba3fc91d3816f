#include "node/daemon_state.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* Links that we dial: of a node that to its parent, of an observer those to whom it observes. */

enum {
    LINK_CREDIT = YS_CREDIT_MAX,
    MESSAGES_A_TURN = 256,
    DELAY_MIN_MS = 1000,
    DELAY_MAX_MS = 300000,
    DELAY_DENIED_MS = 3000, /* to start with, when the other end does not know us (yet) */
    DELAY_WRONG_MS = 12000, /* it may be putting off handshakes that come too often (10 s) */
};

static void plan_dial(const struct ys_daemon *daemon, struct ys_link *link, int64_t floor_ms)
{
    int64_t delay = link->delay_ms == 0 ? DELAY_MIN_MS : link->delay_ms * 2;
    delay = delay < floor_ms ? floor_ms : delay;
    delay = delay > DELAY_MAX_MS ? DELAY_MAX_MS : delay;
    link->delay_ms = delay;
    /* Full jitter: children of a restarted parent do not all come at once. */
    link->next_ms =
        daemon->now_ms + delay / 4 + (int64_t)randombytes_uniform((uint32_t)(delay * 3 / 4 + 1));
}

void ys_daemon_dial_now(struct ys_daemon *daemon)
{
    for (size_t i = 0; i < daemon->link_count; i++) {
        daemon->links[i].delay_ms = 0;
        if (daemon->links[i].dialer == NULL)
            daemon->links[i].next_ms = daemon->now_ms;
    }
}

int64_t ys_daemon_next_dial_ms(const struct ys_daemon *daemon)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < daemon->link_count; i++)
        if (daemon->links[i].dialer == NULL && daemon->links[i].setting.endpoint[0] != '\0' &&
            daemon->links[i].next_ms < next)
            next = daemon->links[i].next_ms;
    return next;
}

static enum ys_code dial(struct ys_daemon *daemon, struct ys_link *link, struct ys_err *err)
{
    const struct ys_dialer_options options = {
        .zmq_context = daemon->zmq,
        .endpoint = link->setting.endpoint,
        .server_public = link->setting.public_key,
        .secret = daemon->options->keys->transport_secret,
        .serial = ++daemon->dials,
    };
    link->greeted = false;
    link->floor_ms = DELAY_MIN_MS;
    link->began_ms = daemon->now_ms;
    return ys_dialer_open(&options, &link->dialer, err);
}

static enum ys_code greet(struct ys_daemon *daemon, struct ys_link *link,
                          struct ys_daemon_turn *turn, struct ys_err *err)
{
    struct ys_session_options options = {.role = daemon->observer ? YS_SESSION_READER
                                                                  : YS_SESSION_CHILD,
                                         .peer = link->setting.host,
                                         .credit = LINK_CREDIT};
    struct ys_peer *peer = NULL;
    struct ys_err why = {0};
    randombytes_buf(options.nonce, sizeof options.nonce);
    enum ys_code code = ys_daemon_turn_open(turn, err);
    if (code == YS_OK)
        code = ys_daemon_new_peer(daemon, &options, &peer, err);
    if (code != YS_OK)
        return code;
    peer->link = link;
    link->greeted = true;
    struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
    ys_daemon_peer_failed(peer, ys_session_start(peer->session, &session_turn, &why), &why);
    return YS_OK;
}

/* Of an observer's links one that is not connected says how it stands. */
static void tell_link(const struct ys_daemon *daemon, struct ys_link *link, const char *state)
{
    char text[64];
    link->state = state;
    if (daemon->options->link == NULL)
        return;
    for (size_t i = 0; daemon->observer && i < daemon->link_count; i++) {
        const struct ys_link *const one = &daemon->links[i];
        if (one->state != NULL && strcmp(one->state, "connected") == 0)
            continue;
        snprintf(text, sizeof text, "%s %s", one->setting.host.digits,
                 one->state == NULL ? "dialling" : one->state);
        state = text;
    }
    daemon->options->link(daemon->options->context, state);
}

static const char *event_of(const struct ys_daemon *daemon)
{
    return daemon->observer ? "observed" : "parent";
}

static void hang_up(struct ys_daemon *daemon, struct ys_link *link, const char *state,
                    int64_t floor_ms)
{
    struct ys_peer *const peer = ys_daemon_peer_of(daemon, link);
    ys_dialer_close(link->dialer);
    link->dialer = NULL;
    if (peer != NULL)
        ys_daemon_peer_failed(peer, YS_NOT_FOUND, &(struct ys_err){.msg = "connection lost"});
    plan_dial(daemon, link, floor_ms);
    tell_link(daemon, link, state);
    ys_journal(YS_PRIORITY_WARNING, event_of(daemon), "state=%s code=%s retry_in_ms=%lld", state,
               link->setting.host.digits, (long long)(link->next_ms - daemon->now_ms));
}

static struct ys_link *link_to(struct ys_daemon *daemon, const struct ys_division *host)
{
    for (size_t i = 0; i < daemon->link_count; i++)
        if (ys_division_equal(&daemon->links[i].setting.host, host))
            return &daemon->links[i];
    return NULL;
}

void ys_daemon_begin_links(struct ys_daemon *daemon, int64_t first_ms)
{
    const struct ys_link_settings *const settings = &daemon->options->links;
    daemon->link_count = settings->count;
    for (size_t i = 0; i < settings->count; i++)
        daemon->links[i] = (struct ys_link){.setting = settings->link[i], .next_ms = first_ms};
}

/* A link that the settings do not name any more is left without an address. */
static void set_link(struct ys_daemon *daemon, struct ys_link *link,
                     const struct ys_link_setting *setting)
{
    if (strcmp(setting->endpoint, link->setting.endpoint) == 0 &&
        memcmp(setting->public_key, link->setting.public_key, YS_PUBKEY_LEN) == 0)
        return;
    link->setting = *setting;
    ys_journal_text(YS_PRIORITY_INFO, daemon->observer ? "observed_set" : "parent_set", "address",
                    setting->endpoint);
    if (link->dialer != NULL)
        hang_up(daemon, link, "changed", DELAY_MIN_MS);
    link->delay_ms = 0;
    link->next_ms = daemon->now_ms;
}

void ys_daemon_reload(struct ys_daemon *daemon)
{
    struct ys_link_settings settings = {.count = 0};
    if (!daemon->options->reload(daemon->options->context, &settings))
        return;
    for (size_t i = 0; i < daemon->link_count; i++) {
        struct ys_link_setting now = {.host = daemon->links[i].setting.host};
        for (size_t j = 0; j < settings.count; j++)
            if (ys_division_equal(&settings.link[j].host, &now.host))
                now = settings.link[j];
        set_link(daemon, &daemon->links[i], &now);
    }
    for (size_t j = 0; j < settings.count; j++) {
        if (link_to(daemon, &settings.link[j].host) != NULL || daemon->link_count == YS_LINKS_MAX)
            continue;
        struct ys_link *const link = &daemon->links[daemon->link_count++];
        *link = (struct ys_link){.setting = {.host = settings.link[j].host}};
        set_link(daemon, link, &settings.link[j]);
    }
}

/* When the other end lets us come again, at the earliest. */
static int64_t floor_of(const struct ys_session *session)
{
    const uint32_t seconds = ys_session_retry_after_s(session);
    return seconds == 0 ? DELAY_MIN_MS : 1000 * (int64_t)seconds;
}

static enum ys_code hear(struct ys_daemon *daemon, struct ys_link *link,
                         struct ys_daemon_turn *turn, struct ys_err *err)
{
    for (int i = 0; i < MESSAGES_A_TURN; i++) {
        struct ys_bytes message;
        struct ys_err why = {0};
        struct ys_peer *const peer = ys_daemon_peer_of(daemon, link);
        if (peer == NULL)
            return YS_OK;
        enum ys_code code = ys_dialer_receive(link->dialer, &message, &why);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK)
            code = ys_daemon_turn_open(turn, err);
        else
            ys_daemon_peer_failed(peer, code, &why);
        if (code != YS_OK)
            return peer->failure.code != YS_OK ? YS_OK : code;
        const bool was_open = ys_session_open(peer->session);
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        code = ys_session_receive(peer->session, &session_turn, message, &why);
        ys_daemon_peer_failed(peer, code, &why);
        link->floor_ms = floor_of(peer->session);
        if (!was_open && ys_session_open(peer->session)) {
            link->delay_ms = 0;
            ys_daemon_parent_clock(daemon, ys_session_peer_clock_ms(peer->session));
            tell_link(daemon, link, "connected");
            ys_journal(YS_PRIORITY_INFO, event_of(daemon), "state=connected code=%s",
                       ys_session_peer(peer->session)->digits);
        }
    }
    return YS_OK;
}

static enum ys_code tend(struct ys_daemon *daemon, struct ys_link *link,
                         struct ys_daemon_turn *turn, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    if (link->dialer == NULL) {
        if (link->setting.endpoint[0] != '\0' && daemon->now_ms >= link->next_ms)
            code = dial(daemon, link, err);
        return code;
    }
    switch (ys_dialer_update(link->dialer)) {
    case YS_DIALER_CONNECTING:
        /* A name that cannot be looked up gives no event at all. */
        if (daemon->now_ms - link->began_ms >= YS_DIALER_PATIENCE_MS)
            hang_up(daemon, link, "unreachable", DELAY_MIN_MS);
        return YS_OK;
    case YS_DIALER_READY:
        if (!link->greeted)
            code = greet(daemon, link, turn, err);
        if (code == YS_OK)
            code = hear(daemon, link, turn, err);
        if (code == YS_OK && link->greeted && ys_daemon_peer_of(daemon, link) == NULL)
            hang_up(daemon, link, "ended", link->floor_ms);
        return code;
    case YS_DIALER_DENIED:
        hang_up(daemon, link, "denied", DELAY_DENIED_MS);
        return YS_OK;
    case YS_DIALER_WRONG_KEY:
        hang_up(daemon, link, "wrong_key", DELAY_WRONG_MS);
        return YS_OK;
    case YS_DIALER_LOST:
        hang_up(daemon, link, "lost", DELAY_MIN_MS);
        return YS_OK;
    }
    return YS_OK;
}

enum ys_code ys_daemon_tend_links(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                  struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < daemon->link_count && code == YS_OK; i++)
        code = tend(daemon, &daemon->links[i], turn, err);
    return code;
}
