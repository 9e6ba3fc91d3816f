/* What the files of the indicators share; nobody else includes it but their tests. */
#ifndef YS_NODE_INDICATORS_INDICATORS_STATE_H
#define YS_NODE_INDICATORS_INDICATORS_STATE_H

#include "node/indicators/indicators.h"

struct ys_part_name {
    char *word; /* zh and en stand behind it */
    const char *zh, *en;
};

struct ys_indicators {
    struct ys_sql *sql;
    size_t count;
    struct ys_indicator *catalogue;
    char **text; /* of each indicator: all its texts, one after the other */
    size_t figure_count;
    struct ys_figure *figure; /* of all, in the order of the catalogue */
    char **figure_text;
    size_t part_count;
    struct ys_part_name *part;
    bool *evaluated; /* of each of the catalogue, since it was asked */
};

/* Texts of all files, in the order in which they are run; NULL ends them. */
extern const char *const ys_indicator_files[];

/* --- making.c --- */
enum ys_code ys_indicators_make(struct ys_sql *sql, struct ys_err *err);
enum ys_code ys_indicators_load(struct ys_indicators *indicators, struct ys_err *err);

/* --- value.c --- */
/* n / d * scale, in millionths, half up; below zero, half down. `d` is greater than 0. */
int64_t ys_value_millionths(int64_t n, int64_t d, unsigned scale);
/* For statements: millionths(n, d, scale). */
enum ys_code ys_value_functions_add(struct ys_sql *sql, struct ys_err *err);

#endif
