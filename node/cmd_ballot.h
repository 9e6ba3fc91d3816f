/* One call of `ballot`: the round, its box, and what was opened of it. cmd_ballot.c has what happens while the box is
 * open, ballot_result.c what comes then.
 *
 * Threads: main. Memory: heap, wiped at the end. */
#ifndef YS_NODE_CMD_BALLOT_H
#define YS_NODE_CMD_BALLOT_H

#include "node/ballot/ballot_box.h"
#include "node/ballot/round.h"
#include "node/cmd.h"
#include "node/paper/ballot_sheet.h"

struct ys_ballot_turn {
    const struct ys_call *call;
    struct ys_node node;
    struct ys_read_record round;
    char round_text[2 * YS_HASH_LEN + 1];
    struct ys_ballot_box box;
    struct ys_vault_key key;
    struct ys_paper *papers; /* opened */
    size_t paper_count;
    struct ys_ballot_set *set; /* of them */
};
void ys_ballot_turn_clear(struct ys_ballot_turn *turn);
#define YS_BALLOT_TURN_SCOPED __attribute__((cleanup(ys_ballot_turn_clear))) struct ys_ballot_turn
struct ys_ballot_head ys_ballot_turn_head(const struct ys_ballot_turn *turn, const char *result);

YS_CHECKED enum ys_code ys_ballot_settle(struct ys_ballot_turn *turn, struct ys_err *err);
YS_CHECKED enum ys_code ys_ballot_slips(struct ys_ballot_turn *turn, struct ys_err *err);
YS_CHECKED enum ys_code ys_ballot_open_set(struct ys_ballot_turn *turn, struct ys_err *err);
YS_CHECKED enum ys_code ys_ballot_erase(struct ys_ballot_turn *turn, struct ys_err *err);

#endif
