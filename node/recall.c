#include "node/recall.h"

#include "node/attachment/keep.h"
#include "node/attachment/survey.h"
#include "node/lang.h"
#include "node/report/recount.h"
#include "node/report/scratch.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct progress {
    struct timespec begun;
    bool shown;
};

/* On a terminal, once it takes longer than a second: the cursor goes to the begin of the line. */
static bool is_due(struct progress *progress)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (isatty(STDERR_FILENO) == 0 || now.tv_sec - progress->begun.tv_sec < 1)
        return false;
    fputc('\r', stderr);
    progress->shown = true;
    return true;
}

static void end_line(const struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
}

static void show_rules(void *context, size_t done, size_t total)
{
    if (is_due(context))
        fprintf(stderr, _("the rules are applied anew: %zu of %zu"), done, total);
}

static void show(void *context, uint64_t folded, uint64_t total)
{
    if (!is_due(context))
        return;
    fprintf(stderr, _("read %llu of %llu records"), (unsigned long long)folded,
            (unsigned long long)total);
}

enum ys_code ys_recall_catch_up(const struct ys_node *node, struct ys_model *model,
                                struct ys_err *err)
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
    end_line(&progress);
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

enum ys_code ys_recall_open_as_it_is(const struct ys_node *node, struct ys_model **out,
                                     struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(&node->home, "model.db", path);
    return ys_model_open(path, node->store, out, err);
}

enum ys_code ys_recall_open(const struct ys_node *node, bool again, struct ys_model **out,
                            struct ys_err *err)
{
    YS_RECALL_SCOPED model = NULL;
    enum ys_code code = ys_recall_open_as_it_is(node, &model, err);
    if (code == YS_OK && again)
        code = ys_model_clear(model, err);
    if (code == YS_OK && again)
        code = renew_membership(node, err);
    if (code == YS_OK)
        code = ys_recall_catch_up(node, model, err);
    if (code == YS_OK)
        code = survey(node, model, err);
    if (code != YS_OK)
        return code;
    *out = model;
    model = NULL;
    return YS_OK;
}

static enum ys_code apply_rules(struct ys_model *model, uint32_t today, struct ys_rules **out,
                                struct ys_err *err)
{
    YS_RULES_SCOPED rules = NULL;
    struct progress progress = {.shown = false};
    enum ys_code code = ys_rules_open(model, &rules, err);
    if (code != YS_OK)
        return code;
    clock_gettime(CLOCK_MONOTONIC, &progress.begun);
    ys_rules_watch(rules, show_rules, &progress);
    code = ys_rules_catch_up(rules, today, err);
    ys_rules_watch(rules, NULL, NULL);
    end_line(&progress);
    if (code != YS_OK)
        return code;
    *out = rules;
    rules = NULL;
    return YS_OK;
}

/* --- where nothing can be written --- */

bool ys_recall_is_barred(const struct ys_node *node, enum ys_code code)
{
    /* The store's disk may fail as well, which must be told. */
    return code == YS_FULL || (code == YS_IO && access(node->home.path, W_OK) != 0);
}

enum ys_code ys_recall_open_apart(const struct ys_node *node, struct ys_model **out,
                                  struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(&node->home, "model.db", path);
    return ys_model_open_apart(path, node->store, out, err);
}

/* `rules_out` NULL: without rules. */
static enum ys_code read_in(const struct ys_node *node, bool apart, uint32_t today,
                            struct ys_model **model_out, struct ys_rules **rules_out,
                            struct ys_err *err)
{
    YS_RECALL_SCOPED model = NULL;
    enum ys_code code = apart ? ys_recall_open_apart(node, &model, err)
                              : ys_recall_open_as_it_is(node, &model, err);
    if (code == YS_OK)
        code = ys_recall_catch_up(node, model, err);
    if (code == YS_OK)
        code = survey(node, model, err);
    if (code == YS_OK && rules_out != NULL)
        code = apply_rules(model, today, rules_out, err);
    if (code != YS_OK)
        return code;
    *model_out = model;
    model = NULL;
    return YS_OK;
}

static enum ys_code read_any(const struct ys_node *node, uint32_t today,
                             struct ys_model **model_out, struct ys_rules **rules_out,
                             struct ys_err *err)
{
    struct ys_err why = {0};
    const enum ys_code code = read_in(node, false, today, model_out, rules_out, &why);
    if (code == YS_OK)
        return YS_OK;
    if (!ys_recall_is_barred(node, code) ||
        read_in(node, true, today, model_out, rules_out, NULL) != YS_OK)
        return ys_fail(err, code, "%s", why.msg);
    fprintf(stderr,
            _("yishi: note: %s; what is shown comes from a copy in memory, which holds all that "
              "the store holds\n"),
            why.msg);
    return YS_OK;
}

enum ys_code ys_recall_read(const struct ys_node *node, struct ys_model **out, struct ys_err *err)
{
    return read_any(node, 0, out, NULL, err);
}

enum ys_code ys_recall_rules(const struct ys_node *node, uint32_t today,
                             struct ys_model **model_out, struct ys_rules **rules_out,
                             struct ys_err *err)
{
    return read_any(node, today, model_out, rules_out, err);
}

static void show_recount(void *context, uint64_t done, uint64_t total)
{
    if (is_due(context))
        fprintf(stderr, _("sealed reports are counted again: %llu of %llu"),
                (unsigned long long)done, (unsigned long long)total);
}

enum ys_code ys_recall_recount(const struct ys_node *node, uint32_t today, struct ys_model *model,
                               struct ys_rules *rules, struct ys_err *err)
{
    enum { ENTRIES_MAX = 100000 }; /* some seconds */
    struct progress progress = {.shown = false};
    struct ys_recount_result result;
    struct ys_err why = {0};
    char folder[PATH_MAX];
    const struct ys_recount_options options = {.store = node->store,
                                               .roots = &node->roots,
                                               .folder = folder,
                                               .entries_max = ENTRIES_MAX,
                                               .progress = show_recount,
                                               .context = &progress};
    if (!node->has_root)
        return YS_OK;
    ys_scratch_place(node->home.path, folder);
    clock_gettime(CLOCK_MONOTONIC, &progress.begun);
    const enum ys_code code = ys_recount(model, &options, &result, &why);
    end_line(&progress);
    if (code == YS_IO || code == YS_FULL) /* what is known is shown all the same */
        fprintf(stderr, _("yishi: note: sealed reports were not counted again: %s\n"), why.msg);
    else if (code != YS_OK)
        return ys_fail(err, code, "%s", why.msg);
    if (result.left > 0)
        fprintf(stderr,
                _("yishi: note: %llu sealed reports are to be counted again the next time\n"),
                (unsigned long long)result.left);
    return result.changed ? ys_rules_catch_up(rules, today, err) : YS_OK;
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
