/* All figures of a home, of every unit that it knows, as lines of JSON: what the first implementation says.
 *
 *     figures HOME FROM UNTIL AS-OF      days like 2026-01-01; UNTIL is the first day after the period */
#include "node/indicators/indicators.h"
#include "node/recall.h"
#include "proto/moment.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS_MAX = 1024 };

static void must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "figures: %s: %s\n", ys_code_name(code), err->msg);
    exit(1);
}

static uint32_t date_of(const char *text)
{
    uint32_t day = 0;
    struct ys_err err = {0};
    must(ys_date_parse(ys_bytes_of_text(text), &day), &err);
    return day;
}

static size_t find_units(struct ys_rules *rules, struct ys_division *units)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_err err = {0};
    size_t count = 0;
    bool row = true;
    must(ys_query_open(ys_rules_sql(rules),
                       "SELECT division FROM log UNION SELECT division FROM node_certificate"
                       " ORDER BY 1",
                       &query, &err),
         &err);
    for (;;) {
        must(ys_query_step(query, &row, &err), &err);
        if (!row || count == UNITS_MAX)
            return count;
        must(ys_division_parse(ys_query_text(query, 0), &units[count++], &err), &err);
    }
}

static enum ys_code tell(void *context, const struct ys_result *r, struct ys_err *err)
{
    (void)context;
    (void)err;
    printf("{\"indicator\": \"%s\", \"code\": \"%s\", \"unit\": \"%s\", \"part\": \"%s\"",
           r->indicator->id, r->figure->code, r->unit, r->part);
    if (r->figure->kind == YS_FIGURE_COUNT)
        printf(", \"n\": %" PRId64, r->n);
    else if (r->none)
        printf(", \"none\": true");
    else if (r->figure->kind == YS_FIGURE_MEDIAN || r->figure->kind == YS_FIGURE_MAX)
        printf(", \"cases\": %" PRId64 ", \"n\": %" PRId64 ", \"d\": 2", r->d, r->low + r->high);
    else
        printf(", \"n\": %" PRId64 ", \"d\": %" PRId64, r->n, r->d);
    if (r->open > 0)
        printf(", \"open\": %" PRId64 ", \"oldest\": %" PRId64, r->open, r->oldest);
    puts("}");
    return YS_OK;
}

int main(int argc, char *argv[])
{
    static struct ys_division units[UNITS_MAX];
    YS_NODE_SCOPED node = {.store = NULL};
    YS_RECALL_SCOPED model = NULL;
    YS_RULES_SCOPED rules = NULL;
    YS_INDICATORS_SCOPED indicators = NULL;
    struct ys_err err = {0};
    if (argc != 5 || sodium_init() < 0) {
        fprintf(stderr, "figures HOME FROM UNTIL AS-OF\n");
        return 2;
    }
    const uint32_t as_of = date_of(argv[4]);
    must(ys_node_open(argv[1], NULL, &node, &err), &err);
    must(ys_recall_rules(&node, as_of, &model, &rules, &err), &err);
    must(ys_indicators_open(rules, &indicators, &err), &err);
    const struct ys_ask ask = {.unit = units,
                               .unit_count = find_units(rules, units),
                               .from_day = ys_date_days(date_of(argv[2])),
                               .until_day = ys_date_days(date_of(argv[3])),
                               .as_of_day = ys_date_days(as_of)};
    must(ys_indicators_ask(indicators, &ask, &err), &err);
    must(ys_indicators_evaluate(indicators, &err), &err);
    must(ys_indicators_results(indicators, NULL, NULL, tell, NULL, &err), &err);
    return 0;
}
