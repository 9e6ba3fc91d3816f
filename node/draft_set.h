/* Filling in a draft from the command line: "place=社区议事厅",
 * "items[0].due=2026-12-31", "channels=公告栏".
 *
 * A path begins at the kind's own fields, or at those that every record has. A list
 * without an index grows by one. Texts, days, times and names of values are written as
 * they are, lists and objects as JSON. Threads: any. Memory: jansson's. */
#ifndef YS_NODE_DRAFT_SET_H
#define YS_NODE_DRAFT_SET_H

#include "proto/kind.h"

#include <jansson.h>

/* YS_USAGE with the path: no such field, no such element, or no such value. */
YS_CHECKED enum ys_code ys_draft_set(json_t *record, const struct ys_kind *kind,
                                     const char *assignment, struct ys_err *err);
/* "based_on=110105001001:7": one more reference. YS_USAGE. */
YS_CHECKED enum ys_code ys_draft_refer(json_t *record, const char *reference, struct ys_err *err);

#endif
