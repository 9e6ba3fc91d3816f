#include "node/report_seal.h"

#include "node/draft_state.h"
#include "node/exhibit.h"
#include "node/file.h"
#include "node/json_out.h"
#include "node/lang.h"
#include "node/report/files.h"
#include "node/sheet.h"
#include "node/terminal.h"
#include "node/view_report.h"
#include "proto/limits.h"
#include "proto/moment.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30, SHORT_SET = 16 };

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

/* A figure as a fraction; a median as half of the sum of the two in the middle. False: it is none, or
 * below nought. */
static bool fraction(const struct ys_found *found, int64_t *n, int64_t *d)
{
    const enum ys_figure_kind kind = found->figure->kind;
    const bool middle = kind == YS_FIGURE_MEDIAN || kind == YS_FIGURE_MAX;
    *n = middle ? found->low + found->high : found->n;
    *d = kind == YS_FIGURE_COUNT ? 1 : middle ? 2 : found->d;
    return !found->none && *n >= 0 && *d > 0;
}

/* Of the unit all; of each unit right below what residents said, so that a difference has a place. */
static bool is_sealed(const struct ys_report_call *report, const struct ys_found *found)
{
    static const char *const below[] = {"F-02", "F-04", "F-06"};
    if (found->indicator->annex)
        return false;
    if (found->unit_at == 0)
        return true;
    const size_t length = strlen(report->again.unit);
    bool wanted = false;
    for (size_t i = 0; i < sizeof below / sizeof *below; i++)
        wanted = wanted || strcmp(found->indicator->id, below[i]) == 0;
    return wanted && strlen(found->unit) == length + 3;
}

