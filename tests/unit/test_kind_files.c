/* The files of tests/unit/kinds: of every kind one record that is taken to what a node signs, and one
 * that is refused. */
#include "crypto/base64.h"
#include "node/author.h"
#include "node/file.h"
#include "proto/json.h"
#include "proto/reflect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define DEPLOYMENT "example.test"
static const uint64_t now_s = 1764000100;

static json_t *file_load(const char *kind, const char *which)
{
    char path[PATH_MAX];
    uint8_t *bytes = NULL;
    size_t size = 0;
    json_t *json = NULL;
    struct ys_err err = {.msg = ""};
    assert_true(snprintf(path, sizeof path, YS_KINDS_DIR "/%s.%s.json", kind, which) <
                (int)sizeof path);
    if (ys_file_read_all(path, YS_JSON_FILE_MAX, &bytes, &size, &err) != YS_OK ||
        ys_json_load((struct ys_bytes){bytes, size}, &json, &err) != YS_OK)
        fail_msg("%s: %s", path, err.msg);
    free(bytes);
    return json;
}

static json_t *base64_json(struct ys_bytes bytes)
{
    char text[256];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = sizeof text};
    ys_writer_base64(&w, bytes);
    assert_false(w.overflow);
    return json_stringn(text, w.size);
}

/* An id for each "@kind", and some bytes for the replacement: what they name is node/reference.h's. */
static void names_replace(json_t *record)
{
    json_t *const correction = json_object_get(record, "correction");
    size_t at = 0;
    json_t *ref = NULL;
    json_array_foreach(json_object_get(record, "refs"), at, ref)
    {
        const char *const name = json_string_value(json_object_get(ref, "record"));
        struct ys_hash id;
        assert_int_equal(name[0], '@');
        assert_non_null(ys_kind_by_name(ys_bytes_of_text(name + 1)));
        ys_sha256((struct ys_bytes){(const uint8_t *)name, strlen(name)}, &id);
        json_object_set_new(ref, "record", base64_json((struct ys_bytes){id.bytes, YS_HASH_LEN}));
    }
    if (correction != NULL)
        json_object_set_new(correction, "replacement", base64_json(ys_bytes_of_text("content")));
}

/* The unit that writes the kind: the community, where it may. */
static struct ys_name author_of(const struct ys_kind *kind)
{
    static const char *const codes[] = {"110199990001", "110199990", "110199"};
    struct ys_division division;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ys_division_parse(ys_bytes_of_text(codes[i]), &division, NULL), YS_OK);
        if (ys_kind_issued_at(kind, ys_division_level(&division)))
            break;
    }
    return ys_name_log(DEPLOYMENT, &division, 1);
}

/* As far as before the passphrases: read, choose who signs, check and bind. */
static enum ys_code prepare(json_t *record, const struct ys_kind *kind, struct ys_written *out,
                            struct ys_err *err)
{
    YS_DRAFT_SCOPED draft = {.body = NULL};
    const struct ys_name origin = author_of(kind);
    const struct ys_body_names present = {.count = 1, .name = {"gd-jt"}};
    struct ys_signatories signatories;
    char *const text = json_dumps(record, JSON_COMPACT);
    enum ys_code code = ys_draft_parse(ys_bytes_of_text(text), &origin, &draft, err);
    free(text);
    if (code == YS_OK)
        assert_ptr_equal(draft.kind, kind);
    if (code == YS_OK)
        code = ys_written_bind(&draft, &origin, now_s, out, err);
    if (code == YS_OK)
        code = ys_signatories_choose(kind, &origin.division, NULL, &present, &signatories, err);
    return code;
}

static void every_valid_record_becomes_one_that_can_be_signed(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        YS_WRITTEN_SCOPED written = {.signer_count = 0};
        struct ys_err err = {.msg = ""};
        json_t *const record = file_load(kinds[i].name, "valid");
        names_replace(record);
        const enum ys_code code = prepare(record, &kinds[i], &written, &err);
        json_decref(record);
        if (kinds[i].authors == YS_BODY_NODE)
            assert_non_null(strstr(err.msg, "the node writes this kind by itself"));
        else if (code != YS_OK)
            fail_msg("%s: %s", kinds[i].name, err.msg);
        assert_string_equal(written.record.kind, kinds[i].name);
    }
}

static void every_invalid_record_is_refused_with_its_path(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        YS_WRITTEN_SCOPED written = {.signer_count = 0};
        struct ys_err err = {.msg = ""};
        json_t *const file = file_load(kinds[i].name, "invalid");
        json_t *const record = json_object_get(file, "record");
        names_replace(record);
        const enum ys_code code = prepare(record, &kinds[i], &written, &err);
        const char *const expect = json_string_value(json_object_get(file, "expect"));
        if ((code != YS_MALFORMED && code != YS_LIMIT) || strstr(err.msg, expect) == NULL)
            fail_msg("%s: \"%s\" is not \"%s\"", kinds[i].name, err.msg, expect);
        json_decref(file);
    }
}

/* A message without one of its fields would say that the field is tested, and it is not. */
static void look_for_fields(const json_t *json, const ProtobufCMessageDescriptor *type)
{
    if (!json_is_object(json))
        return; /* a day or a time */
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const json_t *value = json_object_get(json, field->name);
        if (value == NULL) {
            fail_msg("%s.%s is in no valid record", type->short_name, field->name);
            return;
        }
        if (field->type == PROTOBUF_C_TYPE_MESSAGE)
            look_for_fields(json_is_array(value) ? json_array_get(value, 0) : value,
                            field->descriptor);
    }
}

/* Either of these excludes the other. */
static bool excluded(const char *kind, const char *field)
{
    return (strcmp(kind, "redaction") == 0 &&
            (strcmp(field, "attachment") == 0 || strcmp(field, "whole_body") == 0)) ||
           (strcmp(kind, "topic_determination") == 0 &&
            (strcmp(field, "reason") == 0 || strcmp(field, "merged_into") == 0 ||
             strcmp(field, "form_text") == 0));
}

static void the_valid_records_use_every_field_of_their_kind(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        json_t *const record = file_load(kinds[i].name, "valid");
        json_t *const body = json_object_get(record, kinds[i].name);
        const ProtobufCMessageDescriptor *type = protobuf_c_message_descriptor_get_field_by_name(
                                                     &yishi__v1__body__descriptor, kinds[i].name)
                                                     ->descriptor;
        for (unsigned f = 0; f < type->n_fields; f++) {
            if (excluded(kinds[i].name, type->fields[f].name))
                json_object_set_new(body, type->fields[f].name, json_null());
        }
        look_for_fields(body, type);
        json_decref(record);
    }
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_valid_record_becomes_one_that_can_be_signed),
        cmocka_unit_test(every_invalid_record_is_refused_with_its_path),
        cmocka_unit_test(the_valid_records_use_every_field_of_their_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
