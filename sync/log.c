#include "sync/log.h"

#include "crypto/assert.h"
#include "sync/absent.h"
#include "sync/checked_row.h"
#include "sync/erasure.h"
#include "sync/log_index.h"
#include "sync/tiles.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_FIXED = 1 + 8 + 8 + YS_HASH_LEN, ROW_MAX = ROW_FIXED + 63 * YS_HASH_LEN + 128 };

const char *ys_log_state_name(enum ys_log_state state)
{
    switch (state) {
    case YS_LOG_FOLLOWING:
        return "following";
    case YS_LOG_RECOVERING:
        return "recovering";
    case YS_LOG_FORKED:
        return "forked";
    case YS_LOG_CLOSED:
        return "closed";
    }
    return "?";
}

/* --- the log's row: state, changed, size, root, frontier, origin --- */

static enum ys_code save_row(struct ys_txn *txn, const struct ys_log *log, struct ys_err *err)
{
    uint8_t key[4];
    uint8_t row[ROW_MAX];
    struct ys_writer w = {.data = row + ROW_FIXED, .capacity = sizeof row - ROW_FIXED};
    ys_be32_put(key, log->id);
    row[0] = (uint8_t)log->state;
    ys_be64_put(row + 1, log->changed);
    ys_be64_put(row + 9, log->frontier.size);
    memcpy(row + 17, log->root.bytes, YS_HASH_LEN);
    for (unsigned level = 0; level < YS_FRONTIER_MAX; level++)
        if ((log->frontier.size >> level & 1) != 0)
            ys_writer_bytes(&w, (struct ys_bytes){log->frontier.subtree[level].bytes, YS_HASH_LEN});
    ys_writer_text(&w, log->origin_text);
    YS_ASSERT(!w.overflow);
    return ys_checked_put(txn, YS_DB_LOG, (struct ys_bytes){key, sizeof key},
                          (struct ys_bytes){row, ROW_FIXED + w.size}, err);
}

static enum ys_code parse_row(uint32_t id, struct ys_bytes row, struct ys_log *out,
                              struct ys_err *err)
{
    if (row.size < ROW_FIXED || row.data[0] > YS_LOG_CLOSED)
        return ys_fail(err, YS_CORRUPT, "store: row of log %u has no such form", id);
    *out = (struct ys_log){.id = id, .state = (enum ys_log_state)row.data[0]};
    out->changed = ys_be64_get(row.data + 1);
    out->frontier.size = ys_be64_get(row.data + 9);
    memcpy(out->root.bytes, row.data + 17, YS_HASH_LEN);
    size_t at = ROW_FIXED;
    if (out->frontier.size > INT64_MAX)
        return ys_fail(err, YS_CORRUPT, "store: row of log %u has an impossible size", id);
    for (unsigned level = 0; level < YS_FRONTIER_MAX; level++) {
        if ((out->frontier.size >> level & 1) == 0)
            continue;
        if (row.size - at < YS_HASH_LEN)
            return ys_fail(err, YS_CORRUPT, "store: row of log %u is cut short", id);
        memcpy(out->frontier.subtree[level].bytes, row.data + at, YS_HASH_LEN);
        at += YS_HASH_LEN;
    }
    const struct ys_bytes origin = {row.data + at, row.size - at};
    if (ys_name_parse(origin, &out->origin, NULL) != YS_OK || out->origin.kind != YS_NAME_LOG)
        return ys_fail(err, YS_CORRUPT, "store: row of log %u names no origin", id);
    ys_name_print(&out->origin, out->origin_text);
    return YS_OK;
}

enum ys_code ys_log_load(struct ys_txn *txn, uint32_t id, struct ys_log *out, struct ys_err *err)
{
    uint8_t key[4];
    struct ys_bytes row;
    ys_be32_put(key, id);
    const enum ys_code code =
        ys_checked_get(txn, YS_DB_LOG, (struct ys_bytes){key, sizeof key}, &row, err);
    return code != YS_OK ? code : parse_row(id, row, out, err);
}

enum ys_code ys_log_next(struct ys_txn *txn, uint32_t id, struct ys_log *out, struct ys_err *err)
{
    uint8_t key[4];
    struct ys_bytes found;
    struct ys_bytes row;
    ys_be32_put(key, id);
    const enum ys_code code = ys_txn_seek(txn, YS_DB_LOG, (struct ys_bytes){key, sizeof key},
                                          YS_SEEK_AT_LEAST, &found, &row, err);
    if (code != YS_OK)
        return code;
    if (found.size != 4)
        return ys_fail(err, YS_CORRUPT, "store: a key of \"log\" has %zu bytes", found.size);
    struct ys_bytes value;
    const enum ys_code opened = ys_checked_open(YS_DB_LOG, found, row, &value, err);
    return opened != YS_OK ? opened : parse_row(ys_be32_get(found.data), value, out, err);
}

