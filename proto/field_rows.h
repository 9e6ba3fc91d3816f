/* How the rows of field.h's table are written, and the parts that they stand in: one
 * file a group, since the table is long.
 *
 * Only field*.c include it. Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_FIELD_ROWS_H
#define YS_PROTO_FIELD_ROWS_H

#include "crypto/key.h"
#include "proto/division.h"
#include "proto/field.h"
#include "proto/path.h"

struct ys_field_rows {
    const struct ys_field *first;
    size_t count;
};
extern const struct ys_field_rows ys_field_rows_body;    /* what all have; the membership */
extern const struct ys_field_rows ys_field_rows_matter;  /* organisation, topics, meetings */
extern const struct ys_field_rows ys_field_rows_outcome; /* outcomes, evaluation, oversight */
extern const struct ys_field_rows ys_field_rows_wire;    /* messages, evidence, invitations */

enum { MAY = false, MUST = true };
/* Code points, or bytes, of fields that have no constant elsewhere. */
enum {
    TITLE_MAX = 60, /* code points of names and titles */
    LABEL_MAX = 60, /* of channels and responsible bodies */
    VKEY_MAX = YS_VKEY_TEXT_MAX - 1,
    MEDIA_TYPE_MAX = 127, /* names of office formats are long */
    ADDRESS_MAX = 128,
    TOKEN_MAX = 64,
    YS_REPLACEMENT_MAX =
        YS_RECORD_BODY_MAX - 16 * 1024, /* the rest of a correction fits beside it */
};

/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are names of types, and rows of a table. */
/* One row each: a plain value, a text, bytes of one size, bytes of any size up to a limit, a list. */
#define MESSAGE(type) .message = &yishi__v1__##type##__descriptor
#define VALUE(type, field, need)                       \
    {                                                  \
        MESSAGE(type), .name = field, .required = need \
    }
#define TEXT(type, field, need, max)                                    \
    {                                                                   \
        MESSAGE(type), .name = field, .required = need, .text_max = max \
    }
#define EXACT(type, field, need, size)                                                     \
    {                                                                                      \
        MESSAGE(type), .name = field, .required = need, .size_min = size, .size_max = size \
    }
#define BYTES(type, field, need, max)                                                  \
    {                                                                                  \
        MESSAGE(type), .name = field, .required = need, .size_min = 1, .size_max = max \
    }
#define LIST(type, field, need, max)                                     \
    {                                                                    \
        MESSAGE(type), .name = field, .required = need, .count_max = max \
    }
#define TEXTS(type, field, need, count, max)                                                \
    {                                                                                       \
        MESSAGE(type), .name = field, .required = need, .count_max = count, .text_max = max \
    }
#define PROOF(type, field)                                                                \
    {                                                                                     \
        MESSAGE(type), .name = field, .count_max = YS_PROOF_MAX, .size_min = YS_HASH_LEN, \
                       .size_max = YS_HASH_LEN                                            \
    }
#define ROWS(table)                                                 \
    {                                                               \
        .first = (table), .count = sizeof(table) / sizeof(table)[0] \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
