/* Two records that claim one single step, and what takes the place of what. */
#include "node/model/procedure.h"

#include "tests/support/dossier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LISTED     YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED
#define NOT_LISTED YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_NOT_LISTED
#define AGREED     YISHI__V1__SESSION_RESULT__SESSION_RESULT_CONSENSUS
#define NONE       YISHI__V1__SESSION_RESULT__SESSION_RESULT_NONE
#define IMPLEMENT  YISHI__V1__STREET_DECISION__STREET_DECISION_IMPLEMENT
#define DECLINE    YISHI__V1__STREET_DECISION__STREET_DECISION_DECLINE
#define SUPERSEDES YISHI__V1__RELATION__RELATION_SUPERSEDES

#define WHOLE YS_TASK_WHOLE_MATTER
enum { RC = YS_BODY_RC, ST = YS_BODY_ST };

/* One conflict, between these two, and a task to resolve it. */
static void expect_conflict(struct dossier *d, enum ys_state state, uint32_t first, uint32_t second,
                            uint32_t track)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_string_equal(ys_state_word(run.state), ys_state_word(state));
    assert_true(run.conflict);
    assert_int_equal(run.conflict_count, 1);
    assert_int_equal(run.conflicts[0].first, dossier_position(d, &run, first));
    assert_int_equal(run.conflicts[0].second, dossier_position(d, &run, second));
    assert_int_equal(run.conflicts[0].track, track);
    assert_true((dossier_step(d, &run, first)->irregular & YS_IRREGULAR_CONFLICT) != 0);
    assert_true((dossier_step(d, &run, second)->irregular & YS_IRREGULAR_CONFLICT) != 0);
    const struct ys_task *last = &run.next[run.next_count - 1];
    assert_int_equal(last->why, YS_TASK_RESOLVE_CONFLICT);
    assert_int_equal(last->from_step, run.conflicts[0].second);
    assert_int_equal(last->bodies, d->steps[second].author);
    ys_procedure_clear(&run);
}

static void expect_no_conflict(struct dossier *d, enum ys_state state)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_string_equal(ys_state_word(run.state), ys_state_word(state));
    assert_false(run.conflict);
    assert_int_equal(run.conflict_count, 0);
    ys_procedure_clear(&run);
}

static void two_determinations_are_both_kept_and_the_first_counts(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    const uint32_t first = write_determination(d, 20260301, proposal, LISTED, false);
    const uint32_t second = write_determination(d, 20260302, proposal, NOT_LISTED, false);
    expect_conflict(d, YS_STATE_DETERMINED, first, second, WHOLE);
    const uint32_t notice = write_notice(d, 20260303, 20260310, first); /* it goes on */
    expect_conflict(d, YS_STATE_NOTICED, first, second, WHOLE);
    d->steps[second].withdrawn = true; /* and is resolved */
    expect_no_conflict(d, YS_STATE_NOTICED);
    assert_true(notice > second);
    dossier_free(d);
}

/* The determination whose title the matter has. */
static void expect_topic(struct dossier *d, uint32_t at)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.topic, at == NOBODY ? YS_NO_STEP : dossier_position(d, &run, at));
    ys_procedure_clear(&run);
}

static void the_topic_is_that_of_the_determination_that_counts(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    expect_topic(d, NOBODY);
    const uint32_t foreign = write_determination(d, 20260202, proposal, LISTED, false);
    dossier_put(d, foreign, NEIGHBOUR, 1, 0);
    expect_topic(d, NOBODY);
    const uint32_t first = write_determination(d, 20260301, proposal, LISTED, false);
    const uint32_t second = write_determination(d, 20260302, proposal, LISTED, false);
    expect_topic(d, first);
    d->steps[first].withdrawn = true;
    expect_topic(d, second);
    d->steps[first].withdrawn = false;
    const uint32_t third = write_determination(d, 20260303, first, LISTED, false);
    dossier_refer(d, third, SUPERSEDES, first); /* its content stands in the place of the first */
    expect_topic(d, first);
    dossier_free(d);
}

