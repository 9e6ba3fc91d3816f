#include "sync/receipts.h"

#include "crypto/assert.h"
#include "proto/body.h"
#include "sync/checked_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- rows: meta "receipts", and meta "receipted/<log id>" --- */

static const char cursor_name[] = "receipts";
enum { CURSOR_LEN = 16, NAME_MAX_LEN = 24 };

static enum ys_code get_numbers(struct ys_txn *txn, const char *name, uint64_t *out, size_t count,
                                struct ys_err *err)
{
    struct ys_bytes value;
    const enum ys_code code = ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(name), &value, err);
    for (size_t i = 0; i < count; i++)
        out[i] = 0;
    if (code == YS_NOT_FOUND)
        return YS_OK;
    if (code != YS_OK)
        return code;
    if (value.size != count * 8)
        return ys_fail(err, YS_CORRUPT, "store: meta \"%s\" has %zu bytes", name, value.size);
    for (size_t i = 0; i < count; i++)
        out[i] = ys_be64_get(value.data + i * 8);
    return YS_OK;
}

static enum ys_code put_numbers(struct ys_txn *txn, const char *name, const uint64_t *numbers,
                                size_t count, struct ys_err *err)
{
    uint8_t value[CURSOR_LEN];
    YS_ASSERT(count * 8 <= sizeof value);
    for (size_t i = 0; i < count; i++)
        ys_be64_put(value + i * 8, numbers[i]);
    return ys_checked_put(txn, YS_DB_META, ys_bytes_of_text(name),
                          (struct ys_bytes){value, count * 8}, err);
}

enum ys_code ys_receipts_cursor_load(struct ys_txn *txn, struct ys_receipts_cursor *out,
                                     struct ys_err *err)
{
    uint64_t numbers[2];
    const enum ys_code code = get_numbers(txn, cursor_name, numbers, 2, err);
    if (code == YS_OK)
        *out = (struct ys_receipts_cursor){.changed = numbers[0], .time_s = numbers[1]};
    return code;
}

static void receipted_name(uint32_t log_id, char out[NAME_MAX_LEN])
{
    snprintf(out, NAME_MAX_LEN, "receipted/%u", (unsigned)log_id);
}

/* The largest size of a log that stands in a record. */
static enum ys_code receipted_size(struct ys_txn *txn, uint32_t log_id, uint64_t *out,
                                   struct ys_err *err)
{
    char name[NAME_MAX_LEN];
    receipted_name(log_id, name);
    return get_numbers(txn, name, out, 1, err);
}

/* --- what waits --- */

/* Is there a record below `end`, at or above `begin`, that changes who may sign? */
static enum ys_code holds_membership(struct ys_txn *txn, uint32_t log_id, uint64_t begin,
                                     uint64_t end, bool *out, struct ys_err *err)
{
    for (*out = false; !*out;) {
        struct ys_position at;
        struct ys_entry entry;
        struct ys_bytes text;
        struct ys_bytes kind;
        enum ys_code code = ys_membership_next(txn, log_id, begin, &at, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && (at.log_id != log_id || at.index >= end)))
            return YS_OK;
        if (code == YS_OK)
            code = ys_log_entry(txn, log_id, at.index, &entry, err);
        if (code != YS_OK)
            return code;
        *out = !ys_note_peek(entry.note, &text, &kind) || !ys_bytes_is_text(kind, "receipts");
        begin = at.index + 1;
    }
    return YS_OK;
}

