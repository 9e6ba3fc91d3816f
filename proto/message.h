/* Wire messages: one protobuf `Message` a frame (DESIGN.md 6, FORMATS.md).
 *
 * Checks form and limits; what a message means is sync/session's.
 * Memory: the caller's arena. Threads: any. */
#ifndef YS_PROTO_MESSAGE_H
#define YS_PROTO_MESSAGE_H

#include "proto/arena.h"
#include "proto/limits.h"
#include "proto/message.pb-c.h"

enum { YS_SESSION_NONCE_LEN = 8, YS_STORE_ID_LEN = 16, YS_WIRE_VERSION = 1 };

/* YS_MALFORMED or YS_LIMIT: not a message, a count over limits.h, a hash that is not 32 bytes, a nonce
 * that is not 8, a proof of more than 64 hashes, a mandatory field missing. A message of a kind this
 * version does not know decodes with kind_case NOT_SET and is to be ignored. `out` is valid until the
 * arena is cleared. */
YS_CHECKED enum ys_code ys_message_decode(struct ys_bytes bytes, struct ys_arena *arena,
                                          const Yishi__V1__Message **out, struct ys_err *err);
/* Into `w`. YS_LIMIT over YS_MESSAGE_MAX or when it does not fit. */
YS_CHECKED enum ys_code ys_message_encode(const Yishi__V1__Message *message, struct ys_writer *w);
/* "HELLO", ... ; "?" for none. */
const char *ys_message_name(const Yishi__V1__Message *message);

#endif
