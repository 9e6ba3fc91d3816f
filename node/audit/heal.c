#include "node/audit/heal.h"

#include "node/audit/scrub.h"
#include "node/lang.h"
#include "sync/refetch.h"

/* What is kept ends before the first entry that is missing. When entries do not give the tree, nobody can say
 * which of them is wrong: none is kept. */
static void look_at(void *context, struct ys_scrub_log *done)
{
    struct ys_healing *const healing = context;
    healing->size = healing->kept = done->log->frontier.size;
    for (size_t i = 0; i < done->flaws->kept; i++) {
        const struct ys_flaw *const flaw = &done->flaws->item[i];
        const bool damage = flaw->kind == YS_FLAW_ENTRY || flaw->kind == YS_FLAW_CONTENT ||
                            flaw->kind == YS_FLAW_ROW || flaw->kind == YS_FLAW_TREE ||
                            flaw->kind == YS_FLAW_CACHE;
        if (!damage)
            continue;
        healing->flaws++;
        if (!flaw->has_index)
            healing->kept = 0;
        else if (flaw->kind != YS_FLAW_CACHE && flaw->index < healing->kept)
            healing->kept = flaw->index;
    }
}

static enum ys_code drop(const struct ys_node *node, uint32_t log_id, uint64_t size,
                         struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    enum ys_code code = ys_store_begin(node->store, true, &txn, err);
    if (code == YS_OK)
        code = ys_log_load(txn, log_id, &log, err);
    if (code == YS_OK)
        code = ys_log_refetch(txn, &log, size, err);
    return code != YS_OK ? code : ys_txn_commit(&txn, err);
}

enum ys_code ys_heal(const struct ys_node *node, const struct ys_log *log, struct ys_healing *out,
                     struct ys_err *err)
{
    const struct ys_scrub_options options = {.store = node->store,
                                             .member = node->member,
                                             .only_log = log->id,
                                             .one = true,
                                             .log_done = look_at,
                                             .context = out};
    *out = (struct ys_healing){0};
    if (log->id == YS_OWN_LOG)
        return ys_fail(err, YS_DENIED,
                       _("%s: the own log does not come from others while it is damaged: restore a "
                         "backup; what was written since comes back from the parent"),
                       log->origin_text);
    const enum ys_code code = ys_scrub(&options, err);
    if (code != YS_OK || out->flaws == 0)
        return code;
    return drop(node, log->id, out->kept, err);
}
