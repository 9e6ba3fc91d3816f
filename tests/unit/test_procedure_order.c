/* The result is a function of the set of records alone; references lead, wherever they point. */
#include "node/model/order.h"
#include "node/model/procedure.h"

#include "proto/moment.h"
#include "tests/support/dossier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MATTERS = 24, RECORDS = 60, SHUFFLES = 200, REPORT_MAX = 256 * 1024 };

#define LISTED YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED
#define NONE   YISHI__V1__SESSION_RESULT__SESSION_RESULT_NONE
#define AGREED YISHI__V1__SESSION_RESULT__SESSION_RESULT_CONSENSUS

/* --- everything that a run says, as text ----------------------------------------------------------- */

struct report {
    char *text;
    size_t size;
};

static void say(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct report *report, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int size =
        vsnprintf(report->text + report->size, REPORT_MAX - report->size, format, args);
    va_end(args);
    assert_true(size >= 0 && report->size + (size_t)size < REPORT_MAX);
    report->size += (size_t)size;
}

static void say_tasks(struct report *report, const char *name, const struct ys_task *tasks,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct ys_task *t = &tasks[i];
        say(report, "%s %s %u %u %u by %x all %d at %s due %u since %u from %u track %u\n", name,
            ys_task_word(t->why), t->kinds[0], t->kinds[1], t->kinds[2], t->bodies, t->all_bodies,
            t->division.digits, t->due.day, t->due.since, t->from_step, t->track);
    }
}

static void say_track(struct report *report, const struct ys_track *t)
{
    say(report, "track %u %d %d %s %s %s %d %d since %u by %u: %u %u %u %u %u %u %u %u %u %u",
        t->item, (int)t->nature, t->decision_matter, ys_state_word(t->state),
        ys_state_word(t->resumed), ys_state_word(t->ended), t->suspended, t->replaced, t->since,
        t->step, t->consensus_step, t->agreed_on, t->assembly_notice_step, t->assembly_on,
        t->decision_step, t->decided_on, t->plan_step, t->submission_step, t->response_step,
        t->department_step);
    say(report, " %u %u %u %u %u %u %u %u %x %u %u %u %u %d\n", t->result_step, t->ended_on,
        t->correction_step, t->compliance_step, t->publication_step, t->published_from,
        t->published_to, t->evaluation_step, t->implementers, t->due, t->due_step, t->extensions,
        t->percent, (int)t->result);
}

static void report_of(const struct ys_procedure *run, struct report *report)
{
    report->size = 0;
    say(report, "%s %s since %u conflict %d items %zu %zu %zu sessions %u %u\n",
        ys_state_word(run->state), ys_state_word(run->stage), run->since, run->conflict,
        run->item_count, run->done_count, run->ended_count, run->sessions, run->round);
    for (size_t i = 0; i < run->step_count; i++) {
        const struct ys_procedure_step *s = &run->steps[i];
        say(report, "step %02x%02x %s %x %s %s %u %u %u\n", s->step->id.bytes[0],
            s->step->id.bytes[1], ys_fate_word(s->fate), s->irregular, ys_state_word(s->before),
            ys_state_word(s->after), s->content, s->refs_missing, s->day);
    }
    for (size_t i = 0; i < run->track_count; i++)
        say_track(report, &run->tracks[i]);
    for (size_t i = 0; i < run->conflict_count; i++)
        say(report, "conflict %u %u %u\n", run->conflicts[i].first, run->conflicts[i].second,
            run->conflicts[i].track);
    say_tasks(report, "next", run->next, run->next_count);
    say_tasks(report, "inbox", run->inbox, run->inbox_count);
}

static struct report new_report(void)
{
    struct report report = {.text = malloc(REPORT_MAX)};
    assert_non_null(report.text);
    return report;
}

/* --- a matter as bad luck and bad clerks would write it ----------------------------------------------- */

