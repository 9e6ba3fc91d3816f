/* Bodies of kinds 40 to 50. */
#include "tests/support/year_state.h"

#define ENUM(TYPE, VALUE) YISHI__V1__##TYPE##__##TYPE##_##VALUE

static char *office_of(struct year_pen *pen)
{
    if (pen->step->signers == YS_BODY_GD)
        return year_say(pen, "%s", year_department(pen->unit->level, pen->step->desk));
    return year_say(pen, "%s%s", pen->unit->name,
                    pen->unit->level == YS_LEVEL_COMMUNITY ? "居委会" : "办事处");
}

static Yishi__V1__PlanMode mode_of(struct year_pen *pen)
{
    if (pen->step->signers == YS_BODY_GD)
        return ENUM(PLAN_MODE, DEPARTMENT);
    if (pen->unit->level == YS_LEVEL_STREET)
        return ENUM(PLAN_MODE, STREET);
    if (pen->step->a != 0)
        return ENUM(PLAN_MODE, ACTION_GROUP);
    return dice_permille(&pen->rng, 200) ? ENUM(PLAN_MODE, SOCIAL_FORCE)
                                         : ENUM(PLAN_MODE, COMMITTEE);
}

static void write_plan(struct year_pen *pen)
{
    const struct year_matter *const m = pen->matter;
    Yishi__V1__ImplementationPlan *const b =
        YEAR_BEGIN(pen, implementation_plan, IMPLEMENTATION_PLAN);
    const int32_t start = pen->step->day + 3;
    int32_t last = start + 10;
    YEAR_SET(b, mode, mode_of(pen));
    b->responsible = office_of(pen);
    b->follow_up_role = year_say(pen, "社区工作者(议事岗)");
    if (b->mode == ENUM(PLAN_MODE, SOCIAL_FORCE))
        b->contractor = year_say(pen, "示例社会服务中心");
    b->items = year_room(pen, YEAR_ITEMS_MAX * sizeof(void *));
    for (uint32_t i = 0; i < m->item_count; i++) {
        if ((pen->step->items >> i & 1) == 0)
            continue;
        Yishi__V1__PlanItem *const item = year_make(pen, &yishi__v1__plan_item__descriptor);
        const int32_t due = m->item[i].due > start ? m->item[i].due : start + 30;
        YEAR_SET(item, no, i + 1);
        item->text = year_prose(pen, dice_between(&pen->rng, 1, 2));
        item->due = year_date(pen, due);
        if (dice_permille(&pen->rng, 450)) {
            YEAR_SET(item, budget_fen, UINT64_C(10000) * (uint64_t)dice_between(&pen->rng, 5, 900));
            YEAR_SET(item, fund, (Yishi__V1__Fund)(ENUM(FUND, WELFARE) + rng_below(&pen->rng, 5)));
        }
        last = due > last ? due : last;
        b->items[b->n_items++] = item;
    }
    b->start = year_date(pen, start);
    b->due = year_date(pen, last);
}

static void write_group(struct year_pen *pen)
{
    Yishi__V1__ActionGroup *const b = YEAR_BEGIN(pen, action_group, ACTION_GROUP);
    b->name = year_say(pen, "%s行动小组", year_topic(pen->matter->category, pen->matter->topic));
    b->goal = year_prose(pen, 1);
    YEAR_SET(b, size, (uint32_t)dice_between(&pen->rng, 4, 20));
    b->project = year_prose(pen, 2);
    b->started_on = year_date(pen, pen->step->day);
}

static void write_progress(struct year_pen *pen)
{
    Yishi__V1__ImplementationProgress *const b =
        YEAR_BEGIN(pen, implementation_progress, IMPLEMENTATION_PROGRESS);
    YEAR_SET(b, item_no, (uint32_t)pen->step->a);
    YEAR_SET(b, percent, (uint32_t)pen->step->b);
    YEAR_SET(b, state,
             dice_permille(&pen->rng, 70) ? ENUM(PROGRESS_STATE, BLOCKED)
                                          : ENUM(PROGRESS_STATE, RUNNING));
    b->text = year_prose(pen, dice_between(&pen->rng, 1, 4));
    if (dice_permille(&pen->rng, 80)) {
        b->new_due = year_date(pen, pen->step->day + dice_between(&pen->rng, 30, 90));
        b->new_due_reason = year_say(pen, "%s", year_reason(&pen->rng));
    }
    if (dice_permille(&pen->rng, 400))
        year_attach(pen, ENUM(ATTACHMENT_ROLE, PHOTO), true, "现场照片");
}

static void write_completion(struct year_pen *pen)
{
    static const uint8_t weights[] = {88, 9, 3};
    Yishi__V1__ImplementationCompletion *const b =
        YEAR_BEGIN(pen, implementation_completion, IMPLEMENTATION_COMPLETION);
    b->completed_on = year_date(pen, pen->step->day);
    YEAR_SET(b, result,
             (Yishi__V1__CompletionResult)(ENUM(COMPLETION_RESULT, FULL) +
                                           dice_pick(&pen->rng, weights, 3)));
    b->text = year_prose(pen, dice_between(&pen->rng, 2, 5));
    if (dice_permille(&pen->rng, 500))
        YEAR_SET(b, spent_fen, UINT64_C(10000) * (uint64_t)dice_between(&pen->rng, 5, 800));
    YEAR_SET(b, accepted_by,
             (pen->step->signers & YS_BODY_SC) != 0 ? ENUM(ACCEPTED_BY, SUPERVISION)
             : dice_permille(&pen->rng, 700)        ? ENUM(ACCEPTED_BY, PARTICIPANTS)
                                                    : ENUM(ACCEPTED_BY, NONE));
    b->items = year_items(pen, pen->step->items, &b->n_items);
    year_attach(pen, ENUM(ATTACHMENT_ROLE, EVIDENCE), true, "完成情况照片");
}

