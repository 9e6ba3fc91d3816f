#include "node/rules/finding.h"

#include "crypto/assert.h"
#include "node/rules/rules_state.h"
#include "proto/moment.h"

#include <stdio.h>
#include <string.h>

const char *ys_finding_state_word(enum ys_finding_state state)
{
    static const char *const words[] = {"coming", "open", "ended"};
    return words[state];
}

const char *ys_finding_case_word(enum ys_finding_case official)
{
    static const char *const words[] = {"none", "raised", "answered", "closed"};
    return words[official];
}

/* Columns of a record that is named: id, kind, division, index. */
#define NAMED(r, l) "hex(" r ".id), " r ".kind, " l ".division, " r ".idx"

static void read_named(struct ys_query *query, int at, struct ys_named *out)
{
    *out = (struct ys_named){.index = 0};
    if (ys_query_is_null(query, at + 3))
        return;
    (void)ys_query_copy(query, at, out->id, sizeof out->id);
    for (char *c = out->id; *c != '\0'; c++)
        *c = *c >= 'A' && *c <= 'F' ? (char)(*c - 'A' + 'a') : *c;
    (void)ys_query_copy(query, at + 1, out->kind, sizeof out->kind);
    (void)ys_query_copy(query, at + 2, out->division, sizeof out->division);
    out->index = (uint64_t)ys_query_int(query, at + 3);
}

static uint32_t read_day(struct ys_query *query, int at)
{
    const int64_t days = ys_query_int(query, at);
    if (ys_query_is_null(query, at) || days < ys_date_days(YS_DATE_FIRST) ||
        days > ys_date_days(YS_DATE_LAST))
        return 0;
    return ys_date_from_days((int32_t)days);
}

bool ys_rule_has_word(const char *words, const char *word)
{
    const size_t size = strlen(word);
    for (const char *at = strstr(words, word); at != NULL; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[size] == '\0' || at[size] == ' '))
            return true;
    return false;
}

/* Whose duty it is at this unit. */
static const char *who_of(const struct ys_rule *rule, const char *division)
{
    struct ys_division unit;
    if (strcmp(rule->who, "author") != 0 ||
        ys_division_parse(ys_bytes_of_text(division), &unit, NULL) != YS_OK)
        return rule->who;
    switch (ys_division_level(&unit)) {
    case YS_LEVEL_DISTRICT:
        return "da";
    case YS_LEVEL_STREET:
        return "st";
    case YS_LEVEL_COMMUNITY:
        break;
    }
    return "rc";
}

/* "gd-cj" is a department: `whose` says gd. */
static bool is_whose(const char *whose, const char *who)
{
    return who == NULL || ys_rule_has_word(whose, strncmp(who, "gd-", 3) == 0 ? "gd" : who);
}

static void set_text_or_null(struct ys_query *query, int at, const char *text)
{
    if (text == NULL)
        ys_query_set_null(query, at);
    else
        ys_query_set_text(query, at, ys_bytes_of_text(text));
}

/* What both questions ask for as ?1 to ?4. */
static void set_filter(struct ys_query *query, const struct ys_finding_filter *filter)
{
    set_text_or_null(query, 1, filter->rule);
    set_text_or_null(query, 2, filter->subject);
    set_text_or_null(query, 3, filter->unit);
    set_text_or_null(query, 4, filter->division);
}

/* Values of the rule's parameters on the anchor day. */
static enum ys_code read_parameters(struct ys_query *value, struct ys_finding *out,
                                    struct ys_err *err)
{
    size_t size = 0;
    const char *name = out->rule->parameters;
    out->parameters[0] = '\0';
    while (*name != '\0') {
        bool row = false;
        const size_t length = strcspn(name, " ");
        char text[64];
        ys_query_set_text(value, 1, (struct ys_bytes){(const uint8_t *)name, length});
        ys_query_set_text(value, 2, ys_bytes_of_text(out->unit));
        ys_query_set_int(value, 3, ys_date_days(out->anchor == 0 ? YS_DATE_FIRST : out->anchor));
        const enum ys_code code = ys_query_step(value, &row, err);
        if (code != YS_OK)
            return code;
        (void)ys_query_copy(value, 0, text, sizeof text);
        const enum ys_code ended = ys_query_step(value, &row, err); /* there is one row */
        if (ended != YS_OK)
            return ended;
        const int used = snprintf(out->parameters + size, sizeof out->parameters - size,
                                  "%s%.*s=%s", size == 0 ? "" : " ", (int)length, name, text);
        if (used < 0 || (size_t)used >= sizeof out->parameters - size)
            break;
        size += (size_t)used;
        name += length + (name[length] == ' ');
    }
    return YS_OK;
}

