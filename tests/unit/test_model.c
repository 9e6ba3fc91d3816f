/* The read model says the same of the same logs, however they arrived. */
#include "node/model/model.h"

#include "proto/matter.h"
#include "proto/reflect.h"
#include "sync/rewind.h"
#include "sync/verdict.h"
#include "tests/support/cast.h"
#include "tests/support/maker.h"
#include "tests/support/model_dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RECORDS = 120, MATTERS = 4, SHUFFLES = 200, DAY_S = 86400 };
static const uint64_t begin_s = 1764000000;

/* One entry of a log, to be appended in any interleaving with those of other logs. */
struct leaf {
    enum cast_role role;
    struct scribe_record record;
};
struct desk {
    struct cast cast;
    struct maker maker;
    struct ys_member *member;
    struct leaf *leaf;
    size_t count;
    size_t enrolled[CAST_ROLES]; /* leaves that register keys, first of a log */
    struct ys_hash id[RECORDS];
    size_t ids;
    const Yishi__V1__Body *body[RECORDS]; /* of `id`, in the maker's arena */
    enum cast_role author[RECORDS];
    bool free; /* the next record is of no matter */
};

static struct desk *open_desk(const char *name)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    assert_true(sodium_init() >= 0);
    cast_open(&desk->cast, name, CAST_DISTRICT);
    desk->leaf = calloc(RECORDS + 64, sizeof *desk->leaf);
    assert_non_null(desk->leaf);
    desk->maker = (struct maker){.rng = desk->cast.rng,
                                 .number_max = 4,
                                 .first_day = 20416, /* 2025-11-24 */
                                 .days = 60};
    ys_arena_init(&desk->maker.arena, 256 << 20);
    assert_int_equal(ys_member_new(&desk->cast.root,
                                   &desk->cast.unit[CAST_DISTRICT].origin.division, &desk->member,
                                   NULL),
                     YS_OK);
    return desk;
}

static void close_desk(struct desk *desk)
{
    ys_member_free(desk->member);
    ys_arena_clear(&desk->maker.arena);
    cast_close(&desk->cast);
    free(desk->leaf);
    free(desk);
}

/* --- the records --- */

static void keep_leaf(struct desk *desk, enum cast_role role, const struct scribe_record *record)
{
    struct ys_note note;
    struct leaf *const leaf = &desk->leaf[desk->count++];
    leaf->role = role;
    leaf->record = *record;
    assert_int_equal(ys_note_parse((struct ys_bytes){record->note, record->note_size}, &note, NULL),
                     YS_OK);
    if (desk->ids < RECORDS) {
        desk->author[desk->ids] = role;
        ys_record_id(note.text, &desk->id[desk->ids++]);
    }
}

/* What enrolment wrote into the store, as leaves of their own. */
static void take_enrolment(struct desk *desk, enum cast_role role)
{
    YS_TXN_SCOPED txn = NULL;
    const struct ys_log log = cast_log(&desk->cast, role);
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    desk->enrolled[role] = log.frontier.size;
    for (uint64_t i = 0; i < log.frontier.size; i++) {
        struct ys_entry entry;
        struct leaf *const leaf = &desk->leaf[desk->count++];
        assert_int_equal(ys_log_entry(txn, log.id, i, &entry, NULL), YS_OK);
        leaf->role = role;
        leaf->record.note_size = entry.note.size;
        memcpy(leaf->record.note, entry.note.data, entry.note.size);
        leaf->record.body_size = entry.body.size;
        memcpy(leaf->record.body, entry.body.data, entry.body.size);
    }
}

static Yishi__V1__Relation some_relation(struct desk *desk)
{
    static const Yishi__V1__Relation relations[] = {
        YISHI__V1__RELATION__RELATION_BASED_ON, YISHI__V1__RELATION__RELATION_ANSWERS,
        YISHI__V1__RELATION__RELATION_FOLLOWS, YISHI__V1__RELATION__RELATION_SUPERSEDES};
    return relations[rng_below(&desk->maker.rng, 4)];
}

