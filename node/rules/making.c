/* The tables and views of the rules in the read model's file, and the catalogue out of them. */
#include "crypto/assert.h"
#include "crypto/hash.h"
#include "node/rules/rules_state.h"
#include "proto/kind.h"
#include "proto/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const subject_words[] = {
    [YS_SUBJECT_NONE] = "none", [YS_SUBJECT_MATTER] = "matter", [YS_SUBJECT_EITHER] = "either"};

static const char *const answerer_words[] = {[YS_ANSWERER_ANY] = "any",
                                             [YS_ANSWERER_AUTHOR] = "author",
                                             [YS_ANSWERER_NAMED] = "named",
                                             [YS_ANSWERER_MAKER] = "maker"};

static void update(struct ys_sha256 *state, const char *text)
{
    ys_sha256_update(state, (struct ys_bytes){(const uint8_t *)text, strlen(text) + 1});
}

/* Of all that stands in the files and in the table of the kinds. */
static void hash_version(struct ys_hash *out)
{
    struct ys_sha256 state;
    size_t count = 0;
    const struct ys_kind *const kind = ys_kind_table(&count);
    ys_sha256_init(&state);
    for (const char *const *file = ys_rule_files; *file != NULL; file++)
        update(&state, *file);
    for (size_t i = 0; i < count; i++) {
        char masks[64];
        (void)snprintf(masks, sizeof masks, "%u %u %u %u %d %d %d %d", kind[i].id, kind[i].authors,
                       kind[i].also, kind[i].may, kind[i].subject, kind[i].as_target,
                       kind[i].answerer, kind[i].erasable);
        update(&state, kind[i].name);
        update(&state, kind[i].zh);
        update(&state, kind[i].en);
        update(&state, kind[i].article);
        update(&state, masks);
        for (size_t j = 0; j < YS_KIND_REFS_MAX && kind[i].ref[j].relation != 0; j++)
            ys_sha256_update(
                &state, (struct ys_bytes){(const uint8_t *)&kind[i].ref[j], sizeof kind[i].ref[j]});
    }
    ys_sha256_final(&state, out);
}

