#include "node/vault/commitment.h"

#include "crypto/assert.h"

#include <string.h>

#define DOMAIN "yishi/sealed/v1\n"

bool ys_commitment_word_valid(const char *word)
{
    const size_t size = strlen(word);
    return size != 0 && size <= YS_SEAL_WORD_MAX &&
           strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size;
}

void ys_commitment_begin(struct ys_commitment *making, const char *kind, const char *slot,
                         const uint8_t salt[YS_SEAL_SALT_LEN])
{
    YS_ASSERT(ys_commitment_word_valid(kind) && ys_commitment_word_valid(slot));
    ys_sha256_init(&making->state);
    ys_sha256_update(&making->state, ys_bytes_of_text(DOMAIN));
    ys_sha256_update(&making->state, ys_bytes_of_text(kind));
    ys_sha256_update(&making->state, ys_bytes_of_text("\n"));
    ys_sha256_update(&making->state, ys_bytes_of_text(slot));
    ys_sha256_update(&making->state, ys_bytes_of_text("\n"));
    ys_sha256_update(&making->state, (struct ys_bytes){.data = salt, .size = YS_SEAL_SALT_LEN});
}

void ys_commitment_add(struct ys_commitment *making, struct ys_bytes part)
{
    ys_sha256_update(&making->state, part);
}

void ys_commitment_end(struct ys_commitment *making, struct ys_hash *out)
{
    ys_sha256_final(&making->state, out);
}

void ys_commitment_of(const char *kind, const char *slot, const uint8_t salt[YS_SEAL_SALT_LEN],
                      struct ys_bytes value, struct ys_hash *out)
{
    struct ys_commitment making;
    ys_commitment_begin(&making, kind, slot, salt);
    ys_commitment_add(&making, value);
    ys_commitment_end(&making, out);
}
