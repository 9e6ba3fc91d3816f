/* What the district's `receipts` records say: which head of which log it had
 * cosigned, in the order of its own log. So "had the district entry i when this
 * was written?" has one answer on every node, and no clock takes part.
 *
 * Threads: none of its own. Memory: heap, one item a receipt. */
#ifndef YS_SYNC_COVERAGE_H
#define YS_SYNC_COVERAGE_H

#include "proto/name.h"

/* One receipt. */
struct ys_covered {
    struct ys_division division; /* of the log that was cosigned */
    uint32_t incarnation;
    uint64_t size;
    uint64_t time_s; /* orders the receipts of one record */
    uint64_t order;  /* of the record among those of the district */
    uint64_t index;  /* in its log */
};

/* Zero is empty. */
struct ys_coverage {
    struct ys_covered *item;
    size_t count, capacity;
};

YS_CHECKED enum ys_code ys_coverage_add(struct ys_coverage *coverage, const struct ys_covered *item,
                                        struct ys_err *err);
/* After the last item, before the first question. */
void ys_coverage_sort(struct ys_coverage *coverage);
void ys_coverage_clear(struct ys_coverage *coverage);

/* The first receipt of a head over `entry` of this log: by record, inside a record by time. NULL when
 * there is none. */
const struct ys_covered *ys_coverage_first(const struct ys_coverage *coverage,
                                           const struct ys_name *origin, uint64_t entry);
/* The largest size of any log of this unit in a record before that of `until`, or in the same one at
 * or before its time; NULL: in any. */
uint64_t ys_coverage_size(const struct ys_coverage *coverage, const struct ys_division *division,
                          const struct ys_covered *until);

#endif
