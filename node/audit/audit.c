#include "node/audit/audit.h"

#include "node/audit/claims.h"
#include "node/audit/reports.h"
#include "node/lang.h"
#include "node/model/parameter.h"
#include "proto/body.h"
#include "proto/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS_A_DAY = 24 * 60 * 60 };

/* A log that was scrubbed and waits for what the others say of it. */
struct audited {
    struct ys_log log;
    struct ys_scrub_log done;
    struct ys_flaws flaws;
};

struct audit {
    const struct ys_audit_options *options;
    struct audited *log;
    size_t log_count, log_room;
    struct ys_flaws tables;
    struct ys_claims claims;
    struct ys_parameter_value *value; /* of silent_days */
    size_t value_count;
    struct ys_audit_totals totals;
    bool figures;      /* somebody has sealed some */
    enum ys_code code; /* of a callback that failed */
    struct ys_err why;
};

const char *ys_audit_word(enum ys_audit_verdict verdict)
{
    switch (verdict) {
    case YS_AUDIT_GOOD:
        return "good";
    case YS_AUDIT_OPEN:
        return "open";
    case YS_AUDIT_FAILED:
        break;
    }
    return "failed";
}

/* --- what the scrub tells --- */

static void keep_log(void *context, struct ys_scrub_log *done)
{
    struct audit *const audit = context;
    if (audit->log_count == audit->log_room) {
        const size_t room = audit->log_room == 0 ? 64 : 2 * audit->log_room;
        struct audited *const log = realloc(audit->log, room * sizeof *log);
        if (log == NULL) {
            audit->code = ys_fail(&audit->why, YS_NOMEM, _("out of memory"));
            return;
        }
        audit->log = log;
        audit->log_room = room;
    }
    struct audited *const kept = &audit->log[audit->log_count++];
    *kept = (struct audited){.log = *done->log, .done = *done};
    ys_flaws_move(done->flaws, &kept->flaws);
}

static void keep_tables(void *context, struct ys_flaws *flaws)
{
    struct audit *const audit = context;
    ys_flaws_move(flaws, &audit->tables);
}

static void hear_receipt(void *context, const struct ys_division *witness, const char *origin,
                         uint64_t size, uint64_t time_s)
{
    struct audit *const audit = context;
    struct ys_claim claim = {.witness = *witness, .size = size, .time_s = time_s};
    const size_t length = strlen(origin);
    if (length > YS_KEY_NAME_MAX || audit->code != YS_OK)
        return;
    memcpy(claim.origin, origin, length + 1);
    audit->code = ys_claims_add(&audit->claims, &claim, &audit->why);
}

/* Only the district's values count; of these, those of silent_days. */
static void hear_parameter(void *context, const struct ys_name *origin, struct ys_bytes note_bytes,
                           struct ys_bytes body_bytes)
{
    struct audit *const audit = context;
    const struct ys_parameter_row *const row = ys_parameter_row(YS_PARAMETER_SILENT_DAYS);
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    struct ys_note note;
    struct ys_record record;
    struct ys_parameter_value value = {.id = YS_PARAMETER_SILENT_DAYS};
    if (ys_division_level(&origin->division) != YS_LEVEL_DISTRICT || audit->code != YS_OK)
        return;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    if (ys_body_unpack(body_bytes, &arena, &body, NULL) == YS_OK &&
        ys_note_parse(note_bytes, &note, NULL) == YS_OK &&
        ys_record_parse(note.text, &record, NULL) == YS_OK) {
        const Yishi__V1__RuleParameter *const parameter = body->rule_parameter;
        if (strcmp(parameter->name, row->word) == 0 && parameter->effective_from != NULL &&
            ys_parameter_parse(row, ys_bytes_of_text(parameter->value), &value.value, NULL) ==
                YS_OK &&
            ys_division_parse(ys_bytes_of_text(parameter->scope), &value.scope, NULL) == YS_OK) {
            struct ys_parameter_value *const more =
                realloc(audit->value, (audit->value_count + 1) * sizeof *more);
            if (more == NULL)
                audit->code = ys_fail(&audit->why, YS_NOMEM, _("out of memory"));
            else {
                audit->value = more;
                value.signed_at_s = record.signed_at_s;
                value.effective_from = parameter->effective_from->yyyymmdd;
                more[audit->value_count++] = value;
            }
        }
    }
    ys_arena_clear(&arena);
}

