/* A report on a terminal, and the list behind a figure.
 *
 * Threads: main. Memory: none. */
#ifndef YS_NODE_VIEW_REPORT_H
#define YS_NODE_VIEW_REPORT_H

#include "node/report/making.h"

/* All figures of the unit; `by_unit` some of those below, side by side; the annex; what it rests on. */
void ys_text_report(const struct ys_making *making);
/* One case, as text or as an object on a line. */
void ys_text_case(const struct ys_case *item);
void ys_json_case(const struct ys_case *item);

#endif
