#include "node/report/scorecard.h"

#include "node/report/figures_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VIEW_MAX = 4, FIRST = YS_BESIDE_FIRST, TEXT_MAX = 24, POINTS_FULL = 1000000 };

/* One table: its figures, and perhaps the score behind them. */
struct view {
    const struct ys_scorecard *scorecard;
    const struct ys_indicator *indicator[VIEW_MAX];
    size_t count;
    bool score;
    const struct ys_found **found; /* of each unit VIEW_MAX */
    struct ys_ranked *ranked;      /* of each figure, of all units; the score's last */
    size_t at;
    char key[VIEW_MAX][TEXT_MAX];
    struct ys_report_column column[FIRST + 2 * (VIEW_MAX + 1)];
    struct ys_report_table table;
};

struct ys_scorecard {
    const struct ys_report_figures *figures;
    const struct ys_grading *grading;
    size_t unit_count;
    char (*score)[TEXT_MAX]; /* of each unit; "": none */
    struct view view[YS_SCORECARD_TABLES];
};

/* --- counting --- */

/* The printed value as a fraction. */
static bool fraction(const struct ys_found *found, int64_t *n, int64_t *d)
{
    const int64_t scale = (int64_t)found->figure->scale;
    const enum ys_figure_kind kind = found->figure->kind;
    if (found->none)
        return false;
    *d = 1;
    if (kind == YS_FIGURE_MEDIAN || kind == YS_FIGURE_MAX) {
        *n = kind == YS_FIGURE_MAX ? found->high : found->low + found->high;
        *d = kind == YS_FIGURE_MAX ? 1 : 2;
        return true;
    }
    *n = found->n;
    if (kind == YS_FIGURE_COUNT)
        return true;
    *d = found->d;
    return found->d > 0 && !__builtin_mul_overflow(found->n, scale, n);
}

bool ys_scorecard_points(const struct ys_found *found, const struct ys_grading_item *item,
                         int64_t *out)
{
    int64_t n = 0;
    int64_t d = 1;
    if (!fraction(found, &n, &d))
        return false;
    /* of the way from `zero` to `full`: part / whole */
    __extension__ __int128 part = (__int128)n - (__int128)item->zero * d;
    __extension__ __int128 whole = (__int128)d * (item->full - item->zero);
    if (whole < 0) {
        part = -part;
        whole = -whole;
    }
    *out = part <= 0       ? 0
           : part >= whole ? POINTS_FULL
                           : (int64_t)((2 * POINTS_FULL * part + whole) / (2 * whole));
    return true;
}

int64_t ys_scorecard_score(const struct ys_grading *grading, const int64_t *points)
{
    int64_t sum = 0;
    int64_t weights = 0;
    for (uint32_t i = 0; i < grading->count; i++) {
        sum += points[i] * grading->item[i].weight;
        weights += grading->item[i].weight;
    }
    return weights == 0 ? 0 : (2 * sum + 100 * weights) / (200 * weights);
}

void ys_scorecard_rank(struct ys_ranked *item, size_t count, bool lower_is_better)
{
    for (size_t i = 0; i < count; i++) {
        item[i].rank = item[i].counts ? 1 : 0;
        for (size_t j = 0; j < count && item[i].counts; j++)
            if (item[j].counts && item[j].group == item[i].group &&
                (lower_is_better ? item[j].value < item[i].value : item[j].value > item[i].value))
                item[i].rank++;
    }
}

static unsigned group_of(const struct ys_scorecard *scorecard, size_t unit)
{
    return (unsigned)ys_division_level(&scorecard->figures->unit[unit].division);
}

/* The value as it is printed, as an integer. */
static bool value_of(const struct ys_found *found, int64_t *out)
{
    const struct ys_result result = {.figure = found->figure,
                                     .n = found->n,
                                     .d = found->d,
                                     .low = found->low,
                                     .high = found->high,
                                     .none = found->none};
    return ys_result_value(&result, out);
}

/* The first figure, whole, of each unit. */
static void take_found(const struct ys_report_figures *figures,
                       const struct ys_indicator *indicator, const struct ys_found **out,
                       size_t step)
{
    for (size_t i = 0; i < figures->found.count; i++) {
        const struct ys_found *const found = &figures->found.item[i];
        if (found->indicator == indicator && found->part[0] == '\0' &&
            found->figure == &indicator->figure[0])
            out[found->unit_at * step] = found;
    }
}

/* --- the score --- */

