#include "node/daemon_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CHILD_CREDIT_LEAST = 256 * 1024,    /* a child may have this much on its way to us, */
    CHILD_CREDIT_MOST = YS_CREDIT_MAX,  /* up to this much while there are few of them; */
    CHILDREN_CREDIT = 16 * 1024 * 1024, /* a new one gets its part of this */
    MESSAGES_A_TURN = 256,
    RETRY_AFTER_S = 60,
    RETRY_COPY_S = 10, /* two copies of one node take turns */
};

/* --- turns --- */

enum ys_code ys_daemon_turn_open(struct ys_daemon_turn *turn, struct ys_err *err)
{
    return turn->txn != NULL ? YS_OK
                             : ys_store_begin(turn->daemon->options->store, false, &turn->txn, err);
}

void ys_daemon_turn_close(struct ys_daemon_turn *turn)
{
    ys_txn_abort(&turn->txn);
}

static enum ys_code post(struct ys_daemon *daemon, const struct ys_peer *peer,
                         struct ys_bytes message, struct ys_err *err)
{
    if (peer->link == NULL)
        return ys_listener_send(daemon->listener, &peer->route, message, err);
    if (peer->link->dialer == NULL)
        return YS_NOT_FOUND;
    return ys_dialer_send(peer->link->dialer, message, err);
}

static void lose(struct ys_peer *peer)
{
    ys_daemon_peer_failed(peer, YS_NOT_FOUND, &(struct ys_err){.msg = "connection lost"});
}

/* At once, so that a long turn keeps nobody waiting; later what the transport does not take now. */
static void send_message(void *context, struct ys_bytes message)
{
    struct ys_peer *const peer = context;
    struct ys_err err = {0};
    enum ys_code code = YS_BUSY;
    if (peer->outbox.bytes == 0)
        code = post(peer->daemon, peer, message, &err);
    if (code == YS_BUSY)
        ys_daemon_peer_failed(peer, ys_outbox_put(&peer->outbox, message, &err), &err);
    else if (code != YS_OK)
        lose(peer);
}

static bool has_room(void *context)
{
    const struct ys_peer *const peer = context;
    return ys_outbox_has_room(&peer->outbox) && peer->failure.code == YS_OK;
}

static void change_store(void *context, struct ys_change *change)
{
    struct ys_peer *const peer = context;
    ys_committer_put(peer->daemon->committer, change);
}

static void notice(void *context, enum ys_code code, const char *text)
{
    const struct ys_peer *const peer = context;
    (void)peer;
    ys_journal_text(ys_code_fault(code) == YS_FAULT_LOCAL ? YS_PRIORITY_ERROR : YS_PRIORITY_WARNING,
                    "notice", "text", text);
}

struct ys_turn ys_daemon_peer_turn(struct ys_peer *peer, struct ys_daemon_turn *turn)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct ys_turn){
        .store = peer->daemon->options->store,
        .txn = turn->txn,
        .member = peer->daemon->member,
        .clock_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000,
        .no_credit = peer->daemon->space.is_short,
        .own_heads_max = peer->daemon->guarded_size,
        .blobs = ys_daemon_blobs_desk(peer->daemon),
        .context = peer,
        .has_room = has_room,
        .send = send_message,
        .change = change_store,
        .notice = notice,
    };
}

void ys_daemon_peer_failed(struct ys_peer *peer, enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK || peer->failure.code != YS_OK)
        return;
    peer->failure = *err;
    peer->failure.code = code;
    if (ys_code_fault(code) == YS_FAULT_LOCAL)
        peer->daemon->fatal = peer->failure;
}

/* --- the list --- */

enum ys_code ys_daemon_new_peer(struct ys_daemon *daemon, const struct ys_session_options *options,
                                struct ys_peer **out, struct ys_err *err)
{
    struct ys_peer *const peer = calloc(1, sizeof *peer);
    struct ys_session_options with_id = *options;
    if (peer == NULL)
        return ys_fail(err, YS_NOMEM, "link: out of memory");
    with_id.id = ++daemon->sessions_made;
    with_id.software = daemon->options->software;
    const enum ys_code code = ys_session_new(&with_id, &peer->session, err);
    if (code != YS_OK) {
        free(peer);
        return code;
    }
    peer->daemon = daemon;
    peer->next = daemon->peers;
    daemon->peers = peer;
    ys_daemon_blobs_met(peer);
    *out = peer;
    return YS_OK;
}

static void free_peer(struct ys_peer *peer)
{
    ys_daemon_blobs_left(peer);
    ys_session_free(peer->session);
    ys_outbox_clear(&peer->outbox);
    free(peer);
}

struct ys_peer *ys_daemon_peer(struct ys_daemon *daemon, uint64_t session_id)
{
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next)
        if (ys_session_id(peer->session) == session_id)
            return peer;
    return NULL;
}

