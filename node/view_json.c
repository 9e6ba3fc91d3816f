#include "node/view.h"
#include "node/view_audit.h"
#include "node/view_clock.h"
#include "node/view_indicator.h"
#include "node/view_matter.h"
#include "node/view_rule.h"
#include "node/view_told.h"

#include "crypto/assert.h"
#include "node/attachment/view.h"
#include "node/json_out.h"
#include "proto/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *text_list(const char *const *items, size_t count)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, ys_json_text(items[i]));
    return list;
}

static json_t *verdict_counts(const uint64_t counts[YS_VERDICTS])
{
    static const enum ys_verdict order[] = {YS_VERDICT_OK, YS_VERDICT_BAD, YS_VERDICT_UNKNOWN_KEY,
                                            YS_VERDICT_UNCHECKED};
    json_t *const object = json_object();
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        json_object_set_new(object, ys_verdict_name(order[i]), ys_json_number(counts[order[i]]));
    return object;
}

static void made(const struct ys_view_made *view)
{
    json_t *const bodies = json_array();
    for (size_t i = 0; i < view->bodies->count; i++)
        json_array_append_new(bodies, json_string(view->bodies->name[i]));
    ys_json_line(json_pack("{s:o, s:s, s:o, s:o, s:b, s:o, s:b}", "home", ys_json_text(view->home),
                           "origin", view->origin, "bodies", bodies, "root_fingerprint",
                           ys_json_text_or_null(view->root_fingerprint), "root_key_here",
                           view->root_key_count != 0, "guard",
                           view->guard_path == NULL ? json_null() : ys_json_text(view->guard_path),
                           "vault", view->has_vault));
}

static void keys(const struct ys_view_keys *view)
{
    json_t *const bodies = json_array();
    for (size_t i = 0; i < view->body_count; i++)
        json_array_append_new(
            bodies, json_pack("{s:s, s:s}", "body", view->body[i].body, "key", view->body[i].key));
    ys_json_line(json_pack("{s:s, s:s, s:s, s:o, s:o}", "log", view->log, "mirror", view->mirror,
                           "transport", view->transport, "bodies", bodies, "root_fingerprint",
                           ys_json_text_or_null(view->root_fingerprint)));
}

static void new_key(const char *body, const char *key)
{
    ys_json_line(json_pack("{s:s, s:s}", "body", body, "key", key));
}

static void root_key(const char *file, const char *key)
{
    ys_json_line(json_pack("{s:o, s:s}", "file", ys_json_text(file), "key", key));
}

static void root_policy(const struct ys_view_root_policy *view)
{
    ys_json_line(json_pack("{s:o, s:s, s:i, s:i, s:i, s:b}", "file", ys_json_text(view->file),
                           "root_fingerprint", view->fingerprint, "policies", (int)view->policies,
                           "keys", (int)view->keys, "threshold", (int)view->threshold, "has_next",
                           view->has_next));
}

static void root_request(const struct ys_view_root_request *view)
{
    json_t *const records = json_array();
    for (size_t i = 0; i < view->record_count; i++)
        json_array_append_new(records,
                              json_pack("{s:s, s:s, s:O}", "kind", view->record[i].kind, "id",
                                        view->record[i].id, "body", view->record[i].body));
    ys_json_line(json_pack(
        "{s:o, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:o}", "file", ys_json_text(view->file),
        "deployment", view->deployment, "code", view->code, "root_fingerprint", view->fingerprint,
        "policy", (int)view->policy, "policies", (int)view->policies, "keys", (int)view->keys,
        "threshold", (int)view->threshold, "signed", (int)view->have_signed, "records", records));
}

static json_t *written_object(const struct ys_view_written *view)
{
    json_t *const object = json_pack("{s:s, s:s, s:s, s:s, s:o}", "origin", view->origin, "id",
                                     view->id, "kind", view->kind, "subject", view->subject,
                                     "signers", text_list(view->signer, view->signer_count));
    if (view->dry) {
        json_object_set_new(object, "dry_run", json_true());
        json_object_set_new(object, "text", json_string(view->text));
        if (view->body != NULL)
            json_object_set_new(object, "body", json_deep_copy(view->body));
        if (view->preview != NULL)
            json_object_set_new(object, "preview", json_deep_copy(view->preview));
        return object;
    }
    if (view->waits) {
        json_object_set_new(object, "waits", json_true());
        return object;
    }
    json_object_set_new(object, "index", ys_json_number(view->index));
    json_object_set_new(object, "size", ys_json_number(view->size));
    return object;
}

