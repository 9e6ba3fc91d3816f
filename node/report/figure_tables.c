/* Figures as rows of tables. */
#include "node/report/figures_state.h"

#include <string.h>

/* clang-format off */
#define FIGURE_COLUMNS                                                                              \
    {"indicator", "指标", "Indicator", "指标编号", "id of the indicator", YS_REPORT_CODE, true},      \
    {"name", "名称", "Name", "指标名称", "its name", YS_REPORT_TEXT, true},                           \
    {"part", "分项", "Part", "分项；空白为整体", "part; empty: the whole", YS_REPORT_TEXT, true},     \
    {"value", "数值", "Value", "按口径取整后的数值；空白表示没有可计算的对象", "as printed; empty: there is nothing to count", YS_REPORT_FIGURE, true}, \
    {"measure", "计量单位", "Measure", "计量单位", "what it is counted in", YS_REPORT_TEXT, true},    \
    {"numerator", "分子", "Numerator", "分子，或件数", "numerator, or the count", YS_REPORT_INT, true}, \
    {"denominator", "分母", "Denominator", "分母；中位数为件数", "denominator; of a median how many cases", YS_REPORT_INT, true}, \
    {"mean", "社区均值", "Mean", "与合并数值相差超过 5 个百分点时的社区简单平均", "unweighted mean of the communities where it is more than 5 points away", YS_REPORT_FIGURE, true}, \
    {"open", "未结", "Open", "未结束、不计入的件数", "cases that are not ended, and do not count", YS_REPORT_INT, false}, \
    {"oldest", "最长", "Oldest", "未结束件中最长的天数", "the greatest age of these, in days", YS_REPORT_INT, false}, \
    {"small", "小样本", "Small", "1：分母过小，不作比较", "1: too few cases to compare", YS_REPORT_INT, false}, \
    {"better", "方向", "Better", "higher 越高越好，lower 越低越好", "higher or lower is better", YS_REPORT_TEXT, false}, \
    {"basis", "口径", "Basis", "flow 期内发生，cohort 同期群，stock 期末存量", "flow, cohort or stock", YS_REPORT_TEXT, false}, \
    {"evidence", "证据", "Evidence", "claimed 自述，proven 有上级回执证明", "claimed or proven", YS_REPORT_TEXT, false}, \
    {"formula", "计算方法", "Formula", "计算方法", "how it is counted", YS_REPORT_TEXT, false}, \
    {"figure", "数值代码", "Figure", "同一指标有几个数值时的代码", "which figure of the indicator", YS_REPORT_CODE, false}, \
    {"part_code", "分项代码", "Part code", "分项代码", "word of the part", YS_REPORT_CODE, false}

static const struct ys_report_column summary[] = {FIGURE_COLUMNS};
#define UNIT_COLUMNS                                                                                \
    {"unit", "单位代码", "Unit", "单位代码", "code of the unit", YS_REPORT_CODE, true},               \
    {"unit_name", "单位", "Unit name", "单位名称", "its name", YS_REPORT_TEXT, true},                 \
    {"level", "层级", "Level", "district 区，street 街道，community 社区", "district, street or community", YS_REPORT_TEXT, true}

const struct ys_report_column ys_figures_unit_columns[YS_BESIDE_FIRST] = {UNIT_COLUMNS};
static const struct ys_report_column all[] = {UNIT_COLUMNS, FIGURE_COLUMNS};
/* clang-format on */
enum { SUMMARY = sizeof summary / sizeof *summary, ALL = sizeof all / sizeof *all };

static const char *level_zh(const struct ys_division *division)
{
    switch (ys_division_level(division)) {
    case YS_LEVEL_DISTRICT:
        return "区";
    case YS_LEVEL_STREET:
        return "街道";
    case YS_LEVEL_COMMUNITY:
        break;
    }
    return "社区";
}

static void put_text(struct ys_report_cell *cell, const char *text, const char *zh)
{
    *cell = (struct ys_report_cell){
        .there = text[0] != '\0', .type = YS_REPORT_TEXT, .text = ys_bytes_of_text(text), .zh = zh};
}

static void put_code(struct ys_report_cell *cell, const char *text)
{
    put_text(cell, text, NULL);
    cell->type = YS_REPORT_CODE;
}

