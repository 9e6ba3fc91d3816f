#include "node/cmd.h"
#include "node/file.h"
#include "node/guard.h"
#include "node/lang.h"
#include "node/root_request.h"
#include "node/vault/vault_key.h"
#include "node/view.h"
#include "proto/text.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the command line asks for, checked before any file is made. */
struct plan {
    struct ys_config config;
    struct ys_identity identity;
    enum ys_keyfile_kdf kdf;
    struct ys_body_names bodies;
    bool observer;         /* it reads what the unit may, and has no bodies */
    const char *root_path; /* NULL: none given */
    bool makes_root;
    unsigned root_keys, root_threshold;
};

/* What is printed of it. */
struct made {
    char origin[YS_KEY_NAME_MAX + 1];
    char root_fingerprint[YS_RECORD_ID_TEXT_MAX];
};

/* Keys of a root that is made here. */
struct root_signers {
    struct ys_signer item[YS_ROOT_KEYS_MAX];
};

static void clear_root_signers(struct root_signers *signers)
{
    for (unsigned i = 0; i < YS_ROOT_KEYS_MAX; i++)
        ys_signer_clear(&signers->item[i]);
}

static enum ys_code plan_unit(const struct ys_call *call, struct plan *plan, struct ys_err *err)
{
    const char *const deployment = ys_args_value(&call->args, "deployment");
    const char *const code = ys_args_value(&call->args, "code");
    if (deployment == NULL || code == NULL)
        return ys_fail(err, YS_USAGE, _("init needs --deployment NAME and --code CODE"));
    if (!ys_deployment_valid(ys_bytes_of_text(deployment)))
        return ys_fail(err, YS_USAGE,
                       _("--deployment \"%s\" is no name of a federation such as beijing.example "
                         "(lower case, at least one point)"),
                       deployment);
    if (ys_division_parse(ys_bytes_of_text(code), &plan->config.division, NULL) != YS_OK)
        return ys_fail(err, YS_USAGE, _("--code \"%s\" is no division code of 6, 9 or 12 digits"),
                       code);
    memcpy(plan->config.deployment, deployment, strlen(deployment) + 1);
    plan->observer = ys_args_has(&call->args, "observer");
    plan->identity.origin =
        ys_name_log(deployment, &plan->config.division, plan->observer ? YS_INCARNATION_MAX : 1);
    randombytes_buf(plan->identity.store_id, sizeof plan->identity.store_id);
    return YS_OK;
}

static enum ys_code plan_settings(const struct ys_call *call, struct plan *plan, struct ys_err *err)
{
    enum { NAME_POINTS_MAX = 60 };
    const char *const name = ys_args_value(&call->args, "name");
    const char *const listen = ys_args_value(&call->args, "listen");
    const char *const shown = name != NULL ? name : plan->config.division.digits;
    size_t points = 0;
    if (ys_text_check(ys_bytes_of_text(shown), &points) != YS_TEXT_GOOD || points == 0 ||
        points > NAME_POINTS_MAX || strchr(shown, '\n') != NULL)
        return ys_fail(err, YS_USAGE, _("--name: 1 to %d characters of text in one line"),
                       NAME_POINTS_MAX);
    memcpy(plan->config.name, shown, strlen(shown) + 1);
    if (listen != NULL && !ys_endpoint_valid(listen))
        return ys_fail(err, YS_USAGE, _("\"%s\" is no address like tcp://host:port"), listen);
    if (listen != NULL)
        memcpy(plan->config.listen, listen, strlen(listen) + 1);
    if (call->lang != NULL)
        memcpy(plan->config.lang, call->lang, strlen(call->lang) + 1);
    const char *const kdf = ys_args_value(&call->args, "kdf");
    return ys_kdf_parse(kdf == NULL ? "moderate" : kdf, &plan->kdf, err);
}