static void write_submission(struct year_pen *pen)
{
    Yishi__V1__OutcomeSubmission *const b = YEAR_BEGIN(pen, outcome_submission, OUTCOME_SUBMISSION);
    b->text = year_prose(pen, dice_between(&pen->rng, 3, 7));
    b->wanted = year_prose(pen, dice_between(&pen->rng, 1, 3));
    b->submitted_on = year_date(pen, pen->step->day);
    YEAR_SET(b, urgency,
             dice_permille(&pen->rng, 80) ? ENUM(URGENCY, URGENT) : ENUM(URGENCY, ORDINARY));
    b->items = year_items(pen, pen->step->items, &b->n_items);
}

static void write_response(struct year_pen *pen)
{
    Yishi__V1__StreetResponse *const b = YEAR_BEGIN(pen, street_response, STREET_RESPONSE);
    YEAR_SET(b, decision, (Yishi__V1__StreetDecision)pen->step->a);
    b->received_on = year_date(pen, pen->step->day);
    if (b->decision == ENUM(STREET_DECISION, TRANSFER))
        b->department =
            year_say(pen, "%s",
                     year_department(pen->step->b != 0 ? YS_LEVEL_DISTRICT : YS_LEVEL_STREET,
                                     pen->step->desk));
    if (b->decision == ENUM(STREET_DECISION, DECLINE))
        b->reason = year_say(pen, "%s", year_reason(&pen->rng));
    else
        b->due = year_date(pen, pen->step->day + dice_between(&pen->rng, 25, 90));
    b->items = year_items(pen, pen->step->items, &b->n_items);
}

static void write_department(struct year_pen *pen)
{
    Yishi__V1__DepartmentResponse *const b =
        YEAR_BEGIN(pen, department_response, DEPARTMENT_RESPONSE);
    YEAR_SET(b, decision,
             pen->step->a != 0 ? ENUM(DEPARTMENT_DECISION, ACCEPT)
                               : ENUM(DEPARTMENT_DECISION, DECLINE));
    b->department = office_of(pen);
    b->answered_on = year_date(pen, pen->step->day);
    if (pen->step->a != 0)
        b->due = year_date(pen, pen->step->day + dice_between(&pen->rng, 25, 100));
    b->text = year_prose(pen, dice_between(&pen->rng, 1, 4));
    b->items = year_items(pen, pen->step->items, &b->n_items);
}

static void write_result(struct year_pen *pen)
{
    Yishi__V1__CommissionResult *const b = YEAR_BEGIN(pen, commission_result, COMMISSION_RESULT);
    b->submitted_on = year_date(pen, pen->step->day);
    YEAR_SET(b, result, (Yishi__V1__CommissionOutcome)pen->step->a);
    b->text = year_prose(pen, dice_between(&pen->rng, 3, 8));
    b->items = year_items(pen, pen->step->items, &b->n_items);
}

static void write_correction(struct year_pen *pen)
{
    Yishi__V1__StreetCorrection *const b = YEAR_BEGIN(pen, street_correction, STREET_CORRECTION);
    b->legal_basis = year_room(pen, sizeof(void *));
    b->legal_basis[0] = year_make(pen, &yishi__v1__legal_basis__descriptor);
    b->legal_basis[0]->name = year_say(pen, "中华人民共和国民法典");
    b->legal_basis[0]->article = year_say(pen, "第二百七十八条");
    b->n_legal_basis = 1;
    b->problem = year_prose(pen, 2);
    YEAR_SET(b, order, ENUM(CORRECTION_ORDER, AMEND));
    b->due = year_date(pen, pen->step->day + 20);
    b->items = year_items(pen, pen->step->items, &b->n_items);
}

static void write_compliance(struct year_pen *pen)
{
    Yishi__V1__CorrectionCompliance *const b =
        YEAR_BEGIN(pen, correction_compliance, CORRECTION_COMPLIANCE);
    b->done_on = year_date(pen, pen->step->day);
    YEAR_SET(b, result, ENUM(COMPLIANCE_RESULT, AMENDED));
    b->how = year_prose(pen, 2);
    b->new_text = year_prose(pen, 1);
    b->items = year_items(pen, pen->step->items, &b->n_items);
}

static void write_education(struct year_pen *pen)
{
    Yishi__V1__LegalEducation *const b = YEAR_BEGIN(pen, legal_education, LEGAL_EDUCATION);
    b->held_on = year_date(pen, pen->step->day);
    b->form = year_say(pen, "专题讲座");
    b->subject = year_say(pen, "业主共同决定事项的法律规定");
    YEAR_SET(b, reach, (uint32_t)dice_between(&pen->rng, 20, 200));
}

void year_write_outcome(struct year_pen *pen)
{
    static void (*const writers[])(struct year_pen *) = {
        [40] = write_plan,       [41] = write_group,      [42] = write_progress,
        [43] = write_completion, [44] = write_submission, [45] = write_response,
        [46] = write_department, [47] = write_result,     [48] = write_correction,
        [49] = write_compliance, [50] = write_education};
    writers[pen->step->kind](pen);
}