void ys_figures_put_int(struct ys_report_cell *cell, bool there, int64_t value)
{
    *cell = (struct ys_report_cell){.there = there, .type = YS_REPORT_INT, .num = value, .den = 1};
}

void ys_figures_put_value(struct ys_report_cell *cell, bool there, const char *value, bool small)
{
    *cell = (struct ys_report_cell){
        .there = there, .type = YS_REPORT_FIGURE, .small = small, .text = ys_bytes_of_text(value)};
}

static const char *better_zh(enum ys_better better)
{
    static const char *const name[] = {NULL, "越高越好", "越低越好"};
    return name[better];
}

static const char *word_zh(const char *word)
{
    static const char *const pair[][2] = {{"flow", "期内发生"},
                                          {"cohort", "同期群"},
                                          {"stock", "期末存量"},
                                          {"claimed", "自述"},
                                          {"proven", "可证"}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        if (strcmp(pair[i][0], word) == 0)
            return pair[i][1];
    return NULL;
}

static void put_figure(const struct ys_report_figures *figures, const struct ys_found *found,
                       struct ys_report_cell *row)
{
    static const char *const better[] = {"", "higher", "lower"};
    const struct ys_indicator *const indicator = found->indicator;
    const struct ys_figure *const figure = found->figure;
    const bool counted = figure->kind == YS_FIGURE_COUNT;
    const bool middle = figure->kind == YS_FIGURE_MEDIAN || figure->kind == YS_FIGURE_MAX;
    const char *const zh = figure->zh[0] != '\0' ? figure->zh : indicator->zh;
    const char *const en = figure->en[0] != '\0' ? figure->en : indicator->en;
    put_code(&row[0], indicator->id);
    put_text(&row[1], en, zh);
    put_text(&row[2], ys_part_text(figures->indicators, found->part, false),
             ys_part_text(figures->indicators, found->part, true));
    ys_figures_put_value(&row[3], !found->none, found->value, found->small);
    put_text(&row[4], figure->unit, NULL);
    ys_figures_put_int(&row[5], !middle, found->n);
    ys_figures_put_int(&row[6], !counted, found->d);
    ys_figures_put_value(&row[7], found->mean_differs, found->mean, false);
    ys_figures_put_int(&row[8], found->open > 0, found->open);
    ys_figures_put_int(&row[9], found->open > 0, found->oldest);
    ys_figures_put_int(&row[10], true, found->small);
    put_text(&row[11], better[figure->better], better_zh(figure->better));
    put_text(&row[12], indicator->basis, word_zh(indicator->basis));
    put_text(&row[13], indicator->evidence, word_zh(indicator->evidence));
    put_text(&row[14], indicator->formula_en, indicator->formula_zh);
    put_code(&row[15], figure->code);
    put_code(&row[16], found->part);
}

static enum ys_code rewind_walk(void *source, struct ys_err *err)
{
    (void)err;
    ((struct ys_figures_walk *)source)->at = 0;
    return YS_OK;
}

/* The next figure that is wanted; NULL at the end. */
static const struct ys_found *next_found(struct ys_figures_walk *walk, bool annex, bool own)
{
    const struct ys_report_figures *const figures = walk->figures;
    while (walk->at < figures->found.count) {
        const struct ys_found *const found = &figures->found.item[walk->at++];
        if (found->indicator->annex == annex && (!own || found->unit_at == 0))
            return found;
    }
    return NULL;
}

static enum ys_code next_of_summary(void *source, struct ys_report_cell *row, bool *row_out,
                                    struct ys_err *err)
{
    struct ys_figures_walk *const walk = source;
    const bool annex = walk == &walk->figures->walk[YS_FIGURES_ANNEX];
    const struct ys_found *const found = next_found(walk, annex, true);
    (void)err;
    *row_out = found != NULL;
    if (found != NULL)
        put_figure(walk->figures, found, row);
    return YS_OK;
}

void ys_figures_put_unit(const struct ys_figures_unit *unit, struct ys_report_cell *row)
{
    put_code(&row[0], unit->division.digits);
    put_text(&row[1], unit->name, NULL);
    put_text(&row[2], ys_level_name(ys_division_level(&unit->division)), level_zh(&unit->division));
}

static enum ys_code next_of_all(void *source, struct ys_report_cell *row, bool *row_out,
                                struct ys_err *err)
{
    struct ys_figures_walk *const walk = source;
    struct ys_report_figures *const figures = walk->figures;
    const struct ys_found *const found = next_found(walk, false, !figures->ask.by_unit);
    (void)err;
    *row_out = found != NULL;
    if (found == NULL)
        return YS_OK;
    ys_figures_put_unit(&figures->unit[found->unit_at], row);
    put_figure(figures, found, row + YS_BESIDE_FIRST);
    return YS_OK;
}

static enum ys_code next_of_units(void *source, struct ys_report_cell *row, bool *row_out,
                                  struct ys_err *err)
{
    struct ys_figures_walk *const walk = source;
    const struct ys_report_figures *const figures = walk->figures;
    (void)err;
    *row_out = walk->at < figures->unit_count;
    if (!*row_out)
        return YS_OK;
    ys_figures_put_unit(&figures->unit[walk->at], row);
    for (size_t i = 0; i < figures->beside_count; i++) {
        const struct ys_found *const found = figures->beside[walk->at * YS_BESIDE_MAX + i];
        if (found != NULL)
            ys_figures_put_value(&row[YS_BESIDE_FIRST + i], !found->none, found->value,
                                 found->small);
        else
            row[YS_BESIDE_FIRST + i].type = YS_REPORT_FIGURE;
    }
    walk->at++;
    return YS_OK;
}

struct ys_report_column ys_figures_column(const struct ys_indicator *indicator)
{
    return (struct ys_report_column){.key = indicator->id,
                                     .zh = indicator->zh,
                                     .en = indicator->en,
                                     .about_zh = indicator->formula_zh,
                                     .about_en = indicator->formula_en,
                                     .type = YS_REPORT_FIGURE,
                                     .print = true};
}

static void make_unit_columns(struct ys_report_figures *figures)
{
    memcpy(figures->units_column, ys_figures_unit_columns, sizeof ys_figures_unit_columns);
    for (size_t i = 0; i < figures->beside_count; i++)
        figures->units_column[YS_BESIDE_FIRST + i] = ys_figures_column(figures->beside_of[i]);
    figures->units_column[0].print = figures->units_column[2].print = false;
}

void ys_figures_make_tables(struct ys_report_figures *figures)
{
    static const struct ys_report_table like[YS_FIGURES_TABLES] = {
        [YS_FIGURES_SUMMARY] = {.name = "summary",
                                .zh = "汇总",
                                .en = "Summary",
                                .about_zh = "本单位的全部指标。",
                                .about_en = "All figures of the unit.",
                                .column = summary,
                                .column_count = SUMMARY,
                                .print = true,
                                .next = next_of_summary},
        [YS_FIGURES_UNITS] = {.name = "units",
                              .zh = "分社区",
                              .en = "By unit",
                              .about_zh = "本单位和所辖各单位的主要指标，一行一个单位。",
                              .about_en =
                                  "Some figures of the unit and of those below, a row each.",
                              .print = true,
                              .next = next_of_units},
        [YS_FIGURES_ALL] = {.name = "indicators",
                            .zh = "指标",
                            .en = "Indicators",
                            .about_zh = "全部指标，一行一个数值；按单位列出时包括所辖各单位。",
                            .about_en =
                                "All figures, a row each; by unit also those of units below.",
                            .column = all,
                            .column_count = ALL,
                            .next = next_of_all},
        [YS_FIGURES_ANNEX] = {.name = "annex",
                              .zh = "附：仅本节点可知的指标",
                              .en = "Annex: what only this node knows",
                              .about_zh = "不计入报告编号，各节点可以不同。",
                              .about_en = "Outside the hash; it may differ from node to node.",
                              .column = summary,
                              .column_count = SUMMARY,
                              .next = next_of_summary},
    };
    make_unit_columns(figures);
    for (size_t i = 0; i < YS_FIGURES_TABLES; i++) {
        figures->walk[i] = (struct ys_figures_walk){.figures = figures};
        figures->table[i] = like[i];
        figures->table[i].source = &figures->walk[i];
        figures->table[i].rewind = rewind_walk;
    }
    figures->table[YS_FIGURES_UNITS].column = figures->units_column;
    figures->table[YS_FIGURES_UNITS].column_count = YS_BESIDE_FIRST + figures->beside_count;
}
