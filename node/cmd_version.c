#include "node/cmd.h"
#include "node/view.h"

enum ys_code ys_cmd_version(const struct ys_call *call, struct ys_err *err)
{
    (void)err;
    (call->json ? &ys_view_json : &ys_view_text)->version(YISHI_VERSION);
    return YS_OK;
}
