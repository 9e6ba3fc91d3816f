/* Root policy of a district: the offline keys in which all membership begins; and
 * the root file, which is published and pinned at every node: one policy text, or
 * several with one empty line between each and the next.
 *
 *     <deployment>/root/v1
 *     <code>
 *     threshold <n>
 *     next <base64 SHA-256 of the next policy text, or ->
 *     key <vkey>               one to three, sorted by key id
 *
 * The first policy is the anchor, which never changes: its fingerprint is the
 * root's. Every other one was committed to by its predecessor. From where in the
 * district's log a successor is in force is sync/member's to say.
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_ROOT_H
#define YS_PROTO_ROOT_H

#include "proto/name.h"

enum {
    YS_ROOT_TEXT_MAX = 1024, /* bytes of one policy */
    YS_ROOT_CHAIN_MAX = 8,   /* policies of one root file */
    YS_ROOT_CHAIN_TEXT_MAX = YS_ROOT_CHAIN_MAX * (YS_ROOT_TEXT_MAX + 1)
};

struct ys_root {
    char deployment[YS_DEPLOYMENT_MAX + 1];
    struct ys_division division; /* a district */
    unsigned threshold;          /* 1 to count */
    bool has_next;
    struct ys_hash next;
    unsigned count; /* 1 to YS_ROOT_KEYS_MAX */
    struct ys_vkey key[YS_ROOT_KEYS_MAX];
};

/* A root file. Plain value. */
struct ys_root_chain {
    unsigned count; /* 1 to YS_ROOT_CHAIN_MAX */
    struct ys_root policy[YS_ROOT_CHAIN_MAX];
};

YS_CHECKED enum ys_code ys_root_parse(struct ys_bytes text, struct ys_root *out,
                                      struct ys_err *err);
/* Keys are printed sorted by id, whatever their order in `root`. */
void ys_root_print(struct ys_writer *w, const struct ys_root *root);
/* SHA-256 of the text. */
void ys_root_fingerprint(const struct ys_root *root, struct ys_hash *out);
/* Does the policy name this very key? */
bool ys_root_has_key(const struct ys_root *root, const struct ys_vkey *key);

/* Add the successor of the last policy. YS_DENIED when the last commits to none or to another, or the
 * new one is of another district, or shares a key with an earlier one; YS_LIMIT. An empty chain takes
 * any policy as its anchor. */
YS_CHECKED enum ys_code ys_root_chain_extend(struct ys_root_chain *chain,
                                             const struct ys_root *next, struct ys_err *err);
/* Codes as ys_root_parse and ys_root_chain_extend; messages name the policy by its number. */
YS_CHECKED enum ys_code ys_root_chain_parse(struct ys_bytes text, struct ys_root_chain *out,
                                            struct ys_err *err);
void ys_root_chain_print(struct ys_writer *w, const struct ys_root_chain *chain);
/* Fingerprint of the anchor. Two chains of one anchor differ in length only. */
void ys_root_chain_fingerprint(const struct ys_root_chain *chain, struct ys_hash *out);

#endif
