/* The course of one run: everything that its seed decides, from the topology to
 * the last check.
 *
 * Threads: none. Memory: heap, freed at the end of the process. */
#ifndef YS_TESTS_SIM_COURSE_H
#define YS_TESTS_SIM_COURSE_H

#include "tests/sim/report.h"

/* Returns when all is well; otherwise the process ends and `report` says why. */
void course_run(struct report *report);

#endif
