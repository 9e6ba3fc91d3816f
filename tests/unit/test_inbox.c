/* What waits for an answer, of whom. */
#include "node/model/procedure.h"

#include "tests/support/dossier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BASED_ON YISHI__V1__RELATION__RELATION_BASED_ON
#define ANSWERS  YISHI__V1__RELATION__RELATION_ANSWERS
#define TRANSFER YISHI__V1__STREET_DECISION__STREET_DECISION_TRANSFER
#define DECLINE  YISHI__V1__STREET_DECISION__STREET_DECISION_DECLINE
#define AMENDED  YISHI__V1__COMPLIANCE_RESULT__COMPLIANCE_RESULT_AMENDED

enum { RC = YS_BODY_RC, PO = YS_BODY_PO, ST = YS_BODY_ST, GD = YS_BODY_GD, DA = YS_BODY_DA };

static void expect(struct dossier *d, enum ys_task_why why, uint32_t kind, unsigned bodies,
                   const char *division, uint32_t due)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    size_t found = 0;
    for (size_t i = 0; i < run.inbox_count; i++) {
        const struct ys_task *task = &run.inbox[i];
        if (task->why != why || strcmp(task->division.digits, division) != 0)
            continue;
        found++;
        assert_int_equal(task->kinds[0], kind);
        assert_int_equal(task->bodies, bodies);
        assert_int_equal(task->due.day, due);
    }
    assert_int_equal(found, 1);
    ys_procedure_clear(&run);
}

static void expect_none(struct dossier *d, enum ys_task_why why)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    for (size_t i = 0; i < run.inbox_count; i++)
        assert_int_not_equal(run.inbox[i].why, why);
    ys_procedure_clear(&run);
}

static uint32_t write(struct dossier *d, uint32_t kind, unsigned author, uint32_t day, uint32_t to)
{
    const uint32_t at = dossier_add(d, kind, author, day);
    dossier_refer(d, at, ANSWERS, to);
    return at;
}

static void an_opinion_is_answered_also_after_the_determination(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    const uint32_t request = write_opinion_request(d, 20260202, proposal);
    expect(d, YS_TASK_OPINION, 14, ST, STREET, 20260216);
    (void)write_determination(d, 20260301, proposal,
                              YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED, false);
    expect(d, YS_TASK_OPINION, 14, ST, STREET, 20260216);
    (void)write_opinion(d, 20260303, request);
    expect_none(d, YS_TASK_OPINION);
    dossier_free(d);
}

static void submissions_and_transfers_wait_until_they_are_answered(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t submitted = write_submission(d, 20260314, write_to_consensus(d, "p"), 0);
    expect(d, YS_TASK_STREET_RESPONSE, 45, ST, STREET, 20260329);
    const uint32_t transferred = write_response(d, 20260320, submitted, TRANSFER, 0, 0);
    expect_none(d, YS_TASK_STREET_RESPONSE);
    expect(d, YS_TASK_DEPARTMENT_RESPONSE, 46, (unsigned)ST | (unsigned)GD, STREET, 20260419);
    (void)write_department(d, 20260325, transferred,
                           YISHI__V1__DEPARTMENT_DECISION__DEPARTMENT_DECISION_ACCEPT, 0);
    expect_none(d, YS_TASK_DEPARTMENT_RESPONSE);
    dossier_free(d);

    d = dossier_new(); /* what is declined is no transfer; what had no effect awaits nothing */
    const uint32_t sent = write_submission(d, 20260314, write_to_consensus(d, "p"), 0);
    (void)write_response(d, 20260320, sent, DECLINE, 0, 0);
    expect_none(d, YS_TASK_DEPARTMENT_RESPONSE);
    dossier_free(d);
    d = dossier_new();
    (void)write_submission(d, 20260314, write_to_consensus(d, "c"), 0);
    expect_none(d, YS_TASK_STREET_RESPONSE);
    dossier_free(d);
}

