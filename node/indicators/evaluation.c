/* Figures out of the rows of a view: sums, medians, shares, and the mean of the communities. */
#include "crypto/assert.h"
#include "node/indicators/indicators_state.h"

#include <stdio.h>
#include <string.h>

enum { SQL_MAX = 4096 };

/* Days of open cases and of medians are kept apart; elsewhere `value` is only for the list. */
static const char *const tally_text =
    "INSERT INTO tally SELECT division, series, part, open,"
    " iif(open OR series IN (SELECT series FROM figure WHERE indicator = '%s'"
    "     AND kind IN ('median', 'max')), value, NULL) AS value,"
    " sum(n), sum(d), count(*) FROM \"%s\" GROUP BY division, series, part, open, 5";

/* Each row counts for the whole, for its part, or for both, as the figure says. */
#define SPREAD                                                      \
    " FROM figure f CROSS JOIN tally t ON t.series = f.series"      \
    " CROSS JOIN (SELECT 1 AS whole UNION ALL SELECT 0) w"          \
    "   ON iif(w.whole, f.parts < 2, f.parts > 0 AND t.part <> '')" \
    " CROSS JOIN inside i ON i.division = t.division"               \
    " WHERE f.indicator = ?1"

static const char *const sums_text =
    "INSERT INTO result SELECT f.indicator, f.code, i.unit, iif(w.whole, '', t.part) AS part,"
    " coalesce(sum(t.n), 0), CASE f.kind WHEN 'count' THEN NULL"
    "  WHEN 'share' THEN sum(coalesce(sum(t.n), 0)) OVER (PARTITION BY f.code, i.unit)"
    "  ELSE coalesce(sum(t.d), 0) END, NULL, NULL, 0, NULL, NULL, NULL" SPREAD
    " AND NOT t.open AND f.kind IN ('count', 'rate', 'mean', 'share')"
    " GROUP BY f.code, i.unit, 4";

/* Of c cases in order, the lower middle is number (c + 1) / 2 and the upper (c + 2) / 2, both cut. */
static const char *const middles_text =
    "INSERT INTO result SELECT ?1, q.code, q.unit, q.part, 0, q.whole,"
    " CASE q.kind WHEN 'max' THEN max(q.value)"
    "  ELSE min(q.value) FILTER (WHERE q.upto >= (q.whole + 1) / 2) END,"
    " CASE q.kind WHEN 'max' THEN max(q.value)"
    "  ELSE min(q.value) FILTER (WHERE q.upto >= (q.whole + 2) / 2) END, 0, NULL, NULL, NULL"
    " FROM (SELECT g.*, sum(g.cases) OVER (PARTITION BY g.code, g.unit, g.part ORDER BY g.value)"
    "   AS upto, sum(g.cases) OVER (PARTITION BY g.code, g.unit, g.part) AS whole"
    "  FROM (SELECT f.code, f.kind, i.unit, iif(w.whole, '', t.part) AS part, t.value,"
    "         sum(t.cases) AS cases" SPREAD
    "          AND NOT t.open AND t.value IS NOT NULL AND f.kind IN ('median', 'max')"
    "         GROUP BY f.code, i.unit, 4, t.value) g) q"
    " GROUP BY q.code, q.unit, q.part";

static const char *const open_text =
    "INSERT INTO result SELECT f.indicator, f.code, i.unit, iif(w.whole, '', t.part) AS part, 0,"
    " iif(f.kind = 'count', NULL, 0), NULL, NULL, sum(t.cases), max(t.value), NULL, NULL" SPREAD
    " AND t.open GROUP BY f.code, i.unit, 4"
    " ON CONFLICT DO UPDATE SET open = excluded.open, oldest = excluded.oldest";

