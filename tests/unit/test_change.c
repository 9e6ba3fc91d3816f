#include "sync/change.h"

#include "sync/checked_row.h"
#include "sync/member.h"
#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* A street's store, and a history of its community that is not in it yet. */
enum { HISTORY = 12, GROUP_MAX = 8, SMALL_MAP_BYTES = 320 << 10 };
static const uint64_t now_s = 1764000000;

struct history {
    struct scribe_record record[HISTORY];
    struct ys_frontier at[HISTORY + 1]; /* [n]: after n entries */
};

struct desk {
    struct cast cast;
    struct history history;
    struct ys_change *group[GROUP_MAX];
    struct ys_change_result result[GROUP_MAX];
    size_t count;
};

static void write_history(struct cast *cast, struct history *out)
{
    out->at[0] = (struct ys_frontier){0};
    for (int i = 0; i < HISTORY; i++) {
        const struct ys_signer *const rc = &cast->unit[CAST_COMMUNITY].body[0];
        struct ys_hash leaf;
        cast_write(cast, CAST_COMMUNITY, scribe_acknowledgement(&cast->rng), &rc, 1,
                   &out->record[i]);
        ys_leaf_hash((struct ys_bytes){out->record[i].note, out->record[i].note_size}, &leaf);
        out->at[i + 1] = out->at[i];
        assert_int_equal(ys_frontier_append(&out->at[i + 1], &leaf), YS_OK);
    }
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_change", CAST_STREET);
    write_history(&desk->cast, &desk->history);
    *state = desk;
    return 0;
}

static void drop_group(struct desk *desk)
{
    for (size_t i = 0; i < desk->count; i++)
        ys_change_free(desk->group[i]);
    desk->count = 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    drop_group(desk);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

/* --- writing changes --- */

static struct ys_change *add(struct desk *desk, enum ys_change_kind kind, enum cast_role role)
{
    struct ys_change *change = NULL;
    assert_true(desk->count < GROUP_MAX);
    assert_int_equal(ys_change_new(kind, 65536, &change, NULL), YS_OK);
    change->session = 40 + desk->count;
    memcpy(change->origin, desk->cast.unit[role].log, sizeof change->origin);
    desk->group[desk->count++] = change;
    return change;
}

static void set_checkpoint(struct ys_change *change, uint64_t size, struct ys_bytes head)
{
    change->checkpoint = ys_change_keep(change, head);
    change->checkpoint_size = size;
    change->cosign = true;
}

static void set_history_head(struct desk *desk, struct ys_change *change,
                             const struct history *history, uint64_t size)
{
    struct ys_hash root;
    uint8_t buffer[CAST_HEAD_MAX];
    ys_frontier_root(&history->at[size], &root);
    set_checkpoint(change, size, cast_head_over(&desk->cast, CAST_COMMUNITY, size, &root, buffer));
}

/* Entries first .. end of a history, under its head of `size`. */
static struct ys_change *add_entries(struct desk *desk, const struct history *history,
                                     uint64_t first, uint64_t end, uint64_t size)
{
    struct ys_change *const change = add(desk, YS_CHANGE_ENTRIES, CAST_COMMUNITY);
    change->first_index = first;
    change->count = end - first;
    change->credit = 1000;
    ys_frontier_root(&history->at[first], &change->first_root);
    change->entries = ys_change_room(change, change->count * sizeof *change->entries);
    struct ys_hash *const leaf = ys_change_room(change, change->count * sizeof *leaf);
    for (size_t i = 0; i < change->count; i++) {
        change->entries[i] = scribe_entry(&history->record[first + i]);
        ys_leaf_hash(change->entries[i].note, &leaf[i]);
    }
    change->leaf = leaf;
    set_history_head(desk, change, history, size);
    return change;
}

static struct ys_change *add_head(struct desk *desk, uint64_t size)
{
    struct ys_change *const change = add(desk, YS_CHANGE_HEAD, CAST_COMMUNITY);
    set_history_head(desk, change, &desk->history, size);
    return change;
}

static enum ys_code apply(struct desk *desk, struct ys_err *err)
{
    return ys_change_apply(desk->cast.store, &desk->cast.unit[CAST_STREET].keys, desk->group,
                           desk->count, now_s, desk->result, err);
}

static void apply_all(struct desk *desk)
{
    struct ys_err err = {0};
    const enum ys_code code = apply(desk, &err);
    assert_int_equal(code, YS_OK);
}

/* Entries first .. end of the history alone; they must be taken. */
static void bring(struct desk *desk, uint64_t first, uint64_t end)
{
    (void)add_entries(desk, &desk->history, first, end, end);
    apply_all(desk);
    assert_int_equal(desk->result[desk->count - 1].code, YS_OK);
    drop_group(desk);
}

/* --- looking at the store --- */

/* A hash over every row of every table. */
static struct ys_hash dump(struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_sha256 state;
    struct ys_hash hash;
    ys_sha256_init(&state);
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    for (int db = 0; db < YS_DB_COUNT; db++) {
        uint8_t last[512];
        struct ys_bytes from = {0};
        struct ys_bytes key;
        struct ys_bytes value;
        while (ys_txn_seek(txn, (enum ys_db)db, from, YS_SEEK_AT_LEAST, &key, &value, NULL) ==
               YS_OK) {
            uint8_t sizes[12];
            ys_row_key((uint32_t)key.size, value.size, sizes);
            ys_sha256_update(&state, (struct ys_bytes){sizes, sizeof sizes});
            ys_sha256_update(&state, key);
            ys_sha256_update(&state, value);
            assert_true(key.size < sizeof last);
            memcpy(last, key.data, key.size);
            last[key.size] = 0; /* the next possible key */
            from = (struct ys_bytes){last, key.size + 1};
        }
    }
    ys_sha256_final(&state, &hash);
    return hash;
}

static uint64_t size_of(struct desk *desk)
{
    return cast_log(&desk->cast, CAST_COMMUNITY).frontier.size;
}

/* Time of the street's cosignature of the community's head; 0 when it has none. */
static uint64_t cosigned_at(struct desk *desk, uint64_t size)
{
    const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);
    YS_TXN_SCOPED txn = NULL;
    uint64_t found = 0;
    uint64_t time_s = 0;
    struct ys_bytes bytes;
    struct ys_note note;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_head_at_least(txn, log.id, size, &found, &bytes, NULL), YS_OK);
    assert_int_equal(found, size);
    assert_int_equal(ys_note_parse(bytes, &note, NULL), YS_OK);
    const enum ys_line_verdict line =
        ys_note_check(&note, &desk->cast.unit[CAST_STREET].keys.mirror.vkey, &time_s);
    return line == YS_LINE_GOOD ? time_s : 0;
}

