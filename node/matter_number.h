/* Numbers of matters, given out by the community's node.
 *
 * A number is given when the text that is signed is made, since the text holds it.
 * It is the next behind the last one given and behind all that stand in the own log
 * (or wait for its recovery), in one write transaction: no two commands get the same,
 * also after a restored backup. A draft that is never published leaves a gap; gaps
 * mean nothing. Threads: main. Memory: none. */
#ifndef YS_NODE_MATTER_NUMBER_H
#define YS_NODE_MATTER_NUMBER_H

#include "node/node.h"
#include "proto/matter.h"

/* What stands in a draft's subject for "the next one". */
#define YS_MATTER_NEW "new"

/* The next of the year of `now_s` in Shanghai; not `given`: only the number that would be. YS_DENIED where the unit is no community, YS_LIMIT. */
YS_CHECKED enum ys_code ys_matter_number_give(const struct ys_node *node, uint64_t now_s,
                                              bool given, char out[YS_MATTER_TEXT_MAX],
                                              struct ys_err *err);

/* Was this number given, or one behind it, or does a record here bear such a one? Yes for what is no number
 * of the own unit. */
YS_CHECKED enum ys_code ys_matter_number_known(const struct ys_node *node, const char *subject,
                                               bool *out, struct ys_err *err);

#endif
