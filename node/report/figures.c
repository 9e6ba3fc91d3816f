#include "node/report/figures.h"

#include "node/report/figures_state.h"

#include <stdlib.h>
#include <string.h>

/* Shown of each unit, in this order; those that the catalogue lacks are left out. */
static const char *const beside[] = {"A-04", "A-05", "B-01", "B-02", "C-01", "D-02",
                                     "D-07", "E-03", "E-06", "F-06", "G-01", "G-02"};

static enum ys_code no_memory(struct ys_err *err)
{
    return ys_fail(err, YS_NOMEM, "report: out of memory");
}

static void free_list(struct ys_found_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free((void *)(uintptr_t)list->item[i].part);
    free(list->item);
}

void ys_figures_close(struct ys_report_figures *figures)
{
    if (figures == NULL)
        return;
    ys_indicators_close(figures->indicators);
    free_list(&figures->found);
    free_list(&figures->sealed);
    free(figures->unit);
    free(figures->beside);
    free(figures);
}

/* --- units --- */

static enum ys_code add_unit(struct ys_report_figures *figures, struct ys_query *query,
                             struct ys_err *err)
{
    struct ys_figures_unit *const grown =
        realloc(figures->unit, (figures->unit_count + 1) * sizeof *grown);
    if (grown == NULL)
        return no_memory(err);
    figures->unit = grown;
    struct ys_figures_unit *const unit = &grown[figures->unit_count];
    if (ys_division_parse(ys_query_text(query, 0), &unit->division, NULL) != YS_OK)
        return YS_OK;
    (void)ys_query_copy(query, 1, unit->name, sizeof unit->name);
    figures->unit_count++;
    return YS_OK;
}

/* The unit first, then those below: streets, then communities. */
static enum ys_code read_units(struct ys_report_figures *figures, struct ys_sql *sql,
                               struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(
        sql,
        "SELECT q.division, coalesce(u.name, '') FROM (SELECT division FROM log UNION"
        " SELECT c.division FROM act a JOIN node_certificate c ON c.rec = a.record) q"
        " LEFT JOIN unit_name u ON u.division = q.division"
        " WHERE substr(q.division, 1, length(?1)) = ?1 ORDER BY length(q.division), q.division",
        &query, err);
    if (code == YS_OK)
        ys_query_set_text(query, 1, ys_bytes_of_text(figures->ask.unit));
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        code = add_unit(figures, query, err);
        if (figures->ask.own_only)
            break;
    }
    if (code == YS_OK && figures->unit_count == 0)
        return ys_fail(err, YS_NOT_FOUND, "%s: nothing is known of this unit here",
                       figures->ask.unit);
    return code;
}

/* --- figures --- */

static struct ys_figures_unit *find_unit(struct ys_report_figures *figures, const char *code)
{
    for (size_t i = 0; i < figures->unit_count; i++)
        if (strcmp(figures->unit[i].division.digits, code) == 0)
            return &figures->unit[i];
    return NULL;
}

/* Rows come by unit, so the next is mostly that of the one before or the next. */
static size_t place_of(struct ys_report_figures *figures, const char *code)
{
    for (size_t turn = 0; turn < 2; turn++) {
        const size_t at = figures->last_unit + turn;
        if (at < figures->unit_count && strcmp(figures->unit[at].division.digits, code) == 0)
            return figures->last_unit = at;
    }
    const struct ys_figures_unit *const unit = find_unit(figures, code);
    return figures->last_unit = unit == NULL ? 0 : (size_t)(unit - figures->unit);
}

static enum ys_code take(void *context, const struct ys_result *result, struct ys_err *err)
{
    struct ys_report_figures *const figures = context;
    struct ys_found_list *const list = figures->taking;
    if (list->count == list->room) {
        const size_t room = list->room == 0 ? 1024 : 2 * list->room;
        struct ys_found *const grown = realloc(list->item, room * sizeof *grown);
        if (grown == NULL)
            return no_memory(err);
        list->item = grown;
        list->room = room;
    }
    const size_t unit = place_of(figures, result->unit);
    struct ys_found *const found = &list->item[list->count];
    *found = (struct ys_found){.indicator = result->indicator,
                               .figure = result->figure,
                               .unit = figures->unit[unit].division.digits,
                               .unit_at = unit,
                               .part = strdup(result->part),
                               .n = result->n,
                               .d = result->d,
                               .low = result->low,
                               .high = result->high,
                               .open = result->open,
                               .oldest = result->oldest,
                               .none = result->none,
                               .small = result->small,
                               .mean_differs = ys_result_mean_differs(result)};
    if (found->part == NULL)
        return no_memory(err);
    ys_result_print(result, found->value);
    if (found->mean_differs)
        ys_result_print_mean(result, found->mean);
    list->count++;
    return YS_OK;
}

/* Which of them stands in which column beside a unit. */
static enum ys_code put_beside(struct ys_report_figures *figures, struct ys_err *err)
{
    figures->beside = calloc(figures->unit_count * YS_BESIDE_MAX, sizeof(const struct ys_found *));
    if (figures->beside == NULL)
        return no_memory(err);
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        const struct ys_indicator *const indicator =
            ys_indicators_find(figures->indicators, beside[i]);
        if (indicator == NULL || indicator->annex || indicator->figure_count == 0)
            continue;
        figures->beside_of[figures->beside_count++] = indicator;
    }
    for (size_t i = 0; i < figures->found.count; i++) {
        const struct ys_found *const found = &figures->found.item[i];
        if (found->part[0] != '\0' || found->figure != &found->indicator->figure[0])
            continue;
        for (size_t column = 0; column < figures->beside_count; column++)
            if (figures->beside_of[column] == found->indicator)
                figures->beside[found->unit_at * YS_BESIDE_MAX + column] = found;
    }
    return YS_OK;
}

