/* A drawing as inline SVG, for paper without colour.
 *
 * Threads: one a call. Memory: none. */
#ifndef YS_NODE_REPORT_CHART_H
#define YS_NODE_REPORT_CHART_H

#include "node/report/document.h"
#include "node/report/out.h"

void ys_chart_write(struct ys_report_out *out, const struct ys_report_chart *chart);

#endif
