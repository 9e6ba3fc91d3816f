/* JSON of any protobuf message, in both directions, by one generic mapping over
 * protobuf-c descriptors (FORMATS.md).
 *
 * snake_case names; enums by their name without the type's prefix, in lower case
 * (NATURE_PUBLIC_SERVICE is "public_service"); bytes in base64, of a field of exactly 32
 * bytes also read as 64 hex digits; 64-bit integers as
 * JSON integers; yishi.v1.Date as "2026-11-25", yishi.v1.Time as RFC 3339 with
 * milliseconds and an offset ("2026-11-25T09:30:00.000+08:00"; printed in +08:00,
 * any offset is read), yishi.v1.Moment as one or the other. Absent fields are
 * absent; null is refused. Unknown or repeated fields are errors with their path.
 *
 * Memory: the caller's arena, and jansson's own. Threads: any. */
#ifndef YS_PROTO_JSON_H
#define YS_PROTO_JSON_H

#include "proto/arena.h"
#include "proto/limits.h"

#include <jansson.h>

/* Text to JSON, strictly: duplicate keys, depth over YS_JSON_DEPTH_MAX, size over YS_JSON_FILE_MAX
 * and trailing bytes are YS_MALFORMED or YS_LIMIT with line and column. New reference in `out`. */
YS_CHECKED enum ys_code ys_json_load(struct ys_bytes text, json_t **out, struct ys_err *err);

/* `in` is borrowed. `where` is the path to start messages with, such as "body" ("" for none). The
 * message is valid until the arena is cleared. */
YS_CHECKED enum ys_code ys_json_decode(const json_t *in,
                                       const ProtobufCMessageDescriptor *descriptor,
                                       const char *where, struct ys_arena *arena,
                                       ProtobufCMessage **out, struct ys_err *err);

/* New reference, fields in the order of the .proto file. Unknown fields are left out. */
YS_CHECKED enum ys_code ys_json_encode(const ProtobufCMessage *message, json_t **out,
                                       struct ys_err *err);

#endif
