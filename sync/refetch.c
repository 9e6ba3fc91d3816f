#include "sync/refetch.h"

#include "sync/erasure.h"
#include "sync/log_index.h"
#include "sync/rewind.h"
#include "sync/tiles.h"

#include <string.h>

enum { KEY_MAX = 511, LEAVES = 1024 };

/* Delete the rows of a table from `from` on whose key begins with `prefix`. */
static enum ys_code delete_rows(struct ys_txn *txn, enum ys_db db, struct ys_bytes prefix,
                                struct ys_bytes from, struct ys_err *err)
{
    for (;;) {
        struct ys_bytes key;
        struct ys_bytes value;
        uint8_t copy[KEY_MAX];
        enum ys_code code = ys_txn_seek(txn, db, from, YS_SEEK_AT_LEAST, &key, &value, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK && (key.size > KEY_MAX || key.size < prefix.size))
            return ys_fail(err, YS_CORRUPT, "store: \"%s\" has a key of %zu bytes", ys_db_name(db),
                           key.size);
        if (code != YS_OK)
            return code;
        if (memcmp(key.data, prefix.data, prefix.size) != 0)
            return YS_OK;
        memcpy(copy, key.data, key.size);
        code = ys_txn_delete(txn, db, (struct ys_bytes){copy, key.size}, err);
        if (code != YS_OK)
            return code;
    }
}

static enum ys_code delete_entries(struct ys_txn *txn, enum ys_db db, uint32_t log_id,
                                   uint64_t size, struct ys_err *err)
{
    uint8_t from[YS_ROW_KEY_LEN];
    ys_row_key(log_id, size, from);
    return delete_rows(txn, db, (struct ys_bytes){from, 4}, (struct ys_bytes){from, sizeof from},
                       err);
}

static enum ys_code delete_all(struct ys_txn *txn, enum ys_db db, uint32_t log_id,
                               struct ys_err *err)
{
    uint8_t prefix[4];
    ys_be32_put(prefix, log_id);
    const struct ys_bytes key = {prefix, sizeof prefix};
    return delete_rows(txn, db, key, key, err);
}

/* Redactions among them are in effect no more. */
static enum ys_code take_back_erasures(struct ys_txn *txn, const struct ys_log *log, uint64_t size,
                                       struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (uint64_t index = size; index < log->frontier.size && code == YS_OK; index++) {
        struct ys_entry entry;
        code = ys_log_entry(txn, log->id, index, &entry, err);
        if (code == YS_OK)
            code = ys_erasure_goes(txn, (struct ys_position){log->id, index}, &entry, err);
        else if (code == YS_NOT_FOUND || code == YS_CORRUPT)
            code = YS_OK; /* it is what is damaged */
    }
    return code;
}

/* --- positions: a note that is gone cannot say under which id it stood --- */

/* Leave out the positions of this log from `size` on. False: nothing changes. */
static bool thin_out(struct ys_bytes row, uint32_t log_id, uint64_t size, uint8_t *out,
                     size_t *left_out)
{
    size_t left = 0;
    for (size_t at = 0; at + YS_ROW_KEY_LEN <= row.size; at += YS_ROW_KEY_LEN) {
        if (ys_be32_get(row.data + at) == log_id && ys_be64_get(row.data + at + 4) >= size)
            continue;
        memcpy(out + left, row.data + at, YS_ROW_KEY_LEN);
        left += YS_ROW_KEY_LEN;
    }
    *left_out = left;
    return left != row.size;
}

static enum ys_code delete_positions(struct ys_txn *txn, uint32_t log_id, uint64_t size,
                                     struct ys_err *err)
{
    uint8_t after[KEY_MAX + 1] = {0};
    struct ys_bytes from = {0};
    for (;;) {
        struct ys_bytes key;
        struct ys_bytes row;
        uint8_t rest[64 * YS_ROW_KEY_LEN];
        size_t left = 0;
        enum ys_code code = ys_txn_seek(txn, YS_DB_BYID, from, YS_SEEK_AT_LEAST, &key, &row, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK && (key.size > KEY_MAX || row.size > sizeof rest))
            return ys_fail(err, YS_CORRUPT, "store: a row of \"byid\" has %zu bytes", row.size);
        if (code != YS_OK)
            return code;
        memcpy(after, key.data, key.size);
        after[key.size] = 0; /* the smallest key behind this one */
        const struct ys_bytes found = {after, key.size};
        from = (struct ys_bytes){after, key.size + 1};
        if (!thin_out(row, log_id, size, rest, &left))
            continue;
        code = left == 0 ? ys_txn_delete(txn, YS_DB_BYID, found, err)
                         : ys_txn_put(txn, YS_DB_BYID, found, (struct ys_bytes){rest, left}, err);
        if (code != YS_OK)
            return code;
    }
}

