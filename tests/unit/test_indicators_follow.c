/* What the indicators give of a generated year: the same in whatever order it arrives, asked for one unit or for
 * many, and as many cases behind each figure as it says. */
#include "node/indicators/indicators.h"
#include "proto/moment.h"
#include "tests/support/arrival.h"
#include "tests/support/year.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_BYTES = 256 << 20, ORDERS = 3, UNITS_MAX = 32 };
static const uint32_t today = 20261231;

/* A node to which the year has come. */
struct reader {
    struct arrival arrival;
    struct ys_model *model;
    struct ys_rules *rules;
    struct ys_indicators *indicators;
    struct ys_division unit[UNITS_MAX];
    struct ys_ask ask;
};

static void ok(enum ys_code code, const struct ys_err *err)
{
    if (code != YS_OK)
        fail_msg("%s: %s", ys_code_name(code), err->msg);
}

static void arrive(struct reader *r, const struct ys_store *source, const struct ys_root *root,
                   struct rng *rng)
{
    char path[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    arrival_open(&r->arrival, source, root, rng);
    folder_path(&r->arrival.folder, "model.db", path);
    ok(ys_model_open(path, r->arrival.store, &r->model, &err), &err);
    ok(ys_rules_open(r->model, &r->rules, &err), &err);
    while (arrival_step(&r->arrival, 40)) {
        if (rng_below(rng, 20) != 0)
            continue;
        const struct ys_fold_options options = {.store = r->arrival.store,
                                                .member = r->arrival.member};
        ok(ys_model_catch_up(r->model, &options, &err), &err);
        ok(ys_rules_catch_up(r->rules, today, &err), &err);
    }
    arrival_learn(&r->arrival);
    const struct ys_fold_options options = {.store = r->arrival.store, .member = r->arrival.member};
    ok(ys_model_catch_up(r->model, &options, &err), &err);
    ok(ys_rules_catch_up(r->rules, today, &err), &err);
    ok(ys_indicators_open(r->rules, &r->indicators, &err), &err);
}

static void leave(struct reader *r)
{
    ys_indicators_close(r->indicators);
    ys_rules_close(r->rules);
    ys_model_close(r->model);
    arrival_close(&r->arrival);
}

/* The year, for all units that have a log here. */
static void ask_all(struct reader *r)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_err err = {0};
    bool row = true;
    r->ask = (struct ys_ask){.unit = r->unit,
                             .from_day = ys_date_days(20260101),
                             .until_day = ys_date_days(20270101),
                             .as_of_day = ys_date_days(today)};
    ok(ys_query_open(ys_rules_sql(r->rules), "SELECT DISTINCT division FROM log ORDER BY 1", &query,
                     &err),
       &err);
    for (ok(ys_query_step(query, &row, &err), &err); row && r->ask.unit_count < UNITS_MAX;
         ok(ys_query_step(query, &row, &err), &err))
        ok(ys_division_parse(ys_query_text(query, 0), &r->unit[r->ask.unit_count++], &err), &err);
    ok(ys_indicators_ask(r->indicators, &r->ask, &err), &err);
    ok(ys_indicators_evaluate(r->indicators, &err), &err);
}

/* --- as text ------------------------------------------------------------------------------------- */

static enum ys_code put_result(void *context, const struct ys_result *r, struct ys_err *err)
{
    char value[YS_RESULT_TEXT_MAX];
    char mean[YS_RESULT_TEXT_MAX];
    (void)err;
    if (r->indicator->annex)
        return YS_OK;
    ys_result_print(r, value);
    ys_result_print_mean(r, mean);
    fprintf(context, "%s %s %s %s %s %" PRId64 "/%" PRId64 " %d %" PRId64 " %" PRId64 " %s\n",
            r->indicator->id, r->figure->code, r->unit, r->part, value, r->n, r->d, r->small,
            r->open, r->oldest, mean);
    return YS_OK;
}

