#include "node/attachment/view.h"
#include "node/lang.h"
#include "node/terminal.h"
#include "node/view.h"
#include "node/view_audit.h"
#include "node/view_clock.h"
#include "node/view_indicator.h"
#include "node/view_matter.h"
#include "node/view_rule.h"
#include "node/view_text_draft.h"
#include "node/view_told.h"
#include "proto/json_memory.h"
#include "proto/moment.h"
#include "proto/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_SHOWN = 16 };

static const char *verdict_word(enum ys_verdict verdict)
{
    switch (verdict) {
    case YS_VERDICT_UNCHECKED:
        return _("unchecked");
    case YS_VERDICT_OK:
        return _("ok");
    case YS_VERDICT_BAD:
        return _("bad");
    case YS_VERDICT_UNKNOWN_KEY:
        return _("unknown key");
    }
    return "?";
}

static const char *state_word(enum ys_log_state state)
{
    switch (state) {
    case YS_LOG_FOLLOWING:
        return _("following");
    case YS_LOG_RECOVERING:
        return _("recovering");
    case YS_LOG_FORKED:
        return _("forked");
    case YS_LOG_CLOSED:
        return _("closed");
    }
    return "?";
}

static const char *level_word(const char *level)
{
    if (strcmp(level, "community") == 0)
        return _("community");
    if (strcmp(level, "street") == 0)
        return _("street");
    return _("district");
}

static const char *kind_word(const struct ys_exhibit *exhibit)
{
    if (exhibit->kind == NULL)
        return _("unknown to this version");
    return ys_lang_is_chinese() ? exhibit->kind->zh : exhibit->kind->en;
}

static void made(const struct ys_view_made *view)
{
    ys_terminal_pair(_("Node made in"), view->home);
    ys_terminal_pair(_("Log"), view->origin);
    for (size_t i = 0; i < view->bodies->count; i++) {
        const char *const body = view->bodies->name[i];
        printf(_("Key of body %s (%s): keys/%s.key\n"), body,
               ys_body_class_text(ys_body_class(body), ys_lang_is_chinese()), body);
    }
    if (view->has_vault)
        puts(_("Key of the vault, for sealed values: keys/vault.key; lost, they are lost"));
    if (view->root_fingerprint[0] != '\0')
        ys_terminal_pair(_("Fingerprint of the root"), view->root_fingerprint);
    if (view->root_key_count != 0) {
        puts(
            _("The district's root was made here: publish root.pub, and compare the fingerprint by "
              "telephone."));
        for (unsigned i = 1; i <= view->root_key_count; i++)
            printf(_("Copy keys/root-%u.key to a medium that is kept offline, and remove it from "
                     "this computer.\n"),
                   i);
    }
    if (view->guard_path != NULL)
        printf(_("Guard of the log, to be kept here and in no backup: %s\n"), view->guard_path);
}

static void keys(const struct ys_view_keys *view)
{
    ys_terminal_pair(_("Log key"), view->log);
    ys_terminal_pair(_("Mirror key"), view->mirror);
    ys_terminal_pair(_("Transport key"), view->transport);
    for (size_t i = 0; i < view->body_count; i++) {
        printf(_("Body %s: "), view->body[i].body);
        ys_terminal_put(view->body[i].key);
        putchar('\n');
    }
    ys_terminal_pair(_("Fingerprint of the root"),
                     view->root_fingerprint[0] == '\0' ? "-" : view->root_fingerprint);
}

static void new_key(const char *body, const char *key)
{
    printf(_("New key of body %s: %s\n"), body, key);
    puts(_("It counts once the parent has admitted it: yishi join, then yishi admit there."));
}

static void root_key(const char *file, const char *key)
{
    printf(_("New root key in %s: %s\n"), file, key);
    puts(_("Keep the file offline, and give only the key to who writes the policy (yishi root "
           "policy)."));
}

static void root_policy(const struct ys_view_root_policy *view)
{
    ys_terminal_pair(_("Root file"), view->file);
    ys_terminal_pair(_("Fingerprint of the root"), view->fingerprint);
    printf(_("Policies: %u; in the last, %u of %u keys must sign\n"), view->policies,
           view->threshold, view->keys);
    puts(view->has_next ? _("A successor is committed to.")
                        : _("No successor is committed to: this root cannot be replaced."));
}

