#include "node/ruling.h"

#include "node/item_number.h"
#include "node/lang.h"
#include "node/model/trial.h"
#include "node/recall.h"
#include "node/today.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hearing {
    void (*take)(void *context, const struct ys_finding *finding);
    void *context;
    bool late; /* all that refuse can be lifted by late entry */
    size_t refusals;
    char ids[160]; /* of the rules that refuse */
};

static bool is_enrolled(const struct ys_node *node)
{
    if (node->member == NULL)
        return false;
    for (size_t i = 0; i < ys_member_key_count(node->member); i++) {
        const struct ys_member_key *const key = ys_member_key_at(node->member, i);
        if (key->name.kind == YS_NAME_BODY &&
            ys_division_equal(&key->name.division, &node->origin.division))
            return true;
    }
    return false;
}

static void hear(void *context, const struct ys_finding *finding)
{
    struct hearing *const hearing = context;
    const size_t used = strlen(hearing->ids);
    if (strcmp(finding->rule->scope, "duty") == 0)
        return; /* that nothing is proven before it is published says nothing */
    hearing->take(hearing->context, finding);
    if (finding->severity != 'E')
        return;
    hearing->late = (hearing->refusals++ == 0 || hearing->late) && finding->rule->late_entry;
    (void)snprintf(hearing->ids + used, sizeof hearing->ids - used, " %s", finding->rule->id);
}

/* The records stand in the model afterwards, until ys_trial_end. */
static enum ys_code begin(const struct ys_node *node, struct ys_model *model,
                          const struct ys_trial *trial, int64_t *first_out, struct ys_err *err)
{
    enum { TURNS = 8 }; /* the daemon may take in more meanwhile */
    const struct ys_fold_options options = {.store = node->store, .member = node->member};
    enum ys_code code = ys_trial_begin(model, &options, trial, first_out, err);
    for (int turn = 0; code == YS_BUSY && turn < TURNS; turn++) {
        code = ys_recall_catch_up(node, model, err);
        if (code == YS_OK)
            code = ys_trial_begin(model, &options, trial, first_out, err);
    }
    return code;
}

static enum ys_code judge(const struct ys_node *node, struct ys_model *model,
                          struct ys_rules *rules, const struct ys_trial *trial,
                          struct hearing *hearing, struct ys_err *err)
{
    struct ys_finding_filter filter = {.today = ys_today(),
                                       .coming = false,
                                       .ended = true,
                                       .has_records = true,
                                       .record_count = (int64_t)trial->count};
    bool found = false;
    enum ys_code code = begin(node, model, trial, &filter.first_record, err);
    if (code != YS_OK)
        return code;
    code = ys_item_number_check(model, filter.first_record, filter.record_count, err);
    if (code == YS_OK)
        code = ys_rules_try(rules, filter.today, filter.first_record, filter.record_count, &found,
                            err);
    if (code == YS_OK && found)
        code = ys_finding_each(rules, &filter, hear, hearing, err);
    ys_trial_end(model);
    return code;
}

static enum ys_code ask_in(const struct ys_node *node, bool apart, const struct ys_trial *trial,
                           struct hearing *hearing, struct ys_err *err)
{
    YS_RECALL_SCOPED model = NULL;
    YS_RULES_SCOPED rules = NULL;
    enum ys_code code = apart ? ys_recall_open_apart(node, &model, err)
                              : ys_recall_open_as_it_is(node, &model, err);
    if (code == YS_OK)
        code = ys_rules_open(model, &rules, err);
    return code == YS_OK ? judge(node, model, rules, trial, hearing, err) : code;
}

/* Where the model cannot be written, the answer is the same: whether the record can be, the store says. */
static enum ys_code ask(const struct ys_node *node, const struct ys_trial *trial,
                        struct hearing *hearing, struct ys_err *err)
{
    const enum ys_code code = ask_in(node, false, trial, hearing, err);
    return ys_recall_is_barred(node, code) ? ask_in(node, true, trial, hearing, err) : code;
}

enum ys_code ys_ruling_ask(const struct ys_node *node, const struct ys_ruling_record *records,
                           size_t count,
                           void (*take)(void *context, const struct ys_finding *finding),
                           void *context, struct ys_err *err)
{
    struct hearing hearing = {.take = take, .context = context};
    struct ys_trial trial = {.origin = node->origin_text, .count = count};
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_node_read(node, &txn, err);
    ys_txn_abort(&txn);
    if (code != YS_OK || !is_enrolled(node) || count == 0)
        return code;
    struct ys_trial_record *const tried = calloc(count, sizeof *tried);
    if (tried == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    for (size_t i = 0; i < count; i++)
        tried[i] = (struct ys_trial_record){.text = records[i].written->text,
                                            .body = records[i].written->body,
                                            .signers = records[i].signers};
    trial.record = tried;
    code = ask(node, &trial, &hearing, err);
    free(tried);
    if (code != YS_OK || hearing.refusals == 0)
        return code;
    return ys_fail(err, YS_REFUSED, _("nothing was published; refused by:%s%s"), hearing.ids,
                   hearing.late ? _(". If it did happen like this, say why it is entered late: "
                                    "--set backfill_reason=...; it is then kept and flagged")
                                : "");
}
