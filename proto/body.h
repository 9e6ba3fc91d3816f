/* Record bodies: decoding the opaque bytes for use, and encoding new ones.
 *
 * A body is hashed, signed, stored and forwarded as received and never
 * re-encoded; decoding serves reading only. Memory: the caller's arena. Threads: any. */
#ifndef YS_PROTO_BODY_H
#define YS_PROTO_BODY_H

#include "proto/arena.h"
#include "proto/body.pb-c.h"
#include "proto/kind.h"
#include "proto/record.h"

/* Decode and check what every reader relies on: 16 bytes of salt, exactly one kind, valid UTF-8
 * without NUL or control characters but LF in every string, counts of limits.h. Dates and times are
 * in range. Unknown fields are allowed; texts longer than their limit are refused by
 * ys_body_check_authored only, so that a newer version may raise one. `out` is valid until the arena
 * is cleared. A body whose kind this version does not know: YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_body_decode(struct ys_bytes bytes, struct ys_arena *arena,
                                       const Yishi__V1__Body **out, struct ys_err *err);

/* The same of bytes that ys_body_decode has accepted before, without looking at them again. */
YS_CHECKED enum ys_code ys_body_unpack(struct ys_bytes bytes, struct ys_arena *arena,
                                       const Yishi__V1__Body **out, struct ys_err *err);

/* What a correction puts in place: a body of its own. As ys_body_decode. */
YS_CHECKED enum ys_code ys_body_replacement(const Yishi__V1__Correction *correction,
                                            struct ys_arena *arena, const Yishi__V1__Body **out,
                                            struct ys_err *err);

/* Kind of a decoded body. Never NULL. */
const struct ys_kind *ys_body_kind(const Yishi__V1__Body *body);

/* What an author's node refuses before signing: unknown fields, texts and counts beyond the limits
 * of proto/field.c, missing mandatory fields, unspecified or unknown enum values, and arithmetic
 * that stands in DOMAIN.md 2.5 (sums of histograms). The message names the field by its path. */
YS_CHECKED enum ys_code ys_body_check_authored(const Yishi__V1__Body *body, struct ys_err *err);

/* Bytes of a new body into `w`. YS_LIMIT when it does not fit or exceeds YS_RECORD_BODY_MAX. */
YS_CHECKED enum ys_code ys_body_encode(const Yishi__V1__Body *body, struct ys_writer *w,
                                       struct ys_err *err);

/* Does the body belong to the note: is its kind the note's kind line? YS_MALFORMED if not. */
YS_CHECKED enum ys_code ys_body_check_note(const Yishi__V1__Body *body,
                                           const struct ys_record *record, struct ys_err *err);

#endif
