/* What attach and attachment print: one table of functions, as text and as JSON (node/view.h).
 *
 * Threads: main. Memory: jansson's. */
#ifndef YS_NODE_ATTACHMENT_VIEW_H
#define YS_NODE_ATTACHMENT_VIEW_H

#include "node/attachment/attach.h"
#include "node/attachment/fault.h"
#include "node/attachment/survey.h"

/* One attachment of one record, as it is listed. */
struct ys_attachment_row {
    struct ys_hash hash;
    uint64_t size;
    const char *state;  /* here, missing, erased, local_only, too_large */
    const char *record; /* CODE:INDEX */
    const char *kind, *media_type, *title, *scope, *role; /* "" without */
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

/* For status, show and matter: lines where there is something to say. */
void ys_attachments_put(const struct ys_attachment_sums *sums, const struct ys_blob_faults *faults);
void ys_attachments_put_states(const json_t *states); /* listing.h; may be NULL */
/* New references. */
json_t *ys_attachment_sums_json(const struct ys_attachment_sums *sums);
json_t *ys_attachments_json(const struct ys_attachment_sums *sums,
                            const struct ys_blob_faults *faults);

#endif