static void a_determination_that_knows_of_the_first_is_merely_irregular(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t first =
        write_determination(d, 20260301, write_proposal(d, 20260201), LISTED, false);
    const uint32_t second = write_determination(d, 20260302, first, NOT_LISTED, false);
    dossier_expect_step(d, YS_STATE_DETERMINED, second, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    expect_no_conflict(d, YS_STATE_DETERMINED);
    dossier_free(d);
}

static void one_that_supersedes_takes_the_place_of_the_first(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    const uint32_t first = write_determination(d, 20260301, proposal, LISTED, false);
    const uint32_t notice = write_notice(d, 20260302, 20260310, first);
    const uint32_t second = write_determination(d, 20260303, proposal, NOT_LISTED, false);
    dossier_refer(d, second, SUPERSEDES, first);
    expect_no_conflict(d, YS_STATE_NOT_LISTED);
    dossier_expect_step(d, YS_STATE_NOT_LISTED, first, YS_FATE_REPLACED, 0);
    dossier_expect_step(d, YS_STATE_NOT_LISTED, second, YS_FATE_REPLACES, 0);
    dossier_expect_step(d, YS_STATE_NOT_LISTED, notice, YS_FATE_IRREGULAR, YS_IRREGULAR_ENDED);

    const uint32_t third = write_determination(d, 20260304, proposal, LISTED, false);
    dossier_refer(d, third, SUPERSEDES, second); /* and a third that of the second */
    expect_no_conflict(d, YS_STATE_NOTICED);
    dossier_free(d);
}

static void two_that_supersede_the_same_conflict(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    const uint32_t first = write_determination(d, 20260301, proposal, LISTED, false);
    const uint32_t second = write_determination(d, 20260302, proposal, NOT_LISTED, false);
    const uint32_t third = write_determination(d, 20260303, proposal, LISTED, true);
    dossier_refer(d, second, SUPERSEDES, first);
    dossier_refer(d, third, SUPERSEDES, first);
    expect_conflict(d, YS_STATE_NOT_LISTED, second, third, WHOLE);
    dossier_free(d);
}

static void another_unit_cannot_supersede(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t submitted = write_submission(d, 20260314, consensus, 0);
    const uint32_t declined = write_response(d, 20260320, submitted, DECLINE, 0, 0);
    const uint32_t forged = write_response(d, 20260321, submitted, IMPLEMENT, 0, 0);
    dossier_refer(d, forged, SUPERSEDES, declined);
    expect_no_conflict(d, YS_STATE_ACCEPTED); /* the street itself may */
    dossier_put(d, forged, DISTRICT, 1, forged);
    dossier_expect(d, YS_STATE_DECLINED); /* the district may not in its place */
    dossier_free(d);
}

static void two_notices_for_one_meeting_conflict_until_a_session_is_held(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    const uint32_t first = write_notice(d, 20260302, 20260310, determination);
    const uint32_t second = write_notice(d, 20260303, 20260311, determination);
    expect_conflict(d, YS_STATE_NOTICED, first, second, WHOLE);
    dossier_free(d);

    d = dossier_new();
    const uint32_t session = write_to_session(d, false, NONE);
    (void)write_notice(d, 20260311, 20260320, 1);
    expect_no_conflict(d, YS_STATE_NOTICED);
    assert_true(session > 0);
    dossier_free(d);
}

static void two_records_of_one_session_conflict(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t notice = write_notice(d, 20260302, 20260310, write_to_determined(d, false));
    const uint32_t first = write_session(d, 20260310, notice, NONE);
    const uint32_t second = write_session(d, 20260310, notice, AGREED);
    expect_conflict(d, YS_STATE_NO_CONSENSUS, first, second, WHOLE);
    dossier_free(d);
}

static void two_consensuses_of_one_session_conflict(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t session = write_to_session(d, false, AGREED);
    const uint32_t first = write_consensus(d, 20260311, session, "c", 1);
    const uint32_t second = write_consensus(d, 20260312, session, "p", 1);
    expect_conflict(d, YS_STATE_CONSENSUS, first, second, WHOLE);
    dossier_free(d);
}

static void shelvings_reopenings_and_closings_conflict(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t session = write_to_session(d, false, NONE);
    const uint32_t shelved = write_shelving(d, 20260311, session, 0);
    const uint32_t twice = write_shelving(d, 20260312, session, 0);
    expect_conflict(d, YS_STATE_SHELVED, shelved, twice, WHOLE);
    d->steps[twice].withdrawn = true;
    const uint32_t reopened = write_reopening(d, 20260401, shelved);
    const uint32_t again = write_reopening(d, 20260402, shelved);
    expect_conflict(d, YS_STATE_DETERMINED, reopened, again, WHOLE);
    dossier_free(d);

    d = dossier_new();
    const uint32_t refused =
        write_determination(d, 20260301, write_proposal(d, 20260201), NOT_LISTED, false);
    const uint32_t closed = write_close(d, 20260303, refused);
    const uint32_t over = write_close(d, 20260304, refused);
    expect_conflict(d, YS_STATE_CLOSED, closed, over, WHOLE);
    dossier_free(d);
}

static void two_plans_for_one_item_conflict_and_for_two_do_not(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "cc");
    const uint32_t first = write_plan(d, 20260315, consensus, RC, 1, 0);
    const uint32_t second = write_plan(d, 20260316, consensus, RC, 2, 0);
    expect_no_conflict(d, YS_STATE_IMPLEMENTING);
    const uint32_t third = write_plan(d, 20260317, consensus, RC, 2, 0);
    expect_conflict(d, YS_STATE_IMPLEMENTING, second, third, 1);
    dossier_refer(d, third, YISHI__V1__RELATION__RELATION_FOLLOWS, second);
    expect_no_conflict(d, YS_STATE_IMPLEMENTING); /* a revised plan */
    assert_true(first < second);
    dossier_free(d);
}

