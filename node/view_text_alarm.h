/* The rows of ys_view_text (view.h) about alarms: of keys that nobody here asked for, and of clocks.
 *
 * Threads: main. Memory: none. */
#ifndef YS_NODE_VIEW_TEXT_ALARM_H
#define YS_NODE_VIEW_TEXT_ALARM_H

#include "node/view.h"

void ys_view_text_alarms(const struct ys_view_status *view);
/* "street" in the language of the call; view_text.c has it. */
const char *ys_view_text_level(const char *level);

#endif
