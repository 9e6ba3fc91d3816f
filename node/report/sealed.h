/* Figures that somebody has signed (kind 93), beside those that the records give.
 *
 * It decides neither what a report rests on (basis.h) nor what becomes of a difference. Threads: the
 * model's. Memory: heap, freed before return. */
#ifndef YS_NODE_REPORT_SEALED_H
#define YS_NODE_REPORT_SEALED_H

#include "node/report/making.h"

enum { YS_SEALED_SET_MAX = 34, YS_SEALED_FRACTION_MAX = 48 };

/* As it stands in a report_snapshot; texts that are not said are "". */
struct ys_sealed_figure {
    const char *unit, *indicator, *figure, *part;
    bool there;
    int64_t n, d;
};

/* One that is another one. */
struct ys_sealed_difference {
    struct ys_sealed_figure sealed;
    bool left_out; /* it must stand there, and does not */
    bool unknown;  /* there is no such figure */
    bool there;    /* counted: */
    int64_t n, d;
    const struct ys_hash
        *record; /* those behind it, by when they come in the list behind the figure */
    size_t record_count;
};

/* A figure as a fraction; a median as half of the sum of the two in the middle. False: it is none, or below
 * nought. */
bool ys_sealed_fraction(const struct ys_found *found, int64_t *n, int64_t *d);
/* Is it sealed? Of `unit` all; of each unit right below what residents said, so that a difference has a
 * place. */
bool ys_sealed_is(const struct ys_found *found, const char *unit);
/* "5/9", "-". Terminated. */
void ys_sealed_print(bool there, int64_t n, int64_t d, char out[YS_SEALED_FRACTION_MAX]);

/* By which rules and indicators it was counted, as a snapshot says it. Terminated. */
void ys_sealed_set(const struct ys_report *report, char out[YS_SEALED_SET_MAX]);
enum ys_sealed_by {
    YS_SEALED_BY_THESE,
    YS_SEALED_BY_FORMER, /* those of an earlier version of this program: other figures may be right */
    YS_SEALED_BY_UNKNOWN /* whoever says that may say anything */
};
enum ys_sealed_by ys_sealed_by(const struct ys_report *report, const char *set);

/* Each that is another one in `making`, or is none there. `whole`: and each of its unit that must be sealed and is
 * not, as far as a snapshot has room. Those that exist come first: as many as anybody likes can be invented. */
YS_CHECKED enum ys_code
ys_sealed_compare(const struct ys_making *making, const struct ys_sealed_figure *figure,
                  size_t count, bool whole,
                  enum ys_code (*take)(void *context, const struct ys_sealed_difference *difference,
                                       struct ys_err *err),
                  void *context, struct ys_err *err);

#endif
