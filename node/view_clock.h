/* What status says of clocks: jumps that nobody has acknowledged, and times of cosignatures that do not fit
 * to the clock of this machine.
 *
 * Both printers. Finds nothing out itself. Threads: main. Memory: jansson's. */
#ifndef YS_NODE_VIEW_CLOCK_H
#define YS_NODE_VIEW_CLOCK_H

#include "node/view.h"

#include <jansson.h>

void ys_view_jump_text(const struct ys_alarm *alarm);
void ys_view_clock_text(const struct ys_view_clock *clock);
json_t *ys_view_clock_json(const struct ys_view_status *view);

#endif
