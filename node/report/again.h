/* What a report in JSON says about itself: enough to make it again.
 *
 * Figures are not read: they are what is made again. Threads: one. Memory: heap. */
#ifndef YS_NODE_REPORT_AGAIN_H
#define YS_NODE_REPORT_AGAIN_H

#include "node/report/document.h"
#include "node/report/period.h"

struct ys_report_again {
    char unit[16];
    struct ys_report_period period;
    int32_t as_of_day;
    bool by_unit;
    char hash[65], rule_set[65], indicator_set[65], software[64];
    struct ys_report_head *head;
    size_t head_count;
};

/* YS_MALFORMED with what is missing or wrong; messages begin with `name`. */
YS_CHECKED enum ys_code ys_again_parse(struct ys_bytes json, const char *name,
                                       struct ys_report_again *out, struct ys_err *err);
void ys_again_clear(struct ys_report_again *again);

#endif
