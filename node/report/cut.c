#include "node/report/cut.h"

#include "crypto/assert.h"
#include "node/report/scratch.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ys_cut {
    struct ys_scratch scratch;
    const struct ys_report_head *head;
    size_t head_count;
    struct ys_store *store;
    struct ys_member *member;
    struct ys_model *model;
};

void ys_cut_close(struct ys_cut *cut)
{
    if (cut == NULL)
        return;
    ys_model_close(cut->model);
    ys_member_free(cut->member);
    ys_store_close(cut->store);
    ys_scratch_close(&cut->scratch);
    free(cut);
}

struct ys_model *ys_cut_model(struct ys_cut *cut)
{
    return cut->model;
}

/* Does this store hold what the head names? */
static enum ys_code check_head(struct ys_txn *txn, const struct ys_report_head *head,
                               struct ys_log *log, struct ys_err *err)
{
    struct ys_hash root;
    enum ys_code code = ys_log_find(txn, head->log, log, NULL);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND, "%s: this node holds no such log", head->log);
    if (code == YS_OK && log->frontier.size < head->size)
        return ys_fail(err, YS_NOT_FOUND, "%s: %llu entries are asked for, this node holds %llu",
                       head->log, (unsigned long long)head->size,
                       (unsigned long long)log->frontier.size);
    if (code == YS_OK)
        code = ys_log_root_at(txn, log, head->size, &root, err);
    if (code == YS_OK && !ys_hash_equal(&root, &head->root))
        return ys_fail(
            err, YS_REFUSED,
            "%s: at size %llu this node holds another history than the one that is named",
            head->log, (unsigned long long)head->size);
    return code;
}

/* Entries [first, first + count) of a log. */
static enum ys_code copy_part(struct ys_txn *from, struct ys_txn *to, const struct ys_log *source,
                              struct ys_log *log, size_t count, struct ys_entry *entries,
                              struct ys_err *err)
{
    const uint64_t first = log->frontier.size;
    for (size_t i = 0; i < count; i++) {
        const enum ys_code code = ys_log_entry(from, source->id, first + i, &entries[i], err);
        if (code != YS_OK)
            return code;
    }
    return ys_log_append(to, log, entries, count, err);
}

struct copying {
    const struct ys_cut_options *options;
    struct ys_cut *cut;
    struct ys_txn *from;
    struct ys_entry *entries;
    uint64_t done, total;
};

static enum ys_code copy_log(struct copying *copying, const struct ys_report_head *head,
                             struct ys_err *err)
{
    struct ys_log source;
    struct ys_log log;
    enum ys_code code = check_head(copying->from, head, &source, err);
    for (bool begun = false; code == YS_OK && (!begun || log.frontier.size < head->size);) {
        YS_TXN_SCOPED to = NULL;
        code = ys_store_begin(copying->cut->store, true, &to, err);
        if (code == YS_OK && !begun) {
            code = ys_log_find(to, head->log, &log, NULL);
            if (code == YS_NOT_FOUND)
                code = ys_log_add(to, &source.origin, &log, err);
            begun = true;
        }
        YS_ASSERT(code != YS_OK || log.frontier.size <= head->size); /* each is named once */
        const uint64_t left = code == YS_OK ? head->size - log.frontier.size : 0;
        const size_t count = left < YS_APPEND_MAX ? (size_t)left : YS_APPEND_MAX;
        if (code == YS_OK && count > 0)
            code = copy_part(copying->from, to, &source, &log, count, copying->entries, err);
        if (code == YS_OK)
            code = ys_txn_commit(&to, err);
        copying->done += count;
        if (code == YS_OK && copying->options->progress != NULL)
            copying->options->progress(copying->options->context, copying->done, copying->total);
    }
    return code;
}

static bool is_named_before(const struct ys_cut_options *options, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(options->head[i].log, options->head[at].log) == 0)
            return true;
    return false;
}

