/* May whoever wrote a redaction erase what it names? */
#include "sync/erasure.h"
#include "sync/verdict.h"

#include <string.h>

/* A redaction and what it names, as they stand in the logs. */
struct hearing {
    struct ys_txn *txn;
    const struct ys_member *member;
    const struct ys_erasure *erasure;
    struct ys_log log; /* of the redaction */
    const Yishi__V1__Body *body;
    unsigned signers;   /* of the redaction */
    bool ordered_by_da; /* from the district above, by order */
    struct ys_err *why;
};

enum { PEOPLE = YS_BODY_NODE - 1, PLACES = 64 };

static enum ys_code read_signers(const struct hearing *h, const struct ys_log *log, uint64_t index,
                                 const struct ys_entry *entry, struct ys_record *record,
                                 unsigned *signers, struct ys_err *err)
{
    struct ys_note note;
    enum ys_code code = ys_note_parse(entry->note, &note, err);
    if (code == YS_OK)
        code = ys_record_parse(note.text, record, err);
    if (code == YS_OK)
        (void)ys_judge_note(h->member, &log->origin, index, &note, record, signers, NULL);
    return code;
}

/* May it be done to a record of this kind? A correction repeats what it corrects, so it goes with that, by
 * the same redaction; alone it stays, since what it corrected would count again. */
static enum ys_erasure_state judge_kind(const struct hearing *h, const struct ys_kind *kind)
{
    enum { CORRECTION = 81 };
    if (h->erasure->scope != YS_ERASE_BODY)
        return YS_ERASURE_IN_EFFECT;
    if (kind == NULL || !kind->erasable) {
        (void)ys_fail(h->why, YS_DENIED, "the whole content of this kind is not erased");
        return YS_ERASURE_REFUSED;
    }
    if (kind->id != CORRECTION)
        return YS_ERASURE_IN_EFFECT;
    bool missing = false;
    for (size_t i = 0; i < h->body->n_refs; i++) {
        const Yishi__V1__Reference *const ref = h->body->refs[i];
        struct ys_position at;
        struct ys_entry entry;
        struct ys_bytes text;
        struct ys_bytes name;
        struct ys_hash id;
        size_t count = 0;
        if (ref->rel != YISHI__V1__RELATION__RELATION_REDACTS || ref->record.len != YS_HASH_LEN)
            continue;
        memcpy(id.bytes, ref->record.data, sizeof id.bytes);
        if (ys_log_by_id(h->txn, &id, &at, 1, &count, NULL) != YS_OK || count == 0 ||
            ys_log_entry(h->txn, at.log_id, at.index, &entry, NULL) != YS_OK ||
            !ys_note_peek(entry.note, &text, &name)) {
            missing = true;
            continue;
        }
        const struct ys_kind *const other = ys_kind_by_name(name);
        if (other != NULL && other->erasable && other->id != CORRECTION)
            return YS_ERASURE_IN_EFFECT;
    }
    (void)ys_fail(h->why, YS_DENIED, "a correction is erased together with what it corrects");
    return missing ? YS_ERASURE_WAITING : YS_ERASURE_REFUSED;
}

/* The target at one of its places. */
static enum ys_code judge_place(const struct hearing *h, struct ys_position at,
                                enum ys_erasure_state *out, struct ys_err *err)
{
    struct ys_log log;
    struct ys_entry entry;
    struct ys_record record;
    unsigned signers = 0;
    enum ys_code code = ys_log_load(h->txn, at.log_id, &log, err);
    if (code == YS_OK)
        code = ys_log_entry(h->txn, at.log_id, at.index, &entry, err);
    if (code != YS_OK)
        return code;
    *out = YS_ERASURE_REFUSED;
    if (read_signers(h, &log, at.index, &entry, &record, &signers, NULL) != YS_OK)
        return YS_OK;
    const struct ys_kind *const kind = ys_kind_by_name(ys_bytes_of_text(record.kind));
    const unsigned authors = kind == NULL ? 0 : kind->authors & PEOPLE;
    const bool by_author = ys_division_equal(&log.origin.division, &h->log.origin.division) &&
                           (h->signers & signers & authors) != 0;
    const bool by_da =
        h->ordered_by_da && ys_division_within(&log.origin.division, &h->log.origin.division);
    if (by_author || by_da)
        *out = judge_kind(h, kind);
    else if (signers == 0 && ys_division_equal(&log.origin.division, &h->log.origin.division)) {
        *out = YS_ERASURE_WAITING; /* nobody is known yet who wrote it */
        (void)ys_fail(h->why, YS_NOT_FOUND, "it is not known who wrote the record");
    } else
        (void)ys_fail(h->why, YS_DENIED,
                      "only an author of the record, or da by order, may erase it");
    return YS_OK;
}

static enum ys_code judge_target(const struct hearing *h, enum ys_erasure_state *out,
                                 struct ys_err *err)
{
    struct ys_position at[PLACES];
    size_t count = 0;
    enum ys_code code = ys_log_by_id(h->txn, &h->erasure->target, at, PLACES, &count, err);
    *out = YS_ERASURE_WAITING;
    if (code == YS_OK && count == 0)
        (void)ys_fail(h->why, YS_NOT_FOUND, "the record that it names is not here");
    for (size_t i = 0; code == YS_OK && i < count && *out != YS_ERASURE_IN_EFFECT; i++)
        code = judge_place(h, at[i], out, err);
    return code;
}

static enum ys_code hear(struct hearing *h, struct ys_arena *arena, enum ys_erasure_state *out,
                         struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_record record;
    const struct ys_position by = h->erasure->by;
    enum ys_code code = ys_log_load(h->txn, by.log_id, &h->log, err);
    if (code == YS_OK)
        code = ys_log_entry(h->txn, by.log_id, by.index, &entry, err);
    if (code != YS_OK)
        return code;
    const enum ys_verdict verdict = ys_judge(h->member, &h->log.origin, by.index, &entry, h->why);
    *out = verdict == YS_VERDICT_BAD ? YS_ERASURE_REFUSED : YS_ERASURE_WAITING;
    if (verdict != YS_VERDICT_OK || entry.content != YS_CONTENT_BODY)
        return YS_OK;
    code = ys_body_decode(entry.body, arena, &h->body, err);
    if (code == YS_OK)
        code = read_signers(h, &h->log, by.index, &entry, &record, &h->signers, err);
    if (code != YS_OK)
        return code;
    const Yishi__V1__Redaction *const redaction = h->body->redaction;
    h->ordered_by_da = ys_division_level(&h->log.origin.division) == YS_LEVEL_DISTRICT &&
                       (h->signers & YS_BODY_DA) != 0 && redaction->order != NULL &&
                       redaction->reason == YISHI__V1__REDACTION_REASON__REDACTION_REASON_ORDER;
    return judge_target(h, out, err);
}

enum ys_code ys_erasure_judge(struct ys_txn *txn, const struct ys_member *member,
                              const struct ys_erasure *erasure, enum ys_erasure_state *state_out,
                              struct ys_err *why, struct ys_err *err)
{
    struct ys_arena arena;
    struct hearing h = {.txn = txn, .member = member, .erasure = erasure, .why = why};
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    const enum ys_code code = hear(&h, &arena, state_out, err);
    ys_arena_clear(&arena);
    return code;
}