static void written(const struct ys_view_written *view)
{
    ys_json_line(written_object(view));
}

static void drafted(const char *file, size_t records)
{
    ys_json_line(
        json_pack("{s:o, s:o}", "draft", ys_json_text(file), "records", ys_json_number(records)));
}

static json_t *class_words(unsigned classes)
{
    json_t *const list = json_array();
    for (unsigned class = 1; class <= YS_BODY_ROOT; class <<= 1) {
        if ((classes & class) != 0)
            json_array_append_new(list, json_string(ys_body_class_word(class)));
    }
    return list;
}

static void draft(const struct ys_view_draft *view)
{
    static const char *const states[] = {"writing", "signing", "complete", "broken"};
    json_t *const object =
        json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o}", "draft", ys_json_number(view->no),
                  "path", ys_json_text(view->path), "kind",
                  view->kind == NULL ? json_null() : json_string(view->kind->name), "subject",
                  view->subject, "state", states[view->state], "signed_by",
                  class_words(view->signed_by), "lacking", class_words(view->lacking), "id",
                  view->id[0] == '\0' ? json_null() : json_string(view->id));
    if (view->why[0] != '\0')
        json_object_set_new(object, "why", ys_json_text(view->why));
    if (view->body != NULL)
        json_object_set_new(object, "body", json_deep_copy(view->body));
    ys_json_line(object);
}

static void kind(const struct ys_kind *view, const char *signers)
{
    ys_json_line(json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "id", (json_int_t)view->id, "kind",
                           view->name, "zh", view->zh, "en", view->en, "signers", signers,
                           "article", view->article));
}

static void joined(const struct ys_view_joined *view)
{
    ys_json_line(json_pack("{s:o, s:s, s:s, s:s}", "request", ys_json_text(view->request), "code",
                           view->code, "parent", view->parent, "root_fingerprint",
                           view->root_fingerprint));
}

static void invited(const struct ys_view_invited *view)
{
    ys_json_line(json_pack("{s:s, s:s, s:s, s:s, s:o}", "token", view->text, "id", view->token->id,
                           "code", view->token->division.digits, "address", view->token->address,
                           "expires_at", ys_json_time(true, view->token->expires_s)));
}

static void invite(const struct ys_invite *view, enum ys_invite_state state)
{
    ys_json_line(json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", view->id, "code",
                           view->division.digits, "state", ys_invite_state_name(state), "made_at",
                           ys_json_time(true, view->made_s), "expires_at",
                           ys_json_time(true, view->expires_s)));
}

static json_t *key_object(const char *what, const char *key)
{
    char fingerprint[YS_FINGERPRINT_MAX];
    struct ys_vkey vkey;
    if (ys_vkey_parse(ys_bytes_of_text(key), &vkey) != YS_OK)
        return json_null();
    ys_fingerprint_print(vkey.key, fingerprint);
    return json_pack("{s:s, s:s, s:s}", "key", what, "vkey", key, "fingerprint", fingerprint);
}

/* Keys of a request, each with the fingerprint that people compare. */
static json_t *offer_keys(const struct ys_offer *offer)
{
    char fingerprint[YS_FINGERPRINT_MAX];
    json_t *const keys = json_array();
    ys_fingerprint_print(offer->transport, fingerprint);
    json_array_append_new(keys,
                          json_pack("{s:s, s:s}", "key", "transport", "fingerprint", fingerprint));
    json_array_append_new(keys, key_object("log", offer->log));
    json_array_append_new(keys, key_object("mirror", offer->mirror));
    for (size_t i = 0; i < offer->body_count; i++)
        json_array_append_new(keys, key_object(offer->body[i].body, offer->body[i].key));
    return keys;
}