static uint64_t last_txn(struct desk *desk)
{
    struct ys_kv_info info;
    assert_int_equal(ys_kv_info(ys_store_kv(desk->cast.store), &info, NULL), YS_OK);
    return info.last_txn;
}

/* --- what belongs together --- */

static void entries_head_and_cosignature_are_one_commit(void **state)
{
    struct desk *const desk = *state;
    const uint64_t before = last_txn(desk);
    (void)add_entries(desk, &desk->history, 0, 5, 5);

    apply_all(desk);

    const struct ys_change_result *const result = &desk->result[0];
    assert_int_equal(last_txn(desk), before + 1);
    assert_int_equal(result->code, YS_OK);
    assert_int_equal(result->session, 40);
    assert_int_equal(result->kind, YS_CHANGE_ENTRIES);
    assert_string_equal(result->origin, desk->cast.unit[CAST_COMMUNITY].log);
    assert_int_equal(result->first_index, 0);
    assert_int_equal(result->count, 5);
    assert_int_equal(result->durable_size, 5);
    assert_int_equal(result->credit, 1000);
    assert_true(result->log_changed);
    assert_false(result->membership);
    assert_int_equal(size_of(desk), 5);
    assert_int_equal(cosigned_at(desk, 5), now_s);
}

static void a_head_is_cosigned_when_the_last_entry_below_it_has_come(void **state)
{
    struct desk *const desk = *state;
    (void)add_entries(desk, &desk->history, 0, 3, 9);
    apply_all(desk);
    assert_int_equal(cosigned_at(desk, 9), 0);
    drop_group(desk);
    (void)add_entries(desk, &desk->history, 3, 6, 9);
    (void)add_entries(desk, &desk->history, 6, 9, 9);

    apply_all(desk);

    assert_int_equal(desk->result[0].code, YS_OK);
    assert_int_equal(desk->result[1].code, YS_OK);
    assert_int_equal(size_of(desk), 9);
    assert_int_equal(cosigned_at(desk, 9), now_s);
}

