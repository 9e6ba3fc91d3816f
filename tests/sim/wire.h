/* Checks on what leaves and reaches a node: nothing is said before it is durable,
 * heads never contradict each other, credit is neither overdrawn nor lost.
 *
 * They compare with what disk.h has read after each commit, never with the store
 * of that moment. Threads, memory: none. */
#ifndef YS_TESTS_SIM_WIRE_H
#define YS_TESTS_SIM_WIRE_H

#include "tests/sim/run.h"

/* A message leaves this end of the child's link; what is returned travels. */
struct ys_bytes wire_sent(void *run, int child, int side, struct ys_bytes message);
void wire_heard(void *run, int child, int side, struct ys_bytes message);
/* A new session begins at this end: its accounts are empty. */
void wire_began(void *run, int child, int side);
/* Bytes of the notes and bodies in one ENTRIES. */
uint64_t wire_payload(const Yishi__V1__Entries *entries);

#endif
