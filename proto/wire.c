#include "proto/wire.h"

#include "crypto/assert.h"
#include "proto/path.h"
#include "proto/reflect.h"
#include "proto/text.h"

enum { VARINT_BYTES_MAX = 10 };

/* One message that is being walked. */
struct frame {
    const ProtobufCMessageDescriptor *type;
    struct ys_bytes rest;
    uint32_t count[YS_WIRE_FIELDS_MAX]; /* values seen, by position in the descriptor */
};

struct walk {
    struct ys_path path;
    unsigned depth;
    struct frame frame[YS_PATH_DEPTH_MAX + 1];
    struct ys_err *err;
};

static void enter(struct walk *walk, const ProtobufCMessageDescriptor *type, struct ys_bytes bytes)
{
    YS_ASSERT(walk->depth <= YS_PATH_DEPTH_MAX && type->n_fields <= YS_WIRE_FIELDS_MAX);
    walk->frame[walk->depth++] = (struct frame){.type = type, .rest = bytes};
}

static struct ys_bytes take(struct ys_bytes *rest, size_t size)
{
    const struct ys_bytes part = {.data = rest->data, .size = size};
    rest->data += size;
    rest->size -= size;
    return part;
}

/* Minimal varints only: a last byte of 0 would be a second spelling of the same number. */
static bool varint_take(struct ys_bytes *rest, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < VARINT_BYTES_MAX && i < rest->size; i++) {
        const uint8_t byte = rest->data[i];
        if (i == VARINT_BYTES_MAX - 1 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) {
            if (i > 0 && byte == 0)
                return false;
            (void)take(rest, i + 1);
            *out = value;
            return true;
        }
    }
    return false;
}

static bool length_take(struct ys_bytes *rest, struct ys_bytes *part_out)
{
    uint64_t size = 0;
    if (!varint_take(rest, &size) || size > rest->size)
        return false;
    *part_out = take(rest, (size_t)size);
    return true;
}

/* A value of a field that we do not know. Groups (wire types 3 and 4) are not protobuf of ours. */
static enum ys_code unknown_skip(struct walk *walk, struct ys_bytes *rest, uint32_t wire_type)
{
    uint64_t number = 0;
    struct ys_bytes part = {0};
    bool good = false;
    if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT)
        good = varint_take(rest, &number);
    else if (wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
        good = length_take(rest, &part);
    else if (wire_type == PROTOBUF_C_WIRE_TYPE_64BIT && rest->size >= 8)
        good = take(rest, 8).size == 8;
    else if (wire_type == PROTOBUF_C_WIRE_TYPE_32BIT && rest->size >= 4)
        good = take(rest, 4).size == 4;
    if (!good)
        return ys_path_fail(&walk->path, walk->err, YS_MALFORMED, "an unknown field is cut off");
    return YS_OK;
}

/* Largest varint that a field of this type may have; 0 for types that are not varints. */
static uint64_t varint_max(ProtobufCType type)
{
    if (type == PROTOBUF_C_TYPE_BOOL)
        return 1;
    if (type == PROTOBUF_C_TYPE_ENUM)
        return INT32_MAX;
    if (type == PROTOBUF_C_TYPE_UINT32)
        return UINT32_MAX;
    if (type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_INT64)
        return UINT64_MAX;
    return 0;
}

static enum ys_code value_walk(struct walk *walk, struct ys_bytes *rest,
                               const ProtobufCFieldDescriptor *field, uint32_t wire_type)
{
    const uint64_t max = varint_max(field->type);
    const uint32_t expected =
        max > 0 ? PROTOBUF_C_WIRE_TYPE_VARINT : PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    uint64_t number = 0;
    struct ys_bytes part = {0};
    if (wire_type != expected)
        return ys_path_fail(&walk->path, walk->err, YS_MALFORMED, "has wire type %u, not %u",
                            wire_type, expected);
    if (max > 0 ? !varint_take(rest, &number) : !length_take(rest, &part))
        return ys_path_fail(&walk->path, walk->err, YS_MALFORMED, "is cut off");
    if (number > max)
        return ys_path_fail(&walk->path, walk->err, YS_MALFORMED, "is out of range");
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const enum ys_text_fault fault = ys_text_check(part, NULL);
        if (fault != YS_TEXT_GOOD)
            return ys_path_fail(&walk->path, walk->err, YS_MALFORMED, "%s",
                                ys_text_fault_words(fault));
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        enter(walk, field->descriptor, part);
    else
        ys_path_pop(&walk->path);
    return YS_OK;
}