/* One that lacks a figure has no score; one with a small number has one, and no rank. */
static void score_unit(struct ys_scorecard *scorecard, const struct ys_found *const *found,
                       size_t unit, struct ys_ranked *out)
{
    const struct ys_grading *const grading = scorecard->grading;
    int64_t points[YS_GRADING_ITEMS_MAX] = {0};
    bool small = false;
    for (uint32_t i = 0; i < grading->count; i++) {
        const struct ys_found *const one = found[unit * YS_GRADING_ITEMS_MAX + i];
        if (one == NULL || !ys_scorecard_points(one, &grading->item[i], &points[i]))
            return;
        small = small || one->small;
    }
    out->value = ys_scorecard_score(grading, points);
    out->counts = !small;
    (void)snprintf(scorecard->score[unit], TEXT_MAX, "%" PRId64 ".%02" PRId64, out->value / 100,
                   out->value % 100);
}

static enum ys_code score_all(struct ys_scorecard *scorecard, struct ys_ranked *ranked,
                              struct ys_err *err)
{
    const struct ys_report_figures *const figures = scorecard->figures;
    const struct ys_grading *const grading = scorecard->grading;
    const struct ys_found **const found =
        calloc(scorecard->unit_count * YS_GRADING_ITEMS_MAX, sizeof(const struct ys_found *));
    if (found == NULL)
        return ys_fail(err, YS_NOMEM, "report: out of memory");
    for (uint32_t i = 0; i < grading->count; i++) {
        const struct ys_indicator *const indicator =
            ys_indicators_find(figures->indicators, grading->item[i].indicator);
        if (indicator != NULL && indicator->figure_count > 0)
            take_found(figures, indicator, &found[i], YS_GRADING_ITEMS_MAX);
    }
    for (size_t i = 0; i < scorecard->unit_count; i++)
        score_unit(scorecard, found, i, &ranked[i]);
    free(found);
    ys_scorecard_rank(ranked, scorecard->unit_count, false);
    return YS_OK;
}

/* --- tables --- */

static enum ys_code rewind_rows(void *source, struct ys_err *err)
{
    (void)err;
    ((struct view *)source)->at = 1; /* the district itself stands in no row */
    return YS_OK;
}

static void put_rank(struct ys_report_cell *cell, const struct ys_ranked *ranked)
{
    ys_figures_put_int(cell, ranked->rank > 0, ranked->rank);
}

static enum ys_code next_row(void *source, struct ys_report_cell *row, bool *row_out,
                             struct ys_err *err)
{
    struct view *const view = source;
    const struct ys_scorecard *const scorecard = view->scorecard;
    const size_t units = scorecard->unit_count;
    const size_t at = view->at;
    size_t cell = FIRST;
    (void)err;
    *row_out = at < units;
    if (!*row_out)
        return YS_OK;
    view->at++;
    ys_figures_put_unit(&scorecard->figures->unit[at], row);
    for (size_t i = 0; i < view->count; i++) {
        const struct ys_found *const found = view->found[at * VIEW_MAX + i];
        const bool there = found != NULL && !found->none;
        ys_figures_put_value(&row[cell++], there, there ? found->value : "", there && found->small);
        put_rank(&row[cell++], &view->ranked[i * units + at]);
    }
    if (view->score) {
        const struct ys_ranked *const ranked = &view->ranked[view->count * units + at];
        const bool there = scorecard->score[at][0] != '\0';
        ys_figures_put_value(&row[cell++], there, scorecard->score[at], there && !ranked->counts);
        put_rank(&row[cell], ranked);
    }
    return YS_OK;
}

static struct ys_report_column rank_column(const char *key)
{
    return (struct ys_report_column){
        .key = key,
        .zh = "排名",
        .en = "Rank",
        .about_zh =
            "前一列在同一层级内的名次，数值相同名次相同；空白：对象不足或者没有数值，不排名",
        .about_en = "of the column before, among its level; equal values share it; empty: too few "
                    "cases or no value",
        .type = YS_REPORT_INT,
        .print = true};
}

static void make_columns(struct view *view)
{
    size_t at = FIRST;
    memcpy(view->column, ys_figures_unit_columns, sizeof ys_figures_unit_columns);
    view->column[0].print = false;
    view->column[2].about_zh = "street 街道，community 社区；只在同一层级内排名";
    view->column[2].about_en = "street or community; ranked are those of one level";
    for (size_t i = 0; i < view->count; i++) {
        const struct ys_indicator *const indicator = view->indicator[i];
        (void)snprintf(view->key[i], TEXT_MAX, "%.8s rank", indicator->id);
        view->column[at++] = ys_figures_column(indicator);
        view->column[at++] = rank_column(view->key[i]);
    }
    if (view->score) {
        view->column[at++] = (struct ys_report_column){
            .key = "score",
            .zh = "综合评分",
            .en = "Score",
            .about_zh = "按区级签署的参数 scorecard 加权，满分 100；缺少任一项数值的不评分",
            .about_en = "of 100, weighted as the district's signed parameter scorecard says; none "
                        "where one of its figures is missing",
            .type = YS_REPORT_FIGURE,
            .print = true};
        view->column[at++] = rank_column("score rank");
    }
    view->table.column = view->column;
    view->table.column_count = at;
}

