#include "node/cmd.h"
#include "node/dossier.h"
#include "node/lang.h"
#include "node/timeline.h"
#include "node/today.h"
#include "node/view.h"

static void print_line(void *context, const struct ys_dossier_head *head)
{
    const struct ys_view *const view = context;
    view->matter_line(head);
}

static enum ys_code list(const struct ys_call *call, struct ys_model *model,
                         const struct ys_view *view, struct ys_err *err)
{
    const char *const state = ys_args_value(&call->args, "state");
    const char *const code = ys_args_value(&call->args, "unit");
    struct ys_division division;
    enum ys_state known = YS_STATE_NONE;
    if (state != NULL && !ys_state_by_word(state, &known))
        return ys_fail(err, YS_USAGE, _("--state \"%s\" is no state of a matter"), state);
    if (code != NULL && ys_division_parse(ys_bytes_of_text(code), &division, NULL) != YS_OK)
        return ys_fail(err, YS_USAGE, _("--unit \"%s\" is no division code"), code);
    struct ys_view copy = *view;
    return ys_dossier_list(model, code, state, print_line, &copy, err);
}

enum ys_code ys_cmd_matter(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_RECALL_SCOPED model = NULL;
    YS_RULES_SCOPED rules = NULL;
    YS_DOSSIER_SCOPED dossier = {.step_count = 0};
    char subject[YS_KIND_NAME_MAX + 1];
    const struct ys_view *const view = call->json ? &ys_view_json : &ys_view_text;
    uint32_t today = 0;
    enum ys_code code = ys_today_or(&call->args, "as-of", &today, err);
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = call->args.word_count == 0 ? ys_recall_read(&node, &model, err)
                                          : ys_recall_rules(&node, today, &model, &rules, err);
    if (code != YS_OK)
        return code;
    if (call->args.word_count == 0)
        return list(call, model, view, err);
    code = ys_dossier_find(&node, call->args.word[0], subject, err);
    if (code == YS_OK)
        code = ys_dossier_load(&node, model, subject, &dossier, err);
    if (code == YS_OK)
        code = ys_timeline_order(model, &dossier, err);
    if (code == YS_OK)
        code = ys_dossier_judge(rules, today, &dossier, err);
    if (code == YS_OK)
        view->matter(&dossier);
    return code;
}
