/* What becomes of a consensus: decisions of residents' meetings, implementation, submissions, results,
 * publication, evaluation, the end; and what is said beside it. Shares are in a thousand. */
#include "tests/support/year_state.h"

#include <stdlib.h>

enum {
    PASSED = 880,
    SHORT_ASSEMBLY_NOTICE = 60,
    NO_ASSEMBLY = 40, /* a decision matter of which no assembly is told */
    ACTION_GROUP = 220,
    COMPLETED = 860,
    SUPERVISED = 450, /* completions signed by the supervision committee too */
    LATE_SUBMISSION = 90,
    LATE_RESPONSE = 110,
    NO_RESPONSE = 35,
    DEPARTMENT_ACCEPTS = 830,
    DEPARTMENT_SILENT = 60,
    PUBLISHED = 930,
    SHORT_PUBLICATION = 60,
    EVALUATED = 720,
    REPLIED = 800,
    CLOSED = 880,
    ARCHIVED = 260,
    CORRECTED_BY_LAW = 12,
    AMENDED = 22, /* 更正 */
    ATTACHED = 50,
    OBJECTED = 12,
    ERASED = 10,
    FOUND = 9,
};

#define BASED_ON YISHI__V1__RELATION__RELATION_BASED_ON
#define ANSWERS  YISHI__V1__RELATION__RELATION_ANSWERS

/* --- beside the course --- */

static void plan_objection(struct year *y, int matter, const struct year_thread *at, uint32_t about)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_thread t = *at;
    const unsigned unit =
        dice_permille(&m->rng, 250) ? y->unit[m->unit].parent : m->unit; /* who records it */
    (void)year_plan(y, &t, matter, unit, 67, dice_between(&m->rng, 2, 12));
    year_refer(y, &t, BASED_ON, about);
    const uint32_t objection = t.step;
    if (dice_permille(&m->rng, 100))
        return;
    (void)year_plan(y, &t, matter, unit, 68, dice_between(&m->rng, 3, 18));
    year_refer(y, &t, ANSWERS, objection);
}

static void plan_finding(struct year *y, int matter, const struct year_thread *at, uint32_t about)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_thread t = *at;
    const unsigned by = dice_permille(&m->rng, 400) ? 0 : y->unit[m->unit].parent;
    struct year_step *const step = year_plan(y, &t, matter, by, 90, dice_between(&m->rng, 10, 40));
    step->a = (int32_t)m->unit;
    year_refer(y, &t, BASED_ON, about);
    const uint32_t finding = t.step;
    (void)year_plan(y, &t, matter, m->unit, 91, dice_between(&m->rng, 5, 30));
    year_refer(y, &t, ANSWERS, finding);
    const uint32_t response = t.step;
    if (dice_permille(&m->rng, 200))
        return;
    (void)year_plan(y, &t, matter, by, 92, dice_between(&m->rng, 3, 20));
    year_refer(y, &t, BASED_ON, finding);
    year_refer(y, &t, YISHI__V1__RELATION__RELATION_FOLLOWS, response);
}

/* A record that says something of `about`, by those who signed that. */
static void plan_as_target(struct year *y, int matter, const struct year_thread *at, uint32_t about,
                           uint32_t kind, Yishi__V1__Relation rel)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_thread t = *at;
    const uint16_t signers = y->step[about].signers;
    struct year_step *const step =
        year_plan(y, &t, matter, y->step[about].unit, kind, dice_between(&m->rng, 1, 9));
    step->signers = signers;
    step->a = (int32_t)about;
    year_refer(y, &t, rel, about);
}

