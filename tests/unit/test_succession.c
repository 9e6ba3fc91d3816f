/* Succession of a district's root: sync/member and sync/verdict together. */
#include "sync/verdict.h"
#include "tests/support/cast.h"
#include "tests/support/member_twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* The cast's root of one key commits to a successor of two, both of which must sign; the district is
 * enrolled under the first. */
struct desk {
    struct cast cast;
    struct ys_member *member;
    struct ys_root next;
    struct ys_signer next_key[2];
    struct ys_signer fresh[3]; /* keys of da that are to be registered */
    struct scribe_record record;
    struct ys_err why;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    struct cast *const cast = &desk->cast;
    cast_open(cast, "test_succession", CAST_DISTRICT);
    desk->next = cast->root;
    desk->next.threshold = 2;
    for (unsigned i = 0; i < 2; i++) {
        cast_rekey(cast, &cast->root_key[i], &desk->next_key[i]);
        desk->next.key[i] = desk->next_key[i].vkey;
    }
    for (unsigned i = 0; i < 3; i++)
        cast_rekey(cast, &cast->unit[CAST_DISTRICT].body[0], &desk->fresh[i]);
    cast->root.has_next = true;
    ys_root_fingerprint(&desk->next, &cast->root.next);
    cast_enrol(cast, CAST_DISTRICT, CAST_DISTRICT, 1, &cast->root_key[0]);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_member_free(desk->member);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

static void rebuild(struct desk *desk, bool with_successor)
{
    ys_member_free(desk->member);
    desk->member = NULL;
    assert_int_equal(
        ys_member_new(&desk->cast.root, &desk->cast.root.division, &desk->member, NULL), YS_OK);
    if (with_successor)
        assert_int_equal(ys_member_succeed(desk->member, &desk->next, NULL), YS_OK);
    member_twin_rebuild(desk->cast.store, &desk->cast.root.division, desk->member);
}

/* Register a fresh key of da in the district's log. */
static uint64_t enrol(struct desk *desk, unsigned i, const struct ys_signer *a,
                      const struct ys_signer *b)
{
    const struct ys_signer *const signers[] = {a, b};
    cast_write(&desk->cast, CAST_DISTRICT,
               scribe_body_register(&desk->fresh[i].vkey, desk->cast.unit[CAST_DISTRICT].log, 0),
               signers, b == NULL ? 1 : 2, &desk->record);
    const struct ys_entry entry = scribe_entry(&desk->record);
    return cast_append(&desk->cast, CAST_DISTRICT, &entry);
}

static bool knows(const struct desk *desk, const struct ys_signer *signer)
{
    for (size_t i = 0; i < ys_member_key_count(desk->member); i++)
        if (ys_vkey_equal(&ys_member_key_at(desk->member, i)->vkey, &signer->vkey))
            return true;
    return false;
}

static enum ys_verdict judge_last(struct desk *desk, uint64_t index)
{
    const struct ys_entry entry = scribe_entry(&desk->record);
    return ys_judge(desk->member, &desk->cast.unit[CAST_DISTRICT].origin, index, &entry,
                    &desk->why);
}

static void a_successor_is_in_force_from_the_first_record_that_it_signs(void **state)
{
    struct desk *const desk = *state;
    const uint64_t before = enrol(desk, 0, &desk->cast.root_key[0], NULL);

    const uint64_t first = enrol(desk, 1, &desk->next_key[0], &desk->next_key[1]);
    rebuild(desk, true);

    assert_true(knows(desk, &desk->fresh[0]));
    assert_true(knows(desk, &desk->fresh[1]));
    assert_int_equal(judge_last(desk, first), YS_VERDICT_OK);
    assert_int_equal(ys_member_root_at(desk->member, before)->threshold, 1);
    assert_int_equal(ys_member_root_at(desk->member, first)->threshold, 2);
}

static void after_a_succession_the_old_keys_have_no_effect(void **state)
{
    struct desk *const desk = *state;
    (void)enrol(desk, 0, &desk->next_key[0], &desk->next_key[1]);
    const uint64_t late = enrol(desk, 1, &desk->cast.root_key[0], &desk->cast.root_key[1]);
    rebuild(desk, true);

    assert_false(knows(desk, &desk->fresh[1]));
    assert_true(knows(desk, &desk->cast.unit[CAST_DISTRICT].body[0])); /* from before: stays */
    assert_int_equal(judge_last(desk, late), YS_VERDICT_BAD);
    assert_non_null(strstr(desk->why.msg, "not valid at this place"));
}

static void too_few_keys_of_the_successor_change_nothing(void **state)
{
    struct desk *const desk = *state;
    (void)enrol(desk, 0, &desk->next_key[0], NULL);
    (void)enrol(desk, 1, &desk->cast.root_key[0], NULL);
    rebuild(desk, true);

    assert_false(knows(desk, &desk->fresh[0]));
    assert_true(knows(desk, &desk->fresh[1]));
    assert_int_equal(ys_member_root_at(desk->member, UINT64_MAX)->threshold, 1);
}

static void who_has_not_been_given_the_successor_does_not_know_its_keys(void **state)
{
    struct desk *const desk = *state;
    const uint64_t first = enrol(desk, 0, &desk->next_key[0], &desk->next_key[1]);
    rebuild(desk, false);

    assert_false(knows(desk, &desk->fresh[0]));
    assert_int_equal(judge_last(desk, first), YS_VERDICT_UNKNOWN_KEY);
}

static void only_the_successor_that_was_committed_to_is_taken(void **state)
{
    struct desk *const desk = *state;
    rebuild(desk, false);
    desk->next.threshold = 1;

    assert_int_equal(ys_member_succeed(desk->member, &desk->next, NULL), YS_DENIED);

    assert_int_equal(ys_member_roots(desk->member)->count, 1);
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_successor_is_in_force_from_the_first_record_that_it_signs,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(after_a_succession_the_old_keys_have_no_effect, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(too_few_keys_of_the_successor_change_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_has_not_been_given_the_successor_does_not_know_its_keys,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_the_successor_that_was_committed_to_is_taken, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
