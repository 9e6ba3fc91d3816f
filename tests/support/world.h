/* A federation in one process: the shipped stores, sessions, membership and
 * witnesses under a virtual network and clock, driven from one seed.
 *
 * Links behave like TCP: ordered inside a connection, cut anywhere; each message
 * and each commit takes a time drawn from the seed, and what is due first happens
 * first, so that orders vary with the seed and repeat with it. Failures are
 * assertions: they print seed and step and abort, unless somebody watches.
 *
 * Threads: none. Memory: heap, and a folder for the stores. */
#ifndef YS_TESTS_SUPPORT_WORLD_H
#define YS_TESTS_SUPPORT_WORLD_H

#include "crypto/key.h"
#include "sync/session.h"
#include "tests/support/rng.h"

enum { WORLD_NODES_MAX = 16, WORLD_LINKS_MAX = WORLD_NODES_MAX + 1, WORLD_BODIES_MAX = 3 };

struct world;

/* One district 110105, `streets` streets below it and `communities` spread evenly below the streets. */
struct world_options {
    uint64_t seed;
    unsigned streets, communities;
    unsigned delay_max_ms, commit_max_ms; /* of one message, of one commit; 0: 50 ms */
    uint64_t credit;                      /* that a session gives; 0: 100,000 bytes */
    /* One who observes at the district as the district, and at the first community's street as that community.
     * It publishes nothing. Its links are the last two: to the district, to the street. */
    bool observer;
};
struct world *world_new(const struct world_options *options);
/* Removes its stores. */
void world_free(struct world *world);

/* Indices of nodes. */
int world_district(const struct world *world);
int world_street(const struct world *world, unsigned i);
int world_community(const struct world *world, unsigned i);
int world_observer(const struct world *world); /* -1: there is none */
/* -1 for the district and an observer. */
int world_parent(const struct world *world, int node);
/* Units; an observer is none. */
unsigned world_node_count(const struct world *world);
/* Of a unit's link to its parent the number is the unit's; an observer has two: i is 0 or 1. */
int world_observer_link(const struct world *world, unsigned i);

/* A record into the node's own log, signed by the bodies its kind requires. Returns its index. */
uint64_t world_publish(struct world *world, int node);
/* The same with a kind that no version knows. */
uint64_t world_publish_unknown(struct world *world, int node);

/* Any record. False when a planted crash came in between. */
struct scribe_record;
bool world_write(struct world *world, int node, const struct scribe_record *record);

/* Let `steps` things happen. Safety is checked after each. */
void world_run(struct world *world, unsigned steps);
/* Run until nothing can happen any more; false after `steps`. */
bool world_settles(struct world *world, unsigned steps);
/* When the next thing happens, INT64_MAX when nothing can; virtual milliseconds. */
int64_t world_next_ms(const struct world *world);
int64_t world_now_ms(const struct world *world);
/* Let time pass up to `now_ms`, which must not lie behind the next thing. */
void world_wait(struct world *world, int64_t now_ms);
/* Every own log held completely by all ancestors and descendants in scope, every receipt at its owner. */
bool world_is_complete(struct world *world);

/* Faults. */
void world_cut(struct world *world, int child); /* the link to its parent breaks; it dials again */
/* The child's end breaks; the parent's goes on until the child comes again, and a part of what the
 * child had sent still arrives there. */
void world_break(struct world *world, int child);
void world_hold(struct world *world, int child, bool held); /* it may not dial */
void world_crash(struct world *world, int node); /* all but the committed store is lost */
/* The same, and it stays down for a while. */
void world_stop(struct world *world, int node, int64_t for_ms);
/* In the next thing that the node does, the n-th call of its store fails and kills it, if it comes to
 * that; `late` counts from the commit on, if that thing is one. */
void world_plan_crash(struct world *world, int node, unsigned calls, bool late);
/* The next commit is the last thing that it does. */
void world_plan_crash_after_commit(struct world *world, int node);
/* Its wall clock jumps. */
void world_set_clock(struct world *world, int node, int64_t ahead_s);

/* Called with false where a node begins to work, with true where the world looks on: in between an
 * allocation may fail. The node that has none ends, and starts again from its store. */
typedef void world_feed(bool fed);
void world_starve(struct world *world, world_feed *feed);
/* Its disk has no room for what others have: it gives no credit; or it has again. */
void world_set_full(struct world *world, int node, bool full);

/* Keep a copy of the node's disk, the last one only; go back to it. */
void world_copy(struct world *world, int node);
void world_restore(struct world *world, int node);
/* Go back to it, and keep what the disk is now as the copy. */
void world_swap(struct world *world, int node);

/* Notices about logs that are not what they were are no failures from now on. */
void world_expect_forks(struct world *world);
/* The node signs all of its log, whatever its parent holds. */
void world_sign_all(struct world *world, int node);
/* The node forgets its log and writes another of `size` records under the same keys, signed. */
void world_go_rogue(struct world *world, int node, unsigned size);

struct ys_store *world_store(struct world *world, int node);
const struct ys_member *world_member(struct world *world, int node);
const struct ys_signer *world_body(struct world *world, int node, unsigned body);
/* Messages and bytes that crossed this child's link since the last call, both ways. */
struct world_traffic {
    unsigned messages;
    uint64_t bytes;
};
struct world_traffic world_traffic(struct world *world, int child);
/* Hash over everything that happened: the same seed gives the same. */
uint64_t world_event_hash(const struct world *world);

/* Somebody who watches what happens. All members must be given. */
struct world_watch {
    void *context;
    /* A message leaves this end of the child's link; what is returned travels instead. */
    struct ys_bytes (*sent)(void *context, int child, int side, struct ys_bytes message);
    /* It arrives, and is about to be read. */
    void (*heard)(void *context, int child, int side, struct ys_bytes message);
    /* A session begins at this end. */
    void (*began)(void *context, int child, int side);
    /* A group of changes is on the disk; nothing was done about it yet. */
    void (*committed)(void *context, int node, struct ys_change *const *changes,
                      const struct ys_change_result *results, size_t count);
    /* A record is in the node's own log, on its disk; or waits there until that log is recovered. */
    void (*written)(void *context, int node, const struct scribe_record *record, bool waits);
    /* Another history of this log is told of, says this node. */
    void (*accused)(void *context, int node, const char *text);
    /* An end of the child's link was given up for what the other end sent. */
    void (*refused)(void *context, int child, int side, const struct ys_err *err);
    /* A crash that was planned came to pass. */
    void (*killed)(void *context, int node, bool after_commit);
    void (*event)(void *context, const char *line);
    /* Something is wrong in the world itself. Does not return. */
    void (*failed)(void *context, const char *what);
};
void world_watch(struct world *world, const struct world_watch *watch);

#endif
