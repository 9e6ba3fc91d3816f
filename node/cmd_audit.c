#include "node/audit/audit.h"
#include "node/audit/open.h"
#include "node/child.h"
#include "node/cmd.h"
#include "node/lang.h"
#include "node/view.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct auditing {
    const struct ys_view *view;
    bool shows_progress, progress_shown;
    struct timespec begun;
};

static void print_line(void *context, const struct ys_audit_line *line)
{
    const struct auditing *const auditing = context;
    auditing->view->audited(line);
}

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    struct auditing *const auditing = context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!auditing->shows_progress || now.tv_sec - auditing->begun.tv_sec < 1)
        return;
    fputc('\r', stderr);
    fprintf(stderr, _("audited %llu of %llu records"), (unsigned long long)done,
            (unsigned long long)total);
    auditing->progress_shown = true;
}

static void clear_progress(struct auditing *auditing)
{
    if (auditing->progress_shown)
        fputs("\r\033[K", stderr);
    auditing->progress_shown = false;
}

static enum ys_code conclude(const struct ys_node *node, const struct auditing *auditing,
                             const struct ys_audit_options *options,
                             const struct ys_audit_totals *totals, struct ys_err *err)
{
    char fingerprint[YS_RECORD_ID_TEXT_MAX];
    struct ys_hash hash;
    ys_root_chain_fingerprint(&node->roots, &hash);
    ys_record_id_print(&hash, fingerprint);
    auditing->view->audit_end(
        &(struct ys_view_audit_end){.root = fingerprint, .at_s = options->now_s, .totals = totals});
    if (totals->failed != 0)
        return ys_fail(err, YS_BAD_SIG, _("audit: %llu of the lines above failed"),
                       (unsigned long long)totals->failed);
    if (totals->open != 0)
        return ys_fail(err, YS_IO, _("audit: %llu of the lines above could not be checked whole"),
                       (unsigned long long)totals->open);
    return YS_OK;
}

/* In a child process: a damaged store may not let it come to its end. */
static enum ys_code audit(void *context, struct ys_err *err)
{
    enum { THREADS_MAX = 64 };
    const struct ys_call *const call = context;
    YS_NODE_SCOPED node = {.store = NULL};
    struct auditing auditing = {.view = call->json ? &ys_view_json : &ys_view_text,
                                .shows_progress = isatty(STDERR_FILENO) != 0};
    struct ys_audit_options options = {
        .now_s = ys_now_s(), .line = print_line, .progress = show_progress, .context = &auditing};
    struct ys_audit_totals totals = {0};
    uint64_t threads = 0;
    clock_gettime(CLOCK_MONOTONIC, &auditing.begun);
    enum ys_code code = ys_args_number(&call->args, "threads", THREADS_MAX, 0, &threads, err);
    options.threads = (unsigned)threads;
    if (code == YS_OK)
        code = ys_audit_open(call->home, call->lang, &node, err);
    options.store = node.store;
    options.member = node.member;
    if (code == YS_OK)
        code = ys_audit(&options, &totals, err);
    clear_progress(&auditing);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_CORRUPT,
                       _("store: a row is missing without which the others cannot be read"));
    return code != YS_OK ? code : conclude(&node, &auditing, &options, &totals, err);
}

enum ys_code ys_cmd_audit(const struct ys_call *call, struct ys_err *err)
{
    struct ys_call copy = *call;
    return ys_child_run(audit, &copy, err);
}