struct ys_peer *ys_daemon_peer_of(struct ys_daemon *daemon, const struct ys_link *link)
{
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next)
        if (peer->link == link && peer->failure.code == YS_OK)
            return peer;
    return NULL;
}

struct ys_peer *ys_daemon_parent(struct ys_daemon *daemon)
{
    return daemon->has_parent ? ys_daemon_peer_of(daemon, &daemon->links[0]) : NULL;
}

static struct ys_peer *peer_by_route(struct ys_daemon *daemon, const struct ys_route *route)
{
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next)
        if (peer->link == NULL && ys_route_equal(&peer->route, route))
            return peer;
    return NULL;
}

/* --- children and observers --- */

static const struct ys_member_node *child_node(const struct ys_daemon *daemon,
                                               const uint8_t key[YS_PUBKEY_LEN])
{
    const struct ys_member_node *const node = ys_member_by_transport(daemon->member, key);
    struct ys_division parent;
    return node != NULL && !node->observer && ys_division_parent(&node->division, &parent) &&
                   ys_division_equal(&parent, &daemon->self)
               ? node
               : NULL;
}

static const struct ys_member_node *observer_node(const struct ys_daemon *daemon,
                                                  const uint8_t key[YS_PUBKEY_LEN])
{
    size_t at = 0;
    return daemon->observer ? NULL : ys_member_observer(daemon->member, key, &daemon->self, &at);
}

bool ys_daemon_allows(void *context, const uint8_t key[YS_PUBKEY_LEN])
{
    return child_node(context, key) != NULL || observer_node(context, key) != NULL ||
           ys_daemon_invited(context, key);
}

/* May this end of a link stay, after the membership has changed? */
static bool may_stay(const struct ys_daemon *daemon, const struct ys_peer *peer)
{
    const struct ys_member_node *const child = child_node(daemon, peer->key);
    if (peer->observer)
        return child == NULL && observer_node(daemon, peer->key) != NULL;
    return child != NULL && ys_division_equal(&child->division, ys_session_peer(peer->session));
}

void ys_daemon_expel(struct ys_daemon *daemon)
{
    static const struct ys_err why = {
        .code = YS_DENIED, .msg = "its key was revoked or replaced: not served any more"};
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next) {
        if (peer->link == NULL && !may_stay(daemon, peer))
            ys_daemon_peer_failed(peer, why.code, &why);
    }
}

/* The newest HELLO of a key owns the session; an older connection is told so, and left. */
static void supersede(struct ys_daemon *daemon, const struct ys_peer *newest)
{
    static const struct ys_err why = {
        .code = YS_DENIED,
        .msg = "superseded by a newer connection of the same key; does a copy of this node run?"};
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next)
        if (peer != newest && peer->link == NULL &&
            memcmp(peer->key, newest->key, YS_PUBKEY_LEN) == 0) {
            peer->retry_after_s = RETRY_COPY_S;
            ys_daemon_peer_failed(peer, why.code, &why);
        }
}

/* What a child may have on its way to us. Two groups of a catch-up fit into the most of it, so that one
 * comes while the other is written. */
static uint64_t child_credit(const struct ys_daemon *daemon)
{
    uint64_t children = 1;
    for (const struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next)
        children += peer->link == NULL && !peer->observer;
    const uint64_t part = CHILDREN_CREDIT / children;
    return part < CHILD_CREDIT_LEAST  ? CHILD_CREDIT_LEAST
           : part > CHILD_CREDIT_MOST ? CHILD_CREDIT_MOST
                                      : part;
}

static enum ys_code hear_child(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                               const struct ys_route *route, const uint8_t key[YS_PUBKEY_LEN],
                               struct ys_bytes message, struct ys_err *err)
{
    const struct ys_member_node *const child = child_node(daemon, key);
    const struct ys_member_node *const node = child != NULL ? child : observer_node(daemon, key);
    struct ys_peer *peer = peer_by_route(daemon, route);
    struct ys_err why = {0};
    if (node == NULL || (peer == NULL && ys_daemon_is_join(message))) {
        /* False: revoked since the handshake, and not served any more. */
        if (!ys_daemon_hear_applicant(daemon, route, key, node, message))
            ys_listener_part(daemon->listener, route);
        return YS_OK;
    }
    enum ys_code code = ys_daemon_turn_open(turn, err);
    if (code != YS_OK)
        return code;
    const bool is_new = peer == NULL;
    if (is_new) {
        struct ys_session_options options = {.role = child != NULL ? YS_SESSION_PARENT
                                                                   : YS_SESSION_HOST,
                                             .peer = node->division,
                                             .credit = child != NULL ? child_credit(daemon) : 0};
        memcpy(options.reader, key, YS_PUBKEY_LEN);
        code = ys_daemon_new_peer(daemon, &options, &peer, err);
        if (code != YS_OK)
            return code;
        peer->observer = child == NULL;
        peer->route = *route;
        memcpy(peer->key, key, YS_PUBKEY_LEN);
    }
    if (peer->failure.code != YS_OK)
        return YS_OK;
    struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
    code = ys_session_receive(peer->session, &session_turn, message, &why);
    ys_daemon_peer_failed(peer, code, &why);
    if (is_new && code == YS_OK && ys_session_open(peer->session)) {
        supersede(daemon, peer);
        ys_daemon_tell_of(daemon, YS_PRIORITY_INFO, peer->observer ? "observer" : "child", key,
                          NULL, "connected");
    } else if (is_new && code == YS_OK) {
        ys_daemon_peer_failed(peer, YS_NOT_FOUND,
                              &(struct ys_err){.msg = "it did not begin with HELLO"});
    }
    return YS_OK;
}

