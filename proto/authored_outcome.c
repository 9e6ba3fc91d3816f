#include "proto/authored_part.h"

/* --- implementation --- */

static enum ys_code plan_item_check(const Yishi__V1__ImplementationPlan *body, size_t at,
                                    struct ys_err *err)
{
    const Yishi__V1__PlanItem *item = body->items[at];
    if (item->no <= (at == 0 ? 0 : body->items[at - 1]->no))
        return ys_fail(err, YS_MALFORMED,
                       "body.implementation_plan.items[%zu].no: is %u, but numbers of items begin "
                       "at 1 and ascend",
                       at, item->no);
    if (item->due->yyyymmdd < body->start->yyyymmdd || item->due->yyyymmdd > body->due->yyyymmdd)
        return ys_fail(err, YS_MALFORMED,
                       "body.implementation_plan.items[%zu].due: is not between start and due of "
                       "the plan",
                       at);
    if (item->budget_fen > 0 && !item->has_fund)
        return ys_fail(err, YS_MALFORMED,
                       "body.implementation_plan.items[%zu].fund: is missing: it has a budget", at);
    return YS_OK;
}

static enum ys_code plan_check(const Yishi__V1__ImplementationPlan *body, struct ys_err *err)
{
    enum ys_code code =
        ys_authored_span(body->start, body->due, "body.implementation_plan.due", err);
    for (size_t i = 0; i < body->n_items && code == YS_OK; i++)
        code = plan_item_check(body, i, err);
    return code;
}

static enum ys_code progress_check(const Yishi__V1__ImplementationProgress *body,
                                   struct ys_err *err)
{
    enum { ALL = 100 };
    const bool done = body->state == YISHI__V1__PROGRESS_STATE__PROGRESS_STATE_DONE;
    const bool not_started = body->state == YISHI__V1__PROGRESS_STATE__PROGRESS_STATE_NOT_STARTED;
    if (body->item_no == 0)
        return ys_fail(err, YS_MALFORMED, "body.implementation_progress.item_no: is 0");
    if (body->percent > ALL)
        return ys_fail(err, YS_MALFORMED, "body.implementation_progress.percent: is %u, above %d",
                       body->percent, ALL);
    if ((done && body->percent != ALL) || (not_started && body->percent != 0))
        return ys_fail(err, YS_MALFORMED,
                       "body.implementation_progress.percent: %u does not fit the state",
                       body->percent);
    return ys_authored_need(body->new_due == NULL || body->new_due_reason != NULL,
                            "body.implementation_progress.new_due_reason",
                            "there is a new due date", err);
}

/* --- submissions and what is said to them --- */

static enum ys_code response_check(const Yishi__V1__StreetResponse *body, struct ys_err *err)
{
    const bool declined = body->decision == YISHI__V1__STREET_DECISION__STREET_DECISION_DECLINE;
    const bool transferred = body->decision == YISHI__V1__STREET_DECISION__STREET_DECISION_TRANSFER;
    enum ys_code code = ys_authored_need(!declined || body->reason != NULL,
                                         "body.street_response.reason", "it is declined", err);
    if (code == YS_OK)
        code = ys_authored_need(!transferred || body->department != NULL,
                                "body.street_response.department", "it is transferred", err);
    if (code == YS_OK)
        code = ys_authored_need(declined || body->due != NULL, "body.street_response.due",
                                "it is not declined", err);
    if (code == YS_OK)
        code = ys_authored_items(body->items, body->n_items, "body.street_response.items", err);
    return code;
}

static enum ys_code department_check(const Yishi__V1__DepartmentResponse *body, struct ys_err *err)
{
    const bool accepted =
        body->decision == YISHI__V1__DEPARTMENT_DECISION__DEPARTMENT_DECISION_ACCEPT;
    const enum ys_code code = ys_authored_need(
        !accepted || body->due != NULL, "body.department_response.due", "it is accepted", err);
    return code != YS_OK ? code
                         : ys_authored_items(body->items, body->n_items,
                                             "body.department_response.items", err);
}

/* What was amended has a new text, here or in a record of its own. */
static enum ys_code compliance_check(const Yishi__V1__Body *whole, struct ys_err *err)
{
    const Yishi__V1__CorrectionCompliance *body = whole->correction_compliance;
    const bool amended = body->result == YISHI__V1__COMPLIANCE_RESULT__COMPLIANCE_RESULT_AMENDED;
    const enum ys_code code = ys_authored_need(
        !amended || body->new_text != NULL ||
            ys_authored_refers(whole, YISHI__V1__RELATION__RELATION_BASED_ON),
        "body.correction_compliance.new_text", "it was amended, and no record of it is named", err);
    return code != YS_OK ? code
                         : ys_authored_items(body->items, body->n_items,
                                             "body.correction_compliance.items", err);
}

enum ys_code ys_authored_outcome(const Yishi__V1__Body *body, struct ys_err *err)
{
    if (body->kind_case == YISHI__V1__BODY__KIND_IMPLEMENTATION_PLAN)
        return plan_check(body->implementation_plan, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_ACTION_GROUP && body->action_group->size == 0)
        return ys_fail(err, YS_MALFORMED, "body.action_group.size: is 0");
    if (body->kind_case == YISHI__V1__BODY__KIND_IMPLEMENTATION_PROGRESS)
        return progress_check(body->implementation_progress, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_IMPLEMENTATION_COMPLETION)
        return ys_authored_items(body->implementation_completion->items,
                                 body->implementation_completion->n_items,
                                 "body.implementation_completion.items", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_OUTCOME_SUBMISSION)
        return ys_authored_items(body->outcome_submission->items, body->outcome_submission->n_items,
                                 "body.outcome_submission.items", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_STREET_RESPONSE)
        return response_check(body->street_response, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_DEPARTMENT_RESPONSE)
        return department_check(body->department_response, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_COMMISSION_RESULT)
        return ys_authored_items(body->commission_result->items, body->commission_result->n_items,
                                 "body.commission_result.items", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_STREET_CORRECTION)
        return ys_authored_items(body->street_correction->items, body->street_correction->n_items,
                                 "body.street_correction.items", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_CORRECTION_COMPLIANCE)
        return compliance_check(body, err);
    return YS_OK;
}