static enum ys_code put_case(void *context, const struct ys_case *c, struct ys_err *err)
{
    (void)err;
    fprintf(context,
            "  %s %s %s %s %s %" PRId64 " %" PRId64 " %" PRId64 "/%" PRId64 " %" PRId64 " ",
            c->division, c->series, c->part, c->subject, c->kind, c->item, c->day, c->n, c->d,
            c->value);
    for (size_t i = 0; i < c->id.size; i++)
        fprintf(context, "%02x", c->id.data[i]);
    fprintf(context, " %d %s\n", c->open, c->fact);
    return YS_OK;
}

/* All figures, and all lists of the first unit. */
static char *dump(struct reader *r, const char *unit, bool lists)
{
    char *text = NULL;
    size_t size = 0;
    size_t count = 0;
    struct ys_err err = {0};
    FILE *const file = open_memstream(&text, &size);
    assert_non_null(file);
    const struct ys_indicator *const catalogue = ys_indicators_catalogue(r->indicators, &count);
    ok(ys_indicators_results(r->indicators, NULL, unit, put_result, file, &err), &err);
    for (size_t i = 0; lists && i < count; i++) {
        if (catalogue[i].annex)
            continue;
        fprintf(file, "%s\n", catalogue[i].id);
        ok(ys_indicators_list(r->indicators, &catalogue[i], NULL, NULL, r->unit[0].digits, put_case,
                              file, &err),
           &err);
    }
    assert_int_equal(fclose(file), 0);
    return text;
}

static void same(const char *a, const char *b)
{
    size_t line = 0;
    for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++)
        if (a[i] == '\n')
            line = i + 1;
    if (strcmp(a, b) != 0)
        fail_msg("%.*s | %.*s", (int)strcspn(a + line, "\n"), a + line,
                 (int)strcspn(b + line, "\n"), b + line);
}

/* --- lengths ------------------------------------------------------------------------------------- */

struct lengths {
    struct reader *reader;
    const struct ys_result *result;
    int64_t n, d, values, open;
};

static enum ys_code measure(void *context, const struct ys_case *c, struct ys_err *err)
{
    struct lengths *const l = context;
    (void)err;
    l->open += c->open;
    l->n += !c->open && c->n != 0;
    l->d += !c->open && c->d != 0;
    l->values += !c->open && c->has_value;
    return YS_OK;
}

static enum ys_code check_length(void *context, const struct ys_result *r, struct ys_err *err)
{
    struct lengths l = {.result = r};
    struct reader *const reader = context;
    const enum ys_figure_kind kind = r->figure->kind;
    if (!r->figure->cases || kind == YS_FIGURE_DERIVED)
        return YS_OK;
    ok(ys_indicators_list(reader->indicators, r->indicator, r->figure->code,
                          r->part[0] == '\0' ? NULL : r->part, r->unit, measure, &l, err),
       err);
    const bool middle = kind == YS_FIGURE_MEDIAN || kind == YS_FIGURE_MAX;
    if (l.open != r->open || (middle ? l.values != r->d : l.n != r->n) ||
        (kind == YS_FIGURE_RATE && l.d != r->d))
        fail_msg("%s %s %s of %s: %" PRId64 " of %" PRId64 ", and the list has %" PRId64
                 " of %" PRId64 ", %" PRId64 " values",
                 r->indicator->id, r->figure->code, r->part, r->unit, r->n, r->d, l.n, l.d,
                 l.values);
    return YS_OK;
}

/* --- tests --------------------------------------------------------------------------------------- */

struct source {
    struct rng rng;
    struct year *year;
    struct folder folder;
    struct ys_store *store;
};

