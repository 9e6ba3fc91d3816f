#include "crypto/assert.h"
#include "node/application.h"
#include "node/daemon_state.h"
#include "node/node.h"
#include "proto/join.h"
#include "proto/message.h"
#include "proto/text.h"
#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEARD_MAX = 8, REASON_MAX = YS_REFUSAL_MAX + 1, MESSAGE_BYTES_MAX = 8 * 1024 };

/* Who asks on this connection: an invitation's one-time key, or an enrolled unit's own. */
struct caller {
    const struct ys_invite *invite;    /* or */
    const struct ys_member_node *node; /* one of them is NULL */
};

/* What is answered to one JOIN. */
struct answer {
    Yishi__V1__Joined__State state;
    char reason[REASON_MAX]; /* of a refusal */
};

/* --- invitations --- */

void ys_daemon_reload_invites(struct ys_daemon *daemon)
{
    struct ys_invites invites = {.count = 0};
    struct ys_err err = {.code = YS_OK};
    if (daemon->options->home == NULL)
        return;
    if (ys_invites_load(daemon->options->home, &invites, &err) != YS_OK) {
        ys_journal_text(YS_PRIORITY_WARNING, "invites", "reason", err.msg);
        return; /* what was read before stands */
    }
    ys_invites_clear(&daemon->invites);
    daemon->invites = invites;
}

static const struct ys_invite *invite_of(const struct ys_daemon *daemon,
                                         const uint8_t key[YS_PUBKEY_LEN])
{
    const struct ys_invite *const invite = ys_invites_by_key(&daemon->invites, key);
    return invite != NULL && (ys_now_s() < invite->expires_s ||
                              ys_now_s() - invite->expires_s <= YS_INVITE_GRACE_S)
               ? invite
               : NULL;
}

bool ys_daemon_invited(const struct ys_daemon *daemon, const uint8_t key[YS_PUBKEY_LEN])
{
    return invite_of(daemon, key) != NULL;
}

/* --- connections that ask --- */

static void report(enum ys_priority priority, const char *event, const char *code,
                   const char *reason)
{
    char text[YS_DIVISION_MAX + 2 + REASON_MAX + 1];
    snprintf(text, sizeof text, "%s%s%s", code, reason[0] == '\0' ? "" : ": ", reason);
    ys_journal_text(priority, event, "who", text);
}

static void forget(struct ys_applicant *applicant)
{
    free(applicant->join);
    *applicant = (struct ys_applicant){.heard = 0};
}

void ys_daemon_forget_applicants(struct ys_daemon *daemon)
{
    for (size_t i = 0; i < YS_APPLICANTS_MAX; i++)
        forget(&daemon->applicant[i]);
    ys_invites_clear(&daemon->invites);
}

/* The place of a connection; a new one takes that of the connection that spoke first. */
static struct ys_applicant *applicant_of(struct ys_daemon *daemon, const struct ys_route *route)
{
    for (size_t i = 0; i < YS_APPLICANTS_MAX; i++)
        if (daemon->applicant[i].heard != 0 && ys_route_equal(&daemon->applicant[i].route, route))
            return &daemon->applicant[i];
    struct ys_applicant *const applicant = &daemon->applicant[daemon->applicant_next];
    daemon->applicant_next = (daemon->applicant_next + 1) % YS_APPLICANTS_MAX;
    forget(applicant);
    applicant->route = *route;
    return applicant;
}

/* The answer is small and the only one: a queue that is full loses it, and the other end asks again. */
static bool send(struct ys_daemon *daemon, const struct ys_applicant *applicant,
                 Yishi__V1__Message *message)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];
    struct ys_writer w = {.data = bytes, .capacity = sizeof bytes};
    message->has_session = 1;
    message->session = ys_wire_lend((struct ys_bytes){applicant->nonce, sizeof applicant->nonce});
    const enum ys_code code = ys_message_encode(message, &w);
    YS_ASSERT(code == YS_OK);
    return ys_listener_send(daemon->listener, &applicant->route,
                            (struct ys_bytes){.data = bytes, .size = w.size}, NULL) == YS_OK;
}

/* Nothing of this connection is listened to any more. */
static void end(struct ys_daemon *daemon, struct ys_applicant *applicant, const char *code,
                const struct ys_err *why)
{
    char text[YS_ERROR_TEXT_MAX + 1];
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Error error = YISHI__V1__ERROR__INIT;
    snprintf(text, sizeof text, "%.*s",
             (int)ys_text_cut(ys_bytes_of_text(why->msg), YS_ERROR_TEXT_MAX), why->msg);
    error.has_code = 1;
    error.code = (uint32_t)why->code;
    error.text = text;
    message.kind_case = YISHI__V1__MESSAGE__KIND_ERROR;
    message.error = &error;
    (void)send(daemon, applicant, &message);
    applicant->ended = true;
    ys_listener_part(daemon->listener, &applicant->route);
    report(YS_PRIORITY_WARNING, "join_ended", code, why->msg);
}

