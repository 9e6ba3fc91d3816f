/* The key of a node's vault: a key pair of its own, whose public half seals without a
 * passphrase and whose secret half opens.
 *
 *     keys/vault.pub   base64 of the X25519 public key, one line
 *     keys/vault.key   its secret in a key file (crypto/keyfile.h), purpose 0x30, under
 *                      the passphrase of those who may read what was sealed
 *
 * There is one for good: what was sealed under it opens with no other. Its passphrase
 * may change. Threads: main. Memory: the caller's; secrets are wiped. */
#ifndef YS_NODE_VAULT_VAULT_KEY_H
#define YS_NODE_VAULT_VAULT_KEY_H

#include "node/keystore.h"

/* What passphrases call it: --passphrase-file vault=FILE. */
#define YS_VAULT_BODY "vault"

struct ys_vault_key {
    uint8_t public[YS_PUBKEY_LEN];
    uint8_t secret[YS_SEED_LEN];
};
void ys_vault_key_clear(struct ys_vault_key *key);
#define YS_VAULT_KEY_SCOPED __attribute__((cleanup(ys_vault_key_clear))) struct ys_vault_key

/* A new one, for the node whose own log is `origin`. The passphrase is asked of `from` unless kdf is
 * NONE. YS_EXISTS when there is one. Of one whose public half is lost that is made again. */
YS_CHECKED enum ys_code ys_vault_key_make(const struct ys_home *home, const struct ys_name *origin,
                                          enum ys_keyfile_kdf kdf,
                                          const struct ys_passphrases *from,
                                          uint8_t public_out[YS_PUBKEY_LEN], struct ys_err *err);
/* The public half. YS_NOT_FOUND, with what to do, when this node has none. */
YS_CHECKED enum ys_code ys_vault_key_public(const struct ys_home *home,
                                            uint8_t public_out[YS_PUBKEY_LEN], struct ys_err *err);
/* Both. YS_NOT_FOUND as above, YS_IO when only the secret is missing, YS_BAD_SIG for a wrong passphrase,
 * YS_DENIED for the key of another vault, YS_MALFORMED, YS_REFUSED when others may read it. */
YS_CHECKED enum ys_code ys_vault_key_load(const struct ys_home *home, const struct ys_name *origin,
                                          const struct ys_passphrases *from,
                                          struct ys_vault_key *out, struct ys_err *err);
/* The same file under another passphrase. */
YS_CHECKED enum ys_code ys_vault_key_relock(const struct ys_home *home,
                                            const struct ys_name *origin, enum ys_keyfile_kdf kdf,
                                            const struct ys_passphrases *from,
                                            const struct ys_passphrases *new_from,
                                            struct ys_err *err);

#endif
