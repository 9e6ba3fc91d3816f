#include "node/cmd.h"
#include "node/draft_set.h"
#include "node/draft_state.h"
#include "node/file.h"
#include "node/json_file.h"
#include "node/lang.h"
#include "node/vault/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct ys_view *view_of(const struct ys_call *call)
{
    return call->json ? &ys_view_json : &ys_view_text;
}

/* --- list and show --- */

static enum ys_code list_one(const struct ys_call *call, const struct ys_node *node, unsigned no,
                             struct ys_err *err)
{
    char word[16];
    char id[YS_RECORD_ID_TEXT_MAX];
    struct ys_err why = {0};
    struct ys_view_draft view;
    YS_SHEET_SCOPED sheet = {.no = 0};
    (void)snprintf(word, sizeof word, "%u", no);
    enum ys_code code = ys_sheet_find(&node->home, word, &sheet, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code; /* published meanwhile */
    code = ys_sheet_read(node, &sheet, &why);
    if (code == YS_OK)
        ys_draft_state(&sheet, id, &view);
    else
        ys_draft_state_unread(&sheet, &why, &view);
    if (code == YS_OK && !sheet.bound) { /* what is to be done next, if anything */
        YS_WRITTEN_SCOPED written = {.signer_count = 0};
        if (ys_sheet_bind(node, &sheet, true, &written, &why) != YS_OK)
            view.why = why.msg;
    }
    view_of(call)->draft(&view);
    return YS_OK;
}

static enum ys_code list(const struct ys_call *call, const struct ys_node *node, struct ys_err *err)
{
    unsigned numbers[YS_SHEETS_MAX];
    size_t count = 0;
    enum ys_code code = ys_sheet_list(&node->home, numbers, &count, err);
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = list_one(call, node, numbers[i], err);
    if (code == YS_OK && count == 0 && !call->json)
        puts(_("There is no draft. Begin one with: yishi new KIND"));
    return code;
}

static enum ys_code read_text(const struct ys_sheet *sheet, uint8_t **out, size_t *size_out,
                              json_t **json_out, struct ys_err *err);

/* One that is not filled in yet: as it stands, and what is the first that lacks. */
static enum ys_code show_unfinished(const struct ys_call *call, const struct ys_sheet *sheet,
                                    const struct ys_err *why, struct ys_err *err)
{
    struct ys_view_draft view;
    json_t *body = NULL;
    uint8_t *bytes = NULL;
    size_t size = 0;
    const enum ys_code code = read_text(sheet, &bytes, &size, &body, err);
    free(bytes);
    if (code != YS_OK)
        return code;
    ys_draft_state_unread(sheet, why, &view);
    view.body = body;
    view_of(call)->draft(&view);
    json_decref(body);
    return YS_OK;
}

static enum ys_code show(const struct ys_call *call, const struct ys_node *node,
                         struct ys_sheet *sheet, struct ys_err *err)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    struct ys_view_draft view;
    json_t *body = NULL;
    struct ys_err why = {0};
    enum ys_code code = ys_sheet_read(node, sheet, &why);
    if (code != YS_OK && sheet->no != 0)
        return show_unfinished(call, sheet, &why, err);
    if (code != YS_OK)
        return ys_fail(err, code, "%s", why.msg);
    ys_draft_state(sheet, id, &view);
    code = sheet->bound ? ys_draft_body_json(&sheet->file.record[0], &body, err)
                        : ys_json_encode(&sheet->draft.body->base, &body, err);
    view.body = body;
    if (code == YS_OK)
        view_of(call)->draft(&view);
    json_decref(body);
    return code;
}

/* --- edit --- */

static enum ys_code read_text(const struct ys_sheet *sheet, uint8_t **out, size_t *size_out,
                              json_t **json_out, struct ys_err *err)
{
    struct ys_err why = {0};
    enum ys_code code = ys_file_read_all(sheet->path, YS_JSON_FILE_MAX, out, size_out, err);
    if (code != YS_OK)
        return code;
    code = ys_sheet_json((struct ys_bytes){*out, *size_out}, json_out, &why);
    return code == YS_OK ? YS_OK : ys_fail(err, code, "%s: %s", sheet->path, why.msg);
}

/* What was signed is written again: the lines would be worth nothing under another text. */
static enum ys_code unsign(const struct ys_draft_file *file, json_t **out, struct ys_err *err)
{
    const struct ys_written *const written = &file->record[0];
    if (file->count != 1)
        return ys_fail(err, YS_REFUSED, _("the draft has several records and cannot be edited"));
    const enum ys_code code = ys_draft_body_json(written, out, err);
    if (code != YS_OK)
        return code;
    json_object_del(*out, "salt");
    json_object_set_new(*out, "kind", json_string(written->record.kind));
    json_object_set_new(*out, "subject", json_string(written->record.subject));
    return YS_OK;
}

