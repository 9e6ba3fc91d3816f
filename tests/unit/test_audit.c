#include "node/audit/audit.h"

#include "sync/blob.h"
#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* cast.c signs its records at this time. */
static const uint64_t now_s = 1764000000;
enum { DAY = 24 * 60 * 60, SAID_MAX = 64 * 1024 };

struct desk {
    struct cast cast; /* the store is the district's, unless a test moves */
    struct ys_member *member;
    const char *attachments;              /* folder; NULL: nobody looks */
    void (*meanwhile)(struct desk *desk); /* once, when the first log was taken up; or NULL */
    struct ys_audit_totals totals;
    char said[SAID_MAX]; /* "<verdict> <code> <origin>\n" and "  <kind> <where> <text>\n" */
    size_t said_size;
};

static void say(struct desk *desk, const char *format, ...) YS_PRINTF(2, 3);
static void say(struct desk *desk, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int more =
        vsnprintf(desk->said + desk->said_size, SAID_MAX - desk->said_size, format, args);
    va_end(args);
    assert_true(more >= 0 && (size_t)more < SAID_MAX - desk->said_size);
    desk->said_size += (size_t)more;
}

static void take_line(void *context, const struct ys_audit_line *line)
{
    struct desk *const desk = context;
    say(desk, "%s %s %s\n", ys_audit_word(line->verdict), line->code == NULL ? "-" : line->code,
        line->origin);
    for (size_t i = 0; i < line->flaws->kept; i++)
        say(desk, "  %s %s %s\n", ys_flaw_word(line->flaws->item[i].kind),
            line->flaws->item[i].where, line->flaws->item[i].text);
}

static void pass_time(void *context, uint64_t done, uint64_t total)
{
    struct desk *const desk = context;
    void (*const meanwhile)(struct desk *) = desk->meanwhile;
    (void)done;
    (void)total;
    desk->meanwhile = NULL;
    if (meanwhile != NULL)
        meanwhile(desk);
}

/* As an auditor would at `at_s`. A store that cannot be read to its end is a failure too. */
static enum ys_code audit_with(struct desk *desk, uint64_t at_s, unsigned threads)
{
    const struct ys_audit_options options = {.store = desk->cast.store,
                                             .member = desk->member,
                                             .attachments = desk->attachments,
                                             .now_s = at_s,
                                             .threads = threads,
                                             .line = take_line,
                                             .progress = pass_time,
                                             .context = desk};
    struct ys_err err = {0};
    desk->said_size = 0;
    desk->said[0] = '\0';
    enum ys_code code = YS_OK;
    {
        YS_TXN_SCOPED txn = NULL;
        code = ys_store_begin(desk->cast.store, false, &txn, &err);
        if (code == YS_OK)
            code = ys_member_rebuild(desk->member, txn, NULL, &err);
    }
    if (code == YS_OK)
        code = ys_audit(&options, &desk->totals, &err);
    if (code != YS_OK)
        say(desk, "failed - %s\n", err.msg);
    return code;
}

static void audit(struct desk *desk)
{
    assert_int_equal(audit_with(desk, now_s, 2), YS_OK);
}

static void assert_good(struct desk *desk)
{
    audit(desk);
    if (desk->totals.failed + desk->totals.open != 0)
        print_error("%s", desk->said);
    assert_int_equal(desk->totals.failed + desk->totals.open, 0);
}

/* The last audit names a flaw of this kind, of this log, with these words. */
static void assert_named(const struct desk *desk, const char *kind, const char *where,
                         const char *words)
{
    char begin[512];
    snprintf(begin, sizeof begin, "  %s %s ", kind, where);
    for (const char *line = strstr(desk->said, begin); line != NULL;
         line = strstr(line + 1, begin)) {
        const char *const end = strchr(line, '\n');
        const char *const found = strstr(line, words);
        if (found != NULL && found < end)
            return;
    }
    print_error("no \"%s\" with \"%s\" in:\n%s", begin, words, desk->said);
    fail();
}

static const char *log_of(const struct desk *desk, enum cast_role role)
{
    return desk->cast.unit[role].log;
}

static void talk(struct desk *desk, enum cast_role role, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        (void)cast_publish(&desk->cast, role, scribe_acknowledgement(&desk->cast.rng),
                           &desk->cast.unit[role].body[0]);
}

