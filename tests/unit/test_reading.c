#include "node/model/reading.h"

#include "tests/support/dossier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_day_is_the_kinds_own_then_the_occurrence_then_the_signing(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    struct ys_reading r;
    const uint32_t at = write_determination(d, 20260301, NOBODY,
                                            YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED, true);
    d->bodies[at]->topic_determination->met_on->yyyymmdd = 20260228;
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.day, 20260228);
    d->bodies[at]->topic_determination->met_on = NULL;
    d->bodies[at]->occurred_at->date->yyyymmdd = 20260227;
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.day, 20260227);
    d->bodies[at]->occurred_at->when_case = YISHI__V1__MOMENT__WHEN_TIME;
    d->bodies[at]->occurred_at->time = dossier_time(d, 20260226);
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.day, 20260226);
    d->bodies[at]->occurred_at->when_case = YISHI__V1__MOMENT__WHEN__NOT_SET;
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.day, 20260301);
    assert_int_equal(r.outcome, YS_OUTCOME_LISTED);
    assert_true(r.decision_matter);
    dossier_free(d);
}

static void signing_just_before_midnight_is_that_day_in_shanghai(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    struct ys_reading r;
    const uint32_t at = dossier_add(d, YS_KIND_MATTER_CLOSE, YS_BODY_RC, 20260301);
    d->steps[at].signed_at_s = 1709222399; /* 2024-02-29T23:59:59+08:00 */
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.day, 20240229);
    d->steps[at].signed_at_s++;
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.day, 20240301);
    d->steps[at].signed_at_s = ((uint64_t)1 << 40) - 1; /* the greatest that a note can claim */
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.day, 29991231);
    dossier_free(d);
}

static void without_a_body_only_kind_and_signing_are_known(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    struct ys_reading r;
    const uint32_t at = write_response(
        d, 20260320, NOBODY, YISHI__V1__STREET_DECISION__STREET_DECISION_TRANSFER, 20260901, 12);
    ys_reading_of(&d->steps[at], &r);
    assert_true(r.has_content);
    assert_int_equal(r.item_count, 2);
    assert_true(ys_reading_names(&r, 1) && ys_reading_names(&r, 2));
    assert_false(ys_reading_names(&r, 3));
    assert_int_equal(r.due, 20260901);
    d->steps[at].body = NULL;
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.kind, YS_KIND_STREET_RESPONSE);
    assert_false(r.has_content);
    assert_int_equal(r.outcome, YS_OUTCOME_NONE);
    assert_int_equal(r.item_count, 0);
    assert_int_equal(r.day, 20260320);
    dossier_free(d);
}

static void a_body_of_another_kind_is_not_read(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    struct ys_reading r;
    const uint32_t at = write_proposal(d, 20260301);
    const uint32_t other = write_decision(d, 20260302, NOBODY, true, 0);
    d->steps[at].body = d->steps[other].body;
    ys_reading_of(&d->steps[at], &r);
    assert_false(r.has_content);
    assert_int_equal(r.outcome, YS_OUTCOME_NONE);
    dossier_free(d);
}

static void a_value_of_a_newer_version_is_no_outcome(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    struct ys_reading r;
    const uint32_t at = write_session(d, 20260310, NOBODY, (Yishi__V1__SessionResult)5);
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.outcome, YS_OUTCOME_NONE);
    d->bodies[at]->meeting_session->result = (Yishi__V1__SessionResult)-1;
    ys_reading_of(&d->steps[at], &r);
    assert_int_equal(r.outcome, YS_OUTCOME_NONE);
    dossier_free(d);
}

static void a_plan_and_a_consensus_give_their_items_in_full(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    struct ys_reading r;
    struct ys_reading_item item;
    const uint32_t consensus = write_consensus(d, 20260312, NOBODY, "cP", 7);
    char text[] = "粉刷楼道";
    d->bodies[consensus]->consensus->items[1]->text = text;
    d->bodies[consensus]->consensus->items[1]->due = dossier_date(d, 20260701);
    ys_reading_of(&d->steps[consensus], &r);
    ys_reading_item(&r, 1, &item);
    assert_int_equal(item.no, 8);
    assert_string_equal(item.text, text);
    assert_int_equal(item.nature, YS_NATURE_PUBLIC_SERVICE);
    assert_true(item.decision_matter);
    assert_int_equal(item.due, 20260701);

    const uint32_t plan = write_plan(d, 20260315, consensus, YS_BODY_RC, 7, 0);
    d->bodies[plan]->implementation_plan->items[0]->due = dossier_date(d, 20260601);
    ys_reading_of(&d->steps[plan], &r);
    ys_reading_item(&r, 0, &item);
    assert_int_equal(item.no, 7);
    assert_int_equal(item.due, 20260601);
    dossier_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_day_is_the_kinds_own_then_the_occurrence_then_the_signing),
        cmocka_unit_test(signing_just_before_midnight_is_that_day_in_shanghai),
        cmocka_unit_test(without_a_body_only_kind_and_signing_are_known),
        cmocka_unit_test(a_body_of_another_kind_is_not_read),
        cmocka_unit_test(a_value_of_a_newer_version_is_no_outcome),
        cmocka_unit_test(a_plan_and_a_consensus_give_their_items_in_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
