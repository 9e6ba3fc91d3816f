#include "node/root_request.h"

#include "node/draft_file.h"
#include "node/json_file.h"
#include "node/lang.h"
#include "proto/json.h"

#include <stdio.h>
#include <string.h>

void ys_root_request_clear(struct ys_root_request *request)
{
    for (size_t i = 0; i < request->count; i++)
        ys_written_clear(&request->record[i]);
    request->count = 0;
}

static const struct ys_root *policy_of(const struct ys_root_request *request)
{
    return &request->roots.policy[request->policy];
}

/* --- making --- */

static enum ys_code begin(const struct ys_node *node, struct ys_root_request *out,
                          struct ys_err *err)
{
    if (ys_division_level(&node->origin.division) != YS_LEVEL_DISTRICT)
        return ys_fail(err, YS_REFUSED, _("%s is no district: its root signs nothing for it"),
                       node->origin.division.digits);
    if (!node->has_root)
        return ys_fail(err, YS_REFUSED, _("%s: no root is pinned; give it with: yishi root next"),
                       node->home.path);
    *out = (struct ys_root_request){.roots = node->roots,
                                    .policy = ys_member_root_number(node->member, UINT64_MAX)};
    return YS_OK;
}

static enum ys_code add_record(const struct ys_node *node, struct ys_draft *draft,
                               struct ys_root_request *request, struct ys_err *err)
{
    const enum ys_code code =
        ys_written_bind(draft, &node->origin, ys_now_s(), &request->record[request->count], err);
    if (code == YS_OK)
        request->count++;
    return code;
}

static bool certified(const struct ys_member *member, const struct ys_offer *offer)
{
    const struct ys_member_node *const unit = ys_member_node(member, &offer->origin.division);
    return unit != NULL && strcmp(unit->name, offer->name) == 0 &&
           strcmp(unit->address, offer->address) == 0 &&
           memcmp(unit->transport, offer->transport, YS_PUBKEY_LEN) == 0 &&
           ys_member_find_text(member, offer->log) != NULL &&
           ys_member_find_text(member, offer->mirror) != NULL;
}

static enum ys_code add_lacking(const struct ys_node *node, struct ys_offer *offer, bool all,
                                struct ys_root_request *request, struct ys_err *err)
{
    struct ys_offer_parts parts;
    Yishi__V1__Body *body = NULL;
    enum ys_code code = YS_OK;
    const uint64_t size = offer->log_size;
    if (all || !certified(node->member, offer)) {
        YS_DRAFT_SCOPED draft;
        ys_offer_certificate(offer, &parts, &body);
        ys_draft_of(body, &draft);
        code = add_record(node, &draft, request, err);
    }
    for (size_t i = 0; i < offer->body_count && code == YS_OK; i++) {
        YS_DRAFT_SCOPED draft;
        const struct ys_member_key *const known =
            ys_member_find_text(node->member, offer->body[i].key);
        if (known != NULL && !all)
            continue;
        offer->log_size = known == NULL ? size : known->from;
        ys_offer_registration(offer, i, &parts, &body);
        ys_draft_of(body, &draft);
        code = add_record(node, &draft, request, err);
    }
    return code;
}

/* The offer of the own node. Keys of a unit that was never enrolled are valid from the beginning. */
static enum ys_code read_offer(const struct ys_node *node, struct ys_txn *txn, struct ys_offer *out,
                               struct ys_err *err)
{
    YS_NODE_KEYS_SCOPED keys = {.transport_secret = {0}};
    struct ys_log own;
    enum ys_code code = ys_keystore_load_node(&node->home, &node->origin, &keys, err);
    if (code == YS_OK)
        code = ys_offer_of_home(&node->home, &node->config, &node->origin, &keys, out, err);
    if (code == YS_OK)
        code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code == YS_OK && ys_member_node(node->member, &node->origin.division) != NULL)
        out->log_size = own.frontier.size;
    return code;
}

enum ys_code ys_root_request_make(const struct ys_node *node, bool succession,
                                  struct ys_root_request *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_offer offer;
    enum ys_code code = ys_node_read(node, &txn, err);
    if (code == YS_OK)
        code = begin(node, out, err);
    if (code != YS_OK)
        return code;
    if (succession && ++out->policy == out->roots.count)
        return ys_fail(err, YS_REFUSED,
                       _("%s: root.pub holds no successor of the policy that is in force; give it "
                         "with: yishi root next FILE"),
                       node->home.path);
    code = read_offer(node, txn, &offer, err);
    if (code == YS_OK)
        code = add_lacking(node, &offer, succession, out, err);
    if (code == YS_OK && out->count == 0)
        code = ys_fail(err, YS_REFUSED,
                       _("%s: nothing is lacking: certificate and keys are in force as they are"),
                       node->origin_text);
    if (code != YS_OK)
        ys_root_request_clear(out);
    return code;
}

