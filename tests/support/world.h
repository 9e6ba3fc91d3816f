/* A federation in one process: the shipped stores, sessions, membership and
 * witnesses under a virtual network and clock, driven from one seed.
 *
 * Links behave like TCP: ordered inside a connection, cut anywhere. Every step
 * picks one thing that can happen (a message arrives, a writer commits, a node
 * dials) at random, so that orders vary with the seed and repeat with it.
 * Failures are assertions: they print seed and step and abort the test. */
#ifndef YS_TESTS_SUPPORT_WORLD_H
#define YS_TESTS_SUPPORT_WORLD_H

#include "crypto/key.h"
#include "sync/session.h"
#include "tests/support/rng.h"

enum { WORLD_NODES_MAX = 16, WORLD_BODIES_MAX = 3 };

struct world;

/* One district 110105, `streets` streets below it and `communities` spread evenly below the streets. */
struct world_options {
    uint64_t seed;
    unsigned streets, communities;
};
struct world *world_new(const struct world_options *options);
/* Removes its stores. */
void world_free(struct world *world);

/* Indices of nodes. */
int world_district(const struct world *world);
int world_street(const struct world *world, unsigned i);
int world_community(const struct world *world, unsigned i);
unsigned world_node_count(const struct world *world);

/* A record into the node's own log, signed by the bodies its kind requires. Returns its index. */
uint64_t world_publish(struct world *world, int node);
/* The same with a kind that no version knows. */
uint64_t world_publish_unknown(struct world *world, int node);

/* Let `steps` things happen. Safety is checked after each. */
void world_run(struct world *world, unsigned steps);
/* Run until nothing can happen any more; false after `steps`. */
bool world_settles(struct world *world, unsigned steps);
/* Every own log held completely by all ancestors and descendants in scope, every receipt at its owner. */
bool world_is_complete(struct world *world);

/* Faults. */
void world_cut(struct world *world, int child); /* the link to its parent breaks; it dials again */
void world_hold(struct world *world, int child, bool held); /* it may not dial */
void world_crash(struct world *world, int node); /* all but the committed store is lost */

/* The node forgets its log and writes another of `size` records under the same keys, signed. */
void world_go_rogue(struct world *world, int node, unsigned size);

struct ys_store *world_store(struct world *world, int node);
const struct ys_member *world_member(struct world *world, int node);
/* Messages and bytes that crossed this child's link since the last call, both ways. */
struct world_traffic {
    unsigned messages;
    uint64_t bytes;
};
struct world_traffic world_traffic(struct world *world, int child);
/* Hash over everything that happened: the same seed gives the same. */
uint64_t world_event_hash(const struct world *world);

#endif
