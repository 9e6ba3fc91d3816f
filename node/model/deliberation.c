/* What the deliberation makes of a record, from the proposal to the archive: course.h. What becomes
 * of the items of a consensus is items.c's. */
#include "crypto/assert.h"
#include "node/model/course.h"

/* --- what the deliberation makes of a record, in a state ------------------------------------------ */

static bool at_rest(enum ys_state stage)
{
    return stage == YS_STATE_NOT_LISTED || stage == YS_STATE_MERGED || stage == YS_STATE_WITHDRAWN;
}

static bool is_held(enum ys_state stage)
{
    return stage == YS_STATE_DETERMINED || stage == YS_STATE_NOTICED ||
           stage == YS_STATE_IN_SESSION || stage == YS_STATE_NO_CONSENSUS;
}

static bool leads_determination(enum ys_state from, const struct ys_reading *r, enum ys_state *to)
{
    *to = YS_STATE_DEFERRED;
    if (r->outcome == YS_OUTCOME_LISTED)
        *to = YS_STATE_DETERMINED;
    else if (r->outcome == YS_OUTCOME_NOT_LISTED)
        *to = YS_STATE_NOT_LISTED;
    else if (r->outcome == YS_OUTCOME_MERGED)
        *to = YS_STATE_MERGED;
    return from == YS_STATE_PROPOSED || from == YS_STATE_OPINION_PENDING ||
           from == YS_STATE_DEFERRED;
}

/* Where a record leads from a stage, as far as the stage decides it: the table of DOMAIN.md 3.1. */
static bool stage_leads(enum ys_state from, const struct ys_reading *r, enum ys_state *to)
{
    switch (r->kind) {
    case YS_KIND_TOPIC_PROPOSAL:
    case YS_KIND_TOPIC_COLLECTION:
    case YS_KIND_COMMISSION_REQUEST:
        *to = YS_STATE_PROPOSED;
        return from == YS_STATE_NONE;
    case YS_KIND_STREET_OPINION_REQUEST:
        *to = YS_STATE_OPINION_PENDING;
        return from == YS_STATE_PROPOSED || from == YS_STATE_DEFERRED;
    case YS_KIND_TOPIC_DETERMINATION:
        return leads_determination(from, r, to);
    case YS_KIND_PUBLIC_NOTICE:
        *to = YS_STATE_NOTICED;
        return is_held(from);
    case YS_KIND_MEETING_SESSION:
        *to = r->outcome == YS_OUTCOME_NO_CONSENSUS ? YS_STATE_NO_CONSENSUS : YS_STATE_IN_SESSION;
        return is_held(from);
    case YS_KIND_CONSENSUS:
        *to = YS_STATE_CONSENSUS;
        return from == YS_STATE_IN_SESSION || from == YS_STATE_NOTICED;
    case YS_KIND_SHELVING:
        *to = YS_STATE_SHELVED;
        return from == YS_STATE_NO_CONSENSUS;
    case YS_KIND_REOPENING:
        *to = YS_STATE_DETERMINED;
        return from == YS_STATE_SHELVED;
    case YS_KIND_FEEDBACK_PUBLICATION:
        *to = YS_STATE_PUBLISHED;
        return from == YS_STATE_SHELVED;
    case YS_KIND_EVALUATION_RESULT:
        *to = YS_STATE_EVALUATED;
        return from == YS_STATE_PUBLISHED;
    default:
        return false;
    }
}

/* --- moving the stage --------------------------------------------------------------------------- */

static void move_stage(struct ys_course *course, struct ys_trial *trial, enum ys_state to)
{
    const unsigned slot = ys_course_claim_slot(trial->r->kind);
    if (slot < YS_CLAIM_COUNT)
        course->claims[slot] = (struct ys_claim){.step = trial->step, .from = course->stage};
    if (to != course->stage) {
        course->stage_step = trial->step;
        course->stage_since = trial->r->day;
    }
    course->stage = to;
    trial->moved = true;
}

