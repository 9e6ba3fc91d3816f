#include "sync/witness.h"

#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* A street with a log of its own and a copy of a community's, five entries each. */
enum { ENTRIES = 5 };
static const uint64_t now_s = 1764000000;

struct desk {
    struct cast cast;
    struct ys_txn *txn;
    struct ys_log log; /* the community's */
    struct ys_log own;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    const struct ys_entry entry = {.note = ys_bytes_of_text("an entry")};
    assert_non_null(desk);
    cast_open(&desk->cast, "test_witness", CAST_STREET);
    for (int i = 0; i < ENTRIES; i++) {
        (void)cast_append(&desk->cast, CAST_STREET, &entry);
        (void)cast_append(&desk->cast, CAST_COMMUNITY, &entry);
    }
    desk->log = cast_log(&desk->cast, CAST_COMMUNITY);
    desk->own = cast_log(&desk->cast, CAST_STREET);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &desk->txn, NULL), YS_OK);
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

static void keep(struct desk *desk, const struct ys_log *log, uint64_t size, struct ys_bytes head)
{
    bool changed = false;
    assert_int_equal(
        ys_head_put(desk->txn, log->id, size, log->frontier.size, head, &changed, NULL), YS_OK);
}

static void keep_true_head(struct desk *desk, enum cast_role role, uint64_t size)
{
    uint8_t buffer[CAST_HEAD_MAX];
    keep(desk, role == CAST_STREET ? &desk->own : &desk->log, size,
         cast_head(&desk->cast, role, size, NULL, 0, 0, buffer));
}

static enum ys_code cosign(struct desk *desk, uint64_t size, uint64_t at_s, bool *changed,
                           struct ys_err *err)
{
    return ys_witness_cosign(desk->txn, &desk->log, size, &desk->cast.unit[CAST_STREET].keys.mirror,
                             at_s, changed, err);
}

/* Time of our cosignature at this size; 0 for none. It must verify. */
static uint64_t cosigned_at(struct desk *desk, uint64_t size)
{
    uint64_t found = 0;
    uint64_t time_s = 0;
    struct ys_bytes bytes;
    struct ys_note note;
    assert_int_equal(ys_head_at_least(desk->txn, desk->log.id, size, &found, &bytes, NULL), YS_OK);
    assert_int_equal(found, size);
    assert_int_equal(ys_note_parse(bytes, &note, NULL), YS_OK);
    switch (ys_note_check(&note, &desk->cast.unit[CAST_STREET].keys.mirror.vkey, &time_s)) {
    case YS_LINE_GOOD:
        return time_s;
    case YS_LINE_ABSENT:
        return 0;
    case YS_LINE_BAD:
        break;
    }
    fail();
    return 0;
}

static uint64_t last_time(struct desk *desk)
{
    uint64_t time_s = 0;
    assert_int_equal(ys_witness_time_load(desk->txn, &time_s, NULL), YS_OK);
    return time_s;
}

/* --- another log's heads --- */

static void a_head_is_cosigned_once(void **state)
{
    struct desk *const desk = *state;
    bool changed = false;
    keep_true_head(desk, CAST_COMMUNITY, 5);
    assert_int_equal(cosign(desk, 5, now_s, &changed, NULL), YS_OK);
    assert_true(changed);
    assert_int_equal(cosigned_at(desk, 5), now_s);

    assert_int_equal(cosign(desk, 5, now_s + 60, &changed, NULL), YS_OK);

    assert_false(changed);
    assert_int_equal(cosigned_at(desk, 5), now_s);
    assert_int_equal(last_time(desk), now_s);
}

static void an_earlier_head_of_the_same_tree_may_be_cosigned_too(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    static const enum cast_role district = CAST_DISTRICT;
    bool changed = false;
    keep_true_head(desk, CAST_COMMUNITY, 5);
    keep(desk, &desk->log, 3,
         cast_head(&desk->cast, CAST_COMMUNITY, 3, &district, 1, now_s, buffer));
    assert_int_equal(cosign(desk, 5, now_s, &changed, NULL), YS_OK);

    assert_int_equal(cosign(desk, 3, now_s + 1, &changed, NULL), YS_OK);

    assert_true(changed);
    assert_int_equal(cosigned_at(desk, 3), now_s + 1);
}