void year_plan_aside(struct year *y, int matter, const struct year_thread *at, uint32_t about)
{
    struct year_matter *const m = &y->matter[matter];
    const uint32_t kind = y->step[about].kind;
    if ((kind == 20 || kind == 30) && dice_permille(&m->rng, AMENDED))
        plan_as_target(y, matter, at, about, 81, YISHI__V1__RELATION__RELATION_SUPERSEDES);
    if (kind == 30 && dice_permille(&m->rng, ATTACHED))
        plan_as_target(y, matter, at, about, 80, BASED_ON);
    if ((kind == 10 || kind == 21) && dice_permille(&m->rng, ERASED))
        plan_as_target(y, matter, at, about, 83, YISHI__V1__RELATION__RELATION_REDACTS);
    if (kind >= 20 && dice_permille(&m->rng, OBJECTED))
        plan_objection(y, matter, at, about);
    if (kind >= 20 && dice_permille(&m->rng, FOUND))
        plan_finding(y, matter, at, about);
}

/* --- the end --- */

void year_plan_close(struct year *y, int matter, struct year_thread *t, uint32_t what,
                     Yishi__V1__CloseEnd end)
{
    struct year_matter *const m = &y->matter[matter];
    if (!dice_permille(&m->rng, CLOSED))
        return;
    struct year_step *const step =
        year_plan(y, t, matter, m->unit, 85, dice_between(&m->rng, 3, 25));
    step->a = (int32_t)end;
    year_refer(y, t, BASED_ON, what);
    const uint32_t close = t->step;
    if (!dice_permille(&m->rng, ARCHIVED))
        return;
    (void)year_plan(y, t, matter, m->unit, 84, dice_between(&m->rng, 20, 60));
    year_refer(y, t, BASED_ON, close);
}

/* The participants evaluate the street: article 12(3). */
static void plan_evaluation(struct year *y, int matter, struct year_thread *t, uint32_t what)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_step *step = year_plan(y, t, matter, m->unit, 60, dice_between(&m->rng, 3, 20));
    step->a = dice_between(&m->rng, 8, 45); /* papers */
    const int32_t issued = step->a;
    const bool supervised = dice_permille(&m->rng, 500);
    if (supervised)
        step->signers |= YS_BODY_SC;
    year_refer(y, t, YISHI__V1__RELATION__RELATION_EVALUATES, what);
    const uint32_t round = t->step;
    step = year_plan(y, t, matter, m->unit, 61, dice_between(&m->rng, 4, 15));
    step->a = issued;
    if (supervised)
        step->signers |= YS_BODY_SC;
    year_refer(y, t, BASED_ON, round);
    const uint32_t result = t->step;
    struct year_thread other = *t;
    if (!dice_permille(&m->rng, REPLIED))
        return;
    (void)year_plan(y, &other, matter, y->unit[m->unit].parent, 62,
                    dice_permille(&m->rng, 120) ? 40 : dice_between(&m->rng, 5, 25));
    year_refer(y, &other, ANSWERS, result);
}

static Yishi__V1__CloseEnd end_of(uint32_t kind, Yishi__V1__FeedbackSubject subject)
{
    if (subject == YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_SHELVING)
        return YISHI__V1__CLOSE_END__CLOSE_END_SHELVED;
    if (subject == YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_DECISION)
        return YISHI__V1__CLOSE_END__CLOSE_END_REJECTED;
    if (kind == 47)
        return YISHI__V1__CLOSE_END__CLOSE_END_RESULT_SUBMITTED;
    if (kind == 45 || kind == 46)
        return YISHI__V1__CLOSE_END__CLOSE_END_DECLINED;
    return YISHI__V1__CLOSE_END__CLOSE_END_COMPLETED;
}

static void plan_publication(struct year *y, int matter, struct year_thread *t,
                             const uint32_t *what, size_t count, Yishi__V1__FeedbackSubject subject)
{
    struct year_matter *const m = &y->matter[matter];
    if (count == 0)
        abort();
    if (!dice_permille(&m->rng, PUBLISHED))
        return;
    struct year_step *const step = year_plan(
        y, t, matter, m->unit, 63,
        dice_permille(&m->rng, 60) ? dice_between(&m->rng, 18, 40) : dice_between(&m->rng, 1, 12));
    step->a = (int32_t)subject;
    step->b = dice_permille(&m->rng, SHORT_PUBLICATION) ? dice_between(&m->rng, 5, 14)
                                                        : dice_between(&m->rng, 15, 30);
    for (size_t i = 0; i < count; i++)
        year_refer(y, t, BASED_ON, what[i]);
    const uint32_t published = t->step;
    year_plan_aside(y, matter, t, published);
    if (m->nature != YISHI__V1__NATURE__NATURE_COMMUNITY_AFFAIRS &&
        dice_permille(&m->rng, EVALUATED))
        plan_evaluation(y, matter, t, what[0]);
    year_plan_close(y, matter, t, published, end_of(y->step[what[0]].kind, subject));
}

