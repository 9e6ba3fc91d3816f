#include "sync/heads.h"
#include "tests/support/world_state.h"

/* No receipt stands above what its witness has on disk. */
static void check_receipts(struct world *w, int holder, uint32_t log_id, const struct ys_log *log,
                           struct ys_txn *txn)
{
    struct ys_err err = {0};
    for (unsigned i = 0; i < w->node_count; i++) {
        const struct ys_vkey *const mirror = &w->node[i].keys.mirror.vkey;
        struct ys_receipt receipt;
        struct ys_bytes note;
        struct ys_txn *other = NULL;
        struct ys_log copy = {0};
        if ((int)i == holder || w->node[i].went_back ||
            ys_receipt_newest(txn, log_id, mirror, &receipt, &note, &err) != YS_OK)
            continue;
        world_must(w, ys_store_begin(w->node[i].store, false, &other, &err), &err);
        const enum ys_code code = ys_log_find(other, log->origin_text, &copy, &err);
        world_check(w, code == YS_OK && copy.frontier.size >= receipt.size,
                    "a receipt stands above what its witness holds");
        ys_txn_abort(&other);
    }
}

void world_check_node(struct world *w, int index)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log log;
    world_must(w, ys_store_begin(w->node[index].store, false, &txn, &err), &err);
    for (uint32_t id = 0; ys_log_next(txn, id, &log, &err) == YS_OK; id = log.id + 1) {
        struct ys_hash root;
        ys_frontier_root(&log.frontier, &root);
        world_check(w, ys_hash_equal(&root, &log.root), "a frontier does not give its root");
        check_receipts(w, index, log.id, &log, txn);
    }
    ys_txn_abort(&txn);
}

static bool holds_all(struct world *w, struct ys_txn *txn, int owner)
{
    struct ys_log log;
    struct ys_err err = {0};
    if (world_own_size(w, owner) == 0)
        return true;
    return ys_log_find(txn, w->node[owner].origin_text, &log, &err) == YS_OK &&
           log.frontier.size == world_own_size(w, owner);
}

static bool has_receipts(struct world *w, struct ys_txn *txn, int owner)
{
    struct ys_err err = {0};
    if (world_own_size(w, owner) == 0)
        return true;
    for (int witness = world_parent(w, owner); witness >= 0; witness = world_parent(w, witness)) {
        struct ys_receipt receipt;
        struct ys_bytes note;
        if (ys_receipt_newest(txn, YS_OWN_LOG, &w->node[witness].keys.mirror.vkey, &receipt, &note,
                              &err) != YS_OK ||
            receipt.size != world_own_size(w, owner))
            return false;
    }
    return true;
}

bool world_is_complete(struct world *w)
{
    bool complete = true;
    for (unsigned i = 0; i < w->node_count && complete; i++) {
        struct ys_err err = {0};
        struct ys_txn *txn = NULL;
        world_must(w, ys_store_begin(w->node[i].store, false, &txn, &err), &err);
        for (unsigned j = 0; j < w->node_count && complete; j++)
            if (ys_division_related(&w->node[i].origin.division, &w->node[j].origin.division))
                complete = holds_all(w, txn, (int)j);
        complete = complete && has_receipts(w, txn, (int)i);
        ys_txn_abort(&txn);
    }
    return complete;
}
