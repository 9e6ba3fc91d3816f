/* What the files of the figures share (figures.c, figure_tables.c, scorecard.c); nobody else includes it. */
#ifndef YS_NODE_REPORT_FIGURES_STATE_H
#define YS_NODE_REPORT_FIGURES_STATE_H

#include "node/report/figures.h"

enum { YS_BESIDE_MAX = 12, YS_BESIDE_FIRST = 3, YS_FIGURES_TABLES = 4 };

struct ys_figures_unit {
    struct ys_division division;
    char name[128];
};

struct ys_figures_walk {
    struct ys_report_figures *figures;
    size_t at;
};

struct ys_found_list {
    struct ys_found *item;
    size_t count, room;
};

struct ys_report_figures {
    struct ys_figures_ask ask;
    struct ys_indicators *indicators;
    struct ys_figures_unit *unit;
    size_t unit_count, last_unit;
    struct ys_found_list found, sealed;
    struct ys_found_list *taking; /* one of the two */
    const struct ys_indicator *beside_of[YS_BESIDE_MAX];
    size_t beside_count;
    const struct ys_found **beside; /* of each unit YS_BESIDE_MAX */
    struct ys_report_column units_column[YS_BESIDE_FIRST + YS_BESIDE_MAX];
    struct ys_figures_walk walk[YS_FIGURES_TABLES];
    struct ys_report_table table[YS_FIGURES_TABLES];
    char set[65];
};

/* --- figure_tables.c --- */
void ys_figures_make_tables(struct ys_report_figures *figures);
/* The first columns of a table with a row a unit, and their cells: code, name, level. */
extern const struct ys_report_column ys_figures_unit_columns[YS_BESIDE_FIRST];
void ys_figures_put_unit(const struct ys_figures_unit *unit, struct ys_report_cell *row);
/* The column of one figure a unit. */
struct ys_report_column ys_figures_column(const struct ys_indicator *indicator);
void ys_figures_put_int(struct ys_report_cell *cell, bool there, int64_t value);
void ys_figures_put_value(struct ys_report_cell *cell, bool there, const char *value, bool small);

#endif