static void an_answer_to_what_replaced_a_record_answers_it(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t submitted = write_submission(d, 20260314, consensus, 0);
    const uint32_t better = write_submission(d, 20260315, consensus, 0);
    dossier_refer(d, better, YISHI__V1__RELATION__RELATION_SUPERSEDES, submitted);
    expect(d, YS_TASK_STREET_RESPONSE, 45, ST, STREET, 20260330);
    (void)write_response(d, 20260320, better, DECLINE, 0, 0);
    expect_none(d, YS_TASK_STREET_RESPONSE);
    dossier_free(d);
}

static void a_withdrawn_answer_is_none(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t request = write_opinion_request(d, 20260202, write_proposal(d, 20260201));
    const uint32_t opinion = write_opinion(d, 20260203, request);
    d->steps[opinion].withdrawn = true;
    expect(d, YS_TASK_OPINION, 14, ST, STREET, 20260216);
    d->steps[request].withdrawn = true;
    expect_none(d, YS_TASK_OPINION);
    dossier_free(d);
}

static void a_correction_waits_for_compliance_and_legal_education(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t order =
        write_correction_order(d, 20260401, write_to_consensus(d, "c"), ST, 20260501, 0);
    expect(d, YS_TASK_COMPLY, 49, (unsigned)RC | (unsigned)PO, COMMUNITY, 20260501);
    expect(d, YS_TASK_LEGAL_EDUCATION, 50, ST, STREET, 20260531);
    (void)write_compliance(d, 20260410, order, AMENDED, 0);
    expect_none(d, YS_TASK_COMPLY);
    (void)write(d, YS_KIND_LEGAL_EDUCATION, ST, 20260415, order);
    expect_none(d, YS_TASK_LEGAL_EDUCATION);
    dossier_free(d);
}

static void an_evaluation_waits_for_a_reply(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t result = write_evaluation(d, 20260401, write_to_consensus(d, "p"));
    expect(d, YS_TASK_EVALUATION_REPLY, 62, ST, STREET, 20260501);
    (void)write(d, YS_KIND_EVALUATION_REPLY, ST, 20260402, result);
    expect_none(d, YS_TASK_EVALUATION_REPLY);
    dossier_free(d);
}

/* The district's, in a matter that was determined; it names nobody yet. */
static uint32_t write_finding(struct dossier *d)
{
    (void)write_to_determined(d, false);
    return dossier_add(d, YS_KIND_AUDIT_FINDING, DA, 20260401);
}

static void a_finding_waits_for_whom_it_names_then_for_its_author(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t finding = write_finding(d);
    Yishi__V1__AuditFinding *body = d->bodies[finding]->audit_finding;
    body->due = dossier_date(d, 20260601);
    expect(d, YS_TASK_FINDING_RESPONSE, 91, RC, COMMUNITY, 20260601); /* it names nobody */
    char street[] = STREET;
    char st[] = "st";
    body->division = street;
    expect(d, YS_TASK_FINDING_RESPONSE, 91, ST, STREET, 20260601);
    body->body = st;
    expect(d, YS_TASK_FINDING_RESPONSE, 91, ST, STREET, 20260601);
    char community[] = COMMUNITY;
    char po[] = "po";
    body->division = community;
    body->body = po;
    expect(d, YS_TASK_FINDING_RESPONSE, 91, PO, COMMUNITY, 20260601);
    (void)write(d, YS_KIND_FINDING_RESPONSE, PO, 20260402, finding);
    expect_none(d, YS_TASK_FINDING_RESPONSE);
    expect(d, YS_TASK_FINDING_CLOSE, 92, DA, DISTRICT, 0);
    (void)write(d, YS_KIND_FINDING_CLOSE, DA, 20260403, finding);
    expect_none(d, YS_TASK_FINDING_CLOSE);
    dossier_free(d);
}

static void put_in(struct dossier *d, uint32_t at, const char *division)
{
    dossier_put(d, at, division, 1, at);
}

