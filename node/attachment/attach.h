/* Files into a draft: the content is kept (keep.h), and the draft names it.
 *
 * A file name often holds a person's name and would travel with the record, so it is
 * no title unless somebody says so. Threads: main. Memory: jansson's. */
#ifndef YS_NODE_ATTACHMENT_ATTACH_H
#define YS_NODE_ATTACHMENT_ATTACH_H

#include "node/author.h"
#include "node/sheet.h"
#include "node/vault/retention.h"

/* What was said of the files; NULL where nothing was. */
struct ys_attach_options {
    const char *role, *title, *scope, *media_type;
    struct ys_vault_words words;  /* of one that stays here */
    const struct ys_vault *vault; /* held until the draft is saved; NULL: this node has none */
    unsigned draft;               /* number of the draft; 0 for none */
};

/* One that was added. Valid as long as `record`. */
struct ys_attached {
    struct ys_hash hash;
    uint64_t size;
    const char *file, *media_type, *title, *scope, *role; /* words; NULL without */
};

/* Keep `file` and add its entry to `record`, the JSON of a draft that is being written. YS_USAGE for a word
 * that is none; YS_EXISTS when the draft names that content already. */
YS_CHECKED enum ys_code ys_attach_file(const struct ys_node *node, json_t *record, const char *file,
                                       const struct ys_attach_options *options,
                                       struct ys_attached *out, struct ys_err *err);
/* May this record be published from here: is every replicated file that it names in the folder, with its
 * size? YS_REFUSED names the first that is not. */
YS_CHECKED enum ys_code ys_attach_check(const struct ys_node *node,
                                        const struct ys_written *written, struct ys_err *err);

#endif