/* Refer to earlier records, seldom to one that nobody has. */
static void put_refs(struct desk *desk, Yishi__V1__Body *body, Yishi__V1__Relation relation,
                     size_t target)
{
    const size_t count = 1 + rng_below(&desk->maker.rng, 2);
    body->refs = NULL;
    body->n_refs = 0;
    if (desk->ids == 0)
        return;
    body->refs = ys_arena_alloc(&desk->maker.arena, count * sizeof(Yishi__V1__Reference *));
    for (size_t i = 0; i < count; i++) {
        Yishi__V1__Reference *const ref =
            (void *)ys_reflect_new(&yishi__v1__reference__descriptor, &desk->maker.arena);
        const size_t at =
            i == 0 && target != SIZE_MAX ? target : (size_t)rng_below(&desk->maker.rng, desk->ids);
        ref->has_rel = 1;
        ref->rel = i == 0 && target != SIZE_MAX ? relation : some_relation(desk);
        ref->has_record = 1;
        ref->record.len = YS_HASH_LEN;
        ref->record.data = ys_arena_alloc(&desk->maker.arena, YS_HASH_LEN);
        memcpy(ref->record.data, desk->id[at].bytes, YS_HASH_LEN);
        if (rng_below(&desk->maker.rng, 20) == 0)
            ref->record.data[0] ^= 1;
        body->refs[body->n_refs++] = ref;
    }
}

static const struct ys_signer *signer(const struct desk *desk, enum cast_role role, unsigned body)
{
    return &desk->cast.unit[role].body[body];
}

/* Sign with every body of the unit, seldom with fewer: then the record is bad. */
static void write_leaf(struct desk *desk, enum cast_role role, Yishi__V1__Body *body)
{
    const struct ys_signer *signers[CAST_BODIES_MAX];
    struct scribe_record record;
    char subject[YS_MATTER_TEXT_MAX];
    struct ys_matter matter = {.division = desk->cast.unit[CAST_COMMUNITY].origin.division,
                               .year = 2026,
                               .no = 1 + (uint32_t)rng_below(&desk->maker.rng, MATTERS)};
    unsigned count = role == CAST_COMMUNITY || role == CAST_NEIGHBOUR ? 3 : 2;
    if (rng_below(&desk->maker.rng, 25) == 0)
        count = 1;
    for (unsigned i = 0; i < count; i++)
        signers[i] = signer(desk, role, i);
    if (body->kind_case == YISHI__V1__BODY__KIND_RECEIPTS) {
        signers[0] = &desk->cast.unit[role].keys.log;
        count = 1;
    }
    if (rng_below(&desk->maker.rng, 2) == 0)
        matter.division = desk->cast.unit[CAST_NEIGHBOUR].origin.division;
    ys_matter_print(&matter, subject);
    desk->body[desk->ids] = body;
    scribe_write_about(&record, &desk->maker.rng, &desk->cast.unit[role].origin,
                       rng_below(&desk->maker.rng, 10) == 0 || desk->free ? "-" : subject,
                       begin_s + rng_below(&desk->maker.rng, 60) * DAY_S, body, signers, count);
    keep_leaf(desk, role, &record);
    desk->free = false;
}

static Yishi__V1__Body *some_body(struct desk *desk, const ProtobufCFieldDescriptor *kind)
{
    Yishi__V1__Body *const body =
        (void *)ys_reflect_new(&yishi__v1__body__descriptor, &desk->maker.arena);
    void *first = NULL;
    assert_true(ys_reflect_add(&body->base, kind, 1, &desk->maker.arena, &first));
    const ProtobufCMessage *const inner = maker_message(&desk->maker, kind->descriptor);
    memcpy(first, &inner, sizeof inner);
    if (rng_below(&desk->maker.rng, 2) == 0)
        body->occurred_at = (void *)maker_message(&desk->maker, &yishi__v1__moment__descriptor);
    return body;
}

static const ProtobufCFieldDescriptor *kind_field(const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(&yishi__v1__body__descriptor, name);
}

/* An earlier record of the same unit that people wrote; SIZE_MAX when there is none. */
static size_t some_own(struct desk *desk, enum cast_role role)
{
    for (unsigned tries = 0; desk->ids > 0 && tries < 20; tries++) {
        const size_t at = (size_t)rng_below(&desk->maker.rng, desk->ids);
        if (desk->author[at] == role && desk->body[at] != NULL &&
            desk->body[at]->kind_case != YISHI__V1__BODY__KIND_RECEIPTS)
            return at;
    }
    return SIZE_MAX;
}

