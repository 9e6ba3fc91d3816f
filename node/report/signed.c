#include "node/report/signed.h"

#include "node/model/model.h"
#include "proto/limits.h"
#include "proto/moment.h"
#include "proto/record.h"
#include "proto/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ys_signed_clear(struct ys_signed *is)
{
    free(is->head);
    free(is->figure);
    ys_arena_clear(&is->arena);
    *is = (struct ys_signed){.body = NULL};
}

static enum ys_code no_memory(struct ys_err *err)
{
    return ys_fail(err, YS_NOMEM, "report: out of memory");
}

static const char *text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static int64_t number(uint64_t value)
{
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static int32_t day_of(const Yishi__V1__Date *date)
{
    const uint32_t day = date == NULL ? 0 : date->yyyymmdd;
    return ys_date_days(ys_date_valid(day) ? day : YS_DATE_FIRST);
}

static bool is_named(const struct ys_signed *is, const char *log)
{
    for (size_t i = 0; i < is->head_count; i++)
        if (strcmp(is->head[i].log, log) == 0)
            return true;
    return false;
}

static enum ys_code take_inputs(struct ys_signed *is, struct ys_err *err)
{
    const Yishi__V1__ReportSnapshot *const body = is->body;
    is->head = calloc(body->n_inputs + 1, sizeof *is->head);
    is->head_count = 0;
    if (is->head == NULL)
        return no_memory(err);
    for (size_t i = 0; i < body->n_inputs; i++) {
        const Yishi__V1__ReportInput *const input = body->inputs[i];
        struct ys_report_head *const head = &is->head[is->head_count];
        if (input->root.len != sizeof head->root.bytes || input->log == NULL)
            return ys_fail(err, YS_MALFORMED, "report: an input says no log or root");
        if (is_named(is, input->log))
            return ys_fail(err, YS_MALFORMED, "%.*s: the report names this log twice",
                           (int)ys_text_cut(ys_bytes_of_text(input->log), YS_KEY_NAME_MAX),
                           input->log);
        head->log = input->log;
        head->size = input->size;
        head->members = input->has_members ? input->members : input->size;
        memcpy(head->root.bytes, input->root.data, sizeof head->root.bytes);
        is->head_count++;
    }
    return YS_OK;
}

static enum ys_code take_figures(struct ys_signed *is, struct ys_err *err)
{
    const Yishi__V1__ReportSnapshot *const body = is->body;
    is->figure = calloc(body->n_figures + 1, sizeof *is->figure);
    if (is->figure == NULL)
        return no_memory(err);
    for (size_t i = 0; i < body->n_figures; i++) {
        const Yishi__V1__ReportFigure *const from = body->figures[i];
        is->figure[is->figure_count++] =
            (struct ys_sealed_figure){.unit = text_or_empty(from->unit),
                                      .indicator = text_or_empty(from->indicator),
                                      .figure = text_or_empty(from->figure),
                                      .part = text_or_empty(from->part),
                                      .there = from->has_numerator != 0,
                                      .n = number(from->numerator),
                                      .d = number(from->denominator)};
    }
    return YS_OK;
}

static enum ys_code take_days(struct ys_signed *is, struct ys_err *err)
{
    char from[YS_DATE_TEXT_MAX];
    char to[YS_DATE_TEXT_MAX];
    char text[2 * YS_DATE_TEXT_MAX + 2];
    const Yishi__V1__ReportSnapshot *const body = is->body;
    ys_date_print(ys_date_from_days(day_of(body->from)), from);
    ys_date_print(ys_date_from_days(day_of(body->to)), to);
    (void)snprintf(text, sizeof text, "%s..%s", from, to);
    is->as_of_day = day_of(body->as_of != NULL ? body->as_of : body->to);
    if (ys_report_period_parse(text, &is->period, NULL) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "report: %s is no period", text);
    if (is->as_of_day < is->period.from_day)
        return ys_fail(err, YS_MALFORMED,
                       "report: the period %s has not begun on its day of asking", text);
    return YS_OK;
}

static enum ys_code read_body(struct ys_txn *txn, const char *origin, uint64_t index,
                              struct ys_signed *out, struct ys_err *err)
{
    const Yishi__V1__Body *body = NULL;
    char id[YS_HASH_HEX_MAX];
    struct ys_log log;
    struct ys_entry entry;
    struct ys_note note;
    enum ys_code code = ys_log_find(txn, origin, &log, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, log.id, index, &entry, err);
    if (code == YS_OK)
        code = ys_note_parse(entry.note, &note, err);
    if (code != YS_OK)
        return code;
    ys_record_id(note.text, &out->id);
    ys_hash_hex(&out->id, id);
    if (entry.content != YS_CONTENT_BODY)
        return ys_fail(err, YS_NOT_FOUND, "record %.16s: its body is not here", id);
    code = ys_body_decode(entry.body, &out->arena, &body, err);
    if (code != YS_OK)
        return code;
    if (body->kind_case == YISHI__V1__BODY__KIND_CORRECTION)
        body = ys_correction_replacement(body, &out->arena);
    if (body == NULL || body->kind_case != YISHI__V1__BODY__KIND_REPORT_SNAPSHOT)
        return ys_fail(err, YS_USAGE, "record %.16s is no report_snapshot", id);
    out->body = body->report_snapshot;
    return YS_OK;
}

enum ys_code ys_signed_read(struct ys_txn *txn, const char *origin, uint64_t index,
                            struct ys_signed *out, struct ys_err *err)
{
    *out = (struct ys_signed){.body = NULL};
    ys_arena_init(&out->arena, YS_BODY_ARENA_MAX);
    enum ys_code code = read_body(txn, origin, index, out, err);
    if (code == YS_OK) {
        out->scope = text_or_empty(out->body->scope);
        out->rule_set = text_or_empty(out->body->rule_set);
        code = take_days(out, err);
    }
    if (code == YS_OK)
        code = take_inputs(out, err);
    if (code == YS_OK)
        code = take_figures(out, err);
    if (code != YS_OK)
        ys_signed_clear(out);
    return code;
}
