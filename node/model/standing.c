/* Corrections (更正) and withdrawals (撤回), DOMAIN.md 2.4: which record is in force, and whose
 * content stands. A correction must come from the target's own unit and carry the signatures of the
 * same bodies; of two for one target the earlier in the log counts. */
#include "crypto/assert.h"
#include "node/model/model_state.h"

#include <string.h>

enum { WORK_MAX = 256 };

struct work {
    size_t first, count;
    int64_t number[WORK_MAX];
};

/* One record as these rules see it. */
struct subject {
    int64_t number;
    char kind[YS_KIND_NAME_MAX + 1];
    char matter[YS_KIND_NAME_MAX + 1];
    struct ys_hash id;
    bool is_void;
    bool erased; /* by law: nothing gives it a content */
    int64_t signers;
    uint64_t index;
    char origin[YS_KEY_NAME_MAX + 1];
    char division[YS_DIVISION_MAX + 1];
};

/* What this file and the store have written is never too long. */
static void copy(struct ys_query *query, int at, char *out, size_t size)
{
    const bool fits = ys_query_copy(query, at, out, size);
    YS_ASSERT(fits);
}

static enum ys_code load_subject(struct ys_model *model, int64_t number, struct subject *out,
                                 struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_FIND_RECORD];
    bool row = false;
    ys_query_set_int(query, 1, number);
    const enum ys_code code = ys_query_step(query, &row, err);
    *out = (struct subject){.number = number, .is_void = true};
    if (code != YS_OK || !row)
        return code; /* one that waited, and is gone since */
    out->is_void = ys_bytes_is_text(ys_query_text(query, 3), "void");
    if (!out->is_void) {
        copy(query, 0, out->kind, sizeof out->kind);
        copy(query, 1, out->matter, sizeof out->matter);
        memcpy(out->id.bytes, ys_query_blob(query, 2).data, sizeof out->id.bytes);
        out->signers = ys_query_int(query, 4);
        out->index = (uint64_t)ys_query_int(query, 5);
        copy(query, 6, out->origin, sizeof out->origin);
        copy(query, 7, out->division, sizeof out->division);
        out->erased = ys_bytes_is_text(ys_query_text(query, 8), "tombstone");
    }
    ys_query_reset(query);
    return YS_OK;
}

static enum ys_code push_targets(struct ys_model *model, struct work *work, int64_t number,
                                 struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_TARGETS];
    enum ys_code code = YS_OK;
    bool row = true;
    ys_query_set_int(query, 1, number);
    while (code == YS_OK && row) {
        code = ys_query_step(query, &row, err);
        bool known = !row;
        for (size_t i = 0; row && i < work->count; i++)
            known = known || work->number[i] == ys_query_int(query, 0);
        if (code == YS_OK && !known && work->count < WORK_MAX)
            work->number[work->count++] = ys_query_int(query, 0);
    }
    return code;
}

/* The first record of `kind` (NULL: of any but a correction) that names `id` so. */
static enum ys_code named_by(struct ys_model *model, const struct subject *subject,
                             const struct ys_hash *id, const char *rel, const char *kind,
                             struct subject *out, bool *found, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_NAMED_BY];
    enum ys_code code = YS_OK;
    bool row = true;
    *found = false;
    ys_query_set_blob(query, 1, (struct ys_bytes){id->bytes, sizeof id->bytes});
    ys_query_set_text(query, 2, ys_bytes_of_text(rel));
    ys_query_set_text(query, 3, ys_bytes_of_text(subject->division));
    ys_query_set_int(query, 4, subject->signers);
    while (code == YS_OK && row && !*found) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        const struct ys_bytes word = ys_query_text(query, 1);
        *found =
            kind == NULL ? !ys_bytes_is_text(word, "correction") : ys_bytes_is_text(word, kind);
        if (!*found)
            continue;
        out->number = ys_query_int(query, 0);
        memcpy(out->id.bytes, ys_query_blob(query, 2).data, sizeof out->id.bytes);
        out->index = (uint64_t)ys_query_int(query, 3);
        copy(query, 4, out->origin, sizeof out->origin);
    }
    ys_query_reset(query);
    return code;
}

