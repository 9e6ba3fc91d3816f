#include "crypto/key.h"

#include "crypto/assert.h"
#include "crypto/base64.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

_Static_assert(YS_PUBKEY_LEN == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
_Static_assert(YS_SEED_LEN == crypto_sign_SEEDBYTES, "Ed25519 seed");
_Static_assert(YS_SIG_LEN == crypto_sign_BYTES, "Ed25519 signature");
_Static_assert(YS_SEED_LEN == crypto_kdf_KEYBYTES, "a master is a KDF key");
_Static_assert(YS_SEED_LEN == crypto_scalarmult_SCALARBYTES, "X25519 secret");

enum { ID_TEXT_LEN = 8, KEY_TEXT_LEN = YS_BASE64_LEN(1 + YS_PUBKEY_LEN) };

bool ys_key_name_valid(struct ys_bytes name)
{
    if (name.size == 0 || name.size > YS_KEY_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] <= 0x20 || name.data[i] >= 0x7f || name.data[i] == '+')
            return false;
    }
    return true;
}

static uint32_t vkey_id(struct ys_bytes name, uint8_t type, const uint8_t key[YS_PUBKEY_LEN])
{
    const uint8_t between[2] = {'\n', type};
    struct ys_sha256 state;
    struct ys_hash hash;
    ys_sha256_init(&state);
    ys_sha256_update(&state, name);
    ys_sha256_update(&state, (struct ys_bytes){.data = between, .size = sizeof between});
    ys_sha256_update(&state, (struct ys_bytes){.data = key, .size = YS_PUBKEY_LEN});
    ys_sha256_final(&state, &hash);
    return ys_be32_get(hash.bytes);
}

static bool type_is_known(uint8_t type)
{
    return type == YS_SIG_ED25519 || type == YS_SIG_COSIGNATURE_V1;
}

static enum ys_code vkey_fill(struct ys_bytes name, uint8_t type, const uint8_t key[YS_PUBKEY_LEN],
                              struct ys_vkey *out)
{
    if (!ys_key_name_valid(name) || !type_is_known(type))
        return YS_MALFORMED;
    struct ys_vkey vkey = {.type = type, .id = vkey_id(name, type, key)};
    memcpy(vkey.name, name.data, name.size);
    memcpy(vkey.key, key, YS_PUBKEY_LEN);
    *out = vkey;
    return YS_OK;
}

enum ys_code ys_vkey_make(const char *name, uint8_t type, const uint8_t key[YS_PUBKEY_LEN],
                          struct ys_vkey *out)
{
    return vkey_fill(ys_bytes_of_text(name), type, key, out);
}

enum ys_code ys_pubkey_check(const uint8_t key[YS_PUBKEY_LEN])
{
    return crypto_core_ed25519_is_valid_point(key) == 1 ? YS_OK : YS_MALFORMED;
}

/* Eight lower-case hex digits. */
static bool id_parse(struct ys_bytes text, uint32_t *out)
{
    if (text.size != ID_TEXT_LEN)
        return false;
    uint32_t id = 0;
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = text.data[i];
        if (c >= '0' && c <= '9')
            id = id << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            id = id << 4 | (uint32_t)(c - 'a' + 10);
        else
            return false;
    }
    *out = id;
    return true;
}

enum ys_code ys_vkey_parse_again(struct ys_bytes text, struct ys_vkey *out)
{
    enum { AFTER_NAME = 1 + ID_TEXT_LEN + 1 + KEY_TEXT_LEN };
    if (text.size <= AFTER_NAME)
        return YS_MALFORMED;
    const struct ys_bytes name = {.data = text.data, .size = text.size - AFTER_NAME};
    const uint8_t *id_text = name.data + name.size + 1;
    const uint8_t *key_text = id_text + ID_TEXT_LEN + 1;
    if (id_text[-1] != '+' || key_text[-1] != '+')
        return YS_MALFORMED;

    uint32_t id = 0;
    uint8_t typed_key[1 + YS_PUBKEY_LEN];
    size_t size = 0;
    if (!id_parse((struct ys_bytes){.data = id_text, .size = ID_TEXT_LEN}, &id) ||
        ys_base64_decode((struct ys_bytes){.data = key_text, .size = KEY_TEXT_LEN}, typed_key,
                         sizeof typed_key, &size) != YS_OK ||
        size != sizeof typed_key)
        return YS_MALFORMED;

    struct ys_vkey vkey;
    if (vkey_fill(name, typed_key[0], typed_key + 1, &vkey) != YS_OK || vkey.id != id)
        return YS_MALFORMED;
    *out = vkey;
    return YS_OK;
}

enum ys_code ys_vkey_parse(struct ys_bytes text, struct ys_vkey *out)
{
    struct ys_vkey vkey;
    if (ys_vkey_parse_again(text, &vkey) != YS_OK || ys_pubkey_check(vkey.key) != YS_OK)
        return YS_MALFORMED;
    *out = vkey;
    return YS_OK;
}

