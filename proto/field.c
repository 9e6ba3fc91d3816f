#include "proto/field.h"

#include "crypto/assert.h"
#include "proto/body.pb-c.h"
#include "proto/field_rows.h"
#include "proto/moment.h"
#include "proto/reflect.h"
#include "proto/text.h"

#include <stdatomic.h>
#include <stdint.h>

static const struct ys_field_rows *const parts[] = {&ys_field_rows_body, &ys_field_rows_matter,
                                                    &ys_field_rows_outcome, &ys_field_rows_wire};
enum { PART_COUNT = sizeof parts / sizeof parts[0] };

const struct ys_field *ys_field_at(size_t index)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (index < parts[i]->count)
            return &parts[i]->first[index];
        index -= parts[i]->count;
    }
    return NULL;
}

/* Rows that were found lately: every record asks for the same few. Descriptors lie one behind the other, so
 * that a part of their address would give many of them the same place. */
enum { LATELY_BITS = 9 };
static const struct ys_field *_Atomic lately[1 << LATELY_BITS];

static const struct ys_field *search_rows(const ProtobufCMessageDescriptor *message)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        for (size_t row = 0; row < parts[i]->count; row += parts[i]->first[row].message->n_fields) {
            if (parts[i]->first[row].message == message)
                return &parts[i]->first[row];
        }
    }
    return NULL;
}

const struct ys_field *ys_field_rows_find(const ProtobufCMessageDescriptor *message)
{
    const struct ys_field *_Atomic *const slot =
        &lately[((uintptr_t)message * 0x9e3779b97f4a7c15U) >> (64 - LATELY_BITS)];
    const struct ys_field *rows = atomic_load_explicit(slot, memory_order_relaxed);
    if (rows == NULL || rows->message != message) {
        rows = search_rows(message);
        if (rows != NULL)
            atomic_store_explicit(slot, rows, memory_order_relaxed);
    }
    return rows;
}

const struct ys_field *ys_field_rows_of(const ProtobufCMessageDescriptor *message)
{
    const struct ys_field *const rows = ys_field_rows_find(message);
    YS_ASSERT(rows != NULL);
    return rows;
}

/* One message that is being visited. */
struct visit {
    const ProtobufCMessage *message;
    const struct ys_field *rows;
    unsigned field;
    size_t element; /* of a message field: values entered so far */
};

struct check {
    unsigned checks;
    struct ys_path path;
    unsigned depth;
    struct visit visit[YS_PATH_DEPTH_MAX + 1];
    struct ys_err *err;
};

static enum ys_code count_check(const struct check *check, const struct ys_field *row, size_t count,
                                bool repeated)
{
    if (repeated && count > row->count_max)
        return ys_path_fail(&check->path, check->err, YS_LIMIT, "has %zu elements, limit %u", count,
                            row->count_max);
    if (count == 0 && row->required && (check->checks & YS_FIELD_REQUIRED) != 0)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "is missing");
    return YS_OK;
}

static enum ys_code text_check(const struct check *check, const struct ys_field *row,
                               const char *text)
{
    size_t points = 0;
    if ((check->checks & YS_FIELD_TEXT) == 0)
        return YS_OK;
    const enum ys_text_fault fault = ys_text_check(ys_bytes_of_text(text), &points);
    if (fault != YS_TEXT_GOOD)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "%s",
                            ys_text_fault_words(fault));
    if (points > row->text_max)
        return ys_path_fail(&check->path, check->err, YS_LIMIT, "has %zu characters, limit %u",
                            points, row->text_max);
    if (points == 0 && (check->checks & YS_FIELD_AUTHORED) != 0)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "is empty");
    return YS_OK;
}

static enum ys_code bytes_check(const struct check *check, const struct ys_field *row, size_t size)
{
    if (size > row->size_max)
        return ys_path_fail(&check->path, check->err,
                            row->size_min == row->size_max ? YS_MALFORMED : YS_LIMIT,
                            "has %zu bytes, limit %u", size, row->size_max);
    if (size < row->size_min)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "has %zu bytes, less than %u",
                            size, row->size_min);
    return YS_OK;
}

static enum ys_code enum_check(const struct check *check, const ProtobufCEnumDescriptor *type,
                               int value)
{
    if ((check->checks & YS_FIELD_AUTHORED) == 0)
        return YS_OK;
    if (protobuf_c_enum_descriptor_get_value(type, value) == NULL)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "has the unknown value %d",
                            value);
    if (value == 0)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "is unspecified");
    return YS_OK;
}

