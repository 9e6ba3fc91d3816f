#include "node/committer.h"

#include "node/verifier.h"
#include "tests/support/scribe.h"
#include "tests/support/world.h"

#include <poll.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEADLINE_MS = 20000 };

struct scene {
    struct world *w;
    struct ys_node_keys keys;
    struct ys_committer *committer;
};

static struct scene *open_scene(void)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct ys_err err = {0};
    assert_non_null(scene);
    scene->w = world_new(&(struct world_options){.seed = 5, .streets = 1, .communities = 1});
    const int community = world_community(scene->w, 0);
    for (int i = 0; i < 3; i++)
        world_publish(scene->w, community);
    assert_int_equal(
        ys_committer_open(world_store(scene->w, community), &scene->keys, &scene->committer, &err),
        YS_OK);
    return scene;
}

static void close_scene(struct scene *scene)
{
    ys_committer_close(scene->committer);
    world_free(scene->w);
    free(scene);
}

/* Wait for results; each wait is bounded. */
static size_t take(struct scene *scene, struct ys_change_result *out, size_t capacity)
{
    struct pollfd wait = {.fd = ys_committer_fd(scene->committer), .events = POLLIN};
    assert_int_equal(poll(&wait, 1, DEADLINE_MS), 1);
    return ys_committer_take(scene->committer, out, capacity);
}

static struct ys_change *verdicts(struct scene *scene, uint64_t first, const uint8_t *bytes,
                                  size_t count)
{
    struct ys_change *change = NULL;
    const struct ys_identity *self =
        ys_store_identity(world_store(scene->w, world_community(scene->w, 0)));
    assert_int_equal(ys_change_new(YS_CHANGE_VERDICTS, 64, &change, NULL), YS_OK);
    ys_name_print(&self->origin, change->origin);
    change->session = 9;
    change->first_index = first;
    change->count = count;
    change->verdicts = ys_change_keep(change, (struct ys_bytes){bytes, count}).data;
    return change;
}

static void a_change_is_on_the_disk_when_its_result_comes(void **state)
{
    (void)state;
    struct scene *scene = open_scene();
    const uint8_t bad[3] = {YS_VERDICT_OK, YS_VERDICT_BAD, YS_VERDICT_OK};
    struct ys_change_result result;
    struct ys_txn *txn = NULL;
    enum ys_verdict verdict = YS_VERDICT_UNCHECKED;

    ys_committer_put(scene->committer, verdicts(scene, 0, bad, 3));

    assert_int_equal(take(scene, &result, 1), 1);
    assert_int_equal(result.code, YS_OK);
    assert_int_equal(result.session, 9);
    assert_int_equal(
        ys_store_begin(world_store(scene->w, world_community(scene->w, 0)), false, &txn, NULL),
        YS_OK);
    assert_int_equal(ys_status_get(txn, YS_OWN_LOG, 1, &verdict, NULL), YS_OK);
    assert_int_equal(verdict, YS_VERDICT_BAD);
    ys_txn_abort(&txn);
    assert_int_equal(ys_committer_trouble(scene->committer, NULL), YS_OK);
    close_scene(scene);
}

static void results_come_in_the_order_of_the_changes(void **state)
{
    (void)state;
    struct scene *scene = open_scene();
    const uint8_t ok = YS_VERDICT_OK;
    struct ys_change_result results[40];
    size_t count = 0;
    for (int i = 0; i < 40; i++)
        ys_committer_put(scene->committer, verdicts(scene, (uint64_t)(i % 3), &ok, 1));

    while (count < 40)
        count += take(scene, results + count, 7 < 40 - count ? 7 : 40 - count);

    for (int i = 0; i < 40; i++)
        assert_int_equal(results[i].first_index, i % 3);
    assert_true(ys_committer_commits(scene->committer) <= 40);
    close_scene(scene);
}

static void a_refused_change_does_not_spoil_its_group(void **state)
{
    (void)state;
    struct scene *scene = open_scene();
    const uint8_t ok = YS_VERDICT_OK;
    struct ys_change_result results[2];
    ys_committer_put(scene->committer, verdicts(scene, 1000, &ok, 1));
    ys_committer_put(scene->committer, verdicts(scene, 0, &ok, 1));
    size_t count = 0;

    while (count < 2)
        count += take(scene, results + count, 2 - count);

    assert_int_equal(results[0].code, YS_BUSY);
    assert_int_equal(results[1].code, YS_OK);
    close_scene(scene);
}