/* Names the neighbour in a matter of the community: it answers, though it has no other part in that. */
static void only_whom_a_finding_names_responds_and_only_its_author_closes(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t finding = write_finding(d);
    Yishi__V1__AuditFinding *body = d->bodies[finding]->audit_finding;
    char street[] = STREET;
    char st[] = "st";
    char neighbour[] = NEIGHBOUR;
    char rc[] = "rc";
    body->division = street;
    body->body = st;
    const uint32_t strange = write(d, YS_KIND_FINDING_RESPONSE, RC, 20260402, finding);
    const uint32_t own = write(d, YS_KIND_FINDING_CLOSE, ST, 20260403, finding);
    expect(d, YS_TASK_FINDING_RESPONSE, 91, ST, STREET, 0);
    dossier_expect_step(d, YS_STATE_DETERMINED, strange, YS_FATE_IRREGULAR, YS_IRREGULAR_ANSWERER);
    dossier_expect_step(d, YS_STATE_DETERMINED, own, YS_FATE_IRREGULAR, YS_IRREGULAR_ANSWERER);
    const uint32_t good = write(d, YS_KIND_FINDING_RESPONSE, ST, 20260404, finding);
    expect(d, YS_TASK_FINDING_CLOSE, 92, DA, DISTRICT, 0);
    dossier_expect_step(d, YS_STATE_DETERMINED, good, YS_FATE_NOTED, 0);
    body->division = neighbour;
    body->body = rc;
    const uint32_t theirs = write(d, YS_KIND_FINDING_RESPONSE, RC, 20260405, finding);
    expect(d, YS_TASK_FINDING_RESPONSE, 91, RC, NEIGHBOUR, 0);
    put_in(d, theirs, NEIGHBOUR);
    dossier_expect_step(d, YS_STATE_DETERMINED, theirs, YS_FATE_NOTED, 0);
    expect(d, YS_TASK_FINDING_CLOSE, 92, DA, DISTRICT, 0);
    const uint32_t closing = write(d, YS_KIND_FINDING_CLOSE, DA, 20260406, finding);
    dossier_refer(d, closing, YISHI__V1__RELATION__RELATION_FOLLOWS, theirs);
    expect_none(d, YS_TASK_FINDING_CLOSE);
    dossier_expect_step(d, YS_STATE_DETERMINED, closing, YS_FATE_NOTED, 0);
    dossier_free(d);
}

static void a_department_without_a_node_has_its_street_respond(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t finding = write_finding(d);
    char street[] = STREET;
    char gd[] = "gd-cj";
    d->bodies[finding]->audit_finding->division = street;
    d->bodies[finding]->audit_finding->body = gd;
    expect(d, YS_TASK_FINDING_RESPONSE, 91, GD, STREET, 0);
    (void)write(d, YS_KIND_FINDING_RESPONSE, ST, 20260402, finding);
    expect_none(d, YS_TASK_FINDING_RESPONSE);
    dossier_free(d);
}

static void what_a_foreign_unit_answers_is_not_answered(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t request = write_opinion_request(d, 20260202, write_proposal(d, 20260201));
    const uint32_t opinion = write_opinion(d, 20260203, request);
    put_in(d, opinion, "110108013");
    expect(d, YS_TASK_OPINION, 14, ST, STREET, 20260216);
    dossier_free(d);
}

