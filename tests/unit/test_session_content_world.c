/* Bodies that are absent are asked for again, through a federation. */
#include "sync/absent.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STEPS = 200000 };

static const char *origin_of(struct world *w, int node)
{
    static char text[YS_KEY_NAME_MAX + 1];
    ys_name_print(&ys_store_identity(world_store(w, node))->origin, text);
    return text;
}

/* What stands there is absent now, or the answer to whether it is. */
static bool look(struct world *w, int holder, int owner, uint64_t index, bool hide)
{
    struct ys_txn *txn = NULL;
    struct ys_log log;
    struct ys_entry entry;
    struct ys_position at;
    assert_int_equal(ys_store_begin(world_store(w, holder), hide, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_find(txn, origin_of(w, owner), &log, NULL), YS_OK);
    if (hide)
        assert_int_equal(
            ys_log_set_content(txn, log.id, index, YS_CONTENT_ABSENT, (struct ys_bytes){0}, NULL),
            YS_OK);
    assert_int_equal(ys_log_entry(txn, log.id, index, &entry, NULL), YS_OK);
    const bool absent = entry.content == YS_CONTENT_ABSENT;
    const struct ys_position from = {log.id, index};
    const enum ys_code code = ys_absent_next(txn, &from, &at, NULL);
    assert_true(absent == (code == YS_OK && at.log_id == from.log_id && at.index == from.index));
    if (hide)
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    ys_txn_abort(&txn);
    return absent;
}

static void hide(struct world *w, int holder, int owner, uint64_t index)
{
    assert_true(look(w, holder, owner, index, true));
}

static bool is_absent(struct world *w, int holder, int owner, uint64_t index)
{
    return look(w, holder, owner, index, false);
}

static struct world *small_world(const char *name)
{
    struct rng rng = rng_from_env(name);
    return world_new(
        &(struct world_options){.seed = rng_next(&rng), .streets = 1, .communities = 2});
}

static void what_nobody_below_told_arrives_at_all_when_one_has_it(void **state)
{
    (void)state;
    enum { RECORDS = 3 * YS_CONTENT_WINDOW + 1 };
    struct world *w = small_world(__func__);
    const int district = world_district(w);
    const int street = world_street(w, 0);
    const int community = world_community(w, 0);
    uint64_t index[RECORDS];
    for (int i = 0; i < RECORDS; i++)
        index[i] = world_publish(w, community);
    assert_true(world_settles(w, STEPS));
    for (int i = 0; i < RECORDS; i++) {
        hide(w, street, community, index[i]);
        hide(w, district, community, index[i]);
    }

    world_cut(w, community); /* the street alone hears a HELLO; the district is told */
    assert_true(world_settles(w, STEPS));

    for (int i = 0; i < RECORDS; i++) {
        assert_false(is_absent(w, street, community, index[i]));
        assert_false(is_absent(w, district, community, index[i]));
    }
    assert_true(world_is_complete(w));
    world_free(w);
}

static void a_parent_gives_back_what_a_child_lacks_of_its_own_and_of_those_below(void **state)
{
    (void)state;
    struct world *w = small_world(__func__);
    const int street = world_street(w, 0);
    const int community = world_community(w, 0);
    const uint64_t own = world_publish(w, street);
    const uint64_t below = world_publish(w, community);
    const uint64_t above = world_publish(w, world_district(w));
    assert_true(world_settles(w, STEPS));
    hide(w, street, street, own);
    hide(w, street, community, below);
    hide(w, street, world_district(w), above);
    world_hold(w, community, true);
    world_cut(w, community);

    world_cut(w, street);
    assert_true(world_settles(w, STEPS));

    assert_false(is_absent(w, street, street, own));
    assert_false(is_absent(w, street, community, below));
    assert_false(is_absent(w, street, world_district(w), above));
    world_free(w);
}

static void what_nobody_has_is_asked_for_once_a_session(void **state)
{
    (void)state;
    struct world *w = small_world(__func__);
    const int nodes[] = {world_district(w), world_street(w, 0), world_community(w, 0)};
    const uint64_t index = world_publish(w, nodes[2]);
    assert_true(world_settles(w, STEPS));
    for (int i = 0; i < 3; i++)
        hide(w, nodes[i], nodes[2], index);
    for (int round = 0; round < 3; round++) {
        (void)world_traffic(w, nodes[2]);
        world_cut(w, nodes[2]);
        assert_true(world_settles(w, STEPS)); /* it comes to an end */
        /* HELLO, a question and its answer, each from both ends; of this first round also new heads */
        if (round > 0)
            assert_int_equal(world_traffic(w, nodes[2]).messages, 6);
    }
    for (int i = 0; i < 3; i++)
        assert_true(is_absent(w, nodes[i], nodes[2], index));
    world_free(w);
}

static void a_full_disk_asks_when_there_is_room_again(void **state)
{
    (void)state;
    struct world *w = small_world(__func__);
    const int street = world_street(w, 0);
    const int community = world_community(w, 0);
    const uint64_t index = world_publish(w, community);
    assert_true(world_settles(w, STEPS));
    hide(w, street, community, index);
    world_set_full(w, street, true);
    world_cut(w, community);
    assert_true(world_settles(w, STEPS));
    assert_true(is_absent(w, street, community, index));

    world_set_full(w, street, false);
    assert_true(world_settles(w, STEPS));
    assert_false(is_absent(w, street, community, index));
    world_free(w);
}

static void an_observer_gets_what_it_lacks_whoever_else_lacks_it(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    struct world *w = world_new(&(struct world_options){
        .seed = rng_next(&rng), .streets = 1, .communities = 2, .observer = true});
    const int observer = world_observer(w);
    const int hosts[] = {world_district(w), world_street(w, 0)};
    const int community = world_community(w, 0);
    const uint64_t index = world_publish(w, community);
    assert_true(world_settles(w, STEPS));
    assert_true(world_is_complete(w));

    /* The observer alone lacks it. */
    for (unsigned i = 0; i < 2; i++) {
        world_hold(w, world_observer_link(w, 1 - i), true);
        world_cut(w, world_observer_link(w, 1 - i));
        hide(w, observer, community, index);
        world_cut(w, world_observer_link(w, i));
        assert_true(world_settles(w, STEPS));
        assert_false(is_absent(w, observer, community, index));
        world_hold(w, world_observer_link(w, 1 - i), false);
    }
    assert_true(world_settles(w, STEPS));

    /* Its hosts lack it, and it has it; they hear of it from the community, when that comes again. */
    world_hold(w, community, true);
    world_cut(w, community);
    for (unsigned i = 0; i < 2; i++) {
        hide(w, hosts[i], community, index);
        world_cut(w, world_observer_link(w, i));
    }
    assert_true(world_settles(w, STEPS));
    for (unsigned i = 0; i < 2; i++)
        assert_true(is_absent(w, hosts[i], community, index));

    /* All three lack it: when it has come to the hosts they tell the observer. */
    hide(w, observer, community, index);
    world_hold(w, community, false);
    assert_true(world_settles(w, STEPS));
    assert_false(is_absent(w, observer, community, index));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_below_told_arrives_at_all_when_one_has_it),
        cmocka_unit_test(a_parent_gives_back_what_a_child_lacks_of_its_own_and_of_those_below),
        cmocka_unit_test(what_nobody_has_is_asked_for_once_a_session),
        cmocka_unit_test(a_full_disk_asks_when_there_is_room_again),
        cmocka_unit_test(an_observer_gets_what_it_lacks_whoever_else_lacks_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
