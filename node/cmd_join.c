#include "crypto/base64.h"
#include "node/asking.h"
#include "node/certificate.h"
#include "node/cmd.h"
#include "node/confirm.h"
#include "node/lang.h"
#include "node/view.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

struct wish {
    const char *request, *parent, *root;
    uint8_t parent_key[YS_PUBKEY_LEN];
};

static enum ys_code read_wish(const struct ys_call *call, struct wish *wish, struct ys_err *err)
{
    const char *const key = ys_args_value(&call->args, "parent-key");
    size_t size = 0;
    wish->request = ys_args_value(&call->args, "request");
    wish->parent = ys_args_value(&call->args, "parent");
    wish->root = ys_args_value(&call->args, "root");
    if (wish->request == NULL || wish->parent == NULL || key == NULL || call->args.word_count != 0)
        return ys_fail(err, YS_USAGE,
                       _("join needs --request FILE, --parent tcp://HOST:PORT and --parent-key "
                         "BASE64"));
    if (!ys_endpoint_valid(wish->parent))
        return ys_fail(err, YS_USAGE, _("\"%s\" is no address like tcp://host:port"), wish->parent);
    if (ys_base64_decode(ys_bytes_of_text(key), wish->parent_key, YS_PUBKEY_LEN, &size) != YS_OK ||
        size != YS_PUBKEY_LEN)
        return ys_fail(err, YS_USAGE,
                       _("--parent-key \"%s\" is no transport key: 32 bytes in base64"), key);
    return YS_OK;
}

/* Pin the root, or compare it with the one that is and take its successors. */
static enum ys_code take_root(struct ys_node *node, const char *path, struct ys_err *err)
{
    if (path != NULL)
        return ys_node_take_roots(node, path, err);
    return node->has_root ? YS_OK
                          : ys_fail(err, YS_REFUSED,
                                    _("%s: no root is pinned; give the district's with "
                                      "--root FILE"),
                                    node->home.path);
}

/* From where in the own log the offered keys are valid. A unit that was never enrolled has its
 * records from before accepted with its keys; later on new keys count for what comes next. */
static enum ys_code own_size(const struct ys_node *node, uint64_t *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log own;
    enum ys_code code = ys_node_read(node, &txn, err);
    if (code == YS_OK)
        code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code != YS_OK)
        return code;
    const bool enrolled =
        node->member != NULL && ys_member_node(node->member, &node->origin.division) != NULL;
    *out = enrolled ? own.frontier.size : 0;
    return YS_OK;
}

static enum ys_code write_request(const struct ys_node *node, const struct wish *wish,
                                  struct ys_err *err)
{
    YS_NODE_KEYS_SCOPED keys = {.transport_secret = {0}};
    struct ys_offer offer;
    enum ys_code code = ys_keystore_load_node(&node->home, &node->origin, &keys, err);
    if (code == YS_OK && memcmp(keys.transport_public, wish->parent_key, YS_PUBKEY_LEN) == 0)
        return ys_fail(err, YS_USAGE, _("--parent-key is this node's own transport key"));
    if (code == YS_OK)
        code = ys_offer_of_home(&node->home, &node->config, &node->origin, &keys, &offer, err);
    if (code == YS_OK)
        code = own_size(node, &offer.log_size, err);
    if (code == YS_OK)
        code = ys_offer_save(&offer, wish->request, err);
    return code;
}

static enum ys_code check_level(const struct ys_node *node, struct ys_err *err)
{
    return node->observer || ys_division_level(&node->origin.division) != YS_LEVEL_DISTRICT
               ? YS_OK
               : ys_fail(err, YS_REFUSED, _("%s is a district: it has no parent to join"),
                         node->origin.division.digits);
}

/* --- by a request file --- */

static enum ys_code join_by_file(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    struct wish wish;
    struct ys_hash hash;
    char fingerprint[YS_RECORD_ID_TEXT_MAX];
    enum ys_code code = read_wish(call, &wish, err);
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK && node.observer)
        code = ys_fail(err, YS_USAGE,
                       _("an observer joins with a token of each whom it observes; there: yishi "
                         "invite CODE --observer"));
    if (code == YS_OK)
        code = check_level(&node, err);
    if (code == YS_OK)
        code = take_root(&node, wish.root, err);
    if (code == YS_OK)
        code = write_request(&node, &wish, err);
    if (code == YS_OK)
        code = ys_config_set_parent(&node.home, wish.parent, wish.parent_key, err);
    if (code != YS_OK)
        return code;
    ys_home_ring(&node.home); /* a running daemon dials the new parent */
    ys_root_chain_fingerprint(&node.roots, &hash);
    ys_record_id_print(&hash, fingerprint);
    if (strcmp(wish.request, "-") != 0)
        (call->json ? &ys_view_json : &ys_view_text)
            ->joined(&(struct ys_view_joined){.request = wish.request,
                                              .code = node.origin.division.digits,
                                              .parent = wish.parent,
                                              .root_fingerprint = fingerprint});
    return YS_OK;
}

