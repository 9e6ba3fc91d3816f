#include "node/erase/carry.h"

#include "crypto/crash_point.h"
#include "node/backup/backup.h"
#include "node/recall.h"
#include "node/today.h"
#include "sync/erasure.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

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

/* Rules follow first: their rows are in the same file. Without a file there is nothing to clean. */
static enum ys_code clean_model(const struct ys_node *node, struct ys_carried *out,
                                struct ys_err *err)
{
    YS_RECALL_SCOPED model = NULL;
    YS_RULES_SCOPED rules = NULL;
    char path[PATH_MAX];
    struct stat info;
    bool clean = true;
    ys_home_path(&node->home, "model.db", path);
    if (stat(path, &info) != 0)
        return errno == ENOENT ? YS_OK : ys_fail(err, YS_IO, "%s: cannot be looked at", path);
    enum ys_code code = ys_recall_open(node, false, &model, err);
    if (code == YS_OK)
        code = ys_model_is_clean(model, &clean, err);
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

enum ys_code ys_carry_out(const struct ys_node *node, bool scrub, struct ys_carried *out,
                          struct ys_err *err)
{
    struct ys_carried done = {.out_of_reach = out->out_of_reach};
    struct ys_backup_erasing backups = {.out_of_reach = out->out_of_reach};
    enum ys_code code = YS_OK;
    if (node->member != NULL)
        code = settle(node, &done, err);
    if (code == YS_OK)
        code = wipe(node, scrub, &done, err);
    if (code == YS_OK && node->member != NULL)
        code = clean_model(node, &done, err);
    if (code == YS_OK)
        code = ys_backups_erase(node, &backups, err);
    done.backups = backups.done;
    done.backups_behind = backups.behind;
    *out = done;
    return code;
}
