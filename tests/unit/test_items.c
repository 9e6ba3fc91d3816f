/* What becomes of the items of a consensus: every row of the table of DOMAIN.md 3.1 from there on. */
#include "node/model/procedure.h"

#include "tests/support/dossier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define IMPLEMENT  YISHI__V1__STREET_DECISION__STREET_DECISION_IMPLEMENT
#define TRANSFER   YISHI__V1__STREET_DECISION__STREET_DECISION_TRANSFER
#define DECLINE    YISHI__V1__STREET_DECISION__STREET_DECISION_DECLINE
#define GD_ACCEPT  YISHI__V1__DEPARTMENT_DECISION__DEPARTMENT_DECISION_ACCEPT
#define GD_DECLINE YISHI__V1__DEPARTMENT_DECISION__DEPARTMENT_DECISION_DECLINE
#define AMENDED    YISHI__V1__COMPLIANCE_RESULT__COMPLIANCE_RESULT_AMENDED
#define ANNULLED   YISHI__V1__COMPLIANCE_RESULT__COMPLIANCE_RESULT_ANNULLED
#define SUSPENDED  YISHI__V1__COMPLIANCE_RESULT__COMPLIANCE_RESULT_SUSPENDED
#define COMPLETION YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_COMPLETION
#define DECISION   YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_DECISION
#define PROGRESS   YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_PROGRESS
#define AGREEMENT  YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_CONSENSUS

enum { RC = YS_BODY_RC, ST = YS_BODY_ST, GD = YS_BODY_GD, DA = YS_BODY_DA };

static void expect_counts(struct dossier *d, size_t items, size_t done, size_t ended)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.item_count, items);
    assert_int_equal(run.done_count, done);
    assert_int_equal(run.ended_count, ended);
    ys_procedure_clear(&run);
}

static void a_decision_matter_goes_to_the_residents_meeting(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "C");
    const uint32_t early = write_plan(d, 20260313, consensus, RC, 1, 0);
    dossier_expect_step(d, YS_STATE_CONSENSUS, early, YS_FATE_IRREGULAR, YS_IRREGULAR_UNDECIDED);
    const uint32_t called = write_assembly_notice(d, 20260314, 20260330, consensus, 0);
    dossier_expect_step(d, YS_STATE_AWAITING_ASSEMBLY, called, YS_FATE_MOVED, 0);
    const uint32_t still = write_plan(d, 20260315, consensus, RC, 1, 0);
    dossier_expect_step(d, YS_STATE_AWAITING_ASSEMBLY, still, YS_FATE_IRREGULAR,
                        YS_IRREGULAR_UNDECIDED);
    const uint32_t passed = write_decision(d, 20260330, called, true, 0);
    dossier_expect_step(d, YS_STATE_DECIDED, passed, YS_FATE_MOVED, 0);
    const uint32_t plan = write_plan(d, 20260401, passed, RC, 1, 0);
    dossier_expect_step(d, YS_STATE_IMPLEMENTING, plan, YS_FATE_MOVED, 0);
    dossier_free(d);
}

static void a_decision_without_a_notice_counts_and_is_flagged(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t passed = write_decision(d, 20260330, write_to_consensus(d, "C"), true, 0);
    dossier_expect_step(d, YS_STATE_DECIDED, passed, YS_FATE_MOVED, YS_IRREGULAR_NO_NOTICE);
    dossier_free(d);
}

static void what_is_no_decision_matter_is_not_put_to_it(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t called = write_assembly_notice(d, 20260314, 20260330, consensus, 0);
    dossier_expect_step(d, YS_STATE_CONSENSUS, called, YS_FATE_IRREGULAR, YS_IRREGULAR_NATURE);
    const uint32_t passed = write_decision(d, 20260330, called, true, 0);
    dossier_expect_step(d, YS_STATE_CONSENSUS, passed, YS_FATE_IRREGULAR, YS_IRREGULAR_NATURE);
    dossier_free(d);
}

