#include "node/cmd.h"
#include "node/recall.h"

enum ys_code ys_cmd_reindex(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_RECALL_SCOPED model = NULL;
    const enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    return code == YS_OK ? ys_recall_open(&node, true, &model, err) : code;
}
