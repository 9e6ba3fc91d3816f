#include "node/draft_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ys_kind *kind_of(const char *name)
{
    return ys_kind_by_name(ys_bytes_of_text(name));
}

/* All of `sets`, separated by |, on a record of the kind; what comes of it. */
static void assert_becomes(const char *kind, const char *sets, const char *want)
{
    json_t *const record = json_object();
    struct ys_err err = {.msg = ""};
    while (*sets != '\0') {
        char set[256];
        const size_t length = strcspn(sets, "|");
        (void)snprintf(set, sizeof set, "%.*s", (int)length, sets);
        if (ys_draft_set(record, kind_of(kind), set, &err) != YS_OK)
            fail_msg("%s: %s", set, err.msg);
        sets += sets[length] == '|' ? length + 1 : length;
    }
    char *const text = json_dumps(record, JSON_COMPACT);
    assert_string_equal(text, want);
    free(text);
    json_decref(record);
}

static void a_path_begins_at_the_kind_or_at_what_every_record_has(void **state)
{
    (void)state;
    assert_becomes("shelving", "reason=分歧|sessions_held=2|published=true",
                   "{\"shelving\":{\"reason\":\"分歧\",\"sessions_held\":2,\"published\":true}}");
    assert_becomes("shelving", "occurred_at=2026-03-01|shelving.reason=x",
                   "{\"occurred_at\":\"2026-03-01\",\"shelving\":{\"reason\":\"x\"}}");
    assert_becomes("shelving", "matter=110105001001-2026-0001",
                   "{\"subject\":\"110105001001-2026-0001\"}");
}

static void lists_grow_and_their_elements_have_numbers(void **state)
{
    (void)state;
    assert_becomes("feedback_publication", "channels=公告栏|channels=微信群|channels[0]=报纸",
                   "{\"feedback_publication\":{\"channels\":[\"报纸\",\"微信群\"]}}");
    assert_becomes("consensus", "items[0].no=1|items[0].due=2026-12-31|items[1].no=2",
                   "{\"consensus\":{\"items\":[{\"no\":1,\"due\":\"2026-12-31\"},{\"no\":2}]}}");
    assert_becomes("consensus", "items=[{\"no\":7}]", "{\"consensus\":{\"items\":[{\"no\":7}]}}");
}

static void a_text_is_a_text_whatever_it_looks_like(void **state)
{
    (void)state;
    assert_becomes("shelving", "reason=17", "{\"shelving\":{\"reason\":\"17\"}}");
    assert_becomes("shelving", "reason={\"a\":1}=b",
                   "{\"shelving\":{\"reason\":\"{\\\"a\\\":1}=b\"}}");
    assert_becomes("shelving", "reason=", "{\"shelving\":{\"reason\":\"\"}}");
}

static void what_is_no_field_or_value_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *set, *part;
    } bad[] = {{"colour=red", "no field of this kind"},
               {"reason", "FIELD=VALUE"},
               {"=x", "FIELD=VALUE"},
               {"items[x].no=1", "FIELD=VALUE"},
               {"items[0]x=1", "FIELD=VALUE"},
               {"items[1].no=1", "no element before"},
               {"items.no=1", "which element"},
               {"items[10000].no=1", "FIELD=VALUE"},
               {"degree[0]=broad", "is no list"},
               {"degree.x=1", "no fields inside"},
               {"reached_on.yyyymmdd=1", "no fields inside"},
               {"items[0].no=many", "no value"},
               {"items=[{", "no list in JSON"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *const record = json_object();
        struct ys_err err = {.msg = ""};
        const enum ys_code code = ys_draft_set(record, kind_of("consensus"), bad[i].set, &err);
        if (code != YS_USAGE || strstr(err.msg, bad[i].part) == NULL)
            fail_msg("%s: %s: %s", bad[i].set, ys_code_name(code), err.msg);
        json_decref(record);
    }
}

static void references_are_added(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "based_on", "=x", "based_on="};
    json_t *const record = json_object();
    assert_int_equal(ys_draft_refer(record, "based_on=3fa1b2c4", NULL), YS_OK);
    assert_int_equal(ys_draft_refer(record, "follows=110105001001:7", NULL), YS_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(ys_draft_refer(record, bad[i], NULL), YS_USAGE);
    char *const text = json_dumps(record, JSON_COMPACT);
    assert_string_equal(text, "{\"refs\":[{\"rel\":\"based_on\",\"record\":\"3fa1b2c4\"},"
                              "{\"rel\":\"follows\",\"record\":\"110105001001:7\"}]}");
    free(text);
    json_decref(record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_begins_at_the_kind_or_at_what_every_record_has),
        cmocka_unit_test(lists_grow_and_their_elements_have_numbers),
        cmocka_unit_test(a_text_is_a_text_whatever_it_looks_like),
        cmocka_unit_test(what_is_no_field_or_value_is_named),
        cmocka_unit_test(references_are_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
