/* Passphrase-protected seeds as text: the bytes of a key file (TLOG.md 4.5).
 *
 *     untrusted comment: yishi key <name>
 *     base64( "yk01" | kdf u8 | opslimit u32 LE | memlimit u64 LE | salt[16] | nonce[24] |
 *             secretbox( count u8 | count x { purpose u8 | generation u32 LE | seed[32] } ) )
 *
 * Reads and writes memory only; files and their modes are node's. Salt and nonce
 * come from the caller. Threads: any. Memory: Argon2id takes `memlimit` bytes from libsodium. */
#ifndef YS_CRYPTO_KEYFILE_H
#define YS_CRYPTO_KEYFILE_H

#include "crypto/key.h"

enum {
    YS_KEYFILE_SEEDS_MAX = 8,
    YS_KEYFILE_TEXT_MAX = 1024, /* longest text, with terminator */
    YS_KEYFILE_SALT_LEN = 16,
    YS_KEYFILE_NONCE_LEN = 24,
};

/* Cost of guessing a passphrase. NONE: the seeds are only protected by the file's mode. */
enum ys_keyfile_kdf {
    YS_KDF_NONE,        /* kdf byte 0, an all-zero key */
    YS_KDF_INTERACTIVE, /* Argon2id, 2 passes, 64 MiB: small computers */
    YS_KDF_MODERATE     /* Argon2id, 3 passes, 256 MiB: the default */
};

/* One seed. Purpose 0x10 is a body or root key, 0x20 a node master, 0x30 the secret of a vault; the others
 * are ys_key_purpose. */
enum { YS_PURPOSE_BODY = 0x10, YS_PURPOSE_MASTER = 0x20, YS_PURPOSE_VAULT = 0x30 };
struct ys_keyfile_seed {
    uint8_t purpose;
    uint32_t generation;
    uint8_t seed[YS_SEED_LEN];
};

struct ys_keyfile {
    char comment[YS_KEY_NAME_MAX + 1]; /* what stands after "untrusted comment: yishi key " */
    unsigned count;
    struct ys_keyfile_seed seed[YS_KEYFILE_SEEDS_MAX];
};
void ys_keyfile_clear(struct ys_keyfile *keys);

/* Terminated text. `passphrase` is ignored with YS_KDF_NONE. YS_NOMEM when Argon2id could not get
 * its memory. */
YS_CHECKED enum ys_code ys_keyfile_print(const struct ys_keyfile *keys, enum ys_keyfile_kdf kdf,
                                         struct ys_bytes passphrase,
                                         const uint8_t salt[YS_KEYFILE_SALT_LEN],
                                         const uint8_t nonce[YS_KEYFILE_NONCE_LEN],
                                         char out[YS_KEYFILE_TEXT_MAX], struct ys_err *err);

/* YS_MALFORMED for a text that is no key file or cut short, YS_LIMIT for costs above SENSITIVE
 * (4 passes, 1 GiB), YS_BAD_SIG when the passphrase does not open it or a byte was changed. */
YS_CHECKED enum ys_code ys_keyfile_parse(struct ys_bytes text, struct ys_bytes passphrase,
                                         struct ys_keyfile *out, struct ys_err *err);

/* Does this key file need a passphrase? YS_MALFORMED as above. */
YS_CHECKED enum ys_code ys_keyfile_is_locked(struct ys_bytes text, bool *locked_out,
                                             struct ys_err *err);

#endif
