/* What is damaged of another unit's log here is dropped, so that it comes again from
 * whoever has it: from the parent, or from the unit itself.
 *
 * Threads: main, and those of the scrub. Memory: the scrub's. */
#ifndef YS_NODE_AUDIT_HEAL_H
#define YS_NODE_AUDIT_HEAL_H

#include "node/node.h"

struct ys_healing {
    uint64_t flaws;      /* found in the log; 0: nothing was done */
    uint64_t kept, size; /* entries of it that stay, and were there */
};

/* The home's daemon does not run meanwhile; the membership of `node` is rebuilt. YS_DENIED for the own log. */
YS_CHECKED enum ys_code ys_heal(const struct ys_node *node, const struct ys_log *log,
                                struct ys_healing *out, struct ys_err *err);

#endif