static void nothing_is_cosigned_above_what_is_on_the_disk(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    bool changed = false;
    struct ys_err err = {0};
    keep(desk, &desk->log, 6, cast_false_head(&desk->cast, CAST_COMMUNITY, 6, buffer));

    assert_int_equal(cosign(desk, 6, now_s, &changed, &err), YS_BUSY);

    assert_non_null(strstr(err.msg, "5 of 6 entries"));
    assert_int_equal(cosigned_at(desk, 6), 0);
    assert_int_equal(last_time(desk), 0);
}

static void nothing_is_cosigned_where_no_head_stands(void **state)
{
    struct desk *const desk = *state;
    bool changed = false;
    keep_true_head(desk, CAST_COMMUNITY, 5);
    assert_int_equal(cosign(desk, 4, now_s, &changed, NULL), YS_NOT_FOUND);
    assert_int_equal(cosigned_at(desk, 5), 0);
}

static void a_witness_never_signs_a_time_below_its_last_one(void **state)
{
    struct desk *const desk = *state;
    bool changed = false;
    static const uint64_t clock_s[] = {100, 50, 0, 100, 101};
    static const uint64_t signed_s[] = {100, 100, 100, 100, 101};
    for (uint64_t size = 1; size <= ENTRIES; size++) {
        keep_true_head(desk, CAST_COMMUNITY, size);
        assert_int_equal(cosign(desk, size, clock_s[size - 1], &changed, NULL), YS_OK);
        assert_int_equal(cosigned_at(desk, size), signed_s[size - 1]);
        assert_int_equal(last_time(desk), signed_s[size - 1]);
    }
}

static void the_last_time_counts_over_all_logs(void **state)
{
    struct desk *const desk = *state;
    bool changed = false;
    assert_int_equal(ys_witness_time_save(desk->txn, now_s + 1000, NULL), YS_OK);
    keep_true_head(desk, CAST_COMMUNITY, 5);
    assert_int_equal(cosign(desk, 5, now_s, &changed, NULL), YS_OK);
    assert_int_equal(cosigned_at(desk, 5), now_s + 1000);
}

static void a_log_in_any_other_state_than_following_is_not_cosigned(void **state)
{
    struct desk *const desk = *state;
    static const enum ys_log_state states[] = {YS_LOG_RECOVERING, YS_LOG_FORKED, YS_LOG_CLOSED};
    bool changed = false;
    struct ys_err err = {0};
    keep_true_head(desk, CAST_COMMUNITY, 5);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ys_log_set_state(desk->txn, &desk->log, states[i], NULL), YS_OK);
        assert_int_equal(cosign(desk, 5, now_s, &changed, &err), YS_FORK);
        assert_int_equal(cosigned_at(desk, 5), 0);
    }
    assert_int_equal(ys_log_set_state(desk->txn, &desk->log, YS_LOG_FOLLOWING, NULL), YS_OK);
    assert_int_equal(cosign(desk, 5, now_s, &changed, &err), YS_OK);
}

static void a_head_of_another_history_is_not_cosigned(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    bool changed = false;
    struct ys_err err = {0};
    keep(desk, &desk->log, 4, cast_false_head(&desk->cast, CAST_COMMUNITY, 4, buffer));

    assert_int_equal(cosign(desk, 4, now_s, &changed, &err), YS_FORK);

    assert_int_equal(cosigned_at(desk, 4), 0);
    assert_int_equal(last_time(desk), 0);
}

