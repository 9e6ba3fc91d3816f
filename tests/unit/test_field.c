#include "proto/field.h"

#include "proto/body.pb-c.h"
#include "proto/evidence.pb-c.h"
#include "proto/message.pb-c.h"
#include "proto/path.h"
#include "proto/reflect.h"
#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TYPES_MAX = 192, ROWS_MAX = 1024 };

struct types {
    const ProtobufCMessageDescriptor *type[TYPES_MAX];
    unsigned depth[TYPES_MAX]; /* longest way from a root */
    unsigned count;
};

static void types_add(struct types *types, const ProtobufCMessageDescriptor *type, unsigned depth)
{
    unsigned at = 0;
    while (at < types->count && types->type[at] != type)
        at++;
    assert_true(at < TYPES_MAX);
    if (at == types->count) {
        types->type[types->count] = type;
        types->depth[types->count++] = depth;
    } else if (types->depth[at] < depth) {
        types->depth[at] = depth;
    }
}

/* Every message that can be reached from what is signed, sent or put in a bundle. Passes over the
 * list until no depth grows; a recursive schema would never end and is stopped by the assertion. */
static struct types all_types(void)
{
    struct types types = {.count = 0};
    types_add(&types, &yishi__v1__body__descriptor, 0);
    types_add(&types, &yishi__v1__message__descriptor, 0);
    types_add(&types, &yishi__v1__token__descriptor, 0);
    types_add(&types, &yishi__v1__application__descriptor, 0);
    types_add(&types, &yishi__v1__proof_extra__descriptor, 0);
    for (unsigned pass = 0; pass < TYPES_MAX; pass++) {
        for (unsigned i = 0; i < types.count; i++) {
            for (unsigned f = 0; f < types.type[i]->n_fields; f++) {
                if (types.type[i]->fields[f].type == PROTOBUF_C_TYPE_MESSAGE)
                    types_add(&types, types.type[i]->fields[f].descriptor, types.depth[i] + 1);
            }
            assert_true(types.depth[i] < YS_PATH_DEPTH_MAX);
        }
    }
    return types;
}

/* The whole table, as one array. */
static const struct ys_field *table(size_t *count_out)
{
    static struct ys_field rows[ROWS_MAX];
    size_t count = 0;
    for (const struct ys_field *row = ys_field_at(0); row != NULL; row = ys_field_at(count)) {
        assert_true(count < ROWS_MAX);
        rows[count++] = *row;
    }
    *count_out = count;
    return rows;
}

static const struct ys_field *row_find(const ProtobufCMessageDescriptor *type, const char *name)
{
    size_t count = 0;
    const struct ys_field *found = NULL;
    const struct ys_field *rows = table(&count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].message == type && strcmp(rows[i].name, name) == 0) {
            assert_null(found);
            found = &rows[i];
        }
    }
    return found;
}

static void every_field_has_one_row_that_fits_its_type(void **state)
{
    (void)state;
    const struct types types = all_types();
    size_t fields = 0;
    size_t rows = 0;
    (void)table(&rows);
    for (unsigned i = 0; i < types.count; i++) {
        for (unsigned f = 0; f < types.type[i]->n_fields; f++, fields++) {
            const ProtobufCFieldDescriptor *field = &types.type[i]->fields[f];
            const struct ys_field *row = row_find(types.type[i], field->name);
            if (row == NULL)
                fail_msg("%s.%s has no row", types.type[i]->short_name, field->name);
            else if ((field->type == PROTOBUF_C_TYPE_STRING) != (row->text_max > 0) ||
                     (field->type == PROTOBUF_C_TYPE_BYTES) != (row->size_max > 0) ||
                     (field->label == PROTOBUF_C_LABEL_REPEATED) != (row->count_max > 0) ||
                     row->size_min > row->size_max)
                fail_msg("%s.%s has a row of another type", types.type[i]->short_name, field->name);
        }
    }
    assert_int_equal(fields, rows);
}