static enum ys_code make_view(struct ys_scorecard *scorecard, struct view *view,
                              const char *const *id, size_t count, struct ys_err *err)
{
    const size_t units = scorecard->unit_count;
    view->scorecard = scorecard;
    view->found = calloc(units * VIEW_MAX, sizeof(const struct ys_found *));
    view->ranked = calloc(units * (VIEW_MAX + 1), sizeof *view->ranked);
    if (view->found == NULL || view->ranked == NULL)
        return ys_fail(err, YS_NOMEM, "report: out of memory");
    for (size_t i = 0; i < units * (VIEW_MAX + 1); i++)
        view->ranked[i].group = group_of(scorecard, i % units);
    for (size_t i = 0; i < count; i++) {
        const struct ys_indicator *const indicator =
            ys_indicators_find(scorecard->figures->indicators, id[i]);
        if (indicator == NULL || indicator->figure_count == 0)
            continue;
        struct ys_ranked *const ranked = &view->ranked[view->count * units];
        const struct ys_found **const found = &view->found[view->count];
        take_found(scorecard->figures, indicator, found, VIEW_MAX);
        for (size_t unit = 0; unit < units; unit++) {
            const struct ys_found *const one = found[unit * VIEW_MAX];
            ranked[unit].counts = one != NULL && !one->small && value_of(one, &ranked[unit].value);
        }
        ys_scorecard_rank(ranked, units, indicator->figure[0].better == YS_BETTER_LOWER);
        view->indicator[view->count++] = indicator;
    }
    return YS_OK;
}

static const struct ys_report_table tables[YS_SCORECARD_TABLES] = {
    [YS_SCORECARD_RATES] = {.name = "scorecard",
                            .zh = "三率",
                            .en = "Three rates",
                            .about_zh =
                                "各街道、各社区的三率和名次；区级签署评分办法后另有综合评分。",
                            .about_en =
                                "The three rates of streets and communities, with ranks; and "
                                "a score where the district has signed how it is made.",
                            .print = true},
    [YS_SCORECARD_PROCEDURE] = {.name = "procedure",
                                .zh = "规范性",
                                .en = "Procedure",
                                .about_zh = "各街道、各社区的程序规范性指标和名次。",
                                .about_en =
                                    "How streets and communities keep to procedure, with ranks.",
                                .print = true}};

static enum ys_code make_views(struct ys_scorecard *scorecard, struct ys_err *err)
{
    static const char *const rates[] = {"E-03", "E-06", "F-06"};
    static const char *const procedure[] = {"B-01", "B-02", "D-07", "G-02"};
    struct view *const first = &scorecard->view[YS_SCORECARD_RATES];
    enum ys_code code = make_view(scorecard, first, rates, sizeof rates / sizeof *rates, err);
    if (code == YS_OK)
        code = make_view(scorecard, &scorecard->view[YS_SCORECARD_PROCEDURE], procedure,
                         sizeof procedure / sizeof *procedure, err);
    first->score = scorecard->grading != NULL;
    if (code == YS_OK && first->score)
        code = score_all(scorecard, &first->ranked[first->count * scorecard->unit_count], err);
    for (size_t i = 0; code == YS_OK && i < YS_SCORECARD_TABLES; i++) {
        struct view *const view = &scorecard->view[i];
        view->table = tables[i];
        view->table.source = view;
        view->table.rewind = rewind_rows;
        view->table.next = next_row;
        make_columns(view);
    }
    return code;
}

enum ys_code ys_scorecard_open(const struct ys_report_figures *figures,
                               const struct ys_grading *grading, struct ys_scorecard **out,
                               struct ys_err *err)
{
    struct ys_scorecard *const made = calloc(1, sizeof *made);
    if (made == NULL)
        return ys_fail(err, YS_NOMEM, "report: out of memory");
    made->figures = figures;
    made->grading = grading;
    made->unit_count = figures->unit_count;
    made->score = calloc(made->unit_count, sizeof *made->score);
    const enum ys_code code = made->score == NULL ? ys_fail(err, YS_NOMEM, "report: out of memory")
                                                  : make_views(made, err);
    if (code != YS_OK) {
        ys_scorecard_close(made);
        return code;
    }
    *out = made;
    return YS_OK;
}

void ys_scorecard_close(struct ys_scorecard *scorecard)
{
    if (scorecard == NULL)
        return;
    for (size_t i = 0; i < YS_SCORECARD_TABLES; i++) {
        free(scorecard->view[i].found);
        free(scorecard->view[i].ranked);
    }
    free(scorecard->score);
    free(scorecard);
}

struct ys_report_table *ys_scorecard_table(struct ys_scorecard *scorecard, size_t at)
{
    return &scorecard->view[at].table;
}