static void hear_figures(void *context)
{
    struct audit *const audit = context;
    audit->figures = true;
}

static void tell_progress(void *context, uint64_t done, uint64_t total)
{
    const struct audit *const audit = context;
    audit->options->progress(audit->options->context, done, total);
}

/* --- what nobody can see in one log alone --- */

static void time_text(uint64_t time_s, char out[YS_TIME_TEXT_MAX])
{
    ys_time_print((int64_t)time_s * 1000, out);
}

/* The days after which silence of this unit is too long. */
static uint64_t silent_days(const struct audit *audit, const struct ys_division *division)
{
    const struct ys_parameters parameters = {
        .division = *division, .values = audit->value, .count = audit->value_count};
    return ys_parameter_on(&parameters, YS_PARAMETER_SILENT_DAYS,
                           ys_date_of_time((int64_t)audit->options->now_s * 1000));
}

static bool too_long(const struct audit *audit, const struct ys_division *division,
                     uint64_t since_s)
{
    return since_s + silent_days(audit, division) * SECONDS_A_DAY < audit->options->now_s;
}

/* What receipts records say, or cosigned heads that lie here. */
static void check_claim(const struct audit *audit, struct audited *log)
{
    const struct ys_claim *const told = ys_claims_find(&audit->claims, log->log.origin_text);
    struct ys_claim most = {.witness = log->done.beyond_witness,
                            .size = log->done.beyond_size,
                            .time_s = log->done.beyond_s};
    char time[YS_TIME_TEXT_MAX];
    if (told != NULL && told->size > most.size)
        most = *told;
    if (most.size <= log->log.frontier.size)
        return;
    time_text(most.time_s, time);
    ys_flaw_add(&log->flaws, YS_FLAW_MISSING, log->log.origin_text,
                _("%s cosigned its first %llu entries at %s; %llu are here"), most.witness.digits,
                (unsigned long long)most.size, time, (unsigned long long)log->log.frontier.size);
}

static void check_silence(const struct audit *audit, struct audited *log)
{
    char time[YS_TIME_TEXT_MAX];
    const struct ys_division *const division = &log->log.origin.division;
    /* The district is under nobody who would sign for its log; a log that was closed is not to go on. */
    if (ys_division_level(division) == YS_LEVEL_DISTRICT || log->log.state == YS_LOG_CLOSED ||
        log->done.last_cosigned_s == 0 || !too_long(audit, division, log->done.last_cosigned_s))
        return;
    time_text(log->done.last_cosigned_s, time);
    ys_flaw_add(&log->flaws, YS_FLAW_SILENT, log->log.origin_text,
                _("nothing cosigned since %s, longer than silent_days = %llu"), time,
                (unsigned long long)silent_days(audit, division));
}

static void check_log(const struct audit *audit, struct audited *log)
{
    const char *const origin = log->log.origin_text;
    if (log->log.state == YS_LOG_FORKED)
        ys_flaw_add(&log->flaws, YS_FLAW_FORK, origin,
                    _("its key signed two histories; for the proof: yishi prove --fork %s"),
                    log->log.origin.division.digits);
    if (log->done.unknown_cosignatures != 0)
        ys_flaw_add(&log->flaws, YS_FLAW_UNKNOWN, origin,
                    _("%llu lines on heads are of keys that are not known here"),
                    (unsigned long long)log->done.unknown_cosignatures);
    check_claim(audit, log);
    check_silence(audit, log);
}

/* --- lines --- */

static enum ys_audit_verdict verdict_of(const struct ys_flaws *flaws)
{
    if (flaws->count == 0)
        return YS_AUDIT_GOOD;
    return flaws->count == flaws->unknown ? YS_AUDIT_OPEN : YS_AUDIT_FAILED;
}

static const char *name_of(const struct audit *audit, const struct ys_division *division)
{
    const struct ys_member_node *const node = ys_member_node(audit->options->member, division);
    return node == NULL ? "" : node->name;
}

