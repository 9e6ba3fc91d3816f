#include "node/keystore.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "node/file.h"
#include "node/lang.h"
#include "proto/join.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEYFILE_SCOPED __attribute__((cleanup(ys_keyfile_clear))) struct ys_keyfile

enum ys_code ys_kdf_parse(const char *text, enum ys_keyfile_kdf *out, struct ys_err *err)
{
    static const struct {
        const char *name;
        enum ys_keyfile_kdf kdf;
    } names[] = {
        {"moderate", YS_KDF_MODERATE}, {"interactive", YS_KDF_INTERACTIVE}, {"none", YS_KDF_NONE}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i].name, text) == 0) {
            *out = names[i].kdf;
            return YS_OK;
        }
    }
    return ys_fail(err, YS_USAGE, _("--kdf \"%s\" is none of moderate, interactive, none"), text);
}

/* --- one key file --- */

enum ys_code ys_keystore_save(const char *path, const struct ys_keyfile *keys,
                              enum ys_keyfile_kdf kdf, const struct ys_passphrase *passphrase,
                              struct ys_err *err)
{
    char text[YS_KEYFILE_TEXT_MAX];
    uint8_t salt[YS_KEYFILE_SALT_LEN];
    uint8_t nonce[YS_KEYFILE_NONCE_LEN];
    randombytes_buf(salt, sizeof salt);
    randombytes_buf(nonce, sizeof nonce);
    enum ys_code code =
        ys_keyfile_print(keys, kdf, ys_passphrase_bytes(passphrase), salt, nonce, text, err);
    if (code == YS_OK)
        code = ys_file_write(path, 0600, ys_bytes_of_text(text), err);
    sodium_memzero(text, sizeof text);
    return code;
}

/* What passphrases call the key of this name. */
static void body_of(const char *key_name, char out[YS_BODY_NAME_MAX + 1])
{
    struct ys_name name;
    const char *body = "node";
    if (ys_name_parse(ys_bytes_of_text(key_name), &name, NULL) == YS_OK) {
        if (name.kind == YS_NAME_BODY)
            body = name.body;
        else if (name.kind == YS_NAME_ROOT)
            body = "root";
    }
    (void)snprintf(out, YS_BODY_NAME_MAX + 1, "%s", body);
}

static enum ys_code get_passphrase(const char *path, const char *key_name,
                                   const struct ys_passphrases *from, bool is_new,
                                   struct ys_passphrase *out, struct ys_err *err)
{
    char body[YS_BODY_NAME_MAX + 1];
    if (from == NULL)
        return ys_fail(err, YS_REFUSED, _("%s: has a passphrase, and there is nobody to ask"),
                       path);
    body_of(key_name, body);
    return ys_passphrases_get(from, body, key_name, is_new, out, err);
}

enum ys_code ys_keystore_open(const char *path, const char *body, const char *key_name,
                              const struct ys_passphrases *from, struct ys_keyfile *out,
                              struct ys_err *err)
{
    char text[YS_KEYFILE_TEXT_MAX];
    struct ys_err why = {0};
    size_t size = 0;
    bool locked = false;
    YS_PASSPHRASE_SCOPED passphrase = {.size = 0};
    enum ys_code code = ys_file_read(path, YS_FILE_SECRET, text, sizeof text, &size, err);
    if (code == YS_LIMIT)
        return ys_fail(err, YS_MALFORMED, _("%s: too long for a key file"), path);
    if (code != YS_OK)
        return code;
    const struct ys_bytes bytes = {.data = (const uint8_t *)text, .size = size};
    code = ys_keyfile_is_locked(bytes, &locked, &why);
    if (code == YS_OK && locked) {
        code = from == NULL ? ys_fail(err, YS_REFUSED,
                                      _("%s: has a passphrase, and there is nobody to ask"), path)
                            : ys_passphrases_get(from, body, key_name, false, &passphrase, err);
        if (code != YS_OK)
            return code;
    }
    if (code == YS_OK)
        code = ys_keyfile_parse(bytes, ys_passphrase_bytes(&passphrase), out, &why);
    sodium_memzero(text, sizeof text);
    return code == YS_OK ? YS_OK : ys_fail(err, code, "%s: %s", path, why.msg);
}

/* The file of a body, the root or the node. */
static enum ys_code open_file(const char *path, const char *key_name,
                              const struct ys_passphrases *from, struct ys_keyfile *out,
                              struct ys_err *err)
{
    char body[YS_BODY_NAME_MAX + 1];
    body_of(key_name, body);
    return ys_keystore_open(path, body, key_name, from, out, err);
}

static const struct ys_keyfile_seed *find_seed(const struct ys_keyfile *keys, uint8_t purpose)
{
    for (unsigned i = 0; i < keys->count; i++)
        if (keys->seed[i].purpose == purpose)
            return &keys->seed[i];
    return NULL;
}

static enum ys_code check_content(const char *path, const char *key_name,
                                  const struct ys_keyfile *keys, uint8_t purpose,
                                  struct ys_err *err)
{
    if (strcmp(keys->comment, key_name) != 0)
        return ys_fail(err, YS_DENIED, _("%s: is the key of %s, not of %s"), path, keys->comment,
                       key_name);
    if (find_seed(keys, purpose) == NULL)
        return ys_fail(err, YS_MALFORMED, _("%s: holds no such key"), path);
    return YS_OK;
}

