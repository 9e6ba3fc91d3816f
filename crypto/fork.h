/* Proof that one log has two signed histories (TLOG.md 2.5): a text file of five
 * parts separated by empty lines, which anybody can check with an RFC 6962 library.
 *
 *     <deployment>/fork-proof/v1
 *     prefix <size a> <base64 root P>
 *     <consistency proof from a to b in the tree of the larger head; one hash a line>
 *
 *     <signed checkpoint A, size a>
 *
 *     <signed checkpoint B, size b >= a>
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_CRYPTO_FORK_H
#define YS_CRYPTO_FORK_H

#include "crypto/checkpoint.h"
#include "crypto/proof.h"

enum { YS_FORK_PROOF_MAX = 2 * YS_NOTE_MAX }; /* bytes of a whole proof */

struct ys_fork_proof {
    struct ys_hash prefix_root; /* root of the larger tree at size a */
    struct ys_proof proof;
    struct ys_bytes head_a, head_b; /* signed checkpoints; borrowed */
};

/* YS_LIMIT when it does not fit. `deployment` starts the first line, as `<deployment>/fork-proof/v1`. */
YS_CHECKED enum ys_code ys_fork_print(struct ys_writer *w, const char *deployment,
                                      const struct ys_fork_proof *fork, struct ys_err *err);

/* Points into `bytes`. YS_MALFORMED or YS_LIMIT. */
YS_CHECKED enum ys_code ys_fork_parse(struct ys_bytes bytes, struct ys_fork_proof *out,
                                      struct ys_err *err);

/* YS_OK iff it proves two histories under `log_key`: both heads carry its good line and the same
 * origin, a <= b, the proof shows the larger tree to have prefix_root at size a, and prefix_root is
 * not the smaller head's root. YS_BAD_SIG or YS_MALFORMED with the reason otherwise. */
YS_CHECKED enum ys_code ys_fork_check(const struct ys_fork_proof *fork,
                                      const struct ys_vkey *log_key, struct ys_checkpoint *a_out,
                                      struct ys_checkpoint *b_out, struct ys_err *err);

#endif