static void what_was_rejected_is_closed_called_again_or_deliberated_again(void **state)
{
    (void)state;
    struct dossier *d = dossier_new(); /* closed as it is */
    uint32_t rejected = write_decision(d, 20260330, write_to_consensus(d, "C"), false, 0);
    dossier_expect(d, YS_STATE_REJECTED);
    (void)write_close(d, 20260401, rejected);
    dossier_expect(d, YS_STATE_CLOSED);
    dossier_free(d);

    d = dossier_new(); /* published, then closed */
    rejected = write_decision(d, 20260330, write_to_consensus(d, "C"), false, 0);
    const uint32_t published = write_publication(d, 20260401, rejected, DECISION);
    dossier_expect_step(d, YS_STATE_PUBLISHED, published, YS_FATE_MOVED, 0);
    dossier_free(d);

    d = dossier_new(); /* the meeting is called again, say for want of a quorum */
    const uint32_t consensus = write_to_consensus(d, "C");
    (void)write_decision(d, 20260330, consensus, false, 0);
    const uint32_t at_once = write_decision(d, 20260331, consensus, true, 0);
    dossier_expect_step(d, YS_STATE_REJECTED, at_once, YS_FATE_IRREGULAR, YS_IRREGULAR_CONFLICT);
    const uint32_t called = write_assembly_notice(d, 20260401, 20260420, consensus, 0);
    dossier_expect(d, YS_STATE_AWAITING_ASSEMBLY);
    (void)write_decision(d, 20260420, called, true, 0);
    dossier_expect(d, YS_STATE_DECIDED);
    dossier_free(d);
}

static void a_new_round_after_a_rejection_has_new_items(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t rejected = write_decision(d, 20260330, write_to_consensus(d, "Cc"), false, 0);
    dossier_expect_item(d, 1, YS_STATE_REJECTED);
    dossier_expect(d, YS_STATE_CONSENSUS); /* item 2 */
    const uint32_t anew =
        write_determination(d, 20260401, 0, YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED, true);
    dossier_expect_step(d, YS_STATE_DETERMINED, anew, YS_FATE_MOVED, 0);
    expect_counts(d, 1, 0, 0);
    const uint32_t notice = write_notice(d, 20260402, 20260410, anew);
    const uint32_t session =
        write_session(d, 20260410, notice, YISHI__V1__SESSION_RESULT__SESSION_RESULT_CONSENSUS);
    const uint32_t agreed = write_consensus(d, 20260411, session, "Cc", 1);
    dossier_expect_step(d, YS_STATE_CONSENSUS, agreed, YS_FATE_MOVED, YS_IRREGULAR_ITEM_AGAIN);
    expect_counts(d, 2, 0, 0); /* a new item 1; item 2 was never rejected */
    dossier_expect_item(d, 1, YS_STATE_CONSENSUS);
    assert_true(rejected < anew);
    dossier_free(d);
}

static void numbers_go_on_after_a_part_was_agreed(void **state)
{
    (void)state;
    const Yishi__V1__SessionResult part = YISHI__V1__SESSION_RESULT__SESSION_RESULT_PARTIAL;
    const Yishi__V1__SessionResult all = YISHI__V1__SESSION_RESULT__SESSION_RESULT_CONSENSUS;
    struct dossier *d = dossier_new();
    const uint32_t first = write_consensus(d, 20260312, write_to_session(d, false, part), "c", 1);
    const uint32_t notice = write_notice(d, 20260313, 20260320, first);
    const uint32_t session = write_session(d, 20260320, notice, all);
    const uint32_t taken = write_consensus(d, 20260321, session, "p", 1); /* from elsewhere */
    dossier_expect_step(d, YS_STATE_CONSENSUS, taken, YS_FATE_IRREGULAR, YS_IRREGULAR_ITEM_AGAIN);
    expect_counts(d, 1, 0, 0);
    const uint32_t next = write_consensus(d, 20260322, session, "pc", 2);
    dossier_expect_step(d, YS_STATE_CONSENSUS, next, YS_FATE_MOVED, 0);
    expect_counts(d, 3, 0, 0);
    dossier_expect_item(d, 3, YS_STATE_CONSENSUS);
    dossier_free(d);
}

static void what_is_rejected_joins_a_round_under_way(void **state)
{
    (void)state;
    const Yishi__V1__TopicDecision listed = YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED;
    const Yishi__V1__SessionResult none = YISHI__V1__SESSION_RESULT__SESSION_RESULT_NONE;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "CC");
    (void)write_decision(d, 20260330, consensus, false, 1);
    const uint32_t anew = write_determination(d, 20260401, 0, listed, true);
    const uint32_t session =
        write_session(d, 20260410, write_notice(d, 20260402, 20260410, anew), none);
    (void)write_decision(d, 20260411, consensus, false, 2);
    dossier_expect(d, YS_STATE_NO_CONSENSUS);
    const uint32_t too = write_determination(d, 20260412, 0, listed, true);
    dossier_expect_step(d, YS_STATE_NO_CONSENSUS, too, YS_FATE_MOVED, 0);
    expect_counts(d, 0, 0, 0);
    dossier_free(d);

    d = dossier_new(); /* or begins one, when the rest has been shelved meanwhile */
    const uint32_t agreed = write_to_consensus(d, "CC");
    (void)write_decision(d, 20260330, agreed, false, 1);
    const uint32_t again = write_determination(d, 20260401, 0, listed, true);
    const uint32_t vain = write_session(d, 20260410, again, none);
    (void)write_shelving(d, 20260411, vain, 0);
    (void)write_decision(d, 20260412, agreed, false, 2);
    dossier_expect(d, YS_STATE_SHELVED);
    const uint32_t third = write_determination(d, 20260413, 0, listed, true);
    dossier_expect_step(d, YS_STATE_DETERMINED, third, YS_FATE_MOVED, 0);
    assert_true(session < too);
    dossier_free(d);
}