/* The log that a row of "origin" leads to, which must be of that origin. */
static enum ys_code load_by_origin(struct ys_txn *txn, struct ys_bytes origin, struct ys_bytes row,
                                   struct ys_log *out, struct ys_err *err)
{
    struct ys_log log;
    if (row.size != 4)
        return ys_fail(err, YS_CORRUPT, "store: a row of \"origin\" has %zu bytes", row.size);
    const uint32_t id = ys_be32_get(row.data);
    const enum ys_code code = ys_log_load(txn, id, &log, err);
    if (code != YS_OK)
        return code;
    if (!ys_bytes_is_text(origin, log.origin_text))
        return ys_fail(err, YS_CORRUPT, "store: a row of \"origin\" leads to log %u, which is %s",
                       id, log.origin_text);
    *out = log;
    return YS_OK;
}

enum ys_code ys_log_find(struct ys_txn *txn, const char *origin, struct ys_log *out,
                         struct ys_err *err)
{
    const struct ys_bytes key = ys_bytes_of_text(origin);
    struct ys_bytes value;
    const enum ys_code code = ys_txn_get(txn, YS_DB_ORIGIN, key, &value, err);
    return code != YS_OK ? code : load_by_origin(txn, key, value, out, err);
}

enum ys_code ys_log_next_origin(struct ys_txn *txn, const char *origin, struct ys_log *out,
                                struct ys_err *err)
{
    /* With its terminator, `origin` is the key next behind itself. */
    const struct ys_bytes behind = {(const uint8_t *)origin,
                                    origin[0] == '\0' ? 0 : strlen(origin) + 1};
    struct ys_bytes found;
    struct ys_bytes value;
    const enum ys_code code =
        ys_txn_seek(txn, YS_DB_ORIGIN, behind, YS_SEEK_AT_LEAST, &found, &value, err);
    return code != YS_OK ? code : load_by_origin(txn, found, value, out, err);
}

enum ys_code ys_log_add(struct ys_txn *txn, const struct ys_name *origin, struct ys_log *out,
                        struct ys_err *err)
{
    YS_ASSERT(origin->kind == YS_NAME_LOG);
    struct ys_log log = {.origin = *origin};
    ys_name_print(origin, log.origin_text);
    enum ys_code code = ys_log_find(txn, log.origin_text, out, err);
    if (code != YS_NOT_FOUND)
        return code == YS_OK ? ys_fail(err, YS_EXISTS, "log %s is there", log.origin_text) : code;