static void only_a_descendants_log_is_cosigned(void **state)
{
    struct desk *const desk = *state;
    add_entries(desk, &desk->history, 0, 5, 5)->cosign = false;
    apply_all(desk);
    assert_int_equal(desk->result[0].code, YS_OK);
    assert_int_equal(cosigned_at(desk, 5), 0);
}

static void a_head_of_entries_that_are_here_is_kept_and_cosigned(void **state)
{
    struct desk *const desk = *state;
    add_entries(desk, &desk->history, 0, 7, 7)->cosign = false;
    (void)add_head(desk, 7);
    (void)add_head(desk, 7);
    apply_all(desk);
    assert_int_equal(desk->result[1].code, YS_OK);
    assert_true(desk->result[1].log_changed);
    assert_int_equal(desk->result[2].code, YS_OK);
    assert_false(desk->result[2].log_changed);
    assert_int_equal(cosigned_at(desk, 7), now_s);
}

static void a_forked_log_is_kept_and_not_cosigned(void **state)
{
    struct desk *const desk = *state;
    bring(desk, 0, 3);
    add(desk, YS_CHANGE_STATE, CAST_COMMUNITY)->state = YS_LOG_FORKED;
    (void)add_entries(desk, &desk->history, 3, 6, 6);
    (void)add_head(desk, 6);

    apply_all(desk);

    for (int i = 0; i < 3; i++)
        assert_int_equal(desk->result[i].code, YS_OK);
    assert_true(desk->result[0].log_changed);
    assert_int_equal(cast_log(&desk->cast, CAST_COMMUNITY).state, YS_LOG_FORKED);
    assert_int_equal(size_of(desk), 6);
    assert_int_equal(cosigned_at(desk, 6), 0);
}

/* --- groups --- */

static void one_refused_change_does_not_spoil_its_group(void **state)
{
    struct desk *const desk = *state;
    static const uint8_t verdicts[] = {YS_VERDICT_OK, YS_VERDICT_BAD};
    struct ys_cursor cursor;
    enum ys_verdict verdict = YS_VERDICT_UNCHECKED;
    (void)add_entries(desk, &desk->history, 0, 4, 4);
    (void)add_entries(desk, &desk->history, 0, 4, 4);
    (void)add_entries(desk, &desk->history, 6, 8, 8);
    (void)add_head(desk, 9);
    add(desk, YS_CHANGE_STATE, CAST_NEIGHBOUR)->state = YS_LOG_CLOSED;
    for (int i = 0; i < 2; i++) {
        struct ys_change *const change = add(desk, YS_CHANGE_VERDICTS, CAST_COMMUNITY);
        change->first_index = i == 0 ? 3 : 2; /* 3 and 4, of which 4 is not there; 2 and 3 */
        change->count = 2;
        change->verdicts = verdicts;
    }
    struct ys_change *const save = add(desk, YS_CHANGE_CURSOR, CAST_DISTRICT);
    save->peer = desk->cast.unit[CAST_DISTRICT].origin.division;
    save->cursor.changed = 77;

    apply_all(desk);

    static const enum ys_code want[] = {YS_OK,        YS_BUSY, YS_BUSY, YS_BUSY,
                                        YS_NOT_FOUND, YS_BUSY, YS_OK,   YS_OK};
    for (int i = 0; i < 8; i++)
        assert_int_equal(desk->result[i].code, want[i]);
    assert_int_equal(desk->result[1].durable_size, 4);
    assert_int_equal(desk->result[1].count, 0);
    assert_int_equal(desk->result[1].credit, 1000);
    assert_false(desk->result[1].log_changed);
    assert_int_equal(size_of(desk), 4);
    const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_status_get(txn, log.id, 3, &verdict, NULL), YS_OK);
    assert_int_equal(verdict, YS_VERDICT_BAD);
    assert_int_equal(ys_cursor_load(txn, &save->peer, &cursor, NULL), YS_OK);
    assert_int_equal(cursor.changed, 77);
}

static enum ys_verdict verdict_of(struct desk *desk, uint64_t index)
{
    const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);
    enum ys_verdict verdict = YS_VERDICT_UNCHECKED;
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_status_get(txn, log.id, index, &verdict, NULL), YS_OK);
    return verdict;
}

