/* What `yishi export` can write, a function each. */
#ifndef YS_NODE_CMD_EXPORT_H
#define YS_NODE_CMD_EXPORT_H

#include "node/cmd.h"

YS_CHECKED enum ys_code ys_export_evidence(const struct ys_call *call, struct ys_err *err);

#endif