void ys_vkey_print(const struct ys_vkey *key, char out[YS_VKEY_TEXT_MAX])
{
    uint8_t typed_key[1 + YS_PUBKEY_LEN];
    typed_key[0] = key->type;
    memcpy(typed_key + 1, key->key, YS_PUBKEY_LEN);
    char key_text[KEY_TEXT_LEN + 1];
    sodium_bin2base64(key_text, sizeof key_text, typed_key, sizeof typed_key,
                      sodium_base64_VARIANT_ORIGINAL);
    const int length =
        snprintf(out, YS_VKEY_TEXT_MAX, "%s+%08" PRIx32 "+%s", key->name, key->id, key_text);
    YS_ASSERT(length > 0 && length < YS_VKEY_TEXT_MAX);
}

bool ys_vkey_equal(const struct ys_vkey *a, const struct ys_vkey *b)
{
    return a->type == b->type && a->id == b->id && memcmp(a->key, b->key, YS_PUBKEY_LEN) == 0 &&
           strcmp(a->name, b->name) == 0;
}

enum ys_code ys_signer_init(struct ys_signer *signer, const char *name, uint8_t type,
                            const uint8_t seed[YS_SEED_LEN])
{
    if (!ys_key_name_valid(ys_bytes_of_text(name)) || !type_is_known(type))
        return YS_MALFORMED;
    uint8_t key[YS_PUBKEY_LEN];
    YS_ASSERT(crypto_sign_seed_keypair(key, signer->secret, seed) == 0);
    return ys_vkey_make(name, type, key, &signer->vkey);
}

void ys_signer_clear(struct ys_signer *signer)
{
    sodium_memzero(signer, sizeof *signer);
}

void ys_sign(const struct ys_signer *signer, struct ys_bytes message, uint8_t sig_out[YS_SIG_LEN])
{
    YS_ASSERT(crypto_sign_detached(sig_out, NULL, message.data, message.size, signer->secret) == 0);
}

enum ys_code ys_verify(const uint8_t key[YS_PUBKEY_LEN], struct ys_bytes message,
                       struct ys_bytes sig)
{
    if (sig.size != YS_SIG_LEN)
        return YS_BAD_SIG;
    return crypto_sign_verify_detached(sig.data, message.data, message.size, key) == 0 ? YS_OK
                                                                                       : YS_BAD_SIG;
}

void ys_seed_derive(const uint8_t master[YS_SEED_LEN], enum ys_key_purpose purpose,
                    uint32_t generation, uint8_t seed_out[YS_SEED_LEN])
{
    const uint64_t subkey = (uint64_t)purpose << 32 | generation;
    YS_ASSERT(crypto_kdf_derive_from_key(seed_out, YS_SEED_LEN, subkey, "yishikey", master) == 0);
}

void ys_transport_public(const uint8_t secret[YS_SEED_LEN], uint8_t public_out[YS_PUBKEY_LEN])
{
    YS_ASSERT(crypto_scalarmult_base(public_out, secret) == 0);
}

struct known_answer {
    const char *key, *sig, *message;
    enum ys_code verdict;
};

/* Of C2SP/CCTV 1e3d2860, ed25519vectors.json, BSD-3-Clause. */
static const struct known_answer known_answers[] = {
    /* number 305: key and R of prime order */
    {.key = "ef75b20e7540e3dff77404193652ba2bd13df99c1508eee1515e27ae25f28076",
     .sig = "b62cf890de42c413b11b1411c9f01f1c4d77aa87ef182258d1251f69af2a3506"
            "40657f1cb030f12543549bbabd848dc6403d354e7c99c4d0dcee9f63c9033b00",
     .message = "ed25519vectors 5",
     .verdict = YS_OK},
    /* number 51: mixed-order key, low-order residue; the cofactored equation would accept it */
    {.key = "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
     .sig = "b62cf890de42c413b11b1411c9f01f1c4d77aa87ef182258d1251f69af2a3506"
            "030b03796b78f7afeadfccaedc9d09ce6d487d1ece1f16b1ae2b59b7e5c40603",
     .message = "ed25519vectors 3",
     .verdict = YS_BAD_SIG},
};

static void from_hex(uint8_t *out, size_t size, const char *hex)
{
    size_t written = 0;
    YS_ASSERT(sodium_hex2bin(out, size, hex, strlen(hex), NULL, &written, NULL) == 0 &&
              written == size);
}

enum ys_code ys_crypto_selftest(struct ys_err *err)
{
    for (size_t i = 0; i < sizeof known_answers / sizeof known_answers[0]; i++) {
        const struct known_answer *known = &known_answers[i];
        uint8_t key[YS_PUBKEY_LEN];
        uint8_t sig[YS_SIG_LEN];
        from_hex(key, sizeof key, known->key);
        from_hex(sig, sizeof sig, known->sig);
        const enum ys_code got = ys_verify(key, ys_bytes_of_text(known->message),
                                           (struct ys_bytes){.data = sig, .size = sizeof sig});
        if (got != known->verdict)
            return ys_fail(
                err, YS_CORRUPT, "libsodium %s: Ed25519 self-test %zu gave %s where %s is right",
                sodium_version_string(), i + 1, ys_code_name(got), ys_code_name(known->verdict));
    }
    return YS_OK;
}
