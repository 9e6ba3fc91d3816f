/* Sealed reports (report_snapshot) counted again, from the logs that they name and from nothing else: what is
 * found stands in the read model, in snapshot_count and snapshot_difference, for a rule (R-S-6) to tell.
 *
 * Each is counted once: again after a correction of it, by another version of rules or indicators, or when the
 * read model is made anew. What was found stays, also when something that it rests on is erased later; who counts
 * after that says "erased" of each difference, because it may come from that. One that rests on a log, or on
 * contents, that are not here is "uncounted" until they are, where this node holds all logs of its scope. Whether
 * a report leaves out a log needs no counting: the rule says it.
 *
 * Threads: the model's. Memory: heap, freed before return; and a folder as of cut.h. */
#ifndef YS_NODE_REPORT_RECOUNT_H
#define YS_NODE_REPORT_RECOUNT_H

#include "node/report/basis.h"

struct ys_recount_options {
    const struct ys_store *store;
    const struct ys_root_chain *roots;
    const char *folder;   /* for what is cut out: ys_scratch_place */
    uint64_t entries_max; /* once so many are cut out no more is; 0: as many as it takes */
    /* Told before each of them. NULL: nobody. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

struct ys_recount_result {
    bool changed;  /* rules are to catch up again */
    uint64_t cuts; /* how often something was cut out */
    uint64_t left; /* not counted yet, because of `entries_max` */
};

/* The model must show what the store holds, and have its rules (rules.h). Not within a transaction. The result
 * is written on failure, too: it may have come so far. */
YS_CHECKED enum ys_code ys_recount(struct ys_model *model, const struct ys_recount_options *options,
                                   struct ys_recount_result *out, struct ys_err *err);

/* Records among what a snapshot in the model names that were erased by law behind that; `out` is the caller's to free. */
YS_CHECKED enum ys_code ys_recount_erased(struct ys_model *model, int64_t snapshot,
                                          struct ys_hash **out, size_t *count_out,
                                          struct ys_err *err);

#endif