static void asked(const struct ys_view_asked *view)
{
    ys_json_line(json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o}", "code", view->offer->origin.division.digits, "state",
        view->admitted ? "admitted" : "pending", "parent", view->parent, "address", view->address,
        "root_fingerprint", view->root_fingerprint, "keys", offer_keys(view->offer)));
}

static void applicant(const struct ys_view_applicant *view)
{
    const struct ys_application *const application = view->application;
    const struct ys_offer *const offer = &application->offer;
    ys_json_line(json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "code", offer->origin.division.digits, "name",
        ys_json_text(offer->name), "since", ys_json_time(true, application->since_s), "invitation",
        ys_json_text_or_null(offer->token_id), "address", ys_json_text_or_null(offer->address),
        "refused", ys_json_text_or_null(application->refused), "conflict", view->conflict, "keys",
        offer_keys(offer)));
}

static void observer(const struct ys_view_observer *view)
{
    ys_json_line(json_pack("{s:s, s:o, s:s, s:s, s:o}", "code", view->code, "name",
                           ys_json_text(view->name), "issuer", view->issuer, "fingerprint",
                           view->fingerprint, "index", ys_json_number(view->index)));
}

static void admitted(const struct ys_view_admitted *view)
{
    json_t *const records = json_array();
    for (size_t i = 0; i < view->record_count; i++)
        json_array_append_new(records, written_object(&view->record[i]));
    ys_json_line(json_pack("{s:s, s:o, s:b, s:b, s:o, s:{s:o, s:s, s:o}}", "code", view->code,
                           "name", ys_json_text(view->name), "already", view->already, "dry_run",
                           view->dry, "records", records, "parent", "address",
                           ys_json_text_or_null(view->address), "key", view->key,
                           "root_fingerprint", ys_json_text_or_null(view->root_fingerprint)));
}

static void log_begin(const struct ys_log *log, const char *name)
{
    (void)log;
    (void)name;
}

static const char *content_name(enum ys_content content)
{
    switch (content) {
    case YS_CONTENT_ABSENT:
        return "absent";
    case YS_CONTENT_BODY:
        return "body";
    case YS_CONTENT_TOMBSTONE:
        return "erased";
    }
    return "?";
}

static json_t *exhibit_object(const struct ys_exhibit *view)
{
    char id[YS_RECORD_ID_TEXT_MAX] = "";
    json_t *const signers = json_array();
    for (size_t i = 0; i < view->signer_count; i++)
        json_array_append_new(signers, ys_json_text(view->signer[i]));
    if (view->readable)
        ys_record_id_print(&view->id, id);
    json_t *const object = json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:s, s:o, s:o, s:o, s:s}", "origin",
        view->log.origin_text, "code", view->log.origin.division.digits, "index",
        ys_json_number(view->index), "id", ys_json_text_or_null(id), "kind",
        ys_json_text_or_null(view->readable ? view->record.kind : ""), "known", view->kind != NULL,
        "subject", ys_json_text_or_null(view->readable ? view->record.subject : ""), "signed_at",
        ys_json_time(view->readable, view->record.signed_at_s), "verdict",
        ys_verdict_name(view->verdict), "signers", signers, "street_receipt",
        ys_json_time(view->has_street, view->street.time_s), "district_receipt",
        ys_json_time(view->has_district, view->district.time_s), "content",
        content_name(view->content));
    if (view->told_count != 0)
        json_object_set_new(object, "erased", ys_view_told_json(view));
    if (view->body != NULL)
        json_object_set(object, "body", view->body);
    return object;
}

static void log_entry(const struct ys_exhibit *view)
{
    ys_json_line(exhibit_object(view));
}

static void record(const struct ys_exhibit *view)
{
    json_t *const object = exhibit_object(view);
    if (view->why.code != YS_OK)
        json_object_set_new(object, "reason", ys_json_text(view->why.msg));
    if (view->attachments != NULL)
        json_object_set(object, "attachments", view->attachments);
    ys_json_line(object);
}

