/* What stands in the `extra` line of a proof bundle: the record, its body, and the
 * bundles of the membership records that its signatures rest on.
 *
 * Checks form and limits; nothing in it is authenticated before the bundle is
 * checked. Threads: any. Memory: the caller's arena. */
#ifndef YS_PROTO_EVIDENCE_H
#define YS_PROTO_EVIDENCE_H

#include "crypto/bytes.h"
#include "proto/arena.h"
#include "proto/evidence.pb-c.h"
#include "proto/limits.h"

/* An arena of YS_EVIDENCE_ARENA_MAX bytes is enough. Valid until it is cleared. YS_MALFORMED,
 * YS_LIMIT or YS_NOMEM. */
YS_CHECKED enum ys_code ys_evidence_decode(struct ys_bytes bytes, struct ys_arena *arena,
                                           const Yishi__V1__ProofExtra **out, struct ys_err *err);
/* Appends. YS_LIMIT when it does not fit or has more than YS_EVIDENCE_MAX bytes. */
YS_CHECKED enum ys_code ys_evidence_encode(const Yishi__V1__ProofExtra *extra, struct ys_writer *w,
                                           struct ys_err *err);

#endif
