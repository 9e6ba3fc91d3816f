#include "sync/erasure.h"

#include "sync/kv_wipe.h"
#include "sync/restored.h"
#include "sync/rewind.h"
#include "sync/status.h"
#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Everybody is enrolled; the store is the street's. */
enum { RC = 0, PO = 1, SC = 2, DA = 0, ST = 0 };

struct desk {
    struct cast cast;
    struct ys_member *member;
    struct ys_err why;
};

static void rebuild(struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(desk->member, txn, NULL, NULL), YS_OK);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_erasure", CAST_STREET);
    cast_enrol_all(&desk->cast);
    assert_int_equal(ys_member_new(&desk->cast.root, &desk->cast.unit[CAST_STREET].origin.division,
                                   &desk->member, NULL),
                     YS_OK);
    rebuild(desk);
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

static Yishi__V1__Body *new_body(Yishi__V1__Body__KindCase kind)
{
    static Yishi__V1__Body body;
    yishi__v1__body__init(&body);
    body.kind_case = kind;
    return &body;
}

static Yishi__V1__Body *proposal(void)
{
    static Yishi__V1__TopicProposal kind;
    static char text[] = "what somebody said";
    Yishi__V1__Body *const body = new_body(YISHI__V1__BODY__KIND_TOPIC_PROPOSAL);
    yishi__v1__topic_proposal__init(&kind);
    kind.content = text;
    body->topic_proposal = &kind;
    return body;
}

static Yishi__V1__Body *consensus(void)
{
    static Yishi__V1__Consensus kind;
    Yishi__V1__Body *const body = new_body(YISHI__V1__BODY__KIND_CONSENSUS);
    yishi__v1__consensus__init(&kind);
    body->consensus = &kind;
    return body;
}

enum { REFS_MAX = 3 };
static void refer(Yishi__V1__Body *body, Yishi__V1__Relation rel, const struct ys_hash *const *to,
                  size_t count)
{
    static Yishi__V1__Reference ref[REFS_MAX];
    static Yishi__V1__Reference *pointer[REFS_MAX];
    static struct ys_hash id[REFS_MAX];
    for (size_t i = 0; i < count; i++) {
        yishi__v1__reference__init(&ref[i]);
        id[i] = *to[i];
        ref[i].has_rel = ref[i].has_record = 1;
        ref[i].rel = rel;
        ref[i].record = (ProtobufCBinaryData){sizeof id[i].bytes, id[i].bytes};
        pointer[i] = &ref[i];
    }
    body->n_refs = count;
    body->refs = pointer;
}

static Yishi__V1__Body *correction(const struct ys_hash *of)
{
    static Yishi__V1__Correction kind;
    Yishi__V1__Body *const body = new_body(YISHI__V1__BODY__KIND_CORRECTION);
    yishi__v1__correction__init(&kind);
    body->correction = &kind;
    refer(body, YISHI__V1__RELATION__RELATION_SUPERSEDES, &of, 1);
    return body;
}

/* Of whole contents. */
static Yishi__V1__Body *redaction_of(const struct ys_hash *const *targets, size_t count, bool order)
{
    static Yishi__V1__Redaction kind;
    static char by_order[] = "order no. 7";
    Yishi__V1__Body *const body = new_body(YISHI__V1__BODY__KIND_REDACTION);
    yishi__v1__redaction__init(&kind);
    kind.has_whole_body = kind.whole_body = 1;
    kind.has_reason = 1;
    kind.reason = order ? YISHI__V1__REDACTION_REASON__REDACTION_REASON_ORDER
                        : YISHI__V1__REDACTION_REASON__REDACTION_REASON_REQUEST;
    kind.order = order ? by_order : NULL;
    body->redaction = &kind;
    refer(body, YISHI__V1__RELATION__RELATION_REDACTS, targets, count);
    return body;
}

static Yishi__V1__Body *redaction(const struct ys_hash *target)
{
    return redaction_of(&target, 1, false);
}

static struct ys_hash id_of(const struct scribe_record *record)
{
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_hash id;
    assert_true(ys_note_peek((struct ys_bytes){record->note, record->note_size}, &text, &kind));
    ys_record_id(text, &id);
    return id;
}

static void write_by(struct desk *desk, enum cast_role role, Yishi__V1__Body *body, unsigned signer,
                     struct scribe_record *out)
{
    const struct ys_signer *const by = &desk->cast.unit[role].body[signer];
    cast_write(&desk->cast, role, body, &by, 1, out);
}

static uint64_t append(struct desk *desk, enum cast_role role, const struct scribe_record *record)
{
    const struct ys_entry entry = scribe_entry(record);
    return cast_append(&desk->cast, role, &entry);
}

