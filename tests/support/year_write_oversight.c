/* Bodies of kinds 80 to 94. */
#include "tests/support/year_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENUM(TYPE, VALUE) YISHI__V1__##TYPE##__##TYPE##_##VALUE

static void write_attachment(struct year_pen *pen)
{
    Yishi__V1__AttachmentAdd *const b = YEAR_BEGIN(pen, attachment_add, ATTACHMENT_ADD);
    b->reason = year_say(pen, "会后整理,补充材料");
    year_attach(pen, ENUM(ATTACHMENT_ROLE, PAPER_ORIGINAL), false, "盖章原件");
}

/* --- corrections --- */

/* The target's body as it was written, or with its place amended and a salt of its own. */
static Yishi__V1__Body *target_body(struct year_pen *pen, bool amended)
{
    struct year *const y = pen->year;
    struct year_step *const step = &y->step[pen->step->a];
    struct year_pen own = {.year = y,
                           .step = step,
                           .matter = pen->matter,
                           .unit = &y->unit[step->unit],
                           .rng = dice_stream(y->options.seed, (uint64_t)(step - y->step)),
                           .arena = pen->arena,
                           .amended = amended};
    uint8_t salt[YS_BODY_SALT_LEN];
    own.body = year_make(&own, &yishi__v1__body__descriptor);
    rng_fill(&own.rng, salt, sizeof salt); /* the stream begins with it */
    own.body->n_refs = 0;
    year_write(&own);
    uint8_t *const fresh = year_room(pen, YS_BODY_SALT_LEN);
    rng_fill(&pen->rng, fresh, YS_BODY_SALT_LEN);
    YEAR_SET(own.body, salt, ((ProtobufCBinaryData){YS_BODY_SALT_LEN, fresh}));
    year_set_refs(&own);
    return own.body;
}

static const char *place_of(const Yishi__V1__Body *body)
{
    return body->kind_case == YISHI__V1__BODY__KIND_PUBLIC_NOTICE ? body->public_notice->place
                                                                  : body->meeting_session->place;
}

/* SHA-256 of the target's salt and the old value in compact JSON; places need no escaping. */
static uint8_t *old_hash(struct year_pen *pen, const char *value)
{
    uint8_t bytes[512];
    struct ys_writer w = {.data = bytes, .capacity = sizeof bytes};
    struct ys_hash hash;
    uint8_t *const out = year_room(pen, YS_HASH_LEN);
    ys_writer_bytes(&w, (struct ys_bytes){pen->year->step[pen->step->a].salt, YS_BODY_SALT_LEN});
    ys_writer_text(&w, "\"");
    ys_writer_text(&w, value);
    ys_writer_text(&w, "\"");
    ys_sha256((struct ys_bytes){w.data, w.size}, &hash);
    memcpy(out, hash.bytes, YS_HASH_LEN);
    return out;
}

static void write_correction(struct year_pen *pen)
{
    enum { ROOM = 32 * 1024 };
    const Yishi__V1__Body *const before = target_body(pen, false);
    const Yishi__V1__Body *const after = target_body(pen, true);
    struct ys_writer w = {.data = year_room(pen, ROOM), .capacity = ROOM};
    struct ys_err err = {0};
    year_must(ys_body_encode(after, &w, &err), &err);
    Yishi__V1__Correction *const b = YEAR_BEGIN(pen, correction, CORRECTION);
    b->changes = year_room(pen, sizeof(void *));
    Yishi__V1__FieldChange *const change = year_make(pen, &yishi__v1__field_change__descriptor);
    change->path = year_say(pen, "%s.place", ys_body_kind(before)->name);
    YEAR_SET(change, old_hash,
             ((ProtobufCBinaryData){YS_HASH_LEN, old_hash(pen, place_of(before))}));
    change->new_value = year_say(pen, "\"%s\"", place_of(after));
    b->changes[b->n_changes++] = change;
    YEAR_SET(b, reason, ENUM(CORRECTION_REASON, TYPING));
    b->text = year_say(pen, "地点漏写楼层,予以更正");
    YEAR_SET(b, replacement, ((ProtobufCBinaryData){w.size, w.data}));
}

