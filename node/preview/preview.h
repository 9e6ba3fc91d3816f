/* What is about to leave the node, exactly: the text that is signed, every field, of what is sealed only that a commitment
 * goes, which files go and which stay, who will hold it, and what in it may be about a person (DOMAIN.md 5.3).
 *
 * It decides nothing: numbers are refused by author.h. Threads: main. Memory: jansson's. */
#ifndef YS_NODE_PREVIEW_PREVIEW_H
#define YS_NODE_PREVIEW_PREVIEW_H

#include "node/node.h"
#include "node/sheet.h"

struct ys_preview_of {
    const struct ys_kind *kind;
    const char *subject;
    struct ys_bytes text; /* of the note; none while it cannot be bound */
    const Yishi__V1__Body *body;
    const char *missing; /* why it cannot be published yet; NULL when it can */
};
/* `node` was read (ys_node_read), for the names of units. New reference; NULL without memory. */
json_t *ys_preview_json(const struct ys_node *node, const struct ys_preview_of *of);
/* The same of a record that is bound. YS_MALFORMED when this version cannot read it. */
YS_CHECKED enum ys_code ys_preview_written(const struct ys_node *node,
                                           const struct ys_written *written, json_t **out,
                                           struct ys_err *err);
/* On a stream, for people. */
void ys_preview_print(FILE *out, const json_t *preview);

#endif