static json_t *receipt_or_null(const struct ys_view_receipt *receipt)
{
    if (!receipt->there)
        return json_null();
    return json_pack("{s:o, s:o}", "size", ys_json_number(receipt->size), "time",
                     ys_json_time(true, receipt->time_s));
}

static json_t *log_object(const struct ys_view_log *view)
{
    json_t *const receipts = json_array();
    for (size_t i = 0; i < view->receipt_count; i++)
        json_array_append_new(receipts,
                              json_pack("{s:s, s:s, s:o, s:o}", "witness", view->receipt[i].witness,
                                        "level", view->receipt[i].level, "size",
                                        ys_json_number(view->receipt[i].size), "time",
                                        ys_json_time(true, view->receipt[i].time_s)));
    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:o}", "origin", view->log.origin_text,
                     "code", view->log.origin.division.digits, "name", ys_json_text(view->name),
                     "size", ys_json_number(view->log.frontier.size), "state",
                     ys_log_state_name(view->log.state), "head_size",
                     ys_json_number(view->head_size), "verdicts", verdict_counts(view->verdicts),
                     "receipts", receipts);
}

/* About no record; `log` may be NULL. */
static void add_alarm(json_t *list, const char *kind, const char *log)
{
    json_array_append_new(list, json_pack("{s:n, s:s, s:n, s:s?, s:n}", "record", "kind", kind,
                                          "key", "log", log, "index"));
}

/* All that the text calls an alarm. */
static json_t *open_alarms(const struct ys_view_status *view)
{
    const struct ys_alarms *const alarms = view->alarms;
    json_t *const list = json_array();
    for (size_t i = 0; i < view->log_count; i++)
        if (view->log[i].log.state == YS_LOG_FORKED)
            add_alarm(list, "two_histories", view->log[i].log.origin_text);
    for (size_t i = 0; i < alarms->count; i++) {
        const struct ys_alarm *const alarm = &alarms->alarm[i];
        char id[YS_RECORD_ID_TEXT_MAX];
        ys_record_id_print(&alarm->record, id);
        if (alarm->open && alarm->jump_s == 0)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:s, s:o}", "record", id, "kind",
                                            alarm->kind, "key", alarm->key, "log", alarm->origin,
                                            "index", ys_json_number(alarm->index)));
    }
    for (size_t i = 0; i < alarms->count; i++)
        if (alarms->alarm[i].open && alarms->alarm[i].jump_s != 0)
            add_alarm(list, "clock_jump", NULL); /* more of it under "clock" */
    if (view->clock_ahead_s != 0)
        add_alarm(list, "clock", NULL);
    if (view->clock.witness_ahead_s != 0)
        add_alarm(list, "witness_time", NULL);
    if (view->clock.street_s != 0 || view->clock.district_s != 0)
        add_alarm(list, "receipt_time", NULL);
    if (view->ground.is_short)
        add_alarm(list, "little_room", NULL);
    if (view->logbook_broken)
        add_alarm(list, "logbook", NULL);
    return list;
}

static json_t *disk_object(const struct ys_view_ground *ground)
{
    return json_pack("{s:b, s:o, s:o, s:b}", "short", ground->is_short, "free_bytes",
                     ys_json_number(ground->free_bytes), "needed_bytes",
                     ys_json_number(ground->needed_bytes), "reserve", ground->reserved);
}

static json_t *store_object(const struct ys_view_ground *ground)
{
    json_t *const oldest =
        ground->pid == 0
            ? json_null()
            : json_pack("{s:o, s:o, s:o, s:o, s:o}", "pid", ys_json_number((uint64_t)ground->pid),
                        "lag", ys_json_number(ground->lag), "held_bytes",
                        ys_json_number(ground->held_bytes), "process_age_s",
                        ground->process_known ? ys_json_number(ground->process.age_s) : json_null(),
                        "stopped",
                        ground->process_known ? json_boolean(ground->process.stopped)
                                              : json_null());
    return json_pack("{s:o, s:o, s:o}", "bytes", ys_json_number(ground->store_bytes), "readers",
                     ys_json_number(ground->readers), "oldest_reader", oldest);
}

