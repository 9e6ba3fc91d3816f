/* A trial: what would the read model say if these records were in the log?
 *
 * They are folded as if they were its next entries, behind all that the store holds by then, in a
 * transaction that is rolled back. Nobody else sees them, and nothing is left. Threads: the model's. Memory: records are borrowed. */
#ifndef YS_NODE_MODEL_TRIAL_H
#define YS_NODE_MODEL_TRIAL_H

#include "node/model/model.h"
#include "sync/log.h"

struct ys_trial {
    const char *origin; /* of a log that is in the store */
    size_t count;
    struct ys_trial_record {
        struct ys_bytes text; /* of the note: it need not be signed yet */
        struct ys_bytes body;
        unsigned signers; /* enum ys_body_class: whose lines it has, or will have */
    } const *record;
};

/* Where they stand while they are tried; plain value. */
struct ys_trial_place {
    const struct ys_trial *trial; /* NULL: nothing is tried */
    uint32_t log_id;              /* in the store */
    uint64_t first;               /* index of the first */
};
/* The entry at this place, of the store or tried. */
YS_CHECKED enum ys_code ys_trial_entry(const struct ys_trial_place *tried, struct ys_txn *txn,
                                       uint32_t log_id, uint64_t index, struct ys_entry *out,
                                       struct ys_err *err);

/* On YS_OK a transaction is open until ys_trial_end; matters are settled; `touched` names what they touch.
 * YS_BUSY when the model is not built yet or more than a little behind the store: let it catch up
 * (ys_model_catch_up) and try again. The number of the first record in `record` is `first_out`. */
YS_CHECKED enum ys_code ys_trial_begin(struct ys_model *model,
                                       const struct ys_fold_options *options,
                                       const struct ys_trial *trial, int64_t *first_out,
                                       struct ys_err *err);
void ys_trial_end(struct ys_model *model);

#endif
