#include "sync/checked_row.h"

#include "crypto/hash.h"

#include <string.h>

static void check_of(enum ys_db db, struct ys_bytes key, struct ys_bytes value,
                     uint8_t out[YS_ROW_CHECK_LEN])
{
    static const uint8_t zero;
    struct ys_sha256 state;
    struct ys_hash hash;
    ys_sha256_init(&state);
    ys_sha256_update(&state, ys_bytes_of_text(ys_db_name(db)));
    ys_sha256_update(&state, (struct ys_bytes){&zero, 1});
    ys_sha256_update(&state, key);
    ys_sha256_update(&state, value);
    ys_sha256_final(&state, &hash);
    memcpy(out, hash.bytes, YS_ROW_CHECK_LEN);
}

enum ys_code ys_checked_open(enum ys_db db, struct ys_bytes key, struct ys_bytes row,
                             struct ys_bytes *value_out, struct ys_err *err)
{
    uint8_t check[YS_ROW_CHECK_LEN];
    if (row.size < YS_ROW_CHECK_LEN)
        return ys_fail(err, YS_CORRUPT, "store: a row of \"%s\" has %zu bytes", ys_db_name(db),
                       row.size);
    const struct ys_bytes value = {row.data, row.size - YS_ROW_CHECK_LEN};
    check_of(db, key, value, check);
    if (memcmp(check, row.data + value.size, YS_ROW_CHECK_LEN) != 0)
        return ys_fail(err, YS_CORRUPT, "store: a row of \"%s\" is damaged", ys_db_name(db));
    *value_out = value;
    return YS_OK;
}

enum ys_code ys_checked_get(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                            struct ys_bytes *value_out, struct ys_err *err)
{
    struct ys_bytes row;
    const enum ys_code code = ys_txn_get(txn, db, key, &row, err);
    return code != YS_OK ? code : ys_checked_open(db, key, row, value_out, err);
}

enum ys_code ys_checked_put(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                            struct ys_bytes value, struct ys_err *err)
{
    uint8_t check[YS_ROW_CHECK_LEN];
    uint8_t *room = NULL;
    check_of(db, key, value, check);
    const enum ys_code code = ys_txn_reserve(txn, db, key, value.size + sizeof check, &room, err);
    if (code != YS_OK)
        return code;
    if (value.size != 0)
        memcpy(room, value.data, value.size);
    memcpy(room + value.size, check, sizeof check);
    return YS_OK;
}
