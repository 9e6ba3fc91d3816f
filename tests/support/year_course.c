/* The course of a matter from its proposal to a consensus: what happens, when, and how often. Shares
 * are in a thousand. */
#include "tests/support/year_state.h"

#include <stdlib.h>
#include <string.h>

enum {
    WITHDRAWN = 15,
    NO_REQUEST = 50,         /* the street was not asked about a public service */
    NO_OPINION = 30,         /* it was, and never answered */
    NO_NOTICE = 15,          /* a session without one */
    SHORT_NOTICE = 45,       /* posted a day or two before */
    NOTICE_CHANGED = 45,     /* time or place, by a notice that supersedes it */
    REGISTERED = 350,        /* applicants came forward */
    NOT_INVITED_STREET = 60, /* of public services */
    CONSENSUS_FIRST = 680,
    CONSENSUS_LATER = 520,
    ADJOURNED = 60,
    SHELVED = 600, /* of those without consensus after two sessions */
    SHELVED_EARLY = 30,
    REOPENED = 350,
    JOINT = 12, /* of several communities */
    TWICE = 6,  /* determined twice, by two who did not know of each other */
};
enum { SESSIONS_MAX = 4, NOTICE_KIND = 20, SESSION_KIND = 30 };

#define BASED_ON   YISHI__V1__RELATION__RELATION_BASED_ON
#define ANSWERS    YISHI__V1__RELATION__RELATION_ANSWERS
#define FOLLOWS    YISHI__V1__RELATION__RELATION_FOLLOWS
#define SUPERSEDES YISHI__V1__RELATION__RELATION_SUPERSEDES

static bool public_service(const struct year_matter *m)
{
    return m->nature == YISHI__V1__NATURE__NATURE_PUBLIC_SERVICE;
}

static unsigned street_of(const struct year *y, const struct year_matter *m)
{
    return y->unit[m->unit].parent;
}

/* --- what a matter is --- */

static void choose_level(struct year_matter *m)
{
    static const uint8_t level_weight[] = {58, 10, 16, 10, 6};
    static const Yishi__V1__Form below[] = {
        YISHI__V1__FORM__FORM_GRID_MEETING, YISHI__V1__FORM__FORM_COMPOUND_MEETING,
        YISHI__V1__FORM__FORM_COURTYARD_COUNCIL, YISHI__V1__FORM__FORM_STAIRWELL_TALK};
    const unsigned level = dice_pick(&m->rng, level_weight, 5);
    m->level = (Yishi__V1__Level)(YISHI__V1__LEVEL__LEVEL_COMMUNITY + level);
    if (level > 0 && !dice_permille(&m->rng, 150))
        m->form = below[level - 1];
    else if (dice_permille(&m->rng, 40))
        m->form = YISHI__V1__FORM__FORM_OTHER;
    else if (dice_permille(&m->rng, 80))
        m->form = YISHI__V1__FORM__FORM_ONLINE;
    else
        m->form =
            (Yishi__V1__Form)(YISHI__V1__FORM__FORM_DELIBERATION_MEETING + rng_below(&m->rng, 5));
}

static void choose_items(struct year_matter *m)
{
    static const uint8_t count_weight[] = {52, 27, 14, 7};
    static const uint8_t nature_weight[] = {60, 40};
    m->item_count = 1 + dice_pick(&m->rng, count_weight, YEAR_ITEMS_MAX);
    for (unsigned i = 0; i < m->item_count; i++) {
        m->item[i].nature = m->nature;
        if (i > 0 && dice_permille(&m->rng, 400))
            m->item[i].nature = (Yishi__V1__Nature)(YISHI__V1__NATURE__NATURE_COMMUNITY_AFFAIRS +
                                                    dice_pick(&m->rng, nature_weight, 2));
    }
}

