#include "crypto/fork.h"
#include "node/ballot/round.h"
#include "node/ballot/slip.h"
#include "node/check.h"
#include "node/cmd.h"
#include "node/file.h"
#include "node/json_out.h"
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
        code = ys_opening_check(&opening, call->args.word[0], &place->record, &place->list, err);
    if (code == YS_OK) {
        const struct ys_seal_view_opening view = {.file = call->args.word[0],
                                                  .record = place->name,
                                                  .kind = opening.kind,
                                                  .slot = opening.slot,
                                                  .content = opening.file,
                                                  .value = {opening.value, opening.size},
                                                  .by_bundle = bundle != NULL};
        (call->json ? &ys_seal_view_json : &ys_seal_view_text)->checked(&view);
    }
    free(place);
    return code;
}

/* --- slips and sets of ballots --- */

/* The result: proven by a bundle, or as the node holds it. */
static enum ys_code find_evaluation(const struct ys_call *call, const json_t *json,
                                    struct ys_read_record *out, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    const char *const bundle = ys_args_value(&call->args, "bundle");
    const char *const root = ys_args_value(&call->args, "root");
    const char *const id = json_string_value(json_object_get(json, "result"));
    if (bundle != NULL && root == NULL)
        return ys_fail(err, YS_USAGE, _("--root FILE is needed: the root policy of the district"));
    if (bundle != NULL)
        return ys_read_record_prove(bundle, root, out, err);
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_IO || (code == YS_OK && id == NULL))
        return ys_fail(err, YS_IO,
                       _("ballots are checked against the result: give --bundle FILE --root FILE, "
                         "or --home of a node that holds it"));
    return code == YS_OK ? ys_read_record_find(&node, id, "evaluation_result", out, err) : code;
}

static enum ys_code check_slip(const json_t *json, const struct ys_read_record *result,
                               char said[160], struct ys_err *err)
{
    struct ys_slip slip;
    enum ys_code code = ys_slip_read(json, &slip, err);
    if (code == YS_OK)
        code = ys_round_owns(&slip.round, result, err);
    if (code == YS_OK)
        code = ys_slip_check(&slip, result->body->evaluation_result, err);
    if (code == YS_OK)
        (void)snprintf(said, 160,
                       slip.ballot.valid ? _("paper %.5s-%.5s is counted once, with these grades: "
                                             "%u, %u, %u")
                                         : _("paper %.5s-%.5s is counted once, as invalid"),
                       slip.ballot.code, slip.ballot.code + YS_BALLOT_CODE_LEN / 2,
                       slip.ballot.grade[0], slip.ballot.grade[1], slip.ballot.grade[2]);
    return code;
}

static enum ys_code check_set(const json_t *json, const struct ys_read_record *result,
                              char said[160], struct ys_err *err)
{
    struct ys_ballot_round round;
    struct ys_ballot_set *set = NULL;
    enum ys_code code = ys_ballot_set_read(json, &round, &set, err);
    if (code == YS_OK)
        code = ys_round_owns(&round, result, err);
    if (code == YS_OK)
        code = ys_ballot_set_check(set, result->body->evaluation_result, err);
    if (code == YS_OK)
        (void)snprintf(said, 160, _("the %zu ballots come to what the result says"),
                       ys_ballot_set_count(set));
    ys_ballot_set_free(set);
    return code;
}

static enum ys_code check_ballots(const struct ys_call *call, const json_t *json,
                                  struct ys_err *err)
{
    YS_READ_RECORD_SCOPED result = {.body = NULL};
    char said[160];
    enum ys_code code = find_evaluation(call, json, &result, err);
    if (code == YS_OK)
        code = ys_slip_is(json) ? check_slip(json, &result, said, err)
                                : check_set(json, &result, said, err);
    if (code != YS_OK)
        return code;
    char id[YS_RECORD_ID_TEXT_MAX];
    ys_record_id_print(&result.id, id);
    const bool proven = ys_args_value(&call->args, "bundle") != NULL;
    if (call->json)
        ys_json_line(json_pack("{s:b, s:s, s:b, s:s}", "ok", true, "result", id, "proven", proven,
                               "text", said));
    else
        printf(proven ? _("OK: %s (result %.8s, proven by the bundle)\n")
                      : _("OK: %s (result %.8s, as this node holds it)\n"),
               said, id);
    return YS_OK;
}

/* A JSON text that is a slip or a set; NULL when it is something else. */
static json_t *ballots_in(struct ys_bytes bytes)
{
    json_t *json = NULL;
    if (ys_json_load(bytes, &json, NULL) != YS_OK)
        return NULL;
    if (ys_slip_is(json) || ys_ballot_set_is(json))
        return json;
    json_decref(json);
    return NULL;
}

enum ys_code ys_cmd_check(const struct ys_call *call, struct ys_err *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    enum ys_code code = ys_file_read_all(call->args.word[0], YS_JSON_FILE_MAX, &bytes, &size, err);
    if (code != YS_OK)
        return code;
    if (ys_opening_is((struct ys_bytes){bytes, size})) {
        code = check_opening(call, (struct ys_bytes){bytes, size}, err);
        free(bytes);
        return code;
    }
    json_t *const ballots = ballots_in((struct ys_bytes){bytes, size});
    if (ballots != NULL) {
        code = check_ballots(call, ballots, err);
        json_decref(ballots);
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