/* Correct or withdraw an earlier record of the unit, a correction or withdrawal as well. */
static bool write_change(struct desk *desk, enum cast_role role)
{
    const size_t target = some_own(desk, role);
    if (target == SIZE_MAX)
        return false;
    const bool corrects = rng_below(&desk->maker.rng, 3) != 0;
    Yishi__V1__Body *const body =
        some_body(desk, kind_field(corrects ? "correction" : "withdrawal"));
    put_refs(desk, body,
             corrects ? YISHI__V1__RELATION__RELATION_SUPERSEDES
                      : YISHI__V1__RELATION__RELATION_WITHDRAWS,
             target);
    if (corrects) {
        static uint8_t salt[YS_BODY_SALT_LEN];
        struct ys_writer w = {.data = ys_arena_alloc(&desk->maker.arena, 4096), .capacity = 4096};
        Yishi__V1__Body *const other =
            some_body(desk, kind_field(ys_body_kind(desk->body[target])->name));
        other->has_salt = 1;
        other->salt = (ProtobufCBinaryData){sizeof salt, salt};
        if (other->kind_case == YISHI__V1__BODY__KIND_CORRECTION ||
            ys_body_encode(other, &w, NULL) != YS_OK)
            return false;
        body->correction->has_replacement = 1;
        body->correction->replacement = (ProtobufCBinaryData){w.size, w.data};
    }
    write_leaf(desk, role, body);
    return true;
}

static void write_receipts(struct desk *desk)
{
    static const enum cast_role logs[] = {CAST_COMMUNITY, CAST_NEIGHBOUR};
    static uint64_t time_s = 1764100000;
    const enum cast_role witness =
        rng_below(&desk->maker.rng, 2) == 0 ? CAST_STREET : CAST_DISTRICT;
    const enum cast_role log = logs[rng_below(&desk->maker.rng, 2)];
    time_s += 1000;
    write_leaf(
        desk, witness,
        scribe_receipts(desk->cast.unit[log].log, 1 + rng_below(&desk->maker.rng, 40), time_s));
    desk->body[desk->ids - 1] = NULL; /* scribe's is overwritten */
}

static void write_parameter(struct desk *desk)
{
    static char names[][24] = {"plan_days", "street_response_days", "notice_min_days"};
    static char values[][12] = {"1", "20", "no number", "5"};
    Yishi__V1__Body *const body = some_body(desk, kind_field("rule_parameter"));
    body->rule_parameter->name = names[rng_below(&desk->maker.rng, 3)];
    body->rule_parameter->value = values[rng_below(&desk->maker.rng, 4)];
    body->rule_parameter->scope = desk->cast.unit[CAST_STREET].origin.division.digits;
    write_leaf(desk, CAST_DISTRICT, body);
}

static void write_any(struct desk *desk)
{
    static const enum cast_role roles[] = {CAST_COMMUNITY, CAST_COMMUNITY, CAST_NEIGHBOUR,
                                           CAST_NEIGHBOUR, CAST_STREET,    CAST_DISTRICT};
    const enum cast_role role = roles[rng_below(&desk->maker.rng, 6)];
    size_t count = 0;
    const struct ys_kind *const kinds = ys_kind_table(&count);
    const struct ys_kind *kind = NULL;
    while (kind == NULL || kind->membership || kind->authors == YS_BODY_NODE)
        kind = &kinds[rng_below(&desk->maker.rng, count)];
    Yishi__V1__Body *const body = some_body(desk, kind_field(kind->name));
    put_refs(desk, body, YISHI__V1__RELATION__RELATION_UNSPECIFIED, SIZE_MAX);
    write_leaf(desk, role, body);
}

/* The last record of the kind that people wrote; SIZE_MAX when there is none. */
static size_t last_of(const struct desk *desk, Yishi__V1__Body__KindCase kind)
{
    for (size_t at = desk->ids; at-- > 0;)
        if (desk->body[at] != NULL && desk->body[at]->kind_case == kind)
            return at;
    return SIZE_MAX;
}

/* An evaluation of several matters: a round that names some records, a result, a reply to it. Only the round
 * names the matters. */
static void write_evaluation(struct desk *desk)
{
    static const char *const kind[] = {"evaluation_round", "evaluation_result", "evaluation_reply"};
    static const Yishi__V1__Relation relation[] = {YISHI__V1__RELATION__RELATION_EVALUATES,
                                                   YISHI__V1__RELATION__RELATION_BASED_ON,
                                                   YISHI__V1__RELATION__RELATION_ANSWERS};
    const size_t round = last_of(desk, YISHI__V1__BODY__KIND_EVALUATION_ROUND);
    const size_t result = last_of(desk, YISHI__V1__BODY__KIND_EVALUATION_RESULT);
    size_t which = (size_t)rng_below(&desk->maker.rng, 3);
    size_t target = which == 1 ? round : result;
    if (which == 0 || target == SIZE_MAX) {
        which = 0;
        target = some_own(desk, CAST_COMMUNITY);
    }
    Yishi__V1__Body *const body = some_body(desk, kind_field(kind[which]));
    put_refs(desk, body, relation[which], target);
    desk->free = true;
    write_leaf(desk, which == 2 ? CAST_STREET : CAST_COMMUNITY, body);
}

