#include "sync/dispute.h"

#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* A street's store with ten entries of its community, and heads of it. */
enum { ENTRIES = 10 };

struct desk {
    struct cast cast;
    struct ys_txn *txn;
    struct ys_log log;
    uint8_t foreign[CAST_HEAD_MAX];
    uint8_t proof[YS_DISPUTE_MAX];
    struct ys_writer w;
};

static void begin(struct desk *desk)
{
    ys_txn_abort(&desk->txn);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &desk->txn, NULL), YS_OK);
    assert_int_equal(ys_log_find(desk->txn, desk->cast.unit[CAST_COMMUNITY].log, &desk->log, NULL),
                     YS_OK);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_dispute", CAST_STREET);
    for (int i = 0; i < ENTRIES; i++)
        (void)cast_publish(&desk->cast, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng),
                           &desk->cast.unit[CAST_COMMUNITY].body[0]);
    desk->w = (struct ys_writer){.data = desk->proof, .capacity = sizeof desk->proof};
    begin(desk);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_txn_abort(&desk->txn);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

static void keep_head(struct desk *desk, uint64_t size)
{
    ys_txn_abort(&desk->txn);
    cast_keep_head(&desk->cast, CAST_COMMUNITY, size, NULL, 0, 0);
    begin(desk);
}

/* A head of another history, with its checkpoint. */
static struct ys_foreign_head foreign_head(struct desk *desk, uint64_t size,
                                           struct ys_checkpoint *checkpoint)
{
    struct ys_note note;
    const struct ys_bytes bytes = cast_false_head(&desk->cast, CAST_COMMUNITY, size, desk->foreign);
    assert_int_equal(ys_note_parse(bytes, &note, NULL), YS_OK);
    assert_int_equal(ys_checkpoint_parse(note.text, checkpoint, NULL), YS_OK);
    return (struct ys_foreign_head){.note = bytes, .checkpoint = checkpoint};
}

/* Convinces anybody who has the log's key. */
static void assert_proves(const struct desk *desk, uint64_t size_a, uint64_t size_b)
{
    struct ys_fork_proof fork;
    struct ys_checkpoint a;
    struct ys_checkpoint b;
    assert_int_equal(ys_fork_parse((struct ys_bytes){desk->w.data, desk->w.size}, &fork, NULL),
                     YS_OK);
    assert_int_equal(
        ys_fork_check(&fork, &desk->cast.unit[CAST_COMMUNITY].keys.log.vkey, &a, &b, NULL), YS_OK);
    assert_int_equal(a.size, size_a);
    assert_int_equal(b.size, size_b);
}

static void a_head_that_the_tree_contradicts_is_proof_with_one_above_it(void **state)
{
    struct desk *const desk = *state;
    struct ys_checkpoint checkpoint;
    keep_head(desk, 3);
    keep_head(desk, 8);
    const struct ys_foreign_head head = foreign_head(desk, 5, &checkpoint);

    assert_int_equal(ys_dispute_by_tree(desk->txn, &desk->log, &head, &desk->w, NULL), YS_OK);

    assert_proves(desk, 5, 8);
}

static void two_heads_of_one_size_are_a_proof(void **state)
{
    struct desk *const desk = *state;
    struct ys_checkpoint checkpoint;
    keep_head(desk, 5);
    const struct ys_foreign_head head = foreign_head(desk, 5, &checkpoint);

    assert_int_equal(ys_dispute_by_tree(desk->txn, &desk->log, &head, &desk->w, NULL), YS_OK);

    assert_proves(desk, 5, 5);
}

static void what_nobody_has_signed_accuses_nobody(void **state)
{
    struct desk *const desk = *state;
    struct ys_checkpoint checkpoint;
    keep_head(desk, 3);
    const struct ys_foreign_head head = foreign_head(desk, 5, &checkpoint);
    assert_int_equal(ys_dispute_by_tree(desk->txn, &desk->log, &head, &desk->w, NULL),
                     YS_NOT_FOUND);
    assert_int_equal(desk->w.size, 0);
}

static void a_true_head_accuses_nobody(void **state)
{
    struct desk *const desk = *state;
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    keep_head(desk, 8);
    const struct ys_bytes bytes =
        cast_head(&desk->cast, CAST_COMMUNITY, 5, NULL, 0, 0, desk->foreign);
    assert_int_equal(ys_note_parse(bytes, &note, NULL), YS_OK);
    assert_int_equal(ys_checkpoint_parse(note.text, &checkpoint, NULL), YS_OK);
    const struct ys_foreign_head head = {.note = bytes, .checkpoint = &checkpoint};
    assert_int_equal(ys_dispute_by_tree(desk->txn, &desk->log, &head, &desk->w, NULL),
                     YS_NOT_FOUND);
}