/* Both; the id. */
static struct ys_hash publish(struct desk *desk, enum cast_role role, Yishi__V1__Body *body,
                              unsigned signer, uint64_t *index)
{
    struct scribe_record record;
    write_by(desk, role, body, signer, &record);
    const uint64_t at = append(desk, role, &record);
    if (index != NULL)
        *index = at;
    return id_of(&record);
}

static size_t settle(struct desk *desk, bool all)
{
    YS_TXN_SCOPED txn = NULL;
    size_t changed = 0;
    size_t tombstones = 0;
    bool due = false;
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_erasures_due(txn, desk->member, all, &due, NULL), YS_OK);
    assert_int_equal(ys_erasures_settle(txn, desk->member, all, &changed, &tombstones, NULL),
                     YS_OK);
    assert_int_equal(due, changed + tombstones != 0);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    return tombstones;
}

static enum ys_content content_at(struct desk *desk, enum cast_role role, uint64_t index,
                                  struct ys_hash *by)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_entry entry;
    const struct ys_log log = cast_log(&desk->cast, role);
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_entry(txn, log.id, index, &entry, NULL), YS_OK);
    if (by != NULL && entry.body.size == sizeof by->bytes)
        memcpy(by->bytes, entry.body.data, entry.body.size);
    return entry.content;
}

/* What is said of the first redaction of a target. */
static enum ys_erasure_state state_of(struct desk *desk, const struct ys_hash *target)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_erasure row;
    enum ys_erasure_state state = YS_ERASURE_WAITING;
    desk->why = (struct ys_err){0};
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_erasure_of(txn, target, &row, NULL), YS_OK);
    assert_int_equal(ys_erasure_judge(txn, desk->member, &row, &state, &desk->why, NULL), YS_OK);
    assert_int_equal(state, row.state);
    return row.state;
}

/* --- who may --- */

static void an_author_erases_its_own_record(void **state)
{
    struct desk *const desk = *state;
    uint64_t index = 0;
    struct ys_hash named;
    const struct ys_hash target = publish(desk, CAST_COMMUNITY, proposal(), RC, &index);
    const struct ys_hash by = publish(desk, CAST_COMMUNITY, redaction(&target), RC, NULL);

    assert_int_equal(content_at(desk, CAST_COMMUNITY, index, NULL), YS_CONTENT_BODY);
    assert_int_equal(settle(desk, false), 1);

    assert_int_equal(content_at(desk, CAST_COMMUNITY, index, &named), YS_CONTENT_TOMBSTONE);
    assert_memory_equal(named.bytes, by.bytes, sizeof by.bytes);
    assert_int_equal(state_of(desk, &target), YS_ERASURE_IN_EFFECT);
    assert_int_equal(settle(desk, false), 0);
    assert_int_equal(settle(desk, true), 0);
}

/* Bad for its body: it is as at a node that never had that. */
static void a_verdict_on_what_went_is_forgotten(void **state)
{
    struct desk *const desk = *state;
    static const uint8_t before[] = {YS_VERDICT_BAD, YS_VERDICT_OK};
    const enum ys_verdict after[] = {YS_VERDICT_UNCHECKED, YS_VERDICT_OK};
    for (int i = 0; i < 2; i++) {
        uint64_t index = 0;
        enum ys_verdict verdict = YS_VERDICT_UNKNOWN_KEY;
        struct ys_txn *txn = NULL;
        const struct ys_hash target = publish(desk, CAST_COMMUNITY, proposal(), RC, &index);
        const struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);
        assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
        assert_int_equal(ys_status_set(txn, log.id, index, &before[i], 1, NULL), YS_OK);
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
        (void)publish(desk, CAST_COMMUNITY, redaction(&target), RC, NULL);

        assert_int_equal(settle(desk, false), 1);

        assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
        assert_int_equal(ys_status_get(txn, log.id, index, &verdict, NULL), YS_OK);
        ys_txn_abort(&txn);
        assert_int_equal(verdict, after[i]);
    }
}

