/* Every indicator by its cases: what it gives in short tales (tests/support/tale.h), whether the list behind
 * each figure has its length, and whether a fault in its view would be noticed.
 *
 *   test_indicators                       all cases
 *   test_indicators INDICATOR             those of one
 *   test_indicators --mutate [INDICATOR]  plants faults (tests/support/mutant.h) into the views, one at a time;
 *                                         without INDICATOR also into those that several ask
 *
 * indicators/<id>.json: {"indicator": "B-01", "cases": [{"name": ..., "records": [...], "from": "2026-01-01",
 * "until": "2027-01-01", "as_of": "2026-12-31", "units": ["district", "street", "community"],
 * "figures": {...}, "list": [...]}]}. The four in the middle are these unless said. "held": hashes of
 * contents that the node holds, in base64. Figures by
 * "code:part@unit", each of the three left out where it is empty or the community; a count is "3", a rate
 * "1/2", a median "2..4 of 3", a maximum "7 of 3", "-" where there is none, then " small", " open 2 oldest 40"
 * and " mean 62.5 of 2" where there are such. The list is that of the first unit, all of it:
 *   LABEL[#ITEM] [matter=2] [in=street] [series=S] [part=P] N[/D] [value=V] [open] @DAY [(FACT)]
 * with LABEL "-" where there is no record, matter where it is not 1, unit where it is not the community. */
#include "crypto/base64.h"
#include "node/indicators/indicators_state.h"
#include "node/model/grading.h"
#include "proto/json.h"
#include "proto/moment.h"
#include "tests/support/case_files.h"
#include "tests/support/mutant.h"
#include "tests/support/tale.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASES_MAX = 24, ROWS_MAX = 64, ROW_MAX = 400, UNITS_MAX = 5 };
enum { HELPERS_MAX = 40, PLANTED_MAX = 200 };

/* A case made true, with what the indicator gives. */
struct stage {
    struct tale tale;
    struct ys_model *model;
    struct ys_rules *rules;
    struct ys_indicators *indicators;
    const struct ys_indicator *indicator;
    const json_t *told;
    const char *name;
    struct ys_ask ask;
    struct ys_division unit[UNITS_MAX];
    size_t figures, rows;
    char figure[ROWS_MAX][ROW_MAX], row[ROWS_MAX][ROW_MAX];
};

