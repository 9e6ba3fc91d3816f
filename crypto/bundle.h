/* Proof bundle, `c2sp.org/tlog-proof@v1`:
 *
 *     c2sp.org/tlog-proof@v1
 *     extra <base64>
 *     index <n>
 *     <inclusion hashes, leaf to root, base64, one a line>
 *
 *     <signed checkpoint>
 *
 * What `extra` holds is proto's. Threads: any. Memory: none allocated. */
#ifndef YS_CRYPTO_BUNDLE_H
#define YS_CRYPTO_BUNDLE_H

#include "crypto/checkpoint.h"
#include "crypto/proof.h"

struct ys_bundle {
    struct ys_bytes extra_base64; /* text, borrowed; empty when the line is missing */
    uint64_t index;
    struct ys_proof proof;
    struct ys_bytes checkpoint; /* signed checkpoint, borrowed */
};

/* `extra` are the raw bytes; none leaves out the line. YS_LIMIT, and nothing appended, when it does
 * not fit. `index` is one that a tree can have (asserted). */
YS_CHECKED enum ys_code ys_bundle_print(struct ys_writer *w, struct ys_bytes extra, uint64_t index,
                                        const struct ys_proof *proof, struct ys_bytes checkpoint,
                                        struct ys_err *err);
/* Points into `bytes`. Base64 of extra is checked to be canonical. YS_MALFORMED or YS_LIMIT. */
YS_CHECKED enum ys_code ys_bundle_parse(struct ys_bytes bytes, struct ys_bundle *out,
                                        struct ys_err *err);

#endif
