#include "node/cmd.h"
#include "node/file.h"
#include "node/label.h"
#include "node/lang.h"
#include "node/recall.h"
#include "node/report/again.h"
#include "node/report/files.h"
#include "node/report/scratch.h"
#include "node/report_call.h"
#include "node/report_seal.h"
#include "node/today.h"
#include "node/view_report.h"
#include "proto/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPORT_FILE_MAX = 1 << 30 };

const char *ys_report_label(const char *words, struct ys_bytes word)
{
    char name[96];
    const int size = snprintf(name, sizeof name, "%s_%.*s", words, (int)(word.size & 63),
                              (const char *)word.data);
    for (int i = 0; i < size && i < (int)sizeof name - 1; i++)
        name[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
    const ProtobufCEnumValue value = {.name = name};
    return ys_label_value(&value);
}

/* --- what it rests on --- */

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    struct ys_report_call *const report = context;
    if (isatty(STDERR_FILENO) == 0)
        return;
    fprintf(stderr, "\r%llu / %llu\033[K", (unsigned long long)done, (unsigned long long)total);
    report->shown = true;
}

static enum ys_code recall(void *context, struct ys_model **model, struct ys_rules **rules,
                           struct ys_err *err)
{
    struct ys_report_call *const report = context;
    enum ys_code code = YS_OK;
    if (report->model == NULL) {
        code = ys_recall_rules(&report->node, ys_date_from_days(report->again.as_of_day),
                               &report->model, &report->rules, err);
    } else {
        YS_TXN_SCOPED txn = NULL;
        const struct ys_fold_options fold = {.store = report->node.store,
                                             .member = report->node.member};
        code = ys_node_read(&report->node, &txn, err);
        ys_txn_abort(&txn);
        if (code == YS_OK)
            code = ys_model_catch_up(report->model, &fold, err);
        if (code == YS_OK)
            code =
                ys_rules_catch_up(report->rules, ys_date_from_days(report->again.as_of_day), err);
    }
    *model = report->model;
    *rules = report->rules;
    return code;
}

enum ys_code ys_report_call_open(const struct ys_call *call, struct ys_report_call *report,
                                 struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_node_open(call->home, call->lang, &report->node, err);
    if (code == YS_OK && !report->node.has_root)
        code = ys_fail(err, YS_IO, _("no root is pinned here: yishi join, or --root at init"));
    if (code == YS_OK)
        code = ys_node_read(&report->node, &txn, err);
    return code;
}

static enum ys_code open_basis(struct ys_report_call *report, struct ys_err *err)
{
    char folder[PATH_MAX];
    const struct ys_basis_options options = {
        .store = report->node.store,
        .member = report->node.member,
        .roots = &report->node.roots,
        .folder = folder,
        .as_of_day = report->again.as_of_day,
        .progress = show_progress,
        .context = report,
        .recall = recall,
        .node = report,
    };
    ys_scratch_place(report->node.home.path, folder);
    const enum ys_code code = report->again.head_count > 0
                                  ? ys_basis_of_heads(&options, report->again.head,
                                                      report->again.head_count, &report->basis, err)
                                  : ys_basis_now(&options, report->again.unit, &report->basis, err);
    if (report->shown)
        fputs("\r\033[K", stderr);
    return code;
}

enum ys_code ys_report_call_make(struct ys_report_call *report, struct ys_err *err)
{
    enum ys_code code = open_basis(report, err);
    if (code == YS_OK && report->annex && report->basis.cut != NULL)
        code = ys_fail(
            err, YS_USAGE,
            _("--annex: what only this node knows goes with a report about its own unit, %s, "
              "as it is now"),
            report->node.origin.division.digits);
    const struct ys_making_options options = {
        .basis = &report->basis,
        .unit = report->again.unit,
        .deployment = report->node.origin.deployment,
        .software = YISHI_VERSION,
        .period = &report->again.period,
        .as_of_day = report->again.as_of_day,
        .as_of_s =
            ys_today() == ys_date_from_days(report->again.as_of_day) ? (int64_t)ys_now_s() : 0,
        .by_unit = report->again.by_unit,
        .own_only = report->own_only,
        .annex = report->annex,
        .figures_only = report->figures_only,
        .label = ys_report_label,
    };
    if (code == YS_OK)
        code = ys_making_open(&options, &report->making, err);
    return code;
}

void ys_report_call_close(struct ys_report_call *report)
{
    ys_making_close(&report->making);
    ys_basis_close(&report->basis);
    ys_rules_close(report->rules);
    ys_model_close(report->model);
    ys_again_clear(&report->again);
    ys_node_close(&report->node);
}

/* --- what is asked for --- */

static enum ys_code read_again(const char *path, struct ys_report_call *report, struct ys_err *err)
{
    uint8_t *text = NULL;
    size_t size = 0;
    enum ys_code code = ys_file_read_all(path, REPORT_FILE_MAX, &text, &size, err);
    if (code == YS_OK)
        code = ys_again_parse((struct ys_bytes){text, size}, path, &report->again, err);
    free(text);
    return code;
}