/* Irregular, or in conflict with the record that took the step that this one claims. */
static enum ys_code refuse(struct ys_course *course, struct ys_trial *trial, unsigned why,
                           struct ys_err *err)
{
    const unsigned slot = ys_course_claim_slot(trial->r->kind);
    const struct ys_claim *claim = slot < YS_CLAIM_COUNT ? &course->claims[slot] : NULL;
    enum ys_state to = YS_STATE_NONE;
    if (claim == NULL || claim->step == YS_NO_STEP ||
        ys_order_follows(&course->order, trial->step, claim->step) ||
        !stage_leads(claim->from, trial->r, &to)) {
        trial->irregular |= why;
        return YS_OK;
    }
    trial->irregular |= YS_IRREGULAR_CONFLICT;
    return ys_course_conflict(course, claim->step, trial->step, YS_TASK_WHOLE_MATTER, err);
}

static enum ys_code on_opening(struct ys_course *course, struct ys_trial *trial)
{
    enum ys_state to = YS_STATE_NONE;
    if (stage_leads(course->stage, trial->r, &to)) {
        course->opened = trial->step;
        move_stage(course, trial, to);
    } else {
        trial->claims = false; /* one more proposal of the same topic */
    }
    return YS_OK;
}

static enum ys_code on_opinion_request(struct ys_course *course, struct ys_trial *trial,
                                       struct ys_err *err)
{
    enum ys_state to = YS_STATE_NONE;
    if (course->stage == YS_STATE_OPINION_PENDING) {
        trial->claims = false; /* a further question */
        return YS_OK;
    }
    if (!stage_leads(course->stage, trial->r, &to))
        return refuse(course, trial, YS_IRREGULAR_STATE, err);
    course->request = trial->step;
    course->opinion = YS_NO_STEP;
    move_stage(course, trial, to);
    return YS_OK;
}

static enum ys_code on_opinion(struct ys_course *course, struct ys_trial *trial)
{
    if (course->request != YS_NO_STEP &&
        ys_course_ref(course, trial->step, YS_KIND_STREET_OPINION_REQUEST) != YS_NO_STEP)
        course->opinion = trial->step;
    trial->claims = false;
    return YS_OK;
}

static void begin_round(struct ys_course *course)
{
    course->out->round = 0;
    course->notice = YS_NO_STEP;
    course->agreed = YS_NO_STEP;
    course->partial = false;
}

static enum ys_code on_determination(struct ys_course *course, struct ys_trial *trial,
                                     struct ys_err *err)
{
    const struct ys_reading *r = trial->r;
    enum ys_state to = YS_STATE_NONE;
    if (r->outcome == YS_OUTCOME_NONE) {
        trial->irregular |= YS_IRREGULAR_NO_CONTENT;
        return YS_OK;
    }
    if (!stage_leads(course->stage, r, &to)) {
        /* What the residents' meeting rejected may be determined anew; it joins a round under way. */
        if (r->outcome != YS_OUTCOME_LISTED || !ys_items_reopen(course))
            return refuse(course, trial, YS_IRREGULAR_STATE, err);
        trial->moved = true;
        course->out->topic = trial->step;
        if (is_held(course->stage))
            return YS_OK;
        to = YS_STATE_DETERMINED;
        course->shelving = YS_NO_STEP;
    }
    course->out->topic = trial->step;
    if (to == YS_STATE_DETERMINED) {
        course->determination = trial->step;
        begin_round(course);
    }
    if (to == YS_STATE_MERGED)
        course->out->merged_into = r->merged_into;
    move_stage(course, trial, to);
    return YS_OK;
}

/* While a part is agreed and the rest is deliberated on, the items show the state. */
static bool goes_on(const struct ys_course *course)
{
    return course->stage == YS_STATE_CONSENSUS && course->partial;
}

static enum ys_code on_notice(struct ys_course *course, struct ys_trial *trial, struct ys_err *err)
{
    const struct ys_reading *r = trial->r;
    enum ys_state to = YS_STATE_NONE;
    if (course->session != YS_NO_STEP && r->meeting != 0 && r->meeting <= course->session_day) {
        trial->irregular |= YS_IRREGULAR_LATE;
        return YS_OK;
    }
    if (!goes_on(course) && !stage_leads(course->stage, r, &to)) {
        trial->irregular |= YS_IRREGULAR_STATE;
        return YS_OK;
    }
    if (course->notice != YS_NO_STEP &&
        !ys_order_follows(&course->order, trial->step, course->notice)) {
        trial->irregular |= YS_IRREGULAR_CONFLICT;
        return ys_course_conflict(course, course->notice, trial->step, YS_TASK_WHOLE_MATTER, err);
    }
    course->notice = trial->step;
    if (goes_on(course))
        trial->moved = true;
    else
        move_stage(course, trial, to);
    return YS_OK;
}

