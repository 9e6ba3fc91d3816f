#include "node/model/track.h"

#include "crypto/assert.h"

static const struct {
    enum ys_irregular flag;
    const char *word;
    const char *zh;
    const char *en;
} irregulars[YS_IRREGULAR_COUNT] = {
    {YS_IRREGULAR_STATE, "state", "与当前状态不符", "does not fit the present state"},
    {YS_IRREGULAR_CONFLICT, "conflict", "与另一记录冲突", "another record has taken this step"},
    {YS_IRREGULAR_NO_NOTICE, "no_notice", "没有有效的公示或通知", "held without a notice in force"},
    {YS_IRREGULAR_FEW_SESSIONS, "few_sessions", "搁置前协商次数不足",
     "shelved after too few sessions"},
    {YS_IRREGULAR_NO_AGREEMENT, "no_agreement", "没有达成共识的协商会",
     "no session reached a consensus"},
    {YS_IRREGULAR_UNDECIDED, "undecided", "居民会议尚未决定",
     "the residents' meeting has not decided yet"},
    {YS_IRREGULAR_NO_SUCH_ITEM, "no_such_item", "没有该编号的共识事项",
     "names an item that is not there"},
    {YS_IRREGULAR_NATURE, "nature", "事项性质不符", "the item is of another nature"},
    {YS_IRREGULAR_BODY, "body", "不是负责落实的主体",
     "signed by a body that does not carry it out"},
    {YS_IRREGULAR_CORRECTING, "correcting", "该事项正在纠正", "the item is under correction"},
    {YS_IRREGULAR_ENDED, "ended", "事项已经结束", "the matter has ended"},
    {YS_IRREGULAR_ITEM_AGAIN, "item_again", "共识事项编号重复", "the number of the item is taken"},
    {YS_IRREGULAR_NO_CONTENT, "no_content", "内容缺失或者已删除",
     "its content is absent or erased"},
    {YS_IRREGULAR_FOREIGN, "foreign", "出自与本事项无关的单位",
     "of a unit without part in this matter"},
    {YS_IRREGULAR_LATE, "late", "时间已过", "too late to have an effect"},
    {YS_IRREGULAR_ANSWERER, "answerer", "应由其他单位答复或者销号",
     "answers what another unit or body must answer"},
    {YS_IRREGULAR_UNENDED, "unended", "仍有未结束的事项", "closes while items are open"},
};

const char *ys_irregular_word(enum ys_irregular flag)
{
    for (size_t i = 0; i < YS_IRREGULAR_COUNT; i++) {
        if (irregulars[i].flag == flag)
            return irregulars[i].word;
    }
    return "?";
}

const char *ys_irregular_text(enum ys_irregular flag, bool chinese)
{
    for (size_t i = 0; i < YS_IRREGULAR_COUNT; i++) {
        if (irregulars[i].flag == flag)
            return chinese ? irregulars[i].zh : irregulars[i].en;
    }
    return "?";
}

struct ys_track ys_track_none(void)
{
    return (struct ys_track){.step = YS_NO_STEP,
                             .consensus_step = YS_NO_STEP,
                             .assembly_notice_step = YS_NO_STEP,
                             .decision_step = YS_NO_STEP,
                             .plan_step = YS_NO_STEP,
                             .submission_step = YS_NO_STEP,
                             .response_step = YS_NO_STEP,
                             .department_step = YS_NO_STEP,
                             .result_step = YS_NO_STEP,
                             .correction_step = YS_NO_STEP,
                             .compliance_step = YS_NO_STEP,
                             .publication_step = YS_NO_STEP,
                             .evaluation_step = YS_NO_STEP,
                             .due_step = YS_NO_STEP};
}

/* --- who and what ------------------------------------------------------------------------------- */

/* Is the record of a kind that concerns items of this nature, and signed by who may carry it out? */
static bool concerns(const struct ys_track *track, const struct ys_reading *r, unsigned author,
                     enum ys_irregular *why_out)
{
    bool fits = true;
    *why_out = YS_IRREGULAR_NATURE;
    switch (r->kind) {
    case YS_KIND_RESIDENTS_MEETING_NOTICE:
    case YS_KIND_RESIDENTS_MEETING_DECISION:
        return track->decision_matter;
    case YS_KIND_IMPLEMENTATION_PLAN:
        fits = (author & YS_BODY_RC) != 0 ? track->nature == YS_NATURE_COMMUNITY_AFFAIRS
                                          : track->nature == YS_NATURE_PUBLIC_SERVICE;
        break;
    case YS_KIND_OUTCOME_SUBMISSION:
    case YS_KIND_STREET_RESPONSE:
    case YS_KIND_DEPARTMENT_RESPONSE:
        return track->nature == YS_NATURE_PUBLIC_SERVICE;
    case YS_KIND_COMMISSION_RESULT:
        return track->nature == YS_NATURE_COMMISSIONED;
    case YS_KIND_IMPLEMENTATION_PROGRESS:
    case YS_KIND_IMPLEMENTATION_COMPLETION:
        if (track->nature == YS_NATURE_COMMISSIONED)
            return false;
        *why_out = YS_IRREGULAR_BODY;
        return (author & track->implementers) != 0;
    default:
        break;
    }
    return fits;
}

