#include "node/cmd.h"
#include "node/lang.h"
#include "node/recall.h"
#include "node/rules/rules.h"
#include "node/view.h"
#include "node/view_rule.h"

#include <string.h>

enum ys_code ys_cmd_rules(const struct ys_call *call, struct ys_err *err)
{
    YS_RECALL_SCOPED model = NULL;
    YS_RULES_SCOPED rules = NULL;
    size_t count = 0;
    bool found = false;
    const struct ys_view *const view = call->json ? &ys_view_json : &ys_view_text;
    const char *const id = call->args.word_count > 0 ? call->args.word[0] : NULL;
    enum ys_code code = ys_recall_blank(&model, err);
    if (code == YS_OK)
        code = ys_rules_open(model, &rules, err);
    if (code != YS_OK)
        return code;
    const struct ys_rule *const rule = ys_rules_catalogue(rules, &count);
    if (ys_args_has(&call->args, "markdown")) {
        ys_text_rules_page(rule, count);
        found = true;
    } else {
        for (size_t i = 0; i < count; i++) {
            if (id != NULL && strcasecmp(rule[i].id, id) != 0)
                continue;
            if (id == NULL)
                view->rule_line(&rule[i]);
            else
                view->rule(&rule[i]);
            found = true;
        }
    }
    if (!found)
        code = ys_fail(err, YS_NOT_FOUND, _("there is no rule %s; see: yishi rules"), id);
    return code;
}
