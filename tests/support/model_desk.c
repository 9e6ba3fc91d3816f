#include "tests/support/model_desk.h"

#include "proto/matter.h"
#include "proto/reflect.h"
#include "sync/verdict.h"
#include "tests/support/model_dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { MATTERS = 4, DAY_S = 86400 };

struct model_desk *model_desk_open(const char *name)
{
    struct model_desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    assert_true(sodium_init() >= 0);
    cast_open(&desk->cast, name, CAST_DISTRICT);
    desk->leaf = calloc(MODEL_DESK_RECORDS + 64, sizeof *desk->leaf);
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

void model_desk_close(struct model_desk *desk)
{
    ys_member_free(desk->member);
    ys_arena_clear(&desk->maker.arena);
    cast_close(&desk->cast);
    free(desk->leaf);
    free(desk);
}

/* --- the records --- */

void model_desk_keep(struct model_desk *desk, enum cast_role role,
                     const struct scribe_record *record)
{
    struct ys_note note;
    struct model_leaf *const leaf = &desk->leaf[desk->count++];
    leaf->role = role;
    leaf->record = *record;
    assert_int_equal(ys_note_parse((struct ys_bytes){record->note, record->note_size}, &note, NULL),
                     YS_OK);
    if (desk->ids < MODEL_DESK_RECORDS) {
        desk->author[desk->ids] = role;
        ys_record_id(note.text, &desk->id[desk->ids++]);
    }
}

/* What enrolment wrote into the store, as leaves of their own. */
static void take_enrolment(struct model_desk *desk, enum cast_role role)
{
    YS_TXN_SCOPED txn = NULL;
    const struct ys_log log = cast_log(&desk->cast, role);
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    desk->enrolled[role] = log.frontier.size;
    for (uint64_t i = 0; i < log.frontier.size; i++) {
        struct ys_entry entry;
        struct model_leaf *const leaf = &desk->leaf[desk->count++];
        assert_int_equal(ys_log_entry(txn, log.id, i, &entry, NULL), YS_OK);
        leaf->role = role;
        leaf->record.note_size = entry.note.size;
        memcpy(leaf->record.note, entry.note.data, entry.note.size);
        leaf->record.body_size = entry.body.size;
        memcpy(leaf->record.body, entry.body.data, entry.body.size);
    }
}

static Yishi__V1__Relation some_relation(struct model_desk *desk)
{
    static const Yishi__V1__Relation relations[] = {
        YISHI__V1__RELATION__RELATION_BASED_ON, YISHI__V1__RELATION__RELATION_ANSWERS,
        YISHI__V1__RELATION__RELATION_FOLLOWS, YISHI__V1__RELATION__RELATION_SUPERSEDES};
    return relations[rng_below(&desk->maker.rng, 4)];
}

/* Refer to earlier records, seldom to one that nobody has. */
static void put_refs(struct model_desk *desk, Yishi__V1__Body *body, Yishi__V1__Relation relation,
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

const struct ys_signer *model_desk_signer(const struct model_desk *desk, enum cast_role role,
                                          unsigned body)
{
    return &desk->cast.unit[role].body[body];
}

/* Sign with every body of the unit, seldom with fewer: then the record is bad. */
static void write_leaf(struct model_desk *desk, enum cast_role role, Yishi__V1__Body *body)
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
        signers[i] = model_desk_signer(desk, role, i);
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
                       model_desk_begin_s + rng_below(&desk->maker.rng, 60) * DAY_S, body, signers,
                       count);
    model_desk_keep(desk, role, &record);
    desk->free = false;
}

static Yishi__V1__Body *some_body(struct model_desk *desk, const ProtobufCFieldDescriptor *kind)
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

const ProtobufCFieldDescriptor *model_desk_kind(const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(&yishi__v1__body__descriptor, name);
}

