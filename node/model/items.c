/* What becomes of the items of a consensus while records are applied to them: course.h. */
#include "crypto/assert.h"
#include "node/model/course.h"

#include <stdlib.h>

bool ys_items_live(const struct ys_course *course)
{
    for (size_t i = 0; i < course->out->track_count; i++) {
        if (!course->out->tracks[i].replaced)
            return true;
    }
    return false;
}

static struct ys_track *find_live(const struct ys_course *course, uint32_t item)
{
    for (size_t i = 0; i < course->out->track_count; i++) {
        struct ys_track *track = &course->out->tracks[i];
        if (!track->replaced && track->item == item)
            return track;
    }
    return NULL;
}

/* --- new tracks --------------------------------------------------------------------------------- */

static enum ys_code make_room(struct ys_course *course, struct ys_err *err)
{
    struct ys_procedure *out = course->out;
    if (out->track_count < course->track_room)
        return YS_OK;
    const size_t room = course->track_room * 2 + 8;
    struct ys_track *tracks = realloc(out->tracks, room * sizeof *tracks);
    if (tracks != NULL)
        out->tracks = tracks;
    struct ys_claim *claims = realloc(course->track_claims, room * YS_CLAIM_COUNT * sizeof *claims);
    if (claims != NULL)
        course->track_claims = claims;
    uint32_t *orders = realloc(course->track_orders, room * sizeof *orders);
    if (orders != NULL)
        course->track_orders = orders;
    if (tracks == NULL || claims == NULL || orders == NULL)
        return ys_fail(err, YS_NOMEM, "procedure: no memory for %zu items", room);
    course->track_room = room;
    return YS_OK;
}

static enum ys_code add_track(struct ys_course *course, const struct ys_track *track,
                              struct ys_err *err)
{
    const enum ys_code code = make_room(course, err);
    if (code != YS_OK)
        return code;
    const size_t at = course->out->track_count++;
    course->out->tracks[at] = *track;
    course->track_orders[at] = 0;
    for (unsigned i = 0; i < YS_CLAIM_COUNT; i++)
        course->track_claims[at * YS_CLAIM_COUNT + i] = (struct ys_claim){.step = YS_NO_STEP};
    return YS_OK;
}

enum ys_code ys_items_agree(struct ys_course *course, struct ys_trial *trial, struct ys_err *err)
{
    const struct ys_reading *r = trial->r;
    for (size_t at = 0; at < r->item_count; at++) {
        struct ys_reading_item item;
        ys_reading_item(r, at, &item);
        if (item.no == 0 || find_live(course, item.no) != NULL) {
            trial->irregular |= YS_IRREGULAR_ITEM_AGAIN;
            continue;
        }
        struct ys_track track = ys_track_none();
        track.item = item.no;
        track.text = item.text;
        track.responsible = item.responsible;
        track.nature = item.nature;
        track.decision_matter = item.decision_matter;
        track.state = YS_STATE_CONSENSUS;
        track.since = r->day;
        track.step = trial->step;
        track.consensus_step = trial->step;
        track.agreed_on = r->day;
        track.implementers = item.nature == YS_NATURE_PUBLIC_SERVICE
                                 ? (unsigned)YS_BODY_ST | (unsigned)YS_BODY_GD
                                 : (unsigned)YS_BODY_RC;
        track.due = item.due;
        track.due_step = item.due != 0 ? trial->step : YS_NO_STEP;
        const enum ys_code code = add_track(course, &track, err);
        if (code != YS_OK)
            return code;
        trial->moved = true;
    }
    return YS_OK;
}

enum ys_code ys_items_whole(struct ys_course *course, uint32_t step, struct ys_err *err)
{
    const struct ys_reading *determined = &course->readings[course->determination];
    struct ys_track track = ys_track_none();
    track.nature = determined->nature;
    track.decision_matter = true;
    track.state = YS_STATE_CONSENSUS;
    track.since = course->readings[step].day;
    track.agreed_on = track.since;
    track.step = step;
    track.implementers = determined->nature == YS_NATURE_PUBLIC_SERVICE
                             ? (unsigned)YS_BODY_ST | (unsigned)YS_BODY_GD
                             : (unsigned)YS_BODY_RC;
    return add_track(course, &track, err);
}