enum ys_code ys_report_call_read(const struct ys_call *call, struct ys_report_call *report,
                                 struct ys_err *err)
{
    struct ys_division division;
    uint32_t day = 0;
    char year[8];
    const char *const unit = ys_args_value(&call->args, "unit");
    const char *period = ys_args_value(&call->args, "period");
    enum ys_code code = ys_today_or(&call->args, "day", &day, err);
    if (code != YS_OK)
        return code;
    (void)snprintf(year, sizeof year, "%u", day / 10000 % 10000);
    code = ys_report_period_parse(period == NULL ? year : period, &report->again.period, err);
    if (code != YS_OK)
        return code;
    if (unit != NULL && ys_division_parse(ys_bytes_of_text(unit), &division, NULL) != YS_OK)
        return ys_fail(err, YS_USAGE, _("--unit \"%s\" is no division code"), unit);
    (void)snprintf(report->again.unit, sizeof report->again.unit, "%s",
                   unit == NULL ? report->node.origin.division.digits : unit);
    report->again.as_of_day = ys_date_days(day);
    report->again.by_unit = ys_args_has(&call->args, "by-unit");
    report->annex = ys_args_has(&call->args, "annex");
    if (report->again.as_of_day < report->again.period.from_day)
        return ys_fail(err, YS_USAGE, _("the period %s has not begun on the day of asking"),
                       report->again.period.text);
    return YS_OK;
}