void year_plan_feedback(struct year *y, int matter, struct year_thread *t, uint32_t what,
                        Yishi__V1__FeedbackSubject subject)
{
    plan_publication(y, matter, t, &what, 1, subject);
}

/* --- tracks --- */

/* Progress of each item, then the completion: by the unit that carries it out. False: it stays open. */
static bool carry_out(struct year *y, int matter, struct year_thread *t, unsigned unit,
                      unsigned mask, uint32_t based_on, unsigned signers, unsigned desk)
{
    struct year_matter *const m = &y->matter[matter];
    for (unsigned item = 0; item < m->item_count; item++) {
        if ((mask >> item & 1) == 0)
            continue;
        const int reports = dice_between(&m->rng, 1, 3);
        for (int i = 1; i <= reports; i++) {
            struct year_step *const step =
                year_plan(y, t, matter, unit, 42, dice_between(&m->rng, 8, 30));
            step->a = (int32_t)item + 1;
            step->b = 100 * i / (reports + 1);
            step->signers = (uint16_t)signers;
            step->desk = (uint8_t)desk;
            year_refer(y, t, BASED_ON, based_on);
        }
    }
    if (!dice_permille(&m->rng, COMPLETED))
        return false;
    struct year_step *const step = year_plan(y, t, matter, unit, 43, dice_between(&m->rng, 5, 40));
    step->items = (uint8_t)mask;
    step->signers = (uint16_t)signers;
    step->desk = (uint8_t)desk;
    if (!year_is_street(y, unit) && unit != 0 && dice_permille(&m->rng, SUPERVISED))
        step->signers |= YS_BODY_SC;
    year_refer(y, t, BASED_ON, based_on);
    return true;
}

static struct year_step *plan_plan(struct year *y, int matter, struct year_thread *t, unsigned unit,
                                   unsigned mask, uint32_t based_on)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_step *const step = year_plan(
        y, t, matter, unit, 40,
        dice_permille(&m->rng, 70) ? dice_between(&m->rng, 32, 50) : dice_between(&m->rng, 2, 20));
    step->items = (uint8_t)mask;
    year_refer(y, t, BASED_ON, based_on);
    return step;
}

/* The committee carries it out: article 12(1). */
static bool plan_community_affairs(struct year *y, int matter, struct year_thread *t, unsigned mask,
                                   uint32_t based_on)
{
    struct year_matter *const m = &y->matter[matter];
    const bool group = dice_permille(&m->rng, ACTION_GROUP);
    plan_plan(y, matter, t, m->unit, mask, based_on)->a = group;
    const uint32_t plan = t->step;
    if (group) {
        (void)year_plan(y, t, matter, m->unit, 41, dice_between(&m->rng, 1, 10));
        year_refer(y, t, BASED_ON, plan);
    }
    return carry_out(y, matter, t, m->unit, mask, plan, YS_BODY_RC, 0);
}

/* A department answers what the street passed on. False: nobody carries it out. */
static bool plan_department(struct year *y, int matter, struct year_thread *t, unsigned mask,
                            unsigned unit, unsigned desk, uint32_t *response)
{
    struct year_matter *const m = &y->matter[matter];
    if (dice_permille(&m->rng, DEPARTMENT_SILENT))
        return false;
    const bool accepted = dice_permille(&m->rng, DEPARTMENT_ACCEPTS);
    struct year_step *const step = year_plan(
        y, t, matter, unit, 46,
        dice_permille(&m->rng, 140) ? dice_between(&m->rng, 32, 50) : dice_between(&m->rng, 4, 26));
    step->a = accepted;
    step->items = (uint8_t)mask;
    step->signers = YS_BODY_GD;
    step->desk = (uint8_t)desk;
    year_refer(y, t, ANSWERS, *response);
    *response = t->step;
    return accepted;
}