static int begin_matter(struct year *y, unsigned unit, unsigned no, int commission)
{
    static const uint8_t category_weight[] = {9, 30, 13, 8, 6, 10, 10, 4, 6, 4};
    static const uint8_t nature_weight[] = {62, 38};
    y->matter = year_grow(y->matter, y->matter_count, &y->matter_room, sizeof *y->matter);
    struct year_matter *const m = &y->matter[y->matter_count];
    *m = (struct year_matter){.unit = unit, .no = no, .commission = commission};
    m->rng = dice_stream(y->options.seed ^ UINT64_C(0x6d6174746572), y->matter_count);
    const struct ys_matter number = {
        .division = y->unit[unit].division, .year = y->options.year, .no = no};
    ys_matter_print(&number, m->number);
    m->category = dice_pick(&m->rng, category_weight, YEAR_CATEGORIES);
    m->topic = (unsigned)rng_below(&m->rng, YEAR_TOPICS);
    m->nature = (Yishi__V1__Nature)(YISHI__V1__NATURE__NATURE_COMMUNITY_AFFAIRS +
                                    dice_pick(&m->rng, nature_weight, 2));
    if (commission != YEAR_NONE) {
        m->nature = YISHI__V1__NATURE__NATURE_COMMISSIONED;
        m->category = y->commission[commission].category;
        m->topic = y->commission[commission].topic;
    }
    m->decision = m->category == 7 || dice_permille(&m->rng, 50);
    choose_level(m);
    choose_items(m);
    return (int)y->matter_count++;
}

/* --- from the proposal to the determination --- */

static void plan_opinion(struct year *y, int matter, struct year_thread *t, uint32_t proposal,
                         uint32_t *request_out, uint32_t *opinion_out)
{
    struct year_matter *const m = &y->matter[matter];
    if (!public_service(m) || dice_permille(&m->rng, NO_REQUEST))
        return;
    (void)year_plan(y, t, matter, m->unit, 13, dice_between(&m->rng, 1, 6));
    year_refer(y, t, BASED_ON, proposal);
    *request_out = t->step;
    if (dice_permille(&m->rng, NO_OPINION))
        return;
    static const uint8_t result_weight[] = {74, 21, 5};
    const int later =
        dice_permille(&m->rng, 90) ? dice_between(&m->rng, 15, 35) : dice_between(&m->rng, 2, 12);
    struct year_step *const step = year_plan(y, t, matter, street_of(y, m), 14, later);
    step->a = (int32_t)dice_pick(&m->rng, result_weight, 3);
    year_refer(y, t, ANSWERS, *request_out);
    *opinion_out = t->step;
}

/* One determination. `outcome`: enum TopicDecision. */
static void plan_determination(struct year *y, int matter, struct year_thread *t, uint32_t proposal,
                               const uint32_t opinion[2], int outcome, int later)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_step *const step = year_plan(y, t, matter, m->unit, 15, later);
    step->a = outcome;
    step->b = outcome == YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED &&
              dice_permille(&m->rng, JOINT);
    year_refer(y, t, BASED_ON, proposal);
    for (int i = 0; i < 2; i++)
        if (opinion[i] != 0)
            year_refer(y, t, BASED_ON, opinion[i]);
}

/* The neighbour joins a matter of several communities. */
static void plan_joint(struct year *y, int matter, const struct year_thread *at, uint32_t what)
{
    const unsigned unit = y->matter[matter].unit;
    const unsigned neighbour =
        unit + y->options.streets < y->unit_count ? unit + y->options.streets : unit;
    struct year_thread t = *at;
    struct year_step *const step = year_plan(y, &t, matter, neighbour, 65, 2);
    step->signers = YS_BODY_RC | YS_BODY_PO;
    year_refer(y, &t, YISHI__V1__RELATION__RELATION_ACKNOWLEDGES, what);
}

/* What a residents' committee tells the party organisation, which acknowledges it. */
static void plan_report(struct year *y, int matter, const struct year_thread *at, uint32_t what)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_thread t = *at;
    if (dice_permille(&m->rng, 160))
        return;
    (void)year_plan(y, &t, matter, m->unit, 64, dice_between(&m->rng, 1, 20));
    year_refer(y, &t, BASED_ON, what);
    const uint32_t report = t.step;
    if (dice_permille(&m->rng, 300))
        return;
    year_plan(y, &t, matter, m->unit, 65, dice_between(&m->rng, 1, 5))->signers = YS_BODY_PO;
    year_refer(y, &t, YISHI__V1__RELATION__RELATION_ACKNOWLEDGES, report);
}

