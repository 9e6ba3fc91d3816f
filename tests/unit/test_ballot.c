#include "node/ballot/ballot_table.h"
#include "node/ballot/slip.h"
#include "tests/support/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PAPERS_MAX = 60, TREE_MAX = 3 * PAPERS_MAX, KINDS = 18 };

static const struct ys_ballot_round round_of_test = {.deployment = "example.test",
                                                     .id = {.bytes = {1, 2, 3}}};

static void make_papers(struct rng *rng, struct ys_ballot *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct ys_ballot){.valid = rng_below(rng, 8) != 0,
                                    .kind = (unsigned)rng_below(rng, 4)};
        (void)snprintf(out[i].code, sizeof out[i].code, "%010u", (unsigned)i);
        for (unsigned d = 0; d < YS_BALLOT_DIMENSIONS; d++)
            out[i].grade[d] = (uint8_t)rng_below(rng, YS_BALLOT_GRADES);
        rng_fill(rng, out[i].salt, sizeof out[i].salt);
    }
}

static void places_of(const struct ys_ballot_set *set, size_t at, struct ys_slip *out)
{
    *out = (struct ys_slip){.round = round_of_test, .ballot = *ys_ballot_set_at(set, at)};
    ys_ballot_set_place(set, at, out->place);
}

static enum ys_code judge(const struct ys_slip *slip, const struct ys_ballot_tally *tally,
                          const struct ys_hash *root)
{
    return ys_ballot_check(&round_of_test, tally, root, &slip->ballot, slip->place, NULL);
}

/* Each slot of the tree belongs to one leaf, every leaf has one, and every slip is good. */
static void every_paper_has_its_own_slots_and_a_good_slip(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    struct ys_ballot papers[PAPERS_MAX];
    for (size_t count = 0; count <= PAPERS_MAX; count += count < 12 ? 1 : 7) {
        struct ys_ballot_set *set = NULL;
        struct ys_hash root;
        unsigned taken[TREE_MAX] = {0};
        make_papers(&rng, papers, count);
        assert_int_equal(ys_ballot_set_new(&round_of_test, papers, count, 100, &set, NULL), YS_OK);
        const struct ys_ballot_tally *const tally = ys_ballot_set_tally(set);
        ys_ballot_set_root(set, &root);
        for (size_t i = 0; i < count; i++) {
            struct ys_slip slip;
            places_of(set, i, &slip);
            assert_int_equal(judge(&slip, tally, &root), YS_OK);
            for (unsigned d = 0; d < (slip.ballot.valid ? 3U : 1U); d++)
                taken[slip.place[d].index]++;
        }
        for (size_t i = 0; i < ys_ballot_tree_size(tally); i++)
            assert_int_equal(taken[i], 1);
        ys_ballot_set_free(set);
    }
}

static void order_of_entry_changes_nothing(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    struct ys_ballot papers[PAPERS_MAX];
    struct ys_hash first;
    make_papers(&rng, papers, PAPERS_MAX);
    for (unsigned turn = 0; turn < 5; turn++) {
        struct ys_ballot_set *set = NULL;
        struct ys_hash root;
        assert_int_equal(ys_ballot_set_new(&round_of_test, papers, PAPERS_MAX, 60, &set, NULL),
                         YS_OK);
        ys_ballot_set_root(set, &root);
        if (turn == 0)
            first = root;
        assert_memory_equal(first.bytes, root.bytes, YS_HASH_LEN);
        ys_ballot_set_free(set);
        for (size_t i = PAPERS_MAX - 1; i > 0; i--) {
            const size_t other = (size_t)rng_below(&rng, i + 1);
            const struct ys_ballot kept = papers[i];
            papers[i] = papers[other];
            papers[other] = kept;
        }
    }
}

