/* Random numbers for tests: one 64-bit seed, printed before the test starts.
 *
 * YISHI_SEED=<hex> repeats a run. Generator: splitmix64 (Steele, Lea, Flood 2014). */
#ifndef YS_TESTS_SUPPORT_RNG_H
#define YS_TESTS_SUPPORT_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

struct rng rng_from_seed(uint64_t seed);
/* Seed from YISHI_SEED or the system; prints it with `name`. */
struct rng rng_from_env(const char *name);
uint64_t rng_next(struct rng *rng);
/* Uniform in [0, bound). bound > 0. */
uint64_t rng_below(struct rng *rng, uint64_t bound);
void rng_fill(struct rng *rng, void *out, size_t size);

#endif
