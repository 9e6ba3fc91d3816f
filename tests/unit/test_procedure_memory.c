/* Each allocation of a run fails once: the run says so, leaves nothing, and loses nothing. The program
 * is linked with calloc and realloc wrapped. */
#include "node/model/procedure.h"

#include "tests/support/dossier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the linker */
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static size_t left = SIZE_MAX; /* allocations until one fails */

static bool fails(void)
{
    if (left == SIZE_MAX)
        return false;
    return left-- == 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "cpmCPcpmc");
    const uint32_t order = write_correction_order(d, 20260401, consensus, YS_BODY_ST, 0, 0);
    (void)write_determination(d, 20260302, 0, YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_NOT_LISTED,
                              false);
    (void)dossier_add(d, YS_KIND_OBJECTION, YS_BODY_RC, 20260402);
    assert_true(order > consensus);

    struct ys_procedure run;
    struct ys_err err = {.code = YS_OK};
    size_t failed = 0;
    enum ys_code code = YS_NOMEM;
    while (code == YS_NOMEM) {
        left = failed;
        code = ys_procedure_run(d->steps, d->count, &d->parameters, &run, &err);
        left = SIZE_MAX;
        if (code == YS_NOMEM) {
            failed++;
            assert_int_equal(err.code, YS_NOMEM);
            assert_null(run.steps);
            assert_null(run.tracks);
            assert_null(run.next);
            assert_null(run.inbox);
            assert_null(run.conflicts);
        }
    }
    assert_int_equal(code, YS_OK);
    assert_true(failed > 20);
    assert_int_equal(run.state, YS_STATE_UNDER_CORRECTION);
    assert_int_equal(run.conflict_count, 1);
    ys_procedure_clear(&run);
    dossier_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
