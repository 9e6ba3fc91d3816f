#include "node/report/adjustment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const struct ys_found *found;
    char sealed[YS_RESULT_TEXT_MAX], now[YS_RESULT_TEXT_MAX], difference[YS_RESULT_TEXT_MAX];
    bool was_there, is_there;
};

struct ys_adjustments {
    struct ys_sql *sql;
    bool found;
    int64_t record;
    char id[65];
    int32_t from_day, to_day;
    const struct ys_report_figures *figures;
    struct row *row;
    size_t count, at;
    struct ys_report_table table;
};

/* clang-format off */
static const struct ys_report_column columns[] = {
    {"snapshot", "封存记录", "Snapshot", "封存该期间的记录标识", "id of the record that sealed the period", YS_REPORT_CODE, false},
    {"from", "期间起", "From", "封存期间的第一天", "first day of the sealed period", YS_REPORT_DATE, true},
    {"to", "期间止", "To", "封存期间的最后一天", "last day of the sealed period", YS_REPORT_DATE, true},
    {"indicator", "指标", "Indicator", "指标编号", "id of the indicator", YS_REPORT_CODE, true},
    {"name", "名称", "Name", "指标名称", "its name", YS_REPORT_TEXT, true},
    {"part", "分项", "Part", "分项", "part", YS_REPORT_TEXT, true},
    {"sealed", "封存值", "Sealed", "封存时签署的数值", "as it was sealed", YS_REPORT_FIGURE, true},
    {"now", "现值", "Now", "按现有记录对同一期间、同一判断日重算的数值", "counted again for the same period and day", YS_REPORT_FIGURE, true},
    {"difference", "差额", "Difference", "现值减封存值", "now less sealed", YS_REPORT_FIGURE, true},
    {"figure", "数值代码", "Figure", "同一指标有几个数值时的代码", "which figure of the indicator", YS_REPORT_CODE, false},
};
/* clang-format on */

static enum ys_code rewind_rows(void *source, struct ys_err *err)
{
    (void)err;
    ((struct ys_adjustments *)source)->at = 0;
    return YS_OK;
}

static struct ys_report_cell text_cell(enum ys_report_type type, bool there, const char *text)
{
    return (struct ys_report_cell){
        .there = there && text[0] != '\0', .type = type, .text = ys_bytes_of_text(text)};
}

static struct ys_report_cell day_cell(int32_t day)
{
    return (struct ys_report_cell){.there = true, .type = YS_REPORT_DATE, .num = day, .den = 1};
}

static enum ys_code next_row(void *source, struct ys_report_cell *row, bool *row_out,
                             struct ys_err *err)
{
    struct ys_adjustments *const a = source;
    const struct ys_indicators *const indicators =
        a->figures == NULL ? NULL : ys_figures_indicators(a->figures);
    (void)err;
    *row_out = a->at < a->count;
    if (!*row_out)
        return YS_OK;
    const struct row *const from = &a->row[a->at++];
    const struct ys_indicator *const indicator = from->found->indicator;
    const struct ys_figure *const figure = from->found->figure;
    row[0] = text_cell(YS_REPORT_CODE, true, a->id);
    row[1] = day_cell(a->from_day);
    row[2] = day_cell(a->to_day);
    row[3] = text_cell(YS_REPORT_CODE, true, indicator->id);
    row[4] = text_cell(YS_REPORT_TEXT, true, figure->en[0] != '\0' ? figure->en : indicator->en);
    row[4].zh = figure->zh[0] != '\0' ? figure->zh : indicator->zh;
    row[5] = text_cell(YS_REPORT_TEXT, true, ys_part_text(indicators, from->found->part, false));
    row[5].zh = ys_part_text(indicators, from->found->part, true);
    row[6] = text_cell(YS_REPORT_FIGURE, from->was_there, from->sealed);
    row[7] = text_cell(YS_REPORT_FIGURE, from->is_there, from->now);
    row[8] = text_cell(YS_REPORT_FIGURE, from->was_there && from->is_there, from->difference);
    row[9] = text_cell(YS_REPORT_CODE, true, figure->code);
    return YS_OK;
}

static enum ys_code find_snapshot(struct ys_adjustments *out, struct ys_figures_ask *ask,
                                  struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    enum ys_code code = ys_query_open(
        out->sql,
        "SELECT s.rec, lower(hex(a.id)), s.\"from\", s.\"to\", coalesce(s.as_of, s.\"to\") FROM"
        " report_snapshot s CROSS JOIN act a ON a.record = s.rec"
        " WHERE s.scope = ?1 AND s.\"to\" <= ?2 AND s.\"from\" <= s.\"to\""
        " AND EXISTS (SELECT 1 FROM report_snapshot_figures f WHERE f.rec = s.rec)"
        " ORDER BY s.\"to\" DESC, s.\"from\", a.signed_s DESC, a.id DESC LIMIT 1",
        &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(ask->unit));
    ys_query_set_int(query, 2, ask->to_day);
    code = ys_query_step(query, &out->found, err);
    if (code != YS_OK || !out->found)
        return code;
    out->record = ys_query_int(query, 0);
    (void)ys_query_copy(query, 1, out->id, sizeof out->id);
    out->from_day = (int32_t)ys_query_int(query, 2);
    out->to_day = (int32_t)ys_query_int(query, 3);
    const int32_t as_of = (int32_t)ys_query_int(query, 4);
    ask->has_sealed = true;
    ask->sealed_from_day = out->from_day;
    ask->sealed_to_day = out->to_day;
    ask->sealed_as_of_day = as_of < out->from_day ? out->from_day : as_of;
    return YS_OK;
}