static void must(enum ys_code code, const struct ys_err *err, const char *what)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "test_indicators: %s: %s\n", what, err->msg);
    exit(1);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void add(char out[ROW_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(char out[ROW_MAX], const char *format, ...)
{
    const size_t at = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(out + at, ROW_MAX - at, format, arguments);
    va_end(arguments);
}

/* --- what is given ------------------------------------------------------------------------------- */

/* "rate:part@street=1/2 small" */
static enum ys_code keep_figure(void *context, const struct ys_result *r, struct ys_err *err)
{
    struct stage *const stage = context;
    if (stage->figures == ROWS_MAX)
        return ys_fail(err, YS_LIMIT, "more figures than a case may have");
    char *const out = stage->figure[stage->figures++];
    const char *const unit = tale_unit(&stage->tale, r->unit);
    out[0] = '\0';
    add(out, "%s%s%s%s%s=", r->figure->code, r->part[0] == '\0' ? "" : ":", r->part,
        strcmp(unit, "community") == 0 ? "" : "@", strcmp(unit, "community") == 0 ? "" : unit);
    if (r->none)
        add(out, "-");
    else if (r->figure->kind == YS_FIGURE_COUNT)
        add(out, "%" PRId64, r->n);
    else if (r->figure->kind == YS_FIGURE_MEDIAN)
        add(out, "%" PRId64 "..%" PRId64 " of %" PRId64, r->low, r->high, r->d);
    else if (r->figure->kind == YS_FIGURE_MAX)
        add(out, "%" PRId64 " of %" PRId64, r->high, r->d);
    else
        add(out, "%" PRId64 "/%" PRId64, r->n, r->d);
    if (r->small)
        add(out, " small");
    if (r->open > 0)
        add(out, " open %" PRId64 " oldest %" PRId64, r->open, r->oldest);
    if (r->communities > 0) {
        char mean[YS_RESULT_TEXT_MAX];
        ys_result_print_mean(r, mean);
        add(out, " mean %s of %" PRId64, mean, r->communities);
    }
    return YS_OK;
}

static const char *label_of(struct stage *stage, int64_t record)
{
    YS_QUERY_SCOPED query = NULL;
    char origin[YS_KEY_NAME_MAX + 1];
    struct ys_err err = {0};
    bool row = false;
    must(ys_query_open(stage->indicators->sql,
                       "SELECT l.origin, r.idx FROM record r JOIN log l ON l.no = r.log"
                       " WHERE r.no = ?",
                       &query, &err),
         &err, stage->name);
    ys_query_set_int(query, 1, record);
    must(ys_query_step(query, &row, &err), &err, stage->name);
    if (!row)
        return "-";
    (void)ys_query_copy(query, 0, origin, sizeof origin);
    return tale_label(&stage->tale, origin, (uint64_t)ys_query_int(query, 1));
}

static void add_place(struct stage *stage, const struct ys_case *c, char out[ROW_MAX])
{
    const char *const unit = tale_unit(&stage->tale, c->division);
    const char *const serial = strrchr(c->subject, '-');
    const int matter = serial == NULL ? 0 : (int)strtol(serial + 1, NULL, 10);
    if (matter == 0 && strcmp(c->subject, "-") != 0)
        add(out, " matter=?");
    else if (matter != 1)
        add(out, " matter=%d", matter);
    if (strcmp(unit, "community") != 0)
        add(out, " in=%s", unit);
    if (c->series[0] != '\0')
        add(out, " series=%s", c->series);
    if (c->part[0] != '\0')
        add(out, " part=%s", c->part);
}

static enum ys_code keep_row(void *context, const struct ys_case *c, struct ys_err *err)
{
    struct stage *const stage = context;
    char day[YS_DATE_TEXT_MAX] = "-";
    if (stage->rows == ROWS_MAX)
        return ys_fail(err, YS_LIMIT, "more rows than a case may have");
    char *const out = stage->row[stage->rows++];
    out[0] = '\0';
    add(out, "%s", c->record == 0 ? "-" : label_of(stage, c->record));
    if (c->item >= 0)
        add(out, "#%" PRId64, c->item);
    add_place(stage, c, out);
    if (c->has_n)
        add(out, " %" PRId64, c->n);
    else
        add(out, " -");
    if (c->has_d)
        add(out, "/%" PRId64, c->d);
    if (c->has_value)
        add(out, " value=%" PRId64, c->value);
    if (c->open)
        add(out, " open");
    if (c->has_day)
        ys_date_print(ys_date_from_days((int32_t)c->day), day);
    add(out, " @%s", day);
    if (c->fact[0] != '\0')
        add(out, " (%s)", c->fact);
    return YS_OK;
}

/* False when they cannot be asked for: a fault may make no SQL. */
static bool look_at(struct stage *stage, struct ys_err *err)
{
    stage->figures = 0;
    stage->rows = 0;
    if (ys_indicators_ask(stage->indicators, &stage->ask, err) != YS_OK ||
        ys_indicators_evaluate_one(stage->indicators, stage->indicator, err) != YS_OK ||
        ys_indicators_results(stage->indicators, stage->indicator->id, NULL, keep_figure, stage,
                              err) != YS_OK ||
        ys_indicators_list(stage->indicators, stage->indicator, NULL, NULL, stage->unit[0].digits,
                           keep_row, stage, err) != YS_OK)
        return false;
    qsort(stage->figure, stage->figures, ROW_MAX, by_text);
    qsort(stage->row, stage->rows, ROW_MAX, by_text);
    return true;
}

static bool look(struct stage *stage)
{
    return look_at(stage, NULL);
}

/* --- is it as wanted? ---------------------------------------------------------------------------- */

static bool has_figure(const struct stage *stage, const char *key, const char *value)
{
    char line[ROW_MAX];
    (void)snprintf(line, sizeof line, "%s=%s", key, value);
    for (size_t i = 0; i < stage->figures; i++)
        if (strcmp(stage->figure[i], line) == 0)
            return true;
    return false;
}

static bool figures_as_wanted(const struct stage *stage)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(json_object_get(stage->told, "figures"), key, value)
    {
        if (!has_figure(stage, key, json_string_value(value)))
            return false;
    }
    return true;
}

static bool rows_as_wanted(const struct stage *stage)
{
    const json_t *const list = json_object_get(stage->told, "list");
    char want[ROWS_MAX][ROW_MAX];
    if (list == NULL)
        return true;
    if (json_array_size(list) != stage->rows)
        return false;
    for (size_t i = 0; i < stage->rows; i++)
        (void)snprintf(want[i], ROW_MAX, "%s", json_string_value(json_array_get(list, i)));
    qsort(want, stage->rows, ROW_MAX, by_text);
    for (size_t i = 0; i < stage->rows; i++)
        if (strcmp(want[i], stage->row[i]) != 0)
            return false;
    return true;
}

static bool as_wanted(const struct stage *stage)
{
    return figures_as_wanted(stage) && rows_as_wanted(stage);
}

static void show(const struct stage *stage)
{
    const char *key = NULL;
    json_t *value = NULL;
    size_t i = 0;
    json_object_foreach(json_object_get(stage->told, "figures"), key, value)
    {
        if (!has_figure(stage, key, json_string_value(value)))
            printf("    wanted %s=%s\n", key, json_string_value(value));
    }
    for (i = 0; i < stage->figures; i++)
        printf("    found  %s\n", stage->figure[i]);
    json_array_foreach(json_object_get(stage->told, "list"), i, value)
    {
        printf("    wanted %s\n", json_string_value(value));
    }
    for (i = 0; i < stage->rows; i++)
        printf("    found  %s\n", stage->row[i]);
}

/* --- lists --------------------------------------------------------------------------------------- */

struct lengths {
    int64_t n, d, values, open;
    bool single; /* no row adds more than one */
};

static enum ys_code measure(void *context, const struct ys_case *c, struct ys_err *err)
{
    struct lengths *const l = context;
    (void)err;
    l->open += c->open;
    if (c->open)
        return YS_OK;
    l->n += c->n != 0;
    l->d += c->d != 0;
    l->values += c->has_value;
    l->single = l->single && c->n >= 0 && c->n <= 1 && c->d >= 0 && c->d <= 1;
    return YS_OK;
}

/* The length of the list behind a figure is the figure. */
static enum ys_code check_length(void *context, const struct ys_result *r, struct ys_err *err)
{
    struct stage *const stage = context;
    struct lengths l = {.single = true};
    const enum ys_figure_kind kind = r->figure->kind;
    if (!r->figure->cases)
        return YS_OK;
    must(ys_indicators_list(stage->indicators, r->indicator, r->figure->code,
                            r->part[0] == '\0' ? NULL : r->part, r->unit, measure, &l, err),
         err, stage->name);
    const bool middle = kind == YS_FIGURE_MEDIAN || kind == YS_FIGURE_MAX;
    if (l.open != r->open || (middle && l.values != r->d) ||
        (!middle && (!l.single || l.n != r->n)) || (kind == YS_FIGURE_RATE && l.d != r->d))
        return ys_fail(err, YS_CORRUPT, "%s %s: the list of %s has another length",
                       r->indicator->id, r->figure->code, r->unit);
    return YS_OK;
}

static bool lengths_fit(struct stage *stage)
{
    struct ys_err err = {0};
    if (ys_indicators_results(stage->indicators, stage->indicator->id, NULL, check_length, stage,
                              &err) == YS_OK)
        return true;
    printf("FAILED %s: %s\n", stage->name, err.msg);
    return false;
}

static int64_t count_of(struct stage *stage, const char *question)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    struct ys_err err = {0};
    must(ys_query_open(stage->indicators->sql, question, &query, &err), &err, question);
    must(ys_query_step(query, &row, &err), &err, question);
    return ys_query_int(query, 0);
}

