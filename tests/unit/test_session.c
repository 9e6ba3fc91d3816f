#include "sync/session.h"

#include "sync/dispute.h"
#include "sync/heads.h"
#include "sync/verdict.h"
#include "tests/support/scribe.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 200000 };

static struct world *small_world(const char *name)
{
    struct rng rng = rng_from_env(name);
    return world_new(
        &(struct world_options){.seed = rng_next(&rng), .streets = 2, .communities = 3});
}

static void a_record_reaches_all_ancestors_and_its_receipts_come_back(void **state)
{
    (void)state;
    struct world *w = small_world(__func__);
    world_publish(w, world_community(w, 0));

    assert_true(world_settles(w, STEPS));

    assert_true(world_is_complete(w));
    world_free(w);
}

static void a_record_written_offline_is_delivered_when_the_link_comes_back(void **state)
{
    (void)state;
    struct world *w = small_world(__func__);
    world_hold(w, world_street(w, 0), true);
    world_publish(w, world_community(w, 0));
    assert_true(world_settles(w, STEPS));
    assert_false(world_is_complete(w));

    world_hold(w, world_street(w, 0), false);

    assert_true(world_settles(w, STEPS));
    assert_true(world_is_complete(w));
    world_free(w);
}

static void nothing_new_is_one_hello_pair(void **state)
{
    (void)state;
    struct world *w = small_world(__func__);
    for (unsigned i = 0; i < 3; i++)
        world_publish(w, world_community(w, i));
    assert_true(world_settles(w, STEPS));
    for (unsigned i = 1; i < world_node_count(w); i++)
        (void)world_traffic(w, (int)i);

    for (unsigned i = 1; i < world_node_count(w); i++)
        world_cut(w, (int)i);
    assert_true(world_settles(w, STEPS));

    for (unsigned i = 1; i < world_node_count(w); i++) {
        const struct world_traffic traffic = world_traffic(w, (int)i);
        assert_int_equal(traffic.messages, 2);
        assert_true(traffic.bytes <= 600);
    }
    world_free(w);
}

static void a_record_of_an_unknown_kind_is_kept_receipted_and_forwarded(void **state)
{
    (void)state;
    struct world *w = small_world(__func__);
    const uint64_t index = world_publish_unknown(w, world_community(w, 0));
    assert_true(world_settles(w, STEPS));
    assert_true(world_is_complete(w));

    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log log;
    struct ys_entry entry;
    struct ys_log own;
    assert_int_equal(ys_store_begin(world_store(w, world_community(w, 0)), false, &txn, &err),
                     YS_OK);
    assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &own, &err), YS_OK);
    ys_txn_abort(&txn);
    assert_int_equal(ys_store_begin(world_store(w, world_district(w)), false, &txn, &err), YS_OK);
    assert_int_equal(ys_log_find(txn, own.origin_text, &log, &err), YS_OK);
    assert_int_equal(ys_log_entry(txn, log.id, index, &entry, &err), YS_OK);
    assert_int_equal(entry.content, YS_CONTENT_BODY);
    assert_int_equal(ys_judge(world_member(w, world_district(w)), &log.origin, index, &entry, NULL),
                     YS_VERDICT_OK);
    ys_txn_abort(&txn);
    world_free(w);
}

static void cuts_and_crashes_lose_nothing(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (int round = 0; round < 12; round++) {
        struct world *w = world_new(
            &(struct world_options){.seed = rng_next(&rng), .streets = 2, .communities = 4});
        for (int fault = 0; fault < 30; fault++) {
            const int node = (int)rng_below(&rng, world_node_count(w));
            world_publish(w, (int)rng_below(&rng, world_node_count(w)));
            world_run(w, (unsigned)rng_below(&rng, 60));
            if (rng_below(&rng, 2) == 0)
                world_crash(w, node);
            else if (node != world_district(w))
                world_cut(w, node);
        }
        assert_true(world_settles(w, STEPS));
        assert_true(world_is_complete(w));
        world_free(w);
    }
}

