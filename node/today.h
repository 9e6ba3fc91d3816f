/* The day it is in Shanghai, and days that people type.
 *
 * Threads: main. Memory: none allocated. */
#ifndef YS_NODE_TODAY_H
#define YS_NODE_TODAY_H

#include "node/args.h"

/* By the clock, as in proto/moment.h. */
uint32_t ys_today(void);
/* What option `name` says, "2026-03-01"; without it, today. YS_USAGE. */
YS_CHECKED enum ys_code ys_today_or(const struct ys_args *args, const char *name, uint32_t *out,
                                    struct ys_err *err);

#endif
