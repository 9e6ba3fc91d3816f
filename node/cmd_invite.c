#include "crypto/assert.h"
#include "node/application.h"
#include "node/cmd.h"
#include "node/confirm.h"
#include "node/invite.h"
#include "node/lang.h"
#include "node/view.h"
#include "sync/poll.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { HOURS_DEFAULT = 72, HOURS_MAX = 24 * 366, LOOK_EVERY_MS = 300 };

static const struct ys_view *view_of(const struct ys_call *call)
{
    return call->json ? &ys_view_json : &ys_view_text;
}

/* --- what was given out --- */

static enum ys_code list(const struct ys_call *call, const struct ys_node *node, struct ys_err *err)
{
    YS_INVITES_SCOPED all = {.count = 0};
    const enum ys_code code = ys_invites_load(&node->home, &all, err);
    for (size_t i = 0; i < all.count; i++)
        view_of(call)->invite(&all.item[i], ys_invite_state(&all.item[i], ys_now_s()));
    if (code == YS_OK && all.count == 0 && !call->json)
        puts(_("No invitations."));
    return code;
}

static enum ys_code cancel(const struct ys_call *call, const struct ys_node *node, const char *id,
                           struct ys_err *err)
{
    YS_INVITES_SCOPED all = {.count = 0};
    enum ys_code code = ys_invite_id_valid(ys_bytes_of_text(id))
                            ? ys_invite_cancel(&node->home, id, err)
                            : ys_fail(err, YS_USAGE, _("\"%s\" is no id of an invitation"), id);
    if (code == YS_OK)
        code = ys_invites_load(&node->home, &all, err);
    if (code != YS_OK)
        return code;
    ys_home_ring(&node->home);
    const struct ys_invite *const invite = ys_invites_by_id(&all, id);
    if (invite != NULL)
        view_of(call)->invite(invite, ys_invite_state(invite, ys_now_s()));
    return YS_OK;
}

/* --- a new one --- */

static enum ys_code choose_unit(const struct ys_call *call, const struct ys_node *node,
                                struct ys_token *token, struct ys_err *err)
{
    struct ys_division parent;
    enum ys_code code =
        ys_division_parse(ys_bytes_of_text(call->args.word[0]), &token->division, err);
    token->observer = ys_args_has(&call->args, "observer");
    token->host = node->origin.division;
    const bool observes_us =
        token->observer && ys_division_equal(&token->division, &node->origin.division);
    if (code == YS_OK && !observes_us &&
        (!ys_division_parent(&token->division, &parent) ||
         !ys_division_equal(&parent, &node->origin.division)))
        code = ys_fail(err, YS_DENIED, _("%s is no child of %s"), token->division.digits,
                       node->origin.division.digits);
    if (code == YS_OK && !node->has_root)
        code = ys_fail(err, YS_REFUSED,
                       _("%s: no root is pinned; give the district's with: yishi join --root FILE"),
                       node->home.path);
    return code;
}

/* Where the child is to dial: as told, else where the daemon listens, else where it is to listen. */
static enum ys_code choose_address(const struct ys_call *call, const struct ys_node *node,
                                   struct ys_token *token, struct ys_err *err)
{
    const char *const given = ys_args_value(&call->args, "address");
    char running[YS_ADDRESS_MAX];
    ys_home_load_address(&node->home, running);
    if (given != NULL && !ys_endpoint_valid(given))
        return ys_fail(err, YS_USAGE, _("\"%s\" is no address like tcp://host:port"), given);
    const char *const address = given != NULL                     ? given
                                : ys_address_can_be_told(running) ? running
                                                                  : node->config.listen;
    if (given == NULL && !ys_address_can_be_told(address))
        return ys_fail(err, YS_USAGE,
                       _("where is the child to dial? Give --address tcp://HOST:PORT, as it is "
                         "reached from there"));
    snprintf(token->address, sizeof token->address, "%s", address);
    return YS_OK;
}

static enum ys_code choose_end(const struct ys_call *call, struct ys_token *token,
                               struct ys_err *err)
{
    uint64_t hours = 0;
    if (ys_args_has(&call->args, "hours") && ys_args_has(&call->args, "expires-at"))
        return ys_fail(err, YS_USAGE, _("--hours and --expires-at say the same; give one"));
    enum ys_code code = ys_args_number(&call->args, "hours", HOURS_MAX, HOURS_DEFAULT, &hours, err);
    if (code == YS_OK)
        code = ys_args_number(&call->args, "expires-at", INT64_MAX, ys_now_s() + hours * 3600,
                              &token->expires_s, err);
    return code;
}

static enum ys_code make(const struct ys_call *call, const struct ys_node *node,
                         struct ys_token *token, struct ys_err *err)
{
    YS_NODE_KEYS_SCOPED keys = {.transport_secret = {0}};
    uint8_t id[YS_TOKEN_ID_LEN];
    enum ys_code code = choose_unit(call, node, token, err);
    if (code == YS_OK)
        code = choose_address(call, node, token, err);
    if (code == YS_OK)
        code = choose_end(call, token, err);
    if (code == YS_OK)
        code = ys_keystore_load_node(&node->home, &node->origin, &keys, err);
    if (code != YS_OK)
        return code;
    memcpy(token->deployment, node->origin.deployment, sizeof token->deployment);
    memcpy(token->parent_key, keys.transport_public, YS_PUBKEY_LEN);
    ys_root_chain_fingerprint(&node->roots, &token->root_fingerprint);
    randombytes_buf(id, sizeof id);
    sodium_bin2hex(token->id, sizeof token->id, id, sizeof id);
    randombytes_buf(token->seed, sizeof token->seed);
    return YS_OK;
}

