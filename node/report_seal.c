#include "node/report_seal.h"

#include "node/draft_state.h"
#include "node/exhibit.h"
#include "node/file.h"
#include "node/json_out.h"
#include "node/lang.h"
#include "node/recall.h"
#include "node/report/files.h"
#include "node/report/recount.h"
#include "node/report/signed.h"
#include "node/rules/finding.h"
#include "node/sheet.h"
#include "node/terminal.h"
#include "node/today.h"
#include "node/view_report.h"
#include "proto/limits.h"
#include "proto/moment.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30 };

static json_t *text_of_hash(const struct ys_hash *hash)
{
    char text[YS_HASH_TEXT_LEN + 1];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = YS_HASH_TEXT_LEN};
    ys_hash_print(&w, hash);
    text[w.size] = '\0';
    return json_string(text);
}

static json_t *text_of_day(int32_t day)
{
    char text[YS_DATE_TEXT_MAX];
    ys_date_print(ys_date_from_days(day), text);
    return json_string(text);
}

static void add_figures(const struct ys_report_call *report, bool own, json_t *list)
{
    size_t count = 0;
    const struct ys_found *const found = ys_figures_found(report->making.figures, &count);
    for (size_t i = 0; i < count && json_array_size(list) < YS_BODY_REPEATED_MAX; i++) {
        int64_t n = 0;
        int64_t d = 0;
        if ((found[i].unit_at == 0) != own || !ys_sealed_is(&found[i], report->again.unit))
            continue;
        json_t *const item =
            json_pack("{s:s, s:s}", "unit", found[i].unit, "indicator", found[i].indicator->id);
        if (found[i].figure->code[0] != '\0')
            json_object_set_new(item, "figure", json_string(found[i].figure->code));
        if (found[i].part[0] != '\0')
            json_object_set_new(item, "part", json_string(found[i].part));
        if (ys_sealed_fraction(&found[i], &n, &d)) {
            json_object_set_new(item, "numerator", json_integer(n));
            json_object_set_new(item, "denominator", json_integer(d));
        }
        json_array_append_new(list, item);
    }
}

static json_t *inputs(const struct ys_report *report)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < report->head_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:o, s:I}", "log", report->head[i].log,
                                              "size", (json_int_t)report->head[i].size, "root",
                                              text_of_hash(&report->head[i].root), "members",
                                              (json_int_t)report->head[i].members));
    return list;
}

/* Those that were signed; defaults are the rule set's. */
static json_t *parameters(const struct ys_report *report)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < report->parameter_count; i++)
        if (report->parameter[i].record[0] != '\0' && json_array_size(list) < YS_BODY_REPEATED_MAX)
            json_array_append_new(list, json_pack("{s:s, s:s}", "name", report->parameter[i].name,
                                                  "value", report->parameter[i].value));
    return list;
}

static enum ys_code add_exports(struct ys_report_call *report, const char *folder, json_t *list,
                                struct ys_err *err)
{
    static const char *const format[] = {"json", "xlsx", "html"};
    const struct ys_report_files files = {.report = &report->making.report};
    enum ys_code code = ys_report_write_folder(&files, folder, err);
    for (size_t i = 0; code == YS_OK && i < sizeof format / sizeof *format; i++) {
        char path[PATH_MAX];
        uint8_t *bytes = NULL;
        size_t size = 0;
        struct ys_hash hash;
        (void)snprintf(path, sizeof path, "%.4000s/report.%s", folder, format[i]);
        code = ys_file_read_all(path, FILE_MAX, &bytes, &size, err);
        if (code != YS_OK)
            break;
        ys_sha256((struct ys_bytes){bytes, size}, &hash);
        free(bytes);
        json_array_append_new(
            list, json_pack("{s:s, s:o}", "format", format[i], "hash", text_of_hash(&hash)));
    }
    return code;
}