/* How many entries of the log of `owner` does `holder` have? */
static uint64_t held(struct world *w, int holder, int owner)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log log;
    char origin[YS_KEY_NAME_MAX + 1];
    ys_name_print(&ys_store_identity(world_store(w, owner))->origin, origin);
    assert_int_equal(ys_store_begin(world_store(w, holder), false, &txn, &err), YS_OK);
    const enum ys_code code = ys_log_find(txn, origin, &log, &err);
    ys_txn_abort(&txn);
    return code == YS_OK ? log.frontier.size : 0;
}

static void a_full_disk_gives_no_credit_and_goes_on_when_there_is_room(void **state)
{
    (void)state;
    struct world *w = world_new(
        &(struct world_options){.seed = 9, .streets = 1, .communities = 2, .credit = 2000});
    const int street = world_street(w, 0);
    const int community = world_community(w, 0);
    world_publish(w, community);
    assert_true(world_settles(w, STEPS));
    const uint64_t before = held(w, street, community);

    /* A session that begins now is given nothing; what the street has is served all the same. */
    world_set_full(w, street, true);
    world_cut(w, community);
    world_publish(w, community);
    world_publish(w, street);
    assert_true(world_settles(w, STEPS));
    assert_int_equal(held(w, street, community), before);
    assert_int_equal(held(w, community, street), held(w, street, street));
    assert_false(world_is_complete(w));

    world_set_full(w, street, false);
    assert_true(world_settles(w, STEPS));
    assert_int_equal(held(w, street, community), before + 1);
    assert_true(world_is_complete(w));

    /* One that had credit uses it up, and gets none back. */
    world_set_full(w, street, true);
    for (int i = 0; i < 20; i++) {
        world_publish(w, community);
        assert_true(world_settles(w, STEPS));
    }
    assert_true(held(w, street, community) < before + 1 + 20);
    world_set_full(w, street, false);
    assert_true(world_settles(w, STEPS));
    assert_true(world_is_complete(w));
    world_free(w);
}

static enum ys_log_state state_of(struct world *w, int holder, int owner)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log log;
    char origin[YS_KEY_NAME_MAX + 1];
    ys_name_print(&ys_store_identity(world_store(w, owner))->origin, origin);
    assert_int_equal(ys_store_begin(world_store(w, holder), false, &txn, &err), YS_OK);
    assert_int_equal(ys_log_find(txn, origin, &log, &err), YS_OK);
    ys_txn_abort(&txn);
    return log.state;
}

/* A proof that convinces anybody who has the log's key. */
static void assert_proof_kept(struct world *w, int holder, int owner)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log log;
    struct ys_bytes proof;
    struct ys_fork_proof fork;
    struct ys_checkpoint a;
    struct ys_checkpoint b;
    char origin[YS_KEY_NAME_MAX + 1];
    ys_name_print(&ys_store_identity(world_store(w, owner))->origin, origin);
    assert_int_equal(state_of(w, holder, owner), YS_LOG_FORKED);
    assert_int_equal(ys_store_begin(world_store(w, holder), false, &txn, &err), YS_OK);
    assert_int_equal(ys_log_find(txn, origin, &log, &err), YS_OK);
    assert_int_equal(ys_dispute_load(txn, log.id, &proof, &err), YS_OK);
    assert_int_equal(ys_fork_parse(proof, &fork, &err), YS_OK);
    assert_int_equal(
        ys_fork_check(&fork, ys_member_log_key(world_member(w, owner), origin), &a, &b, &err),
        YS_OK);
    ys_txn_abort(&txn);
}

static void a_log_with_two_histories_is_proved_and_the_link_goes_on(void **state)
{
    (void)state;
    /* shorter than what the street holds, and longer */
    for (unsigned size = 1; size <= 5; size += 4) {
        struct world *w =
            world_new(&(struct world_options){.seed = 3, .streets = 1, .communities = 2});
        const int rogue = world_community(w, 0);
        const int street = world_street(w, 0);
        for (int i = 0; i < 3; i++)
            world_publish(w, rogue);
        assert_true(world_settles(w, STEPS));

        world_go_rogue(w, rogue, size);
        world_publish(w, world_district(w));
        world_publish(w, world_community(w, 1));
        assert_true(world_settles(w, STEPS));

        assert_int_equal(held(w, street, rogue), 3);
        assert_proof_kept(w, street, rogue);
        assert_proof_kept(w, world_district(w), rogue);
        assert_proof_kept(w, rogue, rogue);
        assert_int_equal(held(w, rogue, world_district(w)), held(w, street, world_district(w)));
        assert_int_equal(held(w, world_district(w), world_community(w, 1)), 1);
        world_free(w);
    }
}