/* Numbers are integers, and where cases are counted none stands twice in one series and part. */
static bool rows_are_sound(struct stage *stage)
{
    char reals_text[256];
    char twice_text[320];
    const char *const id = stage->indicator->id;
    if (stage->rows == 0)
        return true;
    (void)snprintf(reals_text, sizeof reals_text,
                   "SELECT count(*) FROM \"%s\" WHERE 'real' IN (typeof(n), typeof(d),"
                   " typeof(value), typeof(day))",
                   id);
    (void)snprintf(twice_text, sizeof twice_text,
                   "SELECT (SELECT count(*) FROM \"%s\") - count(*) FROM (SELECT DISTINCT division,"
                   " series, part, record, subject, item, day, fact FROM \"%s\")",
                   id, id);
    const int64_t reals = count_of(stage, reals_text);
    bool cases = true;
    for (size_t i = 0; i < stage->indicator->figure_count; i++)
        cases = cases && stage->indicator->figure[i].cases;
    const int64_t twice = cases ? count_of(stage, twice_text) : 0;
    if (reals != 0 || twice != 0)
        printf("FAILED %s: %" PRId64 " rows are no integers, %" PRId64 " stand there twice\n",
               stage->name, reals, twice);
    return reals == 0 && twice == 0;
}

/* --- a case -------------------------------------------------------------------------------------- */

