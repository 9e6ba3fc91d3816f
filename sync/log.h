/* Logs in the store: entries, bodies, Merkle tiles, and the rows that say how long
 * each log is.
 *
 * Appending writes entry, body, tiles, indexes and the log's row in the caller's
 * transaction. Nothing here judges a record or a signature.
 *
 * Threads and memory as kv.h: bytes are valid until the transaction ends. */
#ifndef YS_SYNC_LOG_H
#define YS_SYNC_LOG_H

#include "crypto/frontier.h"
#include "crypto/proof.h"
#include "proto/record.h"
#include "sync/store.h"

enum { YS_OWN_LOG = 0, YS_APPEND_MAX = 4096 };

enum ys_log_state {
    YS_LOG_FOLLOWING = 0,
    YS_LOG_RECOVERING = 1, /* own log: the parent holds another continuation */
    YS_LOG_FORKED = 2,     /* two signed histories exist: no further cosignature */
    YS_LOG_CLOSED = 3
};
const char *ys_log_state_name(enum ys_log_state state);

/* Plain value; a copy of the log's row. */
struct ys_log {
    uint32_t id;
    enum ys_log_state state;
    struct ys_name origin;
    char origin_text[YS_KEY_NAME_MAX + 1];
    uint64_t changed; /* its counter in the `changed` table; 0 before the first change */
    struct ys_frontier frontier;
    struct ys_hash root;
};

enum ys_content { YS_CONTENT_ABSENT = 0, YS_CONTENT_BODY = 1, YS_CONTENT_TOMBSTONE = 2 };

struct ys_entry {
    struct ys_bytes note;
    enum ys_content content;
    struct ys_bytes
        body; /* bytes of the body; of a tombstone the id of the redaction; of an absent one the id of
                 the redaction that a peer said it gave way to, which is not in effect here, or nothing */
};

/* YS_NOT_FOUND when the store has no such log. */
YS_CHECKED enum ys_code ys_log_load(struct ys_txn *txn, uint32_t id, struct ys_log *out,
                                    struct ys_err *err);
YS_CHECKED enum ys_code ys_log_find(struct ys_txn *txn, const char *origin, struct ys_log *out,
                                    struct ys_err *err);
/* The log with the smallest id >= `id`. YS_NOT_FOUND after the last. */
YS_CHECKED enum ys_code ys_log_next(struct ys_txn *txn, uint32_t id, struct ys_log *out,
                                    struct ys_err *err);
/* The log with the smallest origin > `origin`, as bytes: an order that is the same on every node.
 * YS_NOT_FOUND after the last. */
YS_CHECKED enum ys_code ys_log_next_origin(struct ys_txn *txn, const char *origin,
                                           struct ys_log *out, struct ys_err *err);
/* New empty log. YS_EXISTS. */
YS_CHECKED enum ys_code ys_log_add(struct ys_txn *txn, const struct ys_name *origin,
                                   struct ys_log *out, struct ys_err *err);
YS_CHECKED enum ys_code ys_log_set_state(struct ys_txn *txn, struct ys_log *log,
                                         enum ys_log_state state, struct ys_err *err);
/* Move the log to the end of the `changed` table. */
YS_CHECKED enum ys_code ys_log_touch(struct ys_txn *txn, struct ys_log *log, struct ys_err *err);

/* Append 1 to YS_APPEND_MAX entries and touch the log. The row is read again first: YS_BUSY when it
 * has moved since `log` was loaded, YS_CORRUPT when the frontier does not fold to the root. */
YS_CHECKED enum ys_code ys_log_append(struct ys_txn *txn, struct ys_log *log,
                                      const struct ys_entry *entries, size_t count,
                                      struct ys_err *err);
/* The same for who has the leaf hash of each note already. */
YS_CHECKED enum ys_code ys_log_append_hashed(struct ys_txn *txn, struct ys_log *log,
                                             const struct ys_entry *entries,
                                             const struct ys_hash *leaf, size_t count,
                                             struct ys_err *err);
/* Put a body where it was absent. The caller has checked it against the note. */
YS_CHECKED enum ys_code ys_log_fill_body(struct ys_txn *txn, struct ys_log *log, uint64_t index,
                                         struct ys_bytes body, struct ys_err *err);

/* Put a tombstone, `body` is the redaction's id, or take body or tombstone away (erasure.h decides). */
YS_CHECKED enum ys_code ys_log_set_content(struct ys_txn *txn, uint32_t id, uint64_t index,
                                           enum ys_content content, struct ys_bytes body,
                                           struct ys_err *err);

/* YS_NOT_FOUND at or behind the end. */
YS_CHECKED enum ys_code ys_log_entry(struct ys_txn *txn, uint32_t id, uint64_t index,
                                     struct ys_entry *out, struct ys_err *err);

/* Where proofs get their hashes. Uses `place`, which must outlive the result. */
struct ys_log_place {
    struct ys_txn *txn;
    uint32_t id;
};
struct ys_tree ys_log_tree(struct ys_log_place *place);
/* Root at an earlier size. YS_LIMIT when size exceeds the log's. */
YS_CHECKED enum ys_code ys_log_root_at(struct ys_txn *txn, const struct ys_log *log, uint64_t size,
                                       struct ys_hash *out, struct ys_err *err);

/* One place of a record. */
struct ys_position {
    uint32_t log_id;
    uint64_t index;
};
/* All positions of a record id, at most `capacity`; each is verified against the stored note. */
YS_CHECKED enum ys_code ys_log_by_id(struct ys_txn *txn, const struct ys_hash *id,
                                     struct ys_position *out, size_t capacity, size_t *count_out,
                                     struct ys_err *err);
/* Same for the first `prefix_size` bytes (4 to 8) of an id. Two records: both are given. */
YS_CHECKED enum ys_code ys_log_by_prefix(struct ys_txn *txn, const uint8_t *prefix,
                                         size_t prefix_size, struct ys_position *out,
                                         size_t capacity, size_t *count_out, struct ys_err *err);

/* Newest counter of `changed`, 0 when empty; and the row with the smallest counter > `after`. */
YS_CHECKED enum ys_code ys_changed_last(struct ys_txn *txn, uint64_t *out, struct ys_err *err);
YS_CHECKED enum ys_code ys_changed_next(struct ys_txn *txn, uint64_t after, uint64_t *counter_out,
                                        uint32_t *log_id_out, struct ys_err *err);
/* The next counters of `changed` are above the newest by more than `by`, a random number: each process
 * that speaks for a store leaps once when it begins. So a store that went back to an old copy gives none
 * again that a peer has seen, and a peer that names one is not taken to know what was written since. */
YS_CHECKED enum ys_code ys_changed_leap(struct ys_txn *txn, uint32_t by, struct ys_err *err);

/* A run of entries as they arrived here; empty when they were taken back. The row with the smallest counter > `after`. */
struct ys_arrival {
    uint64_t counter;
    uint32_t log_id;
    uint64_t first_index;
    uint32_t count;
};
YS_CHECKED enum ys_code ys_arrival_next(struct ys_txn *txn, uint64_t after, struct ys_arrival *out,
                                        struct ys_err *err);

/* The next entry of a kind that changes membership, at or after (log_id, index). */
YS_CHECKED enum ys_code ys_membership_next(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                                           struct ys_position *out, struct ys_err *err);

/* The text of a note, and its kind line, without a full parse; false when it has no such form. */
bool ys_note_peek(struct ys_bytes note, struct ys_bytes *text_out, struct ys_bytes *kind_out);

#endif
