/* Checks once nothing happens any more: everything arrived, all credit came back,
 * nothing published is lost, all nodes know the same members.
 *
 * Threads, memory: none. */
#ifndef YS_TESTS_SIM_FINALE_H
#define YS_TESTS_SIM_FINALE_H

#include "tests/sim/run.h"

void finale_check(struct run *run);

#endif
