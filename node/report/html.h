/* A report as one HTML file to print: A4, in the layout of official papers (GB/T 9704), without colour and
 * without anything from elsewhere.
 *
 * Only columns for paper are shown (`print`). Chinese, whatever the locale. Threads: one a call.
 * Memory: none of its own. */
#ifndef YS_NODE_REPORT_HTML_H
#define YS_NODE_REPORT_HTML_H

#include "node/report/document.h"

#include <stdio.h>

YS_CHECKED enum ys_code ys_html_write(const struct ys_report *report, FILE *file, const char *path,
                                      struct ys_err *err);

#endif