static void add_figures(const struct ys_report_call *report, bool own, json_t *list)
{
    size_t count = 0;
    const struct ys_found *const found = ys_figures_found(report->making.figures, &count);
    for (size_t i = 0; i < count && json_array_size(list) < YS_BODY_REPEATED_MAX; i++) {
        int64_t n = 0;
        int64_t d = 0;
        if ((found[i].unit_at == 0) != own || !is_sealed(report, &found[i]))
            continue;
        json_t *const item =
            json_pack("{s:s, s:s}", "unit", found[i].unit, "indicator", found[i].indicator->id);
        if (found[i].figure->code[0] != '\0')
            json_object_set_new(item, "figure", json_string(found[i].figure->code));
        if (found[i].part[0] != '\0')
            json_object_set_new(item, "part", json_string(found[i].part));
        if (fraction(&found[i], &n, &d)) {
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
    char set[2 * SHORT_SET + 2];
    char software[40];
    json_t *const exports = json_array();
    json_t *const figures = json_array();
    (void)snprintf(set, sizeof set, "%.16s/%.16s", report->rule_set, report->indicator_set);
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
    struct ys_arena arena;
    const Yishi__V1__ReportSnapshot *body;
    struct ys_record record;
    char id[YS_RECORD_ID_TEXT_MAX];
};

void ys_snapshot_free(struct ys_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    ys_arena_clear(&snapshot->arena);
    free(snapshot);
}

static enum ys_code read_record(struct ys_report_call *report, const char *word,
                                struct ys_snapshot *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const Yishi__V1__Body *body = NULL;
    struct ys_log log;
    struct ys_entry entry;
    struct ys_note note;
    struct ys_hash id;
    uint64_t index = 0;
    enum ys_code code = ys_node_read(&report->node, &txn, err);
    if (code == YS_OK)
        code = ys_exhibit_find(txn, word, &log, &index, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, log.id, index, &entry, err);
    if (code == YS_OK)
        code = ys_note_parse(entry.note, &note, err);
    if (code == YS_OK)
        code = ys_record_parse(note.text, &out->record, err);
    if (code != YS_OK)
        return code;
    ys_record_id(note.text, &id);
    ys_hash_hex(&id, out->id);
    if (entry.content != YS_CONTENT_BODY)
        return ys_fail(err, YS_NOT_FOUND, _("record %.16s: its body is not here"), out->id);
    code = ys_body_decode(entry.body, &out->arena, &body, err);
    if (code == YS_OK && body->kind_case != YISHI__V1__BODY__KIND_REPORT_SNAPSHOT)
        return ys_fail(err, YS_USAGE, _("record %.16s is no report_snapshot"), out->id);
    if (code == YS_OK)
        out->body = body->report_snapshot;
    return code;
}

static enum ys_code take_inputs(const Yishi__V1__ReportSnapshot *body, const char *id,
                                struct ys_report_again *out, struct ys_err *err)
{
    out->head = calloc(body->n_inputs + 1, sizeof *out->head);
    if (out->head == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    for (size_t i = 0; i < body->n_inputs; i++) {
        const Yishi__V1__ReportInput *const input = body->inputs[i];
        struct ys_report_head *const head = &out->head[i];
        if (input->root.len != sizeof head->root.bytes || input->log == NULL)
            return ys_fail(err, YS_MALFORMED, _("record %.16s: an input says no log or root"), id);
        head->log = strdup(input->log);
        if (head->log == NULL)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
        out->head_count++;
        head->size = input->size;
        head->members = input->has_members ? input->members : input->size;
        memcpy(head->root.bytes, input->root.data, input->root.len);
    }
    return YS_OK;
}

static int32_t day_of(const Yishi__V1__Date *date)
{
    const uint32_t day = date == NULL ? 0 : date->yyyymmdd;
    return ys_date_days(ys_date_valid(day) ? day : YS_DATE_FIRST);
}

enum ys_code ys_snapshot_load(struct ys_report_call *report, const char *word,
                              struct ys_snapshot **out, struct ys_err *err)
{
    char from[YS_DATE_TEXT_MAX];
    char to[YS_DATE_TEXT_MAX];
    char period[2 * YS_DATE_TEXT_MAX + 2];
    struct ys_snapshot *const snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    ys_arena_init(&snapshot->arena, YS_BODY_ARENA_MAX);
    enum ys_code code = read_record(report, word, snapshot, err);
    if (code == YS_OK) {
        const Yishi__V1__ReportSnapshot *const body = snapshot->body;
        ys_date_print(ys_date_from_days(day_of(body->from)), from);
        ys_date_print(ys_date_from_days(day_of(body->to)), to);
        (void)snprintf(period, sizeof period, "%s..%s", from, to);
        (void)snprintf(report->again.unit, sizeof report->again.unit, "%s", body->scope);
        report->again.as_of_day = day_of(body->as_of != NULL ? body->as_of : body->to);
        code = ys_report_period_parse(period, &report->again.period, err);
        if (code == YS_OK)
            code = take_inputs(body, snapshot->id, &report->again, err);
    }
    if (code != YS_OK) {
        ys_snapshot_free(snapshot);
        return code;
    }
    *out = snapshot;
    return YS_OK;
}

static const struct ys_found *find_figure(const struct ys_report_call *report,
                                          const Yishi__V1__ReportFigure *figure)
{
    size_t count = 0;
    const struct ys_found *const found = ys_figures_found(report->making.figures, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(found[i].unit, figure->unit) == 0 &&
            strcmp(found[i].indicator->id, figure->indicator) == 0 &&
            strcmp(found[i].figure->code, figure->figure == NULL ? "" : figure->figure) == 0 &&
            strcmp(found[i].part, figure->part == NULL ? "" : figure->part) == 0)
            return &found[i];
    return NULL;
}

/* What was signed, and what the records say. */
struct difference {
    const Yishi__V1__ReportFigure *figure;
    bool there;
    int64_t n, d;
    json_t *record;
};

static enum ys_code take_record(void *context, const struct ys_case *item, struct ys_err *err)
{
    struct difference *const difference = context;
    struct ys_hash id;
    char text[YS_HASH_HEX_MAX];
    (void)err;
    if (item->id.size != sizeof id.bytes)
        return YS_OK;
    memcpy(id.bytes, item->id.data, item->id.size);
    ys_hash_hex(&id, text);
    for (size_t i = 0; i < json_array_size(difference->record); i++)
        if (strcmp(json_string_value(json_array_get(difference->record, i)), text) == 0)
            return YS_OK;
    json_array_append_new(difference->record, json_string(text));
    return YS_OK;
}

static json_t *fraction_object(bool there, int64_t n, int64_t d)
{
    return there ? json_pack("{s:I, s:I}", "numerator", (json_int_t)n, "denominator", (json_int_t)d)
                 : json_null();
}

static void show_difference(const struct ys_call *call, const struct difference *difference)
{
    const Yishi__V1__ReportFigure *const f = difference->figure;
    char was[64] = "—";
    char is[64] = "—";
    if (call->json) {
        ys_json_line(json_pack(
            "{s:s, s:s, s:s, s:s, s:o, s:o, s:O}", "unit", f->unit, "indicator", f->indicator,
            "figure", f->figure == NULL ? "" : f->figure, "part", f->part == NULL ? "" : f->part,
            "signed",
            fraction_object(f->has_numerator, (int64_t)f->numerator, (int64_t)f->denominator),
            "counted", fraction_object(difference->there, difference->n, difference->d), "records",
            difference->record));
        return;
    }
    if (f->has_numerator)
        (void)snprintf(was, sizeof was, "%" PRIu64 " / %" PRIu64, f->numerator, f->denominator);
    if (difference->there)
        (void)snprintf(is, sizeof is, "%" PRId64 " / %" PRId64, difference->n, difference->d);
    printf("%s %s%s%s%s%s: ", f->unit, f->indicator, f->figure == NULL ? "" : " ",
           f->figure == NULL ? "" : f->figure, f->part == NULL ? "" : " ",
           f->part == NULL ? "" : f->part);
    printf(_("signed %s, counted from the records %s\n"), was, is);
    for (size_t i = 0; i < json_array_size(difference->record); i++)
        printf("    %s\n", json_string_value(json_array_get(difference->record, i)));
}

static enum ys_code compare_figure(const struct ys_call *call, struct ys_report_call *report,
                                   const Yishi__V1__ReportFigure *figure, size_t *count,
                                   struct ys_err *err)
{
    const struct ys_found *const found = find_figure(report, figure);
    struct difference difference = {.figure = figure};
    difference.there = found != NULL && fraction(found, &difference.n, &difference.d);
    if (difference.there == (figure->has_numerator != 0) &&
        (!difference.there || (difference.n == (int64_t)figure->numerator &&
                               difference.d == (int64_t)figure->denominator)))
        return YS_OK;
    struct ys_indicators *const indicators = ys_figures_indicators(report->making.figures);
    const struct ys_indicator *const indicator = ys_indicators_find(indicators, figure->indicator);
    enum ys_code code = YS_OK;
    difference.record = json_array();
    if (found != NULL && indicator != NULL)
        code = ys_indicators_list(indicators, indicator, NULL, NULL, figure->unit, take_record,
                                  &difference, err);
    show_difference(call, &difference);
    json_decref(difference.record);
    ++*count;
    return code;
}

/* Logs of units below, begun before it was signed, that it does not use. */
static enum ys_code look_for_left_out(const struct ys_call *call,
                                      const struct ys_snapshot *snapshot,
                                      struct ys_report_call *report, size_t *count,
                                      struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log = {.origin_text = ""};
    struct ys_division scope;
    enum ys_code code = ys_division_parse(ys_bytes_of_text(snapshot->body->scope), &scope, err);
    if (code == YS_OK)
        code = ys_store_begin(report->node.store, false, &txn, err);
    while (code == YS_OK) {
        struct ys_entry entry;
        struct ys_note note;
        struct ys_record record;
        bool used = false;
        code = ys_log_next_origin(txn, log.origin_text, &log, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        for (size_t i = 0; i < report->again.head_count; i++)
            used = used || strcmp(report->again.head[i].log, log.origin_text) == 0;
        if (code != YS_OK || used || log.frontier.size == 0 ||
            !ys_division_within(&log.origin.division, &scope) ||
            ys_log_entry(txn, log.id, 0, &entry, NULL) != YS_OK ||
            ys_note_parse(entry.note, &note, NULL) != YS_OK ||
            ys_record_parse(note.text, &record, NULL) != YS_OK ||
            record.signed_at_s > snapshot->record.signed_at_s)
            continue;
        ++*count;
        if (call->json)
            ys_json_line(json_pack("{s:s, s:s}", "left_out", log.origin_text, "unit",
                                   log.origin.division.digits));
        else
            printf(_("%s: this log was there and is not used\n"), log.origin_text);
    }
    return code;
}

enum ys_code ys_snapshot_compare(const struct ys_call *call, const struct ys_snapshot *snapshot,
                                 struct ys_report_call *report, struct ys_err *err)
{
    size_t count = 0;
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < snapshot->body->n_figures; i++)
        code = compare_figure(call, report, snapshot->body->figures[i], &count, err);
    if (code == YS_OK)
        code = look_for_left_out(call, snapshot, report, &count, err);
    if (code != YS_OK)
        return code;
    if (count > 0)
        return ys_fail(err, YS_REFUSED,
                       _("record %.16s: %zu differences between what was signed and what the "
                         "records say"),
                       snapshot->id, count);
    if (!call->json)
        printf(_("Record %.16s: %zu figures counted again from %zu logs, all as signed.\n"),
               snapshot->id, snapshot->body->n_figures, report->again.head_count);
    return YS_OK;
}
