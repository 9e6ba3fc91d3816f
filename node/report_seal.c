#include "node/report_seal.h"

#include "node/draft_state.h"
#include "node/exhibit.h"
#include "node/file.h"
#include "node/json_out.h"
#include "node/lang.h"
#include "node/report/files.h"
#include "node/report/sealed.h"
#include "node/sheet.h"
#include "node/terminal.h"
#include "node/view_report.h"
#include "proto/limits.h"
#include "proto/moment.h"

#include <inttypes.h>
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

static json_t *fraction_object(bool there, int64_t n, int64_t d)
{
    return there ? json_pack("{s:I, s:I}", "numerator", (json_int_t)n, "denominator", (json_int_t)d)
                 : json_null();
}

static void print_fraction(bool there, int64_t n, int64_t d, char out[64])
{
    if (there)
        (void)snprintf(out, 64, "%" PRId64 " / %" PRId64, n, d);
    else
        (void)snprintf(out, 64, "—");
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
    size_t count;
};

static enum ys_code show_difference(void *context, const struct ys_sealed_difference *difference,
                                    struct ys_err *err)
{
    struct showing *const showing = context;
    const struct ys_sealed_figure *const f = &difference->sealed;
    char was[64];
    char is[64];
    (void)err;
    showing->count++;
    json_t *const records = records_of(difference);
    if (showing->call->json) {
        ys_json_line(json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "unit", f->unit, "indicator",
                               f->indicator, "figure", f->figure, "part", f->part, "signed",
                               fraction_object(f->there, f->n, f->d), "counted",
                               fraction_object(difference->there, difference->n, difference->d),
                               "records", records));
        return YS_OK;
    }
    print_fraction(f->there, f->n, f->d, was);
    print_fraction(difference->there, difference->n, difference->d, is);
    printf("%s %s%s%s%s%s: ", f->unit, f->indicator, f->figure[0] == '\0' ? "" : " ", f->figure,
           f->part[0] == '\0' ? "" : " ", f->part);
    printf(_("signed %s, counted from the records %s\n"), was, is);
    for (size_t i = 0; i < json_array_size(records); i++)
        printf("    %s\n", json_string_value(json_array_get(records, i)));
    json_decref(records);
    return YS_OK;
}

/* By the same rules, what must be sealed and is not is a difference, too. */
static bool is_same_set(const struct ys_snapshot *snapshot, const struct ys_report_call *report)
{
    char set[YS_SEALED_SET_MAX];
    ys_sealed_set(&report->making.report, set);
    return snapshot->body->n_figures > 0 && strcmp(snapshot->body->rule_set, set) == 0;
}

static enum ys_code compare_figures(const struct ys_snapshot *snapshot,
                                    struct ys_report_call *report, struct showing *showing,
                                    struct ys_err *err)
{
    const Yishi__V1__ReportSnapshot *const body = snapshot->body;
    struct ys_sealed_figure *const figure = calloc(body->n_figures + 1, sizeof *figure);
    if (figure == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    for (size_t i = 0; i < body->n_figures; i++) {
        const Yishi__V1__ReportFigure *const from = body->figures[i];
        figure[i] = (struct ys_sealed_figure){.unit = from->unit,
                                              .indicator = from->indicator,
                                              .figure = from->figure == NULL ? "" : from->figure,
                                              .part = from->part == NULL ? "" : from->part,
                                              .there = from->has_numerator != 0,
                                              .n = (int64_t)from->numerator,
                                              .d = (int64_t)from->denominator};
    }
    const enum ys_code code =
        ys_sealed_compare(&report->making, figure, body->n_figures, is_same_set(snapshot, report),
                          show_difference, showing, err);
    free(figure);
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
    struct showing showing = {.call = call};
    enum ys_code code = compare_figures(snapshot, report, &showing, err);
    if (code == YS_OK)
        code = look_for_left_out(call, snapshot, report, &showing.count, err);
    if (code != YS_OK)
        return code;
    if (showing.count > 0)
        return ys_fail(err, YS_REFUSED,
                       _("record %.16s: %zu differences between what was signed and what the "
                         "records say"),
                       snapshot->id, showing.count);
    if (!call->json)
        printf(_("Record %.16s: %zu figures counted again from %zu logs, all as signed.\n"),
               snapshot->id, snapshot->body->n_figures, report->again.head_count);
    return YS_OK;
}