/* Where the next record stands: its day, the last record of each kind, the item that it is for. */
struct desk {
    struct dossier *d;
    struct rng *rng;
    uint32_t day;
    uint32_t last[200];
    bool careless; /* refers to anything at times, also to what comes later or is not there */
    uint32_t item; /* 0: none in particular */
    unsigned author;
    Yishi__V1__FeedbackSubject subject;
    bool content; /* topics are listed, decisions pass, sessions agree */
};

static void sit_down(struct desk *desk, struct dossier *d, struct rng *rng)
{
    *desk = (struct desk){.d = d, .rng = rng, .day = 20260101};
    for (size_t i = 0; i < sizeof desk->last / sizeof desk->last[0]; i++)
        desk->last[i] = NOBODY;
}

static uint32_t base(const struct desk *desk, uint32_t kind)
{
    const uint64_t dice = desk->careless ? rng_below(desk->rng, 20) : 20;
    if (dice == 0)
        return (uint32_t)rng_below(desk->rng, RECORDS + 10);
    if (dice == 1 && desk->d->count > 0)
        return (uint32_t)rng_below(desk->rng, desk->d->count);
    return desk->last[kind];
}

static uint32_t dice(const struct desk *desk, uint32_t bound)
{
    return (uint32_t)rng_below(desk->rng, bound);
}

static uint32_t write_topic(const struct desk *desk, uint32_t kind)
{
    struct dossier *d = desk->d;
    const uint32_t proposal = base(desk, YS_KIND_TOPIC_PROPOSAL);
    switch (kind) {
    case YS_KIND_TOPIC_PROPOSAL:
        return write_proposal(d, desk->day);
    case YS_KIND_STREET_OPINION_REQUEST:
        return write_opinion_request(d, desk->day, proposal);
    case YS_KIND_STREET_OPINION:
        return write_opinion(d, desk->day, base(desk, YS_KIND_STREET_OPINION_REQUEST));
    case YS_KIND_TOPIC_DETERMINATION:
        return write_determination(d, desk->day, proposal,
                                   dice(desk, 8) == 0 && !desk->content
                                       ? (Yishi__V1__TopicDecision)(2 + dice(desk, 3))
                                       : LISTED,
                                   dice(desk, 3) == 0);
    default:
        return NOBODY;
    }
}

static uint32_t write_meeting(const struct desk *desk, uint32_t kind)
{
    static const char *const items[] = {"c", "p", "m", "C", "P", "cp", "cpm"};
    struct dossier *d = desk->d;
    const uint32_t session = base(desk, YS_KIND_MEETING_SESSION);
    const uint32_t consensus = base(desk, YS_KIND_CONSENSUS);
    switch (kind) {
    case YS_KIND_PUBLIC_NOTICE:
        return write_notice(d, desk->day, ys_date_from_days(ys_date_days(desk->day) + 3),
                            base(desk, YS_KIND_TOPIC_DETERMINATION));
    case YS_KIND_MEETING_SESSION:
        return write_session(d, desk->day, base(desk, YS_KIND_PUBLIC_NOTICE),
                             desk->content ? AGREED
                                           : (Yishi__V1__SessionResult)(1 + dice(desk, 4)));
    case YS_KIND_CONSENSUS:
        return write_consensus(d, desk->day, session, items[dice(desk, desk->careless ? 7 : 5)],
                               desk->item != 0 ? desk->item : 1);
    case YS_KIND_SHELVING:
        return write_shelving(d, desk->day, session, 0);
    case YS_KIND_REOPENING:
        return write_reopening(d, desk->day, base(desk, YS_KIND_SHELVING));
    case YS_KIND_RESIDENTS_MEETING_NOTICE:
        return write_assembly_notice(d, desk->day, ys_date_from_days(ys_date_days(desk->day) + 10),
                                     consensus, desk->item);
    case YS_KIND_RESIDENTS_MEETING_DECISION:
        return write_decision(d, desk->day, consensus, desk->content || dice(desk, 3) > 0,
                              desk->item);
    default:
        return NOBODY;
    }
}

