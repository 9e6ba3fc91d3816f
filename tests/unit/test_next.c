/* What is expected next, of whom, why, and until when. */
#include "node/model/procedure.h"

#include "tests/support/dossier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LISTED     YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED
#define AGREED     YISHI__V1__SESSION_RESULT__SESSION_RESULT_CONSENSUS
#define NONE       YISHI__V1__SESSION_RESULT__SESSION_RESULT_NONE
#define IMPLEMENT  YISHI__V1__STREET_DECISION__STREET_DECISION_IMPLEMENT
#define TRANSFER   YISHI__V1__STREET_DECISION__STREET_DECISION_TRANSFER
#define COMPLETION YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_COMPLETION
#define SHELVING   YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_SHELVING
#define DECISION   YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_DECISION

enum { RC = YS_BODY_RC, PO = YS_BODY_PO, ST = YS_BODY_ST, GD = YS_BODY_GD };

/* One expectation; `kind` is the first of those that meet it, 0 for none. */
struct wanted {
    enum ys_task_why why;
    uint32_t kind;
    unsigned bodies;
    const char *division;
    uint32_t due;
    uint32_t from;
};

static const struct ys_task *find(const struct ys_procedure *run, enum ys_task_why why)
{
    const struct ys_task *found = NULL;
    for (size_t i = 0; i < run->next_count; i++) {
        if (run->next[i].why == why) {
            assert_null(found);
            found = &run->next[i];
        }
    }
    return found;
}

static struct ys_task the_one(const struct ys_procedure *run, enum ys_task_why why)
{
    struct ys_task out = {.why = YS_TASK_WHY_COUNT};
    const struct ys_task *found = find(run, why);
    assert_non_null(found);
    if (found != NULL)
        out = *found;
    return out;
}

static void expect(struct dossier *d, const struct wanted *wanted)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    const struct ys_task *task = find(&run, wanted->why);
    assert_non_null(task);
    if (task != NULL) {
        assert_int_equal(task->kinds[0], wanted->kind);
        assert_int_equal(task->bodies, wanted->bodies);
        assert_string_equal(task->division.digits, wanted->division);
        assert_int_equal(task->due.day, wanted->due);
        assert_int_equal(task->from_step, dossier_position(d, &run, wanted->from));
        assert_true(strlen(task->article) > 0);
    }
    ys_procedure_clear(&run);
}

static void expect_none(struct dossier *d, enum ys_task_why why)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_null(find(&run, why));
    ys_procedure_clear(&run);
}

static void sign(struct dossier *d, enum ys_parameter id, uint32_t value)
{
    struct ys_parameter_value *out = &d->values[d->parameters.count++];
    *out = (struct ys_parameter_value){.id = id, .value = value, .effective_from = 20260101};
    memcpy(out->scope.digits, DISTRICT, sizeof DISTRICT);
}

