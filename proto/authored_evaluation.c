#include "proto/authored_part.h"
#include "proto/limits.h"
#include "proto/name.h"

#include <inttypes.h>
#include <stdio.h>

enum { DIMENSIONS = 3 };

/* --- rounds --- */

static enum ys_code questions_check(const Yishi__V1__EvaluationRound *body, struct ys_err *err)
{
    unsigned seen = 0;
    enum ys_code code = YS_OK;
    if (body->n_dimensions != DIMENSIONS)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_round.dimensions: has %zu elements, not %d",
                       body->n_dimensions, DIMENSIONS);
    for (size_t i = 0; i < DIMENSIONS && code == YS_OK; i++)
        code = ys_authored_once(&seen, (int)body->dimensions[i]->dimension,
                                "body.evaluation_round.dimensions", i, "dimension", err);
    return code;
}

/* The street or a department is evaluated, by those whom it invited or answered. */
static enum ys_code round_check(const Yishi__V1__EvaluationRound *body, struct ys_err *err)
{
    uint64_t evaluators = 0;
    if ((ys_body_class(body->target) & (YS_BODY_ST | YS_BODY_GD)) == 0)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_round.target: is \"%s\", not st or gd-<name>",
                       body->target);
    enum ys_code code = ys_authored_span(body->from, body->to, "body.evaluation_round.to", err);
    if (code == YS_OK)
        code = ys_authored_matters(body->matters, body->n_matters, "body.evaluation_round.matters",
                                   err);
    if (code == YS_OK)
        code = ys_authored_parties(body->evaluators_by_kind, body->n_evaluators_by_kind,
                                   "body.evaluation_round.evaluators_by_kind", err);
    for (size_t i = 0; i < body->n_evaluators_by_kind; i++)
        evaluators += body->evaluators_by_kind[i]->count;
    if (code == YS_OK && body->issued > evaluators)
        code =
            ys_fail(err, YS_MALFORMED,
                    "body.evaluation_round.issued: %u papers, but there are %" PRIu64 " evaluators",
                    body->issued, evaluators);
    return code != YS_OK ? code : questions_check(body, err);
}

/* --- results --- */

static uint64_t grades_sum(const Yishi__V1__GradeCounts *counts)
{
    return (uint64_t)counts->grade_0 + counts->grade_1 + counts->grade_2 + counts->grade_3 +
           counts->grade_4 + counts->grade_5;
}

static enum ys_code dimensions_check(const Yishi__V1__EvaluationResult *body, struct ys_err *err)
{
    if (body->n_dimensions != DIMENSIONS)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_result.dimensions: has %zu elements, not %d",
                       body->n_dimensions, DIMENSIONS);
    for (size_t i = 0; i < DIMENSIONS; i++) {
        for (size_t earlier = 0; earlier < i; earlier++) {
            if (body->dimensions[i]->dimension == body->dimensions[earlier]->dimension)
                return ys_fail(err, YS_MALFORMED,
                               "body.evaluation_result.dimensions[%zu].dimension: stands twice", i);
        }
        const uint64_t sum = grades_sum(body->dimensions[i]);
        if (sum != body->valid)
            return ys_fail(err, YS_MALFORMED,
                           "body.evaluation_result.dimensions[%zu]: grades add up to %" PRIu64
                           ", but %u papers are valid",
                           i, sum, body->valid);
    }
    return YS_OK;
}

/* Kinds with few papers are left out (DOMAIN.md 5.4), and so many others that their number does not follow from
 * the sum. */
static enum ys_code kinds_check(const Yishi__V1__EvaluationResult *body, struct ys_err *err)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < body->n_returned_by_kind; i++) {
        for (size_t earlier = 0; earlier < i; earlier++) {
            if (body->returned_by_kind[i]->party_kind ==
                body->returned_by_kind[earlier]->party_kind)
                return ys_fail(
                    err, YS_MALFORMED,
                    "body.evaluation_result.returned_by_kind[%zu].party_kind: stands twice", i);
        }
        if (body->returned_by_kind[i]->returned < YS_BALLOT_GROUP_MIN)
            return ys_fail(err, YS_MALFORMED,
                           "body.evaluation_result.returned_by_kind[%zu].returned: is %u; kinds "
                           "with fewer than %d papers are left out",
                           i, body->returned_by_kind[i]->returned, YS_BALLOT_GROUP_MIN);
        sum += body->returned_by_kind[i]->returned;
    }
    if (sum > body->returned)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_result.returned_by_kind: adds up to %" PRIu64
                       ", but %u papers were returned",
                       sum, body->returned);
    if (sum != 0 && sum < body->returned && body->returned - sum < YS_BALLOT_GROUP_MIN)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_result.returned_by_kind: all but %" PRIu64
                       " papers are told; leave out another kind, so that at least %d are not",
                       body->returned - sum, YS_BALLOT_GROUP_MIN);
    return YS_OK;
}

static enum ys_code evaluation_check(const Yishi__V1__EvaluationResult *body, struct ys_err *err)
{
    if (body->returned > body->issued)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_result.returned: %u, but %u papers were issued",
                       body->returned, body->issued);
    if (body->valid > body->returned)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_result.valid: %u, but %u papers were returned", body->valid,
                       body->returned);
    const enum ys_code code = dimensions_check(body, err);
    return code != YS_OK ? code : kinds_check(body, err);
}

/* --- acknowledgements, reviews --- */

static enum ys_code acknowledgement_check(const Yishi__V1__Body *whole, struct ys_err *err)
{
    const Yishi__V1__Acknowledgement *body = whole->acknowledgement;
    enum ys_code code = YS_OK;
    if (!ys_authored_refers(whole, YISHI__V1__RELATION__RELATION_ACKNOWLEDGES))
        return ys_fail(err, YS_MALFORMED, "body.refs: names no record that is acknowledged");
    for (size_t i = 0; i < body->n_relayed && code == YS_OK; i++) {
        char where[64];
        snprintf(where, sizeof where, "body.acknowledgement.relayed[%zu].division", i);
        code = ys_authored_division(body->relayed[i]->division, true, where, err);
    }
    return code;
}

static enum ys_code review_check(const Yishi__V1__ResidentsReview *body, struct ys_err *err)
{
    if (body->present > body->entitled)
        return ys_fail(err, YS_MALFORMED, "body.residents_review.present: %u, but %u are entitled",
                       body->present, body->entitled);
    return ys_authored_year(body->year, "body.residents_review.year", err);
}

enum ys_code ys_authored_evaluation(const Yishi__V1__Body *body, struct ys_err *err)
{
    if (body->kind_case == YISHI__V1__BODY__KIND_EVALUATION_ROUND)
        return round_check(body->evaluation_round, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_EVALUATION_RESULT)
        return evaluation_check(body->evaluation_result, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_FEEDBACK_PUBLICATION)
        return ys_authored_span(body->feedback_publication->from, body->feedback_publication->to,
                                "body.feedback_publication.to", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_PARTY_REPORT)
        return ys_authored_matters(body->party_report->matters, body->party_report->n_matters,
                                   "body.party_report.matters", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_ACKNOWLEDGEMENT)
        return acknowledgement_check(body, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_RESIDENTS_REVIEW)
        return review_check(body->residents_review, err);
    return YS_OK;
}