static void status(const struct ys_view_status *view)
{
    json_t *const logs = json_array();
    for (size_t i = 0; i < view->log_count; i++)
        json_array_append_new(logs, log_object(&view->log[i]));
    json_t *const parent =
        view->parent[0] == '\0' || view->observes
            ? json_null()
            : json_pack("{s:s, s:b, s:o}", "address", view->parent, "connected", view->connected,
                        "link", ys_json_text_or_null(view->link));
    ys_json_line(json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:o, s:{s:o, s:o, s:o}, s:o, s:o, s:{s:b, s:o}, "
        "s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:{s:o, s:b, s:o}}",
        "deployment", view->deployment, "code", view->code, "name", ys_json_text(view->name),
        "level", view->level, "origin", view->origin, "size", ys_json_number(view->size),
        "receipts", "saved", ys_json_number(view->size), "street", receipt_or_null(&view->street),
        "district", receipt_or_null(&view->district), "logs", logs, "parent", parent, "daemon",
        "running", view->running, "address", ys_json_text_or_null(view->address),
        "requests_waiting", ys_json_number(view->requests), "observers",
        ys_json_number(view->observers), "observes",
        view->observes ? ys_json_text_or_null(view->parent) : json_null(), "waiting",
        ys_json_number(view->waiting), "alarms", open_alarms(view), "disk",
        disk_object(&view->ground), "store", store_object(&view->ground), "clock_ahead_s",
        (json_int_t)view->clock_ahead_s, "clock", ys_view_clock_json(view), "attachments",
        ys_attachments_json(&view->attachments, view->faults), "logbook", "lines",
        ys_json_number(view->logbook_lines), "good", !view->logbook_broken, "reason",
        ys_json_text_or_null(view->logbook)));
}

static void recovery(const struct ys_view_recovery *view)
{
    json_t *const guard =
        view->guard_path == NULL
            ? json_null()
            : json_pack("{s:o, s:b, s:o, s:s}", "file", ys_json_text(view->guard_path), "fits",
                        view->fits, "signed", ys_json_number(view->guarded), "finding",
                        view->finding);
    ys_json_line(json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:b}", "origin", view->origin, "size",
                           ys_json_number(view->size), "head_size", ys_json_number(view->head_size),
                           "state", ys_log_state_name(view->state), "waiting",
                           ys_json_number(view->waiting), "guard", guard, "accepted",
                           view->accepted));
}

static void verified(const struct ys_view_verified *view)
{
    json_t *const problems = json_array();
    const uint64_t listed =
        view->problem_count < YS_VIEW_PROBLEMS_MAX ? view->problem_count : YS_VIEW_PROBLEMS_MAX;
    for (uint64_t i = 0; i < listed; i++)
        json_array_append_new(problems, ys_json_text(view->problem[i]));
    ys_json_line(
        json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "origin",
                  ys_json_text_or_null(view->origin), "code", ys_json_text_or_null(view->code),
                  "ok", view->problem_count == 0, "size", ys_json_number(view->size), "heads",
                  ys_json_number(view->heads), "cosignatures", ys_json_number(view->cosignatures),
                  "absent_bodies", ys_json_number(view->absent_bodies), "erased_bodies",
                  ys_json_number(view->tombstones), "verdicts", verdict_counts(view->verdicts),
                  "problem_count", ys_json_number(view->problem_count), "problems", problems));
}

static void proved(const struct ys_view_proved *view)
{
    if (view->id == NULL) {
        ys_json_line(json_pack("{s:o, s:s, s:b, s:o}", "file", ys_json_text(view->file), "origin",
                               view->origin, "fork", true, "bytes", ys_json_number(view->bytes)));
        return;
    }
    ys_json_line(json_pack("{s:o, s:s, s:s, s:o, s:o}", "file", ys_json_text(view->file), "id",
                           view->id, "origin", view->origin, "index", ys_json_number(view->index),
                           "bytes", ys_json_number(view->bytes)));
}

static void exported_tables(const char *folder, const char *hash)
{
    ys_json_line(json_pack("{s:o, s:s}", "folder", ys_json_text(folder), "hash", hash));
}

