#include "node/template.h"

#include "node/author.h"
#include "node/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(const struct ys_kind *kind, bool chinese)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    ys_template_print(stream, kind, chinese);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static json_t *read_as_json(const char *text)
{
    json_t *json = NULL;
    struct ys_err err = {.msg = ""};
    if (ys_sheet_json(ys_bytes_of_text(text), &json, &err) != YS_OK)
        fail_msg("%s", err.msg);
    return json;
}

/* Takes the slashes off every field that may be left out. */
static void uncomment(char *text)
{
    for (char *at = text; (at = strstr(at, "// ")) != NULL; at++) {
        const char *begins = at + 3;
        if (*begins == '"' || *begins == '}')
            memcpy(at, "   ", 3);
    }
}

/* Every name of the object is a field of the type. */
static void assert_fields(const json_t *json, const ProtobufCMessageDescriptor *type, bool all)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)json, name, value)
    {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(type, name);
        assert_non_null(field);
        const json_t *inner = json_is_array(value) ? json_array_get(value, 0) : value;
        if (json_is_object(inner))
            assert_fields(inner, field->descriptor, all);
    }
    if (all)
        assert_int_equal(json_object_size(json), type->n_fields);
}

static void every_template_is_a_draft_with_and_without_its_slashes(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < 2 * count; i++) {
        const struct ys_kind *kind = &kinds[i / 2];
        char *const text = text_of(kind, i % 2 == 0);
        const ProtobufCMessageDescriptor *type = protobuf_c_message_descriptor_get_field_by_name(
                                                     &yishi__v1__body__descriptor, kind->name)
                                                     ->descriptor;
        json_t *const as_made = read_as_json(text);
        assert_fields(json_object_get(as_made, kind->name), type, false);
        json_decref(as_made);
        uncomment(text);
        json_t *const whole = read_as_json(text);
        assert_fields(json_object_get(whole, kind->name), type, true);
        json_decref(whole);
        free(text);
    }
}

static void assert_json(const char *text, const char *want)
{
    json_t *const json = read_as_json(text);
    char *const dumped = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(dumped, want);
    free(dumped);
    json_decref(json);
}

static void lines_with_slashes_and_last_commas_are_for_people(void **state)
{
    (void)state;
    assert_json("// one\n{\"a\": 1,\n  // two, three\n}", "{\"a\":1}");
    assert_json("{\"a\": [1, 2, ], \"b\": {\"c\": 3,},}", "{\"a\":[1,2],\"b\":{\"c\":3}}");
    assert_json("{\"a\": \"// no\", \"b\": \",]\"}", "{\"a\":\"// no\",\"b\":\",]\"}");
    assert_json("{\"a\": \"\\\",\", \"b\": \"\\\\\"}", "{\"a\":\"\\\",\",\"b\":\"\\\\\"}");
}

static void all_else_is_as_strict_as_ever_and_in_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"{\"a\": 1 // behind\n}", "line 1"}, {"{\"a\": 1,, }", "line 1"},           {"{,}", ""},
        {"{\n// x\n\"a\" 1}", "line 3"},      {"{\"a\": 1, \"a\": 2}", "duplicate"}, {"", ""}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *json = NULL;
        struct ys_err err = {.msg = ""};
        const enum ys_code code = ys_sheet_json(ys_bytes_of_text(bad[i].text), &json, &err);
        if (code != YS_MALFORMED || strstr(err.msg, bad[i].part) == NULL)
            fail_msg("%s: %s: %s", bad[i].text, ys_code_name(code), err.msg);
    }
}

static void who_signs_is_said_in_words(void **state)
{
    (void)state;
    char text[300];
    ys_template_signers(ys_kind_by_id(31), text, sizeof text, false);
    assert_string_equal(text, "rc and po");
    ys_template_signers(ys_kind_by_id(30), text, sizeof text, false);
    assert_string_equal(text, "rc (may: po, sc)");
    ys_template_signers(ys_kind_by_id(12), text, sizeof text, false);
    assert_string_equal(text, "st or gd");
    ys_template_signers(ys_kind_by_id(31), text, sizeof text, true);
    assert_string_equal(text, "社区居民委员会,并由社区党组织");
    ys_template_signers(ys_kind_by_id(65), text, 12, false); /* too small: cut, and terminated */
    assert_true(strlen(text) < 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_template_is_a_draft_with_and_without_its_slashes),
        cmocka_unit_test(lines_with_slashes_and_last_commas_are_for_people),
        cmocka_unit_test(all_else_is_as_strict_as_ever_and_in_its_place),
        cmocka_unit_test(who_signs_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
