#include "sync/coverage.h"

#include <stdlib.h>
#include <string.h>

enum ys_code ys_coverage_add(struct ys_coverage *coverage, const struct ys_covered *item,
                             struct ys_err *err)
{
    if (coverage->count == coverage->capacity) {
        const size_t next = coverage->capacity == 0 ? 64 : coverage->capacity * 2;
        struct ys_covered *const bigger = reallocarray(coverage->item, next, sizeof *bigger);
        if (bigger == NULL)
            return ys_fail(err, YS_NOMEM, "membership: out of memory");
        coverage->item = bigger;
        coverage->capacity = next;
    }
    coverage->item[coverage->count++] = *item;
    return YS_OK;
}

void ys_coverage_clear(struct ys_coverage *coverage)
{
    free(coverage->item);
    *coverage = (struct ys_coverage){0};
}

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int before(const void *left, const void *right)
{
    const struct ys_covered *const a = left;
    const struct ys_covered *const b = right;
    int order = strcmp(a->division.digits, b->division.digits);
    if (order == 0)
        order = compare(a->order, b->order);
    if (order == 0)
        order = compare(a->time_s, b->time_s);
    if (order == 0)
        order = compare(a->incarnation, b->incarnation);
    return order != 0 ? order : compare(a->size, b->size);
}

void ys_coverage_sort(struct ys_coverage *coverage)
{
    if (coverage->count != 0)
        qsort(coverage->item, coverage->count, sizeof *coverage->item, before);
}

/* The first item of the unit, or where it would stand. */
static size_t find_unit(const struct ys_coverage *coverage, const struct ys_division *division)
{
    size_t low = 0;
    size_t high = coverage->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(coverage->item[middle].division.digits, division->digits) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct ys_covered *ys_coverage_first(const struct ys_coverage *coverage,
                                           const struct ys_name *origin, uint64_t entry)
{
    for (size_t i = find_unit(coverage, &origin->division); i < coverage->count; i++) {
        const struct ys_covered *const item = &coverage->item[i];
        if (!ys_division_equal(&item->division, &origin->division))
            break;
        if (item->incarnation == origin->incarnation && item->size > entry)
            return item;
    }
    return NULL;
}

uint64_t ys_coverage_size(const struct ys_coverage *coverage, const struct ys_division *division,
                          const struct ys_covered *until)
{
    uint64_t largest = 0;
    for (size_t i = find_unit(coverage, division); i < coverage->count; i++) {
        const struct ys_covered *const item = &coverage->item[i];
        if (!ys_division_equal(&item->division, division))
            break;
        if (until != NULL && (item->order > until->order ||
                              (item->order == until->order && item->time_s > until->time_s)))
            break;
        if (item->size > largest)
            largest = item->size;
    }
    return largest;
}
