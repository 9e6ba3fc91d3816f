#include "crypto/fork.h"
#include "node/check.h"
#include "node/cmd.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/node.h"
#include "node/vault/opening.h"
#include "node/vault/seal_view.h"
#include "node/vault/sealed_find.h"
#include "node/view.h"
#include "proto/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep_step(void *context, enum ys_check_step step, const char *text)
{
    struct ys_view_checked *const checked = context;
    if (checked->step_count == YS_VIEW_STEPS_MAX)
        return;
    struct ys_view_step *const kept = &checked->step[checked->step_count++];
    kept->step = step;
    snprintf(kept->text, sizeof kept->text, "%s", text);
}

/* Is it a fork proof? Its first line ends so; or it is meant as one, when a key is given and no root. */
static bool is_fork_proof(const struct ys_call *call, struct ys_bytes bytes)
{
    static const char ending[] = "/fork-proof/v1";
    const uint8_t *const end = bytes.size == 0 ? NULL : memchr(bytes.data, '\n', bytes.size);
    const size_t length = end == NULL ? 0 : (size_t)(end - bytes.data);
    if (length >= sizeof ending - 1 &&
        memcmp(end - (sizeof ending - 1), ending, sizeof ending - 1) == 0)
        return true;
    return ys_args_value(&call->args, "key") != NULL &&
           ys_args_value(&call->args, "root") == NULL &&
           !ys_bytes_starts_with(bytes, "c2sp.org/tlog-proof@");
}

/* What the record says, for people; NULL when it is not there or not understood. */
static enum ys_code read_body(struct ys_bytes bundle, json_t **out, struct ys_err *err)
{
    struct ys_arena extra;
    struct ys_arena arena;
    struct ys_entry entry;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&extra, YS_EVIDENCE_ARENA_MAX);
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_check_record(bundle, &extra, &entry, err);
    if (code == YS_OK && entry.content == YS_CONTENT_BODY)
        code = ys_body_decode(entry.body, &arena, &body, err);
    if (code == YS_OK && body != NULL)
        code = ys_json_encode(&body->base, out, err);
    ys_arena_clear(&arena);
    ys_arena_clear(&extra);
    return code == YS_NOMEM ? code : YS_OK;
}

static enum ys_code check_bundle(const struct ys_call *call, struct ys_bytes bytes,
                                 struct ys_view_checked *checked, struct ys_err *err)
{
    const char *const root_path = ys_args_value(&call->args, "root");
    struct ys_root_chain roots;
    struct ys_check_result result;
    json_t *body = NULL;
    if (root_path == NULL)
        return ys_fail(err, YS_USAGE,
                       _("--root FILE is needed: the root policy of the district (a proof of two "
                         "histories needs --key VKEY instead)"));
    enum ys_code code = ys_roots_load(root_path, NULL, &roots, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_IO, _("%s: there is no such file"), root_path);
    if (code != YS_OK)
        return code;
    const struct ys_check_options options = {
        .roots = &roots, .step = keep_step, .context = checked};
    code = ys_check(&options, bytes, &result, err);
    if (code == YS_OK)
        code = read_body(bytes, &body, err);
    checked->reason = code == YS_OK ? NULL : err->msg;
    checked->result = code == YS_OK ? &result : NULL;
    checked->body = body;
    if (code == YS_OK || ys_code_fault(code) != YS_FAULT_LOCAL)
        (call->json ? &ys_view_json : &ys_view_text)->checked(checked);
    json_decref(body);
    return code;
}

static enum ys_code check_fork(const struct ys_call *call, struct ys_bytes bytes,
                               struct ys_view_checked *checked, struct ys_err *err)
{
    const char *const key_text = ys_args_value(&call->args, "key");
    struct ys_vkey key;
    struct ys_fork_proof proof;
    struct ys_checkpoint heads[2];
    if (key_text == NULL)
        return ys_fail(err, YS_USAGE, _("--key VKEY is needed: the verifier key of the log"));
    if (ys_vkey_parse(ys_bytes_of_text(key_text), &key) != YS_OK)
        return ys_fail(err, YS_USAGE, _("--key: this is no verifier key"));
    enum ys_code code = ys_fork_parse(bytes, &proof, err);
    if (code == YS_OK)
        code = ys_fork_check(&proof, &key, &heads[0], &heads[1], err);
    checked->reason = code == YS_OK ? NULL : err->msg;
    if (code == YS_OK) {
        keep_step(checked, YS_CHECK_FORK,
                  "both heads are signed by the key, and one tree is not the "
                  "beginning of the other");
        checked->fork[0] = &heads[0];
        checked->fork[1] = &heads[1];
    }
    (call->json ? &ys_view_json : &ys_view_text)->checked(checked);
    return code;
}

