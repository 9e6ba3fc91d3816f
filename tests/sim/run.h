/* One run: a world, what is known about it, and what it is up to.
 *
 * What a seed decides stands in course.c; faults.c, load.c and rogue.c carry it
 * out; wire.c, disk.c and finale.c check. All of them work on a `struct run`.
 *
 * Threads: none. Memory: heap; a run lives as long as its process. */
#ifndef YS_TESTS_SIM_RUN_H
#define YS_TESTS_SIM_RUN_H

#include "tests/sim/chain.h"
#include "tests/sim/report.h"
#include "tests/support/world_state.h"

enum { LEVELS = 3 };

/* Which of its two histories a rogue's log was taken for. */
enum history { HISTORY_OPEN, HISTORY_FIRST, HISTORY_OTHER };

enum { PROPOSALS_MAX = 12 };

struct published {
    struct ys_hash leaf;
    bool lost; /* with the disk that alone had it */
};

/* One log, as its owner wrote it. */
struct book {
    struct chain own;   /* on the owner's disk */
    struct chain said;  /* what the heads cover that it has signed */
    struct chain other; /* a second history, if the owner is a rogue */
    bool restored;      /* the owner went back to an old copy at least once */
    struct published *published;
    size_t published_count, published_capacity;
    struct ys_hash proposal[PROPOSALS_MAX]; /* ids of records that may be erased */
    size_t proposals;
};

/* One log at one node. Sizes that never go back, except with the whole disk. */
struct holding {
    uint64_t durable;
    uint64_t head;            /* newest head with all its entries */
    uint64_t receipt[LEVELS]; /* newest, by the witness's level */
    uint64_t cosigned;        /* newest by this node itself */
    uint64_t cosigned_ever;   /* the same, also of lost disks */
    enum history history;
};

/* Bytes of ENTRIES as one end of a session sees them. */
struct account {
    uint64_t given;        /* credit that the peer gave */
    uint64_t under_way;    /* bytes sent and not yet acknowledged */
    uint64_t received;     /* bytes that came */
    uint64_t acknowledged; /* bytes of these that were given back */
};

struct run {
    struct report *report;
    struct world *world;
    struct rng rng;
    struct book book[WORLD_NODES_MAX];
    struct holding holding[WORLD_NODES_MAX][WORLD_NODES_MAX]; /* [node][owner of the log] */
    uint64_t cosigned_at_s[WORLD_NODES_MAX];                  /* last time under a cosignature */
    struct account account[WORLD_LINKS_MAX][2];               /* [link][end] */
    int rogue;                                                /* -1: all are honest */
    bool spoils;   /* what the rogue sends is changed on its way out */
    bool forked;   /* the rogue has its second history */
    bool withheld; /* a street has withheld a content */
    uint8_t *spoilt;
    unsigned revoked; /* bit i: node i's last body key was cut */
};

/* An invariant does not hold: the run is over. */
void run_fail(struct run *run, const char *invariant, const char *format, ...)
    __attribute__((format(printf, 3, 4), noreturn));
/* A planned event, which goes into the trace. */
void run_tell(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whose log is this? -1: nobody's. */
int run_owner(const struct run *run, const char *origin);
/* Level of a node: 0 for the district. */
int run_level(const struct run *run, int node);
bool run_is_rogue(const struct run *run, int node);
/* Is this size and root of one of the histories of this log that were signed? */
bool run_was_signed(const struct run *run, int owner, uint64_t size, const struct ys_hash *root);

#endif
