#include "node/report/making.h"

#include "node/model/parameter_rows.h"
#include "node/report/json.h"
#include "proto/moment.h"

#include <stdio.h>
#include <string.h>

void ys_making_close(struct ys_making *making)
{
    ys_scorecard_close(making->scorecard);
    ys_adjustments_close(making->adjustments);
    ys_figures_close(making->figures);
    ys_lists_close(making->lists);
    *making = (struct ys_making){.lists = NULL};
}

static void begin_chart(struct ys_making *making, struct ys_report_chart **out)
{
    making->report.chart = making->chart;
    *out = &making->chart[making->report.chart_count];
}

/* The three rates of this field; those that are not counted are left out. */
static void draw_rates(struct ys_making *making)
{
    static const char *const rate[][2] = {
        {"E-03", "及时响应率"}, {"E-06", "解决率"}, {"F-06", "综合满意率"}};
    struct ys_report_chart *chart = NULL;
    begin_chart(making, &chart);
    *chart = (struct ys_report_chart){.zh = "三率"};
    for (size_t i = 0; i < sizeof rate / sizeof *rate; i++) {
        if (!ys_figures_cell(making->figures, rate[i][0], &chart->bar[chart->count].value))
            continue;
        (void)snprintf(chart->bar[chart->count].label, sizeof chart->bar[chart->count].label, "%s",
                       rate[i][1]);
        chart->count++;
    }
    if (chart->count > 0)
        making->report.chart_count++;
}

/* Sessions of each month, where there are not too many months. */
static enum ys_code draw_months(struct ys_making *making, struct ys_sql *sql, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_report_chart *chart = NULL;
    bool row = true;
    begin_chart(making, &chart);
    *chart = (struct ys_report_chart){.zh = "各月协商会次数", .upright = true};
    enum ys_code code = ys_query_open(
        sql,
        "WITH RECURSIVE month(first) AS (SELECT strftime('%Y-%m-01', ?2 * 86400, 'unixepoch') "
        "UNION ALL"
        " SELECT date(first, '+1 month') FROM month WHERE date(first, '+1 month') <="
        " date(?3 * 86400, 'unixepoch')),"
        " held AS (SELECT strftime('%Y-%m-01', s.day * 86400, 'unixepoch') AS first, count(*) AS n"
        " FROM session s WHERE substr(s.unit, 1, length(?1)) = ?1 AND s.day BETWEEN ?2 AND ?3"
        " GROUP BY 1)"
        " SELECT (substr(m.first, 6, 2) + 0) || '月', coalesce(h.n, 0) FROM month m LEFT JOIN held "
        "h"
        " ON h.first = m.first ORDER BY m.first",
        &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(making->report.unit));
    ys_query_set_int(query, 2, making->report.from_day);
    ys_query_set_int(query, 3, making->report.to_day);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        if (chart->count == YS_REPORT_BARS_MAX)
            return YS_OK; /* too many to draw */
        (void)ys_query_copy(query, 0, chart->bar[chart->count].label,
                            sizeof chart->bar[chart->count].label);
        chart->bar[chart->count++].value = (struct ys_report_cell){
            .there = true, .type = YS_REPORT_INT, .num = ys_query_int(query, 1), .den = 1};
    }
    if (code == YS_OK && chart->count > 1)
        making->report.chart_count++;
    return code;
}

/* The order of sheets and of what is printed. Long lists of many communities are not printed. */
static void put_tables(struct ys_making *making)
{
    static const size_t list_order[] = {0, 5, 1, 2, 3, 4}; /* matters, findings, then the others */
    const bool all = strcmp(making->report.level, "community") == 0;
    size_t count = 0;
    making->table[count++] = *ys_figures_table(making->figures, YS_FIGURES_SUMMARY);
    making->table[count++] = *ys_figures_table(making->figures, YS_FIGURES_UNITS);
    making->table[1].print = !all;
    for (size_t i = 0; making->scorecard != NULL && i < YS_SCORECARD_TABLES; i++)
        making->table[count++] = *ys_scorecard_table(making->scorecard, i);
    making->table[count++] = *ys_adjustments_table(making->adjustments);
    for (size_t i = 0; i < YS_LISTS; i++) {
        making->table[count] = *ys_lists_table(making->lists, list_order[i]);
        making->table[count++].print = all && i < 2;
    }
    making->table[count++] = *ys_figures_table(making->figures, YS_FIGURES_ALL);
    making->report.table = making->table;
    making->report.table_count = count;
}

