/* The indicators of the evaluation (DOMAIN.md 4.2) over the read model and its rules: a
 * catalogue, and a SQL view an indicator.
 *
 * A view gives the cases that count, one a row, each with what it adds to numerator and
 * denominator; the figure of a unit is their sum, or their median. So the list behind a
 * figure is what it was made of. Numbers are integers until they are printed, and they
 * are rounded once. All stands in TEMP tables of the connection: the read model's file is
 * not written to, and other processes do not see it.
 *
 * Reads no clock. Decides nothing about scorecards, layout or signatures.
 * Threads: the model's. Memory: heap. */
#ifndef YS_NODE_INDICATORS_INDICATORS_H
#define YS_NODE_INDICATORS_INDICATORS_H

#include "node/rules/rules.h"
#include "proto/division.h"

enum ys_figure_kind {
    YS_FIGURE_COUNT,  /* n */
    YS_FIGURE_RATE,   /* n of d */
    YS_FIGURE_MEAN,   /* n by d, which are of different things */
    YS_FIGURE_SHARE,  /* n of the unit's sum of all parts, d */
    YS_FIGURE_MEDIAN, /* of d cases: half of low + high */
    YS_FIGURE_MAX,    /* of d cases: high */
    YS_FIGURE_DERIVED /* n of d, made of other figures */
};
enum ys_better { YS_BETTER_NONE, YS_BETTER_HIGHER, YS_BETTER_LOWER };
/* "count", "rate", ...; "none", "higher", "lower". */
const char *ys_figure_kind_word(enum ys_figure_kind kind);
const char *ys_better_word(enum ys_better better);
enum ys_figure_parts { YS_PARTS_NONE, YS_PARTS_BESIDE, YS_PARTS_ONLY };

/* One figure of an indicator. Texts live as long as the indicators. */
struct ys_figure {
    const char *code;   /* '' or a word */
    const char *series; /* of which rows it is made */
    const char *unit;   /* of the printed value, in Chinese: "%", "天", "件" */
    const char *zh, *en;
    enum ys_figure_kind kind;
    enum ys_better better;
    enum ys_figure_parts parts;
    unsigned scale;    /* by which it is multiplied: 100 for % */
    unsigned decimals; /* with which it is printed */
    bool cases;        /* each row counts for one: their number is the figure */
};

/* One row of the catalogue. */
struct ys_indicator {
    const char *id, *zh, *en, *formula_zh, *formula_en;
    const char *basis;    /* flow, cohort, stock */
    const char *evidence; /* claimed, proven */
    const char *parameters;
    /* What a row of its list is, and what the columns "day" and "value" hold; value '': nothing. */
    const char *case_zh, *case_en, *day_zh, *day_en, *value_zh, *value_en;
    bool annex; /* of what only this node knows: outside a report's hash */
    const struct ys_figure *figure;
    size_t figure_count;
};

struct ys_indicators;

/* Of all that stands in the files of this version. */
void ys_indicators_version(struct ys_hash *out);

/* The rules must stay open. Makes tables and views in the connection. */
YS_CHECKED enum ys_code ys_indicators_open(struct ys_rules *rules, struct ys_indicators **out,
                                           struct ys_err *err);
void ys_indicators_close(struct ys_indicators *indicators);
void ys_indicators_end(struct ys_indicators **indicators);
#define YS_INDICATORS_SCOPED __attribute__((cleanup(ys_indicators_end))) struct ys_indicators *

/* In the order of the files: A-01 first. */
const struct ys_indicator *ys_indicators_catalogue(const struct ys_indicators *indicators,
                                                   size_t *count_out);
/* NULL when there is none. Letters may be small. */
const struct ys_indicator *ys_indicators_find(const struct ys_indicators *indicators,
                                              const char *id);
/* What a word in `part` means, and its place among those that the catalogue knows; the word itself, and
 * a place behind all, where it knows none. */
const char *ys_part_text(const struct ys_indicators *indicators, const char *part, bool chinese);
size_t ys_part_place(const struct ys_indicators *indicators, const char *part);

/* --- asking -------------------------------------------------------------------------------------- */

