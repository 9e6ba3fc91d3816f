#include "node/model/reading.h"

#include "crypto/assert.h"
#include "proto/body.h"
#include "proto/moment.h"

static uint32_t day_of_date(const Yishi__V1__Date *date)
{
    return date != NULL && date->has_yyyymmdd ? date->yyyymmdd : 0;
}

static uint32_t day_of_time(const Yishi__V1__Time *time)
{
    return time != NULL && time->has_unix_ms ? ys_date_of_time(time->unix_ms) : 0;
}

static uint32_t day_of_moment(const Yishi__V1__Moment *moment)
{
    if (moment == NULL)
        return 0;
    switch (moment->when_case) {
    case YISHI__V1__MOMENT__WHEN_DATE:
        return day_of_date(moment->date);
    case YISHI__V1__MOMENT__WHEN_TIME:
        return day_of_time(moment->time);
    case YISHI__V1__MOMENT__WHEN__NOT_SET:
    case _YISHI__V1__MOMENT__WHEN__CASE_IS_INT_SIZE:
        break;
    }
    return 0;
}

/* `table[value]`, and its first element for what this version does not know. */
#define MAPPED(table, value) \
    ((size_t)(value) < sizeof(table) / sizeof(table)[0] ? (table)[(size_t)(value)] : (table)[0])

static enum ys_nature nature_of(Yishi__V1__Nature nature)
{
    static const enum ys_nature table[] = {YS_NATURE_NONE, YS_NATURE_COMMUNITY_AFFAIRS,
                                           YS_NATURE_PUBLIC_SERVICE, YS_NATURE_COMMISSIONED};
    return MAPPED(table, nature);
}

/* Topics and notices, kinds 10 to 22. */
static void read_topic(const Yishi__V1__Body *body, struct ys_reading *r)
{
    static const enum ys_outcome decisions[] = {YS_OUTCOME_NONE, YS_OUTCOME_LISTED,
                                                YS_OUTCOME_NOT_LISTED, YS_OUTCOME_MERGED,
                                                YS_OUTCOME_DEFERRED};
    const Yishi__V1__TopicDetermination *determination = NULL;
    switch (r->kind) {
    case YS_KIND_TOPIC_PROPOSAL:
        r->day = day_of_date(body->topic_proposal->proposed_on);
        break;
    case YS_KIND_TOPIC_COLLECTION:
        r->day = day_of_date(body->topic_collection->to);
        break;
    case YS_KIND_COMMISSION_REQUEST:
        r->due = day_of_date(body->commission_request->result_due);
        break;
    case YS_KIND_STREET_OPINION_REQUEST:
        r->due = day_of_date(body->street_opinion_request->reply_wanted_by);
        break;
    case YS_KIND_TOPIC_DETERMINATION:
        determination = body->topic_determination;
        r->day = day_of_date(determination->met_on);
        r->outcome = MAPPED(decisions, determination->decision);
        r->nature = nature_of(determination->nature);
        r->decision_matter = determination->decision_matter;
        r->merged_into = determination->merged_into;
        break;
    case YS_KIND_PUBLIC_NOTICE:
        r->day = day_of_date(body->public_notice->posted_on);
        r->meeting = day_of_time(body->public_notice->meeting_at);
        break;
    case YS_KIND_PARTICIPATION_REGISTRATION:
        r->day = day_of_date(body->participation_registration->applied_on);
        break;
    case YS_KIND_INVITATION:
        r->day = day_of_date(body->invitation->sent_on);
        break;
    default:
        break;
    }
}

