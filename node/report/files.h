/* A report as files: one of one format, or a folder with all.
 *
 * A file replaces an older one in one step; on failure the older one stays.
 * Threads: one a call. Memory: none of its own. */
#ifndef YS_NODE_REPORT_FILES_H
#define YS_NODE_REPORT_FILES_H

#include "node/report/csv.h"

enum ys_report_format { YS_FORMAT_JSON, YS_FORMAT_CSV, YS_FORMAT_XLSX, YS_FORMAT_HTML };

struct ys_report_files {
    struct ys_report *report;
    enum ys_csv_profile profile;
    const char *table; /* of CSV, by its name */
};

/* To `path`; NULL: to standard output, but for XLSX, which is YS_USAGE. */
YS_CHECKED enum ys_code ys_report_write_file(const struct ys_report_files *files,
                                             enum ys_report_format format, const char *path,
                                             struct ys_err *err);
/* A CSV file a table into a folder, which is made where it is missing, and DICTIONARY.md. */
YS_CHECKED enum ys_code ys_report_write_tables(const struct ys_report_files *files,
                                               const char *folder, struct ys_err *err);
/* Also report.json, report.xlsx, report.html and schema.json. */
YS_CHECKED enum ys_code ys_report_write_folder(const struct ys_report_files *files,
                                               const char *folder, struct ys_err *err);

#endif