/* Whatever counts of the same size a cheat publishes, at least as many slips fail as papers were moved. */
static void a_false_histogram_is_found_by_as_many_as_were_moved(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    struct ys_ballot papers[PAPERS_MAX];
    struct ys_ballot_set *set = NULL;
    struct ys_hash root;
    make_papers(&rng, papers, PAPERS_MAX);
    assert_int_equal(ys_ballot_set_new(&round_of_test, papers, PAPERS_MAX, 60, &set, NULL), YS_OK);
    ys_ballot_set_root(set, &root);
    for (unsigned turn = 0; turn < 200; turn++) {
        struct ys_ballot_tally said = *ys_ballot_set_tally(set);
        const unsigned d = (unsigned)rng_below(&rng, YS_BALLOT_DIMENSIONS);
        const unsigned from = (unsigned)rng_below(&rng, YS_BALLOT_GRADES);
        const unsigned to = (from + 1 + (unsigned)rng_below(&rng, 5)) % YS_BALLOT_GRADES;
        const uint32_t moved =
            said.count[d][from] == 0 ? 0 : 1 + (uint32_t)rng_below(&rng, said.count[d][from]);
        said.count[d][from] -= moved;
        said.count[d][to] += moved;
        uint32_t failed = 0;
        for (size_t i = 0; i < PAPERS_MAX; i++) {
            struct ys_slip slip;
            places_of(set, i, &slip);
            failed += judge(&slip, &said, &root) != YS_OK;
        }
        assert_true(failed >= moved);
    }
    ys_ballot_set_free(set);
}

static void a_slip_of_another_paper_place_or_grade_fails(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    struct ys_ballot papers[PAPERS_MAX];
    struct ys_ballot_set *set = NULL;
    struct ys_hash root;
    struct ys_slip slip;
    make_papers(&rng, papers, PAPERS_MAX);
    papers[0].valid = true;
    assert_int_equal(ys_ballot_set_new(&round_of_test, papers, PAPERS_MAX, 60, &set, NULL), YS_OK);
    const struct ys_ballot_tally *const tally = ys_ballot_set_tally(set);
    ys_ballot_set_root(set, &root);
    places_of(set, 0, &slip);
    for (unsigned d = 0; d < YS_BALLOT_DIMENSIONS; d++) {
        struct ys_slip changed = slip;
        changed.ballot.grade[d] = (uint8_t)((slip.ballot.grade[d] + 1) % YS_BALLOT_GRADES);
        assert_int_equal(judge(&changed, tally, &root), YS_MALFORMED);
        changed = slip;
        changed.place[d].index = (changed.place[d].index + 1) % ys_ballot_tree_size(tally);
        assert_int_equal(judge(&changed, tally, &root), YS_MALFORMED);
        changed = slip;
        changed.place[d].index = UINT64_MAX;
        assert_int_equal(judge(&changed, tally, &root), YS_MALFORMED);
    }
    struct ys_slip changed = slip;
    changed.ballot.code[0]++;
    assert_int_equal(judge(&changed, tally, &root), YS_MALFORMED);
    changed = slip;
    changed.ballot.valid = false;
    assert_int_equal(judge(&changed, tally, &root), YS_MALFORMED);
    ys_ballot_set_free(set);
}

static void a_code_stands_on_one_paper(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    struct ys_ballot papers[3];
    struct ys_ballot_set *set = NULL;
    make_papers(&rng, papers, 3);
    memcpy(papers[2].code, papers[0].code, sizeof papers[0].code);
    assert_int_equal(ys_ballot_set_new(&round_of_test, papers, 3, 3, &set, NULL), YS_EXISTS);
    struct ys_ballot *const many = calloc(YS_BALLOTS_MAX + 1, sizeof *many);
    assert_int_equal(ys_ballot_set_new(&round_of_test, many, YS_BALLOTS_MAX + 1, 3, &set, NULL),
                     YS_LIMIT);
    free(many);
}

