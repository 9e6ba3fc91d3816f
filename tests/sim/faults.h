/* What goes wrong: cuts, partitions, crashes at any call of a store, restarts,
 * slow writers, jumping clocks, an old copy of a disk, one a moment old too.
 *
 * Which kinds happen in a run, and how often, its seed decides. Threads, memory: none. */
#ifndef YS_TESTS_SIM_FAULTS_H
#define YS_TESTS_SIM_FAULTS_H

#include "tests/sim/run.h"

/* X(name, weight). */
#define FAULTS(X)          \
    X(CUT, 6)              \
    X(BREAK, 8)            \
    X(PARTITION, 3)        \
    X(CRASH, 4)            \
    X(CRASH_AT_CALL, 12)   \
    X(CRASH_IN_COMMIT, 12) \
    X(CRASH_AFTER, 8)      \
    X(STOP, 3)             \
    X(SLOW, 2)             \
    X(CLOCK, 2)            \
    X(COPY, 6)             \
    X(RESTORE, 5)          \
    X(FORGET, 6)           \
    X(WITHHOLD, 6)

enum fault {
#define FAULT_ENUM(name, weight) FAULT_##name,
    FAULTS(FAULT_ENUM)
#undef FAULT_ENUM
        FAULT_COUNT
};

/* Which kinds may happen. */
struct faults {
    bool on[FAULT_COUNT];
    int64_t healed_ms[WORLD_LINKS_MAX]; /* when a partition ends at this link */
    unsigned commit_max_ms;             /* to go back to after a slow time */
    int copied, restored;               /* -1: nobody yet */
};
void faults_init(struct faults *faults, struct run *run);
/* One of them happens. */
void faults_one(struct faults *faults, struct run *run);
/* Let partitions end whose time has come; when the next one does: INT64_MAX for none. */
int64_t faults_mend(struct faults *faults, struct run *run);
/* All ends: nobody is down or cut off. */
void faults_heal(struct faults *faults, struct run *run);

#endif
