#include "node/erase/carry.h"

#include "crypto/crash_point.h"
#include "node/attachment/keep.h"
#include "node/backup/backup.h"
#include "node/erase/carry_files.h"
#include "node/erase/carry_sealed.h"
#include "node/lang.h"
#include "node/recall.h"
#include "node/today.h"
#include "sync/erasure.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ys_code settle(const struct ys_node *node, struct ys_carried *out, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    do {
        YS_TXN_SCOPED txn = NULL;
        code = ys_store_begin(node->store, true, &txn, err);
        if (code == YS_OK)
            code = ys_member_recall(node->member, txn, NULL, err);
        if (code == YS_OK)
            code = ys_erasures_settle(txn, node->member, true, &out->redactions, &out->bodies, err);
        if (code == YS_OK)
            code = ys_txn_commit(&txn, err);
    } while (code == YS_FULL && ys_kv_grow(ys_store_kv(node->store)));
    if (code == YS_OK)
        YS_CRASH_POINT("erased");
    return code;
}

enum ys_code ys_carry_due(const struct ys_node *node, bool *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    *out = false;
    if (node->member == NULL)
        return YS_OK;
    const enum ys_code code = ys_node_read(node, &txn, err);
    return code == YS_OK ? ys_erasures_due(txn, node->member, false, out, err) : code;
}

static enum ys_code wipe(const struct ys_node *node, bool scrub, struct ys_carried *out,
                         struct ys_err *err)
{
    struct ys_err why = {0};
    const enum ys_code code = ys_store_wipe(node->store, scrub, &out->wiped, &out->pages, &why);
    out->store_waits = code == YS_BUSY;
    if (code == YS_OK || (code == YS_BUSY && !scrub))
        return YS_OK;
    return ys_fail(err, code, "%s", why.msg);
}

/* Rules follow first: their rows are in the same file. */
static enum ys_code clean_model(struct ys_model *model, struct ys_carried *out, struct ys_err *err)
{
    YS_RULES_SCOPED rules = NULL;
    bool clean = true;
    enum ys_code code = ys_model_is_clean(model, &clean, err);
    if (code != YS_OK || clean)
        return code;
    code = ys_rules_open(model, &rules, err);
    if (code == YS_OK)
        code = ys_rules_catch_up(rules, ys_today(), err);
    ys_rules_end(&rules);
    if (code == YS_OK)
        code = ys_model_clean(model, err);
    out->model_cleaned = code == YS_OK;
    out->model_waits = code == YS_BUSY;
    return code == YS_BUSY ? YS_OK : code;
}

/* --- beside the store --- */

static bool is_there(const struct ys_home *home, const char *name)
{
    char path[PATH_MAX];
    struct stat info;
    ys_home_path(home, name, path);
    return stat(path, &info) == 0;
}

/* In a home, or in a backup that lies like one. */
static enum ys_code carry_files_in(const struct ys_home *home, const struct ys_node *node,
                                   struct ys_txn *txn, struct ys_model *model, size_t *count,
                                   struct ys_err *err)
{
    YS_BLOBS_SCOPED *blobs = NULL;
    *count = 0;
    if (!is_there(home, "attachments"))
        return YS_OK;
    const enum ys_code code = ys_attachments_open(home, &node->config, &blobs, err);
    return code == YS_OK ? ys_carry_files(blobs, txn, model, NULL, NULL, count, err) : code;
}

/* What the callbacks of one call share. */
struct carrying {
    const struct ys_node *node;
    struct ys_model *model;
    struct ys_carried *out;
};

static void drop_missing(struct ys_manifest *manifest)
{
    json_t *const files = json_object_get(manifest->root, "files");
    struct ys_home home;
    (void)snprintf(home.path, sizeof home.path, "%.*s", YS_HOME_MAX - 1, manifest->folder);
    for (size_t i = json_array_size(files); i-- > 0;)
        if (!is_there(&home, json_string_value(json_object_get(json_array_get(files, i), "path"))))
            json_array_remove(files, i);
}

static enum ys_code erase_in_backup(void *context, struct ys_manifest *manifest, struct ys_err *err)
{
    const struct carrying *const carrying = context;
    YS_TXN_SCOPED txn = NULL;
    struct ys_home home;
    char lock[PATH_MAX];
    size_t values = 0;
    size_t files = 0;
    if (strlen(manifest->folder) >= sizeof home.path)
        return ys_fail(err, YS_LIMIT, _("%.200s: path too long"), manifest->folder);
    (void)snprintf(home.path, sizeof home.path, "%.*s", YS_HOME_MAX - 1, manifest->folder);
    enum ys_code code = ys_store_begin(carrying->node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_carry_sealed(&home, txn, NULL, &values, err);
    if (code == YS_OK)
        code = carry_files_in(&home, carrying->node, txn, carrying->model, &files, err);
    ys_home_path(&home, "sealed/lock", lock);
    (void)unlink(lock);
    ys_home_path(&home, "attachments/partial", lock);
    (void)rmdir(lock);
    drop_missing(manifest);
    return code;
}

static void tell_out_of_reach(void *context, const char *path, const char *why)
{
    const struct carrying *const carrying = context;
    if (carrying->out->out_of_reach != NULL)
        carrying->out->out_of_reach(NULL, path, why);
}

static enum ys_code carry_outside(struct carrying *carrying, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const struct ys_node *const node = carrying->node;
    struct ys_carried *const out = carrying->out;
    struct ys_backup_erasing backups = {
        .outside = erase_in_backup, .out_of_reach = tell_out_of_reach, .context = carrying};
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_carry_sealed(&node->home, txn, &node->home, &out->values, err);
    if (code == YS_OK)
        code = carry_files_in(&node->home, node, txn, carrying->model, &out->files, err);
    ys_txn_abort(&txn);
    YS_CRASH_POINT("erased_outside");
    if (code == YS_OK)
        code = ys_backups_erase(node, &backups, err);
    out->backups = backups.done;
    out->backups_behind = backups.behind;
    return code;
}

enum ys_code ys_carry_out(const struct ys_node *node, bool scrub, struct ys_carried *out,
                          struct ys_err *err)
{
    YS_RECALL_SCOPED model = NULL;
    struct ys_carried done = {.out_of_reach = out->out_of_reach};
    struct carrying carrying = {.node = node, .out = &done};
    enum ys_code code = YS_OK;
    if (node->member != NULL)
        code = settle(node, &done, err);
    if (code == YS_OK)
        code = wipe(node, scrub, &done, err);
    if (code == YS_OK && node->member != NULL)
        code = ys_recall_open(node, false, &model, err);
    carrying.model = model;
    if (code == YS_OK && model != NULL)
        code = carry_outside(&carrying, err);
    if (code == YS_OK && model != NULL)
        code = clean_model(model, &done, err);
    *out = done;
    return code;
}