static void tell(struct ys_daemon *daemon, const struct ys_applicant *applicant, const char *code,
                 const struct answer *answer)
{
    static const char *const names[] = {"join", "join_pending", "join_admitted", "join_refused"};
    char root[YS_ROOT_CHAIN_TEXT_MAX + 1];
    char reason[REASON_MAX];
    struct ys_writer w = {.data = (uint8_t *)root, .capacity = YS_ROOT_CHAIN_TEXT_MAX};
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Joined joined = YISHI__V1__JOINED__INIT;
    ys_root_chain_print(&w, ys_member_roots(daemon->member));
    YS_ASSERT(!w.overflow);
    root[w.size] = '\0';
    /* Foreign words may stand in it: never cut inside a character. */
    snprintf(reason, sizeof reason, "%.*s",
             (int)ys_text_cut(ys_bytes_of_text(answer->reason), sizeof reason - 1), answer->reason);
    joined.has_state = 1;
    joined.state = answer->state;
    joined.text = reason[0] == '\0' ? NULL : reason;
    joined.root = root;
    message.kind_case = YISHI__V1__MESSAGE__KIND_JOINED;
    message.joined = &joined;
    if (send(daemon, applicant,
             &message)) /* else it has hung up: it asks again when it wants to know */
        report(YS_PRIORITY_INFO, names[answer->state], code, reason);
}

/* --- judging --- */

static enum ys_code refuse(struct answer *answer, const char *text)
{
    answer->state = YISHI__V1__JOINED__STATE__STATE_REFUSED;
    snprintf(answer->reason, sizeof answer->reason, "%s", text);
    return YS_DENIED;
}

/* May the holder of this one-time key ask so? */
static enum ys_code check_invited(const struct ys_invite *invite, const Yishi__V1__Join *join,
                                  struct answer *answer)
{
    char text[64];
    if (strcmp(join->code, invite->division.digits) != 0) {
        snprintf(text, sizeof text, "the invitation is for %s", invite->division.digits);
        return refuse(answer, text);
    }
    if (join->has_observer != invite->observer)
        return refuse(answer, invite->observer ? "the invitation is for an observer"
                                               : "the invitation is not for an observer");
    return strcmp(join->token_id, invite->id) == 0
               ? YS_OK
               : refuse(answer, "the request answers another invitation");
}

/* Is the invitation good for this applicant? */
static enum ys_code check_good(const struct ys_invite *invite, const struct ys_offer *offer,
                               struct answer *answer)
{
    struct ys_hash applicant;
    switch (ys_invite_state(invite, ys_now_s())) {
    case YS_INVITE_CANCELLED:
        return refuse(answer, "the invitation was taken back");
    case YS_INVITE_EXPIRED:
        return refuse(answer, "the invitation has expired; ask for a new one");
    case YS_INVITE_USED:
        ys_applicant_hash(offer, &applicant);
        return ys_hash_equal(&invite->user, &applicant)
                   ? YS_OK
                   : refuse(answer, "the invitation was used by another applicant; ask the parent "
                                    "who that was");
    case YS_INVITE_OPEN:
        return YS_OK;
    }
    return refuse(answer, "the invitation is in no known state");
}

/* May this enrolled node ask for more? */
static enum ys_code check_enrolled(const struct ys_member_node *node, const Yishi__V1__Join *join,
                                   struct answer *answer)
{
    if (node->observer || join->has_observer)
        return refuse(answer, "an observer asks with an invitation");
    if (strcmp(join->code, node->division.digits) != 0)
        return refuse(answer, "the request is of another unit than the key that brings it");
    if (join->has_token_proof)
        return refuse(answer, "an enrolled node asks without a token");
    return memcmp(join->transport.data, node->transport, YS_PUBKEY_LEN) == 0
               ? YS_OK
               : refuse(answer, "the request names another transport key than the one that brings "
                                "it; ask for an invitation");
}

static enum ys_code check_request(const struct ys_daemon *daemon, const struct caller *caller,
                                  const Yishi__V1__Join *join, struct answer *answer)
{
    struct ys_err why = {.code = YS_OK};
    char text[128];
    const char *const deployment = daemon->options->roots->policy[0].deployment;
    if (strcmp(join->deployment, deployment) != 0) {
        snprintf(text, sizeof text, "this node belongs to the deployment %s", deployment);
        return refuse(answer, text);
    }
    const enum ys_code code = caller->invite != NULL ? check_invited(caller->invite, join, answer)
                                                     : check_enrolled(caller->node, join, answer);
    if (code != YS_OK)
        return code;
    if (ys_join_check(join, &why) != YS_OK)
        return refuse(answer, why.msg);
    const struct ys_member_node *const other =
        ys_member_by_transport(daemon->member, join->transport.data);
    if (other != NULL && (other->observer != join->has_observer ||
                          (!other->observer && strcmp(other->division.digits, join->code) != 0)))
        return refuse(answer, "its transport key is that of another unit");
    return YS_OK;
}

