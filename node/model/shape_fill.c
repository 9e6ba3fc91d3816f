#include "crypto/assert.h"
#include "node/model/shape.h"
#include "proto/enum_word.h"
#include "proto/moment.h"
#include "proto/reflect.h"

#include <stdio.h>

/* A value of some message: element `index` of `field` of `owner`. */
struct value {
    const ProtobufCMessage *owner;
    const ProtobufCFieldDescriptor *field;
    size_t index;
};

static void put_enum(struct ys_query *insert, int at, const struct value *value)
{
    const ProtobufCEnumDescriptor *const type = value->field->descriptor;
    const int *const number = ys_reflect_at(value->owner, value->field, value->index);
    const ProtobufCEnumValue *const known = protobuf_c_enum_descriptor_get_value(type, *number);
    char word[YS_ENUM_WORD_MAX];
    if (known != NULL)
        ys_enum_word(type, known, word);
    else
        (void)snprintf(word, sizeof word, "?%d", *number); /* of a later version */
    ys_query_set_word(insert, at, word);
}

static void put_number(struct ys_query *insert, int at, const struct value *value)
{
    const void *const from = ys_reflect_at(value->owner, value->field, value->index);
    if (value->field->type == PROTOBUF_C_TYPE_BOOL)
        ys_query_set_int(insert, at, *(const protobuf_c_boolean *)from != 0);
    else if (value->field->type == PROTOBUF_C_TYPE_UINT32)
        ys_query_set_int(insert, at, *(const uint32_t *)from);
    else if (value->field->type == PROTOBUF_C_TYPE_INT64)
        ys_query_set_int(insert, at, *(const int64_t *)from);
    else if (*(const uint64_t *)from <= INT64_MAX)
        ys_query_set_int(insert, at, (int64_t) * (const uint64_t *)from);
    else
        ys_query_set_int(insert, at, INT64_MAX); /* no count, sum or size is that large */
}

static void put_plain(struct ys_query *insert, int at, const struct value *value)
{
    if (value->field->type == PROTOBUF_C_TYPE_STRING) {
        ys_query_set_text(
            insert, at,
            ys_bytes_of_text(ys_reflect_text(value->owner, value->field, value->index)));
    } else if (value->field->type == PROTOBUF_C_TYPE_BYTES) {
        const ProtobufCBinaryData bytes =
            ys_reflect_bytes(value->owner, value->field, value->index);
        ys_query_set_blob(insert, at, (struct ys_bytes){bytes.data, bytes.len});
    } else if (value->field->type == PROTOBUF_C_TYPE_ENUM) {
        put_enum(insert, at, value);
    } else {
        put_number(insert, at, value);
    }
}

/* Decoded bodies have their days and times in range (body.h). */
static void put_moment(struct ys_query *insert, int at, enum ys_column_form form,
                       const Yishi__V1__Moment *moment)
{
    const bool is_time = moment->when_case == YISHI__V1__MOMENT__WHEN_TIME;
    if (form == YS_COLUMN_MOMENT_MS && is_time)
        ys_query_set_int(insert, at, moment->time->unix_ms);
    else if (form == YS_COLUMN_MOMENT_DAY && is_time)
        ys_query_set_int(insert, at, ys_date_days(ys_date_of_time(moment->time->unix_ms)));
    else if (form == YS_COLUMN_MOMENT_DAY && moment->when_case == YISHI__V1__MOMENT__WHEN_DATE)
        ys_query_set_int(insert, at, ys_date_days(moment->date->yyyymmdd));
    else
        ys_query_set_null(insert, at);
}

static void put_value(struct ys_query *insert, int at, enum ys_column_form form,
                      const struct value *value)
{
    if (ys_reflect_count(value->owner, value->field) <= value->index) {
        ys_query_set_null(insert, at);
        return;
    }
    if (form == YS_COLUMN_PLAIN) {
        put_plain(insert, at, value);
        return;
    }
    const void *const inner = ys_reflect_message(value->owner, value->field, value->index);
    if (form == YS_COLUMN_DATE)
        ys_query_set_int(insert, at, ys_date_days(((const Yishi__V1__Date *)inner)->yyyymmdd));
    else if (form == YS_COLUMN_TIME)
        ys_query_set_int(insert, at, ((const Yishi__V1__Time *)inner)->unix_ms);
    else
        put_moment(insert, at, form, inner);
}

/* The message in which the last field of a path stands; NULL when one on the way is absent. */
static const ProtobufCMessage *descend(const ProtobufCMessage *from,
                                       const ProtobufCFieldDescriptor *const *path, unsigned depth)
{
    for (unsigned i = 0; from != NULL && i + 1 < depth; i++)
        from = ys_reflect_count(from, path[i]) == 0 ? NULL : ys_reflect_message(from, path[i], 0);
    return from;
}

/* One row. `element`: what the table repeats; for a kind's own table the member of Body. */
static enum ys_code put_row(const struct ys_table *table, struct ys_query *insert,
                            const struct value *element, struct ys_err *err)
{
    const ProtobufCMessage *row =
        element->field->type == PROTOBUF_C_TYPE_MESSAGE
            ? ys_reflect_message(element->owner, element->field, element->index)
            : NULL;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct ys_column *const column = &table->column[i];
        const int at = (int)(1 + table->repeats + i + 1);
        if (column->depth == 0) {
            put_value(insert, at, column->form, element);
            continue;
        }
        const struct value value = {descend(row, column->path, column->depth),
                                    column->path[column->depth - 1], 0};
        if (value.owner == NULL)
            ys_query_set_null(insert, at);
        else
            put_value(insert, at, column->form, &value);
    }
    return ys_query_run(insert, err);
}

/* The elements under one row. */
struct elements {
    struct value value; /* owner NULL: none */
    size_t count;
};

static struct elements elements_of(const ProtobufCMessage *above, const struct ys_hop *hop)
{
    struct elements out = {
        .value = {descend(above, hop->path, hop->depth), hop->path[hop->depth - 1], 0}};
    if (out.value.owner != NULL)
        out.count = ys_reflect_count(out.value.owner, out.value.field);
    return out;
}

static enum ys_code put_inner(const struct ys_table *table, struct ys_query *insert,
                              const struct elements *outer, struct ys_err *err)
{
    if (table->repeats == 1)
        return put_row(table, insert, &outer->value, err);
    struct elements inner =
        elements_of(ys_reflect_message(outer->value.owner, outer->value.field, outer->value.index),
                    &table->hop[1]);
    enum ys_code code = YS_OK;
    for (; code == YS_OK && inner.value.index < inner.count; inner.value.index++) {
        ys_query_set_int(insert, 3, (int64_t)inner.value.index + 1);
        code = put_row(table, insert, &inner.value, err);
    }
    return code;
}

enum ys_code ys_table_fill(const struct ys_table *table, struct ys_query *insert, int64_t record,
                           const Yishi__V1__Body *body, struct ys_err *err)
{
    const struct value self = {&body->base, table->kind, 0};
    YS_ASSERT(ys_reflect_count(&body->base, table->kind) == 1);
    ys_query_set_int(insert, 1, record);
    if (table->repeats == 0)
        return put_row(table, insert, &self, err);
    struct elements outer =
        elements_of(ys_reflect_message(&body->base, table->kind, 0), &table->hop[0]);
    enum ys_code code = YS_OK;
    for (; code == YS_OK && outer.value.index < outer.count; outer.value.index++) {
        ys_query_set_int(insert, 2, (int64_t)outer.value.index + 1);
        code = put_inner(table, insert, &outer, err);
    }
    return code;
}