static void a_decision_matter_without_consensus_can_be_decided(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t session =
        write_to_session(d, true, YISHI__V1__SESSION_RESULT__SESSION_RESULT_NONE);
    const uint32_t called = write_assembly_notice(d, 20260314, 20260330, session, 0);
    dossier_expect_step(d, YS_STATE_AWAITING_ASSEMBLY, called, YS_FATE_MOVED, 0);
    (void)write_decision(d, 20260330, called, true, 0);
    dossier_expect_item(d, 0, YS_STATE_DECIDED);
    dossier_free(d);

    d = dossier_new(); /* but not one that nobody said is */
    const uint32_t other =
        write_to_session(d, false, YISHI__V1__SESSION_RESULT__SESSION_RESULT_NONE);
    const uint32_t vain = write_assembly_notice(d, 20260314, 20260330, other, 0);
    dossier_expect_step(d, YS_STATE_NO_CONSENSUS, vain, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);
}

static void community_affairs_are_planned_carried_out_and_completed(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t early = write_progress(d, 20260313, consensus, RC, 1, 10, 0);
    dossier_expect_step(d, YS_STATE_CONSENSUS, early, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    const uint32_t plan = write_plan(d, 20260315, consensus, RC, 1, 20260601);
    dossier_expect_step(d, YS_STATE_IMPLEMENTING, plan, YS_FATE_MOVED, 0);
    const uint32_t progress = write_progress(d, 20260401, plan, RC, 1, 40, 20260701);
    dossier_expect_step(d, YS_STATE_IMPLEMENTING, progress, YS_FATE_MOVED, 0);

    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.tracks[0].percent, 40);
    assert_int_equal(run.tracks[0].due, 20260701);
    assert_int_equal(run.tracks[0].extensions, 1);
    ys_procedure_clear(&run);

    const uint32_t foreign = write_completion(d, 20260501, plan, ST, 1);
    dossier_expect_step(d, YS_STATE_IMPLEMENTING, foreign, YS_FATE_IRREGULAR, YS_IRREGULAR_BODY);
    const uint32_t done = write_completion(d, 20260502, plan, RC, 1);
    dossier_expect_step(d, YS_STATE_COMPLETED, done, YS_FATE_MOVED, 0);
    expect_counts(d, 1, 1, 1);
    const uint32_t after = write_progress(d, 20260503, plan, RC, 1, 100, 0);
    dossier_expect_step(d, YS_STATE_COMPLETED, after, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);
}

static void who_carries_a_plan_out_reports_on_it(void **state)
{
    (void)state;
    static const struct {
        Yishi__V1__PlanMode mode;
        unsigned does;
        unsigned does_not;
    } rows[] = {
        {YISHI__V1__PLAN_MODE__PLAN_MODE_SOCIAL_FORCE, RC, ST},
        {YISHI__V1__PLAN_MODE__PLAN_MODE_ACTION_GROUP, RC, GD},
        {YISHI__V1__PLAN_MODE__PLAN_MODE_STREET, ST, RC},
        {YISHI__V1__PLAN_MODE__PLAN_MODE_DEPARTMENT, GD, RC},
        {YISHI__V1__PLAN_MODE__PLAN_MODE_DEPARTMENT, ST, RC},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dossier *d = dossier_new();
        const uint32_t plan = write_plan(d, 20260315, write_to_consensus(d, "c"), RC, 1, 0);
        d->bodies[plan]->implementation_plan->mode = rows[i].mode;
        const uint32_t other = write_completion(d, 20260401, plan, rows[i].does_not, 1);
        dossier_expect_step(d, YS_STATE_IMPLEMENTING, other, YS_FATE_IRREGULAR, YS_IRREGULAR_BODY);
        (void)write_completion(d, 20260402, plan, rows[i].does, 1);
        dossier_expect(d, YS_STATE_COMPLETED);
        dossier_free(d);
    }
}

