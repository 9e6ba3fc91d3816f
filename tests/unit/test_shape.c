#include "node/model/shape.h"

#include "proto/reflect.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct desk {
    struct folder folder;
    struct ys_sql *sql;
    struct ys_shape *shape;
};

static int set_up(void **state)
{
    static struct desk desk;
    char path[FOLDER_PATH_MAX];
    folder_make(&desk.folder);
    folder_path(&desk.folder, "model.db", path);
    assert_int_equal(ys_sql_open(path, 1000, &desk.sql, NULL), YS_OK);
    assert_int_equal(ys_shape_new(&desk.shape, NULL), YS_OK);
    *state = &desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_shape_free(desk->shape);
    ys_sql_close(desk->sql);
    folder_remove(&desk->folder);
    return 0;
}

static void create_all(const struct desk *desk)
{
    char text[16384];
    for (size_t i = 0; i < desk->shape->table_count; i++) {
        assert_int_equal(ys_table_create_text(&desk->shape->table[i], text, sizeof text), YS_OK);
        assert_int_equal(ys_sql_run(desk->sql, text, NULL), YS_OK);
    }
}

static const struct ys_table *table(const struct desk *desk, const char *name)
{
    for (size_t i = 0; i < desk->shape->table_count; i++)
        if (strcmp(desk->shape->table[i].name, name) == 0)
            return &desk->shape->table[i];
    fail_msg("no table %s", name);
    return NULL;
}

static void fill(const struct desk *desk, const char *name, int64_t record,
                 const Yishi__V1__Body *body)
{
    char text[16384];
    YS_QUERY_SCOPED insert = NULL;
    assert_int_equal(ys_table_insert_text(table(desk, name), text, sizeof text), YS_OK);
    assert_int_equal(ys_query_open(desk->sql, text, &insert, NULL), YS_OK);
    assert_int_equal(ys_table_fill(table(desk, name), insert, record, body, NULL), YS_OK);
}

/* All rows of a question, columns between bars, rows on lines. */
static void answer(const struct desk *desk, const char *question, char *out, size_t size)
{
    YS_QUERY_SCOPED query = NULL;
    size_t at = 0;
    bool row = true;
    assert_int_equal(ys_query_open(desk->sql, question, &query, NULL), YS_OK);
    out[0] = '\0';
    while (ys_query_step(query, &row, NULL) == YS_OK && row) {
        for (int i = 0; i < ys_query_columns(query); i++) {
            const struct ys_bytes text = ys_query_text(query, i);
            at += (size_t)snprintf(out + at, size - at, "%s%.*s", i == 0 ? "" : "|", (int)text.size,
                                   (const char *)text.data);
        }
        at += (size_t)snprintf(out + at, size - at, "\n");
        assert_true(at < size);
    }
}

#define ASSERT_ANSWER(desk, question, wanted)        \
    do {                                             \
        char got[4096];                              \
        answer((desk), (question), got, sizeof got); \
        assert_string_equal(got, (wanted));          \
    } while (0)

static void every_kind_has_a_table_of_its_name(void **state)
{
    const struct desk *const desk = *state;
    size_t count = 0;
    const struct ys_kind *const kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        size_t first = SIZE_MAX;
        assert_true(ys_shape_of_kind(desk->shape, kinds[i].name, &first) > 0);
        assert_string_equal(desk->shape->table[first].name, kinds[i].name);
        assert_int_equal(desk->shape->table[first].repeats, 0);
    }
    create_all(desk);
}

static void no_two_tables_and_no_two_columns_share_a_name(void **state)
{
    const struct desk *const desk = *state;
    for (size_t i = 0; i < desk->shape->table_count; i++) {
        const struct ys_table *const a = &desk->shape->table[i];
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(a->name, desk->shape->table[k].name);
        for (size_t k = 0; k < a->column_count; k++)
            for (size_t m = 0; m < k; m++)
                assert_string_not_equal(a->column[k].name, a->column[m].name);
    }
}