/* Signed with a key that was cut at `size`, a head of a larger size is none, and what is unsigned is not
 * taken either. */
static void nothing_is_taken_above_the_cut_of_a_logs_key(void **state)
{
    (void)state;
    struct world *w = world_new(&(struct world_options){.seed = 5, .streets = 1, .communities = 2});
    const int street = world_street(w, 0);
    const int community = world_community(w, 0);
    char origin[YS_KEY_NAME_MAX + 1];
    struct scribe_record record;
    for (int i = 0; i < 3; i++)
        world_publish(w, community);
    assert_true(world_settles(w, STEPS));
    const struct ys_identity *const self = ys_store_identity(world_store(w, community));
    ys_name_print(&self->origin, origin);
    struct rng rng = rng_from_seed(5);
    const struct ys_signer *const st = world_body(w, street, 0);
    scribe_write(
        &record, &rng, &ys_store_identity(world_store(w, street))->origin, NULL, 1795600000,
        scribe_key_revoke(ys_member_log_key(world_member(w, street), origin), origin, 3), &st, 1);
    assert_true(world_write(w, street, &record));
    assert_true(world_settles(w, STEPS));

    world_publish(w, community);
    assert_true(world_settles(w, STEPS));
    world_sign_all(w, community);
    assert_true(world_settles(w, STEPS));

    assert_int_equal(held(w, community, community), 4);
    assert_int_equal(held(w, street, community), 3);
    assert_int_equal(held(w, world_district(w), community), 3);
    assert_int_equal(state_of(w, street, community), YS_LOG_FOLLOWING);
    world_free(w);
}

/* --- copies of a node (DESIGN.md 5) --- */

static void assert_one_history(struct world *w, int owner, uint64_t size)
{
    assert_true(world_settles(w, STEPS));
    assert_true(world_is_complete(w));
    assert_int_equal(held(w, owner, owner), size);
    for (int holder = owner; holder >= 0; holder = world_parent(w, holder))
        assert_int_equal(state_of(w, holder, owner), YS_LOG_FOLLOWING);
}

static void a_restored_old_copy_publishes_on(void **state)
{
    (void)state;
    for (int node = 1; node <= 2; node++) { /* a street, a community */
        struct world *w =
            world_new(&(struct world_options){.seed = 11, .streets = 1, .communities = 2});
        world_publish(w, node);
        assert_true(world_settles(w, STEPS));
        world_copy(w, node);
        for (int i = 0; i < 3; i++)
            world_publish(w, node);
        assert_true(world_settles(w, STEPS));
        const uint64_t size = held(w, node, node);

        world_restore(w, node);
        world_publish(w, node);
        world_publish(w, node);

        assert_one_history(w, node, size + 2);
        world_free(w);
    }
}

/* The newest receipt of `witness` for the owner's log that the holder has. */
static uint64_t receipt_at(struct world *w, int holder, int owner, int witness)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log log;
    struct ys_receipt receipt = {0};
    struct ys_bytes note;
    char origin[YS_KEY_NAME_MAX + 1];
    const struct ys_vkey *const mirror = ys_member_mirror(
        world_member(w, owner), &ys_store_identity(world_store(w, witness))->origin.division);
    ys_name_print(&ys_store_identity(world_store(w, owner))->origin, origin);
    assert_int_equal(ys_store_begin(world_store(w, holder), false, &txn, &err), YS_OK);
    if (ys_log_find(txn, origin, &log, &err) == YS_OK &&
        ys_receipt_newest(txn, log.id, mirror, &receipt, &note, &err) != YS_OK)
        receipt.size = 0;
    ys_txn_abort(&txn);
    return receipt.size;
}

/* Of the two links of a street that went back the district's is there first, and the community has not
 * heard of the district's receipt. */
