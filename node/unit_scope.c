#include "node/unit_scope.h"

#include "node/lang.h"
#include "proto/matter.h"

#include <string.h>

static enum ys_code division_check(const struct ys_division *unit, const char *text,
                                   const char *where, struct ys_err *err)
{
    struct ys_division division;
    if (ys_division_parse(ys_bytes_of_text(text), &division, err) != YS_OK)
        return YS_MALFORMED;
    if (ys_division_within(&division, unit))
        return YS_OK;
    return ys_fail(err, YS_DENIED, _("%s: %s is not within %s, which may not write about it"),
                   where, text, unit->digits);
}

static enum ys_code subject_check(const struct ys_division *unit, const struct ys_kind *kind,
                                  const char *subject, struct ys_err *err)
{
    struct ys_matter matter;
    struct ys_err why = {0};
    const bool none = strcmp(subject, "-") == 0;
    if (kind->subject == YS_SUBJECT_NONE && !none)
        return ys_fail(err, YS_MALFORMED, _("subject: a %s belongs to no matter; leave it out"),
                       kind->name);
    if (kind->subject == YS_SUBJECT_MATTER && none)
        return ys_fail(err, YS_MALFORMED,
                       _("subject: a %s needs the number of its matter, or \"new\""), kind->name);
    if (none)
        return YS_OK;
    if (ys_matter_parse(ys_bytes_of_text(subject), &matter, &why) != YS_OK)
        return ys_fail(err, YS_MALFORMED, _("subject: \"%s\" is %s"), subject, why.msg);
    if (strcmp(kind->name, "acknowledgement") == 0)
        return YS_OK;
    return division_check(unit, matter.division.digits, "subject", err);
}

static enum ys_code entries_check(const struct ys_division *unit,
                                  Yishi__V1__DivisionEntry *const *entries, size_t count,
                                  const char *where, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = division_check(unit, entries[i]->division, where, err);
    return code;
}

static enum ys_code commission_check(const struct ys_division *unit,
                                     const Yishi__V1__CommissionRequest *body, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < body->n_communities && code == YS_OK; i++)
        code = division_check(unit, body->communities[i], "commission_request.communities", err);
    return code;
}

static enum ys_code relayed_check(const struct ys_division *unit,
                                  const Yishi__V1__Acknowledgement *body, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < body->n_relayed && code == YS_OK; i++)
        code = division_check(unit, body->relayed[i]->division, "acknowledgement.relayed", err);
    return code;
}

/* What another community acknowledges is passed on by the street of both (DOMAIN.md 2.5). */
static enum ys_code joint_check(const struct ys_division *unit,
                                const Yishi__V1__TopicDetermination *body, struct ys_err *err)
{
    struct ys_division street;
    struct ys_division division;
    if (!ys_division_parent(unit, &street))
        return YS_OK; /* no community: no author of one */
    for (size_t i = 0; i < body->n_joint_with; i++) {
        if (ys_division_parse(ys_bytes_of_text(body->joint_with[i]), &division, err) != YS_OK)
            return YS_MALFORMED;
        if (!ys_division_within(&division, &street))
            return ys_fail(err, YS_DENIED,
                           _("topic_determination.joint_with: %s is not within %s, which passes "
                             "acknowledgements on"),
                           division.digits, street.digits);
    }
    return YS_OK;
}

static enum ys_code matter_check(const struct ys_division *unit, const char *text,
                                 const char *where, struct ys_err *err)
{
    struct ys_matter matter;
    if (ys_matter_parse(ys_bytes_of_text(text), &matter, NULL) != YS_OK)
        return YS_OK; /* that it is no number is said where fields are checked */
    return division_check(unit, matter.division.digits, where, err);
}

static enum ys_code matters_check(const struct ys_division *unit, char *const *matters,
                                  size_t count, const char *where, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = matter_check(unit, matters[i], where, err);
    return code;
}

static enum ys_code finding_check(const struct ys_division *unit,
                                  const Yishi__V1__AuditFinding *body, struct ys_err *err)
{
    const enum ys_code code = division_check(unit, body->division, "audit_finding.division", err);
    if (code != YS_OK || body->matter == NULL)
        return code;
    return matter_check(unit, body->matter, "audit_finding.matter", err);
}

static enum ys_code divisions_check(const struct ys_division *unit, const Yishi__V1__Body *body,
                                    struct ys_err *err)
{
    enum ys_code code = YS_OK;
    if (body->kind_case == YISHI__V1__BODY__KIND_RULE_PARAMETER)
        return division_check(unit, body->rule_parameter->scope, "rule_parameter.scope", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_REDACTION)
        return division_check(unit, body->redaction->holder, "redaction.holder", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_AUDIT_FINDING)
        return finding_check(unit, body->audit_finding, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_EVALUATION_ROUND)
        return matters_check(unit, body->evaluation_round->matters,
                             body->evaluation_round->n_matters, "evaluation_round.matters", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_PARTY_REPORT)
        return matters_check(unit, body->party_report->matters, body->party_report->n_matters,
                             "party_report.matters", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_REPORT_SNAPSHOT)
        return division_check(unit, body->report_snapshot->scope, "report_snapshot.scope", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_COMMISSION_REQUEST)
        return commission_check(unit, body->commission_request, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_TOPIC_DETERMINATION)
        return joint_check(unit, body->topic_determination, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_ACKNOWLEDGEMENT)
        return relayed_check(unit, body->acknowledgement, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_DIVISION_CHANGE) {
        const Yishi__V1__DivisionChange *const change = body->division_change;
        code = entries_check(unit, change->before, change->n_before, "division_change.before", err);
        if (code == YS_OK)
            code =
                entries_check(unit, change->after, change->n_after, "division_change.after", err);
    }
    return code;
}

enum ys_code ys_unit_scope_check(const struct ys_division *unit, const struct ys_kind *kind,
                                 const char *subject, const Yishi__V1__Body *body,
                                 struct ys_err *err)
{
    const enum ys_code code = subject_check(unit, kind, subject, err);
    return code == YS_OK ? divisions_check(unit, body, err) : code;
}