static uint32_t write_work(const struct desk *desk, uint32_t kind)
{
    struct dossier *d = desk->d;
    const unsigned author = desk->author != 0    ? desk->author
                            : dice(desk, 3) == 0 ? (unsigned)YS_BODY_ST
                                                 : (unsigned)YS_BODY_RC;
    const uint32_t implemented = author == (unsigned)YS_BODY_RC
                                     ? base(desk, YS_KIND_IMPLEMENTATION_PLAN)
                                     : base(desk, YS_KIND_STREET_RESPONSE);
    const uint32_t consensus = base(desk, YS_KIND_CONSENSUS);
    switch (kind) {
    case YS_KIND_IMPLEMENTATION_PLAN:
        return write_plan(d, desk->day, consensus, author, desk->item, desk->day);
    case YS_KIND_IMPLEMENTATION_PROGRESS:
        return write_progress(d, desk->day, implemented, author, desk->item, 50, 0);
    case YS_KIND_IMPLEMENTATION_COMPLETION:
        return write_completion(d, desk->day, implemented, author, desk->item);
    case YS_KIND_OUTCOME_SUBMISSION:
        return write_submission(d, desk->day, consensus, desk->item);
    case YS_KIND_STREET_RESPONSE:
        return write_response(d, desk->day, base(desk, YS_KIND_OUTCOME_SUBMISSION),
                              (Yishi__V1__StreetDecision)(1 + dice(desk, 3)), desk->day,
                              desk->item);
    case YS_KIND_DEPARTMENT_RESPONSE:
        return write_department(d, desk->day, base(desk, YS_KIND_STREET_RESPONSE),
                                (Yishi__V1__DepartmentDecision)(1 + dice(desk, 2)), desk->day);
    case YS_KIND_COMMISSION_RESULT:
        return write_result(d, desk->day, consensus);
    default:
        return NOBODY;
    }
}

static uint32_t write_end(const struct desk *desk, uint32_t kind)
{
    struct dossier *d = desk->d;
    const uint32_t consensus = base(desk, YS_KIND_CONSENSUS);
    switch (kind) {
    case YS_KIND_STREET_CORRECTION:
        return write_correction_order(d, desk->day, consensus, YS_BODY_ST, desk->day, desk->item);
    case YS_KIND_CORRECTION_COMPLIANCE:
        return write_compliance(d, desk->day, base(desk, YS_KIND_STREET_CORRECTION),
                                (Yishi__V1__ComplianceResult)(1 + dice(desk, 3)), desk->item);
    case YS_KIND_FEEDBACK_PUBLICATION:
        return write_publication(d, desk->day, consensus,
                                 desk->careless ? (Yishi__V1__FeedbackSubject)dice(desk, 8)
                                                : desk->subject);
    case YS_KIND_EVALUATION_RESULT:
        return write_evaluation(d, desk->day, base(desk, YS_KIND_FEEDBACK_PUBLICATION));
    case YS_KIND_MATTER_CLOSE:
        return write_close(d, desk->day, base(desk, YS_KIND_FEEDBACK_PUBLICATION));
    case YS_KIND_ARCHIVE_TRANSFER:
        return write_archive(d, desk->day, base(desk, YS_KIND_MATTER_CLOSE));
    default:
        return dossier_add(d, kind, YS_BODY_RC, desk->day);
    }
}

static uint32_t write_kind(struct desk *desk, uint32_t kind)
{
    uint32_t at = write_topic(desk, kind);
    if (at == NOBODY)
        at = write_meeting(desk, kind);
    if (at == NOBODY)
        at = write_work(desk, kind);
    if (at == NOBODY)
        at = write_end(desk, kind);
    desk->last[kind] = at;
    desk->day = ys_date_from_days(ys_date_days(desk->day) + 1);
    return at;
}

