/* The read model says the same of the same logs, however they arrived. */
#include "node/model/model.h"

#include "proto/reflect.h"
#include "sync/rewind.h"
#include "sync/verdict.h"
#include "tests/support/model_desk.h"
#include "tests/support/model_dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHUFFLES = 200 };

static void two_hundred_orders_of_arrival_give_the_same_content(void **state)
{
    (void)state;
    struct model_desk *const desk = model_desk_open(__func__);
    struct rng rng = desk->cast.rng;
    model_desk_write_all(desk);
    char *const first = model_desk_tell(desk, &rng);
    assert_true(strlen(first) > 10000);
    for (unsigned i = 1; i < SHUFFLES; i++) {
        char *const other = model_desk_tell(desk, &rng);
        if (!model_dumps_equal(first, other))
            fail_msg("order %u gives another content", i);
        free(other);
    }
    free(first);
    model_desk_close(desk);
}

/* Two records of two logs that do not name each other stand in the order in which they were proven. */
static void a_receipt_that_comes_later_puts_records_in_order(void **state)
{
    (void)state;
    static const char question[] =
        "SELECT l.division FROM step s JOIN record r ON r.no = s.record JOIN log l ON l.no = r.log"
        " WHERE s.subject = '110105901001-2026-0001' ORDER BY s.nth LIMIT 1";
    struct model_desk *const desk = model_desk_open(__func__);
    struct cast *const cast = &desk->cast;
    const struct ys_signer *const log_key = &cast->unit[CAST_DISTRICT].keys.log;
    struct scribe_record record;
    char first[2][YS_DIVISION_MAX + 1];
    cast_enrol_all(cast);
    for (enum cast_role role = CAST_COMMUNITY; role <= CAST_NEIGHBOUR; role++) {
        const struct ys_signer *const rc = model_desk_signer(desk, role, 0);
        scribe_write_about(&record, &cast->rng, &cast->unit[role].origin, "110105901001-2026-0001",
                           model_desk_begin_s, scribe_acknowledgement(&cast->rng), &rc, 1);
        const struct ys_entry entry = scribe_entry(&record);
        (void)cast_append(cast, role, &entry);
    }
    model_desk_keep_heads(desk);
    model_desk_rebuild(desk);
    struct ys_model *const model = model_desk_model(desk);
    for (unsigned i = 0; i < 2; i++) {
        YS_QUERY_SCOPED query = NULL;
        bool row = false;
        model_desk_judge(desk, &cast->rng, JUDGE_NEW);
        model_desk_fold(desk, model, 0, true);
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
    model_desk_close(desk);
}

/* Where a record stands in the store. */
struct spot {
    uint32_t log;
    uint64_t index;
};
enum { EVALUATION = 5 };

/* One of two at most. */
static void refer(struct model_desk *desk, Yishi__V1__Body *body, Yishi__V1__Relation relation,
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

static struct spot append_signed(struct model_desk *desk, enum cast_role role, const char *subject,
                                 Yishi__V1__Body *body)
{
    struct cast *const cast = &desk->cast;
    const struct ys_signer *const by = model_desk_signer(desk, role, 0);
    struct scribe_record record;
    scribe_write_about(&record, &cast->rng, &cast->unit[role].origin, subject, model_desk_begin_s,
                       body, &by, 1);
    model_desk_keep(desk, role, &record);
    const struct ys_entry entry = scribe_entry(&record);
    const uint64_t index = cast_append(cast, role, &entry);
    return (struct spot){.log = cast_log(cast, role).id, .index = index};
}

static void turn(struct model_desk *desk, const struct spot *spot, bool counts)
{
    YS_TXN_SCOPED txn = NULL;
    const uint8_t verdict = counts ? YS_VERDICT_OK : YS_VERDICT_BAD;
    assert_int_equal(ys_store_begin(desk->cast.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_status_set(txn, spot->log, spot->index, &verdict, 1, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
}

/* Of that kind, and empty. */
static Yishi__V1__Body *bare_body(struct model_desk *desk, const char *name)
{
    const ProtobufCFieldDescriptor *const kind = model_desk_kind(name);
    Yishi__V1__Body *const body =
        (void *)ys_reflect_new(&yishi__v1__body__descriptor, &desk->maker.arena);
    const ProtobufCMessage *const inner = ys_reflect_new(kind->descriptor, &desk->maker.arena);
    void *first = NULL;
    assert_true(ys_reflect_add(&body->base, kind, 1, &desk->maker.arena, &first));
    memcpy(first, &inner, sizeof inner);
    return body;
}

/* Two matters, a round that names both, its result, the street's reply. */
static void write_shared_evaluation(struct model_desk *desk, struct spot out[EVALUATION])
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
    struct model_desk *const desk = model_desk_open(__func__);
    struct spot spot[EVALUATION];
    cast_enrol_all(&desk->cast);
    write_shared_evaluation(desk, spot);
    model_desk_keep_heads(desk);
    model_desk_rebuild(desk);
    model_desk_judge(desk, &desk->cast.rng, JUDGE_ALL);
    struct ys_model *const model = model_desk_model(desk);
    model_desk_fold(desk, model, 0, true);
    assert_int_equal(steps_of_evaluations(model), 2 * 3);
    char *const wanted = model_dump(model);

    for (unsigned order = 0; order < 120; order++) {
        unsigned left[EVALUATION] = {0, 1, 2, 3, 4};
        for (unsigned i = 0; i < EVALUATION; i++)
            turn(desk, &spot[i], false);
        model_desk_fold(desk, model, 0, true);
        assert_int_equal(steps_of_evaluations(model), 0);
        for (unsigned count = EVALUATION, rest = order; count > 0; rest /= count--) {
            const unsigned at = rest % count;
            turn(desk, &spot[left[at]], true);
            model_desk_fold(desk, model, 0, true);
            left[at] = left[count - 1];
        }
        char *const told = model_dump(model);
        if (!model_dumps_equal(wanted, told))
            fail_msg("order %u gives another content", order);
        free(told);
    }
    free(wanted);
    ys_model_close(model);
    model_desk_close(desk);
}

static void making_it_anew_gives_the_same_content(void **state)
{
    (void)state;
    struct model_desk *const desk = model_desk_open(__func__);
    struct rng rng = desk->cast.rng;
    model_desk_write_all(desk);
    cast_move(&desk->cast, CAST_DISTRICT);
    struct ys_model *model = model_desk_model(desk);
    model_desk_arrive(desk, model, &rng);
    model_desk_fold(desk, model, 7, true);
    char *const before = model_dump(model);
    assert_int_equal(ys_model_clear(model, NULL), YS_OK);
    model_desk_fold(desk, model, 0, true);
    char *const after = model_dump(model);
    assert_true(model_dumps_equal(before, after));
    free(before);
    free(after);
    ys_model_close(model);
    model_desk_close(desk);
}

/* What it says before and after it is folded. */
static void open_apart(struct model_desk *desk, const char *path, const char *wanted, bool at_once)
{
    struct ys_model *model = NULL;
    assert_int_equal(ys_model_open_apart(path, desk->cast.store, &model, NULL), YS_OK);
    char *const before = model_dump(model);
    model_desk_fold(desk, model, 0, true);
    char *const after = model_dump(model);
    assert_int_equal(strcmp(wanted, before) == 0, at_once);
    assert_true(model_dumps_equal(wanted, after));
    free(before);
    free(after);
    ys_model_close(model);
}

/* All has arrived, in the model's file, too: `wanted_out` is what it says, and the caller's to free. */
static struct model_desk *told_desk(const char *name, char **wanted_out, char path[FOLDER_PATH_MAX])
{
    struct model_desk *const desk = model_desk_open(name);
    struct rng rng = desk->cast.rng;
    model_desk_write_all(desk);
    *wanted_out = model_desk_tell(desk, &rng);
    folder_path(&desk->cast.folder, "model.db", path);
    return desk;
}

/* For a disk on which nothing can be written. */
static void a_copy_in_memory_goes_on_from_where_the_file_stands(void **state)
{
    (void)state;
    char path[FOLDER_PATH_MAX];
    char *wanted = NULL;
    struct model_desk *const desk = told_desk(__func__, &wanted, path);

    struct ys_model *const model = model_desk_model(desk);
    open_apart(desk, path, wanted, true);
    assert_int_equal(ys_model_clear(model, NULL), YS_OK);
    model_desk_fold(desk, model, 5, false);
    open_apart(desk, path, wanted, false);
    model_desk_fold(desk, model, 0, true);
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
    model_desk_close(desk);
}

/* What a record changed in others is undone when it does not count any more. */
static void changed_verdicts_give_what_a_new_model_says(void **state)
{
    (void)state;
    struct model_desk *const desk = model_desk_open(__func__);
    struct rng rng = desk->cast.rng;
    model_desk_write_all(desk);
    cast_move(&desk->cast, CAST_DISTRICT);
    struct ys_model *const model = model_desk_model(desk);
    model_desk_arrive(desk, model, &rng);
    for (unsigned round = 0; round < 12; round++) {
        char path[FOLDER_PATH_MAX];
        struct ys_model *anew = NULL;
        model_desk_judge(desk, &rng, JUDGE_WRONGLY);
        model_desk_fold(desk, model, 0, true);
        folder_path(&desk->cast.folder, "anew.db", path);
        assert_int_equal(ys_model_open(path, desk->cast.store, &anew, NULL), YS_OK);
        assert_int_equal(ys_model_clear(anew, NULL), YS_OK);
        model_desk_fold(desk, anew, 0, true);
        char *const moved = model_dump(model);
        char *const wanted = model_dump(anew);
        if (!model_dumps_equal(wanted, moved))
            fail_msg("round %u gives another content", round);
        free(moved);
        free(wanted);
        ys_model_close(anew);
    }
    ys_model_close(model);
    model_desk_close(desk);
}

/* A child folds until it is killed; what it leaves is folded on. */
static void a_killed_process_leaves_it_complete_and_only_behind(void **state)
{
    (void)state;
    struct model_desk *const desk = model_desk_open(__func__);
    struct rng rng = desk->cast.rng;
    model_desk_write_all(desk);
    char *const wanted = model_desk_tell(desk, &rng);
    for (unsigned round = 0; round < 20; round++) {
        struct ys_model *model = model_desk_model(desk);
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
        model = model_desk_model(desk);
        model_desk_fold(desk, model, 0, true);
        char *const got = model_dump(model);
        assert_true(model_dumps_equal(wanted, got));
        free(got);
        ys_model_close(model);
    }
    free(wanted);
    model_desk_close(desk);
}

static void a_damaged_file_is_made_anew(void **state)
{
    (void)state;
    char path[FOLDER_PATH_MAX];
    char *wanted = NULL;
    struct model_desk *const desk = told_desk(__func__, &wanted, path);
    FILE *const file = fopen(path, "r+");
    assert_non_null(file);
    for (int i = 0; i < 400; i++)
        fputs("no database at all ", file);
    assert_int_equal(fclose(file), 0);
    struct ys_model *const model = model_desk_model(desk);
    model_desk_fold(desk, model, 0, true);
    char *const got = model_dump(model);
    assert_true(model_dumps_equal(wanted, got));
    free(got);
    free(wanted);
    ys_model_close(model);
    model_desk_close(desk);
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
