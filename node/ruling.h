/* What the rules say of records that are about to be published: they are tried in the
 * read model, and nothing stays of it. So are numbers of items, which no rule speaks of.
 *
 * Threads: main. Memory: heap, freed before return. */
#ifndef YS_NODE_RULING_H
#define YS_NODE_RULING_H

#include "node/author.h"
#include "node/rules/finding.h"

struct ys_ruling_record {
    const struct ys_written *written; /* signed or not yet */
    unsigned signers;                 /* enum ys_body_class: who has signed or will */
};

/* Would one of these records, in this order behind the own log, break a rule that refuses? YS_REFUSED with
 * the ids of the rules. Every finding against one of them goes to `take` before, those that only flag it,
 * too. A unit whose keys are not registered yet is not judged: its own records do not count yet. */
YS_CHECKED enum ys_code ys_ruling_ask(const struct ys_node *node,
                                      const struct ys_ruling_record *records, size_t count,
                                      void (*take)(void *context, const struct ys_finding *finding),
                                      void *context, struct ys_err *err);

#endif