enum ys_code ys_rules_made_for(struct ys_sql *sql, struct ys_hash *out, bool *made_out,
                               struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    *made_out = false;
    enum ys_code code =
        ys_query_open(sql, "SELECT value FROM meta WHERE name = 'rules_made_for'", &query, err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    if (code == YS_OK && row)
        *made_out = ys_query_hash(query, 0, out);
    return code;
}

static enum ys_code is_made(struct ys_sql *sql, const struct ys_hash *version, bool *out,
                            struct ys_err *err)
{
    struct ys_hash found;
    const enum ys_code code = ys_rules_made_for(sql, &found, out, err);
    *out = *out && ys_hash_equal(&found, version);
    return code;
}

/* What an older version has left. The model's own views stay: `proven`. */
static enum ys_code drop_old(struct ys_sql *sql, struct ys_err *err)
{
    for (;;) {
        YS_QUERY_SCOPED query = NULL;
        char text[256];
        bool row = false;
        enum ys_code code = ys_query_open(sql,
                                          "SELECT name FROM sqlite_schema WHERE type = 'view'"
                                          " AND name NOT IN ('proven', 'attachment_due') LIMIT 1",
                                          &query, err);
        if (code == YS_OK)
            code = ys_query_step(query, &row, err);
        if (code != YS_OK)
            return code;
        if (!row)
            break;
        const struct ys_bytes name = ys_query_text(query, 0);
        const int size = snprintf(text, sizeof text, "DROP VIEW \"%.*s\"", (int)name.size,
                                  (const char *)name.data);
        ys_query_end(&query);
        if (size < 0 || size >= (int)sizeof text)
            return ys_fail(err, YS_CORRUPT, "read model: a view that is not ours");
        code = ys_sql_run(sql, text, err);
        if (code != YS_OK)
            return code;
    }
    return ys_sql_run(sql,
                      "DROP TABLE IF EXISTS rule; DROP TABLE IF EXISTS kind;"
                      "DROP TABLE IF EXISTS kind_ref; DROP TABLE IF EXISTS duty;"
                      "DROP TABLE IF EXISTS finding; DROP TABLE IF EXISTS year",
                      err);
}

static enum ys_code put_kind(struct ys_query *query, const struct ys_kind *kind, struct ys_err *err)
{
    ys_query_set_word(query, 1, kind->name);
    ys_query_set_int(query, 2, kind->id);
    ys_query_set_word(query, 3, kind->zh);
    ys_query_set_word(query, 4, kind->en);
    ys_query_set_word(query, 5, kind->article);
    ys_query_set_int(query, 6, kind->authors);
    ys_query_set_int(query, 7, kind->also);
    ys_query_set_int(query, 8, kind->may);
    ys_query_set_word(query, 9, subject_words[kind->subject]);
    ys_query_set_int(query, 10, kind->as_target);
    ys_query_set_word(query, 11, answerer_words[kind->answerer]);
    ys_query_set_int(query, 12, kind->erasable);
    return ys_query_run(query, err);
}

static enum ys_code put_ref(struct ys_query *query, const struct ys_kind *kind, size_t nth,
                            const char *target, struct ys_err *err)
{
    ys_query_set_word(query, 1, kind->name);
    ys_query_set_int(query, 2, (int64_t)nth + 1);
    ys_query_set_word(query, 3, ys_relation_word(kind->ref[nth].relation));
    ys_query_set_int(query, 4, kind->ref[nth].must);
    if (target == NULL)
        ys_query_set_null(query, 5);
    else
        ys_query_set_word(query, 5, target);
    return ys_query_run(query, err);
}

static enum ys_code put_refs(struct ys_query *query, const struct ys_kind *kind, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < YS_KIND_REFS_MAX && kind->ref[i].relation != 0; i++) {
        if (kind->ref[i].to[0] == 0)
            code = put_ref(query, kind, i, NULL, err);
        for (size_t j = 0; code == YS_OK && j < YS_KIND_REF_TO_MAX && kind->ref[i].to[j] != 0; j++)
            code = put_ref(query, kind, i, ys_kind_by_id(kind->ref[i].to[j])->name, err);
    }
    return code;
}

static enum ys_code put_kinds(struct ys_sql *sql, struct ys_err *err)
{
    YS_QUERY_SCOPED kinds = NULL;
    YS_QUERY_SCOPED refs = NULL;
    size_t count = 0;
    const struct ys_kind *const kind = ys_kind_table(&count);
    enum ys_code code = ys_query_open(
        sql, "INSERT INTO kind VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", &kinds, err);
    if (code == YS_OK)
        code = ys_query_open(sql, "INSERT INTO kind_ref VALUES (?, ?, ?, ?, ?)", &refs, err);
    for (size_t i = 0; code == YS_OK && i < count; i++) {
        code = put_kind(kinds, &kind[i], err);
        if (code == YS_OK)
            code = put_refs(refs, &kind[i], err);
    }
    return code;
}

