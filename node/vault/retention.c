#include "node/vault/retention.h"

#include "node/exhibit.h"
#include "node/lang.h"
#include "proto/body.h"
#include "proto/moment.h"

#include <string.h>

static const struct {
    const char *word;
    unsigned years; /* after its beginning; 0: for good */
} classes[] = {[YS_RETAIN_PURPOSE] = {"purpose", 2},
               [YS_RETAIN_BALLOTS] = {"ballots", 1},
               [YS_RETAIN_YEARS_10] = {"years_10", 10},
               [YS_RETAIN_YEARS_30] = {"years_30", 30},
               [YS_RETAIN_PERMANENT] = {"permanent", 0}};

const char *ys_retention_word(enum ys_vault_retention retention)
{
    return classes[retention].word;
}

enum ys_code ys_retention_parse(const char *text, enum ys_vault_retention *out, struct ys_err *err)
{
    for (unsigned i = YS_RETAIN_PURPOSE; i <= YS_RETAIN_PERMANENT; i++)
        if (strcmp(classes[i].word, text) == 0) {
            *out = i;
            return YS_OK;
        }
    return ys_fail(err, YS_USAGE,
                   _("--retention \"%s\" is none of purpose, ballots, years_10, years_30, "
                     "permanent"),
                   text);
}

const char *ys_basis_word(enum ys_vault_basis basis)
{
    return basis == YS_BASIS_CONSENT ? "consent" : "legal_duty";
}

enum ys_code ys_basis_parse(const char *text, enum ys_vault_basis *out, struct ys_err *err)
{
    if (strcmp(text, "legal_duty") == 0)
        *out = YS_BASIS_LEGAL_DUTY;
    else if (strcmp(text, "consent") == 0)
        *out = YS_BASIS_CONSENT;
    else
        return ys_fail(err, YS_USAGE, _("--basis \"%s\" is none of legal_duty, consent"), text);
    return YS_OK;
}

enum ys_code ys_vault_words_read(const struct ys_vault_words *words, struct ys_vault_tag *tag,
                                 struct ys_err *err)
{
    const char *const until = words->keep_until;
    enum ys_code code = YS_OK;
    tag->basis = YS_BASIS_LEGAL_DUTY;
    if (words->basis != NULL)
        code = ys_basis_parse(words->basis, &tag->basis, err);
    if (code == YS_OK && words->retention != NULL)
        code = ys_retention_parse(words->retention, &tag->retention, err);
    if (code == YS_OK && until != NULL &&
        ys_date_parse(ys_bytes_of_text(until), &tag->keep_until) != YS_OK)
        code = ys_fail(err, YS_USAGE, _("--keep-until \"%s\" is no day such as 2026-11-26"), until);
    if (code == YS_OK && words->purpose != NULL && strlen(words->purpose) > YS_VAULT_PURPOSE_MAX)
        code = ys_fail(err, YS_USAGE, _("--purpose has at most %d bytes"), YS_VAULT_PURPOSE_MAX);
    if (code == YS_OK && words->purpose != NULL)
        memcpy(tag->purpose, words->purpose, strlen(words->purpose) + 1);
    return code;
}

/* --- what the records say --- */

/* Record and body of an entry, if it is of this kind; the body is NULL otherwise. */
static enum ys_code read_of_kind(const struct ys_entry *entry, const char *kind,
                                 struct ys_record *record, struct ys_arena *arena,
                                 const Yishi__V1__Body **out)
{
    struct ys_note note;
    *out = NULL;
    if (ys_note_parse(entry->note, &note, NULL) != YS_OK ||
        ys_record_parse(note.text, record, NULL) != YS_OK || strcmp(record->kind, kind) != 0 ||
        entry->content != YS_CONTENT_BODY)
        return YS_OK;
    const enum ys_code code = ys_body_decode(entry->body, arena, out, NULL);
    return code == YS_NOMEM ? code : YS_OK;
}

static enum ys_code note_closing(const struct ys_entry *entry, json_t *closed, struct ys_err *err)
{
    struct ys_arena arena;
    struct ys_record record;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = read_of_kind(entry, "matter_close", &record, &arena, &body);
    if (code != YS_OK)
        code = ys_fail(err, code, _("out of memory"));
    if (code == YS_OK && body != NULL && body->matter_close->closed_on != NULL &&
        json_object_set_new(closed, record.subject,
                            json_integer(body->matter_close->closed_on->yyyymmdd)) != 0)
        code = ys_fail(err, YS_NOMEM, _("out of memory"));
    ys_arena_clear(&arena);
    return code;
}

