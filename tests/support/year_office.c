/* What offices write every year, whatever the matters: profiles, house rules, collections, reviews,
 * parameters, reports, and receipts every day. */
#include "tests/support/year_state.h"

#include <stdlib.h>

enum {
    RULES_ANEW = 150, /* of a thousand: house rules are superseded in the year */
    NO_REVIEW = 60,
    QUARTER = 91,
    QUARTERS = 4,
    REFS_MAX = 60,
    COLLECTION = 11,
    STREET_TICK = 19 * 3600 + 1800, /* seconds after midnight */
    DISTRICT_TICK = 22 * 3600 + 2700,
    DAY_S = 86400,
    SHANGHAI_S = 8 * 3600,
};

#define FOLLOWS    YISHI__V1__RELATION__RELATION_FOLLOWS
#define SUPERSEDES YISHI__V1__RELATION__RELATION_SUPERSEDES
#define BASED_ON   YISHI__V1__RELATION__RELATION_BASED_ON

static void plan_community(struct year *y, unsigned unit)
{
    struct rng rng = dice_stream(y->options.seed ^ UINT64_C(0x6f6666), unit);
    struct year_thread t = {.day = y->first_day + dice_between(&rng, 5, 40)};
    (void)year_plan(y, &t, YEAR_NONE, unit, 3, 0);
    struct year_step *step = year_plan(y, &t, YEAR_NONE, unit, 4, dice_between(&rng, 3, 60));
    step->a = dice_between(&rng, 0, 2);
    if (dice_permille(&rng, 500))
        step->signers |= YS_BODY_PO;
    const uint32_t rules = t.step;
    if (dice_permille(&rng, RULES_ANEW)) {
        const int32_t subject = step->a;
        step = year_plan(y, &t, YEAR_NONE, unit, 4, dice_between(&rng, 60, 150));
        step->a = subject;
        year_refer(y, &t, SUPERSEDES, rules);
    }
    if (dice_permille(&rng, NO_REVIEW))
        return;
    t = (struct year_thread){.day = y->first_day + dice_between(&rng, 300, 350)};
    (void)year_plan(y, &t, YEAR_NONE, unit, 66, 0);
}

/* --- collections of topics: article 9(2) --- */

/* The proposals of each community, in the order of planning, as lists in one array. */
static uint32_t *proposals_by_unit(const struct year *y, uint32_t *first)
{
    uint32_t *const list = calloc(y->step_count + 1, sizeof *list);
    if (list == NULL)
        abort();
    for (size_t i = 0; i < y->step_count; i++)
        first[y->step[i].unit + 1] += y->step[i].kind == 10;
    for (unsigned u = 0; u < y->unit_count; u++)
        first[u + 1] += first[u];
    uint32_t *const at = calloc(y->unit_count + 1, sizeof *at);
    if (at == NULL)
        abort();
    for (uint32_t i = 0; i < y->step_count; i++)
        if (y->step[i].kind == 10)
            list[first[y->step[i].unit] + at[y->step[i].unit]++] = i;
    free(at);
    return list;
}

static void plan_collection(struct year *y, unsigned unit, int quarter, const uint32_t *proposal,
                            size_t count)
{
    const int32_t from = y->first_day + quarter * QUARTER;
    struct year_thread t = {.day = from + QUARTER + (int32_t)(unit % 5)};
    struct year_step *const step = year_plan(y, &t, YEAR_NONE, unit, COLLECTION, 0);
    step->a = from;
    for (size_t i = 0; i < count; i++) {
        const struct year_step *const said = &y->step[proposal[i]];
        if (said->day >= from && said->day < from + QUARTER && said->at_s < y->end_s &&
            y->step[t.step].ref_count < REFS_MAX)
            year_refer(y, &t, BASED_ON, proposal[i]);
    }
}

static void plan_collections(struct year *y)
{
    uint32_t *const first = calloc(y->unit_count + 1, sizeof *first);
    if (first == NULL)
        abort();
    uint32_t *const list = proposals_by_unit(y, first);
    for (unsigned unit = year_first_community(y); unit < y->unit_count; unit++)
        for (int quarter = 0; quarter < QUARTERS - 1; quarter++)
            plan_collection(y, unit, quarter, list + first[unit], first[unit + 1] - first[unit]);
    free(first);
    free(list);
}

/* --- streets and the district --- */

static void plan_reports(struct year *y, unsigned unit, int every)
{
    uint32_t before = 0;
    for (int quarter = every; quarter <= QUARTERS; quarter += every) {
        struct year_thread t = {.day = y->first_day + quarter * QUARTER - 5};
        struct year_step *const step = year_plan(y, &t, YEAR_NONE, unit, 93, 0);
        step->a = y->first_day + (quarter - every) * QUARTER;
        if (before != 0)
            year_refer(y, &t, FOLLOWS, before);
        before = t.step;
    }
}

static void plan_street(struct year *y, unsigned unit)
{
    struct rng rng = dice_stream(y->options.seed ^ UINT64_C(0x737472), unit);
    struct year_thread t = {.day = y->first_day + dice_between(&rng, 30, 90)};
    (void)year_plan(y, &t, YEAR_NONE, unit, 50, 0);
    (void)year_plan(y, &t, YEAR_NONE, unit, 50, dice_between(&rng, 90, 200));
    plan_reports(y, unit, 2);
}

/* Which parameters, what values: year_oversight.c. */
static void plan_parameters(struct year *y)
{
    enum { COUNT = 8, CHANGED = 2 };
    struct year_thread t = {.day = y->first_day + 3};
    for (int i = 0; i < COUNT; i++) {
        year_plan(y, &t, YEAR_NONE, 0, 5, 0)->a = i;
        const uint32_t first = t.step;
        if (i >= CHANGED)
            continue;
        struct year_thread later = {.day = y->first_day + 180 + i};
        struct year_step *const step = year_plan(y, &later, YEAR_NONE, 0, 5, 0);
        step->a = i;
        step->b = 1;
        year_refer(y, &later, FOLLOWS, first);
    }
    t = (struct year_thread){.day = y->first_day + 60};
    year_plan(y, &t, YEAR_NONE, 1, 5, 0)->a = COUNT; /* of the first street, for itself */
}

static void plan_receipts(struct year *y)
{
    for (int32_t day = y->first_day - 19; day <= y->last_day; day++) {
        for (unsigned unit = 0; unit <= y->options.streets; unit++) {
            const int64_t second = unit == 0 ? DISTRICT_TICK : STREET_TICK + (int64_t)unit * 7;
            struct year_thread t = {.day = day};
            struct year_step *const step = year_plan(y, &t, YEAR_NONE, unit, 95, 0);
            step->day = day;
            step->at_s = (uint64_t)((int64_t)day * DAY_S - SHANGHAI_S + second);
        }
    }
}

void year_plan_offices(struct year *y)
{
    for (unsigned unit = year_first_community(y); unit < y->unit_count; unit++)
        plan_community(y, unit);
    plan_collections(y);
    for (unsigned s = 0; s < y->options.streets; s++)
        plan_street(y, 1 + s);
    plan_parameters(y);
    plan_reports(y, 0, 1);
    struct year_thread t = {.day = y->first_day + 200};
    (void)year_plan(y, &t, YEAR_NONE, 0, 94, 0);
    plan_receipts(y);
}
