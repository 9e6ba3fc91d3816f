/* Slips and sets of ballots as JSON (FORMATS.md 20.5, 20.6): what a resident takes home and checks, and what the
 * supervision committee or an auditor opens.
 *
 * Reading is strict. What it proves, against the result of the record, is check's. Threads: main. Memory:
 * jansson's, heap. */
#ifndef YS_NODE_BALLOT_SLIP_H
#define YS_NODE_BALLOT_SLIP_H

#include "node/ballot/ballot_set.h"

#include <jansson.h>

struct ys_slip {
    struct ys_ballot_round round;
    struct ys_ballot ballot;
    struct ys_ballot_place place[YS_BALLOT_PROOFS];
};

/* `remark` is its text, NULL for none. NULL without memory. */
json_t *ys_slip_json(const struct ys_slip *slip, const char *remark);
bool ys_slip_is(const json_t *json);
/* YS_MALFORMED with the field. */
YS_CHECKED enum ys_code ys_slip_read(const json_t *json, struct ys_slip *out, struct ys_err *err);

/* A ballot as it is sealed, and as it stands in a set: there with the hash of its remark. */
json_t *ys_ballot_json(const struct ys_ballot *ballot, const char *remark);
YS_CHECKED enum ys_code ys_ballot_read(const json_t *json, const char *where, struct ys_ballot *out,
                                       struct ys_err *err);

json_t *ys_ballot_set_json(const struct ys_ballot_round *round, const struct ys_ballot_set *set);
bool ys_ballot_set_is(const json_t *json);
/* The set that it is of, made anew; ys_ballot_set_new's codes, and YS_MALFORMED. */
YS_CHECKED enum ys_code ys_ballot_set_read(const json_t *json, struct ys_ballot_round *round_out,
                                           struct ys_ballot_set **out, struct ys_err *err);
/* Is it what the result says: root, histogram, papers, kinds? YS_MALFORMED with what differs. */
YS_CHECKED enum ys_code ys_ballot_set_check(const struct ys_ballot_set *set,
                                            const Yishi__V1__EvaluationResult *result,
                                            struct ys_err *err);
/* The same of a slip. */
YS_CHECKED enum ys_code ys_slip_check(const struct ys_slip *slip,
                                      const Yishi__V1__EvaluationResult *result,
                                      struct ys_err *err);

#endif
