#include "node/attachment/listing.h"
#include "node/cmd.h"
#include "node/exhibit.h"
#include "node/lang.h"
#include "node/recall.h"
#include "node/view.h"

#include <stdio.h>

/* The exact bytes of one part, for other programs. */
static enum ys_code put_bytes(struct ys_bytes bytes, struct ys_err *err)
{
    if (bytes.size != 0 && fwrite(bytes.data, 1, bytes.size, stdout) != bytes.size)
        return ys_fail(err, YS_IO, _("standard output: cannot be written"));
    return YS_OK;
}

static enum ys_code put_part(const struct ys_call *call, struct ys_txn *txn,
                             const struct ys_log *log, uint64_t index, struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_note note;
    const enum ys_code code = ys_log_entry(txn, log->id, index, &entry, err);
    if (code != YS_OK)
        return code;
    if (ys_args_has(&call->args, "note"))
        return put_bytes(entry.note, err);
    if (ys_args_has(&call->args, "text"))
        return ys_note_parse(entry.note, &note, err) == YS_OK ? put_bytes(note.text, err)
                                                              : YS_MALFORMED;
    if (entry.content != YS_CONTENT_BODY)
        return ys_fail(err, YS_NOT_FOUND, _("%s: its content is not here"), call->args.word[0]);
    return put_bytes(entry.body, err);
}

/* Whether its attachments are here. What cannot be found out is left out: the record is shown in any case. */
static void find_attachments(const struct ys_node *node, struct ys_exhibit *exhibit)
{
    YS_RECALL_SCOPED model = NULL;
    if (exhibit->body != NULL &&
        json_array_size(json_object_get(exhibit->body, "attachments")) != 0 &&
        ys_recall_read(node, &model, NULL) == YS_OK)
        exhibit->attachments = ys_attachment_states(model, &exhibit->id);
}

enum ys_code ys_cmd_show(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_EXHIBIT_SCOPED exhibit = {.body = NULL};
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    uint64_t index = 0;
    const int parts = ys_args_has(&call->args, "note") + ys_args_has(&call->args, "text") +
                      ys_args_has(&call->args, "body");
    if (parts > 1 || (parts == 1 && call->json))
        return ys_fail(err, YS_USAGE, _("one of --note, --text, --body and --json"));
    ys_view_hold();
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_read(&node, &txn, err);
    if (code == YS_OK)
        code = ys_exhibit_find(txn, call->args.word[0], &log, &index, err);
    if (code != YS_OK || parts == 1)
        return code != YS_OK ? code : put_part(call, txn, &log, index, err);
    code = ys_exhibit_load(&node, txn, &log, index, true, &exhibit, err);
    ys_txn_abort(&txn);
    if (code == YS_OK)
        find_attachments(&node, &exhibit);
    if (code == YS_OK)
        (call->json ? &ys_view_json : &ys_view_text)->record(&exhibit);
    return code;
}
