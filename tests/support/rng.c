#include "tests/support/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

struct rng rng_from_seed(uint64_t seed)
{
    return (struct rng){.state = seed};
}

struct rng rng_from_env(const char *name)
{
    uint64_t seed = 0;
    const char *given = getenv("YISHI_SEED");
    if (given != NULL)
        seed = strtoull(given, NULL, 16);
    else if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = 1;
    printf("YISHI_SEED=%016" PRIx64 " %s\n", seed, name);
    fflush(stdout);
    return rng_from_seed(seed);
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t z = (rng->state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    /* The bias is below bound / 2^64: of no account for tests. */
    return rng_next(rng) % bound;
}

void rng_fill(struct rng *rng, void *out, size_t size)
{
    uint8_t *bytes = out;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)rng_next(rng);
}
