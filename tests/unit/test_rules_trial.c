/* What the rules say of a record that is only tried is what they say once it is published: each record of the
 * cases of rules/ against which something is found, and the last one of each, is tried before it is appended.
 *
 *   test_rules_trial         rules that can refuse, each by its own cases
 *   test_rules_trial --all   the cases of all rules, and of each record the rows of all rules
 *
 * Which rules a trial asks is not looked at: whatever would be refused or, of a rule that it asks, flagged must
 * be the same. And every rule that can refuse must have refused in a trial. */
#include "node/model/trial.h"
#include "node/rules/rules_state.h"
#include "proto/moment.h"
#include "tests/support/case_files.h"
#include "tests/support/tale.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 64, ROW_MAX = 400 };

struct rows {
    size_t count;
    char row[ROWS_MAX][ROW_MAX];
};

struct stage {
    struct tale tale;
    struct ys_model *model;
    struct ys_rules *rules;
    uint32_t today;
    bool all;                /* rows of all rules */
    struct ys_rule_run *run; /* else of this one */
    bool wanted;             /* the next record is to be tried */
    bool tried;              /* it was */
    int64_t number;          /* of the record */
    unsigned signers;        /* whose lines it was tried with */
    struct rows trial, full;
    size_t refused; /* rows that refuse, in trials */
};

static void must(enum ys_code code, const struct ys_err *err, const char *what)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "test_rules_trial: %s: %s\n", what, err->msg);
    exit(1);
}

/* --- rows ---------------------------------------------------------------------------------------- */

/* Rows about one record. Of rules that only flag, those that a trial asks; it does not ask whether something
 * fell due. */
static void look(struct stage *stage, struct rows *out)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    struct ys_err err = {0};
    out->count = 0;
    must(ys_query_open(stage->rules->sql,
                       "SELECT rule, severity, json_array(rule, severity, subject, unit, division,"
                       " record, other, code, anchor_day, since_day, until_day, fact) FROM finding"
                       " WHERE record = ?1 AND (?2 IS NULL OR rule = ?2) ORDER BY 3",
                       &query, &err),
         &err, "rows");
    ys_query_set_int(query, 1, stage->number);
    if (stage->all)
        ys_query_set_null(query, 2);
    else
        ys_query_set_text(query, 2, ys_bytes_of_text(stage->run->rule.view));
    for (must(ys_query_step(query, &row, &err), &err, "rows"); row;
         must(ys_query_step(query, &row, &err), &err, "rows")) {
        const struct ys_rule_run *run = NULL;
        for (size_t i = 0; i < stage->rules->count; i++)
            if (ys_bytes_is_text(ys_query_text(query, 0), stage->rules->run[i].rule.view))
                run = &stage->rules->run[i];
        if (run == NULL || out->count == ROWS_MAX)
            exit(1);
        if (!ys_bytes_is_text(ys_query_text(query, 1), "E") &&
            (!ys_rule_is_tried(run) || run->is_duty))
            continue;
        (void)ys_query_copy(query, 2, out->row[out->count++], ROW_MAX);
    }
}

static size_t count_refusals(const struct rows *rows, const char *view)
{
    char begin[64];
    size_t count = 0;
    const int size = snprintf(begin, sizeof begin, "[\"%s\",\"E\"", view);
    for (size_t i = 0; i < rows->count; i++)
        count += strncmp(rows->row[i], begin, (size_t)size) == 0;
    return count;
}

static bool agree(const struct rows *a, const struct rows *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->row[i], b->row[i]) != 0)
            return false;
    return true;
}

static void show(const char *what, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        printf("    %s %s\n", what, rows->row[i]);
}

/* --- a record ------------------------------------------------------------------------------------ */

static void catch_up(struct stage *stage)
{
    const struct ys_fold_options options = {.store = stage->tale.cast.store,
                                            .member = stage->tale.member};
    struct ys_err err = {0};
    tale_settle(&stage->tale);
    must(ys_model_catch_up(stage->model, &options, &err), &err, "model");
}

