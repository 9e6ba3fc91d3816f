/* Sealed reports that are counted again: what is found of each that is wrong, and of those that are not. */
#include "node/report/recount.h"
#include "node/report/signed.h"
#include "proto/text.h"
#include "sync/erasure.h"
#include "tests/support/tale.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TODAY = 20261231 };

static const char records[] =
    "{\"records\": ["
    "{\"as\": \"p\", \"at\": \"2026-03-02\", \"topic_proposal\": {\"title\": \"t\", "
    "\"proposed_on\": \"2026-03-02\", \"proposer_kind\": \"resident\", \"channel\": \"form\"}},"
    "{\"as\": \"q\", \"matter\": 2, \"at\": \"2026-03-03\", \"topic_proposal\": {\"title\": "
    "\"t\", \"proposed_on\": \"2026-03-03\", \"proposer_kind\": \"resident\", \"channel\": "
    "\"form\"}}]}";

/* A district that holds all logs, and the reports that its street signs. */
struct office {
    struct tale tale;
    struct ys_root_chain roots;
    struct ys_model *model;
    struct ys_rules *rules;
    unsigned told;
};

static void ok(enum ys_code code, const struct ys_err *err)
{
    if (code != YS_OK)
        fail_msg("%s: %s", ys_code_name(code), err->msg);
}

static void fold(struct office *office)
{
    const struct ys_fold_options options = {.store = office->tale.cast.store,
                                            .member = office->tale.member};
    struct ys_err err = {0};
    tale_settle(&office->tale);
    ok(ys_model_catch_up(office->model, &options, &err), &err);
    ok(ys_rules_catch_up(office->rules, TODAY, &err), &err);
}

static void open_office(struct office *office, const char *name)
{
    char path[FOLDER_PATH_MAX];
    struct ys_err err = {0};
    json_t *const told = json_loads(records, 0, NULL);
    *office = (struct office){.told = 0};
    tale_open(&office->tale, name, told);
    json_decref(told);
    office->roots.count = 1;
    office->roots.policy[0] = office->tale.cast.root;
    folder_path(&office->tale.cast.folder, "model.db", path);
    ok(ys_model_open(path, office->tale.cast.store, &office->model, &err), &err);
    ok(ys_rules_open(office->model, &office->rules, &err), &err);
    fold(office);
}

static void close_office(struct office *office)
{
    ys_rules_close(office->rules);
    ys_model_close(office->model);
    tale_close(&office->tale);
}

/* --- a report as an honest street makes it --- */

static struct ys_report_head head_of(struct office *office, enum cast_role role)
{
    const struct ys_log log = cast_log(&office->tale.cast, role);
    return (struct ys_report_head){.log = office->tale.cast.unit[role].log,
                                   .size = log.frontier.size,
                                   .root = log.root,
                                   .members = log.frontier.size};
}

static json_t *text_of_hash(const struct ys_hash *hash)
{
    char text[YS_HASH_TEXT_LEN];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = sizeof text};
    ys_hash_print(&w, hash);
    return json_stringn(text, w.size);
}

static void add_figures(const struct ys_making *making, const char *unit, json_t *list)
{
    size_t count = 0;
    const struct ys_found *const found = ys_figures_found(making->figures, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t n = 0;
        int64_t d = 0;
        if (!ys_sealed_is(&found[i], unit))
            continue;
        json_t *const item = json_pack("{s:s, s:s, s:s, s:s}", "unit", found[i].unit, "indicator",
                                       found[i].indicator->id, "figure", found[i].figure->code,
                                       "part", found[i].part);
        if (ys_sealed_fraction(&found[i], &n, &d)) {
            json_object_set_new(item, "numerator", json_integer(n));
            json_object_set_new(item, "denominator", json_integer(d));
        }
        json_array_append_new(list, item);
    }
}

