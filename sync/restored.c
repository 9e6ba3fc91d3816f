#include "sync/restored.h"

#include "proto/kind.h"
#include "sync/checked_row.h"

#include <string.h>

static const char restored_name[] = "restored";

enum ys_code ys_restored_get(struct ys_txn *txn, bool *out, struct ys_err *err)
{
    struct ys_bytes value;
    const enum ys_code code =
        ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(restored_name), &value, err);
    *out = code == YS_OK;
    return code == YS_NOT_FOUND ? YS_OK : code;
}

/* Rows peer/<code>. */
static enum ys_code forget_peers(struct ys_txn *txn, struct ys_err *err)
{
    static const char prefix[] = "peer/";
    for (;;) {
        struct ys_bytes key;
        struct ys_bytes row;
        uint8_t copy[64];
        enum ys_code code = ys_txn_seek(txn, YS_DB_META, ys_bytes_of_text(prefix), YS_SEEK_AT_LEAST,
                                        &key, &row, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code != YS_OK)
            return code;
        if (key.size < sizeof prefix - 1 || key.size > sizeof copy ||
            memcmp(key.data, prefix, sizeof prefix - 1) != 0)
            return YS_OK;
        memcpy(copy, key.data, key.size);
        code = ys_txn_delete(txn, YS_DB_META, (struct ys_bytes){copy, key.size}, err);
        if (code != YS_OK)
            return code;
    }
}

enum ys_code ys_restored_set(const struct ys_store *store, bool restored, struct ys_err *err)
{
    static const uint8_t yes = 1;
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(store, true, &txn, err);
    if (code == YS_OK && restored)
        code = forget_peers(txn, err);
    if (code == YS_OK && restored)
        code = ys_checked_put(txn, YS_DB_META, ys_bytes_of_text(restored_name),
                              (struct ys_bytes){&yes, 1}, err);
    if (code == YS_OK && !restored) {
        code = ys_txn_delete(txn, YS_DB_META, ys_bytes_of_text(restored_name), err);
        if (code == YS_NOT_FOUND)
            code = YS_OK;
    }
    return code == YS_OK ? ys_txn_commit(&txn, err) : code;
}

bool ys_restored_holds_back(const struct ys_entry *entry)
{
    struct ys_bytes text;
    struct ys_bytes name;
    if (entry->content != YS_CONTENT_BODY || !ys_note_peek(entry->note, &text, &name))
        return false;
    const struct ys_kind *const kind = ys_kind_by_name(name);
    return kind == NULL || kind->erasable;
}