static unsigned classes_of(const struct ys_note *note)
{
    unsigned classes = 0;
    for (unsigned i = 0; i < note->line_count; i++) {
        struct ys_name name;
        if (ys_name_parse(note->line[i].name, &name, NULL) == YS_OK)
            classes |=
                name.kind == YS_NAME_ROOT ? (unsigned)YS_BODY_ROOT : ys_body_class(name.body);
    }
    return classes;
}

/* A unit's own node has its log before it holds anything. */
static void add_log(struct cast *cast, enum cast_role role)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    struct ys_err err = {0};
    must(ys_store_begin(cast->store, true, &txn, &err), &err, "store");
    if (ys_log_find(txn, cast->unit[role].log, &log, &err) == YS_OK)
        return;
    must(ys_log_add(txn, &cast->unit[role].origin, &log, &err), &err, "log");
    must(ys_txn_commit(&txn, &err), &err, "store");
}

static void on_record(void *context, enum cast_role role, const struct scribe_record *record)
{
    struct stage *const stage = context;
    const struct ys_fold_options options = {.store = stage->tale.cast.store,
                                            .member = stage->tale.member};
    struct ys_trial_record tried = {.body = {record->body, record->body_size}};
    const struct ys_trial trial = {
        .origin = stage->tale.cast.unit[role].log, .count = 1, .record = &tried};
    struct ys_note note;
    struct ys_err err = {0};
    bool found = false;
    if (!stage->wanted)
        return;
    add_log(&stage->tale.cast, role);
    must(ys_note_parse((struct ys_bytes){record->note, record->note_size}, &note, &err), &err,
         "note");
    tried.text = note.text;
    tried.signers = classes_of(&note);
    stage->signers = tried.signers;
    must(ys_trial_begin(stage->model, &options, &trial, &stage->number, &err), &err, "trial");
    must(ys_rules_try(stage->rules, stage->today, stage->number, 1, &found, &err), &err, "rules");
    look(stage, &stage->trial);
    if (!found && stage->trial.count > 0) {
        printf("FAILED: nothing was told to be found\n");
        exit(1);
    }
    ys_trial_end(stage->model);
    stage->tried = true;
}

/* Does the published record count, signed as it was tried? Forged ones, and such as others signed, do not. */
static bool is_as_tried(struct stage *stage)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    struct ys_err err = {0};
    must(ys_query_open(stage->rules->sql, "SELECT verdict = 'ok', signers FROM record WHERE no = ?",
                       &query, &err),
         &err, "record");
    ys_query_set_int(query, 1, stage->number);
    must(ys_query_step(query, &row, &err), &err, "record");
    return row && ys_query_int(query, 0) == 1 && ys_query_int(query, 1) == stage->signers;
}

static bool compare(struct stage *stage)
{
    struct ys_err err = {0};
    stage->refused += count_refusals(&stage->trial, stage->run->rule.view);
    catch_up(stage);
    if (!is_as_tried(stage))
        return true;
    must(stage->all ? ys_rules_apply_all(stage->rules, stage->today, &err)
                    : ys_rules_apply_one(stage->rules, stage->run, &err),
         &err, "rules");
    look(stage, &stage->full);
    return agree(&stage->trial, &stage->full);
}

/* --- a case -------------------------------------------------------------------------------------- */

static bool is_found(const json_t *told, const json_t *record)
{
    const char *const label = json_string_value(json_object_get(record, "as"));
    const json_t *const finds = json_object_get(told, "finds");
    for (size_t i = 0; label != NULL && i < json_array_size(finds); i++) {
        const char *const named =
            json_string_value(json_object_get(json_array_get(finds, i), "record"));
        if (named != NULL && strcmp(named, label) == 0)
            return true;
    }
    return false;
}

