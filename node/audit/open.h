/* Opening a home whose store is not believed: the file is looked at before LMDB chooses
 * between the two states in it, and the membership is made from records alone.
 * Threads: main. */
#ifndef YS_NODE_AUDIT_OPEN_H
#define YS_NODE_AUDIT_OPEN_H

#include "node/node.h"

/* YS_IO without a pinned root: nothing could be verified. YS_CORRUPT. */
YS_CHECKED enum ys_code ys_audit_open(const char *home, const char *lang, struct ys_node *out,
                                      struct ys_err *err);

#endif
