#include "tests/support/maker.h"

#include "proto/body.h"
#include "proto/moment.h"
#include "proto/reflect.h"

#include <stdlib.h>
#include <string.h>

static void make_value(struct maker *m, const ProtobufCFieldDescriptor *field, void *out)
{
    static const char *const texts[] = {"", "x", "协商\n共识", "😀", "\"\\/<>&'"};
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        ProtobufCMessage *inner = maker_message(m, field->descriptor);
        memcpy(out, &inner, sizeof inner);
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = texts[rng_below(&m->rng, 5)];
        memcpy(out, &text, sizeof text);
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        ProtobufCBinaryData bytes = {.len = rng_below(&m->rng, 70)};
        bytes.data = ys_arena_alloc(&m->arena, bytes.len);
        rng_fill(&m->rng, bytes.data, bytes.len);
        memcpy(out, &bytes, sizeof bytes);
    } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
        const ProtobufCEnumDescriptor *type = field->descriptor;
        const int value = type->values[rng_below(&m->rng, type->n_values)].value;
        memcpy(out, &value, sizeof value);
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        const protobuf_c_boolean value = (protobuf_c_boolean)rng_below(&m->rng, 2);
        memcpy(out, &value, sizeof value);
    } else {
        const uint64_t value = m->number_max != 0
                                   ? rng_below(&m->rng, m->number_max + 1)
                                   : rng_next(&m->rng) >> (1 + rng_below(&m->rng, 63));
        memcpy(out, &value, ys_reflect_size(field->type)); /* little-endian, as our machines are */
    }
}

static void make_field(struct maker *m, ProtobufCMessage *message,
                       const ProtobufCFieldDescriptor *field)
{
    const bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    const size_t count = repeated ? 1 + rng_below(&m->rng, 3) : 1;
    void *first = NULL;
    if (ys_reflect_in_oneof(field) && ys_reflect_case(message, field) != 0)
        return;
    if (!ys_reflect_add(message, field, count, &m->arena, &first))
        abort();
    for (size_t i = 0; i < count; i++)
        make_value(m, field, (uint8_t *)first + i * ys_reflect_size(field->type));
}

static int32_t make_day(struct maker *m)
{
    return m->days == 0 ? (int32_t)rng_below(&m->rng, 376000)
                        : m->first_day + (int32_t)rng_below(&m->rng, m->days);
}

ProtobufCMessage *maker_message(struct maker *m, const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = ys_reflect_new(type, &m->arena);
    if (message == NULL)
        abort();
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (m->all || rng_below(&m->rng, 3) != 0)
            make_field(m, message, &type->fields[i]);
    }
    if (type == &yishi__v1__date__descriptor) {
        Yishi__V1__Date *date = (void *)message;
        date->has_yyyymmdd = 1;
        date->yyyymmdd = ys_date_from_days(make_day(m));
    } else if (type == &yishi__v1__time__descriptor) {
        Yishi__V1__Time *time = (void *)message;
        time->has_unix_ms = 1;
        time->unix_ms = m->days == 0 ? (int64_t)rng_below(&m->rng, (uint64_t)YS_TIME_LAST_MS + 1)
                                     : make_day(m) * YS_DAY_MS + (int64_t)rng_below(&m->rng, 1000);
    } else if (type == &yishi__v1__moment__descriptor &&
               ys_reflect_case(message, &type->fields[0]) == 0) {
        make_field(m, message, &type->fields[rng_below(&m->rng, 2)]);
    }
    return message;
}