/* Meetings, kinds 30 to 35. */
static void read_meeting(const Yishi__V1__Body *body, struct ys_reading *r)
{
    static const enum ys_outcome results[] = {YS_OUTCOME_NONE, YS_OUTCOME_CONSENSUS,
                                              YS_OUTCOME_PARTIAL_CONSENSUS, YS_OUTCOME_NO_CONSENSUS,
                                              YS_OUTCOME_ADJOURNED};
    switch (r->kind) {
    case YS_KIND_MEETING_SESSION:
        r->day = day_of_time(body->meeting_session->started_at);
        r->meeting = r->day;
        r->outcome = MAPPED(results, body->meeting_session->result);
        break;
    case YS_KIND_CONSENSUS:
        r->day = day_of_date(body->consensus->reached_on);
        r->item_count = body->consensus->n_items;
        break;
    case YS_KIND_SHELVING:
        r->due = day_of_date(body->shelving->look_again_on);
        break;
    case YS_KIND_REOPENING:
        r->day = day_of_date(body->reopening->reopened_on);
        break;
    case YS_KIND_RESIDENTS_MEETING_NOTICE:
        r->day = day_of_date(body->residents_meeting_notice->notified_on);
        r->meeting = day_of_time(body->residents_meeting_notice->meeting_at);
        r->item_count = body->residents_meeting_notice->n_items;
        break;
    case YS_KIND_RESIDENTS_MEETING_DECISION:
        r->day = day_of_date(body->residents_meeting_decision->held_on);
        r->meeting = r->day;
        r->outcome =
            body->residents_meeting_decision->passed ? YS_OUTCOME_PASSED : YS_OUTCOME_NOT_PASSED;
        r->item_count = body->residents_meeting_decision->n_items;
        break;
    default:
        break;
    }
}

/* Implementation by whomever, kinds 40 to 43. */
static void read_implementation(const Yishi__V1__Body *body, struct ys_reading *r)
{
    static const enum ys_carrier modes[] = {YS_CARRIER_NONE,      YS_CARRIER_COMMUNITY,
                                            YS_CARRIER_COMMUNITY, YS_CARRIER_COMMUNITY,
                                            YS_CARRIER_STREET,    YS_CARRIER_DEPARTMENT};
    static const enum ys_outcome results[] = {YS_OUTCOME_NONE, YS_OUTCOME_FULL, YS_OUTCOME_PARTIAL,
                                              YS_OUTCOME_NOT_POSSIBLE};
    switch (r->kind) {
    case YS_KIND_IMPLEMENTATION_PLAN:
        r->carrier = MAPPED(modes, body->implementation_plan->mode);
        r->due = day_of_date(body->implementation_plan->due);
        r->from = day_of_date(body->implementation_plan->start);
        r->item_count = body->implementation_plan->n_items;
        break;
    case YS_KIND_ACTION_GROUP:
        r->day = day_of_date(body->action_group->started_on);
        break;
    case YS_KIND_IMPLEMENTATION_PROGRESS:
        r->due = day_of_date(body->implementation_progress->new_due);
        r->percent = body->implementation_progress->percent;
        r->item_count = body->implementation_progress->has_item_no ? 1 : 0;
        break;
    case YS_KIND_IMPLEMENTATION_COMPLETION:
        r->day = day_of_date(body->implementation_completion->completed_on);
        r->outcome = MAPPED(results, body->implementation_completion->result);
        r->item_count = body->implementation_completion->n_items;
        break;
    default:
        break;
    }
}

/* Between community, street and department, kinds 44 to 50. */
static void read_outcome(const Yishi__V1__Body *body, struct ys_reading *r)
{
    static const enum ys_outcome street[] = {YS_OUTCOME_NONE, YS_OUTCOME_IMPLEMENT,
                                             YS_OUTCOME_TRANSFER, YS_OUTCOME_DECLINE};
    static const enum ys_outcome department[] = {YS_OUTCOME_NONE, YS_OUTCOME_ACCEPT,
                                                 YS_OUTCOME_DECLINE};
    static const enum ys_outcome orders[] = {YS_OUTCOME_NONE, YS_OUTCOME_AMEND, YS_OUTCOME_ANNUL,
                                             YS_OUTCOME_SUSPEND};
    switch (r->kind) {
    case YS_KIND_OUTCOME_SUBMISSION:
        r->day = day_of_date(body->outcome_submission->submitted_on);
        r->item_count = body->outcome_submission->n_items;
        break;
    case YS_KIND_STREET_RESPONSE:
        r->day = day_of_date(body->street_response->received_on);
        r->outcome = MAPPED(street, body->street_response->decision);
        r->due = day_of_date(body->street_response->due);
        r->department = body->street_response->department;
        r->item_count = body->street_response->n_items;
        break;
    case YS_KIND_DEPARTMENT_RESPONSE:
        r->day = day_of_date(body->department_response->answered_on);
        r->outcome = MAPPED(department, body->department_response->decision);
        r->due = day_of_date(body->department_response->due);
        r->department = body->department_response->department;
        r->item_count = body->department_response->n_items;
        break;
    case YS_KIND_COMMISSION_RESULT:
        r->day = day_of_date(body->commission_result->submitted_on);
        r->item_count = body->commission_result->n_items;
        break;
    case YS_KIND_STREET_CORRECTION:
        r->outcome = MAPPED(orders, body->street_correction->order);
        r->due = day_of_date(body->street_correction->due);
        r->item_count = body->street_correction->n_items;
        break;
    case YS_KIND_CORRECTION_COMPLIANCE:
        r->day = day_of_date(body->correction_compliance->done_on);
        r->outcome = MAPPED(orders, body->correction_compliance->result);
        r->item_count = body->correction_compliance->n_items;
        break;
    case YS_KIND_LEGAL_EDUCATION:
        r->day = day_of_date(body->legal_education->held_on);
        break;
    default:
        break;
    }
}

