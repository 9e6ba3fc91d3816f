#include "sync/heads.h"

#include "crypto/assert.h"
#include "crypto/base64.h"

#include <string.h>

enum { COSIGNATURE_LEN = 4 + 8 + YS_SIG_LEN };

/* A row of the head table next to a key, if it belongs to this log. */
static enum ys_code seek_head(struct ys_txn *txn, uint32_t log_id,
                              const uint8_t key[YS_ROW_KEY_LEN], enum ys_seek how,
                              uint64_t *size_out, struct ys_bytes *note_out, struct ys_err *err)
{
    struct ys_bytes found;
    struct ys_bytes note;
    const enum ys_code code = ys_txn_seek(txn, YS_DB_HEAD, (struct ys_bytes){key, YS_ROW_KEY_LEN},
                                          how, &found, &note, err);
    if (code != YS_OK)
        return code;
    if (found.size != YS_ROW_KEY_LEN)
        return ys_fail(err, YS_CORRUPT, "store: a key of \"head\" has %zu bytes", found.size);
    if (ys_be32_get(found.data) != log_id)
        return YS_NOT_FOUND;
    *size_out = ys_be64_get(found.data + 4);
    *note_out = note;
    return YS_OK;
}

enum ys_code ys_head_at_most(struct ys_txn *txn, uint32_t log_id, uint64_t at_most,
                             uint64_t *size_out, struct ys_bytes *note_out, struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    YS_ASSERT(at_most <= INT64_MAX);
    ys_row_key(log_id, at_most + 1, key);
    return seek_head(txn, log_id, key, YS_SEEK_LAST_BELOW, size_out, note_out, err);
}

enum ys_code ys_head_at_least(struct ys_txn *txn, uint32_t log_id, uint64_t at_least,
                              uint64_t *size_out, struct ys_bytes *note_out, struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    ys_row_key(log_id, at_least, key);
    return seek_head(txn, log_id, key, YS_SEEK_AT_LEAST, size_out, note_out, err);
}

/* Join the lines of a new head with those of the stored one, if there is one. */
static enum ys_code join_notes(const struct ys_bytes *old, struct ys_bytes new,
                               struct ys_writer *joined, struct ys_err *err)
{
    struct ys_note a = {0};
    struct ys_note b;
    struct ys_note_line lines[YS_NOTE_LINES_MAX];
    if (old != NULL && ys_note_parse(*old, &a, NULL) != YS_OK)
        return ys_fail(err, YS_CORRUPT, "store: a stored head is no signed note");
    const enum ys_code code = ys_note_parse(new, &b, err);
    if (code != YS_OK)
        return code;
    if (old != NULL && !ys_bytes_equal(a.text, b.text))
        return ys_fail(err, YS_CORRUPT, "store: another head stands at this size");
    if (a.line_count + b.line_count > YS_NOTE_LINES_MAX)
        return ys_fail(err, YS_LIMIT, "head: more than %d signature lines", YS_NOTE_LINES_MAX);
    memcpy(lines, a.line, a.line_count * sizeof *lines);
    memcpy(lines + a.line_count, b.line, b.line_count * sizeof *lines);
    return ys_note_join(joined, b.text, lines, a.line_count + b.line_count, err);
}

static bool is_cosigned(struct ys_bytes note_bytes)
{
    struct ys_note note;
    return ys_note_parse(note_bytes, &note, NULL) == YS_OK && note.line_count > 1;
}

/* Heads below `newest` that nobody cosigned say nothing that it does not say. */
static enum ys_code drop_superseded(struct ys_txn *txn, uint32_t log_id, uint64_t newest,
                                    struct ys_err *err)
{
    for (uint64_t below = newest; below > 0;) {
        uint8_t key[YS_ROW_KEY_LEN];
        uint64_t size = 0;
        struct ys_bytes note;
        enum ys_code code = ys_head_at_most(txn, log_id, below - 1, &size, &note, err);
        if (code == YS_NOT_FOUND)
            break;
        if (code != YS_OK)
            return code;
        if (is_cosigned(note))
            break;
        ys_row_key(log_id, size, key);
        code = ys_txn_delete(txn, YS_DB_HEAD, (struct ys_bytes){key, sizeof key}, err);
        if (code != YS_OK)
            return code;
        below = size;
    }
    return YS_OK;
}