static void a_stored_head_that_is_none_is_our_own_fault(void **state)
{
    struct desk *const desk = *state;
    uint8_t key[YS_ROW_KEY_LEN];
    uint8_t buffer[CAST_HEAD_MAX];
    bool changed = false;
    ys_row_key(desk->log.id, 4, key);
    /* a head of another size under this one's key */
    const struct ys_bytes head = cast_head(&desk->cast, CAST_COMMUNITY, 5, NULL, 0, 0, buffer);
    assert_int_equal(
        ys_txn_put(desk->txn, YS_DB_HEAD, (struct ys_bytes){key, sizeof key}, head, NULL), YS_OK);
    assert_int_equal(cosign(desk, 4, now_s, &changed, NULL), YS_CORRUPT);
}

/* --- the own head --- */

static enum ys_code sign_own(struct desk *desk, bool *changed, struct ys_err *err)
{
    return ys_witness_sign_own(desk->txn, &desk->own, desk->own.frontier.size,
                               &desk->cast.unit[CAST_STREET].keys.log, changed, err);
}

static uint64_t newest_own(struct desk *desk)
{
    uint64_t size = 0;
    struct ys_bytes bytes;
    return ys_head_at_most(desk->txn, YS_OWN_LOG, INT64_MAX, &size, &bytes, NULL) == YS_OK ? size
                                                                                           : 0;
}

static void the_own_head_is_signed_over_the_whole_log_and_once(void **state)
{
    struct desk *const desk = *state;
    uint64_t size = 0;
    struct ys_bytes bytes;
    struct ys_checkpoint checkpoint;
    struct ys_note note;
    bool changed = false;
    assert_int_equal(sign_own(desk, &changed, NULL), YS_OK);
    assert_true(changed);

    assert_int_equal(ys_head_at_most(desk->txn, YS_OWN_LOG, INT64_MAX, &size, &bytes, NULL), YS_OK);
    assert_int_equal(ys_checkpoint_open(bytes, &desk->cast.unit[CAST_STREET].keys.log.vkey,
                                        &checkpoint, &note, NULL),
                     YS_OK);
    assert_int_equal(size, ENTRIES);
    assert_int_equal(checkpoint.size, ENTRIES);
    assert_true(ys_hash_equal(&checkpoint.root, &desk->own.root));
    assert_string_equal(checkpoint.origin, desk->own.origin_text);
    assert_int_equal(sign_own(desk, &changed, NULL), YS_OK);
    assert_false(changed);
}

static void a_longer_log_gets_a_further_head(void **state)
{
    struct desk *const desk = *state;
    const struct ys_entry entry = {.note = ys_bytes_of_text("one more")};
    bool changed = false;
    assert_int_equal(sign_own(desk, &changed, NULL), YS_OK);
    assert_int_equal(ys_log_append(desk->txn, &desk->own, &entry, 1, NULL), YS_OK);
    assert_int_equal(sign_own(desk, &changed, NULL), YS_OK);
    assert_true(changed);
    assert_int_equal(newest_own(desk), ENTRIES + 1);
}

static void nothing_is_signed_when_the_last_own_head_is_of_another_tree(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    bool changed = true;
    struct ys_err err = {0};
    keep(desk, &desk->own, 3, cast_false_head(&desk->cast, CAST_STREET, 3, buffer));

    assert_int_equal(sign_own(desk, &changed, &err), YS_CORRUPT);

    assert_false(changed);
    assert_non_null(strstr(err.msg, "not of the tree held"));
    assert_int_equal(newest_own(desk), 3);
}

static void nothing_is_signed_when_more_was_signed_than_is_here(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    bool changed = true;
    struct ys_err err = {0};
    keep(desk, &desk->own, 9, cast_false_head(&desk->cast, CAST_STREET, 9, buffer));

    assert_int_equal(sign_own(desk, &changed, &err), YS_CORRUPT);

    assert_non_null(strstr(err.msg, "size 9 was signed, 5 entries"));
    assert_int_equal(newest_own(desk), 9);
}