static void what_is_queued_at_the_end_is_carried_out(void **state)
{
    (void)state;
    struct scene *scene = open_scene();
    struct ys_change *change = NULL;
    struct ys_division peer;
    struct ys_cursor cursor;
    struct ys_txn *txn = NULL;
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110105901"), &peer, NULL), YS_OK);
    assert_int_equal(ys_change_new(YS_CHANGE_CURSOR, 0, &change, NULL), YS_OK);
    change->peer = peer;
    change->cursor.changed = 77;
    ys_committer_put(scene->committer, change); /* would wait for company */

    ys_committer_close(scene->committer);
    scene->committer = NULL;

    assert_int_equal(
        ys_store_begin(world_store(scene->w, world_community(scene->w, 0)), false, &txn, NULL),
        YS_OK);
    assert_int_equal(ys_cursor_load(txn, &peer, &cursor, NULL), YS_OK);
    assert_int_equal(cursor.changed, 77);
    ys_txn_abort(&txn);
    close_scene(scene);
}

static void workers_judge_what_they_are_given(void **state)
{
    (void)state;
    struct scene *scene = open_scene();
    assert_true(world_settles(scene->w, 200000));
    const int community = world_community(scene->w, 0);
    struct ys_verifier *verifier = NULL;
    struct ys_change_result result;
    uint64_t counts[YS_VERDICTS];
    struct ys_txn *txn = NULL;
    const struct ys_verifier_options options = {.store = world_store(scene->w, community),
                                                .member = world_member(scene->w, community),
                                                .committer = scene->committer,
                                                .threads = 2};
    assert_int_equal(ys_verifier_open(&options, &verifier, NULL), YS_OK);

    assert_int_equal(ys_verifier_put(verifier, YS_OWN_LOG, 0, 3, YS_JUDGE_NEW, NULL), YS_OK);

    assert_int_equal(take(scene, &result, 1), 1);
    assert_int_equal(result.kind, YS_CHANGE_VERDICTS);
    assert_int_equal(ys_store_begin(world_store(scene->w, community), false, &txn, NULL), YS_OK);
    assert_int_equal(ys_status_count(txn, YS_OWN_LOG, 3, counts, NULL), YS_OK);
    assert_int_equal(counts[YS_VERDICT_OK], 3);
    ys_txn_abort(&txn);
    ys_verifier_close(verifier);
    close_scene(scene);
}

/* Until nothing is queued or being judged; bounded. */
static void wait_until_judged(struct ys_verifier *verifier)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; i < DEADLINE_MS && ys_verifier_backlog(verifier) != 0; i++)
        nanosleep(&pause, NULL);
    assert_int_equal(ys_verifier_backlog(verifier), 0);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void open_verifier(struct scene *scene, struct ys_verifier **out)
{
    const int community = world_community(scene->w, 0);
    assert_true(world_settles(scene->w, 200000));
    assert_int_equal(
        ys_verifier_open(&(struct ys_verifier_options){.store = world_store(scene->w, community),
                                                       .member = world_member(scene->w, community),
                                                       .committer = scene->committer,
                                                       .threads = 2},
                         out, NULL),
        YS_OK);
}

