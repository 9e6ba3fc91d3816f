#include "node/cmd.h"
#include "node/exhibit.h"
#include "node/lang.h"
#include "node/recall.h"
#include "node/reserve.h"
#include "node/vault/logbook.h"
#include "node/view.h"
#include "sync/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum ys_code newest(struct ys_txn *txn, uint32_t log_id, const struct ys_vkey *witness,
                           struct ys_view_receipt *out, struct ys_err *err)
{
    struct ys_receipt receipt;
    struct ys_bytes note;
    if (witness == NULL)
        return YS_OK;
    const enum ys_code code = ys_receipt_newest(txn, log_id, witness, &receipt, &note, err);
    if (code == YS_OK)
        *out =
            (struct ys_view_receipt){.there = true, .size = receipt.size, .time_s = receipt.time_s};
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static void add_receipt(struct ys_view_log *log, const struct ys_vkey *witness, const char *level,
                        const struct ys_view_receipt *receipt)
{
    if (!receipt->there || log->receipt_count == YS_VIEW_WITNESSES_MAX)
        return;
    log->receipt[log->receipt_count].witness = witness->name;
    log->receipt[log->receipt_count].level = level;
    log->receipt[log->receipt_count].size = receipt->size;
    log->receipt[log->receipt_count++].time_s = receipt->time_s;
}

static enum ys_code read_log(const struct ys_node *node, struct ys_txn *txn,
                             struct ys_view_log *out, struct ys_err *err)
{
    struct ys_view_receipt street = {.there = false};
    struct ys_view_receipt district = {.there = false};
    struct ys_bytes note;
    const struct ys_witnesses witnesses = ys_witnesses_of(node, &out->log.origin);
    out->name = ys_node_unit_name(node, &out->log.origin.division);
    enum ys_code code = ys_head_at_most(txn, out->log.id, INT64_MAX, &out->head_size, &note, err);
    if (code == YS_OK || code == YS_NOT_FOUND)
        code = ys_status_count(txn, out->log.id, out->log.frontier.size, out->verdicts, err);
    if (code == YS_OK)
        code = newest(txn, out->log.id, witnesses.street, &street, err);
    if (code == YS_OK)
        code = newest(txn, out->log.id, witnesses.district, &district, err);
    if (code != YS_OK)
        return code;
    add_receipt(out, witnesses.street, ys_level_name(YS_LEVEL_STREET), &street);
    add_receipt(out, witnesses.district, ys_level_name(YS_LEVEL_DISTRICT), &district);
    return YS_OK;
}

/* All logs, in a heap block that the caller frees. */
static enum ys_code read_logs(const struct ys_node *node, struct ys_txn *txn,
                              struct ys_view_log **out, size_t *count_out, struct ys_err *err)
{
    struct ys_view_log *logs = NULL;
    size_t count = 0;
    enum ys_code code = YS_OK;
    for (uint32_t id = 0; code == YS_OK; id++) {
        struct ys_log log;
        code = ys_log_next(txn, id, &log, err);
        if (code != YS_OK)
            break;
        id = log.id;
        struct ys_view_log *const more = reallocarray(logs, count + 1, sizeof *logs);
        if (more == NULL) {
            code = ys_fail(err, YS_NOMEM, _("status: out of memory"));
            break;
        }
        logs = more;
        logs[count] = (struct ys_view_log){.log = log};
        code = read_log(node, txn, &logs[count], err);
        count++;
    }
    if (code != YS_NOT_FOUND) {
        free(logs);
        return code;
    }
    *out = logs;
    *count_out = count;
    return YS_OK;
}

/* Receipts over the own log, from its row in the list. */
static void pick_own_receipts(struct ys_view_status *view)
{
    if (view->log_count == 0)
        return;
    const struct ys_view_log *const own = &view->log[0];
    view->size = own->log.frontier.size;
    for (size_t i = 0; i < own->receipt_count; i++) {
        struct ys_view_receipt *const receipt =
            strcmp(own->receipt[i].level, ys_level_name(YS_LEVEL_STREET)) == 0 ? &view->street
                                                                               : &view->district;
        *receipt = (struct ys_view_receipt){
            .there = true, .size = own->receipt[i].size, .time_s = own->receipt[i].time_s};
    }
}

/* --- do the times of cosignatures fit to our clock? --- */

/* When the newest record that a receipt of this size covers was signed, by its own word. */
static enum ys_code signed_at(struct ys_txn *txn, uint64_t size, uint64_t *out, struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record record;
    *out = 0;
    const enum ys_code code = ys_log_entry(txn, YS_OWN_LOG, size - 1, &entry, err);
    if (code == YS_OK && ys_note_parse(entry.note, &note, NULL) == YS_OK &&
        ys_record_parse(note.text, &record, NULL) == YS_OK)
        *out = record.signed_at_s;
    return code == YS_NOT_FOUND ? YS_OK : code;
}

/* A receipt is given behind the record and comes here ahead of now: otherwise one of two clocks was wrong. */
static enum ys_code receipt_apart(struct ys_txn *txn, const struct ys_view_receipt *receipt,
                                  uint64_t now_s, int64_t *out, struct ys_err *err)
{
    uint64_t made_s = 0;
    *out = 0;
    if (!receipt->there || receipt->size == 0)
        return YS_OK;
    const enum ys_code code = signed_at(txn, receipt->size, &made_s, err);
    if (code == YS_OK && receipt->time_s > now_s + YS_CLOCK_APART_MAX_S)
        *out = (int64_t)(receipt->time_s - now_s);
    else if (code == YS_OK && made_s > receipt->time_s + YS_CLOCK_APART_MAX_S)
        *out = -(int64_t)(made_s - receipt->time_s);
    return code;
}

static enum ys_code read_clock(struct ys_txn *txn, struct ys_view_status *view, struct ys_err *err)
{
    const uint64_t now_s = ys_now_s();
    struct ys_view_clock *const clock = &view->clock;
    uint64_t last_s = 0;
    enum ys_code code = ys_witness_time_load(txn, &last_s, err);
    if (code == YS_OK && last_s > now_s + YS_CLOCK_APART_MAX_S) {
        clock->witness_time_s = last_s;
        clock->witness_ahead_s = last_s - now_s;
    }
    if (code == YS_OK)
        code = receipt_apart(txn, &view->street, now_s, &clock->street_s, err);
    return code != YS_OK ? code
                         : receipt_apart(txn, &view->district, now_s, &clock->district_s, err);
}

/* One that cannot be read does not hide the rest of the status. */
static size_t count_requests(const struct ys_node *node)
{
    YS_APPLICATIONS_SCOPED all = {.count = 0};
    struct ys_err why = {.code = YS_OK};
    size_t count = 0;
    if (ys_applications_load(&node->home, NULL, &all, &why) != YS_OK)
        fprintf(stderr, "yishi: %s\n", why.msg);
    for (size_t i = 0; i < all.count; i++)
        count += all.item[i].refused[0] == '\0';
    return count;
}

static size_t count_observers(const struct ys_node *node)
{
    size_t count = 0;
    for (size_t i = 0; node->member != NULL && i < ys_member_node_count(node->member); i++) {
        const struct ys_member_node *const one = ys_member_node_at(node->member, i);
        count += one->observer && !node->observer &&
                 (ys_division_equal(&one->issuer, &node->origin.division) ||
                  ys_division_equal(&one->division, &node->origin.division));
    }
    return count;
}

/* Codes with spaces between them. */
static void list_observed(const struct ys_config *config, char *out)
{
    size_t size = 0;
    out[0] = '\0';
    for (size_t i = 0; i < config->observed_count; i++) {
        const char *const code = config->observed[i].host.digits;
        if (i > 0)
            out[size++] = ' ';
        memcpy(out + size, code, strlen(code) + 1);
        size += strlen(code);
    }
}

/* With --acknowledge one of them is closed first. */
static enum ys_code read_alarms(const struct ys_call *call, const struct ys_node *node,
                                struct ys_alarms *out, struct ys_err *err)
{
    const char *const seen = ys_args_value(&call->args, "acknowledge");
    enum ys_code code = ys_alarms_load(&node->home, out, err);
    if (code != YS_OK || seen == NULL)
        return code;
    code = ys_alarms_acknowledge(out, seen, err);
    return code != YS_OK ? code : ys_alarms_save(&node->home, out, err);
}

/* As the read model had it when somebody brought it up last: the daemon does. */
static void read_attachments(const struct ys_node *node, struct ys_attachment_sums *out)
{
    YS_RECALL_SCOPED model = NULL;
    char path[PATH_MAX];
    ys_home_path(&node->home, "model.db", path);
    *out = (struct ys_attachment_sums){0};
    if (access(path, F_OK) != 0)
        return;
    enum ys_code code = ys_recall_open_as_it_is(node, &model, NULL);
    if (ys_recall_is_barred(node, code))
        code = ys_recall_open_apart(node, &model, NULL);
    if (code != YS_OK || ys_attachment_sum(model, NULL, out, NULL) != YS_OK)
        *out = (struct ys_attachment_sums){0};
}

/* Before we read ourselves. */
static enum ys_code read_ground(const struct ys_node *node, struct ys_view_ground *out,
                                struct ys_err *err)
{
    struct ys_room room;
    struct ys_kv_info info;
    int dead = 0;
    enum ys_code code = ys_room_look(&node->home, &room, err);
    if (code == YS_OK) /* one that was killed reads no more */
        code = ys_kv_clear_dead_readers(ys_store_kv(node->store), &dead, err);
    if (code == YS_OK)
        code = ys_kv_info(ys_store_kv(node->store), &info, err);
    if (code != YS_OK)
        return code;
    *out = (struct ys_view_ground){
        .home = node->home.path,
        .is_short = !ys_kv_read_only(ys_store_kv(node->store)) && ys_room_is_short(&room),
        .reserved = room.reserved,
        .free_bytes = room.free_bytes,
        .needed_bytes = ys_room_needed(&room),
        .store_bytes = info.used_bytes,
        .held_bytes = info.held_bytes,
        .readers = info.readers,
        .lag = info.last_txn - info.oldest_reader_txn,
        .pid = info.oldest_reader_pid,
    };
    out->process_known = out->pid != 0 && ys_process_look(out->pid, &out->process);
    return YS_OK;
}

enum ys_code ys_cmd_status(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_TXN_SCOPED txn = NULL;
    struct ys_view_log *logs = NULL;
    char address[YS_ADDRESS_MAX];
    char link[YS_ADDRESS_MAX];
    char observed[YS_OBSERVED_MAX * (YS_DIVISION_MAX + 1) + 1];
    struct ys_alarms alarms;
    struct ys_logbook_state logbook = {.lines = 0};
    struct ys_err why = {0};
    struct ys_view_status view = {.log_count = 0, .alarms = &alarms};
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = read_alarms(call, &node, &alarms, err);
    if (code == YS_OK)
        code = read_ground(&node, &view.ground, err);
    if (code == YS_OK)
        code = ys_node_read(&node, &txn, err);
    if (code == YS_OK)
        code = read_logs(&node, txn, &logs, &view.log_count, err);
    if (code != YS_OK)
        return code;
    const enum ys_level level = ys_division_level(&node.origin.division);
    ys_home_load_address(&node.home, address);
    ys_home_load_link(&node.home, link);
    view.deployment = node.origin.deployment;
    view.code = node.origin.division.digits;
    view.name = node.config.name;
    view.level = ys_level_name(level);
    view.origin = node.origin_text;
    view.has_street = level == YS_LEVEL_COMMUNITY;
    view.has_district = level != YS_LEVEL_DISTRICT;
    list_observed(&node.config, observed);
    view.parent = node.observer ? observed : node.config.parent;
    view.link = link;
    view.connected = strcmp(link, "connected") == 0;
    view.running = ys_home_daemon_runs(&node.home);
    view.address = address;
    view.clock_ahead_s = ys_home_load_clock(&node.home);
    view.requests = count_requests(&node);
    view.observers = count_observers(&node);
    view.observes = node.observer;
    view.log = logs;
    pick_own_receipts(&view);
    code = read_clock(txn, &view, err);
    if (code == YS_OK)
        code = ys_txn_count(txn, YS_DB_ASIDE, &view.waiting, err);
    view.logbook_broken = ys_logbook_check(&node.home, &logbook, &why) != YS_OK;
    view.logbook = view.logbook_broken ? why.msg : "";
    view.logbook_lines = logbook.lines;
    struct ys_blob_faults faults;
    ys_blob_faults_load(&node.home, &faults);
    view.faults = &faults;
    read_attachments(&node, &view.attachments);
    ys_txn_abort(&txn); /* who reads what we print may take its time */
    if (code == YS_OK)
        (call->json ? &ys_view_json : &ys_view_text)->status(&view);
    free(logs);
    return code;
}