/* To the street, which carries it out, passes it on or declines: article 12(2). False: still open. */
static bool plan_public_service(struct year *y, int matter, struct year_thread *t, unsigned mask,
                                uint32_t based_on)
{
    enum { IMPLEMENT = 1, TRANSFER = 2, DECLINE = 3 };
    static const uint8_t weights[] = {54, 34, 12};
    struct year_matter *const m = &y->matter[matter];
    unsigned unit = y->unit[m->unit].parent;
    struct year_step *step =
        year_plan(y, t, matter, m->unit, 44,
                  dice_permille(&m->rng, LATE_SUBMISSION) ? dice_between(&m->rng, 8, 25)
                                                          : dice_between(&m->rng, 1, 6));
    step->items = (uint8_t)mask;
    year_refer(y, t, BASED_ON, based_on);
    const uint32_t submission = t->step;
    if (dice_permille(&m->rng, NO_RESPONSE))
        return false;
    const int decision = (int)dice_pick(&m->rng, weights, 3) + IMPLEMENT;
    const bool of_district = dice_permille(&m->rng, 450);
    const unsigned desk = (unsigned)rng_below(&m->rng, of_district ? 3 : 2);
    step = year_plan(y, t, matter, unit, 45,
                     dice_permille(&m->rng, LATE_RESPONSE) ? dice_between(&m->rng, 17, 40)
                                                           : dice_between(&m->rng, 2, 13));
    step->a = decision;
    step->b = of_district;
    step->desk = (uint8_t)desk;
    step->items = (uint8_t)mask;
    year_refer(y, t, ANSWERS, submission);
    uint32_t response = t->step;
    unsigned signers = YS_BODY_ST;
    if (decision == TRANSFER) {
        unit = of_district ? 0 : unit;
        signers = YS_BODY_GD;
        if (!plan_department(y, matter, t, mask, unit, desk, &response)) {
            t->step = response;
            return y->step[response].kind == 46;
        }
    }
    t->step = response;
    if (decision == DECLINE)
        return true;
    struct year_step *const plan = plan_plan(y, matter, t, unit, mask, response);
    plan->signers = (uint16_t)signers;
    plan->desk = (uint8_t)desk;
    return carry_out(y, matter, t, unit, mask, t->step, signers, desk);
}

/* Back to who commissioned it: article 12(3). */
static bool plan_commissioned(struct year *y, int matter, struct year_thread *t, unsigned mask,
                              uint32_t based_on)
{
    struct year_matter *const m = &y->matter[matter];
    struct year_step *const step = year_plan(
        y, t, matter, m->unit, 47,
        dice_permille(&m->rng, 80) ? dice_between(&m->rng, 9, 30) : dice_between(&m->rng, 1, 6));
    step->a = YISHI__V1__COMMISSION_OUTCOME__COMMISSION_OUTCOME_CONSENSUS;
    step->items = (uint8_t)mask;
    year_refer(y, t, ANSWERS, y->commission[m->commission].step);
    year_refer(y, t, BASED_ON, based_on);
    return true;
}

/* --- corrections by law: article 12(4) --- */

static void plan_correction(struct year *y, int matter, struct year_thread *t, uint32_t consensus)
{
    struct year_matter *const m = &y->matter[matter];
    const unsigned street = y->unit[m->unit].parent;
    struct year_step *step = year_plan(y, t, matter, dice_permille(&m->rng, 120) ? 0 : street, 48,
                                       dice_between(&m->rng, 3, 25));
    step->items = 1;
    year_refer(y, t, YISHI__V1__RELATION__RELATION_CORRECTS, consensus);
    const uint32_t correction = t->step;
    if (dice_permille(&m->rng, 750)) {
        struct year_thread other = *t;
        (void)year_plan(y, &other, matter, street, 50, dice_between(&m->rng, 10, 50));
        year_refer(y, &other, BASED_ON, correction);
    }
    step = year_plan(y, t, matter, m->unit, 49, dice_between(&m->rng, 5, 25));
    step->items = 1;
    year_refer(y, t, ANSWERS, correction);
}