/* JSON that somebody is to read before he signs: clean, and never cut short. */
static void put_whole(const json_t *json)
{
    char *const text = json_dumps(json, JSON_INDENT(2));
    const size_t size = text == NULL ? 0 : strlen(text) + 1;
    char *const clean = ys_json_malloc(size + 1);
    for (char *line = text; line != NULL && clean != NULL;) {
        char *const end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        ys_view_clean(line, clean, size);
        puts(clean);
        line = end == NULL ? NULL : end + 1;
    }
    free(clean);
    free(text);
}

/* What a record of this kind does. */
static const char *kind_in_words(const char *kind)
{
    if (strcmp(kind, "node_certificate") == 0)
        return _("makes these the keys of the district's node");
    if (strcmp(kind, "body_register") == 0)
        return _("makes this a key of a body of the district");
    if (strcmp(kind, "key_revoke") == 0)
        return _("takes a key its validity");
    return _("a record of this kind");
}

static void root_request(const struct ys_view_root_request *view)
{
    printf(_("To be signed by the root of %s in %s (%s):\n"), view->code, view->deployment,
           view->file);
    ys_terminal_pair(_("Fingerprint of the root"), view->fingerprint);
    printf(_("Policy %u of %u: %u of %u keys must sign, %u have signed\n"), view->policy,
           view->policies, view->threshold, view->keys, view->have_signed);
    for (size_t i = 0; i < view->record_count; i++) {
        printf(_("Record %zu, %s: %s\n"), i + 1, view->record[i].kind,
               kind_in_words(view->record[i].kind));
        put_whole(view->record[i].body);
    }
}

static void put_signers(const struct ys_view_written *view)
{
    for (size_t i = 0; i < view->signer_count; i++)
        printf("%s%s", i == 0 ? "" : ", ", view->signer[i]);
}

static void written(const struct ys_view_written *view)
{
    printf(view->dry ? _("Would be written: %s, signed by ") : _("Written: %s, signed by "),
           view->kind);
    put_signers(view);
    putchar('\n');
    if (view->dry) {
        fputs(view->text, stdout);
        if (view->body != NULL && json_dumpf(view->body, stdout, JSON_INDENT(2)) == 0)
            putchar('\n');
        return;
    }
    printf(_("Record: %s\n"), view->id);
    if (view->waits)
        puts(_("It waits: the own log is being recovered from the parent, and the record is "
               "appended behind it."));
    else
        printf(_("Place: index %llu of %s, which now has %llu\n"), (unsigned long long)view->index,
               view->origin, (unsigned long long)view->size);
}

static void joined(const struct ys_view_joined *view)
{
    ys_terminal_pair(_("Request written to"), view->request);
    ys_terminal_pair(_("Parent"), view->parent);
    ys_terminal_pair(_("Fingerprint of the root"), view->root_fingerprint);
    puts(_("Compare the fingerprint with the one that the district publishes."));
    puts(_("Then give the request to the parent: yishi admit FILE"));
}

static void invited(const struct ys_view_invited *view)
{
    puts(view->text);
}

static const char *invite_word(enum ys_invite_state state)
{
    switch (state) {
    case YS_INVITE_OPEN:
        return _("open");
    case YS_INVITE_USED:
        return _("used");
    case YS_INVITE_EXPIRED:
        return _("expired");
    case YS_INVITE_CANCELLED:
        return _("cancelled");
    }
    return "?";
}

static void invite(const struct ys_invite *view, enum ys_invite_state state)
{
    char expires[YS_TIME_TEXT_MAX];
    ys_terminal_time(true, view->expires_s, expires);
    ys_terminal_padded(view->id, YS_TOKEN_ID_TEXT_LEN + 2);
    ys_terminal_padded(view->division.digits, YS_DIVISION_MAX + 2);
    ys_terminal_padded(invite_word(state), 13);
    printf(_("until %s\n"), expires);
}

/* One key as both sides read it to each other. */
static void put_key(const char *what, const char *text)
{
    char fingerprint[YS_FINGERPRINT_MAX];
    struct ys_vkey vkey;
    if (ys_vkey_parse(ys_bytes_of_text(text), &vkey) != YS_OK)
        return;
    ys_fingerprint_print(vkey.key, fingerprint);
    printf("  ");
    ys_terminal_padded(what, YS_BODY_NAME_MAX + 2);
    puts(fingerprint);
}