static void items_stand_in_a_table_of_their_own_and_days_can_be_subtracted(void **state)
{
    const struct desk *const desk = *state;
    Yishi__V1__Date reached = YISHI__V1__DATE__INIT;
    Yishi__V1__Date due = YISHI__V1__DATE__INIT;
    Yishi__V1__ConsensusItem item[2] = {YISHI__V1__CONSENSUS_ITEM__INIT,
                                        YISHI__V1__CONSENSUS_ITEM__INIT};
    Yishi__V1__ConsensusItem *items[] = {&item[0], &item[1]};
    Yishi__V1__Consensus consensus = YISHI__V1__CONSENSUS__INIT;
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    char lift[] = "lift, with a '";
    reached.has_yyyymmdd = due.has_yyyymmdd = true;
    reached.yyyymmdd = 20240228;
    due.yyyymmdd = 20240301;
    item[0].has_no = item[1].has_no = true;
    item[0].no = 1;
    item[0].text = lift;
    item[0].due = &due;
    item[0].has_nature = true;
    item[0].nature = YISHI__V1__NATURE__NATURE_PUBLIC_SERVICE;
    item[1].no = 2;
    item[1].has_decision_matter = true;
    item[1].decision_matter = true;
    consensus.items = items;
    consensus.n_items = 2;
    consensus.reached_on = &reached;
    body.kind_case = YISHI__V1__BODY__KIND_CONSENSUS;
    body.consensus = &consensus;

    create_all(desk);
    fill(desk, "consensus", 7, &body);
    fill(desk, "consensus_items", 7, &body);

    ASSERT_ANSWER(desk, "SELECT rec, reached_on, degree IS NULL FROM consensus", "7|19781|1\n");
    ASSERT_ANSWER(desk, "SELECT rec, no, text, nature, decision_matter FROM consensus_items",
                  "7|1|lift, with a '|public_service|\n7|2|||1\n");
    ASSERT_ANSWER(desk,
                  "SELECT i.due - c.reached_on FROM consensus c JOIN consensus_items i"
                  " USING (rec) WHERE i.due IS NOT NULL",
                  "2\n");
}

static void a_value_of_a_later_version_keeps_its_number(void **state)
{
    const struct desk *const desk = *state;
    Yishi__V1__Consensus consensus = YISHI__V1__CONSENSUS__INIT;
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    const int tomorrow = 77;
    consensus.has_degree = true;
    memcpy(&consensus.degree, &tomorrow, sizeof tomorrow);
    body.kind_case = YISHI__V1__BODY__KIND_CONSENSUS;
    body.consensus = &consensus;
    create_all(desk);
    fill(desk, "consensus", 1, &body);
    ASSERT_ANSWER(desk, "SELECT degree FROM consensus", "?77\n");
}

static void repeated_texts_and_bytes_are_kept_in_order(void **state)
{
    const struct desk *const desk = *state;
    char first[] = "宣传栏";
    char second[] = "微信群";
    char *channels[] = {first, second};
    Yishi__V1__FeedbackPublication publication = YISHI__V1__FEEDBACK_PUBLICATION__INIT;
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    publication.channels = channels;
    publication.n_channels = 2;
    body.kind_case = YISHI__V1__BODY__KIND_FEEDBACK_PUBLICATION;
    body.feedback_publication = &publication;
    create_all(desk);
    fill(desk, "feedback_publication_channels", 3, &body);
    ASSERT_ANSWER(desk, "SELECT * FROM feedback_publication_channels", "3|1|宣传栏\n3|2|微信群\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_has_a_table_of_its_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_two_tables_and_no_two_columns_share_a_name, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            items_stand_in_a_table_of_their_own_and_days_can_be_subtracted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_of_a_later_version_keeps_its_number, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(repeated_texts_and_bytes_are_kept_in_order, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
