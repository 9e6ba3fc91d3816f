#include "node/cmd.h"
#include "node/draft_file.h"
#include "node/keystore.h"
#include "node/lang.h"
#include "node/node.h"
#include "node/view.h"

#include <stdio.h>
#include <string.h>

/* The key of one of the own bodies: --key FILE, else the one in the home. */
static enum ys_code load_signer(const struct ys_call *call, const struct ys_node *node,
                                const char *body, struct ys_signer *out, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    const char *const given = ys_args_value(&call->args, "key");
    const struct ys_name name = ys_signatory_name(&node->origin, body);
    char path[PATH_MAX];
    ys_keystore_path(&node->home, body, ".key", path);
    const enum ys_code code = ys_passphrases_of_args(&call->args, &from, err);
    return code != YS_OK ? code
                         : ys_keystore_load(given != NULL ? given : path, &name, &from, out, err);
}

/* What is signed is shown before the passphrase is asked for. */
static enum ys_code show(const struct ys_call *call, const struct ys_written *written,
                         const char *body, struct ys_err *err)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    char origin[YS_KEY_NAME_MAX + 1];
    char text[YS_RECORD_TEXT_MAX + 1];
    json_t *json = NULL;
    const enum ys_code code = ys_draft_body_json(written, &json, err);
    if (code != YS_OK)
        return code;
    ys_record_id_print(&written->id, id);
    ys_name_print(&written->record.origin, origin);
    memcpy(text, written->text.data, written->text.size);
    text[written->text.size] = '\0';
    (call->json ? &ys_view_json : &ys_view_text)
        ->written(&(struct ys_view_written){.origin = origin,
                                            .id = id,
                                            .kind = written->record.kind,
                                            .subject = written->record.subject,
                                            .text = text,
                                            .signer_count = 1,
                                            .signer = {body},
                                            .dry = true,
                                            .body = json});
    json_decref(json);
    return YS_OK;
}

static enum ys_code sign_all(const struct ys_call *call, const struct ys_node *node,
                             struct ys_draft_file *file, struct ys_err *err)
{
    const char *const body = ys_args_value(&call->args, "as");
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    enum ys_code code = YS_OK;
    if (strcmp(file->record[0].record.origin.deployment, node->origin.deployment) != 0)
        return ys_fail(err, YS_DENIED,
                       _("deployment: the record is made for %s, this node is of %s"),
                       file->record[0].record.origin.deployment, node->origin.deployment);
    for (size_t i = 0; i < file->count && code == YS_OK; i++)
        code = show(call, &file->record[i], body, err);
    if (code != YS_OK || ys_args_has(&call->args, "dry-run"))
        return code;
    fflush(stdout);
    code = load_signer(call, node, body, &signer, err);
    for (size_t i = 0; i < file->count && code == YS_OK; i++)
        code = ys_written_add_line(&file->record[i], &signer, err);
    if (code == YS_OK)
        code = ys_draft_file_save(file->record, file->count, call->args.word[0], err);
    if (code == YS_OK && !call->json)
        printf(_("Signed by %s; the draft goes back to who made it.\n"), body);
    return code;
}

enum ys_code ys_cmd_sign(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_DRAFT_FILE_SCOPED file = {.count = 0};
    const char *const body = ys_args_value(&call->args, "as");
    if (body == NULL || !ys_body_name_valid(ys_bytes_of_text(body)))
        return ys_fail(err, YS_USAGE, _("sign needs --as and one of this unit's bodies"));
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_draft_file_load(call->args.word[0], &file, err);
    return code == YS_OK ? sign_all(call, &node, &file, err) : code;
}