static bool key_in_force(const struct ys_member *member, const char *text)
{
    const struct ys_member_key *const key = ys_member_find_text(member, text);
    return key != NULL && key->cut == UINT64_MAX;
}

/* Does the membership have all that is asked for? */
static bool admitted(const struct ys_daemon *daemon, const struct ys_offer *offer)
{
    const struct ys_member_node *const node =
        ys_member_by_transport(daemon->member, offer->transport);
    size_t at = 0;
    while (offer->observer) {
        const struct ys_member_node *const observer =
            ys_member_observer(daemon->member, offer->transport, &daemon->self, &at);
        if (observer == NULL || ys_division_equal(&observer->division, &offer->origin.division))
            return observer != NULL;
    }
    bool all = node != NULL && ys_division_equal(&node->division, &offer->origin.division) &&
               ys_name_equal(&node->log, &offer->origin) &&
               key_in_force(daemon->member, offer->log) &&
               key_in_force(daemon->member, offer->mirror);
    for (size_t i = 0; i < offer->body_count && all; i++)
        all = key_in_force(daemon->member, offer->body[i].key);
    return all;
}

/* An officer's no stands for the same request; a new invitation, or of an enrolled node other keys,
 * make another one. */
static bool same_request(const struct ys_offer *a, const struct ys_offer *b)
{
    bool same = strcmp(a->token_id, b->token_id) == 0;
    if (a->token_id[0] != '\0' || !same)
        return same;
    same = strcmp(a->log, b->log) == 0 && strcmp(a->mirror, b->mirror) == 0 &&
           a->body_count == b->body_count;
    for (size_t i = 0; i < a->body_count && same; i++)
        same = strcmp(a->body[i].key, b->body[i].key) == 0;
    return same;
}

static bool was_refused(const struct ys_daemon *daemon, const struct ys_offer *offer,
                        struct answer *answer)
{
    struct ys_application old;
    if (ys_application_load(daemon->options->home, offer, &old, NULL) != YS_OK ||
        old.refused[0] == '\0' || !same_request(&old.offer, offer))
        return false;
    (void)refuse(answer, old.refused);
    return true;
}

/* The first applicant that asks well keeps the invitation. */
static enum ys_code take_invite(struct ys_daemon *daemon, const struct ys_invite *invite,
                                const struct ys_offer *offer, struct ys_err *err)
{
    struct ys_hash applicant;
    if (invite == NULL || invite->used)
        return YS_OK;
    ys_applicant_hash(offer, &applicant);
    const enum ys_code code = ys_invite_use(daemon->options->home, invite->id, &applicant, err);
    ys_daemon_reload_invites(daemon); /* `invite` is gone now */
    return code;
}

/* Answer a request that may be made, and put it where the officer finds it. */
static void decide(struct ys_daemon *daemon, const struct caller *caller,
                   const struct ys_offer *offer, struct ys_bytes join, struct answer *answer)
{
    struct ys_err why = {.code = YS_OK};
    if (was_refused(daemon, offer, answer) ||
        (caller->invite != NULL && check_good(caller->invite, offer, answer) != YS_OK))
        return;
    enum ys_code code = take_invite(daemon, caller->invite, offer, &why);
    answer->state = YISHI__V1__JOINED__STATE__STATE_ADMITTED;
    if (code == YS_OK && admitted(daemon, offer))
        return;
    answer->state = YISHI__V1__JOINED__STATE__STATE_PENDING;
    if (code == YS_OK)
        code = ys_application_save(daemon->options->home, offer, join, ys_now_s(), &why);
    if (code == YS_OK)
        return;
    ys_journal_text(YS_PRIORITY_ERROR, "join", "reason", why.msg);
    (void)refuse(answer, code == YS_LIMIT ? "too many requests wait for an officer; ask later"
                                          : "the request could not be kept; ask later");
}

/* --- hearing --- */

static struct ys_bytes packed(const Yishi__V1__Join *join, uint8_t room[YS_JOIN_MAX],
                              struct ys_err *err)
{
    struct ys_writer w = {.data = room, .capacity = YS_JOIN_MAX};
    const enum ys_code code = ys_wire_encode(&join->base, YS_JOIN_MAX, &w, err);
    return (struct ys_bytes){.data = room, .size = code == YS_OK ? w.size : 0};
}

