/* Protobuf bytes, walked strictly before protobuf-c unpacks them.
 *
 * protobuf-c reads leniently: it does not look at UTF-8, hides what follows a NUL
 * in a string, cuts a number that is too large, takes the last of two values and
 * merges two sub-messages. Two readers could then see two different contents
 * under one hash. The walk refuses all of it (FORMATS.md 4); after it unpacking
 * can only fail for lack of memory.
 *
 * Knows no meaning: counts, lengths and mandatory fields are field.h's.
 * Threads: any. Memory: none allocated by the walk. */
#ifndef YS_PROTO_WIRE_H
#define YS_PROTO_WIRE_H

#include "crypto/bytes.h"
#include "proto/arena.h"

enum { YS_WIRE_FIELDS_MAX = 64 }; /* fields of one message of ours */

/* YS_MALFORMED; messages start with `where` ("" for none). */
YS_CHECKED enum ys_code ys_wire_check(struct ys_bytes bytes, const ProtobufCMessageDescriptor *type,
                                      const char *where, struct ys_err *err);

/* Walk, then unpack. YS_MALFORMED, YS_LIMIT or YS_NOMEM. Valid until the arena is cleared. Unknown
 * fields are kept in the message's unknown_fields. */
YS_CHECKED enum ys_code ys_wire_decode(struct ys_bytes bytes,
                                       const ProtobufCMessageDescriptor *type, const char *where,
                                       struct ys_arena *arena, ProtobufCMessage **out,
                                       struct ys_err *err);

/* Our bytes and texts as members of a message that is about to be packed, and back. protobuf-c's types
 * have no const; it does not write through what it packs. Valid as long as what they point into. */
ProtobufCBinaryData ys_wire_lend(struct ys_bytes bytes);
char *ys_wire_lend_text(const char *text);
struct ys_bytes ys_wire_view(const ProtobufCBinaryData *data);

/* Appends a packed message. YS_LIMIT, and `w` unchanged but for its overflow, when it does not fit
 * or has more than `max` bytes. */
YS_CHECKED enum ys_code ys_wire_encode(const ProtobufCMessage *message, size_t max,
                                       struct ys_writer *w, struct ys_err *err);

#endif
