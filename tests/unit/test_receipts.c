#include "sync/receipts.h"

#include "sync/change.h"
#include "sync/verdict.h"
#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static const uint64_t now_s = 1764000000;

struct desk {
    struct cast cast; /* the store is the district's, which cosigns all others */
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_receipts", CAST_DISTRICT);
    cast_enrol_all(&desk->cast);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

/* The district cosigns a head. */
static void cosign(struct desk *desk, enum cast_role role, uint64_t size, uint64_t at_s)
{
    static const enum cast_role district = CAST_DISTRICT;
    cast_keep_head(&desk->cast, role, size, &district, 1, at_s);
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_find(txn, desk->cast.unit[role].log, &log, NULL), YS_OK);
    assert_int_equal(ys_log_touch(txn, &log, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

/* Records without meaning in the community's log. */
static void talk(struct desk *desk, enum cast_role role, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        (void)cast_publish(&desk->cast, role, scribe_acknowledgement(&desk->cast.rng),
                           &desk->cast.unit[role].body[0]);
}

static size_t write_at(struct desk *desk, uint64_t at_s)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log own;
    size_t count = 0;
    uint8_t salt[YS_BODY_SALT_LEN];
    rng_fill(&desk->cast.rng, salt, sizeof salt);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &own, NULL), YS_OK);
    assert_int_equal(ys_receipts_write(txn, &own, &desk->cast.unit[CAST_DISTRICT].keys, at_s, salt,
                                       &count, NULL),
                     YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    return count;
}

static struct ys_receipts_news look(struct desk *desk, uint64_t *changed)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_receipts_news news = {0};
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_receipts_look(txn, &desk->cast.unit[CAST_DISTRICT].keys.mirror.vkey,
                                      changed, &news, NULL),
                     YS_OK);
    return news;
}

static struct ys_receipts_cursor cursor_of(struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_receipts_cursor cursor;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_receipts_cursor_load(txn, &cursor, NULL), YS_OK);
    return cursor;
}

/* An own record, judged by a membership of its own. */
struct written {
    struct ys_arena arena;
    const Yishi__V1__Receipts *receipts;
    uint64_t signed_at_s;
    uint8_t salt[YS_BODY_SALT_LEN];
};

static void read_record(struct desk *desk, uint64_t index, struct written *out)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_member *member = NULL;
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record record;
    const Yishi__V1__Body *body = NULL;
    const struct ys_name *const origin = &desk->cast.unit[CAST_DISTRICT].origin;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_new(&desk->cast.root, &origin->division, &member, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(member, txn, NULL, NULL), YS_OK);
    assert_int_equal(ys_log_entry(txn, YS_OWN_LOG, index, &entry, NULL), YS_OK);
    assert_int_equal(ys_judge(member, origin, index, &entry, NULL), YS_VERDICT_OK);
    assert_int_equal(ys_note_parse(entry.note, &note, NULL), YS_OK);
    assert_int_equal(note.line_count, 1);
    assert_int_equal(ys_record_parse(note.text, &record, NULL), YS_OK);
    assert_string_equal(record.kind, "receipts");
    ys_arena_init(&out->arena, YS_BODY_ARENA_MAX);
    assert_int_equal(ys_body_decode(entry.body, &out->arena, &body, NULL), YS_OK);
    out->receipts = body->receipts;
    out->signed_at_s = record.signed_at_s;
    memcpy(out->salt, body->salt.data, sizeof out->salt);
    ys_member_free(member);
}

static uint64_t own_size(struct desk *desk)
{
    return cast_log(&desk->cast, CAST_DISTRICT).frontier.size;
}

static void every_head_first_cosigned_since_stands_in_one_record(void **state)
{
    struct desk *const desk = *state;
    const uint64_t first = own_size(desk);
    struct written written;
    uint8_t buffer[CAST_HEAD_MAX];
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    talk(desk, CAST_COMMUNITY, 5);
    cosign(desk, CAST_COMMUNITY, 2, now_s);
    cosign(desk, CAST_STREET, 8, now_s + 1);
    cosign(desk, CAST_COMMUNITY, 4, now_s + 2);
    cast_keep_head(&desk->cast, CAST_COMMUNITY, 5, NULL, 0, 0); /* not cosigned */
    assert_int_equal(write_at(desk, now_s + 10), 1);

    read_record(desk, first, &written);
    assert_int_equal(written.signed_at_s, now_s + 10);
    assert_int_equal(written.receipts->n_receipts, 3);
    static const struct {
        enum cast_role role;
        uint64_t size, time_s;
    } wanted[] = {
        {CAST_STREET, 8, now_s + 1}, {CAST_COMMUNITY, 2, now_s}, {CAST_COMMUNITY, 4, now_s + 2}};
    for (size_t i = 0; i < 3; i++) {
        const Yishi__V1__Receipt *const item = written.receipts->receipts[i];
        assert_string_equal(item->log, desk->cast.unit[wanted[i].role].log);
        assert_int_equal(item->size, wanted[i].size);
        assert_int_equal(item->time, wanted[i].time_s);
        const struct ys_bytes head =
            cast_head(&desk->cast, wanted[i].role, wanted[i].size, NULL, 0, 0, buffer);
        assert_int_equal(ys_note_parse(head, &note, NULL), YS_OK);
        assert_int_equal(ys_checkpoint_parse(note.text, &checkpoint, NULL), YS_OK);
        assert_memory_equal(item->root.data, checkpoint.root.bytes, YS_HASH_LEN);
    }
    ys_arena_clear(&written.arena);
    cosign(desk, CAST_COMMUNITY, 5, now_s + 20);
    assert_int_equal(write_at(desk, now_s + 30), 1);
    read_record(desk, first + 1, &written);
    assert_int_equal(written.receipts->n_receipts, 1);
    assert_int_equal(written.receipts->receipts[0]->size, 5);
    ys_arena_clear(&written.arena);
}