static enum ys_code open_again(const struct ys_call *call, const struct ys_sheet *sheet,
                               json_t **json, struct ys_err *err)
{
    struct ys_draft_file file;
    json_t *plain = NULL;
    if (json_object_get(*json, "records") == NULL)
        return YS_OK;
    if (!ys_args_has(&call->args, "unsign"))
        return ys_fail(err, YS_REFUSED,
                       _("draft %u has its text, and may be signed; to drop the signatures and "
                         "change it, add: --unsign"),
                       sheet->no);
    enum ys_code code = ys_draft_file_parse(*json, &file, err);
    if (code != YS_OK)
        return code;
    code = unsign(&file, &plain, err);
    ys_draft_file_clear(&file);
    if (code != YS_OK)
        return code;
    json_decref(*json);
    *json = plain;
    return ys_json_file_save(sheet->path, json_incref(plain), err);
}

static enum ys_code set_all(const struct ys_call *call, const struct ys_sheet *sheet, json_t *json,
                            struct ys_err *err)
{
    const json_t *const name = json_object_get(json, "kind");
    const struct ys_kind *const kind =
        json_is_string(name) ? ys_kind_by_name(ys_bytes_of_text(json_string_value(name))) : NULL;
    size_t place = 0;
    enum ys_code code = YS_OK;
    if (kind == NULL)
        return ys_fail(err, YS_MALFORMED, _("%s: says no kind that is known"), sheet->path);
    if (ys_args_has(&call->args, "matter"))
        json_object_set_new(json, "subject", json_string(ys_args_value(&call->args, "matter")));
    for (const char *ref = ys_args_each(&call->args, "ref", &place); ref != NULL && code == YS_OK;
         ref = ys_args_each(&call->args, "ref", &place))
        code = ys_draft_refer(json, ref, err);
    place = 0;
    for (const char *set = ys_args_each(&call->args, "set", &place); set != NULL && code == YS_OK;
         set = ys_args_each(&call->args, "set", &place))
        code = ys_draft_set(json, kind, set, err);
    return code == YS_OK ? ys_json_file_save(sheet->path, json_incref(json), err) : code;
}

