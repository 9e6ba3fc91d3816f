/* The printers of the audit and of what follows it, which view_text.c and view_json.c put into their tables. */
#ifndef YS_NODE_VIEW_AUDIT_H
#define YS_NODE_VIEW_AUDIT_H

#include "node/view.h"

void ys_text_audit_line(const struct ys_audit_line *line);
void ys_text_audit_end(const struct ys_view_audit_end *end);
void ys_text_committed(const struct ys_view_committed *committed);
void ys_text_drawn(const struct ys_view_drawn *drawn);
void ys_text_sample(const struct ys_view_sample *sample);
void ys_text_evidence(const struct ys_view_evidence *evidence);
void ys_text_healed(const struct ys_view_healed *healed);
void ys_json_audit_line(const struct ys_audit_line *line);
void ys_json_audit_end(const struct ys_view_audit_end *end);
void ys_json_committed(const struct ys_view_committed *committed);
void ys_json_drawn(const struct ys_view_drawn *drawn);
void ys_json_sample(const struct ys_view_sample *sample);
void ys_json_evidence(const struct ys_view_evidence *evidence);
void ys_json_healed(const struct ys_view_healed *healed);

#endif