bool ys_items_reopen(struct ys_course *course)
{
    bool reopened = false;
    for (size_t i = 0; i < course->out->track_count; i++) {
        struct ys_track *track = &course->out->tracks[i];
        if (!track->replaced && track->ended == YS_STATE_REJECTED &&
            track->state != YS_STATE_UNDER_CORRECTION && track->state != YS_STATE_ANNULLED) {
            track->replaced = true;
            reopened = true;
        }
    }
    return reopened;
}

/* --- which items a record concerns -------------------------------------------------------------- */

/* Kinds from whose records one of this kind takes its items, when it names none itself. */
static bool takes_items_from(uint32_t kind, uint32_t from)
{
    switch (kind) {
    case YS_KIND_RESIDENTS_MEETING_DECISION:
        return from == YS_KIND_RESIDENTS_MEETING_NOTICE;
    case YS_KIND_IMPLEMENTATION_PROGRESS:
    case YS_KIND_IMPLEMENTATION_COMPLETION:
        return from == YS_KIND_IMPLEMENTATION_PLAN || from == YS_KIND_STREET_RESPONSE ||
               from == YS_KIND_DEPARTMENT_RESPONSE;
    case YS_KIND_IMPLEMENTATION_PLAN:
        return from == YS_KIND_STREET_RESPONSE || from == YS_KIND_DEPARTMENT_RESPONSE;
    case YS_KIND_STREET_RESPONSE:
        return from == YS_KIND_OUTCOME_SUBMISSION;
    case YS_KIND_DEPARTMENT_RESPONSE:
        return from == YS_KIND_STREET_RESPONSE;
    case YS_KIND_CORRECTION_COMPLIANCE:
        return from == YS_KIND_STREET_CORRECTION;
    default:
        return false;
    }
}

/* The step whose items a record concerns: itself, if it names any; else that of the one record from which
 * it takes them; itself again when there are several; YS_NO_STEP: all that it can concern. */
static uint32_t scope_of(const struct ys_course *course, uint32_t step)
{
    const struct ys_reading *r = &course->readings[step];
    uint32_t scope = YS_NO_STEP;
    bool found = false;
    if (r->item_count > 0)
        return step;
    for (uint32_t i = course->order.first[step]; i < course->order.first[step + 1]; i++) {
        const uint32_t to = ys_course_meant(course, course->order.refs[i].to);
        if (to >= step || !takes_items_from(r->kind, course->readings[to].kind))
            continue;
        if (found && course->scope[to] != scope)
            return step;
        scope = course->scope[to];
        found = true;
    }
    return scope;
}

static bool names(const struct ys_course *course, uint32_t scope, uint32_t item)
{
    return scope == YS_NO_STEP || ys_reading_names(&course->readings[scope], item);
}

/* Is the item among those of any of the records from which this one takes its items? */
static bool named_by_several(const struct ys_course *course, uint32_t step, uint32_t item)
{
    for (uint32_t i = course->order.first[step]; i < course->order.first[step + 1]; i++) {
        const uint32_t to = ys_course_meant(course, course->order.refs[i].to);
        if (to < step && takes_items_from(course->readings[step].kind, course->readings[to].kind) &&
            names(course, course->scope[to], item))
            return true;
    }
    return false;
}

static bool refers_to(const struct ys_course *course, uint32_t step, uint32_t to)
{
    for (uint32_t i = course->order.first[step]; i < course->order.first[step + 1]; i++) {
        if (ys_course_meant(course, course->order.refs[i].to) == to)
            return true;
    }
    return false;
}

