#include "node/rules/rules_state.h"
#include "proto/moment.h"
#include "tests/bench/fold/bench.h"

#include <stdio.h>
#include <stdlib.h>

enum { SLOWEST = 10 };

struct timed {
    const char *view;
    double took_s;
};

uint32_t rules_today(const struct settings *settings)
{
    return settings->year.year * 10000 + 1231;
}

static double count(struct ys_rules *rules, const char *question, int32_t day)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_err err = {0};
    bool row = false;
    must(ys_query_open(ys_rules_sql(rules), question, &query, &err), &err);
    if (day != 0)
        ys_query_set_int(query, 1, day);
    must(ys_query_step(query, &row, &err), &err);
    return row ? (double)ys_query_int(query, 0) : 0;
}

static int by_time(const void *a, const void *b)
{
    const struct timed *const first = a;
    const struct timed *const second = b;
    return (first->took_s < second->took_s) - (first->took_s > second->took_s);
}

/* Each rule alone, from nothing. */
static void time_each(const struct settings *settings, struct ys_rules *rules)
{
    struct timed *const timed = calloc(rules->count + 1, sizeof *timed);
    struct ys_err err = {0};
    if (timed == NULL) {
        must(YS_NOMEM, NULL);
        return;
    }
    must(ys_sql_run(rules->sql, "BEGIN IMMEDIATE", &err), &err);
    for (size_t i = 0; i < rules->count; i++) {
        const double begin = cpu_s();
        must(ys_rules_apply_one(rules, &rules->run[i], &err), &err);
        timed[i] = (struct timed){rules->run[i].rule.view, cpu_s() - begin};
    }
    must(ys_sql_run(rules->sql, "ROLLBACK", &err), &err);
    qsort(timed, rules->count, sizeof *timed, by_time);
    for (size_t i = 0; i < rules->count && i < SLOWEST; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "  %s alone, CPU", timed[i].view);
        say(settings, name, timed[i].took_s, "s");
    }
    free(timed);
}

/* Who must be told something today: the same question for findings and for duties. */
static void time_day(const struct settings *settings, struct ys_rules *rules)
{
    const int32_t day = ys_date_days(settings->year.year * 10000 + 701);
    const double begin = now_s();
    const double due =
        count(rules, "SELECT count(*) FROM finding WHERE since_day = ?", day) +
        count(rules, "SELECT count(*) FROM duty WHERE due_day = ? AND met_day IS NULL", day);
    say(settings, "due on one day", due, "");
    say(settings, "  time to ask", (now_s() - begin) * 1000, "ms");
}

void rules_all(const struct settings *settings, const struct ys_store *store,
               const struct ys_member *member)
{
    const struct ys_fold_options options = {.store = store, .member = member};
    char path[PATH_SIZE];
    struct ys_model *model = NULL;
    struct ys_rules *rules = NULL;
    struct ys_err err = {0};
    path_of(settings, "model.db", path);
    must(ys_model_open(path, store, &model, &err), &err);
    must(ys_model_catch_up(model, &options, &err), &err);
    must(ys_rules_open(model, &rules, &err), &err);
    for (unsigned run = 0; run < settings->runs; run++) {
        const double begin = now_s();
        const double cpu = cpu_s();
        must(ys_rules_apply_all(rules, rules_today(settings), &err), &err);
        say(settings, "all rules from nothing", now_s() - begin, "s");
        say(settings, "  CPU time", cpu_s() - cpu, "s");
    }
    say(settings, "rules", (double)rules->count, "");
    say(settings, "findings", count(rules, "SELECT count(*) FROM finding", 0), "");
    say(settings, "duties", count(rules, "SELECT count(*) FROM duty", 0), "");
    time_each(settings, rules);
    time_day(settings, rules);
    ys_rules_close(rules);
    ys_model_close(model);
}