static void write_withdrawal(struct year_pen *pen)
{
    Yishi__V1__Withdrawal *const b = YEAR_BEGIN(pen, withdrawal, WITHDRAWAL);
    b->reason = year_say(pen, "提议人撤回,问题已自行解决");
}

static void write_redaction(struct year_pen *pen)
{
    const bool proposal = pen->year->step[pen->step->a].kind == 10;
    Yishi__V1__Redaction *const b = YEAR_BEGIN(pen, redaction, REDACTION);
    b->slot = year_say(pen, "%s", proposal ? "proposer" : "identity");
    YEAR_SET(b, reason,
             dice_permille(&pen->rng, 600) ? ENUM(REDACTION_REASON, REQUEST)
                                           : ENUM(REDACTION_REASON, CONSENT_WITHDRAWN));
    b->erased_on = year_date(pen, pen->step->day);
    b->holder = year_say(pen, "%s", pen->unit->division.digits);
}

/* --- the end of a matter --- */

static void write_archive(struct year_pen *pen)
{
    Yishi__V1__ArchiveTransfer *const b = YEAR_BEGIN(pen, archive_transfer, ARCHIVE_TRANSFER);
    b->volume = year_say(pen, "%u-议事-%s", pen->year->options.year, pen->matter->number);
    b->from = year_date(pen, pen->year->first_day);
    b->to = year_date(pen, pen->step->day);
    b->holder = year_say(pen, "%s档案室", pen->unit->name);
    b->transferred_on = year_date(pen, pen->step->day);
    YEAR_SET(b, retention,
             pen->matter->category == 3 ? ENUM(RETENTION_CLASS, PERMANENT)
                                        : ENUM(RETENTION_CLASS, YEARS_30));
}

static void write_close(struct year_pen *pen)
{
    Yishi__V1__MatterClose *const b = YEAR_BEGIN(pen, matter_close, MATTER_CLOSE);
    b->closed_on = year_date(pen, pen->step->day);
    YEAR_SET(b, end, (Yishi__V1__CloseEnd)pen->step->a);
    if (dice_permille(&pen->rng, 400))
        b->text = year_prose(pen, 1);
}

/* --- findings --- */

static void write_finding(struct year_pen *pen)
{
    static const char *const rules[] = {"R-10-1", "R-10-3",  "R-12-4",
                                        "R-13-1", "R-11-12", "R-G-07"};
    Yishi__V1__AuditFinding *const b = YEAR_BEGIN(pen, audit_finding, AUDIT_FINDING);
    b->rule_id = year_say(pen, "%s", rules[rng_below(&pen->rng, 6)]);
    YEAR_SET(b, severity,
             dice_permille(&pen->rng, 150) ? ENUM(SEVERITY, CRITICAL) : ENUM(SEVERITY, FLAG));
    b->division = year_say(pen, "%s", pen->year->unit[pen->step->a].division.digits);
    b->body = year_say(pen, "rc");
    b->matter = year_say(pen, "%s", pen->matter->number);
    b->text = year_prose(pen, 2);
    b->due = year_date(pen, pen->step->day + 30);
}

static void write_finding_response(struct year_pen *pen)
{
    Yishi__V1__FindingResponse *const b = YEAR_BEGIN(pen, finding_response, FINDING_RESPONSE);
    b->answered_on = year_date(pen, pen->step->day);
    b->text = year_prose(pen, 2);
    b->measures = year_measures(pen, &b->n_measures);
}