static void nothing_is_signed_when_the_last_own_head_is_of_another_key(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer other;
    bool changed = true;
    struct ys_err err = {0};
    keep_true_head(desk, CAST_STREET, 3);
    cast_rekey(&desk->cast, &desk->cast.unit[CAST_STREET].keys.log, &other);
    assert_int_equal(
        ys_witness_sign_own(desk->txn, &desk->own, desk->own.frontier.size, &other, &changed, &err),
        YS_CORRUPT);
    assert_false(changed);
    assert_non_null(strstr(err.msg, "does not verify"));
}

static void an_own_log_that_is_empty_or_not_following_gets_no_head(void **state)
{
    struct desk *const desk = *state;
    struct ys_log empty = desk->own;
    bool changed = true;
    empty.frontier = (struct ys_frontier){0};
    assert_int_equal(ys_witness_sign_own(desk->txn, &empty, 0,
                                         &desk->cast.unit[CAST_STREET].keys.log, &changed, NULL),
                     YS_OK);
    assert_false(changed);
    static const enum ys_log_state states[] = {YS_LOG_RECOVERING, YS_LOG_FORKED, YS_LOG_CLOSED};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ys_log_set_state(desk->txn, &desk->own, states[i], NULL), YS_OK);
        changed = true;
        assert_int_equal(sign_own(desk, &changed, NULL), YS_OK);
        assert_false(changed);
    }
    assert_int_equal(newest_own(desk), 0);
}

/* --- keys --- */

static void the_keys_of_a_node_follow_from_its_master(void **state)
{
    const struct desk *const desk = *state;
    const struct cast_unit *const unit = &desk->cast.unit[CAST_STREET];
    uint8_t master[YS_SEED_LEN] = {1};
    struct ys_node_keys a;
    struct ys_node_keys b;
    assert_int_equal(ys_node_keys_derive(&a, master, 0, &unit->origin, NULL), YS_OK);
    assert_int_equal(ys_node_keys_derive(&b, master, 0, &unit->origin, NULL), YS_OK);
    assert_memory_equal(&a, &b, sizeof a);
    assert_string_equal(a.log.vkey.name, "beijing.example/110105901/1");
    assert_string_equal(a.mirror.vkey.name, "beijing.example/mirror/110105901");
    assert_int_equal(a.log.vkey.type, YS_SIG_ED25519);
    assert_int_equal(a.mirror.vkey.type, YS_SIG_COSIGNATURE_V1);
    assert_memory_not_equal(a.log.vkey.key, a.mirror.vkey.key, YS_PUBKEY_LEN);

    assert_int_equal(ys_node_keys_derive(&b, master, 1, &unit->origin, NULL), YS_OK);
    assert_memory_not_equal(a.log.vkey.key, b.log.vkey.key, YS_PUBKEY_LEN);
    assert_memory_not_equal(a.mirror.vkey.key, b.mirror.vkey.key, YS_PUBKEY_LEN);
    assert_memory_not_equal(a.transport_public, b.transport_public, YS_PUBKEY_LEN);

    static const uint8_t nothing[64] = {0};
    ys_node_keys_clear(&a);
    assert_memory_equal(a.log.secret, nothing, sizeof a.log.secret);
    assert_memory_equal(a.mirror.secret, nothing, sizeof a.mirror.secret);
    assert_memory_equal(a.transport_secret, nothing, sizeof a.transport_secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_head_is_cosigned_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_earlier_head_of_the_same_tree_may_be_cosigned_too,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_cosigned_above_what_is_on_the_disk, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_cosigned_where_no_head_stands, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_witness_never_signs_a_time_below_its_last_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_last_time_counts_over_all_logs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_in_any_other_state_than_following_is_not_cosigned,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_of_another_history_is_not_cosigned, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_stored_head_that_is_none_is_our_own_fault, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_own_head_is_signed_over_the_whole_log_and_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_longer_log_gets_a_further_head, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_signed_when_the_last_own_head_is_of_another_tree,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_signed_when_more_was_signed_than_is_here, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_signed_when_the_last_own_head_is_of_another_key,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_own_log_that_is_empty_or_not_following_gets_no_head,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_keys_of_a_node_follow_from_its_master, set_up,
                                        tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
