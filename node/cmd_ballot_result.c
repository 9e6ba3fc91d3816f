#include "node/cmd_ballot.h"

#include "crypto/base64.h"
#include "node/file.h"
#include "node/json_out.h"
#include "node/lang.h"
#include "node/paper/page.h"
#include "node/sheet.h"
#include "node/terminal.h"
#include "node/today.h"
#include "node/vault/logbook.h"
#include "proto/enum_word.h"
#include "proto/moment.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 32, KEEP_DAYS = 365 };

/* Opens all ballots and makes the tree. */
static enum ys_code open_all(struct ys_ballot_turn *turn, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    enum ys_code code = ys_passphrases_of_args(&turn->call->args, &from, err);
    if (code == YS_OK)
        code = ys_vault_key_load(&turn->node.home, &turn->node.origin, &from, &turn->key, err);
    if (code == YS_OK)
        code = ys_ballot_box_read(&turn->box, &turn->key, &turn->papers, &turn->paper_count, err);
    if (code != YS_OK)
        return code;
    struct ys_ballot *const ballots = calloc(turn->paper_count + 1, sizeof *ballots);
    if (ballots == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    for (size_t i = 0; i < turn->paper_count; i++)
        ballots[i] = turn->papers[i].ballot;
    code = ys_ballot_set_new(&turn->box.round, ballots, turn->paper_count,
                             ys_ballot_box_issued(&turn->box), &turn->set, err);
    sodium_memzero(ballots, turn->paper_count * sizeof *ballots);
    free(ballots);
    return code;
}

static const char *remark_of(const struct ys_ballot_turn *turn, const char *code)
{
    for (size_t i = 0; i < turn->paper_count; i++)
        if (strcmp(turn->papers[i].ballot.code, code) == 0)
            return turn->papers[i].remark;
    return NULL;
}

/* --- close --- */

static json_t *dimensions_json(const struct ys_ballot_tally *tally)
{
    static const char *const name[] = {"participation", "implementation", "feedback"};
    json_t *const list = json_array();
    for (unsigned d = 0; d < YS_BALLOT_DIMENSIONS; d++) {
        json_t *const one = json_pack("{s:s}", "dimension", name[d]);
        for (unsigned grade = YS_BALLOT_GRADES; grade-- > 0;) {
            char field[32];
            (void)snprintf(field, sizeof field, "grade_%u", grade);
            json_object_set_new(one, field, json_integer(tally->count[d][grade]));
        }
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *kinds_json(const struct ys_ballot_set *set)
{
    const ProtobufCEnumDescriptor *const type = &yishi__v1__party_kind__descriptor;
    uint32_t count[KINDS_MAX];
    json_t *const list = json_array();
    ys_ballot_set_kinds(set, count, KINDS_MAX);
    for (unsigned i = 0; i < type->n_values; i++) {
        const int kind = type->values[i].value;
        char word[YS_ENUM_WORD_MAX];
        if (kind <= 0 || kind >= KINDS_MAX || count[kind] == UINT32_MAX)
            continue;
        ys_enum_word(type, &type->values[i], word);
        json_array_append_new(
            list, json_pack("{s:s, s:I}", "party_kind", word, "returned", (json_int_t)count[kind]));
    }
    return list;
}

static json_t *result_json(const struct ys_ballot_turn *turn, uint32_t held_on)
{
    const struct ys_ballot_tally *const tally = ys_ballot_set_tally(turn->set);
    char day[YS_DATE_TEXT_MAX];
    char root_text[YS_BASE64_LEN(YS_HASH_LEN) + 1];
    struct ys_writer w = {.data = (uint8_t *)root_text, .capacity = sizeof root_text - 1};
    struct ys_hash root;
    ys_date_print(held_on, day);
    ys_ballot_set_root(turn->set, &root);
    ys_hash_print(&w, &root);
    root_text[w.size] = '\0';
    json_t *const result =
        json_pack("{s:I, s:I, s:I, s:o, s:s, s:s}", "issued", (json_int_t)tally->issued, "returned",
                  (json_int_t)tally->returned, "valid", (json_int_t)tally->valid, "dimensions",
                  dimensions_json(tally), "ballot_root", root_text, "held_on", day);
    json_t *const kinds = kinds_json(turn->set);
    if (json_array_size(kinds) > 0)
        json_object_set(result, "returned_by_kind", kinds);
    json_decref(kinds);
    return json_pack("{s:s, s:s, s:[{s:s, s:s}], s:o}", "kind", "evaluation_result", "subject",
                     turn->round.record.subject, "refs", "rel", "based_on", "record",
                     turn->round_text, "evaluation_result", result);
}

static enum ys_code begin_draft(const struct ys_ballot_turn *turn, struct ys_err *err)
{
    struct ys_sheet sheet = {.no = 0};
    const json_t *const result = ys_ballot_box_result(&turn->box);
    char *const text = json_dumps(result, JSON_INDENT(2));
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    const enum ys_code code = ys_sheet_add(&turn->node.home, ys_bytes_of_text(text), &sheet, err);
    free(text);
    if (code != YS_OK)
        return code;
    if (turn->call->json)
        ys_json_line(json_pack("{s:s, s:i, s:O}", "round", turn->round_text, "draft", sheet.no,
                               "result", json_object_get(result, "evaluation_result")));
    else
        printf(_("The box is closed. Its result is draft %u: %s\nRead it (yishi preview %u), add "
                 "suggestions if there are any, and publish it.\n"),
               sheet.no, sheet.path, sheet.no);
    return YS_OK;
}

/* Remarks by themselves, in the order of their hashes: nobody can tell which paper one stood on. */
static void say_remarks(const struct ys_ballot_turn *turn)
{
    for (size_t i = 0; i < ys_ballot_set_count(turn->set); i++) {
        const char *const remark = remark_of(turn, ys_ballot_set_at(turn->set, i)->code);
        if (remark == NULL)
            continue;
        if (turn->call->json)
            ys_json_line(json_pack("{s:s}", "remark", remark));
        else
            ys_terminal_pair(_("Remark"), remark);
    }
}

enum ys_code ys_ballot_settle(struct ys_ballot_turn *turn, struct ys_err *err)
{
    const Yishi__V1__EvaluationRound *const round = turn->round.body->evaluation_round;
    uint32_t held_on = ys_today();
    enum ys_code code = YS_OK;
    if (round->to != NULL && round->to->yyyymmdd < held_on)
        held_on = round->to->yyyymmdd;
    if (ys_args_has(&turn->call->args, "held-on"))
        code = ys_today_or(&turn->call->args, "held-on", &held_on, err);
    if (code == YS_OK)
        code = open_all(turn, err);
    if (code == YS_OK && ys_ballot_box_result(&turn->box) == NULL) {
        json_t *const result = result_json(turn, held_on);
        code = result == NULL ? ys_fail(err, YS_NOMEM, _("out of memory"))
                              : ys_ballot_box_settle(&turn->box, result, err);
        json_decref(result);
    }
    if (code != YS_OK)
        return code;
    if (ys_args_has(&turn->call->args, "remarks"))
        say_remarks(turn);
    return begin_draft(turn, err);
}

/* --- slips --- */

static enum ys_code check_closed(const struct ys_ballot_turn *turn, struct ys_err *err)
{
    return ys_ballot_box_result(&turn->box) != NULL
               ? YS_OK
               : ys_fail(err, YS_REFUSED, _("the box is still open; first: yishi ballot close"));
}

/* The result, if it is published; its id in hex, else "". */
static enum ys_code find_result(struct ys_ballot_turn *turn, struct ys_read_record *out,
                                char id[2 * YS_HASH_LEN + 1], struct ys_err *err)
{
    struct ys_hash root;
    ys_ballot_set_root(turn->set, &root);
    id[0] = '\0';
    const enum ys_code code = ys_round_result(&turn->node, &turn->round, &root, out, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    if (code != YS_OK)
        return code;
    sodium_bin2hex(id, 2 * YS_HASH_LEN + 1, out->id.bytes, YS_HASH_LEN);
    return ys_ballot_box_recorded(&turn->box, &out->id, err);
}

static void one_slip(const struct ys_ballot_turn *turn, const struct ys_ballot_head *head,
                     size_t at, FILE *page)
{
    struct ys_slip slip = {.round = turn->box.round, .ballot = *ys_ballot_set_at(turn->set, at)};
    const char *const remark = remark_of(turn, slip.ballot.code);
    ys_ballot_set_place(turn->set, at, slip.place);
    if (page != NULL) {
        ys_ballot_sheet_slip(page, head, ys_ballot_set_tally(turn->set), &slip, remark);
        return;
    }
    json_t *const json = ys_slip_json(&slip, remark);
    if (head->result[0] != '\0')
        json_object_set_new(json, "result", json_string(head->result));
    ys_json_line(json);
}

enum ys_code ys_ballot_slips(struct ys_ballot_turn *turn, struct ys_err *err)
{
    YS_READ_RECORD_SCOPED result = {.body = NULL};
    char id[2 * YS_HASH_LEN + 1];
    char wanted[YS_BALLOT_CODE_LEN + 1] = "";
    const char *const out = ys_args_value(&turn->call->args, "out");
    const char *const only = ys_args_value(&turn->call->args, "code");
    struct ys_page_file file = {.stream = NULL};
    const struct ys_logbook_entry entry = {
        .action = "ballot_slip", .record = turn->round_text, .purpose = "slips"};
    if (only != NULL && !ys_ballot_code_read(only, wanted))
        return ys_fail(err, YS_USAGE, _("\"%s\" is no code of a paper"), only);
    enum ys_code code = check_closed(turn, err);
    if (code == YS_OK)
        code = open_all(turn, err);
    if (code == YS_OK)
        code = ys_logbook_add(&turn->node.home, &entry, err);
    if (code == YS_OK)
        code = find_result(turn, &result, id, err);
    if (code == YS_OK && out != NULL)
        code = ys_page_open(out, &file, err);
    if (code != YS_OK)
        return code;
    const struct ys_ballot_head head = ys_ballot_turn_head(turn, id);
    size_t made = 0;
    if (file.stream != NULL)
        ys_ballot_sheet_begin(file.stream, &head, ys_ballot_set_tally(turn->set));
    for (size_t i = 0; i < ys_ballot_set_count(turn->set); i++) {
        if (only != NULL && strcmp(ys_ballot_set_at(turn->set, i)->code, wanted) != 0)
            continue;
        one_slip(turn, &head, i, file.stream);
        made++;
    }
    if (file.stream != NULL)
        ys_ballot_sheet_end(file.stream);
    if (file.stream != NULL)
        code = ys_page_finish(&file, err);
    if (code == YS_OK && made == 0 && only != NULL)
        code = ys_fail(err, YS_NOT_FOUND, _("no paper with the code %s has been entered"), only);
    if (code == YS_OK && id[0] == '\0')
        fprintf(stderr, "yishi: %s\n",
                _("note: the result is not published yet; slips can be checked once it is"));
    return code;
}

/* --- the set --- */

/* Private: it holds all ballots. */
static enum ys_code save_set(const struct ys_ballot_turn *turn, const char *result, const char *out,
                             struct ys_err *err)
{
    json_t *const json = ys_ballot_set_json(&turn->box.round, turn->set);
    json_object_set_new(json, "result", json_string(result));
    char *const text = json_dumps(json, JSON_INDENT(1));
    json_decref(json);
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = YS_OK;
    if (strcmp(out, "-") == 0)
        puts(text);
    else
        code = ys_file_write(out, 0600, ys_bytes_of_text(text), err);
    sodium_memzero(text, strlen(text));
    free(text);
    return code;
}

enum ys_code ys_ballot_open_set(struct ys_ballot_turn *turn, struct ys_err *err)
{
    YS_READ_RECORD_SCOPED result = {.body = NULL};
    char id[2 * YS_HASH_LEN + 1];
    const char *const out = ys_args_value(&turn->call->args, "out");
    const struct ys_logbook_entry entry = {.action = "ballot_open_set",
                                           .record = turn->round_text,
                                           .purpose = ys_args_value(&turn->call->args, "purpose")};
    if (entry.purpose == NULL)
        return ys_fail(err, YS_USAGE, _("why? --purpose TEXT, which the logbook keeps"));
    enum ys_code code = check_closed(turn, err);
    if (code == YS_OK)
        code = open_all(turn, err);
    if (code == YS_OK)
        code = ys_logbook_add(&turn->node.home, &entry, err);
    if (code == YS_OK)
        code = find_result(turn, &result, id, err);
    if (code == YS_OK && id[0] == '\0')
        code = ys_fail(err, YS_NOT_FOUND,
                       _("no result of this round with the root of these ballots is published"));
    if (code == YS_OK)
        code = ys_ballot_set_check(turn->set, result.body->evaluation_result, err);
    if (code != YS_OK)
        return code;
    if (out != NULL) {
        code = save_set(turn, id, out, err);
        if (code != YS_OK)
            return code;
    }
    if (out != NULL && strcmp(out, "-") == 0)
        return YS_OK;
    if (turn->call->json)
        ys_json_line(json_pack("{s:s, s:s, s:b, s:I, s:o}", "round", turn->round_text, "result", id,
                               "agrees", true, "ballots",
                               (json_int_t)ys_ballot_set_count(turn->set), "file",
                               ys_json_text_or_null(out)));
    else
        printf(_("The %zu ballots come to what the result %.8s says: root, histogram and kinds.\n"),
               ys_ballot_set_count(turn->set), id);
    return YS_OK;
}

/* --- the end --- */

/* The day from which on the ballots go (DOMAIN.md 5.7): a year after the result was signed. */
static enum ys_code check_time(struct ys_ballot_turn *turn, struct ys_err *err)
{
    YS_READ_RECORD_SCOPED result = {.body = NULL};
    struct ys_hash root = {.bytes = {0}};
    const json_t *const made =
        json_object_get(ys_ballot_box_result(&turn->box), "evaluation_result");
    const char *const text = json_string_value(json_object_get(made, "ballot_root"));
    if (ys_args_has(&turn->call->args, "early"))
        return YS_OK;
    if (text == NULL || !ys_hash_parse(ys_bytes_of_text(text), &root))
        return ys_fail(
            err, YS_REFUSED,
            _("the box is still open; to destroy its ballots all the same, add: --early"));
    const enum ys_code code = ys_round_result(&turn->node, &turn->round, &root, &result, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(
            err, YS_REFUSED,
            _("the result is not published yet; to destroy its ballots all the same, add: "
              "--early"));
    if (code != YS_OK)
        return code;
    const int32_t due =
        ys_date_days(ys_date_of_time((int64_t)result.record.signed_at_s * 1000)) + KEEP_DAYS;
    char day[YS_DATE_TEXT_MAX];
    ys_date_print(ys_date_from_days(due), day);
    if (ys_date_days(ys_today()) < due)
        return ys_fail(err, YS_REFUSED,
                       _("the ballots are kept until %s, a year after the result; to destroy them "
                         "before, add: --early"),
                       day);
    return YS_OK;
}

enum ys_code ys_ballot_erase(struct ys_ballot_turn *turn, struct ys_err *err)
{
    size_t count = 0;
    const struct ys_logbook_entry entry = {.action = "ballot_erase",
                                           .record = turn->round_text,
                                           .purpose = ys_args_value(&turn->call->args, "purpose")};
    if (entry.purpose == NULL)
        return ys_fail(err, YS_USAGE, _("why? --purpose TEXT, which the logbook keeps"));
    enum ys_code code = check_time(turn, err);
    if (code == YS_OK)
        code = ys_logbook_add(&turn->node.home, &entry, err);
    if (code == YS_OK)
        code = ys_ballot_box_erase(&turn->box, &count, err);
    if (code != YS_OK)
        return code;
    if (turn->call->json)
        ys_json_line(
            json_pack("{s:s, s:I}", "round", turn->round_text, "erased", (json_int_t)count));
    else
        printf(_("Destroyed: %zu ballots of round %.8s. The result and its proofs stay good.\n"),
               count, turn->round_text);
    return YS_OK;
}