/* Was another member of the oneof seen? */
static bool oneof_taken(const struct frame *frame, const ProtobufCFieldDescriptor *field)
{
    for (unsigned i = 0; i < frame->type->n_fields; i++) {
        const ProtobufCFieldDescriptor *other = &frame->type->fields[i];
        if (ys_reflect_in_oneof(other) && other != field && frame->count[i] > 0 &&
            other->quantifier_offset == field->quantifier_offset)
            return true;
    }
    return false;
}

/* Notes one more value of a field; the path then names it. */
static enum ys_code field_seen(struct walk *walk, struct frame *frame,
                               const ProtobufCFieldDescriptor *field)
{
    const size_t at = (size_t)(field - frame->type->fields);
    const uint32_t before = frame->count[at]++;
    ys_path_push(&walk->path, field->name);
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        ys_path_index(&walk->path, before);
        return YS_OK;
    }
    if (before > 0)
        return ys_path_fail(&walk->path, walk->err, YS_MALFORMED, "stands twice");
    if (ys_reflect_in_oneof(field) && oneof_taken(frame, field))
        return ys_path_fail(&walk->path, walk->err, YS_MALFORMED,
                            "excludes another field that is set");
    return YS_OK;
}

static enum ys_code field_walk(struct walk *walk, struct frame *frame)
{
    uint64_t key = 0;
    if (!varint_take(&frame->rest, &key) || key > UINT32_MAX || key >> 3 == 0)
        return ys_path_fail(&walk->path, walk->err, YS_MALFORMED, "bytes are not protobuf");
    const uint32_t wire_type = (uint32_t)key & 7;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(frame->type, (uint32_t)key >> 3);
    if (field == NULL)
        return unknown_skip(walk, &frame->rest, wire_type);
    const enum ys_code code = field_seen(walk, frame, field);
    return code != YS_OK ? code : value_walk(walk, &frame->rest, field, wire_type);
}

enum ys_code ys_wire_check(struct ys_bytes bytes, const ProtobufCMessageDescriptor *type,
                           const char *where, struct ys_err *err)
{
    struct walk walk = {.path = ys_path_from(where), .err = err};
    enter(&walk, type, bytes);
    while (walk.depth > 0) {
        struct frame *frame = &walk.frame[walk.depth - 1];
        if (frame->rest.size > 0) {
            const enum ys_code code = field_walk(&walk, frame);
            if (code != YS_OK)
                return code;
        } else if (--walk.depth > 0) {
            ys_path_pop(&walk.path);
        }
    }
    return YS_OK;
}

enum ys_code ys_wire_decode(struct ys_bytes bytes, const ProtobufCMessageDescriptor *type,
                            const char *where, struct ys_arena *arena, ProtobufCMessage **out,
                            struct ys_err *err)
{
    const enum ys_code code = ys_wire_check(bytes, type, where, err);
    if (code != YS_OK)
        return code;
    ProtobufCAllocator allocator = ys_arena_allocator(arena);
    ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, bytes.size, bytes.data);
    if (message != NULL) {
        *out = message;
        return YS_OK;
    }
    if (arena->exhausted || arena->starved)
        return ys_arena_fail(arena, err);
    return ys_fail(err, YS_MALFORMED, "%s: bytes are not protobuf", where);
}

ProtobufCBinaryData ys_wire_lend(struct ys_bytes bytes)
{
    union {
        const uint8_t *in;
        uint8_t *out;
    } data = {.in = bytes.data};
    return (ProtobufCBinaryData){.len = bytes.size, .data = data.out};
}

char *ys_wire_lend_text(const char *text)
{
    union {
        const char *in;
        char *out;
    } chars = {.in = text};
    return chars.out;
}

struct ys_bytes ys_wire_view(const ProtobufCBinaryData *data)
{
    return (struct ys_bytes){.data = data->data, .size = data->len};
}

enum ys_code ys_wire_encode(const ProtobufCMessage *message, size_t max, struct ys_writer *w,
                            struct ys_err *err)
{
    const size_t size = protobuf_c_message_get_packed_size(message);
    if (size > max || w->overflow || size > w->capacity - w->size) {
        w->overflow = true;
        return ys_fail(err, YS_LIMIT, "message takes %zu bytes, limit %zu", size, max);
    }
    const size_t packed = protobuf_c_message_pack(message, w->data + w->size);
    YS_ASSERT(packed == size);
    w->size += size;
    return YS_OK;
}
