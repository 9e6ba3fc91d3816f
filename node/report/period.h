/* Periods as people type them: 2026, 2026-H1, 2026-Q3, 2026-05, 2026-01-01..2026-03-31.
 *
 * Threads: any. Memory: none. */
#ifndef YS_NODE_REPORT_PERIOD_H
#define YS_NODE_REPORT_PERIOD_H

#include "crypto/bytes.h"
#include "crypto/err.h"

enum { YS_PERIOD_TEXT_MAX = 23 };

struct ys_report_period {
    char text[YS_PERIOD_TEXT_MAX + 1];
    int32_t from_day, to_day; /* days since 1970-01-01; both belong to it */
};

/* YS_USAGE with the text. */
YS_CHECKED enum ys_code ys_report_period_parse(const char *text, struct ys_report_period *out,
                                               struct ys_err *err);

#endif