/* Street and district cosign all that is there of a log. */
static void cosign(struct desk *desk, enum cast_role role, uint64_t at_s)
{
    static const enum cast_role above[] = {CAST_DISTRICT, CAST_STREET};
    cast_cosign(&desk->cast, role, above, role == CAST_COMMUNITY || role == CAST_NEIGHBOUR ? 2 : 1,
                at_s);
}

static void write_receipts(struct desk *desk)
{
    assert_int_not_equal(cast_write_receipts(&desk->cast, CAST_DISTRICT, now_s), 0);
}

static void rebuild_cast(struct desk *desk)
{
    cast_enrol_all(&desk->cast);
    talk(desk, CAST_COMMUNITY, 6);
    talk(desk, CAST_NEIGHBOUR, 2);
    talk(desk, CAST_OTHER_STREET, 1);
    for (unsigned role = CAST_STREET; role < CAST_ROLES; role++)
        cosign(desk, (enum cast_role)role, now_s - DAY);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_audit", CAST_DISTRICT);
    rebuild_cast(desk);
    write_receipts(desk);
    assert_int_equal(ys_member_new(&desk->cast.root,
                                   &desk->cast.unit[CAST_DISTRICT].origin.division, &desk->member,
                                   NULL),
                     YS_OK);
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

static void what_is_whole_is_good_and_a_line_a_log_says_so(void **state)
{
    struct desk *const desk = *state;

    assert_good(desk);

    assert_int_equal(desk->totals.logs, 5);
    assert_int_equal(desk->totals.records, desk->totals.signatures_ok);
    for (unsigned role = 0; role < CAST_ROLES; role++)
        assert_non_null(strstr(desk->said, log_of(desk, (enum cast_role)role)));
}

static void how_many_threads_there_are_changes_no_word(void **state)
{
    struct desk *const desk = *state;
    static char one[SAID_MAX];
    talk(desk, CAST_COMMUNITY, 1100); /* more than a piece */
    cosign(desk, CAST_COMMUNITY, now_s - 3 * DAY);
    (void)cast_publish(&desk->cast, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng),
                       &desk->cast.unit[CAST_STREET].body[0]);

    assert_int_equal(audit_with(desk, now_s, 1), YS_OK);
    memcpy(one, desk->said, sizeof one);
    assert_int_equal(audit_with(desk, now_s, 7), YS_OK);

    assert_string_equal(one, desk->said);
    assert_named(desk, "cosignature", log_of(desk, CAST_COMMUNITY), "smaller size 6");
    assert_int_equal(desk->totals.failed, 1);
}

/* A department gets a key; that of a street's is registered by the district. */
static void enrol_department(struct desk *desk, enum cast_role role, struct ys_signer *out)
{
    const struct cast_unit *const unit = &desk->cast.unit[role];
    const struct ys_name name =
        ys_name_body(unit->origin.deployment, &unit->origin.division, "gd-late");
    scribe_signer(out, &desk->cast.rng, &name);
    if (role == CAST_STREET || role == CAST_OTHER_STREET)
        (void)cast_publish(&desk->cast, CAST_DISTRICT,
                           scribe_body_register(&out->vkey, unit->log, 0),
                           &desk->cast.unit[CAST_DISTRICT].body[0]);
}

/* A daemon goes on while the audit runs: new keys and what they sign, heads, receipts. */
static void everybody_writes(struct desk *desk)
{
    for (unsigned role = CAST_STREET; role < CAST_ROLES; role++) {
        struct ys_signer late;
        enrol_department(desk, (enum cast_role)role, &late);
        (void)cast_publish(&desk->cast, (enum cast_role)role,
                           scribe_acknowledgement(&desk->cast.rng), &late);
        talk(desk, (enum cast_role)role, 3);
        cosign(desk, (enum cast_role)role, now_s);
    }
    write_receipts(desk);
}

static void what_is_written_meanwhile_is_left_to_the_next_audit(void **state)
{
    struct desk *const desk = *state;
    assert_good(desk);
    const uint64_t records = desk->totals.records;

    desk->meanwhile = everybody_writes;
    assert_int_equal(audit_with(desk, now_s, 1), YS_OK);

    assert_null(desk->meanwhile);
    if (desk->totals.failed + desk->totals.open != 0)
        print_error("%s", desk->said);
    assert_int_equal(desk->totals.failed + desk->totals.open, 0);
    assert_int_equal(desk->totals.records, records);
    audit(desk);
    assert_true(desk->totals.records > records + 16);
}

