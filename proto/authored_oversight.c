#include "proto/authored_part.h"
#include "proto/name.h"

#include <string.h>

/* A body that is a replacement: its kind is neither a correction's nor the node's own; all else is seen
 * by whoever unpacks it. */
static enum ys_code correction_check(const Yishi__V1__Correction *body, struct ys_err *err)
{
    for (size_t i = 0; i < body->n_changes; i++) {
        for (size_t earlier = 0; earlier < i; earlier++) {
            if (strcmp(body->changes[i]->path, body->changes[earlier]->path) == 0)
                return ys_fail(err, YS_MALFORMED, "body.correction.changes[%zu].path: stands twice",
                               i);
        }
    }
    return YS_OK;
}

/* One thing is erased: a sealed value, an attachment, or all. */
static enum ys_code redaction_check(const Yishi__V1__Redaction *body, struct ys_err *err)
{
    if ((body->slot != NULL) + (body->has_attachment != 0) + (body->has_whole_body != 0) != 1 ||
        (body->has_whole_body && !body->whole_body))
        return ys_fail(err, YS_MALFORMED,
                       "body.redaction: names one of the slot, the attachment, or \"whole_body\": "
                       "true");
    const bool ordered = body->reason == YISHI__V1__REDACTION_REASON__REDACTION_REASON_ORDER;
    const enum ys_code code = ys_authored_need(!ordered || body->order != NULL,
                                               "body.redaction.order", "it was ordered", err);
    return code != YS_OK ? code
                         : ys_authored_division(body->holder, false, "body.redaction.holder", err);
}

static enum ys_code finding_check(const Yishi__V1__Body *whole, struct ys_err *err)
{
    const Yishi__V1__AuditFinding *body = whole->audit_finding;
    struct ys_division division;
    enum ys_code code =
        ys_authored_division(body->division, false, "body.audit_finding.division", err);
    if (code != YS_OK)
        return code;
    if (ys_division_parse(ys_bytes_of_text(body->division), &division, err) != YS_OK ||
        !ys_body_class_at(ys_body_class(body->body), ys_division_level(&division)))
        return ys_fail(err, YS_MALFORMED, "body.audit_finding.body: %s has no body \"%s\"",
                       body->division, body->body);
    if (body->matter != NULL)
        code = ys_authored_matter(body->matter, "body.audit_finding.matter", err);
    if (code == YS_OK)
        code =
            ys_authored_need(body->matter != NULL ||
                                 ys_authored_refers(whole, YISHI__V1__RELATION__RELATION_BASED_ON),
                             "body.audit_finding.matter", "no record is referred to", err);
    return code;
}

static enum ys_code snapshot_check(const Yishi__V1__ReportSnapshot *body, struct ys_err *err)
{
    enum ys_code code = ys_authored_division(body->scope, false, "body.report_snapshot.scope", err);
    if (code == YS_OK)
        code = ys_authored_span(body->from, body->to, "body.report_snapshot.to", err);
    for (size_t i = 0; i < body->n_inputs && code == YS_OK; i++) {
        struct ys_name log;
        if (ys_name_parse(ys_bytes_of_text(body->inputs[i]->log), &log, NULL) != YS_OK ||
            log.kind != YS_NAME_LOG)
            code = ys_fail(err, YS_MALFORMED,
                           "body.report_snapshot.inputs[%zu].log: not the origin of a log", i);
        else if (body->inputs[i]->size > INT64_MAX)
            code = ys_fail(err, YS_MALFORMED,
                           "body.report_snapshot.inputs[%zu].size: is out of range", i);
    }
    for (size_t i = 0; i < body->n_figures && code == YS_OK; i++) {
        struct ys_division unit;
        if (ys_division_parse(ys_bytes_of_text(body->figures[i]->unit), &unit, NULL) != YS_OK)
            code = ys_fail(err, YS_MALFORMED,
                           "body.report_snapshot.figures[%zu].unit: is no division code", i);
        else if (body->figures[i]->numerator > INT64_MAX ||
                 body->figures[i]->denominator > INT64_MAX)
            code = ys_fail(err, YS_MALFORMED,
                           "body.report_snapshot.figures[%zu].numerator: is out of range", i);
    }
    return code;
}

/* --- divisions --- */

static enum ys_code entries_check(Yishi__V1__DivisionEntry *const *entries, size_t count,
                                  const char *where, struct ys_err *err)
{
    struct ys_division first;
    struct ys_division division;
    for (size_t i = 0; i < count; i++) {
        if (ys_division_parse(ys_bytes_of_text(entries[i]->division), &division, NULL) != YS_OK)
            return ys_fail(err, YS_MALFORMED, "%s[%zu].division: not a division code", where, i);
        if (i == 0)
            first = division;
        if (ys_division_level(&division) != ys_division_level(&first))
            return ys_fail(err, YS_MALFORMED, "%s[%zu].division: is of another level", where, i);
    }
    return YS_OK;
}

static enum ys_code divisions_check(const Yishi__V1__DivisionChange *body, struct ys_err *err)
{
    const bool one_before = body->n_before == 1;
    const bool one_after = body->n_after == 1;
    bool fits = true;
    if (body->change == YISHI__V1__DIVISION_CHANGE_KIND__DIVISION_CHANGE_KIND_MERGE)
        fits = !one_before && one_after;
    if (body->change == YISHI__V1__DIVISION_CHANGE_KIND__DIVISION_CHANGE_KIND_SPLIT)
        fits = one_before && !one_after;
    if (body->change == YISHI__V1__DIVISION_CHANGE_KIND__DIVISION_CHANGE_KIND_RENAME)
        fits = one_before && one_after;
    if (!fits)
        return ys_fail(err, YS_MALFORMED,
                       "body.division_change.after: %zu divisions become %zu, which is no such "
                       "change",
                       body->n_before, body->n_after);
    const enum ys_code code =
        entries_check(body->before, body->n_before, "body.division_change.before", err);
    return code != YS_OK
               ? code
               : entries_check(body->after, body->n_after, "body.division_change.after", err);
}

enum ys_code ys_authored_oversight(const Yishi__V1__Body *body, struct ys_err *err)
{
    if (body->kind_case == YISHI__V1__BODY__KIND_ATTACHMENT_ADD)
        return ys_authored_need(body->n_attachments > 0, "body.attachments", "it is what is added",
                                err);
    if (body->kind_case == YISHI__V1__BODY__KIND_CORRECTION)
        return correction_check(body->correction, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_REDACTION)
        return redaction_check(body->redaction, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_ARCHIVE_TRANSFER)
        return ys_authored_span(body->archive_transfer->from, body->archive_transfer->to,
                                "body.archive_transfer.to", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_AUDIT_FINDING)
        return finding_check(body, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_REPORT_SNAPSHOT)
        return snapshot_check(body->report_snapshot, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_DIVISION_CHANGE)
        return divisions_check(body->division_change, err);
    return YS_OK;
}
