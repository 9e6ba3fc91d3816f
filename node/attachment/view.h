/* What attach and attachment print: one table of functions, as text and as JSON (node/view.h).
 *
 * Threads: main. Memory: jansson's. */
#ifndef YS_NODE_ATTACHMENT_VIEW_H
#define YS_NODE_ATTACHMENT_VIEW_H

#include "node/attachment/attach.h"

/* One attachment of one record, as it is listed. */
struct ys_attachment_row {
    struct ys_hash hash;
    uint64_t size;
    const char *state;  /* here, missing, erased, local_only, too_large */
    const char *record; /* CODE:INDEX */
    const char *kind, *media_type, *title, *scope, *role; /* "" without */
};
/* How many of what; of replicated ones. */
struct ys_attachment_sums {
    uint64_t here, here_bytes, missing, missing_bytes;
};

struct ys_attachment_view {
    void (*attached)(const struct ys_attached *attached);
    void (*row)(const struct ys_attachment_row *row);
    void (*sums)(const struct ys_attachment_sums *sums);
    void (*got)(const char *file, const struct ys_hash *hash, uint64_t size);
    /* verify: one that is damaged; and all. */
    void (*damaged)(const struct ys_hash *hash, uint64_t size);
    void (*verified)(uint64_t files, uint64_t bytes, uint64_t damaged);
    void (*collected)(const struct ys_hash *hash, uint64_t size, bool partial, bool dry);
    void (*collected_all)(uint64_t files, uint64_t bytes, bool dry);
};
const struct ys_attachment_view *ys_attachment_view(bool json);

#endif