/* --- from which state to which ------------------------------------------------------------------ */

/* May what was agreed be carried out: agreed, and decided where that is needed? */
static bool settled(const struct ys_track *track, enum ys_state from, enum ys_irregular *why_out)
{
    if (from == YS_STATE_DECIDED || (from == YS_STATE_CONSENSUS && !track->decision_matter))
        return true;
    *why_out = from == YS_STATE_CONSENSUS || from == YS_STATE_AWAITING_ASSEMBLY
                   ? YS_IRREGULAR_UNDECIDED
                   : YS_IRREGULAR_STATE;
    return false;
}

static bool leads_assembly(enum ys_state from, const struct ys_reading *r, enum ys_state *to)
{
    if (r->kind == YS_KIND_RESIDENTS_MEETING_NOTICE) {
        *to = YS_STATE_AWAITING_ASSEMBLY;
        return from == YS_STATE_CONSENSUS || from == YS_STATE_AWAITING_ASSEMBLY ||
               from == YS_STATE_REJECTED;
    }
    *to = r->outcome == YS_OUTCOME_PASSED ? YS_STATE_DECIDED : YS_STATE_REJECTED;
    return from == YS_STATE_CONSENSUS || from == YS_STATE_AWAITING_ASSEMBLY;
}

static bool leads_plan(const struct ys_track *track, enum ys_state from, unsigned author,
                       enum ys_state *to, enum ys_irregular *why_out)
{
    if ((author & YS_BODY_RC) == 0) { /* of the street or a department, for what it has accepted */
        *to = from;
        return from == YS_STATE_ACCEPTED;
    }
    *to = YS_STATE_IMPLEMENTING;
    return from == YS_STATE_IMPLEMENTING || settled(track, from, why_out);
}

static bool leads_response(const struct ys_track *track, enum ys_state from,
                           const struct ys_reading *r, enum ys_state *to)
{
    *to = YS_STATE_DECLINED;
    if (r->outcome == YS_OUTCOME_TRANSFER)
        *to = YS_STATE_TRANSFERRED;
    else if (r->outcome == YS_OUTCOME_IMPLEMENT || r->outcome == YS_OUTCOME_ACCEPT)
        *to = YS_STATE_ACCEPTED;
    if (r->kind == YS_KIND_DEPARTMENT_RESPONSE)
        return from == YS_STATE_TRANSFERRED;
    /* What a department declines falls back to the street. */
    return from == YS_STATE_SUBMITTED ||
           (from == YS_STATE_DECLINED && track->department_step != YS_NO_STEP &&
            track->department_step > track->response_step);
}

static bool leads_result(const struct ys_track *track, enum ys_state from, enum ys_state *to,
                         enum ys_irregular *why_out)
{
    *to = YS_STATE_RESULT_SUBMITTED;
    if (from == YS_STATE_REJECTED) { /* is reported too, and stays rejected */
        *to = from;
        return true;
    }
    return settled(track, from, why_out);
}

static bool leads_compliance(const struct ys_track *track, enum ys_state from,
                             const struct ys_reading *r, enum ys_state *to)
{
    *to = track->resumed;
    if (r->outcome == YS_OUTCOME_ANNUL)
        *to = YS_STATE_ANNULLED;
    else if (r->outcome == YS_OUTCOME_SUSPEND)
        *to = YS_STATE_UNDER_CORRECTION;
    return from == YS_STATE_UNDER_CORRECTION;
}