static void write_all(struct desk *desk)
{
    static const enum cast_role enrolling[] = {CAST_DISTRICT, CAST_STREET};
    cast_enrol_all(&desk->cast);
    for (size_t i = 0; i < 2; i++)
        take_enrolment(desk, enrolling[i]);
    while (desk->ids < RECORDS) {
        const uint64_t dice = rng_below(&desk->maker.rng, 12);
        if (dice == 0)
            write_receipts(desk);
        else if (dice == 1)
            write_parameter(desk);
        else if (dice == 5)
            write_evaluation(desk);
        else if (dice > 4 || !write_change(desk, dice == 2 ? CAST_STREET : CAST_COMMUNITY))
            write_any(desk);
    }
}

/* --- arriving --- */

static void fold_some(struct desk *desk, struct ys_model *model, size_t batch, bool all)
{
    const struct ys_fold_options options = {
        .store = desk->cast.store, .member = desk->member, .batch = batch};
    struct ys_err err = {0};
    bool more = true;
    while (more) {
        if (ys_model_fold(model, &options, &more, &err) != YS_OK)
            fail_msg("%s", err.msg);
        if (!all)
            return;
    }
}

static void rebuild(struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(desk->member, txn, NULL, NULL), YS_OK);
}

/* Store verdicts as the verifier would: on every entry, on some, on those that have none. */
enum judged { JUDGE_ALL, JUDGE_SOME, JUDGE_NEW };
static void judge(struct desk *desk, struct rng *rng, enum judged which)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    for (uint32_t id = 0; ys_log_next(txn, id, &log, NULL) == YS_OK; id = log.id + 1)
        for (uint64_t i = 0; i < log.frontier.size; i++) {
            struct ys_entry entry;
            enum ys_verdict now = YS_VERDICT_UNCHECKED;
            assert_int_equal(ys_status_get(txn, log.id, i, &now, NULL), YS_OK);
            if ((which == JUDGE_SOME && rng_below(rng, 3) != 0) ||
                (which == JUDGE_NEW && now != YS_VERDICT_UNCHECKED))
                continue;
            assert_int_equal(ys_log_entry(txn, log.id, i, &entry, NULL), YS_OK);
            const uint8_t verdict = (uint8_t)ys_judge(desk->member, &log.origin, i, &entry, NULL);
            assert_int_equal(ys_status_set(txn, log.id, i, &verdict, 1, NULL), YS_OK);
        }
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static void append_run(struct desk *desk, size_t next[CAST_ROLES], enum cast_role role, size_t run)
{
    for (; next[role] < desk->count && run > 0; next[role]++) {
        if (desk->leaf[next[role]].role != role)
            continue;
        const struct ys_entry entry = scribe_entry(&desk->leaf[next[role]].record);
        (void)cast_append(&desk->cast, role, &entry);
        run--;
    }
}

static void keep_heads(struct desk *desk)
{
    static const enum cast_role district = CAST_DISTRICT;
    const struct ys_log street = cast_log(&desk->cast, CAST_STREET);
    cast_keep_head(&desk->cast, CAST_STREET, street.frontier.size, &district, 1, begin_s);
}

/* Everything arrives, in one of many orders, and is folded now and then on the way. */
static void arrive(struct desk *desk, struct ys_model *model, struct rng *rng)
{
    static const enum cast_role roles[] = {CAST_DISTRICT, CAST_STREET, CAST_COMMUNITY,
                                           CAST_NEIGHBOUR};
    size_t next[CAST_ROLES] = {0};
    bool left = true;
    const bool settled = rng_below(rng, 2) == 0;
    if (settled) { /* else many a record arrives before the keys of its signers */
        append_run(desk, next, CAST_DISTRICT, desk->enrolled[CAST_DISTRICT]);
        append_run(desk, next, CAST_STREET, desk->enrolled[CAST_STREET]);
        keep_heads(desk);
        rebuild(desk);
    }
    while (left) {
        append_run(desk, next, roles[rng_below(rng, 4)], 1 + (size_t)rng_below(rng, 60));
        const uint64_t dice = rng_below(rng, 12);
        if (settled)
            judge(desk, rng, JUDGE_NEW);
        if (dice == 0 && next[CAST_STREET] > 0)
            keep_heads(desk);
        if (dice <= 1)
            rebuild(desk);
        if (dice == 2)
            judge(desk, rng, JUDGE_SOME);
        if (dice >= 9)
            fold_some(desk, model, 1 + (size_t)rng_below(rng, 40), false);
        left = false;
        for (size_t i = 0; i < 4; i++)
            left = left || next[roles[i]] < desk->count;
    }
    keep_heads(desk);
    rebuild(desk);
    judge(desk, rng, JUDGE_ALL);
}

