/* Every rule by its cases: what it finds in short tales (tests/support/tale.h), and whether a fault in
 * its view would be noticed.
 *
 *   test_rules                   all cases
 *   test_rules RULE              those of one rule
 *   test_rules --grow [RULE]     tells them record by record: what follows from each is what follows from all
 *   test_rules --mutate [RULE]   plants faults (tests/support/mutant.h) into the views, one at a time
 *
 * rules/<rule>.json: {"rule": "R-12-4", "cases": [{"name": ..., "records": [...], "finds": [...]}]}, with
 * "today" of a case where its years matter ("2026-12-31" unless said: there is 2027, but no 2028). What a
 * rule finds: {"record": LABEL, "other": LABEL, "since": DAY, "until": DAY, "severity": "F", "code": "",
 * "unit": "street", "matter": 1, "fact": "2 < 3"}. Unless said: no other, never ends, severity of the
 * rule, no code, unit is that of the record's log, matter not looked at, fact not looked at; record may
 * be null. With "duties" of a case, all of the rule's are looked at, too: {"record": LABEL, "met": LABEL,
 * "due": DAY, "done": DAY, "proven": DAY, "unit": "street"}. "counted" of a case: see put_counted. */
#include "node/model/model.h"
#include "node/rules/finding.h"
#include "node/rules/rules_state.h"
#include "proto/json.h"
#include "proto/moment.h"
#include "tests/support/case_files.h"
#include "tests/support/mutant.h"
#include "tests/support/tale.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mode { FIND, GROW, MUTATE };
enum { CASES_MAX = 64, ROWS_MAX = 32, ROW_MAX = 800 };

/* A case made true, with what the rule says of it. */
struct stage {
    struct tale tale;
    struct ys_model *model;
    struct ys_rules *rules;
    const char *name;
    size_t wanted, found;
    char want[ROWS_MAX][ROW_MAX], find[ROWS_MAX][ROW_MAX];
    bool fact[ROWS_MAX]; /* is that of the wanted row looked at? */
    bool duties;         /* does the case say which there are? */
};

static void must(enum ys_code code, const struct ys_err *err, const char *what)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "test_rules: %s: %s\n", what, err->msg);
    exit(1);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* --- what is wanted ------------------------------------------------------------------------------ */

static const char *word(const json_t *finding, const char *field, const char *otherwise)
{
    const json_t *const value = json_object_get(finding, field);
    return json_is_string(value) ? json_string_value(value) : otherwise;
}

static const char *unit_of_label(const struct tale *tale, const char *label)
{
    for (size_t i = 0; i < tale->count; i++)
        if (strcmp(tale->record[i].label, label) == 0)
            return tale_unit(tale, tale->cast.unit[tale->record[i].role].origin.division.digits);
    return "?";
}

static void print_row(char out[ROW_MAX], const char *severity, const char *record,
                      const char *other, const char *code, const char *since, const char *until,
                      const char *unit, const char *fact)
{
    (void)snprintf(out, ROW_MAX, "%s record=%s other=%s code=%s since=%s until=%s unit=%s | %s",
                   severity, record, other, code, since, until, unit, fact);
}

static void want_duties(struct stage *stage, const json_t *duties)
{
    stage->duties = json_is_array(duties);
    for (size_t i = 0; i < json_array_size(duties); i++) {
        const json_t *const duty = json_array_get(duties, i);
        const char *const record = word(duty, "record", "-");
        (void)snprintf(stage->want[stage->wanted++], ROW_MAX,
                       "duty record=%s met=%s due=%s done=%s proven=%s unit=%s", record,
                       word(duty, "met", "-"), word(duty, "due", "?"), word(duty, "done", "-"),
                       word(duty, "proven", "-"),
                       word(duty, "unit", unit_of_label(&stage->tale, record)));
    }
}