static void nothing_new_writes_nothing(void **state)
{
    struct desk *const desk = *state;
    assert_int_equal(write_at(desk, now_s), 0);
    assert_int_equal(cursor_of(desk).time_s, 0);
    cosign(desk, CAST_STREET, 8, now_s);
    assert_int_equal(write_at(desk, now_s + 1), 1);
    assert_int_equal(cursor_of(desk).time_s, now_s + 1);
    const uint64_t size = own_size(desk);
    assert_int_equal(write_at(desk, now_s + 2), 0);
    assert_int_equal(own_size(desk), size);
    assert_int_equal(cursor_of(desk).time_s, now_s + 1);
    /* a log that moved without a receipt */
    talk(desk, CAST_COMMUNITY, 1);
    assert_int_equal(write_at(desk, now_s + 3), 0);
}

static void more_than_one_record_holds_go_into_several(void **state)
{
    struct desk *const desk = *state;
    enum { HEADS = YS_BODY_REPEATED_MAX + 3 };
    const uint64_t first = own_size(desk);
    struct written written[2];
    talk(desk, CAST_COMMUNITY, HEADS);
    for (uint64_t size = 1; size <= HEADS; size++)
        cosign(desk, CAST_COMMUNITY, size, now_s + size);
    assert_int_equal(write_at(desk, now_s), 2);
    for (int i = 0; i < 2; i++)
        read_record(desk, first + (uint64_t)i, &written[i]);
    assert_int_equal(written[0].receipts->n_receipts, YS_BODY_REPEATED_MAX);
    assert_int_equal(written[1].receipts->n_receipts, 3);
    assert_int_equal(written[1].receipts->receipts[0]->size, YS_BODY_REPEATED_MAX + 1);
    assert_memory_not_equal(written[0].salt, written[1].salt, YS_BODY_SALT_LEN);
    for (int i = 0; i < 2; i++)
        ys_arena_clear(&written[i].arena);
    assert_int_equal(write_at(desk, now_s), 0);
}

/* A backup that was put back hears of heads that it cosigned when it had more. */
static void a_receipt_over_entries_that_are_not_here_waits_for_them(void **state)
{
    struct desk *const desk = *state;
    struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    uint8_t buffer[CAST_HEAD_MAX];
    struct ys_writer w = {.data = buffer, .capacity = sizeof buffer};
    struct ys_checkpoint checkpoint = {.size = 2};
    struct ys_hash leaf;
    struct scribe_record record;
    bool changed = false;
    talk(desk, CAST_COMMUNITY, 1);
    const struct ys_signer *const rc = &unit->body[0];
    cast_write(&desk->cast, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng), &rc, 1,
               &record);
    const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);
    struct ys_frontier frontier = log.frontier;
    ys_leaf_hash((struct ys_bytes){record.note, record.note_size}, &leaf);
    assert_int_equal(ys_frontier_append(&frontier, &leaf), YS_OK);
    ys_frontier_root(&frontier, &checkpoint.root);
    memcpy(checkpoint.origin, unit->log, sizeof checkpoint.origin);
    assert_int_equal(ys_checkpoint_sign(&w, &checkpoint, &unit->keys.log, NULL), YS_OK);
    struct ys_note note;
    uint8_t text[YS_CHECKPOINT_TEXT_MAX];
    assert_int_equal(ys_note_parse((struct ys_bytes){w.data, w.size}, &note, NULL), YS_OK);
    memcpy(text, note.text.data, note.text.size);
    ys_note_sign_line(&w, &desk->cast.unit[CAST_DISTRICT].keys.mirror,
                      (struct ys_bytes){text, note.text.size}, now_s);
    {
        YS_TXN_SCOPED txn = NULL;
        struct ys_log moved = log;
        assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
        assert_int_equal(ys_head_put(txn, log.id, 2, log.frontier.size,
                                     (struct ys_bytes){w.data, w.size}, &changed, NULL),
                         YS_OK);
        assert_int_equal(ys_log_touch(txn, &moved, NULL), YS_OK);
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    }
    assert_int_equal(write_at(desk, now_s), 0);
    const struct ys_entry entry = scribe_entry(&record);
    (void)cast_append(&desk->cast, CAST_COMMUNITY, &entry);
    assert_int_equal(write_at(desk, now_s), 1);
}