/* Is it another record of the session before: on the same notice, and neither refers to the other? */
static bool same_session(struct ys_course *course, uint32_t step)
{
    const uint32_t notice = ys_course_ref(course, step, YS_KIND_PUBLIC_NOTICE);
    return course->notice == YS_NO_STEP && course->session != YS_NO_STEP && notice != YS_NO_STEP &&
           notice == course->session_notice && course->session_outcome != YS_OUTCOME_ADJOURNED &&
           !ys_order_follows(&course->order, step, course->session);
}

static enum ys_code on_session(struct ys_course *course, struct ys_trial *trial, struct ys_err *err)
{
    const struct ys_reading *r = trial->r;
    enum ys_state to = YS_STATE_NONE;
    if (!goes_on(course) && !stage_leads(course->stage, r, &to)) {
        trial->irregular |= YS_IRREGULAR_STATE;
        return YS_OK;
    }
    if (same_session(course, trial->step)) {
        trial->irregular |= YS_IRREGULAR_CONFLICT;
        return ys_course_conflict(course, course->session, trial->step, YS_TASK_WHOLE_MATTER, err);
    }
    if (course->notice == YS_NO_STEP && course->session_outcome != YS_OUTCOME_ADJOURNED)
        trial->irregular |= YS_IRREGULAR_NO_NOTICE;
    if (course->notice != YS_NO_STEP)
        course->session_notice = course->notice;
    course->notice = YS_NO_STEP;
    course->session = trial->step;
    course->session_day = r->day;
    course->session_outcome = r->outcome;
    if (r->outcome == YS_OUTCOME_CONSENSUS || r->outcome == YS_OUTCOME_PARTIAL_CONSENSUS)
        course->agreed = trial->step;
    course->out->sessions++;
    course->out->round++;
    if (goes_on(course))
        trial->moved = true;
    else
        move_stage(course, trial, to);
    return YS_OK;
}

/* The first record of a matter, entered late: what led to it happened before the log began. */
static bool begins_late(const struct ys_course *course, const struct ys_reading *r)
{
    return course->stage == YS_STATE_NONE && r->body != NULL && r->body->backfill_reason != NULL;
}

static enum ys_code on_consensus(struct ys_course *course, struct ys_trial *trial,
                                 struct ys_err *err)
{
    enum ys_state to = YS_STATE_NONE;
    const bool late = begins_late(course, trial->r);
    const bool fits = (goes_on(course) && course->agreed != YS_NO_STEP) ||
                      stage_leads(course->stage, trial->r, &to);
    if (trial->r->item_count == 0) {
        trial->irregular |= YS_IRREGULAR_NO_CONTENT;
        return YS_OK;
    }
    if (!late && (!fits || course->agreed == YS_NO_STEP))
        return refuse(course, trial,
                      is_held(course->stage) ? YS_IRREGULAR_NO_AGREEMENT : YS_IRREGULAR_STATE, err);
    const enum ys_code code = ys_items_agree(course, trial, err);
    if (code != YS_OK || !trial->moved)
        return code;
    if (late)
        trial->irregular |= YS_IRREGULAR_NO_AGREEMENT;
    course->partial =
        !late && course->readings[course->agreed].outcome == YS_OUTCOME_PARTIAL_CONSENSUS;
    course->agreed = YS_NO_STEP;
    move_stage(course, trial, YS_STATE_CONSENSUS);
    return YS_OK;
}

static enum ys_code on_shelving(struct ys_course *course, struct ys_trial *trial,
                                struct ys_err *err)
{
    enum ys_state to = YS_STATE_NONE;
    if (!stage_leads(course->stage, trial->r, &to))
        return refuse(course, trial, YS_IRREGULAR_STATE, err);
    if (course->out->round <
        ys_parameter_on(course->parameters, YS_PARAMETER_SHELVE_MIN_SESSIONS, trial->r->day))
        trial->irregular |= YS_IRREGULAR_FEW_SESSIONS;
    course->shelving = trial->step;
    course->publication = YS_NO_STEP;
    move_stage(course, trial, to);
    return YS_OK;
}

