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
    int64_t signers;
    uint64_t index;
    char origin[YS_KEY_NAME_MAX + 1];
    char division[YS_DIVISION_MAX + 1];
};

static void copy(char *out, size_t size, struct ys_bytes text)
{
    YS_ASSERT(text.size < size);
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
}

static enum ys_code load_subject(struct ys_model *model, int64_t number, struct subject *out,
                                 struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_FIND_RECORD];
    bool row = false;
    ys_query_set_int(query, 1, number);
    const enum ys_code code = ys_query_step(query, &row, err);
    if (code != YS_OK || !row)
        return code != YS_OK ? code : ys_fail(err, YS_CORRUPT, "read model: a record is missing");
    *out = (struct subject){.number = number};
    out->is_void = ys_bytes_is_text(ys_query_text(query, 3), "void");
    if (!out->is_void) {
        copy(out->kind, sizeof out->kind, ys_query_text(query, 0));
        copy(out->matter, sizeof out->matter, ys_query_text(query, 1));
        memcpy(out->id.bytes, ys_query_blob(query, 2).data, sizeof out->id.bytes);
        out->signers = ys_query_int(query, 4);
        out->index = (uint64_t)ys_query_int(query, 5);
        copy(out->origin, sizeof out->origin, ys_query_text(query, 6));
        copy(out->division, sizeof out->division, ys_query_text(query, 7));
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
        copy(out->origin, sizeof out->origin, ys_query_text(query, 4));
    }
    ys_query_reset(query);
    return code;
}

static enum ys_code load_body(struct ys_fold_turn *turn, const struct subject *subject,
                              const Yishi__V1__Body **out, struct ys_err *err)
{
    struct ys_log log;
    struct ys_entry entry;
    *out = NULL;
    enum ys_code code = ys_log_find(turn->txn, subject->origin, &log, err);
    if (code == YS_OK)
        code = ys_log_entry(turn->txn, log.id, subject->index, &entry, err);
    if (code != YS_OK || entry.content != YS_CONTENT_BODY)
        return code;
    if (ys_body_decode(entry.body, &turn->arena, out, NULL) != YS_OK)
        *out = NULL;
    return YS_OK;
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
    const Yishi__V1__Body *body = NULL;
    ys_arena_clear(&turn->arena);
    enum ys_code code = load_body(turn, correction == NULL ? subject : correction, &body, err);
    if (code != YS_OK || body == NULL)
        return code;
    if (correction != NULL && (body = ys_correction_replacement(body, &turn->arena)) == NULL)
        return YS_OK; /* an author's node refuses such a correction; elsewhere it leaves nothing */
    if (strcmp(ys_body_kind(body)->name, subject->kind) != 0)
        return YS_OK;
    return ys_content_put(model, subject->number, body, err);
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
        code = ys_matter_mark(model, ys_bytes_of_text(subject->matter), err);
    if (code == YS_OK)
        code =
            named_by(model, subject, &subject->id, "withdraws", "withdrawal", &by, &withdrawn, err);
    if (code == YS_OK)
        code = last_correction(model, subject, &correction, &corrected, err);
    if (code == YS_OK)
        code = named_by(model, subject, &subject->id, "supersedes", NULL, &by, &superseded, err);
    if (code == YS_OK)
        code = set_standing(model, subject->number,
                            withdrawn    ? "withdrawn"
                            : superseded ? "superseded"
                                         : "in_force",
                            corrected ? &correction : NULL, err);
    if (code != YS_OK || withdrawn)
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
