/* The logs of one store come into another, empty one, in a random order: runs of one
 * log, then of another, bodies now and then later than their records, heads that are
 * told early or late, verdicts that are wrong for a while.
 *
 * What is not under test aborts. Memory: heap, and a folder with the other store. */
#ifndef YS_TESTS_SUPPORT_ARRIVAL_H
#define YS_TESTS_SUPPORT_ARRIVAL_H

#include "proto/root.h"
#include "sync/member.h"
#include "tests/support/folder.h"
#include "tests/support/rng.h"

struct arrival_log {
    struct ys_name origin;
    uint32_t from; /* its number in the source */
    uint64_t size; /* there */
    uint64_t here; /* entries that have come */
    bool late;     /* some bodies have not */
};

struct arrival {
    struct rng *rng;
    const struct ys_store *source; /* borrowed, not written meanwhile */
    struct folder folder;
    struct ys_store *store;
    struct ys_member *member; /* as far as known; follows arrival_learn */
    size_t count;
    struct arrival_log *log;
};

void arrival_open(struct arrival *arrival, const struct ys_store *source,
                  const struct ys_root *root, struct rng *rng);
void arrival_close(struct arrival *arrival);

/* A run of at most `most` entries of some log, judged by what is known of keys. False: all are here. */
bool arrival_step(struct arrival *arrival, uint64_t most);
/* Keys, heads, bodies and forks as far as their logs have come; the verdicts that follow. */
void arrival_learn(struct arrival *arrival);
/* Some verdicts turn bad or unknown, until arrival_learn. */
void arrival_doubt(struct arrival *arrival, unsigned permille);

#endif
