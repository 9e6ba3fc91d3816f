#include "tests/support/dossier.h"

#include "proto/body.h"
#include "proto/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RC = YS_BODY_RC, PO = YS_BODY_PO, ST = YS_BODY_ST, KIND_BASE = 100 };

struct dossier *dossier_new(void)
{
    struct dossier *d = calloc(1, sizeof *d);
    assert_non_null(d);
    assert_int_equal(ys_division_parse(ys_bytes_of_text(COMMUNITY), &d->parameters.division, NULL),
                     YS_OK);
    d->parameters.values = d->values;
    return d;
}

void dossier_free(struct dossier *d)
{
    for (size_t i = 0; i < d->memory_count; i++)
        free(d->memory[i]);
    free(d);
}

void *dossier_room(struct dossier *d, size_t size)
{
    assert_in_range(d->memory_count, 0, sizeof d->memory / sizeof d->memory[0] - 1);
    void *room = calloc(1, size);
    assert_non_null(room);
    d->memory[d->memory_count++] = room;
    return room;
}

/* The empty message of a kind, in the body's oneof. */
static Yishi__V1__Body *new_body(struct dossier *d, uint32_t kind)
{
    Yishi__V1__Body *body = dossier_room(d, sizeof *body);
    yishi__v1__body__init(body);
    body->refs = dossier_room(d, DOSSIER_REFS_MAX * sizeof(Yishi__V1__Reference *));
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&yishi__v1__body__descriptor, KIND_BASE + kind);
    assert_non_null(field);
    const ProtobufCMessageDescriptor *type = field->descriptor;
    ProtobufCMessage *message = dossier_room(d, type->sizeof_message);
    type->message_init(message);
    memcpy((char *)body + field->offset, &message, sizeof message);
    body->kind_case = (Yishi__V1__Body__KindCase)(KIND_BASE + kind);
    return body;
}

static const char *division_of(unsigned author)
{
    if ((author & ((unsigned)YS_BODY_GD | (unsigned)YS_BODY_DA)) != 0)
        return DISTRICT;
    return (author & (unsigned)ST) != 0 ? STREET : COMMUNITY;
}

void dossier_put(struct dossier *d, uint32_t at, const char *division, uint32_t incarnation,
                 uint64_t index)
{
    struct ys_step *step = &d->steps[at];
    assert_int_equal(ys_division_parse(ys_bytes_of_text(division), &step->division, NULL), YS_OK);
    step->incarnation = incarnation;
    step->index = index;
}

uint32_t dossier_add(struct dossier *d, uint32_t kind, unsigned author, uint32_t day)
{
    assert_in_range(d->count, 0, DOSSIER_STEPS_MAX - 1);
    const uint32_t at = d->count++;
    struct ys_step *step = &d->steps[at];
    /* A hash of its number: no order of ids agrees with the order of writing. */
    ys_sha256((struct ys_bytes){.data = (const uint8_t *)&at, .size = sizeof at}, &step->id);
    step->kind = ys_kind_by_id(kind);
    assert_non_null(step->kind);
    step->author = author;
    step->signed_at_s = (uint64_t)(ys_time_of_date(day) / 1000) + 43200 + at;
    step->proven_s = step->signed_at_s + 60;
    d->bodies[at] = new_body(d, kind);
    step->body = d->bodies[at];
    dossier_put(d, at, division_of(author), 1, at);
    return at;
}

void dossier_refer(struct dossier *d, uint32_t from, Yishi__V1__Relation relation, uint32_t to)
{
    if (to == NOBODY)
        return;
    Yishi__V1__Body *body = d->bodies[from];
    Yishi__V1__Reference *ref = dossier_room(d, sizeof *ref);
    yishi__v1__reference__init(ref);
    ref->has_rel = true;
    ref->rel = relation;
    ref->has_record = true;
    ref->record.data = dossier_room(d, YS_HASH_LEN);
    ref->record.len = YS_HASH_LEN;
    /* A number that nobody has written yet: a reference to what is not there. */
    struct ys_hash id;
    ys_sha256((struct ys_bytes){.data = (const uint8_t *)&to, .size = sizeof to}, &id);
    memcpy(ref->record.data, id.bytes, YS_HASH_LEN);
    assert_in_range(body->n_refs, 0, DOSSIER_REFS_MAX - 1);
    body->refs[body->n_refs++] = ref;
}

