#include "tests/support/signers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct ys_signer signer_of(const char *name, uint8_t type, uint8_t seed_byte)
{
    uint8_t seed[YS_SEED_LEN];
    struct ys_signer signer;
    memset(seed, seed_byte, sizeof seed);
    assert_int_equal(ys_signer_init(&signer, name, type, seed), YS_OK);
    return signer;
}

struct ys_bytes signed_head(const struct ys_signer *log, uint64_t size, const struct ys_hash *root,
                            uint8_t *out, size_t capacity)
{
    struct ys_writer w = {.data = out, .capacity = capacity};
    struct ys_checkpoint checkpoint = {.size = size, .root = *root};
    memcpy(checkpoint.origin, log->vkey.name, sizeof checkpoint.origin);
    assert_int_equal(ys_checkpoint_sign(&w, &checkpoint, log, NULL), YS_OK);
    return (struct ys_bytes){.data = out, .size = w.size};
}
