#include "node/attachment/attach.h"
#include "node/cmd.h"
#include "node/correction.h"
#include "node/draft_set.h"
#include "node/draft_state.h"
#include "node/item_number.h"
#include "node/lang.h"
#include "node/matter_number.h"
#include "node/recall.h"
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

/* A matter begins with its proposal. */
static bool begins_matter(const struct ys_kind *kind)
{
    return strcmp(kind->name, "topic_proposal") == 0;
}

/* A correction begins with what the record says that it supersedes, and is of the same matter. */
static enum ys_code begin_correction(const struct ys_node *node, json_t *record, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    json_t *replacement = NULL;
    struct ys_log log;
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record target;
    struct ys_hash id;
    uint64_t index = 0;
    const json_t *const first = json_array_get(json_object_get(record, "refs"), 0);
    const char *const name = json_string_value(json_object_get(first, "record"));
    if (name == NULL)
        return YS_OK;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_exhibit_find(txn, name, &log, &index, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, log.id, index, &entry, err);
    if (code == YS_OK)
        code = ys_note_parse(entry.note, &note, err);
    if (code == YS_OK)
        code = ys_record_parse(note.text, &target, err);
    if (code != YS_OK)
        return code;
    ys_record_id(note.text, &id);
    code = ys_correction_begin(txn, &id, &replacement, err);
    if (code != YS_OK)
        return code;
    json_object_set_new(record, "subject", json_string(target.subject));
    json_object_set_new(json_object_get(record, "correction"), "replacement", replacement);
    return YS_OK;
}

/* "photo=FILE", or a file alone. */
static enum ys_code attach(const struct ys_node *node, json_t *record, const char *value,
                           struct ys_err *err)
{
    char role[YS_KIND_NAME_MAX + 1];
    struct ys_attached attached;
    const char *const equals = strchr(value, '=');
    const size_t length = equals == NULL ? 0 : strspn(value, "abcdefghijklmnopqrstuvwxyz_");
    const bool named =
        equals != NULL && length == (size_t)(equals - value) && length != 0 && length < sizeof role;
    if (named) {
        memcpy(role, value, length);
        role[length] = '\0';
    }
    struct ys_vault vault;
    struct ys_err why = {.code = YS_OK};
    const enum ys_code code = ys_vault_open(&node->home, &vault, &why);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return ys_fail(err, code, "%s", why.msg);
    /* Without the number of a draft, which it has not yet: what is sealed so is never collected. */
    const struct ys_attach_options options = {.role = named ? role : NULL,
                                              .vault = code == YS_OK ? &vault : NULL};
    return ys_attach_file(node, record, named ? equals + 1 : value, &options, &attached, err);
}

/* The items of a consensus that have no number get the next of their matter. */
static enum ys_code number_items(const struct ys_node *node, json_t *record, struct ys_err *err)
{
    const char *const subject = json_string_value(json_object_get(record, "subject"));
    char text[YS_MATTER_TEXT_MAX];
    struct ys_matter matter;
    YS_RECALL_SCOPED model = NULL;
    if (subject == NULL || ys_matter_parse_at(ys_bytes_of_text(subject), &node->origin.division,
                                              &matter, NULL) != YS_OK)
        return YS_OK;
    ys_matter_print(&matter, text);
    const enum ys_code code = ys_recall_open(node, false, &model, err);
    return code == YS_OK ? ys_item_number_fill(model, ys_bytes_of_text(text),
                                               json_object_get(record, "consensus"), err)
                         : code;
}

/* A draft of what the options say. */
static enum ys_code fill(const struct ys_call *call, const struct ys_node *node,
                         const struct ys_kind *kind, char **out, struct ys_err *err)
{
    json_t *const record = json_pack("{s:s}", "kind", kind->name);
    size_t place = 0;
    enum ys_code code = YS_OK;
    if (kind->subject == YS_SUBJECT_MATTER)
        json_object_set_new(record, "subject",
                            json_string(begins_matter(kind) ? YS_MATTER_NEW : ""));
    for (const char *ref = ys_args_each(&call->args, "ref", &place); ref != NULL && code == YS_OK;
         ref = ys_args_each(&call->args, "ref", &place))
        code = ys_draft_refer(record, ref, err);
    json_object_set_new(record, kind->name, json_object());
    if (code == YS_OK && strcmp(kind->name, "correction") == 0)
        code = begin_correction(node, record, err);
    if (ys_args_has(&call->args, "matter"))
        json_object_set_new(record, "subject", json_string(ys_args_value(&call->args, "matter")));
    place = 0;
    for (const char *set = ys_args_each(&call->args, "set", &place); set != NULL && code == YS_OK;
         set = ys_args_each(&call->args, "set", &place))
        code = ys_draft_set(record, kind, set, err);
    if (code == YS_OK && strcmp(kind->name, "consensus") == 0)
        code = number_items(node, record, err);
    place = 0;
    for (const char *file = ys_args_each(&call->args, "attach", &place);
         file != NULL && code == YS_OK; file = ys_args_each(&call->args, "attach", &place))
        code = attach(node, record, file, err);
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
    const bool filled = ys_args_has(&call->args, "set") || ys_args_has(&call->args, "ref") ||
                        ys_args_has(&call->args, "matter") || ys_args_has(&call->args, "attach");
    if (!ys_kind_issued_at(kind, ys_division_level(&node->origin.division)))
        return ys_fail(err, YS_DENIED, _("%s: no body of %s, a %s, may write it"), kind->name,
                       node->origin.division.digits,
                       ys_level_name(ys_division_level(&node->origin.division)));
    enum ys_code code =
        filled ? fill(call, node, kind, &text, err) : template_text(kind, &text, err);
    if (code == YS_OK)
        code = ys_sheet_add(&node->home, ys_bytes_of_text(text), &sheet, err);
    free(text);
    if (code != YS_OK)
        return code;
    (call->json ? &ys_view_json : &ys_view_text)
        ->draft(&(struct ys_view_draft){.no = sheet.no,
                                        .path = sheet.path,
                                        .kind = kind,
                                        .subject = begins_matter(kind) ? YS_MATTER_NEW : "-",
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
    if (code == YS_OK)
        code = ys_node_check_signs(&node, err);
    return code == YS_OK ? make(call, &node, kind, err) : code;
}
