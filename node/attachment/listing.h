/* Attachments as people ask for them: one row a record that names one.
 *
 * Threads: main. Memory: none kept. */
#ifndef YS_NODE_ATTACHMENT_LISTING_H
#define YS_NODE_ATTACHMENT_LISTING_H

#include "node/attachment/view.h"
#include "sync/blob.h"

/* In the order of the records. `missing`: only those that should be here and are not. */
YS_CHECKED enum ys_code ys_attachment_list(struct ys_model *model, bool missing,
                                           void (*row)(void *context,
                                                       const struct ys_attachment_row *row),
                                           void *context, struct ys_err *err);
/* The hash that people mean by 64 hex digits, at least the first 8 of one that a record names or that
 * lies here, or base64. YS_NOT_FOUND, YS_USAGE. */
YS_CHECKED enum ys_code ys_attachment_find_named(struct ys_model *model,
                                                 const struct ys_blobs *blobs, const char *text,
                                                 struct ys_hash *out, struct ys_err *err);
/* States beside the attachments of a record's JSON: a list of {hash, size, state}, NULL when it names none.
 * The caller owns it. */
json_t *ys_attachment_states(struct ys_model *model, const struct ys_hash *record);

#endif