/* The person's editor, as a shell would call it. */
static enum ys_code run_editor(const char *path, struct ys_err *err)
{
    const char *editor = getenv("VISUAL");
    int status = 0;
    if (editor == NULL || editor[0] == '\0')
        editor = getenv("EDITOR");
    if (editor == NULL || editor[0] == '\0')
        return ys_fail(err, YS_USAGE,
                       _("no editor: set EDITOR, give --set FIELD=VALUE, or edit the file: %s"),
                       path);
    fflush(stdout);
    const pid_t child = fork();
    if (child < 0)
        return ys_fail(err, YS_IO, "%s: %s", editor, strerror(errno));
    if (child == 0) {
        char command[PATH_MAX];
        if (snprintf(command, sizeof command, "exec %s \"$1\"", editor) < (int)sizeof command)
            execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
        _exit(127);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return ys_fail(err, YS_REFUSED, _("%s ended with a failure; the draft is as it was saved"),
                       editor);
    return YS_OK;
}

static enum ys_code edit(const struct ys_call *call, const struct ys_node *node,
                         struct ys_sheet *sheet, struct ys_err *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    json_t *json = NULL;
    const bool set = ys_args_has(&call->args, "set") || ys_args_has(&call->args, "ref") ||
                     ys_args_has(&call->args, "matter");
    enum ys_code code = read_text(sheet, &bytes, &size, &json, set ? err : NULL);
    if (code == YS_OK)
        code = open_again(call, sheet, &json, err);
    else if (!set)
        code = YS_OK; /* an editor is there to put it right */
    if (code == YS_OK && set)
        code = set_all(call, sheet, json, err);
    else if (code == YS_OK)
        code = run_editor(sheet->path, err);
    free(bytes);
    json_decref(json);
    return code == YS_OK ? show(call, node, sheet, err) : code;
}

/* What was sealed for it goes with it. */
static enum ys_code collect(const struct ys_node *node, size_t *erased_out, struct ys_err *err)
{
    YS_VAULT_SCOPED vault = {.lock_fd = -1};
    *erased_out = 0;
    const enum ys_code code = ys_vault_open(&node->home, &vault, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    return code == YS_OK ? ys_vault_collect(node, &vault, erased_out, err) : code;
}

static enum ys_code remove_draft(const struct ys_call *call, const struct ys_node *node,
                                 const struct ys_sheet *sheet, struct ys_err *err)
{
    size_t erased = 0;
    enum ys_code code = ys_sheet_remove(sheet, err);
    if (code == YS_OK)
        code = collect(node, &erased, err);
    if (code != YS_OK || call->json)
        return code;
    printf(_("Deleted: draft %u\n"), sheet->no);
    if (erased != 0)
        printf(_("Erased with it: %zu sealed values\n"), erased);
    return YS_OK;
}

/* --- out and in again --- */

/* The lines of the draft that came home join those that are here. */
static enum ys_code join_twin(struct ys_sheet *twin, const struct ys_draft_file *given,
                              struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < given->count && code == YS_OK; i++)
        code = ys_written_join(&twin->file.record[i], given->record[i].note, err);
    return code == YS_OK ? ys_draft_file_save(twin->file.record, twin->file.count, twin->path, err)
                         : code;
}

static enum ys_code add_copy(const struct ys_node *node, const struct ys_sheet *given,
                             struct ys_sheet *out, struct ys_err *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    enum ys_code code = ys_file_read_all(given->path, YS_JSON_FILE_MAX, &bytes, &size, err);
    if (code == YS_OK)
        code = ys_sheet_add(&node->home, (struct ys_bytes){bytes, size}, out, err);
    free(bytes);
    return code;
}

static enum ys_code import(const struct ys_call *call, const struct ys_node *node,
                           struct ys_sheet *given, struct ys_err *err)
{
    YS_SHEET_SCOPED twin = {.no = 0};
    struct ys_sheet added = {.no = 0};
    enum ys_code code = ys_sheet_read(node, given, err);
    if (code != YS_OK)
        return code;
    code = given->bound ? ys_sheet_twin(node, &given->file, &twin, err) : YS_NOT_FOUND;
    if (code == YS_OK) {
        code = join_twin(&twin, &given->file, err);
        added.no = twin.no;
        memcpy(added.path, twin.path, sizeof added.path);
    } else if (code == YS_NOT_FOUND) {
        code = add_copy(node, given, &added, err);
    }
    if (code != YS_OK)
        return code;
    YS_SHEET_SCOPED sheet = {.no = added.no};
    memcpy(sheet.path, added.path, sizeof sheet.path);
    return show(call, node, &sheet, err);
}

static enum ys_code export(const struct ys_call *call, const struct ys_sheet *sheet,
                           struct ys_err *err) {
    const char *const out = ys_args_value(&call->args, "out"); uint8_t *bytes = NULL;
    size_t size = 0;
    if (out == NULL) return ys_fail(err, YS_USAGE, _("draft export needs --out FILE"));
    enum ys_code code = ys_file_read_all(sheet->path, YS_JSON_FILE_MAX, &bytes, &size, err);
    if (code == YS_OK) code = ys_file_write(out, 0644, (struct ys_bytes){bytes, size}, err);
    free(bytes);
    if (code == YS_OK) view_of(call)->drafted(out, 1);
    return code;
}

enum ys_code ys_cmd_draft(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_SHEET_SCOPED sheet = {.no = 0};
    const char *const what = call->args.word_count == 0 ? "list" : call->args.word[0];
    const bool lists = strcmp(what, "list") == 0;
    if (lists != (call->args.word_count < 2))
        return ys_fail(err, YS_USAGE,
                       _("draft list; or draft show, edit, export or delete and a number; or draft "
                         "import FILE"));
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code != YS_OK || lists)
        return code != YS_OK ? code : list(call, &node, err);
    code = ys_sheet_find(&node.home, call->args.word[1], &sheet, err);
    if (code != YS_OK)
        return code;
    if (strcmp(what, "import") == 0)
        return import(call, &node, &sheet, err);
    if (sheet.no == 0)
        return ys_fail(err, YS_USAGE, _("\"%s\" is no number of a draft; see: yishi draft"),
                       call->args.word[1]);
    if (strcmp(what, "show") == 0)
        return show(call, &node, &sheet, err);
    if (strcmp(what, "edit") == 0)
        return edit(call, &node, &sheet, err);
    if (strcmp(what, "export") == 0)
        return export(call, &sheet, err);
    if (strcmp(what, "delete") == 0)
        return remove_draft(call, &node, &sheet, err);
    return ys_fail(
        err, YS_USAGE,
        _("draft list; or draft show, edit, export or delete and a number; or draft import FILE"));
}