enum ys_code ys_keystore_make(const char *path, const struct ys_name *name, enum ys_keyfile_kdf kdf,
                              const struct ys_passphrases *from, struct ys_signer *signer_out,
                              struct ys_err *err)
{
    KEYFILE_SCOPED keys = {.count = 1};
    YS_PASSPHRASE_SCOPED passphrase = {.size = 0};
    if (access(path, F_OK) == 0)
        return ys_fail(err, YS_EXISTS, _("%s: there is a key already"), path);
    ys_name_print(name, keys.comment);
    enum ys_code code = kdf == YS_KDF_NONE
                            ? YS_OK
                            : get_passphrase(path, keys.comment, from, true, &passphrase, err);
    if (code != YS_OK)
        return code;
    keys.seed[0].purpose = YS_PURPOSE_BODY;
    randombytes_buf(keys.seed[0].seed, YS_SEED_LEN);
    code = ys_keystore_save(path, &keys, kdf, &passphrase, err);
    if (code == YS_OK)
        code = ys_signer_init(signer_out, keys.comment, YS_SIG_ED25519, keys.seed[0].seed);
    return code;
}

enum ys_code ys_keystore_load(const char *path, const struct ys_name *name,
                              const struct ys_passphrases *from, struct ys_signer *signer_out,
                              struct ys_err *err)
{
    KEYFILE_SCOPED keys = {.count = 0};
    char key_name[YS_KEY_NAME_MAX + 1];
    ys_name_print(name, key_name);
    enum ys_code code = open_file(path, key_name, from, &keys, err);
    if (code == YS_OK)
        code = check_content(path, key_name, &keys, YS_PURPOSE_BODY, err);
    if (code != YS_OK)
        return code;
    return ys_signer_init(signer_out, key_name, YS_SIG_ED25519,
                          find_seed(&keys, YS_PURPOSE_BODY)->seed);
}

enum ys_code ys_keystore_relock(const char *path, const struct ys_name *name,
                                enum ys_keyfile_kdf kdf, const struct ys_passphrases *from,
                                const struct ys_passphrases *new_from, struct ys_err *err)
{
    KEYFILE_SCOPED keys = {.count = 0};
    YS_PASSPHRASE_SCOPED passphrase = {.size = 0};
    char key_name[YS_KEY_NAME_MAX + 1];
    ys_name_print(name, key_name);
    enum ys_code code = open_file(path, key_name, from, &keys, err);
    if (code == YS_OK)
        code = check_content(path, key_name, &keys, YS_PURPOSE_BODY, err);
    if (code == YS_OK && kdf != YS_KDF_NONE)
        code = get_passphrase(path, key_name, new_from, true, &passphrase, err);
    return code != YS_OK ? code : ys_keystore_save(path, &keys, kdf, &passphrase, err);
}

/* --- the node's own keys --- */

enum ys_code ys_keystore_make_node(const struct ys_home *home, const struct ys_name *origin,
                                   struct ys_node_keys *out, struct ys_err *err)
{
    KEYFILE_SCOPED keys = {.count = 1};
    const struct ys_passphrase none = {.size = 0};
    char path[PATH_MAX];
    ys_home_path(home, "node.key", path);
    ys_name_print(origin, keys.comment);
    keys.seed[0].purpose = YS_PURPOSE_MASTER;
    keys.seed[0].generation = 1;
    randombytes_buf(keys.seed[0].seed, YS_SEED_LEN);
    const enum ys_code code = ys_keystore_save(path, &keys, YS_KDF_NONE, &none, err);
    return code != YS_OK ? code : ys_node_keys_derive(out, keys.seed[0].seed, 1, origin, err);
}

enum ys_code ys_keystore_load_node(const struct ys_home *home, const struct ys_name *origin,
                                   struct ys_node_keys *out, struct ys_err *err)
{
    KEYFILE_SCOPED keys = {.count = 0};
    char path[PATH_MAX];
    char key_name[YS_KEY_NAME_MAX + 1];
    ys_home_path(home, "node.key", path);
    ys_name_print(origin, key_name);
    enum ys_code code = open_file(path, key_name, NULL, &keys, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_IO, _("%s: missing; restore it from its backup"), path);
    if (code == YS_OK)
        code = check_content(path, key_name, &keys, YS_PURPOSE_MASTER, err);
    if (code != YS_OK)
        return code;
    const struct ys_keyfile_seed *const master = find_seed(&keys, YS_PURPOSE_MASTER);
    YS_ASSERT(master != NULL); /* check_content has found it */
    return ys_node_keys_derive(out, master->seed, master->generation, origin, err);
}

/* --- public halves --- */

static const char possession_prefix[] = "possession ";
enum { PUBLIC_TEXT_MAX = YS_VKEY_TEXT_MAX + 16 + YS_BASE64_LEN(YS_SIG_LEN) + 2 };

