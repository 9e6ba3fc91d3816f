#include "sync/log_index.h"

#include "crypto/assert.h"
#include "sync/checked_row.h"

#include <string.h>

/* --- counters --- */

static enum ys_code last_counter(struct ys_txn *txn, enum ys_db db, uint64_t *out,
                                 struct ys_err *err)
{
    struct ys_bytes key;
    struct ys_bytes value;
    const enum ys_code code =
        ys_txn_seek(txn, db, (struct ys_bytes){0}, YS_SEEK_LAST_BELOW, &key, &value, err);
    if (code == YS_NOT_FOUND) {
        *out = 0;
        return YS_OK;
    }
    if (code != YS_OK)
        return code;
    if (key.size != 8)
        return ys_fail(err, YS_CORRUPT, "store: a counter has %zu bytes", key.size);
    *out = ys_be64_get(key.data);
    return YS_OK;
}

/* The row behind counter `after`. */
static enum ys_code next_counter(struct ys_txn *txn, enum ys_db db, uint64_t after,
                                 size_t value_size, uint64_t *counter_out,
                                 struct ys_bytes *value_out, struct ys_err *err)
{
    uint8_t key[8];
    struct ys_bytes found;
    if (after == UINT64_MAX)
        return YS_NOT_FOUND;
    ys_be64_put(key, after + 1);
    const enum ys_code code = ys_txn_seek(txn, db, (struct ys_bytes){key, sizeof key},
                                          YS_SEEK_AT_LEAST, &found, value_out, err);
    if (code != YS_OK)
        return code;
    if (found.size != 8 || value_out->size != value_size)
        return ys_fail(err, YS_CORRUPT, "store: a counter row has %zu and %zu bytes", found.size,
                       value_out->size);
    *counter_out = ys_be64_get(found.data);
    return YS_OK;
}

enum ys_code ys_changed_last(struct ys_txn *txn, uint64_t *out, struct ys_err *err)
{
    return last_counter(txn, YS_DB_CHANGED, out, err);
}

enum ys_code ys_changed_next(struct ys_txn *txn, uint64_t after, uint64_t *counter_out,
                             uint32_t *log_id_out, struct ys_err *err)
{
    struct ys_bytes value;
    const enum ys_code code = next_counter(txn, YS_DB_CHANGED, after, 4, counter_out, &value, err);
    if (code == YS_OK)
        *log_id_out = ys_be32_get(value.data);
    return code;
}

enum ys_code ys_arrival_next(struct ys_txn *txn, uint64_t after, struct ys_arrival *out,
                             struct ys_err *err)
{
    struct ys_bytes value;
    uint64_t counter = 0;
    const enum ys_code code = next_counter(txn, YS_DB_ARRIVAL, after, 16, &counter, &value, err);
    if (code == YS_OK)
        *out = (struct ys_arrival){.counter = counter,
                                   .log_id = ys_be32_get(value.data),
                                   .first_index = ys_be64_get(value.data + 4),
                                   .count = ys_be32_get(value.data + 12)};
    return code;
}

static const char floor_name[] = "changed_floor";

/* All counters given from now on are above this one. */
static enum ys_code changed_floor(struct ys_txn *txn, uint64_t *out, struct ys_err *err)
{
    struct ys_bytes value;
    uint64_t last = 0;
    enum ys_code code = last_counter(txn, YS_DB_CHANGED, &last, err);
    if (code != YS_OK)
        return code;
    *out = last;
    code = ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(floor_name), &value, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    if (code == YS_OK && value.size != 8)
        return ys_fail(err, YS_CORRUPT, "store: meta \"%s\" has %zu bytes", floor_name, value.size);
    if (code == YS_OK && ys_be64_get(value.data) > last)
        *out = ys_be64_get(value.data);
    return code;
}

enum ys_code ys_changed_leap(struct ys_txn *txn, uint32_t by, struct ys_err *err)
{
    uint8_t value[8];
    uint64_t floor = 0;
    const enum ys_code code = changed_floor(txn, &floor, err);
    if (code != YS_OK)
        return code;
    ys_be64_put(value, floor + by);
    return ys_checked_put(txn, YS_DB_META, ys_bytes_of_text(floor_name),
                          (struct ys_bytes){value, sizeof value}, err);
}

enum ys_code ys_changed_move(struct ys_txn *txn, struct ys_log *log, struct ys_err *err)
{
    uint8_t key[8];
    uint8_t id[4];
    uint64_t last = 0;
    enum ys_code code = changed_floor(txn, &last, err);
    if (code != YS_OK)
        return code;
    if (log->changed != 0) {
        ys_be64_put(key, log->changed);
        code = ys_txn_delete(txn, YS_DB_CHANGED, (struct ys_bytes){key, sizeof key}, err);
        if (code == YS_NOT_FOUND)
            return ys_fail(err, YS_CORRUPT, "store: \"changed\" has no row for log %u", log->id);
        if (code != YS_OK)
            return code;
    }
    log->changed = last + 1;
    ys_be64_put(key, log->changed);
    ys_be32_put(id, log->id);
    return ys_txn_put(txn, YS_DB_CHANGED, (struct ys_bytes){key, sizeof key},
                      (struct ys_bytes){id, sizeof id}, err);
}

