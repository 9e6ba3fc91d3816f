#include "node/model/procedure.h"

#include "crypto/assert.h"
#include "node/model/course.h"

#include <stdlib.h>

const char *ys_fate_word(enum ys_fate fate)
{
    static const char *const words[] = {
        [YS_FATE_NOTED] = "noted",         [YS_FATE_MOVED] = "moved",
        [YS_FATE_IRREGULAR] = "irregular", [YS_FATE_REPLACED] = "replaced",
        [YS_FATE_REPLACES] = "replaces",   [YS_FATE_WITHDRAWN] = "withdrawn",
        [YS_FATE_UNKNOWN] = "unknown",
    };
    YS_ASSERT((size_t)fate < sizeof words / sizeof words[0]);
    return words[fate];
}

/* Does the step stand in a log of the community that holds the matter, or of a unit above it? */
static bool has_part(const struct ys_course *course, const struct ys_step *step)
{
    return course->parameters->division.digits[0] == '\0' ||
           ys_division_within(&course->parameters->division, &step->division);
}

/* Does it answer what its author may not answer? `named_out`: the author is named by what it answers. */
static bool answers_wrongly(const struct ys_course *course, uint32_t at, bool *named_out)
{
    const struct ys_kind *const kind = course->order.steps[at]->kind;
    bool wrongly = false;
    *named_out = false;
    if (kind->answerer == YS_ANSWERER_ANY)
        return false;
    for (uint32_t i = course->order.first[at]; i < course->order.first[at + 1]; i++) {
        const uint32_t to = ys_course_meant(course, course->order.refs[i].to);
        const bool fits = ys_course_answers(course, at, to);
        wrongly = wrongly || !fits;
        *named_out = *named_out || (fits && kind->answerer == YS_ANSWERER_NAMED &&
                                    course->readings[to].kind == kind->ref[0].to[0] &&
                                    course->readings[to].has_content);
    }
    return wrongly;
}

static enum ys_code fold_step(struct ys_course *course, uint32_t at, struct ys_err *err)
{
    struct ys_procedure_step *fold = &course->out->steps[at];
    struct ys_trial trial = {.step = at,
                             .r = &course->readings[at],
                             .author = fold->step->author,
                             .claims = true,
                             .irregular = fold->irregular};
    enum ys_code code = YS_OK;
    bool named = false;
    const bool wrongly = answers_wrongly(course, at, &named);
    if (!has_part(course, fold->step) && !named) {
        trial.irregular |= YS_IRREGULAR_FOREIGN;
        trial.claims = trial.r->kind != YS_KIND_ACKNOWLEDGEMENT;
        if (!trial.claims)
            trial.irregular = 0;
    } else {
        code = ys_deliberation_apply(course, &trial, err);
        if (wrongly) {
            trial.claims = true;
            trial.irregular |= YS_IRREGULAR_ANSWERER;
        }
    }
    fold->irregular = trial.irregular;
    if (fold->fate == YS_FATE_NOTED) {
        if (trial.moved)
            fold->fate = YS_FATE_MOVED;
        else if (trial.claims)
            fold->fate = YS_FATE_IRREGULAR;
    }
    return code;
}

/* --- what takes the place of what ---------------------------------------------------------------- */

/* Kinds whose record may be replaced by one of the same kind that supersedes it. Notices and plans are
 * changed instead: both were posted, both held for a time. */
static bool replaceable(uint32_t kind)
{
    return kind != YS_KIND_PUBLIC_NOTICE && kind != YS_KIND_RESIDENTS_MEETING_NOTICE &&
           kind != YS_KIND_IMPLEMENTATION_PLAN && kind != YS_KIND_CORRECTION && kind != 0;
}

static bool same_unit(const struct ys_course *course, uint32_t a, uint32_t b)
{
    return ys_division_equal(&course->order.steps[a]->division, &course->order.steps[b]->division);
}