static void what_the_street_and_a_department_both_complete_conflicts(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t submitted = write_submission(d, 20260314, consensus, 0);
    const uint32_t accepted = write_response(d, 20260320, submitted, IMPLEMENT, 0, 0);
    const uint32_t first = write_completion(d, 20260501, accepted, ST, 0);
    const uint32_t second = write_completion(d, 20260502, accepted, YS_BODY_GD, 0);
    expect_conflict(d, YS_STATE_COMPLETED, first, second, 0);
    dossier_free(d);
}

static void an_answer_that_knows_of_the_first_is_merely_irregular(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t submitted = write_submission(d, 20260314, write_to_consensus(d, "p"), 0);
    const uint32_t first = write_response(d, 20260320, submitted, IMPLEMENT, 0, 0);
    const uint32_t second = write_response(d, 20260321, submitted, DECLINE, 0, 0);
    expect_conflict(d, YS_STATE_ACCEPTED, first, second, 0);
    dossier_refer(d, second, YISHI__V1__RELATION__RELATION_FOLLOWS, first);
    dossier_expect_step(d, YS_STATE_ACCEPTED, second, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    expect_no_conflict(d, YS_STATE_ACCEPTED);
    dossier_free(d);
}

static void one_record_that_conflicts_on_many_items_is_one_conflict(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "ppp");
    const uint32_t first = write_submission(d, 20260314, consensus, 0);
    const uint32_t second = write_submission(d, 20260315, consensus, 0);
    expect_conflict(d, YS_STATE_SUBMITTED, first, second, 0);
    dossier_free(d);
}

static void two_corrections_of_one_record_conflict(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    const uint32_t first = dossier_add(d, YS_KIND_CORRECTION, RC, 20260302);
    const uint32_t second = dossier_add(d, YS_KIND_CORRECTION, RC, 20260303);
    dossier_refer(d, first, SUPERSEDES, determination);
    dossier_refer(d, second, SUPERSEDES, determination);
    expect_conflict(d, YS_STATE_DETERMINED, first, second, WHOLE);
    dossier_refer(d, second, SUPERSEDES, first); /* it corrects the correction */
    expect_no_conflict(d, YS_STATE_DETERMINED);
    dossier_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_determinations_are_both_kept_and_the_first_counts),
        cmocka_unit_test(the_topic_is_that_of_the_determination_that_counts),
        cmocka_unit_test(a_determination_that_knows_of_the_first_is_merely_irregular),
        cmocka_unit_test(one_that_supersedes_takes_the_place_of_the_first),
        cmocka_unit_test(two_that_supersede_the_same_conflict),
        cmocka_unit_test(another_unit_cannot_supersede),
        cmocka_unit_test(two_notices_for_one_meeting_conflict_until_a_session_is_held),
        cmocka_unit_test(two_records_of_one_session_conflict),
        cmocka_unit_test(two_consensuses_of_one_session_conflict),
        cmocka_unit_test(shelvings_reopenings_and_closings_conflict),
        cmocka_unit_test(two_plans_for_one_item_conflict_and_for_two_do_not),
        cmocka_unit_test(what_the_street_and_a_department_both_complete_conflicts),
        cmocka_unit_test(an_answer_that_knows_of_the_first_is_merely_irregular),
        cmocka_unit_test(one_record_that_conflicts_on_many_items_is_one_conflict),
        cmocka_unit_test(two_corrections_of_one_record_conflict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