static void exported(const struct ys_view_exported *view)
{
    ys_json_line(json_pack("{s:o, s:s, s:o}", "folder", ys_json_text(view->folder), "origin",
                           view->origin, "size", ys_json_number(view->size)));
}

static json_t *check_result(const struct ys_check_result *result)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    char origin[YS_KEY_NAME_MAX + 1];
    json_t *const signers = json_array();
    json_t *const witnesses = json_array();
    ys_record_id_print(&result->id, id);
    ys_name_print(&result->record.origin, origin);
    for (unsigned class = 1; class <= YS_BODY_NODE; class <<= 1)
        if ((result->signed_by & class) != 0)
            json_array_append_new(signers, json_string(ys_body_class_word(class)));
    for (unsigned i = 0; i < result->witnesses_wanted; i++)
        json_array_append_new(
            witnesses,
            json_pack("{s:s, s:b, s:o}", "code", result->witness[i].division.digits, "found",
                      result->witness[i].found, "time",
                      ys_json_time(result->witness[i].found, result->witness[i].time_s)));
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "id", id,
                     "origin", origin, "index", ys_json_number(result->index), "kind",
                     result->record.kind, "subject", result->record.subject, "signed_at",
                     ys_json_time(true, result->record.signed_at_s), "signers", signers,
                     "witnesses", witnesses, "head_size", ys_json_number(result->head_size),
                     "district_size", ys_json_number(result->district_size), "revoked",
                     ys_json_number(result->revoked), "known", result->known_kind, "has_content",
                     result->has_body);
}

static void checked(const struct ys_view_checked *view)
{
    json_t *const steps = json_array();
    for (size_t i = 0; i < view->step_count; i++)
        json_array_append_new(steps, json_pack("{s:s, s:o}", "step",
                                               ys_check_step_name(view->step[i].step), "text",
                                               ys_json_text(view->step[i].text)));
    json_t *const object = json_pack("{s:b, s:o, s:o}", "ok", view->reason == NULL, "reason",
                                     ys_json_text_or_null(view->reason), "steps", steps);
    if (view->fork[0] != NULL)
        json_object_set_new(object, "fork",
                            json_pack("{s:s, s:o}", "origin", view->fork[0]->origin, "sizes",
                                      json_pack("[o, o]", ys_json_number(view->fork[0]->size),
                                                ys_json_number(view->fork[1]->size))));
    if (view->result != NULL)
        json_object_set_new(object, "record", check_result(view->result));
    if (view->body != NULL)
        json_object_set_new(object, "body", json_deep_copy(view->body));
    ys_json_line(object);
}

static void version(const char *number_text)
{
    ys_json_line(json_pack("{s:s}", "version", number_text));
}

const struct ys_view ys_view_json = {
    .made = made,
    .keys = keys,
    .new_key = new_key,
    .root_key = root_key,
    .root_policy = root_policy,
    .root_request = root_request,
    .written = written,
    .drafted = drafted,
    .draft = draft,
    .kind = kind,
    .joined = joined,
    .invited = invited,
    .invite = invite,
    .asked = asked,
    .applicant = applicant,
    .observer = observer,
    .admitted = admitted,
    .log_begin = log_begin,
    .log_entry = log_entry,
    .record = record,
    .status = status,
    .recovery = recovery,
    .verified = verified,
    .committed = ys_json_committed,
    .drawn = ys_json_drawn,
    .sample = ys_json_sample,
    .healed = ys_json_healed,
    .evidence = ys_json_evidence,
    .audited = ys_json_audit_line,
    .audit_end = ys_json_audit_end,
    .proved = proved,
    .exported = exported,
    .exported_tables = exported_tables,
    .checked = checked,
    .matter = ys_json_matter,
    .matter_line = ys_json_matter_line,
    .indicator = ys_json_indicator,
    .indicator_line = ys_json_indicator,
    .rule = ys_json_rule,
    .rule_line = ys_json_rule,
    .finding = ys_json_finding,
    .finding_count = ys_json_finding_count,
    .duty = ys_json_duty,
    .task = ys_json_task,
    .version = version,
};
