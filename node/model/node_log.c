/* What only this node knows of a log: its state here, when anybody last signed for it, and the proof
 * of two histories. Follows the store's counter of changes, which moves with each of them. */
#include "crypto/fork.h"
#include "node/model/model_state.h"
#include "sync/dispute.h"

#include <string.h>

/* As the columns; -1 for NULL. */
struct facts {
    const char *state;
    int64_t seen_s, fork_a, fork_b;
};

static int64_t head_size(struct ys_bytes head)
{
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    if (ys_note_parse(head, &note, NULL) != YS_OK ||
        ys_checkpoint_parse(note.text, &checkpoint, NULL) != YS_OK)
        return -1;
    return (int64_t)checkpoint.size;
}

static enum ys_code find_out(struct ys_txn *txn, const struct ys_log *log, struct facts *out,
                             struct ys_err *err)
{
    struct ys_bytes proof;
    uint64_t seen_s = 0;
    *out = (struct facts){
        .state = ys_log_state_name(log->state), .seen_s = -1, .fork_a = -1, .fork_b = -1};
    enum ys_code code = ys_head_last_cosigned(txn, log->id, &seen_s, err);
    if (code == YS_OK && seen_s <= INT64_MAX)
        out->seen_s = (int64_t)seen_s;
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    code = ys_dispute_load(txn, log->id, &proof, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    struct ys_fork_proof fork;
    code = ys_fork_parse(proof, &fork, err);
    if (code != YS_OK)
        return ys_fail(err, YS_CORRUPT, "log %s: the proof of its two histories cannot be read",
                       log->origin_text);
    out->fork_a = head_size(fork.head_a);
    out->fork_b = head_size(fork.head_b);
    return YS_OK;
}

static bool same_number(struct ys_query *query, int at, int64_t value)
{
    return ys_query_is_null(query, at) ? value < 0 : ys_query_int(query, at) == value;
}

static enum ys_code is_kept(struct ys_model *model, int64_t log_no, const struct facts *facts,
                            bool *out, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_FIND_NODE_LOG];
    bool row = false;
    ys_query_set_int(query, 1, log_no);
    const enum ys_code code = ys_query_step(query, &row, err);
    *out = row && ys_bytes_is_text(ys_query_text(query, 0), facts->state) &&
           same_number(query, 1, facts->seen_s) && same_number(query, 2, facts->fork_a) &&
           same_number(query, 3, facts->fork_b);
    if (row)
        ys_query_reset(query);
    return code;
}

static void set_number(struct ys_query *query, int at, int64_t value)
{
    if (value < 0)
        ys_query_set_null(query, at);
    else
        ys_query_set_int(query, at, value);
}

enum ys_code ys_node_log_keep(struct ys_model *model, struct ys_txn *txn, const struct ys_log *log,
                              int64_t log_no, struct ys_err *err)
{
    struct ys_query *const put = model->query[YS_MODEL_PUT_NODE_LOG];
    struct facts facts;
    bool kept = false;
    enum ys_code code = find_out(txn, log, &facts, err);
    if (code == YS_OK)
        code = is_kept(model, log_no, &facts, &kept, err);
    if (code != YS_OK || kept)
        return code;
    ys_query_set_int(put, 1, log_no);
    ys_query_set_word(put, 2, facts.state);
    set_number(put, 3, facts.seen_s);
    set_number(put, 4, facts.fork_a);
    set_number(put, 5, facts.fork_b);
    code = ys_query_run(put, err);
    return code == YS_OK ? ys_touch_unit_of(model, ys_bytes_of_text(log->origin_text), err) : code;
}
