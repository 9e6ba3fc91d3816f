/* What an author's node checks over several fields of a body (DOMAIN.md 2.5): sums
 * of histograms, numbers in order, spans of days, keys whose names fit.
 *
 * One field at a time is field.h's; references between records are node's rules.
 * Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_AUTHORED_H
#define YS_PROTO_AUTHORED_H

#include "crypto/err.h"
#include "proto/body.pb-c.h"

/* The body has passed ys_field_check with YS_FIELD_REQUIRED. YS_MALFORMED with the field's path. */
YS_CHECKED enum ys_code ys_authored_check(const Yishi__V1__Body *body, struct ys_err *err);

#endif