static struct ys_model *open_model(struct desk *desk)
{
    char path[FOLDER_PATH_MAX];
    struct ys_model *model = NULL;
    struct ys_err err = {0};
    folder_path(&desk->cast.folder, "model.db", path);
    if (ys_model_open(path, desk->cast.store, &model, &err) != YS_OK)
        fail_msg("%s", err.msg);
    return model;
}

/* A new store in which everything arrives; what the model then says. */
static char *tell(struct desk *desk, struct rng *rng)
{
    cast_move(&desk->cast, CAST_DISTRICT);
    struct ys_model *const model = open_model(desk);
    arrive(desk, model, rng);
    fold_some(desk, model, 0, true);
    char *const dump = model_dump(model);
    ys_model_close(model);
    return dump;
}

static void two_hundred_orders_of_arrival_give_the_same_content(void **state)
{
    (void)state;
    struct desk *const desk = open_desk(__func__);
    struct rng rng = desk->cast.rng;
    write_all(desk);
    char *const first = tell(desk, &rng);
    assert_true(strlen(first) > 10000);
    for (unsigned i = 1; i < SHUFFLES; i++) {
        char *const other = tell(desk, &rng);
        if (!model_dumps_equal(first, other))
            fail_msg("order %u gives another content", i);
        free(other);
    }
    free(first);
    close_desk(desk);
}

/* Two records of two logs that do not name each other stand in the order in which they were proven. */
static void a_receipt_that_comes_later_puts_records_in_order(void **state)
{
    (void)state;
    static const char question[] =
        "SELECT l.division FROM step s JOIN record r ON r.no = s.record JOIN log l ON l.no = r.log"
        " WHERE s.subject = '110105901001-2026-0001' ORDER BY s.nth LIMIT 1";
    struct desk *const desk = open_desk(__func__);
    struct cast *const cast = &desk->cast;
    const struct ys_signer *const log_key = &cast->unit[CAST_DISTRICT].keys.log;
    struct scribe_record record;
    char first[2][YS_DIVISION_MAX + 1];
    cast_enrol_all(cast);
    for (enum cast_role role = CAST_COMMUNITY; role <= CAST_NEIGHBOUR; role++) {
        const struct ys_signer *const rc = signer(desk, role, 0);
        scribe_write_about(&record, &cast->rng, &cast->unit[role].origin, "110105901001-2026-0001",
                           begin_s, scribe_acknowledgement(&cast->rng), &rc, 1);
        const struct ys_entry entry = scribe_entry(&record);
        (void)cast_append(cast, role, &entry);
    }
    keep_heads(desk);
    rebuild(desk);
    struct ys_model *const model = open_model(desk);
    for (unsigned i = 0; i < 2; i++) {
        YS_QUERY_SCOPED query = NULL;
        bool row = false;
        judge(desk, &cast->rng, JUDGE_NEW);
        fold_some(desk, model, 0, true);
        assert_int_equal(ys_query_open(ys_model_sql(model), question, &query, NULL), YS_OK);
        assert_int_equal(ys_query_step(query, &row, NULL), YS_OK);
        assert_true(row);
        (void)snprintf(first[i], sizeof first[i], "%s", (const char *)ys_query_text(query, 0).data);
        if (i == 1)
            break;
        const bool was_community =
            strcmp(first[0], cast->unit[CAST_COMMUNITY].origin.division.digits) == 0;
        Yishi__V1__Body *const receipts =
            scribe_receipts(cast->unit[CAST_COMMUNITY].log, 1, was_community ? 9000 : 5000);
        scribe_add_receipt(cast->unit[CAST_NEIGHBOUR].log, 1, was_community ? 5000 : 9000);
        (void)cast_publish(cast, CAST_DISTRICT, receipts, log_key);
    }
    assert_string_not_equal(first[0], first[1]);
    ys_model_close(model);
    close_desk(desk);
}