/* --- rows changed behind everybody's back --- */

struct row {
    uint8_t key[512], value[256 * 1024];
    size_t key_size, value_size;
};

static bool next_row(struct desk *desk, enum ys_db db, struct row *row)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_bytes key;
    struct ys_bytes value;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    row->key[row->key_size] = 0;
    const enum ys_code code = ys_txn_seek(
        txn, db, (struct ys_bytes){row->key, row->key_size == 0 ? 0 : row->key_size + 1},
        YS_SEEK_AT_LEAST, &key, &value, NULL);
    if (code == YS_NOT_FOUND)
        return false;
    assert_int_equal(code, YS_OK);
    assert_true(key.size < sizeof row->key && value.size <= sizeof row->value);
    memcpy(row->key, key.data, key.size);
    memcpy(row->value, value.data, value.size);
    row->key_size = key.size;
    row->value_size = value.size;
    return true;
}

/* `value` NULL: the row goes. */
static void set_row(struct desk *desk, enum ys_db db, const struct row *row, const uint8_t *value)
{
    YS_TXN_SCOPED txn = NULL;
    const struct ys_bytes key = {row->key, row->key_size};
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    if (value == NULL)
        assert_int_equal(ys_txn_delete(txn, db, key, NULL), YS_OK);
    else
        assert_int_equal(ys_txn_put(txn, db, key, (struct ys_bytes){value, row->value_size}, NULL),
                         YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static void assert_found(struct desk *desk, const char *what, enum ys_db db, const struct row *row)
{
    const enum ys_code code = audit_with(desk, now_s, 2);
    if (code != YS_OK || desk->totals.failed + desk->totals.open != 0)
        return;
    print_error("%s in \"%s\", row of %zu and %zu bytes, was not found\n", what, ys_db_name(db),
                row->key_size, row->value_size);
    fail();
}

/* Of entries of a log. */
static void keep_verdicts(struct desk *desk, enum cast_role role, uint64_t first, size_t count,
                          uint8_t verdict)
{
    uint8_t all[2];
    YS_TXN_SCOPED txn = NULL;
    const struct ys_log log = cast_log(&desk->cast, role);
    memset(all, verdict, sizeof all);
    assert_in_range(count, 1, sizeof all);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_status_set(txn, log.id, first, all, count, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static void a_flipped_bit_in_any_row_of_any_table_is_found(void **state)
{
    struct desk *const desk = *state;
    static struct row row;
    static uint8_t changed[sizeof row.value];
    keep_verdicts(desk, CAST_COMMUNITY, 0, 2, YS_VERDICT_OK);
    assert_good(desk);
    for (unsigned db = 0; db < YS_DB_COUNT; db++) {
        unsigned rows = 0;
        for (row.key_size = 0; next_row(desk, (enum ys_db)db, &row); rows++) {
            if (row.value_size == 0)
                continue;
            memcpy(changed, row.value, row.value_size);
            changed[rng_next(&desk->cast.rng) % row.value_size] ^=
                (uint8_t)(1U << rng_next(&desk->cast.rng) % 8);
            set_row(desk, (enum ys_db)db, &row, changed);
            assert_found(desk, "a flipped bit", (enum ys_db)db, &row);
            set_row(desk, (enum ys_db)db, &row, row.value);
        }
        /* of these nothing stands in this store */
        if (db != YS_DB_ASIDE && db != YS_DB_FORK && db != YS_DB_REDACTION && db != YS_DB_ERASED &&
            db != YS_DB_ABSENT)
            assert_int_not_equal(rows, 0);
    }
    assert_good(desk);
}

static void a_row_that_is_gone_from_any_table_is_found(void **state)
{
    struct desk *const desk = *state;
    static struct row row;
    assert_good(desk);
    for (unsigned db = YS_DB_LOG; db < YS_DB_COUNT; db++)
        for (row.key_size = 0; next_row(desk, (enum ys_db)db, &row);) {
            if (db == YS_DB_HEAD || db == YS_DB_STATUS)
                continue; /* nothing promises that they are kept */
            set_row(desk, (enum ys_db)db, &row, NULL);
            assert_found(desk, "a missing row", (enum ys_db)db, &row);
            set_row(desk, (enum ys_db)db, &row, row.value);
        }
    assert_good(desk);
}

static void row_of(struct desk *desk, enum ys_db db, uint32_t log_id, uint64_t index,
                   struct row *row)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_bytes value;
    ys_row_key(log_id, index, row->key);
    row->key_size = YS_ROW_KEY_LEN;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_txn_get(txn, db, (struct ys_bytes){row->key, row->key_size}, &value, NULL),
                     YS_OK);
    memcpy(row->value, value.data, value.size);
    row->value_size = value.size;
}

static void a_removed_record_is_named(void **state)
{
    struct desk *const desk = *state;
    static struct row row;
    const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);

    row_of(desk, YS_DB_ENTRY, log.id, 3, &row);
    set_row(desk, YS_DB_ENTRY, &row, NULL);
    row_of(desk, YS_DB_BODY, log.id, 3, &row);
    set_row(desk, YS_DB_BODY, &row, NULL);
    audit(desk);

    assert_named(desk, "entry", log_of(desk, CAST_COMMUNITY), "entry 3: it is missing");
}

static void a_swapped_pair_is_named(void **state)
{
    struct desk *const desk = *state;
    static const enum ys_db tables[] = {YS_DB_ENTRY, YS_DB_BODY};
    static struct row a;
    static struct row b;
    const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);

    for (unsigned i = 0; i < 2; i++) {
        row_of(desk, tables[i], log.id, 1, &a);
        row_of(desk, tables[i], log.id, 2, &b);
        const size_t size = a.value_size;
        a.value_size = b.value_size;
        set_row(desk, tables[i], &a, b.value);
        b.value_size = size;
        set_row(desk, tables[i], &b, a.value);
    }
    audit(desk);

    assert_named(desk, "tree", log_of(desk, CAST_COMMUNITY), "not made of the entries");
    assert_named(desk, "row", log_of(desk, CAST_COMMUNITY), "entry 1: it is not in \"byid\"");
}