static void add_verdicts(struct desk *desk, const uint8_t *verdicts, size_t count)
{
    struct ys_change *const change = add(desk, YS_CHANGE_VERDICTS, CAST_COMMUNITY);
    change->count = count;
    change->verdicts = ys_change_keep(change, (struct ys_bytes){verdicts, count}).data;
}

/* Workers judge what they read a moment ago, and say nothing of the rest of the slice. */
static void a_verdict_on_the_note_alone_does_not_stand_when_the_body_came(void **state)
{
    struct desk *const desk = *state;
    static const uint8_t first[] = {YS_VERDICT_OK, YS_VERDICT_OK | YS_JUDGED_BODILESS,
                                    YS_VERDICT_OK | YS_JUDGED_BODILESS, YS_VERDICT_OK};
    static const uint8_t late[] = {YS_VERDICT_BAD, YS_VERDICT_OK | YS_JUDGED_BODILESS,
                                   YS_VERDICT_UNKNOWN_KEY | YS_JUDGED_BODILESS, YS_NOT_JUDGED};
    struct ys_change *const change = add_entries(desk, &desk->history, 0, 4, 4);
    for (int i = 1; i <= 2; i++)
        change->entries[i] =
            (struct ys_entry){.note = change->entries[i].note, .content = YS_CONTENT_ABSENT};
    add_verdicts(desk, first, sizeof first);
    apply_all(desk);
    assert_true(desk->result[0].absent);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(verdict_of(desk, i), YS_VERDICT_OK);
    drop_group(desk);

    struct ys_change *const fill = add(desk, YS_CHANGE_CONTENT, CAST_COMMUNITY);
    fill->first_index = fill->count = 1;
    fill->entries = ys_change_room(fill, sizeof *fill->entries);
    fill->entries[0] = scribe_entry(&desk->history.record[1]);
    add_verdicts(desk, late, sizeof late);
    apply_all(desk);
    assert_int_equal(desk->result[0].code, YS_OK);
    assert_false(desk->result[0].absent);
    assert_int_equal(desk->result[1].code, YS_OK);

    assert_int_equal(verdict_of(desk, 0), YS_VERDICT_BAD);
    assert_int_equal(verdict_of(desk, 1), YS_VERDICT_UNCHECKED);
    assert_int_equal(verdict_of(desk, 2), YS_VERDICT_UNKNOWN_KEY); /* still without its body */
    assert_int_equal(verdict_of(desk, 3), YS_VERDICT_OK);
}

static void a_verdict_on_a_body_does_not_stand_when_the_body_went(void **state)
{
    struct desk *const desk = *state;
    static const uint8_t bad[] = {YS_VERDICT_BAD, YS_VERDICT_BAD, YS_VERDICT_OK};
    static const uint8_t redaction[YS_HASH_LEN] = {1};
    struct ys_txn *txn = NULL;
    bring(desk, 0, 3);
    const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    for (uint64_t index = 1; index < 3; index++)
        assert_int_equal(ys_log_set_content(txn, log.id, index, YS_CONTENT_TOMBSTONE,
                                            (struct ys_bytes){redaction, sizeof redaction}, NULL),
                         YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);

    add_verdicts(desk, bad, sizeof bad);
    apply_all(desk);

    assert_int_equal(verdict_of(desk, 0), YS_VERDICT_BAD);
    assert_int_equal(verdict_of(desk, 1), YS_VERDICT_UNCHECKED);
    assert_int_equal(verdict_of(desk, 2), YS_VERDICT_OK); /* so is its note */
}

static void entries_that_do_not_begin_a_new_log_leave_no_trace(void **state)
{
    struct desk *const desk = *state;
    const struct ys_hash before = dump(desk);
    (void)add_entries(desk, &desk->history, 2, 4, 4);
    apply_all(desk);
    assert_int_equal(desk->result[0].code, YS_BUSY);
    const struct ys_hash after = dump(desk);
    assert_true(ys_hash_equal(&before, &after));
}

/* --- two histories --- */

static void entries_are_not_put_behind_another_history_of_the_same_size(void **state)
{
    struct desk *const desk = *state;
    static struct history other;
    write_history(&desk->cast, &other);
    bring(desk, 0, 3);
    const struct ys_hash before = dump(desk);
    (void)add_entries(desk, &other, 0, 3, 6);
    (void)add_entries(desk, &other, 3, 6, 6);

    apply_all(desk);

    assert_int_equal(desk->result[0].code, YS_BUSY);
    assert_int_equal(desk->result[1].code, YS_BUSY); /* looked at again, it shows the fork */
    const struct ys_hash after = dump(desk);
    assert_true(ys_hash_equal(&before, &after));
}