static void want(struct stage *stage, const struct ys_rule *rule, const json_t *told)
{
    const json_t *const finds = json_object_get(told, "finds");
    if (!json_is_array(finds)) {
        fprintf(stderr, "%s: %s: no \"finds\"\n", rule->id, stage->name);
        exit(1);
    }
    for (size_t i = 0; i < json_array_size(finds); i++) {
        const json_t *const finding = json_array_get(finds, i);
        const char *const record = word(finding, "record", "-");
        print_row(stage->want[stage->wanted++], word(finding, "severity", rule->severity), record,
                  word(finding, "other", "-"), word(finding, "code", ""),
                  word(finding, "since", "?"), word(finding, "until", "-"),
                  word(finding, "unit", unit_of_label(&stage->tale, record)),
                  word(finding, "fact", "*"));
    }
    want_duties(stage, json_object_get(told, "duties"));
    qsort(stage->want, stage->wanted, ROW_MAX, by_text);
}

/* --- what is found ------------------------------------------------------------------------------- */

static void day_text(struct ys_query *query, int at, char out[YS_DATE_TEXT_MAX])
{
    (void)snprintf(out, YS_DATE_TEXT_MAX, "-");
    if (!ys_query_is_null(query, at))
        ys_date_print(ys_date_from_days((int32_t)ys_query_int(query, at)), out);
}

static const char *label_at(const struct stage *stage, struct ys_query *query, int at)
{
    char origin[YS_KEY_NAME_MAX + 1];
    if (ys_query_is_null(query, at))
        return "-";
    (void)ys_query_copy(query, at, origin, sizeof origin);
    return tale_label(&stage->tale, origin, (uint64_t)ys_query_int(query, at + 1));
}

static bool look_at_duties(struct stage *stage, const struct ys_rule *rule)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    if (ys_query_open(
            stage->rules->sql,
            "SELECT l.origin, r.idx, m.origin, o.idx, f.due_day, f.met_day, f.proven_day,"
            " f.division FROM duty f LEFT JOIN record r ON r.no = f.record LEFT JOIN log l"
            " ON l.no = r.log LEFT JOIN record o ON o.no = f.met_record LEFT JOIN log m"
            " ON m.no = o.log WHERE f.rule = ?",
            &query, NULL) != YS_OK)
        return false;
    ys_query_set_text(query, 1, ys_bytes_of_text(rule->view));
    while (ys_query_step(query, &row, NULL) == YS_OK && row && stage->found < ROWS_MAX) {
        char division[YS_DIVISION_MAX + 1];
        char due[YS_DATE_TEXT_MAX];
        char done[YS_DATE_TEXT_MAX];
        char proven[YS_DATE_TEXT_MAX];
        (void)ys_query_copy(query, 7, division, sizeof division);
        day_text(query, 4, due);
        day_text(query, 5, done);
        day_text(query, 6, proven);
        (void)snprintf(stage->find[stage->found++], ROW_MAX,
                       "duty record=%s met=%s due=%s done=%s proven=%s unit=%s",
                       label_at(stage, query, 0), label_at(stage, query, 2), due, done, proven,
                       tale_unit(&stage->tale, division));
    }
    return true;
}