static void a_day_goes_by_unless_membership_waits(void **state)
{
    struct desk *const desk = *state;
    uint64_t changed = 0;
    struct ys_receipts_news news = look(desk, &changed);
    struct ys_receipts_cursor cursor = {0};
    assert_false(news.any || ys_receipts_due(&cursor, &news, now_s));
    talk(desk, CAST_COMMUNITY, 3);
    cosign(desk, CAST_COMMUNITY, 2, now_s);
    news = look(desk, &changed);
    assert_true(news.any && !news.urgent);
    assert_true(ys_receipts_due(&cursor, &news, now_s)); /* none was ever written */
    assert_false(look(desk, &changed).any);              /* each change is seen once */
    assert_int_equal(write_at(desk, now_s), 1);

    cosign(desk, CAST_COMMUNITY, 3, now_s + 1);
    news = look(desk, &changed);
    cursor = cursor_of(desk);
    assert_true(news.any);
    assert_false(ys_receipts_due(&cursor, &news, now_s + YS_RECEIPTS_EVERY_S - 1));
    assert_true(ys_receipts_due(&cursor, &news, now_s + YS_RECEIPTS_EVERY_S));
    /* The clock went back: a little, and from a year ahead, after which a year's silence would follow. */
    assert_false(ys_receipts_due(&cursor, &news, now_s - 1));
    assert_true(ys_receipts_due(&cursor, &news, now_s - 365 * (uint64_t)YS_RECEIPTS_EVERY_S));

    cosign(desk, CAST_STREET, 8, now_s + 2);
    news = look(desk, &changed);
    assert_true(news.urgent && ys_receipts_due(&cursor, &news, now_s + 3));
    assert_int_equal(write_at(desk, now_s + 3), 1);
    changed = 0;
    assert_false(look(desk, &changed).any);
}

static void what_is_no_membership_of_a_street_is_not_urgent(void **state)
{
    struct desk *const desk = *state;
    uint64_t changed = 0;
    const struct cast_unit *const street = &desk->cast.unit[CAST_STREET];
    cosign(desk, CAST_STREET, 8, now_s);
    assert_int_equal(write_at(desk, now_s), 1);
    talk(desk, CAST_STREET, 1);
    (void)cast_publish(&desk->cast, CAST_STREET,
                       scribe_receipts(desk->cast.unit[CAST_COMMUNITY].log, 2, now_s),
                       &street->keys.log);
    cosign(desk, CAST_STREET, 10, now_s);
    /* a community has nothing to say about membership */
    (void)cast_publish(&desk->cast, CAST_COMMUNITY,
                       scribe_key_revoke(&street->body[0].vkey, street->log, 0),
                       &desk->cast.unit[CAST_COMMUNITY].body[0]);
    cosign(desk, CAST_COMMUNITY, 1, now_s);
    struct ys_receipts_news news = look(desk, &changed);
    assert_true(news.any && !news.urgent);
    (void)cast_publish(&desk->cast, CAST_STREET,
                       scribe_key_revoke(&desk->cast.unit[CAST_COMMUNITY].body[0].vkey,
                                         desk->cast.unit[CAST_COMMUNITY].log, 0),
                       &street->body[0]);
    cosign(desk, CAST_STREET, 11, now_s);
    news = look(desk, &changed);
    assert_true(news.urgent);
}

static void a_change_writes_them_and_says_so(void **state)
{
    struct desk *const desk = *state;
    struct ys_change *change = NULL;
    struct ys_change_result result;
    const uint64_t first = own_size(desk);
    cosign(desk, CAST_STREET, 8, now_s);
    assert_int_equal(ys_change_new(YS_CHANGE_RECEIPTS, 0, &change, NULL), YS_OK);
    for (int i = 0; i < 3; i++) {
        if (i == 2) { /* what is cosigned while the own log recovers waits */
            YS_TXN_SCOPED txn = NULL;
            struct ys_log own;
            talk(desk, CAST_STREET, 1);
            cosign(desk, CAST_STREET, 9, now_s);
            assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
            assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &own, NULL), YS_OK);
            assert_int_equal(ys_log_set_state(txn, &own, YS_LOG_RECOVERING, NULL), YS_OK);
            assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
        }
        assert_int_equal(ys_change_apply(desk->cast.store, &desk->cast.unit[CAST_DISTRICT].keys,
                                         &change, 1, now_s, &result, NULL),
                         YS_OK);
        assert_int_equal(result.code, YS_OK);
        assert_int_equal(result.log_id, YS_OWN_LOG);
        assert_int_equal(result.count, i == 0);
        assert_int_equal(result.first_index, i == 0 ? first : first + 1);
        assert_int_equal(result.durable_size, first + 1);
        assert_true(result.log_changed == (i == 0) && result.membership == (i == 0));
    }
    ys_change_free(change);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_head_first_cosigned_since_stands_in_one_record,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_new_writes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_one_record_holds_go_into_several, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_receipt_over_entries_that_are_not_here_waits_for_them,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_day_goes_by_unless_membership_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_membership_of_a_street_is_not_urgent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_change_writes_them_and_says_so, set_up, tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
