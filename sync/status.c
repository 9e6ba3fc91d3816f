#include "sync/status.h"

#include "crypto/assert.h"
#include "sync/checked_row.h"

#include <string.h>

enum { ROW_LEN = YS_STATUS_ROW_LEN };

const char *ys_verdict_name(enum ys_verdict verdict)
{
    switch (verdict) {
    case YS_VERDICT_UNCHECKED:
        return "unchecked";
    case YS_VERDICT_OK:
        return "ok";
    case YS_VERDICT_BAD:
        return "bad";
    case YS_VERDICT_UNKNOWN_KEY:
        return "unknown_key";
    }
    return "?";
}

/* Copy of a row; zeros (all unchecked) where none is stored. */
enum ys_code ys_status_row(struct ys_txn *txn, uint32_t log_id, uint64_t chunk,
                           uint8_t row[ROW_LEN], struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    struct ys_bytes value;
    ys_row_key(log_id, chunk, key);
    memset(row, 0, ROW_LEN);
    const enum ys_code code =
        ys_checked_get(txn, YS_DB_STATUS, (struct ys_bytes){key, sizeof key}, &value, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    if (code != YS_OK)
        return code;
    if (value.size != ROW_LEN)
        return ys_fail(err, YS_CORRUPT, "store: \"status\" of log %u has %zu bytes", log_id,
                       value.size);
    memcpy(row, value.data, ROW_LEN);
    return YS_OK;
}

enum ys_verdict ys_status_in_row(const uint8_t row[ROW_LEN], unsigned at)
{
    return (enum ys_verdict)(row[at / 4] >> (at % 4 * 2) & 3);
}

enum ys_code ys_status_get(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                           enum ys_verdict *out, struct ys_err *err)
{
    uint8_t row[ROW_LEN];
    const enum ys_code code = ys_status_row(txn, log_id, index / YS_STATUS_CHUNK, row, err);
    if (code == YS_OK)
        *out = ys_status_in_row(row, (unsigned)(index % YS_STATUS_CHUNK));
    return code;
}

enum ys_code ys_status_read(struct ys_txn *txn, uint32_t log_id, uint64_t first_index, size_t count,
                            uint8_t *verdicts_out, struct ys_err *err)
{
    for (size_t done = 0; done < count;) {
        const uint64_t chunk = (first_index + done) / YS_STATUS_CHUNK;
        uint8_t row[ROW_LEN];
        const enum ys_code code = ys_status_row(txn, log_id, chunk, row, err);
        if (code != YS_OK)
            return code;
        for (; done < count && (first_index + done) / YS_STATUS_CHUNK == chunk; done++)
            verdicts_out[done] =
                (uint8_t)ys_status_in_row(row, (unsigned)((first_index + done) % YS_STATUS_CHUNK));
    }
    return YS_OK;
}

enum ys_code ys_status_set(struct ys_txn *txn, uint32_t log_id, uint64_t first_index,
                           const uint8_t *verdicts, size_t count, struct ys_err *err)
{
    for (size_t done = 0; done < count;) {
        const uint64_t chunk = (first_index + done) / YS_STATUS_CHUNK;
        uint8_t row[ROW_LEN];
        uint8_t key[YS_ROW_KEY_LEN];
        enum ys_code code = ys_status_row(txn, log_id, chunk, row, err);
        if (code != YS_OK)
            return code;
        for (; done < count && (first_index + done) / YS_STATUS_CHUNK == chunk; done++) {
            const unsigned at = (unsigned)((first_index + done) % YS_STATUS_CHUNK);
            const unsigned shift = at % 4 * 2;
            YS_ASSERT(verdicts[done] < YS_VERDICTS);
            row[at / 4] =
                (uint8_t)((row[at / 4] & ~(3u << shift)) | ((unsigned)verdicts[done] << shift));
        }
        ys_row_key(log_id, chunk, key);
        code = ys_checked_put(txn, YS_DB_STATUS, (struct ys_bytes){key, sizeof key},
                              (struct ys_bytes){row, sizeof row}, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

enum ys_code ys_status_cut(struct ys_txn *txn, uint32_t log_id, uint64_t size, uint64_t old_size,
                           struct ys_err *err)
{
    const unsigned keep = (unsigned)(size % YS_STATUS_CHUNK);
    uint8_t row[ROW_LEN];
    uint8_t key[YS_ROW_KEY_LEN];
    enum ys_code code = YS_OK;
    for (uint64_t chunk = size / YS_STATUS_CHUNK;
         code == YS_OK && chunk * YS_STATUS_CHUNK < old_size; chunk++) {
        ys_row_key(log_id, chunk, key);
        if (keep != 0 && chunk == size / YS_STATUS_CHUNK) {
            code = ys_status_row(txn, log_id, chunk, row, err);
            for (unsigned at = keep; at < YS_STATUS_CHUNK; at++)
                row[at / 4] = (uint8_t)(row[at / 4] & ~(3u << (at % 4 * 2)));
            if (code == YS_OK)
                code = ys_checked_put(txn, YS_DB_STATUS, (struct ys_bytes){key, sizeof key},
                                      (struct ys_bytes){row, sizeof row}, err);
        } else {
            code = ys_txn_delete(txn, YS_DB_STATUS, (struct ys_bytes){key, sizeof key}, err);
            code = code == YS_NOT_FOUND ? YS_OK : code;
        }
    }
    return code;
}

enum ys_code ys_status_count(struct ys_txn *txn, uint32_t log_id, uint64_t size,
                             uint64_t counts_out[YS_VERDICTS], struct ys_err *err)
{
    uint64_t counts[YS_VERDICTS] = {0};
    for (uint64_t index = 0; index < size;) {
        uint8_t row[ROW_LEN];
        const enum ys_code code = ys_status_row(txn, log_id, index / YS_STATUS_CHUNK, row, err);
        if (code != YS_OK)
            return code;
        for (unsigned at = 0; at < YS_STATUS_CHUNK && index < size; at++, index++)
            counts[ys_status_in_row(row, at)]++;
    }
    memcpy(counts_out, counts, sizeof counts);
    return YS_OK;
}

enum ys_code ys_status_find(struct ys_txn *txn, uint32_t log_id, uint64_t from, uint64_t size,
                            enum ys_verdict wanted, uint64_t *index_out, struct ys_err *err)
{
    for (uint64_t index = from; index < size;) {
        uint8_t row[ROW_LEN];
        const enum ys_code code = ys_status_row(txn, log_id, index / YS_STATUS_CHUNK, row, err);
        if (code != YS_OK)
            return code;
        for (unsigned at = (unsigned)(index % YS_STATUS_CHUNK);
             at < YS_STATUS_CHUNK && index < size; at++, index++) {
            if (ys_status_in_row(row, at) == wanted) {
                *index_out = index;
                return YS_OK;
            }
        }
    }
    return YS_NOT_FOUND;
}