/* Where a record stands in the store. */
struct spot {
    uint32_t log;
    uint64_t index;
};
enum { EVALUATION = 5 };

/* One of two at most. */
static void refer(struct desk *desk, Yishi__V1__Body *body, Yishi__V1__Relation relation,
                  size_t target)
{
    Yishi__V1__Reference *const ref =
        (void *)ys_reflect_new(&yishi__v1__reference__descriptor, &desk->maker.arena);
    if (body->refs == NULL)
        body->refs = ys_arena_alloc(&desk->maker.arena, 2 * sizeof(Yishi__V1__Reference *));
    ref->has_rel = ref->has_record = 1;
    ref->rel = relation;
    ref->record.len = YS_HASH_LEN;
    ref->record.data = desk->id[target].bytes;
    body->refs[body->n_refs++] = ref;
}

static struct spot append_signed(struct desk *desk, enum cast_role role, const char *subject,
                                 Yishi__V1__Body *body)
{
    struct cast *const cast = &desk->cast;
    const struct ys_signer *const by = signer(desk, role, 0);
    struct scribe_record record;
    scribe_write_about(&record, &cast->rng, &cast->unit[role].origin, subject, begin_s, body, &by,
                       1);
    keep_leaf(desk, role, &record);
    const struct ys_entry entry = scribe_entry(&record);
    const uint64_t index = cast_append(cast, role, &entry);
    return (struct spot){.log = cast_log(cast, role).id, .index = index};
}

