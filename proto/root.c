#include "proto/root.h"

#include "crypto/assert.h"
#include "crypto/base64.h"

#include <string.h>

#define SUFFIX "/root/v1"

/* The next line without `prefix`, which it must have. */
static bool value_take(struct ys_bytes *text, const char *prefix, struct ys_bytes *value_out)
{
    const size_t length = strlen(prefix);
    struct ys_bytes line = {0};
    if (!ys_bytes_take_line(text, &line) || line.size < length ||
        memcmp(line.data, prefix, length) != 0)
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
    if (!ys_bytes_take_line(&text, &value) || !deployment_parse(value, &root))
        return ys_fail(err, YS_MALFORMED, "root policy line 1: not \"<deployment>" SUFFIX "\"");
    if (!ys_bytes_take_line(&text, &value) ||
        ys_division_parse(value, &root.division, NULL) != YS_OK ||
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

bool ys_root_has_key(const struct ys_root *root, const struct ys_vkey *key)
{
    for (unsigned i = 0; i < root->count; i++)
        if (ys_vkey_equal(&root->key[i], key))
            return true;
    return false;
}

/* --- the root file --- */

/* With a key of its predecessor a successor would be in force before it is published. */
static const struct ys_vkey *shared_key(const struct ys_root_chain *chain,
                                        const struct ys_root *next)
{
    for (unsigned i = 0; i < chain->count; i++)
        for (unsigned k = 0; k < next->count; k++)
            if (ys_root_has_key(&chain->policy[i], &next->key[k]))
                return &next->key[k];
    return NULL;
}

static enum ys_code check_successor(const struct ys_root_chain *chain, const struct ys_root *next,
                                    struct ys_err *err)
{
    const struct ys_root *const last = &chain->policy[chain->count - 1];
    const struct ys_vkey *const shared = shared_key(chain, next);
    struct ys_hash hash;
    ys_root_fingerprint(next, &hash);
    if (!last->has_next)
        return ys_fail(err, YS_DENIED,
                       "root policy %u: its predecessor commits to no successor (\"next -\")",
                       chain->count + 1);
    if (!ys_hash_equal(&hash, &last->next))
        return ys_fail(err, YS_DENIED,
                       "root policy %u: is not the one to which its predecessor commits in the "
                       "line \"next\"",
                       chain->count + 1);
    if (strcmp(next->deployment, last->deployment) != 0 ||
        !ys_division_equal(&next->division, &last->division))
        return ys_fail(err, YS_DENIED, "root policy %u: is of %s in %s, the first of %s in %s",
                       chain->count + 1, next->division.digits, next->deployment,
                       last->division.digits, last->deployment);
    if (shared != NULL)
        return ys_fail(err, YS_DENIED,
                       "root policy %u: key %08x stands in an earlier policy; a successor needs "
                       "new keys",
                       chain->count + 1, shared->id);
    return YS_OK;
}

enum ys_code ys_root_chain_extend(struct ys_root_chain *chain, const struct ys_root *next,
                                  struct ys_err *err)
{
    if (chain->count == YS_ROOT_CHAIN_MAX)
        return ys_fail(err, YS_LIMIT, "root file: more than %d policies", YS_ROOT_CHAIN_MAX);
    const enum ys_code code = chain->count == 0 ? YS_OK : check_successor(chain, next, err);
    if (code == YS_OK)
        chain->policy[chain->count++] = *next;
    return code;
}

/* Cuts off the next policy; `more_out` says whether an empty line stands behind it. */
static struct ys_bytes policy_take(struct ys_bytes *rest, bool *more_out)
{
    struct ys_bytes policy = *rest;
    *more_out = false;
    for (size_t i = 0; i + 1 < rest->size && !*more_out; i++) {
        if (rest->data[i] != '\n' || rest->data[i + 1] != '\n')
            continue;
        policy.size = i + 1;
        *more_out = true;
    }
    *rest = ys_bytes_skip(*rest, policy.size + *more_out);
    return policy;
}

enum ys_code ys_root_chain_parse(struct ys_bytes text, struct ys_root_chain *out,
                                 struct ys_err *err)
{
    struct ys_root_chain chain = {.count = 0};
    enum ys_code code = YS_OK;
    bool more = true;
    while (code == YS_OK && more) {
        struct ys_err why = {0};
        struct ys_root root;
        code = ys_root_parse(policy_take(&text, &more), &root, &why);
        if (code == YS_OK)
            code = ys_root_chain_extend(&chain, &root, err);
        else if (chain.count == 0)
            code = ys_fail(err, code, "%s", why.msg);
        else
            code = ys_fail(err, code, "root policy %u: %s", chain.count + 1, why.msg);
    }
    if (code == YS_OK)
        *out = chain;
    return code;
}

void ys_root_chain_print(struct ys_writer *w, const struct ys_root_chain *chain)
{
    YS_ASSERT(chain->count >= 1 && chain->count <= YS_ROOT_CHAIN_MAX);
    for (unsigned i = 0; i < chain->count; i++) {
        if (i != 0)
            ys_writer_text(w, "\n");
        ys_root_print(w, &chain->policy[i]);
    }
}

void ys_root_chain_fingerprint(const struct ys_root_chain *chain, struct ys_hash *out)
{
    YS_ASSERT(chain->count >= 1);
    ys_root_fingerprint(&chain->policy[0], out);
}
