/* Confluence: what is known of keys, and every verdict, is the same in whatever order the logs of a
 * federation arrived. */
#include "sync/member.h"

#include "sync/verdict.h"
#include "tests/support/cast.h"
#include "tests/support/member_twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { ORDERS = 120, RECORDS_MAX = 48, HEADS_MAX = 4, BATCH_MAX = 32, SMALL_MAX = 4 };
static const uint64_t now_s = 1764000000;

/* One log as it will have come in the end, and the heads that the district cosigned. */
struct script {
    size_t count;
    struct scribe_record record[RECORDS_MAX];
    size_t heads;
    uint64_t head_size[HEADS_MAX];
    size_t head_bytes[HEADS_MAX];
    uint8_t head[HEADS_MAX][CAST_HEAD_MAX];
};

struct arrived {
    size_t records[CAST_ROLES];
    size_t heads[CAST_ROLES];
    uint8_t verdict[CAST_ROLES][RECORDS_MAX];
};

struct desk {
    struct cast cast;
    struct script script[CAST_ROLES];
    struct ys_root next;
    struct ys_signer next_key[2];
    struct ys_signer da2, da3, rc2, po2, neighbour_rc2, neighbour_po2, late, stranger;
    const struct ys_signer *st, *da, *rc, *po, *sc;
};

/* --- a federation in which much happens --- */

static uint64_t publish(struct desk *desk, enum cast_role role, Yishi__V1__Body *body,
                        const struct ys_signer *a, const struct ys_signer *b)
{
    const struct ys_signer *const signers[] = {a, b};
    struct scribe_record record;
    cast_write(&desk->cast, role, body, signers, b == NULL ? 1 : 2, &record);
    const struct ys_entry entry = scribe_entry(&record);
    return cast_append(&desk->cast, role, &entry);
}

static const char *log_of(const struct desk *desk, enum cast_role role)
{
    return desk->cast.unit[role].log;
}

static void name(struct desk *desk, enum cast_role issuer, enum cast_role role,
                 const struct ys_signer *key, const struct ys_signer *a, const struct ys_signer *b)
{
    (void)publish(desk, issuer, scribe_body_register(&key->vkey, log_of(desk, role), 0), a, b);
}

static void cut(struct desk *desk, enum cast_role issuer, enum cast_role role,
                const struct ys_signer *key, uint64_t size, const struct ys_signer *a,
                const struct ys_signer *b)
{
    (void)publish(desk, issuer, scribe_key_revoke(&key->vkey, log_of(desk, role), size), a, b);
}

static void receipt(struct desk *desk, enum cast_role role, uint64_t size)
{
    (void)publish(desk, CAST_DISTRICT, scribe_receipts(log_of(desk, role), size, now_s),
                  &desk->cast.unit[CAST_DISTRICT].keys.log, NULL);
}

static uint64_t size_of(struct desk *desk, enum cast_role role)
{
    return cast_log(&desk->cast, role).frontier.size;
}

static void keep_head(struct desk *desk, enum cast_role role)
{
    static const enum cast_role district = CAST_DISTRICT;
    struct script *const script = &desk->script[role];
    const size_t at = script->heads++;
    assert_true(at < HEADS_MAX);
    script->head_size[at] = size_of(desk, role);
    script->head_bytes[at] =
        cast_head(&desk->cast, role, script->head_size[at], &district, 1, now_s, script->head[at])
            .size;
}

static void say(struct desk *desk, enum cast_role role, const struct ys_signer *signer)
{
    (void)publish(desk, role, scribe_acknowledgement(&desk->cast.rng), signer, NULL);
}