/* Write what the procedure expects next, one of it at random. NOBODY: it expects nothing. */
static uint32_t write_expected(struct desk *desk)
{
    struct ys_procedure run;
    uint32_t kinds[3] = {0};
    size_t count = 0;
    dossier_run(desk->d, &run);
    desk->item = 0;
    bool rejected = false;
    for (size_t tries = 0; tries < 50 && count == 0 && run.next_count > 0; tries++) {
        const struct ys_task *task = &run.next[dice(desk, (uint32_t)run.next_count)];
        if (task->why == YS_TASK_RESOLVE_CONFLICT)
            continue;
        while (count < 3 && task->kinds[count] != 0) {
            kinds[count] = task->kinds[count];
            count++;
        }
        rejected = task->why == YS_TASK_AFTER_REJECTION;
        desk->subject = task->why == YS_TASK_PUBLISH_DECISION
                            ? YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_DECISION
                            : YISHI__V1__FEEDBACK_SUBJECT__FEEDBACK_SUBJECT_UNSPECIFIED;
        if (task->track != YS_TASK_WHOLE_MATTER)
            desk->item = run.tracks[task->track].item;
        desk->author = (task->bodies & (unsigned)YS_BODY_RC) != 0 ? YS_BODY_RC : YS_BODY_ST;
    }
    for (size_t i = 0; i < run.track_count && kinds[0] == YS_KIND_CONSENSUS; i++)
        desk->item = run.tracks[i].item + 1; /* a number that is not taken */
    desk->content = desk->d->count > 40 || run.track_count > 4 || rejected;
    const bool opens = run.step_count == 0;
    ys_procedure_clear(&run);
    if (count == 0)
        return opens ? write_kind(desk, YS_KIND_TOPIC_PROPOSAL) : NOBODY;
    return write_kind(desk, kinds[desk->content && !rejected ? 0 : dice(desk, (uint32_t)count)]);
}

static void write_at_random(struct dossier *d, struct rng *rng)
{
    static const uint32_t kinds[] = {10, 13, 14, 15, 15, 20, 20, 30, 30, 31, 31, 32, 33, 34, 35,
                                     40, 42, 43, 44, 45, 46, 47, 48, 49, 61, 63, 67, 84, 85};
    struct desk desk;
    sit_down(&desk, d, rng);
    while (d->count < RECORDS) {
        uint32_t at = NOBODY;
        desk.careless = rng_below(rng, 3) == 0;
        if (!desk.careless)
            at = write_expected(&desk);
        if (at == NOBODY) {
            desk.careless = true;
            desk.item = (uint32_t)rng_below(rng, 5);
            desk.author = 0;
            desk.content = false;
            at = write_kind(&desk, kinds[rng_below(rng, sizeof kinds / sizeof kinds[0])]);
        }
        struct ys_step *step = &d->steps[at];
        if (rng_below(rng, 4) == 0) /* ties, and records that nobody has proven */
            step->proven_s = rng_below(rng, 2) * 1767225600;
        if (rng_below(rng, 60) == 0)
            step->withdrawn = true;
        if (rng_below(rng, 30) == 0)
            dossier_refer(d, at, YISHI__V1__RELATION__RELATION_SUPERSEDES,
                          (uint32_t)rng_below(rng, RECORDS));
        if (rng_below(rng, 30) == 0)
            dossier_put(d, at, NEIGHBOUR, 1, at);
        if (rng_below(rng, 40) == 0)
            dossier_put(d, at, COMMUNITY, 2, at);
    }
}

