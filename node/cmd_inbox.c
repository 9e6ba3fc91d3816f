#include "node/cmd.h"
#include "node/dossier.h"
#include "node/draft_state.h"
#include "node/lang.h"
#include "node/today.h"
#include "node/view.h"
#include "proto/moment.h"

#include <stdio.h>

struct listing {
    const struct ys_view *view;
    uint32_t today;
    const char *heading; /* to be printed above the next line; NULL: none */
    size_t count;
};

static void put_heading(struct listing *listing)
{
    if (listing->view == &ys_view_text && listing->heading != NULL)
        printf("%s%s:\n", listing->count > 0 ? "\n" : "", listing->heading);
    listing->heading = NULL;
    listing->count++;
}

static void print_task(void *context, const struct ys_dossier_task *task)
{
    struct listing *const listing = context;
    struct ys_dossier_task late = *task;
    if (task->due != 0 && task->due < listing->today)
        late.days_late = ys_date_days(listing->today) - ys_date_days(task->due);
    put_heading(listing);
    listing->view->task(&late);
}

static void print_duty(void *context, const struct ys_duty *duty)
{
    struct listing *const listing = context;
    put_heading(listing);
    listing->view->duty(duty);
}

static void print_finding(void *context, const struct ys_finding *finding)
{
    struct listing *const listing = context;
    put_heading(listing);
    listing->view->finding(finding);
}

/* Deadlines that no task speaks of, and what is against a rule by this unit. */
static enum ys_code print_rules(struct listing *listing, const struct ys_node *node,
                                struct ys_rules *rules, const char *body, struct ys_err *err)
{
    const struct ys_finding_filter filter = {.division = node->origin.division.digits,
                                             .who = body,
                                             .severity = "EF",
                                             .today = listing->today};
    listing->heading = _("Further deadlines");
    enum ys_code code = ys_duty_each(rules, &filter, true, print_duty, listing, err);
    listing->heading = _("Against a rule");
    return code == YS_OK ? ys_finding_each(rules, &filter, print_finding, listing, err) : code;
}

/* A draft that lacks the line of one of these bodies, or the last step. */
static enum ys_code print_draft(struct listing *listing, const struct ys_node *node, unsigned no,
                                unsigned bodies, struct ys_err *err)
{
    char word[16];
    char id[YS_RECORD_ID_TEXT_MAX];
    struct ys_view_draft view;
    YS_SHEET_SCOPED sheet = {.no = 0};
    (void)snprintf(word, sizeof word, "%u", no);
    enum ys_code code = ys_sheet_find(&node->home, word, &sheet, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code; /* published meanwhile */
    if (ys_sheet_read(node, &sheet, NULL) != YS_OK)
        return YS_OK; /* still being written */
    ys_draft_state(&sheet, id, &view);
    if ((view.state != YS_VIEW_DRAFT_SIGNING || (view.lacking & bodies) == 0) &&
        view.state != YS_VIEW_DRAFT_COMPLETE)
        return YS_OK;
    put_heading(listing);
    listing->view->draft(&view);
    return YS_OK;
}

static enum ys_code print_drafts(struct listing *listing, const struct ys_node *node,
                                 unsigned bodies, struct ys_err *err)
{
    unsigned numbers[YS_SHEETS_MAX];
    size_t count = 0;
    enum ys_code code = ys_sheet_list(&node->home, numbers, &count, err);
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = print_draft(listing, node, numbers[i], bodies, err);
    return code;
}

enum ys_code ys_cmd_inbox(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_RECALL_SCOPED model = NULL;
    YS_RULES_SCOPED rules = NULL;
    struct listing listing = {.view = call->json ? &ys_view_json : &ys_view_text};
    const char *const body = ys_args_value(&call->args, "body");
    const unsigned bodies = body == NULL ? ~0U : ys_body_class(body);
    if (bodies == 0)
        return ys_fail(err, YS_USAGE, _("--body \"%s\" is no body: rc, po, sc, st, gd-NAME or da"),
                       body);
    enum ys_code code = ys_today_or(&call->args, "as-of", &listing.today, err);
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_recall_rules(&node, listing.today, &model, &rules, err);
    if (code == YS_OK)
        code = ys_recall_recount(&node, listing.today, model, rules, err);
    if (code == YS_OK)
        code =
            ys_dossier_tasks(model, node.origin.division.digits, bodies, print_task, &listing, err);
    listing.heading = _("Drafts");
    if (code == YS_OK)
        code = print_drafts(&listing, &node, bodies, err);
    if (code == YS_OK)
        code = print_rules(&listing, &node, rules, body, err);
    if (code == YS_OK && listing.count == 0 && !call->json)
        puts(_("Nothing waits here."));
    return code;
}