static int32_t day_of(const json_t *told, const char *field, const char *otherwise)
{
    const json_t *const value = json_object_get(told, field);
    uint32_t day = 0;
    struct ys_err err = {0};
    must(ys_date_parse(
             ys_bytes_of_text(json_is_string(value) ? json_string_value(value) : otherwise), &day),
         &err, field);
    return ys_date_days(day);
}

static void put_units(struct stage *stage)
{
    static const char *const names[] = {"district", "street", "other_street", "community",
                                        "neighbour"};
    const json_t *const units = json_object_get(stage->told, "units");
    json_t *const usual = json_pack("[sss]", "district", "street", "community");
    const json_t *const asked = units == NULL ? usual : units;
    for (size_t i = 0; i < json_array_size(asked) && i < UNITS_MAX; i++)
        for (unsigned role = 0; role < CAST_ROLES; role++)
            if (strcmp(names[role], json_string_value(json_array_get(asked, i))) == 0)
                stage->unit[stage->ask.unit_count++] = stage->tale.cast.unit[role].origin.division;
    stage->ask.unit = stage->unit;
    json_decref(usual);
}

/* What comes with the contents of attachments, and no tale tells. */
static void put_held(struct stage *stage)
{
    struct ys_err err = {0};
    size_t i = 0;
    json_t *value = NULL;
    json_array_foreach(json_object_get(stage->told, "held"), i, value)
    {
        YS_QUERY_SCOPED query = NULL;
        struct ys_hash hash;
        size_t size = 0;
        must(ys_base64_decode(ys_bytes_of_text(json_string_value(value)), hash.bytes,
                              sizeof hash.bytes, &size),
             &err, "held");
        must(ys_query_open(ys_rules_sql(stage->rules), "INSERT INTO node_attachment VALUES (?)",
                           &query, &err),
             &err, "held");
        ys_query_set_blob(query, 1, (struct ys_bytes){hash.bytes, size});
        must(ys_query_run(query, &err), &err, "held");
    }
}

static void open_stage(struct stage *stage, const char *id, const json_t *told, unsigned nth)
{
    char name[128];
    char path[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    stage->name = json_string_value(json_object_get(told, "name"));
    stage->told = told;
    (void)snprintf(name, sizeof name, "indicators-%s-%u", id, nth);
    tale_open(&stage->tale, name, told);
    folder_path(&stage->tale.cast.folder, "model.db", path);
    must(ys_model_open(path, stage->tale.cast.store, &stage->model, &err), &err, path);
    const struct ys_fold_options options = {.store = stage->tale.cast.store,
                                            .member = stage->tale.member};
    stage->ask.from_day = day_of(told, "from", "2026-01-01");
    stage->ask.until_day = day_of(told, "until", "2027-01-01");
    stage->ask.as_of_day = day_of(told, "as_of", "2026-12-31");
    must(ys_model_catch_up(stage->model, &options, &err), &err, path);
    must(ys_rules_open(stage->model, &stage->rules, &err), &err, stage->name);
    must(ys_rules_catch_up(stage->rules, ys_date_from_days(stage->ask.as_of_day), &err), &err,
         stage->name);
    put_held(stage);
    must(ys_indicators_open(stage->rules, &stage->indicators, &err), &err, stage->name);
    stage->indicator = ys_indicators_find(stage->indicators, id);
    if (stage->indicator == NULL) {
        printf("FAILED: there is no indicator %s\n", id);
        exit(1);
    }
    put_units(stage);
}

static void close_stage(struct stage *stage)
{
    ys_indicators_close(stage->indicators);
    ys_rules_close(stage->rules);
    ys_model_close(stage->model);
    tale_close(&stage->tale);
    free(stage);
}

/* --- faults -------------------------------------------------------------------------------------- */

static char *view_text(struct stage *stage, const char *name)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    struct ys_err err = {0};
    must(ys_query_open(stage->indicators->sql,
                       "SELECT sql FROM sqlite_temp_schema WHERE type = 'view' AND name = ?",
                       &query, &err),
         &err, name);
    ys_query_set_text(query, 1, ys_bytes_of_text(name));
    must(ys_query_step(query, &row, &err), &err, name);
    if (!row)
        return NULL;
    /* SQLite keeps "CREATE VIEW ...": without the word it would go into the file. */
    char *const text = malloc(MUTANT_TEXT_MAX);
    char kept[MUTANT_TEXT_MAX];
    (void)ys_query_copy(query, 0, kept, sizeof kept);
    const char *const at = strstr(kept, "VIEW");
    if (text == NULL || at == NULL || strstr(kept, " AS\n") == NULL) {
        fprintf(stderr, "test_indicators: %s: no \"AS\" at the end of its first line\n", name);
        exit(1);
    }
    (void)snprintf(text, MUTANT_TEXT_MAX, "CREATE TEMP %s", at);
    return text;
}

