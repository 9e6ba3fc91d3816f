#include "node/report/files.h"

#include "node/report/dictionary.h"
#include "node/report/html.h"
#include "node/report/json.h"
#include "node/report/xlsx.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum what { WHAT_JSON, WHAT_CSV, WHAT_XLSX, WHAT_HTML, WHAT_DICTIONARY, WHAT_SCHEMA };

static enum ys_code failed(const char *path, struct ys_err *err)
{
    const int why = errno;
    return ys_fail(err, why == ENOSPC || why == EDQUOT ? YS_FULL : YS_IO, "%s: %s", path,
                   strerror(why));
}

static enum ys_code put(const struct ys_report_files *files, enum what what, FILE *file,
                        const char *path, struct ys_err *err)
{
    struct ys_report_table *table = NULL;
    switch (what) {
    case WHAT_JSON:
        return ys_report_json_write(files->report, file, path, err);
    case WHAT_CSV:
        table = ys_report_table_find(files->report, files->table);
        return table == NULL
                   ? ys_fail(err, YS_USAGE, "there is no table \"%s\" in the report", files->table)
                   : ys_csv_write(table, files->profile, file, path, err);
    case WHAT_HTML:
        return ys_html_write(files->report, file, path, err);
    case WHAT_DICTIONARY:
        return ys_dictionary_write(files->report, file, path, err);
    case WHAT_SCHEMA:
        return fputs(ys_report_json_schema(), file) == EOF ? failed(path, err) : YS_OK;
    case WHAT_XLSX:
        break;
    }
    return ys_fail(err, YS_USAGE, "a workbook needs a file: -o FILE");
}

/* Beside the file that is to be replaced, so that the last step is a rename. */
static enum ys_code put_beside(const struct ys_report_files *files, enum what what,
                               const char *path, char *beside, struct ys_err *err)
{
    const int descriptor = mkstemp(beside);
    if (descriptor < 0)
        return failed(path, err);
    (void)fchmod(descriptor, 0644);
    enum ys_code code = YS_OK;
    if (what == WHAT_XLSX) {
        code = ys_xlsx_write(files->report, beside, NULL, err);
        if (code == YS_OK && fsync(descriptor) != 0)
            code = failed(path, err);
        (void)close(descriptor);
        return code;
    }
    FILE *const file = fdopen(descriptor, "w");
    if (file == NULL) {
        (void)close(descriptor);
        return failed(path, err);
    }
    code = put(files, what, file, path, err);
    if (code == YS_OK && (fflush(file) != 0 || fsync(descriptor) != 0))
        code = failed(path, err);
    if (fclose(file) != 0 && code == YS_OK)
        code = failed(path, err);
    return code;
}

static enum ys_code put_file(const struct ys_report_files *files, enum what what, const char *path,
                             struct ys_err *err)
{
    char beside[PATH_MAX];
    const int size = snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    if (size < 0 || size >= (int)sizeof beside)
        return ys_fail(err, YS_USAGE, "%s: the path is too long", path);
    enum ys_code code = put_beside(files, what, path, beside, err);
    if (code == YS_OK && rename(beside, path) != 0)
        code = failed(path, err);
    if (code != YS_OK)
        (void)unlink(beside);
    return code;
}

enum ys_code ys_report_write_file(const struct ys_report_files *files, enum ys_report_format format,
                                  const char *path, struct ys_err *err)
{
    static const enum what whats[] = {[YS_FORMAT_JSON] = WHAT_JSON,
                                      [YS_FORMAT_CSV] = WHAT_CSV,
                                      [YS_FORMAT_XLSX] = WHAT_XLSX,
                                      [YS_FORMAT_HTML] = WHAT_HTML};
    if (path != NULL)
        return put_file(files, whats[format], path, err);
    return put(files, whats[format], stdout, "standard output", err);
}

static enum ys_code put_in(const struct ys_report_files *files, enum what what, const char *folder,
                           const char *name, struct ys_err *err)
{
    char path[PATH_MAX];
    const int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (size < 0 || size >= (int)sizeof path)
        return ys_fail(err, YS_USAGE, "%s: the path is too long", folder);
    return put_file(files, what, path, err);
}

static enum ys_code put_csv_in(const struct ys_report_files *files, const char *table,
                               const char *folder, struct ys_err *err)
{
    struct ys_report_files one = *files;
    char name[64];
    one.table = table;
    (void)snprintf(name, sizeof name, "%.50s.csv", table);
    return put_in(&one, WHAT_CSV, folder, name, err);
}

enum ys_code ys_report_write_tables(const struct ys_report_files *files, const char *folder,
                                    struct ys_err *err)
{
    enum ys_code code = YS_OK;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return failed(folder, err);
    for (size_t i = 0; code == YS_OK && i < files->report->table_count; i++)
        code = put_csv_in(files, files->report->table[i].name, folder, err);
    if (code == YS_OK && files->report->annex != NULL)
        code = put_csv_in(files, files->report->annex->name, folder, err);
    return code == YS_OK ? put_in(files, WHAT_DICTIONARY, folder, "DICTIONARY.md", err) : code;
}

enum ys_code ys_report_write_folder(const struct ys_report_files *files, const char *folder,
                                    struct ys_err *err)
{
    static const struct {
        enum what what;
        const char *name;
    } file[] = {{WHAT_JSON, "report.json"},
                {WHAT_XLSX, "report.xlsx"},
                {WHAT_HTML, "report.html"},
                {WHAT_SCHEMA, "schema.json"}};
    enum ys_code code = ys_report_write_tables(files, folder, err);
    for (size_t i = 0; code == YS_OK && i < sizeof file / sizeof *file; i++)
        code = put_in(files, file[i].what, folder, file[i].name, err);
    return code;
}