static void give_line(struct audit *audit, const struct ys_audit_line *line)
{
    audit->totals.failed += line->verdict == YS_AUDIT_FAILED;
    audit->totals.open += line->verdict == YS_AUDIT_OPEN;
    audit->totals.flaws += line->flaws->count;
    audit->options->line(audit->options->context, line);
}

static void give_log(struct audit *audit, struct audited *log)
{
    log->done.log = &log->log;
    log->done.flaws = &log->flaws;
    audit->totals.logs++;
    audit->totals.records += log->log.frontier.size;
    audit->totals.signatures_ok += log->done.verdicts[YS_VERDICT_OK];
    give_line(audit, &(struct ys_audit_line){.verdict = verdict_of(&log->flaws),
                                             .code = log->log.origin.division.digits,
                                             .name = name_of(audit, &log->log.origin.division),
                                             .origin = log->log.origin_text,
                                             .scrubbed = &log->done,
                                             .flaws = &log->flaws});
}

static bool is_held(const struct audit *audit, const char *origin)
{
    for (size_t i = 0; i < audit->log_count; i++)
        if (strcmp(audit->log[i].log.origin_text, origin) == 0)
            return true;
    return false;
}

static void give_without_log(struct audit *audit, const struct ys_division *division,
                             const char *origin, const struct ys_flaws *flaws)
{
    give_line(audit, &(struct ys_audit_line){.verdict = verdict_of(flaws),
                                             .code = division->digits,
                                             .name = name_of(audit, division),
                                             .origin = origin,
                                             .flaws = flaws});
}

/* A log of which others say that it exists, and which is not here. */
static void give_withheld(struct audit *audit, const struct ys_claim *claim,
                          const struct ys_division *division)
{
    char time[YS_TIME_TEXT_MAX];
    struct ys_flaws flaws = {0};
    time_text(claim->time_s, time);
    ys_flaw_add(&flaws, YS_FLAW_MISSING, claim->origin,
                _("%s cosigned its first %llu entries at %s; none is here"), claim->witness.digits,
                (unsigned long long)claim->size, time);
    give_without_log(audit, division, claim->origin, &flaws);
    ys_flaws_clear(&flaws);
}

static void give_all_withheld(struct audit *audit)
{
    const struct ys_division *const self =
        &ys_store_identity(audit->options->store)->origin.division;
    for (size_t i = 0; i < audit->claims.count; i++) {
        const struct ys_claim *const claim = &audit->claims.item[i];
        struct ys_name name;
        if (!is_held(audit, claim->origin) &&
            ys_name_parse(ys_bytes_of_text(claim->origin), &name, NULL) == YS_OK &&
            ys_division_related(&name.division, self))
            give_withheld(audit, claim, &name.division);
    }
}