static void the_street_acts(struct desk *desk)
{
    const struct ys_signer *const neighbour = desk->cast.unit[CAST_NEIGHBOUR].body;
    receipt(desk, CAST_COMMUNITY, 6);
    name(desk, CAST_STREET, CAST_COMMUNITY, &desk->rc2, desk->st, desk->rc);
    name(desk, CAST_STREET, CAST_COMMUNITY, &desk->po2, desk->st, NULL); /* without effect */
    cut(desk, CAST_STREET, CAST_COMMUNITY, desk->sc, 9, desk->st, NULL);
    keep_head(desk, CAST_STREET);
    receipt(desk, CAST_STREET, size_of(desk, CAST_STREET));
    receipt(desk, CAST_COMMUNITY, 12);
    cut(desk, CAST_STREET, CAST_COMMUNITY, desk->po, 8, desk->st, NULL); /* without effect */
    cut(desk, CAST_STREET, CAST_COMMUNITY, desk->rc, 10, desk->st, desk->da);
    name(desk, CAST_STREET, CAST_NEIGHBOUR, &desk->neighbour_rc2, desk->st, desk->da);
    receipt(desk, CAST_STREET, size_of(desk, CAST_STREET));
    name(desk, CAST_STREET, CAST_NEIGHBOUR, &desk->neighbour_po2, desk->st, desk->da); /* late */
    cut(desk, CAST_STREET, CAST_NEIGHBOUR, &neighbour[2], 2, desk->st, NULL); /* no receipt of it */
    keep_head(desk, CAST_STREET);
}

static void the_root_is_succeeded(struct desk *desk)
{
    const struct ys_signer *const root = desk->cast.root_key;
    /* changes no key, but the root that is in force */
    name(desk, CAST_DISTRICT, CAST_DISTRICT, desk->da, &desk->next_key[0], &desk->next_key[1]);
    const uint64_t size = size_of(desk, CAST_DISTRICT);
    name(desk, CAST_DISTRICT, CAST_DISTRICT, &desk->da2, &desk->next_key[0], &desk->next_key[1]);
    cut(desk, CAST_DISTRICT, CAST_DISTRICT, desk->da, size, &desk->next_key[0], &desk->next_key[1]);
    name(desk, CAST_DISTRICT, CAST_DISTRICT, &desk->da3, &root[0], NULL); /* without effect */
    cut(desk, CAST_DISTRICT, CAST_STREET, desk->st, size_of(desk, CAST_STREET), &desk->da2, NULL);
    name(desk, CAST_STREET, CAST_NEIGHBOUR, &desk->late, desk->st, NULL); /* behind that cut */
    keep_head(desk, CAST_STREET);
    keep_head(desk, CAST_OTHER_STREET);
}

static void make_keys(struct desk *desk)
{
    struct cast *const cast = &desk->cast;
    struct cast_unit *const unit = cast->unit;
    desk->st = &unit[CAST_STREET].body[0];
    desk->da = &unit[CAST_DISTRICT].body[0];
    desk->rc = &unit[CAST_COMMUNITY].body[0];
    desk->po = &unit[CAST_COMMUNITY].body[1];
    desk->sc = &unit[CAST_COMMUNITY].body[2];
    cast_rekey(cast, desk->da, &desk->da2);
    cast_rekey(cast, desk->da, &desk->da3);
    cast_rekey(cast, desk->rc, &desk->rc2);
    cast_rekey(cast, desk->rc, &desk->stranger);
    cast_rekey(cast, desk->po, &desk->po2);
    cast_rekey(cast, &unit[CAST_NEIGHBOUR].body[0], &desk->neighbour_rc2);
    cast_rekey(cast, &unit[CAST_NEIGHBOUR].body[1], &desk->neighbour_po2);
    cast_rekey(cast, &unit[CAST_NEIGHBOUR].body[2], &desk->late);
    desk->next = cast->root;
    desk->next.threshold = 2;
    for (unsigned i = 0; i < 2; i++) {
        cast_rekey(cast, &cast->root_key[i], &desk->next_key[i]);
        desk->next.key[i] = desk->next_key[i].vkey;
    }
    cast->root.has_next = true;
    ys_root_fingerprint(&desk->next, &cast->root.next);
}

