#include "tests/sim/faults.h"

#include "tests/sim/content.h"
#include "tests/sim/disk.h"
#include "tests/sim/load.h"

enum {
    CALLS_MAX = 60,
    COMMIT_CALLS_MAX = 400,
    PARTITION_MS = 60000,
    STOP_MS = 20000,
    FORGOTTEN_STEPS = 12
};

static const unsigned weights[] = {
#define FAULT_WEIGHT(name, weight) weight,
    FAULTS(FAULT_WEIGHT)
#undef FAULT_WEIGHT
};

void faults_init(struct faults *faults, struct run *run)
{
    *faults = (struct faults){
        .commit_max_ms = run->world->options.commit_max_ms, .copied = -1, .restored = -1};
    for (int i = 0; i < FAULT_COUNT; i++)
        faults->on[i] = rng_below(&run->rng, 3) != 0;
    for (int i = 0; i < WORLD_LINKS_MAX; i++)
        faults->healed_ms[i] = INT64_MAX;
}

/* --- partitions --- */

/* A set of nodes is cut off from the others. */
static void part(struct faults *faults, struct run *run)
{
    struct world *const w = run->world;
    const uint64_t set = rng_next(&run->rng);
    const int64_t until = w->now_ms + 1 + (int64_t)rng_below(&run->rng, PARTITION_MS);
    run->report->count[COUNT_PARTITIONS]++;
    for (int child = 1; child < (int)w->link_count; child++) {
        const struct link *const link = &w->link[child];
        if ((set >> link->node[CHILD_END] & 1) == (set >> link->node[PARENT_END] & 1))
            continue;
        world_hold(w, child, true);
        world_break(w, child);
        faults->healed_ms[child] = until;
    }
}

int64_t faults_mend(struct faults *faults, struct run *run)
{
    int64_t next = INT64_MAX;
    for (int child = 1; child < (int)run->world->link_count; child++) {
        if (faults->healed_ms[child] <= run->world->now_ms) {
            faults->healed_ms[child] = INT64_MAX;
            world_hold(run->world, child, false);
        }
        if (faults->healed_ms[child] < next)
            next = faults->healed_ms[child];
    }
    return next;
}

/* --- old copies --- */

static void copy(struct faults *faults, struct run *run, int node)
{
    if (faults->restored >= 0 || run->world->node[node].down || run_is_rogue(run, node) ||
        node == 0)
        return;
    faults->copied = node;
    world_copy(run->world, node);
}

static void restore(struct faults *faults, struct run *run)
{
    const int node = faults->copied;
    if (node < 0 || faults->restored >= 0)
        return;
    faults->restored = node;
    run->report->count[COUNT_RESTORED]++;
    world_restore(run->world, node);
    disk_replaced(run, node);
}

/* A disk that said it had written, and had not: the copy is a moment old. */
static void forget(struct faults *faults, struct run *run, int node)
{
    const uint64_t records = 1 + rng_below(&run->rng, 3);
    copy(faults, run, node);
    if (faults->copied != node)
        return;
    for (uint64_t i = 0; i < records; i++)
        load_small(run, node);
    world_run(run->world, (unsigned)rng_below(&run->rng, FORGOTTEN_STEPS));
    restore(faults, run);
}

/* --- one fault --- */

static enum fault draw(struct faults *faults, struct run *run)
{
    unsigned sum = 0;
    for (int i = 0; i < FAULT_COUNT; i++)
        sum += faults->on[i] ? weights[i] : 0;
    uint64_t at = sum == 0 ? 0 : rng_below(&run->rng, sum);
    for (int i = 0; i < FAULT_COUNT; i++) {
        const unsigned weight = faults->on[i] ? weights[i] : 0;
        if (at < weight)
            return (enum fault)i;
        at -= weight;
    }
    return FAULT_CUT;
}

static void befall_node(struct faults *faults, struct run *run, enum fault fault, int node)
{
    struct world *const w = run->world;
    struct rng *const rng = &run->rng;
    switch (fault) {
    case FAULT_CRASH:
        world_crash(w, node);
        break;
    case FAULT_CRASH_AT_CALL:
        world_plan_crash(w, node, 1 + (unsigned)rng_below(rng, CALLS_MAX), rng_below(rng, 2) == 0);
        break;
    case FAULT_CRASH_IN_COMMIT:
        world_plan_crash(w, node, 1 + (unsigned)rng_below(rng, COMMIT_CALLS_MAX), false);
        break;
    case FAULT_CRASH_AFTER:
        world_plan_crash_after_commit(w, node);
        break;
    case FAULT_STOP:
        world_stop(w, node, 1 + (int64_t)rng_below(rng, STOP_MS));
        break;
    case FAULT_CLOCK:
        world_set_clock(w, node, (int64_t)rng_below(rng, 2000000) - 1000000);
        break;
    case FAULT_COPY:
        copy(faults, run, node);
        break;
    case FAULT_FORGET:
        forget(faults, run, node);
        break;
    case FAULT_CUT:
    case FAULT_BREAK:
    case FAULT_PARTITION:
    case FAULT_SLOW:
    case FAULT_RESTORE:
    case FAULT_WITHHOLD:
    case FAULT_COUNT:
        break;
    }
}

void faults_one(struct faults *faults, struct run *run)
{
    struct world *const w = run->world;
    const enum fault fault = draw(faults, run);
    const int node = (int)rng_below(&run->rng, w->node_count);
    const int child = 1 + (int)rng_below(&run->rng, w->link_count - 1);
    static const char *const names[] = {
#define FAULT_NAME(name, weight) #name,
        FAULTS(FAULT_NAME)
#undef FAULT_NAME
    };
    run_tell(run, "fault %s", names[fault]);
    if (fault == FAULT_CUT)
        world_cut(w, child);
    else if (fault == FAULT_BREAK)
        world_break(w, child);
    else if (fault == FAULT_PARTITION)
        part(faults, run);
    else if (fault == FAULT_SLOW)
        w->options.commit_max_ms = rng_below(&run->rng, 2) == 0 ? 8000 : faults->commit_max_ms;
    else if (fault == FAULT_RESTORE)
        restore(faults, run);
    else if (fault == FAULT_WITHHOLD)
        content_withhold(run);
    else if (!w->node[node].down)
        befall_node(faults, run, fault, node);
}

void faults_heal(struct faults *faults, struct run *run)
{
    struct world *const w = run->world;
    run_tell(run, "all faults end");
    w->options.commit_max_ms = faults->commit_max_ms;
    for (int node = 0; node < (int)w->node_count; node++) {
        world_plan_crash(w, node, 0, false);
        world_plan_crash(w, node, 0, true);
        w->node[node].dies_after_commit = false;
    }
    for (int child = 1; child < (int)w->link_count; child++)
        world_hold(w, child, false);
    content_own_up(run);
}
