#include "node/recall.h"

#include "node/attachment/keep.h"
#include "node/attachment/survey.h"
#include "node/lang.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct progress {
    struct timespec begun;
    bool shown;
};

static void show(void *context, uint64_t folded, uint64_t total)
{
    struct progress *const progress = context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (isatty(STDERR_FILENO) == 0 || now.tv_sec - progress->begun.tv_sec < 1)
        return;
    fputc('\r', stderr);
    fprintf(stderr, _("read %llu of %llu records"), (unsigned long long)folded,
            (unsigned long long)total);
    progress->shown = true;
}

static enum ys_code catch_up(const struct ys_node *node, struct ys_model *model, struct ys_err *err)
{
    struct progress progress = {.shown = false};
    const struct ys_fold_options options = {
        .store = node->store, .member = node->member, .progress = show, .context = &progress};
    YS_TXN_SCOPED txn = NULL;
    clock_gettime(CLOCK_MONOTONIC, &progress.begun);
    enum ys_code code = ys_node_read(node, &txn, err);
    ys_txn_abort(&txn);
    if (code == YS_OK)
        code = ys_model_catch_up(model, &options, err);
    if (progress.shown)
        fputs("\r\033[K", stderr);
    return code;
}

/* Which attachments lie here. A home that never had one has no folder of them. */
static enum ys_code survey(const struct ys_node *node, struct ys_model *model, struct ys_err *err)
{
    YS_BLOBS_SCOPED *blobs = NULL;
    char path[PATH_MAX];
    ys_home_path(&node->home, "attachments", path);
    if (access(path, F_OK) != 0)
        return YS_OK;
    const enum ys_code code = ys_attachments_open(&node->home, &node->config, &blobs, err);
    return code == YS_OK ? ys_attachment_survey(model, blobs, false, err) : code;
}

/* What was kept of the membership is made anew, too. */
static enum ys_code renew_membership(const struct ys_node *node, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    if (node->member == NULL)
        return YS_OK;
    enum ys_code code = ys_store_begin(node->store, true, &txn, err);
    if (code == YS_OK)
        code = ys_member_forget(txn, err);
    if (code == YS_OK)
        code = ys_member_rebuild(node->member, txn, NULL, err);
    if (code == YS_OK)
        code = ys_member_keep(node->member, txn, err);
    return code == YS_OK ? ys_txn_commit(&txn, err) : code;
}

enum ys_code ys_recall_open(const struct ys_node *node, bool again, struct ys_model **out,
                            struct ys_err *err)
{
    YS_RECALL_SCOPED model = NULL;
    char path[PATH_MAX];
    ys_home_path(&node->home, "model.db", path);
    enum ys_code code = ys_model_open(path, node->store, &model, err);
    if (code == YS_OK && again)
        code = ys_model_clear(model, err);
    if (code == YS_OK && again)
        code = renew_membership(node, err);
    if (code == YS_OK)
        code = catch_up(node, model, err);
    if (code == YS_OK)
        code = survey(node, model, err);
    if (code != YS_OK)
        return code;
    *out = model;
    model = NULL;
    return YS_OK;
}

enum ys_code ys_recall_rules(const struct ys_node *node, uint32_t today,
                             struct ys_model **model_out, struct ys_rules **rules_out,
                             struct ys_err *err)
{
    enum ys_code code = ys_recall_open(node, false, model_out, err);
    if (code == YS_OK)
        code = ys_rules_open(*model_out, rules_out, err);
    return code == YS_OK ? ys_rules_catch_up(*rules_out, today, err) : code;
}

enum ys_code ys_recall_blank(struct ys_model **out, struct ys_err *err)
{
    return ys_model_open(":memory:", NULL, out, err);
}

void ys_recall_close(struct ys_model **model)
{
    ys_model_close(*model);
    *model = NULL;
}