    struct ys_bytes key;
    struct ys_bytes row;
    code = ys_txn_seek(txn, YS_DB_LOG, (struct ys_bytes){0}, YS_SEEK_LAST_BELOW, &key, &row, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    log.id = code == YS_NOT_FOUND ? YS_OWN_LOG : ys_be32_get(key.data) + 1;
    ys_frontier_root(&log.frontier, &log.root);
    uint8_t id[4];
    ys_be32_put(id, log.id);
    code = ys_txn_put(txn, YS_DB_ORIGIN, ys_bytes_of_text(log.origin_text),
                      (struct ys_bytes){id, sizeof id}, err);
    if (code == YS_OK)
        code = save_row(txn, &log, err);
    if (code == YS_OK)
        *out = log;
    return code;
}

enum ys_code ys_log_touch(struct ys_txn *txn, struct ys_log *log, struct ys_err *err)
{
    const enum ys_code code = ys_changed_move(txn, log, err);
    return code != YS_OK ? code : save_row(txn, log, err);
}

enum ys_code ys_log_set_state(struct ys_txn *txn, struct ys_log *log, enum ys_log_state state,
                              struct ys_err *err)
{
    log->state = state;
    return ys_log_touch(txn, log, err);
}

/* --- appending --- */

bool ys_note_peek(struct ys_bytes note, struct ys_bytes *text_out, struct ys_bytes *kind_out)
{
    /* The text ends at the first empty line; the kind is its third line. */
    struct ys_bytes rest = note;
    struct ys_bytes line;
    for (unsigned i = 0; ys_bytes_take_line(&rest, &line); i++) {
        if (i > 0 && line.size == 0) {
            *text_out = (struct ys_bytes){note.data, (size_t)(line.data - note.data)};
            return i > 2;
        }
        if (i == 2)
            *kind_out = line;
    }
    return false;
}

static enum ys_code put_body(struct ys_txn *txn, const uint8_t key[YS_ROW_KEY_LEN],
                             enum ys_content content, struct ys_bytes body, struct ys_err *err)
{
    uint8_t *room = NULL;
    const enum ys_code code = ys_txn_reserve(
        txn, YS_DB_BODY, (struct ys_bytes){key, YS_ROW_KEY_LEN}, 1 + body.size, &room, err);
    if (code != YS_OK)
        return code;
    room[0] = (uint8_t)content;
    if (body.size != 0)
        memcpy(room + 1, body.data, body.size);
    return YS_OK;
}

static enum ys_code put_entry(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                              const struct ys_entry *entry, struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    const struct ys_bytes row = {key, sizeof key};
    struct ys_bytes text;
    struct ys_bytes kind_name;
    YS_ASSERT(entry->note.size <= YS_RECORD_NOTE_MAX && entry->body.size <= YS_RECORD_BODY_MAX);
    ys_row_key(log_id, index, key);
    enum ys_code code = ys_txn_put(txn, YS_DB_ENTRY, row, entry->note, err);
    if (code == YS_OK)
        code = put_body(txn, key, entry->content, entry->body, err);
    if (code == YS_OK && entry->content == YS_CONTENT_ABSENT)
        code = ys_absent_put(txn, log_id, index, err);
    if (code != YS_OK || !ys_note_peek(entry->note, &text, &kind_name))
        return code;
    code = ys_byid_put(txn, text, log_id, index, err);
    if (code == YS_OK)
        code = ys_erasure_came(txn, (struct ys_position){log_id, index}, entry, err);
    const struct ys_kind *const kind = ys_kind_by_name(kind_name);
    if (code == YS_OK && kind != NULL && kind->membership)
        code = ys_txn_put(txn, YS_DB_MEMBER, row, (struct ys_bytes){0}, err);
    return code;
}

/* DESIGN.md 5: before each append the stored row is the one we think, and its frontier folds to its
 * root. */
static enum ys_code check_row(struct ys_txn *txn, const struct ys_log *log, struct ys_err *err)
{
    struct ys_log stored;
    struct ys_hash root;
    const enum ys_code code = ys_log_load(txn, log->id, &stored, err);
    if (code != YS_OK)
        return code;
    if (stored.frontier.size != log->frontier.size || !ys_hash_equal(&stored.root, &log->root))
        return ys_fail(err, YS_BUSY, "log %s moved meanwhile", log->origin_text);
    ys_frontier_root(&stored.frontier, &root);
    if (!ys_hash_equal(&root, &stored.root))
        return ys_fail(err, YS_CORRUPT, "log %s: the frontier at size %llu does not give the root",
                       log->origin_text, (unsigned long long)stored.frontier.size);
    return YS_OK;
}

static enum ys_code append_all(struct ys_txn *txn, struct ys_log *log,
                               const struct ys_entry *entries, size_t count, struct ys_hash *leaf,
                               struct ys_err *err)
{
    const uint64_t first = log->frontier.size;
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        code = ys_frontier_append(&log->frontier, &leaf[i]);
        if (code == YS_OK)
            code = put_entry(txn, log->id, first + i, &entries[i], err);
    }
    ys_frontier_root(&log->frontier, &log->root);
    if (code == YS_OK)
        code = ys_tiles_append(txn, log->id, first, leaf, count, err);
    if (code == YS_OK)
        code = ys_arrival_put(txn, log->id, first, count, err);
    return code != YS_OK ? code : ys_log_touch(txn, log, err);
}

/* `leaf` is used as scratch space. */
static enum ys_code append(struct ys_txn *txn, struct ys_log *log, const struct ys_entry *entries,
                           struct ys_hash *leaf, size_t count, struct ys_err *err)
{
    YS_ASSERT(count > 0 && count <= YS_APPEND_MAX);
    enum ys_code code = check_row(txn, log, err);
    struct ys_log next = *log;
    if (code == YS_OK)
        code = append_all(txn, &next, entries, count, leaf, err);
    if (code == YS_OK)
        *log = next;
    return code;
}

static struct ys_hash *new_leaves(size_t count, const struct ys_log *log, struct ys_err *err)
{
    struct ys_hash *const leaf = malloc(count * sizeof *leaf);
    if (leaf == NULL)
        (void)ys_fail(err, YS_NOMEM, "log %s: out of memory", log->origin_text);
    return leaf;
}

