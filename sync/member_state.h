/* What the files of the membership share: member.c looks up and compares,
 * member_replay.c reads the logs, member_rules.c lets one record take effect, member_part.c
 * keeps what the logs of an issuer came to. Nobody else includes this. */
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

/* One log that a part was read from, as it was then. Entries behind `size` change nothing, unless they
 * are of what is watched for. */
enum { YS_WATCH_MEMBERS = 1, YS_WATCH_RECEIPTS = 2 };
struct part_log {
    uint32_t id;
    uint64_t size; /* how much of it counted */
    struct ys_hash root;
    uint8_t watch;
};

/* What the logs of one issuer come to: keys and nodes that stand together in the lists. A street's part
 * follows from its logs, from the district's keys and its own, and from the district's receipts. */
enum { YS_PART_LOGS_MAX = 16 };
struct member_part {
    struct ys_division issuer;
    struct ys_hash given; /* hash of the root policies and keys that it follows from */
    bool kept;            /* it was not read from records */
    bool whole;           /* nothing that could come later was missing, and the logs fit */
    size_t log_count;
    struct part_log log[YS_PART_LOGS_MAX];
    size_t key_first, key_count, node_first, node_count;
};
struct part_list {
    struct member_part *item;
    size_t count, capacity;
};

struct ys_member {
    struct ys_root root; /* the anchor: roots.policy[0] */
    struct ys_root_chain roots;
    struct ys_position root_since[YS_ROOT_CHAIN_MAX]; /* index UINT64_MAX: not yet in force */
    struct ys_division self;
    /* How many entries of a log count, where that is prescribed. NULL: by what is held. */
    uint64_t (*counted)(const void *context, const char *origin);
    const void *counted_context;
    struct key_list keys;
    struct key_order order; /* of all of them */
    struct node_list nodes;
    struct part_list parts;   /* the district's, and those of the streets by origin */
    struct unit_list touched; /* units whose keys the last rebuild changed; doubles are possible */
    /* What was found good in membership records; one table through all rebuilds. */
    struct ys_recheck *recheck;
    /* while rebuilding: */
    const struct ys_member *foreseen; /* what the whole district's log comes to */
    struct ys_txn *txn;               /* the store; NULL for evidence that comes without one */
    struct ys_coverage coverage;      /* read when first needed, after the district's log */
    bool coverage_read;
    bool coverage_absent; /* the body of a receipts record is not here */
    bool coverage_asked;  /* by the part that is being read */
    bool coverage_open;   /* and an answer may be another one with the next receipts */
    bool content_absent;  /* the body of a record of this part is not here */
};

/* Make sure that one more item fits. */
bool ys_member_grow(void **items, size_t *capacity, size_t count, size_t item_size);
/* False without memory. */
bool ys_member_add_key(struct ys_member *member, const struct ys_member_key *key);
/* Only the first `count` keys stay. */
void ys_member_cut_keys(struct ys_member *member, size_t count);
/* NULL without memory. */
struct ys_member_node *ys_member_add_node(struct ys_member *member);

/* Only the anchor is in force. */
void ys_member_forget_successions(struct ys_member *member);
/* All but the structure itself. */
void ys_member_free_lists(struct ys_member *member);

/* The district's receipts as they are known. NULL, and YS_OK, when there is no store. */
YS_CHECKED enum ys_code ys_member_coverage(struct ys_member *member, const struct ys_coverage **out,
                                           struct ys_err *err);
/* Does a key of this log, valid at `index`, have a good line? */
bool ys_member_log_signed(const struct ys_member *member, const struct ys_name *origin,
                          uint64_t index, const struct ys_note *note);

/* --- member_replay.c --- */

/* Fill an empty membership from what the store holds; `kept`: from parts that were kept, where they
 * hold. */
YS_CHECKED enum ys_code ys_member_replay(struct ys_member *member, struct ys_txn *txn, bool kept,
                                         struct ys_err *err);
/* The next log of this unit behind `log`, whose text is empty for the first. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_member_next_log(const struct ys_member *member, struct ys_txn *txn,
                                           const struct ys_division *unit, struct ys_log *log,
                                           struct ys_err *err);
/* How much of an issuer's log counts here: up to the largest head that a key of the district in force
 * cosigned. */
/* Does the note say that it is of the kind `receipts`? */
bool ys_member_is_receipts(struct ys_bytes note);

/* --- member_part.c --- */

/* Begin a part at the end of the lists. */
void ys_part_begin(const struct ys_member *member, const struct ys_division *issuer,
                   struct member_part *out);
/* Add one log. With more than fit, or with one whose root cannot be told, the part cannot be kept. */
YS_CHECKED enum ys_code ys_part_add_log(struct member_part *part, struct ys_txn *txn,
                                        const struct ys_log *log, uint64_t size, uint8_t watch,
                                        struct ys_err *err);
/* Add what was kept of this part to the membership. YS_NOT_FOUND, and nothing added, when nothing was, or
 * it does not hold any more. */
YS_CHECKED enum ys_code ys_part_load(struct ys_member *member, struct ys_txn *txn,
                                     struct member_part *part, struct ys_err *err);

#endif
