/* What an author is told of a record of the own log is what the read model makes of it on arrival. */
#include "node/overtaken.h"

#include "node/model/model.h"
#include "node/model/sql.h"
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

enum { WORLDS = 12, RECORDS = 60 };

struct desk {
    struct cast cast;
    struct ys_member *member;
    struct ys_model *model;
    struct ys_hash id[RECORDS];
    unsigned kind[RECORDS]; /* field of the body */
    size_t count;
};

static void open_desk(struct desk *desk)
{
    static const enum cast_role district = CAST_DISTRICT;
    char path[FOLDER_PATH_MAX];
    YS_TXN_SCOPED txn = NULL;
    cast_open(&desk->cast, "test_overtaken", CAST_COMMUNITY);
    cast_enrol_all(&desk->cast);
    cast_keep_head(&desk->cast, CAST_STREET, cast_log(&desk->cast, CAST_STREET).frontier.size,
                   &district, 1, 1764000100);
    assert_int_equal(ys_member_new(&desk->cast.root,
                                   &desk->cast.unit[CAST_COMMUNITY].origin.division, &desk->member,
                                   NULL),
                     YS_OK);
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(desk->member, txn, NULL, NULL), YS_OK);
    folder_path(&desk->cast.folder, "model.db", path);
    assert_int_equal(ys_model_open(path, desk->cast.store, &desk->model, NULL), YS_OK);
}

static void close_desk(struct desk *desk)
{
    ys_model_close(desk->model);
    ys_member_free(desk->member);
    cast_close(&desk->cast);
    free(desk);
}

/* --- records --- */

static Yishi__V1__Body *house_rules(void)
{
    static char title[] = "示例";
    static Yishi__V1__HouseRules rules;
    static Yishi__V1__Body body;
    yishi__v1__house_rules__init(&rules);
    yishi__v1__body__init(&body);
    rules.title = title;
    body.kind_case = YISHI__V1__BODY__KIND_HOUSE_RULES;
    body.house_rules = &rules;
    return &body;
}

/* What a correction says now: a body of the kind of the record that it corrects. */
static struct ys_bytes replacement(void)
{
    static uint8_t room[512];
    static uint8_t salt[YS_BODY_SALT_LEN];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    Yishi__V1__Body *const body = house_rules();
    body->has_salt = 1;
    body->salt = (ProtobufCBinaryData){sizeof salt, salt};
    assert_int_equal(ys_body_encode(body, &w, NULL), YS_OK);
    return (struct ys_bytes){room, w.size};
}

static Yishi__V1__Body *some_body(struct desk *desk)
{
    static Yishi__V1__Correction correction;
    static char reason[] = "误录";
    static Yishi__V1__Withdrawal withdrawal;
    static Yishi__V1__Body body;
    const uint64_t dice = rng_below(&desk->cast.rng, 8);
    yishi__v1__body__init(&body);
    if (dice < 4) {
        yishi__v1__withdrawal__init(&withdrawal);
        withdrawal.reason = reason;
        body.kind_case = YISHI__V1__BODY__KIND_WITHDRAWAL;
        body.withdrawal = &withdrawal;
        return &body;
    }
    if (dice < 6) {
        const struct ys_bytes bytes = replacement();
        yishi__v1__correction__init(&correction);
        correction.has_replacement = 1;
        correction.replacement =
            (ProtobufCBinaryData){bytes.size, (uint8_t *)(uintptr_t)bytes.data};
        body.kind_case = YISHI__V1__BODY__KIND_CORRECTION;
        body.correction = &correction;
        return &body;
    }
    return house_rules();
}

/* Name one earlier record or two, mostly as the kind does. */
static void put_refs(struct desk *desk, Yishi__V1__Body *body)
{
    static Yishi__V1__Reference ref[2];
    static Yishi__V1__Reference *refs[] = {&ref[0], &ref[1]};
    const Yishi__V1__Relation relation = body->kind_case == YISHI__V1__BODY__KIND_WITHDRAWAL
                                             ? YISHI__V1__RELATION__RELATION_WITHDRAWS
                                             : YISHI__V1__RELATION__RELATION_SUPERSEDES;
    body->refs = refs;
    body->n_refs = desk->count == 0 ? 0 : 1 + rng_below(&desk->cast.rng, 2);
    for (size_t i = 0; i < body->n_refs; i++) {
        const size_t at = (size_t)rng_below(&desk->cast.rng, desk->count);
        yishi__v1__reference__init(&ref[i]);
        ref[i].has_rel = ref[i].has_record = 1;
        ref[i].rel =
            rng_below(&desk->cast.rng, 8) == 0 ? YISHI__V1__RELATION__RELATION_BASED_ON : relation;
        ref[i].record = (ProtobufCBinaryData){YS_HASH_LEN, desk->id[at].bytes};
    }
}

