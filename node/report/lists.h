/* The lists of a report as tables over the read model and the rules: matters, sessions, notices,
 * submissions, evaluations, findings.
 *
 * A list is looked for when its first row is asked for; open figures (figures.h) make that quicker. Rows come in an order that is the same at every node, and say nothing that only this node knows.
 *
 * Threads: the model's. Memory: heap; a table's texts are valid until the next row. */
#ifndef YS_NODE_REPORT_LISTS_H
#define YS_NODE_REPORT_LISTS_H

#include "node/report/document.h"
#include "node/rules/rules.h"

struct ys_report_lists;

struct ys_lists_ask {
    const char *unit; /* with all below */
    int32_t from_day, to_day, as_of_day;
    /* What a word of an enum is called in Chinese: "CATEGORY", "disputes". NULL: not at all. */
    const char *(*label)(const char *words, struct ys_bytes word);
};

/* The rules must stay open and have caught up. */
YS_CHECKED enum ys_code ys_lists_open(struct ys_rules *rules, const struct ys_lists_ask *ask,
                                      struct ys_report_lists **out, struct ys_err *err);
void ys_lists_close(struct ys_report_lists *lists);

/* The tables, in their order; valid as long as the lists. */
enum { YS_LISTS = 6 };
struct ys_report_table *ys_lists_table(struct ys_report_lists *lists, size_t at);
/* Name of a unit by its certificate; "" when it has none. Copied. */
YS_CHECKED enum ys_code ys_lists_unit_name(struct ys_report_lists *lists, const char *unit,
                                           char *out, size_t size, struct ys_err *err);

#endif
