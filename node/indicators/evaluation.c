/* Figures out of what the rows of a view add up to: sums, medians, shares, and the mean of the communities. */
#include "node/indicators/indicators_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One figure of one unit, of the whole or of a part. */
struct figure_sum {
    struct ys_sum sum;
    int64_t low, high, cases;
    int64_t communities, mean;
};

/* All units of one figure and part. */
struct column {
    const struct ys_figure *figure;
    const char *part;
    struct figure_sum *unit;
};

static bool is_middle(const struct ys_figure *figure)
{
    return figure->kind == YS_FIGURE_MEDIAN || figure->kind == YS_FIGURE_MAX;
}

/* --- adding up ----------------------------------------------------------------------------------- */

static enum ys_code add_sums(const struct ys_ground *ground, const struct ys_heap *heap,
                             struct column *column, struct ys_err *err)
{
    for (size_t i = 0; i < ground->place_count; i++) {
        const struct ys_sum *const from = &heap->sum[i];
        for (size_t j = 0; from->any && j < ground->place[i].inside_count; j++) {
            struct ys_sum *const to = &column->unit[ground->place[i].inside[j]].sum;
            if (__builtin_add_overflow(to->n, from->n, &to->n) ||
                __builtin_add_overflow(to->d, from->d, &to->d))
                return ys_fail(err, YS_LIMIT, "a sum is greater than a number may be");
            to->any = true;
            to->open += from->open;
            if (from->oldest > to->oldest)
                to->oldest = from->oldest;
        }
    }
    return YS_OK;
}

