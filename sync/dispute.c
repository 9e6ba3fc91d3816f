#include "sync/dispute.h"

#include "sync/checked_row.h"

#include <string.h>

/* --- making --- */

/* A stored head, read back. */
struct stored_head {
    uint64_t size;
    struct ys_bytes note;
    struct ys_checkpoint checkpoint;
};

static enum ys_code read_head(struct ys_txn *txn, const struct ys_log *log, uint64_t at_least,
                              struct stored_head *out, struct ys_err *err)
{
    struct ys_note note;
    const enum ys_code code = ys_head_at_least(txn, log->id, at_least, &out->size, &out->note, err);
    if (code != YS_OK)
        return code;
    if (ys_note_parse(out->note, &note, NULL) != YS_OK ||
        ys_checkpoint_parse(note.text, &out->checkpoint, NULL) != YS_OK)
        return ys_fail(err, YS_CORRUPT, "log %s: the head stored at size %llu is none",
                       log->origin_text, (unsigned long long)out->size);
    return YS_OK;
}

enum ys_code ys_dispute_by_tree(struct ys_txn *txn, const struct ys_log *log,
                                const struct ys_foreign_head *head, struct ys_writer *w,
                                struct ys_err *err)
{
    struct ys_log_place place = {.txn = txn, .id = log->id};
    const struct ys_tree tree = ys_log_tree(&place);
    struct ys_fork_proof fork = {.head_a = head->note};
    const uint64_t size = head->checkpoint->size;
    struct stored_head ours;
    struct ys_hash root;
    if (size > log->frontier.size)
        return YS_NOT_FOUND;
    enum ys_code code = ys_log_root_at(txn, log, size, &fork.prefix_root, err);
    if (code != YS_OK)
        return code;
    if (ys_hash_equal(&fork.prefix_root, &head->checkpoint->root))
        return YS_NOT_FOUND;
    for (uint64_t at_least = size;; at_least = ours.size + 1) {
        code = read_head(txn, log, at_least, &ours, err);
        if (code == YS_OK && ours.size > log->frontier.size)
            code = YS_NOT_FOUND;
        if (code == YS_OK)
            code = ys_log_root_at(txn, log, ours.size, &root, err);
        if (code != YS_OK)
            return code;
        if (ys_hash_equal(&root, &ours.checkpoint.root))
            break;
    }
    fork.head_b = ours.note;
    code = ys_tree_consistency(&tree, size, ours.size, &fork.proof, err);
    return code != YS_OK ? code : ys_fork_print(w, log->origin.deployment, &fork, err);
}

enum ys_code ys_dispute_by_past(struct ys_txn *txn, const struct ys_log *log,
                                const struct ys_foreign_head *head,
                                const struct ys_foreign_past *past, struct ys_writer *w,
                                struct ys_err *err)
{
    struct stored_head ours;
    if (ys_consistency_verify(past->old_size, &past->old_root, head->checkpoint->size,
                              &head->checkpoint->root, &past->proof) != YS_OK)
        return ys_fail(err, YS_MALFORMED,
                       "log %s: what should lead to the head of size %llu does not",
                       log->origin_text, (unsigned long long)head->checkpoint->size);
    const enum ys_code code = read_head(txn, log, past->old_size, &ours, err);
    if (code != YS_OK)
        return code;
    if (ours.size != past->old_size || ys_hash_equal(&ours.checkpoint.root, &past->old_root))
        return YS_NOT_FOUND;
    const struct ys_fork_proof fork = {.prefix_root = past->old_root,
                                       .proof = past->proof,
                                       .head_a = ours.note,
                                       .head_b = head->note};
    return ys_fork_print(w, log->origin.deployment, &fork, err);
}

enum ys_code ys_dispute_stored(struct ys_txn *txn, const struct ys_log *log, uint64_t after,
                               struct ys_writer *w, struct ys_err *err)
{
    for (struct stored_head head = {.size = after};;) {
        struct ys_hash root;
        enum ys_code code = read_head(txn, log, head.size + 1, &head, err);
        if (code == YS_OK && head.size > log->frontier.size)
            code = YS_NOT_FOUND;
        if (code == YS_OK)
            code = ys_log_root_at(txn, log, head.size, &root, err);
        if (code != YS_OK)
            return code;
        if (!ys_hash_equal(&root, &head.checkpoint.root))
            return ys_dispute_by_tree(
                txn, log,
                &(struct ys_foreign_head){.note = head.note, .checkpoint = &head.checkpoint}, w,
                err);
    }
}

/* --- keeping --- */

enum ys_code ys_dispute_load(struct ys_txn *txn, uint32_t log_id, struct ys_bytes *proof_out,
                             struct ys_err *err)
{
    uint8_t key[4];
    ys_be32_put(key, log_id);
    return ys_checked_get(txn, YS_DB_FORK, (struct ys_bytes){key, sizeof key}, proof_out, err);
}

enum ys_code ys_dispute_keep(struct ys_txn *txn, struct ys_log *log, struct ys_bytes proof,
                             bool *kept_out, struct ys_err *err)
{
    uint8_t key[4];
    struct ys_bytes stored;
    *kept_out = false;
    enum ys_code code = ys_dispute_load(txn, log->id, &stored, err);
    if (code != YS_NOT_FOUND)
        return code;
    ys_be32_put(key, log->id);
    *kept_out = true;
    code = ys_checked_put(txn, YS_DB_FORK, (struct ys_bytes){key, sizeof key}, proof, err);
    return code != YS_OK ? code : ys_log_set_state(txn, log, YS_LOG_FORKED, err);
}