enum ys_code ys_adjustments_open(struct ys_sql *sql, struct ys_figures_ask *ask,
                                 struct ys_adjustments **out, struct ys_err *err)
{
    struct ys_adjustments *const made = calloc(1, sizeof *made);
    if (made == NULL)
        return ys_fail(err, YS_NOMEM, "report: out of memory");
    made->sql = sql;
    const enum ys_code code = find_snapshot(made, ask, err);
    if (code != YS_OK) {
        ys_adjustments_close(made);
        return code;
    }
    made->table = (struct ys_report_table){
        .name = "adjustments",
        .zh = "调整",
        .en = "Adjustments",
        .about_zh = "最近一次封存的期间：因迟到记录而与封存值不同的数值。",
        .about_en = "Of the period that was sealed last: figures that late records have changed.",
        .column = columns,
        .column_count = sizeof columns / sizeof *columns,
        .print = made->found,
        .source = made,
        .rewind = rewind_rows,
        .next = next_row,
    };
    *out = made;
    return YS_OK;
}

void ys_adjustments_close(struct ys_adjustments *adjustments)
{
    if (adjustments == NULL)
        return;
    free(adjustments->row);
    free(adjustments);
}

struct ys_report_table *ys_adjustments_table(struct ys_adjustments *adjustments)
{
    return &adjustments->table;
}

/* A figure of a snapshot, which says a median as half of what is its numerator. */
static struct ys_result result_of(const struct ys_figure *figure, int64_t n, int64_t d, bool none)
{
    const bool middle = figure->kind == YS_FIGURE_MEDIAN || figure->kind == YS_FIGURE_MAX;
    return (struct ys_result){.figure = figure,
                              .n = middle ? 0 : n,
                              .d = figure->kind == YS_FIGURE_COUNT ? 0 : d,
                              .low = middle && figure->kind == YS_FIGURE_MAX ? n / 2
                                     : middle                                ? n
                                                                             : 0,
                              .high = middle && figure->kind == YS_FIGURE_MAX ? n / 2 : 0,
                              .none = none};
}

static void print_difference(int64_t value, unsigned decimals, char out[YS_RESULT_TEXT_MAX])
{
    int64_t unit = 1;
    const int64_t size = value < 0 ? -value : value;
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    if (decimals == 0)
        (void)snprintf(out, YS_RESULT_TEXT_MAX, "%" PRId64, value);
    else
        (void)snprintf(out, YS_RESULT_TEXT_MAX, "%s%" PRId64 ".%0*" PRId64, value < 0 ? "-" : "",
                       size / unit, (int)decimals, size % unit);
}

static enum ys_code add_row(struct ys_adjustments *a, const struct ys_found *found,
                            const struct ys_result *sealed, struct ys_err *err)
{
    const struct ys_result now = {.figure = found->figure,
                                  .n = found->n,
                                  .d = found->d,
                                  .low = found->low,
                                  .high = found->high,
                                  .none = found->none};
    int64_t was = 0;
    int64_t is = 0;
    struct row row = {.found = found};
    row.was_there = ys_result_value(sealed, &was);
    row.is_there = ys_result_value(&now, &is);
    if (row.was_there == row.is_there && was == is)
        return YS_OK;
    struct row *const grown = realloc(a->row, (a->count + 1) * sizeof *grown);
    if (grown == NULL)
        return ys_fail(err, YS_NOMEM, "report: out of memory");
    a->row = grown;
    ys_result_print(sealed, row.sealed);
    ys_result_print(&now, row.now);
    print_difference(is - was, found->figure->decimals, row.difference);
    grown[a->count++] = row;
    return YS_OK;
}

/* Figures that it did not seal (a newer version counts more) are passed over. */
static enum ys_code compare_one(struct ys_adjustments *a, struct ys_query *query,
                                const struct ys_found *found, const char *unit, struct ys_err *err)
{
    bool row = false;
    ys_query_set_int(query, 1, a->record);
    ys_query_set_text(query, 2, ys_bytes_of_text(unit));
    ys_query_set_text(query, 3, ys_bytes_of_text(found->indicator->id));
    ys_query_set_text(query, 4, ys_bytes_of_text(found->figure->code));
    ys_query_set_text(query, 5, ys_bytes_of_text(found->part));
    const enum ys_code code = ys_query_step(query, &row, err);
    if (code != YS_OK || !row)
        return code;
    const struct ys_result sealed = result_of(found->figure, ys_query_int(query, 0),
                                              ys_query_int(query, 1), ys_query_is_null(query, 0));
    ys_query_reset(query);
    return add_row(a, found, &sealed, err);
}

enum ys_code ys_adjustments_compare(struct ys_adjustments *adjustments,
                                    const struct ys_report_figures *figures, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    size_t count = 0;
    const struct ys_found *const found = ys_figures_sealed(figures, &count);
    adjustments->figures = figures;
    enum ys_code code = ys_query_open(
        adjustments->sql,
        "SELECT numerator, denominator FROM report_snapshot_figures WHERE rec = ?1 AND unit = ?2"
        " AND indicator = ?3 AND coalesce(figure, '') = ?4 AND coalesce(part, '') = ?5 LIMIT 1",
        &query, err);
    for (size_t i = 0; code == YS_OK && i < count; i++)
        if (!found[i].indicator->annex)
            code = compare_one(adjustments, query, &found[i], found[i].unit, err);
    return code;
}