static void turn(struct desk *desk, const struct spot *spot, bool counts)
{
    YS_TXN_SCOPED txn = NULL;
    const uint8_t verdict = counts ? YS_VERDICT_OK : YS_VERDICT_BAD;
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_status_set(txn, spot->log, spot->index, &verdict, 1, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

/* Of that kind, and empty. */
static Yishi__V1__Body *bare_body(struct desk *desk, const char *name)
{
    const ProtobufCFieldDescriptor *const kind = kind_field(name);
    Yishi__V1__Body *const body =
        (void *)ys_reflect_new(&yishi__v1__body__descriptor, &desk->maker.arena);
    const ProtobufCMessage *const inner = ys_reflect_new(kind->descriptor, &desk->maker.arena);
    void *first = NULL;
    assert_true(ys_reflect_add(&body->base, kind, 1, &desk->maker.arena, &first));
    memcpy(first, &inner, sizeof inner);
    return body;
}

/* Two matters, a round that names both, its result, the street's reply. */
static void write_shared_evaluation(struct desk *desk, struct spot out[EVALUATION])
{
    Yishi__V1__Body *const proposal = bare_body(desk, "topic_proposal");
    Yishi__V1__Body *const round = bare_body(desk, "evaluation_round");
    Yishi__V1__Body *const result = bare_body(desk, "evaluation_result");
    Yishi__V1__Body *const reply = bare_body(desk, "evaluation_reply");
    out[0] = append_signed(desk, CAST_COMMUNITY, "110105901001-2026-0001", proposal);
    out[1] = append_signed(desk, CAST_COMMUNITY, "110105901001-2026-0002", proposal);
    refer(desk, round, YISHI__V1__RELATION__RELATION_EVALUATES, 0);
    refer(desk, round, YISHI__V1__RELATION__RELATION_EVALUATES, 1);
    out[2] = append_signed(desk, CAST_COMMUNITY, "-", round);
    refer(desk, result, YISHI__V1__RELATION__RELATION_BASED_ON, 2);
    out[3] = append_signed(desk, CAST_COMMUNITY, "-", result);
    refer(desk, reply, YISHI__V1__RELATION__RELATION_ANSWERS, 3);
    out[4] = append_signed(desk, CAST_STREET, "-", reply);
}

static int64_t steps_of_evaluations(struct ys_model *model)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    assert_int_equal(ys_query_open(ys_model_sql(model),
                                   "SELECT count(*) FROM step s JOIN record r ON r.no = s.record"
                                   " WHERE r.kind LIKE 'evaluation_%'",
                                   &query, NULL),
                     YS_OK);
    assert_int_equal(ys_query_step(query, &row, NULL), YS_OK);
    return ys_query_int(query, 0);
}

/* Only the round names the matters; result and reply belong to both all the same, whichever comes last. */
static void an_evaluation_of_several_matters_belongs_to_each_in_every_order(void **state)
{
    (void)state;
    struct desk *const desk = open_desk(__func__);
    struct spot spot[EVALUATION];
    cast_enrol_all(&desk->cast);
    write_shared_evaluation(desk, spot);
    keep_heads(desk);
    rebuild(desk);
    judge(desk, &desk->cast.rng, JUDGE_ALL);
    struct ys_model *const model = open_model(desk);
    fold_some(desk, model, 0, true);
    assert_int_equal(steps_of_evaluations(model), 2 * 3);
    char *const wanted = model_dump(model);

    for (unsigned order = 0; order < 120; order++) {
        unsigned left[EVALUATION] = {0, 1, 2, 3, 4};
        for (unsigned i = 0; i < EVALUATION; i++)
            turn(desk, &spot[i], false);
        fold_some(desk, model, 0, true);
        assert_int_equal(steps_of_evaluations(model), 0);
        for (unsigned count = EVALUATION, rest = order; count > 0; rest /= count--) {
            const unsigned at = rest % count;
            turn(desk, &spot[left[at]], true);
            fold_some(desk, model, 0, true);
            left[at] = left[count - 1];
        }
        char *const told = model_dump(model);
        if (!model_dumps_equal(wanted, told))
            fail_msg("order %u gives another content", order);
        free(told);
    }
    free(wanted);
    ys_model_close(model);
    close_desk(desk);
}

static void making_it_anew_gives_the_same_content(void **state)
{
    (void)state;
    struct desk *const desk = open_desk(__func__);
    struct rng rng = desk->cast.rng;
    write_all(desk);
    cast_move(&desk->cast, CAST_DISTRICT);
    struct ys_model *model = open_model(desk);
    arrive(desk, model, &rng);
    fold_some(desk, model, 7, true);
    char *const before = model_dump(model);
    assert_int_equal(ys_model_clear(model, NULL), YS_OK);
    fold_some(desk, model, 0, true);
    char *const after = model_dump(model);
    assert_true(model_dumps_equal(before, after));
    free(before);
    free(after);
    ys_model_close(model);
    close_desk(desk);
}

/* Some verdicts turn bad, and good again. */
static void turn_verdicts(struct desk *desk, struct rng *rng)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    for (uint32_t id = 0; ys_log_next(txn, id, &log, NULL) == YS_OK; id = log.id + 1)
        for (uint64_t i = 0; i < log.frontier.size; i++) {
            struct ys_entry entry;
            assert_int_equal(ys_log_entry(txn, log.id, i, &entry, NULL), YS_OK);
            uint8_t verdict = (uint8_t)ys_judge(desk->member, &log.origin, i, &entry, NULL);
            if (verdict == YS_VERDICT_OK && rng_below(rng, 6) == 0)
                verdict = YS_VERDICT_BAD;
            assert_int_equal(ys_status_set(txn, log.id, i, &verdict, 1, NULL), YS_OK);
        }
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

/* What it says before and after it is folded. */
static void open_apart(struct desk *desk, const char *path, const char *wanted, bool at_once)
{
    struct ys_model *model = NULL;
    assert_int_equal(ys_model_open_apart(path, desk->cast.store, &model, NULL), YS_OK);
    char *const before = model_dump(model);
    fold_some(desk, model, 0, true);
    char *const after = model_dump(model);
    assert_int_equal(strcmp(wanted, before) == 0, at_once);
    assert_true(model_dumps_equal(wanted, after));
    free(before);
    free(after);
    ys_model_close(model);
}

/* For a disk on which nothing can be written. */
static void a_copy_in_memory_goes_on_from_where_the_file_stands(void **state)
{
    (void)state;
    struct desk *const desk = open_desk(__func__);
    struct rng rng = desk->cast.rng;
    char path[FOLDER_PATH_MAX];
    write_all(desk);
    char *const wanted = tell(desk, &rng);
    folder_path(&desk->cast.folder, "model.db", path);

    struct ys_model *const model = open_model(desk);
    open_apart(desk, path, wanted, true);
    assert_int_equal(ys_model_clear(model, NULL), YS_OK);
    fold_some(desk, model, 5, false);
    open_apart(desk, path, wanted, false);
    fold_some(desk, model, 0, true);
    ys_model_close(model);
    open_apart(desk, path, wanted, true);

    FILE *const file = fopen(path, "r+");
    assert_non_null(file);
    for (int i = 0; i < 400; i++)
        fputs("no database at all ", file);
    assert_int_equal(fclose(file), 0);
    open_apart(desk, path, wanted, false);
    assert_int_equal(unlink(path), 0);
    open_apart(desk, path, wanted, false);
    assert_int_not_equal(access(path, F_OK), 0);
    free(wanted);
    close_desk(desk);
}

/* What a record changed in others is undone when it does not count any more. */
static void changed_verdicts_give_what_a_new_model_says(void **state)
{
    (void)state;
    struct desk *const desk = open_desk(__func__);
    struct rng rng = desk->cast.rng;
    write_all(desk);
    cast_move(&desk->cast, CAST_DISTRICT);
    struct ys_model *const model = open_model(desk);
    arrive(desk, model, &rng);
    for (unsigned round = 0; round < 12; round++) {
        char path[FOLDER_PATH_MAX];
        struct ys_model *anew = NULL;
        turn_verdicts(desk, &rng);
        fold_some(desk, model, 0, true);
        folder_path(&desk->cast.folder, "anew.db", path);
        assert_int_equal(ys_model_open(path, desk->cast.store, &anew, NULL), YS_OK);
        assert_int_equal(ys_model_clear(anew, NULL), YS_OK);
        fold_some(desk, anew, 0, true);
        char *const moved = model_dump(model);
        char *const wanted = model_dump(anew);
        if (!model_dumps_equal(wanted, moved))
            fail_msg("round %u gives another content", round);
        free(moved);
        free(wanted);
        ys_model_close(anew);
    }
    ys_model_close(model);
    close_desk(desk);
}

/* A child folds until it is killed; what it leaves is folded on. */
static void a_killed_process_leaves_it_complete_and_only_behind(void **state)
{
    (void)state;
    struct desk *const desk = open_desk(__func__);
    struct rng rng = desk->cast.rng;
    write_all(desk);
    char *const wanted = tell(desk, &rng);
    for (unsigned round = 0; round < 20; round++) {
        struct ys_model *model = open_model(desk);
        assert_int_equal(ys_model_clear(model, NULL), YS_OK);
        ys_model_close(model);
        int ready[2];
        assert_int_equal(pipe(ready), 0);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct ys_store *store = NULL; /* LMDB's environment does not survive a fork */
            char path[FOLDER_PATH_MAX];
            struct ys_model *own = NULL;
            bool more = true;
            folder_path(&desk->cast.folder, "model.db", path);
            if (ys_store_open(desk->cast.folder.path, 0, &store, NULL) != YS_OK ||
                ys_model_open(path, store, &own, NULL) != YS_OK)
                _exit(1);
            const struct ys_fold_options options = {
                .store = store, .member = desk->member, .batch = 3};
            while (more && ys_model_fold(own, &options, &more, NULL) == YS_OK)
                if (write(ready[1], "x", 1) != 1)
                    _exit(1);
            _exit(0);
        }
        close(ready[1]);
        char byte = 0;
        for (uint64_t i = rng_below(&rng, 40); i > 0 && read(ready[0], &byte, 1) == 1; i--)
            continue;
        (void)kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        close(ready[0]);
        model = open_model(desk);
        fold_some(desk, model, 0, true);
        char *const got = model_dump(model);
        assert_true(model_dumps_equal(wanted, got));
        free(got);
        ys_model_close(model);
    }
    free(wanted);
    close_desk(desk);
}

