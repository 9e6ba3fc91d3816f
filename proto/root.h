/* Root policy of a district: the offline keys in which all membership begins, as
 * the text file that is published and pinned at every node.
 *
 *     <deployment>/root/v1
 *     <code>
 *     threshold <n>
 *     next <base64 SHA-256 of the next policy text, or ->
 *     key <vkey>               one to three, sorted by key id
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_ROOT_H
#define YS_PROTO_ROOT_H

#include "proto/name.h"

enum { YS_ROOT_TEXT_MAX = 1024 };

struct ys_root {
    char deployment[YS_DEPLOYMENT_MAX + 1];
    struct ys_division division; /* a district */
    unsigned threshold;          /* 1 to count */
    bool has_next;
    struct ys_hash next;
    unsigned count; /* 1 to YS_ROOT_KEYS_MAX */
    struct ys_vkey key[YS_ROOT_KEYS_MAX];
};

YS_CHECKED enum ys_code ys_root_parse(struct ys_bytes text, struct ys_root *out,
                                      struct ys_err *err);
/* Keys are printed sorted by id, whatever their order in `root`. */
void ys_root_print(struct ys_writer *w, const struct ys_root *root);
/* SHA-256 of the text. */
void ys_root_fingerprint(const struct ys_root *root, struct ys_hash *out);

#endif
