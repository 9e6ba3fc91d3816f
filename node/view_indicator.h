/* The printers of the catalogue of indicators, which view_text.c and view_json.c put into their tables. */
#ifndef YS_NODE_VIEW_INDICATOR_H
#define YS_NODE_VIEW_INDICATOR_H

#include "node/indicators/indicators.h"

void ys_text_indicator(const struct ys_indicator *indicator);
void ys_text_indicator_line(const struct ys_indicator *indicator);
void ys_json_indicator(const struct ys_indicator *indicator);
/* A page of a handbook: all in Markdown, in both languages. */
void ys_text_indicators_page(const struct ys_indicator *indicators, size_t count);

#endif