enum ys_code ys_log_append(struct ys_txn *txn, struct ys_log *log, const struct ys_entry *entries,
                           size_t count, struct ys_err *err)
{
    struct ys_hash *const leaf = new_leaves(count, log, err);
    if (leaf == NULL)
        return YS_NOMEM;
    for (size_t i = 0; i < count; i++)
        ys_leaf_hash(entries[i].note, &leaf[i]);
    const enum ys_code code = append(txn, log, entries, leaf, count, err);
    free(leaf);
    return code;
}

enum ys_code ys_log_append_hashed(struct ys_txn *txn, struct ys_log *log,
                                  const struct ys_entry *entries, const struct ys_hash *leaf,
                                  size_t count, struct ys_err *err)
{
    struct ys_hash *const scratch = new_leaves(count, log, err);
    if (scratch == NULL)
        return YS_NOMEM;
    memcpy(scratch, leaf, count * sizeof *leaf);
    const enum ys_code code = append(txn, log, entries, scratch, count, err);
    free(scratch);
    return code;
}

enum ys_code ys_log_fill_body(struct ys_txn *txn, struct ys_log *log, uint64_t index,
                              struct ys_bytes body, struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    struct ys_entry entry;
    enum ys_code code = ys_log_entry(txn, log->id, index, &entry, err);
    if (code != YS_OK)
        return code;
    if (entry.content != YS_CONTENT_ABSENT)
        return ys_fail(err, YS_EXISTS, "log %s: entry %llu has its body", log->origin_text,
                       (unsigned long long)index);
    ys_row_key(log->id, index, key);
    code = put_body(txn, key, YS_CONTENT_BODY, body, err);
    if (code == YS_OK)
        code = ys_absent_remove(txn, log->id, index, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, log->id, index, &entry, err);
    if (code == YS_OK) /* it may be a redaction's */
        code = ys_erasure_came(txn, (struct ys_position){log->id, index}, &entry, err);
    return code != YS_OK ? code : ys_log_touch(txn, log, err);
}

enum ys_code ys_log_set_content(struct ys_txn *txn, uint32_t id, uint64_t index,
                                enum ys_content content, struct ys_bytes body, struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    YS_ASSERT(content != YS_CONTENT_BODY);
    ys_row_key(id, index, key);
    const enum ys_code code = put_body(txn, key, content, body, err);
    if (code != YS_OK)
        return code;
    return content == YS_CONTENT_ABSENT ? ys_absent_put(txn, id, index, err)
                                        : ys_absent_remove(txn, id, index, err);
}

/* --- reading --- */

enum ys_code ys_log_entry(struct ys_txn *txn, uint32_t id, uint64_t index, struct ys_entry *out,
                          struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    const struct ys_bytes row = {key, sizeof key};
    struct ys_bytes note;
    struct ys_bytes body;
    ys_row_key(id, index, key);
    enum ys_code code = ys_txn_get(txn, YS_DB_ENTRY, row, &note, err);
    if (code != YS_OK)
        return code;
    code = ys_txn_get(txn, YS_DB_BODY, row, &body, err);
    if (code == YS_NOT_FOUND || (code == YS_OK && (body.size == 0 || body.data[0] > 2)))
        return ys_fail(err, YS_CORRUPT, "store: log %u entry %llu has no row in \"body\"", id,
                       (unsigned long long)index);
    if (code == YS_OK)
        *out = (struct ys_entry){.note = note,
                                 .content = (enum ys_content)body.data[0],
                                 .body = {body.data + 1, body.size - 1}};
    return code;
}

struct ys_tree ys_log_tree(struct ys_log_place *place)
{
    return (struct ys_tree){.read = ys_tiles_read, .context = place};
}

enum ys_code ys_log_root_at(struct ys_txn *txn, const struct ys_log *log, uint64_t size,
                            struct ys_hash *out, struct ys_err *err)
{
    if (size > log->frontier.size)
        return ys_fail(err, YS_LIMIT, "log %s holds %llu entries, not %llu", log->origin_text,
                       (unsigned long long)log->frontier.size, (unsigned long long)size);
    if (size == log->frontier.size) {
        *out = log->root;
        return YS_OK;
    }
    struct ys_log_place place = {.txn = txn, .id = log->id};
    const struct ys_tree tree = ys_log_tree(&place);
    return ys_tree_root(&tree, size, out, err);
}