static void two_heads_of_one_size_are_a_fork_and_not_our_fault(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    (void)add_entries(desk, &desk->history, 0, 3, 9);
    struct ys_change *const second = add_entries(desk, &desk->history, 3, 5, 9);
    set_checkpoint(second, 9, cast_false_head(&desk->cast, CAST_COMMUNITY, 9, buffer));
    (void)add_entries(desk, &desk->history, 3, 9, 9);

    apply_all(desk);

    assert_int_equal(desk->result[0].code, YS_OK);
    assert_int_equal(desk->result[1].code, YS_FORK);
    assert_int_equal(desk->result[1].durable_size, 3);
    assert_int_equal(desk->result[2].code, YS_OK);
    assert_int_equal(cosigned_at(desk, 9), now_s);
}

static void a_head_that_waits_for_entries_of_another_history_stops_nobody(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    struct ys_change *const first = add_entries(desk, &desk->history, 0, 3, 6);
    set_checkpoint(first, 6, cast_false_head(&desk->cast, CAST_COMMUNITY, 6, buffer));
    (void)add_entries(desk, &desk->history, 3, 6, 9);
    (void)add_head(desk, 6);
    (void)add_entries(desk, &desk->history, 6, 9, 9);

    apply_all(desk);

    assert_int_equal(desk->result[0].code, YS_OK);
    assert_int_equal(desk->result[1].code, YS_OK);
    assert_int_equal(desk->result[2].code, YS_FORK);
    assert_int_equal(desk->result[3].code, YS_OK);
    assert_int_equal(cosigned_at(desk, 9), now_s);
}

static void a_head_of_another_root_is_a_fork(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    bring(desk, 0, 5);
    const struct ys_hash before = dump(desk);
    set_checkpoint(add(desk, YS_CHANGE_HEAD, CAST_COMMUNITY), 4,
                   cast_false_head(&desk->cast, CAST_COMMUNITY, 4, buffer));
    apply_all(desk);
    assert_int_equal(desk->result[0].code, YS_FORK);
    const struct ys_hash after = dump(desk);
    assert_true(ys_hash_equal(&before, &after));
}

/* --- membership --- */

static void entries_that_change_membership_say_so(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = desk->cast.unit;
    const struct ys_signer *const da = &unit[CAST_DISTRICT].body[0];
    struct scribe_record record;
    struct ys_hash leaf;
    struct ys_hash root;
    struct ys_frontier frontier = {0};
    uint8_t buffer[CAST_HEAD_MAX];
    cast_write(&desk->cast, CAST_DISTRICT,
               scribe_body_register(&unit[CAST_STREET].body[0].vkey, unit[CAST_STREET].log, 0), &da,
               1, &record);
    struct ys_entry entry = scribe_entry(&record);
    ys_leaf_hash(entry.note, &leaf);
    struct ys_change *const change = add(desk, YS_CHANGE_ENTRIES, CAST_DISTRICT);
    ys_frontier_root(&frontier, &change->first_root);
    assert_int_equal(ys_frontier_append(&frontier, &leaf), YS_OK);
    ys_frontier_root(&frontier, &root);
    change->count = 1;
    change->entries = &entry;
    change->leaf = &leaf;
    set_checkpoint(change, 1, cast_head_over(&desk->cast, CAST_DISTRICT, 1, &root, buffer));
    change->cosign = false;

    apply_all(desk);

    assert_int_equal(desk->result[0].code, YS_OK);
    assert_true(desk->result[0].membership);
}

static void a_new_line_on_a_streets_head_may_let_its_records_count(void **state)
{
    struct desk *const desk = *state;
    static const enum cast_role district = CAST_DISTRICT;
    const struct ys_entry entry = {.note = ys_bytes_of_text("an entry")};
    uint8_t buffer[CAST_HEAD_MAX];
    (void)cast_append(&desk->cast, CAST_STREET, &entry);
    for (int i = 0; i < 2; i++) {
        struct ys_change *const change = add(desk, YS_CHANGE_HEAD, CAST_STREET);
        set_checkpoint(change, 1,
                       cast_head(&desk->cast, CAST_STREET, 1, &district, 1, now_s, buffer));
        change->cosign = false;
    }
    apply_all(desk);
    assert_true(desk->result[0].membership);
    assert_false(desk->result[1].membership); /* the same once more */
}