static int by_unit(const void *a, const void *b)
{
    const struct ys_valued *const x = a;
    const struct ys_valued *const y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Of c cases in order, the lower middle is number (c + 1) / 2 and the upper (c + 2) / 2, both cut. */
static void find_middle(const struct ys_valued *value, size_t count, bool greatest,
                        struct figure_sum *out)
{
    int64_t upto = 0;
    for (size_t i = 0; i < count; i++)
        out->cases += value[i].count;
    for (size_t i = 0; i < count; i++) {
        const int64_t before = upto;
        upto += value[i].count;
        if (before < (out->cases + 1) / 2 && upto >= (out->cases + 1) / 2)
            out->low = value[i].value;
        if (before < (out->cases + 2) / 2 && upto >= (out->cases + 2) / 2)
            out->high = value[i].value;
    }
    if (greatest && count > 0)
        out->low = out->high = value[count - 1].value;
}

/* Values of all heaps that belong to the column, by unit. */
static enum ys_code find_middles(const struct ys_ground *ground, const struct ys_heaps *heaps,
                                 struct column *column, struct ys_err *err)
{
    size_t count = 0;
    size_t room = 0;
    for (size_t i = 0; i < heaps->count; i++)
        room += heaps->heap[i].value_count * YS_INSIDE_MAX;
    struct ys_valued *const value = calloc(room + 1, sizeof *value);
    if (value == NULL)
        return ys_fail(err, YS_NOMEM, "indicators: out of memory");
    for (size_t i = 0; i < heaps->count; i++) {
        const struct ys_heap *const heap = &heaps->heap[i];
        if (strcmp(heap->series, column->figure->series) != 0 ||
            (column->part[0] != '\0' && strcmp(heap->part, column->part) != 0))
            continue;
        for (size_t v = 0; v < heap->value_count; v++) {
            const struct ys_ground_place *const place = &ground->place[heap->value[v].place];
            for (size_t j = 0; j < place->inside_count; j++)
                value[count++] = (struct ys_valued){place->inside[j], heap->value[v].value,
                                                    heap->value[v].count};
        }
    }
    qsort(value, count, sizeof *value, by_unit);
    for (size_t from = 0, until = 0; from < count; from = until) {
        while (until < count && value[until].place == value[from].place)
            until++;
        find_middle(&value[from], until - from, column->figure->kind == YS_FIGURE_MAX,
                    &column->unit[value[from].place]);
    }
    free(value);
    return YS_OK;
}

/* A mean of millionths, each community that has a denominator counting the same. */
static void find_means(const struct ys_ground *ground, struct column *column)
{
    const enum ys_figure_kind kind = column->figure->kind;
    if (kind != YS_FIGURE_RATE && kind != YS_FIGURE_MEAN && kind != YS_FIGURE_DERIVED)
        return;
    for (size_t i = 0; i < ground->place_count; i++) {
        const struct ys_ground_place *const place = &ground->place[i];
        const size_t own = place->inside[place->inside_count - 1]; /* the longest code is last */
        const struct ys_sum *const from = &column->unit[own].sum;
        if (!ground->unit[own].community || from->d <= 0)
            continue;
        for (size_t j = 0; j + 1 < place->inside_count; j++) {
            struct figure_sum *const to = &column->unit[place->inside[j]];
            to->communities++;
            to->mean += ys_value_millionths(from->n, from->d, column->figure->scale);
        }
    }
    for (size_t i = 0; i < ground->unit_count; i++)
        if (column->unit[i].communities > 0)
            column->unit[i].mean =
                ys_value_rounded(column->unit[i].mean, column->unit[i].communities);
}

/* --- into the table ------------------------------------------------------------------------------ */

static void set_optional(struct ys_query *query, int at, bool there, int64_t value)
{
    if (there)
        ys_query_set_int(query, at, value);
    else
        ys_query_set_null(query, at);
}

static enum ys_code put_column(const struct ys_ground *ground, struct ys_query *query,
                               const struct column *column, struct ys_err *err)
{
    const struct ys_figure *const figure = column->figure;
    enum ys_code code = YS_OK;
    ys_query_set_text(query, 2, ys_bytes_of_text(figure->code));
    ys_query_set_text(query, 4, ys_bytes_of_text(column->part));
    for (size_t i = 0; code == YS_OK && i < ground->unit_count; i++) {
        const struct figure_sum *const unit = &column->unit[i];
        if (!unit->sum.any && column->part[0] != '\0')
            continue; /* nothing of this part there */
        ys_query_set_text(query, 3, ys_bytes_of_text(ground->unit[i].digits));
        ys_query_set_int(query, 5, is_middle(figure) ? 0 : unit->sum.n);
        set_optional(query, 6, figure->kind != YS_FIGURE_COUNT,
                     is_middle(figure) ? unit->cases : unit->sum.d);
        set_optional(query, 7, is_middle(figure) || figure->kind == YS_FIGURE_DERIVED,
                     is_middle(figure) ? unit->low : unit->cases);
        set_optional(query, 8, is_middle(figure), unit->high);
        ys_query_set_int(query, 9, unit->sum.open);
        set_optional(query, 10, unit->sum.open > 0, unit->sum.oldest);
        ys_query_set_int(query, 11, unit->communities);
        set_optional(query, 12, unit->communities > 0, unit->mean);
        code = ys_query_run(query, err);
    }
    return code;
}

static enum ys_code open_column(const struct ys_ground *ground, const struct ys_figure *figure,
                                const char *part, struct column *out, struct ys_err *err)
{
    *out = (struct column){.figure = figure, .part = part};
    out->unit = calloc(ground->unit_count + 1, sizeof *out->unit);
    return out->unit == NULL ? ys_fail(err, YS_NOMEM, "indicators: out of memory") : YS_OK;
}

/* Of a share each part is compared with all: the sum of n over the series. */
static void fill_whole(const struct ys_ground *ground, const struct column *whole,
                       struct column *column)
{
    for (size_t i = 0; i < ground->unit_count; i++)
        column->unit[i].sum.d = whole->unit[i].sum.n;
}

static enum ys_code add_all(const struct ys_ground *ground, const struct ys_heaps *heaps,
                            struct column *column, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < heaps->count; i++)
        if (strcmp(heaps->heap[i].series, column->figure->series) == 0 &&
            (column->part[0] == '\0' || strcmp(heaps->heap[i].part, column->part) == 0))
            code = add_sums(ground, &heaps->heap[i], column, err);
    if (code == YS_OK && is_middle(column->figure))
        code = find_middles(ground, heaps, column, err);
    return code;
}

static enum ys_code put_part(const struct ys_ground *ground, const struct ys_heaps *heaps,
                             struct ys_query *query, const struct column *whole, const char *part,
                             struct ys_err *err)
{
    struct column column;
    enum ys_code code = open_column(ground, whole->figure, part, &column, err);
    if (code == YS_OK)
        code = add_all(ground, heaps, &column, err);
    if (code == YS_OK && whole->figure->kind == YS_FIGURE_SHARE)
        fill_whole(ground, whole, &column);
    if (code == YS_OK) {
        find_means(ground, &column);
        code = put_column(ground, query, &column, err);
    }
    free(column.unit);
    return code;
}

static enum ys_code put_figure(const struct ys_ground *ground, const struct ys_heaps *heaps,
                               struct ys_query *query, const struct ys_figure *figure,
                               struct ys_err *err)
{
    struct column whole;
    enum ys_code code = open_column(ground, figure, "", &whole, err);
    if (code == YS_OK)
        code = add_all(ground, heaps, &whole, err);
    if (code == YS_OK && figure->kind == YS_FIGURE_SHARE)
        fill_whole(ground, &whole, &whole);
    if (code == YS_OK && figure->parts != YS_PARTS_ONLY) {
        find_means(ground, &whole);
        code = put_column(ground, query, &whole, err);
    }
    for (size_t i = 0; code == YS_OK && figure->parts != YS_PARTS_NONE && i < heaps->count; i++)
        if (strcmp(heaps->heap[i].series, figure->series) == 0 && heaps->heap[i].part[0] != '\0')
            code = put_part(ground, heaps, query, &whole, heaps->heap[i].part, err);
    free(whole.unit);
    return code;
}

