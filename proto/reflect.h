/* Reading and writing the members of any protobuf-c message through its
 * descriptor: the one place that knows how protobuf-c lays out its structs.
 *
 * Our schemas use bool, uint32, uint64, int64, enum, string, bytes and message,
 * no required members, no defaults and no repeated numbers; a test holds them to
 * that. Threads: any. Memory: the caller's arena. */
#ifndef YS_PROTO_REFLECT_H
#define YS_PROTO_REFLECT_H

#include "proto/arena.h"

#include <protobuf-c/protobuf-c.h>

/* Values that the member has: 0 or 1, or the length of a repeated one. */
size_t ys_reflect_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Address of value `index` < count, to be read as the C type of the field: protobuf_c_boolean,
 * uint32_t, uint64_t, int64_t, int for enums, char *, ProtobufCBinaryData, ProtobufCMessage *. */
const void *ys_reflect_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                          size_t index);

/* String, bytes or message at `index`. */
const char *ys_reflect_text(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                            size_t index);
ProtobufCBinaryData ys_reflect_bytes(const ProtobufCMessage *message,
                                     const ProtobufCFieldDescriptor *field, size_t index);
const ProtobufCMessage *ys_reflect_message(const ProtobufCMessage *message,
                                           const ProtobufCFieldDescriptor *field, size_t index);

/* A new empty message; NULL when the arena is exhausted. */
ProtobufCMessage *ys_reflect_new(const ProtobufCMessageDescriptor *type, struct ys_arena *arena);

/* Make room for `count` zeroed values of a member that has none, marks it as present, and gives the
 * address of the first in `first_out`. A singular member takes 1. False when the arena is exhausted. */
bool ys_reflect_add(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, size_t count,
                    struct ys_arena *arena, void **first_out);
/* Size of one value. */
size_t ys_reflect_size(ProtobufCType type);

/* Number of the oneof's member that is set, 0 for none; `field` is any member of it. */
uint32_t ys_reflect_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
bool ys_reflect_in_oneof(const ProtobufCFieldDescriptor *field);

#endif