/* --- the own log --- */

/* Over all of it, as it is now. */
static struct ys_change *add_sign_own(struct desk *desk)
{
    struct ys_change *const change = add(desk, YS_CHANGE_SIGN_OWN, CAST_STREET);
    const struct ys_log own = cast_log(&desk->cast, CAST_STREET);
    change->checkpoint_size = own.frontier.size;
    change->first_root = own.root;
    return change;
}

static void the_own_head_is_signed_and_announced_once(void **state)
{
    struct desk *const desk = *state;
    const struct ys_entry entry = {.note = ys_bytes_of_text("an entry")};
    (void)cast_append(&desk->cast, CAST_STREET, &entry);
    const uint64_t changed = cast_log(&desk->cast, CAST_STREET).changed;
    (void)add_sign_own(desk);
    (void)add_sign_own(desk);

    apply_all(desk);

    assert_int_equal(desk->result[0].code, YS_OK);
    assert_true(desk->result[0].log_changed);
    assert_int_equal(desk->result[0].durable_size, 1);
    assert_false(desk->result[1].log_changed);
    assert_int_equal(cast_log(&desk->cast, CAST_STREET).changed, changed + 1);
}

/* --- what is kept of a membership --- */

/* What the district's logs come to, as another thread asks to have it written. */
static struct ys_change *add_members(struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_member *member = NULL;
    struct ys_writer row;
    size_t at = 0;
    struct ys_change *const change = add(desk, YS_CHANGE_MEMBERS, CAST_DISTRICT);
    assert_int_equal(ys_member_new(&desk->cast.root, &desk->cast.unit[CAST_STREET].origin.division,
                                   &member, NULL),
                     YS_OK);
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(member, txn, NULL, NULL), YS_OK);
    assert_int_equal(ys_member_kept_next(member, &at, &change->peer, &row, NULL), YS_OK);
    change->row = ys_change_keep(change, (struct ys_bytes){row.data, row.size});
    free(row.data);
    ys_member_free(member);
    return change;
}

static void what_a_membership_came_to_is_written_down(void **state)
{
    struct desk *const desk = *state;
    struct ys_bytes value;
    cast_enrol_all(&desk->cast);
    const struct ys_change *const change = add_members(desk);
    apply_all(desk);
    assert_int_equal(desk->result[0].code, YS_OK);
    assert_false(desk->result[0].log_changed || desk->result[0].membership);

    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(
        ys_checked_get(txn, YS_DB_META, ys_bytes_of_text("members/110105"), &value, NULL), YS_OK);
    assert_true(ys_bytes_equal(value, change->row));
}

/* --- failures of the store --- */

static void add_one_of_each(struct desk *desk)
{
    static const uint8_t verdicts[] = {YS_VERDICT_OK};
    (void)add_entries(desk, &desk->history, 3, 9, 9);
    (void)add_head(desk, 2);
    (void)add_sign_own(desk);
    struct ys_change *const change = add(desk, YS_CHANGE_VERDICTS, CAST_COMMUNITY);
    change->count = 1;
    change->verdicts = verdicts;
    struct ys_change *const save = add(desk, YS_CHANGE_CURSOR, CAST_DISTRICT);
    save->peer = desk->cast.unit[CAST_DISTRICT].origin.division;
    save->cursor.changed = 5;
    add(desk, YS_CHANGE_STATE, CAST_COMMUNITY)->state = YS_LOG_CLOSED;
    struct ys_change *const late = add_entries(desk, &desk->history, 9, 12, 12);
    late->cosign = false;
    (void)add_members(desk);
}