/* --- the tree and the indexes of what is kept --- */

static enum ys_code index_again(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                                struct ys_bytes note, struct ys_err *err)
{
    uint8_t copy[YS_RECORD_NOTE_MAX];
    uint8_t key[YS_ROW_KEY_LEN];
    struct ys_bytes text;
    struct ys_bytes kind_name;
    memcpy(copy, note.data, note.size); /* the row's bytes go with the first write */
    if (!ys_note_peek((struct ys_bytes){copy, note.size}, &text, &kind_name))
        return YS_OK;
    const struct ys_kind *const kind = ys_kind_by_name(kind_name);
    enum ys_code code = ys_byid_put(txn, text, log_id, index, err);
    ys_row_key(log_id, index, key);
    if (code == YS_OK && kind != NULL && kind->membership)
        code = ys_txn_put(txn, YS_DB_MEMBER, (struct ys_bytes){key, sizeof key},
                          (struct ys_bytes){0}, err);
    return code;
}

static enum ys_code build_again(struct ys_txn *txn, uint32_t log_id, uint64_t size,
                                struct ys_frontier *tree, struct ys_err *err)
{
    struct ys_hash leaf[LEAVES];
    size_t count = 0;
    enum ys_code code = YS_OK;
    for (uint64_t index = 0; index < size && code == YS_OK; index++) {
        struct ys_entry entry;
        code = ys_log_entry(txn, log_id, index, &entry, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && entry.note.size > YS_RECORD_NOTE_MAX))
            code = ys_fail(err, YS_CORRUPT, "store: log %u entry %llu is missing", log_id,
                           (unsigned long long)index);
        if (code != YS_OK)
            return code;
        ys_leaf_hash(entry.note, &leaf[count++]);
        code = ys_frontier_append(tree, &leaf[count - 1]);
        if (code == YS_OK)
            code = index_again(txn, log_id, index, entry.note, err);
        if (code == YS_OK && (count == LEAVES || index + 1 == size)) {
            code = ys_tiles_append(txn, log_id, index + 1 - count, leaf, count, err);
            count = 0;
        }
    }
    return code;
}

enum ys_code ys_log_refetch(struct ys_txn *txn, struct ys_log *log, uint64_t size,
                            struct ys_err *err)
{
    struct ys_frontier tree = {0};
    const struct ys_bytes peers = ys_bytes_of_text("peer/");
    if (log->id == YS_OWN_LOG)
        return ys_fail(err, YS_DENIED, "log %s is our own: it is not fetched from others",
                       log->origin_text);
    if (size > log->frontier.size)
        return ys_fail(err, YS_LIMIT, "log %s holds %llu entries, not %llu", log->origin_text,
                       (unsigned long long)log->frontier.size, (unsigned long long)size);
    enum ys_code code = take_back_erasures(txn, log, size, err);
    if (code == YS_OK)
        code = delete_entries(txn, YS_DB_ENTRY, log->id, size, err);
    if (code == YS_OK)
        code = delete_entries(txn, YS_DB_BODY, log->id, size, err);
    if (code == YS_OK)
        code = delete_entries(txn, YS_DB_ABSENT, log->id, size, err);
    if (code == YS_OK)
        code = delete_all(txn, YS_DB_MEMBER, log->id, err);
    if (code == YS_OK)
        code = delete_all(txn, YS_DB_TILE, log->id, err);
    if (code == YS_OK)
        code = delete_all(txn, YS_DB_STATUS, log->id, err);
    if (code == YS_OK)
        code = delete_positions(txn, log->id, 0, err);
    if (code == YS_OK)
        code = build_again(txn, log->id, size, &tree, err);
    if (code == YS_OK)
        code = ys_arrival_cut(txn, log->id, size, err);
    if (code == YS_OK)
        code = ys_rewind_count(txn, err);
    if (code == YS_OK)
        code = delete_rows(txn, YS_DB_META, peers, peers, err);
    if (code != YS_OK)
        return code;
    log->frontier = tree;
    ys_frontier_root(&tree, &log->root);
    return ys_log_touch(txn, log, err);
}
