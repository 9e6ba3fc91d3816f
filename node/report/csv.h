/* A table as CSV, in two profiles (DOMAIN.md 4.4).
 *
 * excel: opens with a double click in Excel and WPS: UTF-8 with a byte order mark, CRLF, Chinese titles,
 * codes behind one TAB so that they stay text, other cells that a program could take for a formula
 * behind an apostrophe. plain: for programs: no mark, LF, English keys, nothing added.
 *
 * Threads: one a call. Memory: none of its own. */
#ifndef YS_NODE_REPORT_CSV_H
#define YS_NODE_REPORT_CSV_H

#include "node/report/document.h"

#include <stdio.h>

enum ys_csv_profile { YS_CSV_EXCEL, YS_CSV_PLAIN };

/* `path` is for messages. */
YS_CHECKED enum ys_code ys_csv_write(struct ys_report_table *table, enum ys_csv_profile profile,
                                     FILE *file, const char *path, struct ys_err *err);

#endif