/* Another tree of the same owner, whose past at size 3 differs from the head of size 3 held here. */
static void a_past_that_differs_from_a_stored_head_is_proof(void **state)
{
    struct desk *const desk = *state;
    struct ys_foreign_past past = {.old_size = 3};
    struct ys_checkpoint checkpoint;
    struct ys_hash leaf[4];
    struct ys_hash root;
    struct ys_note note;
    struct ys_frontier frontier = {0};
    keep_head(desk, 3);
    for (int i = 0; i < 4; i++) {
        rng_fill(&desk->cast.rng, leaf[i].bytes, sizeof leaf[i].bytes);
        if (i == 3)
            ys_frontier_root(&frontier, &past.old_root);
        assert_int_equal(ys_frontier_append(&frontier, &leaf[i]), YS_OK);
    }
    ys_frontier_root(&frontier, &root);
    /* RFC 6962, 2.1.2: from 3 leaves to 4 */
    struct ys_hash pair;
    ys_node_hash(&leaf[0], &leaf[1], &pair);
    past.proof = (struct ys_proof){.count = 3, .hash = {leaf[2], leaf[3], pair}};
    const struct ys_bytes bytes =
        cast_head_over(&desk->cast, CAST_COMMUNITY, 4, &root, desk->foreign);
    assert_int_equal(ys_note_parse(bytes, &note, NULL), YS_OK);
    assert_int_equal(ys_checkpoint_parse(note.text, &checkpoint, NULL), YS_OK);
    const struct ys_foreign_head head = {.note = bytes, .checkpoint = &checkpoint};

    assert_int_equal(ys_dispute_by_past(desk->txn, &desk->log, &head, &past, &desk->w, NULL),
                     YS_OK);
    assert_proves(desk, 3, 4);

    desk->w.size = 0;
    past.proof.hash[1].bytes[0] ^= 1;
    assert_int_equal(ys_dispute_by_past(desk->txn, &desk->log, &head, &past, &desk->w, NULL),
                     YS_MALFORMED);
}

static void a_head_left_behind_by_a_catch_up_is_found_when_the_log_is_there(void **state)
{
    struct desk *const desk = *state;
    struct ys_checkpoint checkpoint;
    bool changed = false;
    keep_head(desk, 3);
    keep_head(desk, 10);
    const struct ys_foreign_head head = foreign_head(desk, 7, &checkpoint);
    assert_int_equal(ys_head_put(desk->txn, desk->log.id, 7, 3, head.note, &changed, NULL), YS_OK);

    assert_int_equal(ys_dispute_stored(desk->txn, &desk->log, 7, &desk->w, NULL), YS_NOT_FOUND);
    assert_int_equal(ys_dispute_stored(desk->txn, &desk->log, 3, &desk->w, NULL), YS_OK);

    assert_proves(desk, 7, 10);
}

static void the_first_proof_is_kept_and_the_log_is_forked(void **state)
{
    struct desk *const desk = *state;
    struct ys_checkpoint checkpoint;
    struct ys_bytes kept;
    bool is_new = false;
    keep_head(desk, 8);
    const struct ys_foreign_head head = foreign_head(desk, 5, &checkpoint);
    assert_int_equal(ys_dispute_by_tree(desk->txn, &desk->log, &head, &desk->w, NULL), YS_OK);
    const struct ys_bytes proof = {desk->w.data, desk->w.size};
    assert_int_equal(ys_dispute_load(desk->txn, desk->log.id, &kept, NULL), YS_NOT_FOUND);

    assert_int_equal(ys_dispute_keep(desk->txn, &desk->log, proof, &is_new, NULL), YS_OK);
    assert_true(is_new);
    assert_int_equal(
        ys_dispute_keep(desk->txn, &desk->log, ys_bytes_of_text("another"), &is_new, NULL), YS_OK);
    assert_false(is_new);

    begin(desk);
    assert_int_equal(ys_dispute_load(desk->txn, desk->log.id, &kept, NULL), YS_NOT_FOUND);
    assert_int_equal(ys_dispute_keep(desk->txn, &desk->log, proof, &is_new, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&desk->txn, NULL), YS_OK);
    begin(desk);
    assert_int_equal(desk->log.state, YS_LOG_FORKED);
    assert_int_equal(ys_dispute_load(desk->txn, desk->log.id, &kept, NULL), YS_OK);
    assert_true(ys_bytes_equal(kept, proof));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_head_that_the_tree_contradicts_is_proof_with_one_above_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_heads_of_one_size_are_a_proof, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_has_signed_accuses_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_true_head_accuses_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_past_that_differs_from_a_stored_head_is_proof, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_head_left_behind_by_a_catch_up_is_found_when_the_log_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_proof_is_kept_and_the_log_is_forked, set_up,
                                        tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