enum ys_code ys_root_request_of_draft(const struct ys_node *node, struct ys_draft *draft,
                                      struct ys_root_request *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_node_read(node, &txn, err);
    if (code == YS_OK)
        code = begin(node, out, err);
    if (code == YS_OK && (draft->kind->authors & YS_BODY_ROOT) == 0)
        code = ys_fail(err, YS_DENIED, _("%s: a root may not write it"), draft->kind->name);
    return code == YS_OK ? add_record(node, draft, out, err) : code;
}

/* --- writing the file --- */

static json_t *request_json(const struct ys_root_request *request)
{
    uint8_t text[YS_ROOT_CHAIN_TEXT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    json_t *const records = json_array();
    ys_root_chain_print(&w, &request->roots);
    for (size_t i = 0; i < request->count; i++) {
        json_array_append_new(records, ys_draft_record_json(&request->record[i]));
    }
    return json_pack("{s:o, s:i, s:o}", "root", json_stringn((const char *)text, w.size), "policy",
                     (int)request->policy + 1, "records", records);
}

enum ys_code ys_root_request_save(const struct ys_root_request *request, const char *path,
                                  struct ys_err *err)
{
    return ys_json_file_save(path, request_json(request), err);
}

/* --- reading it --- */

static struct ys_bytes json_bytes(const json_t *json)
{
    return (struct ys_bytes){.data = (const uint8_t *)json_string_value(json),
                             .size = json_string_length(json)};
}

/* Every line is a good one of a key of the policy. */
static enum ys_code check_lines(const struct ys_root_request *request, struct ys_written *written,
                                struct ys_err *err)
{
    const struct ys_root *const root = policy_of(request);
    struct ys_note note;
    enum ys_code code = ys_note_parse(written->note, &note, err);
    if (code != YS_OK)
        return code;
    written->signer_count = 0;
    for (unsigned i = 0; i < root->count; i++)
        if (ys_note_check(&note, &root->key[i], NULL) == YS_LINE_GOOD)
            written->signer[written->signer_count++] = root->key[i];
    if (written->signer_count != note.line_count)
        return ys_fail(
            err, YS_BAD_SIG, _("%u of %u signature lines are no good ones of keys of policy %u"),
            note.line_count - written->signer_count, note.line_count, request->policy + 1);
    return YS_OK;
}

static enum ys_code check_place(const struct ys_root_request *request,
                                const struct ys_written *written, struct ys_err *err)
{
    const struct ys_root *const root = policy_of(request);
    const struct ys_record *const record = &written->record;
    const struct ys_kind *const kind = ys_kind_by_name(ys_bytes_of_text(record->kind));
    if (record->origin.kind != YS_NAME_LOG ||
        strcmp(record->origin.deployment, root->deployment) != 0 ||
        !ys_division_equal(&record->origin.division, &root->division))
        return ys_fail(err, YS_DENIED, _("it is not of the log of %s in %s"), root->division.digits,
                       root->deployment);
    if (kind == NULL || (kind->authors & YS_BODY_ROOT) == 0)
        return ys_fail(err, YS_DENIED, _("%s: a root may not write it"), record->kind);
    return YS_OK;
}

static enum ys_code read_record(const json_t *json, struct ys_root_request *request,
                                struct ys_err *err)
{
    struct ys_written *const written = &request->record[request->count];
    enum ys_code code = ys_draft_record_read(json, written, err);
    if (code != YS_OK)
        return code;
    request->count++; /* from here on the request frees it */
    code = check_place(request, written, err);
    return code == YS_OK && written->note.size != 0 ? check_lines(request, written, err) : code;
}

static enum ys_code read_json(const json_t *json, struct ys_root_request *out, struct ys_err *err)
{
    const json_t *const root = json_object_get(json, "root");
    const json_t *const policy = json_object_get(json, "policy");
    const json_t *const records = json_object_get(json, "records");
    struct ys_err why = {0};
    *out = (struct ys_root_request){.count = 0};
    if (!json_is_string(root) || !json_is_integer(policy) || !json_is_array(records) ||
        json_object_size(json) != 3 || json_array_size(records) == 0 ||
        json_array_size(records) > YS_OFFER_RECORDS_MAX)
        return ys_fail(err, YS_MALFORMED,
                       _("no request to a root: it has root, policy and 1 to %d records"),
                       YS_OFFER_RECORDS_MAX);
    enum ys_code code = ys_root_chain_parse(json_bytes(root), &out->roots, err);
    if (code != YS_OK)
        return code;
    const json_int_t number = json_integer_value(policy);
    if (number < 1 || number > (json_int_t)out->roots.count)
        return ys_fail(err, YS_MALFORMED, _("the root has no policy %lld"), (long long)number);
    out->policy = (unsigned)number - 1;
    for (size_t i = 0; i < json_array_size(records) && code == YS_OK; i++) {
        code = read_record(json_array_get(records, i), out, &why);
        if (code != YS_OK)
            code = ys_fail(err, code, _("record %zu: %s"), i + 1, why.msg);
    }
    return code;
}

enum ys_code ys_root_request_load(const char *path, struct ys_root_request *out, struct ys_err *err)
{
    struct ys_err why = {0};
    json_t *json = NULL;
    struct ys_root_request request = {.count = 0};
    enum ys_code code = ys_json_file_load(path, &json, err);
    if (code != YS_OK)
        return code;
    code = read_json(json, &request, &why);
    json_decref(json);
    if (code != YS_OK) {
        ys_root_request_clear(&request);
        return ys_fail(err, code, "%s: %s", path, why.msg);
    }
    *out = request;
    return YS_OK;
}

/* --- signing --- */

static bool has_signed(const struct ys_written *written, const struct ys_vkey *vkey)
{
    for (unsigned i = 0; i < written->signer_count; i++)
        if (ys_vkey_equal(&written->signer[i], vkey))
            return true;
    return false;
}

static bool has_signed_all(const struct ys_root_request *request, const struct ys_vkey *vkey)
{
    for (size_t i = 0; i < request->count; i++)
        if (!has_signed(&request->record[i], vkey))
            return false;
    return true;
}

unsigned ys_root_request_signed(const struct ys_root_request *request)
{
    const struct ys_root *const root = policy_of(request);
    unsigned count = 0;
    for (unsigned i = 0; i < root->count; i++)
        count += has_signed_all(request, &root->key[i]);
    return count;
}

enum ys_code ys_root_request_sign(struct ys_root_request *request, const struct ys_signer *signer,
                                  struct ys_err *err)
{
    enum ys_code code = YS_OK;
    if (!ys_root_has_key(policy_of(request), &signer->vkey))
        return ys_fail(err, YS_DENIED, _("key %08x is none of policy %u of this root"),
                       signer->vkey.id, request->policy + 1);
    if (has_signed_all(request, &signer->vkey))
        return ys_fail(err, YS_EXISTS, _("key %08x has signed already"), signer->vkey.id);
    for (size_t i = 0; i < request->count && code == YS_OK; i++)
        if (!has_signed(&request->record[i], &signer->vkey))
            code = ys_written_add_line(&request->record[i], signer, err);
    return code;
}

/* --- installing --- */

/* The root whose keys have signed is the one in force, now at the latest. */
static bool in_force(const struct ys_member *member, const void *context, struct ys_err *err)
{
    const struct ys_root_request *const request = context;
    if (ys_member_root_number(member, UINT64_MAX) == request->policy)
        return true;
    (void)ys_fail(err, YS_REFUSED, _("policy %u of the root is not the one in force"),
                  request->policy + 1);
    return false;
}

static enum ys_code take_roots(struct ys_node *node, const struct ys_root_request *request,
                               struct ys_err *err)
{
    struct ys_hash ours;
    struct ys_hash theirs;
    if (!node->has_root)
        return ys_fail(err, YS_REFUSED, _("%s: no root is pinned; give it with: yishi root next"),
                       node->home.path);
    ys_root_chain_fingerprint(&node->roots, &ours);
    ys_root_chain_fingerprint(&request->roots, &theirs);
    if (!ys_hash_equal(&ours, &theirs))
        return ys_fail(err, YS_DENIED,
                       _("the request rests on another root than the one pinned in %s"),
                       node->home.path);
    return ys_node_extend_roots(node, &request->roots, err);
}

enum ys_code ys_root_request_install(struct ys_node *node, struct ys_root_request *request,
                                     struct ys_appended *out, struct ys_err *err)
{
    const unsigned there = ys_root_request_signed(request);
    const unsigned asked = policy_of(request)->threshold;
    if (!ys_name_equal(&request->record[0].record.origin, &node->origin))
        return ys_fail(err, YS_DENIED, _("the request is not of log %s"), node->origin_text);
    if (there < asked)
        return ys_fail(err, YS_REFUSED,
                       _("%u of %u keys of the root have signed; have the others sign with: yishi "
                         "root sign"),
                       there, asked);
    enum ys_code code = take_roots(node, request, err);
    if (code == YS_OK)
        code = ys_author_check_new(node, request->record, request->count, err);
    return code != YS_OK ? code
                         : ys_author_append(node,
                                            &(struct ys_append){.records = request->record,
                                                                .count = request->count,
                                                                .effective = in_force,
                                                                .context = request},
                                            out, err);
}
