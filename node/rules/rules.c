#include "node/rules/rules.h"

#include "crypto/assert.h"
#include "node/rules/functions.h"
#include "node/rules/rules_state.h"
#include "proto/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- one rule ------------------------------------------------------------------------------------ */

/* What a view's rows must meet, by what was touched. ?1 is the key. */
static const char *condition(enum ys_rule_scope scope, enum ys_rule_scope key)
{
    const bool duties = scope == YS_RULE_OF_DUTIES;
    switch (key) {
    case YS_RULE_OF_RECORD:
        return "v.record = ?1";
    case YS_RULE_OF_MATTER:
        return duties ? "v.subject = ?1 AND v.subject <> '-' AND v.code IN (SELECT view FROM rule"
                        " WHERE scope = 'matter')"
                      : "v.subject = ?1 AND v.subject <> '-'"; /* as the indexes say */
    case YS_RULE_OF_UNIT:
        return duties ? "v.unit = ?1 AND v.code IN (SELECT view FROM rule WHERE scope = 'unit')"
                      : "v.unit = ?1";
    case YS_RULE_OF_PAPERS:
        return "v.unit = ?1";
    case YS_RULE_OF_DUTIES:
    case YS_RULE_SCOPES:
        break;
    }
    return "1";
}

static bool is_made_by(enum ys_rule_scope scope, enum ys_rule_scope key)
{
    if (scope == YS_RULE_OF_DUTIES)
        return key == YS_RULE_OF_MATTER || key == YS_RULE_OF_UNIT;
    return scope == key;
}

/* "AND anchor_day ..." of a version that holds for a time. */
static void print_range(const struct ys_rule *rule, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    if (rule->has_since)
        at = (size_t)snprintf(out, size, " AND v.anchor_day >= %d", rule->since);
    if (rule->has_until)
        (void)snprintf(out + at, size - at, " AND v.anchor_day <= %d", rule->until);
}

/* `kept`: the statement, prepared when it is first run. */
static enum ys_code run_text(struct ys_rules *rules, struct ys_query **kept, const char *text,
                             const char *view, enum ys_rule_scope key_scope, struct ys_bytes key,
                             struct ys_err *err)
{
    struct ys_err inner = {0};
    enum ys_code code = *kept != NULL ? YS_OK : ys_query_open(rules->sql, text, kept, &inner);
    if (code == YS_OK && key_scope == YS_RULE_OF_RECORD)
        ys_query_set_int(*kept, 1, (int64_t)strtoll((const char *)key.data, NULL, 10));
    else if (code == YS_OK && key_scope != YS_RULE_SCOPES)
        ys_query_set_text(*kept, 1, key);
    if (code == YS_OK)
        code = ys_query_run(*kept, &inner);
    return code == YS_OK ? code : ys_fail(err, code, "rule %s: %s", view, inner.msg);
}

/* OR IGNORE, here and below: a row without a day is none. A record that lacks one (its author's node would
 * have refused it) must not keep all others from being judged. */
/* Rows of `duty` out of a view "duty R-...". */
static enum ys_code put_duties(struct ys_rules *rules, struct ys_rule_run *run,
                               enum ys_rule_scope key_scope, struct ys_bytes key,
                               struct ys_err *err)
{
    char text[YS_RULE_SQL_MAX];
    const int size = snprintf(
        text, sizeof text,
        "INSERT OR IGNORE INTO duty SELECT '%s', subject, unit, division, record, anchor_day,"
        " due_day, met_record, met_day, proven_day FROM \"duty %s\" v"
        " WHERE due_day IS NOT NULL AND %s",
        run->rule.view, run->rule.view, condition(run->scope, key_scope));
    YS_ASSERT(size > 0 && size < (int)sizeof text);
    return run_text(rules, &run->put_duties[key_scope], text, run->rule.view, key_scope, key, err);
}