static void a_proposal_is_decided_by_both_committees(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    expect(d, &(struct wanted){YS_TASK_DETERMINE, 15, (unsigned)RC | (unsigned)PO, COMMUNITY,
                               20260402, proposal});
    const uint32_t request = write_opinion_request(d, 20260203, proposal);
    expect(d, &(struct wanted){YS_TASK_OPINION, 14, ST, STREET, 20260217, request});
    expect(d, &(struct wanted){YS_TASK_DETERMINE, 15, (unsigned)RC | (unsigned)PO, COMMUNITY,
                               20260402, proposal});
    (void)write_opinion(d, 20260210, request);
    expect_none(d, YS_TASK_OPINION);
    const uint32_t deferred = write_determination(
        d, 20260301, proposal, YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_DEFERRED, false);
    expect(d, &(struct wanted){YS_TASK_DETERMINE, 15, (unsigned)RC | (unsigned)PO, COMMUNITY, 0,
                               deferred});

    struct ys_procedure run;
    dossier_run(d, &run);
    assert_true(the_one(&run, YS_TASK_DETERMINE).all_bodies);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void a_topic_is_noticed_held_and_agreed(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    expect(d, &(struct wanted){YS_TASK_NOTICE, 20, RC, COMMUNITY, 0, determination});
    expect_none(d, YS_TASK_DETERMINE);
    const uint32_t notice = write_notice(d, 20260302, 20260310, determination);
    expect(d, &(struct wanted){YS_TASK_SESSION, 30, RC, COMMUNITY, 20260310, notice});
    const uint32_t adjourned =
        write_session(d, 20260310, notice, YISHI__V1__SESSION_RESULT__SESSION_RESULT_ADJOURNED);
    expect(d, &(struct wanted){YS_TASK_SESSION, 30, RC, COMMUNITY, 0, adjourned});
    const uint32_t session = write_session(d, 20260311, adjourned, AGREED);
    expect(d, &(struct wanted){YS_TASK_CONSENSUS, 31, (unsigned)RC | (unsigned)PO, COMMUNITY, 0,
                               session});
    dossier_free(d);
}

static void without_consensus_comes_another_meeting_or_shelving(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    struct ys_procedure run;
    const uint32_t first = write_to_session(d, false, NONE);
    expect(d, &(struct wanted){YS_TASK_SESSION_AGAIN, 20, RC, COMMUNITY, 0, first});
    const uint32_t notice = write_notice(d, 20260311, 20260320, first);
    const uint32_t second = write_session(d, 20260320, notice, NONE);
    expect(d, &(struct wanted){YS_TASK_SESSION_AGAIN, 20, (unsigned)RC | (unsigned)PO, COMMUNITY, 0,
                               second});
    dossier_run(d, &run);
    assert_int_equal(the_one(&run, YS_TASK_SESSION_AGAIN).kinds[1], 32);
    ys_procedure_clear(&run);
    sign(d, YS_PARAMETER_SHELVE_MIN_SESSIONS, 3);
    dossier_run(d, &run);
    assert_int_equal(the_one(&run, YS_TASK_SESSION_AGAIN).kinds[1], 0);
    ys_procedure_clear(&run);
    dossier_free(d);

    d = dossier_new(); /* a decision matter is not shelved */
    (void)write_to_session(d, true, NONE);
    sign(d, YS_PARAMETER_SHELVE_MIN_SESSIONS, 1);
    dossier_run(d, &run);
    assert_int_equal(the_one(&run, YS_TASK_SESSION_AGAIN).kinds[1], 34);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void what_is_shelved_is_published_reported_and_looked_at_again(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t shelved = write_shelving(d, 20260321, write_to_session(d, false, NONE), 0);
    expect(d, &(struct wanted){YS_TASK_PUBLISH, 63, RC, COMMUNITY, 20260405, shelved});
    expect(d, &(struct wanted){YS_TASK_PARTY_REPORT, 64, RC, COMMUNITY, 20260420, shelved});
    expect(d, &(struct wanted){YS_TASK_SHELVED_REVIEW, 33, (unsigned)RC | (unsigned)PO, COMMUNITY,
                               20270321, shelved});
    const uint32_t published = write_publication(d, 20260330, shelved, SHELVING);
    expect_none(d, YS_TASK_PUBLISH);
    expect(d, &(struct wanted){YS_TASK_KEEP_PUBLISHED, 0, RC, COMMUNITY, 20260414, published});
    expect(d, &(struct wanted){YS_TASK_CLOSE, 85, RC, COMMUNITY, 0, published});
    expect(d, &(struct wanted){YS_TASK_SHELVED_REVIEW, 33, (unsigned)RC | (unsigned)PO, COMMUNITY,
                               20270321, shelved});
    dossier_free(d);

    d = dossier_new(); /* on the day that the shelving itself names */
    const uint32_t until = write_shelving(d, 20260321, write_to_session(d, false, NONE), 20260901);
    expect(d, &(struct wanted){YS_TASK_SHELVED_REVIEW, 33, (unsigned)RC | (unsigned)PO, COMMUNITY,
                               20260901, until});
    dossier_free(d);
}

static void a_decision_matter_waits_for_the_residents_meeting(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "C"); /* on the 12th of March */
    expect(d, &(struct wanted){YS_TASK_ASSEMBLY, 35, RC, COMMUNITY, 20260511, consensus});
    expect(d, &(struct wanted){YS_TASK_ASSEMBLY_NOTICE, 34, RC, COMMUNITY, 20260501, consensus});
    const uint32_t called = write_assembly_notice(d, 20260315, 20260410, consensus, 0);
    expect(d, &(struct wanted){YS_TASK_ASSEMBLY, 35, RC, COMMUNITY, 20260410, called});
    expect_none(d, YS_TASK_ASSEMBLY_NOTICE);
    const uint32_t rejected = write_decision(d, 20260410, called, false, 0);
    expect(d, &(struct wanted){YS_TASK_AFTER_REJECTION, 15, (unsigned)RC | (unsigned)PO, COMMUNITY,
                               0, rejected});
    expect(d, &(struct wanted){YS_TASK_PUBLISH, 63, RC, COMMUNITY, 20260425, rejected});
    dossier_free(d);
}

static void a_decision_is_published_and_carried_out(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "CC");
    const uint32_t passed = write_decision(d, 20260410, consensus, true, 0);
    expect(d, &(struct wanted){YS_TASK_PUBLISH_DECISION, 63, RC, COMMUNITY, 20260425, passed});
    struct ys_procedure run;
    dossier_run(d, &run); /* a plan for each of the two */
    size_t plans = 0;
    for (size_t i = 0; i < run.next_count; i++) {
        if (run.next[i].why == YS_TASK_PLAN) {
            assert_int_equal(run.next[i].due.day, 20260510);
            assert_int_equal(run.next[i].track, plans);
            plans++;
        }
    }
    assert_int_equal(plans, 2);
    ys_procedure_clear(&run);
    (void)write_publication(d, 20260411, passed, DECISION);
    expect_none(d, YS_TASK_PUBLISH_DECISION);
    dossier_free(d);
}

