/* Errands give what they give without a thread, in the order in which they are sent. */
#include "node/model/errand.h"

#include "tests/support/cast.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>

enum { COUNT = 500 };

/* Reads one log's row, and remembers who did. */
struct look {
    struct ys_errand errand;
    uint32_t log;
    uint64_t size;
    pthread_t by;
};

static enum ys_code look_at(struct ys_errand *self, struct ys_txn *txn, struct ys_err *err)
{
    struct look *const look = (struct look *)self;
    struct ys_log log;
    look->by = pthread_self();
    const enum ys_code code = ys_log_load(txn, look->log, &log, NULL);
    if (code != YS_OK)
        return ys_fail(err, code, "no log %u", look->log);
    look->size = log.frontier.size;
    return YS_OK;
}

/* `away`: how many were done by another thread. */
static void send_all(struct cast *cast, struct ys_txn *txn, bool wait_for_all, size_t *away)
{
    struct look look[COUNT];
    struct ys_errands *errands = NULL;
    const uint64_t size = cast_log(cast, CAST_DISTRICT).frontier.size;
    assert_int_equal(ys_errands_new(cast->store, txn, &errands, NULL), YS_OK);
    size_t awaited = 0;
    *away = 0;
    for (size_t sent = 0; sent < COUNT; sent++) {
        look[sent] = (struct look){.errand = {.run = look_at}, .log = sent % 10 == 9 ? 900 : 0};
        ys_errands_send(errands, &look[sent].errand);
        while (sent + 1 - awaited >= YS_ERRANDS_MAX ||
               (wait_for_all && sent + 1 == COUNT && awaited < COUNT)) {
            struct ys_err err = {0};
            const struct look *const next = &look[awaited];
            const enum ys_code code = ys_errands_wait(errands, &next->errand, &err);
            assert_int_equal(code, awaited % 10 == 9 ? YS_NOT_FOUND : YS_OK);
            assert_true(code == YS_OK ? next->size == size : err.code == YS_NOT_FOUND);
            *away += pthread_equal(next->by, pthread_self()) == 0;
            awaited++;
        }
    }
    ys_errands_free(errands);
}

static void many_are_done_by_another_thread(void **state)
{
    struct cast *const cast = *state;
    YS_TXN_SCOPED txn = NULL;
    size_t away = 0;
    assert_int_equal(ys_store_begin(cast->store, false, &txn, NULL), YS_OK);
    send_all(cast, txn, true, &away);
    assert_in_range(away, COUNT / 2, COUNT);
}

static void what_nobody_awaits_is_left(void **state)
{
    struct cast *const cast = *state;
    YS_TXN_SCOPED txn = NULL;
    size_t away = 0;
    assert_int_equal(ys_store_begin(cast->store, false, &txn, NULL), YS_OK);
    send_all(cast, txn, false, &away);
    assert_in_range(away, 1, COUNT);
}

static void without_the_same_view_they_are_done_here(void **state)
{
    struct cast *const cast = *state;
    YS_TXN_SCOPED txn = NULL;
    YS_TXN_SCOPED writer = NULL;
    struct ys_log log;
    size_t away = 0;
    assert_int_equal(ys_store_begin(cast->store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_store_begin(cast->store, true, &writer, NULL), YS_OK);
    assert_int_equal(ys_log_load(writer, 0, &log, NULL), YS_OK);
    assert_int_equal(ys_log_touch(writer, &log, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&writer, NULL), YS_OK);
    send_all(cast, txn, true, &away);
    assert_int_equal(away, 0);
}

static int set_up(void **state)
{
    struct cast *const cast = calloc(1, sizeof *cast);
    assert_non_null(cast);
    assert_true(sodium_init() >= 0);
    cast_open(cast, "errand", CAST_DISTRICT);
    cast_enrol_all(cast);
    *state = cast;
    return 0;
}

static int tear_down(void **state)
{
    cast_close(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_are_done_by_another_thread, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_awaits_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_the_same_view_they_are_done_here, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
