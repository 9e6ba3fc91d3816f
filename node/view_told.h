/* What was erased of a record, in both printers.
 *
 * Threads: main. */
#ifndef YS_NODE_VIEW_TOLD_H
#define YS_NODE_VIEW_TOLD_H

#include "node/exhibit.h"

/* An array; a new reference. */
json_t *ys_view_told_json(const struct ys_exhibit *view);
/* A line each, behind `indent`. */
void ys_view_told_text(const struct ys_told *told, const char *indent);

#endif
