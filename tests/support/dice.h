/* Choices with weights, from a stream of random numbers. Threads: none. Memory: none allocated. */
#ifndef YS_TESTS_SUPPORT_DICE_H
#define YS_TESTS_SUPPORT_DICE_H

#include "tests/support/rng.h"

#include <stdbool.h>

/* A stream of its own for thing `number` of a seed: streams of neighbours do not overlap. */
struct rng dice_stream(uint64_t seed, uint64_t number);
bool dice_permille(struct rng *rng, unsigned permille);
/* Uniform, both ends included. */
int dice_between(struct rng *rng, int low, int high);
/* Index of one of the weights, whose sum is above 0. */
unsigned dice_pick(struct rng *rng, const uint8_t *weights, unsigned count);

#endif
