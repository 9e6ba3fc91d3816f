#include "node/model/course.h"

#include "crypto/assert.h"

#include <stdlib.h>

unsigned ys_course_claim_slot(uint32_t kind)
{
    static const uint32_t kinds[YS_CLAIM_COUNT] = {
        YS_KIND_TOPIC_DETERMINATION,
        YS_KIND_PUBLIC_NOTICE,
        YS_KIND_MEETING_SESSION,
        YS_KIND_CONSENSUS,
        YS_KIND_SHELVING,
        YS_KIND_REOPENING,
        YS_KIND_RESIDENTS_MEETING_NOTICE,
        YS_KIND_RESIDENTS_MEETING_DECISION,
        YS_KIND_IMPLEMENTATION_PLAN,
        YS_KIND_IMPLEMENTATION_COMPLETION,
        YS_KIND_OUTCOME_SUBMISSION,
        YS_KIND_STREET_RESPONSE,
        YS_KIND_DEPARTMENT_RESPONSE,
        YS_KIND_COMMISSION_RESULT,
        YS_KIND_CORRECTION_COMPLIANCE,
        YS_KIND_MATTER_CLOSE,
        YS_KIND_ARCHIVE_TRANSFER,
    };
    unsigned slot = 0;
    while (slot < YS_CLAIM_COUNT && kinds[slot] != kind)
        slot++;
    return slot;
}

uint32_t ys_course_ref(const struct ys_course *course, uint32_t step, uint32_t kind)
{
    const struct ys_order *order = &course->order;
    uint32_t found = YS_NO_STEP;
    for (uint32_t i = order->first[step]; i < order->first[step + 1]; i++) {
        const uint32_t to = order->refs[i].to;
        if (course->readings[to].kind == kind && to < found)
            found = to;
    }
    return found;
}

bool ys_course_objects_above(const struct ys_course *course, uint32_t at)
{
    const struct ys_order *const order = &course->order;
    for (uint32_t i = order->first[at]; i < order->first[at + 1]; i++) {
        const struct ys_division *const made = &order->steps[order->refs[i].to]->division;
        if (order->refs[i].relation == YISHI__V1__RELATION__RELATION_BASED_ON &&
            ys_division_level(made) != YS_LEVEL_COMMUNITY)
            return true;
    }
    return false;
}

/* A department that has no node of its own has its records written by street or district. */
static bool named_by(const struct ys_reading *finding, const struct ys_step *step)
{
    struct ys_reading_body concerned;
    if (!ys_reading_concerned(finding, &concerned))
        return true;
    if (concerned.body == YS_BODY_GD)
        concerned.body |= (unsigned)YS_BODY_ST | (unsigned)YS_BODY_DA;
    return ys_division_equal(&step->division, &concerned.division) &&
           (concerned.body == 0 || (step->author & concerned.body) != 0);
}

bool ys_course_answers(const struct ys_course *course, uint32_t step, uint32_t to)
{
    const struct ys_step *const from = course->order.steps[step];
    if (from->kind == NULL || from->kind->ref[0].to[0] != course->readings[to].kind)
        return true;
    switch (from->kind->answerer) {
    case YS_ANSWERER_ANY:
        break;
    case YS_ANSWERER_AUTHOR:
        return ys_division_equal(&from->division, &course->order.steps[to]->division);
    case YS_ANSWERER_NAMED:
        return named_by(&course->readings[to], from);
    case YS_ANSWERER_MAKER:
        return ys_division_level(&from->division) != YS_LEVEL_COMMUNITY ||
               !ys_course_objects_above(course, to);
    }
    return true;
}

uint32_t ys_course_meant(const struct ys_course *course, uint32_t at)
{
    const struct ys_procedure_step *step = &course->out->steps[at];
    return step->fate == YS_FATE_REPLACES ? step->content : at;
}

enum ys_code ys_course_conflict(struct ys_course *course, uint32_t first, uint32_t second,
                                uint32_t track, struct ys_err *err)
{
    struct ys_procedure *out = course->out;
    /* Those of one record stand together: it is applied once. */
    for (size_t i = out->conflict_count; i-- > 0 && out->conflicts[i].second == second;) {
        out->work++;
        if (out->conflicts[i].first == first)
            return YS_OK; /* of several items: the first of them stands for all */
    }
    if ((out->conflict_count & (out->conflict_count - 1)) == 0) { /* room is a power of two */
        const size_t room = out->conflict_count == 0 ? 1 : out->conflict_count * 2;
        struct ys_conflict *grown = realloc(out->conflicts, room * sizeof *grown);
        if (grown == NULL)
            return ys_fail(err, YS_NOMEM, "procedure: no memory for %zu conflicts", room);
        out->conflicts = grown;
    }
    out->conflicts[out->conflict_count++] =
        (struct ys_conflict){.first = first, .second = second, .track = track};
    out->conflict = true;
    out->steps[first].irregular |= YS_IRREGULAR_CONFLICT;
    return YS_OK;
}

