/* Words for the values of our enums, as people read and write them: the value's name
 * without the type's prefix, in lower case (NATURE_PUBLIC_SERVICE is "public_service").
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_ENUM_WORD_H
#define YS_PROTO_ENUM_WORD_H

#include "crypto/bytes.h"

#include <protobuf-c/protobuf-c.h>

enum { YS_ENUM_WORD_MAX = 80 };

/* Terminated. `value` is one of the type's. */
void ys_enum_word(const ProtobufCEnumDescriptor *type, const ProtobufCEnumValue *value,
                  char out[YS_ENUM_WORD_MAX]);
/* NULL when the type has no such word. */
const ProtobufCEnumValue *ys_enum_find(const ProtobufCEnumDescriptor *type, struct ys_bytes word);

#endif
