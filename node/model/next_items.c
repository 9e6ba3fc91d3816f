/* What is expected next for one item of a consensus: course.h, next.c. */
#include "crypto/assert.h"
#include "node/model/course.h"

enum { RC = YS_BODY_RC, PO = YS_BODY_PO, ST = YS_BODY_ST, GD = YS_BODY_GD };

static struct ys_task item_task(const struct ys_course *course, uint32_t at, enum ys_task_why why,
                                unsigned bodies, const char *article)
{
    struct ys_task wanted = ys_next_task(course, why, bodies, article);
    wanted.from_step = course->out->tracks[at].step;
    wanted.track = at;
    return wanted;
}

static enum ys_code next_assembly(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    const struct ys_track *track = &course->out->tracks[at];
    struct ys_task notice = item_task(course, at, YS_TASK_ASSEMBLY_NOTICE, RC, "L26");
    struct ys_task meeting = item_task(course, at, YS_TASK_ASSEMBLY, RC, "11(4)");
    notice.kinds[0] = YS_KIND_RESIDENTS_MEETING_NOTICE;
    meeting.kinds[0] = YS_KIND_RESIDENTS_MEETING_DECISION;
    if (track->state == YS_STATE_AWAITING_ASSEMBLY) {
        meeting.due =
            ys_next_due(course, track->assembly_on, YS_PARAMETER_ASSEMBLY_DAYS, track->agreed_on);
        return ys_next_add(course, &meeting, err);
    }
    meeting.due = ys_due_counted(course->parameters, YS_PARAMETER_ASSEMBLY_DAYS, track->since);
    if (meeting.due.day != 0)
        notice.due =
            ys_due_notice(course->parameters, YS_PARAMETER_ASSEMBLY_NOTICE_DAYS, meeting.due.day);
    const enum ys_code code = ys_next_add(course, &notice, err);
    return code != YS_OK ? code : ys_next_add(course, &meeting, err);
}

/* Day by which the commission wants its result; 0: it does not say, or is not there. */
static uint32_t commission_due(const struct ys_course *course, uint32_t *step_out)
{
    for (uint32_t i = 0; i < course->order.count; i++) {
        if (course->readings[i].kind == YS_KIND_COMMISSION_REQUEST &&
            !course->order.steps[i]->withdrawn && course->readings[i].due != 0) {
            *step_out = i;
            return course->readings[i].due;
        }
    }
    return 0;
}

static enum ys_code next_result(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    const struct ys_track *track = &course->out->tracks[at];
    struct ys_task wanted = item_task(course, at, YS_TASK_COMMISSION_RESULT, RC, "12(3)");
    wanted.kinds[0] = YS_KIND_COMMISSION_RESULT;
    wanted.due = ys_next_due(course, commission_due(course, &wanted.from_step),
                             YS_PARAMETER_COMMISSION_DAYS, track->since);
    return ys_next_add(course, &wanted, err);
}

/* What was settled is carried out, submitted or reported. */
static enum ys_code next_of_settled(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    const struct ys_track *track = &course->out->tracks[at];
    struct ys_task wanted = item_task(course, at, YS_TASK_PLAN, RC, "12(1)");
    switch (track->nature) {
    case YS_NATURE_COMMISSIONED:
        return next_result(course, at, err);
    case YS_NATURE_COMMUNITY_AFFAIRS:
        wanted.kinds[0] = YS_KIND_IMPLEMENTATION_PLAN;
        wanted.due = ys_due_counted(course->parameters, YS_PARAMETER_PLAN_DAYS, track->since);
        return ys_next_add(course, &wanted, err);
    case YS_NATURE_PUBLIC_SERVICE:
        wanted = item_task(course, at, YS_TASK_SUBMIT, RC, "12(2)");
        wanted.kinds[0] = YS_KIND_OUTCOME_SUBMISSION;
        wanted.due = ys_due_counted(course->parameters, YS_PARAMETER_SUBMIT_DAYS, track->since);
        return ys_next_add(course, &wanted, err);
    case YS_NATURE_NONE:
        break;
    }
    return YS_OK;
}

static enum ys_code next_response(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    const struct ys_track *track = &course->out->tracks[at];
    const bool street = track->state == YS_STATE_SUBMITTED;
    struct ys_task wanted =
        item_task(course, at, street ? YS_TASK_STREET_RESPONSE : YS_TASK_DEPARTMENT_RESPONSE,
                  street ? (unsigned)ST : (unsigned)GD | (unsigned)ST, "12(2)");
    wanted.kinds[0] = street ? YS_KIND_STREET_RESPONSE : YS_KIND_DEPARTMENT_RESPONSE;
    wanted.due = ys_due_counted(
        course->parameters,
        street ? YS_PARAMETER_STREET_RESPONSE_DAYS : YS_PARAMETER_DEPARTMENT_DAYS, track->since);
    return ys_next_add(course, &wanted, err);
}

static enum ys_code next_completion(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    const struct ys_track *track = &course->out->tracks[at];
    struct ys_task wanted =
        item_task(course, at, YS_TASK_COMPLETE, track->implementers,
                  track->nature == YS_NATURE_PUBLIC_SERVICE ? "12(2)" : "12(1)");
    wanted.kinds[0] = YS_KIND_IMPLEMENTATION_COMPLETION;
    wanted.kinds[1] = YS_KIND_IMPLEMENTATION_PROGRESS;
    wanted.due = ys_due_stated(track->due);
    if (track->due_step != YS_NO_STEP)
        wanted.from_step = track->due_step;
    return ys_next_add(course, &wanted, err);
}