static void each_nature_has_its_next_step(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "cpm");
    expect(d, &(struct wanted){YS_TASK_PLAN, 40, RC, COMMUNITY, 20260411, consensus});
    expect(d, &(struct wanted){YS_TASK_SUBMIT, 44, RC, COMMUNITY, 20260319, consensus});
    expect(d, &(struct wanted){YS_TASK_COMMISSION_RESULT, 47, RC, COMMUNITY, 20260319, consensus});
    expect(d, &(struct wanted){YS_TASK_PARTY_REPORT, 64, RC, COMMUNITY, 20260411, consensus});
    const uint32_t commission = write_commission(d, 20260101, 20260601);
    expect(d, &(struct wanted){YS_TASK_COMMISSION_RESULT, 47, RC, COMMUNITY, 20260601, commission});
    sign(d, YS_PARAMETER_PLAN_DAYS, 10);
    sign(d, YS_PARAMETER_SUBMIT_DAYS, 0);
    expect(d, &(struct wanted){YS_TASK_PLAN, 40, RC, COMMUNITY, 20260322, consensus});
    expect(d, &(struct wanted){YS_TASK_SUBMIT, 44, RC, COMMUNITY, 20260312, consensus});
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_ptr_equal(the_one(&run, YS_TASK_PLAN).due.signed_value, &d->values[0]);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void what_is_carried_out_is_due_as_the_newest_record_states(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t plan = write_plan(d, 20260315, consensus, RC, 1, 20260601);
    expect(d, &(struct wanted){YS_TASK_COMPLETE, 43, RC, COMMUNITY, 20260601, plan});
    const uint32_t extended = write_progress(d, 20260401, plan, RC, 1, 40, 20260701);
    expect(d, &(struct wanted){YS_TASK_COMPLETE, 43, RC, COMMUNITY, 20260701, extended});
    (void)write_progress(d, 20260402, plan, RC, 1, 50, 0);
    expect(d, &(struct wanted){YS_TASK_COMPLETE, 43, RC, COMMUNITY, 20260701, extended});
    const uint32_t done = write_completion(d, 20260403, plan, RC, 0);
    expect(d, &(struct wanted){YS_TASK_PUBLISH, 63, RC, COMMUNITY, 20260418, done});
    expect_none(d, YS_TASK_COMPLETE);
    dossier_free(d);
}

