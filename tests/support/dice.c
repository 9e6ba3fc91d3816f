#include "tests/support/dice.h"

struct rng dice_stream(uint64_t seed, uint64_t number)
{
    struct rng mix = rng_from_seed(seed ^ (number * UINT64_C(0xd1342543de82ef95)));
    return rng_from_seed(rng_next(&mix));
}

bool dice_permille(struct rng *rng, unsigned permille)
{
    return rng_below(rng, 1000) < permille;
}

int dice_between(struct rng *rng, int low, int high)
{
    return low + (int)rng_below(rng, (uint64_t)(high - low) + 1);
}

unsigned dice_pick(struct rng *rng, const uint8_t *weights, unsigned count)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += weights[i];
    unsigned left = (unsigned)rng_below(rng, sum);
    unsigned at = 0;
    while (left >= weights[at])
        left -= weights[at++];
    return at;
}