static void a_public_service_is_submitted_and_carried_out_by_the_street(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t own = write_plan(d, 20260313, consensus, RC, 1, 0);
    dossier_expect_step(d, YS_STATE_CONSENSUS, own, YS_FATE_IRREGULAR, YS_IRREGULAR_NATURE);
    const uint32_t submitted = write_submission(d, 20260314, consensus, 0);
    dossier_expect_step(d, YS_STATE_SUBMITTED, submitted, YS_FATE_MOVED, 0);
    const uint32_t accepted = write_response(d, 20260320, submitted, IMPLEMENT, 20260901, 0);
    dossier_expect_step(d, YS_STATE_ACCEPTED, accepted, YS_FATE_MOVED, 0);
    const uint32_t plan = write_plan(d, 20260325, accepted, ST, 1, 20260801);
    dossier_expect_step(d, YS_STATE_ACCEPTED, plan, YS_FATE_MOVED, 0);
    const uint32_t progress = write_progress(d, 20260401, accepted, ST, 1, 30, 0);
    dossier_expect_step(d, YS_STATE_ACCEPTED, progress, YS_FATE_MOVED, 0);
    const uint32_t wrong = write_completion(d, 20260402, accepted, RC, 1);
    dossier_expect_step(d, YS_STATE_ACCEPTED, wrong, YS_FATE_IRREGULAR, YS_IRREGULAR_BODY);
    const uint32_t done = write_completion(d, 20260501, accepted, ST, 0);
    dossier_expect_step(d, YS_STATE_COMPLETED, done, YS_FATE_MOVED, 0);
    dossier_free(d);
}

static void the_street_transfers_and_a_department_accepts_or_declines(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t submitted = write_submission(d, 20260314, write_to_consensus(d, "p"), 0);
    const uint32_t too_soon = write_department(d, 20260315, submitted, GD_ACCEPT, 20260901);
    dossier_expect_step(d, YS_STATE_SUBMITTED, too_soon, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    const uint32_t transferred = write_response(d, 20260320, submitted, TRANSFER, 0, 0);
    dossier_expect_step(d, YS_STATE_TRANSFERRED, transferred, YS_FATE_MOVED, 0);
    const uint32_t accepted = write_department(d, 20260325, transferred, GD_ACCEPT, 20260901);
    dossier_expect_step(d, YS_STATE_ACCEPTED, accepted, YS_FATE_MOVED, 0);
    const uint32_t done = write_completion(d, 20260601, accepted, GD, 0);
    dossier_expect_step(d, YS_STATE_COMPLETED, done, YS_FATE_MOVED, 0);
    dossier_free(d);

    d = dossier_new();
    const uint32_t sent = write_submission(d, 20260314, write_to_consensus(d, "p"), 0);
    const uint32_t passed_on = write_response(d, 20260320, sent, TRANSFER, 0, 0);
    const uint32_t declined = write_department(d, 20260325, passed_on, GD_DECLINE, 0);
    dossier_expect_step(d, YS_STATE_DECLINED, declined, YS_FATE_MOVED, 0);
    expect_counts(d, 1, 0, 1);
    /* it falls back to the street, which may answer anew */
    const uint32_t anew = write_response(d, 20260401, sent, IMPLEMENT, 20260901, 0);
    dossier_expect_step(d, YS_STATE_ACCEPTED, anew, YS_FATE_MOVED, 0);
    expect_counts(d, 1, 0, 0);
    dossier_free(d);
}

static void the_street_answers_again_only_what_a_department_declined_last(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t submitted = write_submission(d, 20260314, write_to_consensus(d, "p"), 0);
    const uint32_t transferred = write_response(d, 20260320, submitted, TRANSFER, 0, 0);
    (void)write_department(d, 20260325, transferred, GD_DECLINE, 0);
    const uint32_t declined = write_response(d, 20260401, submitted, DECLINE, 0, 0);
    dossier_expect_step(d, YS_STATE_DECLINED, declined, YS_FATE_MOVED, 0);
    const uint32_t again = write_response(d, 20260402, declined, IMPLEMENT, 0, 0);
    dossier_expect_step(d, YS_STATE_DECLINED, again, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);
}

static void what_the_street_declined_is_published_or_submitted_again(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t submitted = write_submission(d, 20260314, consensus, 0);
    const uint32_t declined = write_response(d, 20260320, submitted, DECLINE, 0, 0);
    dossier_expect_step(d, YS_STATE_DECLINED, declined, YS_FATE_MOVED, 0);
    const uint32_t changed_mind = write_response(d, 20260321, submitted, IMPLEMENT, 0, 0);
    dossier_expect_step(d, YS_STATE_DECLINED, changed_mind, YS_FATE_IRREGULAR,
                        YS_IRREGULAR_CONFLICT);
    const uint32_t again = write_submission(d, 20260401, consensus, 0);
    dossier_expect_step(d, YS_STATE_SUBMITTED, again, YS_FATE_MOVED, 0);
    const uint32_t second = write_response(d, 20260410, again, DECLINE, 0, 0);
    dossier_expect(d, YS_STATE_DECLINED);
    (void)write_publication(d, 20260411, second, PROGRESS);
    dossier_expect(d, YS_STATE_PUBLISHED);
    dossier_free(d);
}

static void the_result_of_a_commission_is_submitted(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "m");
    const uint32_t plan = write_plan(d, 20260313, consensus, RC, 1, 0);
    dossier_expect_step(d, YS_STATE_CONSENSUS, plan, YS_FATE_IRREGULAR, YS_IRREGULAR_NATURE);
    const uint32_t done = write_completion(d, 20260313, consensus, RC, 1);
    dossier_expect_step(d, YS_STATE_CONSENSUS, done, YS_FATE_IRREGULAR, YS_IRREGULAR_NATURE);
    const uint32_t result = write_result(d, 20260314, consensus);
    dossier_expect_step(d, YS_STATE_RESULT_SUBMITTED, result, YS_FATE_MOVED, 0);
    expect_counts(d, 1, 1, 1);
    dossier_free(d);

    d = dossier_new(); /* rejected: is reported, and stays rejected */
    const uint32_t rejected = write_decision(d, 20260330, write_to_consensus(d, "M"), false, 0);
    const uint32_t told = write_result(d, 20260401, rejected);
    dossier_expect_step(d, YS_STATE_REJECTED, told, YS_FATE_MOVED, 0);
    dossier_free(d);

    d = dossier_new(); /* shelved: is reported, too */
    const uint32_t shelved = write_shelving(
        d, 20260321, write_to_session(d, false, YISHI__V1__SESSION_RESULT__SESSION_RESULT_NONE), 0);
    const uint32_t said = write_result(d, 20260401, shelved);
    dossier_expect_step(d, YS_STATE_SHELVED, said, YS_FATE_NOTED, 0);
    dossier_free(d);
}

