/* The printers of rules, findings and duties, which view_text.c and view_json.c put into their
 * tables. */
#ifndef YS_NODE_VIEW_RULE_H
#define YS_NODE_VIEW_RULE_H

#include "node/rules/finding.h"

#include <jansson.h>
#include <stdio.h>

void ys_text_rule(const struct ys_rule *rule);
void ys_text_rule_line(const struct ys_rule *rule);
void ys_text_finding(const struct ys_finding *finding);
void ys_text_finding_count(const struct ys_finding *finding, unsigned count);
void ys_text_duty(const struct ys_duty *duty);
void ys_json_rule(const struct ys_rule *rule);
/* The same as values; new references. */
json_t *ys_json_finding_object(const struct ys_finding *finding);
json_t *ys_json_duty_object(const struct ys_duty *duty);
void ys_json_finding(const struct ys_finding *finding);
void ys_json_finding_count(const struct ys_finding *finding, unsigned count);
void ys_json_duty(const struct ys_duty *duty);

/* To those who publish, on standard error: rule, article, what is wrong, what was found, what to do. */
void ys_text_ruling(const struct ys_finding *finding);
/* A page of a handbook: all rules in Markdown, in both languages. */
void ys_text_rules_page(const struct ys_rule *rules, size_t count);

#endif