/* True: the topic is on the list. */
static bool determine(struct year *y, int matter, struct year_thread *t, uint32_t proposal)
{
    enum { LISTED = 1, NOT_LISTED = 2, MERGED = 3, DEFERRED = 4 };
    static const uint8_t weights[] = {88, 5, 3, 4};
    struct year_matter *const m = &y->matter[matter];
    uint32_t opinion[2] = {0, 0}; /* step 0 is of the membership */
    plan_opinion(y, matter, t, proposal, &opinion[0], &opinion[1]);
    int outcome = (int)dice_pick(&m->rng, weights, 4) + LISTED;
    if (outcome == MERGED && m->no < 2)
        outcome = NOT_LISTED;
    const int later =
        dice_permille(&m->rng, 40) ? dice_between(&m->rng, 62, 80) : dice_between(&m->rng, 3, 24);
    plan_determination(y, matter, t, proposal, opinion, outcome, later);
    const uint32_t first = t->step;
    if (outcome == DEFERRED) {
        plan_determination(y, matter, t, proposal, opinion, LISTED, dice_between(&m->rng, 30, 70));
        outcome = LISTED;
    } else if (outcome == LISTED && dice_permille(&m->rng, TWICE)) {
        struct year_thread other = *t;
        plan_determination(y, matter, &other, proposal, opinion, LISTED, 1);
        t->at_s = other.at_s;
    }
    const uint32_t determined = outcome == LISTED && t->step != first ? t->step : first;
    if (y->step[determined].b)
        plan_joint(y, matter, t, determined);
    t->step = determined;
    if (outcome == LISTED)
        return true;
    year_plan_close(y, matter, t, determined,
                    outcome == MERGED ? YISHI__V1__CLOSE_END__CLOSE_END_MERGED
                                      : YISHI__V1__CLOSE_END__CLOSE_END_NOT_LISTED);
    return false;
}

/* --- notices and sessions --- */

/* The notice in force of a meeting `ahead` days later. */
static uint32_t plan_notice(struct year *y, int matter, struct year_thread *t, uint32_t determined,
                            int ahead)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_step *step =
        year_plan(y, t, matter, m->unit, NOTICE_KIND, dice_between(&m->rng, 1, 12));
    step->a = year_workday(step->day + ahead);
    const int32_t meeting = step->a;
    year_refer(y, t, BASED_ON, determined);
    uint32_t notice = t->step;
    year_plan_aside(y, matter, t, notice);
    if (dice_permille(&m->rng, NOTICE_CHANGED)) {
        step = year_plan(y, t, matter, m->unit, NOTICE_KIND, 1);
        step->a = year_workday(meeting + dice_between(&m->rng, 0, 3));
        step->b = 1;
        year_refer(y, t, BASED_ON, determined);
        year_refer(y, t, SUPERSEDES, notice);
        notice = t->step;
    }
    return notice;
}

static void plan_invitations(struct year *y, int matter, struct year_thread *t, uint32_t notice)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_thread other = *t;
    for (int left = dice_permille(&m->rng, REGISTERED) ? dice_between(&m->rng, 1, 3) : 0; left > 0;
         left--) {
        (void)year_plan(y, &other, matter, m->unit, 21, dice_between(&m->rng, 0, 1));
        year_refer(y, &other, BASED_ON, notice);
        year_plan_aside(y, matter, &other, other.step);
    }
    if (public_service(m) ? dice_permille(&m->rng, NOT_INVITED_STREET)
                          : !dice_permille(&m->rng, 250))
        return;
    other = *t;
    struct year_step *const step = year_plan(y, &other, matter, m->unit, 22, 0);
    step->a = public_service(m);
    year_refer(y, &other, BASED_ON, notice);
}

