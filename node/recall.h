/* The read model of a home, brought up to what the store holds: what commands ask that
 * need more than one record.
 *
 * Threads: main. Memory: heap, through the model. */
#ifndef YS_NODE_RECALL_H
#define YS_NODE_RECALL_H

#include "node/model/model.h"
#include "node/node.h"
#include "node/rules/rules.h"

/* Opens <home>/model.db and folds what is new, with a line of progress on a terminal when that takes
 * longer than a second. `again`: from nothing, and what was kept of the membership too. Recalls the node's membership. */
YS_CHECKED enum ys_code ys_recall_open(const struct ys_node *node, bool again,
                                       struct ys_model **out, struct ys_err *err);
/* The same in two steps: a trial (node/model/trial.h) needs the second one only when the model is far behind. */
YS_CHECKED enum ys_code ys_recall_open_as_it_is(const struct ys_node *node, struct ys_model **out,
                                                struct ys_err *err);
YS_CHECKED enum ys_code ys_recall_catch_up(const struct ys_node *node, struct ys_model *model,
                                           struct ys_err *err);
/* To be read, and nothing else: as ys_recall_open, but where nothing can be written (a full disk, a read-only one)
 * a copy of it in memory is brought up instead, which is noted on standard error. */
YS_CHECKED enum ys_code ys_recall_read(const struct ys_node *node, struct ys_model **out,
                                       struct ys_err *err);
/* The two steps of it: does this code come from there, and the copy as it is. */
bool ys_recall_is_barred(const struct ys_node *node, enum ys_code code);
YS_CHECKED enum ys_code ys_recall_open_apart(const struct ys_node *node, struct ys_model **out,
                                             struct ys_err *err);
/* As ys_recall_read, with the rules applied to it as far as the year of `today`. The rules are closed first. */
YS_CHECKED enum ys_code ys_recall_rules(const struct ys_node *node, uint32_t today,
                                        struct ys_model **model_out, struct ys_rules **rules_out,
                                        struct ys_err *err);
/* Then count again what others have sealed and nobody here has counted yet (node/report/recount.h), with a line
 * of progress, some at a time; and the rules once more. Where the disk does not allow it, that is noted on standard
 * error, and no failure. */
YS_CHECKED enum ys_code ys_recall_recount(const struct ys_node *node, uint32_t today,
                                          struct ys_model *model, struct ys_rules *rules,
                                          struct ys_err *err);
/* Of no home: a model in memory in which nothing stands. */
YS_CHECKED enum ys_code ys_recall_blank(struct ys_model **out, struct ys_err *err);
void ys_recall_close(struct ys_model **model);
#define YS_RECALL_SCOPED __attribute__((cleanup(ys_recall_close))) struct ys_model *

#endif
