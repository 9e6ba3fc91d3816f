/* All ballots of a round, with the tree that commits to them (proto/ballot.h): root, histogram, and of each
 * paper the places and proofs of its slip.
 *
 * Threads: any. Memory: heap, wiped when it is freed. */
#ifndef YS_NODE_BALLOT_BALLOT_SET_H
#define YS_NODE_BALLOT_BALLOT_SET_H

#include "proto/ballot.h"

struct ys_ballot_set;

/* Copies the ballots (any order) and makes the tree; `issued` papers were given out. YS_EXISTS when two have the
 * same code, YS_LIMIT above YS_BALLOTS_MAX, YS_NOMEM. */
YS_CHECKED enum ys_code ys_ballot_set_new(const struct ys_ballot_round *round,
                                          const struct ys_ballot *ballots, size_t count,
                                          uint32_t issued, struct ys_ballot_set **out,
                                          struct ys_err *err);
void ys_ballot_set_free(struct ys_ballot_set *set); /* wipes it */
const struct ys_ballot_tally *ys_ballot_set_tally(const struct ys_ballot_set *set);
void ys_ballot_set_root(const struct ys_ballot_set *set, struct ys_hash *out);
/* Ballots in an order that tells nothing: by their leaf hashes. */
const struct ys_ballot *ys_ballot_set_at(const struct ys_ballot_set *set, size_t at);
size_t ys_ballot_set_count(const struct ys_ballot_set *set);
/* Where ballot `at` stands, with its proofs. One that is not valid has one place. */
void ys_ballot_set_place(const struct ys_ballot_set *set, size_t at,
                         struct ys_ballot_place out[YS_BALLOT_PROOFS]);
/* How many of each PartyKind were returned, as a result may say it: none below YS_BALLOT_GROUP_MIN, and no
 * rest from which such a number could be worked out. `out[kind]` for kind < count; UINT32_MAX for one that is
 * not said. */
void ys_ballot_set_kinds(const struct ys_ballot_set *set, uint32_t *out, size_t count);

#endif
