/* What the files of this benchmark share. */
#ifndef YS_TESTS_BENCH_FOLD_BENCH_H
#define YS_TESTS_BENCH_FOLD_BENCH_H

#include "sync/member.h"
#include "tests/support/year.h"

#include <stdbool.h>

struct settings {
    struct year_options year;
    const char *folder; /* for stores and models; kept stores are used again */
    unsigned runs;
    bool json;
};

enum { PATH_SIZE = 512 };

void must(enum ys_code code, const struct ys_err *err);
double now_s(void);
double cpu_s(void);
/* A file in the folder. */
void path_of(const struct settings *settings, const char *name, char out[PATH_SIZE]);
/* The store of a unit's node with what it may hold of the year, made if it is not in the folder yet. */
struct ys_store *store_of(const struct settings *settings, const struct year *year, unsigned unit,
                          size_t *records_out);

/* --- table.c --- */
/* One figure: a line of the table, or an object of JSON. */
void say(const struct settings *settings, const char *name, double value, const char *unit);

/* --- rules.c --- */
/* Of the year's last day, as ys_rules_catch_up wants it. */
uint32_t rules_today(const struct settings *settings);
/* All rules from nothing over the model, the ten slowest one by one, and what falls due on one day. */
void rules_all(const struct settings *settings, const struct ys_store *store,
               const struct ys_member *member);

/* --- indicators.c --- */
/* Of the year, over the model that lies there: the district by unit, the ten slowest one by one, one community. */
void indicators_all(const struct settings *settings, const struct ys_store *store,
                    const struct ys_member *member);

/* --- publish.c --- */
/* At a community, a street and the district. */
void publish_all(const struct settings *settings);

#endif
