/* Inclusion and consistency proofs of an RFC 6962 tree: made from stored subtree
 * hashes, checked from nothing but the proof (RFC 9162 2.1.3.2 and 2.1.4.2).
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_CRYPTO_PROOF_H
#define YS_CRYPTO_PROOF_H

#include "crypto/err.h"
#include "crypto/hash.h"

enum { YS_PROOF_MAX = 64 }; /* hashes; a tree of fewer than 2^63 leaves needs no more */

/* Plain value, in the order of the RFC: for inclusion from leaf to root. */
struct ys_proof {
    unsigned count;
    struct ys_hash hash[YS_PROOF_MAX];
};

/* Where the maker of a proof gets hashes from. `read` gives the hash of the perfect subtree of
 * 2^level leaves that starts at leaf index * 2^level, and is only asked for subtrees that are
 * complete at the size given to the function that calls it. What `read` fails with is passed on. */
struct ys_tree {
    enum ys_code (*read)(void *context, unsigned level, uint64_t index, struct ys_hash *out,
                         struct ys_err *err);
    void *context;
};

/* Root of the first `size` leaves. YS_LIMIT, here and below, for 2^63 leaves or more. */
YS_CHECKED enum ys_code ys_tree_root(const struct ys_tree *tree, uint64_t size,
                                     struct ys_hash *root_out, struct ys_err *err);
/* Proof that leaf `index` is in the tree of `size` leaves. YS_NOT_FOUND unless index < size. */
YS_CHECKED enum ys_code ys_tree_inclusion(const struct ys_tree *tree, uint64_t index, uint64_t size,
                                          struct ys_proof *proof_out, struct ys_err *err);
/* Proof that the tree of `new_size` leaves begins with that of `old_size`. Empty when old_size is 0
 * or equals new_size; YS_NOT_FOUND when it is larger. */
YS_CHECKED enum ys_code ys_tree_consistency(const struct ys_tree *tree, uint64_t old_size,
                                            uint64_t new_size, struct ys_proof *proof_out,
                                            struct ys_err *err);

/* YS_OK, or YS_MALFORMED when the proof has the wrong length or gives another root. */
YS_CHECKED enum ys_code ys_inclusion_verify(const struct ys_hash *leaf, uint64_t index,
                                            uint64_t size, const struct ys_proof *proof,
                                            const struct ys_hash *root);
/* YS_OK, or YS_MALFORMED. From size 0: the proof must be empty and old_root that of the empty
 * tree. Equal sizes: the proof must be empty and the roots equal. */
YS_CHECKED enum ys_code ys_consistency_verify(uint64_t old_size, const struct ys_hash *old_root,
                                              uint64_t new_size, const struct ys_hash *new_root,
                                              const struct ys_proof *proof);

/* Text: one hash a line, in base64. */
void ys_proof_print(struct ys_writer *w, const struct ys_proof *proof);
/* Reads hash lines off `rest` up to and with the empty line that must end them. On failure `rest` is
 * unchanged. YS_MALFORMED, or YS_LIMIT for more than YS_PROOF_MAX hashes. */
YS_CHECKED enum ys_code ys_proof_parse(struct ys_bytes *rest, struct ys_proof *out,
                                       struct ys_err *err);

#endif