static void a_verdict_that_was_noted_and_is_another_is_named(void **state)
{
    struct desk *const desk = *state;
    keep_verdicts(desk, CAST_COMMUNITY, 4, 1, YS_VERDICT_BAD);
    audit(desk);

    assert_named(desk, "cache", log_of(desk, CAST_COMMUNITY), "entry 4: status says bad, it is ok");
}

static void keys_change_and_a_verdict_with_them(struct desk *desk)
{
    struct ys_signer late;
    enrol_department(desk, CAST_STREET, &late);
    keep_verdicts(desk, cast_last_log(&desk->cast), 0, 1, YS_VERDICT_BAD);
}

/* By which keys a daemon found it nobody knows here: neither good nor wrong. A single thread has four pieces before
 * it when the first is taken up: the fifth log it looks at behind what changes then. */
static void a_verdict_of_keys_that_came_meanwhile_is_not_checked(void **state)
{
    struct desk *const desk = *state;
    const char *const log = log_of(desk, cast_last_log(&desk->cast));
    desk->meanwhile = keys_change_and_a_verdict_with_them;
    assert_int_equal(audit_with(desk, now_s, 1), YS_OK);

    assert_null(desk->meanwhile);
    assert_int_equal(desk->totals.failed, 0);
    assert_int_equal(desk->totals.open, 1);
    assert_named(desk, "unknown", log,
                 "entry 0: status says bad, it was ok when this began; keys have changed since");
    audit(desk);
    assert_named(desk, "cache", log, "entry 0: status says bad, it is ok");
}

/* --- what people or their keys did --- */

static void a_history_signed_anew_contradicts_the_receipts(void **state)
{
    struct desk *const desk = *state;

    /* Of size 3 the district had another root (scribe_receipts makes one up). */
    (void)cast_publish(&desk->cast, CAST_DISTRICT,
                       scribe_receipts(log_of(desk, CAST_COMMUNITY), 3, now_s - 2 * DAY),
                       &desk->cast.unit[CAST_DISTRICT].keys.log);
    audit(desk);

    assert_named(desk, "receipt", log_of(desk, CAST_DISTRICT), "another history");
    assert_named(desk, "receipt", log_of(desk, CAST_DISTRICT), log_of(desk, CAST_COMMUNITY));
}

static void a_cosignature_whose_time_goes_back_is_named(void **state)
{
    struct desk *const desk = *state;
    talk(desk, CAST_NEIGHBOUR, 1);

    cosign(desk, CAST_NEIGHBOUR, now_s - DAY);
    assert_good(desk);
    talk(desk, CAST_NEIGHBOUR, 1);
    cosign(desk, CAST_NEIGHBOUR, now_s - DAY - 1);
    audit(desk);

    assert_named(desk, "cosignature", log_of(desk, CAST_NEIGHBOUR), "head of size 4");
}

