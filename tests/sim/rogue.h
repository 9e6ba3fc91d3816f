/* The dishonest member that some seeds have, a community: it changes what it sends
 * on the way out, or signs a second history of its log.
 *
 * Its own node runs the shipped code; the honest ones must neither take what is
 * false nor stop working for the others. Threads, memory: none. */
#ifndef YS_TESTS_SIM_ROGUE_H
#define YS_TESTS_SIM_ROGUE_H

#include "tests/sim/run.h"

/* What travels instead of a message of the rogue. */
struct ys_bytes rogue_sends(struct run *run, struct ys_bytes bytes,
                            const Yishi__V1__Message *message);
/* It begins a second history of its log. */
void rogue_forks(struct run *run);

#endif