static enum ys_code make_record(struct ys_report_call *call, const char *folder, json_t **out,
                                struct ys_err *err)
{
    const struct ys_report *const report = &call->making.report;
    char set[YS_SEALED_SET_MAX];
    char software[40];
    json_t *const exports = json_array();
    json_t *const figures = json_array();
    ys_sealed_set(report, set);
    (void)snprintf(software, sizeof software, "yishi %.30s", report->software);
    add_figures(call, true, figures);
    add_figures(call, false, figures);
    const enum ys_code code = folder == NULL ? YS_OK : add_exports(call, folder, exports, err);
    json_t *const body =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o}", "scope", report->unit,
                  "from", text_of_day(report->from_day), "to", text_of_day(report->to_day),
                  "indicators_hash", text_of_hash(&report->hash), "inputs", inputs(report),
                  "parameters", parameters(report), "rule_set", set, "software", software,
                  "exports", exports, "as_of", text_of_day(report->as_of_day), "figures", figures);
    *out = json_pack("{s:s, s:o}", "kind", "report_snapshot", "report_snapshot", body);
    if (code == YS_OK && *out == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    return code;
}

enum ys_code ys_report_seal_draft(const struct ys_call *call, struct ys_report_call *report,
                                  const char *folder, struct ys_err *err)
{
    struct ys_sheet sheet = {.no = 0};
    json_t *record = NULL;
    char *text = NULL;
    const struct ys_kind *const kind = ys_kind_by_name(ys_bytes_of_text("report_snapshot"));
    const struct ys_division *const own = &report->node.origin.division;
    if (!ys_kind_issued_at(kind, ys_division_level(own)))
        return ys_fail(err, YS_DENIED, _("%s: no body of %s, a %s, may write it"), kind->name,
                       own->digits, ys_level_name(ys_division_level(own)));
    if (report->making.report.head_count > YS_BODY_REPEATED_MAX)
        return ys_fail(err, YS_LIMIT, _("a snapshot may name at most %d logs"),
                       YS_BODY_REPEATED_MAX);
    enum ys_code code = make_record(report, folder, &record, err);
    if (code == YS_OK)
        text = json_dumps(record, JSON_INDENT(1));
    if (code == YS_OK && text == NULL)
        code = ys_fail(err, YS_NOMEM, _("out of memory"));
    if (code == YS_OK)
        code = ys_sheet_add(&report->node.home, ys_bytes_of_text(text), &sheet, err);
    free(text);
    json_decref(record);
    if (code == YS_OK)
        (call->json ? &ys_view_json : &ys_view_text)
            ->draft(&(struct ys_view_draft){.no = sheet.no,
                                            .path = sheet.path,
                                            .kind = kind,
                                            .subject = "-",
                                            .state = YS_VIEW_DRAFT_WRITING,
                                            .id = "",
                                            .why = ""});
    return code;
}

/* --- one that was signed --- */

struct ys_snapshot {
    struct ys_signed is;
    struct ys_log log;
    uint64_t index;
    char id[YS_RECORD_ID_TEXT_MAX];
};

void ys_snapshot_free(struct ys_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    ys_signed_clear(&snapshot->is);
    free(snapshot);
}

static enum ys_code read_record(struct ys_report_call *report, const char *word,
                                struct ys_snapshot *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_node_read(&report->node, &txn, err);
    if (code == YS_OK)
        code = ys_exhibit_find(txn, word, &out->log, &out->index, err);
    if (code != YS_OK)
        return code;
    code = ys_signed_read(txn, out->log.origin_text, out->index, &out->is, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, code, _("record %.16s: its body is not here"), word);
    if (code == YS_USAGE)
        return ys_fail(err, code, _("record %.16s is no report_snapshot"), word);
    if (code == YS_OK)
        ys_hash_hex(&out->is.id, out->id);
    return code;
}

