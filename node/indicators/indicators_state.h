/* What the files of the indicators share; nobody else includes it but their tests. */
#ifndef YS_NODE_INDICATORS_INDICATORS_STATE_H
#define YS_NODE_INDICATORS_INDICATORS_STATE_H

#include "node/indicators/indicators.h"

struct ys_part_name {
    char *word; /* zh and en stand behind it */
    const char *zh, *en;
};

enum { YS_INSIDE_MAX = 3 };

/* The tables `place`, `asked_unit` and `inside`, for adding up: divisions, each with the units in which it lies. */
struct ys_ground {
    size_t place_count, unit_count;
    struct ys_ground_place {
        char division[YS_DIVISION_MAX + 1];
        unsigned inside_count;
        size_t inside[YS_INSIDE_MAX]; /* of `unit` */
    } * place;                        /* in their order */
    struct ys_ground_unit {
        char digits[YS_DIVISION_MAX + 1];
        bool community;
    } * unit;
};

/* What rows with one series and part add up to, by place. */
struct ys_heap {
    char *series; /* its part stands behind it */
    const char *part;
    struct ys_sum {
        int64_t n, d, open, oldest;
        bool any;
    } * sum;
    size_t value_count, value_capacity;
    struct ys_valued {
        size_t place;
        int64_t value, count;
    } * value; /* of cases that are ended; by place and value once gathered */
};
struct ys_heaps {
    size_t count, capacity, last;
    struct ys_heap *heap;
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
    struct ys_ground ground;
    bool *evaluated; /* of each of the catalogue, since it was asked */
};

/* Texts of all files, in the order in which they are run; NULL ends them. */
extern const char *const ys_indicator_files[];

/* --- making.c --- */
enum ys_code ys_indicators_make(struct ys_sql *sql, struct ys_err *err);
enum ys_code ys_indicators_load(struct ys_indicators *indicators, struct ys_err *err);

/* --- ground.c --- */
enum ys_code ys_ground_load(struct ys_sql *sql, struct ys_ground *out, struct ys_err *err);
void ys_ground_clear(struct ys_ground *ground);
/* Place of a division, and of a unit; the count when there is none. `near`: where to look first. */
size_t ys_ground_place(const struct ys_ground *ground, struct ys_bytes division, size_t near);
size_t ys_ground_unit(const struct ys_ground *ground, struct ys_bytes digits);

/* --- gathering.c --- */
/* All rows of an indicator's view, added up by place. */
enum ys_code ys_heaps_gather(struct ys_indicators *indicators, const char *id, struct ys_heaps *out,
                             struct ys_err *err);
void ys_heaps_clear(struct ys_heaps *heaps);

/* --- value.c --- */
/* n / d, rounded half up; below zero, half down. `d` is greater than 0. */
int64_t ys_value_rounded(int64_t n, int64_t d);
/* n / d * scale, in millionths, half up; below zero, half down. `d` is greater than 0. */
int64_t ys_value_millionths(int64_t n, int64_t d, unsigned scale);

#endif