/* --- runs of arrival --- */

static enum ys_code put_run(struct ys_txn *txn, uint64_t counter, uint32_t log_id, uint64_t first,
                            uint64_t count, struct ys_err *err)
{
    uint8_t key[8];
    uint8_t value[16];
    ys_be64_put(key, counter);
    ys_row_key(log_id, first, value);
    ys_be32_put(value + YS_ROW_KEY_LEN, (uint32_t)count);
    return ys_txn_put(txn, YS_DB_ARRIVAL, (struct ys_bytes){key, sizeof key},
                      (struct ys_bytes){value, sizeof value}, err);
}

enum ys_code ys_arrival_put(struct ys_txn *txn, uint32_t log_id, uint64_t first, size_t count,
                            struct ys_err *err)
{
    uint64_t last = 0;
    const enum ys_code code = last_counter(txn, YS_DB_ARRIVAL, &last, err);
    return code != YS_OK ? code : put_run(txn, last + 1, log_id, first, count, err);
}

/* The last run before counter `before`; 0: of all. */
static enum ys_code arrival_before(struct ys_txn *txn, uint64_t before, struct ys_arrival *out,
                                   struct ys_err *err)
{
    uint8_t key[8];
    struct ys_bytes found;
    struct ys_bytes value;
    ys_be64_put(key, before);
    const enum ys_code code =
        ys_txn_seek(txn, YS_DB_ARRIVAL, (struct ys_bytes){key, before == 0 ? 0 : sizeof key},
                    YS_SEEK_LAST_BELOW, &found, &value, err);
    if (code != YS_OK)
        return code;
    if (found.size != sizeof key)
        return ys_fail(err, YS_CORRUPT, "store: a counter has %zu bytes", found.size);
    return ys_arrival_next(txn, ys_be64_get(found.data) - 1, out, err);
}

enum ys_code ys_arrival_cut(struct ys_txn *txn, uint32_t log_id, uint64_t size, struct ys_err *err)
{
    for (uint64_t before = 0;;) {
        struct ys_arrival run;
        enum ys_code code = arrival_before(txn, before, &run, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code != YS_OK)
            return code;
        before = run.counter;
        if (run.log_id != log_id)
            continue;
        if (run.first_index + run.count <= size)
            return YS_OK; /* the runs of a log ascend */
        const uint64_t first = run.first_index < size ? run.first_index : size;
        code = put_run(txn, run.counter, log_id, first, size - first, err);
        if (code != YS_OK)
            return code;
    }
}

/* --- by record id --- */

enum { POSITION = YS_ROW_KEY_LEN, POSITIONS_MAX = 64 };

enum ys_code ys_byid_put(struct ys_txn *txn, struct ys_bytes text, uint32_t log_id, uint64_t index,
                         struct ys_err *err)
{
    struct ys_hash id;
    uint8_t value[POSITION * POSITIONS_MAX];
    struct ys_bytes old;
    ys_record_id(text, &id);
    const struct ys_bytes key = {id.bytes, 8};
    ys_row_key(log_id, index, value);
    const enum ys_code code =
        ys_txn_put_new(txn, YS_DB_BYID, key, (struct ys_bytes){value, POSITION}, &old, err);
    if (code != YS_EXISTS)
        return code;
    /* More copies of one prefix than this come only from somebody who makes them; the first
     * ones stay findable, and every entry is reached by its position. */
    if (old.size % POSITION != 0 || old.size > sizeof value - POSITION)
        return YS_OK;
    const size_t size = old.size;
    memcpy(value, old.data, size);
    ys_row_key(log_id, index, value + size);
    return ys_txn_put(txn, YS_DB_BYID, key, (struct ys_bytes){value, size + POSITION}, err);
}

