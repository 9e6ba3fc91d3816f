#include "node/cmd.h"
#include "node/erase/carry.h"
#include "node/json_out.h"
#include "node/lang.h"
#include "node/report/scratch.h"

#include <stdio.h>

static void print(const struct ys_carried *done)
{
    printf(_("contents erased: %zu\n"), done->bodies);
    if (done->values != 0)
        printf(_("sealed values destroyed: %zu\n"), done->values);
    if (done->files != 0)
        printf(_("contents of attachments removed: %zu\n"), done->files);
    if (done->wiped)
        printf(_("store: %llu unused and %llu partly used pages overwritten\n"),
               (unsigned long long)done->pages.unused, (unsigned long long)done->pages.partial);
    if (done->model_cleaned)
        puts(_("read model: written anew"));
    if (done->backups != 0)
        printf(_("backups: erased in %zu\n"), done->backups);
    if (done->store_waits || done->model_waits)
        fputs(_("somebody reads an older state: old pages are overwritten later; call again\n"),
              stderr);
}

static void tell_backup(void *context, const char *path, const char *why)
{
    (void)context;
    fprintf(stderr, "yishi: %s: ",
            _("a backup holds what was erased by law, and is out of reach; bring it here and call "
              "'yishi erase', or destroy it by hand and call 'yishi backup --forget'"));
    fprintf(stderr, "%s (%s)\n", path, why);
}

enum ys_code ys_cmd_erase(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    struct ys_carried done = {.out_of_reach = tell_backup};
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK) /* copies that a report needed and nobody uses any more */
        ys_scratch_empty(node.home.path);
    if (code == YS_OK)
        ys_node_make_room(&node);
    if (code == YS_OK)
        code = ys_carry_out(&node, ys_args_has(&call->args, "scrub"), &done, err);
    if (code != YS_OK)
        return code;
    if (!call->json) {
        print(&done);
        return YS_OK;
    }
    ys_json_line(json_pack(
        "{s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:b, s:o, s:o, s:b}", "redactions",
        ys_json_number(done.redactions), "contents", ys_json_number(done.bodies), "sealed",
        ys_json_number(done.values), "attachments", ys_json_number(done.files), "overwritten",
        done.wiped, "unused_pages", ys_json_number(done.pages.unused), "partial_pages",
        ys_json_number(done.pages.partial), "model_cleaned", done.model_cleaned, "backups",
        ys_json_number(done.backups), "backups_out_of_reach", ys_json_number(done.backups_behind),
        "waits", done.store_waits || done.model_waits));
    return YS_OK;
}
