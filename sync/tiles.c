#include "sync/tiles.h"

#include "crypto/assert.h"
#include "crypto/tile.h"

#include <string.h>

enum { KEY_LEN = 4 + 1 + 8 };

static void tile_key(uint32_t log_id, unsigned level, uint64_t index, uint8_t out[KEY_LEN])
{
    ys_be32_put(out, log_id);
    out[4] = (uint8_t)level;
    ys_be64_put(out + 5, index);
}

enum ys_code ys_tile_load(struct ys_txn *txn, uint32_t log_id, unsigned level, uint64_t index,
                          struct ys_bytes *hashes_out, struct ys_err *err)
{
    uint8_t key[KEY_LEN];
    struct ys_bytes value;
    tile_key(log_id, level, index, key);
    const enum ys_code code =
        ys_txn_get(txn, YS_DB_TILE, (struct ys_bytes){key, sizeof key}, &value, err);
    if (code != YS_OK)
        return code;
    if (value.size == 0 || value.size % YS_HASH_LEN != 0 ||
        value.size > (size_t)YS_TILE_WIDTH * YS_HASH_LEN)
        return ys_fail(err, YS_CORRUPT, "store: log %u tile %u/%llu has %zu bytes", log_id, level,
                       (unsigned long long)index, value.size);
    *hashes_out = value;
    return YS_OK;
}

/* Add hashes to one tile; they fit. */
static enum ys_code extend(struct ys_txn *txn, uint32_t log_id, unsigned level, uint64_t index,
                           unsigned have, const struct ys_hash *more, unsigned count,
                           struct ys_hash tile[YS_TILE_WIDTH], struct ys_err *err)
{
    uint8_t key[KEY_LEN];
    struct ys_bytes old = {0};
    if (have != 0) {
        const enum ys_code code = ys_tile_load(txn, log_id, level, index, &old, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && old.size != have * (size_t)YS_HASH_LEN))
            return ys_fail(err, YS_CORRUPT, "store: log %u tile %u/%llu does not hold %u hashes",
                           log_id, level, (unsigned long long)index, have);
        if (code != YS_OK)
            return code;
        memcpy(tile, old.data, old.size);
    }
    memcpy(tile + have, more, count * sizeof *more);
    tile_key(log_id, level, index, key);
    return ys_txn_put(txn, YS_DB_TILE, (struct ys_bytes){key, sizeof key},
                      (struct ys_bytes){tile[0].bytes, (have + count) * (size_t)YS_HASH_LEN}, err);
}

enum ys_code ys_tiles_append(struct ys_txn *txn, uint32_t log_id, uint64_t first,
                             struct ys_hash *leaf, size_t count, struct ys_err *err)
{
    struct ys_hash tile[YS_TILE_WIDTH];
    for (unsigned level = 0; count != 0; level++) {
        YS_ASSERT(level < YS_TILE_LEVELS);
        size_t parents = 0;
        const uint64_t parent_first = first / YS_TILE_WIDTH;
        for (size_t done = 0; done < count;) {
            const uint64_t at = first + done;
            const unsigned have = (unsigned)(at % YS_TILE_WIDTH);
            const unsigned room = YS_TILE_WIDTH - have;
            const unsigned now = count - done < room ? (unsigned)(count - done) : room;
            const enum ys_code code =
                extend(txn, log_id, level, at / YS_TILE_WIDTH, have, leaf + done, now, tile, err);
            if (code != YS_OK)
                return code;
            done += now;
            if (have + now == YS_TILE_WIDTH) /* parents <= done: the place was read already */
                ys_tile_fold(tile, YS_TILE_HEIGHT, &leaf[parents++]);
        }
        first = parent_first;
        count = parents;
    }
    return YS_OK;
}

/* One tile that holds `have` hashes is to hold `keep`. */
static enum ys_code shorten(struct ys_txn *txn, uint32_t log_id, unsigned level, uint64_t index,
                            unsigned keep, struct ys_err *err)
{
    uint8_t key[KEY_LEN];
    uint8_t kept[YS_TILE_WIDTH * YS_HASH_LEN];
    struct ys_bytes old;
    tile_key(log_id, level, index, key);
    const struct ys_bytes row = {key, sizeof key};
    if (keep == 0)
        return ys_txn_delete(txn, YS_DB_TILE, row, err);
    const enum ys_code code = ys_tile_load(txn, log_id, level, index, &old, err);
    if (code != YS_OK)
        return code;
    const size_t size = keep * (size_t)YS_HASH_LEN;
    if (old.size < size)
        return ys_fail(err, YS_CORRUPT, "store: log %u tile %u/%llu lacks hashes", log_id, level,
                       (unsigned long long)index);
    memcpy(kept, old.data, size);
    return ys_txn_put(txn, YS_DB_TILE, row, (struct ys_bytes){kept, size}, err);
}

enum ys_code ys_tiles_cut(struct ys_txn *txn, uint32_t log_id, uint64_t old_size, uint64_t new_size,
                          struct ys_err *err)
{
    YS_ASSERT(new_size <= old_size);
    for (unsigned level = 0; old_size != 0 && level < YS_TILE_LEVELS; level++) {
        const uint64_t last = (old_size - 1) / YS_TILE_WIDTH;
        for (uint64_t index = new_size / YS_TILE_WIDTH; index <= last; index++) {
            const uint64_t first = index * YS_TILE_WIDTH;
            const unsigned keep = new_size <= first ? 0 : (unsigned)(new_size - first);
            const enum ys_code code =
                first + keep == old_size ? YS_OK : shorten(txn, log_id, level, index, keep, err);
            if (code != YS_OK)
                return code;
        }
        old_size /= YS_TILE_WIDTH;
        new_size /= YS_TILE_WIDTH;
    }
    return YS_OK;
}

enum ys_code ys_tiles_read(void *context, unsigned level, uint64_t index, struct ys_hash *out,
                           struct ys_err *err)
{
    const struct ys_log_place *const place = context;
    const struct ys_tile_place at = ys_tile_locate(level, index);
    struct ys_hash row[YS_TILE_WIDTH];
    struct ys_bytes hashes;
    const enum ys_code code = ys_tile_load(place->txn, place->id, at.level, at.index, &hashes, err);
    const size_t needed = ((size_t)at.first + ((size_t)1 << at.height)) * YS_HASH_LEN;
    if (code == YS_NOT_FOUND || (code == YS_OK && hashes.size < needed))
        return ys_fail(err, YS_CORRUPT, "store: log %u tile %u/%llu lacks hashes", place->id,
                       at.level, (unsigned long long)at.index);
    if (code != YS_OK)
        return code;
    memcpy(row, hashes.data + (size_t)at.first * YS_HASH_LEN,
           ((size_t)1 << at.height) * YS_HASH_LEN);
    ys_tile_fold(row, at.height, out);
    return YS_OK;
}