/* Evaluation and what follows, kinds 60 to 92. */
static void read_evaluation(const Yishi__V1__Body *body, struct ys_reading *r)
{
    static const enum ys_published subjects[] = {YS_PUBLISHED_NONE,       YS_PUBLISHED_CONSENSUS,
                                                 YS_PUBLISHED_SHELVING,   YS_PUBLISHED_DECISION,
                                                 YS_PUBLISHED_PROGRESS,   YS_PUBLISHED_COMPLETION,
                                                 YS_PUBLISHED_COMMISSION, YS_PUBLISHED_EVALUATION};
    switch (r->kind) {
    case YS_KIND_EVALUATION_ROUND:
        r->from = day_of_date(body->evaluation_round->from);
        r->to = day_of_date(body->evaluation_round->to);
        r->day = r->from;
        break;
    case YS_KIND_EVALUATION_RESULT:
        r->day = day_of_date(body->evaluation_result->held_on);
        break;
    case YS_KIND_FEEDBACK_PUBLICATION:
        r->published = MAPPED(subjects, body->feedback_publication->subject);
        r->from = day_of_date(body->feedback_publication->from);
        r->to = day_of_date(body->feedback_publication->to);
        r->day = r->from;
        break;
    case YS_KIND_PARTY_REPORT:
        r->day = day_of_date(body->party_report->reported_on);
        break;
    case YS_KIND_OBJECTION:
        r->day = day_of_date(body->objection->raised_on);
        break;
    case YS_KIND_OBJECTION_REPLY:
        r->day = day_of_date(body->objection_reply->replied_on);
        break;
    case YS_KIND_ARCHIVE_TRANSFER:
        r->day = day_of_date(body->archive_transfer->transferred_on);
        break;
    case YS_KIND_MATTER_CLOSE:
        r->day = day_of_date(body->matter_close->closed_on);
        break;
    case YS_KIND_AUDIT_FINDING:
        r->due = day_of_date(body->audit_finding->due);
        break;
    case YS_KIND_FINDING_RESPONSE:
        r->day = day_of_date(body->finding_response->answered_on);
        break;
    case YS_KIND_FINDING_CLOSE:
        r->day = day_of_date(body->finding_close->closed_on);
        break;
    default:
        break;
    }
}

static uint32_t day_of_signing(const struct ys_step *step)
{
    const int64_t limit_s = YS_TIME_LAST_MS / 1000;
    return step->signed_at_s <= (uint64_t)limit_s
               ? ys_date_of_time((int64_t)step->signed_at_s * 1000)
               : YS_DATE_LAST;
}

void ys_reading_of(const struct ys_step *step, struct ys_reading *out)
{
    *out = (struct ys_reading){.kind = step->kind != NULL ? step->kind->id : 0};
    const Yishi__V1__Body *body = step->body;
    if (body != NULL && body->kind_case != YISHI__V1__BODY__KIND__NOT_SET &&
        ys_body_kind(body) == step->kind) {
        out->body = body;
        out->has_content = true;
        read_topic(body, out);
        read_meeting(body, out);
        read_implementation(body, out);
        read_outcome(body, out);
        read_evaluation(body, out);
        if (out->day == 0)
            out->day = day_of_moment(body->occurred_at);
    }
    if (out->day == 0)
        out->day = day_of_signing(step);
}

