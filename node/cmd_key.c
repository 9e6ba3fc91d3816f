#include "crypto/base64.h"
#include "node/certificate.h"
#include "node/cmd.h"
#include "node/lang.h"
#include "node/vault/vault_key.h"
#include "node/view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum ys_code list(const struct ys_call *call, const struct ys_node *node, struct ys_err *err)
{
    YS_NODE_KEYS_SCOPED keys = {.transport_secret = {0}};
    struct ys_offer offer;
    struct ys_hash hash;
    char fingerprint[YS_RECORD_ID_TEXT_MAX] = "";
    char transport[YS_BASE64_LEN(YS_PUBKEY_LEN) + 1];
    struct ys_writer w = {.data = (uint8_t *)transport, .capacity = sizeof transport - 1};
    enum ys_code code = ys_keystore_load_node(&node->home, &node->origin, &keys, err);
    if (code == YS_OK)
        code = ys_offer_of_home(&node->home, &node->config, &node->origin, &keys, &offer, err);
    if (code != YS_OK)
        return code;
    ys_writer_base64(&w, (struct ys_bytes){.data = offer.transport, .size = YS_PUBKEY_LEN});
    transport[w.size] = '\0';
    if (node->has_root) {
        ys_root_chain_fingerprint(&node->roots, &hash);
        ys_record_id_print(&hash, fingerprint);
    }
    struct ys_view_keys view = {.log = offer.log,
                                .mirror = offer.mirror,
                                .transport = transport,
                                .root_fingerprint = fingerprint,
                                .body_count = offer.body_count};
    for (size_t i = 0; i < offer.body_count; i++) {
        view.body[i].body = offer.body[i].body;
        memcpy(view.body[i].key, offer.body[i].key, sizeof view.body[i].key);
    }
    (call->json ? &ys_view_json : &ys_view_text)->keys(&view);
    return YS_OK;
}

static enum ys_code choose_kdf(const struct ys_call *call, enum ys_keyfile_kdf *out,
                               struct ys_err *err)
{
    const char *const text = ys_args_value(&call->args, "kdf");
    return ys_kdf_parse(text == NULL ? "moderate" : text, out, err);
}

/* A body that may exist at this unit. */
static enum ys_code check_body(const struct ys_node *node, const char *body, struct ys_err *err)
{
    if (!ys_body_name_valid(ys_bytes_of_text(body)) ||
        !ys_body_class_at(ys_body_class(body), ys_division_level(&node->origin.division)))
        return ys_fail(err, YS_USAGE, _("%s has no body \"%s\""), node->origin.division.digits,
                       body);
    return YS_OK;
}

static enum ys_code rename_file(const char *from, const char *to, struct ys_err *err)
{
    if (rename(from, to) == 0 || errno == ENOENT)
        return YS_OK;
    return ys_fail(err, YS_IO, "%s: %s", from, strerror(errno));
}

/* The old key may still have to sign for its successor, so it stays: keys/<body>.<key id>.key */
static enum ys_code put_in_place(const struct ys_node *node, const char *body, const char *fresh,
                                 const struct ys_public *public, struct ys_err *err)
{
    char key_path[PATH_MAX];
    char pub_path[PATH_MAX];
    char old_path[PATH_MAX];
    char suffix[32];
    struct ys_public old;
    ys_keystore_path(&node->home, body, ".key", key_path);
    ys_keystore_path(&node->home, body, ".pub", pub_path);
    enum ys_code code = ys_public_load(pub_path, &old, err);
    if (code == YS_OK) {
        snprintf(suffix, sizeof suffix, ".%08x.key", old.vkey.id);
        ys_keystore_path(&node->home, body, suffix, old_path);
        code = rename_file(key_path, old_path, err);
    } else if (code == YS_NOT_FOUND) {
        code = YS_OK;
    }
    if (code == YS_OK)
        code = rename_file(fresh, key_path, err);
    return code != YS_OK ? code : ys_public_save(pub_path, public, err);
}

