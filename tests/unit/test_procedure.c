/* The deliberation: every row of the table of DOMAIN.md 3.1 up to the consensus, and the ends. */
#include "node/model/procedure.h"

#include "tests/support/dossier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LISTED     YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED
#define NOT_LISTED YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_NOT_LISTED
#define MERGED     YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_MERGED
#define DEFERRED   YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_DEFERRED
#define AGREED     YISHI__V1__SESSION_RESULT__SESSION_RESULT_CONSENSUS
#define PARTIAL    YISHI__V1__SESSION_RESULT__SESSION_RESULT_PARTIAL
#define NONE       YISHI__V1__SESSION_RESULT__SESSION_RESULT_NONE
#define ADJOURNED  YISHI__V1__SESSION_RESULT__SESSION_RESULT_ADJOURNED

static void no_record_is_no_matter(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.state, YS_STATE_NONE);
    assert_int_equal(run.step_count + run.track_count + run.next_count + run.inbox_count, 0);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void a_proposal_a_collection_or_a_commission_opens_a_matter(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t first = write_proposal(d, 20260201);
    dossier_expect_step(d, YS_STATE_PROPOSED, first, YS_FATE_MOVED, 0);
    const uint32_t second = write_proposal(d, 20260202);
    dossier_expect_step(d, YS_STATE_PROPOSED, second, YS_FATE_NOTED, 0);
    dossier_free(d);

    d = dossier_new();
    (void)write_commission(d, 20260201, 20260601);
    dossier_expect(d, YS_STATE_PROPOSED);
    dossier_free(d);

    d = dossier_new();
    (void)dossier_add(d, YS_KIND_TOPIC_COLLECTION, YS_BODY_RC, 20260201);
    dossier_expect(d, YS_STATE_PROPOSED);
    dossier_free(d);
}

static void the_street_is_asked_before_the_determination(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    const uint32_t request = write_opinion_request(d, 20260202, proposal);
    dossier_expect_step(d, YS_STATE_OPINION_PENDING, request, YS_FATE_MOVED, 0);
    const uint32_t opinion = write_opinion(d, 20260203, request);
    dossier_expect_step(d, YS_STATE_OPINION_PENDING, opinion, YS_FATE_NOTED, 0);
    const uint32_t listed = write_determination(d, 20260301, opinion, LISTED, false);
    dossier_expect_step(d, YS_STATE_DETERMINED, listed, YS_FATE_MOVED, 0);
    const uint32_t late = write_opinion_request(d, 20260302, proposal);
    dossier_expect_step(d, YS_STATE_DETERMINED, late, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);

    d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    const uint32_t after = write_opinion_request(d, 20260302, determination);
    dossier_expect_step(d, YS_STATE_DETERMINED, after, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);
}

static void a_deferred_topic_may_be_put_to_the_street(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t deferred =
        write_determination(d, 20260202, write_proposal(d, 20260201), DEFERRED, false);
    const uint32_t request = write_opinion_request(d, 20260203, deferred);
    dossier_expect_step(d, YS_STATE_OPINION_PENDING, request, YS_FATE_MOVED, 0);
    dossier_free(d);
}