static enum ys_finding_case case_of(struct ys_query *query, int at)
{
    if (ys_query_is_null(query, at))
        return YS_CASE_NONE;
    if (!ys_query_is_null(query, at + 2))
        return YS_CASE_CLOSED;
    return ys_query_is_null(query, at + 1) ? YS_CASE_RAISED : YS_CASE_ANSWERED;
}

static void read_finding(struct ys_query *query, uint32_t today, struct ys_finding *out)
{
    char severity[4];
    (void)ys_query_copy(query, 1, severity, sizeof severity);
    out->severity = severity[0];
    (void)ys_query_copy(query, 2, out->subject, sizeof out->subject);
    (void)ys_query_copy(query, 3, out->unit, sizeof out->unit);
    (void)ys_query_copy(query, 4, out->division, sizeof out->division);
    (void)ys_query_copy(query, 5, out->code, sizeof out->code);
    (void)ys_query_copy(query, 6, out->fact, sizeof out->fact);
    out->anchor = read_day(query, 7);
    out->since = read_day(query, 8);
    out->until = read_day(query, 9);
    read_named(query, 10, &out->record);
    read_named(query, 14, &out->other);
    read_named(query, 18, &out->raised);
    out->official = case_of(query, 22);
    out->state = out->since > today                       ? YS_FINDING_COMING
                 : out->until != 0 && out->until <= today ? YS_FINDING_ENDED
                                                          : YS_FINDING_OPEN;
    out->reopened = out->official == YS_CASE_CLOSED && out->state == YS_FINDING_OPEN;
}

static bool is_wanted(const struct ys_finding_filter *filter, const struct ys_finding *finding)
{
    return is_whose(finding->who, filter->who) &&
           (filter->severity == NULL || strchr(filter->severity, finding->severity) != NULL) &&
           (filter->coming || finding->state != YS_FINDING_COMING) &&
           (filter->ended || finding->state != YS_FINDING_ENDED);
}

/* Each of some hundred is looked up by its rule: not all of them for each of 100,000 findings. */
enum ys_code ys_official_gather(struct ys_sql *sql, struct ys_err *err)
{
    return ys_sql_run(
        sql,
        "DROP VIEW IF EXISTS temp.official; DROP TABLE IF EXISTS temp.raised_once;"
        "CREATE TEMP TABLE raised_once AS SELECT * FROM raised;"
        "CREATE INDEX temp.raised_once_rule ON raised_once (rule_id);"
        "CREATE INDEX temp.raised_once_record ON raised_once (record);"
        "CREATE TEMP VIEW official AS SELECT f.rowid AS finding, (SELECT r.record FROM raised_once "
        "r"
        " WHERE r.rule_id = (SELECT id FROM rule WHERE view = f.rule)"
        " AND ((r.target IS NOT NULL AND r.target IN (f.record, f.other)) OR (r.target IS NULL"
        " AND (r.matter = f.subject OR (coalesce(r.matter, '') = '' AND r.division = f.division))))"
        " ORDER BY r.day DESC, r.id LIMIT 1) AS raised FROM finding f",
        err);
}