/* One value that is not a message. */
static enum ys_code value_check(const struct check *check, const ProtobufCMessage *message,
                                const ProtobufCFieldDescriptor *field, const struct ys_field *row,
                                size_t index)
{
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return text_check(check, row, ys_reflect_text(message, field, index));
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return bytes_check(check, row, ys_reflect_bytes(message, field, index).len);
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        const int *value = ys_reflect_at(message, field, index);
        return enum_check(check, field->descriptor, *value);
    }
    return YS_OK;
}

/* All of a field but the insides of messages. The path names the field. */
static enum ys_code field_check(struct check *check, const struct visit *visit)
{
    const ProtobufCFieldDescriptor *field = &visit->message->descriptor->fields[visit->field];
    const struct ys_field *row = &visit->rows[visit->field];
    YS_ASSERT(row->message ==
              visit->message->descriptor); /* in the order of the fields: test_field */

    const bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    const size_t count = ys_reflect_count(visit->message, field);
    enum ys_code code = count_check(check, row, count, repeated);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return code;
    for (size_t i = 0; code == YS_OK && i < count; i++) {
        if (repeated)
            ys_path_index(&check->path, i);
        code = value_check(check, visit->message, field, row, i);
    }
    return code;
}

/* What a message of one of the three types that are read everywhere must hold at any level. */
static enum ys_code moment_check(const struct check *check, const ProtobufCMessage *message)
{
    if (message->descriptor == &yishi__v1__date__descriptor) {
        const Yishi__V1__Date *date = (const void *)message;
        if (!date->has_yyyymmdd || !ys_date_valid(date->yyyymmdd))
            return ys_path_fail(&check->path, check->err, YS_MALFORMED,
                                "is not a day from 1900-01-01 to 2999-12-31");
    }
    if (message->descriptor == &yishi__v1__time__descriptor) {
        const Yishi__V1__Time *time = (const void *)message;
        if (!time->has_unix_ms || !ys_time_valid(time->unix_ms))
            return ys_path_fail(&check->path, check->err, YS_MALFORMED,
                                "is not a time from 1970 to 2999");
    }
    if (message->descriptor == &yishi__v1__moment__descriptor) {
        const Yishi__V1__Moment *moment = (const void *)message;
        if (moment->when_case == YISHI__V1__MOMENT__WHEN__NOT_SET)
            return ys_path_fail(&check->path, check->err, YS_MALFORMED,
                                "is neither a day nor a time");
    }
    return YS_OK;
}

static enum ys_code enter(struct check *check, const ProtobufCMessage *message)
{
    YS_ASSERT(check->depth <= YS_PATH_DEPTH_MAX);
    struct visit *visit = &check->visit[check->depth++];
    /* The element before it in a list has left its rows here: a list of a thousand is looked up once. */
    const bool same = visit->rows != NULL && visit->rows->message == message->descriptor;
    *visit = (struct visit){
        .message = message,
        .rows = same ? visit->rows : ys_field_rows_of(message->descriptor),
    };
    if (message->n_unknown_fields > 0 && (check->checks & YS_FIELD_AUTHORED) != 0)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "has the unknown field %u",
                            message->unknown_fields[0].tag);
    return moment_check(check, message);
}

/* One step: check the next field, or enter the next message in it, or go on to the next. */
static enum ys_code visit_step(struct check *check, struct visit *visit)
{
    const ProtobufCFieldDescriptor *field = &visit->message->descriptor->fields[visit->field];
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
        ys_reflect_case(visit->message, field) != field->id) {
        visit->field++; /* of many kinds one is there; none of them is mandatory by itself */
        return YS_OK;
    }
    if (visit->element == 0) {
        ys_path_push(&check->path, field->name);
        const enum ys_code code = field_check(check, visit);
        if (code != YS_OK)
            return code;
    }
    if (field->type != PROTOBUF_C_TYPE_MESSAGE ||
        visit->element == ys_reflect_count(visit->message, field)) {
        ys_path_pop(&check->path);
        visit->field++;
        visit->element = 0;
        return YS_OK;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        ys_path_index(&check->path, visit->element);
    return enter(check, ys_reflect_message(visit->message, field, visit->element++));
}

enum ys_code ys_field_check(const ProtobufCMessage *message, unsigned checks, const char *where,
                            struct ys_err *err)
{
    struct check check = {.checks = checks, .path = ys_path_from(where), .err = err};
    enum ys_code code = enter(&check, message);
    while (code == YS_OK && check.depth > 0) {
        struct visit *visit = &check.visit[check.depth - 1];
        if (visit->field == visit->message->descriptor->n_fields)
            check.depth--;
        else
            code = visit_step(&check, visit);
    }
    return code;
}
