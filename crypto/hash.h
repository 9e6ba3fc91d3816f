/* SHA-256, and the leaf and node hashes of RFC 6962 section 2.1.
 *
 * The backend (libcrypto or libsodium) is chosen when the library is built; both
 * give the same bytes. Threads: any. Memory: none allocated. */
#ifndef YS_CRYPTO_HASH_H
#define YS_CRYPTO_HASH_H

#include "crypto/bytes.h"

enum { YS_HASH_LEN = 32, YS_HASH_TEXT_LEN = 44 /* in base64 */ };

/* Leaves that a tree can have: sizes stay below 2^63. */
#define YS_TREE_SIZE_MAX ((uint64_t)INT64_MAX)

struct ys_hash {
    uint8_t bytes[YS_HASH_LEN];
};

void ys_sha256(struct ys_bytes data, struct ys_hash *out);

/* SHA-256(0x00 || data) */
void ys_leaf_hash(struct ys_bytes data, struct ys_hash *out);
/* SHA-256(0x01 || left || right). `out` may be the same object as `left` or `right`. */
void ys_node_hash(const struct ys_hash *left, const struct ys_hash *right, struct ys_hash *out);
/* SHA-256 of no bytes: the root of the empty tree. */
void ys_empty_root(struct ys_hash *out);

bool ys_hash_equal(const struct ys_hash *a, const struct ys_hash *b);

/* Base64, as hashes stand in checkpoints and proofs. False unless it is canonical and 32 bytes. */
bool ys_hash_parse(struct ys_bytes text, struct ys_hash *out);
void ys_hash_print(struct ys_writer *w, const struct ys_hash *hash);

/* For data that does not fit in memory. Plain value; nothing to clear. */
struct ys_sha256 {
    _Alignas(16) uint8_t opaque[128];
};
void ys_sha256_init(struct ys_sha256 *state);
void ys_sha256_update(struct ys_sha256 *state, struct ys_bytes data);
void ys_sha256_final(struct ys_sha256 *state, struct ys_hash *out);

/* Name of the backend, for `yishi version`. */
const char *ys_sha256_backend(void);

#endif