/* One session, with its notice. `result`: enum SessionResult. */
static uint32_t plan_session(struct year *y, int matter, struct year_thread *t, uint32_t determined,
                             uint32_t before, int number, int result)
{
    struct year_matter *const m = &y->matter[matter];
    uint32_t notice = 0;
    int later = dice_between(&m->rng, 5, 20);
    if (!dice_permille(&m->rng, NO_NOTICE)) {
        const int ahead = dice_permille(&m->rng, SHORT_NOTICE) ? dice_between(&m->rng, 1, 2)
                                                               : dice_between(&m->rng, 3, 9);
        notice = plan_notice(y, matter, t, determined, ahead);
        plan_invitations(y, matter, t, notice);
        later = y->step[notice].a - t->day;
    }
    struct year_step *const step =
        year_plan(y, t, matter, m->unit, SESSION_KIND, later < 0 ? 0 : later);
    step->a = number;
    step->b = result;
    if (dice_permille(&m->rng, 120))
        step->signers |= YS_BODY_SC;
    year_refer(y, t, BASED_ON, notice != 0 ? notice : determined);
    if (before != 0)
        year_refer(y, t, FOLLOWS, before);
    year_plan_aside(y, matter, t, t->step);
    return t->step;
}

/* Sessions until there is a consensus: its session, or 0. `*last` is the last one held. */
static uint32_t deliberate(struct year *y, int matter, struct year_thread *t, uint32_t determined,
                           uint32_t *last, int *number, bool *shelve)
{
    enum { CONSENSUS = 1, PARTIAL = 2, NONE = 3, PAUSE = 4 };
    struct year_matter *const m = &y->matter[matter];
    *shelve = false;
    for (int held = 1; held <= SESSIONS_MAX; held++) {
        const bool agreed = dice_permille(&m->rng, held == 1 ? CONSENSUS_FIRST : CONSENSUS_LATER);
        int result = NONE;
        if (agreed)
            result = dice_permille(&m->rng, 60) ? PARTIAL : CONSENSUS;
        else if (dice_permille(&m->rng, ADJOURNED))
            result = PAUSE;
        *last = plan_session(y, matter, t, determined, *last, ++*number, result);
        if (agreed)
            return *last;
        const bool enough = held >= 2 || dice_permille(&m->rng, SHELVED_EARLY);
        if (result == NONE && !m->decision && enough && dice_permille(&m->rng, SHELVED)) {
            *shelve = true;
            return 0;
        }
    }
    return 0;
}

/* True: taken up again. */
static bool shelve_matter(struct year *y, int matter, struct year_thread *t, uint32_t session,
                          int sessions)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_step *const step =
        year_plan(y, t, matter, m->unit, 32, dice_between(&m->rng, 1, 15));
    step->a = sessions;
    year_refer(y, t, BASED_ON, session);
    const uint32_t shelving = t->step;
    plan_report(y, matter, t, shelving);
    if (dice_permille(&m->rng, REOPENED)) {
        (void)year_plan(y, t, matter, m->unit, 33, dice_between(&m->rng, 40, 120));
        year_refer(y, t, BASED_ON, shelving);
        return true;
    }
    if (m->commission != YEAR_NONE) {
        struct year_step *const result = year_plan(y, t, matter, m->unit, 47, 4);
        result->a = YISHI__V1__COMMISSION_OUTCOME__COMMISSION_OUTCOME_SHELVED;
        year_refer(y, t, ANSWERS, y->commission[m->commission].step);
        year_refer(y, t, BASED_ON, shelving);
    }
    year_plan_feedback(y, matter, t, shelving,
                       YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_SHELVING);
    return false;
}

static void agree(struct year *y, int matter, struct year_thread *t, uint32_t session)
{
    struct year_matter *const m = &y->matter[matter];
    for (unsigned i = 0; i < m->item_count; i++)
        m->item[i].due = year_workday(t->day + dice_between(&m->rng, 30, 160));
    struct year_step *const step =
        year_plan(y, t, matter, m->unit, 31, dice_permille(&m->rng, 700) ? 0 : 2);
    step->items = (uint8_t)((1u << m->item_count) - 1);
    year_refer(y, t, BASED_ON, session);
    const uint32_t consensus = t->step;
    plan_report(y, matter, t, consensus);
    year_plan_aside(y, matter, t, consensus);
    year_plan_outcome(y, matter, t, consensus);
}