/* Rows of `finding` out of the duties of a rule that were not met in time. */
static enum ys_code put_late(struct ys_rules *rules, struct ys_rule_run *run,
                             enum ys_rule_scope key_scope, struct ys_bytes key, struct ys_err *err)
{
    char text[YS_RULE_SQL_MAX];
    char range[96];
    const struct ys_rule *const rule = &run->rule;
    print_range(rule, range, sizeof range);
    const int size =
        snprintf(text, sizeof text,
                 "INSERT OR IGNORE INTO finding SELECT '%s', '%s', v.subject, v.unit, v.division,"
                 " v.record, v.met_record, '', v.anchor_day, v.due_day + 1, v.met_day,"
                 " coalesce(day_text(v.met_day), '-') || ' > ' || day_text(v.due_day)"
                 " FROM duty v WHERE v.rule = '%s'"
                 " AND (v.met_day IS NULL OR v.met_day > v.due_day) AND %s%s",
                 rule->view, rule->severity, rule->view, condition(run->scope, key_scope), range);
    YS_ASSERT(size > 0 && size < (int)sizeof text);
    return run_text(rules, &run->put_late[key_scope], text, rule->view, key_scope, key, err);
}

/* "AND ... IN ('a', 'b')" of a rule whose records are of certain kinds: with or without a trial no other counts. */
static void print_kinds(const struct ys_rule *rule, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (const char *word = rule->kinds; *word != '\0'; word += strspn(word, " ")) {
        const size_t length = strcspn(word, " ");
        const int used = snprintf(
            out + at, size - at, "%s'%.*s'",
            at == 0 ? " AND (SELECT k.kind FROM record k WHERE k.no = v.record) IN (" : ", ",
            (int)length, word);
        YS_ASSERT(used > 0 && (size_t)used < size - at);
        at += (size_t)used;
        word += length;
    }
    if (at > 0)
        (void)snprintf(out + at, size - at, ")");
}

void ys_rule_print_view(const struct ys_rule *rule, const char *where, char out[YS_RULE_SQL_MAX])
{
    char range[96];
    char kinds[256];
    int size = 0;
    print_range(rule, range, sizeof range);
    print_kinds(rule, kinds, sizeof kinds);
    if (rule->late_entry)
        size = snprintf(out, YS_RULE_SQL_MAX,
                        "INSERT OR IGNORE INTO finding SELECT '%s', iif(v.severity = 'E' AND"
                        " r.backfill_reason IS NOT NULL, 'F', v.severity), v.subject, v.unit,"
                        " v.division, v.record, v.other, v.code, v.anchor_day, v.since_day,"
                        " v.until_day, coalesce(v.fact, '') FROM \"%s\" v LEFT JOIN record r"
                        " ON r.no = v.record WHERE %s%s%s",
                        rule->view, rule->view, where, range, kinds);
    else
        size = snprintf(out, YS_RULE_SQL_MAX,
                        "INSERT OR IGNORE INTO finding SELECT '%s', v.severity, v.subject, v.unit,"
                        " v.division, v.record, v.other, v.code, v.anchor_day, v.since_day,"
                        " v.until_day, coalesce(v.fact, '') FROM \"%s\" v WHERE %s%s%s",
                        rule->view, rule->view, where, range, kinds);
    YS_ASSERT(size > 0 && size < YS_RULE_SQL_MAX);
}

/* Rows of `finding` out of its view. */
static enum ys_code put_view(struct ys_rules *rules, struct ys_rule_run *run,
                             enum ys_rule_scope key_scope, struct ys_bytes key, struct ys_err *err)
{
    char text[YS_RULE_SQL_MAX];
    ys_rule_print_view(&run->rule, condition(run->scope, key_scope), text);
    return run_text(rules, &run->put_findings[key_scope], text, run->rule.view, key_scope, key,
                    err);
}

static enum ys_code put_findings(struct ys_rules *rules, struct ys_rule_run *run,
                                 enum ys_rule_scope key_scope, struct ys_bytes key,
                                 struct ys_err *err)
{
    const enum ys_code code = run->is_duty ? put_late(rules, run, key_scope, key, err) : YS_OK;
    return code == YS_OK && run->has_view ? put_view(rules, run, key_scope, key, err) : code;
}

/* --- what was touched ---------------------------------------------------------------------------- */