/* --- figures made of others ---------------------------------------------------------------------- */

/* Rows of one code in "unit <id>": unit, code, part, n, d, cases; its parts one after the other. */
static enum ys_code read_derived(struct ys_indicators *indicators, const char *id,
                                 struct ys_query *put, const struct ys_figure *figure,
                                 struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    char text[256];
    char part[256] = "";
    bool row = true;
    struct column column = {.unit = NULL};
    const struct ys_ground *const ground = &indicators->ground;
    (void)snprintf(text, sizeof text,
                   "SELECT unit, part, n, d, cases FROM \"unit %s\" WHERE code = ? ORDER BY part",
                   id);
    enum ys_code code = ys_query_open(indicators->sql, text, &query, err);
    if (code == YS_OK)
        code = open_column(ground, figure, part, &column, err);
    if (code == YS_OK)
        ys_query_set_text(query, 1, ys_bytes_of_text(figure->code));
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        if (!ys_bytes_equal(ys_query_text(query, 1), ys_bytes_of_text(part))) {
            find_means(ground, &column);
            code = put_column(ground, put, &column, err);
            memset(column.unit, 0, ground->unit_count * sizeof *column.unit);
            (void)ys_query_copy(query, 1, part, sizeof part);
        }
        const size_t at = ys_ground_unit(ground, ys_query_text(query, 0));
        if (at == ground->unit_count)
            continue;
        column.unit[at].sum =
            (struct ys_sum){.n = ys_query_int(query, 2), .d = ys_query_int(query, 3), .any = true};
        column.unit[at].cases = ys_query_int(query, 4);
    }
    if (code == YS_OK) {
        find_means(ground, &column);
        code = put_column(ground, put, &column, err);
    }
    free(column.unit);
    return code;
}

/* --- an indicator -------------------------------------------------------------------------------- */

static bool has_kind(const struct ys_indicator *indicator, bool derived)
{
    for (size_t i = 0; i < indicator->figure_count; i++)
        if ((indicator->figure[i].kind == YS_FIGURE_DERIVED) == derived)
            return true;
    return false;
}

static enum ys_code put_all(struct ys_indicators *indicators, const struct ys_indicator *indicator,
                            struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_heaps heaps = {.heap = NULL};
    enum ys_code code = ys_query_open(
        indicators->sql, "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", &query,
        err);
    if (code == YS_OK)
        ys_query_set_text(query, 1, ys_bytes_of_text(indicator->id));
    if (code == YS_OK && has_kind(indicator, false))
        code = ys_heaps_gather(indicators, indicator->id, &heaps, err);
    for (size_t i = 0; code == YS_OK && i < indicator->figure_count; i++) {
        const struct ys_figure *const figure = &indicator->figure[i];
        code = figure->kind == YS_FIGURE_DERIVED
                   ? read_derived(indicators, indicator->id, query, figure, err)
                   : put_figure(&indicators->ground, &heaps, query, figure, err);
    }
    ys_heaps_clear(&heaps);
    return code;
}

static enum ys_code evaluate(struct ys_indicators *indicators, const struct ys_indicator *indicator,
                             struct ys_err *err)
{
    bool *const done = &indicators->evaluated[indicator - indicators->catalogue];
    struct ys_err inner = {0};
    if (*done)
        return YS_OK;
    const enum ys_code code = put_all(indicators, indicator, &inner);
    *done = code == YS_OK;
    return code == YS_OK ? code : ys_fail(err, code, "indicator %s: %s", indicator->id, inner.msg);
}

enum ys_code ys_indicators_evaluate(struct ys_indicators *indicators, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < indicators->count; i++)
        code = evaluate(indicators, &indicators->catalogue[i], err);
    return code;
}

/* What is derived rests on those before it that have the same letter. */
enum ys_code ys_indicators_evaluate_one(struct ys_indicators *indicators,
                                        const struct ys_indicator *indicator, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && has_kind(indicator, true) && i < indicators->count; i++)
        if (&indicators->catalogue[i] < indicator &&
            indicators->catalogue[i].id[0] == indicator->id[0])
            code = evaluate(indicators, &indicators->catalogue[i], err);
    return code == YS_OK ? evaluate(indicators, indicator, err) : code;
}