/* The one that is in force on the last day of the period, as far as it has come. */
static enum ys_code read_grading(const struct ys_making_options *options,
                                 const struct ys_division *unit, struct ys_grading *out,
                                 struct ys_err *err)
{
    struct ys_parameter_rows rows = {.count = 0};
    const int32_t day =
        options->as_of_day < options->period->to_day ? options->as_of_day : options->period->to_day;
    enum ys_code code = ys_parameter_rows_load(options->basis->model, &rows, err);
    const struct ys_parameters parameters = {
        .division = *unit, .values = rows.value, .count = rows.count};
    const struct ys_parameter_value *const value =
        code == YS_OK
            ? ys_parameter_in_force(&parameters, YS_PARAMETER_SCORECARD, ys_date_from_days(day))
            : NULL;
    if (value != NULL)
        code = ys_grading_parse(value->text, "scorecard", out, err);
    ys_parameter_rows_clear(&rows);
    return code;
}

/* At the district only, beside all of its units. */
static enum ys_code open_scorecard(const struct ys_making_options *options,
                                   const struct ys_division *unit, struct ys_making *making,
                                   struct ys_err *err)
{
    if (ys_division_level(unit) != YS_LEVEL_DISTRICT || !options->by_unit || options->own_only)
        return YS_OK;
    const enum ys_code code = read_grading(options, unit, &making->grading, err);
    return code == YS_OK ? ys_scorecard_open(making->figures,
                                             making->grading.count > 0 ? &making->grading : NULL,
                                             &making->scorecard, err)
                         : code;
}

static enum ys_code open_parts(const struct ys_making_options *options, struct ys_making *making,
                               struct ys_err *err)
{
    const struct ys_lists_ask lists = {.unit = options->unit,
                                       .from_day = options->period->from_day,
                                       .to_day = options->period->to_day,
                                       .as_of_day = options->as_of_day,
                                       .label = options->label};
    struct ys_figures_ask figures = {.unit = options->unit,
                                     .own_only = options->own_only,
                                     .by_unit = options->by_unit,
                                     .from_day = options->period->from_day,
                                     .to_day = options->period->to_day,
                                     .as_of_day = options->as_of_day,
                                     .as_of_s = options->as_of_s};
    enum ys_code code = ys_lists_open(options->basis->rules, &lists, &making->lists, err);
    if (code == YS_OK)
        code = ys_lists_unit_name(making->lists, options->unit, making->unit_name,
                                  sizeof making->unit_name, err);
    if (code == YS_OK)
        code = ys_adjustments_open(ys_rules_sql(options->basis->rules), &figures,
                                   &making->adjustments, err);
    if (code == YS_OK && options->figures_only)
        figures.has_sealed = false;
    if (code == YS_OK)
        code = ys_figures_open(options->basis->rules, &figures, &making->figures, err);
    return code == YS_OK && figures.has_sealed
               ? ys_adjustments_compare(making->adjustments, making->figures, err)
               : code;
}

static enum ys_code complete(const struct ys_making_options *options, struct ys_making *making,
                             struct ys_err *err)
{
    ys_basis_fill(options->basis, &making->report);
    put_tables(making);
    if (options->annex && options->basis->cut == NULL) {
        making->annex = *ys_figures_table(making->figures, YS_FIGURES_ANNEX);
        making->report.annex = &making->annex;
    }
    if (options->figures_only)
        ys_report_seal_input(&making->report);
    if (options->figures_only)
        return YS_OK;
    draw_rates(making);
    const enum ys_code code = draw_months(making, ys_model_sql(options->basis->model), err);
    return code == YS_OK ? ys_report_seal(&making->report, err) : code;
}

enum ys_code ys_making_open(const struct ys_making_options *options, struct ys_making *out,
                            struct ys_err *err)
{
    struct ys_division division;
    *out = (struct ys_making){.lists = NULL};
    enum ys_code code = ys_division_parse(ys_bytes_of_text(options->unit), &division, err);
    if (code == YS_OK)
        code = open_parts(options, out, err);
    if (code == YS_OK)
        code = open_scorecard(options, &division, out, err);
    if (code == YS_OK)
        out->report = (struct ys_report){.unit = options->unit,
                                         .unit_name = out->unit_name,
                                         .level = ys_level_name(ys_division_level(&division)),
                                         .deployment = options->deployment,
                                         .period = options->period->text,
                                         .from_day = options->period->from_day,
                                         .to_day = options->period->to_day,
                                         .as_of_day = options->as_of_day,
                                         .by_unit = options->by_unit,
                                         .indicator_set = ys_figures_set(out->figures),
                                         .software = options->software};
    if (code == YS_OK)
        code = complete(options, out, err);
    if (code != YS_OK)
        ys_making_close(out);
    return code;
}
