/* A proof bundle (FORMATS.md 9), taken apart into files that openssl and sha256sum read:
 *
 *     note, text          the signed note; what of it is signed
 *     body                the content, unless it was erased or is missing
 *     head, head.text     the signed checkpoint; what of it is signed
 *     path                the way from the leaf to the root: "left HASH" or "right HASH", one a line
 *     signatures.tsv      of each line: what it is under, the key's file, the time of a cosignature
 *     signature.N         its 64 bytes
 *     proof               the bundle itself, for `yishi check` and verifier.py
 *
 * Threads: one. Memory: none kept. */
#ifndef YS_NODE_EVIDENCE_UNFOLD_H
#define YS_NODE_EVIDENCE_UNFOLD_H

#include "node/evidence/keyring.h"

/* `folder` is below the parcel; `proof` false: leave out the bundle, since it holds no evidence of its own. `first_key` (may be
 * NULL) is the file of the key of `signature.1`.
 * YS_MALFORMED when it is no bundle. */
YS_CHECKED enum ys_code ys_unfold(struct ys_bytes bundle, const char *folder, bool proof,
                                  struct ys_parcel *parcel, struct ys_keyring *ring,
                                  char first_key[YS_KEY_FILE_MAX], struct ys_err *err);

#endif
