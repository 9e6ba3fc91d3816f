#include "node/export_records.h"

#include "node/lang.h"
#include "node/view.h"

#include <string.h>

enum { ENTRIES_A_TURN = 512 }; /* a read transaction is not held for a whole log */

static enum ys_code take_one(const struct ys_export_records_options *options, struct ys_txn *txn,
                             const struct ys_log *log, uint64_t index, struct ys_err *err)
{
    YS_EXHIBIT_SCOPED exhibit = {.body = NULL};
    enum ys_code code = ys_exhibit_load(options->node, txn, log, index, true, &exhibit, err);
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
