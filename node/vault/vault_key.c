#include "node/vault/vault_key.h"

#include "crypto/base64.h"
#include "node/file.h"
#include "node/lang.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEYFILE_SCOPED __attribute__((cleanup(ys_keyfile_clear))) struct ys_keyfile

enum { PUBLIC_TEXT = YS_BASE64_LEN(YS_PUBKEY_LEN) + 1 };

void ys_vault_key_clear(struct ys_vault_key *key)
{
    sodium_memzero(key, sizeof *key);
}

static void key_path(const struct ys_home *home, char out[PATH_MAX])
{
    ys_keystore_path(home, YS_VAULT_BODY, ".key", out);
}

static void public_path(const struct ys_home *home, char out[PATH_MAX])
{
    ys_keystore_path(home, YS_VAULT_BODY, ".pub", out);
}

/* For people, in the key file and the prompt: the vault of this unit. */
static void name_of(const struct ys_name *origin, char out[YS_KEY_NAME_MAX + 1])
{
    (void)snprintf(out, YS_KEY_NAME_MAX + 1, "%s/%s/" YS_VAULT_BODY, origin->deployment,
                   origin->division.digits);
}

static enum ys_code save_public(const char *path, const uint8_t public[YS_PUBKEY_LEN],
                                struct ys_err *err)
{
    uint8_t text[PUBLIC_TEXT];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_writer_base64(&w, (struct ys_bytes){.data = public, .size = YS_PUBKEY_LEN});
    ys_writer_text(&w, "\n");
    return ys_file_write(path, 0600, (struct ys_bytes){.data = text, .size = w.size}, err);
}

static enum ys_code check_content(const char *path, const struct ys_keyfile *keys,
                                  struct ys_err *err)
{
    return keys->count == 1 && keys->seed[0].purpose == YS_PURPOSE_VAULT
               ? YS_OK
               : ys_fail(err, YS_MALFORMED, _("%s: holds no such key"), path);
}

static enum ys_code restore_public(const char *secret, const char *public, const char *name,
                                   const struct ys_passphrases *from,
                                   uint8_t public_out[YS_PUBKEY_LEN], struct ys_err *err)
{
    KEYFILE_SCOPED keys = {.count = 0};
    enum ys_code code = ys_keystore_open(secret, YS_VAULT_BODY, name, from, &keys, err);
    if (code == YS_OK)
        code = check_content(secret, &keys, err);
    if (code != YS_OK)
        return code;
    ys_transport_public(keys.seed[0].seed, public_out);
    return save_public(public, public_out, err);
}

enum ys_code ys_vault_key_make(const struct ys_home *home, const struct ys_name *origin,
                               enum ys_keyfile_kdf kdf, const struct ys_passphrases *from,
                               uint8_t public_out[YS_PUBKEY_LEN], struct ys_err *err)
{
    KEYFILE_SCOPED keys = {.count = 1};
    YS_PASSPHRASE_SCOPED passphrase = {.size = 0};
    char secret[PATH_MAX];
    char public[PATH_MAX];
    key_path(home, secret);
    public_path(home, public);
    if (access(public, F_OK) == 0)
        return ys_fail(err, YS_EXISTS,
                       _("%s: this node has a vault already; what is sealed in it opens with its "
                         "key alone, so there is never another"),
                       public);
    name_of(origin, keys.comment);
    /* A secret without its public half: the call that made it was cut short, or somebody has lost that
     * file. It may have sealed something, so it is never replaced. */
    if (access(secret, F_OK) == 0)
        return restore_public(secret, public, keys.comment, from, public_out, err);
    enum ys_code code = YS_OK;
    if (kdf != YS_KDF_NONE)
        code = ys_passphrases_get(from, YS_VAULT_BODY, keys.comment, true, &passphrase, err);
    if (code != YS_OK)
        return code;
    keys.seed[0].purpose = YS_PURPOSE_VAULT;
    keys.seed[0].generation = 1;
    randombytes_buf(keys.seed[0].seed, YS_SEED_LEN);
    ys_transport_public(keys.seed[0].seed, public_out);
    code = ys_keystore_save(secret, &keys, kdf, &passphrase, err);
    return code == YS_OK ? save_public(public, public_out, err) : code;
}

