#include "sync/member.h"
#include "tests/support/cast.h"
#include "tests/support/member_twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Who may observe where, and who ends it (FORMATS.md 12.2, 12.3). */

struct desk {
    struct cast cast;
    struct ys_member *member; /* of the street */
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_member_observer", CAST_DISTRICT);
    cast_move(&desk->cast, CAST_STREET);
    cast_enrol_all(&desk->cast);
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

static void rebuild(struct desk *desk)
{
    struct cast *const cast = &desk->cast;
    const struct ys_division *const self = &cast->unit[cast->self].origin.division;
    ys_member_free(desk->member);
    desk->member = NULL;
    assert_int_equal(ys_member_new(&cast->root, self, &desk->member, NULL), YS_OK);
    member_twin_rebuild(cast->store, self, desk->member);
}

static void publish(struct desk *desk, enum cast_role issuer, Yishi__V1__Body *body)
{
    (void)cast_publish(&desk->cast, issuer, body, &desk->cast.unit[issuer].body[0]);
    rebuild(desk);
}

/* `issuer` says that who holds `transport` may observe `unit`. */
static void let_in(struct desk *desk, enum cast_role issuer, enum cast_role unit,
                   const uint8_t transport[YS_PUBKEY_LEN])
{
    const struct cast_unit *const of = &desk->cast.unit[unit];
    Yishi__V1__Body *const body =
        scribe_node_certificate(&of->keys.log.vkey, &of->keys.mirror.vkey, transport);
    body->node_certificate->role = YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    publish(desk, issuer, body);
}

/* `issuer` says that this is over. */
static void end(struct desk *desk, enum cast_role issuer, enum cast_role unit,
                const uint8_t transport[YS_PUBKEY_LEN])
{
    publish(desk, issuer, scribe_observer_end(transport, desk->cast.unit[unit].log));
}

static bool reads_at(const struct desk *desk, const uint8_t transport[YS_PUBKEY_LEN],
                     enum cast_role host)
{
    return ys_member_may_read(desk->member, transport, &desk->cast.unit[host].origin.division);
}

static void a_street_opens_its_own_door_and_the_district_opens_both(void **state)
{
    struct desk *const desk = *state;
    const uint8_t own[YS_PUBKEY_LEN] = {1};
    const uint8_t above[YS_PUBKEY_LEN] = {2};

    let_in(desk, CAST_STREET, CAST_STREET, own);
    let_in(desk, CAST_DISTRICT, CAST_STREET, above);

    assert_true(reads_at(desk, own, CAST_STREET));
    assert_false(reads_at(desk, own, CAST_DISTRICT));
    assert_true(reads_at(desk, above, CAST_STREET));
    assert_true(reads_at(desk, above, CAST_DISTRICT));
    assert_non_null(ys_member_node(desk->member, &desk->cast.unit[CAST_STREET].origin.division));
}

static void a_street_lets_nobody_observe_the_district_or_another_street(void **state)
{
    struct desk *const desk = *state;
    const uint8_t key[YS_PUBKEY_LEN] = {3};

    let_in(desk, CAST_STREET, CAST_DISTRICT, key);
    let_in(desk, CAST_STREET, CAST_OTHER_STREET, key);

    assert_null(ys_member_by_transport(desk->member, key));
}

static void who_let_in_ends_it_at_once_and_nobody_else(void **state)
{
    struct desk *const desk = *state;
    const uint8_t key[YS_PUBKEY_LEN] = {4};
    let_in(desk, CAST_STREET, CAST_STREET, key);
    let_in(desk, CAST_DISTRICT, CAST_STREET, key);

    end(desk, CAST_STREET, CAST_STREET, key);

    assert_true(reads_at(desk, key, CAST_STREET)); /* by the district's certificate */
    assert_true(reads_at(desk, key, CAST_DISTRICT));

    end(desk, CAST_DISTRICT, CAST_STREET, key);

    assert_null(ys_member_by_transport(desk->member, key));
    assert_non_null(ys_member_node(desk->member, &desk->cast.unit[CAST_STREET].origin.division));

    let_in(desk, CAST_DISTRICT, CAST_STREET, key); /* it may be let in again */

    assert_true(reads_at(desk, key, CAST_DISTRICT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_street_opens_its_own_door_and_the_district_opens_both,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_street_lets_nobody_observe_the_district_or_another_street,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_let_in_ends_it_at_once_and_nobody_else, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
