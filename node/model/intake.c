#include "node/model/intake.h"

#include "crypto/note.h"
#include "proto/personal.h"
#include "sync/verdict.h"

enum {
    ALONE_BYTES_MAX = 512 << 20, /* as large as a body may become */
    BATCH_BYTES = 4 << 20        /* in a batch: no further body when this is used */
};

static unsigned class_of(const struct ys_intake_source *source, uint64_t index,
                         const struct ys_note_line *line)
{
    const struct ys_name *const origin = &source->log->origin;
    for (size_t i = 0; i < source->key_count; i++) {
        const struct ys_member_key *const key = source->key[i];
        if (key->vkey.id == line->key_id && ys_bytes_is_text(line->name, key->vkey.name) &&
            key->from <= index && index < key->cut)
            return ys_body_class(key->name.body);
    }
    struct ys_name name;
    if (ys_name_parse(line->name, &name, NULL) != YS_OK ||
        !ys_division_equal(&name.division, &origin->division))
        return 0;
    if (name.kind == YS_NAME_ROOT)
        return YS_BODY_ROOT;
    return ys_name_equal(&name, origin) ? YS_BODY_NODE : 0;
}

/* Classes of the bodies whose registered key, valid at this place, has a line. When the verdict is ok,
 * each of these lines was found good: one that is not makes the record bad (sync/verdict.h). */
static unsigned signers_of(const struct ys_intake_source *source, uint64_t index,
                           const struct ys_note *note)
{
    unsigned signers = 0;
    for (unsigned i = 0; i < note->line_count; i++)
        signers |= class_of(source, index, &note->line[i]);
    return signers;
}

enum ys_code ys_intake_signers(const struct ys_intake_source *source, struct ys_txn *txn,
                               uint64_t index, unsigned *out, struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_note note;
    *out = 0;
    const enum ys_code code = ys_log_entry(txn, source->log->id, index, &entry, err);
    if (code == YS_OK && source->member != NULL && ys_note_parse(entry.note, &note, NULL) == YS_OK)
        *out = signers_of(source, index, &note);
    return code;
}

static enum ys_code see_personal(void *context, const char *path, const struct ys_personal_hit *hit,
                                 struct ys_err *err)
{
    bool *const seen = context;
    (void)path;
    (void)hit;
    (void)err;
    *seen = true;
    return YS_OK;
}

/* Here, since that is done beside the writing. */
static bool is_impersonal(const Yishi__V1__Body *body)
{
    bool seen = false;
    const struct ys_personal_seer seer = {see_personal, &seen};
    return body != NULL && ys_personal_scan(&body->base, "body", &seer, NULL) == YS_OK && !seen;
}

void ys_intake_take(struct ys_bytes text, const struct ys_entry *entry, unsigned signers,
                    struct ys_arena *arena, struct ys_intake *out)
{
    *out = (struct ys_intake){.entry = *entry, .verdict = YS_VERDICT_OK, .signers = signers};
    out->readable = ys_record_parse(text, &out->record, NULL) == YS_OK;
    if (!out->readable)
        return;
    ys_record_id(text, &out->id);
    if (ys_body_decode(entry->body, arena, &out->body, NULL) != YS_OK)
        out->body = NULL;
}

enum ys_code ys_intake_read(const struct ys_intake_source *source, struct ys_txn *txn,
                            uint64_t index, enum ys_verdict raw, struct ys_arena *arena,
                            struct ys_intake *out, struct ys_err *err)
{
    struct ys_note note;
    const struct ys_log *const log = source->log;
    *out = (struct ys_intake){.verdict = raw};
    const enum ys_code code = ys_log_entry(txn, log->id, index, &out->entry, err);
    if (code != YS_OK)
        return code;
    if (raw == YS_VERDICT_UNCHECKED && source->member != NULL)
        out->verdict = ys_judge(source->member, &log->origin, index, &out->entry, NULL);
    out->readable = ys_note_parse(out->entry.note, &note, NULL) == YS_OK &&
                    ys_record_parse(note.text, &out->record, NULL) == YS_OK;
    if (!out->readable)
        return YS_OK;
    ys_record_id(note.text, &out->id);
    if (out->verdict != YS_VERDICT_OK)
        return YS_OK;
    if (source->member != NULL)
        out->signers = signers_of(source, index, &note);
    out->erased = out->entry.content == YS_CONTENT_TOMBSTONE;
    if (out->entry.content == YS_CONTENT_BODY &&
        ys_body_decode(out->entry.body, arena, &out->body, NULL) != YS_OK)
        out->body = NULL; /* of a kind that this version does not know */
    out->impersonal = is_impersonal(out->body);
    return YS_OK;
}

static enum ys_code read_batch(struct ys_errand *self, struct ys_txn *txn, struct ys_err *err)
{
    struct ys_intake_batch *const batch = (struct ys_intake_batch *)self;
    enum ys_code code = YS_OK;
    ys_arena_clear(&batch->arena);
    for (size_t i = 0; code == YS_OK && i < batch->count; i++) {
        batch->item[i] = (struct ys_intake){.later = batch->arena.used_bytes > BATCH_BYTES};
        if (!batch->item[i].later)
            code = ys_intake_read(&batch->source, txn, batch->first + i, batch->raw[i],
                                  &batch->arena, &batch->item[i], err);
    }
    return code;
}

void ys_intake_batch_init(struct ys_intake_batch *batch)
{
    batch->errand = (struct ys_errand){.run = read_batch};
    ys_arena_init(&batch->arena, ALONE_BYTES_MAX);
}

void ys_intake_batch_clear(struct ys_intake_batch *batch)
{
    ys_arena_clear(&batch->arena);
}