/* --- decisions --- */

/* The residents' meeting decides; 0 when it does not pass, or none is held. */
static uint32_t plan_decision(struct year *y, int matter, struct year_thread *t, unsigned mask,
                              uint32_t consensus)
{
    struct year_matter *const m = &y->matter[matter];
    if (dice_permille(&m->rng, NO_ASSEMBLY))
        return 0;
    const int ahead = dice_permille(&m->rng, SHORT_ASSEMBLY_NOTICE) ? dice_between(&m->rng, 3, 9)
                                                                    : dice_between(&m->rng, 10, 20);
    struct year_step *step = year_plan(y, t, matter, m->unit, 34, dice_between(&m->rng, 2, 25));
    step->a = year_workday(step->day + ahead);
    step->items = (uint8_t)mask;
    const int later = step->a - step->day;
    year_refer(y, t, BASED_ON, consensus);
    const uint32_t notice = t->step;
    const bool passed = dice_permille(&m->rng, PASSED);
    step = year_plan(y, t, matter, m->unit, 35, later);
    step->a = passed;
    step->items = (uint8_t)mask;
    if (dice_permille(&m->rng, 300))
        step->signers |= YS_BODY_SC;
    year_refer(y, t, BASED_ON, consensus);
    year_refer(y, t, YISHI__V1__RELATION__RELATION_FOLLOWS, notice);
    if (passed)
        return t->step;
    year_plan_feedback(y, matter, t, t->step,
                       YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_DECISION);
    return 0;
}

static unsigned items_of(const struct year_matter *m, Yishi__V1__Nature nature)
{
    unsigned mask = 0;
    for (unsigned i = 0; i < m->item_count; i++)
        if (m->item[i].nature == nature)
            mask |= 1u << i;
    return mask;
}

/* What the publication of these ends is on. */
static Yishi__V1__FeedbackSubject subject_of(const struct year *y, const uint32_t *end,
                                             size_t count)
{
    if (count == 1 && y->step[end[0]].kind == 47)
        return YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_COMMISSION;
    if (count == 1 && y->step[end[0]].kind != 43) /* declined */
        return YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_PROGRESS;
    return YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_COMPLETION;
}

void year_plan_outcome(struct year *y, int matter, struct year_thread *t, uint32_t consensus)
{
    enum { NATURES = 3 };
    bool (*const tracks[NATURES])(struct year *, int, struct year_thread *, unsigned, uint32_t) = {
        plan_community_affairs, plan_public_service, plan_commissioned};
    struct year_matter *const m = &y->matter[matter];
    uint32_t based_on = consensus;
    uint32_t end[NATURES];
    size_t ends = 0;
    bool ended = true;
    if (m->decision)
        based_on = plan_decision(y, matter, t, (1u << m->item_count) - 1, consensus);
    if (based_on == 0)
        return;
    if (dice_permille(&m->rng, CORRECTED_BY_LAW))
        plan_correction(y, matter, t, consensus);
    struct year_thread latest = *t;
    for (unsigned i = 0; i < NATURES; i++) {
        const unsigned mask =
            items_of(m, (Yishi__V1__Nature)(YISHI__V1__NATURE__NATURE_COMMUNITY_AFFAIRS + i));
        struct year_thread own = *t;
        if (mask == 0)
            continue;
        /* Results of commissions refer to the consensus itself. */
        ended = tracks[i](y, matter, &own, mask, i == 2 ? consensus : based_on) && ended;
        end[ends++] = own.step;
        if (own.at_s > latest.at_s)
            latest.at_s = own.at_s;
        if (own.day > latest.day)
            latest.day = own.day;
    }
    if (ended)
        plan_publication(y, matter, &latest, end, ends, subject_of(y, end, ends));
}
