/* The scorecard of a district (DOMAIN.md 4.2 H): the three-rate view and the procedure view of its streets and
 * communities, each figure with its rank, and one score where the district has signed how it is made
 * (parameter `scorecard`; without one there is none).
 *
 * Ranked are units of the same level, each figure by itself, and only what rests on enough cases: no small
 * number, none that is not there. What is printed decides: who shows the same shares the rank, and the next is as
 * many places behind. Threads: the model's. Memory: heap. */
#ifndef YS_NODE_REPORT_SCORECARD_H
#define YS_NODE_REPORT_SCORECARD_H

#include "node/model/grading.h"
#include "node/report/figures.h"

struct ys_scorecard;

/* `grading` NULL: no score. The figures must stay open. Only of a district, and by unit. */
YS_CHECKED enum ys_code ys_scorecard_open(const struct ys_report_figures *figures,
                                          const struct ys_grading *grading,
                                          struct ys_scorecard **out, struct ys_err *err);
void ys_scorecard_close(struct ys_scorecard *scorecard);

/* Valid as long as the scorecard. */
enum { YS_SCORECARD_RATES, YS_SCORECARD_PROCEDURE, YS_SCORECARD_TABLES };
struct ys_report_table *ys_scorecard_table(struct ys_scorecard *scorecard, size_t at);

/* --- for tests, too --- */

/* Points of a figure for an item, in ten-thousandths of a point: between none and 100, half up. False: it has no
 * value. */
bool ys_scorecard_points(const struct ys_found *found, const struct ys_grading_item *item,
                         int64_t *out);
/* The mean of points, by their weights, in hundredths of a point, half up. */
int64_t ys_scorecard_score(const struct ys_grading *grading, const int64_t *points);

struct ys_ranked {
    unsigned group; /* of those that are compared */
    bool counts;
    int64_t value;
    uint32_t rank; /* set: from 1; 0: none */
};
void ys_scorecard_rank(struct ys_ranked *item, size_t count, bool lower_is_better);

#endif