static void rows_stand_in_the_order_of_the_fields(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_field *rows = table(&count);
    for (size_t i = 0; i < count;) {
        const ProtobufCMessageDescriptor *type = rows[i].message;
        for (unsigned f = 0; f < type->n_fields; f++, i++) {
            assert_true(i < count && rows[i].message == type);
            assert_string_equal(rows[i].name, type->fields[f].name);
        }
    }
}

static void the_rows_of_a_message_are_found(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_field *rows = table(&count);
    for (size_t i = 0; i < count; i += rows[i].message->n_fields)
        assert_ptr_equal(ys_field_rows_of(rows[i].message), ys_field_at(i));
    assert_null(ys_field_at(count));
}

/* What reflect.h, wire.h and json.h rely on. */
static void the_schema_uses_only_what_our_readers_know(void **state)
{
    (void)state;
    const struct types types = all_types();
    for (unsigned i = 0; i < types.count; i++) {
        assert_true(types.type[i]->n_fields <= YS_WIRE_FIELDS_MAX);
        for (unsigned f = 0; f < types.type[i]->n_fields; f++) {
            const ProtobufCFieldDescriptor *field = &types.type[i]->fields[f];
            const bool wide = field->type == PROTOBUF_C_TYPE_STRING ||
                              field->type == PROTOBUF_C_TYPE_BYTES ||
                              field->type == PROTOBUF_C_TYPE_MESSAGE;
            const bool number =
                field->type == PROTOBUF_C_TYPE_BOOL || field->type == PROTOBUF_C_TYPE_ENUM ||
                field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_UINT64 ||
                field->type == PROTOBUF_C_TYPE_INT64;
            assert_true(wide || number);
            assert_true(field->label == PROTOBUF_C_LABEL_OPTIONAL ||
                        (field->label == PROTOBUF_C_LABEL_REPEATED && wide));
            assert_null(field->default_value);
            assert_int_equal(field->flags & PROTOBUF_C_FIELD_FLAG_PACKED, 0);
        }
    }
}

/* A message of the row's type with nothing but its field, which holds `size` times one byte. */
static ProtobufCMessage *message_with(const struct ys_field *row, size_t elements, size_t size,
                                      struct ys_arena *arena)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(row->message, row->name);
    ProtobufCMessage *message = ys_reflect_new(row->message, arena);
    void *first = NULL;
    assert_non_null(message);
    assert_true(ys_reflect_add(message, field, elements, arena, &first));
    for (size_t i = 0; i < elements; i++) {
        uint8_t *at = (uint8_t *)first + i * ys_reflect_size(field->type);
        void *value = ys_arena_alloc(arena, size + 1);
        assert_non_null(value);
        if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
            value = ys_reflect_new(field->descriptor, arena);
            memcpy(at, &value, sizeof value);
        } else if (field->type == PROTOBUF_C_TYPE_STRING) {
            memset(value, 'x', size);
            memcpy(at, &value, sizeof value);
        } else {
            const ProtobufCBinaryData bytes = {.len = size, .data = value};
            memcpy(at, &bytes, sizeof bytes);
        }
    }
    return message;
}

static enum ys_code verdict(const struct ys_field *row, size_t elements, size_t size,
                            unsigned checks)
{
    struct ys_arena arena;
    ys_arena_init(&arena, 64 << 20);
    const ProtobufCMessage *message = message_with(row, elements, size, &arena);
    const enum ys_code code = ys_field_check(message, checks, "", NULL);
    ys_arena_clear(&arena);
    return code;
}

static void texts_are_taken_at_their_limit_and_not_above(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_field *rows = table(&count);
    for (size_t i = 0; i < count; i++) {
        const size_t max = rows[i].text_max;
        if (max == 0)
            continue;
        assert_int_equal(verdict(&rows[i], 1, max - 1, YS_FIELD_TEXT), YS_OK);
        assert_int_equal(verdict(&rows[i], 1, max, YS_FIELD_TEXT), YS_OK);
        assert_int_equal(verdict(&rows[i], 1, max + 1, YS_FIELD_TEXT), YS_LIMIT);
        assert_int_equal(verdict(&rows[i], 1, max + 1, 0), YS_OK);
    }
}

