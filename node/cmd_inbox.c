#include "node/cmd.h"
#include "node/dossier.h"
#include "node/lang.h"
#include "node/view.h"

#include <stdio.h>

struct listing {
    const struct ys_view *view;
    size_t count;
};

static void print_task(void *context, const struct ys_dossier_task *task)
{
    struct listing *const listing = context;
    listing->view->task(task);
    listing->count++;
}

enum ys_code ys_cmd_inbox(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_RECALL_SCOPED model = NULL;
    struct listing listing = {.view = call->json ? &ys_view_json : &ys_view_text};
    const char *const body = ys_args_value(&call->args, "body");
    const unsigned bodies = body == NULL ? ~0U : ys_body_class(body);
    if (bodies == 0)
        return ys_fail(err, YS_USAGE, _("--body \"%s\" is no body: rc, po, sc, st, gd-NAME or da"),
                       body);
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_recall_open(&node, false, &model, err);
    if (code == YS_OK)
        code =
            ys_dossier_tasks(model, node.origin.division.digits, bodies, print_task, &listing, err);
    if (code == YS_OK && listing.count == 0 && !call->json)
        puts(_("Nothing waits here."));
    return code;
}