/* Remember what it waits for, to tell it when that has come. */
static void remember(struct ys_applicant *applicant, struct ys_bytes join, bool waits)
{
    free(applicant->join);
    applicant->join = waits && join.size != 0 ? malloc(join.size) : NULL;
    applicant->join_size = applicant->join == NULL ? 0 : join.size;
    if (applicant->join != NULL)
        memcpy(applicant->join, join.data, join.size);
}

static void on_join(struct ys_daemon *daemon, struct ys_applicant *applicant,
                    const struct caller *caller, const Yishi__V1__Join *join)
{
    uint8_t room[YS_JOIN_MAX];
    struct ys_offer offer;
    struct ys_err why = {.code = YS_OK};
    struct answer answer = {.state = YISHI__V1__JOINED__STATE__STATE_REFUSED};
    const char *const code =
        caller->invite != NULL ? caller->invite->division.digits : caller->node->division.digits;
    char whose[YS_DIVISION_MAX + 1];
    const struct ys_bytes bytes = packed(join, room, &why);
    memcpy(whose, code, sizeof whose); /* the list of invitations may be read again */
    if (bytes.size == 0)
        (void)refuse(&answer, why.msg);
    else if (check_request(daemon, caller, join, &answer) == YS_OK) {
        if (ys_offer_of_join(join, &offer, &why) == YS_OK)
            decide(daemon, caller, &offer, bytes, &answer);
        else
            (void)refuse(&answer, why.msg);
    }
    remember(applicant, bytes, answer.state == YISHI__V1__JOINED__STATE__STATE_PENDING);
    tell(daemon, applicant, whose, &answer);
}

static void hear(struct ys_daemon *daemon, struct ys_applicant *applicant,
                 const struct caller *caller, struct ys_bytes bytes)
{
    struct ys_arena arena;
    struct ys_err why = {.code = YS_OK};
    const Yishi__V1__Message *message = NULL;
    const char *const code =
        caller->invite != NULL ? caller->invite->division.digits : caller->node->division.digits;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    why.code = ys_message_decode(bytes, &arena, &message, &why);
    if (why.code == YS_OK)
        memcpy(applicant->nonce, message->session.data, sizeof applicant->nonce);
    if (why.code == YS_OK && message->kind_case != YISHI__V1__MESSAGE__KIND_JOIN)
        why.code = ys_fail(&why, YS_DENIED, "a key of an invitation may ask to join, not send %s",
                           ys_message_name(message));
    else if (why.code == YS_OK && applicant->heard > HEARD_MAX)
        why.code = ys_fail(&why, YS_LIMIT, "more than %d requests on one connection", HEARD_MAX);
    if (why.code == YS_OK)
        on_join(daemon, applicant, caller, message->join);
    else
        end(daemon, applicant, code, &why);
    ys_arena_clear(&arena);
}

bool ys_daemon_hear_applicant(struct ys_daemon *daemon, const struct ys_route *route,
                              const uint8_t key[YS_PUBKEY_LEN], const struct ys_member_node *node,
                              struct ys_bytes message)
{
    const struct caller caller = {.node = node,
                                  .invite = node == NULL ? invite_of(daemon, key) : NULL};
    if (daemon->options->home == NULL || (caller.node == NULL && caller.invite == NULL))
        return false;
    struct ys_applicant *const applicant = applicant_of(daemon, route);
    applicant->heard++;
    if (!applicant->ended)
        hear(daemon, applicant, &caller, message);
    return true;
}

bool ys_daemon_is_join(struct ys_bytes message)
{
    struct ys_arena arena;
    const Yishi__V1__Message *decoded = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    const bool is_join = ys_message_decode(message, &arena, &decoded, NULL) == YS_OK &&
                         decoded->kind_case == YISHI__V1__MESSAGE__KIND_JOIN;
    ys_arena_clear(&arena);
    return is_join;
}

void ys_daemon_tell_applicants(struct ys_daemon *daemon)
{
    daemon->applicants_moved = false;
    for (size_t i = 0; i < YS_APPLICANTS_MAX; i++) {
        struct ys_applicant *const applicant = &daemon->applicant[i];
        struct answer answer = {.state = YISHI__V1__JOINED__STATE__STATE_ADMITTED};
        struct ys_offer offer;
        if (applicant->join == NULL)
            continue;
        const struct ys_bytes join = {.data = applicant->join, .size = applicant->join_size};
        if (ys_offer_decode(join, &offer, NULL) != YS_OK ||
            !(admitted(daemon, &offer) || was_refused(daemon, &offer, &answer)))
            continue;
        tell(daemon, applicant, offer.origin.division.digits, &answer);
        remember(applicant, join, false);
    }
}