enum ys_code ys_byid_remove(struct ys_txn *txn, struct ys_bytes text, uint32_t log_id,
                            uint64_t index, struct ys_err *err)
{
    struct ys_hash id;
    uint8_t value[POSITION * POSITIONS_MAX];
    uint8_t gone[POSITION];
    size_t size = 0;
    struct ys_bytes old;
    ys_record_id(text, &id);
    ys_row_key(log_id, index, gone);
    const struct ys_bytes key = {id.bytes, 8};
    const enum ys_code code = ys_txn_get(txn, YS_DB_BYID, key, &old, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    if (old.size % POSITION != 0 || old.size > sizeof value)
        return ys_fail(err, YS_CORRUPT, "store: a row of \"byid\" has %zu bytes", old.size);
    for (size_t at = 0; at < old.size; at += POSITION) {
        if (memcmp(old.data + at, gone, POSITION) == 0)
            continue;
        memcpy(value + size, old.data + at, POSITION);
        size += POSITION;
    }
    if (size == 0)
        return ys_txn_delete(txn, YS_DB_BYID, key, err);
    return ys_txn_put(txn, YS_DB_BYID, key, (struct ys_bytes){value, size}, err);
}

static enum ys_code collect(struct ys_txn *txn, struct ys_bytes positions, const uint8_t *id,
                            size_t id_size, struct ys_position *out, size_t capacity, size_t *count,
                            struct ys_err *err)
{
    for (size_t at = 0; at + YS_ROW_KEY_LEN <= positions.size; at += YS_ROW_KEY_LEN) {
        const struct ys_position position = {.log_id = ys_be32_get(positions.data + at),
                                             .index = ys_be64_get(positions.data + at + 4)};
        struct ys_entry entry;
        struct ys_bytes text;
        struct ys_bytes kind;
        struct ys_hash found;
        const enum ys_code code = ys_log_entry(txn, position.log_id, position.index, &entry, err);
        if (code == YS_NOT_FOUND)
            return ys_fail(err, YS_CORRUPT,
                           "store: \"byid\" names log %u entry %llu, which is not there",
                           position.log_id, (unsigned long long)position.index);
        if (code != YS_OK)
            return code;
        if (!ys_note_peek(entry.note, &text, &kind))
            continue;
        ys_record_id(text, &found);
        if (memcmp(found.bytes, id, id_size) == 0 && *count < capacity)
            out[(*count)++] = position;
    }
    return YS_OK;
}

enum ys_code ys_log_by_id(struct ys_txn *txn, const struct ys_hash *id, struct ys_position *out,
                          size_t capacity, size_t *count_out, struct ys_err *err)
{
    struct ys_bytes positions;
    size_t count = 0;
    enum ys_code code =
        ys_txn_get(txn, YS_DB_BYID, (struct ys_bytes){id->bytes, 8}, &positions, err);
    if (code == YS_OK)
        code = collect(txn, positions, id->bytes, YS_HASH_LEN, out, capacity, &count, err);
    if (code == YS_OK || code == YS_NOT_FOUND)
        *count_out = count;
    return code == YS_NOT_FOUND ? YS_OK : code;
}

enum ys_code ys_log_by_prefix(struct ys_txn *txn, const uint8_t *prefix, size_t prefix_size,
                              struct ys_position *out, size_t capacity, size_t *count_out,
                              struct ys_err *err)
{
    YS_ASSERT(prefix_size >= 4 && prefix_size <= 8);
    uint8_t key[8] = {0};
    size_t count = 0;
    memcpy(key, prefix, prefix_size);
    for (;;) {
        struct ys_bytes found;
        struct ys_bytes positions;
        enum ys_code code = ys_txn_seek(txn, YS_DB_BYID, (struct ys_bytes){key, sizeof key},
                                        YS_SEEK_AT_LEAST, &found, &positions, err);
        if (code != YS_OK && code != YS_NOT_FOUND)
            return code;
        if (code == YS_NOT_FOUND || found.size != 8 ||
            memcmp(found.data, prefix, prefix_size) != 0 || count == capacity)
            break;
        uint8_t exact[8];
        memcpy(exact, found.data, sizeof exact);
        code = collect(txn, positions, exact, sizeof exact, out, capacity, &count, err);
        if (code != YS_OK)
            return code;
        const uint64_t next = ys_be64_get(exact) + 1;
        if (next == 0)
            break;
        ys_be64_put(key, next);
    }
    *count_out = count;
    return YS_OK;
}

/* --- membership records --- */

enum ys_code ys_membership_next(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                                struct ys_position *out, struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    struct ys_bytes found;
    struct ys_bytes value;
    ys_row_key(log_id, index, key);
    const enum ys_code code = ys_txn_seek(txn, YS_DB_MEMBER, (struct ys_bytes){key, sizeof key},
                                          YS_SEEK_AT_LEAST, &found, &value, err);
    if (code != YS_OK)
        return code;
    if (found.size != YS_ROW_KEY_LEN)
        return ys_fail(err, YS_CORRUPT, "store: a key of \"member\" has %zu bytes", found.size);
    *out = (struct ys_position){.log_id = ys_be32_get(found.data),
                                .index = ys_be64_get(found.data + 4)};
    return YS_OK;
}

enum ys_code ys_byid_has(struct ys_txn *txn, const struct ys_hash *id, uint32_t log_id,
                         uint64_t index, bool *there_out, struct ys_err *err)
{
    uint8_t position[POSITION];
    struct ys_bytes row;
    *there_out = false;
    ys_row_key(log_id, index, position);
    const enum ys_code code =
        ys_txn_get(txn, YS_DB_BYID, (struct ys_bytes){id->bytes, 8}, &row, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    *there_out = row.size >= (size_t)POSITION * POSITIONS_MAX; /* further copies are not kept */
    for (size_t at = 0; at + POSITION <= row.size && !*there_out; at += POSITION)
        *there_out = memcmp(row.data + at, position, POSITION) == 0;
    return YS_OK;
}
