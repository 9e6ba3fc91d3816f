#include "node/cmd.h"
#include "node/draft_file.h"
#include "node/lang.h"
#include "node/root_request.h"
#include "node/view.h"

#include <stdio.h>
#include <string.h>

static const struct ys_view *view_of(const struct ys_call *call)
{
    return call->json ? &ys_view_json : &ys_view_text;
}

static enum ys_code need(const struct ys_call *call, const char *option, const char **out,
                         struct ys_err *err)
{
    *out = ys_args_value(&call->args, option);
    return *out != NULL ? YS_OK
                        : ys_fail(err, YS_USAGE, _("root %s needs --%s; see: yishi help root"),
                                  call->args.word[0], option);
}

/* --- on any computer: keys and policies --- */

static enum ys_code make_key(const struct ys_call *call, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    const char *deployment = NULL;
    const char *code_text = NULL;
    const char *path = NULL;
    const char *const kdf_text = ys_args_value(&call->args, "kdf");
    enum ys_keyfile_kdf kdf = YS_KDF_MODERATE;
    struct ys_division division;
    char text[YS_VKEY_TEXT_MAX];
    enum ys_code code = need(call, "deployment", &deployment, err);
    if (code == YS_OK)
        code = need(call, "code", &code_text, err);
    if (code == YS_OK)
        code = need(call, "out", &path, err);
    if (code == YS_OK && !ys_deployment_valid(ys_bytes_of_text(deployment)))
        code = ys_fail(err, YS_USAGE,
                       _("--deployment \"%s\" is no name of a federation such as beijing.example "
                         "(lower case, at least one point)"),
                       deployment);
    if (code == YS_OK &&
        (ys_division_parse(ys_bytes_of_text(code_text), &division, NULL) != YS_OK ||
         ys_division_level(&division) != YS_LEVEL_DISTRICT))
        code = ys_fail(err, YS_USAGE, _("--code \"%s\" is no code of a district: 6 digits"),
                       code_text);
    if (code == YS_OK)
        code = ys_kdf_parse(kdf_text == NULL ? "moderate" : kdf_text, &kdf, err);
    if (code == YS_OK)
        code = ys_passphrases_of_args(&call->args, &from, err);
    if (code != YS_OK)
        return code;
    const struct ys_name name = ys_name_root(deployment, &division);
    code = ys_keystore_make(path, &name, kdf, &from, &signer, err);
    if (code != YS_OK)
        return code;
    ys_vkey_print(&signer.vkey, text);
    view_of(call)->root_key(path, text);
    return YS_OK;
}

/* Add one key; deployment and district are those of its name. */
static enum ys_code add_key(struct ys_root *root, const char *text, struct ys_err *err)
{
    struct ys_vkey vkey;
    struct ys_name name;
    if (ys_vkey_parse(ys_bytes_of_text(text), &vkey) != YS_OK ||
        ys_name_parse(ys_bytes_of_text(vkey.name), &name, NULL) != YS_OK ||
        name.kind != YS_NAME_ROOT)
        return ys_fail(err, YS_USAGE, _("--key \"%s\" is no verifier key of a root"), text);
    if (root->count == YS_ROOT_KEYS_MAX)
        return ys_fail(err, YS_USAGE, _("--key: more than %d"), YS_ROOT_KEYS_MAX);
    if (root->count == 0) {
        root->division = name.division;
        memcpy(root->deployment, name.deployment, sizeof root->deployment);
    }
    if (ys_root_has_key(root, &vkey))
        return ys_fail(err, YS_USAGE, _("--key: %08x stands twice"), vkey.id);
    root->key[root->count++] = vkey;
    return YS_OK;
}

