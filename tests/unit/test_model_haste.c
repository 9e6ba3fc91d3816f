/* A model that is made from nothing waits for no disk: after a failure of the machine it is made anew,
 * unless it is known to be on the disk; after a failure of the process it is gone on with. */
#include "node/model/model.h"

#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>

struct desk {
    struct cast cast;
    struct ys_member *member;
    char path[FOLDER_PATH_MAX];
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    assert_true(sodium_init() >= 0);
    cast_open(&desk->cast, "haste", CAST_DISTRICT);
    cast_enrol_all(&desk->cast);
    folder_path(&desk->cast.folder, "model.db", desk->path);
    const struct ys_division *const division = &desk->cast.unit[CAST_DISTRICT].origin.division;
    assert_int_equal(ys_member_new(&desk->cast.root, division, &desk->member, NULL), YS_OK);
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(desk->member, txn, NULL, NULL), YS_OK);
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

static struct ys_model *open_model(const struct desk *desk)
{
    struct ys_model *model = NULL;
    struct ys_err err = {0};
    if (ys_model_open(desk->path, desk->cast.store, &model, &err) != YS_OK)
        fail_msg("%s", err.msg);
    return model;
}

static void fold(const struct desk *desk, struct ys_model *model, size_t batch, bool all)
{
    const struct ys_fold_options options = {
        .store = desk->cast.store, .member = desk->member, .batch = batch};
    bool more = true;
    do {
        struct ys_err err = {0};
        if (ys_model_fold(model, &options, &more, &err) != YS_OK)
            fail_msg("%s", err.msg);
    } while (all && more);
}

static void run(struct ys_model *model, const char *text)
{
    struct ys_err err = {0};
    if (ys_sql_run(ys_model_sql(model), text, &err) != YS_OK)
        fail_msg("%s", err.msg);
}

static int64_t ask(struct ys_model *model, const char *text)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    assert_int_equal(ys_query_open(ys_model_sql(model), text, &query, NULL), YS_OK);
    assert_int_equal(ys_query_step(query, &row, NULL), YS_OK);
    assert_true(row);
    return ys_query_int(query, 0);
}

/* A row that no fold writes, and that no fold takes away: it is there until the file is made anew. */
static const char mark[] = "INSERT INTO sealed VALUES (0, 1, 'mark', x'00')";
static const char marked[] = "SELECT count(*) FROM sealed WHERE rec = 0";
static const char other_boot[] =
    "UPDATE meta SET value = '00000000-0000-0000-0000-000000000000' WHERE name = 'boot'";
static const char is_haste[] = "SELECT count(*) FROM pragma_synchronous WHERE synchronous = 0";
static const char is_shared[] =
    "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'";
static const char is_built[] = "SELECT count(*) FROM meta WHERE name = 'building' AND value = 0";
static const char records[] = "SELECT count(*) FROM record WHERE verdict = 'ok'";

static int64_t entries(struct desk *desk)
{
    return (int64_t)(cast_log(&desk->cast, CAST_DISTRICT).frontier.size +
                     cast_log(&desk->cast, CAST_STREET).frontier.size);
}

static void an_unfinished_file_is_gone_on_with(void **state)
{
    struct desk *const desk = *state;
    struct ys_model *model = open_model(desk);
    fold(desk, model, 3, false);
    assert_int_equal(ask(model, is_haste), 1);
    run(model, mark);
    ys_model_close(model);

    model = open_model(desk);
    fold(desk, model, 0, true);

    assert_int_equal(ask(model, marked), 1);
    assert_int_equal(ask(model, records), entries(desk));
    ys_model_close(model);
}

static void an_unfinished_file_of_another_boot_is_made_anew(void **state)
{
    struct desk *const desk = *state;
    struct ys_model *model = open_model(desk);
    fold(desk, model, 3, false);
    run(model, mark);
    run(model, other_boot);
    ys_model_close(model);

    model = open_model(desk);
    fold(desk, model, 0, true);

    assert_int_equal(ask(model, marked), 0);
    assert_int_equal(ask(model, records), entries(desk));
    ys_model_close(model);
}

static void a_finished_file_that_nobody_brought_to_the_disk_is_made_anew(void **state)
{
    struct desk *const desk = *state;
    struct ys_model *model = open_model(desk);
    fold(desk, model, 0, true);
    assert_int_equal(ask(model, is_built), 0);
    run(model, mark);
    run(model, other_boot);
    ys_model_close(model);

    model = open_model(desk);
    fold(desk, model, 0, true);

    assert_int_equal(ask(model, marked), 0);
    assert_int_equal(ask(model, records), entries(desk));
    ys_model_close(model);
}

static void who_opens_a_finished_file_brings_it_to_the_disk(void **state)
{
    struct desk *const desk = *state;
    struct ys_model *model = open_model(desk);
    fold(desk, model, 0, true);
    run(model, mark);
    ys_model_close(model);

    model = open_model(desk);
    assert_int_equal(ask(model, is_built), 1);
    assert_int_equal(ask(model, is_haste), 0);
    assert_int_equal(ask(model, is_shared), 1);
    run(model, other_boot);
    ys_model_close(model);

    model = open_model(desk); /* whatever happened since, it is whole */
    assert_int_equal(ask(model, marked), 1);
    ys_model_close(model);
}

static void haste_ends_when_another_process_has_brought_it_to_the_disk(void **state)
{
    struct desk *const desk = *state;
    struct ys_model *const first = open_model(desk);
    fold(desk, first, 0, true);
    assert_int_equal(ask(first, is_haste), 1);

    struct ys_model *const second = open_model(desk);
    assert_int_equal(ask(second, is_built), 1);
    fold(desk, first, 0, true);

    assert_int_equal(ask(first, is_haste), 0);
    ys_model_close(second);
    ys_model_close(first);
}

static void making_it_anew_is_in_haste_once_it_is_known_to_be_unfinished(void **state)
{
    struct desk *const desk = *state;
    struct ys_model *model = open_model(desk);
    fold(desk, model, 0, true);
    ys_model_close(model);
    model = open_model(desk);
    assert_int_equal(ask(model, is_haste), 0);

    assert_int_equal(ys_model_clear(model, NULL), YS_OK);

    assert_int_equal(ask(model, is_haste), 1);
    assert_int_equal(ask(model, is_built), 0);
    fold(desk, model, 0, true);
    assert_int_equal(ask(model, records), entries(desk));
    ys_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_unfinished_file_is_gone_on_with, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unfinished_file_of_another_boot_is_made_anew, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_finished_file_that_nobody_brought_to_the_disk_is_made_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_opens_a_finished_file_brings_it_to_the_disk, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(haste_ends_when_another_process_has_brought_it_to_the_disk,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            making_it_anew_is_in_haste_once_it_is_known_to_be_unfinished, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