/* Rows of the rule, sorted. False when they cannot be asked for. */
static bool look(struct stage *stage, const struct ys_rule *rule)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    stage->found = 0;
    if (ys_query_open(stage->rules->sql,
                      "SELECT f.severity, l.origin, r.idx, m.origin, o.idx, f.code, f.since_day,"
                      " f.until_day, f.division, f.fact FROM finding f LEFT JOIN record r"
                      " ON r.no = f.record LEFT JOIN log l ON l.no = r.log LEFT JOIN record o"
                      " ON o.no = f.other LEFT JOIN log m ON m.no = o.log WHERE f.rule = ?",
                      &query, NULL) != YS_OK)
        return false;
    ys_query_set_text(query, 1, ys_bytes_of_text(rule->view));
    while (ys_query_step(query, &row, NULL) == YS_OK && row && stage->found < ROWS_MAX) {
        char severity[8];
        char code[64];
        char division[YS_DIVISION_MAX + 1];
        char fact[YS_FINDING_FACT_MAX];
        char since[YS_DATE_TEXT_MAX];
        char until[YS_DATE_TEXT_MAX];
        (void)ys_query_copy(query, 0, severity, sizeof severity);
        (void)ys_query_copy(query, 5, code, sizeof code);
        (void)ys_query_copy(query, 8, division, sizeof division);
        (void)ys_query_copy(query, 9, fact, sizeof fact);
        day_text(query, 6, since);
        day_text(query, 7, until);
        print_row(stage->find[stage->found++], severity, label_at(stage, query, 1),
                  label_at(stage, query, 3), code, since, until, tale_unit(&stage->tale, division),
                  fact);
    }
    if (stage->duties && !look_at_duties(stage, rule))
        return false;
    qsort(stage->find, stage->found, ROW_MAX, by_text);
    return true;
}

static bool row_equal(const char *wanted, const char *found)
{
    const char *const bar = strstr(wanted, "| *");
    return bar == NULL ? strcmp(wanted, found) == 0
                       : strncmp(wanted, found, (size_t)(bar - wanted)) == 0;
}

static bool as_wanted(const struct stage *stage)
{
    if (stage->wanted != stage->found)
        return false;
    for (size_t i = 0; i < stage->found; i++)
        if (!row_equal(stage->want[i], stage->find[i]))
            return false;
    return true;
}

/* --- what no tale tells --- */

static void set_label(const struct stage *stage, struct ys_query *query, int at, const char *label)
{
    for (size_t i = 0; i < stage->tale.count; i++)
        if (strcmp(stage->tale.record[i].label, label) == 0)
            ys_query_set_blob(query, at,
                              (struct ys_bytes){stage->tale.record[i].id.bytes, YS_HASH_LEN});
}

/* "counted": [{"of": LABEL, "stated": LABEL, "code": "figure", "fact": ..., "behind": LABEL}, ...]: differences of
 * sealed reports, as node/report/recount.c leaves them. "stated": of a correction; unless said, as signed. */
static void put_counted(struct stage *stage, const json_t *told)
{
    struct ys_err err = {0};
    size_t i = 0;
    json_t *value = NULL;
    json_array_foreach(json_object_get(told, "counted"), i, value)
    {
        YS_QUERY_SCOPED query = NULL;
        YS_QUERY_SCOPED count = NULL;
        struct ys_sql *const sql = ys_model_sql(stage->model);
        const char *const of = word(value, "of", "?");
        must(ys_query_open(sql, "INSERT OR REPLACE INTO snapshot_count VALUES (?, ?, '')", &count,
                           &err),
             &err, "counted");
        set_label(stage, count, 1, of);
        set_label(stage, count, 2, word(value, "stated", of));
        must(ys_query_run(count, &err), &err, "counted");
        must(ys_query_open(sql, "INSERT INTO snapshot_difference VALUES (?, ?, ?, ?, ?)", &query,
                           &err),
             &err, "counted");
        set_label(stage, query, 1, of);
        set_label(stage, query, 5, word(value, "behind", "?"));
        ys_query_set_int(query, 2, (int64_t)i);
        ys_query_set_word(query, 3, word(value, "code", "figure"));
        ys_query_set_word(query, 4, word(value, "fact", ""));
        must(ys_query_run(query, &err), &err, "counted");
    }
}

/* --- a case -------------------------------------------------------------------------------------- */

/* Of the case, "2026-12-31" unless said: how far periods reach. */
static uint32_t today_of(const json_t *told)
{
    uint32_t day = 0;
    struct ys_err err = {0};
    must(ys_date_parse(ys_bytes_of_text(word(told, "today", "2026-12-31")), &day), &err, "today");
    return day;
}