/* Whoever does what is expected is never irregular, and comes to the end. */
static void what_is_expected_fits_and_leads_to_the_archive(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (size_t m = 0; m < MATTERS; m++) {
        struct dossier *d = dossier_new();
        struct desk desk;
        uint32_t at = NOBODY;
        sit_down(&desk, d, &rng);
        while ((at = write_expected(&desk)) != NOBODY && d->count < 200) {
            struct ys_procedure run;
            dossier_run(d, &run);
            const struct ys_procedure_step *step = dossier_step(d, &run, at);
            if ((step->irregular & ~(unsigned)YS_IRREGULAR_NO_NOTICE) != 0 ||
                step->fate == YS_FATE_IRREGULAR)
                print_message("%s is %s %x in state %s\n", step->step->kind->name,
                              ys_fate_word(step->fate), step->irregular,
                              ys_state_word(step->before));
            assert_true(step->fate == YS_FATE_MOVED || step->fate == YS_FATE_NOTED);
            /* A session and a decision may be held without a notice: also what is expected. */
            assert_int_equal(step->irregular & ~(unsigned)YS_IRREGULAR_NO_NOTICE, 0);
            ys_procedure_clear(&run);
        }
        dossier_expect(d, YS_STATE_ARCHIVED);
        dossier_free(d);
    }
}

static void shuffle(struct ys_step *steps, size_t count, struct rng *rng)
{
    for (size_t i = count; i > 1; i--) {
        const size_t other = rng_below(rng, i);
        const struct ys_step swap = steps[i - 1];
        steps[i - 1] = steps[other];
        steps[other] = swap;
    }
}

static void the_order_of_the_input_does_not_matter(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    struct report wanted = new_report();
    struct report got = new_report();
    size_t reached[YS_STATE_COUNT] = {0};
    for (size_t m = 0; m < MATTERS; m++) {
        struct dossier *d = dossier_new();
        struct ys_procedure run;
        write_at_random(d, &rng);
        dossier_run(d, &run);
        report_of(&run, &wanted);
        for (size_t i = 0; i < run.step_count; i++)
            reached[run.steps[i].after]++;
        ys_procedure_clear(&run);

        for (size_t i = 0; i < SHUFFLES; i++) {
            shuffle(d->steps, d->count, &rng);
            dossier_run(d, &run);
            report_of(&run, &got);
            ys_procedure_clear(&run);
            assert_string_equal(got.text, wanted.text);
        }
        dossier_free(d);
    }
    /* The matters went far enough for this to mean something. */
    assert_true(reached[YS_STATE_DETERMINED] > 0 && reached[YS_STATE_CONSENSUS] > 0);
    assert_true(reached[YS_STATE_IMPLEMENTING] + reached[YS_STATE_SUBMITTED] +
                    reached[YS_STATE_COMPLETED] + reached[YS_STATE_DECLINED] >
                0);
    free(wanted.text);
    free(got.text);
}

static void a_record_given_twice_counts_once(void **state)
{
    (void)state;
    struct report wanted = new_report();
    struct report got = new_report();
    struct dossier *d = dossier_new();
    struct ys_procedure run;
    (void)write_to_consensus(d, "cp");
    dossier_run(d, &run);
    report_of(&run, &wanted);
    ys_procedure_clear(&run);

    memcpy(&d->steps[d->count], &d->steps[0], d->count * sizeof d->steps[0]);
    d->count *= 2;
    dossier_run(d, &run);
    report_of(&run, &got);
    ys_procedure_clear(&run);
    assert_string_equal(got.text, wanted.text);
    dossier_free(d);
    free(wanted.text);
    free(got.text);
}

/* --- references, logs and times ----------------------------------------------------------------------- */