/* The step that `at` supersedes, and that stands for a chain of such; YS_NO_STEP: none. */
static uint32_t superseded_by(const struct ys_course *course, uint32_t at)
{
    const struct ys_order *order = &course->order;
    for (uint32_t i = order->first[at]; i < order->first[at + 1]; i++) {
        const uint32_t to = order->refs[i].to;
        const struct ys_procedure_step *target = &course->out->steps[to];
        if (to < at && order->refs[i].relation == YISHI__V1__RELATION__RELATION_SUPERSEDES &&
            course->readings[to].kind == course->readings[at].kind && !target->step->withdrawn &&
            same_unit(course, to, at))
            return target->fate == YS_FATE_REPLACES ? target->content : to;
    }
    return YS_NO_STEP;
}

/* The first in order that supersedes a record gives its content, then whatever supersedes that one. */
static enum ys_code replace(struct ys_course *course, struct ys_err *err)
{
    struct ys_procedure_step *steps = course->out->steps;
    for (uint32_t at = 0; at < course->order.count; at++) {
        const uint32_t root = steps[at].step->withdrawn ? YS_NO_STEP : superseded_by(course, at);
        if (root == YS_NO_STEP || !replaceable(course->readings[at].kind))
            continue;
        steps[at].fate = YS_FATE_REPLACES;
        const uint32_t before = steps[root].content;
        steps[at].content = root; /* whose place it takes */
        if (before != root && !ys_order_follows(&course->order, at, before)) {
            steps[at].irregular |= YS_IRREGULAR_CONFLICT;
            const enum ys_code code =
                ys_course_conflict(course, before, at, YS_TASK_WHOLE_MATTER, err);
            if (code != YS_OK)
                return code;
            continue;
        }
        steps[root].content = at;
        steps[root].fate = YS_FATE_REPLACED;
    }
    return YS_OK;
}

/* Two corrections of one record, neither of which knows of the other. */
static enum ys_code compare_corrections(struct ys_course *course, struct ys_err *err)
{
    struct ys_order *order = &course->order;
    uint32_t *last = calloc(order->count + 1, sizeof *last); /* by target: correction + 1 */
    enum ys_code code = YS_OK;
    if (last == NULL)
        return ys_fail(err, YS_NOMEM, "procedure: no memory for %zu records", order->count);
    for (uint32_t at = 0; at < order->count && code == YS_OK; at++) {
        if (course->readings[at].kind != YS_KIND_CORRECTION || order->steps[at]->withdrawn)
            continue;
        for (uint32_t i = order->first[at]; i < order->first[at + 1] && code == YS_OK; i++) {
            const uint32_t to = order->refs[i].to;
            if (order->refs[i].relation != YISHI__V1__RELATION__RELATION_SUPERSEDES)
                continue;
            if (last[to] != 0 && !ys_order_follows(order, at, last[to] - 1)) {
                course->out->steps[at].irregular |= YS_IRREGULAR_CONFLICT;
                code = ys_course_conflict(course, last[to] - 1, at, YS_TASK_WHOLE_MATTER, err);
            } else {
                last[to] = at + 1;
            }
        }
    }
    free(last);
    return code;
}

/* --- the whole ----------------------------------------------------------------------------------- */

static bool opens(uint32_t kind)
{
    return kind == YS_KIND_TOPIC_PROPOSAL || kind == YS_KIND_TOPIC_COLLECTION ||
           kind == YS_KIND_COMMISSION_REQUEST;
}

/* Is every record that could open the matter withdrawn, and is there one? */
static bool opening_withdrawn(const struct ys_course *course)
{
    bool found = false;
    for (uint32_t at = 0; at < course->order.count; at++) {
        if (!opens(course->readings[at].kind) || !has_part(course, course->order.steps[at]))
            continue;
        if (!course->order.steps[at]->withdrawn)
            return false;
        found = true;
    }
    return found;
}