/* Does a publication refer to a record on how some item ended? */
static bool publishes_record(const struct ys_course *course, uint32_t step)
{
    return ys_course_ref(course, step, YS_KIND_RESIDENTS_MEETING_DECISION) != YS_NO_STEP ||
           ys_course_ref(course, step, YS_KIND_STREET_RESPONSE) != YS_NO_STEP ||
           ys_course_ref(course, step, YS_KIND_DEPARTMENT_RESPONSE) != YS_NO_STEP ||
           ys_course_ref(course, step, YS_KIND_IMPLEMENTATION_COMPLETION) != YS_NO_STEP ||
           ys_course_ref(course, step, YS_KIND_COMMISSION_RESULT) != YS_NO_STEP;
}

static bool concerned(const struct ys_course *course, uint32_t step, const struct ys_track *track)
{
    const uint32_t scope = course->scope[step];
    if (course->readings[step].kind == YS_KIND_FEEDBACK_PUBLICATION)
        return !publishes_record(course, step) || refers_to(course, step, track->decision_step) ||
               refers_to(course, step, track->response_step) ||
               refers_to(course, step, track->department_step) ||
               refers_to(course, step, track->result_step);
    return names(course, scope, track->item) ||
           (scope == step && course->readings[step].item_count == 0 &&
            named_by_several(course, step, track->item));
}

static void flag_unknown_items(const struct ys_course *course, struct ys_trial *trial)
{
    for (size_t at = 0; at < trial->r->item_count; at++) {
        struct ys_reading_item item;
        ys_reading_item(trial->r, at, &item);
        if (find_live(course, item.no) == NULL)
            trial->irregular |= YS_IRREGULAR_NO_SUCH_ITEM;
    }
}

/* --- corrections -------------------------------------------------------------------------------- */

static enum ys_code order_correction(struct ys_course *course, uint32_t step, uint32_t track,
                                     struct ys_err *err)
{
    if (course->correction_count == course->correction_room) {
        const size_t room = course->correction_room * 2 + 8;
        struct ys_correction *grown = realloc(course->corrections, room * sizeof *grown);
        if (grown == NULL)
            return ys_fail(err, YS_NOMEM, "procedure: no memory for %zu corrections", room);
        course->corrections = grown;
        course->correction_room = room;
    }
    course->corrections[course->correction_count++] =
        (struct ys_correction){.step = step, .track = track, .open = true};
    course->track_orders[track]++;
    return YS_OK;
}

/* Let a compliance answer the orders on this item to which it refers. False: there is none open. When
 * other orders stay open, the item stays under correction. */
static bool comply(struct ys_course *course, const struct ys_trial *trial, uint32_t track,
                   enum ys_state *to)
{
    const enum ys_outcome outcome = trial->r->outcome;
    const struct ys_order *order = &course->order;
    bool answered = false;
    for (uint32_t i = order->first[trial->step]; i < order->first[trial->step + 1]; i++) {
        const uint32_t meant = ys_course_meant(course, order->refs[i].to);
        const size_t at = ys_course_correction_at(course, meant, track);
        if (at == course->correction_count)
            continue;
        struct ys_correction *const correction = &course->corrections[at];
        if (correction->step != meant || correction->track != track || !correction->open)
            continue;
        answered = true;
        if (outcome == YS_OUTCOME_SUSPEND)
            continue;
        correction->open = false;
        course->track_orders[track]--;
    }
    if (answered && course->track_orders[track] > 0 && outcome == YS_OUTCOME_AMEND)
        *to = YS_STATE_UNDER_CORRECTION;
    return answered;
}

/* --- one record, one item ----------------------------------------------------------------------- */

static bool may_repeat(uint32_t kind)
{
    return kind != YS_KIND_RESIDENTS_MEETING_NOTICE && kind != YS_KIND_IMPLEMENTATION_PLAN;
}

