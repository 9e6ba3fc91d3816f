/* Sealed reports (report_snapshot) counted again, from the logs that they name and from nothing else: what is
 * found stands in the read model, in snapshot_count and snapshot_difference, for a rule (R-S-6) to tell.
 *
 * Each is counted once: again after a correction of it, by another version of rules or indicators, or when the
 * read model is made anew. One that rests on a log, or on contents, that are not here is passed over until
 * they are. Whether a report leaves out a log needs no counting: the rule says it.
 *
 * Threads: the model's. Memory: heap, freed before return; and a folder as of cut.h. */
#ifndef YS_NODE_REPORT_RECOUNT_H
#define YS_NODE_REPORT_RECOUNT_H

#include "node/report/basis.h"

struct ys_recount_options {
    const struct ys_store *store;
    const struct ys_root_chain *roots;
    const char *folder; /* for what is cut out */
    /* Told before each of them. NULL: nobody. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

/* The model must show what the store holds, and have its rules (rules.h). Not within a transaction.
 * `any_out`: rules are to catch up again. */
YS_CHECKED enum ys_code ys_recount(struct ys_model *model, const struct ys_recount_options *options,
                                   bool *any_out, struct ys_err *err);

#endif
