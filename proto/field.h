/* One declarative table: every field of every message that travels or is signed,
 * with what it must hold (DOMAIN.md 2.5; limits.h).
 *
 * Checks one field at a time; what needs several is authored.h's and message.c's.
 * Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_FIELD_H
#define YS_PROTO_FIELD_H

#include "crypto/err.h"
#include "proto/limits.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ys_field {
    const ProtobufCMessageDescriptor *message;
    const char *name;
    bool required;      /* of a repeated field: at least one */
    uint32_t count_max; /* repeated fields: elements; else 0 */
    uint32_t text_max;  /* strings: code points; else 0 */
    uint32_t size_min;  /* bytes fields: bytes; else 0 */
    uint32_t size_max;
};

/* Row `index` of the table, NULL behind its end. Rows of one message stand together, in the order of
 * their field numbers. */
const struct ys_field *ys_field_at(size_t index);
/* First row of a message's; NULL when the table does not know the type. */
const struct ys_field *ys_field_rows_find(const ProtobufCMessageDescriptor *message);
/* The same. Asserts that the table knows the type. */
const struct ys_field *ys_field_rows_of(const ProtobufCMessageDescriptor *message);

/* What is checked beside counts, sizes of bytes, and valid days and times. */
enum ys_field_checks {
    YS_FIELD_TEXT = 1 << 0,     /* strings: valid, not longer than their limit */
    YS_FIELD_REQUIRED = 1 << 1, /* mandatory fields are there */
    YS_FIELD_AUTHORED =
        1 << 2, /* no unknown fields or enum values, none unspecified, no empty text */
};

/* The message and all inside it. `where` starts the path in messages ("" for none). YS_LIMIT for
 * what is too long or too many, YS_MALFORMED for the rest. Asserts that the table knows the type. */
YS_CHECKED enum ys_code ys_field_check(const ProtobufCMessage *message, unsigned checks,
                                       const char *where, struct ys_err *err);

#endif
