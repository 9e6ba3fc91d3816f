#include "node/quota.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <stdio.h>

static bool take(struct ys_quota *quota, const char *who, int64_t now_ms, uint32_t skipped_want)
{
    uint32_t skipped = 99;
    const bool taken = ys_quota_take(quota, "event", who, now_ms, &skipped);
    assert_int_equal(skipped, skipped_want);
    return taken;
}

static void what_goes_beyond_is_counted_and_told_with_the_next(void **state)
{
    (void)state;
    static struct ys_quota quota;
    for (int i = 0; i < YS_QUOTA_LINES; i++)
        assert_true(take(&quota, "a", 1000 + i, 0));
    for (int i = 0; i < 7; i++)
        assert_false(take(&quota, "a", 1000 + YS_QUOTA_WINDOW_MS - 1, 0));

    assert_true(take(&quota, "a", 1000 + YS_QUOTA_WINDOW_MS, 7));

    assert_true(take(&quota, "a", 1001 + YS_QUOTA_WINDOW_MS, 0));
}

static void each_event_and_each_peer_has_its_own(void **state)
{
    (void)state;
    static struct ys_quota quota;
    uint32_t skipped = 0;
    for (int i = 0; i < YS_QUOTA_LINES; i++)
        assert_true(take(&quota, "a", 1, 0));
    assert_false(take(&quota, "a", 1, 0));

    assert_true(take(&quota, "b", 1, 0));
    assert_true(ys_quota_take(&quota, "other", "a", 1, &skipped));
}

static void the_one_longest_ago_makes_room(void **state)
{
    (void)state;
    static struct ys_quota quota;
    char who[16];
    for (int i = 0; i <= YS_QUOTA_LINES; i++) {
        (void)take(&quota, "old", 1, 0);
        (void)take(&quota, "new", 2, 0);
    }
    for (int i = 0; i < YS_QUOTA_ROWS - 1; i++) {
        snprintf(who, sizeof who, "%d", i);
        assert_true(take(&quota, who, 3, 0));
    }

    assert_false(take(&quota, "new", 4, 0));
    assert_true(take(&quota, "old", 4, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_beyond_is_counted_and_told_with_the_next),
        cmocka_unit_test(each_event_and_each_peer_has_its_own),
        cmocka_unit_test(the_one_longest_ago_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