static void da_erases_by_order_and_nobody_else_does(void **state)
{
    struct desk *const desk = *state;
    static const struct {
        enum cast_role role;
        unsigned signer;
        bool order, may;
    } cases[] = {{CAST_DISTRICT, DA, true, true},
                 {CAST_DISTRICT, DA, false, false},
                 {CAST_STREET, ST, true, false},
                 {CAST_NEIGHBOUR, RC, false, false},
                 {CAST_COMMUNITY, PO, false, false},
                 {CAST_COMMUNITY, SC, true, false},
                 {CAST_DISTRICT, 1 /* a department */, true, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t index = 0;
        const struct ys_hash target = publish(desk, CAST_COMMUNITY, proposal(), RC, &index);
        const struct ys_hash *const to = &target;
        publish(desk, cases[i].role, redaction_of(&to, 1, cases[i].order), cases[i].signer, NULL);
        assert_int_equal(settle(desk, false), cases[i].may);
        assert_int_equal(content_at(desk, CAST_COMMUNITY, index, NULL),
                         cases[i].may ? YS_CONTENT_TOMBSTONE : YS_CONTENT_BODY);
        assert_int_equal(state_of(desk, &target),
                         cases[i].may ? YS_ERASURE_IN_EFFECT : YS_ERASURE_REFUSED);
        assert_true(cases[i].may || desk->why.code == YS_DENIED);
    }
}

static void what_counts_or_decides_is_not_erased(void **state)
{
    struct desk *const desk = *state;
    uint64_t index = 0;
    const struct ys_hash target = publish(desk, CAST_COMMUNITY, consensus(), RC, &index);
    publish(desk, CAST_COMMUNITY, redaction(&target), RC, NULL);
    assert_int_equal(settle(desk, false), 0);
    assert_int_equal(content_at(desk, CAST_COMMUNITY, index, NULL), YS_CONTENT_BODY);
    assert_int_equal(state_of(desk, &target), YS_ERASURE_REFUSED);
}

static void a_correction_goes_with_what_it_corrects_and_not_alone(void **state)
{
    struct desk *const desk = *state;
    uint64_t index[2] = {0};
    const struct ys_hash target = publish(desk, CAST_COMMUNITY, proposal(), RC, &index[0]);
    const struct ys_hash fixed = publish(desk, CAST_COMMUNITY, correction(&target), RC, &index[1]);
    const struct ys_hash *const both[] = {&target, &fixed};
    publish(desk, CAST_COMMUNITY, redaction(&fixed), RC, NULL);
    assert_int_equal(settle(desk, false), 0);
    assert_int_equal(state_of(desk, &fixed), YS_ERASURE_REFUSED);
    publish(desk, CAST_COMMUNITY, redaction_of(both, 2, false), RC, NULL);
    assert_int_equal(settle(desk, false), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(content_at(desk, CAST_COMMUNITY, index[i], NULL), YS_CONTENT_TOMBSTONE);
}

/* --- in which order it comes --- */

static void a_redaction_waits_for_its_target(void **state)
{
    struct desk *const desk = *state;
    struct scribe_record record;
    write_by(desk, CAST_COMMUNITY, proposal(), RC, &record);
    const struct ys_hash target = id_of(&record);
    const struct ys_hash *const to = &target;
    publish(desk, CAST_DISTRICT, redaction_of(&to, 1, true), DA, NULL);
    assert_int_equal(settle(desk, false), 0);
    assert_int_equal(state_of(desk, &target), YS_ERASURE_WAITING);
    const uint64_t index = append(desk, CAST_COMMUNITY, &record);
    assert_int_equal(settle(desk, false), 1);
    assert_int_equal(content_at(desk, CAST_COMMUNITY, index, NULL), YS_CONTENT_TOMBSTONE);
}

static void a_content_that_never_came_is_erased_as_well(void **state)
{
    struct desk *const desk = *state;
    struct scribe_record record;
    write_by(desk, CAST_COMMUNITY, proposal(), RC, &record);
    const struct ys_hash target = id_of(&record);
    struct ys_hash claimed = {{7}};
    struct ys_entry entry = scribe_entry(&record);
    entry.content = YS_CONTENT_ABSENT;
    entry.body = (struct ys_bytes){claimed.bytes, sizeof claimed.bytes};
    const uint64_t index = cast_append(&desk->cast, CAST_COMMUNITY, &entry);
    assert_int_equal(settle(desk, false), 0);
    assert_int_equal(content_at(desk, CAST_COMMUNITY, index, NULL), YS_CONTENT_ABSENT);
    const struct ys_hash by = publish(desk, CAST_COMMUNITY, redaction(&target), RC, NULL);
    assert_int_equal(settle(desk, false), 1);
    assert_int_equal(content_at(desk, CAST_COMMUNITY, index, &claimed), YS_CONTENT_TOMBSTONE);
    assert_memory_equal(claimed.bytes, by.bytes, sizeof by.bytes);
}

static void of_several_redactions_the_smallest_id_is_named_whichever_came_first(void **state)
{
    struct desk *const desk = *state;
    uint64_t index = 0;
    struct ys_hash named;
    struct ys_hash least = {{0}};
    const struct ys_hash target = publish(desk, CAST_COMMUNITY, proposal(), RC, &index);
    for (unsigned i = 0; i < 6; i++) {
        const struct ys_hash by = publish(desk, CAST_COMMUNITY, redaction(&target), RC, NULL);
        if (i == 0 || memcmp(by.bytes, least.bytes, sizeof by.bytes) < 0)
            least = by;
        (void)settle(desk, false);
        assert_int_equal(content_at(desk, CAST_COMMUNITY, index, &named), YS_CONTENT_TOMBSTONE);
        assert_memory_equal(named.bytes, least.bytes, sizeof least.bytes);
    }
}

static void a_redaction_that_is_taken_back_leaves_an_absent_content(void **state)
{
    struct desk *const desk = *state;
    uint64_t index = 0;
    const struct ys_hash target = publish(desk, CAST_COMMUNITY, proposal(), RC, &index);
    const uint64_t size = cast_log(&desk->cast, CAST_COMMUNITY).frontier.size;
    publish(desk, CAST_COMMUNITY, redaction(&target), RC, NULL);
    assert_int_equal(settle(desk, false), 1);
    struct ys_log log = cast_log(&desk->cast, CAST_COMMUNITY);
    {
        YS_TXN_SCOPED txn = NULL;
        assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
        assert_int_equal(ys_log_rewind(txn, &log, size, NULL), YS_OK);
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    }
    assert_int_equal(content_at(desk, CAST_COMMUNITY, index, NULL), YS_CONTENT_ABSENT);
    assert_int_equal(settle(desk, true), 0);
}

static void each_change_is_told_once_in_order(void **state)
{
    struct desk *const desk = *state;
    uint64_t index[3];
    struct ys_erased erased = {.counter = 0};
    uint64_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        const struct ys_hash target = publish(desk, CAST_COMMUNITY, proposal(), RC, &index[i]);
        publish(desk, CAST_COMMUNITY, redaction(&target), RC, NULL);
        assert_int_equal(settle(desk, false), 1);
    }
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_erased_count(txn, &count, NULL), YS_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ys_erased_next(txn, erased.counter, &erased, NULL), YS_OK);
        assert_int_equal(erased.counter, i + 1);
        assert_int_equal(erased.at.index, index[i]);
        assert_int_equal(erased.attachments.size, 0);
    }
    assert_int_equal(ys_erased_next(txn, erased.counter, &erased, NULL), YS_NOT_FOUND);
}