static enum ys_code take_inputs(const struct ys_signed *is, struct ys_report_again *out,
                                struct ys_err *err)
{
    out->head = calloc(is->head_count + 1, sizeof *out->head);
    if (out->head == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    for (size_t i = 0; i < is->head_count; i++) {
        out->head[i] = is->head[i];
        out->head[i].log = strdup(is->head[i].log);
        if (out->head[i].log == NULL)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
        out->head_count++;
    }
    return YS_OK;
}

enum ys_code ys_snapshot_load(struct ys_report_call *report, const char *word,
                              struct ys_snapshot **out, struct ys_err *err)
{
    struct ys_snapshot *const snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = read_record(report, word, snapshot, err);
    if (code == YS_OK) {
        (void)snprintf(report->again.unit, sizeof report->again.unit, "%s", snapshot->is.scope);
        report->again.as_of_day = snapshot->is.as_of_day;
        report->again.period = snapshot->is.period;
        code = take_inputs(&snapshot->is, &report->again, err);
    }
    if (code == YS_OK) /* what this node knows beside the logs that it names */
        code = ys_recall_rules(&report->node, ys_today(), &report->model, &report->rules, err);
    if (code != YS_OK) {
        ys_snapshot_free(snapshot);
        return code;
    }
    *out = snapshot;
    return YS_OK;
}

static json_t *fraction_object(bool there, int64_t n, int64_t d)
{
    return there ? json_pack("{s:I, s:I}", "numerator", (json_int_t)n, "denominator", (json_int_t)d)
                 : json_null();
}

static json_t *records_of(const struct ys_sealed_difference *difference)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < difference->record_count; i++) {
        char id[YS_HASH_HEX_MAX];
        ys_hash_hex(&difference->record[i], id);
        json_array_append_new(list, json_string(id));
    }
    return list;
}

struct showing {
    const struct ys_call *call;
    size_t figures, count; /* those that differ, and whatever else is wrong */
};

static void put_word(const char *word)
{
    if (word[0] == '\0')
        return;
    putchar(' ');
    ys_terminal_put(word);
}

static enum ys_code show_difference(void *context, const struct ys_sealed_difference *difference,
                                    struct ys_err *err)
{
    struct showing *const showing = context;
    const struct ys_sealed_figure *const f = &difference->sealed;
    char was[YS_SEALED_FRACTION_MAX];
    char is[YS_SEALED_FRACTION_MAX];
    (void)err;
    showing->figures++;
    json_t *const records = records_of(difference);
    if (showing->call->json) {
        ys_json_line(json_pack(
            "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "unit", ys_json_text(f->unit), "indicator",
            ys_json_text(f->indicator), "figure", ys_json_text(f->figure), "part",
            ys_json_text(f->part), "signed", fraction_object(f->there, f->n, f->d), "counted",
            fraction_object(difference->there, difference->n, difference->d), "records", records));
        return YS_OK;
    }
    ys_sealed_print(f->there, f->n, f->d, was);
    ys_sealed_print(difference->there, difference->n, difference->d, is);
    ys_terminal_put(f->unit);
    put_word(f->indicator);
    put_word(f->figure);
    put_word(f->part);
    if (difference->unknown)
        printf(_(": signed %s, and there is no such figure\n"), was);
    else
        printf(_(": signed %s, counted from the records %s\n"), was, is);
    for (size_t i = 0; i < json_array_size(records); i++)
        printf("    %s\n", json_string_value(json_array_get(records, i)));
    json_decref(records);
    return YS_OK;
}

/* What was made by an earlier version may be another one and right; what no version has made is said. */
static enum ys_code compare_figures(const struct ys_snapshot *snapshot,
                                    struct ys_report_call *report, struct showing *showing,
                                    struct ys_err *err)
{
    const struct ys_signed *const is = &snapshot->is;
    const enum ys_sealed_by by = ys_sealed_by(&report->making.report, is->rule_set);
    if (is->figure_count > 0 && by == YS_SEALED_BY_UNKNOWN) {
        showing->count++;
        if (showing->call->json) {
            ys_json_line(json_pack("{s:o}", "rules", ys_json_text(is->rule_set)));
        } else {
            ys_terminal_put(is->rule_set);
            puts(_(": no version of this program has such rules"));
        }
    }
    return ys_sealed_compare(&report->making, is->figure, is->figure_count,
                             is->figure_count > 0 && by != YS_SEALED_BY_FORMER, show_difference,
                             showing, err);
}

