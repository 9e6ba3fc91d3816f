#include "sync/rewind.h"

#include "crypto/assert.h"
#include "crypto/tile.h"
#include "sync/checked_row.h"
#include "sync/erasure.h"
#include "sync/heads.h"
#include "sync/log_index.h"
#include "sync/status.h"
#include "sync/tiles.h"

#include <stdlib.h>
#include <string.h>

/* --- counting --- */

static const char rewinds_name[] = "rewinds";

enum ys_code ys_rewinds_load(struct ys_txn *txn, uint64_t *out, struct ys_err *err)
{
    struct ys_bytes value;
    const enum ys_code code =
        ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(rewinds_name), &value, err);
    if (code == YS_NOT_FOUND) {
        *out = 0;
        return YS_OK;
    }
    if (code == YS_OK && value.size != 8)
        return ys_fail(err, YS_CORRUPT, "store: meta \"rewinds\" has %zu bytes", value.size);
    if (code == YS_OK)
        *out = ys_be64_get(value.data);
    return code;
}

enum ys_code ys_rewind_count(struct ys_txn *txn, struct ys_err *err)
{
    uint8_t value[8];
    uint64_t count = 0;
    const enum ys_code code = ys_rewinds_load(txn, &count, err);
    if (code != YS_OK)
        return code;
    ys_be64_put(value, count + 1);
    return ys_checked_put(txn, YS_DB_META, ys_bytes_of_text(rewinds_name),
                          (struct ys_bytes){value, sizeof value}, err);
}

/* --- going back --- */