/* Forget what rests on one key. */
static enum ys_code forget(struct ys_rules *rules, enum ys_rule_scope scope, struct ys_bytes key,
                           struct ys_err *err)
{
    static const char *const texts[][2] = {
        [YS_RULE_OF_RECORD] = {"DELETE FROM finding WHERE record = ?1 AND rule IN (SELECT view FROM"
                               " rule WHERE scope = 'record')",
                               "DELETE FROM duty WHERE record = ?1 AND rule IN (SELECT view FROM"
                               " rule WHERE scope = 'record')"},
        [YS_RULE_OF_MATTER] = {"DELETE FROM finding WHERE subject = ?1 AND subject <> '-' AND (rule"
                               " IN (SELECT view FROM rule WHERE scope = 'matter') OR (rule IN"
                               " (SELECT view FROM rule WHERE scope = 'duty') AND code IN"
                               " (SELECT view FROM rule WHERE scope = 'matter')))",
                               "DELETE FROM duty WHERE subject = ?1 AND subject <> '-' AND rule IN"
                               " (SELECT view FROM rule WHERE scope = 'matter')"},
        [YS_RULE_OF_UNIT] = {"DELETE FROM finding WHERE unit = ?1 AND (rule IN (SELECT view FROM"
                             " rule WHERE scope = 'unit') OR (rule IN (SELECT view FROM rule WHERE"
                             " scope = 'duty') AND code IN (SELECT view FROM rule WHERE scope ="
                             " 'unit')))",
                             "DELETE FROM duty WHERE unit = ?1 AND rule IN (SELECT view FROM"
                             " rule WHERE scope = 'unit')"},
        [YS_RULE_OF_PAPERS] = {"DELETE FROM finding WHERE unit = ?1 AND rule IN (SELECT view FROM"
                               " rule WHERE scope = 'papers')",
                               "DELETE FROM duty WHERE unit = ?1 AND rule IN (SELECT view FROM"
                               " rule WHERE scope = 'papers')"},
    };
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < 2; i++)
        code =
            run_text(rules, &rules->forget[scope][i], texts[scope][i], "touched", scope, key, err);
    return code;
}

static enum ys_code apply_key(struct ys_rules *rules, enum ys_rule_scope scope, struct ys_bytes key,
                              struct ys_err *err)
{
    enum ys_code code = forget(rules, scope, key, err);
    for (size_t i = 0; code == YS_OK && i < rules->count; i++)
        if (rules->run[i].is_duty && rules->run[i].scope == scope)
            code = put_duties(rules, &rules->run[i], scope, key, err);
    for (size_t i = 0; code == YS_OK && i < rules->count; i++)
        if (is_made_by(rules->run[i].scope, scope))
            code = put_findings(rules, &rules->run[i], scope, key, err);
    return code;
}

static void tell(const struct ys_rules *rules, size_t *done, size_t total)
{
    (*done)++;
    if (rules->progress != NULL)
        rules->progress(rules->context, *done, total);
}

static enum ys_code apply_everything(struct ys_rules *rules, struct ys_err *err)
{
    static const struct ys_bytes none = {NULL, 0};
    size_t total = rules->count;
    size_t done = 0;
    for (size_t i = 0; i < rules->count; i++)
        total += rules->run[i].is_duty ? 1 : 0;
    enum ys_code code = ys_sql_run(rules->sql, "DELETE FROM duty; DELETE FROM finding", err);
    for (size_t i = 0; code == YS_OK && i < rules->count; i++) {
        if (!rules->run[i].is_duty)
            continue;
        code = put_duties(rules, &rules->run[i], YS_RULE_SCOPES, none, err);
        tell(rules, &done, total);
    }
    for (size_t i = 0; code == YS_OK && i < rules->count; i++) {
        code = put_findings(rules, &rules->run[i], YS_RULE_SCOPES, none, err);
        tell(rules, &done, total);
    }
    return code;
}

void ys_rules_watch(struct ys_rules *rules,
                    void (*progress)(void *context, size_t done, size_t total), void *context)
{
    rules->progress = progress;
    rules->context = context;
}

enum ys_code ys_rules_apply_one(struct ys_rules *rules, struct ys_rule_run *run, struct ys_err *err)
{
    static const struct ys_bytes none = {NULL, 0};
    char text[256];
    const int size = snprintf(text, sizeof text,
                              "DELETE FROM finding WHERE rule = '%s';"
                              "DELETE FROM duty WHERE rule = '%s'",
                              run->rule.view, run->rule.view);
    YS_ASSERT(size > 0 && size < (int)sizeof text);
    enum ys_code code = ys_sql_run(rules->sql, text, err);
    if (code == YS_OK && run->is_duty)
        code = put_duties(rules, run, YS_RULE_SCOPES, none, err);
    return code == YS_OK ? put_findings(rules, run, YS_RULE_SCOPES, none, err) : code;
}