static void put_offer(const struct ys_offer *offer)
{
    char fingerprint[YS_FINGERPRINT_MAX];
    ys_fingerprint_print(offer->transport, fingerprint);
    printf("  ");
    ys_terminal_padded("transport", YS_BODY_NAME_MAX + 2);
    puts(fingerprint);
    put_key("log", offer->log);
    put_key("mirror", offer->mirror);
    for (size_t i = 0; i < offer->body_count; i++)
        put_key(offer->body[i].body, offer->body[i].key);
}

static void asked(const struct ys_view_asked *view)
{
    const char *const code = view->offer->origin.division.digits;
    if (view->admitted) {
        printf(_("%s is admitted by %s.\n"), code, view->parent);
        return;
    }
    printf(_("Pending: an officer of %s must run: yishi admit %s\n"), view->parent, code);
    puts(_("The officer sees these fingerprints; read them to each other:"));
    put_offer(view->offer);
    ys_terminal_pair(_("Parent"), view->address);
    ys_terminal_pair(_("Fingerprint of the root"), view->root_fingerprint);
}

static void applicant(const struct ys_view_applicant *view)
{
    const struct ys_application *const application = view->application;
    const struct ys_offer *const offer = &application->offer;
    char since[YS_TIME_TEXT_MAX];
    ys_terminal_time(true, application->since_s, since);
    printf("%s ", offer->origin.division.digits);
    ys_terminal_put(offer->name);
    if (offer->token_id[0] != '\0')
        printf(offer->observer ? _(": asks to observe, since %s, by invitation %s\n")
                               : _(": asks since %s, by invitation %s\n"),
               since, offer->token_id);
    else
        printf(_(": asks since %s, enrolled already\n"), since);
    put_offer(offer);
    if (offer->address[0] != '\0') {
        printf("  ");
        ys_terminal_padded(_("address"), YS_BODY_NAME_MAX + 2);
        ys_terminal_put(offer->address);
        putchar('\n');
    }
    if (application->refused[0] != '\0') {
        printf("  %s: ", _("refused"));
        ys_terminal_put(application->refused);
        putchar('\n');
    }
    if (view->conflict)
        printf("  %s\n", _("Another applicant asks for the same code: find out who is who."));
}

static void observer(const struct ys_view_observer *view)
{
    ys_terminal_padded(view->code, YS_DIVISION_MAX + 2);
    ys_terminal_padded(view->fingerprint, YS_FINGERPRINT_MAX + 1);
    ys_terminal_put(view->name);
    printf(_(", let in by %s:%llu\n"), view->issuer, (unsigned long long)view->index);
}

static void admitted(const struct ys_view_admitted *view)
{
    printf("%s ", view->code);
    ys_terminal_put(view->name);
    printf(": %s\n", view->already ? _("admitted already; nothing written")
                     : view->dry   ? _("would be admitted")
                                   : _("admitted"));
    for (size_t i = 0; i < view->record_count; i++) {
        if (view->dry)
            printf(_("  %s: would be written\n"), view->record[i].kind);
        else
            printf(_("  %s: record %s, index %llu\n"), view->record[i].kind, view->record[i].id,
                   (unsigned long long)view->record[i].index);
    }
    if (view->over_wire)
        return;
    puts(_("What the child needs for yishi join:"));
    printf("  --parent %s\n",
           view->address[0] == '\0' ? _("(the daemon is not running)") : view->address);
    printf("  --parent-key %s\n", view->key);
    printf(_("  fingerprint of the root: %s\n"), view->root_fingerprint);
}

static void log_begin(const struct ys_log *log, const char *name)
{
    printf("%s ", log->origin_text);
    ys_terminal_put(name);
    printf(_(", %llu records\n"), (unsigned long long)log->frontier.size);
}