/* An earlier record of the same unit that people wrote; SIZE_MAX when there is none. */
static size_t some_own(struct model_desk *desk, enum cast_role role)
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
static bool write_change(struct model_desk *desk, enum cast_role role)
{
    const size_t target = some_own(desk, role);
    if (target == SIZE_MAX)
        return false;
    const bool corrects = rng_below(&desk->maker.rng, 3) != 0;
    Yishi__V1__Body *const body =
        some_body(desk, model_desk_kind(corrects ? "correction" : "withdrawal"));
    put_refs(desk, body,
             corrects ? YISHI__V1__RELATION__RELATION_SUPERSEDES
                      : YISHI__V1__RELATION__RELATION_WITHDRAWS,
             target);
    if (corrects) {
        static uint8_t salt[YS_BODY_SALT_LEN];
        struct ys_writer w = {.data = ys_arena_alloc(&desk->maker.arena, 4096), .capacity = 4096};
        Yishi__V1__Body *const other =
            some_body(desk, model_desk_kind(ys_body_kind(desk->body[target])->name));
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

static void write_receipts(struct model_desk *desk)
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

static void write_parameter(struct model_desk *desk)
{
    static char names[][24] = {"plan_days", "street_response_days", "notice_min_days"};
    static char values[][12] = {"1", "20", "no number", "5"};
    Yishi__V1__Body *const body = some_body(desk, model_desk_kind("rule_parameter"));
    body->rule_parameter->name = names[rng_below(&desk->maker.rng, 3)];
    body->rule_parameter->value = values[rng_below(&desk->maker.rng, 4)];
    body->rule_parameter->scope = desk->cast.unit[CAST_STREET].origin.division.digits;
    write_leaf(desk, CAST_DISTRICT, body);
}

static void write_any(struct model_desk *desk)
{
    static const enum cast_role roles[] = {CAST_COMMUNITY, CAST_COMMUNITY, CAST_NEIGHBOUR,
                                           CAST_NEIGHBOUR, CAST_STREET,    CAST_DISTRICT};
    const enum cast_role role = roles[rng_below(&desk->maker.rng, 6)];
    size_t count = 0;
    const struct ys_kind *const kinds = ys_kind_table(&count);
    const struct ys_kind *kind = NULL;
    while (kind == NULL || kind->membership || kind->authors == YS_BODY_NODE)
        kind = &kinds[rng_below(&desk->maker.rng, count)];
    Yishi__V1__Body *const body = some_body(desk, model_desk_kind(kind->name));
    put_refs(desk, body, YISHI__V1__RELATION__RELATION_UNSPECIFIED, SIZE_MAX);
    write_leaf(desk, role, body);
}

/* The last record of the kind that people wrote; SIZE_MAX when there is none. */
static size_t last_of(const struct model_desk *desk, Yishi__V1__Body__KindCase kind)
{
    for (size_t at = desk->ids; at-- > 0;)
        if (desk->body[at] != NULL && desk->body[at]->kind_case == kind)
            return at;
    return SIZE_MAX;
}

/* An evaluation of several matters: a round that names some records, a result, a reply to it. Only the round
 * names the matters. */
static void write_evaluation(struct model_desk *desk)
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
    Yishi__V1__Body *const body = some_body(desk, model_desk_kind(kind[which]));
    put_refs(desk, body, relation[which], target);
    desk->free = true;
    write_leaf(desk, which == 2 ? CAST_STREET : CAST_COMMUNITY, body);
}

void model_desk_write_all(struct model_desk *desk)
{
    static const enum cast_role enrolling[] = {CAST_DISTRICT, CAST_STREET};
    cast_enrol_all(&desk->cast);
    for (size_t i = 0; i < 2; i++)
        take_enrolment(desk, enrolling[i]);
    while (desk->ids < MODEL_DESK_RECORDS) {
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

void model_desk_fold(struct model_desk *desk, struct ys_model *model, size_t batch, bool all)
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

void model_desk_rebuild(struct model_desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(desk->member, txn, NULL, NULL), YS_OK);
}

/* Store verdicts as the verifier would. */
void model_desk_judge(struct model_desk *desk, struct rng *rng, enum judged which)
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
            uint8_t verdict = (uint8_t)ys_judge(desk->member, &log.origin, i, &entry, NULL);
            if (which == JUDGE_WRONGLY && verdict == YS_VERDICT_OK && rng_below(rng, 6) == 0)
                verdict = YS_VERDICT_BAD;
            assert_int_equal(ys_status_set(txn, log.id, i, &verdict, 1, NULL), YS_OK);
        }
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

static void append_run(struct model_desk *desk, size_t next[CAST_ROLES], enum cast_role role,
                       size_t run)
{
    for (; next[role] < desk->count && run > 0; next[role]++) {
        if (desk->leaf[next[role]].role != role)
            continue;
        const struct ys_entry entry = scribe_entry(&desk->leaf[next[role]].record);
        (void)cast_append(&desk->cast, role, &entry);
        run--;
    }
}

void model_desk_keep_heads(struct model_desk *desk)
{
    static const enum cast_role district = CAST_DISTRICT;
    const struct ys_log street = cast_log(&desk->cast, CAST_STREET);
    cast_keep_head(&desk->cast, CAST_STREET, street.frontier.size, &district, 1,
                   model_desk_begin_s);
}

/* Everything arrives, in one of many orders, and is folded now and then on the way. */
void model_desk_arrive(struct model_desk *desk, struct ys_model *model, struct rng *rng)
{
    static const enum cast_role roles[] = {CAST_DISTRICT, CAST_STREET, CAST_COMMUNITY,
                                           CAST_NEIGHBOUR};
    size_t next[CAST_ROLES] = {0};
    bool left = true;
    const bool settled = rng_below(rng, 2) == 0;
    if (settled) { /* else many a record arrives before the keys of its signers */
        append_run(desk, next, CAST_DISTRICT, desk->enrolled[CAST_DISTRICT]);
        append_run(desk, next, CAST_STREET, desk->enrolled[CAST_STREET]);
        model_desk_keep_heads(desk);
        model_desk_rebuild(desk);
    }
    while (left) {
        append_run(desk, next, roles[rng_below(rng, 4)], 1 + (size_t)rng_below(rng, 60));
        const uint64_t dice = rng_below(rng, 12);
        if (settled)
            model_desk_judge(desk, rng, JUDGE_NEW);
        if (dice == 0 && next[CAST_STREET] > 0)
            model_desk_keep_heads(desk);
        if (dice <= 1)
            model_desk_rebuild(desk);
        if (dice == 2)
            model_desk_judge(desk, rng, JUDGE_SOME);
        if (dice >= 9)
            model_desk_fold(desk, model, 1 + (size_t)rng_below(rng, 40), false);
        left = false;
        for (size_t i = 0; i < 4; i++)
            left = left || next[roles[i]] < desk->count;
    }
    model_desk_keep_heads(desk);
    model_desk_rebuild(desk);
    model_desk_judge(desk, rng, JUDGE_ALL);
}

struct ys_model *model_desk_model(struct model_desk *desk)
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
char *model_desk_tell(struct model_desk *desk, struct rng *rng)
{
    cast_move(&desk->cast, CAST_DISTRICT);
    struct ys_model *const model = model_desk_model(desk);
    model_desk_arrive(desk, model, rng);
    model_desk_fold(desk, model, 0, true);
    char *const dump = model_dump(model);
    ys_model_close(model);
    return dump;
}