static void write_finding_close(struct year_pen *pen)
{
    Yishi__V1__FindingClose *const b = YEAR_BEGIN(pen, finding_close, FINDING_CLOSE);
    b->closed_on = year_date(pen, pen->step->day);
    YEAR_SET(b, result,
             dice_permille(&pen->rng, 850) ? ENUM(FINDING_RESULT, REMEDIED)
                                           : ENUM(FINDING_RESULT, UNFOUNDED));
}

/* --- reports and divisions --- */

static void add_input(struct year_pen *pen, Yishi__V1__ReportSnapshot *b,
                      const struct year_log *log)
{
    Yishi__V1__ReportInput *const input = year_make(pen, &yishi__v1__report_input__descriptor);
    uint8_t *const bytes = year_room(pen, YS_HASH_LEN);
    struct ys_hash root;
    ys_frontier_root(&log->frontier, &root);
    memcpy(bytes, root.bytes, YS_HASH_LEN);
    input->log = year_say(pen, "%s", log->text);
    YEAR_SET(input, size, log->frontier.size);
    YEAR_SET(input, root, ((ProtobufCBinaryData){YS_HASH_LEN, bytes}));
    b->inputs[b->n_inputs++] = input;
}

static void write_snapshot(struct year_pen *pen)
{
    const struct year *const y = pen->year;
    Yishi__V1__ReportSnapshot *const b = YEAR_BEGIN(pen, report_snapshot, REPORT_SNAPSHOT);
    uint8_t *const hash = year_room(pen, YS_HASH_LEN);
    rng_fill(&pen->rng, hash, YS_HASH_LEN);
    b->scope = year_say(pen, "%s", pen->unit->division.digits);
    b->from = year_date(pen, pen->step->a);
    b->to = year_date(pen, pen->step->day);
    YEAR_SET(b, indicators_hash, ((ProtobufCBinaryData){YS_HASH_LEN, hash}));
    b->inputs = year_room(pen, YS_BODY_REPEATED_MAX * sizeof(void *));
    for (unsigned i = 0; i < y->log_count && b->n_inputs < YS_BODY_REPEATED_MAX; i++) {
        const struct year_log *const log = &y->log[i];
        if (pen->step->unit == 0 || log->unit == pen->step->unit ||
            y->unit[log->unit].parent == pen->step->unit)
            add_input(pen, b, log);
    }
    b->rule_set = year_say(pen, "2026-1");
    b->software = year_say(pen, "yishi 0.6");
}

static void write_division(struct year_pen *pen)
{
    const struct year_unit *const unit = &pen->year->unit[year_first_community(pen->year)];
    Yishi__V1__DivisionChange *const b = YEAR_BEGIN(pen, division_change, DIVISION_CHANGE);
    YEAR_SET(b, change, ENUM(DIVISION_CHANGE_KIND, RENAME));
    b->effective_on = year_date(pen, pen->step->day + 10);
    b->before = year_room(pen, sizeof(void *));
    b->after = year_room(pen, sizeof(void *));
    b->before[0] = year_make(pen, &yishi__v1__division_entry__descriptor);
    b->after[0] = year_make(pen, &yishi__v1__division_entry__descriptor);
    b->n_before = b->n_after = 1;
    b->before[0]->division = year_say(pen, "%s", unit->division.digits);
    b->before[0]->name = year_say(pen, "%s", unit->name);
    b->after[0]->division = year_say(pen, "%s", unit->division.digits);
    b->after[0]->name = year_say(pen, "%s(新)", unit->name);
    b->basis = year_say(pen, "示例区地名办公室通知");
}

void year_write_oversight(struct year_pen *pen)
{
    static void (*const writers[])(struct year_pen *) = {
        [80] = write_attachment, [81] = write_correction,       [82] = write_withdrawal,
        [83] = write_redaction,  [84] = write_archive,          [85] = write_close,
        [90] = write_finding,    [91] = write_finding_response, [92] = write_finding_close,
        [93] = write_snapshot,   [94] = write_division};
    writers[pen->step->kind](pen);
}