static void items_of_different_nature_go_their_own_ways(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "cpm");
    const uint32_t plan = write_plan(d, 20260315, consensus, RC, 1, 0);
    const uint32_t submitted = write_submission(d, 20260316, consensus, 0);
    dossier_expect(d, YS_STATE_CONSENSUS); /* item 3 lags */
    expect_counts(d, 3, 0, 0);
    (void)write_result(d, 20260317, consensus);
    dossier_expect(d, YS_STATE_SUBMITTED);
    (void)write_completion(d, 20260401, plan, RC, 0);
    expect_counts(d, 3, 2, 2);
    const uint32_t declined = write_response(d, 20260402, submitted, DECLINE, 0, 0);
    dossier_expect(d, YS_STATE_DECLINED);
    expect_counts(d, 3, 2, 3);
    const uint32_t told = write_publication(d, 20260403, declined, COMPLETION);
    dossier_expect_item(d, 2, YS_STATE_PUBLISHED); /* that to which it refers, and no other */
    dossier_expect_item(d, 1, YS_STATE_COMPLETED);
    const uint32_t closed = write_close(d, 20260404, told);
    dossier_expect_step(d, YS_STATE_RESULT_SUBMITTED, closed, YS_FATE_IRREGULAR,
                        YS_IRREGULAR_UNENDED);
    const uint32_t all = write_publication(d, 20260405, consensus, COMPLETION);
    dossier_expect_step(d, YS_STATE_PUBLISHED, all, YS_FATE_MOVED, 0);
    (void)write_close(d, 20260501, all);
    dossier_expect(d, YS_STATE_CLOSED);
    expect_counts(d, 3, 2, 3);
    dossier_free(d);
}

