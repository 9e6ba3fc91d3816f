/* What was found about the signatures of each entry: two bits an entry, in rows of
 * 4,096. A cache: audit recomputes it and compares.
 *
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_STATUS_H
#define YS_SYNC_STATUS_H

#include "sync/store.h"

enum ys_verdict {
    YS_VERDICT_UNCHECKED = 0,
    YS_VERDICT_OK = 1,
    YS_VERDICT_BAD = 2,
    YS_VERDICT_UNKNOWN_KEY = 3
};
enum { YS_VERDICTS = 4, YS_STATUS_CHUNK = 4096, YS_STATUS_ROW_LEN = YS_STATUS_CHUNK / 4 };

/* "unchecked", "ok", "bad", "unknown_key" */
const char *ys_verdict_name(enum ys_verdict verdict);

/* UNCHECKED where nothing is stored. */
YS_CHECKED enum ys_code ys_status_get(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                                      enum ys_verdict *out, struct ys_err *err);
/* A copy of the row of entries chunk * 4,096 …, and the verdict of one of them: to compare many at once. */
YS_CHECKED enum ys_code ys_status_row(struct ys_txn *txn, uint32_t log_id, uint64_t chunk,
                                      uint8_t out[YS_STATUS_ROW_LEN], struct ys_err *err);
enum ys_verdict ys_status_in_row(const uint8_t row[YS_STATUS_ROW_LEN], unsigned at);
/* Those of `count` entries, one byte each; a row is read and checked once. */
YS_CHECKED enum ys_code ys_status_read(struct ys_txn *txn, uint32_t log_id, uint64_t first_index,
                                       size_t count, uint8_t *verdicts_out, struct ys_err *err);
/* One byte an entry in `verdicts`. */
YS_CHECKED enum ys_code ys_status_set(struct ys_txn *txn, uint32_t log_id, uint64_t first_index,
                                      const uint8_t *verdicts, size_t count, struct ys_err *err);
/* Forget the verdicts on entries from `size` on; there are `old_size`. */
YS_CHECKED enum ys_code ys_status_cut(struct ys_txn *txn, uint32_t log_id, uint64_t size,
                                      uint64_t old_size, struct ys_err *err);
/* How many of the first `size` entries have each verdict. */
YS_CHECKED enum ys_code ys_status_count(struct ys_txn *txn, uint32_t log_id, uint64_t size,
                                        uint64_t counts_out[YS_VERDICTS], struct ys_err *err);
/* First index in [from, size) whose verdict is `wanted`; YS_NOT_FOUND when none. */
YS_CHECKED enum ys_code ys_status_find(struct ys_txn *txn, uint32_t log_id, uint64_t from,
                                       uint64_t size, enum ys_verdict wanted, uint64_t *index_out,
                                       struct ys_err *err);

#endif
