/* What the files of a world share, and what the simulation looks into: world.c
 * makes a federation and lets time pass, world_node.c is a node's process,
 * world_link.c what lies between two nodes, world_check.c what is asked of it.
 *
 * Memory: the world's. Threads: none. */
#ifndef YS_TESTS_SUPPORT_WORLD_STATE_H
#define YS_TESTS_SUPPORT_WORLD_STATE_H

#include "tests/support/folder.h"
#include "tests/support/scribe.h"
#include "tests/support/world.h"

enum { CHANGES_MAX = 512, PATH_BYTES = 256, CHILD_END = 0, PARENT_END = 1 };

struct message {
    struct message *next;
    int64_t due_ms;
    uint64_t connection; /* over which it travels */
    size_t size;
    uint8_t data[];
};

/* One direction of a link. */
struct pipe {
    struct message *first, *last;
};

struct link {
    struct world *world;
    int node[2];              /* child, parent; or observer, who is observed */
    struct ys_division reads; /* what an observer does there as */
    bool held;
    uint64_t at[2];                /* connection to which each end's session belongs */
    struct ys_session *session[2]; /* the parent's may be left over from an older connection */
    struct pipe to[2];             /* [end]: messages on their way to this end */
    int64_t dial_ms, delay_ms;     /* next dial; the last back-off */
    struct world_traffic traffic;
};

struct node {
    struct ys_name origin;
    char origin_text[YS_KEY_NAME_MAX + 1];
    char dir[PATH_BYTES];
    struct ys_store *store;
    struct ys_node_keys keys;
    struct ys_signer body[WORLD_BODIES_MAX];
    unsigned body_count;
    struct ys_member *member;
    struct ys_change *changes[CHANGES_MAX];
    size_t change_count;
    int64_t commit_ms;        /* of the next group, when there is one */
    int64_t up_ms;            /* down until then, when `down` */
    int64_t clock_ahead_s;    /* of its own wall clock */
    unsigned fail, fail_late; /* planted store failures: see world_plan_crash */
    bool down, dying, dies_after_commit;
    bool signing, store_moved, membership_moved;
    bool observer;
    bool full;      /* it gives no credit */
    bool went_back; /* to an old copy of its disk: receipts that it gave may stand above that */
};

struct world {
    struct rng rng;
    struct world_options options;
    struct world_watch watch;
    bool watched;
    world_feed *feed; /* NULL: memory never fails */
    int64_t now_ms;
    uint64_t steps, event_hash, session_ids, connections;
    struct folder folder;
    struct node node[WORLD_NODES_MAX];
    unsigned node_count, unit_count, link_count; /* an observer is the last node */
    bool rogue;                        /* somebody writes two histories: forks are to be noticed */
    struct link link[WORLD_LINKS_MAX]; /* [i]: from node i to its parent; the district has none;
                                          behind those of the units an observer's two */
    struct ys_root root;
    struct ys_signer root_signer;
};

/* --- world.c --- */
void world_check(struct world *world, bool condition, const char *what);
void world_must(struct world *world, enum ys_code code, const struct ys_err *err);
/* The same for a node's work: a failure that was planted kills it. True when it may go on. */
bool world_alive(struct world *world, int node, enum ys_code code, const struct ys_err *err);
void world_note(struct world *world, const void *data, size_t size);
/* One line to who watches. */
void world_tell(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
int64_t world_delay(struct world *world, unsigned max_ms);
uint64_t world_clock_s(const struct world *world, int node);

/* --- world_link.c --- */
void world_dial(struct world *world, int child);
void world_deliver(struct world *world, int child, int side);
/* The next dial, put off as the daemon does. */
void world_plan_dial(struct world *world, int child);
/* One end is gone; what it had sent may still arrive. */
void world_drop_end(struct world *world, int child, int side);
typedef enum ys_code world_session_call(struct ys_session *session, struct ys_turn *turn,
                                        struct ys_err *err);
void world_for_sessions(struct world *world, int node, world_session_call *call);
void world_hand_result(struct world *world, int node, const struct ys_change_result *result);
/* A body came that was absent, or an entry without one: the node's sessions say so, or ask. */
void world_tell_contents(struct world *world, int node, const struct ys_change_result *result);

/* --- world_node.c --- */
void world_make_node(struct world *world, const char *code, const char *const *bodies,
                     uint32_t incarnation);
/* Is it a link of an observer? */
bool world_is_observed(const struct world *world, int link);
void world_open_node(struct world *world, int node);
void world_close_node(struct world *world, int node);
void world_put_change(struct world *world, int node, struct ys_change *change);
void world_commit(struct world *world, int node);
/* What the daemon does at the end of each turn. */
void world_settle(struct world *world, int node);
/* Into the node's own log. False when a planted failure killed it. */
bool world_append(struct world *world, int node, const struct scribe_record *record);
uint64_t world_own_size(struct world *world, int node);
struct ys_hash world_own_root(struct world *world, int node);
/* Let planted failures count during one thing that a node does, and see what became of it. */
void world_arm(struct world *world, int node, unsigned calls);
void world_disarm(struct world *world, int node);

/* --- world_check.c --- */
/* What every commit must leave behind; the simulation has checks of its own. */
void world_check_node(struct world *world, int node);

#endif