enum ys_code ys_daemon_hear_children(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                     struct ys_err *err)
{
    for (int i = 0; i < MESSAGES_A_TURN; i++) {
        struct ys_route route;
        uint8_t key[YS_PUBKEY_LEN];
        struct ys_bytes message;
        struct ys_err why = {0};
        enum ys_code code = ys_listener_receive(daemon->listener, &route, key, &message, &why);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_MALFORMED) {
            struct ys_peer *const peer = peer_by_route(daemon, &route);
            if (peer != NULL)
                ys_daemon_peer_failed(peer, code, &why);
            else
                ys_daemon_tell_of(daemon, YS_PRIORITY_WARNING, "bad_message", key, NULL, why.msg);
            continue;
        }
        if (code != YS_OK)
            return ys_fail(err, code, "%s", why.msg);
        if (ys_listener_first(daemon->listener))
            ys_zap_heard(daemon->zap, key);
        code = hear_child(daemon, turn, &route, key, message, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

/* --- sending --- */

static void empty_outbox(struct ys_daemon *daemon, struct ys_peer *peer)
{
    for (;;) {
        const struct ys_bytes message = ys_outbox_peek(&peer->outbox);
        struct ys_err why = {0};
        if (message.data == NULL)
            return;
        const enum ys_code code = post(daemon, peer, message, &why);
        if (code == YS_BUSY)
            return;
        if (code != YS_OK) {
            lose(peer);
            return;
        }
        ys_outbox_drop(&peer->outbox);
    }
}

/* Tell the peer why, once, and let it go. */
static void part(struct ys_daemon *daemon, struct ys_daemon_turn *turn, struct ys_peer *peer)
{
    if (ys_code_fault(peer->failure.code) == YS_FAULT_PEER) {
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        ys_outbox_clear(&peer->outbox);
        ys_session_refuse(peer->session, &session_turn, &peer->failure,
                          peer->retry_after_s != 0 ? peer->retry_after_s : RETRY_AFTER_S);
        const struct ys_bytes message = ys_outbox_peek(&peer->outbox);
        if (message.data != NULL && post(daemon, peer, message, NULL) != YS_OK)
            ys_outbox_clear(&peer->outbox);
    }
    if (peer->link != NULL) {
        ys_journal_reason(YS_PRIORITY_INFO, "session_end", peer->failure.msg, "code=%s",
                          ys_session_peer(peer->session)->digits);
        return;
    }
    ys_listener_part(daemon->listener, &peer->route);
    ys_daemon_tell_of(daemon, YS_PRIORITY_INFO, "session_end", peer->key,
                      ys_session_peer(peer->session)->digits, peer->failure.msg);
}

bool ys_daemon_flush(struct ys_daemon *daemon, struct ys_daemon_turn *turn)
{
    bool waiting = false;
    for (struct ys_peer **link = &daemon->peers; *link != NULL;) {
        struct ys_peer *const peer = *link;
        const uint64_t before = peer->outbox.bytes;
        if (peer->failure.code == YS_OK)
            empty_outbox(daemon, peer);
        if (peer->failure.code == YS_OK) {
            waiting = waiting || peer->outbox.bytes != 0;
            /* There is room again for records that the peer has credit for. */
            daemon->store_moved = daemon->store_moved ||
                                  (before >= YS_OUTBOX_ROOM && peer->outbox.bytes < YS_OUTBOX_ROOM);
            link = &peer->next;
            continue;
        }
        part(daemon, turn, peer);
        *link = peer->next;
        free_peer(peer);
    }
    return waiting;
}

void ys_daemon_greet_again(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                           const char *reason)
{
    struct ys_err why = {.code = YS_NOT_FOUND};
    (void)snprintf(why.msg, sizeof why.msg, "%s", reason);
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next) {
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        ys_session_bye(peer->session, &session_turn, reason);
        ys_daemon_peer_failed(peer, why.code, &why);
    }
}

void ys_daemon_drop_peers(struct ys_daemon *daemon, struct ys_daemon_turn *turn, const char *reason)
{
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next) {
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        ys_session_bye(peer->session, &session_turn, reason);
        empty_outbox(daemon, peer);
    }
    while (daemon->peers != NULL) {
        struct ys_peer *const next = daemon->peers;
        daemon->peers = next->next;
        free_peer(next);
    }
}