static void a_record_concerns_the_items_that_it_or_its_base_names(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "ppp");
    const uint32_t two = write_submission(d, 20260314, consensus, 12);
    const uint32_t answer = write_response(d, 20260320, two, IMPLEMENT, 20260901, 0);
    dossier_expect_item(d, 2, YS_STATE_ACCEPTED);
    dossier_expect_item(d, 3, YS_STATE_CONSENSUS);
    (void)write_submission(d, 20260321, consensus, 3);
    (void)write_completion(d, 20260401, answer, ST, 1);
    dossier_expect_item(d, 1, YS_STATE_COMPLETED);
    dossier_expect_item(d, 2, YS_STATE_ACCEPTED);
    dossier_expect_item(d, 3, YS_STATE_SUBMITTED);
    const uint32_t unknown = write_completion(d, 20260402, answer, ST, 27);
    dossier_expect_step(d, YS_STATE_SUBMITTED, unknown, YS_FATE_MOVED, YS_IRREGULAR_NO_SUCH_ITEM);
    dossier_free(d);
}

static void a_record_takes_the_items_of_all_on_which_it_rests(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "ccc");
    const uint32_t first = write_plan(d, 20260315, consensus, RC, 1, 0);
    const uint32_t second = write_plan(d, 20260315, consensus, RC, 2, 0);
    (void)write_plan(d, 20260315, consensus, RC, 3, 0);
    const uint32_t done = write_completion(d, 20260401, first, RC, 0);
    dossier_refer(d, done, YISHI__V1__RELATION__RELATION_BASED_ON, second);
    dossier_expect_item(d, 1, YS_STATE_COMPLETED);
    dossier_expect_item(d, 2, YS_STATE_COMPLETED);
    dossier_expect_item(d, 3, YS_STATE_IMPLEMENTING);
    dossier_free(d);
}

static void a_number_that_stands_twice_is_flagged(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "cc");
    d->bodies[consensus]->consensus->items[1]->no = 1;
    dossier_expect_step(d, YS_STATE_CONSENSUS, consensus, YS_FATE_MOVED, YS_IRREGULAR_ITEM_AGAIN);
    expect_counts(d, 1, 0, 0);
    dossier_free(d);
}

static void a_correction_holds_an_item_until_it_is_complied_with(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "cc");
    const uint32_t plan = write_plan(d, 20260315, consensus, RC, 12, 0);
    const uint32_t order = write_correction_order(d, 20260401, consensus, ST, 20260501, 1);
    dossier_expect_step(d, YS_STATE_UNDER_CORRECTION, order, YS_FATE_MOVED, 0);
    const uint32_t done = write_completion(d, 20260402, plan, RC, 0);
    dossier_expect_step(d, YS_STATE_UNDER_CORRECTION, done, YS_FATE_MOVED, YS_IRREGULAR_CORRECTING);
    dossier_expect_item(d, 2, YS_STATE_COMPLETED);
    const uint32_t complied = write_compliance(d, 20260410, order, AMENDED, 0);
    dossier_expect_step(d, YS_STATE_IMPLEMENTING, complied, YS_FATE_MOVED, 0);

    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.tracks[0].compliance_step, dossier_position(d, &run, complied));
    assert_int_equal(run.tracks[0].since, 20260410);
    ys_procedure_clear(&run);

    const uint32_t again = write_compliance(d, 20260411, order, AMENDED, 0);
    dossier_expect_step(d, YS_STATE_IMPLEMENTING, again, YS_FATE_IRREGULAR, YS_IRREGULAR_CONFLICT);
    dossier_free(d);
}

static void a_correction_returns_to_every_state_from_consensus_on(void **state)
{
    (void)state;
    static const enum ys_state states[] = {
        YS_STATE_CONSENSUS, YS_STATE_SUBMITTED, YS_STATE_TRANSFERRED, YS_STATE_ACCEPTED,
        YS_STATE_COMPLETED, YS_STATE_PUBLISHED, YS_STATE_EVALUATED,   YS_STATE_CLOSED};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct dossier *d = dossier_new();
        const uint32_t consensus = write_to_consensus(d, "p");
        uint32_t last = consensus;
        uint32_t submitted = i >= 1 ? last = write_submission(d, 20260314, consensus, 0) : 0;
        if (i >= 2)
            last = write_response(d, 20260315, submitted, TRANSFER, 0, 0);
        if (i >= 3)
            last = write_department(d, 20260316, last, GD_ACCEPT, 0);
        if (i >= 4)
            last = write_completion(d, 20260317, last, GD, 0);
        if (i >= 5)
            last = write_publication(d, 20260318, last, COMPLETION);
        if (i >= 6)
            last = write_evaluation(d, 20260319, last);
        if (i >= 7)
            (void)write_close(d, 20260320, last);
        dossier_expect(d, states[i]);

        const uint32_t order = write_correction_order(d, 20260401, consensus, DA, 0, 0);
        dossier_expect(d, YS_STATE_UNDER_CORRECTION);
        (void)write_compliance(d, 20260410, order, AMENDED, 0);
        dossier_expect(d, states[i]);
        dossier_free(d);
    }
}