static void open_stage(struct stage *stage, const char *id, const json_t *told, unsigned nth)
{
    char name[128];
    char path[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    stage->name = word(told, "name", "?");
    (void)snprintf(name, sizeof name, "rules-%s-%u", id, nth);
    tale_open(&stage->tale, name, told);
    folder_path(&stage->tale.cast.folder, "model.db", path);
    must(ys_model_open(path, stage->tale.cast.store, &stage->model, &err), &err, path);
    const struct ys_fold_options options = {.store = stage->tale.cast.store,
                                            .member = stage->tale.member};
    must(ys_model_catch_up(stage->model, &options, &err), &err, path);
    must(ys_rules_open(stage->model, &stage->rules, &err), &err, stage->name);
    put_counted(stage, told);
    must(ys_rules_catch_up(stage->rules, today_of(told), &err), &err, stage->name);
}

static void close_stage(struct stage *stage)
{
    ys_rules_close(stage->rules);
    ys_model_close(stage->model);
    tale_close(&stage->tale);
    free(stage);
}

/* --- growing ------------------------------------------------------------------------------------- */

/* All rows of all rules as one hash, in an order of their own. */
static void hash_rows(struct stage *stage, struct ys_hash *out)
{
    static const char *const texts[] = {
        "SELECT json_array(rule, severity, subject, unit, division, record, other, code, "
        "anchor_day,"
        " since_day, until_day, fact) FROM finding ORDER BY 1",
        "SELECT json_array(rule, subject, unit, division, record, anchor_day, due_day, met_record,"
        " met_day, proven_day) FROM duty ORDER BY 1"};
    struct ys_sha256 state;
    struct ys_err err = {0};
    ys_sha256_init(&state);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        YS_QUERY_SCOPED query = NULL;
        bool row = false;
        must(ys_query_open(stage->rules->sql, texts[i], &query, &err), &err, stage->name);
        for (must(ys_query_step(query, &row, &err), &err, stage->name); row;
             must(ys_query_step(query, &row, &err), &err, stage->name))
            ys_sha256_update(&state, ys_query_text(query, 0));
    }
    ys_sha256_final(&state, out);
}

static void show_rows(struct stage *stage, const char *when)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    struct ys_err err = {0};
    must(ys_query_open(stage->rules->sql,
                       "SELECT json_array(rule, subject, unit, code, record, other, since_day,"
                       " until_day) FROM finding UNION ALL SELECT json_array('duty', rule, subject,"
                       " unit, record, due_day, met_record, met_day, proven_day) FROM duty"
                       " ORDER BY 1",
                       &query, &err),
         &err, stage->name);
    while (ys_query_step(query, &row, NULL) == YS_OK && row) {
        const struct ys_bytes text = ys_query_text(query, 0);
        printf("    %s %.*s\n", when, (int)text.size, (const char *)text.data);
    }
}

/* What was made from what each record touched, and all made anew: the same. */
static bool grows_alike(struct stage *stage, uint32_t today, size_t told)
{
    const struct ys_fold_options options = {.store = stage->tale.cast.store,
                                            .member = stage->tale.member};
    struct ys_hash grown;
    struct ys_hash anew;
    struct ys_err err = {0};
    must(ys_model_catch_up(stage->model, &options, &err), &err, stage->name);
    must(ys_rules_catch_up(stage->rules, today, &err), &err, stage->name);
    hash_rows(stage, &grown);
    must(ys_sql_run(stage->rules->sql, "BEGIN", &err), &err, stage->name);
    must(ys_rules_apply_all(stage->rules, today, &err), &err, stage->name);
    hash_rows(stage, &anew);
    const bool same = ys_hash_equal(&grown, &anew);
    if (!same) {
        printf("FAILED %s: other rows after record %zu\n", stage->name, told);
        show_rows(stage, "anew");
    }
    must(ys_sql_run(stage->rules->sql, "ROLLBACK", &err), &err, stage->name);
    if (!same)
        show_rows(stage, "grown");
    return same;
}