/* The newest correction of a record: the end of the chain of those that supersede each other. */
static enum ys_code last_correction(struct ys_model *model, const struct subject *subject,
                                    struct subject *out, bool *found, struct ys_err *err)
{
    struct ys_hash id = subject->id;
    enum ys_code code = YS_OK;
    bool more = true;
    *found = false;
    while (code == YS_OK && more) {
        struct subject next = {.number = 0};
        code = named_by(model, subject, &id, "supersedes", "correction", &next, &more, err);
        if (code != YS_OK || !more)
            break;
        *out = next;
        *found = true;
        id = next.id;
    }
    return code;
}

static enum ys_code set_standing(struct ys_model *model, int64_t number, const char *standing,
                                 const struct subject *stated_by, struct ys_err *err)
{
    enum ys_code code = ys_touch_record(model, number, err);
    if (code == YS_OK)
        code = ys_touch_linked(model, number, err);
    if (code == YS_OK)
        code = ys_touch_changed(model, number, err);
    if (code != YS_OK)
        return code;
    struct ys_query *const query = model->query[YS_MODEL_SET_STANDING];
    ys_query_set_int(query, 1, number);
    ys_query_set_text(query, 2, ys_bytes_of_text(standing));
    if (stated_by == NULL)
        ys_query_set_null(query, 3);
    else
        ys_query_set_int(query, 3, stated_by->number);
    return ys_query_run(query, err);
}

static enum ys_code put_content(struct ys_model *model, struct ys_fold_turn *turn,
                                const struct subject *subject, const struct subject *correction,
                                struct ys_err *err)
{
    const struct subject *const from = correction == NULL ? subject : correction;
    const Yishi__V1__Body *body = NULL;
    ys_arena_clear(&turn->arena);
    enum ys_code code = ys_fold_turn_body(turn, from->origin, from->index, &body, err);
    if (code != YS_OK || body == NULL)
        return code;
    if (correction != NULL && (body = ys_correction_replacement(body, &turn->arena)) == NULL)
        return YS_OK; /* an author's node refuses such a correction; elsewhere it leaves nothing */
    if (strcmp(ys_body_kind(body)->name, subject->kind) != 0)
        return YS_OK;
    return ys_content_put(model, subject->number, body, false, err);
}

static enum ys_code refresh_one(struct ys_model *model, struct ys_fold_turn *turn,
                                const struct subject *subject, struct ys_err *err)
{
    struct subject by = {.number = 0};
    struct subject correction = {.number = 0};
    bool withdrawn = false;
    bool corrected = false;
    bool superseded = false;
    enum ys_code code = ys_content_clear(model, subject->number, subject->kind, err);
    if (code == YS_OK) /* its matter need not be that of the record which changes it */
        code = ys_matter_mark_of(model, subject->number, ys_bytes_of_text(subject->matter), err);
    if (code == YS_OK)
        code =
            named_by(model, subject, &subject->id, "withdraws", "withdrawal", &by, &withdrawn, err);
    if (code == YS_OK && !subject->erased)
        code = last_correction(model, subject, &correction, &corrected, err);
    if (code == YS_OK)
        code = named_by(model, subject, &subject->id, "supersedes", NULL, &by, &superseded, err);
    if (code == YS_OK)
        code = set_standing(model, subject->number,
                            withdrawn    ? "withdrawn"
                            : superseded ? "superseded"
                                         : "in_force",
                            corrected ? &correction : NULL, err);
    if (code != YS_OK || withdrawn || subject->erased)
        return code;
    return put_content(model, turn, subject, corrected ? &correction : NULL, err);
}

enum ys_code ys_standing_refresh(struct ys_model *model, struct ys_fold_turn *turn, int64_t number,
                                 struct ys_err *err)
{
    struct work work = {.number = {number}, .count = 1};
    enum ys_code code = YS_OK;
    while (code == YS_OK && work.first < work.count) {
        struct subject subject;
        code = load_subject(model, work.number[work.first++], &subject, err);
        if (code != YS_OK || subject.is_void)
            continue;
        code = refresh_one(model, turn, &subject, err);
        if (code == YS_OK)
            code = push_targets(model, &work, subject.number, err);
    }
    return code;
}
