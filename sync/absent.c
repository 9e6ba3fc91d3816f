#include "sync/absent.h"

/* Table "absent": log id || index -> nothing. */

enum ys_code ys_absent_next(struct ys_txn *txn, const struct ys_position *from,
                            struct ys_position *out, struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    struct ys_bytes found;
    struct ys_bytes row;
    ys_row_key(from->log_id, from->index, key);
    const enum ys_code code = ys_txn_seek(txn, YS_DB_ABSENT, (struct ys_bytes){key, sizeof key},
                                          YS_SEEK_AT_LEAST, &found, &row, err);
    if (code != YS_OK)
        return code;
    if (found.size != YS_ROW_KEY_LEN)
        return ys_fail(err, YS_CORRUPT, "store: a key of \"absent\" has %zu bytes", found.size);
    *out = (struct ys_position){ys_be32_get(found.data), ys_be64_get(found.data + 4)};
    return YS_OK;
}

enum ys_code ys_absent_put(struct ys_txn *txn, uint32_t log_id, uint64_t index, struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    ys_row_key(log_id, index, key);
    return ys_txn_put(txn, YS_DB_ABSENT, (struct ys_bytes){key, sizeof key}, (struct ys_bytes){0},
                      err);
}

enum ys_code ys_absent_remove(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                              struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    ys_row_key(log_id, index, key);
    const enum ys_code code =
        ys_txn_delete(txn, YS_DB_ABSENT, (struct ys_bytes){key, sizeof key}, err);
    return code == YS_NOT_FOUND ? YS_OK : code;
}