/* Is a publication on this subject one of how the item ended? */
static bool publishes_end(const struct ys_track *track, enum ys_published subject)
{
    switch (subject) {
    case YS_PUBLISHED_NONE:
    case YS_PUBLISHED_COMPLETION:
    case YS_PUBLISHED_COMMISSION:
        return track->ended != YS_STATE_NONE;
    case YS_PUBLISHED_DECISION:
        return track->ended == YS_STATE_REJECTED;
    case YS_PUBLISHED_PROGRESS:
        return track->ended == YS_STATE_DECLINED;
    case YS_PUBLISHED_CONSENSUS:
    case YS_PUBLISHED_SHELVING:
    case YS_PUBLISHED_EVALUATION:
        break;
    }
    return false;
}

static bool leads_publication(const struct ys_track *track, enum ys_state from,
                              const struct ys_reading *r, enum ys_state *to)
{
    const bool evaluated = track->evaluation_step != YS_NO_STEP;
    *to = evaluated ? YS_STATE_EVALUATED : YS_STATE_PUBLISHED;
    return from != YS_STATE_UNDER_CORRECTION && from != YS_STATE_ANNULLED &&
           publishes_end(track, r->published);
}

/* An evaluation before the publication is kept until then. */
static bool leads_evaluation(const struct ys_track *track, enum ys_state from, enum ys_state *to)
{
    *to = from == YS_STATE_PUBLISHED ? YS_STATE_EVALUATED : from;
    return from != YS_STATE_UNDER_CORRECTION && from != YS_STATE_ANNULLED &&
           track->ended != YS_STATE_NONE;
}

/* Does the outcome decide where the kind leads, and is it not known? */
static bool outcome_missing(const struct ys_reading *r)
{
    return r->outcome == YS_OUTCOME_NONE &&
           (r->kind == YS_KIND_RESIDENTS_MEETING_DECISION || r->kind == YS_KIND_STREET_RESPONSE ||
            r->kind == YS_KIND_DEPARTMENT_RESPONSE || r->kind == YS_KIND_CORRECTION_COMPLIANCE);
}

bool ys_track_leads(const struct ys_track *track, enum ys_state from, const struct ys_reading *r,
                    unsigned author, enum ys_state *to_out, enum ys_irregular *why_out)
{
    enum ys_state to = from;
    bool fits = false;
    if (!concerns(track, r, author, why_out))
        return false;
    if (outcome_missing(r)) {
        *why_out = YS_IRREGULAR_NO_CONTENT;
        return false;
    }
    *why_out = from == YS_STATE_UNDER_CORRECTION ? YS_IRREGULAR_CORRECTING : YS_IRREGULAR_STATE;
    switch (r->kind) {
    case YS_KIND_RESIDENTS_MEETING_NOTICE:
    case YS_KIND_RESIDENTS_MEETING_DECISION:
        fits = leads_assembly(from, r, &to);
        break;
    case YS_KIND_IMPLEMENTATION_PLAN:
        fits = leads_plan(track, from, author, &to, why_out);
        break;
    case YS_KIND_IMPLEMENTATION_PROGRESS:
        fits = from == YS_STATE_IMPLEMENTING || from == YS_STATE_ACCEPTED;
        break;
    case YS_KIND_IMPLEMENTATION_COMPLETION:
        to = YS_STATE_COMPLETED;
        fits = from == YS_STATE_IMPLEMENTING || from == YS_STATE_ACCEPTED;
        break;
    case YS_KIND_OUTCOME_SUBMISSION: /* what was declined may be submitted again */
        to = YS_STATE_SUBMITTED;
        fits = from == YS_STATE_DECLINED || settled(track, from, why_out);
        break;
    case YS_KIND_STREET_RESPONSE:
    case YS_KIND_DEPARTMENT_RESPONSE:
        fits = leads_response(track, from, r, &to);
        break;
    case YS_KIND_COMMISSION_RESULT:
        fits = leads_result(track, from, &to, why_out);
        break;
    case YS_KIND_STREET_CORRECTION:
        to = YS_STATE_UNDER_CORRECTION;
        fits = from != YS_STATE_ANNULLED;
        break;
    case YS_KIND_CORRECTION_COMPLIANCE:
        fits = leads_compliance(track, from, r, &to);
        break;
    case YS_KIND_FEEDBACK_PUBLICATION:
        fits = leads_publication(track, from, r, &to);
        break;
    case YS_KIND_EVALUATION_RESULT:
        fits = leads_evaluation(track, from, &to);
        break;
    default:
        break;
    }
    if (fits)
        *to_out = to;
    return fits;
}

/* --- what a record leaves behind ---------------------------------------------------------------- */

