/* Values as text: the same digits in every file, locale and time zone.
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_NODE_REPORT_CELL_H
#define YS_NODE_REPORT_CELL_H

#include "node/report/document.h"

enum { YS_CELL_TEXT_MAX = 48 };

/* `scale` * num / den with one decimal, half away from zero, by integers alone: "93.3". */
void ys_cell_decimal(int64_t num, int64_t den, int64_t scale, char out[YS_CELL_TEXT_MAX]);
/* A cell that is there and is no text: "12", "93.3" (a rate in percent, without a sign), "2026-03-08",
 * "12.50". */
void ys_cell_print(const struct ys_report_cell *cell, char out[YS_CELL_TEXT_MAX]);
/* As people read it: "93.3%", a dash where there is none, a mark behind a small number. */
void ys_cell_show(const struct ys_report_cell *cell, char out[YS_CELL_TEXT_MAX]);
/* A text as people read it. */
struct ys_bytes ys_cell_read(const struct ys_report_cell *cell);
bool ys_cell_is_text(const struct ys_report_cell *cell);
/* May it stand right-aligned? */
bool ys_cell_is_number(enum ys_report_type type);

const char *ys_report_type_name(enum ys_report_type type);

#endif
