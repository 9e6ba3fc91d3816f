#include "node/cmd.h"
#include "node/exhibit.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/prove.h"
#include "node/view.h"
#include "proto/limits.h"
#include "sync/dispute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROOF_MODE = 0644, BUNDLE_MAX = 2 * YS_EVIDENCE_MAX };

/* Everything read, before anything is written. */
static enum ys_code make_bundle(const struct ys_call *call, struct ys_writer *bundle,
                                struct ys_log *log, uint64_t *index, struct ys_hash *id,
                                struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_TXN_SCOPED txn = NULL;
    struct ys_entry entry;
    struct ys_note note;
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_read_records(&node, &txn, err);
    if (code == YS_OK && node.member == NULL)
        code = ys_fail(err, YS_IO, _("no root is pinned here: nothing can be proven"));
    if (code == YS_OK)
        code = ys_exhibit_find(txn, call->args.word[0], log, index, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, log->id, *index, &entry, err);
    if (code == YS_OK)
        code = ys_note_parse(entry.note, &note, err);
    if (code != YS_OK)
        return code;
    ys_record_id(note.text, id);
    return ys_prove(node.member, txn, (struct ys_position){log->id, *index}, bundle, err);
}

/* `what` is completed here. */
static enum ys_code put_proof(const struct ys_call *call, const char *path, struct ys_bytes proof,
                              const struct ys_view_proved *what, struct ys_err *err)
{
    struct ys_view_proved view = *what;
    if (strcmp(path, "-") == 0)
        return fwrite(proof.data, 1, proof.size, stdout) == proof.size
                   ? YS_OK
                   : ys_fail(err, YS_IO, _("standard output: cannot be written"));
    const enum ys_code code = ys_file_write(path, PROOF_MODE, proof, err);
    view.file = path;
    view.bytes = proof.size;
    if (code == YS_OK)
        (call->json ? &ys_view_json : &ys_view_text)->proved(&view);
    return code;
}

/* --- two signed histories --- */

static enum ys_code write_fork(const struct ys_call *call, const char *log_text, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    struct ys_bytes proof;
    char otherwise[YS_DIVISION_MAX + sizeof ".fork-proof"];
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_read_records(&node, &txn, err);
    if (code == YS_OK)
        code = ys_node_find_log(txn, log_text, &log, err);
    if (code != YS_OK)
        return code;
    code = ys_dispute_load(txn, log.id, &proof, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND, _("log %s has one history, as far as this node knows"),
                       log_text);
    if (code != YS_OK)
        return code;
    snprintf(otherwise, sizeof otherwise, "%s.fork-proof", log.origin.division.digits);
    const char *const asked = ys_args_value(&call->args, "out");
    return put_proof(call, asked == NULL ? otherwise : asked, proof,
                     &(struct ys_view_proved){.origin = log.origin_text}, err);
}

static enum ys_code write_bundle(const struct ys_call *call, struct ys_err *err)
{
    char id_text[YS_RECORD_ID_TEXT_MAX];
    char otherwise[YS_RECORD_ID_TEXT_MAX + sizeof ".tlog-proof"];
    struct ys_writer bundle = {.capacity = BUNDLE_MAX};
    struct ys_log log;
    struct ys_hash id;
    uint64_t index = 0;
    if ((bundle.data = malloc(bundle.capacity)) == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = make_bundle(call, &bundle, &log, &index, &id, err);
    if (code == YS_OK) {
        const char *const asked = ys_args_value(&call->args, "out");
        ys_record_id_print(&id, id_text);
        snprintf(otherwise, sizeof otherwise, "%s.tlog-proof", id_text);
        code = put_proof(
            call, asked == NULL ? otherwise : asked, (struct ys_bytes){bundle.data, bundle.size},
            &(struct ys_view_proved){.id = id_text, .origin = log.origin_text, .index = index},
            err);
    }
    free(bundle.data);
    return code;
}

enum ys_code ys_cmd_prove(const struct ys_call *call, struct ys_err *err)
{
    const char *const fork = ys_args_value(&call->args, "fork");
    if ((fork == NULL) == (call->args.word_count == 0))
        return ys_fail(err, YS_USAGE, _("prove needs a RECORD, or --fork and a log"));
    return fork != NULL ? write_fork(call, fork, err) : write_bundle(call, err);
}
