#include "node/audit/reports.h"

#include "node/lang.h"
#include "node/report/recount.h"
#include "proto/moment.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 400 };

/* A row of the log's origin, the entry's index, the severity and a text. */
static enum ys_code give_rows(const struct ys_audit_reports_options *options, struct ys_sql *sql,
                              const char *text, const char *why, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(sql, text, &query, err);
    if (code == YS_OK)
        ys_query_set_text(
            query, 1, ys_bytes_of_text(ys_store_identity(options->store)->origin.division.digits));
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row) {
        char origin[YS_KEY_NAME_MAX + 1];
        char fact[TEXT_MAX];
        char said[2 * TEXT_MAX];
        (void)ys_query_copy(query, 0, origin, sizeof origin);
        (void)ys_query_copy(query, 3, fact, sizeof fact);
        (void)snprintf(said, sizeof said, "%s%s%s", why, why[0] == '\0' ? "" : ": ", fact);
        options->take(options->context,
                      &(struct ys_audit_report){.origin = origin,
                                                .index = (uint64_t)ys_query_int(query, 1),
                                                .known = ys_query_int(query, 2) != 0,
                                                .text = said});
    }
    return code;
}

/* What the rule finds; and of reports about units that this node holds whole, those that nobody could count. */
static enum ys_code give_all(const struct ys_audit_reports_options *options, struct ys_sql *sql,
                             struct ys_err *err)
{
    enum ys_code code = give_rows(
        options, sql,
        "SELECT l.origin, r.idx, f.severity <> 'I', f.code || ' ' || f.fact FROM finding f"
        " JOIN record r ON r.no = f.record JOIN log l ON l.no = r.log"
        " WHERE f.rule = 'R-S-6' AND length(?1) > 0 ORDER BY l.origin, r.idx, f.code, f.fact",
        "", err);
    if (code == YS_OK)
        code = give_rows(
            options, sql,
            "SELECT l.origin, r.idx, 0, coalesce((SELECT group_concat(i.log, ', ') FROM"
            " report_snapshot_inputs i LEFT JOIN log g ON g.origin = i.log"
            " WHERE i.rec = s.rec AND (g.no IS NULL OR g.size < i.size)), '')"
            " FROM report_snapshot s JOIN act a ON a.record = s.rec JOIN record r ON r.no = s.rec"
            " JOIN log l ON l.no = r.log"
            " WHERE substr(s.scope, 1, length(?1)) = ?1"
            " AND EXISTS (SELECT 1 FROM report_snapshot_figures f WHERE f.rec = s.rec)"
            " AND a.id NOT IN (SELECT snapshot FROM snapshot_count) ORDER BY l.origin, r.idx",
            _("it cannot be counted again, what it rests on is not here"), err);
    return code;
}

static enum ys_code count_in(const struct ys_audit_reports_options *options, const char *path,
                             struct ys_err *err)
{
    struct ys_model *model = NULL;
    struct ys_rules *rules = NULL;
    bool any = false;
    const uint32_t today = ys_date_of_time((int64_t)options->now_s * 1000);
    const struct ys_fold_options fold = {.store = options->store, .member = options->member};
    const struct ys_recount_options recount = {
        .store = options->store, .roots = options->roots, .folder = options->folder};
    enum ys_code code = ys_model_open(path, options->store, &model, err);
    if (code == YS_OK)
        code = ys_model_catch_up(model, &fold, err);
    if (code == YS_OK)
        code = ys_rules_open(model, &rules, err);
    if (code == YS_OK)
        code = ys_recount(model, &recount, &any, err);
    if (code == YS_OK)
        code = ys_rules_catch_up(rules, today, err);
    if (code == YS_OK)
        code = give_all(options, ys_model_sql(model), err);
    ys_rules_close(rules);
    ys_model_close(model);
    return code;
}

enum ys_code ys_audit_reports(const struct ys_audit_reports_options *options, struct ys_err *err)
{
    static const char *const left[] = {"model.db", "model.db-wal", "model.db-shm",
                                       "model.db-journal"};
    char folder[PATH_MAX];
    char path[PATH_MAX + 32];
    const int size = snprintf(folder, sizeof folder, "%s/audit-XXXXXX", options->folder);
    if (size < 0 || size >= (int)sizeof folder || mkdtemp(folder) == NULL)
        return ys_fail(err, YS_IO, "%s: %s", options->folder, strerror(errno));
    (void)snprintf(path, sizeof path, "%s/model.db", folder);
    const enum ys_code code = count_in(options, path, err);
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, left[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    return code;
}
