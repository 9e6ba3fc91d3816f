/* Receipts records (kind 95): what this node cosigned, written into its own log, so
 * that everybody who holds the log knows in which order it had what (coverage.h).
 *
 * Every head that its mirror key cosigned stands in one record; how far each log has
 * come is kept beside the cursor and moves in the transaction of the record. Says
 * what waits; when to write is the daemon's. Threads and memory as kv.h; writing
 * takes one heap block. */
#ifndef YS_SYNC_RECEIPTS_H
#define YS_SYNC_RECEIPTS_H

#include "sync/witness.h"

enum { YS_RECEIPTS_EVERY_S = 24 * 60 * 60 };

/* Plain value; zero before the first record. */
struct ys_receipts_cursor {
    uint64_t changed; /* counter of `changed` up to which all is written */
    uint64_t time_s;  /* signing time of the last record */
};
YS_CHECKED enum ys_code ys_receipts_cursor_load(struct ys_txn *txn, struct ys_receipts_cursor *out,
                                                struct ys_err *err);

/* What waits to be written. */
struct ys_receipts_news {
    bool any;
    bool urgent; /* membership records of a street are among it: a cut waits to be decided */
};
/* Look at the logs behind the counter `*changed`, which moves; what is found is added to `news`. */
YS_CHECKED enum ys_code ys_receipts_look(struct ys_txn *txn, const struct ys_vkey *mirror,
                                         uint64_t *changed, struct ys_receipts_news *news,
                                         struct ys_err *err);
/* Once a day, and at once when it is urgent. */
bool ys_receipts_due(const struct ys_receipts_cursor *cursor, const struct ys_receipts_news *news,
                     uint64_t now_s);

/* Append as many records as it takes, none when nothing waits; `*count_out` says how many. `salt` are
 * random bytes. */
YS_CHECKED enum ys_code ys_receipts_write(struct ys_txn *txn, struct ys_log *own,
                                          const struct ys_node_keys *keys, uint64_t now_s,
                                          const uint8_t salt[YS_BODY_SALT_LEN], size_t *count_out,
                                          struct ys_err *err);

#endif
