/* One node's store: an environment whose `meta` table says whose it is.
 *
 * Opening checks the schema version and gives the identity; what stands in the
 * other tables is log.h's, heads.h's and status.h's. Threads and memory as kv.h. */
#ifndef YS_SYNC_STORE_H
#define YS_SYNC_STORE_H

#include "crypto/hash.h"
#include "proto/message.h"
#include "proto/name.h"
#include "sync/kv.h"

enum { YS_STORE_SCHEMA = 4 };

struct ys_store;

/* Plain value. */
struct ys_identity {
    struct ys_name origin; /* of the own log: deployment, division, incarnation */
    uint8_t store_id[YS_STORE_ID_LEN];
};

/* Make a store in an existing, empty folder, with the own log as log 0. YS_EXISTS when there is one.
 * `store_id` in `identity` are random bytes. */
YS_CHECKED enum ys_code ys_store_create(const char *path, const struct ys_identity *identity,
                                        struct ys_err *err);
/* A store of an older schema is brought to this one. YS_NOT_FOUND, YS_VERSION for a store of a newer
 * schema, YS_CORRUPT. `map_bytes` as in kv.h. */
YS_CHECKED enum ys_code ys_store_open(const char *path, size_t map_bytes, struct ys_store **out,
                                      struct ys_err *err);
void ys_store_close(struct ys_store *store);

const struct ys_identity *ys_store_identity(const struct ys_store *store);
struct ys_kv *ys_store_kv(const struct ys_store *store);
/* Short for ys_txn_begin on the store's environment. */
YS_CHECKED enum ys_code ys_store_begin(const struct ys_store *store, bool write,
                                       struct ys_txn **out, struct ys_err *err);

/* How far a peer's `changed` table has been processed (DESIGN.md 6, HELLO). Zero and an all-zero store
 * id when the peer was never met. */
struct ys_cursor {
    uint8_t store_id[YS_STORE_ID_LEN];
    uint64_t changed;
};
YS_CHECKED enum ys_code ys_cursor_load(struct ys_txn *txn, const struct ys_division *peer,
                                       struct ys_cursor *out, struct ys_err *err);
YS_CHECKED enum ys_code ys_cursor_save(struct ys_txn *txn, const struct ys_division *peer,
                                       const struct ys_cursor *cursor, struct ys_err *err);

/* Largest time this node has put under a cosignature, POSIX seconds; 0 for none. A witness never signs
 * a time below its last one. */
YS_CHECKED enum ys_code ys_witness_time_load(struct ys_txn *txn, uint64_t *out, struct ys_err *err);
YS_CHECKED enum ys_code ys_witness_time_save(struct ys_txn *txn, uint64_t time_s,
                                             struct ys_err *err);

/* Largest number that this node has given to a matter of its own in a year; 0 for none. */
YS_CHECKED enum ys_code ys_matter_last_load(struct ys_txn *txn, uint32_t year, uint32_t *out,
                                            struct ys_err *err);
YS_CHECKED enum ys_code ys_matter_last_save(struct ys_txn *txn, uint32_t year, uint32_t no,
                                            struct ys_err *err);

/* Keys of the tables: big-endian integers one behind the other. */
enum { YS_ROW_KEY_LEN = 12 };
void ys_row_key(uint32_t log_id, uint64_t index, uint8_t out[YS_ROW_KEY_LEN]);

#endif
