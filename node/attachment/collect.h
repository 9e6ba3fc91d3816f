/* Files that nobody needs any more: no record names them, and no draft.
 *
 * Asked are the logs themselves, whatever the verdicts of their records: a unit that is
 * not enrolled yet has the only copy of what its records name. What is young stays: it
 * may belong to a draft that is just being made. Threads: any, with a node of its own.
 * Memory: heap. */
#ifndef YS_NODE_ATTACHMENT_COLLECT_H
#define YS_NODE_ATTACHMENT_COLLECT_H

#include "node/node.h"
#include "sync/blob.h"

enum { YS_COLLECT_AGE_S = 24 * 3600 };

struct ys_collect_options {
    int64_t now_s, age_s; /* only what was last changed before now - age */
    bool dry;
    void (*told)(void *context, const struct ys_hash *hash, uint64_t size, bool partial);
    void *context;
};
struct ys_collected {
    uint64_t files, bytes;
};
/* YS_REFUSED when a draft cannot be read: what it names is not known, and nothing is removed. */
YS_CHECKED enum ys_code ys_attachment_collect(const struct ys_node *node, struct ys_blobs *blobs,
                                              const struct ys_collect_options *options,
                                              struct ys_collected *out, struct ys_err *err);

#endif
