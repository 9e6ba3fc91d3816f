/* What waits for an answer of whom: requests, submissions, transfers, corrections, evaluations, findings,
 * objections, reports, joint matters: course.h. */
#include "crypto/assert.h"
#include "node/model/course.h"

#include <stdlib.h>
#include <string.h>

/* Kinds that answer others, as bits of what has been answered. */
static unsigned answer_bit(uint32_t kind)
{
    switch (kind) {
    case YS_KIND_STREET_OPINION:
        return 1U << 0;
    case YS_KIND_STREET_RESPONSE:
        return 1U << 1;
    case YS_KIND_DEPARTMENT_RESPONSE:
        return 1U << 2;
    case YS_KIND_LEGAL_EDUCATION:
        return 1U << 3;
    case YS_KIND_EVALUATION_REPLY:
        return 1U << 4;
    case YS_KIND_OBJECTION_REPLY:
        return 1U << 5;
    case YS_KIND_FINDING_RESPONSE:
        return 1U << 6;
    case YS_KIND_FINDING_CLOSE:
        return 1U << 7;
    default:
        return 0;
    }
}

/* Working memory: by step, the kinds that answered it, and the bodies that acknowledged it at home; and
 * the acknowledgements of each, linked from the last one. */
struct answers {
    unsigned *kinds;
    unsigned *acknowledged;
    uint32_t *last; /* of a step, in `link` + 1; 0: none */
    struct acknowledgement {
        uint32_t by;
        uint32_t before; /* as `last` */
    } * link;            /* one a reference at most */
    uint32_t link_count;
    const struct ys_step **by_id; /* ascending; NULL until a joint matter asks */
};

static bool counts(const struct ys_course *course, uint32_t at)
{
    const struct ys_procedure_step *step = &course->out->steps[at];
    return step->fate != YS_FATE_WITHDRAWN && step->fate != YS_FATE_REPLACES &&
           step->fate != YS_FATE_UNKNOWN && (step->irregular & YS_IRREGULAR_FOREIGN) == 0;
}

static void gather(const struct ys_course *course, struct answers *answers)
{
    const struct ys_order *order = &course->order;
    for (uint32_t at = 0; at < order->count; at++) {
        const unsigned bit = answer_bit(course->readings[at].kind);
        const bool acknowledges = course->readings[at].kind == YS_KIND_ACKNOWLEDGEMENT;
        if (order->steps[at]->withdrawn ||
            (course->out->steps[at].irregular & YS_IRREGULAR_FOREIGN) != 0)
            continue;
        for (uint32_t i = order->first[at]; i < order->first[at + 1]; i++) {
            const uint32_t to = ys_course_meant(course, order->refs[i].to);
            if (ys_course_answers(course, at, to))
                answers->kinds[to] |= bit;
            if (!acknowledges)
                continue;
            answers->link[answers->link_count++] =
                (struct acknowledgement){.by = at, .before = answers->last[to]};
            answers->last[to] = answers->link_count;
            if (ys_division_equal(&order->steps[at]->division, &order->steps[to]->division))
                answers->acknowledged[to] |= order->steps[at]->author;
        }
    }
}

/* --- adding -------------------------------------------------------------------------------------- */

static struct ys_task waiting(const struct ys_course *course, uint32_t at, enum ys_task_why why,
                              uint32_t kind, const char *article)
{
    return (struct ys_task){.why = why,
                            .kinds = {kind},
                            .bodies = YS_BODY_ST,
                            .division = ys_course_unit(course, YS_LEVEL_STREET),
                            .article = article,
                            .due = ys_due_none(),
                            .from_step = at,
                            .track = YS_TASK_WHOLE_MATTER};
}

static enum ys_code add(struct ys_course *course, const struct ys_task *task, struct ys_err *err)
{
    return ys_course_task(&course->out->inbox, &course->out->inbox_count, task, err);
}

static struct ys_due after(const struct ys_course *course, uint32_t at, enum ys_parameter id)
{
    return ys_due_counted(course->parameters, id, course->readings[at].day);
}

/* --- one record each ------------------------------------------------------------------------------ */