static enum ys_code delete_row(struct ys_txn *txn, enum ys_db db, uint32_t log_id, uint64_t index,
                               struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    ys_row_key(log_id, index, key);
    const enum ys_code code = ys_txn_delete(txn, db, (struct ys_bytes){key, sizeof key}, err);
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static enum ys_code remove_entry(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                                 struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    enum ys_code code = ys_log_entry(txn, log_id, index, &entry, err);
    if (code == YS_OK && ys_note_peek(entry.note, &text, &kind))
        code = ys_byid_remove(txn, text, log_id, index, err);
    if (code == YS_OK) /* the bytes go with the first write */
        code = ys_log_entry(txn, log_id, index, &entry, err);
    if (code == YS_OK)
        code = ys_erasure_goes(txn, (struct ys_position){log_id, index}, &entry, err);
    if (code == YS_OK)
        code = delete_row(txn, YS_DB_MEMBER, log_id, index, err);
    if (code == YS_OK)
        code = delete_row(txn, YS_DB_ABSENT, log_id, index, err);
    if (code == YS_OK)
        code = delete_row(txn, YS_DB_BODY, log_id, index, err);
    return code != YS_OK ? code : delete_row(txn, YS_DB_ENTRY, log_id, index, err);
}

/* The frontier of an earlier size, from the stored tiles. */
static enum ys_code frontier_at(struct ys_txn *txn, const struct ys_log *log, uint64_t size,
                                struct ys_frontier *out, struct ys_err *err)
{
    struct ys_log_place place = {.txn = txn, .id = log->id};
    enum ys_code code = YS_OK;
    *out = (struct ys_frontier){.size = size};
    for (unsigned level = 0; level < YS_FRONTIER_MAX && code == YS_OK; level++)
        if ((size >> level & 1) != 0)
            code = ys_tiles_read(&place, level, (size >> level) - 1, &out->subtree[level], err);
    return code;
}

static enum ys_code no_head_above(struct ys_txn *txn, const struct ys_log *log, uint64_t size,
                                  struct ys_err *err)
{
    uint64_t found = 0;
    struct ys_bytes note;
    const enum ys_code code = ys_head_at_least(txn, log->id, size + 1, &found, &note, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    return code != YS_OK
               ? code
               : ys_fail(err, YS_REFUSED,
                         "log %s: a head of size %llu is signed: it does not go back "
                         "to %llu",
                         log->origin_text, (unsigned long long)found, (unsigned long long)size);
}

enum ys_code ys_log_rewind(struct ys_txn *txn, struct ys_log *log, uint64_t size,
                           struct ys_err *err)
{
    struct ys_frontier frontier;
    const uint64_t end = log->frontier.size;
    if (size > end)
        return ys_fail(err, YS_LIMIT, "log %s holds %llu entries, not %llu", log->origin_text,
                       (unsigned long long)end, (unsigned long long)size);
    enum ys_code code = no_head_above(txn, log, size, err);
    if (code == YS_OK)
        code = frontier_at(txn, log, size, &frontier, err);
    for (uint64_t index = end; index > size && code == YS_OK; index--)
        code = remove_entry(txn, log->id, index - 1, err);
    if (code == YS_OK)
        code = ys_tiles_cut(txn, log->id, end, size, err);
    if (code == YS_OK)
        code = ys_arrival_cut(txn, log->id, size, err);
    if (code == YS_OK)
        code = ys_status_cut(txn, log->id, size, end, err);
    if (code == YS_OK)
        code = ys_rewind_count(txn, err);
    if (code != YS_OK)
        return code;
    log->frontier = frontier;
    ys_frontier_root(&frontier, &log->root);
    return ys_log_touch(txn, log, err);
}

/* --- set aside: counter -> content u8 || size of the note u32 || note || body --- */

enum { ASIDE_FIXED = 1 + 4 };

enum ys_code ys_aside_put(struct ys_txn *txn, const struct ys_entry *entry, struct ys_err *err)
{
    uint8_t key[8];
    struct ys_bytes last;
    struct ys_bytes value;
    enum ys_code code =
        ys_txn_seek(txn, YS_DB_ASIDE, (struct ys_bytes){0}, YS_SEEK_LAST_BELOW, &last, &value, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    ys_be64_put(key, code == YS_OK && last.size == 8 ? ys_be64_get(last.data) + 1 : 1);
    const size_t size = ASIDE_FIXED + entry->note.size + entry->body.size;
    uint8_t *const row = malloc(size);
    if (row == NULL)
        return ys_fail(err, YS_NOMEM, "store: out of memory");
    row[0] = (uint8_t)entry->content;
    ys_be32_put(row + 1, (uint32_t)entry->note.size);
    memcpy(row + ASIDE_FIXED, entry->note.data, entry->note.size);
    if (entry->body.size != 0)
        memcpy(row + ASIDE_FIXED + entry->note.size, entry->body.data, entry->body.size);
    code = ys_checked_put(txn, YS_DB_ASIDE, (struct ys_bytes){key, sizeof key},
                          (struct ys_bytes){row, size}, err);
    free(row);
    return code;
}

enum ys_code ys_aside_next(struct ys_txn *txn, uint64_t after, uint64_t *counter_out,
                           struct ys_entry *out, struct ys_err *err)
{
    uint8_t key[8];
    struct ys_bytes found;
    struct ys_bytes row;
    struct ys_bytes value;
    ys_be64_put(key, after + 1);
    enum ys_code code = ys_txn_seek(txn, YS_DB_ASIDE, (struct ys_bytes){key, sizeof key},
                                    YS_SEEK_AT_LEAST, &found, &row, err);
    if (code == YS_OK)
        code = ys_checked_open(YS_DB_ASIDE, found, row, &value, err);
    if (code != YS_OK)
        return code;
    const size_t note_size = value.size < ASIDE_FIXED ? SIZE_MAX : ys_be32_get(value.data + 1);
    if (found.size != 8 || value.size < ASIDE_FIXED || value.data[0] > YS_CONTENT_TOMBSTONE ||
        note_size > value.size - ASIDE_FIXED)
        return ys_fail(err, YS_CORRUPT, "store: a row of \"aside\" has no such form");
    *counter_out = ys_be64_get(found.data);
    *out = (struct ys_entry){
        .note = {value.data + ASIDE_FIXED, note_size},
        .content = (enum ys_content)value.data[0],
        .body = {value.data + ASIDE_FIXED + note_size, value.size - ASIDE_FIXED - note_size}};
    return YS_OK;
}

/* --- the own log --- */

enum ys_code ys_recover_begin(struct ys_txn *txn, struct ys_log *own, struct ys_err *err)
{
    uint64_t signed_size = 0;
    struct ys_bytes note;
    YS_ASSERT(own->id == YS_OWN_LOG);
    if (own->state == YS_LOG_RECOVERING)
        return YS_OK;
    if (own->state != YS_LOG_FOLLOWING)
        return ys_fail(err, YS_FORK, "log %s is %s: it is not recovered", own->origin_text,
                       ys_log_state_name(own->state));
    enum ys_code code = ys_head_at_most(txn, own->id, INT64_MAX, &signed_size, &note, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    if (code == YS_NOT_FOUND)
        signed_size = 0;
    if (signed_size > own->frontier.size)
        return ys_fail(err, YS_CORRUPT,
                       "log %s: a head of size %llu was signed, %llu entries are here",
                       own->origin_text, (unsigned long long)signed_size,
                       (unsigned long long)own->frontier.size);
    code = YS_OK;
    for (uint64_t index = signed_size; index < own->frontier.size && code == YS_OK; index++) {
        struct ys_entry entry;
        code = ys_log_entry(txn, own->id, index, &entry, err);
        if (code == YS_OK)
            code = ys_aside_put(txn, &entry, err);
    }
    if (code == YS_OK && signed_size < own->frontier.size)
        code = ys_log_rewind(txn, own, signed_size, err);
    return code != YS_OK ? code : ys_log_set_state(txn, own, YS_LOG_RECOVERING, err);
}

/* Does the own log hold this very record, and where? */
static enum ys_code find_in_own_log(struct ys_txn *txn, struct ys_bytes note, bool *out,
                                    uint64_t *index_out, struct ys_err *err)
{
    enum { POSITIONS = 64 };
    struct ys_position found[POSITIONS];
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_hash id;
    size_t count = 0;
    *out = false;
    if (!ys_note_peek(note, &text, &kind))
        return YS_OK;
    ys_record_id(text, &id);
    const enum ys_code code = ys_log_by_id(txn, &id, found, POSITIONS, &count, err);
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        if (found[i].log_id != YS_OWN_LOG)
            continue;
        *out = true;
        *index_out = found[i].index;
    }
    return code;
}

/* The parent may have given back less than we had: a body that it withheld, or that did not come to it. */
static enum ys_code give_body_back(struct ys_txn *txn, struct ys_log *own, uint64_t index,
                                   struct ys_bytes body, struct ys_err *err)
{
    static const uint8_t unchecked = YS_VERDICT_UNCHECKED;
    struct ys_entry entry;
    enum ys_code code = ys_log_entry(txn, own->id, index, &entry, err);
    if (code != YS_OK || entry.content != YS_CONTENT_ABSENT)
        return code;
    code = ys_log_fill_body(txn, own, index, body, err);
    return code != YS_OK ? code : ys_status_set(txn, own->id, index, &unchecked, 1, err);
}

/* Append one row again, unless it is there, and take it out of the table. */
static enum ys_code bring_back(struct ys_txn *txn, struct ys_log *own, uint64_t counter,
                               const struct ys_entry *entry, struct ys_err *err)
{
    uint8_t key[8];
    uint64_t index = 0;
    bool there = false;
    enum ys_code code = find_in_own_log(txn, entry->note, &there, &index, err);
    if (code == YS_OK && (!there || entry->content == YS_CONTENT_BODY)) {
        /* The row's bytes go with the first write. */
        struct ys_entry copy = *entry;
        uint8_t *const bytes = malloc(entry->note.size + entry->body.size + 1);
        if (bytes == NULL)
            return ys_fail(err, YS_NOMEM, "store: out of memory");
        memcpy(bytes, entry->note.data, entry->note.size);
        if (entry->body.size != 0)
            memcpy(bytes + entry->note.size, entry->body.data, entry->body.size);
        if (entry->content == YS_CONTENT_TOMBSTONE) /* until its redaction is in effect again */
            copy.content = YS_CONTENT_ABSENT;
        copy.note.data = bytes;
        copy.body.data = bytes + entry->note.size;
        code = there ? give_body_back(txn, own, index, copy.body, err)
                     : ys_log_append(txn, own, &copy, 1, err);
        free(bytes);
    }
    if (code != YS_OK)
        return code;
    ys_be64_put(key, counter);
    return ys_txn_delete(txn, YS_DB_ASIDE, (struct ys_bytes){key, sizeof key}, err);
}

enum ys_code ys_recover_end(struct ys_txn *txn, struct ys_log *own, struct ys_err *err)
{
    YS_ASSERT(own->id == YS_OWN_LOG);
    if (own->state != YS_LOG_RECOVERING)
        return YS_OK;
    enum ys_code code = YS_OK;
    for (uint64_t after = 0; code == YS_OK;) {
        struct ys_entry entry;
        code = ys_aside_next(txn, after, &after, &entry, err);
        if (code == YS_OK)
            code = bring_back(txn, own, after, &entry, err);
    }
    return code != YS_NOT_FOUND ? code : ys_log_set_state(txn, own, YS_LOG_FOLLOWING, err);
}