static void a_store_that_fails_at_any_call_is_left_as_it_was(void **state)
{
    struct desk *const desk = *state;
    const struct ys_entry entry = {.note = ys_bytes_of_text("an entry")};
    struct ys_kv *const kv = ys_store_kv(desk->cast.store);
    struct ys_txn *txn = NULL;
    enum ys_code code = YS_IO;
    (void)cast_append(&desk->cast, CAST_STREET, &entry);
    bring(desk, 0, 3);
    add_one_of_each(desk);
    const struct ys_hash before = dump(desk);

    unsigned calls = 0;
    for (unsigned n = 1; code != YS_OK; n++) {
        struct ys_err err = {0};
        calls = n;
        ys_kv_fail_after(kv, n);
        code = apply(desk, &err);
        if (code == YS_OK)
            break;
        assert_int_equal(code, YS_IO);
        assert_non_null(strstr(err.msg, "store: "));
        ys_kv_fail_after(kv, 0);
        const struct ys_hash after = dump(desk);
        assert_true(ys_hash_equal(&before, &after));
    }

    /* No failure was swallowed on the way: it still waits for the next call. */
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_IO);
    ys_kv_fail_after(kv, 0);
    assert_true(calls > 100);
    for (size_t i = 0; i < desk->count; i++)
        assert_int_equal(desk->result[i].code, YS_OK);
    assert_int_equal(size_of(desk), 12);
    assert_int_equal(cosigned_at(desk, 9), now_s);
}

static void a_full_store_takes_none_of_a_group_and_goes_on_afterwards(void **state)
{
    struct desk *const desk = *state;
    struct ys_err err = {0};
    ys_store_close(desk->cast.store);
    assert_int_equal(
        ys_store_open(desk->cast.folder.path, SMALL_MAP_BYTES, &desk->cast.store, NULL), YS_OK);
    const struct ys_hash before = dump(desk);
    static uint8_t body[YS_RECORD_BODY_MAX];
    struct ys_change *const large = add_entries(desk, &desk->history, 0, 3, 3);
    for (size_t i = 0; i < 3; i++)
        large->entries[i].body = (struct ys_bytes){body, sizeof body};
    struct ys_change *const save = add(desk, YS_CHANGE_CURSOR, CAST_DISTRICT);
    save->peer = desk->cast.unit[CAST_DISTRICT].origin.division;

    /* Nobody else reads, but we do: the map cannot grow under our feet. */
    YS_TXN_SCOPED reader = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &reader, NULL), YS_OK);
    assert_int_equal(apply(desk, &err), YS_FULL);
    ys_txn_abort(&reader);

    const struct ys_hash after = dump(desk);
    assert_true(ys_hash_equal(&before, &after));
    assert_int_equal(apply(desk, &err), YS_OK); /* in a larger one */
    assert_int_equal(size_of(desk), 3);
}

/* --- the block of a change --- */

static void what_a_change_keeps_is_its_own_and_aligned(void **state)
{
    (void)state;
    struct ys_change *change = NULL;
    uint8_t bytes[5] = "12345";
    assert_int_equal(ys_change_new(YS_CHANGE_HEAD, 32, &change, NULL), YS_OK);
    const struct ys_bytes kept = ys_change_keep(change, (struct ys_bytes){bytes, sizeof bytes});
    bytes[0] = 'x';
    assert_true(ys_bytes_is_text(kept, "12345"));
    const uint8_t *const room = ys_change_room(change, 24); /* 8 + 24: just fits */
    assert_ptr_equal(room, kept.data + 8);
    assert_int_equal((uintptr_t)room % 8, 0);
    assert_int_equal(ys_change_keep(change, (struct ys_bytes){0}).size, 0);
    ys_change_free(change);
    ys_change_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(entries_head_and_cosignature_are_one_commit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_head_is_cosigned_when_the_last_entry_below_it_has_come,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_a_descendants_log_is_cosigned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_of_entries_that_are_here_is_kept_and_cosigned,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_forked_log_is_kept_and_not_cosigned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_refused_change_does_not_spoil_its_group, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_verdict_on_the_note_alone_does_not_stand_when_the_body_came, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_verdict_on_a_body_does_not_stand_when_the_body_went,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(entries_that_do_not_begin_a_new_log_leave_no_trace, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(entries_are_not_put_behind_another_history_of_the_same_size,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_heads_of_one_size_are_a_fork_and_not_our_fault, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_head_that_waits_for_entries_of_another_history_stops_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_of_another_root_is_a_fork, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entries_that_change_membership_say_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_line_on_a_streets_head_may_let_its_records_count,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_own_head_is_signed_and_announced_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_a_membership_came_to_is_written_down, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_fails_at_any_call_is_left_as_it_was, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_store_takes_none_of_a_group_and_goes_on_afterwards,
                                        set_up, tear_down),
        cmocka_unit_test(what_a_change_keeps_is_its_own_and_aligned),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
