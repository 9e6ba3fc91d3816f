/* A whole report out of what it rests on: lists, figures, drawings, and its hash.
 *
 * Threads: the model's. Memory: heap. */
#ifndef YS_NODE_REPORT_MAKING_H
#define YS_NODE_REPORT_MAKING_H

#include "node/report/adjustment.h"
#include "node/report/basis.h"
#include "node/report/figures.h"
#include "node/report/lists.h"
#include "node/report/period.h"
#include "node/report/scorecard.h"

struct ys_making_options {
    const struct ys_basis *basis; /* stays open */
    const char *unit, *deployment, *software;
    const struct ys_report_period *period;
    int32_t as_of_day;
    int64_t as_of_s; /* for the annex; ys_ask */
    bool by_unit;
    bool annex;        /* what only this node knows, too; with its own read model alone */
    bool own_only;     /* figures of the unit alone */
    bool figures_only; /* no drawings, no lists, no hash: what a terminal shows */
    const char *(*label)(const char *words, struct ys_bytes word);
};

enum { YS_MAKING_TABLES = YS_LISTS + 4 + YS_SCORECARD_TABLES, YS_MAKING_CHARTS = 2 };

struct ys_making {
    struct ys_report report;
    struct ys_report_lists *lists;
    struct ys_report_figures *figures;
    struct ys_adjustments *adjustments;
    struct ys_grading grading;
    struct ys_scorecard *scorecard; /* NULL: of no district, or not by unit */
    struct ys_report_table table[YS_MAKING_TABLES], annex;
    struct ys_report_chart chart[YS_MAKING_CHARTS];
    char unit_name[128];
};

/* Sealed, if it is whole. `out` may not be moved. */
YS_CHECKED enum ys_code ys_making_open(const struct ys_making_options *options,
                                       struct ys_making *out, struct ys_err *err);
void ys_making_close(struct ys_making *making);

#endif