static void communities_speak(struct desk *desk)
{
    const struct ys_signer *const neighbour = desk->cast.unit[CAST_NEIGHBOUR].body;
    for (int i = 0; i < 3; i++) {
        say(desk, CAST_COMMUNITY, desk->rc);
        say(desk, CAST_COMMUNITY, &desk->rc2);
        say(desk, CAST_COMMUNITY, desk->po);
        say(desk, CAST_COMMUNITY, desk->sc);
    }
    say(desk, CAST_COMMUNITY, desk->rc);
    say(desk, CAST_COMMUNITY, &desk->po2);
    say(desk, CAST_COMMUNITY, &desk->stranger);
    say(desk, CAST_NEIGHBOUR, &neighbour[0]);
    say(desk, CAST_NEIGHBOUR, &desk->neighbour_rc2);
    say(desk, CAST_NEIGHBOUR, &neighbour[2]);
    say(desk, CAST_NEIGHBOUR, &desk->neighbour_po2);
    say(desk, CAST_NEIGHBOUR, &desk->late);
}

static void read_script(struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    for (int role = 0; role < CAST_ROLES; role++) {
        struct script *const script = &desk->script[role];
        struct ys_log log;
        if (ys_log_find(txn, log_of(desk, (enum cast_role)role), &log, NULL) != YS_OK)
            continue;
        script->count = log.frontier.size;
        assert_true(script->count <= RECORDS_MAX);
        for (size_t i = 0; i < script->count; i++) {
            struct ys_entry entry;
            struct scribe_record *const record = &script->record[i];
            assert_int_equal(ys_log_entry(txn, log.id, i, &entry, NULL), YS_OK);
            memcpy(record->note, entry.note.data, entry.note.size);
            memcpy(record->body, entry.body.data, entry.body.size);
            record->note_size = entry.note.size;
            record->body_size = entry.body.size;
        }
    }
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_member_order", CAST_DISTRICT);
    make_keys(desk);
    cast_enrol_all(&desk->cast);
    say(desk, CAST_OTHER_STREET, &desk->cast.unit[CAST_OTHER_STREET].body[0]);
    communities_speak(desk);
    the_street_acts(desk);
    the_root_is_succeeded(desk);
    read_script(desk);
    cast_move(&desk->cast, CAST_COMMUNITY);
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

/* --- its arrival --- */

static struct ys_member *new_member(const struct desk *desk)
{
    struct ys_member *member = NULL;
    assert_int_equal(ys_member_new(&desk->cast.root,
                                   &desk->cast.unit[CAST_COMMUNITY].origin.division, &member, NULL),
                     YS_OK);
    assert_int_equal(ys_member_succeed(member, &desk->next, NULL), YS_OK);
    return member;
}

static void judge(const struct desk *desk, const struct ys_member *member, int role, size_t first,
                  size_t end, struct arrived *arrived)
{
    for (size_t i = first; i < end; i++) {
        const struct ys_entry entry = scribe_entry(&desk->script[role].record[i]);
        arrived->verdict[role][i] =
            (uint8_t)ys_judge(member, &desk->cast.unit[role].origin, i, &entry, NULL);
    }
}

static void append(struct desk *desk, struct ys_txn *txn, int role, size_t first, size_t count)
{
    struct ys_entry entries[BATCH_MAX];
    struct ys_log log;
    enum ys_code code = ys_log_find(txn, log_of(desk, (enum cast_role)role), &log, NULL);
    if (code == YS_NOT_FOUND)
        code = ys_log_add(txn, &desk->cast.unit[role].origin, &log, NULL);
    assert_int_equal(code, YS_OK);
    for (size_t i = 0; i < count; i++)
        entries[i] = scribe_entry(&desk->script[role].record[first + i]);
    assert_int_equal(ys_log_append(txn, &log, entries, count, NULL), YS_OK);
}

static void put_head(struct desk *desk, struct ys_txn *txn, int role, size_t at)
{
    struct script *const script = &desk->script[role];
    struct ys_log log;
    bool changed = false;
    assert_int_equal(ys_log_find(txn, log_of(desk, (enum cast_role)role), &log, NULL), YS_OK);
    assert_int_equal(ys_head_put(txn, log.id, script->head_size[at], log.frontier.size,
                                 (struct ys_bytes){script->head[at], script->head_bytes[at]},
                                 &changed, NULL),
                     YS_OK);
}

/* One batch of one log, or one head whose entries are there; false when all has come. */
static bool step(struct desk *desk, struct ys_txn *txn, const struct ys_member *member,
                 size_t batch_max, struct arrived *arrived)
{
    const size_t start = rng_below(&desk->cast.rng, CAST_ROLES);
    const size_t batch = 1 + rng_below(&desk->cast.rng, batch_max);
    const bool head_first = rng_below(&desk->cast.rng, 2) == 0;
    for (size_t i = 0; i < CAST_ROLES; i++) {
        const int role = (int)((start + i) % CAST_ROLES);
        struct script *const script = &desk->script[role];
        size_t *const records = &arrived->records[role];
        size_t *const heads = &arrived->heads[role];
        const size_t left = script->count - *records;
        const bool head = *heads < script->heads && script->head_size[*heads] <= *records;
        if (head && (head_first || left == 0)) {
            put_head(desk, txn, role, (*heads)++);
            return true;
        }
        if (left == 0)
            continue;
        const size_t count = left < batch ? left : batch;
        append(desk, txn, role, *records, count);
        *records += count;
        judge(desk, member, role, *records - count, *records, arrived);
        return true;
    }
    return false;
}

/* --- what is kept of it --- */

enum { ROWS_MAX = 8, ROW_MAX = 16384 };

/* Rows of some time or other, on their way into the store. */
struct rows {
    size_t count;
    struct ys_division issuer[ROWS_MAX];
    size_t size[ROWS_MAX];
    uint8_t row[ROWS_MAX][ROW_MAX];
};

static void put_rows(struct ys_txn *txn, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        assert_int_equal(ys_member_kept_put(txn, &rows->issuer[i],
                                            (struct ys_bytes){rows->row[i], rows->size[i]}, NULL),
                         YS_OK);
}

static void take_rows(const struct ys_member *member, struct rows *rows)
{
    struct ys_writer row;
    rows->count = 0;
    for (size_t at = 0;
         rows->count < ROWS_MAX &&
         ys_member_kept_next(member, &at, &rows->issuer[rows->count], &row, NULL) == YS_OK;
         rows->count++) {
        assert_true(row.size <= ROW_MAX);
        memcpy(rows->row[rows->count], row.data, row.size);
        rows->size[rows->count] = row.size;
        free(row.data);
    }
}

/* A recall that begins with rows of now and then, and keeps some itself, comes to what a rebuild does. */
static void recall(struct desk *desk, struct ys_txn *txn, const struct ys_member *rebuilt,
                   struct ys_member *member, struct rows *rows)
{
    bool good = false;
    if (rng_below(&desk->cast.rng, 4) == 0)
        put_rows(txn, rows);
    assert_int_equal(ys_member_recall(member, txn, NULL, NULL), YS_OK);
    member_twin_same(rebuilt, member, true);
    if (rng_below(&desk->cast.rng, 4) == 0)
        take_rows(member, rows);
    if (rng_below(&desk->cast.rng, 2) == 0)
        assert_int_equal(ys_member_keep(member, txn, NULL), YS_OK);
    for (size_t i = 0; i < rows->count; i++) {
        assert_int_equal(ys_member_kept_check(rebuilt, txn, &rows->issuer[i],
                                              (struct ys_bytes){rows->row[i], rows->size[i]}, &good,
                                              NULL),
                         YS_OK);
        assert_true(good);
    }
}

/* All of it in some order, as a node takes it: what a rebuild touches is judged again. */
static void arrive(struct desk *desk, struct ys_txn *txn, struct ys_member *member,
                   struct arrived *arrived)
{
    struct ys_member *const quick = rng_below(&desk->cast.rng, 5) == 0 ? new_member(desk) : NULL;
    struct rows *const rows = calloc(1, sizeof *rows);
    assert_non_null(rows);
    while (step(desk, txn, member, quick != NULL ? SMALL_MAX : BATCH_MAX, arrived)) {
        bool changed = false;
        assert_int_equal(ys_member_rebuild(member, txn, &changed, NULL), YS_OK);
        if (quick != NULL)
            recall(desk, txn, member, quick, rows);
        for (int role = 0; role < CAST_ROLES; role++)
            if (ys_member_touched(member, &desk->cast.unit[role].origin.division)) {
                assert_true(changed);
                judge(desk, member, role, 0, arrived->records[role], arrived);
            }
    }
    ys_member_free(quick);
    free(rows);
}

static uint64_t cut_of(const struct ys_member *member, const struct ys_signer *signer)
{
    const struct ys_member_key *const key = ys_member_find(member, &signer->vkey);
    return key == NULL ? 0 : key->cut;
}

/* What should come of it. */
static void assert_as_meant(const struct desk *desk, const struct ys_member *member,
                            const struct arrived *arrived)
{
    const struct ys_signer *const neighbour = desk->cast.unit[CAST_NEIGHBOUR].body;
    assert_int_equal(cut_of(member, desk->rc), 10);
    assert_int_equal(cut_of(member, &desk->rc2), UINT64_MAX);
    assert_int_equal(cut_of(member, desk->po), UINT64_MAX);
    assert_int_equal(cut_of(member, &desk->po2), 0);
    assert_int_equal(cut_of(member, desk->sc), 9);
    assert_int_equal(cut_of(member, &desk->neighbour_rc2), UINT64_MAX);
    assert_int_equal(cut_of(member, &desk->neighbour_po2), 0);
    assert_int_equal(cut_of(member, &neighbour[2]), 2);
    assert_int_equal(cut_of(member, &desk->late), 0);
    assert_int_equal(cut_of(member, &desk->da2), UINT64_MAX);
    assert_int_equal(cut_of(member, &desk->da3), 0);
    static const uint8_t community[] = {
        YS_VERDICT_OK,  YS_VERDICT_OK,          YS_VERDICT_OK,         YS_VERDICT_OK,
        YS_VERDICT_OK,  YS_VERDICT_OK,          YS_VERDICT_OK,         YS_VERDICT_OK,
        YS_VERDICT_OK,  YS_VERDICT_OK,          YS_VERDICT_OK,         YS_VERDICT_BAD,
        YS_VERDICT_BAD, YS_VERDICT_UNKNOWN_KEY, YS_VERDICT_UNKNOWN_KEY};
    static const uint8_t next[] = {YS_VERDICT_OK, YS_VERDICT_OK, YS_VERDICT_BAD,
                                   YS_VERDICT_UNKNOWN_KEY, YS_VERDICT_UNKNOWN_KEY};
    assert_memory_equal(arrived->verdict[CAST_COMMUNITY], community, sizeof community);
    assert_memory_equal(arrived->verdict[CAST_NEIGHBOUR], next, sizeof next);
}

static void every_order_of_arrival_ends_in_the_same(void **state)
{
    struct desk *const desk = *state;
    struct ys_member *first = NULL;
    struct arrived wanted = {{0}, {0}, {{0}}};
    for (int order = 0; order < ORDERS; order++) {
        YS_TXN_SCOPED txn = NULL; /* given up in the end: the next order begins with nothing */
        struct arrived arrived = {{0}, {0}, {{0}}};
        struct ys_member *member = new_member(desk);
        assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
        arrive(desk, txn, member, &arrived);
        if (first == NULL) {
            first = member;
            wanted = arrived;
            assert_as_meant(desk, member, &arrived);
            continue;
        }
        member_twin_same(first, member, false);
        assert_memory_equal(arrived.verdict, wanted.verdict, sizeof wanted.verdict);
        ys_member_free(member);
    }
    ys_member_free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_order_of_arrival_ends_in_the_same, set_up, tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
