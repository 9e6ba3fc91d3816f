#include "proto/reflect.h"

#include "crypto/assert.h"

#include <string.h>

static const void *member(const ProtobufCMessage *message, unsigned offset)
{
    return (const uint8_t *)message + offset;
}

bool ys_reflect_in_oneof(const ProtobufCFieldDescriptor *field)
{
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

uint32_t ys_reflect_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    YS_ASSERT(ys_reflect_in_oneof(field));
    const uint32_t *number = member(message, field->quantifier_offset);
    return *number;
}

static bool is_pointer(ProtobufCType type)
{
    return type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_MESSAGE;
}

size_t ys_reflect_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        const size_t *count = member(message, field->quantifier_offset);
        return *count;
    }
    YS_ASSERT(field->label == PROTOBUF_C_LABEL_OPTIONAL);
    if (ys_reflect_in_oneof(field) && ys_reflect_case(message, field) != field->id)
        return 0;
    if (is_pointer(field->type)) {
        const void *const *pointer = member(message, field->offset);
        return *pointer == NULL ? 0 : 1;
    }
    if (ys_reflect_in_oneof(field))
        return 1;
    const protobuf_c_boolean *has = member(message, field->quantifier_offset);
    return *has ? 1 : 0;
}

const void *ys_reflect_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                          size_t index)
{
    YS_ASSERT(index < ys_reflect_count(message, field));
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return member(message, field->offset);
    const uint8_t *const *first = member(message, field->offset);
    return *first + index * ys_reflect_size(field->type);
}

const char *ys_reflect_text(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                            size_t index)
{
    YS_ASSERT(field->type == PROTOBUF_C_TYPE_STRING);
    const char *const *text = ys_reflect_at(message, field, index);
    return *text;
}

ProtobufCBinaryData ys_reflect_bytes(const ProtobufCMessage *message,
                                     const ProtobufCFieldDescriptor *field, size_t index)
{
    YS_ASSERT(field->type == PROTOBUF_C_TYPE_BYTES);
    const ProtobufCBinaryData *bytes = ys_reflect_at(message, field, index);
    return *bytes;
}

const ProtobufCMessage *ys_reflect_message(const ProtobufCMessage *message,
                                           const ProtobufCFieldDescriptor *field, size_t index)
{
    YS_ASSERT(field->type == PROTOBUF_C_TYPE_MESSAGE);
    const ProtobufCMessage *const *inner = ys_reflect_at(message, field, index);
    return *inner;
}

size_t ys_reflect_size(ProtobufCType type)
{
    if (type == PROTOBUF_C_TYPE_BOOL)
        return sizeof(protobuf_c_boolean);
    if (type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_ENUM)
        return sizeof(uint32_t);
    if (type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_INT64)
        return sizeof(uint64_t);
    if (type == PROTOBUF_C_TYPE_BYTES)
        return sizeof(ProtobufCBinaryData);
    YS_ASSERT(is_pointer(type));
    return sizeof(void *);
}

ProtobufCMessage *ys_reflect_new(const ProtobufCMessageDescriptor *type, struct ys_arena *arena)
{
    ProtobufCMessage *message = ys_arena_alloc(arena, type->sizeof_message);
    if (message != NULL)
        protobuf_c_message_init(type, message);
    return message;
}

static void present(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    uint8_t *quantifier = (uint8_t *)message + field->quantifier_offset;
    if (ys_reflect_in_oneof(field)) {
        memcpy(quantifier, &field->id, sizeof field->id);
    } else if (!is_pointer(field->type)) {
        const protobuf_c_boolean yes = 1;
        memcpy(quantifier, &yes, sizeof yes);
    }
}

bool ys_reflect_add(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, size_t count,
                    struct ys_arena *arena, void **first_out)
{
    YS_ASSERT(ys_reflect_count(message, field) == 0);
    uint8_t *at = (uint8_t *)message + field->offset;
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        YS_ASSERT(count == 1);
        present(message, field);
        *first_out = at;
        return true;
    }
    size_t size = 0;
    void *first = NULL;
    if (!__builtin_mul_overflow(count, ys_reflect_size(field->type), &size))
        first = ys_arena_alloc(arena, size);
    if (first == NULL)
        return false;
    memcpy(at, &first, sizeof first);
    memcpy((uint8_t *)message + field->quantifier_offset, &count, sizeof count);
    *first_out = first;
    return true;
}
