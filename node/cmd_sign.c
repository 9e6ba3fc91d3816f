#include "node/cmd.h"
#include "node/lang.h"
#include "node/reference.h"
#include "node/sheet.h"
#include "node/signing.h"
#include "node/view.h"

#include <stdio.h>
#include <string.h>

/* What is signed is shown before the passphrase is asked for. */
static enum ys_code show(const struct ys_signing *signing, const struct ys_written *written,
                         struct ys_err *err)
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
    struct ys_view_written view = {.origin = origin,
                                   .id = id,
                                   .kind = written->record.kind,
                                   .subject = written->record.subject,
                                   .text = text,
                                   .dry = true,
                                   .body = json};
    for (size_t i = 0; i < signing->as.count; i++)
        view.signer[view.signer_count++] = signing->as.body[i];
    (signing->call->json ? &ys_view_json : &ys_view_text)->written(&view);
    json_decref(json);
    return YS_OK;
}

static enum ys_code add_lines(struct ys_signing *signing, struct ys_draft_file *file,
                              struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t k = 0; k < signing->as.count && code == YS_OK; k++) {
        const struct ys_signer *signer = NULL;
        code = ys_signing_unlock(signing, signing->as.body[k], &signer, err);
        for (size_t i = 0; i < file->count && code == YS_OK; i++)
            code = ys_written_add_line(&file->record[i], signer, err);
    }
    return code;
}

/* The draft's own unit signs what it is to publish: so what it refers to is looked at here. */
static enum ys_code check_own(const struct ys_signing *signing, const struct ys_kind *kind,
                              const struct ys_written *written, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const unsigned classes =
        kind->as_target ? kind->authors : ys_signatories_classes(&signing->as) | kind->also;
    const enum ys_code code = ys_store_begin(signing->node->store, false, &txn, err);
    return code == YS_OK ? ys_reference_check(signing->node, txn, written, classes, err) : code;
}

/* A draft that is being written gets its text now: whoever signs later signs the same. */
static enum ys_code bind(const struct ys_signing *signing, struct ys_sheet *sheet, bool dry,
                         struct ys_err *err)
{
    struct ys_written written = {.signer_count = 0};
    const struct ys_kind *const kind = sheet->draft.kind;
    const unsigned classes = ys_signatories_classes(&signing->as);
    if ((classes & ~(kind->authors | kind->also | kind->may)) != 0)
        return ys_fail(err, YS_DENIED, _("%s: one of those named does not sign this kind"),
                       kind->name);
    enum ys_code code = ys_sheet_bind(signing->node, sheet, true, &written, err);
    if (code == YS_OK)
        code = check_own(signing, kind, &written, err);
    if (code == YS_OK && !dry) {
        ys_written_clear(&written);
        code = ys_sheet_bind(signing->node, sheet, false, &written, err);
    }
    if (code != YS_OK) {
        ys_written_clear(&written);
        return code;
    }
    ys_draft_clear(&sheet->draft);
    sheet->bound = true;
    sheet->file = (struct ys_draft_file){.count = 1, .record = {written}};
    return YS_OK;
}

static enum ys_code sign_all(const struct ys_call *call, struct ys_signing *signing,
                             struct ys_sheet *sheet, struct ys_err *err)
{
    const bool dry = ys_args_has(&call->args, "dry-run");
    const char *const out = ys_args_value(&call->args, "out");
    const char *const target = out != NULL ? out : sheet->path;
    enum ys_code code = YS_OK;
    if (!sheet->bound && out == NULL && sheet->no == 0)
        return ys_fail(err, YS_USAGE,
                       _("%s is not bound yet: say with --out where the signed draft is written"),
                       sheet->path);
    if (!sheet->bound)
        code = bind(signing, sheet, dry, err);
    if (code != YS_OK)
        return code;
    const struct ys_draft_file *const file = &sheet->file;
    if (strcmp(file->record[0].record.origin.deployment, signing->node->origin.deployment) != 0)
        return ys_fail(err, YS_DENIED,
                       _("deployment: the record is made for %s, this node is of %s"),
                       file->record[0].record.origin.deployment, signing->node->origin.deployment);
    for (size_t i = 0; i < file->count && code == YS_OK; i++)
        code = show(signing, &file->record[i], err);
    if (code != YS_OK || dry)
        return code;
    fflush(stdout);
    code = add_lines(signing, &sheet->file, err);
    if (code == YS_OK)
        code = ys_draft_file_save(file->record, file->count, target, err);
    if (code == YS_OK && !call->json)
        printf(_("Signed by %s; the draft is in %s\n"), signing->as.body[0], target);
    return code;
}

enum ys_code ys_cmd_sign(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_SHEET_SCOPED sheet = {.no = 0};
    YS_SIGNING_SCOPED signing = {.call = call};
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_check_signs(&node, err);
    if (code == YS_OK)
        code = ys_signing_begin(call, &node, &signing, err);
    if (code == YS_OK && signing.as.count == 0)
        code = ys_fail(err, YS_USAGE, _("sign needs --as and one of this unit's bodies"));
    if (code == YS_OK)
        code = ys_sheet_find(&node.home, call->args.word[0], &sheet, err);
    if (code == YS_OK)
        code = ys_sheet_read(&node, &sheet, err);
    return code == YS_OK ? sign_all(call, &signing, &sheet, err) : code;
}