static void a_determination_lists_refuses_merges_or_defers(void **state)
{
    (void)state;
    static const struct {
        Yishi__V1__TopicDecision decision;
        enum ys_state to;
    } rows[] = {{LISTED, YS_STATE_DETERMINED},
                {NOT_LISTED, YS_STATE_NOT_LISTED},
                {MERGED, YS_STATE_MERGED},
                {DEFERRED, YS_STATE_DEFERRED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dossier *d = dossier_new(); /* proposed */
        const uint32_t proposal = write_proposal(d, 20260201);
        (void)write_determination(d, 20260301, proposal, rows[i].decision, false);
        dossier_expect(d, rows[i].to);
        dossier_free(d);

        d = dossier_new(); /* opinion pending */
        const uint32_t request = write_opinion_request(d, 20260202, write_proposal(d, 20260201));
        (void)write_determination(d, 20260301, request, rows[i].decision, false);
        dossier_expect(d, rows[i].to);
        dossier_free(d);

        d = dossier_new(); /* deferred */
        const uint32_t before =
            write_determination(d, 20260202, write_proposal(d, 20260201), DEFERRED, false);
        (void)write_determination(d, 20260301, before, rows[i].decision, false);
        dossier_expect(d, rows[i].to);
        dossier_free(d);
    }
}

static void a_merged_matter_says_into_which(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t merged =
        write_determination(d, 20260301, write_proposal(d, 20260201), MERGED, false);
    char number[] = COMMUNITY "-2026-0007";
    d->bodies[merged]->topic_determination->merged_into = number;

    struct ys_procedure run;
    dossier_run(d, &run);
    assert_string_equal(run.merged_into, number);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void a_determination_without_content_decides_nothing(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t listed = write_to_determined(d, false);
    d->steps[listed].signed_body = d->steps[listed].body;
    d->steps[listed].body = NULL;
    dossier_expect_step(d, YS_STATE_PROPOSED, listed, YS_FATE_IRREGULAR, YS_IRREGULAR_NO_CONTENT);
    dossier_free(d);
}

static void a_notice_is_posted_changed_and_used_by_the_session(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    const uint32_t first = write_notice(d, 20260302, 20260310, determination);
    dossier_expect_step(d, YS_STATE_NOTICED, first, YS_FATE_MOVED, 0);
    const uint32_t changed = write_notice(d, 20260304, 20260312, determination);
    dossier_refer(d, changed, YISHI__V1__RELATION__RELATION_SUPERSEDES, first);
    dossier_expect_step(d, YS_STATE_NOTICED, changed, YS_FATE_MOVED, 0);
    const uint32_t session = write_session(d, 20260312, changed, NONE);
    dossier_expect_step(d, YS_STATE_NO_CONSENSUS, session, YS_FATE_MOVED, 0);
    const uint32_t again = write_notice(d, 20260313, 20260320, determination);
    dossier_expect_step(d, YS_STATE_NOTICED, again, YS_FATE_MOVED, 0);
    dossier_free(d);
}

static void a_notice_of_a_meeting_that_has_been_held_is_late(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    const uint32_t session = write_session(d, 20260310, determination, NONE);
    dossier_expect_step(d, YS_STATE_NO_CONSENSUS, session, YS_FATE_MOVED, YS_IRREGULAR_NO_NOTICE);
    const uint32_t same_day = write_notice(d, 20260305, 20260310, determination);
    dossier_expect_step(d, YS_STATE_NO_CONSENSUS, same_day, YS_FATE_IRREGULAR, YS_IRREGULAR_LATE);
    const uint32_t next_day = write_notice(d, 20260305, 20260311, determination);
    dossier_expect_step(d, YS_STATE_NOTICED, next_day, YS_FATE_MOVED, 0);
    dossier_free(d);
}

static void a_notice_before_the_determination_does_not_fit(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t notice = write_notice(d, 20260302, 20260310, write_proposal(d, 20260201));
    dossier_expect_step(d, YS_STATE_PROPOSED, notice, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    const uint32_t session = write_session(d, 20260310, notice, AGREED);
    dossier_expect_step(d, YS_STATE_PROPOSED, session, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);
}

static void a_session_has_four_results(void **state)
{
    (void)state;
    static const struct {
        Yishi__V1__SessionResult result;
        enum ys_state to;
    } rows[] = {{AGREED, YS_STATE_IN_SESSION},
                {PARTIAL, YS_STATE_IN_SESSION},
                {NONE, YS_STATE_NO_CONSENSUS},
                {ADJOURNED, YS_STATE_IN_SESSION}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dossier *d = dossier_new();
        const uint32_t session = write_to_session(d, false, rows[i].result);
        dossier_expect_step(d, rows[i].to, session, YS_FATE_MOVED, 0);
        dossier_free(d);
    }
}

static void a_session_without_a_notice_counts_and_is_flagged(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t first = write_session(d, 20260310, write_to_determined(d, false), NONE);
    dossier_expect_step(d, YS_STATE_NO_CONSENSUS, first, YS_FATE_MOVED, YS_IRREGULAR_NO_NOTICE);
    const uint32_t second = write_session(d, 20260320, first, AGREED);
    dossier_expect_step(d, YS_STATE_IN_SESSION, second, YS_FATE_MOVED, YS_IRREGULAR_NO_NOTICE);

    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.sessions, 2);
    assert_int_equal(run.round, 2);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void an_adjourned_session_goes_on_under_its_notice(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t first = write_to_session(d, false, ADJOURNED);
    const uint32_t second = write_session(d, 20260311, first, AGREED);
    dossier_expect_step(d, YS_STATE_IN_SESSION, second, YS_FATE_MOVED, 0);
    dossier_free(d);
}

static void a_consensus_needs_a_session_that_agreed(void **state)
{
    (void)state;
    static const Yishi__V1__SessionResult agreeing[] = {AGREED, PARTIAL};
    static const Yishi__V1__SessionResult others[] = {NONE, ADJOURNED};
    for (size_t i = 0; i < 2; i++) {
        struct dossier *d = dossier_new();
        const uint32_t session = write_to_session(d, false, agreeing[i]);
        const uint32_t consensus = write_consensus(d, 20260312, session, "c", 1);
        dossier_expect_step(d, YS_STATE_CONSENSUS, consensus, YS_FATE_MOVED, 0);
        dossier_free(d);

        d = dossier_new();
        const uint32_t fruitless = write_to_session(d, false, others[i]);
        const uint32_t claimed = write_consensus(d, 20260312, fruitless, "c", 1);
        dossier_expect_step(d, i == 0 ? YS_STATE_NO_CONSENSUS : YS_STATE_IN_SESSION, claimed,
                            YS_FATE_IRREGULAR, YS_IRREGULAR_NO_AGREEMENT);
        dossier_free(d);
    }
    struct dossier *d = dossier_new();
    const uint32_t unheld = write_consensus(d, 20260312, write_to_determined(d, false), "c", 1);
    dossier_expect_step(d, YS_STATE_DETERMINED, unheld, YS_FATE_IRREGULAR,
                        YS_IRREGULAR_NO_AGREEMENT);
    dossier_free(d);
}

static void a_consensus_without_items_decides_nothing(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t empty = write_consensus(d, 20260312, write_to_session(d, false, AGREED), "", 1);
    dossier_expect_step(d, YS_STATE_IN_SESSION, empty, YS_FATE_IRREGULAR, YS_IRREGULAR_NO_CONTENT);
    dossier_free(d);
}

static void an_agreement_stays_until_it_is_written_down(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t agreed = write_to_session(d, false, AGREED);
    (void)write_notice(d, 20260311, 20260320, agreed);
    dossier_expect(d, YS_STATE_NOTICED);
    const uint32_t consensus = write_consensus(d, 20260312, agreed, "c", 1);
    dossier_expect_step(d, YS_STATE_CONSENSUS, consensus, YS_FATE_MOVED, 0);
    dossier_free(d);
}

static void a_consensus_on_a_part_lets_the_rest_go_on(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t first = write_to_session(d, false, PARTIAL);
    (void)write_consensus(d, 20260312, first, "c", 1);
    const uint32_t unmet = write_consensus(d, 20260312, first + 1, "p", 2);
    dossier_expect_step(d, YS_STATE_CONSENSUS, unmet, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    const uint32_t notice = write_notice(d, 20260313, 20260320, first);
    dossier_expect_step(d, YS_STATE_CONSENSUS, notice, YS_FATE_MOVED, 0);
    const uint32_t second = write_session(d, 20260320, notice, AGREED);
    dossier_expect_step(d, YS_STATE_CONSENSUS, second, YS_FATE_MOVED, 0);
    const uint32_t rest = write_consensus(d, 20260321, second, "p", 2);
    dossier_expect_step(d, YS_STATE_CONSENSUS, rest, YS_FATE_MOVED, 0);

    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.item_count, 2);
    ys_procedure_clear(&run);

    const uint32_t over = write_session(d, 20260330, rest, AGREED);
    dossier_expect_step(d, YS_STATE_CONSENSUS, over, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);
}

static void shelving_follows_two_sessions_without_consensus(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t first = write_to_session(d, false, NONE);
    const uint32_t notice = write_notice(d, 20260311, 20260320, first);
    const uint32_t second = write_session(d, 20260320, notice, NONE);
    const uint32_t shelved = write_shelving(d, 20260321, second, 0);
    dossier_expect_step(d, YS_STATE_SHELVED, shelved, YS_FATE_MOVED, 0);
    dossier_free(d);

    d = dossier_new(); /* one is flagged, and counts */
    const uint32_t hasty = write_shelving(d, 20260321, write_to_session(d, false, NONE), 0);
    dossier_expect_step(d, YS_STATE_SHELVED, hasty, YS_FATE_MOVED, YS_IRREGULAR_FEW_SESSIONS);
    d->values[0] = (struct ys_parameter_value){
        .id = YS_PARAMETER_SHELVE_MIN_SESSIONS, .value = 1, .effective_from = 20260101};
    memcpy(d->values[0].scope.digits, DISTRICT, sizeof DISTRICT);
    d->parameters.count = 1; /* unless the district has said that one is enough */
    dossier_expect_step(d, YS_STATE_SHELVED, hasty, YS_FATE_MOVED, 0);
    dossier_free(d);

    d = dossier_new(); /* and none does not fit */
    const uint32_t early = write_shelving(d, 20260321, write_to_determined(d, false), 0);
    dossier_expect_step(d, YS_STATE_DETERMINED, early, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);
}

static void what_is_shelved_is_reopened_published_or_closed(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t shelved = write_shelving(d, 20260321, write_to_session(d, false, NONE), 0);
    const uint32_t early = write_close(d, 20260322, shelved);
    dossier_expect_step(d, YS_STATE_SHELVED, early, YS_FATE_IRREGULAR, YS_IRREGULAR_UNENDED);
    const uint32_t published = write_publication(
        d, 20260325, shelved, YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_SHELVING);
    dossier_expect_step(d, YS_STATE_PUBLISHED, published, YS_FATE_MOVED, 0);
    (void)write_evaluation(d, 20260401, published);
    dossier_expect(d, YS_STATE_EVALUATED);
    const uint32_t reopened = write_reopening(d, 20260501, shelved);
    dossier_expect_step(d, YS_STATE_DETERMINED, reopened, YS_FATE_MOVED, 0);

    struct ys_procedure run; /* a new round, of the sessions of the whole */
    dossier_run(d, &run);
    assert_int_equal(run.sessions, 1);
    assert_int_equal(run.round, 0);
    ys_procedure_clear(&run);

    const uint32_t twice = write_reopening(d, 20260502, reopened);
    dossier_expect_step(d, YS_STATE_DETERMINED, twice, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);

    d = dossier_new();
    const uint32_t kept = write_shelving(d, 20260321, write_to_session(d, false, NONE), 0);
    const uint32_t told = write_publication(d, 20260325, kept,
                                            YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_SHELVING);
    (void)write_close(d, 20270325, told);
    dossier_expect(d, YS_STATE_CLOSED);
    dossier_free(d);
}

static void what_is_not_listed_or_merged_is_closed_and_archived(void **state)
{
    (void)state;
    static const Yishi__V1__TopicDecision decisions[] = {NOT_LISTED, MERGED};
    for (size_t i = 0; i < 2; i++) {
        struct dossier *d = dossier_new();
        const uint32_t refused =
            write_determination(d, 20260301, write_proposal(d, 20260201), decisions[i], false);
        const uint32_t notice = write_notice(d, 20260302, 20260310, refused);
        dossier_expect_step(d, i == 0 ? YS_STATE_NOT_LISTED : YS_STATE_MERGED, notice,
                            YS_FATE_IRREGULAR, YS_IRREGULAR_ENDED);
        const uint32_t closed = write_close(d, 20260303, refused);
        dossier_expect_step(d, YS_STATE_CLOSED, closed, YS_FATE_MOVED, 0);
        const uint32_t archived = write_archive(d, 20270101, closed);
        dossier_expect_step(d, YS_STATE_ARCHIVED, archived, YS_FATE_MOVED, 0);
        const uint32_t again = write_archive(d, 20270102, closed);
        dossier_expect_step(d, YS_STATE_ARCHIVED, again, YS_FATE_NOTED, 0);
        dossier_free(d);
    }
}

static void nothing_is_archived_before_it_is_closed(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t archived = write_archive(d, 20260401, write_to_determined(d, false));
    dossier_expect_step(d, YS_STATE_DETERMINED, archived, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    dossier_free(d);
}

static void a_matter_whose_proposals_are_withdrawn_is_at_its_end(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t first = write_proposal(d, 20260201);
    const uint32_t second = write_proposal(d, 20260202);
    d->steps[first].withdrawn = true;
    dossier_expect_step(d, YS_STATE_PROPOSED, first, YS_FATE_WITHDRAWN, 0);
    d->steps[second].withdrawn = true;
    dossier_expect_step(d, YS_STATE_WITHDRAWN, second, YS_FATE_WITHDRAWN, 0);
    const uint32_t listed = write_determination(d, 20260301, first, LISTED, false);
    dossier_expect_step(d, YS_STATE_WITHDRAWN, listed, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    const uint32_t closed = write_close(d, 20260302, first);
    dossier_expect_step(d, YS_STATE_CLOSED, closed, YS_FATE_MOVED, 0);
    dossier_free(d);
}

static void a_withdrawal_after_completion_is_too_late(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "c");
    const uint32_t plan = write_plan(d, 20260315, consensus, YS_BODY_RC, 1, 0);
    d->steps[0].withdrawn = true;
    dossier_expect_step(d, YS_STATE_WITHDRAWN, plan, YS_FATE_IRREGULAR, YS_IRREGULAR_ENDED);
    (void)write_completion(d, 20260401, plan, YS_BODY_RC, 1);
    dossier_expect_step(d, YS_STATE_COMPLETED, 0, YS_FATE_MOVED, YS_IRREGULAR_LATE);
    dossier_free(d);
}

static void a_withdrawn_step_is_as_if_it_had_not_been(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t session = write_to_session(d, false, NONE);
    dossier_expect(d, YS_STATE_NO_CONSENSUS);
    d->steps[session].withdrawn = true;
    dossier_expect_step(d, YS_STATE_NOTICED, session, YS_FATE_WITHDRAWN, 0);
    dossier_free(d);
}

static void what_came_after_the_closing_moves_nothing(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t refused =
        write_determination(d, 20260301, write_proposal(d, 20260201), NOT_LISTED, false);
    const uint32_t closed = write_close(d, 20260303, refused);
    const uint32_t session = write_session(d, 20260310, closed, AGREED);
    dossier_expect_step(d, YS_STATE_CLOSED, session, YS_FATE_IRREGULAR, YS_IRREGULAR_ENDED);
    const uint32_t twice = write_close(d, 20260304, closed);
    dossier_expect_step(d, YS_STATE_CLOSED, twice, YS_FATE_IRREGULAR, YS_IRREGULAR_STATE);
    const uint32_t objection = dossier_add(d, YS_KIND_OBJECTION, YS_BODY_RC, 20260305);
    dossier_expect_step(d, YS_STATE_CLOSED, objection, YS_FATE_NOTED, 0);
    dossier_free(d);
}

static void a_unit_without_part_in_the_matter_moves_nothing(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    const uint32_t notice = write_notice(d, 20260302, 20260310, determination);
    dossier_put(d, notice, NEIGHBOUR, 1, 0);
    dossier_expect_step(d, YS_STATE_DETERMINED, notice, YS_FATE_IRREGULAR, YS_IRREGULAR_FOREIGN);
    dossier_put(d, notice, COMMUNITY, 1, notice);
    dossier_expect_step(d, YS_STATE_NOTICED, notice, YS_FATE_MOVED, 0);
    const uint32_t acknowledged =
        write_acknowledgement(d, 20260303, determination, YS_BODY_RC, NEIGHBOUR);
    dossier_expect_step(d, YS_STATE_NOTICED, acknowledged, YS_FATE_NOTED, 0);
    dossier_free(d);
}

static void a_kind_of_a_newer_version_is_kept_as_unknown(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t determination = write_to_determined(d, false);
    const uint32_t newer = dossier_add(d, YS_KIND_OBJECTION, YS_BODY_RC, 20260302);
    d->steps[newer].kind = NULL;
    d->steps[newer].body = NULL;
    dossier_expect_step(d, YS_STATE_DETERMINED, newer, YS_FATE_UNKNOWN, 0);
    assert_true(determination < newer);
    dossier_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_record_is_no_matter),
        cmocka_unit_test(a_proposal_a_collection_or_a_commission_opens_a_matter),
        cmocka_unit_test(the_street_is_asked_before_the_determination),
        cmocka_unit_test(a_deferred_topic_may_be_put_to_the_street),
        cmocka_unit_test(a_determination_lists_refuses_merges_or_defers),
        cmocka_unit_test(a_merged_matter_says_into_which),
        cmocka_unit_test(a_determination_without_content_decides_nothing),
        cmocka_unit_test(a_notice_is_posted_changed_and_used_by_the_session),
        cmocka_unit_test(a_notice_of_a_meeting_that_has_been_held_is_late),
        cmocka_unit_test(a_notice_before_the_determination_does_not_fit),
        cmocka_unit_test(a_session_has_four_results),
        cmocka_unit_test(a_session_without_a_notice_counts_and_is_flagged),
        cmocka_unit_test(an_adjourned_session_goes_on_under_its_notice),
        cmocka_unit_test(a_consensus_needs_a_session_that_agreed),
        cmocka_unit_test(a_consensus_without_items_decides_nothing),
        cmocka_unit_test(an_agreement_stays_until_it_is_written_down),
        cmocka_unit_test(a_consensus_on_a_part_lets_the_rest_go_on),
        cmocka_unit_test(shelving_follows_two_sessions_without_consensus),
        cmocka_unit_test(what_is_shelved_is_reopened_published_or_closed),
        cmocka_unit_test(what_is_not_listed_or_merged_is_closed_and_archived),
        cmocka_unit_test(nothing_is_archived_before_it_is_closed),
        cmocka_unit_test(a_matter_whose_proposals_are_withdrawn_is_at_its_end),
        cmocka_unit_test(a_withdrawal_after_completion_is_too_late),
        cmocka_unit_test(a_withdrawn_step_is_as_if_it_had_not_been),
        cmocka_unit_test(what_came_after_the_closing_moves_nothing),
        cmocka_unit_test(a_unit_without_part_in_the_matter_moves_nothing),
        cmocka_unit_test(a_kind_of_a_newer_version_is_kept_as_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