static void the_street_and_a_department_must_answer(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t submitted = write_submission(d, 20260320, consensus, 0);
    expect(d, &(struct wanted){YS_TASK_STREET_RESPONSE, 45, ST, STREET, 20260404, submitted});
    const uint32_t transferred = write_response(d, 20260330, submitted, TRANSFER, 0, 0);
    expect(d, &(struct wanted){YS_TASK_DEPARTMENT_RESPONSE, 46, (unsigned)GD | (unsigned)ST, STREET,
                               20260429, transferred});
    const uint32_t accepted =
        write_department(d, 20260401, transferred,
                         YISHI__V1__DEPARTMENT_DECISION__DEPARTMENT_DECISION_ACCEPT, 20260901);
    expect(d, &(struct wanted){YS_TASK_COMPLETE, 43, (unsigned)ST | (unsigned)GD, STREET, 20260901,
                               accepted});
    dossier_free(d);
}

static void a_correction_is_due_as_ordered(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t late = write_correction_order(d, 20260401, consensus, ST, 20260601, 0);
    expect(d, &(struct wanted){YS_TASK_COMPLY, 49, (unsigned)RC | (unsigned)PO, COMMUNITY, 20260601,
                               late});
    const uint32_t early = write_correction_order(d, 20260402, consensus, YS_BODY_DA, 20260501, 0);
    expect(d, &(struct wanted){YS_TASK_COMPLY, 49, (unsigned)RC | (unsigned)PO, COMMUNITY, 20260501,
                               early});
    expect_none(d, YS_TASK_PLAN);
    const uint32_t paused = write_compliance(
        d, 20260410, early, YISHI__V1__COMPLIANCE_RESULT__COMPLIANCE_RESULT_SUSPENDED, 0);
    expect(d,
           &(struct wanted){YS_TASK_COMPLY, 49, (unsigned)RC | (unsigned)PO, COMMUNITY, 0, early});
    (void)write_compliance(d, 20260420, early,
                           YISHI__V1__COMPLIANCE_RESULT__COMPLIANCE_RESULT_AMENDED, 0);
    const uint32_t last = write_compliance(
        d, 20260421, late, YISHI__V1__COMPLIANCE_RESULT__COMPLIANCE_RESULT_AMENDED, 0);
    expect(d, &(struct wanted){YS_TASK_PLAN, 40, RC, COMMUNITY, 20260521, last});
    assert_true(paused < last);
    dossier_free(d);
}