static void log_entry(const struct ys_exhibit *view)
{
    char id[YS_RECORD_ID_TEXT_MAX] = "?";
    char signed_at[YS_TIME_TEXT_MAX];
    char street[YS_TIME_TEXT_MAX];
    char district[YS_TIME_TEXT_MAX];
    if (view->readable)
        ys_record_id_print(&view->id, id);
    id[ID_SHOWN] = '\0';
    ys_terminal_time(view->readable, view->record.signed_at_s, signed_at);
    ys_terminal_time(view->has_street, view->street.time_s, street);
    ys_terminal_time(view->has_district, view->district.time_s, district);
    printf("%6llu  ", (unsigned long long)view->index);
    ys_terminal_padded(id, ID_SHOWN + 2);
    ys_terminal_padded(signed_at, 21);
    ys_terminal_padded(verdict_word(view->verdict), 13);
    ys_terminal_padded(view->readable ? view->record.kind : "?", 22);
    ys_terminal_padded(view->readable ? view->record.subject : "?", 27);
    printf(_("street %s  district %s"), street, district);
    if (view->kind == NULL)
        printf("  (%s)", _("unknown to this version"));
    putchar('\n');
}

static void put_receipt(const char *name, bool there, const struct ys_receipt *receipt)
{
    char time[YS_TIME_TEXT_MAX];
    ys_terminal_time(there, receipt->time_s, time);
    if (there)
        printf(_("%s: %s, with its head of size %llu\n"), name, time,
               (unsigned long long)receipt->size);
    else
        printf("%s: -\n", name);
}

static void put_body(const struct ys_exhibit *view)
{
    switch (view->content) {
    case YS_CONTENT_ABSENT:
        puts(_("Content: not here"));
        return;
    case YS_CONTENT_TOMBSTONE:
        puts(_("Content: erased by law"));
        return;
    case YS_CONTENT_BODY:
        break;
    }
    if (view->body == NULL) {
        puts(_("Content: here, but of no form that this version can show"));
        return;
    }
    puts(_("Content:"));
    if (json_dumpf(view->body, stdout, JSON_INDENT(2)) == 0)
        putchar('\n');
}

static void record(const struct ys_exhibit *view)
{
    char id[YS_RECORD_ID_TEXT_MAX] = "?";
    char signed_at[YS_TIME_TEXT_MAX];
    if (view->readable)
        ys_record_id_print(&view->id, id);
    ys_terminal_time(view->readable, view->record.signed_at_s, signed_at);
    ys_terminal_pair(_("Record"), id);
    printf(_("Place: index %llu of %s\n"), (unsigned long long)view->index, view->log.origin_text);
    if (view->readable) {
        printf(_("Kind: %s (%s)\n"), view->record.kind, kind_word(view));
        ys_terminal_pair(_("Subject"), view->record.subject);
    }
    ys_terminal_pair(_("Signed at (claimed)"), signed_at);
    printf("%s: ", _("Signers"));
    for (size_t i = 0; i < view->signer_count; i++) {
        fputs(i == 0 ? "" : ", ", stdout);
        ys_terminal_put(view->signer[i]);
    }
    putchar('\n');
    printf(_("Signatures: %s"), verdict_word(view->verdict));
    if (view->why.code != YS_OK) {
        fputs("; ", stdout);
        ys_terminal_put(view->why.msg);
    }
    putchar('\n');
    put_receipt(_("Street receipt"), view->has_street, &view->street);
    put_receipt(_("District receipt"), view->has_district, &view->district);
    for (size_t i = 0; i < view->told_count; i++)
        ys_view_told_text(&view->told[i], "");
    put_body(view);
    ys_attachments_put_states(view->attachments);
}

static void put_station(const char *name, bool expected, const struct ys_view_receipt *receipt)
{
    char time[YS_TIME_TEXT_MAX];
    if (!expected)
        return;
    ys_terminal_time(receipt->there, receipt->time_s, time);
    if (receipt->there)
        printf(" → %s %llu (%s)", name, (unsigned long long)receipt->size, time);
    else
        printf(" → %s 0", name);
}

static void status_log(const struct ys_view_log *view)
{
    printf("  %s ", view->log.origin_text);
    ys_terminal_padded(view->name, 24);
    printf(_(" size %llu, head %llu, %s; signatures: %llu ok, %llu bad, %llu unknown key, %llu "
             "unchecked\n"),
           (unsigned long long)view->log.frontier.size, (unsigned long long)view->head_size,
           state_word(view->log.state), (unsigned long long)view->verdicts[YS_VERDICT_OK],
           (unsigned long long)view->verdicts[YS_VERDICT_BAD],
           (unsigned long long)view->verdicts[YS_VERDICT_UNKNOWN_KEY],
           (unsigned long long)view->verdicts[YS_VERDICT_UNCHECKED]);
    for (size_t i = 0; i < view->receipt_count; i++) {
        char time[YS_TIME_TEXT_MAX];
        ys_terminal_time(true, view->receipt[i].time_s, time);
        printf(_("    received by %s (%s): size %llu, %s\n"), view->receipt[i].witness,
               level_word(view->receipt[i].level), (unsigned long long)view->receipt[i].size, time);
    }
}