/* What the street or a department answers. */
static enum ys_code wait_for_street(struct ys_course *course, uint32_t at, enum ys_task_why why,
                                    uint32_t kind, enum ys_parameter days, struct ys_err *err)
{
    const bool department = kind == YS_KIND_DEPARTMENT_RESPONSE;
    struct ys_task task = waiting(course, at, why, kind,
                                  kind == YS_KIND_STREET_OPINION     ? "9(3)"
                                  : kind == YS_KIND_EVALUATION_REPLY ? "12(3)"
                                  : kind == YS_KIND_LEGAL_EDUCATION  ? "12(4)"
                                                                     : "12(2)");
    if (department)
        task.bodies |= (unsigned)YS_BODY_GD;
    task.due = after(course, at, days);
    return add(course, &task, err);
}

static enum ys_code wait_for_compliance(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    struct ys_task task =
        waiting(course, at, YS_TASK_COMPLY, YS_KIND_CORRECTION_COMPLIANCE, "12(4)");
    bool open = false;
    for (size_t i = ys_course_correction_at(course, at, 0);
         i < course->correction_count && course->corrections[i].step == at; i++) {
        const struct ys_correction *correction = &course->corrections[i];
        open = open || (correction->open && !course->out->tracks[correction->track].suspended);
    }
    task.bodies = (unsigned)YS_BODY_RC | (unsigned)YS_BODY_PO;
    task.all_bodies = true;
    task.division = ys_course_unit(course, YS_LEVEL_COMMUNITY);
    task.due = ys_due_stated(course->readings[at].due);
    return open ? add(course, &task, err) : YS_OK;
}

static enum ys_code wait_for_finding(struct ys_course *course, uint32_t at, unsigned answered,
                                     struct ys_err *err)
{
    const struct ys_step *finding = course->order.steps[at];
    struct ys_reading_body concerned;
    struct ys_task task =
        waiting(course, at, YS_TASK_FINDING_RESPONSE, YS_KIND_FINDING_RESPONSE, "L31");
    if ((answered & answer_bit(YS_KIND_FINDING_CLOSE)) != 0)
        return YS_OK;
    if ((answered & answer_bit(YS_KIND_FINDING_RESPONSE)) != 0) {
        task.why = YS_TASK_FINDING_CLOSE;
        task.kinds[0] = YS_KIND_FINDING_CLOSE;
        task.bodies = finding->author;
        task.division = finding->division;
        return add(course, &task, err);
    }
    task.bodies = YS_BODY_RC;
    task.division = ys_course_unit(course, YS_LEVEL_COMMUNITY);
    if (ys_reading_concerned(&course->readings[at], &concerned)) {
        task.division = concerned.division;
        if (concerned.body != 0)
            task.bodies = concerned.body;
        else if (ys_division_level(&concerned.division) != YS_LEVEL_COMMUNITY)
            task.bodies =
                ys_division_level(&concerned.division) == YS_LEVEL_STREET ? YS_BODY_ST : YS_BODY_DA;
    }
    task.due = ys_due_stated(course->readings[at].due);
    return add(course, &task, err);
}

/* Whoever made the record objected to answers: the community, or the street for itself and those above. */
static enum ys_code wait_for_reply(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    struct ys_task task =
        waiting(course, at, YS_TASK_OBJECTION_REPLY, YS_KIND_OBJECTION_REPLY, "L35");
    if (!ys_course_objects_above(course, at)) {
        task.bodies = YS_BODY_RC;
        task.division = ys_course_unit(course, YS_LEVEL_COMMUNITY);
    }
    task.due = after(course, at, YS_PARAMETER_OBJECTION_DAYS);
    return add(course, &task, err);
}

static enum ys_code wait_for_party(struct ys_course *course, uint32_t at, unsigned acknowledged,
                                   struct ys_err *err)
{
    struct ys_task task =
        waiting(course, at, YS_TASK_ACKNOWLEDGE_REPORT, YS_KIND_ACKNOWLEDGEMENT, "4(5)");
    task.bodies = YS_BODY_PO;
    task.division = course->order.steps[at]->division;
    return (acknowledged & YS_BODY_PO) == 0 ? add(course, &task, err) : YS_OK;
}

/* --- joint matters -------------------------------------------------------------------------------- */