Yishi__V1__Date *dossier_date(struct dossier *d, uint32_t day)
{
    Yishi__V1__Date *date = NULL;
    if (day != 0) {
        date = dossier_room(d, sizeof *date);
        yishi__v1__date__init(date);
        date->has_yyyymmdd = true;
        date->yyyymmdd = day;
    }
    return date;
}

Yishi__V1__Time *dossier_time(struct dossier *d, uint32_t day)
{
    Yishi__V1__Time *time = dossier_room(d, sizeof *time);
    yishi__v1__time__init(time);
    time->has_unix_ms = true;
    time->unix_ms = ys_time_of_date(day) + 14 * INT64_C(3600000);
    return time;
}

static uint32_t add_on(struct dossier *d, uint32_t kind, unsigned author, uint32_t day,
                       Yishi__V1__Relation relation, uint32_t to)
{
    const uint32_t at = dossier_add(d, kind, author, day);
    Yishi__V1__Body *body = d->bodies[at];
    body->occurred_at = dossier_room(d, sizeof *body->occurred_at);
    yishi__v1__moment__init(body->occurred_at);
    body->occurred_at->when_case = YISHI__V1__MOMENT__WHEN_DATE;
    body->occurred_at->date = dossier_date(d, day);
    dossier_refer(d, at, relation, to);
    return at;
}

#define BASED_ON YISHI__V1__RELATION__RELATION_BASED_ON
#define ANSWERS  YISHI__V1__RELATION__RELATION_ANSWERS

/* Numbers of items out of decimal digits. */
static Yishi__V1__ItemNumber **numbers(struct dossier *d, uint32_t items, size_t *count_out)
{
    Yishi__V1__ItemNumber **list = dossier_room(d, 10 * sizeof *list);
    size_t count = 0;
    for (; items > 0; items /= 10) {
        Yishi__V1__ItemNumber *item = dossier_room(d, sizeof *item);
        yishi__v1__item_number__init(item);
        item->has_no = true;
        item->no = items % 10;
        list[count++] = item;
    }
    *count_out = count;
    return list;
}

uint32_t write_proposal(struct dossier *d, uint32_t day)
{
    const uint32_t at = add_on(d, YS_KIND_TOPIC_PROPOSAL, RC, day, BASED_ON, NOBODY);
    d->bodies[at]->topic_proposal->proposed_on = dossier_date(d, day);
    return at;
}

uint32_t write_commission(struct dossier *d, uint32_t day, uint32_t due)
{
    const uint32_t at = add_on(d, YS_KIND_COMMISSION_REQUEST, ST, day, BASED_ON, NOBODY);
    d->bodies[at]->commission_request->result_due = dossier_date(d, due);
    return at;
}

uint32_t write_opinion_request(struct dossier *d, uint32_t day, uint32_t to)
{
    return add_on(d, YS_KIND_STREET_OPINION_REQUEST, RC, day, BASED_ON, to);
}

uint32_t write_opinion(struct dossier *d, uint32_t day, uint32_t to)
{
    return add_on(d, YS_KIND_STREET_OPINION, ST, day, ANSWERS, to);
}

uint32_t write_determination(struct dossier *d, uint32_t day, uint32_t to,
                             Yishi__V1__TopicDecision decision, bool decision_matter)
{
    const uint32_t at =
        add_on(d, YS_KIND_TOPIC_DETERMINATION, (unsigned)RC | (unsigned)PO, day, BASED_ON, to);
    Yishi__V1__TopicDetermination *body = d->bodies[at]->topic_determination;
    body->met_on = dossier_date(d, day);
    body->has_decision = true;
    body->decision = decision;
    body->has_nature = true;
    body->nature = YISHI__V1__NATURE__NATURE_COMMUNITY_AFFAIRS;
    body->has_decision_matter = true;
    body->decision_matter = decision_matter;
    return at;
}

uint32_t write_notice(struct dossier *d, uint32_t day, uint32_t meeting, uint32_t to)
{
    const uint32_t at = add_on(d, YS_KIND_PUBLIC_NOTICE, RC, day, BASED_ON, to);
    d->bodies[at]->public_notice->posted_on = dossier_date(d, day);
    d->bodies[at]->public_notice->meeting_at = dossier_time(d, meeting);
    return at;
}