static void slips_and_sets_are_read_as_they_were_written(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    struct ys_ballot papers[PAPERS_MAX];
    struct ys_ballot_set *set = NULL;
    struct ys_ballot_set *again = NULL;
    struct ys_ballot_round round;
    struct ys_hash roots[2];
    make_papers(&rng, papers, PAPERS_MAX);
    papers[1].has_remark = true;
    assert_int_equal(ys_ballot_set_new(&round_of_test, papers, PAPERS_MAX, 60, &set, NULL), YS_OK);
    for (size_t i = 0; i < PAPERS_MAX; i++) {
        struct ys_slip slip;
        struct ys_slip read;
        places_of(set, i, &slip);
        json_t *const json = ys_slip_json(&slip, NULL);
        assert_int_equal(ys_slip_read(json, &read, NULL), YS_OK);
        assert_true(ys_slip_is(json) && !ys_ballot_set_is(json));
        json_decref(json);
        ys_ballot_set_root(set, &roots[0]);
        assert_int_equal(judge(&read, ys_ballot_set_tally(set), &roots[0]), YS_OK);
    }
    json_t *const json = ys_ballot_set_json(&round_of_test, set);
    assert_int_equal(ys_ballot_set_read(json, &round, &again, NULL), YS_OK);
    json_decref(json);
    ys_ballot_set_root(again, &roots[1]);
    assert_memory_equal(roots[0].bytes, roots[1].bytes, YS_HASH_LEN);
    ys_ballot_set_free(again);
    ys_ballot_set_free(set);
}

/* --- breakdowns --- */

struct split {
    unsigned of[5];   /* papers of kind 0 (not said) to 4 */
    unsigned said[5]; /* 0: not said */
};

