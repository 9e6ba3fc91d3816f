/* The rows of ys_view_text (view.h) about drafts and kinds.
 *
 * Threads: main. Memory: none. */
#ifndef YS_NODE_VIEW_TEXT_DRAFT_H
#define YS_NODE_VIEW_TEXT_DRAFT_H

#include "node/view.h"

void ys_view_text_drafted(const char *file, size_t records);
void ys_view_text_draft(const struct ys_view_draft *view);
void ys_view_text_kind(const struct ys_kind *view, const char *signers);

#endif
