/* For which units and which period: the tables that every view starts from. */
#include "node/indicators/indicators_state.h"

#include <stdio.h>
#include <string.h>

static enum ys_code forget(struct ys_indicators *indicators, struct ys_err *err)
{
    return ys_sql_run(indicators->sql,
                      "DELETE FROM asked; DELETE FROM asked_unit; DELETE FROM place;"
                      "DELETE FROM place_log; DELETE FROM inside;"
                      "DELETE FROM result",
                      err);
}

static enum ys_code put_period(struct ys_indicators *indicators, const struct ys_ask *ask,
                               struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    const enum ys_code code = ys_query_open(indicators->sql,
                                            "INSERT INTO asked VALUES (?1, ?2, ?3, min(?2 - 1, ?3),"
                                            " iif(?4 > 0, ?4, (?3 + 1) * 86400 - 28800))",
                                            &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_int(query, 1, ask->from_day);
    ys_query_set_int(query, 2, ask->until_day);
    ys_query_set_int(query, 3, ask->as_of_day);
    ys_query_set_int(query, 4, ask->as_of_s);
    return ys_query_run(query, err);
}

static enum ys_code put_units(struct ys_indicators *indicators, const struct ys_ask *ask,
                              struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    enum ys_code code = ys_query_open(indicators->sql,
                                      "INSERT OR IGNORE INTO asked_unit SELECT ?1, ?2, 1, "
                                      "param('small_n', ?1, at_day) FROM asked",
                                      &query, err);
    for (size_t i = 0; code == YS_OK && i < ask->unit_count; i++) {
        ys_query_set_text(query, 1, ys_bytes_of_text(ask->unit[i].digits));
        ys_query_set_word(query, 2, ys_level_name(ys_division_level(&ask->unit[i])));
        code = ys_query_run(query, err);
    }
    return code;
}

/* Divisions that have a log here, and those that the unit above certified and that have none: who never
 * published anything is counted, too. A division_change of the district ends those that it names before and
 * not after. */
static const char place_text[] =
    "INSERT INTO place"
    " SELECT q.division, CASE length(q.division) WHEN 6 THEN 'district' WHEN 9 THEN 'street'"
    "   ELSE 'community' END, substr(q.division, 1, 9), min(q.day),"
    "   (SELECT max(c.effective_on) FROM division_change_before b"
    "      CROSS JOIN division_change c ON c.rec = b.rec CROSS JOIN deed e ON e.record = c.rec"
    "      CROSS JOIN log l ON l.no = e.log"
    "     WHERE b.division = q.division AND l.division = substr(q.division, 1, 6)"
    "       AND NOT EXISTS (SELECT 1 FROM division_change_after a"
    "                        WHERE a.rec = b.rec AND a.division = q.division))"
    " FROM (SELECT l.division, (SELECT (r.signed_s + 28800) / 86400 FROM record r"
    "         WHERE r.no BETWEEN l.no * 4294967296 AND l.no * 4294967296 + 4294967295"
    "           AND +r.verdict = 'ok' ORDER BY r.no LIMIT 1) AS day FROM log l"
    "       UNION ALL"
    "       SELECT n.division, e.day FROM node_certificate n CROSS JOIN deed e ON e.record = n.rec"
    "         CROSS JOIN log l ON l.no = e.log"
    "        WHERE l.division = substr(n.division, 1, max(6, length(n.division) - 3))) q"
    " WHERE EXISTS"
    "  (SELECT 1 FROM asked_unit u WHERE substr(q.division, 1, length(u.unit)) = u.unit)"
    " GROUP BY q.division;"
    "INSERT INTO place_log"
    " SELECT l.no, p.division, p.level, p.street, l.no * 4294967296, l.no * 4294967296 + 4294967295"
    " FROM log l CROSS JOIN place p ON p.division = l.division;"
    "INSERT OR IGNORE INTO asked_unit"
    " SELECT p.division, p.level, 0, param('small_n', p.division, k.at_day) FROM asked k, place p"
    "  WHERE p.level = 'community';"
    "INSERT INTO inside"
    " SELECT p.division, u.unit FROM place p CROSS JOIN asked_unit u ON u.unit IN"
    "  (p.division, substr(p.division, 1, 9), substr(p.division, 1, 6))"
    "  GROUP BY p.division, u.unit";

/* A figure of a unit of which nothing is here would be nought, and wrong. */
static enum ys_code check_units(struct ys_indicators *indicators, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    char unit[YS_DIVISION_MAX + 1];
    enum ys_code code = ys_query_open(indicators->sql,
                                      "SELECT u.unit FROM asked_unit u WHERE NOT EXISTS"
                                      " (SELECT 1 FROM inside i WHERE i.unit = u.unit) LIMIT 1",
                                      &query, err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    if (code != YS_OK || !row)
        return code;
    (void)ys_query_copy(query, 0, unit, sizeof unit);
    return ys_fail(err, YS_USAGE, "%s: neither its log nor its certificate is here", unit);
}

/* Each table that has a view "keep <table>" anew, in the order in which they were made. */
static enum ys_code keep(struct ys_indicators *indicators, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code =
        ys_query_open(indicators->sql,
                      "SELECT t.name FROM sqlite_temp_schema t JOIN sqlite_temp_schema v"
                      " ON v.name = 'keep ' || t.name WHERE t.type = 'table' ORDER BY t.rowid",
                      &query, err);
    while (code == YS_OK) {
        char name[64];
        char text[256];
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        (void)ys_query_copy(query, 0, name, sizeof name);
        (void)snprintf(text, sizeof text,
                       "DELETE FROM temp.%s; INSERT INTO temp.%s SELECT * FROM \"keep %s\"", name,
                       name, name);
        code = ys_sql_run(indicators->sql, text, err);
    }
    return code;
}

enum ys_code ys_indicators_ask(struct ys_indicators *indicators, const struct ys_ask *ask,
                               struct ys_err *err)
{
    if (ask->unit_count == 0)
        return ys_fail(err, YS_USAGE, "indicators: no unit is named");
    if (ask->from_day >= ask->until_day)
        return ys_fail(err, YS_USAGE, "indicators: the period is empty");
    if (ask->as_of_day < ask->from_day)
        return ys_fail(err, YS_USAGE, "indicators: the period has not begun on the day of asking");
    memset(indicators->evaluated, 0, indicators->count * sizeof *indicators->evaluated);
    enum ys_code code = forget(indicators, err);
    if (code == YS_OK)
        code = put_period(indicators, ask, err);
    if (code == YS_OK)
        code = put_units(indicators, ask, err);
    if (code == YS_OK)
        code = ys_sql_run(indicators->sql, place_text, err);
    if (code == YS_OK)
        code = check_units(indicators, err);
    if (code == YS_OK)
        code = ys_ground_load(indicators->sql, &indicators->ground, err);
    return code == YS_OK ? keep(indicators, err) : code;
}
