/* The printers of matters, which view_text.c and view_json.c put into their tables. */
#ifndef YS_NODE_VIEW_MATTER_H
#define YS_NODE_VIEW_MATTER_H

#include "node/dossier.h"

void ys_text_matter(const struct ys_dossier *dossier);
void ys_text_matter_line(const struct ys_dossier_head *head);
void ys_text_task(const struct ys_dossier_task *task);
void ys_json_matter(const struct ys_dossier *dossier);
void ys_json_matter_line(const struct ys_dossier_head *head);
void ys_json_task(const struct ys_dossier_task *task);

#endif
