/* Findings and duties that follow the records, a few at a time and in any order, are those that all rules
 * give from nothing: over generated years, and over random mixtures of the cases of rules/. */
#include "node/rules/rules.h"
#include "tests/support/arrival.h"
#include "tests/support/case_files.h"
#include "tests/support/model_dump.h"
#include "tests/support/tale.h"
#include "tests/support/year.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_BYTES = 256 << 20, ORDERS = 3, MIXTURES = 8, MIXED = 4 };
static const char *const tables[] = {"duty", "finding", NULL};

/* A node that follows. */
struct follower {
    struct arrival arrival;
    struct ys_model *model;
    struct ys_rules *rules;
};

static void ok(enum ys_code code, const struct ys_err *err)
{
    if (code != YS_OK)
        fail_msg("%s: %s", ys_code_name(code), err->msg);
}

static void open_follower(struct follower *f, const struct ys_store *source,
                          const struct ys_root *root, struct rng *rng)
{
    char path[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    arrival_open(&f->arrival, source, root, rng);
    folder_path(&f->arrival.folder, "model.db", path);
    ok(ys_model_open(path, f->arrival.store, &f->model, &err), &err);
    ok(ys_rules_open(f->model, &f->rules, &err), &err);
}

static void close_follower(struct follower *f)
{
    ys_rules_close(f->rules);
    ys_model_close(f->model);
    arrival_close(&f->arrival);
}

static void follow(struct follower *f, uint32_t today)
{
    const struct ys_fold_options options = {.store = f->arrival.store, .member = f->arrival.member};
    struct ys_err err = {0};
    ok(ys_model_catch_up(f->model, &options, &err), &err);
    ok(ys_rules_catch_up(f->rules, today, &err), &err);
}

/* What was kept up to here is what there would be from nothing. */
static void compare(struct follower *f, uint32_t today, const char *when)
{
    struct ys_err err = {0};
    char *const followed = model_dump_of(f->model, tables);
    ok(ys_rules_apply_all(f->rules, today, &err), &err);
    char *const anew = model_dump_of(f->model, tables);
    if (!model_dumps_equal(anew, followed))
        fail_msg("%s: what was followed is not what there is from nothing", when);
    free(followed);
    free(anew);
}

/* All of it in one of many orders; what findings and duties say in the end. */
static char *arrive(const struct ys_store *source, const struct ys_root *root, struct rng *rng,
                    uint64_t run)
{
    struct follower f;
    uint32_t today = 20260301;
    unsigned turn = 0;
    open_follower(&f, source, root, rng);
    while (arrival_step(&f.arrival, run)) {
        const uint64_t dice = rng_below(rng, 10);
        if (dice == 0)
            arrival_doubt(&f.arrival, 60);
        if (dice <= 2)
            arrival_learn(&f.arrival);
        if (dice == 3)
            today = 20270301; /* from then on, there is another year */
        if (dice < 8)
            follow(&f, today);
        if (dice < 8 && turn++ % 4 == 3)
            compare(&f, today, "on the way");
    }
    arrival_learn(&f.arrival);
    follow(&f, 20270301);
    compare(&f, 20270301, "at the end");
    char *const dump = model_dump_of(f.model, tables);
    close_follower(&f);
    return dump;
}

static void arrive_in_orders(const struct ys_store *source, const struct ys_root *root,
                             struct rng *rng, uint64_t run)
{
    char *const first = arrive(source, root, rng, run);
    assert_true(strlen(first) > 0);
    for (unsigned i = 1; i < ORDERS; i++) {
        char *const other = arrive(source, root, rng, run);
        if (!model_dumps_equal(first, other))
            fail_msg("order %u gives other findings", i);
        free(other);
    }
    free(first);
}

static void a_year_that_arrives_in_any_order_gives_the_same_findings(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    struct year *const year = year_new(&(struct year_options){
        .seed = rng_next(&rng), .streets = 2, .communities = 3, .matters = 3, .year = 2026});
    struct folder folder;
    struct ys_identity identity;
    struct ys_store *store = NULL;
    struct ys_err err = {0};
    folder_make(&folder);
    year_identity(year, 0, &identity);
    ok(ys_store_create(folder.path, &identity, &err), &err);
    ok(ys_store_open(folder.path, MAP_BYTES, &store, &err), &err);
    assert_true(year_fill(year, 0, store) > 200);

    arrive_in_orders(store, year_root(year), &rng, 40);

    ys_store_close(store);
    folder_remove(&folder);
    year_free(year);
}

/* --- random tales -------------------------------------------------------------------------------- */

/* All cases of all files, in one array. */
static json_t *all_cases(void)
{
    json_t *const out = json_array();
    struct case_files files;
    case_files_list(YS_RULE_CASES_DIR, &files);
    for (size_t i = 0; i < files.count; i++) {
        char path[CASE_PATH_MAX];
        case_files_path(&files, i, path);
        json_t *const file = json_load_file(path, 0, NULL);
        assert_non_null(file);
        json_array_extend(out, json_object_get(file, "cases"));
        json_decref(file);
    }
    case_files_clear(&files);
    return out;
}

static json_t *renamed(const json_t *label, unsigned part)
{
    char name[TALE_LABEL_MAX];
    (void)snprintf(name, sizeof name, "%u.%.20s", part, json_string_value(label));
    return json_string(name);
}

/* The labels of one case stay its own: those that it gives, and those to which it refers. */
static void rename_labels(json_t *record, unsigned part)
{
    const char *rel = NULL;
    json_t *to = NULL;
    json_t *const what = json_object_get(record, "receipts") != NULL
                             ? json_object_get(record, "receipts")
                             : json_object_get(record, "head");
    if (json_object_get(record, "as") != NULL)
        json_object_set_new(record, "as", renamed(json_object_get(record, "as"), part));
    if (json_object_get(what, "upto") != NULL)
        json_object_set_new(what, "upto", renamed(json_object_get(what, "upto"), part));
    json_object_foreach(json_object_get(record, "refs"), rel, to)
    {
        for (size_t i = 0; i < json_array_size(to); i++)
            json_array_set_new(to, i, renamed(json_array_get(to, i), part));
        if (json_is_string(to))
            json_object_set_new(json_object_get(record, "refs"), rel, renamed(to, part));
    }
}

/* Several cases told one into the other, so that their matters are the same. */
static json_t *mix(const json_t *cases, struct rng *rng)
{
    json_t *part[MIXED];
    size_t told[MIXED] = {0};
    json_t *const records = json_array();
    for (unsigned i = 0; i < MIXED; i++)
        part[i] = json_object_get(
            json_array_get(cases, (size_t)rng_below(rng, json_array_size(cases))), "records");
    for (unsigned left = MIXED; left > 0;) {
        const unsigned i = (unsigned)rng_below(rng, MIXED);
        if (told[i] > json_array_size(part[i]))
            continue;
        if (told[i] == json_array_size(part[i]) || json_array_size(records) == TALE_RECORDS_MAX) {
            told[i] = SIZE_MAX;
            left--;
            continue;
        }
        json_t *const record = json_deep_copy(json_array_get(part[i], told[i]++));
        rename_labels(record, i);
        json_array_append_new(records, record);
    }
    return json_pack("{s:o}", "records", records);
}

static void mixed_tales_that_arrive_in_any_order_give_the_same_findings(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    json_t *const cases = all_cases();
    for (unsigned i = 0; i < MIXTURES; i++) {
        struct tale *const tale = calloc(1, sizeof *tale);
        json_t *const told = mix(cases, &rng);
        assert_non_null(tale);
        tale_open(tale, __func__, told);

        arrive_in_orders(tale->cast.store, &tale->cast.root, &rng, 6);

        tale_close(tale);
        json_decref(told);
        free(tale);
    }
    json_decref(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_that_arrives_in_any_order_gives_the_same_findings),
        cmocka_unit_test(mixed_tales_that_arrive_in_any_order_give_the_same_findings),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