enum ys_code ys_finding_each(struct ys_rules *rules, const struct ys_finding_filter *filter,
                             void (*take)(void *context, const struct ys_finding *finding),
                             void *context, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    YS_QUERY_SCOPED value = NULL;
    bool row = true;
    const bool tried = filter->has_records;
    char text[2048];
    const int size = snprintf(
        text, sizeof text,
        "SELECT f.rule, f.severity, f.subject, f.unit, f.division, f.code, f.fact, f.anchor_day,"
        " f.since_day, f.until_day, " NAMED("r", "l") ", " NAMED(
            "o", "m") ", %s"
                      " FROM finding f LEFT JOIN record r ON r.no = f.record LEFT JOIN log l ON "
                      "l.no = r.log"
                      " LEFT JOIN record o ON o.no = f.other LEFT JOIN log m ON m.no = o.log%s"
                      " WHERE (?1 IS NULL OR f.rule IN (SELECT view FROM rule WHERE id = ?1))"
                      " AND (?2 IS NULL OR f.subject = ?2)"
                      " AND (?3 IS NULL OR substr(f.unit, 1, length(?3)) = ?3)"
                      " AND (?4 IS NULL OR f.division = ?4)%s"
                      " ORDER BY f.since_day, f.rule, f.subject, f.unit, r.id, o.id, f.code",
        tried ? "NULL, NULL, NULL, NULL, NULL, NULL, NULL"
              : NAMED("a", "b") ", a.no, x.response, x.closing",
        tried ? ""
              : " LEFT JOIN official c ON c.finding = f.rowid"
                " LEFT JOIN raised_once x ON x.record = c.raised"
                " LEFT JOIN record a ON a.no = c.raised LEFT JOIN log b ON b.no = a.log",
        tried ? " AND f.record BETWEEN ?5 AND ?6" : "");
    YS_ASSERT(size > 0 && size < (int)sizeof text);
    enum ys_code code = tried ? YS_OK : ys_official_gather(rules->sql, err);
    if (code == YS_OK)
        code = ys_query_open(rules->sql, text, &query, err);
    if (code == YS_OK)
        code = ys_query_open(rules->sql, "SELECT param(?, ?, ?)", &value, err);
    if (code != YS_OK)
        return code;
    set_filter(query, filter);
    if (tried) {
        ys_query_set_int(query, 5, filter->first_record);
        ys_query_set_int(query, 6, filter->first_record + filter->record_count - 1);
    }
    while (code == YS_OK) {
        struct ys_finding finding = {.rule = NULL};
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        finding.rule = ys_rules_find(rules, ys_query_text(query, 0));
        YS_ASSERT(finding.rule != NULL);
        read_finding(query, filter->today, &finding);
        finding.who = who_of(finding.rule, finding.division);
        if (!is_wanted(filter, &finding))
            continue;
        code = read_parameters(value, &finding, err);
        if (code == YS_OK)
            take(context, &finding);
    }
    return code;
}

enum ys_code ys_duty_each(struct ys_rules *rules, const struct ys_finding_filter *filter, bool open,
                          void (*take)(void *context, const struct ys_duty *duty), void *context,
                          struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(
        rules->sql,
        "SELECT d.rule, d.subject, d.unit, d.division, coalesce(t.title, ''), d.anchor_day,"
        " d.due_day, d.met_day, d.proven_day, " NAMED("r", "l") ", " NAMED(
            "o", "m") " FROM duty d LEFT JOIN record r ON r.no = d.record LEFT JOIN log l ON l.no "
                      "= r.log"
                      " LEFT JOIN record o ON o.no = d.met_record LEFT JOIN log m ON m.no = o.log"
                      " LEFT JOIN matter t ON t.subject = d.subject"
                      " WHERE (?1 IS NULL OR d.rule IN (SELECT view FROM rule WHERE id = ?1))"
                      " AND (?2 IS NULL OR d.subject = ?2) AND (?3 IS NULL OR substr(d.unit, 1, "
                      "length(?3)) = ?3)"
                      " AND (?4 IS NULL OR d.division = ?4) AND (NOT ?5 OR (d.met_day IS NULL AND "
                      "NOT EXISTS"
                      " (SELECT 1 FROM task k WHERE (k.subject = d.subject OR (d.subject = '-'"
                      " AND k.record = d.record)) AND k.due_day = d.due_day"
                      " AND k.division = d.division)))"
                      " ORDER BY d.due_day, d.rule, d.subject, d.unit, r.id",
        &query, err);
    if (code != YS_OK)
        return code;
    set_filter(query, filter);
    ys_query_set_int(query, 5, open ? 1 : 0);
    while (code == YS_OK) {
        struct ys_duty duty = {.rule = NULL};
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        duty.rule = ys_rules_find(rules, ys_query_text(query, 0));
        YS_ASSERT(duty.rule != NULL);
        (void)ys_query_copy(query, 3, duty.division, sizeof duty.division);
        duty.who = who_of(duty.rule, duty.division);
        if (!is_whose(duty.who, filter->who))
            continue;
        (void)ys_query_copy(query, 1, duty.subject, sizeof duty.subject);
        (void)ys_query_copy(query, 2, duty.unit, sizeof duty.unit);
        (void)ys_query_copy(query, 4, duty.title, sizeof duty.title);
        duty.anchor = read_day(query, 5);
        duty.due = read_day(query, 6);
        duty.met_day = read_day(query, 7);
        duty.proven_day = read_day(query, 8);
        read_named(query, 9, &duty.record);
        read_named(query, 13, &duty.met);
        take(context, &duty);
    }
    return code;
}