/* The body: of the street, on the three logs as they are. */
static json_t *honest(struct office *office)
{
    static const enum cast_role roles[] = {CAST_DISTRICT, CAST_STREET, CAST_COMMUNITY};
    const char *const unit = office->tale.cast.unit[CAST_STREET].origin.division.digits;
    struct ys_report_head head[3];
    struct ys_report_period period;
    struct ys_basis basis;
    struct ys_making making;
    struct ys_err err = {0};
    char set[YS_SEALED_SET_MAX];
    json_t *const inputs = json_array();
    json_t *const figures = json_array();
    const struct ys_basis_options options = {.store = office->tale.cast.store,
                                             .roots = &office->roots,
                                             .folder = office->tale.cast.folder.path,
                                             .as_of_day = 20543};
    ok(ys_report_period_parse("2026-Q1", &period, &err), &err);
    for (size_t i = 0; i < 3; i++) {
        head[i] = head_of(office, roles[i]);
        json_array_append_new(inputs, json_pack("{s:s, s:I, s:o, s:I}", "log", head[i].log, "size",
                                                (json_int_t)head[i].size, "root",
                                                text_of_hash(&head[i].root), "members",
                                                (json_int_t)head[i].members));
    }
    ok(ys_basis_of_heads(&options, head, 3, &basis, &err), &err);
    const struct ys_making_options making_options = {.basis = &basis,
                                                     .unit = unit,
                                                     .deployment = "",
                                                     .software = "",
                                                     .period = &period,
                                                     .as_of_day = 20543,
                                                     .figures_only = true};
    ok(ys_making_open(&making_options, &making, &err), &err);
    add_figures(&making, unit, figures);
    ys_sealed_set(&making.report, set);
    ys_making_close(&making);
    ys_basis_close(&basis);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:o}", "scope", unit, "from",
                     "2026-01-01", "to", "2026-03-31", "as_of", "2026-03-31", "inputs", inputs,
                     "rule_set", set, "software", "yishi", "figures", figures);
}

/* Signed and published by the street; `body` is taken. */
static void publish(struct office *office, json_t *body)
{
    char label[16];
    (void)snprintf(label, sizeof label, "s%u", office->told++);
    json_t *const record = json_pack("{s:s, s:s, s:s, s:i, s:o}", "as", label, "at", "2026-04-05",
                                     "by", "street", "matter", 0, "report_snapshot", body);
    assert_non_null(record);
    tale_tell(&office->tale, record);
    json_decref(record);
    fold(office);
}

static enum ys_code count_up_to(struct office *office, uint64_t entries,
                                struct ys_recount_result *result)
{
    const struct ys_recount_options options = {.store = office->tale.cast.store,
                                               .roots = &office->roots,
                                               .folder = office->tale.cast.folder.path,
                                               .entries_max = entries};
    struct ys_err err = {0};
    const enum ys_code code = ys_recount(office->model, &options, result, &err);
    if (code != YS_OK)
        print_message("%s\n", err.msg);
    ok(ys_rules_catch_up(office->rules, TODAY, &err), &err);
    return code;
}

/* --- what was found --- */

/* "figure 110...: 2/1 <> 1/1" lines in their order; the caller frees it. */
static char *found(struct office *office)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_err err = {0};
    bool row = true;
    char *text = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&text, &size);
    assert_non_null(out);
    ok(ys_query_open(ys_model_sql(office->model),
                     "SELECT severity || ' ' || code || ' ' || fact FROM finding WHERE rule = "
                     "'R-S-6' ORDER BY record, code, fact",
                     &query, &err),
       &err);
    for (;;) {
        ok(ys_query_step(query, &row, &err), &err);
        if (!row)
            break;
        const struct ys_bytes line = ys_query_text(query, 0);
        assert_int_equal(ys_text_check(line, NULL), YS_TEXT_GOOD);
        (void)fprintf(out, "%.*s\n", (int)line.size, (const char *)line.data);
    }
    (void)fclose(out);
    return text;
}

static char *counted(struct office *office)
{
    struct ys_recount_result result;
    assert_int_equal(count_up_to(office, 0, &result), YS_OK);
    return found(office);
}

static void assert_finds(struct office *office, const char *text)
{
    char *const lines = counted(office);
    if (text[0] == '\0')
        assert_string_equal(lines, "");
    else if (strstr(lines, text) == NULL)
        fail_msg("not \"%s\" in:\n%s", text, lines);
    free(lines);
}

