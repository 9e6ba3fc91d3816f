#include "node/cmd.h"
#include "node/draft_set.h"
#include "node/draft_state.h"
#include "node/lang.h"
#include "node/template.h"

#include <stdlib.h>
#include <string.h>

static enum ys_code list_kinds(const struct ys_call *call)
{
    size_t count = 0;
    const struct ys_kind *const kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        char signers[300];
        if (kinds[i].authors == YS_BODY_NODE)
            continue;
        ys_template_signers(&kinds[i], signers, sizeof signers, false);
        (call->json ? &ys_view_json : &ys_view_text)->kind(&kinds[i], signers);
    }
    return YS_OK;
}

static enum ys_code find_kind(const char *name, const struct ys_kind **out, struct ys_err *err)
{
    *out = ys_kind_by_name(ys_bytes_of_text(name));
    if (*out == NULL)
        return ys_fail(err, YS_USAGE,
                       _("kind: \"%s\" is not known to this version; see: yishi new --list"), name);
    if ((*out)->authors == YS_BODY_NODE)
        return ys_fail(err, YS_DENIED,
                       _("%s: the node writes this kind by itself, nobody signs it"), name);
    return YS_OK;
}

/* A draft of what the options say. */
static enum ys_code fill(const struct ys_call *call, const struct ys_kind *kind, char **out,
                         struct ys_err *err)
{
    json_t *const record = json_pack("{s:s}", "kind", kind->name);
    size_t place = 0;
    enum ys_code code = YS_OK;
    if (kind->subject == YS_SUBJECT_MATTER)
        json_object_set_new(record, "subject", json_string(kind->id == 10 ? "new" : ""));
    for (const char *ref = ys_args_each(&call->args, "ref", &place); ref != NULL && code == YS_OK;
         ref = ys_args_each(&call->args, "ref", &place))
        code = ys_draft_refer(record, ref, err);
    json_object_set_new(record, kind->name, json_object());
    place = 0;
    for (const char *set = ys_args_each(&call->args, "set", &place); set != NULL && code == YS_OK;
         set = ys_args_each(&call->args, "set", &place))
        code = ys_draft_set(record, kind, set, err);
    if (code == YS_OK) {
        *out = json_dumps(record, JSON_INDENT(2));
        if (*out == NULL)
            code = ys_fail(err, YS_NOMEM, _("out of memory"));
    }
    json_decref(record);
    return code;
}

static enum ys_code template_text(const struct ys_kind *kind, char **out, struct ys_err *err)
{
    size_t size = 0;
    FILE *const stream = open_memstream(out, &size);
    if (stream == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    ys_template_print(stream, kind, ys_lang_is_chinese());
    return fclose(stream) == 0 ? YS_OK : ys_fail(err, YS_NOMEM, _("out of memory"));
}

static enum ys_code make(const struct ys_call *call, const struct ys_node *node,
                         const struct ys_kind *kind, struct ys_err *err)
{
    struct ys_sheet sheet = {.no = 0};
    char *text = NULL;
    const bool filled = ys_args_has(&call->args, "set") || ys_args_has(&call->args, "ref");
    if (!ys_kind_issued_at(kind, ys_division_level(&node->origin.division)))
        return ys_fail(err, YS_DENIED, _("%s: no body of %s, a %s, may write it"), kind->name,
                       node->origin.division.digits,
                       ys_level_name(ys_division_level(&node->origin.division)));
    enum ys_code code = filled ? fill(call, kind, &text, err) : template_text(kind, &text, err);
    if (code == YS_OK)
        code = ys_sheet_add(&node->home, ys_bytes_of_text(text), &sheet, err);
    free(text);
    if (code != YS_OK)
        return code;
    (call->json ? &ys_view_json : &ys_view_text)
        ->draft(&(struct ys_view_draft){.no = sheet.no,
                                        .path = sheet.path,
                                        .kind = kind,
                                        .subject = kind->id == 10 ? "new" : "-",
                                        .state = YS_VIEW_DRAFT_WRITING,
                                        .id = "",
                                        .why = ""});
    return YS_OK;
}

enum ys_code ys_cmd_new(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    const struct ys_kind *kind = NULL;
    if (ys_args_has(&call->args, "list"))
        return list_kinds(call);
    if (call->args.word_count != 1)
        return ys_fail(err, YS_USAGE, _("which kind? See: yishi new --list"));
    enum ys_code code = find_kind(call->args.word[0], &kind, err);
    if (code == YS_OK && ys_args_has(&call->args, "template")) {
        if (call->lang == NULL || ys_lang_set(call->lang, err) == YS_OK)
            ys_template_print(stdout, kind, ys_lang_is_chinese());
        return YS_OK;
    }
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &node, err);
    return code == YS_OK ? make(call, &node, kind, err) : code;
}
