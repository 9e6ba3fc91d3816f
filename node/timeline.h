/* The order in which the records of a matter are shown: what came before others by all that is known here
 * stands before them.
 *
 * The procedure counts them in another order (node/model/PROCEDURE.md), which must be the same at every
 * node and so knows only times that stand in `receipts` records. Here cosigned heads count, too, and the
 * time of signing where there is none yet. A record never stands before one that it refers to, or that
 * precedes it in its log. Threads: the model's. Memory: heap during the call. */
#ifndef YS_NODE_TIMELINE_H
#define YS_NODE_TIMELINE_H

#include "node/dossier.h"

/* Orders the steps of a dossier that was loaded from this model; those that do not count stay last. */
YS_CHECKED enum ys_code ys_timeline_order(struct ys_model *model, struct ys_dossier *dossier,
                                          struct ys_err *err);

#endif
