#include "crypto/base64.h"
#include "node/application.h"
#include "node/cmd.h"
#include "node/lang.h"
#include "node/view.h"

#include <stdio.h>
#include <string.h>

/* Who may observe at this node, and how one of them is taken off the list again. */

/* Does the fingerprint of this key begin so? Spaces do not count. */
static bool begins_so(const uint8_t key[YS_PUBKEY_LEN], const char *wanted)
{
    char fingerprint[YS_FINGERPRINT_MAX];
    const char *at = fingerprint;
    ys_fingerprint_print(key, fingerprint);
    for (; *wanted != '\0'; wanted++) {
        if (*wanted == ' ')
            continue;
        at += *at == ' ';
        if (*at++ != *wanted)
            return false;
    }
    return true;
}

static bool may_observe_here(const struct ys_node *node, const struct ys_member_node *one)
{
    return one->observer && (ys_division_equal(&one->issuer, &node->origin.division) ||
                             ys_division_equal(&one->division, &node->origin.division));
}

static enum ys_code list(const struct ys_call *call, const struct ys_node *node)
{
    size_t count = 0;
    for (size_t i = 0; node->member != NULL && i < ys_member_node_count(node->member); i++) {
        const struct ys_member_node *const one = ys_member_node_at(node->member, i);
        if (!may_observe_here(node, one))
            continue;
        char fingerprint[YS_FINGERPRINT_MAX];
        ys_fingerprint_print(one->transport, fingerprint);
        count++;
        (call->json ? &ys_view_json : &ys_view_text)
            ->observer(&(struct ys_view_observer){.code = one->division.digits,
                                                  .name = one->name,
                                                  .issuer = one->issuer.digits,
                                                  .fingerprint = fingerprint,
                                                  .index = one->source.index});
    }
    if (count == 0 && !call->json)
        puts(_("Nobody observes this node."));
    return YS_OK;
}

/* --- taking one off the list --- */

enum { ENDED_MAX = 16 };

/* The certificates of one observer that this unit has signed. */
struct ending {
    struct ys_member_node item[ENDED_MAX];
    struct ys_written written[ENDED_MAX];
    size_t count;
};

static enum ys_code find(const struct ys_node *node, const char *wanted, struct ending *out,
                         struct ys_err *err)
{
    const char *other = NULL; /* who let it in */
    for (size_t i = 0; node->member != NULL && i < ys_member_node_count(node->member); i++) {
        const struct ys_member_node *const one = ys_member_node_at(node->member, i);
        if (!may_observe_here(node, one) || !begins_so(one->transport, wanted))
            continue;
        if (!ys_division_equal(&one->issuer, &node->origin.division)) {
            other = one->issuer.digits;
            continue;
        }
        if (out->count > 0 && memcmp(out->item[0].transport, one->transport, YS_PUBKEY_LEN) != 0)
            return ys_fail(err, YS_REFUSED,
                           _("more than one observer has a key \"%s\": give more of it"), wanted);
        if (out->count < ENDED_MAX)
            out->item[out->count++] = *one; /* the membership is read again */
    }
    if (out->count > 0)
        return YS_OK;
    return other != NULL ? ys_fail(err, YS_REFUSED,
                                   _("%s let this observer in, and alone can end that"), other)
                         : ys_fail(err, YS_NOT_FOUND,
                                   _("no observer has a key \"%s\"; see: yishi observers"), wanted);
}

/* Is it gone? */
static bool is_gone(const struct ys_member *member, const void *context, struct ys_err *err)
{
    const struct ys_member_node *const gone = context;
    size_t at = 0;
    for (;;) {
        const struct ys_member_node *const one =
            ys_member_observer(member, gone->transport, &gone->issuer, &at);
        if (one == NULL)
            return true;
        if (!ys_division_equal(&one->issuer, &gone->issuer))
            continue;
        (void)ys_fail(err, YS_REFUSED,
                      _("the record would not end it; is the key that signs registered?"));
        return false;
    }
}