static void plan_matter(struct year *y, int matter, int32_t day)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_thread t = {.day = day};
    uint32_t last = 0;
    int number = 0;
    (void)year_plan(y, &t, matter, m->unit, 10, 0);
    if (m->commission != YEAR_NONE)
        year_refer(y, &t, BASED_ON, y->commission[m->commission].step);
    const uint32_t proposal = t.step;
    if (dice_permille(&m->rng, WITHDRAWN)) {
        (void)year_plan(y, &t, matter, m->unit, 82, dice_between(&m->rng, 2, 20));
        year_refer(y, &t, YISHI__V1__RELATION__RELATION_WITHDRAWS, proposal);
        year_plan_close(y, matter, &t, t.step, YISHI__V1__CLOSE_END__CLOSE_END_WITHDRAWN);
        return;
    }
    year_plan_aside(y, matter, &t, proposal);
    if (!determine(y, matter, &t, proposal))
        return;
    const uint32_t determined = t.step;
    for (int round = 0; round < 2; round++) {
        bool shelve = false;
        const uint32_t agreed = deliberate(y, matter, &t, determined, &last, &number, &shelve);
        if (agreed != 0) {
            agree(y, matter, &t, agreed);
            return;
        }
        if (!shelve || !shelve_matter(y, matter, &t, last, number))
            return;
    }
}

/* --- all of them --- */

/* The office commissions so many communities at once. */
static void plan_commissions(struct year *y, unsigned street)
{
    enum { EACH = 4, SHARE_OF = 9 }; /* one matter in nine */
    struct rng rng = dice_stream(y->options.seed ^ UINT64_C(0x636f6d6d), street);
    const unsigned own =
        (y->options.communities + y->options.streets - street) / y->options.streets;
    const unsigned count = (own * y->options.matters + EACH * SHARE_OF - 1) / (EACH * SHARE_OF);
    for (unsigned i = 0; i < count; i++) {
        y->commission = year_grow(y->commission, y->commission_count, &y->commission_room,
                                  sizeof *y->commission);
        struct year_commission *const c = &y->commission[y->commission_count++];
        struct year_thread t = {.day = y->first_day + dice_between(&rng, 3, 270)};
        struct year_step *const step = year_plan(y, &t, YEAR_NONE, street, 12, 0);
        *c = (struct year_commission){.street = street,
                                      .step = t.step,
                                      .day = step->day,
                                      .due = step->day + dice_between(&rng, 60, 120),
                                      .category = (unsigned)rng_below(&rng, YEAR_CATEGORIES),
                                      .topic = (unsigned)rng_below(&rng, YEAR_TOPICS)};
        step->a = (int32_t)y->commission_count - 1;
        if (dice_permille(&rng, 250))
            step->signers = YS_BODY_GD;
        while (c->count < EACH && c->count < own) {
            const unsigned at = (unsigned)((i * EACH + c->count) % own);
            c->unit[c->count++] = year_first_community(y) + (street - 1) + at * y->options.streets;
        }
    }
}

static void plan_community(struct year *y, unsigned unit)
{
    struct rng rng = dice_stream(y->options.seed ^ UINT64_C(0x756e6974), unit);
    const int most = (int)y->options.matters;
    const int count = dice_between(&rng, most - most / 3, most + most / 3);
    unsigned no = 0;
    for (size_t c = 0; c < y->commission_count; c++)
        for (unsigned i = 0; i < y->commission[c].count; i++)
            if (y->commission[c].unit[i] == unit) {
                const int matter = begin_matter(y, unit, ++no, (int)c);
                plan_matter(y, matter, y->commission[c].day + dice_between(&rng, 1, 20));
            }
    for (int left = count - (int)no; left > 0; left--) {
        const int matter = begin_matter(y, unit, ++no, YEAR_NONE);
        plan_matter(y, matter, y->first_day + dice_between(&rng, 1, 350));
    }
}

void year_plan_matters(struct year *y)
{
    for (unsigned s = 0; s < y->options.streets; s++)
        plan_commissions(y, 1 + s);
    for (unsigned c = 0; c < y->options.communities; c++)
        plan_community(y, year_first_community(y) + c);
}
