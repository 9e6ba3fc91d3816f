/* Ballots of an evaluation, and the tree that commits to all of them (FORMATS.md 20).
 *
 * A tree of RFC 6962 with a leaf for each grade of each valid paper, ordered by dimension, then by
 * grade: so the counts of the result say which slots hold which grade, and whoever sees his own
 * three leaves in slots of his grades has seen that they are counted so. A slip shows nobody else's.
 * Behind them, a leaf for each paper that was returned and is not valid.
 *
 * Who gets a paper, and where ballots are kept, is node's. Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_BALLOT_H
#define YS_PROTO_BALLOT_H

#include "crypto/hash.h"
#include "crypto/proof.h"
#include "proto/body.pb-c.h"
#include "proto/limits.h"

enum {
    YS_BALLOT_DIMENSIONS = 3,
    YS_BALLOT_GRADES = 6, /* 0 to 5 */
    YS_BALLOT_CODE_LEN = 10,
    YS_BALLOT_MARK_MAX = 16, /* bytes */
    YS_BALLOT_SALT_LEN = 32,
    YS_BALLOT_LEAF_MAX = 512, /* bytes of a leaf's text */
    YS_BALLOT_PROOFS = YS_BALLOT_DIMENSIONS,
};

/* One paper that was returned. Plain value. */
struct ys_ballot {
    char code[YS_BALLOT_CODE_LEN + 1]; /* printed on the paper: no two have the same */
    char mark[YS_BALLOT_MARK_MAX +
              1];  /* what its writer chose as a sign of his own, [a-z0-9]; "" for none */
    unsigned kind; /* of the evaluator: PartyKind; 0 when it is not said */
    bool valid;
    uint8_t grade[YS_BALLOT_DIMENSIONS]; /* of a valid one, in the order of Dimension */
    bool has_remark;
    struct ys_hash remark; /* SHA-256 of its text */
    uint8_t salt[YS_BALLOT_SALT_LEN];
};

/* What the result says: which slots there are. */
struct ys_ballot_tally {
    uint32_t issued, returned, valid;
    uint32_t count[YS_BALLOT_DIMENSIONS][YS_BALLOT_GRADES]; /* [d][g]: papers that gave grade g */
};

/* The round whose ballots they are. */
struct ys_ballot_round {
    char deployment[YS_DEPLOYMENT_MAX + 1];
    struct ys_hash id; /* record id of the evaluation_round */
};

/* [0-9A-Z] without I, L, O and U; a paper may show it with a hyphen in the middle, and people type it as
 * they like: that is taken out here. False when it is none. */
bool ys_ballot_code_read(const char *text, char out[YS_BALLOT_CODE_LEN + 1]);
/* Upper case becomes lower case. False for anything but up to 16 letters and digits. */
bool ys_ballot_mark_read(const char *text, char out[YS_BALLOT_MARK_MAX + 1]);

/* Leaf of dimension 0 to 2; of a paper that is not valid there is one, whatever the dimension. */
void ys_ballot_leaf(const struct ys_ballot_round *round, const struct ys_ballot *ballot,
                    unsigned dimension, struct ys_hash *out);

/* Leaves of the tree. */
uint64_t ys_ballot_tree_size(const struct ys_ballot_tally *tally);
/* The slots of a grade: `first_out`, and the count is returned. Of papers that are not valid: dimension 3. */
uint64_t ys_ballot_slots(const struct ys_ballot_tally *tally, unsigned dimension, unsigned grade,
                         uint64_t *first_out);
/* From a result, which has passed as a body but not been checked as an author's. YS_MALFORMED when it is no
 * histogram of three dimensions that add up. */
YS_CHECKED enum ys_code ys_ballot_tally_of(const Yishi__V1__EvaluationResult *result,
                                           struct ys_ballot_tally *out, struct ys_err *err);

/* What a slip holds beside the ballot. */
struct ys_ballot_place {
    uint64_t index;
    struct ys_proof proof;
};
/* Is the paper counted, once in each dimension and with its grades? YS_MALFORMED with which dimension and why. */
YS_CHECKED enum ys_code ys_ballot_check(const struct ys_ballot_round *round,
                                        const struct ys_ballot_tally *tally,
                                        const struct ys_hash *root, const struct ys_ballot *ballot,
                                        const struct ys_ballot_place place[YS_BALLOT_PROOFS],
                                        struct ys_err *err);

#endif
