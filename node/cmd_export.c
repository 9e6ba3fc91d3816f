#include "node/cmd_export.h"
#include "node/export_records.h"
#include "node/export_tiles.h"
#include "node/lang.h"
#include "node/node.h"
#include "node/report/files.h"
#include "node/report_call.h"
#include "node/view.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    fprintf(stderr, "\r%llu / %llu", (unsigned long long)done, (unsigned long long)total);
    if (done == total)
        fputs("\r\033[K", stderr);
}

static enum ys_code find_log(const struct ys_node *node, const char *text, struct ys_log *out,
                             struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const enum ys_code code = ys_node_read(node, &txn, err);
    if (code != YS_OK)
        return code;
    return text == NULL ? ys_log_load(txn, YS_OWN_LOG, out, err)
                        : ys_node_find_log(txn, text, out, err);
}

static enum ys_code export_tables(const struct ys_call *call, struct ys_err *err)
{
    struct ys_report_call report = {.shown = false};
    struct ys_report_files files = {.report = &report.making.report};
    char hash[YS_HASH_HEX_MAX];
    enum ys_code code = ys_report_call_open(call, &report, err);
    if (code == YS_OK)
        code = ys_report_call_read(call, &report, err);
    if (code == YS_OK)
        code = ys_report_call_profile(call, &files.profile, err);
    if (code == YS_OK)
        code = ys_report_call_make(&report, err);
    if (code == YS_OK)
        code = ys_report_write_folder(&files, call->args.word[1], err);
    if (code == YS_OK) {
        ys_hash_hex(&report.making.report.hash, hash);
        (call->json ? &ys_view_json : &ys_view_text)->exported_tables(call->args.word[1], hash);
    }
    ys_report_call_close(&report);
    return code;
}

static enum ys_code export_tiles(const struct ys_call *call, const struct ys_node *node,
                                 struct ys_err *err)
{
    struct ys_log log;
    uint64_t size = 0;
    enum ys_code code = find_log(node, ys_args_value(&call->args, "log"), &log, err);
    if (code != YS_OK)
        return code;
    const struct ys_export_tiles_options options = {
        .store = node->store,
        .origin = log.origin_text,
        .folder = call->args.word[1],
        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
    };
    code = ys_export_tiles(&options, &size, err);
    if (code == YS_OK)
        (call->json ? &ys_view_json : &ys_view_text)
            ->exported(&(struct ys_view_exported){
                .folder = options.folder, .origin = log.origin_text, .size = size});
    return code;
}

enum ys_code ys_cmd_export(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    const char *const what = call->args.word[0];
    const bool tiles = strcmp(what, "tiles") == 0;
    if (strcmp(what, "evidence") == 0)
        return ys_export_evidence(call, err);
    const bool tables = strcmp(what, "tables") == 0;
    if (!tiles && !tables && strcmp(what, "records") != 0)
        return ys_fail(err, YS_USAGE,
                       _("'%s' cannot be exported; there are: tiles, tables, records, evidence"),
                       what);
    if ((tiles || tables) && call->args.word_count != 2)
        return ys_fail(err, YS_USAGE, _("export %s needs the folder to write to"), what);
    if (tables)
        return export_tables(call, err);
    if (!tiles && call->args.word_count > 1)
        return ys_fail(err, YS_USAGE, _("export records prints; it takes no file: '%s'"),
                       call->args.word[1]);
    const enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code != YS_OK)
        return code;
    if (tiles)
        return export_tiles(call, &node, err);
    return ys_export_records(
        &(struct ys_export_records_options){.node = &node,
                                            .log = ys_args_value(&call->args, "log"),
                                            .take = ys_view_json.log_entry},
        err);
}