uint32_t write_session(struct dossier *d, uint32_t day, uint32_t to,
                       Yishi__V1__SessionResult result)
{
    const uint32_t at = add_on(d, YS_KIND_MEETING_SESSION, RC, day, BASED_ON, to);
    Yishi__V1__MeetingSession *body = d->bodies[at]->meeting_session;
    body->started_at = dossier_time(d, day);
    body->has_result = true;
    body->result = result;
    return at;
}

static Yishi__V1__Nature nature_of(char letter)
{
    switch (letter) {
    case 'c':
    case 'C':
        return YISHI__V1__NATURE__NATURE_COMMUNITY_AFFAIRS;
    case 'p':
    case 'P':
        return YISHI__V1__NATURE__NATURE_PUBLIC_SERVICE;
    default:
        return YISHI__V1__NATURE__NATURE_COMMISSIONED;
    }
}

uint32_t write_consensus(struct dossier *d, uint32_t day, uint32_t to, const char *items,
                         uint32_t first_no)
{
    const uint32_t at =
        add_on(d, YS_KIND_CONSENSUS, (unsigned)RC | (unsigned)PO, day, BASED_ON, to);
    Yishi__V1__Consensus *body = d->bodies[at]->consensus;
    body->reached_on = dossier_date(d, day);
    body->n_items = strlen(items);
    body->items = dossier_room(d, (body->n_items + 1) * sizeof *body->items);
    for (size_t i = 0; i < body->n_items; i++) {
        Yishi__V1__ConsensusItem *item = dossier_room(d, sizeof *item);
        yishi__v1__consensus_item__init(item);
        item->has_no = true;
        item->no = first_no + (uint32_t)i;
        item->has_nature = true;
        item->nature = nature_of(items[i]);
        item->has_decision_matter = true;
        item->decision_matter = items[i] < 'a';
        body->items[i] = item;
    }
    return at;
}

uint32_t write_shelving(struct dossier *d, uint32_t day, uint32_t to, uint32_t look_again)
{
    const uint32_t at = add_on(d, YS_KIND_SHELVING, (unsigned)RC | (unsigned)PO, day, BASED_ON, to);
    d->bodies[at]->shelving->look_again_on = dossier_date(d, look_again);
    return at;
}

uint32_t write_reopening(struct dossier *d, uint32_t day, uint32_t to)
{
    return add_on(d, YS_KIND_REOPENING, (unsigned)RC | (unsigned)PO, day, BASED_ON, to);
}

uint32_t write_assembly_notice(struct dossier *d, uint32_t day, uint32_t meeting, uint32_t to,
                               uint32_t items)
{
    const uint32_t at = add_on(d, YS_KIND_RESIDENTS_MEETING_NOTICE, RC, day, BASED_ON, to);
    Yishi__V1__ResidentsMeetingNotice *body = d->bodies[at]->residents_meeting_notice;
    body->meeting_at = dossier_time(d, meeting);
    body->notified_on = dossier_date(d, day);
    body->items = numbers(d, items, &body->n_items);
    return at;
}

uint32_t write_decision(struct dossier *d, uint32_t day, uint32_t to, bool passed, uint32_t items)
{
    const uint32_t at = add_on(d, YS_KIND_RESIDENTS_MEETING_DECISION, RC, day, BASED_ON, to);
    Yishi__V1__ResidentsMeetingDecision *body = d->bodies[at]->residents_meeting_decision;
    body->held_on = dossier_date(d, day);
    body->has_passed = true;
    body->passed = passed;
    body->items = numbers(d, items, &body->n_items);
    return at;
}

uint32_t write_plan(struct dossier *d, uint32_t day, uint32_t to, unsigned author, uint32_t items,
                    uint32_t due)
{
    const uint32_t at = add_on(d, YS_KIND_IMPLEMENTATION_PLAN, author, day, BASED_ON, to);
    Yishi__V1__ImplementationPlan *body = d->bodies[at]->implementation_plan;
    body->due = dossier_date(d, due);
    body->has_mode = true;
    body->mode = YISHI__V1__PLAN_MODE__PLAN_MODE_COMMITTEE;
    body->items = dossier_room(d, 10 * sizeof *body->items);
    for (; items > 0; items /= 10) {
        Yishi__V1__PlanItem *item = dossier_room(d, sizeof *item);
        yishi__v1__plan_item__init(item);
        item->has_no = true;
        item->no = items % 10;
        body->items[body->n_items++] = item;
    }
    return at;
}

