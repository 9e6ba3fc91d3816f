/* Base64 as it stands in signed notes: RFC 4648 section 4, with padding, canonical.
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_CRYPTO_BASE64_H
#define YS_CRYPTO_BASE64_H

#include "crypto/bytes.h"
#include "crypto/err.h"

/* Length of the text for `size` bytes, without a terminator. */
#define YS_BASE64_LEN(size) (((size) + 2) / 3 * 4)

/* Size of what `text` decodes to. YS_MALFORMED unless canonical, as for ys_base64_decode. */
YS_CHECKED enum ys_code ys_base64_measure(struct ys_bytes text, size_t *size_out);

/* Decode the whole of `text` into out[0..capacity). YS_MALFORMED for any character outside the
 * alphabet, missing padding or non-zero trailing bits; YS_LIMIT when it does not fit. */
YS_CHECKED enum ys_code ys_base64_decode(struct ys_bytes text, uint8_t *out, size_t capacity,
                                         size_t *size_out);

/* Append the text of `bytes` to a writer: all of it, or nothing and overflow. */
void ys_writer_base64(struct ys_writer *w, struct ys_bytes bytes);

#endif