static json_t *figures_of(json_t *body)
{
    return json_object_get(body, "figures");
}

/* --- tests --- */

static void what_is_as_signed_is_no_finding(void **state)
{
    (void)state;
    struct office office;
    open_office(&office, __func__);
    publish(&office, honest(&office));
    assert_finds(&office, "");
    close_office(&office);
}

static void a_figure_of_another_value_is_named_with_its_records(void **state)
{
    (void)state;
    struct office office;
    open_office(&office, __func__);
    json_t *const body = honest(&office);
    json_object_set_new(json_array_get(figures_of(body), 0), "numerator", json_integer(99));
    publish(&office, body);
    assert_finds(&office, "F figure 110105901 A-01: 99/1 <> 2/1; ");
    close_office(&office);
}

/* Whoever signs it chooses the bytes at which a text would be cut. */
static void texts_of_the_signer_end_with_a_whole_character(void **state)
{
    (void)state;
    struct office office;
    open_office(&office, __func__);
    for (unsigned shift = 0; shift < 3; shift++) {
        char part[128];
        (void)snprintf(part, sizeof part, "%.*s%s", (int)shift, "xx",
                       "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地");
        json_t *const body = honest(&office);
        json_array_append_new(figures_of(body),
                              json_pack("{s:s, s:s, s:s, s:s}", "unit", part, "indicator", part,
                                        "figure", part, "part", part));
        publish(&office, body);
    }
    assert_finds(
        &office,
        "xx甲乙丙 xx甲乙 xx甲乙丙丁戊己庚辛壬癸子丑 xx甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申: "
        "- <> ?");
    close_office(&office);
}

static void figures_that_do_not_exist_hide_none_that_is_left_out(void **state)
{
    (void)state;
    struct office office;
    open_office(&office, __func__);
    json_t *const body = honest(&office);
    json_array_remove(figures_of(body), 0);
    while (json_array_size(figures_of(body)) < YS_BODY_REPEATED_MAX)
        json_array_append_new(figures_of(body),
                              json_pack("{s:s, s:s}", "unit", "1", "indicator", "Z"));
    publish(&office, body);
    char *const lines = counted(&office);
    assert_non_null(strstr(lines, "F figure 1 Z: - <> ?"));
    assert_non_null(strstr(lines, "F omitted 110105901 A-01: - <> 2/1"));
    assert_non_null(strstr(lines, "F figure +")); /* more than are listed */
    free(lines);
    close_office(&office);
}

static void a_log_that_is_named_twice_makes_it_uncountable(void **state)
{
    (void)state;
    struct office office;
    open_office(&office, __func__);
    json_t *const body = honest(&office);
    json_t *const inputs = json_object_get(body, "inputs");
    json_t *const again = json_deep_copy(json_array_get(inputs, 2));
    json_object_set_new(again, "size", json_integer(1));
    json_array_append_new(inputs, again);
    publish(&office, body);
    assert_finds(&office,
                 "F basis beijing.example/110105901001/1: the report names this log twice");
    close_office(&office);
}

static void rules_of_no_version_are_a_finding_and_excuse_nothing(void **state)
{
    (void)state;
    struct office office;
    open_office(&office, __func__);
    json_t *const body = honest(&office);
    json_object_set_new(body, "rule_set", json_string("2026-1"));
    json_object_set_new(json_array_get(figures_of(body), 0), "numerator", json_integer(99));
    publish(&office, body);
    char *const lines = counted(&office);
    assert_non_null(strstr(lines, "F rules 2026-1 <> "));
    assert_non_null(strstr(lines, "F figure 110105901 A-01: 99/1 <> 2/1"));
    free(lines);
    close_office(&office);
}

static void erase(struct office *office, const char *label, const char *matter)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    size_t changed = 0;
    size_t tombstones = 0;
    json_t *const record = json_pack("{s:s, s:i, s:s, s:{s:s}, s:{s:b, s:s}}", "as", "e", "matter",
                                     matter[0] - '0', "at", "2026-04-06", "refs", "redacts", label,
                                     "redaction", "whole_body", 1, "reason", "request");
    tale_tell(&office->tale, record);
    json_decref(record);
    tale_settle(&office->tale);
    ok(ys_store_begin(office->tale.cast.store, true, &txn, &err), &err);
    ok(ys_erasures_settle(txn, office->tale.member, true, &changed, &tombstones, &err), &err);
    ok(ys_txn_commit(&txn, &err), &err);
    assert_true(tombstones > 0);
    fold(office);
}