static void put_alarm(const struct ys_alarm *alarm)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    ys_record_id_print(&alarm->record, id);
    if (alarm->open && alarm->jump_s != 0)
        ys_view_jump_text(alarm);
    else if (alarm->open)
        printf(_("ALARM %.16s: %s of %s in log %s, entry %llu: nobody here has asked for it\n"), id,
               alarm->kind, alarm->key, alarm->origin, (unsigned long long)alarm->index);
}

static void put_ground(const struct ys_view_ground *ground)
{
    enum { MIB = 20 };
    if (ground->is_short)
        printf(_("ALARM: little room: %llu MiB are free on the disk of %s, %llu MiB are needed; "
                 "nothing more is asked of others until there is more%s\n"),
               (unsigned long long)(ground->free_bytes >> MIB), ground->home,
               (unsigned long long)(ground->needed_bytes >> MIB),
               ground->reserved ? "" : _("; the reserve is given up"));
    if (ground->lag == 0)
        return;
    printf(_("Oldest reader of the store: process %lld, %llu transactions behind, holds back %llu "
             "KiB"),
           (long long)ground->pid, (unsigned long long)ground->lag,
           (unsigned long long)(ground->held_bytes >> 10));
    if (ground->process_known)
        printf(ground->process.stopped ? _("; it runs for %llu s and is stopped")
                                       : _("; it runs for %llu s"),
               (unsigned long long)ground->process.age_s);
    putchar('\n');
}

static void status(const struct ys_view_status *view)
{
    printf("%s ", view->code);
    ys_terminal_put(view->name);
    printf(" (%s), %s\n", level_word(view->level), view->deployment);
    printf("%s %llu", _("saved here"), (unsigned long long)view->size);
    put_station(_("received by the street"), view->has_street, &view->street);
    put_station(_("received by the district"), view->has_district, &view->district);
    putchar('\n');
    printf(view->running ? _("Daemon: running, %s\n") : _("Daemon: not running\n"),
           view->address[0] == '\0' ? _("not listening") : view->address);
    if (view->parent[0] != '\0') {
        printf(view->observes ? _("Observes: %s, %s") : _("Parent: %s, %s"), view->parent,
               view->connected ? _("connected") : _("not connected"));
        if (!view->connected && view->link[0] != '\0') {
            fputs("; ", stdout);
            ys_terminal_put(view->link);
        }
        putchar('\n');
    }
    if (view->waiting != 0)
        printf(_("The own log is being recovered from the parent; %llu records wait for it.\n"),
               (unsigned long long)view->waiting);
    for (size_t i = 0; i < view->log_count; i++)
        if (view->log[i].log.state == YS_LOG_FORKED)
            printf(_("ALARM: the key of log %s has signed two histories. The proof: yishi prove "
                     "--fork %s\n"),
                   view->log[i].log.origin_text, view->log[i].log.origin_text);
    if (view->observers != 0)
        printf(_("Observers that may read here: %zu; see: yishi observers\n"), view->observers);
    if (view->requests != 0)
        printf(_("Requests to join that wait: %zu; see: yishi admit --list\n"), view->requests);
    for (size_t i = 0; i < view->alarms->count; i++)
        put_alarm(&view->alarms->alarm[i]);
    if (view->clock_ahead_s != 0)
        printf(view->clock_ahead_s > 0
                   ? _("ALARM: the clock of this machine is %llu s ahead of the parent's\n")
                   : _("ALARM: the clock of this machine is %llu s behind the parent's\n"),
               (unsigned long long)llabs(view->clock_ahead_s));
    ys_view_clock_text(&view->clock);
    put_ground(&view->ground);
    if (view->logbook_broken)
        printf(_("ALARM: the logbook: %s\n"), view->logbook);
    ys_attachments_put(&view->attachments, view->faults);
    puts(_("Logs held:"));
    for (size_t i = 0; i < view->log_count; i++)
        status_log(&view->log[i]);
}

