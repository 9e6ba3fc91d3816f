/* The guard of a district: a small file outside its home and its backups that says
 * how far its own log was signed (DESIGN.md 5).
 *
 * A district has no parent that could hold it back. A restored backup would sign
 * a second history of what it had signed already; the guard knows better. It is
 * on the disk before a signed head leaves the node.
 *
 *     yishi-guard 1
 *     origin <origin>
 *     store <store id, hex>
 *     size <n>
 *     root <base64>
 *
 * Threads: any. Memory: none kept. */
#ifndef YS_NODE_GUARD_H
#define YS_NODE_GUARD_H

#include "node/config.h"
#include "sync/log.h"

/* Plain value. */
struct ys_guard {
    struct ys_name origin;
    uint8_t store_id[YS_STORE_ID_LEN];
    uint64_t size; /* of the newest own head; 0: none was signed */
    struct ys_hash root;
};

/* The setting `guard`, else "<home>.guard". */
void ys_guard_path(const struct ys_home *home, const struct ys_config *config, char out[PATH_MAX]);
/* YS_NOT_FOUND when there is no such file; YS_MALFORMED. */
YS_CHECKED enum ys_code ys_guard_load(const char *path, struct ys_guard *out, struct ys_err *err);
/* On the disk when it returns. */
YS_CHECKED enum ys_code ys_guard_save(const char *path, const struct ys_guard *guard,
                                      struct ys_err *err);

/* What the store says: its id, and its newest own head (0: none). YS_CORRUPT. */
YS_CHECKED enum ys_code ys_guard_of_store(const struct ys_store *store, struct ys_txn *txn,
                                          struct ys_guard *out, struct ys_err *err);

enum ys_guard_finding {
    YS_GUARD_FITS,
    YS_GUARD_MISSING,
    YS_GUARD_FOREIGN, /* it is of another store or another log */
    YS_GUARD_AHEAD,   /* more was signed than this store holds */
    YS_GUARD_DIFFERS  /* something else was signed than this store holds */
};
/* May the log in this store be signed further? YS_MALFORMED and local failures only. */
YS_CHECKED enum ys_code ys_guard_examine(const char *path, const struct ys_store *store,
                                         struct ys_txn *txn, enum ys_guard_finding *out,
                                         struct ys_guard *guard_out, struct ys_err *err);
/* In words, translated. */
const char *ys_guard_finding_text(enum ys_guard_finding finding);

#endif