/* All heads are looked at before anything is copied. */
static enum ys_code copy_all(struct copying *copying, struct ys_err *err)
{
    const struct ys_cut_options *const options = copying->options;
    struct ys_log log;
    enum ys_code code = ys_store_begin(options->store, false, &copying->from, err);
    for (size_t i = 0; code == YS_OK && i < options->head_count; i++) {
        code = is_named_before(options, i)
                   ? ys_fail(err, YS_MALFORMED, "%.*s: is named twice", YS_KEY_NAME_MAX,
                             options->head[i].log)
                   : check_head(copying->from, &options->head[i], &log, err);
        copying->total += options->head[i].size;
    }
    copying->entries = calloc(YS_APPEND_MAX, sizeof *copying->entries);
    if (code == YS_OK && copying->entries == NULL)
        code = ys_fail(err, YS_NOMEM, "report: out of memory");
    for (size_t i = 0; code == YS_OK && i < options->head_count; i++)
        code = copy_log(copying, &options->head[i], err);
    free(copying->entries);
    ys_txn_abort(&copying->from);
    return code;
}

static uint64_t counted(const void *context, const char *origin)
{
    const struct ys_cut *const cut = context;
    for (size_t i = 0; i < cut->head_count; i++)
        if (strcmp(cut->head[i].log, origin) == 0)
            return cut->head[i].members;
    return 0;
}

/* The unit that it stands for is the highest one: so it is the same wherever it is made. */
static const struct ys_report_head *highest(const struct ys_cut_options *options)
{
    const struct ys_report_head *best = &options->head[0];
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < options->head_count; i++) {
        const char *const slash = strchr(options->head[i].log, '/');
        const size_t size = slash == NULL ? SIZE_MAX : strcspn(slash + 1, "/");
        if (size < least) {
            least = size;
            best = &options->head[i];
        }
    }
    return best;
}

static enum ys_code make_store(const struct ys_cut_options *options, struct ys_cut *cut,
                               struct ys_err *err)
{
    struct ys_identity identity = {.store_id = {1}};
    const char *const own = highest(options)->log;
    enum ys_code code = ys_name_parse(ys_bytes_of_text(own), &identity.origin, err);
    if (code != YS_OK)
        return code;
    code = ys_scratch_open(options->folder, "report", &cut->scratch, err);
    if (code == YS_OK)
        code = ys_store_create(cut->scratch.path, &identity, err);
    if (code == YS_OK)
        code = ys_store_open(cut->scratch.path, 0, &cut->store, err);
    if (code == YS_OK)
        code =
            ys_member_new(&options->roots->policy[0], &identity.origin.division, &cut->member, err);
    return code == YS_OK ? ys_member_follow(cut->member, options->roots, err) : code;
}

static enum ys_code make_model(const struct ys_cut_options *options, struct ys_cut *cut,
                               struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    char path[PATH_MAX + 16];
    ys_member_prescribe(cut->member, counted, cut);
    enum ys_code code = ys_store_begin(cut->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_member_rebuild(cut->member, txn, NULL, err);
    ys_txn_abort(&txn);
    (void)snprintf(path, sizeof path, "%s/model.db", cut->scratch.path);
    if (code == YS_OK)
        code = ys_model_open(path, cut->store, &cut->model, err);
    const struct ys_fold_options fold = {.store = cut->store,
                                         .member = cut->member,
                                         .progress = options->progress,
                                         .context = options->context};
    return code == YS_OK ? ys_model_catch_up(cut->model, &fold, err) : code;
}

enum ys_code ys_cut_open(const struct ys_cut_options *options, struct ys_cut **out,
                         struct ys_err *err)
{
    struct ys_cut *const cut = calloc(1, sizeof *cut);
    struct copying copying = {.options = options, .cut = cut};
    if (cut == NULL)
        return ys_fail(err, YS_NOMEM, "report: out of memory");
    cut->scratch = (struct ys_scratch)YS_SCRATCH_NONE;
    if (options->head_count == 0) {
        free(cut);
        return ys_fail(err, YS_NOT_FOUND, "report: it rests on no log");
    }
    cut->head = options->head;
    cut->head_count = options->head_count;
    enum ys_code code = make_store(options, cut, err);
    if (code == YS_OK)
        code = copy_all(&copying, err);
    if (code == YS_OK)
        code = make_model(options, cut, err);
    if (code != YS_OK) {
        ys_cut_close(cut);
        return code;
    }
    *out = cut;
    return YS_OK;
}
