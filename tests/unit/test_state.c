#include "node/model/state.h"

#include "node/model/procedure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_state_has_a_word_two_names_and_a_rank_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < YS_STATE_COUNT; i++) {
        enum ys_state found = YS_STATE_COUNT;
        assert_true(ys_state_by_word(ys_state_word((enum ys_state)i), &found));
        assert_int_equal(found, i);
        assert_true(strlen(ys_state_text((enum ys_state)i, true)) > 0);
        assert_true(strlen(ys_state_text((enum ys_state)i, false)) > 0);
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(ys_state_rank((enum ys_state)i), ys_state_rank((enum ys_state)j));
        if (ys_state_is_done((enum ys_state)i))
            assert_true(ys_state_is_end((enum ys_state)i));
    }
    enum ys_state found = YS_STATE_NONE;
    assert_false(ys_state_by_word("", &found));
    assert_false(ys_state_by_word("consensu", &found));
}

static void what_waits_shows_before_what_has_got_further(void **state)
{
    (void)state;
    static const enum ys_state ladder[] = {
        YS_STATE_UNDER_CORRECTION, YS_STATE_NONE,      YS_STATE_PROPOSED,  YS_STATE_DETERMINED,
        YS_STATE_NO_CONSENSUS,     YS_STATE_CONSENSUS, YS_STATE_DECIDED,   YS_STATE_SUBMITTED,
        YS_STATE_TRANSFERRED,      YS_STATE_ACCEPTED,  YS_STATE_REJECTED,  YS_STATE_COMPLETED,
        YS_STATE_PUBLISHED,        YS_STATE_EVALUATED, YS_STATE_WITHDRAWN, YS_STATE_CLOSED,
        YS_STATE_ARCHIVED};
    for (size_t i = 1; i < sizeof ladder / sizeof ladder[0]; i++)
        assert_true(ys_state_rank(ladder[i - 1]) < ys_state_rank(ladder[i]));
}

static void flags_fates_and_tasks_have_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < YS_IRREGULAR_COUNT; i++) {
        const enum ys_irregular flag = (enum ys_irregular)(1U << i);
        assert_string_not_equal(ys_irregular_word(flag), "?");
        assert_string_not_equal(ys_irregular_text(flag, true), ys_irregular_text(flag, false));
    }
    assert_string_equal(ys_irregular_word((enum ys_irregular)0), "?");
    assert_string_equal(ys_irregular_text((enum ys_irregular)(1U << YS_IRREGULAR_COUNT), true),
                        "?");
    for (unsigned i = 0; i < YS_TASK_WHY_COUNT; i++) {
        const enum ys_task_why why = (enum ys_task_why)i;
        assert_true(strlen(ys_task_word(why)) > 0);
        assert_string_not_equal(ys_task_text(why, true), ys_task_text(why, false));
    }
    assert_string_equal(ys_fate_word(YS_FATE_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_a_word_two_names_and_a_rank_of_its_own),
        cmocka_unit_test(what_waits_shows_before_what_has_got_further),
        cmocka_unit_test(flags_fates_and_tasks_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
