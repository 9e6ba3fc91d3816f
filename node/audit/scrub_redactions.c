/* What was erased by law, and contents that are not here: the rows about them. */
#include "node/audit/scrub_rows.h"
#include "sync/absent.h"
#include "sync/checked_row.h"
#include "sync/erasure.h"

#include <inttypes.h>
#include <string.h>

static void redaction_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                          struct ys_bytes value, void *context)
{
    uint64_t *const rows = context;
    struct ys_erasure row;
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    const struct ys_member *const member = look->options->member;
    enum ys_erasure_state state = YS_ERASURE_WAITING;
    (void)value;
    (*rows)++;
    if (key.size != YS_HASH_LEN + YS_ROW_KEY_LEN) {
        YS_LOOK_FIND(look, "redaction", "a row of %zu bytes", key.size);
        return;
    }
    struct ys_hash target;
    memcpy(target.bytes, key.data, sizeof target.bytes);
    const struct ys_position by = {ys_be32_get(key.data + YS_HASH_LEN),
                                   ys_be64_get(key.data + YS_HASH_LEN + 4)};
    enum ys_code code = ys_erasure_of(txn, &target, &row, &look->why);
    while (code == YS_OK && (row.by.log_id != by.log_id || row.by.index != by.index))
        code = ys_erasure_next(txn, &row, &row, &look->why);
    if (code != YS_OK || !ys_hash_equal(&row.target, &target)) {
        YS_LOOK_FIND(look, "redaction", "a row is damaged");
        return;
    }
    if (ys_log_entry(txn, by.log_id, by.index, &entry, NULL) != YS_OK ||
        !ys_note_peek(entry.note, &text, &kind) || !ys_bytes_is_text(kind, "redaction")) {
        YS_LOOK_FIND(look, "redaction",
                     "a row names log %u entry %" PRIu64 ", which is no redaction", by.log_id,
                     by.index);
        return;
    }
    if (member == NULL || row.state == YS_ERASURE_WAITING)
        return;
    code = ys_erasure_judge(txn, member, &row, &state, NULL, &look->why);
    if (code == YS_OK && (state == YS_ERASURE_IN_EFFECT) != (row.state == YS_ERASURE_IN_EFFECT))
        YS_LOOK_FIND(
            look, "redaction", "log %u entry %" PRIu64 " is %s, and stands as %s; see: yishi erase",
            by.log_id, by.index, state == YS_ERASURE_IN_EFFECT ? "in effect" : "not in effect",
            state == YS_ERASURE_IN_EFFECT ? "not" : "in effect");
}

static void erased_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                       struct ys_bytes value, void *context)
{
    uint64_t *const counter = context;
    const struct ys_bytes row = value;
    (void)txn;
    if (ys_checked_open(YS_DB_ERASED, key, row, &value, NULL) != YS_OK || key.size != 8 ||
        ys_be64_get(key.data) != ++*counter || value.size < YS_ROW_KEY_LEN ||
        (value.size - YS_ROW_KEY_LEN) % YS_HASH_LEN != 0)
        YS_LOOK_FIND(look, "erased", "a row is damaged or missing");
}

/* That each absent entry has its row is looked up where the entry is. */
static void absent_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                       struct ys_bytes value, void *context)
{
    struct ys_entry entry;
    (void)context;
    if (key.size != YS_ROW_KEY_LEN || value.size != 0) {
        YS_LOOK_FIND(look, "absent", "a row of %zu and %zu bytes", key.size, value.size);
        return;
    }
    const uint32_t log_id = ys_be32_get(key.data);
    const uint64_t index = ys_be64_get(key.data + 4);
    if (ys_log_entry(txn, log_id, index, &entry, NULL) != YS_OK ||
        entry.content != YS_CONTENT_ABSENT)
        YS_LOOK_FIND(look, "absent",
                     "a row names log %u entry %" PRIu64 ", which does not lack its content",
                     log_id, index);
}

enum ys_code ys_scrub_redactions(struct ys_look *look, struct ys_txn *txn, uint64_t *rows_out,
                                 struct ys_err *err)
{
    uint64_t counter = 0;
    *rows_out = 0;
    enum ys_code code = ys_look_each(look, txn, YS_DB_REDACTION, redaction_row, rows_out, err);
    if (code == YS_OK)
        code = ys_look_each(look, txn, YS_DB_ABSENT, absent_row, NULL, err);
    return code != YS_OK ? code : ys_look_each(look, txn, YS_DB_ERASED, erased_row, &counter, err);
}