static void a_corrected_item_keeps_the_day_on_which_it_ended(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t plan = write_plan(d, 20260315, consensus, RC, 1, 0);
    (void)write_completion(d, 20260320, plan, RC, 0);
    const uint32_t order = write_correction_order(d, 20260401, consensus, DA, 0, 0);
    expect_counts(d, 1, 0, 0); /* while it is held, it is not done */
    (void)write_compliance(d, 20260410, order, AMENDED, 0);
    expect_counts(d, 1, 1, 1);
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.tracks[0].ended_on, 20260320);
    assert_int_equal(run.tracks[0].result, YS_OUTCOME_FULL);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void two_orders_are_each_complied_with(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t first = write_correction_order(d, 20260401, consensus, ST, 0, 0);
    const uint32_t second = write_correction_order(d, 20260402, consensus, DA, 0, 0);
    dossier_expect_step(d, YS_STATE_UNDER_CORRECTION, second, YS_FATE_MOVED, 0);
    const uint32_t one = write_compliance(d, 20260410, first, AMENDED, 0);
    dossier_expect_step(d, YS_STATE_UNDER_CORRECTION, one, YS_FATE_MOVED, 0);
    (void)write_compliance(d, 20260411, second, AMENDED, 0);
    dossier_expect(d, YS_STATE_CONSENSUS);
    dossier_free(d);
}

static void suspension_keeps_an_item_under_correction(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t order =
        write_correction_order(d, 20260401, write_to_consensus(d, "c"), ST, 0, 0);
    const uint32_t paused = write_compliance(d, 20260402, order, SUSPENDED, 0);
    dossier_expect_step(d, YS_STATE_UNDER_CORRECTION, paused, YS_FATE_MOVED, 0);

    struct ys_procedure run;
    dossier_run(d, &run);
    assert_true(run.tracks[0].suspended);
    ys_procedure_clear(&run);

    const uint32_t amended = write_compliance(d, 20260410, order, AMENDED, 0);
    dossier_expect_step(d, YS_STATE_CONSENSUS, amended, YS_FATE_MOVED, 0);
    dossier_free(d);
}