static void what_was_erased_by_law_since_accuses_nobody(void **state)
{
    (void)state;
    struct office office;
    open_office(&office, __func__);
    publish(&office, honest(&office));
    erase(&office, "p", "1");
    char *const lines = counted(&office);
    assert_non_null(strstr(lines, "I erased 110105901 A-01: 2/1 <> 1/1; erased 1: "));
    assert_null(strstr(lines, "F "));
    free(lines);
    /* What is sealed after that rests on what is left. */
    json_t *const body = honest(&office);
    json_object_set_new(json_array_get(figures_of(body), 0), "numerator", json_integer(2));
    publish(&office, body);
    assert_finds(&office, "F figure 110105901 A-01: 2/1 <> 1/1");
    close_office(&office);
}

static void what_nobody_can_get_is_a_finding_once_days_have_passed(void **state)
{
    (void)state;
    struct office office;
    struct ys_recount_result result;
    open_office(&office, __func__);
    json_t *const body = honest(&office);
    json_object_set_new(json_array_get(json_object_get(body, "inputs"), 2), "size",
                        json_integer(100));
    publish(&office, body);
    char *const lines = counted(&office);
    assert_string_equal(lines, "F uncounted beijing.example/110105901001/1\n");
    free(lines);
    assert_int_equal(count_up_to(&office, 0, &result), YS_OK);
    assert_false(result.changed);
    close_office(&office);
}

static void those_on_the_same_logs_share_what_is_cut_out_and_there_is_a_bound(void **state)
{
    (void)state;
    struct office office;
    struct ys_recount_result result;
    open_office(&office, __func__);
    json_t *const first = honest(&office);
    json_t *const second = json_deep_copy(first);
    json_t *const third = json_deep_copy(first);
    json_object_set_new(third, "as_of", json_string("2026-04-01"));
    publish(&office, first);
    publish(&office, second);
    publish(&office, third);
    assert_int_equal(count_up_to(&office, 1, &result), YS_OK);
    assert_true(result.changed);
    assert_int_equal(result.cuts, 1);
    assert_int_equal(result.left, 1);
    assert_int_equal(count_up_to(&office, 1, &result), YS_OK);
    assert_int_equal(result.left, 0);
    assert_int_equal(count_up_to(&office, 1, &result), YS_OK);
    assert_false(result.changed);
    close_office(&office);
}

static void without_a_folder_it_fails_and_nothing_is_kept(void **state)
{
    (void)state;
    struct office office;
    struct ys_err err = {0};
    struct ys_recount_result result;
    open_office(&office, __func__);
    publish(&office, honest(&office));
    const struct ys_recount_options options = {
        .store = office.tale.cast.store, .roots = &office.roots, .folder = "/nowhere/at/all"};
    assert_int_equal(ys_recount(office.model, &options, &result, &err), YS_IO);
    assert_false(result.changed);
    assert_finds(&office, "");
    close_office(&office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_as_signed_is_no_finding),
        cmocka_unit_test(a_figure_of_another_value_is_named_with_its_records),
        cmocka_unit_test(texts_of_the_signer_end_with_a_whole_character),
        cmocka_unit_test(figures_that_do_not_exist_hide_none_that_is_left_out),
        cmocka_unit_test(a_log_that_is_named_twice_makes_it_uncountable),
        cmocka_unit_test(rules_of_no_version_are_a_finding_and_excuse_nothing),
        cmocka_unit_test(what_was_erased_by_law_since_accuses_nobody),
        cmocka_unit_test(what_nobody_can_get_is_a_finding_once_days_have_passed),
        cmocka_unit_test(those_on_the_same_logs_share_what_is_cut_out_and_there_is_a_bound),
        cmocka_unit_test(without_a_folder_it_fails_and_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