enum ys_code ys_retention_init(struct ys_retention *retention, struct ys_txn *txn,
                               struct ys_err *err)
{
    struct ys_log own;
    *retention = (struct ys_retention){.txn = txn, .closed = json_object()};
    enum ys_code code = retention->closed == NULL ? ys_fail(err, YS_NOMEM, _("out of memory"))
                                                  : ys_log_load(txn, YS_OWN_LOG, &own, err);
    for (uint64_t i = 0; code == YS_OK && i < own.frontier.size; i++) {
        struct ys_entry entry;
        code = ys_log_entry(txn, own.id, i, &entry, err);
        if (code == YS_OK)
            code = note_closing(&entry, retention->closed, err);
    }
    return code;
}

void ys_retention_clear(struct ys_retention *retention)
{
    json_decref(retention->closed);
    retention->closed = NULL;
}

/* Does this report cover the record at `index` of that log? */
static bool covers(const Yishi__V1__ReportSnapshot *report, const char *origin, uint64_t index)
{
    for (size_t i = 0; i < report->n_inputs; i++)
        if (strcmp(report->inputs[i]->log, origin) == 0 && report->inputs[i]->size > index)
            return true;
    return false;
}

/* The day on which the first report that covers it was sealed, of one log; 0: of none there. */
static enum ys_code first_report(struct ys_txn *txn, const struct ys_log *log, const char *origin,
                                 uint64_t index, uint32_t *day_out, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (uint64_t i = 0; code == YS_OK && i < log->frontier.size && *day_out == 0; i++) {
        struct ys_arena arena;
        struct ys_entry entry;
        struct ys_record record;
        const Yishi__V1__Body *body = NULL;
        code = ys_log_entry(txn, log->id, i, &entry, err);
        if (code != YS_OK)
            break;
        ys_arena_init(&arena, YS_BODY_ARENA_MAX);
        code = read_of_kind(&entry, "report_snapshot", &record, &arena, &body);
        if (code != YS_OK)
            code = ys_fail(err, code, _("out of memory"));
        else if (body != NULL && covers(body->report_snapshot, origin, index))
            *day_out = ys_date_of_time((int64_t)record.signed_at_s * 1000);
        ys_arena_clear(&arena);
    }
    return code;
}

/* Reports are made by the own unit and those above it. */
static enum ys_code reported_on(struct ys_txn *txn, const struct ys_log *of, uint64_t index,
                                uint32_t *day_out, struct ys_err *err)
{
    struct ys_log log;
    enum ys_code code = YS_OK;
    uint32_t id = 0;
    *day_out = 0;
    for (code = ys_log_next(txn, id, &log, err); code == YS_OK;
         code = ys_log_next(txn, id, &log, err)) {
        uint32_t day = 0;
        id = log.id + 1;
        if (!ys_division_within(&of->origin.division, &log.origin.division))
            continue;
        code = first_report(txn, &log, of->origin_text, index, &day, err);
        if (code != YS_OK)
            return code;
        if (day != 0 && (*day_out == 0 || day < *day_out))
            *day_out = day;
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

/* --- until when --- */

/* The same day so many years later; 1 March where there is no 29 February. */
static uint32_t years_after(uint32_t day, unsigned years)
{
    const uint32_t later = day + years * 10000;
    if (later > YS_DATE_LAST)
        return YS_DATE_LAST;
    return ys_date_valid(later) ? later : later - later % 10000 + 301;
}

static enum ys_code begins_on(const struct ys_retention *retention, const struct ys_vault_tag *tag,
                              uint32_t *day_out, struct ys_err *err)
{
    struct ys_log log;
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record record;
    uint64_t index = 0;
    char id[YS_RECORD_ID_TEXT_MAX];
    *day_out = 0;
    ys_record_id_print(&tag->record, id);
    enum ys_code code = ys_exhibit_find(retention->txn, id, &log, &index, err);
    if (code == YS_NOT_FOUND)
        return YS_OK; /* it is being fetched again after a restore */
    if (code == YS_OK && tag->retention == YS_RETAIN_BALLOTS)
        return reported_on(retention->txn, &log, index, day_out, err);
    if (code == YS_OK)
        code = ys_log_entry(retention->txn, log.id, index, &entry, err);
    if (code == YS_OK)
        code = ys_note_parse(entry.note, &note, err);
    if (code == YS_OK)
        code = ys_record_parse(note.text, &record, err);
    if (code != YS_OK)
        return code;
    *day_out =
        strcmp(record.subject, "-") == 0
            ? ys_date_of_time((int64_t)record.signed_at_s * 1000)
            : (uint32_t)json_integer_value(json_object_get(retention->closed, record.subject));
    return YS_OK;
}

enum ys_code ys_retention_until(const struct ys_retention *retention,
                                const struct ys_vault_tag *tag, uint32_t *day_out,
                                struct ys_err *err)
{
    const unsigned years = classes[tag->retention].years;
    uint32_t from = 0;
    *day_out = tag->keep_until;
    if (tag->keep_until != 0 || years == 0 || !tag->recorded)
        return YS_OK;
    const enum ys_code code = begins_on(retention, tag, &from, err);
    if (code == YS_OK && from != 0)
        *day_out = years_after(from, years);
    return code;
}