static void bytes_are_taken_within_their_sizes_only(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_field *rows = table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct ys_field *row = &rows[i];
        if (row->size_max == 0)
            continue;
        const bool exact = row->size_min == row->size_max;
        assert_int_equal(verdict(row, 1, row->size_min, 0), YS_OK);
        assert_int_equal(verdict(row, 1, row->size_max, 0), YS_OK);
        assert_int_equal(verdict(row, 1, row->size_min - 1, 0), YS_MALFORMED);
        assert_int_equal(verdict(row, 1, row->size_max + 1, 0), exact ? YS_MALFORMED : YS_LIMIT);
    }
}

static void lists_are_taken_at_their_limit_and_not_above(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_field *rows = table(&count);
    for (size_t i = 0; i < count; i++) {
        const size_t size = rows[i].size_min;
        if (rows[i].count_max == 0)
            continue;
        assert_int_equal(verdict(&rows[i], rows[i].count_max - 1, size, 0), YS_OK);
        assert_int_equal(verdict(&rows[i], rows[i].count_max, size, 0), YS_OK);
        assert_int_equal(verdict(&rows[i], rows[i].count_max + 1, size, 0), YS_LIMIT);
    }
}

/* The limits that other floors rely on stand in the rows that they are meant for. */
static void rows_hold_the_limits_of_limits_h(void **state)
{
    (void)state;
    assert_int_equal(row_find(&yishi__v1__body__descriptor, "refs")->count_max, YS_BODY_REFS_MAX);
    assert_int_equal(row_find(&yishi__v1__body__descriptor, "attachments")->count_max,
                     YS_BODY_ATTACHMENTS_MAX);
    assert_int_equal(row_find(&yishi__v1__consensus__descriptor, "items")->count_max,
                     YS_BODY_REPEATED_MAX);
    assert_int_equal(row_find(&yishi__v1__body__descriptor, "backfill_reason")->text_max,
                     YS_TEXT_DEFAULT_MAX);
    assert_int_equal(row_find(&yishi__v1__heads__descriptor, "heads")->count_max,
                     YS_HEADS_COUNT_MAX);
    assert_int_equal(row_find(&yishi__v1__want__descriptor, "logs")->count_max, YS_WANT_COUNT_MAX);
    assert_int_equal(row_find(&yishi__v1__error__descriptor, "text")->text_max, YS_ERROR_TEXT_MAX);
    assert_int_equal(row_find(&yishi__v1__proof_extra__descriptor, "evidence")->size_max,
                     YS_EVIDENCE_MAX);
}

static void mandatory_fields_are_named_when_missing(void **state)
{
    (void)state;
    const struct types types = all_types();
    for (unsigned i = 0; i < types.count; i++) {
        struct ys_arena arena;
        struct ys_err err;
        const char *first = NULL;
        ys_arena_init(&arena, 1 << 20);
        const ProtobufCMessage *empty = ys_reflect_new(types.type[i], &arena);
        for (unsigned f = 0; first == NULL && f < types.type[i]->n_fields; f++) {
            const char *name = types.type[i]->fields[f].name;
            if (row_find(types.type[i], name)->required)
                first = name;
        }
        const bool moment = types.type[i] == &yishi__v1__date__descriptor ||
                            types.type[i] == &yishi__v1__time__descriptor ||
                            types.type[i] == &yishi__v1__moment__descriptor;
        const enum ys_code code = ys_field_check(empty, YS_FIELD_REQUIRED, "top", &err);
        assert_int_equal(code, first == NULL && !moment ? YS_OK : YS_MALFORMED);
        if (first != NULL && !moment) {
            char want[100];
            (void)snprintf(want, sizeof want, "top.%s: is missing", first);
            assert_string_equal(err.msg, want);
        }
        assert_int_equal(ys_field_check(empty, 0, "", NULL), moment ? YS_MALFORMED : YS_OK);
        ys_arena_clear(&arena);
    }
}