static void a_store_is_overwritten_once_after_something_was_erased(void **state)
{
    struct desk *const desk = *state;
    struct ys_wiped pages;
    bool done = true;
    assert_int_equal(ys_store_wipe(desk->cast.store, false, &done, &pages, NULL), YS_OK);
    assert_false(done);
    const struct ys_hash target = publish(desk, CAST_COMMUNITY, proposal(), RC, NULL);
    publish(desk, CAST_COMMUNITY, redaction(&target), RC, NULL);
    assert_int_equal(settle(desk, false), 1);
    assert_int_equal(ys_store_wipe(desk->cast.store, false, &done, &pages, NULL), YS_OK);
    assert_true(done);
    assert_int_equal(ys_store_wipe(desk->cast.store, false, &done, &pages, NULL), YS_OK);
    assert_false(done);
    assert_int_equal(ys_store_wipe(desk->cast.store, true, &done, &pages, NULL), YS_OK);
    assert_true(done);
}

static void a_restored_store_holds_back_what_may_be_erased(void **state)
{
    struct desk *const desk = *state;
    struct scribe_record record;
    bool restored = true;
    for (int i = 0; i < 2; i++) {
        YS_TXN_SCOPED txn = NULL;
        assert_int_equal(ys_restored_set(desk->cast.store, i == 1, NULL), YS_OK);
        assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
        assert_int_equal(ys_restored_get(txn, &restored, NULL), YS_OK);
        assert_int_equal(restored, i == 1);
    }
    write_by(desk, CAST_COMMUNITY, proposal(), RC, &record);
    struct ys_entry entry = scribe_entry(&record);
    assert_true(ys_restored_holds_back(&entry));
    entry.content = YS_CONTENT_TOMBSTONE;
    assert_false(ys_restored_holds_back(&entry));
    write_by(desk, CAST_COMMUNITY, consensus(), RC, &record);
    entry = scribe_entry(&record);
    assert_false(ys_restored_holds_back(&entry));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_author_erases_its_own_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_verdict_on_what_went_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(da_erases_by_order_and_nobody_else_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_counts_or_decides_is_not_erased, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_correction_goes_with_what_it_corrects_and_not_alone,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_redaction_waits_for_its_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_content_that_never_came_is_erased_as_well, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            of_several_redactions_the_smallest_id_is_named_whichever_came_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_redaction_that_is_taken_back_leaves_an_absent_content,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_change_is_told_once_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_is_overwritten_once_after_something_was_erased,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_restored_store_holds_back_what_may_be_erased, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