/* --- openings --- */

/* The record out of the bundle, once that is found good. */
static enum ys_code find_in_bundle(const struct ys_call *call, const char *path,
                                   struct ys_sealed_place *place, struct ys_err *err)
{
    const char *const root_path = ys_args_value(&call->args, "root");
    struct ys_root_chain roots;
    struct ys_check_result result;
    struct ys_arena extra;
    struct ys_entry entry;
    struct ys_bytes bytes = {0};
    uint8_t *block = NULL;
    if (root_path == NULL)
        return ys_fail(err, YS_USAGE, _("--root FILE is needed: the root policy of the district"));
    enum ys_code code = ys_roots_load(root_path, NULL, &roots, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_IO, _("%s: there is no such file"), root_path);
    if (code == YS_OK)
        code = ys_file_read_all(path, (size_t)2 * YS_EVIDENCE_MAX, &block, &bytes.size, err);
    if (code != YS_OK)
        return code;
    bytes.data = block;
    ys_arena_init(&extra, YS_EVIDENCE_ARENA_MAX);
    code = ys_check(&(struct ys_check_options){.roots = &roots}, bytes, &result, err);
    if (code == YS_OK)
        code = ys_check_record(bytes, &extra, &entry, err);
    if (code == YS_OK && entry.content != YS_CONTENT_BODY)
        code = ys_fail(err, YS_NOT_FOUND, _("%s: the bundle does not hold the content"), path);
    if (code == YS_OK) {
        place->record = result.id;
        ys_record_id_print(&result.id, place->name);
        code = ys_sealed_list_add_bytes(&place->list, entry.body, err);
    }
    ys_arena_clear(&extra);
    free(block);
    return code;
}

static enum ys_code find_in_store(const struct ys_call *call, const struct ys_opening *opening,
                                  struct ys_sealed_place *place, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    char id[YS_RECORD_ID_TEXT_MAX];
    ys_record_id_print(&opening->record, id);
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_IO)
        return ys_fail(err, YS_IO,
                       _("an opening is checked against its record: give --bundle FILE --root "
                         "FILE, or --home of a node that holds it"));
    if (code == YS_OK)
        code = ys_sealed_find(&node, id, NULL, place, err);
    return code;
}

static enum ys_code check_opening(const struct ys_call *call, struct ys_bytes bytes,
                                  struct ys_err *err)
{
    YS_OPENING_SCOPED opening = {.value = NULL};
    const char *const bundle = ys_args_value(&call->args, "bundle");
    struct ys_sealed_place *const place = calloc(1, sizeof *place);
    if (place == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = ys_opening_parse(bytes, &opening, err);
    if (code == YS_OK)
        code = bundle != NULL ? find_in_bundle(call, bundle, place, err)
                              : find_in_store(call, &opening, place, err);
    if (code == YS_OK)
        code = ys_opening_check(&opening, &place->record, &place->list, err);
    if (code == YS_OK) {
        const struct ys_seal_view_opening view = {.file = call->args.word[0],
                                                  .record = place->name,
                                                  .kind = opening.kind,
                                                  .slot = opening.slot,
                                                  .value = {opening.value, opening.size},
                                                  .by_bundle = bundle != NULL};
        (call->json ? &ys_seal_view_json : &ys_seal_view_text)->checked(&view);
    }
    free(place);
    return code;
}

enum ys_code ys_cmd_check(const struct ys_call *call, struct ys_err *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    enum ys_code code =
        ys_file_read_all(call->args.word[0], (size_t)2 * YS_EVIDENCE_MAX, &bytes, &size, err);
    if (code != YS_OK)
        return code;
    if (ys_opening_is((struct ys_bytes){bytes, size})) {
        code = check_opening(call, (struct ys_bytes){bytes, size}, err);
        free(bytes);
        return code;
    }
    struct ys_view_checked *const checked = calloc(1, sizeof *checked);
    if (checked == NULL)
        code = ys_fail(err, YS_NOMEM, _("out of memory"));
    else if (is_fork_proof(call, (struct ys_bytes){bytes, size}))
        code = check_fork(call, (struct ys_bytes){bytes, size}, checked, err);
    else
        code = check_bundle(call, (struct ys_bytes){bytes, size}, checked, err);
    free(checked);
    free(bytes);
    return code;
}