static enum ys_code look_at_log(struct ys_txn *txn, const struct ys_vkey *mirror, uint32_t log_id,
                                struct ys_receipts_news *news, struct ys_err *err)
{
    struct ys_log log;
    struct ys_receipt receipt;
    struct ys_bytes note;
    uint64_t written = 0;
    bool membership = false;
    enum ys_code code = ys_receipt_newest(txn, log_id, mirror, &receipt, &note, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    if (code == YS_OK)
        code = receipted_size(txn, log_id, &written, err);
    if (code != YS_OK || receipt.size <= written)
        return code;
    news->any = true;
    code = ys_log_load(txn, log_id, &log, err);
    if (code == YS_OK && ys_division_level(&log.origin.division) == YS_LEVEL_STREET)
        code = holds_membership(txn, log_id, written, receipt.size, &membership, err);
    news->urgent = news->urgent || membership;
    return code;
}

enum ys_code ys_receipts_look(struct ys_txn *txn, const struct ys_vkey *mirror, uint64_t *changed,
                              struct ys_receipts_news *news, struct ys_err *err)
{
    for (;;) {
        uint64_t counter = 0;
        uint32_t log_id = 0;
        enum ys_code code = ys_changed_next(txn, *changed, &counter, &log_id, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK && log_id != YS_OWN_LOG)
            code = look_at_log(txn, mirror, log_id, news, err);
        if (code != YS_OK)
            return code;
        *changed = counter;
    }
}

bool ys_receipts_due(const struct ys_receipts_cursor *cursor, const struct ys_receipts_news *news,
                     uint64_t now_s)
{
    /* A last record of tomorrow or later was written while the clock was ahead. */
    const uint64_t apart =
        now_s >= cursor->time_s ? now_s - cursor->time_s : cursor->time_s - now_s;
    return news->urgent || (news->any && apart >= YS_RECEIPTS_EVERY_S);
}

/* --- writing --- */

/* One record that is being made. */
struct sheet {
    size_t count;
    Yishi__V1__Receipt item[YS_BODY_REPEATED_MAX];
    Yishi__V1__Receipt *list[YS_BODY_REPEATED_MAX];
    char log[YS_BODY_REPEATED_MAX][YS_KEY_NAME_MAX + 1];
    struct ys_hash root[YS_BODY_REPEATED_MAX];
    uint8_t body[YS_RECORD_BODY_MAX];
};

static void add_item(struct sheet *sheet, const struct ys_log *log,
                     const struct ys_receipt *receipt, const struct ys_hash *root)
{
    const size_t at = sheet->count++;
    Yishi__V1__Receipt *const item = &sheet->item[at];
    yishi__v1__receipt__init(item);
    memcpy(sheet->log[at], log->origin_text, sizeof sheet->log[at]);
    sheet->root[at] = *root;
    item->log = sheet->log[at];
    item->has_size = item->has_root = item->has_time = 1;
    item->size = receipt->size;
    item->root = (ProtobufCBinaryData){YS_HASH_LEN, sheet->root[at].bytes};
    item->time = receipt->time_s;
    sheet->list[at] = item;
}

/* The heads of one log behind what is written, as far as there is room, and how far that came. */
static enum ys_code collect_log(struct ys_txn *txn, const struct ys_vkey *mirror, uint32_t log_id,
                                struct sheet *sheet, struct ys_err *err)
{
    struct ys_log log;
    uint64_t written = 0;
    char name[NAME_MAX_LEN];
    enum ys_code code = ys_log_load(txn, log_id, &log, err);
    if (code == YS_OK)
        code = receipted_size(txn, log_id, &written, err);
    while (code == YS_OK && sheet->count < YS_BODY_REPEATED_MAX) {
        struct ys_receipt receipt;
        struct ys_hash root;
        code = ys_receipt_covering(txn, log_id, written, mirror, &receipt, err);
        /* A restored backup hears of what it cosigned before it has that again. */
        if (code == YS_NOT_FOUND || (code == YS_OK && receipt.size > log.frontier.size))
            break;
        if (code == YS_OK)
            code = ys_log_root_at(txn, &log, receipt.size, &root, err);
        if (code != YS_OK)
            return code;
        add_item(sheet, &log, &receipt, &root);
        written = receipt.size;
    }
    receipted_name(log_id, name);
    return code != YS_OK && code != YS_NOT_FOUND ? code : put_numbers(txn, name, &written, 1, err);
}

/* What waits, as far as one record has room. */
static enum ys_code collect(struct ys_txn *txn, const struct ys_vkey *mirror, uint64_t changed,
                            struct sheet *sheet, struct ys_err *err)
{
    sheet->count = 0;
    while (sheet->count < YS_BODY_REPEATED_MAX) {
        struct ys_receipts_news news = {0};
        uint32_t log_id = 0;
        enum ys_code code = ys_changed_next(txn, changed, &changed, &log_id, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK && log_id != YS_OWN_LOG)
            code = look_at_log(txn, mirror, log_id, &news, err);
        if (code == YS_OK && news.any)
            code = collect_log(txn, mirror, log_id, sheet, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

static enum ys_code append_sheet(struct ys_txn *txn, struct ys_log *own,
                                 const struct ys_node_keys *keys, uint64_t now_s,
                                 uint8_t salt[YS_BODY_SALT_LEN], struct sheet *sheet,
                                 struct ys_err *err)
{
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    Yishi__V1__Receipts receipts = YISHI__V1__RECEIPTS__INIT;
    struct ys_record record = {
        .origin = own->origin, .kind = "receipts", .subject = "-", .signed_at_s = now_s};
    uint8_t text_room[YS_RECORD_TEXT_MAX];
    uint8_t note_room[YS_RECORD_TEXT_MAX + 512];
    struct ys_writer bytes = {.data = sheet->body, .capacity = sizeof sheet->body};
    struct ys_writer text = {.data = text_room, .capacity = sizeof text_room};
    struct ys_writer note = {.data = note_room, .capacity = sizeof note_room};
    body.has_salt = 1;
    body.salt = (ProtobufCBinaryData){YS_BODY_SALT_LEN, salt};
    receipts.n_receipts = sheet->count;
    receipts.receipts = sheet->list;
    body.kind_case = YISHI__V1__BODY__KIND_RECEIPTS;
    body.receipts = &receipts;
    enum ys_code code = ys_body_check_authored(&body, err);
    if (code == YS_OK)
        code = ys_body_encode(&body, &bytes, err);
    if (code != YS_OK)
        return code;
    ys_record_bind(&record, (struct ys_bytes){bytes.data, bytes.size});
    ys_record_print(&text, &record);
    YS_ASSERT(!text.overflow);
    code = ys_note_sign(&note, (struct ys_bytes){text.data, text.size},
                        &(const struct ys_signer *const){&keys->log}, 1, 0, err);
    const struct ys_entry entry = {.note = {note.data, note.size},
                                   .content = YS_CONTENT_BODY,
                                   .body = {bytes.data, bytes.size}};
    return code != YS_OK ? code : ys_log_append(txn, own, &entry, 1, err);
}

/* The salt of the next record: one draw serves them all. */
static void next_salt(uint8_t salt[YS_BODY_SALT_LEN])
{
    struct ys_hash hash;
    ys_sha256((struct ys_bytes){salt, YS_BODY_SALT_LEN}, &hash);
    memcpy(salt, hash.bytes, YS_BODY_SALT_LEN);
}

static enum ys_code write_sheets(struct ys_txn *txn, struct ys_log *own,
                                 const struct ys_node_keys *keys, uint64_t now_s,
                                 uint8_t salt[YS_BODY_SALT_LEN], struct sheet *sheet,
                                 size_t *count_out, struct ys_err *err)
{
    struct ys_receipts_cursor cursor = {0};
    enum ys_code code = ys_receipts_cursor_load(txn, &cursor, err);
    for (*count_out = 0; code == YS_OK; (*count_out)++) {
        code = collect(txn, &keys->mirror.vkey, cursor.changed, sheet, err);
        if (code != YS_OK || sheet->count == 0)
            break;
        next_salt(salt);
        code = append_sheet(txn, own, keys, now_s, salt, sheet, err);
    }
    if (code == YS_OK)
        code = ys_changed_last(txn, &cursor.changed, err);
    const uint64_t numbers[] = {cursor.changed, *count_out == 0 ? cursor.time_s : now_s};
    return code != YS_OK ? code : put_numbers(txn, cursor_name, numbers, 2, err);
}

enum ys_code ys_receipts_write(struct ys_txn *txn, struct ys_log *own,
                               const struct ys_node_keys *keys, uint64_t now_s,
                               const uint8_t salt[YS_BODY_SALT_LEN], size_t *count_out,
                               struct ys_err *err)
{
    uint8_t mixed[YS_BODY_SALT_LEN];
    struct sheet *const sheet = malloc(sizeof *sheet);
    YS_ASSERT(own->id == YS_OWN_LOG);
    if (sheet == NULL)
        return ys_fail(err, YS_NOMEM, "receipts: out of memory");
    memcpy(mixed, salt, sizeof mixed);
    const enum ys_code code = write_sheets(txn, own, keys, now_s, mixed, sheet, count_out, err);
    free(sheet);
    return code;
}
