/* Proof bundles: everything a stranger needs to check one record, with nothing but
 * the district's root (FORMATS.md, proof bundle).
 *
 * The evidence is the chain of membership records on which the log's key and the
 * signers' keys rest, root first, each as a bundle of its own, and every
 * revocation of one of these keys. Reads the store; judges nothing.
 *
 * Threads: any. Memory: heap while it works. */
#ifndef YS_NODE_PROVE_H
#define YS_NODE_PROVE_H

#include "sync/member.h"

/* Write the bundle of the record at `position`. The checkpoint is the earliest one over the record
 * that all ancestors of its log have cosigned; failing that, the one with most cosignatures.
 * YS_NOT_FOUND with the reason when no signed head covers the record yet, or when a membership record
 * that it rests on is not held here. YS_LIMIT when it does not fit. */
YS_CHECKED enum ys_code ys_prove(const struct ys_member *member, struct ys_txn *txn,
                                 struct ys_position position, struct ys_writer *out,
                                 struct ys_err *err);

#endif
