#include "node/audit/audit.h"
#include "node/audit/open.h"
#include "node/audit/sample.h"
#include "node/child.h"
#include "node/cmd.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/report/scratch.h"
#include "node/view.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
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

/* A line of progress is to be written, in the place of the last one. */
static bool begin_progress(struct auditing *auditing)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!auditing->shows_progress || now.tv_sec - auditing->begun.tv_sec < 1)
        return false;
    fputs("\r\033[K", stderr);
    auditing->progress_shown = true;
    return true;
}

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    if (begin_progress(context))
        fprintf(stderr, _("audited %llu of %llu records"), (unsigned long long)done,
                (unsigned long long)total);
}

static void show_folding(void *context, uint64_t done, uint64_t total)
{
    if (begin_progress(context))
        fprintf(stderr, _("read %llu of %llu records"), (unsigned long long)done,
                (unsigned long long)total);
}

static void show_counting(void *context, uint64_t done, uint64_t total)
{
    if (begin_progress(context))
        fprintf(stderr, _("sealed reports are counted again: %llu of %llu"),
                (unsigned long long)done, (unsigned long long)total);
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
    struct ys_audit_options options = {.now_s = ys_now_s(),
                                       .line = print_line,
                                       .progress = show_progress,
                                       .folding = show_folding,
                                       .counting = show_counting,
                                       .context = &auditing};
    struct ys_audit_totals totals = {0};
    char files[PATH_MAX];
    uint64_t threads = 0;
    char folder[PATH_MAX];
    clock_gettime(CLOCK_MONOTONIC, &auditing.begun);
    enum ys_code code = ys_args_number(&call->args, "threads", THREADS_MAX, 0, &threads, err);
    options.threads = (unsigned)threads;
    if (code == YS_OK)
        code = ys_audit_open(call->home, call->lang, &node, err);
    options.store = node.store;
    options.member = node.member;
    ys_home_path(&node.home, "attachments", files);
    options.attachments = files;
    options.roots = node.has_root ? &node.roots : NULL;
    ys_scratch_place(node.home.path, folder);
    options.folder = folder;
    if (code == YS_OK)
        code = ys_audit(&options, &totals, err);
    clear_progress(&auditing);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_CORRUPT,
                       _("store: a row is missing without which the others cannot be read"));
    return code != YS_OK ? code : conclude(&node, &auditing, &options, &totals, err);
}

/* --- samples --- */

/* The nonce, in hex, into a file that is the auditor's alone. */
static enum ys_code commit(const struct ys_call *call, const char *path, struct ys_err *err)
{
    uint8_t nonce[YS_NONCE_LEN];
    char text[2 * YS_NONCE_LEN + 2];
    char purpose[YS_COMMITMENT_TEXT_MAX];
    uint8_t old = 0;
    size_t size = 0;
    if (ys_file_read(path, 0, &old, sizeof old, &size, NULL) != YS_NOT_FOUND)
        return ys_fail(err, YS_EXISTS, _("%s: is there already; it may hold a nonce"), path);
    randombytes_buf(nonce, sizeof nonce);
    sodium_bin2hex(text, sizeof text, nonce, sizeof nonce);
    text[sizeof text - 2] = '\n';
    const enum ys_code code =
        ys_file_write(path, 0600, (struct ys_bytes){(const uint8_t *)text, sizeof text - 1}, err);
    if (code != YS_OK)
        return code;
    ys_commitment_print(nonce, purpose);
    (call->json ? &ys_view_json : &ys_view_text)
        ->committed(&(struct ys_view_committed){.file = path, .purpose = purpose});
    return YS_OK;
}

static enum ys_code read_nonce(const char *path, uint8_t nonce[YS_NONCE_LEN], struct ys_err *err)
{
    char text[2 * YS_NONCE_LEN + 2] = "";
    size_t size = 0;
    size_t bytes = 0;
    const char *end = NULL;
    if (path == NULL)
        return ys_fail(err, YS_USAGE,
                       _("--sample: also give --nonce FILE, which --commit has written"));
    const enum ys_code code = ys_file_read(path, 0, text, sizeof text - 1, &size, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_IO, _("%s: there is no such file"), path);
    if (code != YS_OK)
        return code;
    if (sodium_hex2bin(nonce, YS_NONCE_LEN, text, size, "\n", &bytes, &end) != 0 ||
        bytes != YS_NONCE_LEN || end != text + size)
        return ys_fail(err, YS_MALFORMED, _("%s: does not hold a nonce: 64 hexadecimal digits"),
                       path);
    return YS_OK;
}

static enum ys_code show_sample(const struct ys_view *view, const uint8_t nonce[YS_NONCE_LEN],
                                const struct ys_sample *sample, struct ys_err *err)
{
    uint64_t failed = 0;
    uint64_t open = 0;
    for (size_t i = 0; i < sample->count; i++) {
        const struct ys_flaws *const flaws = &sample->drawn[i].flaws;
        view->drawn(&(struct ys_view_drawn){.number = i + 1, .drawn = &sample->drawn[i]});
        failed += flaws->count != flaws->unknown;
        open += flaws->count != 0 && flaws->count == flaws->unknown;
    }
    view->sample(&(struct ys_view_sample){.nonce = nonce, .sample = sample});
    if (failed != 0)
        return ys_fail(err, YS_BAD_SIG, _("audit: %llu of the records drawn failed"),
                       (unsigned long long)failed);
    if (open != 0)
        return ys_fail(err, YS_IO, _("audit: %llu of the records drawn could not be checked whole"),
                       (unsigned long long)open);
    return YS_OK;
}

static enum ys_code draw(void *context, struct ys_err *err)
{
    const struct ys_call *const call = context;
    YS_NODE_SCOPED node = {.store = NULL};
    uint8_t nonce[YS_NONCE_LEN];
    struct ys_sample sample = {.count = 0};
    uint64_t count = 0;
    enum ys_code code = ys_args_number(&call->args, "sample", YS_SAMPLE_MAX, 0, &count, err);
    if (code == YS_OK)
        code = read_nonce(ys_args_value(&call->args, "nonce"), nonce, err);
    if (code == YS_OK)
        code = ys_audit_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_sample_draw(node.store, node.member, nonce, (size_t)count, &sample, err);
    if (code == YS_OK)
        code = show_sample(call->json ? &ys_view_json : &ys_view_text, nonce, &sample, err);
    ys_sample_clear(&sample);
    return code;
}

enum ys_code ys_cmd_audit(const struct ys_call *call, struct ys_err *err)
{
    struct ys_call copy = *call;
    const char *const file = ys_args_value(&call->args, "commit");
    const bool samples = ys_args_has(&call->args, "sample");
    if (file != NULL)
        return samples ? ys_fail(err, YS_USAGE,
                                 _("--commit comes first, --sample when the district "
                                   "has published the commitment"))
                       : commit(call, file, err);
    return ys_child_run(samples ? draw : audit, &copy, err);
}
