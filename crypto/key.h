/* Ed25519 keys, their names in signed notes (C2SP signed-note verifier keys), and
 * the derivation of a node's keys from one master.
 *
 * Decides nothing about who may use a key: that is sync/member. Needs
 * sodium_init() to have been called. Secrets live in structs with a clear
 * function that wipes. Threads: any. Memory: none allocated. */
#ifndef YS_CRYPTO_KEY_H
#define YS_CRYPTO_KEY_H

#include "crypto/bytes.h"
#include "crypto/err.h"
#include "crypto/hash.h"

enum {
    YS_PUBKEY_LEN = 32,
    YS_SEED_LEN = 32,
    YS_SIG_LEN = 64,
    YS_KEY_NAME_MAX = 127, /* bytes of a key name, without a terminator */
    YS_VKEY_TEXT_MAX = YS_KEY_NAME_MAX + 1 + 8 + 1 + 44 + 1 /* printed, with terminator */
};

/* Signature types of C2SP signed-note. Lines of other types are carried and ignored. */
enum ys_sig_type { YS_SIG_ED25519 = 0x01, YS_SIG_COSIGNATURE_V1 = 0x04 };

/* Verifier key: "<name>+<key id, 8 hex>+<base64 of type byte and key>". Plain value. */
struct ys_vkey {
    char name[YS_KEY_NAME_MAX + 1];
    uint8_t type; /* enum ys_sig_type */
    uint32_t id;  /* first four bytes, big-endian, of SHA-256(name || 0x0A || type || key) */
    uint8_t key[YS_PUBKEY_LEN];
};

/* Signing key with its name. Wipe with ys_signer_clear. */
struct ys_signer {
    struct ys_vkey vkey;
    uint8_t secret[64]; /* libsodium's form: seed || public key */
};

/* Is `name` usable as a key name: 1 to YS_KEY_NAME_MAX printable ASCII bytes, no space, no plus? */
bool ys_key_name_valid(struct ys_bytes name);

/* Fill in a verifier key and its id. YS_MALFORMED for a bad name or type. Does not test the point. */
YS_CHECKED enum ys_code ys_vkey_make(const char *name, uint8_t type,
                                     const uint8_t key[YS_PUBKEY_LEN], struct ys_vkey *out);
/* Enrolment test of TLOG.md 1.4: canonical, on the curve, of prime order. YS_MALFORMED if not. */
YS_CHECKED enum ys_code ys_pubkey_check(const uint8_t key[YS_PUBKEY_LEN]);
/* Whole text of a verifier key. YS_MALFORMED for bad form, id that does not fit, unknown type or a
 * key that fails ys_pubkey_check. */
YS_CHECKED enum ys_code ys_vkey_parse(struct ys_bytes text, struct ys_vkey *out);
/* The same of a text that ys_vkey_parse took before: does not test the point again, which takes longer
 * than to verify a signature. */
YS_CHECKED enum ys_code ys_vkey_parse_again(struct ys_bytes text, struct ys_vkey *out);
/* Terminated text. */
void ys_vkey_print(const struct ys_vkey *key, char out[YS_VKEY_TEXT_MAX]);
bool ys_vkey_equal(const struct ys_vkey *a, const struct ys_vkey *b);

/* Signer from a seed. */
YS_CHECKED enum ys_code ys_signer_init(struct ys_signer *signer, const char *name, uint8_t type,
                                       const uint8_t seed[YS_SEED_LEN]);
void ys_signer_clear(struct ys_signer *signer);

/* Plain Ed25519 (RFC 8032) over `message`. The caller adds any context. */
void ys_sign(const struct ys_signer *signer, struct ys_bytes message, uint8_t sig_out[YS_SIG_LEN]);
/* YS_OK or YS_BAD_SIG; the length of `sig` is checked first. Only crypto_sign_verify_detached is
 * used (TLOG.md 1.4). */
YS_CHECKED enum ys_code ys_verify(const uint8_t key[YS_PUBKEY_LEN], struct ys_bytes message,
                                  struct ys_bytes sig);

/* Keys of a node, derived from its master (TLOG.md 4.1): crypto_kdf with context "yishikey" and
 * subkey id purpose * 2^32 + generation. */
enum ys_key_purpose { YS_PURPOSE_LOG = 1, YS_PURPOSE_MIRROR = 2, YS_PURPOSE_TRANSPORT = 3 };
void ys_seed_derive(const uint8_t master[YS_SEED_LEN], enum ys_key_purpose purpose,
                    uint32_t generation, uint8_t seed_out[YS_SEED_LEN]);
/* X25519 public key of a transport secret. */
void ys_transport_public(const uint8_t secret[YS_SEED_LEN], uint8_t public_out[YS_PUBKEY_LEN]);

/* Two CCTV vectors (one that must verify, one mixed-order residue that must not). YS_CORRUPT when the
 * library behaves otherwise: the program must not go on. */
YS_CHECKED enum ys_code ys_crypto_selftest(struct ys_err *err);

#endif