static enum ys_code make_all(struct ys_sql *sql, const struct ys_hash *version, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    enum ys_code code = drop_old(sql, err);
    for (const char *const *file = ys_rule_files; code == YS_OK && *file != NULL; file++)
        code = ys_sql_run(sql, *file, err);
    if (code == YS_OK)
        code = put_kinds(sql, err);
    if (code == YS_OK)
        code = ys_query_open(sql, "INSERT OR REPLACE INTO meta VALUES ('rules_made_for', ?)",
                             &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_blob(query, 1, (struct ys_bytes){version->bytes, sizeof version->bytes});
    return ys_query_run(query, err);
}

enum ys_code ys_rules_make(struct ys_rules *rules, bool *made_out, struct ys_err *err)
{
    struct ys_hash version;
    bool made = false;
    hash_version(&version);
    *made_out = false;
    enum ys_code code = is_made(rules->sql, &version, &made, err);
    if (code == YS_OK && !made) {
        code = make_all(rules->sql, &version, err);
        *made_out = true;
    }
    return code;
}

/* --- the catalogue ------------------------------------------------------------------------------- */

enum { TEXTS = 13 };

static bool scope_of(const char *word, enum ys_rule_scope *out)
{
    static const char *const words[YS_RULE_SCOPES] = {
        [YS_RULE_OF_RECORD] = "record", [YS_RULE_OF_MATTER] = "matter", [YS_RULE_OF_UNIT] = "unit",
        [YS_RULE_OF_PAPERS] = "papers", [YS_RULE_OF_DUTIES] = "duty",
    };
    for (size_t i = 0; i < YS_RULE_SCOPES; i++)
        if (strcmp(word, words[i]) == 0) {
            *out = (enum ys_rule_scope)i;
            return true;
        }
    return false;
}

/* Columns 0 to TEXTS - 1 are the texts, in the order of `slot`. */
static enum ys_code keep_texts(struct ys_query *query, struct ys_rule_run *run, struct ys_err *err)
{
    struct ys_rule *const rule = &run->rule;
    const char **const slot[TEXTS] = {
        &rule->id,        &rule->view,      &rule->article,    &rule->severity, &rule->who,
        &rule->scope,     &rule->clock,     &rule->parameters, &rule->zh,       &rule->en,
        &rule->remedy_zh, &rule->remedy_en, &rule->kinds};
    size_t size = 0;
    for (int i = 0; i < TEXTS; i++)
        size += ys_query_text(query, i).size + 1;
    char *at = malloc(size);
    if (at == NULL)
        return ys_fail(err, YS_NOMEM, "rules: out of memory");
    run->text = at;
    for (int i = 0; i < TEXTS; i++) {
        const struct ys_bytes text = ys_query_text(query, i);
        if (text.size > 0)
            memcpy(at, text.data, text.size);
        at[text.size] = '\0';
        *slot[i] = at;
        at += text.size + 1;
    }
    return YS_OK;
}

static enum ys_code keep_rule(struct ys_query *query, struct ys_rule_run *run, struct ys_err *err)
{
    struct ys_rule *const rule = &run->rule;
    const enum ys_code code = keep_texts(query, run, err);
    if (code != YS_OK)
        return code;
    rule->version = (unsigned)ys_query_int(query, TEXTS);
    rule->late_entry = ys_query_int(query, TEXTS + 1) != 0;
    rule->has_since = !ys_query_is_null(query, TEXTS + 2);
    rule->since = (int32_t)ys_query_int(query, TEXTS + 2);
    rule->has_until = !ys_query_is_null(query, TEXTS + 3);
    rule->until = (int32_t)ys_query_int(query, TEXTS + 3);
    run->is_duty = strcmp(rule->clock, "due") == 0;
    run->has_view = ys_query_int(query, TEXTS + 4) != 0;
    if (!scope_of(rule->scope, &run->scope))
        return ys_fail(err, YS_CORRUPT, "rules: %s: no scope is named %s", rule->id, rule->scope);
    return YS_OK;
}

enum ys_code ys_rules_load_catalogue(struct ys_rules *rules, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    size_t capacity = 0;
    bool row = true;
    enum ys_code code = ys_query_open(
        rules->sql,
        "SELECT id, view, article, severity, who, scope, clock, parameters, zh, en, remedy_zh,"
        " remedy_en, coalesce(kinds, ''), version, late_entry, since, until, view IN (SELECT name "
        "FROM"
        " sqlite_schema WHERE type = 'view') FROM rule ORDER BY nth",
        &query, err);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        if (rules->count == capacity) {
            capacity = capacity == 0 ? 128 : capacity * 2;
            struct ys_rule_run *const run = realloc(rules->run, capacity * sizeof *run);
            if (run == NULL)
                return ys_fail(err, YS_NOMEM, "rules: out of memory");
            rules->run = run;
        }
        rules->run[rules->count] = (struct ys_rule_run){.text = NULL};
        code = keep_rule(query, &rules->run[rules->count++], err);
    }
    if (code != YS_OK)
        return code;
    rules->catalogue = calloc(rules->count + 1, sizeof *rules->catalogue);
    if (rules->catalogue == NULL)
        return ys_fail(err, YS_NOMEM, "rules: out of memory");
    for (size_t i = 0; i < rules->count; i++)
        rules->catalogue[i] = rules->run[i].rule;
    return YS_OK;
}