static enum ys_code add_body(struct plan *plan, struct ys_bytes body, struct ys_err *err)
{
    const enum ys_level level = ys_division_level(&plan->config.division);
    char name[YS_BODY_NAME_MAX + 1] = "";
    if (!ys_body_name_valid(body))
        return ys_fail(err, YS_USAGE,
                       _("--bodies: \"%.*s\" is no body: rc, po, sc, st, da, gd-NAME"),
                       (int)body.size, (const char *)body.data);
    memcpy(name, body.data, body.size);
    if (!ys_body_class_at(ys_body_class(name), level))
        return ys_fail(err, YS_USAGE, _("--bodies: a %s has no body \"%s\""), ys_level_name(level),
                       name);
    for (size_t i = 0; i < plan->bodies.count; i++)
        if (strcmp(plan->bodies.name[i], name) == 0)
            return ys_fail(err, YS_USAGE, _("--bodies: \"%s\" stands twice"), name);
    if (plan->bodies.count == YS_KEYSTORE_BODIES_MAX)
        return ys_fail(err, YS_USAGE, _("--bodies: more than %d"), YS_KEYSTORE_BODIES_MAX);
    memcpy(plan->bodies.name[plan->bodies.count++], name, sizeof name);
    return YS_OK;
}

static const char *default_bodies(const struct ys_division *division)
{
    switch (ys_division_level(division)) {
    case YS_LEVEL_DISTRICT:
        return "da";
    case YS_LEVEL_STREET:
        return "st";
    case YS_LEVEL_COMMUNITY:
        return "rc,po,sc";
    }
    return "";
}

static enum ys_code plan_bodies(const struct ys_call *call, struct plan *plan, struct ys_err *err)
{
    const char *list = ys_args_value(&call->args, "bodies");
    if (plan->observer)
        return list == NULL && !ys_args_has(&call->args, "listen")
                   ? YS_OK
                   : ys_fail(err, YS_USAGE,
                             _("an observer has no bodies and nobody dials it: no --bodies, no "
                               "--listen"));
    if (list == NULL)
        list = default_bodies(&plan->config.division);
    for (;;) {
        const size_t length = strcspn(list, ",");
        const enum ys_code code =
            add_body(plan, (struct ys_bytes){.data = (const uint8_t *)list, .size = length}, err);
        if (code != YS_OK || list[length] == '\0')
            return code;
        list += length + 1;
    }
}

/* Is it a district's own node, which has a root and a guard? */
static bool is_district(const struct plan *plan)
{
    return !plan->observer && ys_division_level(&plan->config.division) == YS_LEVEL_DISTRICT;
}

static enum ys_code plan_root(const struct ys_call *call, struct plan *plan, struct ys_err *err)
{
    uint64_t keys = 1;
    uint64_t threshold = 1;
    plan->root_path = ys_args_value(&call->args, "root");
    plan->makes_root = plan->root_path == NULL && is_district(plan);
    if (!plan->makes_root &&
        (ys_args_has(&call->args, "root-keys") || ys_args_has(&call->args, "root-threshold")))
        return ys_fail(err, YS_USAGE,
                       _("--root-keys and --root-threshold are for a district that makes its own "
                         "root"));
    enum ys_code code = ys_args_number(&call->args, "root-keys", YS_ROOT_KEYS_MAX, 1, &keys, err);
    if (code == YS_OK)
        code = ys_args_number(&call->args, "root-threshold", YS_ROOT_KEYS_MAX, 1, &threshold, err);
    if (code == YS_OK && (keys == 0 || threshold == 0 || threshold > keys))
        code = ys_fail(err, YS_USAGE,
                       _("--root-threshold: at least 1, and no more than there are keys (%llu)"),
                       (unsigned long long)keys);
    plan->root_keys = (unsigned)keys;
    plan->root_threshold = (unsigned)threshold;
    return code;
}

static enum ys_code make_plan(const struct ys_call *call, struct plan *plan, struct ys_err *err)
{
    enum ys_code code = plan_unit(call, plan, err);
    if (code == YS_OK)
        code = plan_settings(call, plan, err);
    if (code == YS_OK)
        code = plan_bodies(call, plan, err);
    return code == YS_OK ? plan_root(call, plan, err) : code;
}