/* --- over the wire --- */

/* What one call of join over the wire holds. */
struct joining {
    const struct ys_call *call;
    struct ys_node node;
    struct ys_token token;
    bool has_token; /* else an enrolled node asks again */
    struct ys_node_keys keys;
    struct ys_offer offer;
    char parent[YS_ADDRESS_MAX];
    uint8_t parent_key[YS_PUBKEY_LEN];
    bool told; /* PENDING was printed */
};

static enum ys_code read_token(struct joining *joining, const char *word, struct ys_err *err)
{
    char line[YS_TOKEN_TEXT_MAX + 2] = "";
    if (strcmp(word, "-") == 0) {
        if (fgets(line, sizeof line, stdin) == NULL)
            return ys_fail(err, YS_IO, _("standard input: there is no token"));
        line[strcspn(line, "\r\n")] = '\0';
        word = line;
    }
    const enum ys_code code = ys_token_parse(ys_bytes_of_text(word), &joining->token, err);
    sodium_memzero(line, sizeof line);
    if (code != YS_OK)
        return code;
    if (!ys_endpoint_valid(joining->token.address))
        return ys_fail(err, YS_MALFORMED, _("token: its address is not like tcp://host:port"));
    joining->has_token = true;
    snprintf(joining->parent, sizeof joining->parent, "%s", joining->token.address);
    memcpy(joining->parent_key, joining->token.parent_key, YS_PUBKEY_LEN);
    return YS_OK;
}

/* Is the token meant for this node? */
static enum ys_code check_token(const struct joining *joining, struct ys_err *err)
{
    const struct ys_token *const token = &joining->token;
    const struct ys_name *const origin = &joining->node.origin;
    if (strcmp(token->deployment, origin->deployment) != 0)
        return ys_fail(err, YS_DENIED, _("the token is of deployment %s, this node of %s"),
                       token->deployment, origin->deployment);
    if (token->observer != joining->node.observer)
        return token->observer
                   ? ys_fail(err, YS_DENIED,
                             _("the token invites an observer, and this is the node of %s; make a "
                               "home for observing: yishi init --observer"),
                             origin->division.digits)
                   : ys_fail(err, YS_DENIED,
                             _("this node observes, and the token invites the node of %s; ask for "
                               "one of: yishi invite CODE --observer"),
                             token->division.digits);
    if (token->observer)
        return ys_division_related(&token->host, &origin->division)
                   ? YS_OK
                   : ys_fail(err, YS_DENIED,
                             _("the token is of %s, of which this observer of %s may hold nothing"),
                             token->host.digits, origin->division.digits);
    if (!ys_division_equal(&token->division, &origin->division))
        return ys_fail(err, YS_DENIED, _("the token invites %s, but this node is %s"),
                       token->division.digits, origin->division.digits);
    return YS_OK;
}

static enum ys_code use_settings(struct joining *joining, struct ys_err *err)
{
    const struct ys_node *const node = &joining->node;
    if (node->observer)
        return ys_fail(err, YS_USAGE,
                       _("an observer joins with a token of each whom it observes; there: yishi "
                         "invite CODE --observer"));
    if (node->config.parent[0] == '\0')
        return ys_fail(err, YS_USAGE,
                       _("join needs a token (yishi invite, at the parent), or --request FILE"));
    if (!node->has_root)
        return ys_fail(err, YS_REFUSED, _("%s: no root is pinned; join with a token first"),
                       node->home.path);
    snprintf(joining->parent, sizeof joining->parent, "%s", node->config.parent);
    memcpy(joining->parent_key, node->config.parent_key, YS_PUBKEY_LEN);
    return YS_OK;
}

static enum ys_code foreign_root(const char *what, const struct ys_hash *found,
                                 const struct ys_hash *wanted, struct ys_err *err)
{
    char is[YS_RECORD_ID_TEXT_MAX];
    char should[YS_RECORD_ID_TEXT_MAX];
    ys_record_id_print(found, is);
    ys_record_id_print(wanted, should);
    return ys_fail(err, YS_DENIED,
                   _("foreign root: %s has %.16s..., the token names %.16s...; ask the "
                     "district before you go on"),
                   what, is, should);
}