/* The keys of one kind, each in a terminated copy that is handed on. A unit's records are those of the
 * units above it, too, and what others write about a matter concerns the unit that holds it. */
static enum ys_code apply_keys(struct ys_rules *rules, enum ys_rule_scope scope,
                               const char *question, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    enum ys_code code = ys_query_open(rules->sql, question, &query, err);
    bool row = true;
    while (code == YS_OK) {
        char key[96];
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        const bool fits = ys_query_copy(query, 0, key, sizeof key);
        YS_ASSERT(fits);
        code = apply_key(rules, scope, ys_bytes_of_text(key), err);
    }
    return code;
}

/* The units of `t`, and those above them. */
#define WITH_THOSE_ABOVE                                               \
    " SELECT unit FROM t UNION SELECT substr(unit, 1, 9) FROM t UNION" \
    " SELECT substr(unit, 1, 6) FROM t"

static enum ys_code apply_touched(struct ys_rules *rules, struct ys_err *err)
{
    enum ys_code code =
        apply_keys(rules, YS_RULE_OF_RECORD, "SELECT key FROM touched WHERE what = 'record'", err);
    if (code == YS_OK)
        code = apply_keys(rules, YS_RULE_OF_MATTER, "SELECT key FROM touched WHERE what = 'matter'",
                          err);
    if (code == YS_OK)
        code = apply_keys(rules, YS_RULE_OF_UNIT,
                          "WITH t(unit) AS (SELECT key FROM touched WHERE what IN ('unit', 'place')"
                          " UNION SELECT substr(key, 1, instr(key, '-') - 1) FROM touched"
                          " WHERE what = 'matter')" WITH_THOSE_ABOVE,
                          err);
    if (code == YS_OK)
        code = apply_keys(
            rules, YS_RULE_OF_PAPERS,
            "WITH t(unit) AS (SELECT key FROM touched WHERE what = 'unit')" WITH_THOSE_ABOVE, err);
    return code;
}

/* --- the whole ----------------------------------------------------------------------------------- */