static enum ys_code make_body_keys(const struct plan *plan, const struct ys_home *made,
                                   const struct ys_node_keys *keys,
                                   const struct ys_passphrases *from, struct ys_err *err)
{
    const struct ys_name *const origin = &plan->identity.origin;
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < plan->bodies.count && code == YS_OK; i++) {
        char path[PATH_MAX];
        struct ys_public public;
        YS_SIGNER_SCOPED signer;
        const char *const body = plan->bodies.name[i];
        const struct ys_name name = ys_signatory_name(origin, body);
        ys_keystore_path(made, body, ".key", path);
        code = ys_keystore_make(path, &name, plan->kdf, from, &signer, err);
        if (code != YS_OK)
            break;
        public.vkey = signer.vkey;
        ys_possession_sign(&signer, origin, keys->transport_public, public.possession);
        ys_keystore_path(made, body, ".pub", path);
        code = ys_public_save(path, &public, err);
    }
    return code;
}

/* A root made here: keys/root-1.key and further ones. */
static enum ys_code make_root(const struct plan *plan, const struct ys_home *made,
                              const struct ys_passphrases *from, struct root_signers *signers,
                              struct ys_err *err)
{
    const struct ys_name name = ys_signatory_name(&plan->identity.origin, "root");
    struct ys_root_chain roots = {.count = 1};
    struct ys_root *const root = &roots.policy[0];
    *root = (struct ys_root){.division = plan->config.division,
                             .threshold = plan->root_threshold,
                             .count = plan->root_keys};
    memcpy(root->deployment, plan->config.deployment, sizeof root->deployment);
    for (unsigned i = 0; i < plan->root_keys; i++) {
        char path[PATH_MAX];
        char file[16];
        snprintf(file, sizeof file, "root-%u", i + 1);
        ys_keystore_path(made, file, ".key", path);
        const enum ys_code code =
            ys_keystore_make(path, &name, plan->kdf, from, &signers->item[i], err);
        if (code != YS_OK)
            return code;
        root->key[i] = signers->item[i].vkey;
    }
    return ys_roots_pin(made, &roots, err);
}

/* The district's first records, which only the root can sign. */
static enum ys_code write_first_records(const struct plan *plan, const struct ys_home *made,
                                        const struct root_signers *root_keys, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_ROOT_REQUEST_SCOPED request = {.count = 0};
    struct ys_appended appended;
    enum ys_code code = ys_node_open(made->path, "", &node, err);
    if (code == YS_OK)
        code = ys_root_request_make(&node, false, &request, err);
    for (unsigned i = 0; i < plan->root_keys && code == YS_OK; i++)
        code = ys_root_request_sign(&request, &root_keys->item[i], err);
    return code == YS_OK ? ys_root_request_install(&node, &request, &appended, err) : code;
}

static enum ys_code fill_home(const struct plan *plan, const struct ys_home *made,
                              const struct ys_passphrases *from, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_root_chain roots;
    uint8_t vault[YS_PUBKEY_LEN];
    YS_NODE_KEYS_SCOPED keys = {.transport_secret = {0}};
    __attribute__((cleanup(clear_root_signers))) struct root_signers root_keys = {0};
    if (plan->root_path != NULL) {
        const enum ys_code loaded =
            ys_roots_load(plan->root_path, &plan->identity.origin, &roots, err);
        if (loaded != YS_OK)
            return loaded == YS_NOT_FOUND
                       ? ys_fail(err, YS_IO, _("%s: no such file"), plan->root_path)
                       : loaded;
    }
    ys_home_path(made, "store", path);
    enum ys_code code = ys_store_create(path, &plan->identity, err);
    if (code == YS_OK)
        code = ys_config_create(made, &plan->config, err);
    if (code == YS_OK)
        code = ys_keystore_make_node(made, &plan->identity.origin, &keys, err);
    if (code == YS_OK)
        code = make_body_keys(plan, made, &keys, from, err);
    if (code == YS_OK && ys_division_level(&plan->identity.origin.division) == YS_LEVEL_COMMUNITY)
        code = ys_vault_key_make(made, &plan->identity.origin, plan->kdf, from, vault, err);
    if (code == YS_OK && plan->makes_root)
        code = make_root(plan, made, from, &root_keys, err);
    else if (code == YS_OK && plan->root_path != NULL)
        code = ys_roots_pin(made, &roots, err);
    if (code == YS_OK && plan->makes_root)
        code = write_first_records(plan, made, &root_keys, err);
    return code;
}

