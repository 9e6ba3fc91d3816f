#include "crypto/keyfile.h"

#include "crypto/assert.h"
#include "crypto/base64.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#define COMMENT_PREFIX "untrusted comment: yishi key "

enum {
    KDF_BYTE_NONE = 0,
    KDF_BYTE_ARGON2ID13 = 1,
    OPSLIMIT_MAX = 4,
    KEY_LEN = crypto_secretbox_KEYBYTES,
    MAC_LEN = crypto_secretbox_MACBYTES,
    /* offsets in the decoded bytes */
    AT_KDF = 4,
    AT_OPSLIMIT = 5,
    AT_MEMLIMIT = 9,
    AT_SALT = 17,
    AT_NONCE = AT_SALT + YS_KEYFILE_SALT_LEN,
    AT_BOX = AT_NONCE + YS_KEYFILE_NONCE_LEN,
    SEED_SIZE = 1 + 4 + YS_SEED_LEN,
    PLAIN_MAX = 1 + SEED_SIZE * YS_KEYFILE_SEEDS_MAX,
    BYTES_MAX = AT_BOX + MAC_LEN + PLAIN_MAX,
};
#define MEMLIMIT_MAX ((uint64_t)1 << 30)

_Static_assert(YS_KEYFILE_SALT_LEN == crypto_pwhash_SALTBYTES, "Argon2id salt");
_Static_assert(YS_KEYFILE_NONCE_LEN == crypto_secretbox_NONCEBYTES, "secretbox nonce");
_Static_assert(AT_BOX == 57, "TLOG.md 4.5");
_Static_assert(sizeof COMMENT_PREFIX + YS_KEY_NAME_MAX + 1 + YS_BASE64_LEN(BYTES_MAX) + 1 <=
                   YS_KEYFILE_TEXT_MAX,
               "the longest key file fits");

/* What the header says of the cost of a guess. */
struct cost {
    uint8_t kdf;
    uint32_t opslimit;
    uint64_t memlimit;
};

/* A key file, decoded. */
struct sealed {
    struct ys_bytes comment;
    struct cost cost;
    uint8_t bytes[BYTES_MAX];
    size_t size;
};

/* Everything secret that one call needs, in one place to wipe. The sealed bytes are as good as the
 * seeds when there is no passphrase. */
struct secrets {
    struct sealed sealed;
    uint8_t key[KEY_LEN];
    uint8_t plain[PLAIN_MAX];
    struct ys_keyfile keys;
};

static void secrets_clear(struct secrets *secrets)
{
    sodium_memzero(secrets, sizeof *secrets);
}
#define SECRETS_SCOPED __attribute__((cleanup(secrets_clear))) struct secrets

void ys_keyfile_clear(struct ys_keyfile *keys)
{
    sodium_memzero(keys, sizeof *keys);
}

static void le_put(uint8_t *out, size_t size, uint64_t value)
{
    for (size_t i = 0; i < size; i++, value >>= 8)
        out[i] = (uint8_t)(value & 0xff);
}

static uint64_t le_get(const uint8_t *in, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i > 0; i--)
        value = value << 8 | in[i - 1];
    return value;
}

static bool comment_valid(struct ys_bytes comment)
{
    if (comment.size == 0 || comment.size > YS_KEY_NAME_MAX)
        return false;
    for (size_t i = 0; i < comment.size; i++) {
        if (comment.data[i] < 0x20 || comment.data[i] >= 0x7f)
            return false;
    }
    return true;
}

static struct cost cost_of(enum ys_keyfile_kdf kdf)
{
    switch (kdf) {
    case YS_KDF_NONE:
        return (struct cost){.kdf = KDF_BYTE_NONE};
    case YS_KDF_INTERACTIVE:
        return (struct cost){.kdf = KDF_BYTE_ARGON2ID13,
                             .opslimit = crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             .memlimit = crypto_pwhash_MEMLIMIT_INTERACTIVE};
    case YS_KDF_MODERATE:
        return (struct cost){.kdf = KDF_BYTE_ARGON2ID13,
                             .opslimit = crypto_pwhash_OPSLIMIT_MODERATE,
                             .memlimit = crypto_pwhash_MEMLIMIT_MODERATE};
    }
    YS_ASSERT(false);
    return (struct cost){0};
}

