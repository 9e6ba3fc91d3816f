/* Changes to the store: what sessions, workers and the command line ask for, and
 * the one function that carries a group of them out in one transaction.
 *
 * Entries, tiles, heads and signatures that belong together are committed
 * together; nothing leaves the node before. A change is checked before anything
 * of it is written, so that one refused change does not spoil its group.
 *
 * Threads: the writer's. Memory: a change owns one heap block. */
#ifndef YS_SYNC_CHANGE_H
#define YS_SYNC_CHANGE_H

#include "sync/receipts.h"
#include "sync/status.h"

/* With a verdict in VERDICTS. */
enum {
    YS_JUDGED_BODILESS = 0x40, /* by the note alone: of no worth where a body is now */
    YS_NOT_JUDGED = 0x80       /* what is stored stays */
};

enum ys_change_kind {
    YS_CHANGE_ENTRIES,  /* append received entries, keep their checkpoint, cosign when complete */
    YS_CHANGE_HEAD,     /* keep a head of entries that are here already; cosign it */
    YS_CHANGE_SIGN_OWN, /* sign a head over the beginning of the own log that is agreed on */
    YS_CHANGE_VERDICTS, /* what the workers found */
    YS_CHANGE_CURSOR,   /* how far a peer's changes are processed; may wait for company */
    YS_CHANGE_STATE,    /* state of a log */
    YS_CHANGE_RECEIPTS, /* write down what was cosigned */
    YS_CHANGE_RECOVER,  /* set the own log's unsigned end aside, to fetch another (rewind.h) */
    YS_CHANGE_RESUME,   /* append again what was set aside */
    YS_CHANGE_REWIND,   /* take back what a child gave unsigned and does not stand by */
    YS_CHANGE_MEMBERS,  /* keep what the logs of an issuer came to; may wait for company */
    YS_CHANGE_FORK,     /* keep a proof that a log has two signed histories */
    YS_CHANGE_CONTENT   /* put a body where it was absent */
};

struct ys_change {
    enum ys_change_kind kind;
    uint64_t session;                 /* who asked, 0 for nobody: comes back in the result */
    char origin[YS_KEY_NAME_MAX + 1]; /* of the log; not for CURSOR, RECEIPTS, MEMBERS */
    uint64_t first_index;             /* ENTRIES, VERDICTS, CONTENT */
    struct ys_hash first_root;        /* ENTRIES: root at first_index, from which they were checked;
                                   SIGN_OWN: root at checkpoint_size, as it was agreed */
    size_t count;                     /* of entries or verdicts */
    struct ys_entry *entries;         /* ENTRIES; CONTENT: one, with its body alone */
    const struct ys_hash *leaf;       /* ENTRIES: of each note */
    const uint8_t *verdicts;          /* VERDICTS: one byte each: a verdict with the above */
    uint64_t rewinds;                 /* VERDICTS: ys_rewinds_load of what was judged */
    struct ys_bytes checkpoint; /* ENTRIES, HEAD: signed, every line verified; ENTRIES: empty for
                                   entries that no head is signed over */
    uint64_t checkpoint_size;   /* also SIGN_OWN */
    struct ys_bytes proof;      /* FORK: checked */
    struct ys_bytes row;        /* MEMBERS: of ys_member_kept_next; `peer` is the issuer */
    bool cosign;                /* ENTRIES, HEAD: the log is a descendant's */
    uint64_t credit;         /* ENTRIES: bytes to give back when committed; CONTENT: of the body */
    bool more;               /* ENTRIES: others are on their way, and need not wait for these */
    struct ys_division peer; /* CURSOR, MEMBERS */
    struct ys_cursor cursor;
    enum ys_log_state state;        /* STATE */
    uint8_t salt[YS_BODY_SALT_LEN]; /* RECEIPTS: random */
    void *block;                    /* what the pointers above point into */
};

/* One heap block with room for entries, verdicts or a checkpoint, to be filled by ys_change_keep. */
YS_CHECKED enum ys_code ys_change_new(enum ys_change_kind kind, size_t room_bytes,
                                      struct ys_change **out, struct ys_err *err);
/* Copy into the block; there must be room (asserted). Aligned to 8 bytes. */
void *ys_change_room(struct ys_change *change, size_t size);
struct ys_bytes ys_change_keep(struct ys_change *change, struct ys_bytes bytes);
void ys_change_free(struct ys_change *change);

struct ys_change_result {
    /* Of this change. YS_BUSY: the log has moved, begin again. YS_FORK: it tells of another history
     * than the one held. */
    enum ys_code code;
    uint64_t session;
    enum ys_change_kind kind;
    char origin[YS_KEY_NAME_MAX + 1];
    uint32_t log_id;
    uint64_t first_index,
        count; /* ENTRIES, RECEIPTS: what was appended; VERDICTS; CONTENT: what was filled */
    uint64_t durable_size; /* of the log, after the commit */
    uint64_t credit;
    bool log_changed; /* size, heads, receipts or state differ from before */
    bool forked;      /* FORK: this proof is new */
    bool absent;      /* ENTRIES: some of them came without their body */
    bool membership;  /* an entry that changes membership was appended, or may count now */
    struct ys_err err;
};

/* Carry out `count` changes in one transaction and commit it. On a failure of the store itself
 * nothing has happened, and that code is returned; otherwise each change has its own result. The
 * changes are not freed. */
YS_CHECKED enum ys_code ys_change_apply(const struct ys_store *store,
                                        const struct ys_node_keys *keys,
                                        struct ys_change *const *changes, size_t count,
                                        uint64_t now_s, struct ys_change_result *results,
                                        struct ys_err *err);

#endif
