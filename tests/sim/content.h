/* Contents that go: withheld by a street that lies, erased by law. What must hold of them after each commit, and
 * in the end. Threads, memory: none. */
#ifndef YS_TESTS_SIM_CONTENT_H
#define YS_TESTS_SIM_CONTENT_H

#include "tests/sim/run.h"

/* A street says of contents of another unit that it does not have them, or that they were erased; or an observer
 * has lost some. */
void content_withhold(struct run *run);
/* It stops lying, and has nothing either. */
void content_own_up(struct run *run);
/* A community writes what may be erased, or erases it. */
void content_propose(struct run *run, int community);
void content_erase(struct run *run, int community);

/* Whoever has a redaction in effect has not what it erases. */
void content_check_erased(struct run *run, int node);
/* Of all holders of this honest unit's log: what one has all have, and what is erased is so at each. */
void content_check_all(struct run *run, int owner);

#endif
