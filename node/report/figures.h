/* The indicators of a report as tables: 汇总 (of the unit), 分社区 (some of each unit below, side by side),
 * and all of them.
 *
 * Those that rest on what only this node knows (annex) stand in none: they are asked for apart.
 *
 * Threads: the model's. Memory: heap, about 150 bytes a figure. */
#ifndef YS_NODE_REPORT_FIGURES_H
#define YS_NODE_REPORT_FIGURES_H

#include "node/indicators/indicators.h"
#include "node/report/document.h"

struct ys_report_figures;

struct ys_figures_ask {
    const char *unit;
    bool own_only; /* none of the units below: for a look */
    bool by_unit;  /* in the table of all also those of the units below */
    int32_t from_day, to_day, as_of_day;
    int64_t as_of_s; /* for what only this node knows; ys_ask */
    /* Count the unit's own figures of a period that was sealed, too, as of that day. */
    bool has_sealed;
    int32_t sealed_from_day, sealed_to_day, sealed_as_of_day;
};

/* After ys_lists_open, which makes names of units. */
YS_CHECKED enum ys_code ys_figures_open(struct ys_rules *rules, const struct ys_figures_ask *ask,
                                        struct ys_report_figures **out, struct ys_err *err);
void ys_figures_close(struct ys_report_figures *figures);

/* Valid as long as the figures. */
enum ys_figures_table { YS_FIGURES_SUMMARY, YS_FIGURES_UNITS, YS_FIGURES_ALL, YS_FIGURES_ANNEX };
struct ys_report_table *ys_figures_table(struct ys_report_figures *figures,
                                         enum ys_figures_table which);
/* For lists behind a figure. */
struct ys_indicators *ys_figures_indicators(const struct ys_report_figures *figures);
/* SHA-256, in hex, of the views and figures by which it was counted. */
const char *ys_figures_set(const struct ys_report_figures *figures);
/* The value of an indicator's first figure, of the whole unit; false when there is no such indicator. */
bool ys_figures_cell(const struct ys_report_figures *figures, const char *id,
                     struct ys_report_cell *out);

/* One figure as it was found, for whoever compares. Texts are valid as long as the figures. */
struct ys_found {
    const struct ys_indicator *indicator;
    const struct ys_figure *figure;
    const char *unit, *part;
    size_t unit_at; /* the first is the whole unit, the others lie below */
    int64_t n, d, low, high, open, oldest;
    bool none, small;
    bool mean_differs;
    char value[YS_RESULT_TEXT_MAX], mean[YS_RESULT_TEXT_MAX];
};
/* In the order of catalogue, figure, unit, part. */
const struct ys_found *ys_figures_found(const struct ys_report_figures *figures, size_t *count_out);
/* Those of the sealed period. */
const struct ys_found *ys_figures_sealed(const struct ys_report_figures *figures,
                                         size_t *count_out);

#endif