static enum ys_code save(const struct ys_node *node, const struct ys_token *token,
                         struct ys_err *err)
{
    struct ys_invite invite = {.division = token->division,
                               .observer = token->observer,
                               .made_s = ys_now_s(),
                               .expires_s = token->expires_s};
    memcpy(invite.id, token->id, sizeof invite.id);
    ys_transport_public(token->seed, invite.key);
    const enum ys_code code = ys_invite_save(&node->home, &invite, invite.made_s, err);
    if (code == YS_OK)
        ys_home_ring(&node->home);
    return code;
}

static enum ys_code print(const struct ys_call *call, const struct ys_token *token,
                          struct ys_err *err)
{
    char text[YS_TOKEN_TEXT_MAX + 1];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = YS_TOKEN_TEXT_MAX};
    const enum ys_code code = ys_token_print(token, &w);
    YS_ASSERT(code == YS_OK);
    text[w.size] = '\0';
    view_of(call)->invited(&(struct ys_view_invited){.token = token, .text = text});
    sodium_memzero(text, sizeof text);
    if (!call->json)
        fprintf(
            stderr,
            token->observer
                ? _("Give this line to the observer of %s alone, by a way that only they read; "
                    "there: yishi join TOKEN\n")
                : _("Give this line to %s alone, by a way that only they read; there: yishi join "
                    "TOKEN\n"),
            token->division.digits);
    return ys_view_flush(err);
}

/* --- staying until it is used --- */

static const struct ys_application *answer_to(const struct ys_applications *all, const char *id)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->item[i].offer.token_id, id) == 0 && all->item[i].refused[0] == '\0')
            return &all->item[i];
    return NULL;
}

static enum ys_code sign(const struct ys_call *call, const struct ys_node *node,
                         const struct ys_application *application, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    view_of(call)->applicant(&(struct ys_view_applicant){.application = application});
    fflush(stdout);
    if (!ys_args_has(&call->args, "yes"))
        code = ys_confirm(_("Did they read you these fingerprints?"), err);
    if (code != YS_OK)
        return code;
    return ys_admit_application(call, node, application, err);
}

static enum ys_code wait_for(const struct ys_call *call, const struct ys_node *node,
                             const struct ys_token *token, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    fprintf(stderr, "%s\n",
            _("Waiting for the request; Ctrl-C ends the waiting, not the invitation."));
    while (code == YS_OK) {
        YS_APPLICATIONS_SCOPED all = {.count = 0};
        code = ys_applications_load(&node->home, &token->division, &all, err);
        const struct ys_application *const application = answer_to(&all, token->id);
        if (code == YS_OK && application != NULL)
            return sign(call, node, application, err);
        if (code == YS_OK && ys_now_s() >= token->expires_s)
            return ys_fail(err, YS_REFUSED, _("the invitation has expired; nobody came"));
        if (code == YS_OK)
            code = ys_poll(NULL, 0, LOOK_EVERY_MS, err);
    }
    return code;
}

static enum ys_code invite(const struct ys_call *call, const struct ys_node *node,
                           struct ys_err *err)
{
    YS_TOKEN_SCOPED token = {.expires_s = 0};
    const bool wait = ys_args_has(&call->args, "wait");
    if (wait && !ys_args_has(&call->args, "yes") && !ys_confirm_possible())
        return ys_fail(err, YS_USAGE,
                       _("--wait asks before it signs; without a terminal give --yes"));
    enum ys_code code = make(call, node, &token, err);
    if (code == YS_OK)
        code = save(node, &token, err);
    if (code == YS_OK)
        code = print(call, &token, err);
    if (code == YS_OK && !ys_home_daemon_runs(&node->home))
        fprintf(stderr, "yishi: %s\n",
                _("note: the daemon does not run; start it with: yishi run"));
    return code == YS_OK && wait ? wait_for(call, node, &token, err) : code;
}

enum ys_code ys_cmd_invite(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    const char *const id = ys_args_value(&call->args, "cancel");
    const bool is_list = ys_args_has(&call->args, "list");
    if ((size_t)is_list + (id != NULL) + call->args.word_count != 1)
        return ys_fail(err, YS_USAGE, _("invite needs one of CODE, --list and --cancel ID"));
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_check_signs(&node, err);
    if (code == YS_OK && ys_division_level(&node.origin.division) == YS_LEVEL_COMMUNITY)
        code = ys_fail(err, YS_REFUSED, _("%s is a community: it has no children to invite"),
                       node.origin.division.digits);
    if (code != YS_OK)
        return code;
    return is_list      ? list(call, &node, err)
           : id != NULL ? cancel(call, &node, id, err)
                        : invite(call, &node, err);
}
