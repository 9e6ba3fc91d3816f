#include "node/audit/crew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Pieces are numbers; the work squares them. */
struct piece {
    uint64_t number, square;
};
struct plan {
    uint64_t given, wanted; /* pieces */
    uint64_t next_fails_at; /* UINT64_MAX: never */
    uint64_t take_fails_at;
    uint64_t taken, taken_after_failure, sum;
};

static enum ys_code next(void *context, void *pointer, struct ys_err *err)
{
    struct plan *const plan = context;
    struct piece *const piece = pointer;
    if (plan->given == plan->next_fails_at)
        return ys_fail(err, YS_IO, "no piece");
    if (plan->given == plan->wanted)
        return YS_NOT_FOUND;
    assert_int_equal(piece->square, 0);
    piece->number = plan->given++;
    return YS_OK;
}

static void work(void *context, void *pointer)
{
    struct piece *const piece = pointer;
    (void)context;
    piece->square = piece->number * piece->number;
}

static enum ys_code take(void *context, void *pointer, bool failed, struct ys_err *err)
{
    struct plan *const plan = context;
    const struct piece *const piece = pointer;
    assert_int_equal(piece->number, plan->taken + plan->taken_after_failure);
    if (failed) {
        plan->taken_after_failure++;
        return YS_OK;
    }
    plan->taken++;
    plan->sum += piece->square;
    return piece->number == plan->take_fails_at ? ys_fail(err, YS_CORRUPT, "no") : YS_OK;
}

static enum ys_code run(struct plan *plan, unsigned threads)
{
    const struct ys_crew_options options = {.threads = threads,
                                            .piece_size = sizeof(struct piece),
                                            .context = plan,
                                            .next = next,
                                            .work = work,
                                            .take = take};
    struct ys_err err = {0};
    return ys_crew_run(&options, &err);
}

static void all_pieces_are_done_and_taken_in_order(void **state)
{
    (void)state;
    for (unsigned threads = 0; threads < 6; threads++)
        for (uint64_t wanted = 0; wanted < 100; wanted = wanted * 2 + 1) {
            struct plan plan = {
                .wanted = wanted, .next_fails_at = UINT64_MAX, .take_fails_at = UINT64_MAX};
            uint64_t sum = 0;
            for (uint64_t i = 0; i < wanted; i++)
                sum += i * i;

            assert_int_equal(run(&plan, threads), YS_OK);

            assert_int_equal(plan.taken, wanted);
            assert_int_equal(plan.sum, sum);
        }
}

static void a_failure_ends_it_and_what_was_given_is_still_taken(void **state)
{
    (void)state;
    for (uint64_t at = 0; at < 40; at++) {
        struct plan plan = {.wanted = 40, .next_fails_at = at, .take_fails_at = UINT64_MAX};
        assert_int_equal(run(&plan, 3), YS_IO);
        assert_int_equal(plan.taken + plan.taken_after_failure, plan.given);

        plan = (struct plan){.wanted = 40, .next_fails_at = UINT64_MAX, .take_fails_at = at};
        assert_int_equal(run(&plan, 3), YS_CORRUPT);
        assert_int_equal(plan.taken, at + 1);
        assert_int_equal(plan.taken + plan.taken_after_failure, plan.given);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pieces_are_done_and_taken_in_order),
        cmocka_unit_test(a_failure_ends_it_and_what_was_given_is_still_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