/* Mostly signed by both bodies; by one alone it changes nothing that two signed. */
static void write_one(struct desk *desk)
{
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    const struct ys_signer *const signers[] = {&unit->body[0], &unit->body[1]};
    struct scribe_record record;
    struct ys_note note;
    Yishi__V1__Body *const body = some_body(desk);
    put_refs(desk, body);
    cast_write(&desk->cast, CAST_COMMUNITY, body, signers,
               rng_below(&desk->cast.rng, 4) == 0 ? 1 : 2, &record);
    const struct ys_entry entry = scribe_entry(&record);
    assert_int_equal(ys_note_parse(entry.note, &note, NULL), YS_OK);
    ys_record_id(note.text, &desk->id[desk->count]);
    desk->kind[desk->count] = body->kind_case;
    const uint64_t index = cast_append(&desk->cast, CAST_COMMUNITY, &entry);
    assert_int_equal(index, desk->count++);
    YS_TXN_SCOPED txn = NULL;
    /* Seldom bad, whatever it says: then nothing that it does counts. */
    const uint8_t verdict =
        rng_below(&desk->cast.rng, 12) == 0
            ? YS_VERDICT_BAD
            : (uint8_t)ys_judge(desk->member, &unit->origin, index, &entry, NULL);
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_status_set(txn, YS_OWN_LOG, index, &verdict, 1, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

/* --- comparing --- */

/* "in_force", "withdrawn", …, and whether the content is that of a correction. */
static void ask_model(struct desk *desk, size_t at, char standing[16], bool *corrected)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    assert_int_equal(
        ys_query_open(ys_model_sql(desk->model),
                      "SELECT standing, stated_by IS NOT NULL FROM record WHERE id = ?", &query,
                      NULL),
        YS_OK);
    ys_query_set_blob(query, 1, (struct ys_bytes){desk->id[at].bytes, YS_HASH_LEN});
    assert_int_equal(ys_query_step(query, &row, NULL), YS_OK);
    assert_true(row);
    (void)ys_query_copy(query, 0, standing, 16);
    *corrected = ys_query_int(query, 1) != 0;
}

static void compare(struct desk *desk, size_t at, unsigned *seen)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_overtaken told;
    char standing[16];
    bool corrected = false;
    ask_model(desk, at, standing, &corrected);
    if (strcmp(standing, "void") == 0)
        return; /* of what is bad the model asks nothing */
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_overtaken_find(txn, at, &told, NULL), YS_OK);
    seen[told.how]++;
    switch (told.how) {
    case YS_OVERTAKEN_NOT:
        assert_string_equal(standing, "in_force");
        assert_false(corrected);
        break;
    case YS_OVERTAKEN_WITHDRAWN:
        assert_string_equal(standing, "withdrawn");
        assert_int_equal(desk->kind[told.index], YISHI__V1__BODY__KIND_WITHDRAWAL);
        break;
    case YS_OVERTAKEN_CORRECTED:
        assert_true(corrected);
        assert_string_not_equal(standing, "withdrawn");
        assert_int_equal(desk->kind[told.index], YISHI__V1__BODY__KIND_CORRECTION);
        break;
    case YS_OVERTAKEN_SUPERSEDED:
        assert_string_equal(standing, "superseded");
        assert_int_equal(desk->kind[told.index], YISHI__V1__BODY__KIND_HOUSE_RULES);
        break;
    }
}

static void behaves_like_the_read_model(void **state)
{
    (void)state;
    unsigned seen[4] = {0};
    for (int world = 0; world < WORLDS; world++) {
        struct desk *const desk = calloc(1, sizeof *desk);
        assert_non_null(desk);
        open_desk(desk);
        while (desk->count < RECORDS)
            write_one(desk);
        const struct ys_fold_options options = {.store = desk->cast.store, .member = desk->member};
        assert_int_equal(ys_model_catch_up(desk->model, &options, NULL), YS_OK);
        for (size_t i = 0; i < desk->count; i++)
            compare(desk, i, seen);
        close_desk(desk);
    }
    for (int how = 0; how < 4; how++)
        assert_true(seen[how] > 0);
}

static void what_is_not_in_the_log_is_not_found(void **state)
{
    (void)state;
    struct desk *const desk = calloc(1, sizeof *desk);
    struct ys_overtaken told;
    assert_non_null(desk);
    open_desk(desk);
    {
        YS_TXN_SCOPED txn = NULL;
        assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
        assert_int_equal(ys_overtaken_find(txn, 0, &told, NULL), YS_NOT_FOUND);
    }
    close_desk(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behaves_like_the_read_model),
        cmocka_unit_test(what_is_not_in_the_log_is_not_found),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