/* Nothing happened: nought, or no denominator. */
static const char *const nought_text =
    "INSERT OR IGNORE INTO result SELECT f.indicator, f.code, u.unit, '', 0,"
    " iif(f.kind = 'count', NULL, 0), NULL, NULL, 0, NULL, NULL, NULL"
    " FROM figure f CROSS JOIN asked_unit u WHERE f.indicator = ?1 AND f.parts < 2";

static const char *const mean_text =
    "UPDATE result SET communities = m.communities, mean = m.mean FROM"
    " (SELECT r.code, i.unit, r.part, count(*) AS communities,"
    "         (2 * sum(millionths(r.n, r.d, f.scale)) + count(*)) / (2 * count(*)) AS mean"
    "    FROM figure f CROSS JOIN result r ON r.indicator = f.indicator AND r.code = f.code"
    "    CROSS JOIN asked_unit u ON u.unit = r.unit CROSS JOIN inside i ON i.division = r.unit"
    "   WHERE f.indicator = ?1 AND f.kind IN ('rate', 'mean', 'derived') AND r.d > 0"
    "     AND u.level = 'community' AND i.unit <> r.unit"
    "   GROUP BY r.code, i.unit, r.part) m"
    " WHERE result.indicator = ?1 AND result.code = m.code AND result.unit = m.unit"
    "   AND result.part = m.part";

static enum ys_code run_for(struct ys_indicators *indicators, const char *id, const char *text,
                            struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_err inner = {0};
    enum ys_code code = ys_query_open(indicators->sql, text, &query, &inner);
    if (code == YS_OK) {
        ys_query_set_text(query, 1, ys_bytes_of_text(id));
        code = ys_query_run(query, &inner);
    }
    return code == YS_OK ? code : ys_fail(err, code, "indicator %s: %s", id, inner.msg);
}

static bool has_kind(const struct ys_indicator *indicator, bool derived)
{
    for (size_t i = 0; i < indicator->figure_count; i++)
        if ((indicator->figure[i].kind == YS_FIGURE_DERIVED) == derived)
            return true;
    return false;
}

/* Rows of "unit <id>": unit, code, part, n, d, cases. */
static enum ys_code derive(struct ys_indicators *indicators, const char *id, struct ys_err *err)
{
    char text[SQL_MAX];
    (void)snprintf(
        text, sizeof text,
        "INSERT INTO result SELECT '%s', v.code, v.unit, v.part, v.n, v.d, v.cases, NULL,"
        " 0, NULL, NULL, NULL FROM \"unit %s\" v CROSS JOIN asked_unit u"
        " ON u.unit = v.unit",
        id, id);
    return ys_sql_run(indicators->sql, text, err);
}

static enum ys_code sum_up(struct ys_indicators *indicators, const char *id, struct ys_err *err)
{
    static const char *const steps[] = {sums_text, middles_text, open_text};
    char text[SQL_MAX];
    (void)snprintf(text, sizeof text, tally_text, id, id);
    enum ys_code code = ys_sql_run(indicators->sql, text, err);
    for (size_t i = 0; code == YS_OK && i < sizeof steps / sizeof steps[0]; i++)
        code = run_for(indicators, id, steps[i], err);
    if (code == YS_OK)
        code = ys_sql_run(indicators->sql, "DELETE FROM tally", err);
    return code;
}

static enum ys_code evaluate(struct ys_indicators *indicators, const struct ys_indicator *indicator,
                             struct ys_err *err)
{
    bool *const done = &indicators->evaluated[indicator - indicators->catalogue];
    enum ys_code code = YS_OK;
    if (*done)
        return YS_OK;
    if (has_kind(indicator, false))
        code = sum_up(indicators, indicator->id, err);
    if (code == YS_OK && has_kind(indicator, true))
        code = derive(indicators, indicator->id, err);
    if (code == YS_OK)
        code = run_for(indicators, indicator->id, nought_text, err);
    if (code == YS_OK)
        code = run_for(indicators, indicator->id, mean_text, err);
    *done = code == YS_OK;
    return code;
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
