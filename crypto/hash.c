/* The EVP interface of OpenSSL 3 fetches an algorithm for every digest, which costs more than
 * hashing the 65 bytes of a tree node. The low-level functions are deprecated, not gone; when they
 * go, build with YISHI_SHA256=sodium. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/hash.h"

#include "crypto/assert.h"
#include "crypto/base64.h"

#include <string.h>

#if YS_SHA256_OPENSSL
#include <openssl/sha.h>
typedef SHA256_CTX backend_state;
#else
#include <sodium.h>
typedef crypto_hash_sha256_state backend_state;
#endif

_Static_assert(sizeof(backend_state) <= sizeof(struct ys_sha256), "opaque holds either backend");
_Static_assert(_Alignof(backend_state) <= _Alignof(struct ys_sha256), "and is aligned for it");

static backend_state *backend(struct ys_sha256 *state)
{
    return (void *)state->opaque;
}

void ys_sha256_init(struct ys_sha256 *state)
{
#if YS_SHA256_OPENSSL
    YS_ASSERT(SHA256_Init(backend(state)) == 1);
#else
    YS_ASSERT(crypto_hash_sha256_init(backend(state)) == 0);
#endif
}

void ys_sha256_update(struct ys_sha256 *state, struct ys_bytes data)
{
    if (data.size == 0)
        return;
#if YS_SHA256_OPENSSL
    YS_ASSERT(SHA256_Update(backend(state), data.data, data.size) == 1);
#else
    YS_ASSERT(crypto_hash_sha256_update(backend(state), data.data, data.size) == 0);
#endif
}

void ys_sha256_final(struct ys_sha256 *state, struct ys_hash *out)
{
#if YS_SHA256_OPENSSL
    YS_ASSERT(SHA256_Final(out->bytes, backend(state)) == 1);
#else
    YS_ASSERT(crypto_hash_sha256_final(backend(state), out->bytes) == 0);
#endif
}

const char *ys_sha256_backend(void)
{
#if YS_SHA256_OPENSSL
    return "openssl";
#else
    return "sodium";
#endif
}

void ys_sha256(struct ys_bytes data, struct ys_hash *out)
{
    struct ys_sha256 state;
    ys_sha256_init(&state);
    ys_sha256_update(&state, data);
    ys_sha256_final(&state, out);
}

void ys_leaf_hash(struct ys_bytes data, struct ys_hash *out)
{
    static const uint8_t prefix = 0x00;
    struct ys_sha256 state;
    ys_sha256_init(&state);
    ys_sha256_update(&state, (struct ys_bytes){.data = &prefix, .size = 1});
    ys_sha256_update(&state, data);
    ys_sha256_final(&state, out);
}

void ys_node_hash(const struct ys_hash *left, const struct ys_hash *right, struct ys_hash *out)
{
    uint8_t node[1 + 2 * YS_HASH_LEN];
    node[0] = 0x01;
    memcpy(node + 1, left->bytes, YS_HASH_LEN);
    memcpy(node + 1 + YS_HASH_LEN, right->bytes, YS_HASH_LEN);
    ys_sha256((struct ys_bytes){.data = node, .size = sizeof node}, out);
}

void ys_empty_root(struct ys_hash *out)
{
    ys_sha256((struct ys_bytes){0}, out);
}

bool ys_hash_equal(const struct ys_hash *a, const struct ys_hash *b)
{
    return memcmp(a->bytes, b->bytes, YS_HASH_LEN) == 0;
}

bool ys_hash_parse(struct ys_bytes text, struct ys_hash *out)
{
    struct ys_hash hash;
    size_t size = 0;
    if (text.size != YS_HASH_TEXT_LEN ||
        ys_base64_decode(text, hash.bytes, sizeof hash.bytes, &size) != YS_OK ||
        size != YS_HASH_LEN)
        return false;
    *out = hash;
    return true;
}

void ys_hash_print(struct ys_writer *w, const struct ys_hash *hash)
{
    ys_writer_base64(w, (struct ys_bytes){.data = hash->bytes, .size = YS_HASH_LEN});
}