/* Days since 1970-01-01 (ys_date_days). */
struct ys_ask {
    const struct ys_division *unit;
    size_t unit_count;
    int32_t from_day;  /* first of the period */
    int32_t until_day; /* first after it */
    int32_t as_of_day; /* the day of asking: not before the period */
    int64_t as_of_s;   /* the moment of asking, for the annex; 0: the end of that day in Shanghai */
};
/* For which units and which period; what was evaluated before is forgotten. The rules must have caught up:
 * their parameters hold. Ask, evaluate and read within one transaction where the figures must be of one
 * state of the model. YS_USAGE: no unit, a unit that has no division here, an empty period. */
YS_CHECKED enum ys_code ys_indicators_ask(struct ys_indicators *indicators,
                                          const struct ys_ask *ask, struct ys_err *err);
/* All, or one of the catalogue. One that is made of others has these evaluated, too. */
YS_CHECKED enum ys_code ys_indicators_evaluate(struct ys_indicators *indicators,
                                               struct ys_err *err);
YS_CHECKED enum ys_code ys_indicators_evaluate_one(struct ys_indicators *indicators,
                                                   const struct ys_indicator *indicator,
                                                   struct ys_err *err);

/* --- figures ------------------------------------------------------------------------------------- */

/* Texts are valid during the call. */
struct ys_result {
    const struct ys_indicator *indicator;
    const struct ys_figure *figure;
    const char *unit;
    const char *part; /* '': the whole */
    int64_t n, d;     /* count: d is 0; median, max: d cases, n is 0 */
    int64_t low, high;
    int64_t open,
        oldest; /* cases that are not ended: in none of these; the greatest value of these */
    bool none;  /* there is nothing of which it could be said: no denominator, no case */
    bool small; /* fewer cases than `small_n`: marked, and in no ranking */
    /* Of a rate or mean of a street or district: of `communities` that have one, the mean, each of them
     * counting the same. In millionths of the printed value, rounded half up twice. */
    int64_t communities, mean;
};
/* Those of the units that were asked for, in the order of catalogue, figure, unit; parts after the whole, in
 * their order. `id` or `unit` NULL: all. */
YS_CHECKED enum ys_code ys_indicators_results(
    struct ys_indicators *indicators, const char *id, const char *unit,
    enum ys_code (*row)(void *context, const struct ys_result *result, struct ys_err *err),
    void *context, struct ys_err *err);

enum { YS_RESULT_TEXT_MAX = 48 };
/* The value with the decimals of its figure, without its unit; "—" where there is none. Half up; below
 * zero, half down. */
void ys_result_print(const struct ys_result *result, char out[YS_RESULT_TEXT_MAX]);
/* The same as an integer: in units of the last decimal. False: there is none. */
bool ys_result_value(const struct ys_result *result, int64_t *out);
/* Is the mean of the communities to be shown: is it a rate, and more than 5 points away? And as it is
 * printed. */
bool ys_result_mean_differs(const struct ys_result *result);
void ys_result_print_mean(const struct ys_result *result, char out[YS_RESULT_TEXT_MAX]);

/* --- the list behind a figure -------------------------------------------------------------------- */

/* A case; texts are valid during the call. */
struct ys_case {
    const char *division; /* that it counts for */
    const char *series, *part;
    const char *subject; /* matter; '-' or '': none */
    const char *title;   /* of the matter; '': none */
    const char *kind;    /* of the record; '': there is none */
    const char *fact;    /* in figures or words; '': nothing */
    int64_t record;      /* its number in the read model; 0: none */
    struct ys_bytes id;  /* of the record; empty: none */
    int64_t item;        /* of the consensus; -1: the whole */
    int64_t day, value;  /* where has_... */
    int64_t n, d;
    bool has_day, has_value, has_n, has_d;
    bool open; /* not ended: beside the figure, in none of its sums */
};
/* Of a unit that was asked for, by division, series, day, matter, item and record id. `code` NULL: of all
 * figures. `part` NULL: of all parts. */
YS_CHECKED enum ys_code ys_indicators_list(
    struct ys_indicators *indicators, const struct ys_indicator *indicator, const char *code,
    const char *part, const char *unit,
    enum ys_code (*row)(void *context, const struct ys_case *item, struct ys_err *err),
    void *context, struct ys_err *err);

#endif
