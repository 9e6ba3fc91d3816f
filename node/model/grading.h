/* How a scorecard counts: what stands in the parameter `scorecard` (DOMAIN.md 4.2 H), which has no default.
 *
 *     E-03=3:0..100 F-06=4:60..95 G-02=2:50..0
 *
 * "none" ends it from its day on: no score is made.
 * An item is an indicator, its weight, the value that gives no points and the one that gives all: where the
 * first is the greater one, less is better. Values are those that are printed (percent, days, cases).
 * Threads: any. Memory: none allocated. */
#ifndef YS_NODE_MODEL_GRADING_H
#define YS_NODE_MODEL_GRADING_H

#include "crypto/bytes.h"
#include "crypto/err.h"

#include <stdint.h>

enum { YS_GRADING_ITEMS_MAX = 16, YS_GRADING_VALUE_MAX = 1000000 };

struct ys_grading_item {
    char indicator[5]; /* "E-03" */
    uint32_t weight;   /* 1 to 255 */
    int32_t zero, full;
};

struct ys_grading {
    struct ys_grading_item item[YS_GRADING_ITEMS_MAX];
    uint32_t count; /* 0: "none" */
};

/* YS_MALFORMED with the item that is wrong; messages begin with `name`. */
YS_CHECKED enum ys_code ys_grading_parse(struct ys_bytes text, const char *name,
                                         struct ys_grading *out, struct ys_err *err);

#endif