enum ys_code ys_head_put(struct ys_txn *txn, uint32_t log_id, uint64_t size, uint64_t durable_size,
                         struct ys_bytes note, bool *changed_out, struct ys_err *err)
{
    uint8_t key[YS_ROW_KEY_LEN];
    uint8_t buffer[YS_HEAD_MAX];
    struct ys_writer joined = {.data = buffer, .capacity = sizeof buffer};
    struct ys_bytes old;
    uint64_t newest = 0;
    ys_row_key(log_id, size, key);
    const struct ys_bytes row = {key, sizeof key};
    enum ys_code code = ys_txn_get(txn, YS_DB_HEAD, row, &old, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    const bool there = code == YS_OK;
    code = join_notes(there ? &old : NULL, note, &joined, err);
    if (code != YS_OK)
        return code;
    const struct ys_bytes value = {joined.data, joined.size};
    const bool changed = !there || !ys_bytes_equal(old, value);
    if (changed)
        code = ys_txn_put(txn, YS_DB_HEAD, row, value, err);
    /* Also when nothing changed: a head of a catch-up is reached some time after it was stored. */
    if (code == YS_OK)
        code = ys_head_at_most(txn, log_id, durable_size, &newest, &old, err);
    if (code == YS_OK)
        code = drop_superseded(txn, log_id, newest, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    *changed_out = changed;
    return YS_OK;
}

/* The time of a line, read and not verified; false when the line is no cosignature. */
static bool cosigned_at(const struct ys_note_line *line, uint64_t *time_out)
{
    uint8_t signature[COSIGNATURE_LEN];
    size_t size = 0;
    if (ys_base64_decode(line->base64, signature, sizeof signature, &size) != YS_OK ||
        size != sizeof signature)
        return false;
    *time_out = ys_be64_get(signature + 4);
    return true;
}

/* Does this stored head carry the witness's line? */
static bool has_receipt(struct ys_bytes bytes, const struct ys_vkey *witness, uint64_t *time_out)
{
    struct ys_note note;
    if (ys_note_parse(bytes, &note, NULL) != YS_OK)
        return false;
    for (unsigned i = 0; i < note.line_count; i++)
        if (note.line[i].key_id == witness->id &&
            ys_bytes_is_text(note.line[i].name, witness->name))
            return cosigned_at(&note.line[i], time_out);
    return false;
}

enum ys_code ys_head_last_cosigned(struct ys_txn *txn, uint32_t log_id, uint64_t *time_out,
                                   struct ys_err *err)
{
    uint64_t last = 0;
    bool any = false;
    for (uint64_t at_most = INT64_MAX;;) {
        uint64_t size = 0;
        struct ys_bytes bytes;
        struct ys_note note;
        const enum ys_code code = ys_head_at_most(txn, log_id, at_most, &size, &bytes, err);
        if (code != YS_OK && code != YS_NOT_FOUND)
            return code;
        if (code == YS_OK && ys_note_parse(bytes, &note, NULL) != YS_OK)
            return ys_fail(err, YS_CORRUPT, "store: a stored head is no signed note");
        for (unsigned i = 0; code == YS_OK && i < note.line_count; i++) {
            uint64_t time_s = 0;
            if (!cosigned_at(&note.line[i], &time_s))
                continue;
            any = true;
            last = time_s > last ? time_s : last;
        }
        if (code == YS_NOT_FOUND || size == 0)
            break;
        at_most = size - 1;
    }
    if (any)
        *time_out = last;
    return any ? YS_OK : YS_NOT_FOUND;
}

enum ys_code ys_receipt_newest(struct ys_txn *txn, uint32_t log_id, const struct ys_vkey *witness,
                               struct ys_receipt *out, struct ys_bytes *note_out,
                               struct ys_err *err)
{
    for (uint64_t at_most = INT64_MAX;;) {
        struct ys_receipt found = {0};
        struct ys_bytes note;
        const enum ys_code code = ys_head_at_most(txn, log_id, at_most, &found.size, &note, err);
        if (code != YS_OK)
            return code;
        if (has_receipt(note, witness, &found.time_s)) {
            *out = found;
            *note_out = note;
            return YS_OK;
        }
        if (found.size == 0)
            return YS_NOT_FOUND;
        at_most = found.size - 1;
    }
}

enum ys_code ys_receipt_covering(struct ys_txn *txn, uint32_t log_id, uint64_t index,
                                 const struct ys_vkey *witness, struct ys_receipt *out,
                                 struct ys_err *err)
{
    for (uint64_t at_least = index + 1;;) {
        struct ys_receipt found = {0};
        struct ys_bytes note;
        const enum ys_code code = ys_head_at_least(txn, log_id, at_least, &found.size, &note, err);
        if (code != YS_OK)
            return code;
        if (has_receipt(note, witness, &found.time_s)) {
            *out = found;
            return YS_OK;
        }
        at_least = found.size + 1;
    }
}