/* The same as the report says, on the same heads. */
static enum ys_code read_as_of(const struct ys_call *call, const char *path,
                               struct ys_report_call *report, struct ys_err *err)
{
    static const char *const said[] = {"unit", "period", "day", "by-unit", "annex"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (ys_args_has(&call->args, said[i]))
            return ys_fail(err, YS_USAGE,
                           _("--%s and --as-of do not go together: the report says it"), said[i]);
    return read_again(path, report, err);
}

/* Is what was made again what the report says? */
static enum ys_code compare(const struct ys_report_call *report, const char *path,
                            struct ys_err *err)
{
    char hash[YS_HASH_HEX_MAX];
    const struct ys_report *const made = &report->making.report;
    ys_hash_hex(&made->hash, hash);
    if (strcmp(hash, report->again.hash) == 0)
        return YS_OK;
    if (strcmp(made->rule_set, report->again.rule_set) != 0 ||
        strcmp(made->indicator_set, report->again.indicator_set) != 0)
        return ys_fail(err, YS_VERSION,
                       _("%s was made by other rules or indicators (yishi %s): the same version "
                         "makes it again"),
                       path, report->again.software);
    return ys_fail(
        err, YS_REFUSED,
        _("%s: made again from the same logs, it is another one: number %.16s instead of "
          "%.16s; it was changed, or a body that it rests on is not here any more"),
        path, hash, report->again.hash);
}

/* --- what is shown --- */

enum ys_code ys_report_call_profile(const struct ys_call *call, enum ys_csv_profile *out,
                                    struct ys_err *err)
{
    const char *const profile = ys_args_value(&call->args, "csv-profile");
    *out = profile == NULL || strcmp(profile, "excel") == 0 ? YS_CSV_EXCEL : YS_CSV_PLAIN;
    if (*out == YS_CSV_EXCEL || strcmp(profile, "plain") == 0)
        return YS_OK;
    return ys_fail(err, YS_USAGE, _("--csv-profile \"%s\" is none of excel, plain"), profile);
}

static enum ys_code take_case(void *context, const struct ys_case *item, struct ys_err *err)
{
    struct ys_report_call *const report = context;
    (void)err;
    report->cases++;
    (report->json ? ys_json_case : ys_text_case)(item);
    return YS_OK;
}

static enum ys_code explain(const struct ys_call *call, struct ys_report_call *report,
                            const char *id, struct ys_err *err)
{
    struct ys_indicators *const indicators = ys_figures_indicators(report->making.figures);
    const struct ys_indicator *const indicator = ys_indicators_find(indicators, id);
    const bool chinese = ys_lang_is_chinese();
    if (indicator == NULL)
        return ys_fail(err, YS_USAGE, _("--explain \"%s\" is no indicator: A-01 to G-11"), id);
    report->json = call->json;
    if (!call->json)
        printf("%s %s\n%s\n", indicator->id, chinese ? indicator->zh : indicator->en,
               chinese ? indicator->formula_zh : indicator->formula_en);
    const enum ys_code code = ys_indicators_list(
        indicators, indicator, ys_args_value(&call->args, "figure"),
        ys_args_value(&call->args, "part"), report->again.unit, take_case, report, err);
    if (code == YS_OK && !call->json)
        printf(_("%zu cases\n"), report->cases);
    return code;
}

/* What is wanted: a file of a format, a text, or the list behind a figure. */
struct shape {
    const char *explain, *out, *table;
    bool text;
    enum ys_report_format format;
    enum ys_csv_profile profile;
};

static enum ys_code read_shape(const struct ys_call *call, struct shape *out, struct ys_err *err)
{
    static const char *const name[] = {[YS_FORMAT_JSON] = "json",
                                       [YS_FORMAT_CSV] = "csv",
                                       [YS_FORMAT_XLSX] = "xlsx",
                                       [YS_FORMAT_HTML] = "html"};
    const char *const word = ys_args_value(&call->args, "format");
    bool known = word == NULL;
    *out = (struct shape){.explain = ys_args_value(&call->args, "explain"),
                          .out = ys_args_value(&call->args, "out"),
                          .table = ys_args_value(&call->args, "table"),
                          .text = word == NULL ? !call->json : strcmp(word, "text") == 0};
    for (unsigned i = 0; !known && !out->text && i < sizeof name / sizeof *name; i++)
        if (strcmp(name[i], word) == 0) {
            out->format = (enum ys_report_format)i;
            known = true;
        }
    if (!known && !out->text)
        return ys_fail(err, YS_USAGE, _("--format \"%s\" is none of text, json, csv, xlsx, html"),
                       word);
    if ((out->text || out->explain != NULL) && !ys_args_has(&call->args, "seal") &&
        out->out != NULL)
        return ys_fail(err, YS_USAGE, _("--out needs a --format: json, csv, xlsx or html"));
    if (out->format == YS_FORMAT_XLSX && out->out == NULL)
        return ys_fail(err, YS_USAGE, _("a workbook is written to a file: --out FILE"));
    return ys_report_call_profile(call, &out->profile, err);
}

static enum ys_code show(const struct ys_call *call, struct ys_report_call *report,
                         const struct shape *shape, struct ys_err *err)
{
    const struct ys_report_files files = {.report = &report->making.report,
                                          .profile = shape->profile,
                                          .table =
                                              shape->table == NULL ? "indicators" : shape->table};
    if (shape->explain != NULL)
        return explain(call, report, shape->explain, err);
    if (shape->text) {
        ys_text_report(&report->making);
        return YS_OK;
    }
    if (shape->format == YS_FORMAT_CSV && shape->out != NULL && shape->table == NULL)
        return ys_report_write_tables(&files, shape->out, err);
    return ys_report_write_file(&files, shape->format, shape->out, err);
}

/* --check: a snapshot that somebody has signed. */
static enum ys_code check(const struct ys_call *call, const char *word, struct ys_err *err)
{
    struct ys_report_call report = {.figures_only = true};
    struct ys_snapshot *snapshot = NULL;
    enum ys_code code = ys_report_call_open(call, &report, err);
    if (code == YS_OK)
        code = ys_snapshot_load(&report, word, &snapshot, err);
    if (code == YS_OK)
        code = ys_report_call_make(&report, err);
    if (code == YS_OK)
        code = ys_snapshot_compare(call, snapshot, &report, err);
    ys_snapshot_free(snapshot);
    ys_report_call_close(&report);
    return code;
}

enum ys_code ys_cmd_report(const struct ys_call *call, struct ys_err *err)
{
    struct ys_report_call report = {.shown = false};
    struct shape shape;
    const char *const as_of = ys_args_value(&call->args, "as-of");
    const char *const snapshot = ys_args_value(&call->args, "check");
    const bool seal = ys_args_has(&call->args, "seal");
    if (snapshot != NULL)
        return check(call, snapshot, err);
    if (seal && as_of != NULL)
        return ys_fail(err, YS_USAGE, _("--seal and --as-of do not go together"));
    if (seal && ys_args_has(&call->args, "annex"))
        return ys_fail(err, YS_USAGE,
                       _("--seal and --annex do not go together: nobody else could make it again"));
    enum ys_code code = read_shape(call, &shape, err);
    if (code == YS_OK)
        code = ys_report_call_open(call, &report, err);
    report.figures_only = as_of == NULL && !seal && (shape.text || shape.explain != NULL);
    report.own_only = report.figures_only && !ys_args_has(&call->args, "by-unit");
    if (code == YS_OK)
        code = as_of == NULL ? ys_report_call_read(call, &report, err)
                             : read_as_of(call, as_of, &report, err);
    if (code == YS_OK && seal && ys_date_days(ys_today()) < report.again.as_of_day)
        code = ys_fail(err, YS_USAGE,
                       _("--seal: the day of asking is yet to come, and so may be what it counts"));
    if (code == YS_OK)
        code = ys_report_call_make(&report, err);
    if (code == YS_OK && as_of != NULL)
        code = compare(&report, as_of, err);
    if (code == YS_OK)
        code = seal ? ys_report_seal_draft(call, &report, shape.out, err)
                    : show(call, &report, &shape, err);
    ys_report_call_close(&report);
    return code;
}