static bool replace_view(struct stage *stage, const char *name, const char *text)
{
    char drop[256];
    struct ys_err err = {0};
    (void)snprintf(drop, sizeof drop, "DROP VIEW temp.\"%s\"", name);
    must(ys_sql_run(stage->indicators->sql, drop, &err), &err, drop);
    return ys_sql_run(stage->indicators->sql, text, NULL) == YS_OK;
}

/* The cases of an indicator. */
struct rehearsal {
    struct stage *const *stages;
    size_t count;
};

/* Does any case notice? Leaves the views as they were. */
static bool noticed(void *context, const char *name, const char *good, const char *bad)
{
    const struct rehearsal *const rehearsal = context;
    struct stage *const *const stages = rehearsal->stages;
    bool seen = false;
    for (size_t i = 0; i < rehearsal->count && !seen; i++) {
        const bool made = replace_view(stages[i], name, bad);
        seen = !made || !look(stages[i]) || !as_wanted(stages[i]);
        if (made ? !replace_view(stages[i], name, good)
                 : ys_sql_run(stages[i]->indicators->sql, good, NULL) != YS_OK)
            exit(1);
    }
    return seen;
}

static unsigned plant_faults(struct stage *const *stages, size_t count, const char *name)
{
    struct rehearsal rehearsal = {.stages = stages, .count = count};
    char *const text = view_text(stages[0], name);
    const unsigned survivors = text == NULL ? 0 : mutant_plant(name, text, noticed, &rehearsal);
    free(text);
    return survivors;
}

/* Views that several indicators ask: a fault is noticed when any case of any of them does. Those that are
 * copies of the rules' views have their own test. */
struct helper {
    char name[64];
    char *text;
    size_t planted;
    bool noticed[PLANTED_MAX];
};

static size_t find_helpers(struct stage *stage, struct helper *helper)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    size_t count = 0;
    struct ys_err err = {0};
    must(ys_query_open(stage->indicators->sql,
                       "SELECT name FROM sqlite_temp_schema WHERE type = 'view' AND"
                       " replace(name, 'unit ', '') NOT IN (SELECT id FROM indicator)"
                       " AND name NOT IN (SELECT name FROM main.sqlite_schema)",
                       &query, &err),
         &err, "helpers");
    for (;;) {
        must(ys_query_step(query, &row, &err), &err, "helpers");
        if (!row)
            return count;
        if (count == HELPERS_MAX)
            exit(1);
        (void)ys_query_copy(query, 0, helper[count].name, sizeof helper[count].name);
        helper[count].text = view_text(stage, helper[count].name);
        count++;
    }
}

static void plant_in_helpers(struct stage *const *stages, size_t stage_count, struct helper *helper,
                             size_t *count)
{
    static char bad[MUTANT_TEXT_MAX];
    char what[MUTANT_WHAT_MAX];
    struct rehearsal rehearsal = {.stages = stages, .count = stage_count};
    if (*count == 0)
        *count = find_helpers(stages[0], helper);
    for (size_t i = 0; i < *count; i++) {
        size_t n = 0;
        for (; mutant_make(helper[i].text, n, bad, what) != 0; n++) {
            if (n == PLANTED_MAX)
                exit(1);
            if (!helper[i].noticed[n])
                helper[i].noticed[n] = noticed(&rehearsal, helper[i].name, helper[i].text, bad);
        }
        helper[i].planted = n;
    }
}