static uint32_t named(const struct ys_reading *r, size_t at)
{
    const Yishi__V1__ItemNumber *item = NULL;
    switch (r->kind) {
    case YS_KIND_CONSENSUS:
        return r->body->consensus->items[at]->no;
    case YS_KIND_IMPLEMENTATION_PLAN:
        return r->body->implementation_plan->items[at]->no;
    case YS_KIND_IMPLEMENTATION_PROGRESS:
        return r->body->implementation_progress->item_no;
    case YS_KIND_RESIDENTS_MEETING_NOTICE:
        item = r->body->residents_meeting_notice->items[at];
        break;
    case YS_KIND_RESIDENTS_MEETING_DECISION:
        item = r->body->residents_meeting_decision->items[at];
        break;
    case YS_KIND_IMPLEMENTATION_COMPLETION:
        item = r->body->implementation_completion->items[at];
        break;
    case YS_KIND_OUTCOME_SUBMISSION:
        item = r->body->outcome_submission->items[at];
        break;
    case YS_KIND_STREET_RESPONSE:
        item = r->body->street_response->items[at];
        break;
    case YS_KIND_DEPARTMENT_RESPONSE:
        item = r->body->department_response->items[at];
        break;
    case YS_KIND_COMMISSION_RESULT:
        item = r->body->commission_result->items[at];
        break;
    case YS_KIND_STREET_CORRECTION:
        item = r->body->street_correction->items[at];
        break;
    case YS_KIND_CORRECTION_COMPLIANCE:
        item = r->body->correction_compliance->items[at];
        break;
    default:
        break;
    }
    YS_ASSERT(item != NULL);
    return item->no;
}

void ys_reading_item(const struct ys_reading *r, size_t at, struct ys_reading_item *out)
{
    YS_ASSERT(at < r->item_count);
    *out = (struct ys_reading_item){.no = named(r, at)};
    if (r->kind == YS_KIND_CONSENSUS) {
        const Yishi__V1__ConsensusItem *item = r->body->consensus->items[at];
        out->text = item->text;
        out->nature = nature_of(item->nature);
        out->decision_matter = item->decision_matter;
        out->responsible = item->responsible;
        out->due = day_of_date(item->due);
    } else if (r->kind == YS_KIND_IMPLEMENTATION_PLAN) {
        const Yishi__V1__PlanItem *item = r->body->implementation_plan->items[at];
        out->text = item->text;
        out->due = day_of_date(item->due);
    }
}

bool ys_reading_names(const struct ys_reading *r, uint32_t item)
{
    for (size_t at = 0; at < r->item_count; at++) {
        if (named(r, at) == item)
            return true;
    }
    return false;
}

size_t ys_reading_joint_count(const struct ys_reading *r)
{
    return r->kind == YS_KIND_TOPIC_DETERMINATION && r->has_content
               ? r->body->topic_determination->n_joint_with
               : 0;
}

bool ys_reading_joint(const struct ys_reading *r, size_t at, struct ys_division *out)
{
    YS_ASSERT(at < ys_reading_joint_count(r));
    return ys_division_parse(ys_bytes_of_text(r->body->topic_determination->joint_with[at]), out,
                             NULL) == YS_OK;
}

size_t ys_reading_relayed_count(const struct ys_reading *r)
{
    return r->kind == YS_KIND_ACKNOWLEDGEMENT && r->has_content
               ? r->body->acknowledgement->n_relayed
               : 0;
}

struct ys_bytes ys_reading_relayed(const struct ys_reading *r, size_t at,
                                   const struct ys_division *division)
{
    YS_ASSERT(at < ys_reading_relayed_count(r));
    const Yishi__V1__RelayedAcknowledgement *const relayed = r->body->acknowledgement->relayed[at];
    if (relayed->division == NULL ||
        !ys_bytes_is_text(ys_bytes_of_text(relayed->division), division->digits))
        return (struct ys_bytes){.size = 0};
    return (struct ys_bytes){relayed->record.data, relayed->record.len};
}

bool ys_reading_concerned(const struct ys_reading *r, struct ys_reading_body *out)
{
    if (r->kind != YS_KIND_AUDIT_FINDING || !r->has_content)
        return false;
    const Yishi__V1__AuditFinding *finding = r->body->audit_finding;
    struct ys_reading_body body = {.body = 0};
    if (finding->division == NULL ||
        ys_division_parse(ys_bytes_of_text(finding->division), &body.division, NULL) != YS_OK)
        return false;
    if (finding->body != NULL)
        body.body = ys_body_class(finding->body);
    *out = body;
    return true;
}
