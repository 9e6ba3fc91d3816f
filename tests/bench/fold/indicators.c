#include "node/indicators/indicators.h"
#include "proto/moment.h"
#include "tests/bench/fold/bench.h"

#include <stdio.h>
#include <stdlib.h>

enum { SLOWEST = 10, UNITS_MAX = 1024 };

struct timed {
    const char *id;
    double took_s;
};

static int by_time(const void *a, const void *b)
{
    const struct timed *const first = a;
    const struct timed *const second = b;
    return (first->took_s < second->took_s) - (first->took_s > second->took_s);
}

/* The district, its streets and its communities: what a report by unit asks for. */
static size_t all_units(struct ys_rules *rules, struct ys_division *out)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_err err = {0};
    bool row = true;
    size_t count = 0;
    must(ys_query_open(ys_rules_sql(rules), "SELECT DISTINCT division FROM log", &query, &err),
         &err);
    for (must(ys_query_step(query, &row, &err), &err); row && count < UNITS_MAX;
         must(ys_query_step(query, &row, &err), &err))
        must(ys_division_parse(ys_query_text(query, 0), &out[count++], &err), &err);
    return count;
}

static enum ys_code count_result(void *context, const struct ys_result *result, struct ys_err *err)
{
    (void)result;
    (void)err;
    ++*(size_t *)context;
    return YS_OK;
}

static enum ys_code count_case(void *context, const struct ys_case *item, struct ys_err *err)
{
    (void)item;
    (void)err;
    ++*(size_t *)context;
    return YS_OK;
}

/* One after the other, as a report has them; the slowest are told. */
static void time_each(const struct settings *settings, struct ys_indicators *indicators,
                      const struct ys_ask *ask)
{
    size_t count = 0;
    struct ys_err err = {0};
    const struct ys_indicator *const catalogue = ys_indicators_catalogue(indicators, &count);
    struct timed *const timed = calloc(count + 1, sizeof *timed);
    if (timed == NULL)
        exit(1);
    must(ys_indicators_ask(indicators, ask, &err), &err);
    for (size_t i = 0; i < count; i++) {
        const double begin = cpu_s();
        must(ys_indicators_evaluate_one(indicators, &catalogue[i], &err), &err);
        timed[i] = (struct timed){catalogue[i].id, cpu_s() - begin};
    }
    qsort(timed, count, sizeof *timed, by_time);
    for (size_t i = 0; i < count && i < SLOWEST; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "  %s alone, CPU", timed[i].id);
        say(settings, name, timed[i].took_s * 1000, "ms");
    }
    free(timed);
}

static void time_report(const struct settings *settings, struct ys_indicators *indicators,
                        const struct ys_ask *ask, const char *name)
{
    char line[96];
    size_t figures = 0;
    struct ys_err err = {0};
    const double begin = now_s();
    const double cpu = cpu_s();
    must(ys_indicators_ask(indicators, ask, &err), &err);
    const double asked = now_s();
    must(ys_indicators_evaluate(indicators, &err), &err);
    must(ys_indicators_results(indicators, NULL, NULL, count_result, &figures, &err), &err);
    (void)snprintf(line, sizeof line, "all indicators, %s", name);
    say(settings, line, now_s() - begin, "s");
    say(settings, "  CPU time", cpu_s() - cpu, "s");
    say(settings, "  of which for what many ask", asked - begin, "s");
    say(settings, "  figures", (double)figures, "");
}

void indicators_all(const struct settings *settings, const struct ys_store *store,
                    const struct ys_member *member)
{
    const struct ys_fold_options options = {.store = store, .member = member};
    struct ys_division *const unit = calloc(UNITS_MAX, sizeof *unit);
    char path[PATH_SIZE];
    struct ys_model *model = NULL;
    struct ys_rules *rules = NULL;
    struct ys_indicators *indicators = NULL;
    struct ys_err err = {0};
    size_t cases = 0;
    if (unit == NULL)
        exit(1);
    path_of(settings, "model.db", path);
    must(ys_model_open(path, store, &model, &err), &err);
    must(ys_model_catch_up(model, &options, &err), &err);
    must(ys_rules_open(model, &rules, &err), &err);
    must(ys_rules_catch_up(rules, rules_today(settings), &err), &err);
    const double begin = now_s();
    must(ys_indicators_open(rules, &indicators, &err), &err);
    say(settings, "tables and views of the indicators", (now_s() - begin) * 1000, "ms");
    struct ys_ask ask = {.unit = unit,
                         .unit_count = all_units(rules, unit),
                         .from_day = ys_date_days(settings->year.year * 10000 + 101),
                         .until_day = ys_date_days((settings->year.year + 1) * 10000 + 101),
                         .as_of_day = ys_date_days(rules_today(settings))};
    for (unsigned run = 0; run < settings->runs; run++)
        time_report(settings, indicators, &ask, "district, streets and communities");
    time_each(settings, indicators, &ask);
    const double list = now_s();
    must(ys_indicators_list(indicators, ys_indicators_find(indicators, "A-04"), NULL, NULL,
                            unit[0].digits, count_case, &cases, &err),
         &err);
    say(settings, "the list behind A-04", (now_s() - list) * 1000, "ms");
    say(settings, "  cases", (double)cases, "");
    ask.unit = &unit[ask.unit_count - 1];
    ask.unit_count = 1;
    time_report(settings, indicators, &ask, "one community");
    ys_indicators_close(indicators);
    ys_rules_close(rules);
    ys_model_close(model);
    free(unit);
}