size_t ys_course_correction_at(const struct ys_course *course, uint32_t step, uint32_t track)
{
    size_t low = 0;
    size_t high = course->correction_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct ys_correction *at = &course->corrections[middle];
        course->out->work++;
        if (at->step < step || (at->step == step && at->track < track))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum ys_code ys_course_task(struct ys_task **tasks, size_t *count, const struct ys_task *task,
                            struct ys_err *err)
{
    /* Room is the next power of two. */
    if ((*count & (*count - 1)) == 0) {
        struct ys_task *grown = realloc(*tasks, (*count == 0 ? 1 : *count * 2) * sizeof *grown);
        if (grown == NULL)
            return ys_fail(err, YS_NOMEM, "procedure: no memory for %zu tasks", *count);
        *tasks = grown;
    }
    (*tasks)[(*count)++] = *task;
    return YS_OK;
}

bool ys_course_decision_matter(const struct ys_course *course)
{
    return course->determination != YS_NO_STEP &&
           course->readings[course->determination].decision_matter;
}

struct ys_division ys_course_unit(const struct ys_course *course, enum ys_level level)
{
    struct ys_division unit = course->parameters->division;
    if (unit.digits[0] == '\0')
        return unit;
    for (enum ys_level at = ys_division_level(&unit); at > level; at--) {
        struct ys_division parent;
        if (!ys_division_parent(&unit, &parent))
            break;
        unit = parent;
    }
    return unit;
}

static bool less_advanced(enum ys_state a, enum ys_state b)
{
    return ys_state_rank(a) < ys_state_rank(b);
}

enum ys_state ys_course_state(const struct ys_course *course)
{
    const struct ys_procedure *out = course->out;
    enum ys_state state = YS_STATE_ARCHIVED;
    if (!ys_items_live(course) || course->stage != YS_STATE_CONSENSUS)
        state = course->stage;
    for (size_t i = 0; i < out->track_count; i++) {
        if (!out->tracks[i].replaced && less_advanced(out->tracks[i].state, state))
            state = out->tracks[i].state;
    }
    if (state == YS_STATE_UNDER_CORRECTION)
        return state;
    if (course->archive != YS_NO_STEP)
        return YS_STATE_ARCHIVED;
    return course->close != YS_NO_STEP ? YS_STATE_CLOSED : state;
}

static void start_anew(struct ys_course *course)
{
    course->stage = YS_STATE_NONE;
    course->stage_step = YS_NO_STEP;
    course->stage_since = 0;
    course->shelving = YS_NO_STEP;
    course->opened = YS_NO_STEP;
    course->determination = YS_NO_STEP;
    course->request = YS_NO_STEP;
    course->opinion = YS_NO_STEP;
    course->notice = YS_NO_STEP;
    course->session = YS_NO_STEP;
    course->session_notice = YS_NO_STEP;
    course->agreed = YS_NO_STEP;
    course->evaluation = YS_NO_STEP;
    course->publication = YS_NO_STEP;
    course->close = YS_NO_STEP;
    course->archive = YS_NO_STEP;
    for (unsigned i = 0; i < YS_CLAIM_COUNT; i++)
        course->claims[i] = (struct ys_claim){.step = YS_NO_STEP};
}

enum ys_code ys_course_init(struct ys_course *course, const struct ys_step *steps, size_t count,
                            const struct ys_parameters *parameters, struct ys_procedure *out,
                            struct ys_err *err)
{
    *course = (struct ys_course){.parameters = parameters, .out = out};
    start_anew(course);
    const enum ys_code code = ys_order_init(steps, count, &course->order, err);
    if (code != YS_OK)
        return code;
    const size_t room = course->order.count + 1;
    course->readings = calloc(room, sizeof *course->readings);
    course->scope = calloc(room, sizeof *course->scope);
    out->steps = calloc(room, sizeof *out->steps);
    if (course->readings == NULL || course->scope == NULL || out->steps == NULL)
        return ys_fail(err, YS_NOMEM, "procedure: no memory for %zu records", count);
    out->step_count = course->order.count;
    for (uint32_t i = 0; i < course->order.count; i++) {
        ys_reading_of(course->order.steps[i], &course->readings[i]);
        course->scope[i] = YS_NO_STEP;
        out->steps[i] = (struct ys_procedure_step){.step = course->order.steps[i],
                                                   .content = i,
                                                   .refs_missing = course->order.missing[i],
                                                   .day = course->readings[i].day};
    }
    return YS_OK;
}

void ys_course_clear(struct ys_course *course)
{
    ys_order_clear(&course->order);
    free(course->readings);
    free(course->scope);
    free(course->track_claims);
    free(course->track_orders);
    free(course->corrections);
    *course = (struct ys_course){.stage = YS_STATE_NONE};
}
