#include "node/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <string.h>

static struct ys_bytes text(const char *chars)
{
    return ys_bytes_of_text(chars);
}

static void messages_leave_in_the_order_in_which_they_came(void **state)
{
    (void)state;
    struct ys_outbox box = {0};
    assert_int_equal(ys_outbox_put(&box, text("one"), NULL), YS_OK);
    assert_int_equal(ys_outbox_put(&box, text("two"), NULL), YS_OK);
    assert_int_equal(box.bytes, 6);

    assert_true(ys_bytes_is_text(ys_outbox_peek(&box), "one"));
    ys_outbox_drop(&box);
    assert_true(ys_bytes_is_text(ys_outbox_peek(&box), "two"));
    ys_outbox_drop(&box);

    assert_null(ys_outbox_peek(&box).data);
    assert_int_equal(box.bytes, 0);
    assert_int_equal(ys_outbox_put(&box, text("three"), NULL), YS_OK);
    assert_true(ys_bytes_is_text(ys_outbox_peek(&box), "three"));
    ys_outbox_clear(&box);
    assert_null(ys_outbox_peek(&box).data);
}

static void a_peer_that_never_reads_is_given_up_at_the_limit(void **state)
{
    (void)state;
    static const uint8_t kilobyte[1024];
    struct ys_outbox box = {0};
    struct ys_err err = {0};
    const struct ys_bytes message = {kilobyte, sizeof kilobyte};
    for (int i = 0; i < YS_OUTBOX_MAX / 1024; i++)
        assert_int_equal(ys_outbox_put(&box, message, &err), YS_OK);

    assert_int_equal(ys_outbox_put(&box, text("x"), &err), YS_LIMIT);

    assert_non_null(strstr(err.msg, "unread"));
    ys_outbox_clear(&box);
}

static void room_for_records_ends_before_the_limit(void **state)
{
    (void)state;
    static const uint8_t block[YS_OUTBOX_ROOM];
    struct ys_outbox box = {0};
    assert_true(ys_outbox_has_room(&box));
    assert_int_equal(ys_outbox_put(&box, (struct ys_bytes){block, YS_OUTBOX_ROOM - 1}, NULL),
                     YS_OK);
    assert_true(ys_outbox_has_room(&box));
    assert_int_equal(ys_outbox_put(&box, text("x"), NULL), YS_OK);
    assert_false(ys_outbox_has_room(&box));
    ys_outbox_clear(&box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_leave_in_the_order_in_which_they_came),
        cmocka_unit_test(a_peer_that_never_reads_is_given_up_at_the_limit),
        cmocka_unit_test(room_for_records_ends_before_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