static unsigned implementers_of(const struct ys_track *track, const struct ys_reading *r)
{
    if (track->nature == YS_NATURE_PUBLIC_SERVICE)
        return YS_BODY_ST | YS_BODY_GD;
    if (r->carrier == YS_CARRIER_STREET)
        return YS_BODY_ST;
    if (r->carrier == YS_CARRIER_DEPARTMENT)
        return YS_BODY_ST | YS_BODY_GD; /* the street records for a department without a node */
    return YS_BODY_RC;
}

static void state_due(struct ys_track *track, uint32_t day, uint32_t step)
{
    if (day == 0)
        return;
    track->due = day;
    track->due_step = step;
}

/* Of a plan: the due day of this item, else that of all. */
static uint32_t planned_due(const struct ys_track *track, const struct ys_reading *r)
{
    for (size_t at = 0; at < r->item_count; at++) {
        struct ys_reading_item item;
        ys_reading_item(r, at, &item);
        if (item.no == track->item && item.due != 0)
            return item.due;
    }
    return r->due;
}

static void remember_progress(struct ys_track *track, const struct ys_reading *r, uint32_t step)
{
    track->percent = r->percent;
    if (r->due != 0 && track->due != 0 && r->due != track->due)
        track->extensions++;
    state_due(track, r->due, step);
}

static void remember_end(struct ys_track *track, enum ys_state ended, const struct ys_reading *r)
{
    track->ended = ended;
    track->ended_on = r->day;
}

static void remember_publication(struct ys_track *track, const struct ys_reading *r, uint32_t step)
{
    track->publication_step = step;
    track->published_from = r->from;
    track->published_to = r->to;
}

/* What each kind leaves, whatever the states. */
static void remember(struct ys_track *track, enum ys_state to, const struct ys_reading *r,
                     uint32_t step)
{
    switch (r->kind) {
    case YS_KIND_RESIDENTS_MEETING_NOTICE:
        track->assembly_notice_step = step;
        track->assembly_on = r->meeting;
        break;
    case YS_KIND_RESIDENTS_MEETING_DECISION:
        track->decision_step = step;
        track->decided_on = r->day;
        break;
    case YS_KIND_IMPLEMENTATION_PLAN:
        track->plan_step = step;
        track->implementers = implementers_of(track, r);
        state_due(track, planned_due(track, r), step);
        break;
    case YS_KIND_IMPLEMENTATION_PROGRESS:
        remember_progress(track, r, step);
        break;
    case YS_KIND_IMPLEMENTATION_COMPLETION:
        track->result_step = step;
        track->result = r->outcome;
        break;
    case YS_KIND_OUTCOME_SUBMISSION:
        track->submission_step = step;
        break;
    case YS_KIND_STREET_RESPONSE:
        track->response_step = step;
        track->department = r->department;
        state_due(track, r->due, step);
        break;
    case YS_KIND_DEPARTMENT_RESPONSE:
        track->department_step = step;
        state_due(track, r->due, step);
        break;
    case YS_KIND_COMMISSION_RESULT:
        track->result_step = step;
        break;
    case YS_KIND_STREET_CORRECTION:
        track->correction_step = step;
        break;
    case YS_KIND_CORRECTION_COMPLIANCE:
        track->compliance_step = step;
        track->suspended = to == YS_STATE_UNDER_CORRECTION && r->outcome == YS_OUTCOME_SUSPEND;
        break;
    case YS_KIND_FEEDBACK_PUBLICATION:
        remember_publication(track, r, step);
        break;
    case YS_KIND_EVALUATION_RESULT:
        track->evaluation_step = step;
        break;
    default:
        break;
    }
}

void ys_track_move(struct ys_track *track, enum ys_state to, const struct ys_reading *r,
                   uint32_t step)
{
    const enum ys_state from = track->state;
    remember(track, to, r, step);
    if (to == from)
        return;
    if (to == YS_STATE_UNDER_CORRECTION)
        track->resumed = from;
    if (from == YS_STATE_UNDER_CORRECTION) {
        track->suspended = false;
    } else if (to == YS_STATE_COMPLETED || to == YS_STATE_RESULT_SUBMITTED ||
               to == YS_STATE_DECLINED || to == YS_STATE_REJECTED) {
        remember_end(track, to, r);
    } else if (to == YS_STATE_SUBMITTED || to == YS_STATE_AWAITING_ASSEMBLY ||
               to == YS_STATE_ACCEPTED || to == YS_STATE_TRANSFERRED) {
        track->ended = YS_STATE_NONE; /* taken up again */
        track->ended_on = 0;
    }
    track->state = to;
    track->since = r->day;
    track->step = step;
}