static unsigned tell_helpers(struct helper *helper, size_t count)
{
    char bad[MUTANT_TEXT_MAX];
    char what[MUTANT_WHAT_MAX];
    unsigned survivors = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t n = 0; n < helper[i].planted; n++) {
            if (helper[i].noticed[n])
                continue;
            (void)mutant_make(helper[i].text, n, bad, what);
            printf("NOT NOTICED %s: %s\n", helper[i].name, what);
            survivors++;
        }
        printf("%s: %zu faults planted\n", helper[i].name, helper[i].planted);
        free(helper[i].text);
    }
    return survivors;
}

/* --- an indicator -------------------------------------------------------------------------------- */

static struct helper helpers[HELPERS_MAX];
static size_t helper_count;

/* A scorecard may be made of every indicator but those of the annex: node/model counts them by itself. */
static bool grading_fits(struct stage *stage, const char *id)
{
    char text[64];
    struct ys_grading grading;
    const struct ys_indicator *const indicator = ys_indicators_find(stage->indicators, id);
    (void)snprintf(text, sizeof text, "%s=1:0..100", id);
    const bool taken =
        ys_grading_parse(ys_bytes_of_text(text), "scorecard", &grading, NULL) == YS_OK;
    if (indicator == NULL || taken == indicator->annex)
        printf("FAILED %s: a scorecard %s it\n", id, taken ? "takes" : "refuses");
    return indicator != NULL && taken != indicator->annex;
}

static unsigned open_cases(const char *id, const json_t *cases, size_t count, struct stage **stages)
{
    unsigned failures = 0;
    for (size_t i = 0; i < count; i++) {
        stages[i] = calloc(1, sizeof *stages[i]);
        if (stages[i] == NULL)
            exit(1);
        open_stage(stages[i], id, json_array_get(cases, i), (unsigned)i);
        struct ys_err err = {0};
        if (!look_at(stages[i], &err) || !as_wanted(stages[i])) {
            printf("FAILED %s: %s: %s\n", id, stages[i]->name, err.msg);
            show(stages[i]);
            failures++;
        } else if (!lengths_fit(stages[i]) || !rows_are_sound(stages[i]))
            failures++;
    }
    return failures;
}

/* Failures of one file. */
static unsigned test_file(const char *path, bool mutate, bool with_helpers)
{
    struct stage *stages[CASES_MAX] = {NULL};
    json_error_t error;
    json_t *const file = json_load_file(path, 0, &error);
    if (file == NULL) {
        printf("FAILED %s: line %d: %s\n", path, error.line, error.text);
        return 1;
    }
    const char *const id = json_string_value(json_object_get(file, "indicator"));
    const json_t *const cases = json_object_get(file, "cases");
    const size_t count = json_array_size(cases);
    char derived[64];
    if (count == 0 || count > CASES_MAX)
        exit(1);
    (void)snprintf(derived, sizeof derived, "unit %s", id);
    unsigned failures = open_cases(id, cases, count, stages);
    failures += grading_fits(stages[0], id) ? 0 : 1;
    if (mutate && failures == 0) {
        failures += plant_faults(stages, count, id);
        failures += plant_faults(stages, count, derived);
        if (with_helpers)
            plant_in_helpers(stages, count, helpers, &helper_count);
    }
    for (size_t i = 0; i < count; i++)
        close_stage(stages[i]);
    json_decref(file);
    return failures;
}

int main(int argc, char **argv)
{
    const bool mutate = argc > 1 && strcmp(argv[1], "--mutate") == 0;
    const char *const only = argc > (mutate ? 2 : 1) ? argv[argc - 1] : NULL;
    struct case_files files;
    unsigned failures = 0, tested = 0;
    if (sodium_init() < 0)
        return 1;
    case_files_list(YS_INDICATOR_CASES_DIR, &files);
    for (size_t i = 0; i < files.count; i++) {
        char path[CASE_PATH_MAX];
        case_files_path(&files, i, path);
        if (only == NULL || strncmp(only, files.name[i], strlen(only)) == 0) {
            failures += test_file(path, mutate, only == NULL);
            tested++;
        }
    }
    if (tested == 0) { /* also of a misspelt name nobody may read that it is good */
        fprintf(stderr, "no cases of %s in %s\n", only == NULL ? "anything" : only,
                YS_INDICATOR_CASES_DIR);
        failures++;
    }
    failures += tell_helpers(helpers, helper_count);
    printf("%u indicators with cases, %u failures\n", tested, failures);
    case_files_clear(&files);
    return failures == 0 ? 0 : 1;
}
