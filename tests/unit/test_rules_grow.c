/* Findings and duties that were kept up record by record are those that all records give at once.
 *
 *   test_rules_grow [RULE]   the cases of test_rules, each record followed by a look at what it touched */
#include "node/model/model.h"
#include "node/rules/rules.h"
#include "sync/verdict.h"
#include "tests/support/tale.h"

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TODAY = 20261231, ROWS_MAX = 64 * 1024 };

static void must(enum ys_code code, const struct ys_err *err, const char *what)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "test_rules_grow: %s: %s\n", what, err->msg);
    exit(1);
}

static void print_rows(struct ys_rules *rules, char out[ROWS_MAX])
{
    static const char *const questions[] = {"SELECT * FROM finding ORDER BY 1, 2, 3, 4, 5, 6, 7,"
                                            " 8, 9, 10, 11, 12",
                                            "SELECT * FROM duty ORDER BY 1, 2, 3, 4, 5, 6, 7"};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < 2; i++) {
        YS_QUERY_SCOPED query = NULL;
        struct ys_err err = {0};
        bool row = true;
        must(ys_query_open(ys_rules_sql(rules), questions[i], &query, &err), &err, questions[i]);
        for (;;) {
            must(ys_query_step(query, &row, &err), &err, questions[i]);
            if (!row)
                break;
            for (int at = 0; at < ys_query_columns(query); at++) {
                const struct ys_bytes text = ys_query_text(query, at);
                used += (size_t)snprintf(out + used, ROWS_MAX - used, "%.*s|", (int)text.size,
                                         text.size == 0 ? "" : (const char *)text.data);
            }
            used += (size_t)snprintf(out + used, ROWS_MAX - used, "\n");
            if (used >= ROWS_MAX)
                exit(1);
        }
    }
}

/* As the daemon does: every record gets its verdict, so that no more is folded again than has another. */
static void judge(struct tale *tale)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    struct ys_err err = {0};
    must(ys_store_begin(tale->cast.store, true, &txn, &err), &err, "judge");
    for (uint32_t id = 0; ys_log_next(txn, id, &log, &err) == YS_OK; id = log.id + 1)
        for (uint64_t i = 0; i < log.frontier.size; i++) {
            struct ys_entry entry;
            enum ys_verdict before = YS_VERDICT_UNCHECKED;
            must(ys_log_entry(txn, log.id, i, &entry, &err), &err, log.origin_text);
            must(ys_status_get(txn, log.id, i, &before, &err), &err, log.origin_text);
            const uint8_t verdict = (uint8_t)ys_judge(tale->member, &log.origin, i, &entry, NULL);
            if (verdict != (uint8_t)before)
                must(ys_status_set(txn, log.id, i, &verdict, 1, &err), &err, log.origin_text);
        }
    must(ys_txn_commit(&txn, &err), &err, "judge");
}

/* Step by step, and then all again. */
static bool grows_true(const char *name, const json_t *told)
{
    static char grown[ROWS_MAX];
    static char whole[ROWS_MAX];
    char path[FOLDER_PATH_MAX];
    struct tale tale;
    struct ys_model *model = NULL;
    struct ys_rules *rules = NULL;
    struct ys_err err = {0};
    const json_t *const records = json_object_get(told, "records");
    tale_begin(&tale, name);
    judge(&tale);
    folder_path(&tale.cast.folder, "model.db", path);
    const struct ys_fold_options options = {.store = tale.cast.store, .member = tale.member};
    must(ys_model_open(path, tale.cast.store, &model, &err), &err, path);
    must(ys_model_catch_up(model, &options, &err), &err, path);
    must(ys_rules_open(model, &rules, &err), &err, name);
    must(ys_rules_catch_up(rules, TODAY, &err), &err, name);
    for (size_t i = 0; i < json_array_size(records); i++) {
        tale_tell(&tale, json_array_get(records, i));
        tale_know(&tale);
        judge(&tale);
        must(ys_model_catch_up(model, &options, &err), &err, path);
        must(ys_rules_catch_up(rules, TODAY, &err), &err, name);
    }
    print_rows(rules, grown);
    must(ys_rules_apply_all(rules, TODAY, &err), &err, name);
    print_rows(rules, whole);
    ys_rules_close(rules);
    ys_model_close(model);
    tale_close(&tale);
    if (strcmp(grown, whole) == 0)
        return true;
    printf("grown:\n%sat once:\n%s", grown, whole);
    return false;
}

static unsigned test_file(const char *file)
{
    char path[1024];
    unsigned failures = 0;
    json_error_t error;
    (void)snprintf(path, sizeof path, YS_RULE_CASES_DIR "/%s", file);
    json_t *const all = json_load_file(path, 0, &error);
    const json_t *const cases = json_object_get(all, "cases");
    for (size_t i = 0; i < json_array_size(cases); i++) {
        char name[256];
        (void)snprintf(name, sizeof name, "grow-%s-%zu", file, i);
        if (grows_true(name, json_array_get(cases, i)))
            continue;
        printf("FAILED %s: case %zu\n", file, i);
        failures++;
    }
    json_decref(all);
    return failures;
}

int main(int argc, char **argv)
{
    unsigned files = 0;
    unsigned failures = 0;
    if (sodium_init() < 0)
        return 1;
    DIR *const folder = opendir(YS_RULE_CASES_DIR);
    if (folder == NULL)
        return 1;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strstr(entry->d_name, ".json") == NULL ||
            (argc > 1 && strncmp(entry->d_name, argv[1], strlen(argv[1])) != 0))
            continue;
        files++;
        failures += test_file(entry->d_name);
    }
    closedir(folder);
    printf("%u rules with cases, %u failures\n", files, failures);
    return failures == 0 && files > 0 ? 0 : 1;
}
