/* C2SP tlog-checkpoint: the three lines that say how long a log is and what its root is.
 *
 *     <origin>
 *     <size>
 *     <base64 root>
 *
 * No extension lines: a text with more than three is refused. Threads: any. Memory: none. */
#ifndef YS_CRYPTO_CHECKPOINT_H
#define YS_CRYPTO_CHECKPOINT_H

#include "crypto/note.h"

enum { YS_CHECKPOINT_TEXT_MAX = YS_KEY_NAME_MAX + 1 + 20 + 1 + 44 + 1 };

struct ys_checkpoint {
    char origin[YS_KEY_NAME_MAX + 1];
    uint64_t size; /* leaves, below 2^63 */
    struct ys_hash root;
};

/* From a note's text. YS_MALFORMED for anything but the three lines. */
YS_CHECKED enum ys_code ys_checkpoint_parse(struct ys_bytes text, struct ys_checkpoint *out,
                                            struct ys_err *err);
void ys_checkpoint_print(struct ys_writer *w, const struct ys_checkpoint *checkpoint);

/* Whole note signed by the log key. The signer's name must be the origin (asserted). */
YS_CHECKED enum ys_code ys_checkpoint_sign(struct ys_writer *w,
                                           const struct ys_checkpoint *checkpoint,
                                           const struct ys_signer *log_key, struct ys_err *err);

/* Parse a signed checkpoint and require a good line of `log_key`, whose name must be the origin.
 * YS_MALFORMED, YS_LIMIT or YS_BAD_SIG. `note_out` points into `bytes`. */
YS_CHECKED enum ys_code ys_checkpoint_open(struct ys_bytes bytes, const struct ys_vkey *log_key,
                                           struct ys_checkpoint *out, struct ys_note *note_out,
                                           struct ys_err *err);

#endif
