#include "node/cmd.h"
#include "node/json_out.h"
#include "node/lang.h"
#include "node/preview/preview.h"
#include "node/sheet.h"

static enum ys_code show(const struct ys_call *call, json_t *preview, struct ys_err *err)
{
    if (preview == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    if (call->json) {
        ys_json_line(preview);
        return YS_OK;
    }
    ys_preview_print(stdout, preview);
    json_decref(preview);
    return YS_OK;
}

static enum ys_code show_bound(const struct ys_call *call, const struct ys_node *node,
                               const struct ys_draft_file *file, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < file->count && code == YS_OK; i++) {
        json_t *preview = NULL;
        code = ys_preview_written(node, &file->record[i], &preview, err);
        if (code == YS_OK)
            code = show(call, preview, err);
    }
    return code;
}

/* Nothing is given out for it: the number of a new matter is only looked at. */
static enum ys_code show_draft(const struct ys_call *call, const struct ys_node *node,
                               struct ys_sheet *sheet, struct ys_err *err)
{
    YS_WRITTEN_SCOPED written = {.signer_count = 0};
    struct ys_err why = {.msg = ""};
    const enum ys_code bound = ys_sheet_bind(node, sheet, true, &written, &why);
    const struct ys_preview_of of = {.kind = sheet->draft.kind,
                                     .subject = bound == YS_OK ? written.record.subject
                                                               : sheet->draft.subject,
                                     .text = written.text,
                                     .body = sheet->draft.body,
                                     .missing = bound == YS_OK ? NULL : why.msg};
    return show(call, ys_preview_json(node, &of), err);
}

enum ys_code ys_cmd_preview(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_SHEET_SCOPED sheet = {.no = 0};
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_read(&node, &txn, err);
    ys_txn_abort(&txn);
    if (code == YS_OK)
        code = ys_sheet_find(&node.home, call->args.word[0], &sheet, err);
    if (code == YS_OK)
        code = ys_sheet_read(&node, &sheet, err);
    if (code != YS_OK)
        return code;
    return sheet.bound ? show_bound(call, &node, &sheet.file, err)
                       : show_draft(call, &node, &sheet, err);
}