void ys_possession_sign(const struct ys_signer *signer, const struct ys_name *origin,
                        const uint8_t transport[YS_PUBKEY_LEN], uint8_t out[YS_SIG_LEN])
{
    ys_join_statement_sign(signer, origin->deployment, &origin->division, "-", transport, out);
}

enum ys_code ys_public_save(const char *path, const struct ys_public *public, struct ys_err *err)
{
    char vkey[YS_VKEY_TEXT_MAX];
    uint8_t text[PUBLIC_TEXT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_vkey_print(&public->vkey, vkey);
    ys_writer_text(&w, vkey);
    ys_writer_text(&w, "\n");
    ys_writer_text(&w, possession_prefix);
    ys_writer_base64(&w, (struct ys_bytes){.data = public->possession, .size = YS_SIG_LEN});
    ys_writer_text(&w, "\n");
    YS_ASSERT(!w.overflow);
    return ys_file_write(path, 0600, (struct ys_bytes){.data = text, .size = w.size}, err);
}

enum ys_code ys_public_load(const char *path, struct ys_public *out, struct ys_err *err)
{
    uint8_t text[PUBLIC_TEXT_MAX];
    struct ys_public public;
    struct ys_bytes rest = {.data = text};
    struct ys_bytes vkey;
    struct ys_bytes possession;
    size_t size = 0;
    const enum ys_code code = ys_file_read(path, 0, text, sizeof text, &rest.size, err);
    if (code != YS_OK)
        return code;
    if (!ys_bytes_take_line(&rest, &vkey) || !ys_bytes_take_line(&rest, &possession) ||
        rest.size != 0 || ys_vkey_parse(vkey, &public.vkey) != YS_OK ||
        !ys_bytes_starts_with(possession, possession_prefix) ||
        ys_base64_decode(ys_bytes_skip(possession, sizeof possession_prefix - 1), public.possession,
                         YS_SIG_LEN, &size) != YS_OK ||
        size != YS_SIG_LEN)
        return ys_fail(err, YS_MALFORMED,
                       _("%s: not a verifier key and its possession; restore it from its backup"),
                       path);
    *out = public;
    return YS_OK;
}

/* Place of a body in listings: its class, then its name. */
static int compare_bodies(const char *a, const char *b)
{
    const unsigned class_a = ys_body_class(a);
    const unsigned class_b = ys_body_class(b);
    if (class_a != class_b)
        return class_a < class_b ? -1 : 1;
    return strcmp(a, b);
}

static void insert_body(struct ys_body_names *list, struct ys_bytes body)
{
    char name[YS_BODY_NAME_MAX + 1] = "";
    memcpy(name, body.data, body.size);
    size_t at = list->count++;
    for (; at > 0 && compare_bodies(name, list->name[at - 1]) < 0; at--)
        memcpy(list->name[at], list->name[at - 1], sizeof list->name[at]);
    memcpy(list->name[at], name, sizeof name);
}

enum ys_code ys_keystore_bodies(const struct ys_home *home, struct ys_body_names *out,
                                struct ys_err *err)
{
    static const char suffix[] = ".pub";
    char path[PATH_MAX];
    struct ys_body_names list = {.count = 0};
    ys_home_path(home, "keys", path);
    DIR *const folder = opendir(path);
    if (folder == NULL)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    enum ys_code code = YS_OK;
    for (const struct dirent *entry = readdir(folder); entry != NULL && code == YS_OK;
         entry = readdir(folder)) {
        const size_t length = strlen(entry->d_name);
        if (length < sizeof suffix || strcmp(entry->d_name + length - 4, suffix) != 0)
            continue;
        const struct ys_bytes body = {.data = (const uint8_t *)entry->d_name, .size = length - 4};
        if (!ys_body_name_valid(body))
            continue;
        if (list.count == YS_KEYSTORE_BODIES_MAX)
            code = ys_fail(err, YS_LIMIT,
                           _("%s: keys of more than %d bodies; move those of the others away"),
                           path, YS_KEYSTORE_BODIES_MAX);
        else
            insert_body(&list, body);
    }
    closedir(folder);
    if (code == YS_OK)
        *out = list;
    return code;
}

enum ys_code ys_keystore_has_room(const struct ys_home *home, const char *body, struct ys_err *err)
{
    struct ys_body_names names;
    const enum ys_code code = ys_keystore_bodies(home, &names, err);
    if (code != YS_OK)
        return code;
    for (size_t i = 0; i < names.count; i++)
        if (strcmp(names.name[i], body) == 0)
            return YS_OK;
    return names.count < YS_KEYSTORE_BODIES_MAX
               ? YS_OK
               : ys_fail(err, YS_LIMIT,
                         _("%s: has keys of %d bodies already, and no more can join"), home->path,
                         YS_KEYSTORE_BODIES_MAX);
}

void ys_keystore_path(const struct ys_home *home, const char *body, const char *suffix,
                      char out[PATH_MAX])
{
    char name[64];
    const int length = snprintf(name, sizeof name, "keys/%s%s", body, suffix);
    YS_ASSERT(length > 0 && length < (int)sizeof name);
    ys_home_path(home, name, out);
}
