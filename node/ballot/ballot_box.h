/* The ballot box of a round: which papers were given out, and which of them have come back.
 *
 *     HOME/ballots/<round>.json   of each paper a hash of its code, and once it came back the commitment under
 *                                 which the vault keeps what stands on it; the result, once the box is closed
 *
 * The codes themselves are nowhere: they stand on the papers, which anybody may draw. A ballot is in the vault
 * before the box names it, so one that was cut short is entered again, and what it left behind goes with the
 * round. It decides nothing about who may open it. Threads: main; processes wait for one another (the vault's lock).
 * Memory: jansson's; ballots that were opened are the caller's, and wiped. */
#ifndef YS_NODE_BALLOT_BALLOT_BOX_H
#define YS_NODE_BALLOT_BALLOT_BOX_H

#include "node/ballot/ballot_set.h"
#include "node/vault/vault.h"

#include <jansson.h>

enum { YS_BALLOT_REMARK_MAX = 500 }; /* code points */

struct ys_ballot_box {
    struct ys_vault vault; /* held */
    struct ys_ballot_round round;
    json_t *json;
};
/* A paper as it is entered, or was opened; `remark` is heap, NULL for none. */
struct ys_paper {
    struct ys_ballot ballot;
    char *remark;
};
void ys_papers_free(struct ys_paper *papers, size_t count);

/* The box of that round; without one, an empty box that is made when something is put in. YS_NOT_FOUND when
 * there is no vault. */
YS_CHECKED enum ys_code ys_ballot_box_open(const struct ys_home *home,
                                           const struct ys_ballot_round *round,
                                           struct ys_ballot_box *out, struct ys_err *err);
void ys_ballot_box_close(struct ys_ballot_box *box);
#define YS_BALLOT_BOX_SCOPED __attribute__((cleanup(ys_ballot_box_close))) struct ys_ballot_box

uint32_t ys_ballot_box_issued(const struct ys_ballot_box *box);
uint32_t ys_ballot_box_entered(const struct ys_ballot_box *box);
/* What it came to when it was closed, as the JSON of a draft; NULL while it is open. Borrowed. */
json_t *ys_ballot_box_result(const struct ys_ballot_box *box);

/* `count` more papers: their codes into `codes`. YS_REFUSED once it is closed, YS_LIMIT. */
YS_CHECKED enum ys_code ys_ballot_box_issue(struct ys_ballot_box *box, size_t count,
                                            char (*codes)[YS_BALLOT_CODE_LEN + 1],
                                            struct ys_err *err);
/* All of these or none; each gets its salt here. Messages begin with the paper's number in the list, from 1. YS_REFUSED once
 * it is closed; YS_NOT_FOUND for a code of no paper, YS_EXISTS for one that is in already. */
YS_CHECKED enum ys_code ys_ballot_box_enter(struct ys_ballot_box *box, struct ys_paper *papers,
                                            size_t count, struct ys_err *err);
/* Take one out again, before the box is closed: it was entered wrongly. Its value is destroyed. */
YS_CHECKED enum ys_code ys_ballot_box_take_out(struct ys_ballot_box *box, const char *code,
                                               struct ys_err *err);
/* Open all that came back. The caller frees them. */
YS_CHECKED enum ys_code ys_ballot_box_read(const struct ys_ballot_box *box,
                                           const struct ys_vault_key *key, struct ys_paper **out,
                                           size_t *count_out, struct ys_err *err);
/* Close it for good with what it came to (borrowed). */
YS_CHECKED enum ys_code ys_ballot_box_settle(struct ys_ballot_box *box, json_t *result,
                                             struct ys_err *err);
/* The result stands in this record: the time of keeping is counted from it. */
YS_CHECKED enum ys_code ys_ballot_box_recorded(const struct ys_ballot_box *box,
                                               const struct ys_hash *record, struct ys_err *err);
/* Destroy all ballots of the round, also what was cut short, and the box. Killed at any point, a second call ends
 * what the first began. */
YS_CHECKED enum ys_code ys_ballot_box_erase(struct ys_ballot_box *box, size_t *count_out,
                                            struct ys_err *err);

#endif
