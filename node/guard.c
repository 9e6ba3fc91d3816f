#include "node/guard.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "node/file.h"
#include "node/lang.h"
#include "proto/text.h"
#include "sync/heads.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD_MAX = 512, GUARD_MODE = 0600, HEX_LEN = 2 * YS_STORE_ID_LEN };

void ys_guard_path(const struct ys_home *home, const struct ys_config *config, char out[PATH_MAX])
{
    static const char ending[] = ".guard";
    if (config->guard[0] != '\0') {
        snprintf(out, PATH_MAX, "%s", config->guard);
        return;
    }
    /* However the home is named, also as "." or with a slash behind it, the file lies beside it. */
    if (realpath(home->path, out) == NULL || strlen(out) + sizeof ending > PATH_MAX)
        snprintf(out, PATH_MAX, "%s", home->path);
    size_t size = strlen(out);
    while (size > 1 && out[size - 1] == '/')
        size--;
    memcpy(out + size, ending, sizeof ending);
}

/* --- the file --- */

/* The value on the line that begins with `key`, at the front of `rest`, which moves on. */
static bool take_line(struct ys_bytes *rest, const char *key, struct ys_bytes *value)
{
    const size_t key_size = strlen(key);
    const uint8_t *const end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    if (end == NULL || rest->size < key_size || memcmp(rest->data, key, key_size) != 0)
        return false;
    const size_t line = (size_t)(end - rest->data);
    if (line < key_size)
        return false;
    *value = (struct ys_bytes){rest->data + key_size, line - key_size};
    *rest = (struct ys_bytes){rest->data + line + 1, rest->size - line - 1};
    return true;
}

static bool parse(struct ys_bytes rest, struct ys_guard *out)
{
    struct ys_bytes value;
    size_t size = 0;
    char hex[HEX_LEN + 1] = "";
    if (!take_line(&rest, "yishi-guard 1", &value) || value.size != 0 ||
        !take_line(&rest, "origin ", &value) || ys_name_parse(value, &out->origin, NULL) != YS_OK ||
        out->origin.kind != YS_NAME_LOG || !take_line(&rest, "store ", &value) ||
        value.size != HEX_LEN)
        return false;
    memcpy(hex, value.data, HEX_LEN);
    return sodium_hex2bin(out->store_id, sizeof out->store_id, hex, HEX_LEN, NULL, &size, NULL) ==
               0 &&
           size == sizeof out->store_id && take_line(&rest, "size ", &value) &&
           ys_decimal_parse(value, INT64_MAX, &out->size) && take_line(&rest, "root ", &value) &&
           ys_base64_decode(value, out->root.bytes, sizeof out->root.bytes, &size) == YS_OK &&
           size == sizeof out->root.bytes && rest.size == 0;
}

enum ys_code ys_guard_load(const char *path, struct ys_guard *out, struct ys_err *err)
{
    char text[GUARD_MAX];
    size_t size = 0;
    const enum ys_code code = ys_file_read(path, 0, text, sizeof text, &size, err);
    if (code != YS_OK)
        return code;
    return parse((struct ys_bytes){(const uint8_t *)text, size}, out)
               ? YS_OK
               : ys_fail(err, YS_MALFORMED, _("%s: is no guard file of this version"), path);
}

enum ys_code ys_guard_save(const char *path, const struct ys_guard *guard, struct ys_err *err)
{
    char origin[YS_KEY_NAME_MAX + 1];
    char hex[HEX_LEN + 1];
    char text[GUARD_MAX];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = sizeof text};
    ys_name_print(&guard->origin, origin);
    sodium_bin2hex(hex, sizeof hex, guard->store_id, sizeof guard->store_id);
    ys_writer_text(&w, "yishi-guard 1\norigin ");
    ys_writer_text(&w, origin);
    ys_writer_text(&w, "\nstore ");
    ys_writer_text(&w, hex);
    ys_writer_text(&w, "\nsize ");
    ys_writer_decimal(&w, guard->size);
    ys_writer_text(&w, "\nroot ");
    ys_writer_base64(&w, (struct ys_bytes){guard->root.bytes, YS_HASH_LEN});
    ys_writer_text(&w, "\n");
    YS_ASSERT(!w.overflow);
    return ys_file_write(path, GUARD_MODE, (struct ys_bytes){w.data, w.size}, err);
}

/* --- and the store --- */

enum ys_code ys_guard_of_store(const struct ys_store *store, struct ys_txn *txn,
                               struct ys_guard *out, struct ys_err *err)
{
    struct ys_log own;
    struct ys_bytes note;
    enum ys_code code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    *out = (struct ys_guard){.origin = ys_store_identity(store)->origin};
    memcpy(out->store_id, ys_store_identity(store)->store_id, sizeof out->store_id);
    if (code == YS_OK)
        code = ys_head_at_most(txn, YS_OWN_LOG, own.frontier.size, &out->size, &note, err);
    if (code == YS_NOT_FOUND)
        code = YS_OK; /* nothing signed: size 0 */
    return code != YS_OK ? code : ys_log_root_at(txn, &own, out->size, &out->root, err);
}

static enum ys_code examine(const struct ys_guard *guard, const struct ys_store *store,
                            struct ys_txn *txn, enum ys_guard_finding *out, struct ys_err *err)
{
    const struct ys_identity *const self = ys_store_identity(store);
    struct ys_log own;
    struct ys_hash root;
    if (memcmp(guard->store_id, self->store_id, sizeof self->store_id) != 0 ||
        !ys_name_equal(&guard->origin, &self->origin)) {
        *out = YS_GUARD_FOREIGN;
        return YS_OK;
    }
    enum ys_code code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code != YS_OK)
        return code;
    *out = YS_GUARD_AHEAD;
    if (guard->size > own.frontier.size)
        return YS_OK;
    code = ys_log_root_at(txn, &own, guard->size, &root, err);
    *out = ys_hash_equal(&root, &guard->root) ? YS_GUARD_FITS : YS_GUARD_DIFFERS;
    return code;
}

enum ys_code ys_guard_examine(const char *path, const struct ys_store *store, struct ys_txn *txn,
                              enum ys_guard_finding *out, struct ys_guard *guard_out,
                              struct ys_err *err)
{
    const enum ys_code code = ys_guard_load(path, guard_out, err);
    if (code == YS_NOT_FOUND) {
        *out = YS_GUARD_MISSING;
        *guard_out = (struct ys_guard){.size = 0};
        return YS_OK;
    }
    return code != YS_OK ? code : examine(guard_out, store, txn, out, err);
}

const char *ys_guard_finding_text(enum ys_guard_finding finding)
{
    switch (finding) {
    case YS_GUARD_FITS:
        return _("the guard fits the store");
    case YS_GUARD_MISSING:
        return _("the guard is missing");
    case YS_GUARD_FOREIGN:
        return _("the guard is of another store");
    case YS_GUARD_AHEAD:
        return _("more of the own log was signed than this store holds");
    case YS_GUARD_DIFFERS:
        return _("something else of the own log was signed than this store holds");
    }
    return "?";
}
