#include "node/backup/backup.h"
#include "node/cmd.h"
#include "node/json_out.h"
#include "node/lang.h"
#include "node/terminal.h"
#include "sync/erasure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Beside the backup that is printed. */
static void tell_of_keys(const struct ys_call *call)
{
    if (!ys_args_has(&call->args, "keys"))
        fprintf(
            stderr, "yishi: %s\n",
            _("note: without keys it makes a home only together with copies of node.key and keys/ "
              "that are kept elsewhere (--keys takes them along)"));
}

static enum ys_code make(const struct ys_call *call, const struct ys_node *node, struct ys_err *err)
{
    struct ys_backup_made made;
    const struct ys_backup_options options = {
        .folder = call->args.word[0],
        .keys = ys_args_has(&call->args, "keys"),
        .sealed = ys_args_has(&call->args, "sealed"),
        .attachments = !ys_args_has(&call->args, "no-attachments"),
    };
    const enum ys_code code = ys_backup_make(node, &options, &made, err);
    if (code != YS_OK)
        return code;
    if (made.unlisted.code != YS_OK)
        fprintf(stderr,
                _("yishi: note: %s: so this backup is not in the list of the home; what is erased "
                  "by law later must be erased in it, too, or it be destroyed\n"),
                made.unlisted.msg);
    if (call->json) {
        ys_json_line(json_pack("{s:o, s:o, s:o}", "path", ys_json_text(made.folder), "files",
                               ys_json_number(made.files), "bytes", ys_json_number(made.bytes)));
    } else {
        ys_terminal_pair(_("Backup"), made.folder);
        printf(_("Files: %llu, %llu bytes\n"), (unsigned long long)made.files,
               (unsigned long long)made.bytes);
        tell_of_keys(call);
    }
    return YS_OK;
}

/* --- which there are --- */

static enum ys_code erased_now(const struct ys_node *node, uint64_t *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    return code == YS_OK ? ys_erased_count(txn, out, err) : code;
}

static void print_backup(const struct ys_call *call, const json_t *one, uint64_t erased)
{
    char manifest[PATH_MAX];
    struct stat info;
    const char *const path = json_string_value(json_object_get(one, "path"));
    const char *const made_at = json_string_value(json_object_get(one, "made_at"));
    const bool clean = (uint64_t)json_integer_value(json_object_get(one, "erased")) >= erased;
    const bool there =
        snprintf(manifest, sizeof manifest, "%s/manifest.json", path) < (int)sizeof manifest &&
        stat(manifest, &info) == 0;
    if (call->json) {
        ys_json_line(json_pack("{s:s, s:o, s:b, s:b}", "path", path, "made_at",
                               ys_json_text_or_null(made_at), "reachable", there, "clean", clean));
        return;
    }
    printf("%s  ", made_at == NULL ? "-" : made_at);
    ys_terminal_put(path);
    printf("  %s\n", !there && !clean
                         ? _("out of reach, holds what was erased by law since: bring it "
                             "here and call 'yishi erase', or destroy it by hand")
                     : !there ? _("out of reach")
                     : !clean ? _("holds what was erased by law since; see: yishi erase")
                              : _("clean"));
}

static enum ys_code list(const struct ys_call *call, const struct ys_node *node, struct ys_err *err)
{
    json_t *backups = NULL;
    uint64_t erased = 0;
    enum ys_code code = erased_now(node, &erased, err);
    if (code == YS_OK)
        code = ys_backups_load(&node->home, &backups, err);
    for (size_t i = 0; code == YS_OK && i < json_array_size(backups); i++)
        print_backup(call, json_array_get(backups, i), erased);
    if (code == YS_OK && json_array_size(backups) == 0 && !call->json)
        puts(_("no backups are known"));
    json_decref(backups);
    return code;
}

/* --- one by itself --- */

static void print_problem(void *context, const char *path, const char *what)
{
    const struct ys_call *const call = context;
    if (call->json) {
        ys_json_line(json_pack("{s:o, s:s}", "path", ys_json_text(path), "problem", what));
        return;
    }
    fputs(_("BAD "), stdout);
    fputs("  ", stdout);
    ys_terminal_put(path);
    printf(" %s\n", what);
}

static enum ys_code verify(const struct ys_call *call, const char *folder, struct ys_err *err)
{
    YS_MANIFEST_SCOPED manifest = {.root = NULL};
    char store[PATH_MAX];
    uint64_t problems = 0;
    union {
        const struct ys_call *in;
        void *out;
    } context = {.in = call};
    enum ys_code code = ys_manifest_load(folder, YS_MANIFEST_READ, &manifest, err);
    if (code == YS_OK)
        code = ys_manifest_check(&manifest, print_problem, context.out, &problems, err);
    if (code == YS_OK && snprintf(store, sizeof store, "%s/store", folder) < (int)sizeof store)
        code = ys_kv_check_file(store, err);
    if (code == YS_OK && problems != 0)
        code = ys_fail(err, YS_CORRUPT, _("%.200s: %llu files are not as they were written"),
                       folder, (unsigned long long)problems);
    if (code == YS_OK && !call->json)
        printf(_("good  backup of %s: %zu files\n"), ys_manifest_origin(&manifest),
               json_array_size(json_object_get(manifest.root, "files")));
    if (code == YS_CORRUPT && err != NULL)
        err->code = YS_REFUSED; /* it is not our own store that is damaged */
    return code == YS_CORRUPT ? YS_REFUSED : code;
}

static enum ys_code restore(const struct ys_call *call, const char *folder, struct ys_err *err)
{
    struct ys_home home;
    bool keys = false;
    enum ys_code code = ys_home_choose(call->home, &home, err);
    if (code == YS_OK)
        code = ys_backup_restore(folder, &home, &keys, err);
    if (code != YS_OK)
        return code;
    ys_terminal_pair(_("Restored"), home.path);
    if (!keys)
        puts(_("Put node.key and keys/ there before you start it: the backup has none."));
    puts(_("At its first session the parent says what it holds of the own log; what is missing "
           "here comes\n"
           "back (yishi recover shows how it stands). Until then nothing is given to others that "
           "may have\n"
           "been erased by law since. Make sure that the old home does not run any more."));
    return YS_OK;
}

static enum ys_code of_home(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    const char *const forget = ys_args_value(&call->args, "forget");
    const enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code != YS_OK)
        return code;
    if (ys_args_has(&call->args, "list"))
        return list(call, &node, err);
    return forget != NULL ? ys_backups_drop(&node.home, forget, err) : make(call, &node, err);
}

enum ys_code ys_cmd_backup(const struct ys_call *call, struct ys_err *err)
{
    const char *const to_verify = ys_args_value(&call->args, "verify");
    const char *const to_restore = ys_args_value(&call->args, "restore");
    const bool names = call->args.word_count != 0;
    const int what = names + (to_verify != NULL) + (to_restore != NULL) +
                     ys_args_has(&call->args, "list") + ys_args_has(&call->args, "forget");
    if (what != 1)
        return ys_fail(
            err, YS_USAGE,
            _("backup needs one of: a new folder, --list, --verify, --restore, --forget"));
    if (to_verify != NULL)
        return verify(call, to_verify, err);
    return to_restore != NULL ? restore(call, to_restore, err) : of_home(call, err);
}