uint32_t write_progress(struct dossier *d, uint32_t day, uint32_t to, unsigned author,
                        uint32_t item, uint32_t percent, uint32_t new_due)
{
    const uint32_t at = add_on(d, YS_KIND_IMPLEMENTATION_PROGRESS, author, day, BASED_ON, to);
    Yishi__V1__ImplementationProgress *body = d->bodies[at]->implementation_progress;
    body->has_item_no = item != 0;
    body->item_no = item;
    body->has_percent = true;
    body->percent = percent;
    body->new_due = dossier_date(d, new_due);
    return at;
}

uint32_t write_completion(struct dossier *d, uint32_t day, uint32_t to, unsigned author,
                          uint32_t items)
{
    const uint32_t at = add_on(d, YS_KIND_IMPLEMENTATION_COMPLETION, author, day, BASED_ON, to);
    Yishi__V1__ImplementationCompletion *body = d->bodies[at]->implementation_completion;
    body->completed_on = dossier_date(d, day);
    body->has_result = true;
    body->result = YISHI__V1__COMPLETION_RESULT__COMPLETION_RESULT_FULL;
    body->items = numbers(d, items, &body->n_items);
    return at;
}

uint32_t write_submission(struct dossier *d, uint32_t day, uint32_t to, uint32_t items)
{
    const uint32_t at = add_on(d, YS_KIND_OUTCOME_SUBMISSION, RC, day, BASED_ON, to);
    Yishi__V1__OutcomeSubmission *body = d->bodies[at]->outcome_submission;
    body->submitted_on = dossier_date(d, day);
    body->items = numbers(d, items, &body->n_items);
    return at;
}

uint32_t write_response(struct dossier *d, uint32_t day, uint32_t to,
                        Yishi__V1__StreetDecision decision, uint32_t due, uint32_t items)
{
    const uint32_t at = add_on(d, YS_KIND_STREET_RESPONSE, ST, day, ANSWERS, to);
    Yishi__V1__StreetResponse *body = d->bodies[at]->street_response;
    body->received_on = dossier_date(d, day);
    body->has_decision = true;
    body->decision = decision;
    body->due = dossier_date(d, due);
    body->items = numbers(d, items, &body->n_items);
    return at;
}

uint32_t write_department(struct dossier *d, uint32_t day, uint32_t to,
                          Yishi__V1__DepartmentDecision decision, uint32_t due)
{
    const uint32_t at = add_on(d, YS_KIND_DEPARTMENT_RESPONSE, YS_BODY_GD, day, ANSWERS, to);
    Yishi__V1__DepartmentResponse *body = d->bodies[at]->department_response;
    body->answered_on = dossier_date(d, day);
    body->has_decision = true;
    body->decision = decision;
    body->due = dossier_date(d, due);
    return at;
}

uint32_t write_result(struct dossier *d, uint32_t day, uint32_t to)
{
    const uint32_t at = add_on(d, YS_KIND_COMMISSION_RESULT, RC, day, BASED_ON, to);
    d->bodies[at]->commission_result->submitted_on = dossier_date(d, day);
    return at;
}

uint32_t write_correction_order(struct dossier *d, uint32_t day, uint32_t to, unsigned author,
                                uint32_t due, uint32_t items)
{
    const uint32_t at = add_on(d, YS_KIND_STREET_CORRECTION, author, day,
                               YISHI__V1__RELATION__RELATION_CORRECTS, to);
    Yishi__V1__StreetCorrection *body = d->bodies[at]->street_correction;
    body->has_order = true;
    body->order = YISHI__V1__CORRECTION_ORDER__CORRECTION_ORDER_AMEND;
    body->due = dossier_date(d, due);
    body->items = numbers(d, items, &body->n_items);
    return at;
}

uint32_t write_compliance(struct dossier *d, uint32_t day, uint32_t to,
                          Yishi__V1__ComplianceResult result, uint32_t items)
{
    const uint32_t at =
        add_on(d, YS_KIND_CORRECTION_COMPLIANCE, (unsigned)RC | (unsigned)PO, day, ANSWERS, to);
    Yishi__V1__CorrectionCompliance *body = d->bodies[at]->correction_compliance;
    body->done_on = dossier_date(d, day);
    body->has_result = true;
    body->result = result;
    body->items = numbers(d, items, &body->n_items);
    return at;
}