/* A new key of the street's witness, with its heads and all that they stand on. */
static void change_witness(struct desk *desk)
{
    struct ys_signer next;
    struct ys_node_keys *const keys = &desk->cast.unit[CAST_STREET].keys;
    cast_rekey(&desk->cast, &keys->mirror, &next);
    keys->mirror = next;
    (void)cast_publish(
        &desk->cast, CAST_DISTRICT,
        scribe_node_certificate(&keys->log.vkey, &keys->mirror.vkey, keys->transport_public),
        &desk->cast.unit[CAST_DISTRICT].body[0]);
}

static void witnesses_are_followed_in_time_however_often_their_keys_were_changed(void **state)
{
    enum { KEYS = 20 };
    struct desk *const desk = *state;
    for (unsigned i = 0; i < KEYS; i++) {
        change_witness(desk);
        talk(desk, CAST_NEIGHBOUR, 1);
        cosign(desk, CAST_NEIGHBOUR, now_s - DAY + i);
    }
    assert_good(desk);

    talk(desk, CAST_NEIGHBOUR, 1);
    cosign(desk, CAST_NEIGHBOUR, now_s - DAY + KEYS - 2);
    audit(desk);

    assert_named(desk, "cosignature", log_of(desk, CAST_NEIGHBOUR), "mirror/110105901 signed");
}

static void a_body_outside_its_role_is_named(void **state)
{
    struct desk *const desk = *state;

    const uint64_t index =
        cast_publish(&desk->cast, CAST_COMMUNITY,
                     scribe_body_register(&desk->cast.unit[CAST_COMMUNITY].body[0].vkey,
                                          log_of(desk, CAST_COMMUNITY), 0),
                     &desk->cast.unit[CAST_COMMUNITY].body[0]);
    assert_int_equal(index, 6);
    audit(desk);

    assert_named(desk, "signature", log_of(desk, CAST_COMMUNITY), "entry 6: ");
}

static void a_body_after_its_cut_is_named(void **state)
{
    struct desk *const desk = *state;
    (void)cast_publish(&desk->cast, CAST_STREET,
                       scribe_key_revoke(&desk->cast.unit[CAST_COMMUNITY].body[0].vkey,
                                         log_of(desk, CAST_COMMUNITY), 6),
                       &desk->cast.unit[CAST_STREET].body[0]);
    cosign(desk, CAST_STREET, now_s - 1);
    write_receipts(desk);
    assert_good(desk);

    talk(desk, CAST_COMMUNITY, 1);
    audit(desk);

    assert_named(desk, "signature", log_of(desk, CAST_COMMUNITY), "not valid at this place");
}

static void a_content_that_is_not_here_is_named(void **state)
{
    struct desk *const desk = *state;
    struct scribe_record record;
    const struct ys_signer *const signer = &desk->cast.unit[CAST_COMMUNITY].body[0];

    cast_write(&desk->cast, CAST_COMMUNITY, scribe_acknowledgement(&desk->cast.rng), &signer, 1,
               &record);
    struct ys_entry entry = scribe_entry(&record);
    entry.content = YS_CONTENT_ABSENT;
    entry.body = (struct ys_bytes){0};
    (void)cast_append(&desk->cast, CAST_COMMUNITY, &entry);
    audit(desk);

    assert_named(desk, "content", log_of(desk, CAST_COMMUNITY), "entry 6: its content");
}

static void a_log_that_is_withheld_or_too_short_is_named(void **state)
{
    struct desk *const desk = *state;
    char closed[YS_KEY_NAME_MAX + 1];
    struct ys_name other = desk->cast.unit[CAST_COMMUNITY].origin;

    (void)cast_publish(&desk->cast, CAST_DISTRICT,
                       scribe_receipts(log_of(desk, CAST_COMMUNITY), 7, now_s - DAY),
                       &desk->cast.unit[CAST_DISTRICT].keys.log);
    other.incarnation = 2;
    ys_name_print(&other, closed);
    (void)cast_publish(&desk->cast, CAST_DISTRICT, scribe_receipts(closed, 5, now_s - DAY),
                       &desk->cast.unit[CAST_DISTRICT].keys.log);
    audit(desk);

    assert_named(desk, "missing", log_of(desk, CAST_COMMUNITY), "first 7 entries");
    assert_named(desk, "missing", closed, "none is here");
}

