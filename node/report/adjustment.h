/* 调整: what has become of figures that were sealed, since late records came in.
 *
 * The newest report_snapshot of the unit whose period ends no later than the report's: each figure as it
 * was sealed, as it is counted now for the same period and day, and the difference.
 *
 * Threads: the model's. Memory: heap. */
#ifndef YS_NODE_REPORT_ADJUSTMENT_H
#define YS_NODE_REPORT_ADJUSTMENT_H

#include "node/report/figures.h"

struct ys_adjustments;

/* Look for the snapshot and say in `ask` what to count; `ask` says unit and period. */
YS_CHECKED enum ys_code ys_adjustments_open(struct ys_sql *sql, struct ys_figures_ask *ask,
                                            struct ys_adjustments **out, struct ys_err *err);
/* Compare, once it is counted. `figures` must stay open. */
YS_CHECKED enum ys_code ys_adjustments_compare(struct ys_adjustments *adjustments,
                                               const struct ys_report_figures *figures,
                                               struct ys_err *err);
void ys_adjustments_close(struct ys_adjustments *adjustments);
/* Only figures that are others. It is printed where a snapshot was found. */
struct ys_report_table *ys_adjustments_table(struct ys_adjustments *adjustments);

#endif
