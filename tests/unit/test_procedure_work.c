/* A unit can write as many records into one matter as it likes. What they cost grows with their number,
 * not with its square: work is counted, not time. */
#include "node/model/order.h"
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
#define AMENDED    YISHI__V1__COMPLIANCE_RESULT__COMPLIANCE_RESULT_AMENDED

enum { MANY = 440, A_RECORD = 80 }; /* comparisons; the square would be MANY / 2 a record */

static void expect_work(struct dossier *d, size_t conflicts)
{
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.conflict_count, conflicts);
    assert_true(run.work > 0 || conflicts == 0);
    assert_in_range(run.work, 0, (uint64_t)A_RECORD * d->count);
    ys_procedure_clear(&run);
}

static void conflicting_records_that_know_of_no_other(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    for (uint32_t i = 0; i < MANY; i++)
        (void)write_determination(d, 20260301, proposal, LISTED, false);
    expect_work(d, MANY - 1);
    dossier_free(d);
}

static void conflicting_records_that_name_each_other(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    (void)write_determination(d, 20260301, proposal, LISTED, false);
    uint32_t before = proposal;
    for (uint32_t i = 0; i < MANY; i++) /* none names the first, so each search goes through all */
        before = write_determination(d, 20260302, before, NOT_LISTED, false);
    expect_work(d, MANY);
    dossier_free(d);
}

static void orders_of_correction_and_what_answers_them(void **state)
{
    (void)state;
    uint32_t order[MANY / 2];
    struct dossier *d = dossier_new();
    const uint32_t listed =
        write_determination(d, 20260301, write_proposal(d, 20260201), LISTED, false);
    const uint32_t notice = write_notice(d, 20260302, 20260310, listed);
    const uint32_t session = write_session(d, 20260310, notice, AGREED);
    const uint32_t consensus = write_consensus(d, 20260311, session, "c", 1);
    for (uint32_t i = 0; i < MANY / 2; i++)
        order[i] = write_correction_order(d, 20260312, consensus, YS_BODY_ST, 20260401, 1);
    for (uint32_t i = 0; i < MANY / 2; i++)
        (void)write_compliance(d, 20260313, order[i], AMENDED, 0);
    expect_work(d, 0);
    dossier_free(d);
}

/* By the definition, reference for reference. */
static bool reaches(const struct ys_order *order, uint32_t later, uint32_t earlier)
{
    bool reached[MANY * 2] = {false};
    bool more = true;
    reached[later] = true;
    while (more) {
        more = false;
        for (uint32_t at = 0; at < order->count; at++)
            for (uint32_t i = order->first[at]; reached[at] && i < order->first[at + 1]; i++) {
                more = more || !reached[order->refs[i].to];
                reached[order->refs[i].to] = true;
            }
    }
    return later != earlier && reached[earlier];
}

static void what_is_remembered_is_what_a_search_finds(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (unsigned round = 0; round < 20; round++) {
        const uint32_t count = 120;
        struct dossier *d = dossier_new();
        struct ys_order order;
        (void)write_proposal(d, 20260201);
        for (uint32_t i = 1; i < count; i++) {
            const uint32_t at = write_determination(d, 20260301, NOBODY, LISTED, false);
            for (uint64_t refs = rng_below(&rng, 4); refs > 0; refs--) /* near ones make chains */
                dossier_refer(d, at, YISHI__V1__RELATION__RELATION_BASED_ON,
                              (uint32_t)(i - 1 - rng_below(&rng, i < 5 ? i : 5)));
        }
        assert_int_equal(ys_order_init(d->steps, d->count, &order, NULL), YS_OK);
        for (unsigned i = 0; i < 400; i++) {
            const uint32_t a = (uint32_t)rng_below(&rng, count);
            const uint32_t b = (uint32_t)rng_below(&rng, 3) == 0 ? (uint32_t)rng_below(&rng, count)
                                                                 : (uint32_t)rng_below(&rng, 4);
            assert_int_equal(ys_order_follows(&order, a, b), reaches(&order, a, b));
        }
        ys_order_clear(&order);
        dossier_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conflicting_records_that_know_of_no_other),
        cmocka_unit_test(conflicting_records_that_name_each_other),
        cmocka_unit_test(orders_of_correction_and_what_answers_them),
        cmocka_unit_test(what_is_remembered_is_what_a_search_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
