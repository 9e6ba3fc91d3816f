#include "node/attachment/attach.h"
#include "node/attachment/view.h"
#include "node/cmd.h"
#include "node/file.h"
#include "node/json_file.h"
#include "node/lang.h"

#include <stdlib.h>
#include <string.h>

static enum ys_code load(const struct ys_sheet *sheet, json_t **out, struct ys_err *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    struct ys_err why = {0};
    if (strcmp(sheet->path, "-") == 0)
        return ys_fail(err, YS_USAGE, _("which draft? Its number or its file, not standard input"));
    enum ys_code code = ys_file_read_all(sheet->path, YS_JSON_FILE_MAX, &bytes, &size, err);
    if (code != YS_OK)
        return code;
    code = ys_sheet_json((struct ys_bytes){bytes, size}, out, &why);
    free(bytes);
    if (code != YS_OK)
        return ys_fail(err, code, "%s: %s", sheet->path, why.msg);
    if (json_object_get(*out, "records") != NULL)
        return ys_fail(
            err, YS_REFUSED,
            _("%s: has its text, and may be signed; first: yishi draft edit %u --unsign"),
            sheet->path, sheet->no);
    return YS_OK;
}

/* Nobody collects between a file that is sealed and the draft that says so. A node without a vault does
 * without, until something is to stay here. */
static enum ys_code hold_vault(const struct ys_home *home, struct ys_vault *vault,
                               struct ys_attach_options *options, struct ys_err *err)
{
    enum ys_code code = ys_vault_open(home, vault, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    if (code == YS_OK)
        code = ys_vault_hold(vault, err);
    options->vault = vault;
    return code;
}

enum ys_code ys_cmd_attach(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_SHEET_SCOPED sheet = {.no = 0};
    struct ys_attached attached[YS_ARGS_WORDS_MAX];
    json_t *record = NULL;
    const struct ys_args *const args = &call->args;
    YS_VAULT_SCOPED vault = {.lock_fd = -1};
    struct ys_attach_options options = {.role = ys_args_value(args, "role"),
                                        .title = ys_args_value(args, "title"),
                                        .scope = ys_args_value(args, "scope"),
                                        .media_type = ys_args_value(args, "media-type"),
                                        .words = {.basis = ys_args_value(args, "basis"),
                                                  .retention = ys_args_value(args, "retention"),
                                                  .keep_until = ys_args_value(args, "keep-until"),
                                                  .purpose = ys_args_value(args, "purpose")}};
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_sheet_find(&node.home, args->word[0], &sheet, err);
    if (code == YS_OK)
        code = hold_vault(&node.home, &vault, &options, err);
    options.draft = sheet.no;
    if (code == YS_OK)
        code = load(&sheet, &record, err);
    for (size_t i = 1; i < args->word_count && code == YS_OK; i++)
        code = ys_attach_file(&node, record, args->word[i], &options, &attached[i], err);
    if (code == YS_OK)
        code = ys_json_file_save(sheet.path, json_incref(record), err);
    for (size_t i = 1; i < args->word_count && code == YS_OK; i++)
        ys_attachment_view(call->json)->attached(&attached[i]);
    json_decref(record);
    return code;
}
