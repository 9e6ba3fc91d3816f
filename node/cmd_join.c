#include "crypto/base64.h"
#include "node/certificate.h"
#include "node/cmd.h"
#include "node/lang.h"
#include "node/view.h"

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
    if (wish->request == NULL || wish->parent == NULL || key == NULL)
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

enum ys_code ys_cmd_join(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    struct wish wish;
    struct ys_hash hash;
    char fingerprint[YS_RECORD_ID_TEXT_MAX];
    enum ys_code code = read_wish(call, &wish, err);
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK && ys_division_level(&node.origin.division) == YS_LEVEL_DISTRICT)
        code = ys_fail(err, YS_REFUSED, _("%s is a district: it has no parent to join"),
                       node.origin.division.digits);
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