static void recovery(const struct ys_view_recovery *view)
{
    printf(_("Own log: %s, size %llu, head %llu, %s\n"), view->origin,
           (unsigned long long)view->size, (unsigned long long)view->head_size,
           state_word(view->state));
    if (view->waiting != 0)
        printf(_("Records that wait for it: %llu\n"), (unsigned long long)view->waiting);
    if (view->guard_path == NULL) {
        puts(view->state == YS_LOG_RECOVERING
                 ? _("The daemon fetches what the parent holds, and appends what waits behind it.")
                 : _("Nothing is to be recovered."));
        return;
    }
    printf(_("Guard: %s: %s; it says that %llu entries were signed\n"), view->guard_path,
           view->finding, (unsigned long long)view->guarded);
    if (view->accepted)
        puts(_("Decided and recorded: the own log goes on from what is held here."));
    else if (!view->fits)
        puts(_("Nothing is signed. The running daemon fetches what its children hold of the own "
               "log; when\nthe guard is missing or of another store, decide with: yishi recover "
               "--accept REASON"));
}

static void verified(const struct ys_view_verified *view)
{
    printf("%s  ", view->problem_count == 0 ? _("good") : _("BAD "));
    if (view->is_log)
        printf(_("%s: %llu records, %llu heads, %llu cosignatures; signatures: %llu ok, %llu bad, "
                 "%llu unknown key"),
               view->origin, (unsigned long long)view->size, (unsigned long long)view->heads,
               (unsigned long long)view->cosignatures,
               (unsigned long long)view->verdicts[YS_VERDICT_OK],
               (unsigned long long)view->verdicts[YS_VERDICT_BAD],
               (unsigned long long)view->verdicts[YS_VERDICT_UNKNOWN_KEY]);
    else
        fputs(_("tables that span the logs"), stdout);
    if (view->absent_bodies + view->tombstones != 0)
        printf(_("; contents: %llu not here, %llu erased"), (unsigned long long)view->absent_bodies,
               (unsigned long long)view->tombstones);
    for (uint64_t i = 0; i < view->problem_count && i < YS_VIEW_PROBLEMS_MAX; i++) {
        fputs("; ", stdout);
        ys_terminal_put(view->problem[i]);
    }
    if (view->problem_count > YS_VIEW_PROBLEMS_MAX)
        printf(_("; and %llu more"),
               (unsigned long long)(view->problem_count - YS_VIEW_PROBLEMS_MAX));
    putchar('\n');
}

static void proved(const struct ys_view_proved *view)
{
    if (view->id == NULL) {
        printf(_("Fork proof written to: %s (%zu bytes)\n"), view->file, view->bytes);
        printf(_("It proves that the key of log %s has signed two histories.\n"), view->origin);
        printf(_("To check it anywhere: yishi check %s --key VKEY\n"), view->file);
        return;
    }
    printf(_("Bundle written to: %s (%zu bytes)\n"), view->file, view->bytes);
    printf(_("It proves record %s, entry %llu of %s.\n"), view->id, (unsigned long long)view->index,
           view->origin);
    printf(_("To check it anywhere: yishi check %s --root root.pub\n"), view->file);
}

static void exported_tables(const char *folder, const char *hash)
{
    printf(_("Wrote the tables of report %.16s to "), hash);
    ys_terminal_put(folder);
    printf("\n");
}

static void exported(const struct ys_view_exported *view)
{
    printf(_("Log %s, size %llu, written to: %s\n"), view->origin, (unsigned long long)view->size,
           view->folder);
}

static const char *step_word(enum ys_check_step step)
{
    switch (step) {
    case YS_CHECK_FORM:
        return _("form");
    case YS_CHECK_ROOT:
        return _("root");
    case YS_CHECK_EVIDENCE:
        return _("evidence");
    case YS_CHECK_CHECKPOINT:
        return _("checkpoint");
    case YS_CHECK_COSIGNATURE:
        return _("cosignature");
    case YS_CHECK_INCLUSION:
        return _("inclusion");
    case YS_CHECK_BODY:
        return _("content");
    case YS_CHECK_SIGNATURES:
        return _("signatures");
    case YS_CHECK_FORK:
        return _("fork");
    }
    return "?";
}

