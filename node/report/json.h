/* A report as JSON: schema yishi.report/v1, canonical (RFC 8785), with its dictionary inside; and its hash.
 *
 *   {"hash": ..., "report": {...}, "schema": "yishi.report/v1", "software": ...}
 *
 * "annex" may stand before: a table of what only that node knows. The hash is SHA-256 over the bytes of "report", so that anybody can make it again from the file.
 * schema.json says what stands where.
 *
 * Threads: one a call. Memory: none of its own. */
#ifndef YS_NODE_REPORT_JSON_H
#define YS_NODE_REPORT_JSON_H

#include "node/report/document.h"

#include <stdio.h>

#define YS_REPORT_SCHEMA "yishi.report/v1"

/* Set `input_root` alone. */
void ys_report_seal_input(struct ys_report *report);
/* Go through all rows once and set `hash` and `input_root`; everything that prints them comes after. */
YS_CHECKED enum ys_code ys_report_seal(struct ys_report *report, struct ys_err *err);
YS_CHECKED enum ys_code ys_report_json_write(const struct ys_report *report, FILE *file,
                                             const char *path, struct ys_err *err);
/* The JSON Schema of it. */
const char *ys_report_json_schema(void);

#endif