static void a_damaged_file_is_made_anew(void **state)
{
    (void)state;
    struct desk *const desk = open_desk(__func__);
    struct rng rng = desk->cast.rng;
    char path[FOLDER_PATH_MAX];
    write_all(desk);
    char *const wanted = tell(desk, &rng);
    folder_path(&desk->cast.folder, "model.db", path);
    FILE *const file = fopen(path, "r+");
    assert_non_null(file);
    for (int i = 0; i < 400; i++)
        fputs("no database at all ", file);
    assert_int_equal(fclose(file), 0);
    struct ys_model *const model = open_model(desk);
    fold_some(desk, model, 0, true);
    char *const got = model_dump(model);
    assert_true(model_dumps_equal(wanted, got));
    free(got);
    free(wanted);
    ys_model_close(model);
    close_desk(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_hundred_orders_of_arrival_give_the_same_content),
        cmocka_unit_test(a_receipt_that_comes_later_puts_records_in_order),
        cmocka_unit_test(an_evaluation_of_several_matters_belongs_to_each_in_every_order),
        cmocka_unit_test(making_it_anew_gives_the_same_content),
        cmocka_unit_test(a_copy_in_memory_goes_on_from_where_the_file_stands),
        cmocka_unit_test(changed_verdicts_give_what_a_new_model_says),
        cmocka_unit_test(a_killed_process_leaves_it_complete_and_only_behind),
        cmocka_unit_test(a_damaged_file_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