static void put_witnesses(const struct ys_check_result *result)
{
    char time[YS_TIME_TEXT_MAX];
    for (unsigned i = 0; i < result->witnesses_wanted; i++) {
        ys_terminal_time(result->witness[i].found, result->witness[i].time_s, time);
        if (result->witness[i].found)
            printf(_("  - %s held it, and everything before it, no later than %s;\n"),
                   result->witness[i].division.digits, time);
        else
            printf(_("  - NOT that %s held it: its cosignature is not in this bundle;\n"),
                   result->witness[i].division.digits);
    }
}

static void put_proven(const struct ys_view_checked *view)
{
    const struct ys_check_result *const result = view->result;
    char id[YS_RECORD_ID_TEXT_MAX];
    char origin[YS_KEY_NAME_MAX + 1];
    char signers[64] = "";
    ys_record_id_print(&result->id, id);
    ys_name_print(&result->record.origin, origin);
    for (unsigned class = 1; class <= YS_BODY_NODE; class <<= 1)
        if ((result->signed_by & class) != 0)
            snprintf(signers + strlen(signers), sizeof signers - strlen(signers), "%s%s",
                     signers[0] == '\0' ? "" : ", ", ys_body_class_word(class));
    puts(_("It proves:"));
    printf(_("  - record %s, a %s, was published by %s: entry %llu of %s;\n"), id,
           result->record.kind, result->record.origin.division.digits,
           (unsigned long long)result->index, origin);
    printf(_("  - signed by %s of %s, with keys valid at that entry;\n"), signers,
           result->record.origin.division.digits);
    put_witnesses(result);
    if (result->revoked == 0)
        printf(
            _("  - no revocation of these keys is known up to entry %llu of the district's log.\n"),
            (unsigned long long)result->district_size);
    else
        printf(_("  - besides the %u revoked keys named above no revocation is known up to entry "
                 "%llu of the "
                 "district's log.\n"),
               result->revoked, (unsigned long long)result->district_size);
    puts(_("It does not prove:"));
    puts(_("  - that what the record says is true, or happened when it says;"));
    if (!result->has_body)
        puts(_("  - what the record says: its content is not in this bundle;"));
    if (!result->known_kind)
        puts(_("  - what the record means: its kind is unknown to this version;"));
    puts(_("  - that no key was revoked after that district head."));
}

static void checked(const struct ys_view_checked *view)
{
    for (size_t i = 0; i < view->step_count; i++) {
        printf("ok  %s: ", step_word(view->step[i].step));
        ys_terminal_put(view->step[i].text);
        putchar('\n');
    }
    if (view->reason != NULL) {
        fputs(_("REFUSED: "), stdout);
        ys_terminal_put(view->reason);
        putchar('\n');
        return;
    }
    if (view->fork[0] != NULL) {
        printf(_("It proves that the key of log %s signed two histories: of size %llu and of size "
                 "%llu.\n"),
               view->fork[0]->origin, (unsigned long long)view->fork[0]->size,
               (unsigned long long)view->fork[1]->size);
        return;
    }
    put_proven(view);
    if (view->body != NULL) {
        puts(_("What it says:"));
        json_dumpf(view->body, stdout, JSON_INDENT(2));
        putchar('\n');
    }
}

static void version(const char *text)
{
    printf("yishi %s\n", text);
}

const struct ys_view ys_view_text = {
    .made = made,
    .keys = keys,
    .new_key = new_key,
    .root_key = root_key,
    .root_policy = root_policy,
    .root_request = root_request,
    .written = written,
    .drafted = ys_view_text_drafted,
    .draft = ys_view_text_draft,
    .kind = ys_view_text_kind,
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
    .committed = ys_text_committed,
    .drawn = ys_text_drawn,
    .sample = ys_text_sample,
    .healed = ys_text_healed,
    .evidence = ys_text_evidence,
    .audited = ys_text_audit_line,
    .audit_end = ys_text_audit_end,
    .proved = proved,
    .exported = exported,
    .exported_tables = exported_tables,
    .checked = checked,
    .matter = ys_text_matter,
    .matter_line = ys_text_matter_line,
    .indicator = ys_text_indicator,
    .indicator_line = ys_text_indicator_line,
    .rule = ys_text_rule,
    .rule_line = ys_text_rule_line,
    .finding = ys_text_finding,
    .finding_count = ys_text_finding_count,
    .duty = ys_text_duty,
    .task = ys_text_task,
    .version = version,
};