static enum ys_code count_touched(struct ys_rules *rules, bool *any, bool *all, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    enum ys_code code = ys_query_open(rules->sql,
                                      "SELECT count(*), coalesce(sum(what = 'all'), 0),"
                                      " coalesce(sum(what = 'matter'), 0) FROM touched",
                                      &query, err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    *any = row && ys_query_int(query, 0) > 0;
    *all = row && (ys_query_int(query, 1) > 0 || ys_query_int(query, 2) > YS_RULE_MATTERS_MAX);
    return code;
}

/* Have the rules been applied to the rows of this file? */
static enum ys_code is_applied(struct ys_rules *rules, bool *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    const enum ys_code code =
        ys_query_open(rules->sql, "SELECT 1 FROM meta WHERE name = 'rules_applied'", &query, err);
    return code == YS_OK ? ys_query_step(query, out, err) : code;
}

enum ys_code ys_rules_keep_years(struct ys_rules *rules, uint32_t today, bool *grown_out,
                                 struct ys_err *err)
{
    YS_QUERY_SCOPED last = NULL;
    YS_QUERY_SCOPED put = NULL;
    bool row = false;
    const uint32_t until = today / 10000 + 1;
    enum ys_code code =
        ys_query_open(rules->sql, "SELECT coalesce(max(year), 1999) FROM year", &last, err);
    if (code == YS_OK)
        code = ys_query_open(rules->sql, "INSERT INTO year VALUES (?, ?, ?)", &put, err);
    if (code == YS_OK)
        code = ys_query_step(last, &row, err);
    uint32_t year = row ? (uint32_t)ys_query_int(last, 0) + 1 : until + 1;
    if (row)
        ys_query_reset(last);
    *grown_out = year <= until;
    for (; code == YS_OK && year <= until && year <= YS_DATE_LAST / 10000; year++) {
        ys_query_set_int(put, 1, year);
        ys_query_set_int(put, 2, ys_date_days(year * 10000 + 101));
        ys_query_set_int(put, 3, ys_date_days(year * 10000 + 1231));
        code = ys_query_run(put, err);
    }
    return code;
}

static enum ys_code catch_up(struct ys_rules *rules, uint32_t today, bool again, struct ys_err *err)
{
    bool any = false;
    bool all = false;
    bool applied = false;
    bool grown = false;
    enum ys_code code = count_touched(rules, &any, &all, err);
    if (code == YS_OK)
        code = is_applied(rules, &applied, err);
    if (code == YS_OK)
        code = ys_rules_keep_years(rules, today, &grown, err);
    all = all || again || grown || !applied;
    if (code == YS_OK && (all || !rules->parameters_loaded))
        code = ys_parameter_rows_load(rules->model, &rules->parameters, err);
    rules->parameters_loaded = code == YS_OK;
    if (code == YS_OK && all)
        code = apply_everything(rules, err);
    else if (code == YS_OK && any)
        code = apply_touched(rules, err);
    if (code == YS_OK && (any || all))
        code = ys_sql_run(rules->sql,
                          "DELETE FROM touched; INSERT OR REPLACE INTO meta VALUES"
                          " ('rules_applied', 1)",
                          err);
    return code;
}

static enum ys_code in_transaction(struct ys_rules *rules, uint32_t today, bool again,
                                   struct ys_err *err)
{
    const bool inside = ys_sql_in_transaction(rules->sql);
    enum ys_code code = inside ? YS_OK : ys_sql_run(rules->sql, "BEGIN IMMEDIATE", err);
    if (code == YS_OK)
        code = catch_up(rules, today, again, err);
    if (inside)
        return code;
    return ys_sql_end(rules->sql, code, err);
}

enum ys_code ys_rules_catch_up(struct ys_rules *rules, uint32_t today, struct ys_err *err)
{
    return in_transaction(rules, today, false, err);
}

enum ys_code ys_rules_apply_all(struct ys_rules *rules, uint32_t today, struct ys_err *err)
{
    return in_transaction(rules, today, true, err);
}

static enum ys_code make(struct ys_rules *rules, struct ys_err *err)
{
    bool made = false;
    enum ys_code code = ys_sql_run(rules->sql, "BEGIN IMMEDIATE", err);
    if (code == YS_OK)
        code = ys_rules_make(rules, &made, err);
    if (code == YS_OK && made)
        code = ys_sql_run(rules->sql, "DELETE FROM meta WHERE name = 'rules_applied'", err);
    return ys_sql_end(rules->sql, code, err);
}

enum ys_code ys_rules_open(struct ys_model *model, struct ys_rules **out, struct ys_err *err)
{
    struct ys_rules *const rules = calloc(1, sizeof *rules);
    if (rules == NULL)
        return ys_fail(err, YS_NOMEM, "rules: out of memory");
    rules->model = model;
    rules->sql = ys_model_sql(model);
    enum ys_code code = ys_rule_functions_add(rules->sql, &rules->parameters, err);
    if (code == YS_OK)
        code = make(rules, err);
    if (code == YS_OK)
        code = ys_rules_load_catalogue(rules, err);
    if (code != YS_OK) {
        ys_rules_close(rules);
        return code;
    }
    *out = rules;
    return YS_OK;
}

void ys_rules_close(struct ys_rules *rules)
{
    if (rules == NULL)
        return;
    for (size_t i = 0; i < rules->count; i++) {
        for (size_t scope = 0; scope <= YS_RULE_SCOPES; scope++) {
            ys_query_end(&rules->run[i].put_duties[scope]);
            ys_query_end(&rules->run[i].put_findings[scope]);
            ys_query_end(&rules->run[i].put_late[scope]);
        }
        free(rules->run[i].text);
    }
    for (size_t scope = 0; scope < YS_RULE_OF_DUTIES; scope++)
        for (size_t i = 0; i < 2; i++)
            ys_query_end(&rules->forget[scope][i]);
    ys_parameter_rows_clear(&rules->parameters);
    free(rules->run);
    free(rules->catalogue);
    free(rules);
}

void ys_rules_end(struct ys_rules **rules)
{
    ys_rules_close(*rules);
    *rules = NULL;
}

struct ys_sql *ys_rules_sql(struct ys_rules *rules)
{
    return rules->sql;
}

const struct ys_rule *ys_rules_catalogue(const struct ys_rules *rules, size_t *count_out)
{
    *count_out = rules->count;
    return rules->catalogue;
}

const struct ys_rule *ys_rules_find(const struct ys_rules *rules, struct ys_bytes view)
{
    for (size_t i = 0; i < rules->count; i++)
        if (ys_bytes_is_text(view, rules->catalogue[i].view))
            return &rules->catalogue[i];
    return NULL;
}