static void what_was_published_stays_so_and_is_evaluated_where_in_scope(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t accepted = write_response(
        d, 20260320, write_submission(d, 20260314, consensus, 0), IMPLEMENT, 20260901, 0);
    const uint32_t done = write_completion(d, 20260501, accepted, ST, 0);
    expect_none(d, YS_TASK_EVALUATE);
    const uint32_t published = write_publication(d, 20260505, done, COMPLETION);
    expect(d, &(struct wanted){YS_TASK_KEEP_PUBLISHED, 0, RC, COMMUNITY, 20260520, published});
    expect(d, &(struct wanted){YS_TASK_EVALUATE, 61, RC, COMMUNITY, 20261231, published});
    sign(d, YS_PARAMETER_EVALUATION_PERIOD, YS_PERIOD_QUARTER);
    expect(d, &(struct wanted){YS_TASK_EVALUATE, 61, RC, COMMUNITY, 20260630, published});
    sign(d, YS_PARAMETER_EVALUATION_SCOPE, YS_EVALUATE_COMMISSIONED);
    expect_none(d, YS_TASK_EVALUATE);
    d->parameters.count = 0;
    const uint32_t evaluated = write_evaluation(d, 20260601, published);
    expect_none(d, YS_TASK_EVALUATE);
    const uint32_t closed = write_close(d, 20260602, evaluated);
    expect(d, &(struct wanted){YS_TASK_ARCHIVE, 84, RC, COMMUNITY, 20270630, closed});
    expect_none(d, YS_TASK_KEEP_PUBLISHED);
    expect_none(d, YS_TASK_PARTY_REPORT);
    (void)write_archive(d, 20270101, closed);

    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.next_count, 0);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void community_affairs_are_closed_without_an_evaluation(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t plan = write_plan(d, 20260315, write_to_consensus(d, "c"), RC, 1, 0);
    const uint32_t done = write_completion(d, 20260401, plan, RC, 0);
    (void)write_publication(d, 20260403, done, COMPLETION);
    expect_none(d, YS_TASK_EVALUATE);
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_non_null(find(&run, YS_TASK_CLOSE));
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void a_report_to_the_party_covers_what_came_before_it(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t plan = write_plan(d, 20260315, consensus, RC, 1, 0);
    expect(d, &(struct wanted){YS_TASK_PARTY_REPORT, 64, RC, COMMUNITY, 20260411, consensus});
    (void)dossier_add(d, YS_KIND_PARTY_REPORT, RC, 20260320);
    expect_none(d, YS_TASK_PARTY_REPORT);
    const uint32_t done = write_completion(d, 20260501, plan, RC, 0);
    expect(d, &(struct wanted){YS_TASK_PARTY_REPORT, 64, RC, COMMUNITY, 20260531, done});
    dossier_free(d);
}

static void a_matter_at_rest_is_closed(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t refused =
        write_determination(d, 20260301, write_proposal(d, 20260201),
                            YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_NOT_LISTED, false);
    expect(d, &(struct wanted){YS_TASK_CLOSE, 85, RC, COMMUNITY, 0, refused});
    dossier_free(d);

    d = dossier_new(); /* also one that was withdrawn; no step led there */
    const uint32_t proposal = write_proposal(d, 20260201);
    d->steps[proposal].withdrawn = true;
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.next_count, 1);
    assert_int_equal(run.next[0].why, YS_TASK_CLOSE);
    assert_int_equal(run.next[0].from_step, YS_NO_STEP);
    ys_procedure_clear(&run);
    dossier_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proposal_is_decided_by_both_committees),
        cmocka_unit_test(a_topic_is_noticed_held_and_agreed),
        cmocka_unit_test(without_consensus_comes_another_meeting_or_shelving),
        cmocka_unit_test(what_is_shelved_is_published_reported_and_looked_at_again),
        cmocka_unit_test(a_decision_matter_waits_for_the_residents_meeting),
        cmocka_unit_test(a_decision_is_published_and_carried_out),
        cmocka_unit_test(each_nature_has_its_next_step),
        cmocka_unit_test(what_is_carried_out_is_due_as_the_newest_record_states),
        cmocka_unit_test(the_street_and_a_department_must_answer),
        cmocka_unit_test(a_correction_is_due_as_ordered),
        cmocka_unit_test(what_was_published_stays_so_and_is_evaluated_where_in_scope),
        cmocka_unit_test(community_affairs_are_closed_without_an_evaluation),
        cmocka_unit_test(a_report_to_the_party_covers_what_came_before_it),
        cmocka_unit_test(a_matter_at_rest_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