/* While it may still be given up: does what was made open, and which root is pinned in it? */
static enum ys_code read_made(const struct ys_home *made, struct made *out, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    struct ys_hash hash;
    const enum ys_code code = ys_node_open(made->path, "", &node, err);
    if (code != YS_OK)
        return code;
    *out = (struct made){.root_fingerprint = ""};
    memcpy(out->origin, node.origin_text, sizeof out->origin);
    if (node.has_root) {
        ys_root_chain_fingerprint(&node.roots, &hash);
        ys_record_id_print(&hash, out->root_fingerprint);
    }
    return YS_OK;
}

static void print_made(const struct ys_call *call, const struct ys_home *home,
                       const struct plan *plan, const struct made *made)
{
    char guard_path[PATH_MAX];
    const bool district = is_district(plan);
    ys_guard_path(home, &plan->config, guard_path);
    (call->json ? &ys_view_json : &ys_view_text)
        ->made(&(struct ys_view_made){.home = home->path,
                                      .guard_path = district ? guard_path : NULL,
                                      .has_vault = ys_division_level(&plan->config.division) ==
                                                   YS_LEVEL_COMMUNITY,
                                      .origin = made->origin,
                                      .root_fingerprint = made->root_fingerprint,
                                      .bodies = &plan->bodies,
                                      .root_key_count = plan->makes_root ? plan->root_keys : 0});
}

/* A district's guard lies outside its home (guard.h). One that is there belongs to a node that was. */
static enum ys_code make_guard(const struct plan *plan, const struct ys_home *home,
                               struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_guard guard = {.origin = plan->identity.origin};
    if (!is_district(plan))
        return YS_OK;
    ys_guard_path(home, &plan->config, path);
    memcpy(guard.store_id, plan->identity.store_id, sizeof guard.store_id);
    ys_empty_root(&guard.root);
    if (access(path, F_OK) == 0)
        return ys_fail(err, YS_EXISTS,
                       _("%s: there is the guard of another node; if that node is gone for good, "
                         "remove the file"),
                       path);
    return ys_guard_save(path, &guard, err);
}

static void remove_guard(const struct plan *plan, const struct ys_home *home)
{
    char path[PATH_MAX];
    if (!is_district(plan))
        return;
    ys_guard_path(home, &plan->config, path);
    unlink(path);
}

enum ys_code ys_cmd_init(const struct ys_call *call, struct ys_err *err)
{
    struct plan plan = {.root_path = NULL};
    struct ys_home home;
    struct ys_home made;
    struct made shown;
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    enum ys_code code = make_plan(call, &plan, err);
    if (code == YS_OK)
        code = ys_passphrases_of_args(&call->args, &from, err);
    if (code == YS_OK)
        code = ys_home_choose(call->home, &home, err);
    if (code == YS_OK)
        code = ys_home_begin(&home, &made, err);
    if (code != YS_OK)
        return code;
    code = fill_home(&plan, &made, &from, err);
    if (code == YS_OK)
        code = read_made(&made, &shown, err);
    if (code == YS_OK)
        code = make_guard(&plan, &home, err);
    if (code == YS_OK && (code = ys_home_commit(&home, &made, err)) != YS_OK)
        remove_guard(&plan, &home);
    if (code != YS_OK) {
        ys_home_abort(&made);
        return code;
    }
    print_made(call, &home, &plan, &shown);
    return YS_OK;
}