static int compare_ids(const void *left, const void *right)
{
    const struct ys_step *const a = *(const struct ys_step *const *)left;
    const struct ys_step *const b = *(const struct ys_step *const *)right;
    return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

static enum ys_code sort_by_id(const struct ys_course *course, struct answers *answers,
                               struct ys_err *err)
{
    const size_t count = course->order.count;
    if (answers->by_id != NULL)
        return YS_OK;
    answers->by_id = calloc(count + 1, sizeof *answers->by_id);
    if (answers->by_id == NULL)
        return ys_fail(err, YS_NOMEM, "procedure: no memory for %zu records", count);
    for (size_t i = 0; i < count; i++)
        answers->by_id[i] = course->order.steps[i];
    qsort(answers->by_id, count, sizeof *answers->by_id, compare_ids);
    return YS_OK;
}

/* Who signed an acknowledgement that a street passes on: who did where it is held; elsewhere, both, as the
 * street says. */
static unsigned relayed_bodies(const struct ys_course *course, const struct answers *answers,
                               struct ys_bytes id, const struct ys_division *division)
{
    struct ys_step wanted = {.withdrawn = false};
    const struct ys_step *const key = &wanted;
    if (id.size != sizeof wanted.id.bytes)
        return 0;
    memcpy(wanted.id.bytes, id.data, id.size);
    const struct ys_step *const *const found =
        bsearch(&key, answers->by_id, course->order.count, sizeof *answers->by_id, compare_ids);
    if (found == NULL)
        return (unsigned)YS_BODY_RC | (unsigned)YS_BODY_PO;
    return (*found)->withdrawn || !ys_division_equal(&(*found)->division, division)
               ? 0
               : (*found)->author;
}

/* Bodies of another community that acknowledged the determination: themselves, and through the street. */
struct joined {
    unsigned themselves;
    unsigned relayed;
    uint32_t last; /* step by which they did so themselves */
};

static struct joined joined_by(const struct ys_course *course, const struct answers *answers,
                               uint32_t determination, const struct ys_division *division)
{
    const struct ys_order *const order = &course->order;
    struct joined joined = {.last = YS_NO_STEP};
    for (uint32_t i = answers->last[determination]; i != 0; i = answers->link[i - 1].before) {
        const uint32_t at = answers->link[i - 1].by;
        const struct ys_reading *const r = &course->readings[at];
        course->out->work++;
        if (ys_division_equal(&order->steps[at]->division, division)) {
            joined.themselves |= order->steps[at]->author;
            if (joined.last == YS_NO_STEP)
                joined.last = at;
        } else if (ys_division_within(division, &order->steps[at]->division)) {
            for (size_t k = 0; k < ys_reading_relayed_count(r); k++)
                joined.relayed |=
                    relayed_bodies(course, answers, ys_reading_relayed(r, k, division), division);
        }
    }
    return joined;
}

static enum ys_code wait_for_joint(struct ys_course *course, struct answers *answers, uint32_t at,
                                   struct ys_err *err)
{
    const struct ys_reading *r = &course->readings[at];
    const unsigned both = (unsigned)YS_BODY_RC | (unsigned)YS_BODY_PO;
    enum ys_code code = ys_reading_joint_count(r) > 0 ? sort_by_id(course, answers, err) : YS_OK;
    for (size_t i = 0; i < ys_reading_joint_count(r) && code == YS_OK; i++) {
        struct ys_task task =
            waiting(course, at, YS_TASK_ACKNOWLEDGE_JOINT, YS_KIND_ACKNOWLEDGEMENT, "9(3)");
        struct ys_task relay = task;
        if (!ys_reading_joint(r, i, &task.division) ||
            ys_division_equal(&task.division, &course->order.steps[at]->division))
            continue;
        const struct joined joined = joined_by(course, answers, at, &task.division);
        task.bodies = both & ~(joined.themselves | joined.relayed);
        task.all_bodies = true;
        if (task.bodies != 0)
            code = add(course, &task, err);
        /* The community that holds the matter has no copy of another's log. */
        relay.why = YS_TASK_RELAY;
        relay.from_step = joined.last;
        if (code == YS_OK && (joined.themselves & both) == both &&
            (joined.relayed & both) != both && ys_division_within(&task.division, &relay.division))
            code = add(course, &relay, err);
    }
    return code;
}

static enum ys_code wait_for_answer(struct ys_course *course, struct answers *answers, uint32_t at,
                                    struct ys_err *err)
{
    const struct ys_procedure_step *step = &course->out->steps[at];
    const unsigned answered = answers->kinds[at];
    const bool moved = step->fate == YS_FATE_MOVED || step->fate == YS_FATE_REPLACED;
    const bool open = course->close == YS_NO_STEP;
    enum ys_code code = YS_OK;
    switch (course->readings[at].kind) {
    case YS_KIND_STREET_OPINION_REQUEST:
        if (open && (answered & answer_bit(YS_KIND_STREET_OPINION)) == 0)
            return wait_for_street(course, at, YS_TASK_OPINION, YS_KIND_STREET_OPINION,
                                   YS_PARAMETER_STREET_OPINION_DAYS, err);
        break;
    case YS_KIND_TOPIC_DETERMINATION:
        return open && moved ? wait_for_joint(course, answers, at, err) : YS_OK;
    case YS_KIND_OUTCOME_SUBMISSION:
        if (open && moved && (answered & answer_bit(YS_KIND_STREET_RESPONSE)) == 0)
            return wait_for_street(course, at, YS_TASK_STREET_RESPONSE, YS_KIND_STREET_RESPONSE,
                                   YS_PARAMETER_STREET_RESPONSE_DAYS, err);
        break;
    case YS_KIND_STREET_RESPONSE:
        if (open && moved && course->readings[at].outcome == YS_OUTCOME_TRANSFER &&
            (answered & answer_bit(YS_KIND_DEPARTMENT_RESPONSE)) == 0)
            return wait_for_street(course, at, YS_TASK_DEPARTMENT_RESPONSE,
                                   YS_KIND_DEPARTMENT_RESPONSE, YS_PARAMETER_DEPARTMENT_DAYS, err);
        break;
    case YS_KIND_STREET_CORRECTION:
        code = wait_for_compliance(course, at, err);
        if (code == YS_OK && (answered & answer_bit(YS_KIND_LEGAL_EDUCATION)) == 0)
            code = wait_for_street(course, at, YS_TASK_LEGAL_EDUCATION, YS_KIND_LEGAL_EDUCATION,
                                   YS_PARAMETER_EDUCATION_DAYS, err);
        return code;
    case YS_KIND_EVALUATION_RESULT:
        if ((answered & answer_bit(YS_KIND_EVALUATION_REPLY)) == 0)
            return wait_for_street(course, at, YS_TASK_EVALUATION_REPLY, YS_KIND_EVALUATION_REPLY,
                                   YS_PARAMETER_REPLY_DAYS, err);
        break;
    case YS_KIND_PARTY_REPORT:
        return wait_for_party(course, at, answers->acknowledged[at], err);
    case YS_KIND_OBJECTION:
        return (answered & answer_bit(YS_KIND_OBJECTION_REPLY)) == 0
                   ? wait_for_reply(course, at, err)
                   : YS_OK;
    case YS_KIND_AUDIT_FINDING:
        return wait_for_finding(course, at, answered, err);
    default:
        break;
    }
    return YS_OK;
}

enum ys_code ys_inbox_fill(struct ys_course *course, struct ys_err *err)
{
    const size_t count = course->order.count;
    struct answers answers = {
        .kinds = calloc(count + 1, sizeof *answers.kinds),
        .acknowledged = calloc(count + 1, sizeof *answers.acknowledged),
        .last = calloc(count + 1, sizeof *answers.last),
        .link = calloc((size_t)course->order.first[count] + 1, sizeof *answers.link)};
    enum ys_code code = YS_OK;
    if (answers.kinds == NULL || answers.acknowledged == NULL || answers.last == NULL ||
        answers.link == NULL) {
        code = ys_fail(err, YS_NOMEM, "procedure: no memory for %zu records", count);
    } else {
        gather(course, &answers);
        for (uint32_t at = 0; at < count && code == YS_OK; at++) {
            if (counts(course, at))
                code = wait_for_answer(course, &answers, at, err);
        }
    }
    free(answers.kinds);
    free(answers.acknowledged);
    free(answers.last);
    free(answers.link);
    free(answers.by_id);
    return code;
}