static void a_cosigned_head_over_more_than_is_here_is_named(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    static const enum cast_role above[] = {CAST_DISTRICT};
    talk(desk, CAST_NEIGHBOUR, 1);
    const struct ys_bytes head =
        cast_head(&desk->cast, CAST_NEIGHBOUR, 3, above, 1, now_s - DAY, buffer);
    cast_move(&desk->cast, CAST_DISTRICT);
    rebuild_cast(desk);
    const struct ys_log log = cast_log(&desk->cast, CAST_NEIGHBOUR);
    YS_TXN_SCOPED txn = NULL;
    bool changed = false;

    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_head_put(txn, log.id, 3, 2, head, &changed, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    audit(desk);

    assert_named(desk, "missing", log_of(desk, CAST_NEIGHBOUR), "first 3 entries");
}

static void a_reference_that_leads_nowhere_is_named_where_all_must_be(void **state)
{
    struct desk *const desk = *state;
    static uint8_t nowhere[2][YS_HASH_LEN] = {{7}, {0}}; /* no record has an id of zeros either */
    Yishi__V1__Reference reference = YISHI__V1__REFERENCE__INIT;
    Yishi__V1__Reference *list[] = {&reference};
    Yishi__V1__Body *const body = scribe_acknowledgement(&desk->cast.rng);
    reference.has_rel = true;
    reference.rel = YISHI__V1__RELATION__RELATION_ACKNOWLEDGES;
    reference.has_record = true;
    body->refs = list;
    body->n_refs = 1;

    for (unsigned i = 0; i < 2; i++) {
        reference.record = (ProtobufCBinaryData){sizeof nowhere[i], nowhere[i]};
        (void)cast_publish(&desk->cast, CAST_COMMUNITY, body,
                           &desk->cast.unit[CAST_COMMUNITY].body[0]);
    }
    audit(desk);

    assert_named(desk, "reference", log_of(desk, CAST_COMMUNITY), "entry 6: it refers to record");
    assert_named(desk, "reference", log_of(desk, CAST_COMMUNITY), "entry 7: it refers to record");
}

static void a_file_that_is_not_what_the_record_says_is_named(void **state)
{
    struct desk *const desk = *state;
    char path[FOLDER_PATH_MAX];
    char file[FOLDER_PATH_MAX + 80];
    char name[YS_BLOB_NAME_LEN + 1];
    struct ys_blobs *blobs = NULL;
    struct ys_hash hash;
    uint64_t size = 0;
    folder_path(&desk->cast.folder, "attachments", path);
    desk->attachments = path;
    FILE *const content = tmpfile();
    assert_non_null(content);
    assert_int_equal(fputs("a plan of the yard", content) < 0, 0);
    rewind(content);
    assert_int_equal(ys_blobs_open(path, &(struct ys_blob_options){0}, &blobs, NULL), YS_OK);
    assert_int_equal(ys_blobs_put(blobs, fileno(content), "plan", &hash, &size, NULL), YS_OK);
    fclose(content);
    ys_blobs_close(blobs);
    Yishi__V1__Attachment attachment = YISHI__V1__ATTACHMENT__INIT;
    Yishi__V1__Attachment *list[] = {&attachment};
    Yishi__V1__Body *const body = scribe_acknowledgement(&desk->cast.rng);
    attachment.has_alg = attachment.has_hash = attachment.has_size = attachment.has_scope = true;
    attachment.alg = YISHI__V1__HASH_ALGORITHM__HASH_ALGORITHM_SHA256;
    attachment.hash = (ProtobufCBinaryData){YS_HASH_LEN, hash.bytes};
    attachment.size = size;
    attachment.scope = YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_REPLICATED;
    static char plain[] = "text/plain";
    attachment.media_type = plain;
    body->attachments = list;
    body->n_attachments = 1;
    (void)cast_publish(&desk->cast, CAST_COMMUNITY, body, &desk->cast.unit[CAST_COMMUNITY].body[0]);
    assert_good(desk);

    ys_blob_name(&hash, name);
    snprintf(file, sizeof file, "%s/%.2s/%.2s/%s", path, name, name + 2, name);
    assert_int_equal(chmod(file, 0600), 0);
    FILE *const damaged = fopen(file, "r+");
    assert_non_null(damaged);
    assert_int_equal(fputc('A', damaged), 'A');
    fclose(damaged);
    audit(desk);
    assert_named(desk, "attachment", log_of(desk, CAST_COMMUNITY), name);
    assert_int_equal(desk->totals.failed, 1);

    assert_int_equal(unlink(file), 0);
    audit(desk);
    assert_named(desk, "unknown", log_of(desk, CAST_COMMUNITY), name);
    assert_int_equal(desk->totals.failed, 0);
    assert_int_equal(desk->totals.open, 1);
}

static void a_unit_that_is_silent_is_named_on_the_day_after(void **state)
{
    struct desk *const desk = *state;
    const uint64_t last_s = now_s - DAY;

    assert_int_equal(audit_with(desk, last_s + 7 * DAY, 2), YS_OK);
    assert_int_equal(desk->totals.failed, 0);
    assert_int_equal(audit_with(desk, last_s + 7 * DAY + 1, 2), YS_OK);
    assert_int_equal(desk->totals.failed, 4);
    assert_named(desk, "silent", log_of(desk, CAST_COMMUNITY), "silent_days = 7");
}

static void a_unit_that_never_published_is_named(void **state)
{
    struct desk *const desk = *state;
    cast_move(&desk->cast, CAST_DISTRICT);
    cast_enrol_all(&desk->cast);
    cosign(desk, CAST_STREET, now_s);

    assert_int_equal(audit_with(desk, now_s + DAY, 2), YS_OK);
    assert_int_equal(desk->totals.failed, 0);
    assert_non_null(strstr(desk->said, log_of(desk, CAST_NEIGHBOUR)));
    assert_int_equal(audit_with(desk, now_s + 30 * DAY, 2), YS_OK);

    assert_named(desk, "silent", log_of(desk, CAST_NEIGHBOUR), "enrolled at");
}

static void a_forked_log_is_named(void **state)
{
    struct desk *const desk = *state;
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log = cast_log(&desk->cast, CAST_NEIGHBOUR);

    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_set_state(txn, &log, YS_LOG_FORKED, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    audit(desk);

    assert_named(desk, "fork", log_of(desk, CAST_NEIGHBOUR), "two histories");
}

static void the_head_of_a_log_that_is_not_of_its_entries_is_named(void **state)
{
    struct desk *const desk = *state;
    uint8_t buffer[CAST_HEAD_MAX];
    const struct ys_log log = cast_log(&desk->cast, CAST_NEIGHBOUR);
    const struct ys_bytes head = cast_false_head(&desk->cast, CAST_NEIGHBOUR, 1, buffer);
    YS_TXN_SCOPED txn = NULL;
    bool changed = false;

    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_head_put(txn, log.id, 1, 0, head, &changed, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    audit(desk);

    assert_named(desk, "head", log_of(desk, CAST_NEIGHBOUR), "its root is not that of the entries");
}

static void without_a_store_that_can_be_read_there_is_no_verdict(void **state)
{
    struct desk *const desk = *state;
    for (unsigned calls = 1; calls < 40; calls++) {
        ys_kv_fail_after(ys_store_kv(desk->cast.store), calls);
        const enum ys_code code = audit_with(desk, now_s, 2);
        ys_kv_fail_after(ys_store_kv(desk->cast.store), 0);
        assert_int_not_equal(code, YS_OK);
    }
    assert_good(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_whole_is_good_and_a_line_a_log_says_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_written_meanwhile_is_left_to_the_next_audit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(how_many_threads_there_are_changes_no_word, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_flipped_bit_in_any_row_of_any_table_is_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_row_that_is_gone_from_any_table_is_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_removed_record_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_swapped_pair_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_verdict_that_was_noted_and_is_another_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_verdict_of_keys_that_came_meanwhile_is_not_checked,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_history_signed_anew_contradicts_the_receipts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_cosignature_whose_time_goes_back_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            witnesses_are_followed_in_time_however_often_their_keys_were_changed, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(a_body_outside_its_role_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_after_its_cut_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_content_that_is_not_here_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_that_is_withheld_or_too_short_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_cosigned_head_over_more_than_is_here_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_reference_that_leads_nowhere_is_named_where_all_must_be,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_not_what_the_record_says_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_unit_that_is_silent_is_named_on_the_day_after, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_unit_that_never_published_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_forked_log_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_head_of_a_log_that_is_not_of_its_entries_is_named,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_store_that_can_be_read_there_is_no_verdict,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
