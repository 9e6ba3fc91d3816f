/* What the rules say of records that are only tried: no more is asked than what can be wrong with these, since
 * whoever publishes waits for it, and a process that publishes must prepare every statement anew. */
#include "crypto/assert.h"
#include "node/rules/rules_state.h"
#include "proto/record.h"

#include <string.h>

enum { SUBJECT_SIZE = 96 };

/* The records that are tried, by their numbers. */
struct tried {
    int64_t first, count;
    bool found;               /* something is against one of them */
    struct ys_query *matters; /* those that they touch */
    struct ys_query *kinds;   /* those that they are of */
};

bool ys_rule_is_tried(const struct ys_rule_run *run)
{
    const bool refuses = strchr(run->rule.severity, 'E') != NULL;
    if (!run->has_view || run->scope == YS_RULE_OF_DUTIES)
        return false;
    return refuses || (run->scope != YS_RULE_OF_UNIT && run->scope != YS_RULE_OF_PAPERS);
}

/* Are the rows of the rule about records of such kinds? */
static enum ys_code concerns(const struct ys_rule *rule, const struct tried *tried, bool *out,
                             struct ys_err *err)
{
    bool row = true;
    *out = rule->kinds[0] == '\0';
    for (;;) {
        char kind[YS_KIND_NAME_MAX + 1];
        const enum ys_code code = ys_query_step(tried->kinds, &row, err);
        if (code != YS_OK || !row)
            return code;
        *out = *out || (ys_query_copy(tried->kinds, 0, kind, sizeof kind) &&
                        ys_rule_has_word(rule->kinds, kind));
    }
}

/* A rule about a unit is asked about the record alone: what lies beside it is none of its business. */
static const char *condition(enum ys_rule_scope scope)
{
    return scope == YS_RULE_OF_MATTER
               ? "v.subject = ?1 AND v.subject <> '-' AND v.record BETWEEN ?2 AND ?3"
               : "v.record = ?1";
}

static enum ys_code put_rows(struct ys_rules *rules, struct ys_query *query, struct tried *tried,
                             struct ys_err *err)
{
    const enum ys_code code = ys_query_run(query, err);
    if (code == YS_OK && ys_sql_changes(rules->sql) > 0)
        tried->found = true;
    return code;
}

static enum ys_code run_for_records(struct ys_rules *rules, struct ys_query *query,
                                    struct tried *tried, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (int64_t i = 0; code == YS_OK && i < tried->count; i++) {
        ys_query_set_int(query, 1, tried->first + i);
        code = put_rows(rules, query, tried, err);
    }
    return code;
}

/* Of each matter that the records touch: their own, and those to which one about none refers. */
static enum ys_code run_for_matters(struct ys_rules *rules, struct ys_query *query,
                                    struct tried *tried, struct ys_err *err)
{
    bool row = true;
    ys_query_set_int(query, 2, tried->first);
    ys_query_set_int(query, 3, tried->first + tried->count - 1);
    for (;;) {
        char subject[SUBJECT_SIZE];
        enum ys_code code = ys_query_step(tried->matters, &row, err);
        if (code != YS_OK || !row)
            return code;
        const bool fits = ys_query_copy(tried->matters, 0, subject, sizeof subject);
        YS_ASSERT(fits);
        ys_query_set_text(query, 1, ys_bytes_of_text(subject));
        code = put_rows(rules, query, tried, err);
        if (code != YS_OK) {
            ys_query_reset(tried->matters);
            return code;
        }
    }
}

/* The statement goes at once: its memory is the next one's. */
static enum ys_code try_rule(struct ys_rules *rules, const struct ys_rule_run *run,
                             struct tried *tried, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    char text[YS_RULE_SQL_MAX];
    struct ys_err inner = {0};
    ys_rule_print_view(&run->rule, condition(run->scope), text);
    enum ys_code code = ys_query_open_briefly(rules->sql, text, &query, &inner);
    if (code == YS_OK)
        code = run->scope == YS_RULE_OF_MATTER ? run_for_matters(rules, query, tried, &inner)
                                               : run_for_records(rules, query, tried, &inner);
    return code == YS_OK ? code : ys_fail(err, code, "rule %s: %s", run->rule.view, inner.msg);
}

static enum ys_code forget(struct ys_rules *rules, const struct tried *tried, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    const enum ys_code code =
        ys_query_open(rules->sql, "DELETE FROM finding WHERE record BETWEEN ? AND ?", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_int(query, 1, tried->first);
    ys_query_set_int(query, 2, tried->first + tried->count - 1);
    return ys_query_run(query, err);
}

static enum ys_code try_rules(struct ys_rules *rules, struct tried *tried, struct ys_err *err)
{
    YS_QUERY_SCOPED matters = NULL;
    YS_QUERY_SCOPED kinds = NULL;
    enum ys_code code =
        ys_query_open(rules->sql, "SELECT key FROM touched WHERE what = 'matter'", &matters, err);
    tried->matters = matters;
    if (code == YS_OK)
        code = ys_query_open(
            rules->sql, "SELECT DISTINCT coalesce(kind, '') FROM record WHERE no BETWEEN ? AND ?",
            &kinds, err);
    if (code != YS_OK)
        return code;
    ys_query_set_int(kinds, 1, tried->first);
    ys_query_set_int(kinds, 2, tried->first + tried->count - 1);
    tried->kinds = kinds;
    for (size_t i = 0; code == YS_OK && i < rules->count; i++) {
        bool concerned = false;
        if (ys_rule_is_tried(&rules->run[i]))
            code = concerns(&rules->run[i].rule, tried, &concerned, err);
        if (code == YS_OK && concerned)
            code = try_rule(rules, &rules->run[i], tried, err);
    }
    return code;
}

enum ys_code ys_rules_try(struct ys_rules *rules, uint32_t today, int64_t first, int64_t count,
                          bool *found_out, struct ys_err *err)
{
    struct tried tried = {.first = first, .count = count};
    bool grown = false;
    YS_ASSERT(ys_sql_in_transaction(rules->sql)); /* which is rolled back */
    enum ys_code code = ys_rules_keep_years(rules, today, &grown, err);
    if (code == YS_OK)
        code = ys_parameter_rows_load(rules->model, &rules->parameters, err);
    rules->parameters_loaded = false; /* the next time without these records */
    if (code == YS_OK)
        code = forget(rules, &tried, err);
    if (code == YS_OK)
        code = try_rules(rules, &tried, err);
    *found_out = tried.found;
    return code;
}