static void a_receipt_waits_for_entries_that_come_over_another_link(void **state)
{
    (void)state;
    struct world *w = world_new(&(struct world_options){.seed = 5, .streets = 1, .communities = 1});
    const int street = world_street(w, 0);
    const int community = world_community(w, 0);
    assert_true(world_settles(w, STEPS));
    world_copy(w, street);
    world_hold(w, street, true);
    world_cut(w, street);
    world_publish(w, community);
    assert_true(world_settles(w, STEPS));
    world_hold(w, community, true);
    world_cut(w, community);
    world_hold(w, street, false);
    assert_true(world_settles(w, STEPS));
    assert_int_equal(receipt_at(w, street, community, world_district(w)), 1);

    world_restore(w, street);
    assert_true(world_settles(w, STEPS));
    assert_int_equal(receipt_at(w, street, community, world_district(w)), 0);
    world_hold(w, community, false);

    assert_true(world_settles(w, STEPS));
    assert_int_equal(receipt_at(w, street, community, world_district(w)), 1);
    world_free(w);
}

/* While a commit of the older session is on its way, the newer one hears of the same entries again, now
 * with the district's receipt. */
static void a_receipt_that_comes_with_entries_already_asked_for_is_kept(void **state)
{
    (void)state;
    for (unsigned i = 100; i < 180; i++) {
        struct world *w = world_new(&(struct world_options){
            .seed = i, .streets = 1, .communities = 1, .delay_max_ms = 5, .commit_max_ms = 3000});
        const int street = world_street(w, 0);
        const int community = world_community(w, 0);
        assert_true(world_settles(w, STEPS));
        for (unsigned cuts = 0; cuts < 3; cuts++) {
            world_publish(w, street);
            world_run(w, 10 + i % 20);
            world_cut(w, community);
        }

        assert_true(world_settles(w, STEPS));

        assert_true(world_is_complete(w));
        assert_int_equal(receipt_at(w, community, street, world_district(w)),
                         held(w, street, street));
        world_free(w);
    }
}

/* It writes as many changes again as it had forgotten, before it meets the parent that has seen those. */
static void a_restored_copy_tells_what_it_learned_since(void **state)
{
    (void)state;
    struct world *w = world_new(&(struct world_options){.seed = 5, .streets = 1, .communities = 2});
    const int street = world_street(w, 0);
    assert_true(world_settles(w, STEPS));
    world_copy(w, street);
    for (int i = 0; i < 10; i++) {
        world_publish(w, world_community(w, 0));
        assert_true(world_settles(w, STEPS));
    }
    world_hold(w, street, true);
    world_cut(w, street);
    world_restore(w, street);
    world_publish(w, world_community(w, 1));
    for (int i = 0; i < 20; i++) {
        assert_true(world_settles(w, STEPS));
        world_publish(w, world_community(w, 0));
    }

    world_hold(w, street, false);

    assert_true(world_settles(w, STEPS));
    assert_true(world_is_complete(w));
    world_free(w);
}

/* The street cuts the key that signs the community's records. */
static void cut_body(struct world *w, int node, uint64_t size)
{
    const int street = world_parent(w, node);
    const struct ys_signer *const st = world_body(w, street, 0);
    struct rng rng = rng_from_seed(6);
    struct scribe_record record;
    char origin[YS_KEY_NAME_MAX + 1];
    ys_name_print(&ys_store_identity(world_store(w, node))->origin, origin);
    scribe_write(&record, &rng, &ys_store_identity(world_store(w, street))->origin, NULL,
                 1795600000, scribe_key_revoke(&world_body(w, node, 0)->vkey, origin, size), &st,
                 1);
    assert_true(world_write(w, street, &record));
    assert_true(world_settles(w, STEPS));
}

/* Two copies of one disk write offline and come one after the other, the first having had `steps` to give what it
 * wrote. */
static void two_copies(uint64_t seed, unsigned steps, bool cut)
{
    struct world *w =
        world_new(&(struct world_options){.seed = seed, .streets = 1, .communities = 2});
    const int node = world_community(w, 0);
    world_publish(w, node);
    assert_true(world_settles(w, STEPS));
    const uint64_t size = held(w, node, node);
    world_copy(w, node);
    world_publish(w, node);
    world_publish(w, node);
    world_run(w, steps);
    if (cut) { /* while the node is away */
        world_hold(w, node, true);
        world_break(w, node);
        cut_body(w, node, size);
        world_hold(w, node, false);
    }
    world_swap(w, node);
    for (int i = 0; i < 3; i++)
        world_publish(w, node);
    assert_true(world_settles(w, STEPS));
    world_swap(w, node);
    assert_one_history(w, node, size + 5);
    world_swap(w, node);
    assert_one_history(w, node, size + 5);
    world_free(w);
}