/* No root is known but by the token: a person, or who wrote the command, has to vouch for it. */
static enum ys_code vouch(const struct joining *joining, struct ys_err *err)
{
    const char *const given = ys_args_value(&joining->call->args, "fingerprint");
    char fingerprint[YS_RECORD_ID_TEXT_MAX];
    ys_record_id_print(&joining->token.root_fingerprint, fingerprint);
    if (given != NULL)
        return strcmp(given, fingerprint) == 0
                   ? YS_OK
                   : ys_fail(err, YS_DENIED,
                             _("foreign root: the token names %s, not the --fingerprint given"),
                             fingerprint);
    if (ys_args_has(&joining->call->args, "yes") || !ys_confirm_possible())
        return ys_fail(err, YS_REFUSED,
                       _("no root is pinned, and nobody to compare its fingerprint: give the "
                         "district's --root FILE, or --fingerprint F"));
    fprintf(stderr, _("Fingerprint of the district's root:\n  %s\n"), fingerprint);
    return ys_confirm(_("Is it the one that the district publishes?"), err);
}

/* The root that is pinned, or given as a file, must be the token's. */
static enum ys_code compare_root(struct joining *joining, struct ys_err *err)
{
    const char *const path = ys_args_value(&joining->call->args, "root");
    const struct ys_node *const node = &joining->node;
    struct ys_root_chain roots = node->roots;
    struct ys_hash found;
    enum ys_code code = YS_OK;
    if (path == NULL && !node->has_root)
        return vouch(joining, err);
    if (path != NULL)
        code = ys_roots_load(path, &node->origin, &roots, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? ys_fail(err, YS_IO, _("%s: no such file"), path) : code;
    ys_root_chain_fingerprint(&roots, &found);
    if (!ys_hash_equal(&found, &joining->token.root_fingerprint))
        return foreign_root(path == NULL ? node->home.path : path, &found,
                            &joining->token.root_fingerprint, err);
    return path == NULL ? YS_OK : take_root(&joining->node, path, err);
}

/* The keys of an observer, under the name that they have where they are offered. */
static enum ys_code rename_keys(struct ys_node_keys *keys, const struct ys_name *origin,
                                struct ys_err *err)
{
    const struct ys_name mirror = ys_name_mirror(origin->deployment, &origin->division);
    char name[YS_KEY_NAME_MAX + 1];
    struct ys_vkey log_key = keys->log.vkey;
    struct ys_vkey mirror_key = keys->mirror.vkey;
    ys_name_print(origin, name);
    enum ys_code code = ys_vkey_make(name, log_key.type, log_key.key, &keys->log.vkey);
    ys_name_print(&mirror, name);
    if (code == YS_OK)
        code = ys_vkey_make(name, mirror_key.type, mirror_key.key, &keys->mirror.vkey);
    return code == YS_OK ? YS_OK : ys_fail(err, code, "%s: is no name of a key", name);
}

static enum ys_code make_offer(struct joining *joining, struct ys_err *err)
{
    struct ys_node *const node = &joining->node;
    const struct ys_name origin =
        node->observer
            ? ys_name_log(node->origin.deployment, &joining->token.division, YS_INCARNATION_MAX)
            : node->origin;
    enum ys_code code = ys_keystore_load_node(&node->home, &node->origin, &joining->keys, err);
    if (code == YS_OK && node->observer)
        code = rename_keys(&joining->keys, &origin, err);
    if (code == YS_OK)
        code = ys_offer_of_home(&node->home, &node->config, &origin, &joining->keys,
                                &joining->offer, err);
    joining->offer.observer = node->observer;
    if (code == YS_OK)
        code = own_size(node, &joining->offer.log_size, err);
    if (code == YS_OK && joining->has_token)
        ys_offer_bind(&joining->offer, &joining->keys.log, joining->token.id);
    return code;
}

/* The parent's root must be the one that is pinned, or that the token names; then it is pinned, or its
 * successors are taken. */
static enum ys_code settle_root(struct joining *joining, const struct ys_asked *asked,
                                struct ys_err *err)
{
    struct ys_node *const node = &joining->node;
    struct ys_hash found;
    struct ys_hash wanted = joining->token.root_fingerprint;
    if (asked->roots.count == 0)
        return node->has_root ? YS_OK
                              : ys_fail(err, YS_DENIED,
                                        _("the parent did not send its root; give the "
                                          "district's with --root FILE"));
    if (node->has_root)
        ys_root_chain_fingerprint(&node->roots, &wanted);
    ys_root_chain_fingerprint(&asked->roots, &found);
    if (!ys_hash_equal(&found, &wanted))
        return foreign_root(_("the parent"), &found, &wanted, err);
    if (node->has_root)
        return ys_node_extend_roots(node, &asked->roots, err);
    if (!ys_division_within(&node->origin.division, &asked->roots.policy[0].division))
        return ys_fail(err, YS_DENIED, _("the parent's root is of district %s, not of %s's"),
                       asked->roots.policy[0].division.digits, node->origin.division.digits);
    node->roots = asked->roots;
    node->has_root = true;
    return ys_roots_pin(&node->home, &asked->roots, err);
}

static enum ys_code settle(struct joining *joining, const struct ys_asked *asked,
                           struct ys_err *err)
{
    const struct ys_node *const node = &joining->node;
    enum ys_code code = settle_root(joining, asked, err);
    if (code == YS_OK && node->observer) {
        struct ys_observed observed = {.host = joining->token.host};
        memcpy(observed.endpoint, joining->parent, sizeof observed.endpoint);
        memcpy(observed.key, joining->parent_key, sizeof observed.key);
        code = ys_config_observe(&node->home, &observed, err);
    } else if (code == YS_OK && joining->has_token)
        code = ys_config_set_parent(&node->home, joining->parent, joining->parent_key, err);
    if (code == YS_OK)
        ys_home_ring(&node->home); /* a running daemon dials the new parent */
    return code;
}

static void print_asked(const struct joining *joining, const struct ys_asked *asked)
{
    struct ys_hash hash;
    struct ys_division parent;
    char fingerprint[YS_RECORD_ID_TEXT_MAX];
    ys_root_chain_fingerprint(&joining->node.roots, &hash);
    ys_record_id_print(&hash, fingerprint);
    if (joining->node.observer)
        parent = joining->token.host;
    else if (!ys_division_parent(&joining->node.origin.division, &parent))
        return;
    (joining->call->json ? &ys_view_json : &ys_view_text)
        ->asked(&(struct ys_view_asked){.admitted = asked->state == YS_ASKED_ADMITTED,
                                        .offer = &joining->offer,
                                        .parent = parent.digits,
                                        .address = joining->parent,
                                        .root_fingerprint = fingerprint});
    fflush(stdout);
}

static enum ys_code heard(void *context, const struct ys_asked *asked, bool *wait_out,
                          struct ys_err *err)
{
    struct joining *const joining = context;
    char reason[YS_ASKED_TEXT_MAX + 1];
    if (asked->state == YS_ASKED_REFUSED) {
        ys_view_clean(asked->text, reason, sizeof reason);
        return ys_fail(err, YS_REFUSED, _("the parent refuses: %s"), reason);
    }
    const bool again = joining->told && asked->state == YS_ASKED_PENDING;
    const enum ys_code code = settle(joining, asked, err);
    if (code != YS_OK)
        return code;
    if (!again)
        print_asked(joining, asked);
    joining->told = true;
    *wait_out = asked->state == YS_ASKED_PENDING && ys_args_has(&joining->call->args, "wait");
    if (*wait_out && !again)
        fprintf(stderr, "%s\n",
                _("Waiting for the officer; Ctrl-C ends the waiting, not the request."));
    return YS_OK;
}

static enum ys_code ask_parent(struct joining *joining, struct ys_err *err)
{
    static uint8_t packed[YS_JOIN_MAX];
    struct ys_writer w = {.data = packed, .capacity = sizeof packed};
    const enum ys_code code = ys_offer_encode(&joining->offer, &w, err);
    if (code != YS_OK)
        return code;
    return ys_ask(&(struct ys_asking){.endpoint = joining->parent,
                                      .parent_key = joining->parent_key,
                                      .secret = joining->has_token ? joining->token.seed
                                                                   : joining->keys.transport_secret,
                                      .join = {.data = packed, .size = w.size},
                                      .heard = heard,
                                      .context = joining},
                  err);
}

static enum ys_code join_over_wire(const struct ys_call *call, struct ys_err *err)
{
    struct joining joining = {.call = call};
    enum ys_code code = YS_OK;
    if (ys_args_value(&call->args, "parent") != NULL ||
        ys_args_value(&call->args, "parent-key") != NULL)
        return ys_fail(err, YS_USAGE, _("--parent and --parent-key go with --request FILE"));
    if (call->args.word_count != 0)
        code = read_token(&joining, call->args.word[0], err);
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &joining.node, err);
    if (code == YS_OK)
        code = check_level(&joining.node, err);
    if (code == YS_OK && joining.has_token)
        code = check_token(&joining, err);
    if (code == YS_OK)
        code = joining.has_token ? compare_root(&joining, err) : use_settings(&joining, err);
    if (code == YS_OK)
        code = make_offer(&joining, err);
    if (code == YS_OK)
        code = ask_parent(&joining, err);
    ys_node_close(&joining.node);
    ys_node_keys_clear(&joining.keys);
    ys_token_clear(&joining.token);
    return code;
}

enum ys_code ys_cmd_join(const struct ys_call *call, struct ys_err *err)
{
    return ys_args_value(&call->args, "request") != NULL ? join_by_file(call, err)
                                                         : join_over_wire(call, err);
}