static void what_is_annulled_is_at_its_end(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "cc");
    const uint32_t plan = write_plan(d, 20260315, consensus, RC, 12, 0);
    const uint32_t order = write_correction_order(d, 20260401, consensus, ST, 0, 1);
    (void)write_compliance(d, 20260410, order, ANNULLED, 0);
    dossier_expect_item(d, 1, YS_STATE_ANNULLED);
    dossier_expect(d, YS_STATE_IMPLEMENTING); /* item 2 goes on */
    expect_counts(d, 2, 0, 1);
    const uint32_t late = write_correction_order(d, 20260411, consensus, ST, 0, 1);
    dossier_expect_step(d, YS_STATE_IMPLEMENTING, late, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    const uint32_t rest = write_correction_order(d, 20260412, consensus, ST, 0, 2);
    const uint32_t gone = write_compliance(d, 20260413, rest, ANNULLED, 0);
    dossier_expect(d, YS_STATE_ANNULLED);
    const uint32_t done = write_completion(d, 20260414, plan, RC, 0);
    dossier_expect_step(d, YS_STATE_ANNULLED, done, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    (void)write_close(d, 20260420, gone);
    dossier_expect(d, YS_STATE_CLOSED);
    dossier_free(d);
}

static void compliance_with_an_order_that_is_not_there_does_nothing(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    (void)write_correction_order(d, 20260401, consensus, ST, 0, 0);
    const uint32_t elsewhere = write_compliance(d, 20260402, 500, AMENDED, 0);
    dossier_expect_step(d, YS_STATE_UNDER_CORRECTION, elsewhere, YS_FATE_IRREGULAR,
                        YS_IRREGULAR_CORRECTING);

    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(dossier_step(d, &run, elsewhere)->refs_missing, 1);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void a_matter_is_published_evaluated_and_closed(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t agreement = write_publication(d, 20260313, consensus, AGREEMENT);
    dossier_expect_step(d, YS_STATE_CONSENSUS, agreement, YS_FATE_NOTED, 0);
    const uint32_t early = write_publication(d, 20260314, consensus, COMPLETION);
    dossier_expect_step(d, YS_STATE_CONSENSUS, early, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    const uint32_t plan = write_plan(d, 20260315, consensus, RC, 1, 0);
    const uint32_t done = write_completion(d, 20260401, plan, RC, 0);
    const uint32_t decision = write_publication(d, 20260401, consensus, DECISION);
    dossier_expect_step(d, YS_STATE_COMPLETED, decision, YS_FATE_NOTED, 0);
    const uint32_t progress = write_publication(d, 20260401, consensus, PROGRESS);
    dossier_expect_step(d, YS_STATE_COMPLETED, progress, YS_FATE_NOTED, 0);
    const uint32_t unpublished = write_close(d, 20260402, done);
    dossier_expect_step(d, YS_STATE_COMPLETED, unpublished, YS_FATE_IRREGULAR,
                        YS_IRREGULAR_UNENDED);
    const uint32_t published = write_publication(d, 20260403, done, COMPLETION);
    dossier_expect_step(d, YS_STATE_PUBLISHED, published, YS_FATE_MOVED, 0);
    const uint32_t evaluated = write_evaluation(d, 20260501, published);
    dossier_expect_step(d, YS_STATE_EVALUATED, evaluated, YS_FATE_MOVED, 0);
    const uint32_t closed = write_close(d, 20260601, evaluated);
    dossier_expect_step(d, YS_STATE_CLOSED, closed, YS_FATE_MOVED, 0);
    (void)write_archive(d, 20270101, closed);
    dossier_expect(d, YS_STATE_ARCHIVED);
    dossier_free(d);
}

static void an_evaluation_before_the_publication_is_kept(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t first = write_evaluation(d, 20260314, consensus);
    dossier_expect_step(d, YS_STATE_CONSENSUS, first, YS_FATE_NOTED, 0);
    const uint32_t done =
        write_completion(d, 20260401, write_plan(d, 20260315, consensus, RC, 1, 0), RC, 0);
    (void)write_evaluation(d, 20260402, done);
    dossier_expect(d, YS_STATE_COMPLETED);
    (void)write_publication(d, 20260403, done, COMPLETION);
    dossier_expect(d, YS_STATE_EVALUATED);
    dossier_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decision_matter_goes_to_the_residents_meeting),
        cmocka_unit_test(a_decision_without_a_notice_counts_and_is_flagged),
        cmocka_unit_test(what_is_no_decision_matter_is_not_put_to_it),
        cmocka_unit_test(what_was_rejected_is_closed_called_again_or_deliberated_again),
        cmocka_unit_test(a_new_round_after_a_rejection_has_new_items),
        cmocka_unit_test(numbers_go_on_after_a_part_was_agreed),
        cmocka_unit_test(what_is_rejected_joins_a_round_under_way),
        cmocka_unit_test(a_decision_matter_without_consensus_can_be_decided),
        cmocka_unit_test(community_affairs_are_planned_carried_out_and_completed),
        cmocka_unit_test(who_carries_a_plan_out_reports_on_it),
        cmocka_unit_test(a_public_service_is_submitted_and_carried_out_by_the_street),
        cmocka_unit_test(the_street_transfers_and_a_department_accepts_or_declines),
        cmocka_unit_test(the_street_answers_again_only_what_a_department_declined_last),
        cmocka_unit_test(what_the_street_declined_is_published_or_submitted_again),
        cmocka_unit_test(the_result_of_a_commission_is_submitted),
        cmocka_unit_test(items_of_different_nature_go_their_own_ways),
        cmocka_unit_test(a_record_concerns_the_items_that_it_or_its_base_names),
        cmocka_unit_test(a_record_takes_the_items_of_all_on_which_it_rests),
        cmocka_unit_test(a_number_that_stands_twice_is_flagged),
        cmocka_unit_test(a_correction_holds_an_item_until_it_is_complied_with),
        cmocka_unit_test(a_correction_returns_to_every_state_from_consensus_on),
        cmocka_unit_test(a_corrected_item_keeps_the_day_on_which_it_ended),
        cmocka_unit_test(two_orders_are_each_complied_with),
        cmocka_unit_test(suspension_keeps_an_item_under_correction),
        cmocka_unit_test(what_is_annulled_is_at_its_end),
        cmocka_unit_test(compliance_with_an_order_that_is_not_there_does_nothing),
        cmocka_unit_test(a_matter_is_published_evaluated_and_closed),
        cmocka_unit_test(an_evaluation_before_the_publication_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