static unsigned grow(const char *id, const json_t *told, unsigned nth)
{
    char name[128];
    char path[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    const json_t *const records = json_object_get(told, "records");
    struct stage *const stage = calloc(1, sizeof *stage);
    bool same = stage != NULL;
    if (stage == NULL)
        exit(1);
    stage->name = word(told, "name", "?");
    (void)snprintf(name, sizeof name, "rules-%s-%u", id, nth);
    tale_begin(&stage->tale, name, told);
    tale_settle(&stage->tale);
    folder_path(&stage->tale.cast.folder, "model.db", path);
    must(ys_model_open(path, stage->tale.cast.store, &stage->model, &err), &err, path);
    must(ys_rules_open(stage->model, &stage->rules, &err), &err, path);
    for (size_t i = 0; same && i <= json_array_size(records); i++) {
        if (i > 0)
            tale_tell(&stage->tale, json_array_get(records, i - 1));
        tale_settle(&stage->tale);
        same = grows_alike(stage, today_of(told), i);
    }
    close_stage(stage);
    return same ? 0 : 1;
}

/* --- faults -------------------------------------------------------------------------------------- */

/* Put another text in the place of a view, and apply its rule alone. */
static bool replace_view(struct stage *stage, struct ys_rule_run *run, const char *name,
                         const char *text)
{
    char drop[256];
    struct ys_err err = {0};
    (void)snprintf(drop, sizeof drop, "DROP VIEW \"%s\"", name);
    must(ys_sql_run(stage->rules->sql, drop, &err), &err, drop);
    return ys_sql_run(stage->rules->sql, text, NULL) == YS_OK &&
           ys_rules_apply_one(stage->rules, run, NULL) == YS_OK;
}

static char *view_text(struct stage *stage, const char *name)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    struct ys_err err = {0};
    must(ys_query_open(stage->rules->sql, "SELECT sql FROM sqlite_schema WHERE name = ?", &query,
                       &err),
         &err, name);
    ys_query_set_text(query, 1, ys_bytes_of_text(name));
    must(ys_query_step(query, &row, &err), &err, name);
    if (!row) {
        fprintf(stderr, "test_rules: there is no view %s\n", name);
        exit(1);
    }
    char *const text = malloc(MUTANT_TEXT_MAX);
    (void)ys_query_copy(query, 0, text, MUTANT_TEXT_MAX);
    return text;
}

/* The cases of a rule. */
struct rehearsal {
    struct stage *const *stages;
    size_t count;
    struct ys_rule_run *run;
};

/* Does any case notice? Leaves the views as they were. */
static bool noticed(void *context, const char *name, const char *good, const char *bad)
{
    const struct rehearsal *const rehearsal = context;
    struct stage *const *const stages = rehearsal->stages;
    struct ys_rule_run *const run = rehearsal->run;
    bool seen = false;
    for (size_t i = 0; i < rehearsal->count && !seen; i++) {
        seen = !replace_view(stages[i], run, name, bad) || !look(stages[i], &run->rule) ||
               !as_wanted(stages[i]);
        if (!replace_view(stages[i], run, name, good))
            exit(1);
    }
    return seen;
}

static unsigned plant_in_view(struct rehearsal *rehearsal, const char *name)
{
    char *const text = view_text(rehearsal->stages[0], name);
    if (strstr(text, " AS\n") == NULL) {
        fprintf(stderr, "test_rules: %s: no \"AS\" at the end of its first line\n", name);
        exit(1);
    }
    const unsigned survivors = mutant_plant(name, text, noticed, rehearsal);
    free(text);
    return survivors;
}

/* Views that hold a part of one rule alone. */
static const char *const parts[][2] = {{"R-S-6", "report_due"}, {"R-S-6", "sealed_report"}};