/* Did another record take the step that this one claims, and neither knows of the other? */
static enum ys_code try_conflict(struct ys_course *course, struct ys_trial *trial, uint32_t at,
                                 bool *conflict_out, struct ys_err *err)
{
    const unsigned slot = ys_course_claim_slot(trial->r->kind);
    enum ys_state to = YS_STATE_NONE;
    enum ys_irregular why = YS_IRREGULAR_STATE;
    *conflict_out = false;
    if (slot == YS_CLAIM_COUNT)
        return YS_OK;
    const struct ys_claim *claim = &course->track_claims[(size_t)at * YS_CLAIM_COUNT + slot];
    if (claim->step == YS_NO_STEP || ys_order_follows(&course->order, trial->step, claim->step) ||
        !ys_track_leads(&course->out->tracks[at], claim->from, trial->r, trial->author, &to, &why))
        return YS_OK;
    *conflict_out = true;
    trial->irregular |= YS_IRREGULAR_CONFLICT;
    return ys_course_conflict(course, claim->step, trial->step, at, err);
}

static enum ys_code move(struct ys_course *course, struct ys_trial *trial, uint32_t at,
                         enum ys_state to, struct ys_err *err)
{
    struct ys_track *track = &course->out->tracks[at];
    const unsigned slot = ys_course_claim_slot(trial->r->kind);
    if (trial->r->kind == YS_KIND_RESIDENTS_MEETING_DECISION && track->state == YS_STATE_CONSENSUS)
        trial->irregular |= YS_IRREGULAR_NO_NOTICE;
    if (slot < YS_CLAIM_COUNT)
        course->track_claims[(size_t)at * YS_CLAIM_COUNT + slot] =
            (struct ys_claim){.step = trial->step, .from = track->state};
    ys_track_move(track, to, trial->r, trial->step);
    trial->moved = true;
    return trial->r->kind == YS_KIND_STREET_CORRECTION
               ? order_correction(course, trial->step, at, err)
               : YS_OK;
}

/* `skipped` gathers why items that the record does not name were passed over. */
static enum ys_code apply_to(struct ys_course *course, struct ys_trial *trial, uint32_t at,
                             unsigned *skipped, struct ys_err *err)
{
    struct ys_track *track = &course->out->tracks[at];
    const unsigned slot = ys_course_claim_slot(trial->r->kind);
    enum ys_state to = track->state;
    enum ys_irregular why = YS_IRREGULAR_STATE;
    bool fits = ys_track_leads(track, track->state, trial->r, trial->author, &to, &why);
    if (fits && trial->r->kind == YS_KIND_CORRECTION_COMPLIANCE)
        fits = comply(course, trial, at, &to);
    if (fits && to == track->state && !may_repeat(trial->r->kind)) {
        const uint32_t before = course->track_claims[(size_t)at * YS_CLAIM_COUNT + slot].step;
        fits = before == YS_NO_STEP || ys_order_follows(&course->order, trial->step, before);
    }
    if (fits)
        return move(course, trial, at, to, err);

    bool conflict = false;
    const enum ys_code code = try_conflict(course, trial, at, &conflict, err);
    if (code != YS_OK || conflict)
        return code;
    if (trial->r->item_count > 0 || why == YS_IRREGULAR_CORRECTING)
        trial->irregular |= why;
    else
        *skipped |= why;
    return YS_OK;
}

enum ys_code ys_items_apply(struct ys_course *course, struct ys_trial *trial, struct ys_err *err)
{
    const unsigned not_its_own = YS_IRREGULAR_NATURE | YS_IRREGULAR_BODY;
    unsigned skipped = 0;
    course->scope[trial->step] = scope_of(course, trial->step);
    for (uint32_t at = 0; at < course->out->track_count; at++) {
        const struct ys_track *track = &course->out->tracks[at];
        if (track->replaced || !concerned(course, trial->step, track))
            continue;
        const enum ys_code code = apply_to(course, trial, at, &skipped, err);
        if (code != YS_OK)
            return code;
    }
    flag_unknown_items(course, trial);
    if (!trial->moved && trial->irregular == 0) {
        const unsigned told = (skipped & ~not_its_own) != 0 ? skipped & ~not_its_own : skipped;
        trial->irregular |= told != 0 ? told : YS_IRREGULAR_STATE;
    }
    return YS_OK;
}
