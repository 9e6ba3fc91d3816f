/* How a draft stands: what kind it is, who has signed it, who is missing.
 *
 * A line counts when it stands under the name of a body of the draft's unit; whether
 * it verifies is found out when it is published. Threads: main. Memory: none. */
#ifndef YS_NODE_DRAFT_STATE_H
#define YS_NODE_DRAFT_STATE_H

#include "node/sheet.h"
#include "node/view.h"

/* Of a sheet that was read. `id_room` holds what `out` points to; valid as long as the sheet. */
void ys_draft_state(const struct ys_sheet *sheet, char id_room[YS_RECORD_ID_TEXT_MAX],
                    struct ys_view_draft *out);
/* Of a file that could not be read: one that says its kind is still being written, and `why` is what is
 * to be done next. */
void ys_draft_state_unread(const struct ys_sheet *sheet, const struct ys_err *why,
                           struct ys_view_draft *out);

#endif