static unsigned plant_faults(struct stage *const *stages, size_t count, struct ys_rule_run *run)
{
    char name[128];
    unsigned survivors = 0;
    struct rehearsal rehearsal = {.stages = stages, .count = count, .run = run};
    (void)snprintf(name, sizeof name, "duty %s", run->rule.view);
    if (run->is_duty)
        survivors += plant_in_view(&rehearsal, name);
    if (run->has_view)
        survivors += plant_in_view(&rehearsal, run->rule.view);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i][0], run->rule.view) == 0)
            survivors += plant_in_view(&rehearsal, parts[i][1]);
    return survivors;
}

/* --- a rule -------------------------------------------------------------------------------------- */

static struct ys_rule_run *find_run(const struct ys_rules *rules, const char *view)
{
    for (size_t i = 0; i < rules->count; i++)
        if (strcmp(rules->run[i].rule.view, view) == 0)
            return &rules->run[i];
    printf("FAILED: there is no rule %s\n", view);
    exit(1);
}

static void show(const struct stage *stage)
{
    for (size_t i = 0; i < stage->wanted; i++)
        printf("    wanted %s\n", stage->want[i]);
    for (size_t i = 0; i < stage->found; i++)
        printf("    found  %s\n", stage->find[i]);
}

/* Failures of one file. */
static unsigned test_file(const char *path, enum mode mode)
{
    struct stage *stages[CASES_MAX];
    unsigned failures = 0;
    json_error_t error;
    json_t *const file = json_load_file(path, 0, &error);
    if (file == NULL) {
        printf("FAILED %s: line %d: %s\n", path, error.line, error.text);
        return 1;
    }
    const char *const id = json_string_value(json_object_get(file, "rule"));
    const json_t *const cases = json_object_get(file, "cases");
    const size_t count = json_array_size(cases);
    struct ys_rule_run *run = NULL;
    if (count == 0 || count > CASES_MAX)
        exit(1);
    for (size_t i = 0; mode == GROW && i < count; i++)
        failures += grow(id, json_array_get(cases, i), (unsigned)i);
    if (mode == GROW) {
        json_decref(file);
        return failures;
    }
    for (size_t i = 0; i < count; i++) {
        stages[i] = calloc(1, sizeof *stages[i]);
        if (stages[i] == NULL)
            exit(1);
        open_stage(stages[i], id, json_array_get(cases, i), (unsigned)i);
        run = find_run(stages[i]->rules, id);
        want(stages[i], &run->rule, json_array_get(cases, i));
        if (!look(stages[i], &run->rule) || !as_wanted(stages[i])) {
            printf("FAILED %s: %s\n", id, stages[i]->name);
            show(stages[i]);
            failures++;
        }
    }
    if (mode == MUTATE && failures == 0)
        failures += plant_faults(stages, count, find_run(stages[0]->rules, id));
    for (size_t i = 0; i < count; i++)
        close_stage(stages[i]);
    json_decref(file);
    return failures;
}

int main(int argc, char **argv)
{
    const enum mode mode = argc > 1 && strcmp(argv[1], "--mutate") == 0 ? MUTATE
                           : argc > 1 && strcmp(argv[1], "--grow") == 0 ? GROW
                                                                        : FIND;
    const char *const only = argc > (mode == FIND ? 1 : 2) ? argv[argc - 1] : NULL;
    struct case_files files;
    unsigned failures = 0, tested = 0;
    if (sodium_init() < 0)
        return 1;
    case_files_list(YS_RULE_CASES_DIR, &files);
    for (size_t i = 0; i < files.count; i++) {
        char path[CASE_PATH_MAX];
        case_files_path(&files, i, path);
        if (only == NULL || strcmp(only, files.name[i]) == 0) {
            failures += test_file(path, mode);
            tested++;
        }
    }
    if (tested == 0) { /* also of a misspelt name nobody may read that it is good */
        fprintf(stderr, "no cases of %s in %s\n", only == NULL ? "anything" : only,
                YS_RULE_CASES_DIR);
        failures++;
    }
    printf("%u rules with cases, %u failures\n", tested, failures);
    case_files_clear(&files);
    return failures == 0 ? 0 : 1;
}
