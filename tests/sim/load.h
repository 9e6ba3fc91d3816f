/* What the members of a federation write: single records, bursts longer than one
 * message, records that change the membership.
 *
 * Threads, memory: none. */
#ifndef YS_TESTS_SIM_LOAD_H
#define YS_TESTS_SIM_LOAD_H

#include "tests/sim/run.h"

/* Somebody writes something. */
void load_one(struct run *run);
/* The same at this node, a small record. */
void load_small(struct run *run, int node);

#endif
