/* The records of matters, out of the tables, for the procedure.
 *
 * Matters of one unit are asked for one behind the other: what is known of its log
 * and of the receipts for it is kept between them. Bodies are read apart, in an errand.
 *
 * Threads: ys_gather_* as the model; ys_gathered_read any. Memory: heap. */
#ifndef YS_NODE_MODEL_GATHER_H
#define YS_NODE_MODEL_GATHER_H

#include "node/model/model.h"
#include "node/model/step.h"
#include "node/model/trial.h"
#include "proto/arena.h"

/* Where a body lies. */
struct ys_place {
    uint32_t log_id; /* in the store */
    uint64_t index;
};

struct ys_gathered {
    size_t count, capacity;
    struct ys_step *step;
    int64_t *number; /* of the record, in the tables */
    struct ys_body_places {
        bool known; /* false: without a body here, or with one that was not understood */
        bool corrected;
        struct ys_place own, correction;
    } * body;
};
void ys_gathered_clear(struct ys_gathered *gathered);
/* The bodies of all steps, into the arena; what does not fit counts as absent. */
YS_CHECKED enum ys_code ys_gathered_read(const struct ys_gathered *gathered, struct ys_txn *txn,
                                         const struct ys_trial_place *tried, struct ys_arena *arena,
                                         struct ys_err *err);

/* Valid while no entry is folded. */
struct ys_gather;
YS_CHECKED enum ys_code ys_gather_new(struct ys_model *model, struct ys_txn *txn,
                                      struct ys_gather **out, struct ys_err *err);
void ys_gather_free(struct ys_gather *gather);
/* Append the records that are ok of this matter, and those about no matter, or several, that name one of
 * them or are named by one: without bodies. */
YS_CHECKED enum ys_code ys_gather_matter(struct ys_gather *gather, struct ys_bytes subject,
                                         struct ys_gathered *out, struct ys_err *err);

#endif