static enum ys_code bind(const struct ys_node *node, const struct ys_member_node *one,
                         struct ys_written *out, struct ys_err *err)
{
    char key[YS_BASE64_LEN(YS_PUBKEY_LEN) + 1] = "";
    char log[YS_KEY_NAME_MAX + 1];
    struct ys_writer w = {.data = (uint8_t *)key, .capacity = sizeof key - 1};
    struct ys_hash empty;
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    Yishi__V1__KeyRevoke revoke = YISHI__V1__KEY_REVOKE__INIT;
    YS_DRAFT_SCOPED draft;
    ys_writer_base64(&w, (struct ys_bytes){.data = one->transport, .size = YS_PUBKEY_LEN});
    ys_name_print(&one->log, log);
    ys_empty_root(&empty);
    revoke.key = key;
    revoke.log = log;
    revoke.has_cut_size = revoke.has_cut_root = revoke.has_reason = 1;
    revoke.cut_root = (ProtobufCBinaryData){.len = YS_HASH_LEN, .data = empty.bytes};
    revoke.reason = YISHI__V1__REVOKE_REASON__REVOKE_REASON_TERM_ENDED;
    body.kind_case = YISHI__V1__BODY__KIND_KEY_REVOKE;
    body.key_revoke = &revoke;
    ys_draft_of(&body, &draft);
    return ys_written_bind(&draft, &node->origin, ys_now_s(), out, err);
}

static enum ys_code sign(const struct ys_call *call, const struct ys_node *node, const char *body,
                         struct ending *ending, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    char path[PATH_MAX];
    const struct ys_name name = ys_signatory_name(&node->origin, body);
    ys_keystore_path(&node->home, body, ".key", path);
    enum ys_code code = ys_passphrases_of_args(&call->args, &from, err);
    if (code == YS_OK)
        code = ys_keystore_load(path, &name, &from, &signer, err);
    for (size_t i = 0; i < ending->count && code == YS_OK; i++) {
        code = bind(node, &ending->item[i], &ending->written[i], err);
        if (code == YS_OK)
            code =
                ys_written_sign(&ending->written[i], &(const struct ys_signer *){&signer}, 1, err);
    }
    return code;
}

static void print(const struct ys_call *call, const struct ys_node *node, const char *body,
                  const struct ys_written *written, const struct ys_appended *appended, size_t at)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    char text[YS_RECORD_TEXT_MAX + 1] = "";
    ys_record_id_print(&written->id, id);
    memcpy(text, written->text.data, written->text.size);
    (call->json ? &ys_view_json : &ys_view_text)
        ->written(&(struct ys_view_written){.origin = node->origin_text,
                                            .id = id,
                                            .kind = written->record.kind,
                                            .subject = written->record.subject,
                                            .text = text,
                                            .signer_count = 1,
                                            .signer = {body},
                                            .waits = appended->waits,
                                            .index = appended->first_index + at,
                                            .size = appended->size});
}

static enum ys_code end(const struct ys_call *call, const struct ys_node *node, const char *wanted,
                        struct ys_err *err)
{
    struct ending ending = {.count = 0};
    struct ys_appended appended = {.size = 0};
    const char *const body =
        ys_division_level(&node->origin.division) == YS_LEVEL_DISTRICT ? "da" : "st";
    enum ys_code code = find(node, wanted, &ending, err);
    if (code == YS_OK)
        code = sign(call, node, body, &ending, err);
    if (code == YS_OK)
        code = ys_author_append(node,
                                &(struct ys_append){.records = ending.written,
                                                    .count = ending.count,
                                                    .effective = is_gone,
                                                    .context = &ending.item[0]},
                                &appended, err);
    for (size_t i = 0; i < ending.count; i++) {
        if (code == YS_OK)
            print(call, node, body, &ending.written[i], &appended, i);
        ys_written_clear(&ending.written[i]);
    }
    return code;
}

enum ys_code ys_cmd_observers(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_TXN_SCOPED txn = NULL;
    const char *const wanted = ys_args_value(&call->args, "end");
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_check_signs(&node, err);
    if (code == YS_OK)
        code = ys_node_read(&node, &txn, err);
    if (code != YS_OK)
        return code;
    ys_txn_abort(&txn);
    return wanted == NULL ? list(call, &node) : end(call, &node, wanted, err);
}
