#include "proto/root.h"

#include "crypto/assert.h"
#include "crypto/base64.h"

#include <string.h>

#define SUFFIX "/root/v1"

/* Cuts off the next line; false at the end or without a line feed. */
static bool line_take(struct ys_bytes *text, struct ys_bytes *line_out)
{
    const uint8_t *end = text->size == 0 ? NULL : memchr(text->data, '\n', text->size);
    if (end == NULL)
        return false;
    const size_t size = (size_t)(end - text->data);
    *line_out = (struct ys_bytes){.data = text->data, .size = size};
    text->data += size + 1;
    text->size -= size + 1;
    return true;
}

/* The next line without `prefix`, which it must have. */
static bool value_take(struct ys_bytes *text, const char *prefix, struct ys_bytes *value_out)
{
    const size_t length = strlen(prefix);
    struct ys_bytes line = {0};
    if (!line_take(text, &line) || line.size < length || memcmp(line.data, prefix, length) != 0)
        return false;
    *value_out = (struct ys_bytes){.data = line.data + length, .size = line.size - length};
    return true;
}

static bool deployment_parse(struct ys_bytes line, struct ys_root *root)
{
    const size_t suffix = sizeof SUFFIX - 1;
    if (line.size <= suffix || memcmp(line.data + line.size - suffix, SUFFIX, suffix) != 0)
        return false;
    line.size -= suffix;
    if (!ys_deployment_valid(line))
        return false;
    memcpy(root->deployment, line.data, line.size);
    return true;
}

static bool next_parse(struct ys_bytes value, struct ys_root *root)
{
    size_t size = 0;
    if (ys_bytes_is_text(value, "-"))
        return true;
    root->has_next = true;
    return ys_base64_decode(value, root->next.bytes, YS_HASH_LEN, &size) == YS_OK &&
           size == YS_HASH_LEN;
}

static bool key_belongs(const struct ys_root *root, const struct ys_vkey *key)
{
    struct ys_name name;
    return key->type == YS_SIG_ED25519 &&
           ys_name_parse(ys_bytes_of_text(key->name), &name, NULL) == YS_OK &&
           name.kind == YS_NAME_ROOT && strcmp(name.deployment, root->deployment) == 0 &&
           ys_division_equal(&name.division, &root->division);
}

static enum ys_code keys_parse(struct ys_bytes text, struct ys_root *root, struct ys_err *err)
{
    while (text.size > 0) {
        struct ys_bytes value = {0};
        struct ys_vkey key;
        if (root->count == YS_ROOT_KEYS_MAX)
            return ys_fail(err, YS_LIMIT, "root policy: more than %d keys", YS_ROOT_KEYS_MAX);
        if (!value_take(&text, "key ", &value) || ys_vkey_parse(value, &key) != YS_OK)
            return ys_fail(err, YS_MALFORMED, "root policy line %u: not \"key <verifier key>\"",
                           root->count + 5);
        if (!key_belongs(root, &key))
            return ys_fail(err, YS_MALFORMED,
                           "root policy: key %s is not an Ed25519 key named %s/%s/root", key.name,
                           root->deployment, root->division.digits);
        /* Strictly ascending: sorted, and no key twice. */
        if (root->count > 0 && key.id <= root->key[root->count - 1].id)
            return ys_fail(err, YS_MALFORMED, "root policy: keys are not sorted by key id");
        root->key[root->count++] = key;
    }
    return YS_OK;
}

enum ys_code ys_root_parse(struct ys_bytes text, struct ys_root *out, struct ys_err *err)
{
    struct ys_root root = {0};
    struct ys_bytes value = {0};
    uint64_t threshold = 0;
    if (text.size > YS_ROOT_TEXT_MAX)
        return ys_fail(err, YS_LIMIT, "root policy has more than %d bytes", YS_ROOT_TEXT_MAX);
    if (!line_take(&text, &value) || !deployment_parse(value, &root))
        return ys_fail(err, YS_MALFORMED, "root policy line 1: not \"<deployment>" SUFFIX "\"");
    if (!line_take(&text, &value) || ys_division_parse(value, &root.division, NULL) != YS_OK ||
        ys_division_level(&root.division) != YS_LEVEL_DISTRICT)
        return ys_fail(err, YS_MALFORMED, "root policy line 2: not the code of a district");
    if (!value_take(&text, "threshold ", &value) ||
        !ys_decimal_parse(value, YS_ROOT_KEYS_MAX, &threshold) || threshold == 0)
        return ys_fail(err, YS_MALFORMED, "root policy line 3: not \"threshold <1 to %d>\"",
                       YS_ROOT_KEYS_MAX);
    root.threshold = (unsigned)threshold;
    if (!value_take(&text, "next ", &value) || !next_parse(value, &root))
        return ys_fail(err, YS_MALFORMED,
                       "root policy line 4: not \"next <base64 SHA-256>\" or \"next -\"");
    const enum ys_code code = keys_parse(text, &root, err);
    if (code != YS_OK)
        return code;
    if (root.threshold > root.count)
        return ys_fail(err, YS_MALFORMED, "root policy: threshold %u, but %u keys", root.threshold,
                       root.count);
    *out = root;
    return YS_OK;
}

static void keys_print(struct ys_writer *w, const struct ys_root *root)
{
    char text[YS_VKEY_TEXT_MAX];
    bool printed[YS_ROOT_KEYS_MAX] = {false};
    for (unsigned row = 0; row < root->count; row++) {
        unsigned least = YS_ROOT_KEYS_MAX;
        for (unsigned i = 0; i < root->count; i++) {
            if (!printed[i] && (least == YS_ROOT_KEYS_MAX || root->key[i].id < root->key[least].id))
                least = i;
        }
        YS_ASSERT(least < YS_ROOT_KEYS_MAX);
        printed[least] = true;
        ys_vkey_print(&root->key[least], text);
        ys_writer_text(w, "key ");
        ys_writer_text(w, text);
        ys_writer_text(w, "\n");
    }
}

void ys_root_print(struct ys_writer *w, const struct ys_root *root)
{
    YS_ASSERT(root->count >= 1 && root->count <= YS_ROOT_KEYS_MAX);
    YS_ASSERT(root->threshold >= 1 && root->threshold <= root->count);
    ys_writer_text(w, root->deployment);
    ys_writer_text(w, SUFFIX "\n");
    ys_writer_text(w, root->division.digits);
    ys_writer_text(w, "\nthreshold ");
    ys_writer_decimal(w, root->threshold);
    ys_writer_text(w, "\nnext ");
    if (root->has_next)
        ys_writer_base64(w, (struct ys_bytes){.data = root->next.bytes, .size = YS_HASH_LEN});
    else
        ys_writer_text(w, "-");
    ys_writer_text(w, "\n");
    keys_print(w, root);
}

void ys_root_fingerprint(const struct ys_root *root, struct ys_hash *out)
{
    uint8_t text[YS_ROOT_TEXT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_root_print(&w, root);
    YS_ASSERT(!w.overflow);
    ys_sha256((struct ys_bytes){.data = text, .size = w.size}, out);
}