uint32_t write_publication(struct dossier *d, uint32_t day, uint32_t to,
                           Yishi__V1__FeedbackSubject subject)
{
    const uint32_t at = add_on(d, YS_KIND_FEEDBACK_PUBLICATION, RC, day, BASED_ON, to);
    Yishi__V1__FeedbackPublication *body = d->bodies[at]->feedback_publication;
    body->has_subject = true;
    body->subject = subject;
    body->from = dossier_date(d, day);
    return at;
}

uint32_t write_evaluation(struct dossier *d, uint32_t day, uint32_t to)
{
    const uint32_t at = add_on(d, YS_KIND_EVALUATION_RESULT, RC, day, BASED_ON, to);
    d->bodies[at]->evaluation_result->held_on = dossier_date(d, day);
    return at;
}

uint32_t write_close(struct dossier *d, uint32_t day, uint32_t to)
{
    const uint32_t at = add_on(d, YS_KIND_MATTER_CLOSE, RC, day, BASED_ON, to);
    d->bodies[at]->matter_close->closed_on = dossier_date(d, day);
    return at;
}

uint32_t write_archive(struct dossier *d, uint32_t day, uint32_t to)
{
    return add_on(d, YS_KIND_ARCHIVE_TRANSFER, RC, day, BASED_ON, to);
}

uint32_t write_acknowledgement(struct dossier *d, uint32_t day, uint32_t to, unsigned author,
                               const char *division)
{
    const uint32_t at = add_on(d, YS_KIND_ACKNOWLEDGEMENT, author, day,
                               YISHI__V1__RELATION__RELATION_ACKNOWLEDGES, to);
    dossier_put(d, at, division, 1, at);
    return at;
}

uint32_t write_to_determined(struct dossier *d, bool decision_matter)
{
    const uint32_t proposal = write_proposal(d, 20260201);
    return write_determination(d, 20260301, proposal,
                               YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED, decision_matter);
}

uint32_t write_to_session(struct dossier *d, bool decision_matter, Yishi__V1__SessionResult result)
{
    const uint32_t determination = write_to_determined(d, decision_matter);
    const uint32_t notice = write_notice(d, 20260302, 20260310, determination);
    return write_session(d, 20260310, notice, result);
}

uint32_t write_to_consensus(struct dossier *d, const char *items)
{
    const uint32_t session =
        write_to_session(d, false, YISHI__V1__SESSION_RESULT__SESSION_RESULT_CONSENSUS);
    return write_consensus(d, 20260312, session, items, 1);
}

void dossier_run(struct dossier *d, struct ys_procedure *out)
{
    struct ys_err err = {.code = YS_OK};
    assert_int_equal(ys_procedure_run(d->steps, d->count, &d->parameters, out, &err), YS_OK);
}

void dossier_expect(struct dossier *d, enum ys_state state)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_string_equal(ys_state_word(run.state), ys_state_word(state));
    ys_procedure_clear(&run);
}

uint32_t dossier_position(const struct dossier *d, const struct ys_procedure *run, uint32_t at)
{
    for (uint32_t i = 0; i < run->step_count; i++) {
        if (ys_hash_equal(&run->steps[i].step->id, &d->steps[at].id))
            return i;
    }
    fail();
    return 0;
}

const struct ys_procedure_step *dossier_step(const struct dossier *d,
                                             const struct ys_procedure *run, uint32_t at)
{
    return &run->steps[dossier_position(d, run, at)];
}

void dossier_expect_step(struct dossier *d, enum ys_state state, uint32_t at, enum ys_fate fate,
                         unsigned irregular)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_string_equal(ys_state_word(run.state), ys_state_word(state));
    const struct ys_procedure_step *step = dossier_step(d, &run, at);
    assert_string_equal(ys_fate_word(step->fate), ys_fate_word(fate));
    assert_int_equal(step->irregular, irregular);
    ys_procedure_clear(&run);
}

void dossier_expect_item(struct dossier *d, uint32_t item, enum ys_state state)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    const struct ys_track *track = NULL;
    for (size_t i = 0; i < run.track_count && track == NULL; i++) {
        if (!run.tracks[i].replaced && run.tracks[i].item == item)
            track = &run.tracks[i];
    }
    assert_non_null(track);
    if (track != NULL)
        assert_string_equal(ys_state_word(track->state), ys_state_word(state));
    ys_procedure_clear(&run);
}