/* What the rule says of what it names (R-S-6): logs that it does not, and sizes that are too small. */
static enum ys_code show_left_out(const struct ys_snapshot *snapshot, struct ys_report_call *report,
                                  struct showing *showing, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(
        ys_model_sql(report->model),
        "SELECT f.code, f.fact FROM finding f JOIN record r ON r.no = f.record"
        " JOIN log l ON l.no = r.log WHERE f.rule = 'R-S-6' AND l.origin = ? AND r.idx = ?"
        " AND f.code IN ('left_out', 'short', 'members') ORDER BY f.fact, f.code",
        &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(snapshot->log.origin_text));
    ys_query_set_int(query, 2, (int64_t)snapshot->index);
    while ((code = ys_query_step(query, &row, err)) == YS_OK && row) {
        char what[16];
        char fact[YS_FINDING_FACT_MAX];
        (void)ys_query_copy(query, 0, what, sizeof what);
        (void)ys_query_copy(query, 1, fact, sizeof fact);
        showing->count++;
        if (showing->call->json) {
            ys_json_line(json_pack("{s:o}", what, ys_json_text(fact)));
            continue;
        }
        ys_terminal_put(fact);
        puts(strcmp(what, "left_out") == 0 ? _(": this log was there and is not used")
             : strcmp(what, "short") == 0
                 ? _(": entries of this log that were there are not used")
                 : _(": entries of this log that changed the membership are not used so"));
    }
    return code;
}

static enum ys_code count_erased(const struct ys_snapshot *snapshot, struct ys_report_call *report,
                                 size_t *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_hash *erased = NULL;
    bool row = false;
    enum ys_code code = ys_query_open(
        ys_model_sql(report->model),
        "SELECT r.no FROM log l JOIN record r ON r.log = l.no WHERE l.origin = ? AND r.idx = ?",
        &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(snapshot->log.origin_text));
    ys_query_set_int(query, 2, (int64_t)snapshot->index);
    code = ys_query_step(query, &row, err);
    if (code == YS_OK && row)
        code = ys_recount_erased(report->model, ys_query_int(query, 0), &erased, out, err);
    free(erased);
    return code;
}

enum ys_code ys_snapshot_compare(const struct ys_call *call, const struct ys_snapshot *snapshot,
                                 struct ys_report_call *report, struct ys_err *err)
{
    struct showing showing = {.call = call};
    size_t erased = 0;
    enum ys_code code = compare_figures(snapshot, report, &showing, err);
    if (code == YS_OK)
        code = show_left_out(snapshot, report, &showing, err);
    if (code == YS_OK)
        code = count_erased(snapshot, report, &erased, err);
    if (code != YS_OK)
        return code;
    if (showing.count > 0 || (showing.figures > 0 && erased == 0))
        return ys_fail(err, YS_REFUSED,
                       _("record %.16s: %zu differences between what was signed and what the "
                         "records say"),
                       snapshot->id, showing.figures + showing.count);
    if (showing.figures > 0)
        return ys_fail(err, YS_IO,
                       _("record %.16s: %zu figures cannot be counted again as they were: of what "
                         "it rests on, %zu records were erased by law since"),
                       snapshot->id, showing.figures, erased);
    if (!call->json)
        printf(_("Record %.16s: %zu figures counted again from %zu logs, all as signed.\n"),
               snapshot->id, snapshot->is.figure_count, report->again.head_count);
    return YS_OK;
}
