/* The read model says the same of the same logs, however they arrived. */
#include "node/model/model.h"

#include "proto/matter.h"
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

enum { RECORDS = 160, MATTERS = 4, SHUFFLES = 200, DAY_S = 86400 };
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
    struct ys_hash id[RECORDS];
    size_t ids;
    const Yishi__V1__Body *body[RECORDS]; /* of `id`, in the maker's arena */
    enum cast_role author[RECORDS];
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
    assert_int_equal(ys_member_new(&desk->cast.root, &desk->cast.unit[CAST_DISTRICT].origin.division,
                                   &desk->member, NULL),
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
    void *first = NULL;
    body->refs = NULL;
    body->n_refs = 0;
    if (desk->ids == 0)
        return;
    body->refs = ys_arena_alloc(&desk->maker.arena, count * sizeof(Yishi__V1__Reference *));
    for (size_t i = 0; i < count; i++) {
        Yishi__V1__Reference *const ref =
            (void *)ys_reflect_new_reference(&desk->maker.arena, &first);
        const size_t at = i == 0 && target != SIZE_MAX
                              ? target
                              : (size_t)rng_below(&desk->maker.rng, desk->ids);
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
