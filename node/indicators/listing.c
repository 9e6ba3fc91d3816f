/* What was evaluated, and the cases behind it, handed to whoever shows them. */
#include "node/indicators/indicators_state.h"

#include <stdio.h>
#include <string.h>

enum { SQL_MAX = 4096, WORD_MAX = 256, TITLE_MAX = 1024 };

static const char results_text[] =
    "SELECT r.indicator, r.code, r.unit, r.part, r.n, r.d, r.low, r.high, r.open, r.oldest,"
    " r.communities, r.mean, u.small_n"
    " FROM figure f CROSS JOIN result r ON r.indicator = f.indicator AND r.code = f.code"
    " CROSS JOIN asked_unit u ON u.unit = r.unit AND u.shown"
    " LEFT JOIN part_name p ON p.word = r.part"
    " WHERE (?1 IS NULL OR f.indicator = ?1) AND (?2 IS NULL OR r.unit = ?2)"
    " ORDER BY f.indicator, f.nth, r.unit, r.part <> '', p.nth IS NULL, p.nth, r.part";

static const struct ys_figure *figure_of(const struct ys_indicator *indicator, const char *code)
{
    for (size_t i = 0; i < indicator->figure_count; i++)
        if (strcmp(indicator->figure[i].code, code) == 0)
            return &indicator->figure[i];
    return NULL;
}

/* Of what it says something, counted. */
static int64_t cases_of(const struct ys_result *result)
{
    return result->figure->kind == YS_FIGURE_DERIVED ? result->low : result->d;
}

static void read_result(struct ys_query *query, struct ys_result *out)
{
    out->n = ys_query_int(query, 4);
    out->d = ys_query_int(query, 5);
    out->low = ys_query_int(query, 6);
    out->high = ys_query_int(query, 7);
    out->open = ys_query_int(query, 8);
    out->oldest = ys_query_int(query, 9);
    out->communities = ys_query_int(query, 10);
    out->mean = ys_query_int(query, 11);
    const enum ys_figure_kind kind = out->figure->kind;
    out->none = kind != YS_FIGURE_COUNT && out->d <= 0;
    out->small = !out->none && kind != YS_FIGURE_COUNT && kind != YS_FIGURE_MAX &&
                 cases_of(out) < ys_query_int(query, 12);
}

enum ys_code ys_indicators_results(
    struct ys_indicators *indicators, const char *id, const char *unit,
    enum ys_code (*give)(void *context, const struct ys_result *result, struct ys_err *err),
    void *context, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(indicators->sql, results_text, &query, err);
    if (code == YS_OK && id != NULL)
        ys_query_set_text(query, 1, ys_bytes_of_text(id));
    if (code == YS_OK && unit != NULL)
        ys_query_set_text(query, 2, ys_bytes_of_text(unit));
    while (code == YS_OK) {
        char word[WORD_MAX];
        char where[YS_DIVISION_MAX + 1];
        char part[WORD_MAX];
        struct ys_result result = {.unit = where, .part = part};
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        (void)ys_query_copy(query, 0, word, sizeof word);
        result.indicator = ys_indicators_find(indicators, word);
        (void)ys_query_copy(query, 1, word, sizeof word);
        result.figure = figure_of(result.indicator, word);
        (void)ys_query_copy(query, 2, where, sizeof where);
        (void)ys_query_copy(query, 3, part, sizeof part);
        read_result(query, &result);
        code = give(context, &result, err);
    }
    return code;
}

/* --- the list ------------------------------------------------------------------------------------ */

/* By id of the record, never its number: that is this file's own. */
static const char list_text[] =
    "SELECT v.division, v.series, v.part, v.subject, m.title, r.kind, v.fact, v.record, r.id,"
    " v.item, v.day, v.value, v.n, v.d, v.open"
    " FROM \"%s\" v CROSS JOIN inside i ON i.division = v.division AND i.unit = ?1"
    " LEFT JOIN matter m ON m.subject = v.subject LEFT JOIN record r ON r.no = v.record"
    " WHERE (?2 IS NULL OR v.series = ?2) AND (?3 IS NULL OR v.part = ?3)"
    " ORDER BY v.division, v.series, v.open, v.day, v.subject, v.item, r.id, v.part";

struct texts {
    char division[YS_DIVISION_MAX + 1], series[64], part[WORD_MAX], subject[64], title[TITLE_MAX],
        kind[64], fact[TITLE_MAX];
};

static void read_case(struct ys_query *query, struct texts *texts, struct ys_case *out)
{
    (void)ys_query_copy(query, 0, texts->division, sizeof texts->division);
    (void)ys_query_copy(query, 1, texts->series, sizeof texts->series);
    (void)ys_query_copy(query, 2, texts->part, sizeof texts->part);
    (void)ys_query_copy(query, 3, texts->subject, sizeof texts->subject);
    (void)ys_query_copy(query, 4, texts->title, sizeof texts->title);
    (void)ys_query_copy(query, 5, texts->kind, sizeof texts->kind);
    (void)ys_query_copy(query, 6, texts->fact, sizeof texts->fact);
    *out = (struct ys_case){.division = texts->division,
                            .series = texts->series,
                            .part = texts->part,
                            .subject = texts->subject,
                            .title = texts->title,
                            .kind = texts->kind,
                            .fact = texts->fact,
                            .record = ys_query_int(query, 7),
                            .id = ys_query_blob(query, 8),
                            .item = ys_query_is_null(query, 9) ? -1 : ys_query_int(query, 9),
                            .day = ys_query_int(query, 10),
                            .value = ys_query_int(query, 11),
                            .n = ys_query_int(query, 12),
                            .d = ys_query_int(query, 13),
                            .has_day = !ys_query_is_null(query, 10),
                            .has_value = !ys_query_is_null(query, 11),
                            .has_n = !ys_query_is_null(query, 12),
                            .has_d = !ys_query_is_null(query, 13),
                            .open = ys_query_int(query, 14) != 0};
}

static enum ys_code check_figure(const struct ys_indicator *indicator, const char *code,
                                 const struct ys_figure **out, struct ys_err *err)
{
    *out = code == NULL ? NULL : figure_of(indicator, code);
    if (code != NULL && *out == NULL)
        return ys_fail(err, YS_USAGE, "%s has no figure %s", indicator->id, code);
    return YS_OK;
}

enum ys_code ys_indicators_list(struct ys_indicators *indicators,
                                const struct ys_indicator *indicator, const char *code,
                                const char *part, const char *unit,
                                enum ys_code (*give)(void *context, const struct ys_case *item,
                                                     struct ys_err *err),
                                void *context, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    char text[SQL_MAX];
    const struct ys_figure *figure = NULL;
    bool row = true;
    enum ys_code result = check_figure(indicator, code, &figure, err);
    (void)snprintf(text, sizeof text, list_text, indicator->id);
    if (result == YS_OK)
        result = ys_query_open(indicators->sql, text, &query, err);
    if (result == YS_OK) {
        ys_query_set_text(query, 1, ys_bytes_of_text(unit));
        if (figure != NULL)
            ys_query_set_text(query, 2, ys_bytes_of_text(figure->series));
        if (part != NULL)
            ys_query_set_text(query, 3, ys_bytes_of_text(part));
    }
    while (result == YS_OK) {
        struct texts texts;
        struct ys_case item;
        result = ys_query_step(query, &row, err);
        if (result != YS_OK || !row)
            break;
        read_case(query, &texts, &item);
        result = give(context, &item, err);
    }
    return result;
}
