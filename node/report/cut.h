/* A node as it was, or as another one is: the logs of a store up to named sizes, and the read model that
 * follows from these alone.
 *
 * Verdicts are those of the membership of the cut logs. How far a log's own membership records count
 * elsewhere depends on what the district had cosigned when the report was made, which stands in no
 * record: so each head says it (`members`), and the report is made again with the same.
 * What only this node knows (when a head came, disputes) is not in it.
 *
 * It lies in a folder of its own (scratch.h), which goes with it. Threads: one. Memory: heap and that folder. */
#ifndef YS_NODE_REPORT_CUT_H
#define YS_NODE_REPORT_CUT_H

#include "node/report/document.h"
#include "node/rules/rules.h"

struct ys_cut;

struct ys_cut_options {
    const struct ys_store *store;
    const struct ys_root_chain *roots;
    const struct ys_report_head *head; /* borrowed until it is closed */
    size_t head_count;
    const char *folder; /* where its own folder is made: ys_scratch_place */
    /* Told after each part. NULL: nobody. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

/* YS_NOT_FOUND: a log is not here, or not so long; YS_REFUSED: it has another root; YS_MALFORMED: it is named
 * twice. Messages name the log. */
YS_CHECKED enum ys_code ys_cut_open(const struct ys_cut_options *options, struct ys_cut **out,
                                    struct ys_err *err);
void ys_cut_close(struct ys_cut *cut);
/* Complete; valid until the cut is closed. */
struct ys_model *ys_cut_model(struct ys_cut *cut);

#endif
