#include "node/cmd.h"
#include "node/lang.h"
#include "node/recall.h"
#include "node/view.h"
#include "node/view_indicator.h"

enum ys_code ys_cmd_indicators(const struct ys_call *call, struct ys_err *err)
{
    YS_RECALL_SCOPED model = NULL;
    YS_RULES_SCOPED rules = NULL;
    YS_INDICATORS_SCOPED indicators = NULL;
    size_t count = 0;
    const struct ys_view *const view = call->json ? &ys_view_json : &ys_view_text;
    const char *const id = call->args.word_count > 0 ? call->args.word[0] : NULL;
    enum ys_code code = ys_recall_blank(&model, err);
    if (code == YS_OK)
        code = ys_rules_open(model, &rules, err);
    if (code == YS_OK)
        code = ys_indicators_open(rules, &indicators, err);
    if (code != YS_OK)
        return code;
    const struct ys_indicator *const catalogue = ys_indicators_catalogue(indicators, &count);
    if (ys_args_has(&call->args, "markdown")) {
        ys_text_indicators_page(catalogue, count);
        return YS_OK;
    }
    if (id != NULL) {
        const struct ys_indicator *const found = ys_indicators_find(indicators, id);
        if (found == NULL)
            return ys_fail(err, YS_NOT_FOUND, _("there is no indicator %s; see: yishi indicators"),
                           id);
        view->indicator(found);
        return YS_OK;
    }
    for (size_t i = 0; i < count; i++)
        view->indicator_line(&catalogue[i]);
    return YS_OK;
}
