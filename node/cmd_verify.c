#include "node/audit/open.h"
#include "node/audit/scrub.h"
#include "node/child.h"
#include "node/cmd.h"
#include "node/lang.h"
#include "node/view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct verification {
    const struct ys_view *view;
    uint64_t bad_lines;
    bool shows_progress, progress_shown;
    struct timespec begun;
};

static void clear_progress(struct verification *verification)
{
    if (verification->progress_shown)
        fputs("\r\033[K", stderr);
    verification->progress_shown = false;
}

static void print_line(struct verification *verification, struct ys_view_verified *line,
                       const struct ys_flaws *flaws)
{
    line->problem_count = flaws->count;
    for (size_t i = 0; i < flaws->kept && i < YS_VIEW_PROBLEMS_MAX; i++)
        snprintf(line->problem[i], sizeof line->problem[0], "%.127s: %.300s", flaws->item[i].where,
                 flaws->item[i].text);
    clear_progress(verification);
    verification->view->verified(line);
    if (flaws->count != 0)
        verification->bad_lines++;
}

/* What could not be checked is no better than what failed. */
static void count_unknown(const struct ys_scrub_log *done)
{
    const char *const origin = done->log->origin_text;
    const uint64_t keys = done->verdicts[YS_VERDICT_UNKNOWN_KEY];
    if (keys != 0)
        ys_flaw_add(done->flaws, YS_FLAW_UNKNOWN, origin,
                    _("%llu records are signed with keys that are not registered"),
                    (unsigned long long)keys);
    if (done->unknown_cosignatures != 0)
        ys_flaw_add(done->flaws, YS_FLAW_UNKNOWN, origin,
                    _("%llu lines on heads are of keys that are not known here"),
                    (unsigned long long)done->unknown_cosignatures);
}

static void finish_log(void *context, struct ys_scrub_log *done)
{
    struct verification *const verification = context;
    struct ys_view_verified line = {.is_log = true,
                                    .origin = done->log->origin_text,
                                    .code = done->log->origin.division.digits,
                                    .size = done->log->frontier.size,
                                    .heads = done->heads,
                                    .cosignatures = done->cosignatures,
                                    .absent_bodies = done->absent_bodies,
                                    .tombstones = done->tombstones};
    memcpy(line.verdicts, done->verdicts, sizeof line.verdicts);
    count_unknown(done);
    print_line(verification, &line, done->flaws);
}

static void finish_tables(void *context, struct ys_flaws *flaws)
{
    struct ys_view_verified line = {.is_log = false};
    if (flaws->count != 0)
        print_line(context, &line, flaws);
}

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    struct verification *const verification = context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!verification->shows_progress || now.tv_sec - verification->begun.tv_sec < 1)
        return;
    fputc('\r', stderr);
    fprintf(stderr, _("verified %llu of %llu records"), (unsigned long long)done,
            (unsigned long long)total);
    verification->progress_shown = true;
}

/* The one log that was asked for, if one was. */
static enum ys_code choose(const struct ys_call *call, const struct ys_node *node,
                           struct ys_scrub_options *options, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    if (call->args.word_count == 0)
        return YS_OK;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_node_find_log(txn, call->args.word[0], &log, err);
    if (code != YS_OK)
        return code;
    options->one = true;
    options->only_log = log.id;
    return YS_OK;
}

/* In a child process: a damaged store may not let it come to its end. */
static enum ys_code verify(void *context, struct ys_err *err)
{
    const struct ys_call *const call = context;
    YS_NODE_SCOPED node = {.store = NULL};
    struct verification verification = {.view = call->json ? &ys_view_json : &ys_view_text,
                                        .shows_progress = isatty(STDERR_FILENO) != 0};
    struct ys_scrub_options options = {.log_done = finish_log,
                                       .tables_done = finish_tables,
                                       .progress = show_progress,
                                       .context = &verification};
    clock_gettime(CLOCK_MONOTONIC, &verification.begun);
    enum ys_code code = ys_audit_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = choose(call, &node, &options, err);
    options.store = node.store;
    options.member = node.member;
    if (code == YS_OK)
        code = ys_scrub(&options, err);
    clear_progress(&verification);
    if (code == YS_NOT_FOUND && call->args.word_count == 0)
        code = ys_fail(err, YS_CORRUPT,
                       _("store: a row is missing without which the others cannot be read"));
    if (code == YS_OK && verification.bad_lines != 0)
        return ys_fail(err, YS_BAD_SIG, _("verify: %llu of the lines above found something wrong"),
                       (unsigned long long)verification.bad_lines);
    return code;
}

enum ys_code ys_cmd_verify(const struct ys_call *call, struct ys_err *err)
{
    struct ys_call copy = *call;
    return ys_child_run(verify, &copy, err);
}