static enum ys_code commit_to(struct ys_root *root, const char *path, struct ys_err *err)
{
    struct ys_root_chain next;
    const enum ys_code code = ys_roots_load(path, NULL, &next, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? ys_fail(err, YS_IO, _("%s: no such file"), path) : code;
    if (next.count != 1)
        return ys_fail(err, YS_USAGE, _("%s: holds %u policies; --next takes a file of one"), path,
                       next.count);
    root->has_next = true;
    ys_root_fingerprint(&next.policy[0], &root->next);
    /* Whether it will do as a successor is better known now than when it is needed. */
    struct ys_root_chain both = {.count = 1, .policy = {*root}};
    return ys_root_chain_extend(&both, &next.policy[0], err);
}

static enum ys_code print_policy(const struct ys_call *call, const char *path,
                                 const struct ys_root_chain *roots)
{
    char fingerprint[YS_RECORD_ID_TEXT_MAX];
    struct ys_hash hash;
    const struct ys_root *const last = &roots->policy[roots->count - 1];
    ys_root_chain_fingerprint(roots, &hash);
    ys_record_id_print(&hash, fingerprint);
    view_of(call)->root_policy(&(struct ys_view_root_policy){.file = path,
                                                             .fingerprint = fingerprint,
                                                             .policies = roots->count,
                                                             .keys = last->count,
                                                             .threshold = last->threshold,
                                                             .has_next = last->has_next});
    return YS_OK;
}

static enum ys_code make_policy(const struct ys_call *call, struct ys_err *err)
{
    struct ys_root_chain roots = {.count = 1};
    struct ys_root_chain again;
    struct ys_root *const root = &roots.policy[0];
    const char *path = NULL;
    const char *const next = ys_args_value(&call->args, "next");
    uint8_t text[YS_ROOT_CHAIN_TEXT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    uint64_t threshold = 0;
    size_t place = 0;
    enum ys_code code = need(call, "out", &path, err);
    for (const char *key = ys_args_each(&call->args, "key", &place); key != NULL && code == YS_OK;
         key = ys_args_each(&call->args, "key", &place))
        code = add_key(root, key, err);
    if (code == YS_OK && root->count == 0)
        return ys_fail(err, YS_USAGE, _("root %s needs --%s; see: yishi help root"), "policy",
                       "key");
    if (code == YS_OK)
        code = ys_args_number(&call->args, "threshold", root->count, 1, &threshold, err);
    if (code == YS_OK && threshold == 0)
        code = ys_fail(err, YS_USAGE, _("--threshold: at least 1"));
    root->threshold = (unsigned)threshold;
    if (code == YS_OK && next != NULL)
        code = commit_to(root, next, err);
    if (code != YS_OK)
        return code;
    ys_root_chain_print(&w, &roots);
    code = ys_root_chain_parse((struct ys_bytes){text, w.size}, &again, err);
    if (code == YS_OK)
        code = ys_roots_save(path, &roots, err);
    return code == YS_OK ? print_policy(call, path, &roots) : code;
}

/* --- at any node: take up a successor --- */

static enum ys_code take_next(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    char path[PATH_MAX];
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_take_roots(&node, call->args.word[1], err);
    if (code != YS_OK)
        return code;
    ys_home_path(&node.home, "root.pub", path);
    return print_policy(call, path, &node.roots);
}

/* --- requests --- */

static enum ys_code print_request(const struct ys_call *call, const char *path,
                                  const struct ys_root_request *request, struct ys_err *err)
{
    const struct ys_root *const root = &request->roots.policy[request->policy];
    char fingerprint[YS_RECORD_ID_TEXT_MAX];
    char ids[YS_OFFER_RECORDS_MAX][YS_RECORD_ID_TEXT_MAX];
    struct ys_hash hash;
    enum ys_code code = YS_OK;
    ys_root_chain_fingerprint(&request->roots, &hash);
    ys_record_id_print(&hash, fingerprint);
    struct ys_view_root_request view = {.file = path,
                                        .deployment = root->deployment,
                                        .code = root->division.digits,
                                        .fingerprint = fingerprint,
                                        .policy = request->policy + 1,
                                        .policies = request->roots.count,
                                        .threshold = root->threshold,
                                        .keys = root->count,
                                        .have_signed = ys_root_request_signed(request)};
    for (size_t i = 0; i < request->count && code == YS_OK; i++) {
        ys_record_id_print(&request->record[i].id, ids[i]);
        view.record[i].kind = request->record[i].record.kind;
        view.record[i].id = ids[i];
        code = ys_draft_body_json(&request->record[i], &view.record[i].body, err);
        view.record_count = i + (code == YS_OK);
    }
    if (code == YS_OK)
        view_of(call)->root_request(&view);
    for (size_t i = 0; i < view.record_count; i++)
        json_decref(view.record[i].body);
    return code;
}

static enum ys_code request_of_file(const struct ys_node *node, const char *path,
                                    struct ys_root_request *out, struct ys_err *err)
{
    YS_DRAFT_SCOPED draft = {.body = NULL};
    const enum ys_code code = ys_draft_read(path, &node->origin, &draft, err);
    return code == YS_OK ? ys_root_request_of_draft(node, &draft, out, err) : code;
}

static enum ys_code make_request(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_ROOT_REQUEST_SCOPED request = {.count = 0};
    const char *path = NULL;
    const char *const record = ys_args_value(&call->args, "record");
    const bool succession = ys_args_has(&call->args, "succession");
    enum ys_code code = need(call, "out", &path, err);
    if (code == YS_OK && record != NULL && succession)
        code = ys_fail(err, YS_USAGE, _("--record and --succession do not go together"));
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_check_signs(&node, err);
    if (code == YS_OK)
        code = record != NULL ? request_of_file(&node, record, &request, err)
                              : ys_root_request_make(&node, succession, &request, err);
    if (code == YS_OK)
        code = ys_root_request_save(&request, path, err);
    return code == YS_OK ? print_request(call, path, &request, err) : code;
}

/* What is signed is shown before the passphrase is asked for. */
static enum ys_code sign(const struct ys_call *call, struct ys_err *err)
{
    YS_ROOT_REQUEST_SCOPED request = {.count = 0};
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    const char *const path = call->args.word[1];
    const char *key = NULL;
    const bool dry = ys_args_has(&call->args, "dry-run");
    enum ys_code code = dry ? YS_OK : need(call, "key", &key, err);
    if (code == YS_OK)
        code = ys_root_request_load(path, &request, err);
    if (code == YS_OK && (dry || !call->json))
        code = print_request(call, path, &request, err);
    if (code != YS_OK || dry)
        return code;
    fflush(stdout);
    const struct ys_root *const root = &request.roots.policy[request.policy];
    const struct ys_name name = ys_name_root(root->deployment, &root->division);
    code = ys_passphrases_of_args(&call->args, &from, err);
    if (code == YS_OK)
        code = ys_keystore_load(key, &name, &from, &signer, err);
    if (code == YS_OK)
        code = ys_root_request_sign(&request, &signer, err);
    if (code == YS_OK)
        code = ys_root_request_save(&request, path, err);
    if (code == YS_OK && call->json)
        return print_request(call, path, &request, err);
    if (code == YS_OK)
        printf(_("Signed: %u of the %u keys that are needed\n"), ys_root_request_signed(&request),
               root->threshold);
    return code;
}

static enum ys_code install(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_ROOT_REQUEST_SCOPED request = {.count = 0};
    struct ys_appended appended;
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_check_signs(&node, err);
    if (code == YS_OK)
        code = ys_root_request_load(call->args.word[1], &request, err);
    if (code == YS_OK)
        code = ys_root_request_install(&node, &request, &appended, err);
    for (size_t i = 0; i < request.count && code == YS_OK; i++) {
        const struct ys_written *const written = &request.record[i];
        char id[YS_RECORD_ID_TEXT_MAX];
        ys_record_id_print(&written->id, id);
        view_of(call)->written(&(struct ys_view_written){.origin = node.origin_text,
                                                         .id = id,
                                                         .kind = written->record.kind,
                                                         .subject = written->record.subject,
                                                         .signer_count = 1,
                                                         .signer = {"root"},
                                                         .index = appended.first_index + i,
                                                         .size = appended.size});
    }
    return code;
}

enum ys_code ys_cmd_root(const struct ys_call *call, struct ys_err *err)
{
    static const struct {
        const char *name;
        enum ys_code (*run)(const struct ys_call *call, struct ys_err *err);
        size_t words;
    } table[] = {{"new", make_key, 1},         {"policy", make_policy, 1}, {"next", take_next, 2},
                 {"request", make_request, 1}, {"sign", sign, 2},          {"install", install, 2}};
    const char *const what = call->args.word[0];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].name, what) != 0)
            continue;
        if (call->args.word_count != table[i].words)
            return ys_fail(err, YS_USAGE,
                           table[i].words == 1 ? _("root %s takes no further word")
                                               : _("root %s needs one FILE"),
                           what);
        return table[i].run(call, err);
    }
    return ys_fail(err, YS_USAGE, _("root: unknown \"%s\"; see: yishi help root"), what);
}