static void an_objection_waits_for_who_made_the_record(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t answer =
        write_response(d, 20260320, write_submission(d, 20260314, consensus, 0), DECLINE, 0, 0);
    const uint32_t against_it = dossier_add(d, YS_KIND_OBJECTION, RC, 20260401);
    dossier_refer(d, against_it, BASED_ON, answer);
    expect(d, YS_TASK_OBJECTION_REPLY, 68, ST, STREET, 20260416);
    (void)write(d, YS_KIND_OBJECTION, ST, 20260402, consensus);
    expect(d, YS_TASK_OBJECTION_REPLY, 68, RC, COMMUNITY, 20260417);
    const uint32_t theirs = write(d, YS_KIND_OBJECTION_REPLY, RC, 20260402, against_it);
    expect(d, YS_TASK_OBJECTION_REPLY, 68, ST, STREET, 20260416); /* not theirs to answer */
    dossier_expect_step(d, YS_STATE_DECLINED, theirs, YS_FATE_IRREGULAR, YS_IRREGULAR_ANSWERER);
    const uint32_t reply = write(d, YS_KIND_OBJECTION_REPLY, ST, 20260403, against_it);
    dossier_expect_step(d, YS_STATE_DECLINED, reply, YS_FATE_NOTED, 0);
    struct ys_procedure run;
    dossier_run(d, &run);
    size_t left = 0;
    for (size_t i = 0; i < run.inbox_count; i++)
        left += run.inbox[i].why == YS_TASK_OBJECTION_REPLY ? 1 : 0;
    assert_int_equal(left, 1);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void a_report_waits_for_the_party_organisation(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    (void)write_to_consensus(d, "c");
    const uint32_t report = dossier_add(d, YS_KIND_PARTY_REPORT, RC, 20260320);
    expect(d, YS_TASK_ACKNOWLEDGE_REPORT, 65, PO, COMMUNITY, 0);
    (void)write_acknowledgement(d, 20260321, report, RC, COMMUNITY);
    (void)write_acknowledgement(d, 20260321, report, PO, NEIGHBOUR);
    expect(d, YS_TASK_ACKNOWLEDGE_REPORT, 65, PO, COMMUNITY, 0);
    (void)write_acknowledgement(d, 20260322, report, PO, COMMUNITY);
    expect_none(d, YS_TASK_ACKNOWLEDGE_REPORT);
    dossier_free(d);
}

static void a_joint_matter_waits_for_both_committees_of_the_others(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    Yishi__V1__TopicDetermination *body = d->bodies[determination]->topic_determination;
    char neighbour[] = NEIGHBOUR;
    char own[] = COMMUNITY;
    char nowhere[] = "1";
    char *joint[] = {neighbour, own, nowhere};
    body->joint_with = joint;
    body->n_joint_with = 3;
    expect(d, YS_TASK_ACKNOWLEDGE_JOINT, 65, (unsigned)RC | (unsigned)PO, NEIGHBOUR, 0);
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.inbox_count, 1);
    ys_procedure_clear(&run);

    const uint32_t first = write_acknowledgement(d, 20260302, determination, RC, NEIGHBOUR);
    expect(d, YS_TASK_ACKNOWLEDGE_JOINT, 65, PO, NEIGHBOUR, 0);
    (void)write_acknowledgement(d, 20260303, determination, PO, NEIGHBOUR);
    expect_none(d, YS_TASK_ACKNOWLEDGE_JOINT);
    d->steps[first].withdrawn = true;
    expect(d, YS_TASK_ACKNOWLEDGE_JOINT, 65, RC, NEIGHBOUR, 0);
    dossier_free(d);
}

static void a_street_passes_on_what_its_communities_acknowledged(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    char neighbour[] = NEIGHBOUR;
    char *joint[] = {neighbour};
    d->bodies[determination]->topic_determination->joint_with = joint;
    d->bodies[determination]->topic_determination->n_joint_with = 1;
    const uint32_t relay = write_acknowledgement(d, 20260302, determination, ST, STREET);
    expect(d, YS_TASK_ACKNOWLEDGE_JOINT, 65, (unsigned)RC | (unsigned)PO, NEIGHBOUR, 0);
    Yishi__V1__RelayedAcknowledgement relayed;
    yishi__v1__relayed_acknowledgement__init(&relayed);
    relayed.division = neighbour;
    uint8_t elsewhere[YS_HASH_LEN] = {1};
    relayed.record = (ProtobufCBinaryData){.len = sizeof elsewhere, .data = elsewhere};
    Yishi__V1__RelayedAcknowledgement *list[] = {&relayed};
    d->bodies[relay]->acknowledgement->relayed = list;
    d->bodies[relay]->acknowledgement->n_relayed = 1;
    expect_none(d, YS_TASK_ACKNOWLEDGE_JOINT);
    dossier_put(d, relay, "110108013", 1, 0); /* a street that is not above that community */
    expect(d, YS_TASK_ACKNOWLEDGE_JOINT, 65, (unsigned)RC | (unsigned)PO, NEIGHBOUR, 0);
    dossier_free(d);
}

