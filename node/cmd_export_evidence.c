#include "node/cmd_export.h"
#include "node/dossier.h"
#include "node/evidence/evidence.h"
#include "node/lang.h"
#include "node/view.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The archive lies beside the folder, under its name. */
static enum ys_code write_evidence(const struct ys_node *node, const struct ys_dossier *dossier,
                                   const char *folder, const struct ys_view *view,
                                   struct ys_err *err)
{
    char archive[PATH_MAX];
    struct ys_evidence_made made;
    if (snprintf(archive, sizeof archive, "%s.tar.gz", folder) >= (int)sizeof archive)
        return ys_fail(err, YS_IO, _("%s: the path is too long"), folder);
    const enum ys_code code = ys_evidence_write(&(struct ys_evidence_options){.node = node,
                                                                              .dossier = dossier,
                                                                              .folder = folder,
                                                                              .archive = archive,
                                                                              .now_s = ys_now_s()},
                                                &made, err);
    if (code == YS_OK)
        view->evidence(&(struct ys_view_evidence){
            .matter = dossier->head.subject, .folder = folder, .archive = archive, .made = &made});
    return code;
}

enum ys_code ys_export_evidence(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_RECALL_SCOPED model = NULL;
    YS_DOSSIER_SCOPED dossier = {.step_count = 0};
    char subject[YS_KIND_NAME_MAX + 1];
    char folder[PATH_MAX];
    if (call->args.word_count < 2)
        return ys_fail(err, YS_USAGE, _("export evidence needs the number of a matter"));
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK && node.member == NULL)
        code = ys_fail(err, YS_IO,
                       _("%s: nothing can be proven without a root; give it with: yishi "
                         "join --root FILE"),
                       node.home.path);
    if (code == YS_OK)
        code = ys_recall_read(&node, &model, err);
    if (code == YS_OK)
        code = ys_dossier_find(&node, call->args.word[1], subject, err);
    if (code == YS_OK)
        code = ys_dossier_load(&node, model, subject, &dossier, err);
    if (code != YS_OK)
        return code;
    if (call->args.word_count == 2)
        snprintf(folder, sizeof folder, "evidence-%s", subject);
    return write_evidence(&node, &dossier, call->args.word_count == 2 ? folder : call->args.word[2],
                          call->json ? &ys_view_json : &ys_view_text, err);
}