static enum ys_code fold(struct ys_course *course, struct ys_err *err)
{
    struct ys_procedure *out = course->out;
    out->state = course->stage;
    enum ys_code code = replace(course, err);
    if (code == YS_OK)
        code = compare_corrections(course, err);
    for (uint32_t at = 0; at < course->order.count && code == YS_OK; at++) {
        struct ys_procedure_step *step = &out->steps[at];
        const bool counts =
            !step->step->withdrawn || (course->lenient && opens(course->readings[at].kind));
        step->before = out->state;
        if (step->step->kind == NULL) {
            step->fate = YS_FATE_UNKNOWN;
        } else if (!counts) {
            step->fate = YS_FATE_WITHDRAWN;
        } else if (step->fate != YS_FATE_REPLACES) {
            if (step->fate == YS_FATE_REPLACED)
                ys_reading_of(course->order.steps[step->content], &course->readings[at]);
            code = fold_step(course, at, err);
            if (step->step->withdrawn)
                step->irregular |= YS_IRREGULAR_LATE;
        }
        out->state = ys_course_state(course);
        if (out->state != step->before)
            out->since = course->readings[at].day;
        step->after = out->state;
    }
    return code;
}

static void count_items(struct ys_procedure *out)
{
    for (size_t i = 0; i < out->track_count; i++) {
        const struct ys_track *track = &out->tracks[i];
        const bool open = track->state == YS_STATE_UNDER_CORRECTION;
        if (track->replaced)
            continue;
        out->item_count++;
        if (ys_state_is_end(track->state))
            out->ended_count++;
        if (!open && track->state != YS_STATE_ANNULLED && ys_state_is_done(track->ended))
            out->done_count++;
    }
}

/* Withdrawn before completion, a matter is at its end; too late, the withdrawal has no effect. */
static bool withdrawn_late(const struct ys_course *course)
{
    const struct ys_procedure *out = course->out;
    bool late = course->close != YS_NO_STEP;
    for (size_t i = 0; i < out->track_count; i++)
        late = late || ys_state_is_done(out->tracks[i].ended);
    return late;
}

static enum ys_code run(const struct ys_step *steps, size_t count,
                        const struct ys_parameters *parameters, bool lenient, bool *again_out,
                        struct ys_procedure *out, struct ys_err *err)
{
    struct ys_course course;
    *out = (struct ys_procedure){.state = YS_STATE_NONE, .topic = YS_NO_STEP};
    *again_out = false;
    enum ys_code code = ys_course_init(&course, steps, count, parameters, out, err);
    if (code == YS_OK) {
        const bool withdrawn = opening_withdrawn(&course);
        course.lenient = withdrawn && lenient;
        course.withdrawn = withdrawn && !lenient;
        if (course.withdrawn)
            course.stage = YS_STATE_WITHDRAWN;
        code = fold(&course, err);
        *again_out = course.lenient && !withdrawn_late(&course);
    }
    if (code == YS_OK && !*again_out) {
        out->stage = course.stage;
        count_items(out);
        code = ys_next_fill(&course, err);
        if (code == YS_OK)
            code = ys_inbox_fill(&course, err);
    }
    out->work += course.order.work;
    ys_course_clear(&course);
    if (code != YS_OK || *again_out)
        ys_procedure_clear(out);
    return code;
}

enum ys_code ys_procedure_run(const struct ys_step *steps, size_t count,
                              const struct ys_parameters *parameters, struct ys_procedure *out,
                              struct ys_err *err)
{
    bool again = false;
    enum ys_code code = run(steps, count, parameters, true, &again, out, err);
    if (code == YS_OK && again)
        code = run(steps, count, parameters, false, &again, out, err);
    return code;
}

void ys_procedure_clear(struct ys_procedure *procedure)
{
    free(procedure->steps);
    free(procedure->tracks);
    free(procedure->conflicts);
    free(procedure->next);
    free(procedure->inbox);
    *procedure = (struct ys_procedure){.state = YS_STATE_NONE, .topic = YS_NO_STEP};
}