static void two_copies_that_wrote_become_one_history(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 60; i++)
        two_copies(12 + i, i % 12, false);
}

/* What was written stands in the log, also when its key was cut meanwhile and it counts no more. */
static void a_key_that_was_cut_does_not_keep_a_log_from_its_recovery(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 60; i++)
        two_copies(12 + i, i % 12, true);
}

static void a_parent_adds_nothing_to_its_childs_log(void **state)
{
    (void)state;
    struct world *w =
        world_new(&(struct world_options){.seed = 13, .streets = 1, .communities = 2});
    const int street = world_street(w, 0);
    const int node = world_community(w, 0);
    const struct ys_signer *const st = world_body(w, street, 0);
    struct rng rng = rng_from_seed(7);
    struct scribe_record record;
    struct ys_txn *txn = NULL;
    struct ys_log log;
    world_publish(w, node);
    assert_true(world_settles(w, STEPS));
    const struct ys_name *const origin = &ys_store_identity(world_store(w, node))->origin;
    char text[YS_KEY_NAME_MAX + 1];
    ys_name_print(origin, text);
    world_hold(w, node, true);
    world_cut(w, node);
    /* in the child's log, signed by the street */
    scribe_write(&record, &rng, origin, NULL, 1795600000, scribe_acknowledgement(&rng), &st, 1);
    const struct ys_entry entry = scribe_entry(&record);
    assert_int_equal(ys_store_begin(world_store(w, street), true, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_find(txn, text, &log, NULL), YS_OK);
    assert_int_equal(ys_log_append(txn, &log, &entry, 1, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    world_expect_forks(w);

    world_hold(w, node, false);
    world_publish(w, node);
    assert_true(world_settles(w, STEPS));

    assert_int_equal(held(w, node, node), 1);
    assert_int_equal(state_of(w, node, node), YS_LOG_RECOVERING);
    world_free(w);
}

/* --- credit --- */

/* A link on which the parent's WANT promises more than the parent gives. */
struct promise {
    uint8_t room[YS_MESSAGE_MAX];
    struct ys_err refused;
};

static struct ys_bytes promise_more(void *context, int child, int side, struct ys_bytes bytes)
{
    struct promise *const promise = context;
    struct ys_writer w = {.data = promise->room, .capacity = sizeof promise->room};
    const Yishi__V1__Message *message = NULL;
    struct ys_arena arena;
    (void)child;
    (void)side;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    assert_int_equal(ys_message_decode(bytes, &arena, &message, NULL), YS_OK);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_WANT && message->want->credit != 0) {
        Yishi__V1__Message changed = *message;
        Yishi__V1__Want want = *message->want;
        want.credit = YS_CREDIT_MAX;
        changed.want = &want;
        assert_int_equal(ys_message_encode(&changed, &w), YS_OK);
        bytes = (struct ys_bytes){w.data, w.size};
    }
    ys_arena_clear(&arena);
    return bytes;
}

static void keep_refusal(void *context, int child, int side, const struct ys_err *err)
{
    (void)child;
    (void)side;
    ((struct promise *)context)->refused = *err;
}

static void ignore_message(void *context, int child, int side, struct ys_bytes message)
{
    (void)context;
    (void)child;
    (void)side;
    (void)message;
}

static void ignore_session(void *context, int child, int side)
{
    (void)context;
    (void)child;
    (void)side;
}

static void ignore_commit(void *context, int node, struct ys_change *const *changes,
                          const struct ys_change_result *results, size_t count)
{
    (void)context;
    (void)node;
    (void)changes;
    (void)results;
    (void)count;
}

static void ignore_record(void *context, int node, const struct scribe_record *record, bool waits)
{
    (void)context;
    (void)waits;
    (void)node;
    (void)record;
}

static void ignore_accusation(void *context, int node, const char *text)
{
    (void)context;
    (void)node;
    (void)text;
}

static void ignore_line(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static void fail_world(void *context, const char *what)
{
    (void)context;
    fail_msg("%s", what);
}

static void who_sends_beyond_its_credit_is_not_served_any_more(void **state)
{
    (void)state;
    enum { RECORDS = 700 };
    static struct promise promise;
    struct world *w = world_new(&(struct world_options){
        .seed = 5, .streets = 1, .communities = 1, .credit = 1000, .commit_max_ms = 60000});
    world_hold(w, world_community(w, 0), true);
    for (int i = 0; i < RECORDS; i++)
        world_publish(w, world_community(w, 0));
    assert_true(world_settles(w, STEPS));
    world_watch(w, &(struct world_watch){.context = &promise,
                                         .sent = promise_more,
                                         .heard = ignore_message,
                                         .began = ignore_session,
                                         .committed = ignore_commit,
                                         .written = ignore_record,
                                         .accused = ignore_accusation,
                                         .refused = keep_refusal,
                                         .event = ignore_line,
                                         .failed = fail_world});

    world_hold(w, world_community(w, 0), false);
    for (int i = 0; i < STEPS && promise.refused.code == YS_OK; i++)
        world_run(w, 1);

    assert_int_equal(promise.refused.code, YS_LIMIT);
    assert_non_null(strstr(promise.refused.msg, "beyond the credit of 1000 bytes"));
    world_free(w);
}

/* What crosses the link between street and district. */
struct tally {
    int child;
    unsigned entries, acks;
    uint64_t back; /* credit of the ACKs */
};

static void count_message(void *context, int child, int side, struct ys_bytes bytes)
{
    struct tally *const tally = context;
    const Yishi__V1__Message *message = NULL;
    struct ys_arena arena;
    (void)side;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    assert_int_equal(ys_message_decode(bytes, &arena, &message, NULL), YS_OK);
    if (child == tally->child && message->kind_case == YISHI__V1__MESSAGE__KIND_ENTRIES)
        tally->entries++;
    if (child == tally->child && message->kind_case == YISHI__V1__MESSAGE__KIND_ACK) {
        tally->acks++;
        tally->back += message->ack->credit;
    }
    ys_arena_clear(&arena);
}

static struct ys_bytes leave_message(void *context, int child, int side, struct ys_bytes message)
{
    (void)context;
    (void)child;
    (void)side;
    return message;
}

static void ignore_refusal(void *context, int child, int side, const struct ys_err *err)
{
    (void)context;
    (void)child;
    (void)side;
    (void)err;
}

/* Of a catch-up of many logs not each ENTRIES is acknowledged, and yet all credit comes back. */
static void credit_comes_back_in_few_messages(void **state)
{
    (void)state;
    enum { COMMUNITIES = 8, RECORDS = 5, ROUNDS = 12 };
    struct world *w = world_new(&(struct world_options){.seed = 3,
                                                        .streets = 1,
                                                        .communities = COMMUNITIES,
                                                        .commit_max_ms = 2000,
                                                        .credit = 60000});
    const int street = world_street(w, 0);
    struct tally tally = {.child = street};
    assert_true(world_settles(w, STEPS));
    world_watch(w, &(struct world_watch){.context = &tally,
                                         .sent = leave_message,
                                         .heard = count_message,
                                         .began = ignore_session,
                                         .committed = ignore_commit,
                                         .written = ignore_record,
                                         .accused = ignore_accusation,
                                         .refused = ignore_refusal,
                                         .event = ignore_line,
                                         .failed = fail_world});
    for (int round = 0; round < ROUNDS; round++) {
        world_hold(w, street, true);
        world_cut(w, street);
        for (int i = 0; i < COMMUNITIES * RECORDS; i++)
            world_publish(w, world_community(w, (unsigned)i % COMMUNITIES));
        assert_true(world_settles(w, STEPS));
        world_hold(w, street, false);
        assert_true(world_settles(w, STEPS));
        assert_true(world_is_complete(w));
    }
    assert_true(tally.entries >= ROUNDS * COMMUNITIES);
    assert_true(tally.acks < tally.entries / 2);
    assert_true(tally.back > 0);
    /* A session that goes on gets back all that it gave: else it would stand still in the end. */
    for (int i = 0; i < 200; i++) {
        world_publish(w, world_community(w, (unsigned)i % COMMUNITIES));
        if (i % 10 == 9)
            assert_true(world_settles(w, STEPS));
    }
    assert_true(tally.back > 2 * 60000);
    assert_true(world_is_complete(w));
    world_free(w);
}

static void the_same_seed_gives_the_same_events(void **state)
{
    (void)state;
    uint64_t hash[2];
    for (int i = 0; i < 2; i++) {
        struct world *w =
            world_new(&(struct world_options){.seed = 7, .streets = 1, .communities = 2});
        world_publish(w, world_community(w, 1));
        assert_true(world_settles(w, STEPS));
        hash[i] = world_event_hash(w);
        world_free(w);
    }
    assert_true(hash[0] == hash[1]);
}

static void scope_follows_the_tree(void **state)
{
    (void)state;
    struct ys_division community;
    struct ys_division street;
    struct ys_division district;
    struct ys_division other;
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110105001001"), &community, NULL), YS_OK);
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110105001"), &street, NULL), YS_OK);
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110105"), &district, NULL), YS_OK);
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110105001002"), &other, NULL), YS_OK);

    /* A street gives its child the street's and the district's log, and no sibling's. */
    assert_true(ys_scope_provides(YS_SESSION_PARENT, &street, &community, &street));
    assert_true(ys_scope_provides(YS_SESSION_PARENT, &street, &community, &district));
    assert_false(ys_scope_provides(YS_SESSION_PARENT, &street, &community, &other));
    /* It takes from the child only the child's. */
    assert_true(ys_scope_receives(YS_SESSION_PARENT, &street, &community, &community));
    assert_false(ys_scope_receives(YS_SESSION_PARENT, &street, &community, &other));
    assert_false(ys_scope_receives(YS_SESSION_PARENT, &street, &community, &street));
    /* To its parent it gives all below. */
    /* an observer is given what its unit may read, and gives nothing */
    assert_true(ys_scope_provides(YS_SESSION_HOST, &district, &street, &community));
    assert_true(ys_scope_provides(YS_SESSION_HOST, &district, &street, &district));
    assert_false(ys_scope_receives(YS_SESSION_HOST, &district, &street, &street));
    assert_true(ys_scope_receives(YS_SESSION_READER, &district, &street, &community));
    assert_false(ys_scope_receives(YS_SESSION_READER, &community, &district, &other));
    assert_false(ys_scope_provides(YS_SESSION_READER, &district, &street, &district));

    assert_true(ys_scope_provides(YS_SESSION_CHILD, &street, &district, &other));
    assert_false(ys_scope_provides(YS_SESSION_CHILD, &street, &district, &district));
    assert_true(ys_scope_receives(YS_SESSION_CHILD, &street, &district, &district));
    assert_false(ys_scope_receives(YS_SESSION_CHILD, &street, &district, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_reaches_all_ancestors_and_its_receipts_come_back),
        cmocka_unit_test(a_record_written_offline_is_delivered_when_the_link_comes_back),
        cmocka_unit_test(a_full_disk_gives_no_credit_and_goes_on_when_there_is_room),
        cmocka_unit_test(nothing_new_is_one_hello_pair),
        cmocka_unit_test(a_record_of_an_unknown_kind_is_kept_receipted_and_forwarded),
        cmocka_unit_test(cuts_and_crashes_lose_nothing),
        cmocka_unit_test(a_log_with_two_histories_is_proved_and_the_link_goes_on),
        cmocka_unit_test(nothing_is_taken_above_the_cut_of_a_logs_key),
        cmocka_unit_test(a_restored_old_copy_publishes_on),
        cmocka_unit_test(a_receipt_waits_for_entries_that_come_over_another_link),
        cmocka_unit_test(a_restored_copy_tells_what_it_learned_since),
        cmocka_unit_test(a_receipt_that_comes_with_entries_already_asked_for_is_kept),
        cmocka_unit_test(two_copies_that_wrote_become_one_history),
        cmocka_unit_test(a_key_that_was_cut_does_not_keep_a_log_from_its_recovery),
        cmocka_unit_test(a_parent_adds_nothing_to_its_childs_log),
        cmocka_unit_test(who_sends_beyond_its_credit_is_not_served_any_more),
        cmocka_unit_test(credit_comes_back_in_few_messages),
        cmocka_unit_test(the_same_seed_gives_the_same_events),
        cmocka_unit_test(scope_follows_the_tree),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