/* The order with the earliest day among those that are open. */
static enum ys_code next_compliance(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    struct ys_task wanted =
        item_task(course, at, YS_TASK_COMPLY, (unsigned)RC | (unsigned)PO, "12(4)");
    uint32_t best = 0;
    wanted.kinds[0] = YS_KIND_CORRECTION_COMPLIANCE;
    wanted.all_bodies = true;
    for (size_t i = 0; i < course->correction_count; i++) {
        const struct ys_correction *correction = &course->corrections[i];
        const uint32_t day = course->readings[correction->step].due;
        if (correction->track != at || !correction->open ||
            (best != 0 && (day == 0 || day >= best)))
            continue;
        best = day;
        wanted.from_step = correction->step;
    }
    /* Suspended as ordered: to amend or annul it is still open, but no longer pressing. */
    if (!course->out->tracks[at].suspended)
        wanted.due = ys_due_stated(best);
    return ys_next_add(course, &wanted, err);
}

static enum ys_code next_after_rejection(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    struct ys_task wanted =
        item_task(course, at, YS_TASK_AFTER_REJECTION, (unsigned)RC | (unsigned)PO, "11(4)");
    wanted.kinds[0] = YS_KIND_TOPIC_DETERMINATION;
    wanted.kinds[1] = YS_KIND_RESIDENTS_MEETING_NOTICE;
    wanted.kinds[2] = YS_KIND_MATTER_CLOSE;
    return ys_next_add(course, &wanted, err);
}

static bool in_evaluation_scope(const struct ys_course *course, const struct ys_track *track)
{
    const uint32_t scope =
        ys_parameter_on(course->parameters, YS_PARAMETER_EVALUATION_SCOPE, track->ended_on);
    return track->nature == YS_NATURE_COMMISSIONED ||
           (track->nature == YS_NATURE_PUBLIC_SERVICE &&
            scope == YS_EVALUATE_COMMISSIONED_AND_PUBLIC_SERVICE);
}

static enum ys_code next_of_published(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    const struct ys_track *track = &course->out->tracks[at];
    struct ys_task wanted = item_task(course, at, YS_TASK_EVALUATE, RC, "12(3)");
    const enum ys_code code = ys_next_kept_published(course, track->publication_step, at, err);
    if (code != YS_OK || track->state == YS_STATE_EVALUATED || !in_evaluation_scope(course, track))
        return code;
    wanted.kinds[0] = YS_KIND_EVALUATION_RESULT;
    wanted.kinds[1] = YS_KIND_EVALUATION_ROUND;
    wanted.due =
        ys_due_period_end(course->parameters, YS_PARAMETER_EVALUATION_PERIOD, track->ended_on);
    return ys_next_add(course, &wanted, err);
}

enum ys_code ys_next_of_item(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    const struct ys_track *track = &course->out->tracks[at];
    enum ys_code code = YS_OK;
    switch (track->state) {
    case YS_STATE_CONSENSUS:
        return track->decision_matter ? next_assembly(course, at, err)
                                      : next_of_settled(course, at, err);
    case YS_STATE_AWAITING_ASSEMBLY:
        return next_assembly(course, at, err);
    case YS_STATE_DECIDED:
        return next_of_settled(course, at, err);
    case YS_STATE_SUBMITTED:
    case YS_STATE_TRANSFERRED:
        return next_response(course, at, err);
    case YS_STATE_ACCEPTED:
    case YS_STATE_IMPLEMENTING:
        return next_completion(course, at, err);
    case YS_STATE_UNDER_CORRECTION:
        return next_compliance(course, at, err);
    case YS_STATE_REJECTED:
        code = next_after_rejection(course, at, err);
        if (code == YS_OK && track->nature == YS_NATURE_COMMISSIONED &&
            track->result_step == YS_NO_STEP)
            code = next_result(course, at, err);
        return code != YS_OK ? code
                             : ys_next_publication(course, YS_TASK_PUBLISH, track->step,
                                                   track->ended_on, at, err);
    case YS_STATE_DECLINED:
    case YS_STATE_RESULT_SUBMITTED:
    case YS_STATE_COMPLETED:
        return ys_next_publication(course, YS_TASK_PUBLISH, track->step, track->ended_on, at, err);
    case YS_STATE_PUBLISHED:
    case YS_STATE_EVALUATED:
        return next_of_published(course, at, err);
    case YS_STATE_NONE:
    case YS_STATE_PROPOSED:
    case YS_STATE_OPINION_PENDING:
    case YS_STATE_NOT_LISTED:
    case YS_STATE_MERGED:
    case YS_STATE_DEFERRED:
    case YS_STATE_DETERMINED:
    case YS_STATE_NOTICED:
    case YS_STATE_IN_SESSION:
    case YS_STATE_NO_CONSENSUS:
    case YS_STATE_SHELVED:
    case YS_STATE_ANNULLED:
    case YS_STATE_WITHDRAWN:
    case YS_STATE_CLOSED:
    case YS_STATE_ARCHIVED:
    case YS_STATE_COUNT:
        break;
    }
    return YS_OK;
}