/* Held again and again in the middle: nothing is begun meanwhile, nothing is left out. */
static void who_holds_the_workers_is_alone_with_the_membership(void **state)
{
    (void)state;
    enum { TIMES = 300 };
    struct scene *scene = open_scene();
    struct ys_verifier *verifier = NULL;
    struct ys_change_result results[8];
    uint64_t counts[YS_VERDICTS];
    struct ys_txn *txn = NULL;
    open_verifier(scene, &verifier);
    ys_verifier_hold(verifier);
    for (int i = 0; i < TIMES; i++)
        assert_int_equal(ys_verifier_put(verifier, YS_OWN_LOG, 0, 3, YS_JUDGE_ALL, NULL), YS_OK);
    for (int i = 0; i < TIMES; i++) {
        ys_verifier_release(verifier);
        ys_verifier_hold(verifier);
        const uint64_t left = ys_verifier_backlog(verifier);
        for (int k = 0; k < 50; k++)
            assert_int_equal(ys_verifier_backlog(verifier), left);
    }
    ys_verifier_release(verifier);
    wait_until_judged(verifier);
    for (bool done = false; !done;) {
        (void)take(scene, results, 8);
        assert_int_equal(
            ys_store_begin(world_store(scene->w, world_community(scene->w, 0)), false, &txn, NULL),
            YS_OK);
        assert_int_equal(ys_status_count(txn, YS_OWN_LOG, 3, counts, NULL), YS_OK);
        ys_txn_abort(&txn);
        done = counts[YS_VERDICT_OK] == 3;
    }
    ys_verifier_close(verifier);
    close_scene(scene);
}

/* The writer cannot go on while another writes: what waits for it goes before judging, not for ever. */
static void entries_that_wait_go_before_judging_for_a_while(void **state)
{
    (void)state;
    struct scene *scene = open_scene();
    struct ys_verifier *verifier = NULL;
    struct ys_change *change = NULL;
    struct ys_txn *txn = NULL;
    open_verifier(scene, &verifier);
    assert_int_equal(
        ys_store_begin(world_store(scene->w, world_community(scene->w, 0)), true, &txn, NULL),
        YS_OK);
    assert_int_equal(ys_change_new(YS_CHANGE_ENTRIES, 0, &change, NULL), YS_OK);
    memcpy(change->origin, "unknown", sizeof "unknown");
    change->first_index = 1; /* refused, once it is its turn */
    change->credit = 1;
    ys_committer_put(scene->committer, change);

    const int64_t begin = now_ms();
    assert_int_equal(ys_verifier_put(verifier, YS_OWN_LOG, 0, 3, YS_JUDGE_ALL, NULL), YS_OK);
    wait_until_judged(verifier);

    assert_true(now_ms() - begin >= YS_RECEIVE_FIRST_MS - 1);
    assert_int_equal(ys_committer_backlog(scene->committer), 1);
    ys_txn_abort(&txn);
    ys_verifier_close(verifier);
    close_scene(scene);
}

/* A record of the community whose body is the one that its note names, but of another kind. */
static uint64_t write_contradiction(struct scene *scene, struct scribe_record *record)
{
    const int community = world_community(scene->w, 0);
    struct rng rng = rng_from_seed(6);
    const struct ys_signer *const by = world_body(scene->w, community, 0);
    scribe_write(record, &rng, &ys_store_identity(world_store(scene->w, community))->origin,
                 "topic_proposal", 1764000000, scribe_acknowledgement(&rng), &by, 1);
    const uint64_t index = world_publish(scene->w, community) + 1;
    assert_true(world_write(scene->w, community, record));
    return index;
}

