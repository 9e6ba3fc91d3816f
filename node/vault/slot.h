/* The slot of a sealed value: a file of fixed size with what the value is and its key,
 * wrapped to the vault (FORMATS.md 19.3). It is written once, and once overwritten.
 *
 * Threads: any. Memory: the caller's; a key that was unwrapped is to be wiped. */
#ifndef YS_NODE_VAULT_SLOT_H
#define YS_NODE_VAULT_SLOT_H

#include "node/vault/vault.h"

#include <sodium.h>

enum {
    YS_SLOT_SIZE = 1024,
    YS_SLOT_KEY_LEN = crypto_secretstream_xchacha20poly1305_KEYBYTES,
    YS_SLOT_NAME_MAX = 2 * YS_HASH_LEN + 1, /* of its file, with terminator */
};

/* Lower-case hex of the commitment. */
void ys_slot_name(const struct ys_hash *commitment, char out[YS_SLOT_NAME_MAX]);
/* False when it is no such name. */
bool ys_slot_name_parse(const char *name, struct ys_hash *out);

/* The whole of one. The tag's words are valid. */
void ys_slot_encode(const struct ys_vault_tag *tag, const uint8_t public[YS_PUBKEY_LEN],
                    const uint8_t key[YS_SLOT_KEY_LEN], uint8_t out[YS_SLOT_SIZE]);
/* What it is; `recorded` is left false. YS_MALFORMED when it is none, or a byte was changed; YS_NOT_FOUND when it
 * is overwritten. Messages do not name the file. */
YS_CHECKED enum ys_code ys_slot_decode(const uint8_t slot[YS_SLOT_SIZE], struct ys_vault_tag *out,
                                       struct ys_err *err);
/* The key in it. YS_DENIED when it was wrapped to another. */
YS_CHECKED enum ys_code ys_slot_unwrap(const uint8_t slot[YS_SLOT_SIZE],
                                       const struct ys_vault_key *vault,
                                       uint8_t key_out[YS_SLOT_KEY_LEN], struct ys_err *err);

/* Zeros in the place of every byte of the file, on the disk when this returns. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_slot_overwrite(const char *path, struct ys_err *err);

#endif