static void open_source(struct source *s, const char *name)
{
    struct ys_identity identity;
    struct ys_err err = {0};
    s->rng = rng_from_env(name);
    s->year = year_new(&(struct year_options){
        .seed = rng_next(&s->rng), .streets = 2, .communities = 3, .matters = 6, .year = 2026});
    folder_make(&s->folder);
    year_identity(s->year, 0, &identity);
    ok(ys_store_create(s->folder.path, &identity, &err), &err);
    ok(ys_store_open(s->folder.path, MAP_BYTES, &s->store, &err), &err);
    assert_true(year_fill(s->year, 0, s->store) > 400);
}

static void close_source(struct source *s)
{
    ys_store_close(s->store);
    folder_remove(&s->folder);
    year_free(s->year);
}

static void a_year_that_arrives_in_any_order_gives_the_same_figures(void **state)
{
    (void)state;
    struct source s;
    char *first = NULL;
    open_source(&s, __func__);
    for (unsigned i = 0; i < ORDERS; i++) {
        struct reader *const r = calloc(1, sizeof *r);
        assert_non_null(r);
        arrive(r, s.store, year_root(s.year), &s.rng);
        ask_all(r);
        char *const text = dump(r, NULL, true);
        if (first == NULL)
            first = text;
        else {
            same(first, text);
            free(text);
        }
        leave(r);
        free(r);
    }
    assert_true(strlen(first) > 10000);
    free(first);
    close_source(&s);
}

static void a_unit_alone_has_the_figures_that_it_has_among_others(void **state)
{
    (void)state;
    struct source s;
    struct reader *const r = calloc(1, sizeof *r);
    struct ys_err err = {0};
    assert_non_null(r);
    open_source(&s, __func__);
    arrive(r, s.store, year_root(s.year), &s.rng);
    ask_all(r);
    const size_t count = r->ask.unit_count;
    ok(ys_indicators_results(r->indicators, NULL, NULL, check_length, r, &err), &err);
    char *among[UNITS_MAX];
    for (size_t i = 0; i < count; i++)
        among[i] = dump(r, r->unit[i].digits, false);
    for (size_t i = 0; i < count; i++) {
        struct ys_ask ask = r->ask;
        ask.unit = &r->unit[i];
        ask.unit_count = 1;
        ok(ys_indicators_ask(r->indicators, &ask, &err), &err);
        ok(ys_indicators_evaluate(r->indicators, &err), &err);
        char *const alone = dump(r, r->unit[i].digits, false);
        same(among[i], alone);
        free(alone);
        free(among[i]);
    }
    leave(r);
    free(r);
    close_source(&s);
}

static void what_cannot_be_asked_is_refused_with_words(void **state)
{
    (void)state;
    struct source s;
    struct reader *const r = calloc(1, sizeof *r);
    struct ys_err err = {0};
    assert_non_null(r);
    open_source(&s, __func__);
    arrive(r, s.store, year_root(s.year), &s.rng);
    ask_all(r);
    struct ys_ask ask = r->ask;

    ask.unit_count = 0;
    assert_int_equal(ys_indicators_ask(r->indicators, &ask, &err), YS_USAGE);
    ask = r->ask;
    ask.until_day = ask.from_day;
    assert_int_equal(ys_indicators_ask(r->indicators, &ask, &err), YS_USAGE);
    ask = r->ask;
    ask.as_of_day = ask.from_day - 1;
    assert_int_equal(ys_indicators_ask(r->indicators, &ask, &err), YS_USAGE);
    ask = r->ask;
    ask.unit_count = 1;
    const struct ys_division nowhere = {.digits = "999999999999"};
    ask.unit = &nowhere;
    assert_int_equal(ys_indicators_ask(r->indicators, &ask, &err), YS_USAGE);
    assert_non_null(strstr(err.msg, "999999999999"));

    leave(r);
    free(r);
    close_source(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_that_arrives_in_any_order_gives_the_same_figures),
        cmocka_unit_test(a_unit_alone_has_the_figures_that_it_has_among_others),
        cmocka_unit_test(what_cannot_be_asked_is_refused_with_words),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
