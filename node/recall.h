/* The read model of a home, brought up to what the store holds: what commands ask that
 * need more than one record.
 *
 * Threads: main. Memory: heap, through the model. */
#ifndef YS_NODE_RECALL_H
#define YS_NODE_RECALL_H

#include "node/model/model.h"
#include "node/node.h"

/* Opens <home>/model.db and folds what is new, with a line of progress on a terminal when that takes
 * longer than a second. `again`: from nothing, and what was kept of the membership too. Recalls the node's membership. */
YS_CHECKED enum ys_code ys_recall_open(const struct ys_node *node, bool again,
                                       struct ys_model **out, struct ys_err *err);
void ys_recall_close(struct ys_model **model);
#define YS_RECALL_SCOPED __attribute__((cleanup(ys_recall_close))) struct ys_model *

#endif
