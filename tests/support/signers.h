/* Signing keys for tests: seed byte, name and type, nothing random. */
#ifndef YS_TESTS_SUPPORT_SIGNERS_H
#define YS_TESTS_SUPPORT_SIGNERS_H

#include "crypto/checkpoint.h"

/* Signer whose seed is 32 times `seed_byte`. Fails the test for a bad name or type. */
struct ys_signer signer_of(const char *name, uint8_t type, uint8_t seed_byte);

/* Checkpoint of the signer's log, signed by it, into out[0..capacity). */
struct ys_bytes signed_head(const struct ys_signer *log, uint64_t size, const struct ys_hash *root,
                            uint8_t *out, size_t capacity);

#endif
