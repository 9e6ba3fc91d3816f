/* Numbers of the items of a matter. They go on over its sessions: what was agreed in the first keeps its
 * number, and what a later one agrees on gets the next.
 *
 * Within one record body checks see to the numbers (proto/authored_meeting.c); which are taken is known
 * here, from the read model. What comes from elsewhere is flagged only (node/model/items.c). Threads: the
 * model's. Memory: none. */
#ifndef YS_NODE_ITEM_NUMBER_H
#define YS_NODE_ITEM_NUMBER_H

#include "node/model/model.h"

#include <jansson.h>

/* Behind all numbers of items that count in the matter. A number whose item was rejected and is deliberated
 * again is free. */
YS_CHECKED enum ys_code ys_item_number_next(struct ys_model *model, struct ys_bytes matter,
                                            uint32_t *out, struct ys_err *err);
/* In the draft of a consensus: each item that has no number gets the next, and without any item there is
 * one with its number. */
YS_CHECKED enum ys_code ys_item_number_fill(struct ys_model *model, struct ys_bytes matter,
                                            json_t *consensus, struct ys_err *err);

/* While records are tried (node/model/trial.h): does one of them agree on an item whose number is taken, or
 * give an agreed one such a number, or begin the items of a matter with another number than 1? A first
 * record that is entered late may: what came before has no record. YS_REFUSED with the number that is free. */
YS_CHECKED enum ys_code ys_item_number_check(struct ys_model *model, int64_t first_record,
                                             int64_t record_count, struct ys_err *err);

#endif