/* A unit that was enrolled, and of which nobody has seen a log: how long ago was that? */
static enum ys_code give_unit(struct audit *audit, struct ys_txn *txn,
                              const struct ys_member_node *node, struct ys_err *err)
{
    char origin[YS_KEY_NAME_MAX + 1];
    char time[YS_TIME_TEXT_MAX];
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record record;
    struct ys_flaws flaws = {0};
    ys_name_print(&node->log, origin);
    if (is_held(audit, origin) || ys_claims_find(&audit->claims, origin) != NULL)
        return YS_OK;
    const enum ys_code code =
        ys_log_entry(txn, node->source.log_id, node->source.index, &entry, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND || code == YS_CORRUPT ? YS_OK : code;
    if (ys_note_parse(entry.note, &note, NULL) == YS_OK &&
        ys_record_parse(note.text, &record, NULL) == YS_OK &&
        too_long(audit, &node->division, record.signed_at_s)) {
        time_text(record.signed_at_s, time);
        ys_flaw_add(&flaws, YS_FLAW_SILENT, origin,
                    _("enrolled at %s, and nothing of it has come here since"), time);
    }
    give_without_log(audit, &node->division, origin, &flaws);
    ys_flaws_clear(&flaws);
    return YS_OK;
}

static enum ys_code give_missing_units(struct audit *audit, struct ys_err *err)
{
    const struct ys_member *const member = audit->options->member;
    const struct ys_division *const self =
        &ys_store_identity(audit->options->store)->origin.division;
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(audit->options->store, false, &txn, err);
    for (size_t i = 0; i < ys_member_node_count(member) && code == YS_OK; i++) {
        const struct ys_member_node *const node = ys_member_node_at(member, i);
        if (!node->observer && ys_division_related(&node->division, self))
            code = give_unit(audit, txn, node, err);
    }
    return code;
}

static int by_origin(const void *a, const void *b)
{
    const struct audited *const first = a;
    const struct audited *const second = b;
    return strcmp(first->log.origin_text, second->log.origin_text);
}

static void tell_folding(void *context, uint64_t done, uint64_t total)
{
    const struct audit *const audit = context;
    if (audit->options->folding != NULL)
        audit->options->folding(audit->options->context, done, total);
}

static void tell_counting(void *context, uint64_t done, uint64_t total)
{
    const struct audit *const audit = context;
    if (audit->options->counting != NULL)
        audit->options->counting(audit->options->context, done, total);
}

static void take_report(void *context, const struct ys_audit_report *report)
{
    struct audit *const audit = context;
    for (size_t i = 0; i < audit->log_count; i++)
        if (strcmp(audit->log[i].log.origin_text, report->origin) == 0)
            ys_flaw_add_entry(&audit->log[i].flaws,
                              report->known ? YS_FLAW_REPORT : YS_FLAW_UNKNOWN, report->origin,
                              report->index, _("the sealed report: %s"), report->text);
}

/* Where the store is damaged, they may not be: then that is said, beside the damage. */
static void check_reports(struct audit *audit)
{
    const struct ys_audit_options *const options = audit->options;
    const struct ys_audit_reports_options reports = {.store = options->store,
                                                     .member = options->member,
                                                     .roots = options->roots,
                                                     .folder = options->folder,
                                                     .now_s = options->now_s,
                                                     .folding = tell_folding,
                                                     .counting = tell_counting,
                                                     .take = take_report,
                                                     .context = audit};
    struct ys_err why = {0};
    if (!audit->figures || options->roots == NULL)
        return;
    if (ys_audit_reports(&reports, &why) != YS_OK)
        ys_flaw_add(&audit->tables, YS_FLAW_UNKNOWN, "reports",
                    _("sealed reports were not counted again: %s"), why.msg);
}

static enum ys_code conclude(struct audit *audit, struct ys_err *err)
{
    if (audit->code != YS_OK)
        return ys_fail(err, audit->code, "%s", audit->why.msg);
    check_reports(audit);
    if (audit->log_count != 0)
        qsort(audit->log, audit->log_count, sizeof *audit->log, by_origin);
    for (size_t i = 0; i < audit->log_count; i++) {
        check_log(audit, &audit->log[i]);
        give_log(audit, &audit->log[i]);
    }
    give_all_withheld(audit);
    const enum ys_code code = give_missing_units(audit, err);
    if (code == YS_OK && audit->tables.count != 0)
        give_line(audit, &(struct ys_audit_line){.verdict = verdict_of(&audit->tables),
                                                 .origin = "",
                                                 .flaws = &audit->tables});
    return code;
}

enum ys_code ys_audit(const struct ys_audit_options *options, struct ys_audit_totals *totals_out,
                      struct ys_err *err)
{
    struct audit audit = {.options = options};
    const struct ys_scrub_options scrub = {
        .store = options->store,
        .member = options->member,
        .deep = true,
        .attachments = options->attachments,
        .threads = options->threads,
        .log_done = keep_log,
        .tables_done = keep_tables,
        .progress = options->progress != NULL ? tell_progress : NULL,
        .hearing = {.receipt = hear_receipt, .parameter = hear_parameter, .figures = hear_figures},
        .context = &audit};
    enum ys_code code = ys_scrub(&scrub, err);
    if (code == YS_OK)
        code = conclude(&audit, err);
    for (size_t i = 0; i < audit.log_count; i++)
        ys_flaws_clear(&audit.log[i].flaws);
    free(audit.log);
    free(audit.value);
    ys_flaws_clear(&audit.tables);
    ys_claims_clear(&audit.claims);
    *totals_out = audit.totals;
    return code;
}