static void open_stage(struct stage *stage, const char *id, const json_t *told, unsigned nth)
{
    char name[128];
    char path[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    const char *const day = json_string_value(json_object_get(told, "today"));
    must(ys_date_parse(ys_bytes_of_text(day == NULL ? "2026-12-31" : day), &stage->today), &err,
         "today");
    (void)snprintf(name, sizeof name, "trial-%s-%u", id, nth);
    tale_begin(&stage->tale, name, told);
    tale_settle(&stage->tale);
    stage->tale.hear = on_record;
    stage->tale.context = stage;
    folder_path(&stage->tale.cast.folder, "model.db", path);
    must(ys_model_open(path, stage->tale.cast.store, &stage->model, &err), &err, path);
    must(ys_rules_open(stage->model, &stage->rules, &err), &err, path);
    for (size_t i = 0; i < stage->rules->count; i++)
        if (strcmp(stage->rules->run[i].rule.view, id) == 0)
            stage->run = &stage->rules->run[i];
    if (stage->run == NULL)
        exit(1);
}

/* Parameters are loaded, and the years known, when a rule is applied alone. */
static void catch_up_rules(struct stage *stage)
{
    struct ys_err err = {0};
    must(ys_rules_catch_up(stage->rules, stage->today, &err), &err, "rules");
}

static unsigned test_case(const char *id, const json_t *told, unsigned nth, bool all,
                          size_t *refused)
{
    const json_t *const records = json_object_get(told, "records");
    struct stage *const stage = calloc(1, sizeof *stage);
    unsigned failures = 0;
    if (stage == NULL)
        exit(1);
    stage->all = all;
    open_stage(stage, id, told, nth);
    catch_up_rules(stage);
    for (size_t i = 0; i < json_array_size(records); i++) {
        const json_t *const record = json_array_get(records, i);
        stage->tried = false;
        stage->wanted = i + 1 == json_array_size(records) || is_found(told, record);
        if (stage->wanted)
            catch_up(stage);
        tale_tell(&stage->tale, record);
        if (stage->tried && !compare(stage)) {
            printf("FAILED %s: %s: record %zu is judged otherwise when it is tried\n", id,
                   json_string_value(json_object_get(told, "name")), i + 1);
            show("tried    ", &stage->trial);
            show("published", &stage->full);
            failures++;
        }
    }
    *refused += stage->refused;
    ys_rules_close(stage->rules);
    ys_model_close(stage->model);
    tale_close(&stage->tale);
    free(stage);
    return failures;
}

/* --- a rule -------------------------------------------------------------------------------------- */

/* Of the catalogue: can it refuse? */
static bool can_refuse(const struct ys_rules *rules, const char *id)
{
    size_t count = 0;
    const struct ys_rule *const rule = ys_rules_catalogue(rules, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rule[i].view, id) == 0)
            return strchr(rule[i].severity, 'E') != NULL;
    exit(1);
}

static unsigned test_file(const char *path, const char *id, const struct ys_rules *rules, bool all)
{
    unsigned failures = 0;
    size_t refused = 0;
    json_error_t error;
    const bool refuses = can_refuse(rules, id);
    if (!all && !refuses)
        return 0;
    json_t *const file = json_load_file(path, 0, &error);
    const json_t *const cases = json_object_get(file, "cases");
    for (size_t i = 0; i < json_array_size(cases); i++)
        failures += test_case(id, json_array_get(cases, i), (unsigned)i, all, &refused);
    json_decref(file);
    if (refuses && refused == 0) {
        printf("FAILED %s: it refused nothing that was tried\n", id);
        failures++;
    }
    return failures;
}

int main(int argc, char **argv)
{
    const bool all = argc > 1 && strcmp(argv[1], "--all") == 0;
    const char *const only = argc > 1 && !all ? argv[1] : NULL;
    struct case_files files;
    struct ys_model *model = NULL;
    struct ys_rules *rules = NULL;
    struct ys_err err = {0};
    unsigned failures = 0;
    if (sodium_init() < 0)
        return 1;
    must(ys_model_open(":memory:", NULL, &model, &err), &err, "model");
    must(ys_rules_open(model, &rules, &err), &err, "rules");
    case_files_list(YS_RULE_CASES_DIR, &files);
    for (size_t i = 0; i < files.count; i++) {
        char path[CASE_PATH_MAX];
        case_files_path(&files, i, path);
        if (only == NULL || strcmp(only, files.name[i]) == 0)
            failures += test_file(path, files.name[i], rules, all);
    }
    case_files_clear(&files);
    ys_rules_close(rules);
    ys_model_close(model);
    printf("%u failures\n", failures);
    return failures == 0 ? 0 : 1;
}
