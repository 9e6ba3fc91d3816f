/* States of a matter and of the items of its consensus (DOMAIN.md 3.1).
 *
 * A state is derived by folding records and never stored as truth. The table holds
 * words, names in two languages and how far a state has got; which record leads from
 * which to which is track.c's and procedure.c's.
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_NODE_MODEL_STATE_H
#define YS_NODE_MODEL_STATE_H

#include <stdbool.h>
#include <stddef.h>

/* The order is stable: read models keep the numbers. New ones go last. */
enum ys_state {
    YS_STATE_NONE, /* nothing has opened the matter yet */
    YS_STATE_PROPOSED,
    YS_STATE_OPINION_PENDING,
    YS_STATE_NOT_LISTED,
    YS_STATE_MERGED,
    YS_STATE_DEFERRED,
    YS_STATE_DETERMINED,
    YS_STATE_NOTICED,
    YS_STATE_IN_SESSION,
    YS_STATE_NO_CONSENSUS,
    YS_STATE_SHELVED,
    YS_STATE_CONSENSUS,
    YS_STATE_AWAITING_ASSEMBLY,
    YS_STATE_DECIDED,
    YS_STATE_REJECTED,
    YS_STATE_IMPLEMENTING,
    YS_STATE_SUBMITTED,
    YS_STATE_ACCEPTED,
    YS_STATE_TRANSFERRED,
    YS_STATE_DECLINED,
    YS_STATE_RESULT_SUBMITTED,
    YS_STATE_COMPLETED,
    YS_STATE_UNDER_CORRECTION,
    YS_STATE_ANNULLED,
    YS_STATE_PUBLISHED,
    YS_STATE_EVALUATED,
    YS_STATE_WITHDRAWN,
    YS_STATE_CLOSED,
    YS_STATE_ARCHIVED,
    YS_STATE_COUNT
};

const char *ys_state_word(enum ys_state state); /* "opinion_pending" */
const char *ys_state_text(enum ys_state state, bool chinese);
/* How far it has got: of several items, the matter shows the state of the lowest rank. No two
 * states have the same. A state under correction is lowest: nothing may go on. */
unsigned ys_state_rank(enum ys_state state);
/* Has the item been carried out or its result handed over? (项完成) */
bool ys_state_is_done(enum ys_state state);
/* Is nothing left to do but to publish, evaluate and close? */
bool ys_state_is_end(enum ys_state state);
/* False when no state has this word. */
bool ys_state_by_word(const char *word, enum ys_state *out);

#endif
