#include "node/audit/flaw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void what_is_no_longer_kept_is_counted_with_its_kind(void **state)
{
    (void)state;
    struct ys_flaws first = {0};
    struct ys_flaws all = {0};
    for (unsigned i = 0; i < YS_FLAWS_MAX + 5; i++)
        ys_flaw_add_entry(&first, YS_FLAW_UNKNOWN, "log", i, "text %u", i);
    ys_flaw_add(&all, YS_FLAW_TREE, "log", "first");

    ys_flaws_move(&first, &all);

    assert_int_equal(first.count, 0);
    assert_int_equal(all.count, YS_FLAWS_MAX + 6);
    assert_int_equal(all.unknown, YS_FLAWS_MAX + 5);
    assert_int_equal(all.kept, YS_FLAWS_MAX);
    assert_string_equal(all.item[0].text, "first");
    assert_string_equal(all.item[1].text, "entry 0: text 0");
    assert_true(all.item[1].has_index);
    ys_flaws_clear(&all);
}

static void a_long_text_is_cut(void **state)
{
    (void)state;
    struct ys_flaws flaws = {0};
    ys_flaw_add_entry(&flaws, YS_FLAW_ROW, "log", UINT64_MAX, "%1000d", 1);
    assert_int_equal(flaws.item[0].text[YS_FLAW_TEXT_MAX - 1], '\0');
    assert_string_equal(ys_flaw_word(YS_FLAW_ROW), "row");
    assert_string_equal(ys_flaw_word(YS_FLAW_UNKNOWN), "unknown");
    ys_flaws_clear(&flaws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_longer_kept_is_counted_with_its_kind),
        cmocka_unit_test(a_long_text_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
