#include "node/cmd_ballot.h"

#include "node/ballot/ballot_table.h"
#include "node/file.h"
#include "node/json_out.h"
#include "node/lang.h"
#include "node/paper/page.h"
#include "node/vault/logbook.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- open: papers --- */

static enum ys_code print_papers(const struct ys_ballot_turn *turn,
                                 const char (*codes)[YS_BALLOT_CODE_LEN + 1], size_t count,
                                 struct ys_err *err)
{
    const char *const out = ys_args_value(&turn->call->args, "out");
    const struct ys_ballot_head head = ys_ballot_turn_head(turn, "");
    struct ys_page_file file;
    if (out != NULL) {
        const enum ys_code code = ys_page_open(out, &file, err);
        if (code != YS_OK)
            return code;
        ys_ballot_sheet_papers(file.stream, &head, codes, count);
        return ys_page_finish(&file, err);
    }
    for (size_t i = 0; i < count; i++) {
        char shown[YS_BALLOT_CODE_SHOWN];
        ys_ballot_code_show(codes[i], shown);
        if (turn->call->json)
            ys_json_line(json_pack("{s:s}", "code", shown));
        else
            puts(shown);
    }
    return YS_OK;
}

static enum ys_code open_round(struct ys_ballot_turn *turn, struct ys_err *err)
{
    uint64_t count = 0;
    enum ys_code code = ys_args_number(&turn->call->args, "count", YS_BALLOTS_MAX, 0, &count, err);
    if (code != YS_OK)
        return code;
    if (count == 0)
        return ys_fail(err, YS_USAGE, _("how many papers? --count N"));
    const uint32_t before = ys_ballot_box_issued(&turn->box);
    if (before + count > turn->round.body->evaluation_round->issued)
        return ys_fail(err, YS_REFUSED,
                       _("the round says that %u papers are issued; %u are already, so at most %u "
                         "more can be"),
                       turn->round.body->evaluation_round->issued, before,
                       turn->round.body->evaluation_round->issued > before
                           ? turn->round.body->evaluation_round->issued - before
                           : 0);
    char(*const codes)[YS_BALLOT_CODE_LEN + 1] = calloc(count, sizeof *codes);
    if (codes == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    code = ys_ballot_box_issue(&turn->box, count, codes, err);
    if (code == YS_OK)
        code = print_papers(turn, (const char(*)[YS_BALLOT_CODE_LEN + 1]) codes, count, err);
    if (code == YS_OK)
        fprintf(stderr, "yishi: %s\n",
                _("note: the codes are kept nowhere; let everybody draw a paper, so that nobody "
                  "knows who has which"));
    sodium_memzero(codes, count * sizeof *codes);
    free(codes);
    return code;
}

/* --- enter --- */

static enum ys_code read_grades(const char *text, struct ys_paper *paper, struct ys_err *err)
{
    static const char *const name[] = {"participation", "implementation", "feedback"};
    char word[YS_BALLOT_DIMENSIONS][32];
    size_t count = 0;
    for (const char *at = text; count < YS_BALLOT_DIMENSIONS; count++) {
        const size_t size = strcspn(at, ",");
        if (size >= sizeof word[0])
            break;
        memcpy(word[count], at, size);
        word[count][size] = '\0';
        if (at[size] == '\0') {
            count++;
            break;
        }
        at += size + 1;
        if (count + 1 == YS_BALLOT_DIMENSIONS)
            return ys_fail(err, YS_USAGE, _("--grades: three of them, such as 5,4,3"));
    }
    if (count != YS_BALLOT_DIMENSIONS)
        return ys_fail(err, YS_USAGE, _("--grades: three of them, such as 5,4,3"));
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = ys_paper_set(paper, name[i], word[i], err);
    return code;
}

static enum ys_code read_one(const struct ys_args *args, struct ys_paper *paper, struct ys_err *err)
{
    static const char *const plain[] = {"code", "kind", "mark", "remark"};
    const char *const grades = ys_args_value(args, "grades");
    enum ys_code code = YS_OK;
    paper->ballot.valid = !ys_args_has(args, "invalid");
    if (ys_args_value(args, "code") == NULL || (grades == NULL) == paper->ballot.valid)
        return ys_fail(err, YS_USAGE,
                       _("--code and --grades 5,4,3 (participation, implementation, feedback), or "
                         "--code and --invalid; or --batch FILE"));
    for (size_t i = 0; i < sizeof plain / sizeof *plain && code == YS_OK; i++)
        if (ys_args_value(args, plain[i]) != NULL)
            code = ys_paper_set(paper, plain[i], ys_args_value(args, plain[i]), err);
    return code == YS_OK && grades != NULL ? read_grades(grades, paper, err) : code;
}

static enum ys_code read_papers(const struct ys_args *args, struct ys_paper **out,
                                size_t *count_out, struct ys_err *err)
{
    const char *const batch = ys_args_value(args, "batch");
    struct ys_err why = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    enum ys_code code = YS_OK;
    if (batch == NULL) {
        *out = calloc(1, sizeof **out);
        *count_out = 1;
        return *out == NULL ? ys_fail(err, YS_NOMEM, _("out of memory"))
                            : read_one(args, *out, err);
    }
    code = ys_file_read_all(batch, YS_JSON_FILE_MAX, &bytes, &size, err);
    if (code != YS_OK)
        return code;
    code = ys_ballot_table_read((struct ys_bytes){bytes, size}, out, count_out, &why);
    sodium_memzero(bytes, size);
    free(bytes);
    return code == YS_OK ? YS_OK
                         : ys_fail(err, code, "%s: %s",
                                   strcmp(batch, "-") == 0 ? _("standard input") : batch, why.msg);
}

static void say_state(const struct ys_ballot_turn *turn)
{
    const uint32_t issued = ys_ballot_box_issued(&turn->box);
    const uint32_t entered = ys_ballot_box_entered(&turn->box);
    const bool closed = ys_ballot_box_result(&turn->box) != NULL;
    if (turn->call->json)
        ys_json_line(json_pack("{s:s, s:i, s:i, s:b}", "round", turn->round_text, "issued", issued,
                               "entered", entered, "closed", closed));
    else
        printf(closed ? _("Round %.8s: %u papers issued, %u entered; closed\n")
                      : _("Round %.8s: %u papers issued, %u entered\n"),
               turn->round_text, issued, entered);
}

static enum ys_code enter(struct ys_ballot_turn *turn, struct ys_err *err)
{
    struct ys_paper *papers = NULL;
    size_t count = 0;
    enum ys_code code = read_papers(&turn->call->args, &papers, &count, err);
    if (code == YS_OK)
        code = ys_ballot_box_enter(&turn->box, papers, count, err);
    ys_papers_free(papers, count);
    if (code == YS_OK)
        say_state(turn);
    return code;
}

static enum ys_code take_out(struct ys_ballot_turn *turn, struct ys_err *err)
{
    char paper[YS_BALLOT_CODE_LEN + 1];
    const char *const text = ys_args_value(&turn->call->args, "code");
    const struct ys_logbook_entry entry = {.action = "ballot_take_out",
                                           .record = turn->round_text,
                                           .purpose = ys_args_value(&turn->call->args, "purpose")};
    if (text == NULL || !ys_ballot_code_read(text, paper) || entry.purpose == NULL)
        return ys_fail(
            err, YS_USAGE,
            _("which paper, and why? --code CODE --purpose TEXT, which the logbook keeps"));
    enum ys_code code = ys_logbook_add(&turn->node.home, &entry, err);
    if (code == YS_OK)
        code = ys_ballot_box_take_out(&turn->box, paper, err);
    if (code == YS_OK)
        say_state(turn);
    return code;
}

static enum ys_code status(struct ys_ballot_turn *turn, struct ys_err *err)
{
    (void)err;
    say_state(turn);
    return YS_OK;
}

/* --- the command --- */

void ys_ballot_turn_clear(struct ys_ballot_turn *turn)
{
    ys_vault_key_clear(&turn->key);
    ys_papers_free(turn->papers, turn->paper_count);
    ys_ballot_set_free(turn->set);
    ys_ballot_box_close(&turn->box);
    ys_read_record_clear(&turn->round);
    ys_node_close(&turn->node);
}

struct ys_ballot_head ys_ballot_turn_head(const struct ys_ballot_turn *turn, const char *result)
{
    return (struct ys_ballot_head){.unit =
                                       ys_node_unit_name(&turn->node, &turn->node.origin.division),
                                   .matter = turn->round.record.subject,
                                   .round = turn->round.body->evaluation_round,
                                   .result = result};
}

static enum ys_code begin(struct ys_ballot_turn *turn, struct ys_err *err)
{
    struct ys_ballot_round round;
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_node_open(turn->call->home, turn->call->lang, &turn->node, err);
    if (code == YS_OK)
        code = ys_node_read(&turn->node, &txn, err); /* for the unit's name */
    ys_txn_abort(&txn);
    if (code == YS_OK)
        code = ys_round_find(&turn->node, turn->call->args.word[1], &turn->round, &round, err);
    if (code == YS_OK)
        code = ys_ballot_box_open(&turn->node.home, &round, &turn->box, err);
    if (code == YS_OK)
        sodium_bin2hex(turn->round_text, sizeof turn->round_text, round.id.bytes, YS_HASH_LEN);
    return code;
}

enum ys_code ys_cmd_ballot(const struct ys_call *call, struct ys_err *err)
{
    static const struct {
        const char *name;
        enum ys_code (*run)(struct ys_ballot_turn *, struct ys_err *);
    } actions[] = {{"open", open_round},
                   {"enter", enter},
                   {"take-out", take_out},
                   {"status", status},
                   {"close", ys_ballot_settle},
                   {"slip", ys_ballot_slips},
                   {"open-set", ys_ballot_open_set},
                   {"erase", ys_ballot_erase}};
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(call->args.word[0], actions[i].name) != 0)
            continue;
        YS_BALLOT_TURN_SCOPED turn = {.call = call, .box = {.json = NULL}};
        const enum ys_code code = begin(&turn, err);
        return code == YS_OK ? actions[i].run(&turn, err) : code;
    }
    return ys_fail(err, YS_USAGE,
                   _("ballot %s: there is open, enter, take-out, status, close, slip, open-set and "
                     "erase"),
                   call->args.word[0]);
}
