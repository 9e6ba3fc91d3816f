#include "tests/sim/course.h"

#include "tests/sim/disk.h"
#include "tests/sim/faults.h"
#include "tests/sim/finale.h"
#include "tests/sim/load.h"
#include "tests/sim/rogue.h"
#include "tests/sim/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SETTLE_STEPS = 30000, ACTIONS_MIN = 30, ACTIONS_MORE = 60 };

/* --- watching --- */

static void written(void *context, int node, const struct scribe_record *record, bool waits)
{
    disk_published(context, node, record, waits);
}

static void accused(void *context, int node, const char *text)
{
    struct run *const run = context;
    const struct world *const w = run->world;
    for (int i = 0; i < (int)w->node_count; i++)
        if (run_is_rogue(run, i) && (node == i || strstr(text, w->node[i].origin_text) != NULL)) {
            run->report->count[COUNT_ACCUSED]++;
            return;
        }
    run_fail(run, "no honest node is accused", "%s: %s", w->node[node].origin_text, text);
}

static void refused(void *context, int child, int side, const struct ys_err *err)
{
    struct run *const run = context;
    const struct world *const w = run->world;
    run_tell(run, "%s gives up the link: %s", w->node[w->link[child].node[side]].origin_text,
             err->msg);
    run->report->count[COUNT_REFUSED]++;
    if (!run_is_rogue(run, w->link[child].node[CHILD_END]))
        run_fail(run, "no honest node is refused", "%s: %s",
                 w->node[w->link[child].node[side]].origin_text, err->msg);
}

static void killed(void *context, int node, bool after_commit)
{
    struct run *const run = context;
    (void)node;
    run->report->count[after_commit ? COUNT_KILLED_AFTER_COMMIT : COUNT_KILLED_AT_CALL]++;
}

static void event(void *context, const char *line)
{
    struct run *const run = context;
    report_event(run->report, world_now_ms(run->world), line);
}

static void failed(void *context, const char *what)
{
    run_fail(context, "a node goes on working", "%s", what);
}

/* --- beginning --- */

static uint64_t one_of(struct rng *rng, const uint64_t *choices, size_t count)
{
    return choices[rng_below(rng, count)];
}

static struct world *make_world(struct run *run)
{
    static const uint64_t delays[] = {5, 20, 200, 2000};
    static const uint64_t commits[] = {2, 20, 500, 3000};
    static const uint64_t credits[] = {20000, 100000, 256 * 1024};
    struct rng *const rng = &run->rng;
    struct world_options options = {.seed = rng_next(rng)};
    options.streets = 2 + (unsigned)rng_below(rng, 2);
    options.communities = 5 + (unsigned)rng_below(rng, 3);
    options.delay_max_ms = (unsigned)one_of(rng, delays, 4);
    options.commit_max_ms = (unsigned)one_of(rng, commits, 4);
    options.credit = one_of(rng, credits, 3);
    options.observer = rng_below(rng, 2) == 0;
    return world_new(&options);
}

static void begin(struct run *run)
{
    const struct world_watch watch = {.context = run,
                                      .sent = wire_sent,
                                      .heard = wire_heard,
                                      .began = wire_began,
                                      .committed = disk_committed,
                                      .written = written,
                                      .accused = accused,
                                      .refused = refused,
                                      .killed = killed,
                                      .event = event,
                                      .failed = failed};
    run->world = make_world(run);
    run->report->folder = run->world->folder;
    world_watch(run->world, &watch);
    for (int node = 0; node < (int)run->world->node_count; node++)
        disk_replaced(run, node);
    run->rogue = -1;
    if (rng_below(&run->rng, 3) == 0)
        run->rogue = world_community(
            run->world, (unsigned)rng_below(&run->rng, run->world->options.communities));
    run->spoils = run->rogue >= 0 && rng_below(&run->rng, 2) == 0;
}

/* --- going on --- */

static void one_step(struct run *run)
{
    struct report *const report = run->report;
    world_run(run->world, 1);
    report->steps = run->world->steps;
    report->event_hash = world_event_hash(run->world);
    if (report->stop_at != 0 && report->steps >= report->stop_at) {
        fflush(stdout);
        _exit(0);
    }
}

static void pass_time(struct run *run, struct faults *faults, int64_t until_ms)
{
    for (;;) {
        const int64_t mended = faults_mend(faults, run);
        const int64_t next = world_next_ms(run->world);
        const int64_t end = mended < until_ms ? mended : until_ms;
        if (next <= end)
            one_step(run);
        else
            world_wait(run->world, end);
        if (next > end && end == until_ms)
            return;
    }
}

static void live(struct run *run, struct faults *faults)
{
    static const uint64_t gaps[] = {50, 1000, 10000};
    struct rng *const rng = &run->rng;
    const uint64_t gap = one_of(rng, gaps, 3);
    const uint64_t fault_rate = 1 + rng_below(rng, 8); /* of ten actions */
    const uint64_t actions = ACTIONS_MIN + rng_below(rng, ACTIONS_MORE);
    const uint64_t fork_at = rng_below(rng, actions);
    for (uint64_t i = 0; i < actions; i++) {
        pass_time(run, faults, run->world->now_ms + (int64_t)rng_below(rng, gap));
        if (run->rogue >= 0 && !run->spoils && i == fork_at)
            rogue_forks(run);
        if (rng_below(rng, 10) < fault_rate)
            faults_one(faults, run);
        else
            load_one(run);
    }
}

static void settle(struct run *run)
{
    unsigned steps = 0;
    while (world_next_ms(run->world) != INT64_MAX) {
        one_step(run);
        if (++steps == SETTLE_STEPS)
            run_fail(run, "after healing everything arrives", "it is not quiet after %d steps",
                     SETTLE_STEPS);
    }
}

void course_run(struct report *report)
{
    struct run *const run = calloc(1, sizeof *run);
    struct faults faults;
    if (run == NULL)
        abort();
    run->report = report;
    run->rng = rng_from_seed(report->seed);
    begin(run);
    faults_init(&faults, run);
    live(run, &faults);
    faults_heal(&faults, run);
    run->spoils = false;
    settle(run);
    finale_check(run);
    /* It is alive: what is written now arrives too. */
    for (int node = 0; node < (int)run->world->node_count; node++)
        load_small(run, node);
    settle(run);
    finale_check(run);
    world_free(run->world);
}
