#include "node/cmd.h"
#include "node/lang.h"
#include "node/recall.h"
#include "node/today.h"
#include "node/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many there are of one rule against one unit. */
struct tally {
    struct ys_finding first;
    unsigned count;
};
struct listing {
    const struct ys_view *view;
    bool summary;
    size_t count;
    struct tally *tally;
    size_t tally_count;
    bool lost; /* no memory for it */
};

static void add_tally(struct listing *listing, const struct ys_finding *finding)
{
    for (size_t i = 0; i < listing->tally_count; i++)
        if (listing->tally[i].first.rule == finding->rule &&
            strcmp(listing->tally[i].first.division, finding->division) == 0) {
            listing->tally[i].count++;
            return;
        }
    struct tally *const grown = realloc(listing->tally, (listing->tally_count + 1) * sizeof *grown);
    if (grown == NULL) {
        listing->lost = true;
        return;
    }
    listing->tally = grown;
    grown[listing->tally_count++] = (struct tally){.first = *finding, .count = 1};
}

/* In the order of the catalogue. */
static int by_rule_and_unit(const void *a, const void *b)
{
    const struct ys_finding *const x = &((const struct tally *)a)->first;
    const struct ys_finding *const y = &((const struct tally *)b)->first;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1; /* they lie in one array */
    return strcmp(x->division, y->division);
}

static void take_finding(void *context, const struct ys_finding *finding)
{
    struct listing *const listing = context;
    listing->count++;
    if (listing->summary)
        add_tally(listing, finding);
    else
        listing->view->finding(finding);
}

static void take_duty(void *context, const struct ys_duty *duty)
{
    struct listing *const listing = context;
    listing->count++;
    listing->view->duty(duty);
}

static enum ys_code list(const struct ys_call *call, struct ys_rules *rules,
                         const struct ys_finding_filter *filter, struct listing *listing,
                         struct ys_err *err)
{
    if (ys_args_has(&call->args, "deadlines"))
        return ys_duty_each(rules, filter, !filter->ended, take_duty, listing, err);
    const enum ys_code code = ys_finding_each(rules, filter, take_finding, listing, err);
    if (listing->tally_count > 0)
        qsort(listing->tally, listing->tally_count, sizeof *listing->tally, by_rule_and_unit);
    for (size_t i = 0; i < listing->tally_count; i++)
        listing->view->finding_count(&listing->tally[i].first, listing->tally[i].count);
    if (code == YS_OK && listing->lost)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    return code;
}

/* A word is a rule, or a matter. */
static enum ys_code read_word(const struct ys_call *call, const struct ys_node *node,
                              struct ys_rules *rules, char matter[YS_KIND_NAME_MAX + 1],
                              struct ys_finding_filter *filter, struct ys_err *err)
{
    size_t count = 0;
    const struct ys_rule *const rule = ys_rules_catalogue(rules, &count);
    if (call->args.word_count == 0)
        return YS_OK;
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(rule[i].id, call->args.word[0]) == 0) {
            filter->rule = rule[i].id;
            return YS_OK;
        }
    const enum ys_code code = ys_dossier_find(node, call->args.word[0], matter, err);
    filter->subject = matter;
    return code;
}

static enum ys_code read_filter(const struct ys_call *call, struct ys_finding_filter *filter,
                                struct ys_err *err)
{
    struct ys_division division;
    filter->unit = ys_args_value(&call->args, "unit");
    filter->who = ys_args_value(&call->args, "who");
    filter->severity = ys_args_value(&call->args, "severity");
    filter->coming = ys_args_has(&call->args, "coming");
    filter->ended = ys_args_has(&call->args, "ended");
    if (filter->unit != NULL &&
        ys_division_parse(ys_bytes_of_text(filter->unit), &division, NULL) != YS_OK)
        return ys_fail(err, YS_USAGE, _("--unit \"%s\" is no division code"), filter->unit);
    if (filter->who != NULL && ys_body_class(filter->who) == 0 && strcmp(filter->who, "node") != 0)
        return ys_fail(err, YS_USAGE, _("--who \"%s\" is no body: rc, po, sc, st, gd-NAME or da"),
                       filter->who);
    if (filter->severity != NULL && strspn(filter->severity, "EFI") != strlen(filter->severity))
        return ys_fail(err, YS_USAGE, _("--severity \"%s\" is not of the letters E, F and I"),
                       filter->severity);
    return ys_today_or(&call->args, "as-of", &filter->today, err);
}

enum ys_code ys_cmd_findings(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_RECALL_SCOPED model = NULL;
    YS_RULES_SCOPED rules = NULL;
    struct ys_finding_filter filter = {.rule = NULL};
    char matter[YS_KIND_NAME_MAX + 1] = "";
    struct listing listing = {.view = call->json ? &ys_view_json : &ys_view_text,
                              .summary = ys_args_has(&call->args, "summary")};
    enum ys_code code = read_filter(call, &filter, err);
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_recall_rules(&node, filter.today, &model, &rules, err);
    if (code == YS_OK)
        code = ys_recall_recount(&node, filter.today, model, rules, err);
    if (code == YS_OK)
        code = read_word(call, &node, rules, matter, &filter, err);
    if (code == YS_OK)
        code = list(call, rules, &filter, &listing, err);
    if (code == YS_OK && listing.count == 0 && !call->json)
        puts(ys_args_has(&call->args, "deadlines") ? _("No deadline runs here.")
                                                   : _("Nothing is against a rule here."));
    free(listing.tally);
    return code;
}