/* Where the other community's log is held, its bodies count as they signed, and the street has a task. */
static void a_relay_counts_for_the_bodies_that_signed_what_it_passes_on(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    char neighbour[] = NEIGHBOUR;
    char *joint[] = {neighbour};
    d->bodies[determination]->topic_determination->joint_with = joint;
    d->bodies[determination]->topic_determination->n_joint_with = 1;
    const uint32_t of_rc = write_acknowledgement(d, 20260302, determination, RC, NEIGHBOUR);
    const uint32_t relay = write_acknowledgement(d, 20260303, determination, ST, STREET);
    Yishi__V1__RelayedAcknowledgement relayed[2];
    Yishi__V1__RelayedAcknowledgement *list[] = {&relayed[0], &relayed[1]};
    yishi__v1__relayed_acknowledgement__init(&relayed[0]);
    relayed[0].division = neighbour;
    relayed[0].record = (ProtobufCBinaryData){.len = YS_HASH_LEN, .data = d->steps[of_rc].id.bytes};
    d->bodies[relay]->acknowledgement->relayed = list;
    d->bodies[relay]->acknowledgement->n_relayed = 1;
    expect(d, YS_TASK_ACKNOWLEDGE_JOINT, 65, PO, NEIGHBOUR, 0);
    expect_none(d, YS_TASK_RELAY); /* one of both: nothing to pass on yet */

    const uint32_t of_po = write_acknowledgement(d, 20260304, determination, PO, NEIGHBOUR);
    expect_none(d, YS_TASK_ACKNOWLEDGE_JOINT);
    expect(d, YS_TASK_RELAY, 65, ST, STREET, 0);
    relayed[1] = relayed[0];
    relayed[1].record.data = d->steps[of_po].id.bytes;
    d->bodies[relay]->acknowledgement->n_relayed = 2;
    expect_none(d, YS_TASK_RELAY);
    d->steps[relay].withdrawn = true;
    expect(d, YS_TASK_RELAY, 65, ST, STREET, 0);
    d->steps[relay].withdrawn = false;
    d->steps[of_po].withdrawn = true;
    expect(d, YS_TASK_ACKNOWLEDGE_JOINT, 65, PO, NEIGHBOUR, 0);
    expect_none(d, YS_TASK_RELAY);
    dossier_free(d);
}

static void nothing_of_a_foreign_unit_waits(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t request = write_opinion_request(d, 20260202, write_proposal(d, 20260201));
    dossier_put(d, request, NEIGHBOUR, 1, 0);
    expect_none(d, YS_TASK_OPINION);
    dossier_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opinion_is_answered_also_after_the_determination),
        cmocka_unit_test(submissions_and_transfers_wait_until_they_are_answered),
        cmocka_unit_test(an_answer_to_what_replaced_a_record_answers_it),
        cmocka_unit_test(a_withdrawn_answer_is_none),
        cmocka_unit_test(a_correction_waits_for_compliance_and_legal_education),
        cmocka_unit_test(an_evaluation_waits_for_a_reply),
        cmocka_unit_test(a_finding_waits_for_whom_it_names_then_for_its_author),
        cmocka_unit_test(only_whom_a_finding_names_responds_and_only_its_author_closes),
        cmocka_unit_test(a_department_without_a_node_has_its_street_respond),
        cmocka_unit_test(what_a_foreign_unit_answers_is_not_answered),
        cmocka_unit_test(an_objection_waits_for_who_made_the_record),
        cmocka_unit_test(a_report_waits_for_the_party_organisation),
        cmocka_unit_test(a_joint_matter_waits_for_both_committees_of_the_others),
        cmocka_unit_test(a_street_passes_on_what_its_communities_acknowledged),
        cmocka_unit_test(a_relay_counts_for_the_bodies_that_signed_what_it_passes_on),
        cmocka_unit_test(nothing_of_a_foreign_unit_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
