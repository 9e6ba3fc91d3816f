/* Papers of an evaluation as pages: the ballots that are handed out, and the slips that are given back.
 *
 * Threads: main. Memory: the caller's stream. */
#ifndef YS_NODE_PAPER_BALLOT_SHEET_H
#define YS_NODE_PAPER_BALLOT_SHEET_H

#include "node/ballot/slip.h"
#include "proto/body.pb-c.h"

#include <stdio.h>

/* What all papers of a round show. */
struct ys_ballot_head {
    const char *unit;   /* name of the community */
    const char *matter; /* number or "-" */
    const Yishi__V1__EvaluationRound *round;
    const char *result; /* record id in hex of the result; "" before it is published */
};

/* "K7QJ4-M0XZ2" */
enum { YS_BALLOT_CODE_SHOWN = YS_BALLOT_CODE_LEN + 2 };
void ys_ballot_code_show(const char *code, char out[YS_BALLOT_CODE_SHOWN]);

/* Three to a page, each with its code and a part to tear off. */
void ys_ballot_sheet_papers(FILE *out, const struct ys_ballot_head *head,
                            const char (*codes)[YS_BALLOT_CODE_LEN + 1], size_t count);
/* Slips, with a QR code each that holds the slip as JSON. `tally` is that of the result. */
void ys_ballot_sheet_begin(FILE *out, const struct ys_ballot_head *head,
                           const struct ys_ballot_tally *tally);
void ys_ballot_sheet_slip(FILE *out, const struct ys_ballot_head *head,
                          const struct ys_ballot_tally *tally, const struct ys_slip *slip,
                          const char *remark);
void ys_ballot_sheet_end(FILE *out);

#endif