static enum ys_code make_new(const struct ys_call *call, const struct ys_node *node,
                             const char *body, const struct ys_passphrases *from,
                             struct ys_err *err)
{
    YS_NODE_KEYS_SCOPED keys = {.transport_secret = {0}};
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    const struct ys_name name = ys_signatory_name(&node->origin, body);
    enum ys_keyfile_kdf kdf = YS_KDF_MODERATE;
    char fresh[PATH_MAX];
    char text[YS_VKEY_TEXT_MAX];
    struct ys_public public;
    ys_keystore_path(&node->home, body, ".key.new", fresh);
    enum ys_code code = choose_kdf(call, &kdf, err);
    if (code == YS_OK)
        code = ys_keystore_has_room(&node->home, body, err);
    if (code == YS_OK)
        code = ys_keystore_load_node(&node->home, &node->origin, &keys, err);
    if (code != YS_OK)
        return code;
    unlink(fresh); /* of a call that was cut short */
    code = ys_keystore_make(fresh, &name, kdf, from, &signer, err);
    if (code != YS_OK)
        return code;
    public.vkey = signer.vkey;
    ys_possession_sign(&signer, &node->origin, keys.transport_public, public.possession);
    code = put_in_place(node, body, fresh, &public, err);
    if (code != YS_OK)
        return code;
    ys_vkey_print(&public.vkey, text);
    (call->json ? &ys_view_json : &ys_view_text)->new_key(body, text);
    return YS_OK;
}

/* The vault's key is no body's: it signs nothing, and nobody registers it. */
static enum ys_code make_vault(const struct ys_call *call, const struct ys_node *node,
                               const struct ys_passphrases *from, struct ys_err *err)
{
    enum ys_keyfile_kdf kdf = YS_KDF_MODERATE;
    uint8_t public[YS_PUBKEY_LEN];
    char text[YS_BASE64_LEN(YS_PUBKEY_LEN) + 1];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = sizeof text - 1};
    enum ys_code code = choose_kdf(call, &kdf, err);
    if (code == YS_OK)
        code = ys_vault_key_make(&node->home, &node->origin, kdf, from, public, err);
    if (code != YS_OK)
        return code;
    ys_writer_base64(&w, (struct ys_bytes){.data = public, .size = sizeof public});
    text[w.size] = '\0';
    (call->json ? &ys_view_json : &ys_view_text)->new_key(YS_VAULT_BODY, text);
    return YS_OK;
}

static enum ys_code relock(const struct ys_call *call, const struct ys_node *node, const char *body,
                           const struct ys_passphrases *from, struct ys_err *err)
{
    struct ys_passphrases new_from = {.file_count = 0};
    const char *const file = ys_args_value(&call->args, "new-passphrase-file");
    enum ys_keyfile_kdf kdf = YS_KDF_MODERATE;
    char path[PATH_MAX];
    ys_keystore_path(&node->home, body, ".key", path);
    enum ys_code code = choose_kdf(call, &kdf, err);
    if (code == YS_OK && file != NULL)
        code = ys_passphrases_add_file(&new_from, file, err);
    if (code == YS_OK && strcmp(body, YS_VAULT_BODY) == 0)
        code = ys_vault_key_relock(&node->home, &node->origin, kdf, from, &new_from, err);
    else if (code == YS_OK) {
        const struct ys_name name = ys_signatory_name(&node->origin, body);
        code = ys_keystore_relock(path, &name, kdf, from, &new_from, err);
    }
    if (code == YS_OK)
        fprintf(stderr, _("%s: has its new passphrase\n"), path);
    return code;
}

enum ys_code ys_cmd_key(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    const struct ys_args *const args = &call->args;
    const char *const what = args->word_count == 0 ? "list" : args->word[0];
    const bool is_list = strcmp(what, "list") == 0;
    const bool is_new = strcmp(what, "new") == 0;
    if (!is_list && !is_new && strcmp(what, "passphrase") != 0)
        return ys_fail(err, YS_USAGE, _("key: unknown \"%s\"; see: yishi help key"), what);
    if (is_list ? args->word_count > 1 : args->word_count != 2)
        return ys_fail(err, YS_USAGE,
                       is_list ? _("key list takes nothing more")
                               : _("key new and key passphrase need BODY"));
    enum ys_code code = ys_passphrases_of_args(args, &from, err);
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK && !is_list)
        code = ys_node_check_signs(&node, err);
    if (code != YS_OK || is_list)
        return code != YS_OK ? code : list(call, &node, err);
    const bool is_vault = strcmp(args->word[1], YS_VAULT_BODY) == 0;
    if (is_vault && is_new)
        return make_vault(call, &node, &from, err);
    code = is_vault ? YS_OK : check_body(&node, args->word[1], err);
    if (code != YS_OK)
        return code;
    return is_new ? make_new(call, &node, args->word[1], &from, err)
                  : relock(call, &node, args->word[1], &from, err);
}