static void a_number_below_five_is_not_said_and_cannot_be_worked_out(void **state)
{
    (void)state;
    static const struct split splits[] = {
        {{0, 10, 20, 0, 0}, {0, 10, 20, 0, 0}}, /* none is small */
        {{0, 10, 20, 4, 0}, {0, 0, 20, 0, 0}},  /* 4 would follow from the sum: 10 go, too */
        {{0, 10, 20, 4, 1}, {0, 10, 20, 0, 0}}, /* two small ones make five together */
        {{0, 10, 20, 2, 1}, {0, 0, 20, 0, 0}},  /* three do not */
        {{3, 10, 20, 4, 0}, {0, 10, 20, 0, 0}}, /* nor does it follow when others say nothing */
        {{1, 10, 20, 0, 0}, {0, 0, 20, 0, 0}},  {{0, 5, 4, 0, 0}, {0, 0, 0, 0, 0}},
        {{0, 4, 0, 0, 0}, {0, 0, 0, 0, 0}},     {{0, 5, 0, 0, 0}, {0, 5, 0, 0, 0}},
        {{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof splits / sizeof *splits; i++) {
        struct rng rng = rng_from_seed(i);
        struct ys_ballot papers[PAPERS_MAX];
        struct ys_ballot_set *set = NULL;
        uint32_t said[KINDS];
        size_t count = 0;
        make_papers(&rng, papers, PAPERS_MAX);
        for (unsigned kind = 0; kind < 5; kind++)
            for (unsigned n = 0; n < splits[i].of[kind]; n++)
                papers[count++].kind = kind;
        assert_int_equal(ys_ballot_set_new(&round_of_test, papers, count, 60, &set, NULL), YS_OK);
        ys_ballot_set_kinds(set, said, KINDS);
        for (unsigned kind = 1; kind < 5; kind++)
            assert_true(said[kind] >= YS_BALLOT_GROUP_MIN);
        for (unsigned kind = 1; kind < 5; kind++)
            assert_int_equal(said[kind] == UINT32_MAX ? 0 : said[kind], splits[i].said[kind]);
        ys_ballot_set_free(set);
    }
}

/* --- tables --- */

static void reads(const char *text, enum ys_code want, const char *words)
{
    struct ys_paper *papers = NULL;
    size_t count = 0;
    struct ys_err err = {.msg = ""};
    const enum ys_code code = ys_ballot_table_read(ys_bytes_of_text(text), &papers, &count, &err);
    if (code != want || strstr(err.msg, words) == NULL)
        print_error("\"%s\": %s\n", text, err.msg);
    assert_int_equal(code, want);
    assert_non_null(strstr(err.msg, words));
    if (code == YS_OK)
        ys_papers_free(papers, count);
}

static void tables_of_clerks_are_read(void **state)
{
    (void)state;
    static const char text[] =
        "\xEF\xBB\xBF编号,参与社区协商,协商成果落实,协商结果反馈,意见,主体,暗记\r\n"
        "\tk7qj4-m0xz2,很满意,4,不了解,\"早些反馈,\"\"多\"\"些\n请\",居民,Ab1\r\n"
        "\r\n"
        "OOOOO IIIII, 无效 ,,,,,\n";
    struct ys_paper *papers = NULL;
    size_t count = 0;
    assert_int_equal(ys_ballot_table_read(ys_bytes_of_text(text), &papers, &count, NULL), YS_OK);
    assert_int_equal(count, 2);
    assert_string_equal(papers[0].ballot.code, "K7QJ4M0XZ2");
    assert_true(papers[0].ballot.valid && papers[0].ballot.grade[0] == 5 &&
                papers[0].ballot.grade[1] == 4 && papers[0].ballot.grade[2] == 0);
    assert_int_equal(papers[0].ballot.kind, YISHI__V1__PARTY_KIND__PARTY_KIND_RESIDENT);
    assert_string_equal(papers[0].ballot.mark, "ab1");
    assert_string_equal(papers[0].remark, "早些反馈,\"多\"些\n请");
    assert_string_equal(papers[1].ballot.code, "0000011111"); /* as people read O and I */
    assert_false(papers[1].ballot.valid);
    ys_papers_free(papers, count);
}

static void what_is_wrong_in_a_table_is_named_with_its_row(void **state)
{
    (void)state;
    static const char head[] = "code,participation,implementation,feedback\n";
    char text[600];
    static const struct {
        const char *row, *words;
    } rows[] = {{"K7QJ4M0XZ2,5,5,5\nK7QJ4M0XZ2,5,5\n", "row 3: feedback: "},
                {"K7QJ4M0XZ,5,5,5\n", "row 2, code: "},
                {"K7QJ4M0XZU,5,5,5\n", "row 2, code: "},
                {"K7QJ4M0XZ2,6,5,5\n", "row 2, participation: \"6\""},
                {"K7QJ4M0XZ2,55,5,5\n", "row 2, participation: \"55\""},
                {"K7QJ4M0XZ2,5,5,5,5\n", "row 2: has more cells"},
                {",5,5,5\n", "row 2: the code is missing"},
                {"\"K7QJ4M0XZ2,5,5,5\n", "row 2: a cell is too long, or a quote"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)snprintf(text, sizeof text, "%s%s", head, rows[i].row);
        reads(text, YS_MALFORMED, rows[i].words);
    }
    reads("code,name\n", YS_MALFORMED, "row 1: \"name\"");
    reads("code,code\n", YS_MALFORMED, "stands twice");
    reads("code,kind,participation,implementation,feedback\nK7QJ4M0XZ2,nobody,1,1,1\n",
          YS_MALFORMED, "row 2, kind: \"nobody\"");
    reads("[{\"code\": \"K7QJ4M0XZ2\", \"participation\": 3.5}]", YS_MALFORMED,
          "ballot 1, participation: is no text");
    reads("[3]", YS_MALFORMED, "ballot 1: is no object");
    reads("[{\"code\": \"K7QJ4M0XZ2\", \"participation\": \"invalid\"}]", YS_OK, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_paper_has_its_own_slots_and_a_good_slip),
        cmocka_unit_test(order_of_entry_changes_nothing),
        cmocka_unit_test(a_false_histogram_is_found_by_as_many_as_were_moved),
        cmocka_unit_test(a_slip_of_another_paper_place_or_grade_fails),
        cmocka_unit_test(a_code_stands_on_one_paper),
        cmocka_unit_test(slips_and_sets_are_read_as_they_were_written),
        cmocka_unit_test(a_number_below_five_is_not_said_and_cannot_be_worked_out),
        cmocka_unit_test(tables_of_clerks_are_read),
        cmocka_unit_test(what_is_wrong_in_a_table_is_named_with_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
