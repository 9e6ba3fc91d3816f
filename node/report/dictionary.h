/* What stands in each file of an export: DICTIONARY.md, in both languages.
 *
 * Threads: one a call. Memory: none. */
#ifndef YS_NODE_REPORT_DICTIONARY_H
#define YS_NODE_REPORT_DICTIONARY_H

#include "node/report/document.h"

#include <stdio.h>

YS_CHECKED enum ys_code ys_dictionary_write(const struct ys_report *report, FILE *file,
                                            const char *path, struct ys_err *err);

#endif
