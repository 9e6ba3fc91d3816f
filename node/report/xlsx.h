/* A report as a workbook of Excel and WPS: 说明, then a sheet a table. The only file that knows libxlsxwriter.
 *
 * Rows go to disk as they come. The same report gives the same bytes: metadata and times in it are fixed.
 *
 * Threads: one a call. Memory: the library's, constant. */
#ifndef YS_NODE_REPORT_XLSX_H
#define YS_NODE_REPORT_XLSX_H

#include "node/report/document.h"

/* Makes or replaces the file; `folder` (NULL: the system's) is where rows wait. */
YS_CHECKED enum ys_code ys_xlsx_write(const struct ys_report *report, const char *path,
                                      const char *folder, struct ys_err *err);

#endif
