/* What the files of the membership share: member.c keeps, replays and looks up;
 * member_rules.c lets one record take effect. Nobody else includes this. */
#ifndef YS_SYNC_MEMBER_STATE_H
#define YS_SYNC_MEMBER_STATE_H

#include "sync/coverage.h"
#include "sync/member.h"
#include "sync/recheck.h"

struct key_list {
    struct ys_member_key *item;
    size_t count, capacity;
};
struct node_list {
    struct ys_member_node *item;
    size_t count, capacity;
};

/* Places in the list of keys, sorted by key id. */
struct key_order {
    struct key_place {
        uint32_t id;
        size_t place;
    } * item;
    size_t count, capacity;
};

struct unit_list {
    struct ys_division *item;
    size_t count, capacity;
};

struct ys_member {
    struct ys_root root; /* the anchor: roots.policy[0] */
    struct ys_root_chain roots;
    struct ys_position root_since[YS_ROOT_CHAIN_MAX]; /* index UINT64_MAX: not yet in force */
    struct ys_division self;
    struct key_list keys;
    struct key_order order; /* of all of them */
    struct node_list nodes;
    struct unit_list touched; /* units whose keys the last rebuild changed; doubles are possible */
    /* What was found good in membership records; one table through all rebuilds. */
    struct ys_recheck *recheck;
    /* while rebuilding: */
    const struct ys_member *foreseen; /* what the whole district's log comes to */
    struct ys_txn *txn;               /* the store; NULL for evidence that comes without one */
    struct ys_coverage coverage;      /* read when first needed, after the district's log */
    bool coverage_read;
};

/* The district's receipts as they are known. NULL, and YS_OK, when there is no store. */
YS_CHECKED enum ys_code ys_member_coverage(struct ys_member *member, const struct ys_coverage **out,
                                           struct ys_err *err);
/* Does a key of this log, valid at `index`, have a good line? */
bool ys_member_log_signed(const struct ys_member *member, const struct ys_name *origin,
                          uint64_t index, const struct ys_note *note);

#endif