static enum ys_code on_reopening(struct ys_course *course, struct ys_trial *trial,
                                 struct ys_err *err)
{
    const bool shelved = course->shelving != YS_NO_STEP;
    if (!shelved && !(course->stage == YS_STATE_CONSENSUS && ys_items_reopen(course)))
        return refuse(course, trial, YS_IRREGULAR_STATE, err);
    course->shelving = YS_NO_STEP;
    begin_round(course);
    move_stage(course, trial, YS_STATE_DETERMINED);
    return YS_OK;
}

/* --- what concerns the items, or the matter before it has any -------------------------------------- */

static enum ys_code on_item_record(struct ys_course *course, struct ys_trial *trial,
                                   struct ys_err *err)
{
    const uint32_t kind = trial->r->kind;
    const bool assembly =
        kind == YS_KIND_RESIDENTS_MEETING_NOTICE || kind == YS_KIND_RESIDENTS_MEETING_DECISION;
    const bool unagreed =
        course->stage == YS_STATE_DETERMINED || course->stage == YS_STATE_NO_CONSENSUS;
    if (assembly && unagreed && !ys_items_live(course) && ys_course_decision_matter(course)) {
        const enum ys_code code = ys_items_whole(course, trial->step, err);
        if (code != YS_OK)
            return code;
        course->stage = YS_STATE_CONSENSUS;
        course->stage_step = trial->step;
    }
    if (kind == YS_KIND_COMMISSION_RESULT && course->shelving != YS_NO_STEP) {
        trial->claims = false; /* that it was shelved is a result, too */
        return YS_OK;
    }
    return ys_items_apply(course, trial, err);
}

/* Publications on what is still under way, and evaluations before the end, are merely noted. */
static enum ys_code on_feedback(struct ys_course *course, struct ys_trial *trial,
                                struct ys_err *err)
{
    const struct ys_reading *r = trial->r;
    const bool evaluates = r->kind == YS_KIND_EVALUATION_RESULT;
    enum ys_state to = YS_STATE_NONE;
    const bool on_shelving =
        course->shelving != YS_NO_STEP &&
        (evaluates || r->published == YS_PUBLISHED_SHELVING || r->published == YS_PUBLISHED_NONE);
    if (evaluates)
        course->evaluation = trial->step;
    if (on_shelving) {
        if (!evaluates)
            course->publication = trial->step;
        if (stage_leads(course->stage, r, &to))
            move_stage(course, trial, to);
        if (course->stage == YS_STATE_PUBLISHED && course->evaluation != YS_NO_STEP)
            course->stage = YS_STATE_EVALUATED;
        trial->claims = trial->moved;
        return YS_OK;
    }
    const enum ys_code code = ys_items_apply(course, trial, err);
    const bool by_the_way =
        r->published != YS_PUBLISHED_NONE && r->published != YS_PUBLISHED_COMPLETION &&
        r->published != YS_PUBLISHED_COMMISSION && r->published != YS_PUBLISHED_SHELVING;
    if (!trial->moved && (evaluates || by_the_way || course->close != YS_NO_STEP)) {
        trial->irregular = 0;
        trial->claims = false;
    }
    return code;
}

/* --- the end ------------------------------------------------------------------------------------- */

static bool may_close(enum ys_state state)
{
    return at_rest(state) || state == YS_STATE_PUBLISHED || state == YS_STATE_EVALUATED ||
           state == YS_STATE_ANNULLED || state == YS_STATE_REJECTED;
}

bool ys_deliberation_closable(const struct ys_course *course)
{
    const struct ys_procedure *out = course->out;
    bool closes =
        (ys_items_live(course) && course->stage == YS_STATE_CONSENSUS) || may_close(course->stage);
    for (size_t i = 0; i < out->track_count; i++)
        closes = closes && (out->tracks[i].replaced || may_close(out->tracks[i].state));
    return closes;
}

static enum ys_code on_close(struct ys_course *course, struct ys_trial *trial, struct ys_err *err)
{
    if (course->close != YS_NO_STEP) {
        trial->irregular |= YS_IRREGULAR_STATE;
        if (ys_order_follows(&course->order, trial->step, course->close))
            return YS_OK;
        trial->irregular = YS_IRREGULAR_CONFLICT;
        return ys_course_conflict(course, course->close, trial->step, YS_TASK_WHOLE_MATTER, err);
    }
    if (!ys_deliberation_closable(course)) {
        trial->irregular |= YS_IRREGULAR_UNENDED;
        return YS_OK;
    }
    course->close = trial->step;
    trial->moved = true;
    return YS_OK;
}

