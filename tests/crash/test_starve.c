/* Nodes that have no memory at any moment: the shipped stores, sessions, membership
 * and witnesses in one process (tests/support/world.h), linked so that the n-th
 * malloc, calloc, realloc or reallocarray of our code gives NULL. A node to which that happens
 * ends, as the daemon does, and starts again from its store. */
#include "sync/verdict.h"
#include "tests/support/cast.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WORLDS = 30,
    RECORDS = 12,
    HUNGRY_STEPS = 400,
    SETTLE_STEPS = 20000,
    SITES_MAX = 256,
    DEEP = 24
};

/* What the wraps below and a test share. */
static struct {
    unsigned left; /* 0: nothing fails */
    bool fed;      /* what runs is the world, and no node */
    uintptr_t site[SITES_MAX];
    size_t sites; /* places in our code where an allocation failed */
    size_t failures;
} hunger;

static bool fails(const void *caller)
{
    if (hunger.fed || hunger.left == 0 || --hunger.left != 0)
        return false;
    hunger.failures++;
    for (size_t i = 0; i < hunger.sites; i++)
        if (hunger.site[i] == (uintptr_t)caller)
            return true;
    assert_true(hunger.sites < SITES_MAX);
    hunger.site[hunger.sites++] = (uintptr_t)caller;
    return true;
}

/* The linker's names for --wrap. */
void *__real_malloc(size_t size);                                  /* NOLINT */
void *__real_calloc(size_t count, size_t size);                    /* NOLINT */
void *__real_realloc(void *block, size_t size);                    /* NOLINT */
void *__real_reallocarray(void *block, size_t count, size_t size); /* NOLINT */
void *__wrap_malloc(size_t size);                                  /* NOLINT */
void *__wrap_calloc(size_t count, size_t size);                    /* NOLINT */
void *__wrap_realloc(void *block, size_t size);                    /* NOLINT */
void *__wrap_reallocarray(void *block, size_t count, size_t size); /* NOLINT */

void *__wrap_malloc(size_t size) /* NOLINT */
{
    return fails(__builtin_return_address(0)) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) /* NOLINT */
{
    return fails(__builtin_return_address(0)) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) /* NOLINT */
{
    return fails(__builtin_return_address(0)) ? NULL : __real_realloc(block, size);
}

void *__wrap_reallocarray(void *block, size_t count, size_t size) /* NOLINT */
{
    return fails(__builtin_return_address(0)) ? NULL : __real_reallocarray(block, count, size);
}

static void feed(bool fed)
{
    hunger.fed = fed;
}

/* Each second thing that happens meets the n-th allocation that fails, n drawn anew; few of them have
 * many. */
static void live_hungry(struct world *w, struct rng *rng)
{
    for (int step = 0; step < HUNGRY_STEPS; step++) {
        const unsigned deep = rng_below(rng, 3) == 0 ? DEEP : 5;
        if (step % (HUNGRY_STEPS / RECORDS) == 0)
            world_publish(w, (int)rng_below(rng, world_node_count(w)));
        hunger.left = step % 2 == 0 ? 1 + (unsigned)rng_below(rng, deep) : 0;
        world_run(w, 1);
        hunger.left = 0;
    }
}

static void a_node_that_has_no_memory_starts_again_and_nothing_is_lost(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);

    for (int i = 0; i < WORLDS; i++) {
        struct world *const w = world_new(
            &(struct world_options){.seed = rng_next(&rng), .streets = 1, .communities = 2});
        hunger.fed = true;
        world_starve(w, feed);
        live_hungry(w, &rng);

        assert_true(world_settles(w, SETTLE_STEPS));
        assert_true(world_is_complete(w));
        world_free(w);
    }

    printf("%zu allocations failed, at %zu places\n", hunger.failures, hunger.sites);
    assert_true(hunger.failures > (size_t)WORLDS * 20);
    assert_true(hunger.sites > 10);
}

/* --- one record, and the membership that it is judged by --- */

struct court {
    struct cast cast;
    struct ys_member *member;
    struct scribe_record record;
};

static void open_court(struct court *court)
{
    const enum cast_role district = CAST_DISTRICT;
    cast_open(&court->cast, __func__, CAST_COMMUNITY);
    cast_enrol_all(&court->cast);
    cast_keep_head(&court->cast, CAST_STREET, cast_log(&court->cast, CAST_STREET).frontier.size,
                   &district, 1, 1764000100);
    const struct cast_unit *const unit = &court->cast.unit[CAST_COMMUNITY];
    const struct ys_signer *const rc = &unit->body[0];
    assert_int_equal(ys_member_new(&court->cast.root, &unit->origin.division, &court->member, NULL),
                     YS_OK);
    cast_write(&court->cast, CAST_COMMUNITY, scribe_acknowledgement(&court->cast.rng), &rc, 1,
               &court->record);
}

