#include "node/export_records.h"

#include "crypto/base64.h"
#include "node/lang.h"
#include "node/view.h"
#include "proto/body.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES_A_TURN = 512 }; /* a read transaction is not held for a whole log */

/* A body inside of a body: from base64 to what it says. One that cannot be read stays bytes. */
static enum ys_code open_replacement(struct ys_exhibit *exhibit, struct ys_err *err)
{
    json_t *const correction = json_object_get(exhibit->body, "correction");
    const char *const text = json_string_value(json_object_get(correction, "replacement"));
    const Yishi__V1__Body *body = NULL;
    struct ys_arena arena;
    json_t *shown = NULL;
    size_t size = 0;
    if (text == NULL)
        return YS_OK;
    uint8_t *const bytes = malloc(strlen(text));
    if (bytes == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_base64_decode(ys_bytes_of_text(text), bytes, strlen(text), &size);
    if (code == YS_OK)
        code = ys_body_decode((struct ys_bytes){.data = bytes, .size = size}, &arena, &body, err);
    if (code == YS_OK)
        code = ys_json_encode(&body->base, &shown, err);
    ys_arena_clear(&arena);
    free(bytes);
    if (code == YS_OK && json_object_set_new(correction, "replacement", shown) != 0)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    return code == YS_NOMEM ? code : YS_OK;
}

static enum ys_code take_one(const struct ys_export_records_options *options, struct ys_txn *txn,
                             const struct ys_log *log, uint64_t index, struct ys_err *err)
{
    YS_EXHIBIT_SCOPED exhibit = {.body = NULL};
    enum ys_code code = ys_exhibit_load(options->node, txn, log, index, true, &exhibit, err);
    if (code == YS_OK)
        code = open_replacement(&exhibit, err);
    if (code == YS_OK)
        options->take(&exhibit);
    return code;
}

static enum ys_code take_log(const struct ys_export_records_options *options,
                             const struct ys_log *log, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    uint64_t index = 0;
    while (code == YS_OK && index < log->frontier.size) {
        YS_TXN_SCOPED txn = NULL;
        const uint64_t end = index + ENTRIES_A_TURN;
        code = ys_node_read(options->node, &txn, err);
        for (; code == YS_OK && index < end && index < log->frontier.size && !ys_view_held_much();
             index++)
            code = take_one(options, txn, log, index, err);
        ys_txn_abort(&txn); /* before anybody waits for the terminal */
        if (code == YS_OK)
            code = ys_view_flush(err);
    }
    return code;
}

/* The log behind `last` in the order of origins; or the one that is asked for. */
static enum ys_code next_log(const struct ys_export_records_options *options, const char *last,
                             struct ys_log *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const enum ys_code code = ys_node_read(options->node, &txn, err);
    if (code != YS_OK)
        return code;
    return options->log != NULL ? ys_node_find_log(txn, options->log, out, err)
                                : ys_log_next_origin(txn, last, out, err);
}

enum ys_code ys_export_records(const struct ys_export_records_options *options, struct ys_err *err)
{
    struct ys_log log = {.origin_text = ""};
    ys_view_hold();
    for (;;) {
        char last[YS_KEY_NAME_MAX + 1];
        memcpy(last, log.origin_text, sizeof last);
        enum ys_code code = next_log(options, last, &log, err);
        if (code == YS_NOT_FOUND && options->log == NULL)
            return YS_OK;
        if (code == YS_OK)
            code = take_log(options, &log, err);
        if (code != YS_OK || options->log != NULL)
            return code;
    }
}