static enum ys_code on_archive(struct ys_course *course, struct ys_trial *trial)
{
    if (course->close == YS_NO_STEP) {
        trial->irregular |= YS_IRREGULAR_STATE;
    } else if (course->archive == YS_NO_STEP) {
        course->archive = trial->step;
        trial->moved = true;
    } else {
        trial->claims = false; /* the street's or the district's part */
    }
    return YS_OK;
}

/* --- one record ---------------------------------------------------------------------------------- */

/* May it still move something? After the end, only what corrects, publishes or archives. */
static bool is_over(const struct ys_course *course, uint32_t kind)
{
    switch (kind) {
    case YS_KIND_STREET_CORRECTION:
    case YS_KIND_CORRECTION_COMPLIANCE:
    case YS_KIND_FEEDBACK_PUBLICATION:
    case YS_KIND_EVALUATION_RESULT:
    case YS_KIND_MATTER_CLOSE:
    case YS_KIND_ARCHIVE_TRANSFER:
    case YS_KIND_TOPIC_PROPOSAL:
    case YS_KIND_TOPIC_COLLECTION:
    case YS_KIND_COMMISSION_REQUEST:
    case YS_KIND_TOPIC_DETERMINATION:
        return false;
    default:
        return course->close != YS_NO_STEP || at_rest(course->stage);
    }
}

static enum ys_code on_late_record(struct ys_course *course, struct ys_trial *trial,
                                   struct ys_err *err)
{
    trial->claims = ys_course_claim_slot(trial->r->kind) < YS_CLAIM_COUNT ||
                    trial->r->kind == YS_KIND_STREET_OPINION_REQUEST ||
                    trial->r->kind == YS_KIND_IMPLEMENTATION_PROGRESS;
    return trial->claims ? refuse(course, trial, YS_IRREGULAR_ENDED, err) : YS_OK;
}

enum ys_code ys_deliberation_apply(struct ys_course *course, struct ys_trial *trial,
                                   struct ys_err *err)
{
    if (is_over(course, trial->r->kind))
        return on_late_record(course, trial, err);
    switch (trial->r->kind) {
    case YS_KIND_TOPIC_PROPOSAL:
    case YS_KIND_TOPIC_COLLECTION:
    case YS_KIND_COMMISSION_REQUEST:
        return on_opening(course, trial);
    case YS_KIND_STREET_OPINION_REQUEST:
        return on_opinion_request(course, trial, err);
    case YS_KIND_TOPIC_DETERMINATION:
        return on_determination(course, trial, err);
    case YS_KIND_PUBLIC_NOTICE:
        return on_notice(course, trial, err);
    case YS_KIND_MEETING_SESSION:
        return on_session(course, trial, err);
    case YS_KIND_CONSENSUS:
        return on_consensus(course, trial, err);
    case YS_KIND_SHELVING:
        return on_shelving(course, trial, err);
    case YS_KIND_REOPENING:
        return on_reopening(course, trial, err);
    case YS_KIND_RESIDENTS_MEETING_NOTICE:
    case YS_KIND_RESIDENTS_MEETING_DECISION:
    case YS_KIND_IMPLEMENTATION_PLAN:
    case YS_KIND_IMPLEMENTATION_PROGRESS:
    case YS_KIND_IMPLEMENTATION_COMPLETION:
    case YS_KIND_OUTCOME_SUBMISSION:
    case YS_KIND_STREET_RESPONSE:
    case YS_KIND_DEPARTMENT_RESPONSE:
    case YS_KIND_COMMISSION_RESULT:
    case YS_KIND_STREET_CORRECTION:
    case YS_KIND_CORRECTION_COMPLIANCE:
        return on_item_record(course, trial, err);
    case YS_KIND_FEEDBACK_PUBLICATION:
    case YS_KIND_EVALUATION_RESULT:
        return on_feedback(course, trial, err);
    case YS_KIND_MATTER_CLOSE:
        return on_close(course, trial, err);
    case YS_KIND_ARCHIVE_TRANSFER:
        return on_archive(course, trial);
    case YS_KIND_STREET_OPINION:
        return on_opinion(course, trial);
    default:
        trial->claims = false;
        return YS_OK;
    }
}