/* The first `unit_count` of the units into `list`. */
static enum ys_code evaluate(struct ys_report_figures *figures, size_t unit_count,
                             const struct ys_ask *like, struct ys_found_list *list,
                             struct ys_err *err)
{
    struct ys_ask ask = *like;
    struct ys_division *const units = calloc(unit_count, sizeof *units);
    if (units == NULL)
        return no_memory(err);
    for (size_t i = 0; i < unit_count; i++)
        units[i] = figures->unit[i].division;
    ask.unit = units;
    ask.unit_count = unit_count;
    figures->taking = list;
    enum ys_code code = ys_indicators_ask(figures->indicators, &ask, err);
    free(units);
    if (code == YS_OK)
        code = ys_indicators_evaluate(figures->indicators, err);
    return code == YS_OK
               ? ys_indicators_results(figures->indicators, NULL, NULL, take, figures, err)
               : code;
}

/* The period of the report comes last: lists look into what is kept of it. */
static enum ys_code evaluate_all(struct ys_report_figures *figures, struct ys_err *err)
{
    const struct ys_figures_ask *const ask = &figures->ask;
    const struct ys_ask now = {.from_day = ask->from_day,
                               .until_day = ask->to_day + 1,
                               .as_of_day = ask->as_of_day,
                               .as_of_s = ask->as_of_s};
    const struct ys_ask sealed = {.from_day = ask->sealed_from_day,
                                  .until_day = ask->sealed_to_day + 1,
                                  .as_of_day = ask->sealed_as_of_day};
    enum ys_code code =
        ask->has_sealed ? evaluate(figures, 1, &sealed, &figures->sealed, err) : YS_OK;
    figures->last_unit = 0;
    return code == YS_OK ? evaluate(figures, figures->unit_count, &now, &figures->found, err)
                         : code;
}

/* --- by what it was counted --- */

static enum ys_code hash_rows(struct ys_sql *sql, const char *text, struct ys_sha256 *state,
                              struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(sql, text, &query, err);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        for (int i = 0; i < ys_query_columns(query); i++) {
            ys_sha256_update(state, ys_query_text(query, i));
            ys_sha256_update(state, (struct ys_bytes){(const uint8_t *)"", 1});
        }
    }
    return code;
}

static enum ys_code hash_set(struct ys_report_figures *figures, struct ys_sql *sql,
                             struct ys_err *err)
{
    struct ys_sha256 state;
    struct ys_hash hash;
    ys_sha256_init(&state);
    enum ys_code code = hash_rows(
        sql,
        "SELECT name, sql FROM sqlite_temp_schema WHERE type = 'view' OR name IN (SELECT id FROM"
        " indicator) ORDER BY name",
        &state, err);
    if (code == YS_OK)
        code = hash_rows(sql, "SELECT * FROM figure ORDER BY nth", &state, err);
    ys_sha256_final(&state, &hash);
    ys_hash_hex(&hash, figures->set);
    return code;
}

enum ys_code ys_figures_open(struct ys_rules *rules, const struct ys_figures_ask *ask,
                             struct ys_report_figures **out, struct ys_err *err)
{
    struct ys_report_figures *const figures = calloc(1, sizeof *figures);
    if (figures == NULL)
        return no_memory(err);
    figures->ask = *ask;
    enum ys_code code = ys_indicators_open(rules, &figures->indicators, err);
    if (code == YS_OK)
        code = hash_set(figures, ys_rules_sql(rules), err);
    if (code == YS_OK)
        code = read_units(figures, ys_rules_sql(rules), err);
    if (code == YS_OK)
        code = evaluate_all(figures, err);
    if (code == YS_OK)
        code = put_beside(figures, err);
    if (code != YS_OK) {
        ys_figures_close(figures);
        return code;
    }
    ys_figures_make_tables(figures);
    *out = figures;
    return YS_OK;
}

struct ys_report_table *ys_figures_table(struct ys_report_figures *figures,
                                         enum ys_figures_table which)
{
    return &figures->table[which];
}

struct ys_indicators *ys_figures_indicators(const struct ys_report_figures *figures)
{
    return figures->indicators;
}

const char *ys_figures_set(const struct ys_report_figures *figures)
{
    return figures->set;
}

const struct ys_found *ys_figures_found(const struct ys_report_figures *figures, size_t *count_out)
{
    *count_out = figures->found.count;
    return figures->found.item;
}

const struct ys_found *ys_figures_sealed(const struct ys_report_figures *figures, size_t *count_out)
{
    *count_out = figures->sealed.count;
    return figures->sealed.item;
}

bool ys_figures_cell(const struct ys_report_figures *figures, const char *id,
                     struct ys_report_cell *out)
{
    *out = (struct ys_report_cell){.there = false};
    for (size_t i = 0; i < figures->found.count; i++) {
        const struct ys_found *const found = &figures->found.item[i];
        if (strcmp(found->indicator->id, id) != 0 || found->part[0] != '\0' || found->unit_at != 0)
            continue;
        const bool counted = found->figure->kind == YS_FIGURE_COUNT;
        *out = (struct ys_report_cell){.there = !found->none,
                                       .type = counted ? YS_REPORT_INT : YS_REPORT_RATE,
                                       .small = found->small,
                                       .num = found->n,
                                       .den = found->d};
        return counted || found->d > 0 || found->none;
    }
    return false;
}