static enum ys_code key_derive(const struct cost *cost, struct ys_bytes passphrase,
                               const uint8_t salt[YS_KEYFILE_SALT_LEN], uint8_t key_out[KEY_LEN],
                               struct ys_err *err)
{
    if (cost->kdf == KDF_BYTE_NONE) {
        memset(key_out, 0, KEY_LEN);
        return YS_OK;
    }
    const char *text = passphrase.size == 0 ? "" : (const char *)passphrase.data;
    if (crypto_pwhash(key_out, KEY_LEN, text, passphrase.size, salt, cost->opslimit,
                      (size_t)cost->memlimit, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return ys_fail(err, YS_NOMEM, "key file: Argon2id needs %" PRIu64 " MiB of memory",
                       cost->memlimit >> 20);
    return YS_OK;
}

static size_t plain_encode(const struct ys_keyfile *keys, uint8_t out[PLAIN_MAX])
{
    uint8_t *at = out;
    *at++ = (uint8_t)keys->count;
    for (unsigned i = 0; i < keys->count; i++, at += SEED_SIZE) {
        at[0] = keys->seed[i].purpose;
        le_put(at + 1, 4, keys->seed[i].generation);
        memcpy(at + 5, keys->seed[i].seed, YS_SEED_LEN);
    }
    return (size_t)(at - out);
}

static void header_encode(const struct cost *cost, const uint8_t salt[YS_KEYFILE_SALT_LEN],
                          const uint8_t nonce[YS_KEYFILE_NONCE_LEN], uint8_t out[AT_BOX])
{
    memcpy(out, "yk01", 4);
    out[AT_KDF] = cost->kdf;
    le_put(out + AT_OPSLIMIT, 4, cost->opslimit);
    le_put(out + AT_MEMLIMIT, 8, cost->memlimit);
    /* Without a KDF nothing depends on the salt: zeros, so that no byte can change unnoticed. */
    if (cost->kdf == KDF_BYTE_NONE)
        memset(out + AT_SALT, 0, YS_KEYFILE_SALT_LEN);
    else
        memcpy(out + AT_SALT, salt, YS_KEYFILE_SALT_LEN);
    memcpy(out + AT_NONCE, nonce, YS_KEYFILE_NONCE_LEN);
}

enum ys_code ys_keyfile_print(const struct ys_keyfile *keys, enum ys_keyfile_kdf kdf,
                              struct ys_bytes passphrase, const uint8_t salt[YS_KEYFILE_SALT_LEN],
                              const uint8_t nonce[YS_KEYFILE_NONCE_LEN],
                              char out[YS_KEYFILE_TEXT_MAX], struct ys_err *err)
{
    YS_ASSERT(keys->count >= 1 && keys->count <= YS_KEYFILE_SEEDS_MAX);
    const struct ys_bytes comment = ys_bytes_of_text(keys->comment);
    if (!comment_valid(comment))
        return ys_fail(err, YS_MALFORMED, "key file: the comment must be 1 to %d printable bytes",
                       YS_KEY_NAME_MAX);

    const struct cost cost = cost_of(kdf);
    SECRETS_SCOPED secrets = {.keys = {.count = 0}};
    const enum ys_code code = key_derive(&cost, passphrase, salt, secrets.key, err);
    if (code != YS_OK)
        return code;

    uint8_t *bytes = secrets.sealed.bytes;
    header_encode(&cost, salt, nonce, bytes);
    const size_t plain_size = plain_encode(keys, secrets.plain);
    YS_ASSERT(
        crypto_secretbox_easy(bytes + AT_BOX, secrets.plain, plain_size, nonce, secrets.key) == 0);

    struct ys_writer w = {.data = (uint8_t *)out, .capacity = YS_KEYFILE_TEXT_MAX - 1};
    ys_writer_text(&w, COMMENT_PREFIX);
    ys_writer_bytes(&w, comment);
    ys_writer_text(&w, "\n");
    ys_writer_base64(&w, (struct ys_bytes){.data = bytes, .size = AT_BOX + MAC_LEN + plain_size});
    ys_writer_text(&w, "\n");
    YS_ASSERT(!w.overflow);
    out[w.size] = '\0';
    return YS_OK;
}

static enum ys_code cost_check(const struct sealed *sealed, struct ys_err *err)
{
    const struct cost *cost = &sealed->cost;
    if (cost->kdf == KDF_BYTE_NONE) {
        if (cost->opslimit != 0 || cost->memlimit != 0 ||
            !sodium_is_zero(sealed->bytes + AT_SALT, YS_KEYFILE_SALT_LEN))
            return ys_fail(err, YS_MALFORMED, "key file: costs or salt without a passphrase");
        return YS_OK;
    }
    if (cost->kdf != KDF_BYTE_ARGON2ID13)
        return ys_fail(err, YS_MALFORMED, "key file: unknown key derivation %u", cost->kdf);
    if (cost->opslimit > OPSLIMIT_MAX || cost->memlimit > MEMLIMIT_MAX)
        return ys_fail(err, YS_LIMIT,
                       "key file: asks for %" PRIu32 " passes over %" PRIu64
                       " bytes, limit is %d over %" PRIu64,
                       cost->opslimit, cost->memlimit, OPSLIMIT_MAX, MEMLIMIT_MAX);
    /* Argon2id counts KiB: lower bits would have no effect, so they could change unnoticed. */
    if (cost->opslimit < crypto_pwhash_OPSLIMIT_MIN ||
        cost->memlimit < crypto_pwhash_MEMLIMIT_MIN || cost->memlimit % 1024 != 0)
        return ys_fail(err, YS_MALFORMED,
                       "key file: %" PRIu32 " passes over %" PRIu64 " bytes make no sense",
                       cost->opslimit, cost->memlimit);
    return YS_OK;
}

static enum ys_code sealed_parse(struct ys_bytes text, struct sealed *out, struct ys_err *err)
{
    struct ys_bytes rest = text;
    struct ys_bytes line;
    if (!ys_bytes_take_line(&rest, &line) || !ys_bytes_starts_with(line, COMMENT_PREFIX))
        return ys_fail(err, YS_MALFORMED, "key file: the first line is not a yishi comment");
    out->comment = ys_bytes_skip(line, strlen(COMMENT_PREFIX));
    if (!comment_valid(out->comment))
        return ys_fail(err, YS_MALFORMED, "key file: the comment must be 1 to %d printable bytes",
                       YS_KEY_NAME_MAX);
    if (!ys_bytes_take_line(&rest, &line) || rest.size != 0)
        return ys_fail(err, YS_MALFORMED, "key file: it must have two whole lines");
    if (ys_base64_decode(line, out->bytes, sizeof out->bytes, &out->size) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "key file: the second line is not base64 of a key");
    if (out->size < AT_BOX + MAC_LEN + 1 + SEED_SIZE ||
        (out->size - AT_BOX - MAC_LEN - 1) % SEED_SIZE != 0)
        return ys_fail(err, YS_MALFORMED, "key file: %zu bytes are not a whole number of keys",
                       out->size);
    if (memcmp(out->bytes, "yk01", 4) != 0)
        return ys_fail(err, YS_MALFORMED, "key file: not of version yk01");
    out->cost = (struct cost){.kdf = out->bytes[AT_KDF],
                              .opslimit = (uint32_t)le_get(out->bytes + AT_OPSLIMIT, 4),
                              .memlimit = le_get(out->bytes + AT_MEMLIMIT, 8)};
    return cost_check(out, err);
}

static bool plain_decode(const uint8_t *plain, size_t size, struct ys_keyfile *out)
{
    const unsigned count = plain[0];
    if (size != 1 + (size_t)count * SEED_SIZE)
        return false;
    out->count = count;
    const uint8_t *at = plain + 1;
    for (unsigned i = 0; i < count; i++, at += SEED_SIZE) {
        out->seed[i].purpose = at[0];
        out->seed[i].generation = (uint32_t)le_get(at + 1, 4);
        memcpy(out->seed[i].seed, at + 5, YS_SEED_LEN);
    }
    return true;
}

enum ys_code ys_keyfile_parse(struct ys_bytes text, struct ys_bytes passphrase,
                              struct ys_keyfile *out, struct ys_err *err)
{
    SECRETS_SCOPED secrets = {.keys = {.count = 0}};
    const struct sealed *sealed = &secrets.sealed;
    enum ys_code code = sealed_parse(text, &secrets.sealed, err);
    if (code != YS_OK)
        return code;
    code = key_derive(&sealed->cost, passphrase, sealed->bytes + AT_SALT, secrets.key, err);
    if (code != YS_OK)
        return code;

    if (crypto_secretbox_open_easy(secrets.plain, sealed->bytes + AT_BOX, sealed->size - AT_BOX,
                                   sealed->bytes + AT_NONCE, secrets.key) != 0)
        return ys_fail(err, YS_BAD_SIG, "key file: wrong passphrase, or the file was changed");
    if (!plain_decode(secrets.plain, sealed->size - AT_BOX - MAC_LEN, &secrets.keys))
        return ys_fail(err, YS_MALFORMED, "key file: its count of keys does not fit its length");
    memcpy(secrets.keys.comment, sealed->comment.data, sealed->comment.size);
    *out = secrets.keys;
    return YS_OK;
}

enum ys_code ys_keyfile_is_locked(struct ys_bytes text, bool *locked_out, struct ys_err *err)
{
    SECRETS_SCOPED secrets = {.keys = {.count = 0}};
    const enum ys_code code = sealed_parse(text, &secrets.sealed, err);
    if (code == YS_OK)
        *locked_out = secrets.sealed.cost.kdf != KDF_BYTE_NONE;
    return code;
}