static void close_court(struct court *court)
{
    ys_member_free(court->member);
    cast_close(&court->cast);
}

static enum ys_code rebuild(struct court *court, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    bool changed = false;
    const enum ys_code code = ys_store_begin(court->cast.store, false, &txn, err);
    return code != YS_OK ? code : ys_member_rebuild(court->member, txn, &changed, err);
}

/* What is kept in one turn is recalled in the next. */
static enum ys_code recall(struct court *court, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(court->cast.store, true, &txn, err);
    if (code == YS_OK)
        code = ys_member_recall(court->member, txn, NULL, err);
    if (code == YS_OK)
        code = ys_member_keep(court->member, txn, err);
    return code != YS_OK ? code : ys_txn_commit(&txn, err);
}

static enum ys_verdict judge(const struct court *court, struct ys_err *err)
{
    const struct ys_entry entry = scribe_entry(&court->record);
    return ys_judge(court->member, &court->cast.unit[CAST_COMMUNITY].origin, 0, &entry, err);
}

static void a_membership_is_rebuilt_as_a_whole_or_stays_as_it_was(void **state)
{
    (void)state;
    static struct court court;
    unsigned n = 0;
    size_t keys = 0;
    open_court(&court);
    hunger.fed = false;

    for (bool failed = true; failed;) { /* also those which it can do without */
        struct ys_err err = {0};
        hunger.left = ++n;
        const enum ys_code code = rebuild(&court, &err);
        failed = hunger.left == 0;
        hunger.left = 0;
        assert_true(failed ? code == YS_OK || code == YS_NOMEM : code == YS_OK);
        assert_true(code == YS_OK || err.msg[0] != '\0');
        if (code == YS_OK && keys == 0)
            keys = ys_member_key_count(court.member);
        assert_int_equal(ys_member_key_count(court.member), keys);
    }

    assert_true(n > 8 && keys > 0);
    assert_int_equal(judge(&court, NULL), YS_VERDICT_OK);
    close_court(&court);
}

static void what_is_kept_of_a_membership_is_recalled_as_a_whole(void **state)
{
    (void)state;
    static struct court court;
    unsigned n[2] = {0};
    size_t keys = 0;
    open_court(&court);
    hunger.fed = false;

    for (int turn = 0; turn < 2; turn++) {
        for (bool failed = true; failed;) {
            struct ys_err err = {0};
            hunger.left = ++n[turn];
            const enum ys_code code = recall(&court, &err);
            failed = hunger.left == 0;
            hunger.left = 0;
            assert_true(failed ? code == YS_OK || code == YS_NOMEM : code == YS_OK);
            assert_true(code == YS_OK || err.msg[0] != '\0');
            if (turn == 1)
                assert_int_equal(ys_member_key_count(court.member), keys);
        }
        keys = ys_member_key_count(court.member);
    }

    assert_true(n[1] > 3 && n[0] > n[1]); /* the second time no record was read */
    assert_int_equal(judge(&court, NULL), YS_VERDICT_OK);
    close_court(&court);
}

static void a_record_is_not_bad_because_there_was_no_memory_to_judge_it(void **state)
{
    (void)state;
    static struct court court;
    enum ys_verdict verdict = YS_VERDICT_UNCHECKED;
    unsigned n = 0;
    open_court(&court);
    assert_int_equal(rebuild(&court, NULL), YS_OK);
    hunger.fed = false;

    while (verdict != YS_VERDICT_OK) {
        struct ys_err err = {0};
        hunger.left = ++n;
        verdict = judge(&court, &err);
        hunger.left = 0;
        assert_true(verdict == YS_VERDICT_OK ||
                    (verdict == YS_VERDICT_UNCHECKED && err.code == YS_NOMEM));
    }

    assert_true(n > 1);
    close_court(&court);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_membership_is_rebuilt_as_a_whole_or_stays_as_it_was),
        cmocka_unit_test(what_is_kept_of_a_membership_is_recalled_as_a_whole),
        cmocka_unit_test(a_record_is_not_bad_because_there_was_no_memory_to_judge_it),
        cmocka_unit_test(a_node_that_has_no_memory_starts_again_and_nothing_is_lost),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