enum ys_code ys_vault_key_public(const struct ys_home *home, uint8_t public_out[YS_PUBKEY_LEN],
                                 struct ys_err *err)
{
    char path[PATH_MAX];
    uint8_t text[PUBLIC_TEXT];
    uint8_t key[YS_PUBKEY_LEN];
    size_t size = 0;
    size_t length = 0;
    public_path(home, path);
    const enum ys_code code = ys_file_read(path, 0, text, sizeof text, &size, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND,
                       _("%s: this node has no vault yet; make one with: yishi key new vault"),
                       home->path);
    if (code != YS_OK && code != YS_LIMIT)
        return code;
    if (code == YS_LIMIT || size != sizeof text || text[size - 1] != '\n' ||
        ys_base64_decode((struct ys_bytes){.data = text, .size = size - 1}, key, sizeof key,
                         &length) != YS_OK ||
        length != sizeof key)
        return ys_fail(err, YS_MALFORMED,
                       _("%s: not the public key of a vault; restore it from its backup"), path);
    memcpy(public_out, key, sizeof key);
    return YS_OK;
}

/* Read the file and check that it is this vault's. */
static enum ys_code open_checked(const struct ys_home *home, const struct ys_name *origin,
                                 const struct ys_passphrases *from, struct ys_keyfile *out,
                                 uint8_t public[YS_PUBKEY_LEN], struct ys_err *err)
{
    char path[PATH_MAX];
    char name[YS_KEY_NAME_MAX + 1];
    uint8_t derived[YS_PUBKEY_LEN];
    key_path(home, path);
    name_of(origin, name);
    enum ys_code code = ys_vault_key_public(home, public, err);
    if (code != YS_OK)
        return code;
    code = ys_keystore_open(path, YS_VAULT_BODY, name, from, out, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_IO, _("%s: missing; restore it from its backup"), path);
    if (code == YS_OK)
        code = check_content(path, out, err);
    if (code != YS_OK)
        return code;
    ys_transport_public(out->seed[0].seed, derived);
    if (memcmp(derived, public, sizeof derived) != 0)
        return ys_fail(err, YS_DENIED,
                       _("%s: is the key of another vault, not of the one in keys/vault.pub"),
                       path);
    return YS_OK;
}

enum ys_code ys_vault_key_load(const struct ys_home *home, const struct ys_name *origin,
                               const struct ys_passphrases *from, struct ys_vault_key *out,
                               struct ys_err *err)
{
    KEYFILE_SCOPED keys = {.count = 0};
    uint8_t public[YS_PUBKEY_LEN];
    const enum ys_code code = open_checked(home, origin, from, &keys, public, err);
    if (code != YS_OK)
        return code;
    memcpy(out->public, public, sizeof out->public);
    memcpy(out->secret, keys.seed[0].seed, sizeof out->secret);
    return YS_OK;
}

enum ys_code ys_vault_key_relock(const struct ys_home *home, const struct ys_name *origin,
                                 enum ys_keyfile_kdf kdf, const struct ys_passphrases *from,
                                 const struct ys_passphrases *new_from, struct ys_err *err)
{
    KEYFILE_SCOPED keys = {.count = 0};
    YS_PASSPHRASE_SCOPED passphrase = {.size = 0};
    uint8_t public[YS_PUBKEY_LEN];
    char path[PATH_MAX];
    key_path(home, path);
    enum ys_code code = open_checked(home, origin, from, &keys, public, err);
    if (code == YS_OK && kdf != YS_KDF_NONE)
        code = ys_passphrases_get(new_from, YS_VAULT_BODY, keys.comment, true, &passphrase, err);
    return code != YS_OK ? code : ys_keystore_save(path, &keys, kdf, &passphrase, err);
}