static void take_body_away(struct scene *scene, uint64_t index)
{
    struct ys_txn *txn = NULL;
    assert_int_equal(
        ys_store_begin(world_store(scene->w, world_community(scene->w, 0)), true, &txn, NULL),
        YS_OK);
    assert_int_equal(
        ys_log_set_content(txn, YS_OWN_LOG, index, YS_CONTENT_ABSENT, (struct ys_bytes){0}, NULL),
        YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static enum ys_verdict verdict_at(struct scene *scene, uint64_t index)
{
    enum ys_verdict verdict = YS_VERDICT_UNCHECKED;
    struct ys_txn *txn = NULL;
    assert_int_equal(
        ys_store_begin(world_store(scene->w, world_community(scene->w, 0)), false, &txn, NULL),
        YS_OK);
    assert_int_equal(ys_status_get(txn, YS_OWN_LOG, index, &verdict, NULL), YS_OK);
    ys_txn_abort(&txn);
    return verdict;
}

/* The verdict that the workers come to, as the daemon asks for it. */
static enum ys_verdict judge_new(struct scene *scene, struct ys_verifier *verifier, uint64_t index)
{
    struct ys_change_result result;
    assert_int_equal(ys_verifier_put(verifier, YS_OWN_LOG, index, 1, YS_JUDGE_NEW, NULL), YS_OK);
    assert_int_equal(take(scene, &result, 1), 1);
    assert_int_equal(result.kind, YS_CHANGE_VERDICTS);
    assert_int_equal(result.code, YS_OK);
    return verdict_at(scene, index);
}

static void put_body(struct scene *scene, uint64_t index, const struct scribe_record *record)
{
    const int community = world_community(scene->w, 0);
    struct ys_change *change = NULL;
    assert_int_equal(ys_change_new(YS_CHANGE_CONTENT,
                                   sizeof(struct ys_entry) + record->body_size + 16, &change, NULL),
                     YS_OK);
    ys_name_print(&ys_store_identity(world_store(scene->w, community))->origin, change->origin);
    change->first_index = index;
    change->count = 1;
    change->entries = ys_change_room(change, sizeof(struct ys_entry));
    change->entries[0] = (struct ys_entry){
        .content = YS_CONTENT_BODY,
        .body = ys_change_keep(change, (struct ys_bytes){record->body, record->body_size})};
    ys_committer_put(scene->committer, change);
}

static void a_body_that_comes_later_is_judged_as_if_it_had_come_at_once(void **state)
{
    (void)state;
    struct scene *scene = open_scene();
    struct scribe_record record;
    struct ys_verifier *verifier = NULL;
    struct ys_change_result result;
    const uint64_t index = write_contradiction(scene, &record);
    open_verifier(scene, &verifier);
    take_body_away(scene, index);
    assert_int_equal(judge_new(scene, verifier, index), YS_VERDICT_OK); /* by its note alone */

    put_body(scene, index, &record);
    assert_int_equal(take(scene, &result, 1), 1);
    assert_int_equal(result.code, YS_OK);
    assert_int_equal(result.count, 1);

    assert_int_equal(judge_new(scene, verifier, result.first_index), YS_VERDICT_BAD);
    ys_verifier_close(verifier);
    close_scene(scene);
}

/* The bodies are on the way to the disk while a worker reads that they are absent: one entry was judged
 * before, one is judged now. */
static void what_a_worker_read_before_the_body_came_is_of_no_worth(void **state)
{
    (void)state;
    struct scene *scene = open_scene();
    struct scribe_record record[2];
    struct ys_verifier *verifier = NULL;
    struct ys_change_result results[3];
    struct ys_txn *txn = NULL;
    const uint64_t first = write_contradiction(scene, &record[0]);
    const uint64_t second = write_contradiction(scene, &record[1]);
    open_verifier(scene, &verifier);
    take_body_away(scene, first);
    take_body_away(scene, second);
    assert_int_equal(judge_new(scene, verifier, first), YS_VERDICT_OK);

    assert_int_equal(
        ys_store_begin(world_store(scene->w, world_community(scene->w, 0)), true, &txn, NULL),
        YS_OK);
    put_body(scene, first, &record[0]);
    put_body(scene, second, &record[1]);
    assert_int_equal(
        ys_verifier_put(verifier, YS_OWN_LOG, first, second + 1 - first, YS_JUDGE_NEW, NULL),
        YS_OK);
    wait_until_judged(verifier);
    ys_txn_abort(&txn);
    for (size_t count = 0; count < 3;)
        count += take(scene, results + count, 3 - count);

    assert_int_equal(verdict_at(scene, first), YS_VERDICT_UNCHECKED);
    assert_int_equal(verdict_at(scene, second), YS_VERDICT_UNCHECKED);
    ys_verifier_close(verifier);
    close_scene(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_on_the_disk_when_its_result_comes),
        cmocka_unit_test(results_come_in_the_order_of_the_changes),
        cmocka_unit_test(a_refused_change_does_not_spoil_its_group),
        cmocka_unit_test(what_is_queued_at_the_end_is_carried_out),
        cmocka_unit_test(workers_judge_what_they_are_given),
        cmocka_unit_test(who_holds_the_workers_is_alone_with_the_membership),
        cmocka_unit_test(entries_that_wait_go_before_judging_for_a_while),
        cmocka_unit_test(a_body_that_comes_later_is_judged_as_if_it_had_come_at_once),
        cmocka_unit_test(what_a_worker_read_before_the_body_came_is_of_no_worth),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