static void a_reference_goes_before_every_clock(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t proposal = write_proposal(d, 20260201);
    const uint32_t request = write_opinion_request(d, 20260202, proposal);
    const uint32_t opinion = write_opinion(d, 20260203, request);
    d->steps[opinion].proven_s =
        1; /* the street's clock says that it answered before it was asked */
    d->steps[opinion].signed_at_s = 1;
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(dossier_position(d, &run, proposal), 0);
    assert_int_equal(dossier_position(d, &run, request), 1);
    assert_int_equal(dossier_position(d, &run, opinion), 2);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void records_of_one_log_keep_its_order(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t first = dossier_add(d, YS_KIND_OBJECTION, YS_BODY_RC, 20260201);
    const uint32_t second = dossier_add(d, YS_KIND_OBJECTION, YS_BODY_RC, 20260202);
    const uint32_t third = dossier_add(d, YS_KIND_OBJECTION, YS_BODY_RC, 20260203);
    d->steps[first].proven_s = 30;
    d->steps[second].proven_s = 20;
    d->steps[third].proven_s = 10;
    dossier_put(d, third, COMMUNITY, 2, 0); /* a later incarnation begins at 0 again */
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(dossier_position(d, &run, first), 0);
    assert_int_equal(dossier_position(d, &run, second), 1);
    assert_int_equal(dossier_position(d, &run, third), 2);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void between_logs_the_earlier_proven_goes_first_and_the_unproven_last(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    static const char *const units[] = {COMMUNITY, STREET, DISTRICT};
    uint32_t at[3];
    for (size_t i = 0; i < 3; i++) {
        at[i] = dossier_add(d, YS_KIND_OBJECTION, YS_BODY_RC, 20260201);
        dossier_put(d, at[i], units[i], 1, 0);
    }
    d->steps[at[0]].proven_s = 0;
    d->steps[at[1]].proven_s = 20;
    d->steps[at[2]].proven_s = 10;
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(dossier_position(d, &run, at[2]), 0);
    assert_int_equal(dossier_position(d, &run, at[1]), 1);
    assert_int_equal(dossier_position(d, &run, at[0]), 2);
    ys_procedure_clear(&run);

    for (size_t i = 0; i < 3; i++)
        d->steps[at[i]].proven_s = 0; /* then by record id */
    dossier_run(d, &run);
    for (size_t i = 1; i < 3; i++)
        assert_true(
            memcmp(run.steps[i - 1].step->id.bytes, run.steps[i].step->id.bytes, YS_HASH_LEN) < 0);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void an_answer_may_arrive_before_what_it_answers(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t submitted = write_submission(d, 20260314, consensus, 0);
    const uint32_t answer = write_response(
        d, 20260320, submitted, YISHI__V1__STREET_DECISION__STREET_DECISION_IMPLEMENT, 20260901, 0);
    dossier_expect(d, YS_STATE_ACCEPTED);

    const struct ys_step kept = d->steps[submitted]; /* the submission is not there yet */
    d->steps[submitted] = d->steps[answer];
    d->count--;
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.state, YS_STATE_CONSENSUS);
    const struct ys_procedure_step *step = dossier_step(d, &run, submitted);
    assert_int_equal(step->fate, YS_FATE_IRREGULAR);
    assert_int_equal(step->refs_missing, 1);
    ys_procedure_clear(&run);

    d->steps[d->count++] = kept; /* now it is */
    dossier_expect(d, YS_STATE_ACCEPTED);
    dossier_free(d);
}

static void a_cycle_is_cut_and_ends(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t first = write_proposal(d, 20260201);
    const uint32_t second = write_determination(d, 20260301, first, LISTED, false);
    dossier_refer(d, first, YISHI__V1__RELATION__RELATION_BASED_ON, second);
    dossier_refer(d, first, YISHI__V1__RELATION__RELATION_BASED_ON, first);
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_int_equal(run.step_count, 2);
    assert_int_equal(run.state, YS_STATE_DETERMINED); /* cut at the earliest proven */
    ys_procedure_clear(&run);
    dossier_free(d);

    d = dossier_new(); /* a ring of all records, against the order of the log */
    enum { RING = 40 };
    for (uint32_t i = 0; i < RING; i++)
        (void)write_proposal(d, 20260201);
    for (uint32_t i = 0; i < RING; i++)
        dossier_refer(d, i, YISHI__V1__RELATION__RELATION_SUPERSEDES, (i + 1) % RING);
    dossier_run(d, &run);
    assert_int_equal(run.step_count, RING);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void following_sees_through_others_but_not_through_the_log(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t a = write_proposal(d, 20260201);
    const uint32_t b = write_opinion_request(d, 20260202, a);
    const uint32_t c = write_opinion(d, 20260203, b);
    const uint32_t beside = write_proposal(d, 20260204);
    struct ys_order order;
    assert_int_equal(ys_order_init(d->steps, d->count, &order, NULL), YS_OK);
    uint32_t at[4] = {0};
    for (uint32_t i = 0; i < order.count; i++) {
        for (uint32_t j = 0; j < d->count; j++) {
            if (ys_hash_equal(&order.steps[i]->id, &d->steps[j].id))
                at[j] = i;
        }
    }
    assert_true(ys_order_follows(&order, at[b], at[a]));
    assert_true(ys_order_follows(&order, at[c], at[a]));
    assert_false(ys_order_follows(&order, at[a], at[c]));
    assert_false(ys_order_follows(&order, at[beside], at[a]));
    assert_false(ys_order_follows(&order, at[a], at[a]));
    ys_order_clear(&order);
    dossier_free(d);
}

static void references_of_the_signed_body_count_beside_those_of_a_correction(void **state)
{
    (void)state;
    struct dossier *d = dossier_new();
    const uint32_t consensus = write_to_consensus(d, "p");
    const uint32_t submitted = write_submission(d, 20260314, consensus, 0);
    const uint32_t other = write_submission(d, 20260314, NOBODY, 0);
    d->steps[submitted].signed_body = d->steps[submitted].body;
    d->steps[submitted].body = d->steps[other].body; /* corrected; its references went lost */
    d->count--;
    const uint32_t answer = write_response(
        d, 20260320, submitted, YISHI__V1__STREET_DECISION__STREET_DECISION_IMPLEMENT, 20260901, 0);
    d->steps[submitted].proven_s = 1;
    struct ys_procedure run;
    dossier_run(d, &run);
    assert_true(dossier_position(d, &run, consensus) < dossier_position(d, &run, submitted));
    assert_int_equal(run.state, YS_STATE_ACCEPTED);
    assert_int_equal(dossier_step(d, &run, answer)->refs_missing, 0);
    ys_procedure_clear(&run);
    dossier_refer(d, other, YISHI__V1__RELATION__RELATION_BASED_ON, 500);
    dossier_run(
        d, &run); /* what the record was signed with is missing, not what it was corrected to */
    assert_int_equal(dossier_step(d, &run, submitted)->refs_missing, 0);
    ys_procedure_clear(&run);
    dossier_free(d);
}

static void more_records_than_can_be_numbered_are_refused(void **state)
{
    (void)state;
    struct ys_procedure run;
    struct ys_err err = {.code = YS_OK};
    struct dossier *d = dossier_new();
    assert_int_equal(ys_procedure_run(d->steps, ((size_t)1 << 24) + 1, &d->parameters, &run, &err),
                     YS_LIMIT);
    assert_int_equal(run.step_count, 0);
    ys_procedure_clear(&run);
    dossier_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_the_input_does_not_matter),
        cmocka_unit_test(what_is_expected_fits_and_leads_to_the_archive),
        cmocka_unit_test(a_record_given_twice_counts_once),
        cmocka_unit_test(a_reference_goes_before_every_clock),
        cmocka_unit_test(records_of_one_log_keep_its_order),
        cmocka_unit_test(between_logs_the_earlier_proven_goes_first_and_the_unproven_last),
        cmocka_unit_test(an_answer_may_arrive_before_what_it_answers),
        cmocka_unit_test(a_cycle_is_cut_and_ends),
        cmocka_unit_test(following_sees_through_others_but_not_through_the_log),
        cmocka_unit_test(references_of_the_signed_body_count_beside_those_of_a_correction),
        cmocka_unit_test(more_records_than_can_be_numbered_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