static void days_and_times_are_in_range_at_every_level_of_checking(void **state)
{
    (void)state;
    static const uint32_t days[] = {0, 18991231, 20260230, 30000101};
    static const int64_t times[] = {-1, INT64_C(32503651200000), INT64_MIN};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        Yishi__V1__Date date = YISHI__V1__DATE__INIT;
        Yishi__V1__Consensus consensus = YISHI__V1__CONSENSUS__INIT;
        struct ys_err err;
        date.has_yyyymmdd = 1;
        date.yyyymmdd = days[i];
        consensus.reached_on = &date;
        assert_int_equal(ys_field_check(&consensus.base, 0, "c", &err), YS_MALFORMED);
        assert_string_equal(err.msg, "c.reached_on: is not a day from 1900-01-01 to 2999-12-31");
    }
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        Yishi__V1__Time time = YISHI__V1__TIME__INIT;
        time.has_unix_ms = 1;
        time.unix_ms = times[i];
        assert_int_equal(ys_field_check(&time.base, 0, "", NULL), YS_MALFORMED);
    }
}

static void enum_values_must_be_known_and_specified_to_be_signed(void **state)
{
    (void)state;
    Yishi__V1__ReturnedByKind row = YISHI__V1__RETURNED_BY_KIND__INIT;
    struct ys_err err;
    row.has_party_kind = row.has_returned = 1;
    row.party_kind = YISHI__V1__PARTY_KIND__PARTY_KIND_RESIDENT;
    assert_int_equal(ys_field_check(&row.base, YS_FIELD_AUTHORED, "", &err), YS_OK);
    row.party_kind = YISHI__V1__PARTY_KIND__PARTY_KIND_UNSPECIFIED;
    assert_int_equal(ys_field_check(&row.base, YS_FIELD_AUTHORED, "", &err), YS_MALFORMED);
    assert_string_equal(err.msg, "party_kind: is unspecified");
    const int unknown = 18;
    memcpy(&row.party_kind, &unknown, sizeof unknown);
    assert_int_equal(ys_field_check(&row.base, YS_FIELD_AUTHORED, "", &err), YS_MALFORMED);
    assert_string_equal(err.msg, "party_kind: has the unknown value 18");
    assert_int_equal(ys_field_check(&row.base, YS_FIELD_REQUIRED | YS_FIELD_TEXT, "", &err), YS_OK);
}

static void an_empty_text_says_nothing_and_is_not_signed(void **state)
{
    (void)state;
    Yishi__V1__Acknowledgement body = YISHI__V1__ACKNOWLEDGEMENT__INIT;
    struct ys_err err;
    char empty[] = "";
    char bad[] = "a\x01";
    body.purpose = empty;
    assert_int_equal(ys_field_check(&body.base, YS_FIELD_TEXT, "", NULL), YS_OK);
    assert_int_equal(ys_field_check(&body.base, YS_FIELD_TEXT | YS_FIELD_AUTHORED, "", &err),
                     YS_MALFORMED);
    assert_string_equal(err.msg, "purpose: is empty");
    body.purpose = bad;
    assert_int_equal(ys_field_check(&body.base, YS_FIELD_TEXT, "", &err), YS_MALFORMED);
    assert_non_null(strstr(err.msg, "control character"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_has_one_row_that_fits_its_type),
        cmocka_unit_test(rows_stand_in_the_order_of_the_fields),
        cmocka_unit_test(the_rows_of_a_message_are_found),
        cmocka_unit_test(the_schema_uses_only_what_our_readers_know),
        cmocka_unit_test(texts_are_taken_at_their_limit_and_not_above),
        cmocka_unit_test(bytes_are_taken_within_their_sizes_only),
        cmocka_unit_test(lists_are_taken_at_their_limit_and_not_above),
        cmocka_unit_test(rows_hold_the_limits_of_limits_h),
        cmocka_unit_test(mandatory_fields_are_named_when_missing),
        cmocka_unit_test(days_and_times_are_in_range_at_every_level_of_checking),
        cmocka_unit_test(enum_values_must_be_known_and_specified_to_be_signed),
        cmocka_unit_test(an_empty_text_says_nothing_and_is_not_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
