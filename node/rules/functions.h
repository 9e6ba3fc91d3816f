/* What views of rules can ask that SQL cannot say: parameters, due days, days as text.
 *
 *   param(name, division, day)         value in force for the unit on that day; a word where it has one;
 *                                      NULL before its legal basis is in force
 *   due(name, division, day)           last day, counted from `day` by a parameter of days
 *   notice_due(name, division, day)    last day on which a notice for a meeting on `day` is posted
 *   period_end(name, division, day)    last day of the period in which `day` lies
 *   archive_due(day)                   30 June of the year after
 *   day_text(day)                      '2026-03-08'
 *
 * Days are days since 1970-01-01; NULL in, NULL out. The counting is due.h's.
 * Threads: the model's. Memory: none but SQLite's. */
#ifndef YS_NODE_RULES_FUNCTIONS_H
#define YS_NODE_RULES_FUNCTIONS_H

#include "node/model/parameter_rows.h"

/* `rows` must outlive the database, and not change while a statement runs. */
YS_CHECKED enum ys_code
ys_rule_functions_add(struct ys_sql *sql, const struct ys_parameter_rows *rows, struct ys_err *err);

#endif
