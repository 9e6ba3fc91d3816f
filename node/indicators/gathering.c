/* The rows of a view, added up by place as they come: nothing is sorted but the values of medians. */
#include "node/indicators/indicators_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_of(const struct ys_heap *heap, struct ys_bytes series, struct ys_bytes part)
{
    return ys_bytes_equal(series, ys_bytes_of_text(heap->series)) &&
           ys_bytes_equal(part, ys_bytes_of_text(heap->part));
}

static enum ys_code add_heap(struct ys_heaps *heaps, struct ys_bytes series, struct ys_bytes part,
                             size_t places, struct ys_err *err)
{
    if (heaps->count == heaps->capacity) {
        const size_t capacity = heaps->capacity == 0 ? 8 : heaps->capacity * 2;
        struct ys_heap *const heap = realloc(heaps->heap, capacity * sizeof *heap);
        if (heap == NULL)
            return ys_fail(err, YS_NOMEM, "indicators: out of memory");
        heaps->heap = heap;
        heaps->capacity = capacity;
    }
    struct ys_heap *const heap = &heaps->heap[heaps->count];
    *heap = (struct ys_heap){.series = calloc(1, series.size + part.size + 2),
                             .sum = calloc(places + 1, sizeof *heap->sum)};
    heaps->count++;
    if (heap->series == NULL || heap->sum == NULL)
        return ys_fail(err, YS_NOMEM, "indicators: out of memory");
    if (series.size > 0)
        memcpy(heap->series, series.data, series.size);
    if (part.size > 0)
        memcpy(heap->series + series.size + 1, part.data, part.size);
    heap->part = heap->series + series.size + 1;
    return YS_OK;
}

static enum ys_code find_heap(struct ys_heaps *heaps, struct ys_bytes series, struct ys_bytes part,
                              size_t places, struct ys_heap **out, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    size_t at = heaps->last;
    if (at >= heaps->count || !is_of(&heaps->heap[at], series, part)) {
        for (at = 0; at < heaps->count && !is_of(&heaps->heap[at], series, part);)
            at++;
        if (at == heaps->count)
            code = add_heap(heaps, series, part, places, err);
    }
    heaps->last = at;
    if (code == YS_OK)
        *out = &heaps->heap[at];
    return code;
}

static enum ys_code add_value(struct ys_heap *heap, size_t place, int64_t value, struct ys_err *err)
{
    if (heap->value_count == heap->value_capacity) {
        const size_t capacity = heap->value_capacity == 0 ? 256 : heap->value_capacity * 2;
        struct ys_valued *const values = realloc(heap->value, capacity * sizeof *values);
        if (values == NULL)
            return ys_fail(err, YS_NOMEM, "indicators: out of memory");
        heap->value = values;
        heap->value_capacity = capacity;
    }
    heap->value[heap->value_count++] = (struct ys_valued){place, value, 1};
    return YS_OK;
}

enum { AT_DIVISION, AT_SERIES, AT_PART, AT_OPEN, AT_VALUE, AT_N, AT_D };

static enum ys_code add_row(struct ys_query *query, struct ys_heap *heap, size_t place,
                            struct ys_err *err)
{
    struct ys_sum *const sum = &heap->sum[place];
    const bool valued = !ys_query_is_null(query, AT_VALUE);
    const int64_t value = ys_query_int(query, AT_VALUE);
    const int64_t open = ys_query_int(query, AT_OPEN);
    if (open < 0 || open > 1)
        return ys_fail(err, YS_CORRUPT, "a case is open or not, 1 or 0");
    sum->any = true;
    if (open == 1) {
        sum->open++;
        if (valued && value > sum->oldest)
            sum->oldest = value;
        return YS_OK;
    }
    if (__builtin_add_overflow(sum->n, ys_query_int(query, AT_N), &sum->n) ||
        __builtin_add_overflow(sum->d, ys_query_int(query, AT_D), &sum->d))
        return ys_fail(err, YS_LIMIT, "a sum is greater than a number may be");
    return valued ? add_value(heap, place, value, err) : YS_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct ys_valued *const x = a;
    const struct ys_valued *const y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Equal ones of one place become one with a count. */
static void pack(struct ys_heap *heap)
{
    size_t kept = 0;
    if (heap->value_count > 0)
        qsort(heap->value, heap->value_count, sizeof *heap->value, by_place);
    for (size_t i = 0; i < heap->value_count; i++)
        if (kept > 0 && by_place(&heap->value[kept - 1], &heap->value[i]) == 0)
            heap->value[kept - 1].count++;
        else
            heap->value[kept++] = heap->value[i];
    heap->value_count = kept;
}

enum ys_code ys_heaps_gather(struct ys_indicators *indicators, const char *id, struct ys_heaps *out,
                             struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    char text[160];
    bool row = true;
    size_t place = 0;
    const struct ys_ground *const ground = &indicators->ground;
    (void)snprintf(text, sizeof text,
                   "SELECT division, series, part, open, value, n, d FROM \"%s\"", id);
    enum ys_code code = ys_query_open(indicators->sql, text, &query, err);
    while (code == YS_OK) {
        struct ys_heap *heap = NULL;
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        const size_t found = ys_ground_place(ground, ys_query_text(query, AT_DIVISION), place);
        if (found == ground->place_count)
            continue; /* of a unit that nobody asked for */
        place = found;
        code = find_heap(out, ys_query_text(query, AT_SERIES), ys_query_text(query, AT_PART),
                         ground->place_count, &heap, err);
        if (code == YS_OK)
            code = add_row(query, heap, place, err);
    }
    for (size_t i = 0; code == YS_OK && i < out->count; i++)
        pack(&out->heap[i]);
    return code;
}

void ys_heaps_clear(struct ys_heaps *heaps)
{
    for (size_t i = 0; i < heaps->count; i++) {
        free(heaps->heap[i].series);
        free(heaps->heap[i].sum);
        free(heaps->heap[i].value);
    }
    free(heaps->heap);
    *heaps = (struct ys_heaps){.heap = NULL};
}
