/* A report as a signed record (kind 93, report_snapshot): its draft, and whether one that was signed is what
 * the records say.
 *
 * Signing is `yishi publish`'s. Threads: main. Memory: heap, freed before return. */
#ifndef YS_NODE_REPORT_SEAL_H
#define YS_NODE_REPORT_SEAL_H

#include "node/report_call.h"

/* A draft with scope, period, heads, parameters, figures and hashes of `report`, which is made; with
 * `folder` (may be NULL) all files are written there, and their hashes stand in it, too. */
YS_CHECKED enum ys_code ys_report_seal_draft(const struct ys_call *call,
                                             struct ys_report_call *report, const char *folder,
                                             struct ys_err *err);

/* What a snapshot says about itself into `report`, so that the report can be made again. `word` names the
 * record. The figures are compared later. */
struct ys_snapshot;
YS_CHECKED enum ys_code ys_snapshot_load(struct ys_report_call *report, const char *word,
                                         struct ys_snapshot **out, struct ys_err *err);
void ys_snapshot_free(struct ys_snapshot *snapshot);
/* Print every figure that is another one, with the records behind it, and what the rule (R-S-6) says of the logs that
 * it names or does not. YS_REFUSED when there is any; YS_IO when figures alone differ, and something that they rest
 * on was erased by law since. */
YS_CHECKED enum ys_code ys_snapshot_compare(const struct ys_call *call,
                                            const struct ys_snapshot *snapshot,
                                            struct ys_report_call *report, struct ys_err *err);

#endif
