/* Matters: their records out of the tables and the store, what the procedure says of them into the
 * tables. */
#include "node/model/matter_rows.h"

#include "crypto/assert.h"
#include "node/model/model_state.h"
#include "proto/matter.h"
#include "proto/moment.h"

#include <stdlib.h>
#include <string.h>

/* A matter's records, and the numbers that they have here. Bodies lie in the arena of the turn. */
struct gathered {
    struct ys_step *step;
    int64_t *number;
    size_t count, capacity;
};

static void forget(struct gathered *gathered)
{
    free(gathered->step);
    free(gathered->number);
    *gathered = (struct gathered){.count = 0};
}

static enum ys_code make_room(struct gathered *gathered, struct ys_err *err)
{
    if (gathered->count < gathered->capacity)
        return YS_OK;
    const size_t capacity = gathered->capacity == 0 ? 32 : gathered->capacity * 2;
    struct ys_step *const step = realloc(gathered->step, capacity * sizeof *step);
    if (step != NULL)
        gathered->step = step;
    int64_t *const number = realloc(gathered->number, capacity * sizeof *number);
    if (number != NULL)
        gathered->number = number;
    if (step == NULL || number == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    gathered->capacity = capacity;
    return YS_OK;
}

/* The earlier of the times at which street and district had it; 0: neither is known to have it. */
static uint64_t proven_of(struct ys_query *query)
{
    const uint64_t street_s = (uint64_t)ys_query_int(query, 10);
    const uint64_t district_s = (uint64_t)ys_query_int(query, 11);
    if (street_s == 0 || district_s == 0)
        return street_s + district_s;
    return street_s < district_s ? street_s : district_s;
}

static enum ys_code read_step(struct ys_query *query, struct ys_fold_turn *turn,
                              struct ys_step *step, struct ys_err *err)
{
    char origin[YS_KEY_NAME_MAX + 1];
    struct ys_name name;
    const struct ys_bytes id = ys_query_blob(query, 1);
    const bool fits = ys_query_copy(query, 7, origin, sizeof origin);
    YS_ASSERT(id.size == sizeof step->id.bytes && fits);
    memcpy(step->id.bytes, id.data, id.size);
    if (ys_name_parse(ys_bytes_of_text(origin), &name, NULL) != YS_OK)
        return ys_fail(err, YS_CORRUPT, "read model: \"%s\" is no log", origin);
    step->kind = ys_kind_by_name(ys_query_text(query, 2));
    step->withdrawn = ys_bytes_is_text(ys_query_text(query, 3), "withdrawn");
    step->author = (unsigned)ys_query_int(query, 4);
    step->signed_at_s = (uint64_t)ys_query_int(query, 5);
    step->index = (uint64_t)ys_query_int(query, 6);
    step->division = name.division;
    step->incarnation = name.incarnation;
    step->proven_s = proven_of(query);
    /* Void: without a body here, or with one that was not understood when it was folded. */
    enum ys_code code = ys_bytes_is_text(ys_query_text(query, 3), "void")
                            ? YS_OK
                            : ys_fold_turn_body(turn, origin, step->index, &step->body, err);
    if (code != YS_OK || ys_query_is_null(query, 8))
        return code;
    const bool other_fits = ys_query_copy(query, 9, origin, sizeof origin);
    YS_ASSERT(other_fits);
    step->signed_body = step->body;
    code = ys_fold_turn_body(turn, origin, (uint64_t)ys_query_int(query, 8), &step->body, err);
    if (code == YS_OK && step->body != NULL)
        step->body = ys_correction_replacement(step->body, &turn->arena);
    return code;
}

static enum ys_code gather(struct ys_model *model, struct ys_fold_turn *turn,
                           struct ys_bytes subject, struct gathered *out, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_RECORDS_OF];
    enum ys_code code = YS_OK;
    bool row = true;
    ys_query_set_text(query, 1, subject);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        code = make_room(out, err);
        if (code != YS_OK)
            break;
        struct ys_step *const step = &out->step[out->count];
        *step = (struct ys_step){.kind = NULL};
        out->number[out->count] = ys_query_int(query, 0);
        code = read_step(query, turn, step, err);
        out->count++;
    }
    ys_query_reset(query);
    return code;
}

void ys_fold_turn_clear(struct ys_fold_turn *turn)
{
    ys_parameter_rows_clear(&turn->parameters);
    free(turn->body_key);
    ys_arena_clear(&turn->arena);
}

static enum ys_code settle_one(struct ys_model *model, struct ys_fold_turn *turn,
                               struct ys_bytes subject, size_t *left, struct ys_err *err)
{
    struct gathered gathered = {.count = 0};
    struct ys_matter matter = {.no = 0};
    struct ys_procedure procedure = {.step_count = 0};
    struct ys_parameters parameters = {.values = turn->parameters.value,
                                       .count = turn->parameters.count};
    ys_arena_clear(&turn->arena);
    enum ys_code code = ys_matter_rows_clear(model, subject, err);
    if (code == YS_OK)
        code = gather(model, turn, subject, &gathered, err);
    const bool ours = ys_matter_parse(subject, &matter, NULL) == YS_OK;
    parameters.division = matter.division;
    if (code == YS_OK && ours && gathered.count > 0)
        code = ys_procedure_run(gathered.step, gathered.count, &parameters, &procedure, err);
    if (code == YS_OK && procedure.step_count > 0)
        code = ys_matter_rows_put(model,
                                  &(struct ys_matter_rows){.subject = subject,
                                                           .division = &parameters.division,
                                                           .procedure = &procedure,
                                                           .step = gathered.step,
                                                           .number = gathered.number,
                                                           .count = gathered.count},
                                  err);
    if (code == YS_OK)
        code = ys_touch_matter(model, subject, err);
    *left -= gathered.count + 1 < *left ? gathered.count + 1 : *left;
    ys_procedure_clear(&procedure);
    forget(&gathered);
    return code;
}

enum ys_code ys_matters_settle(struct ys_model *model, struct ys_fold_turn *turn, size_t *left,
                               struct ys_err *err)
{
    struct ys_query *const next = model->query[YS_MODEL_NEXT_STALE];
    struct ys_query *const drop = model->query[YS_MODEL_DROP_STALE];
    enum ys_code code =
        turn->parameters_loaded ? YS_OK : ys_parameter_rows_load(model, &turn->parameters, err);
    turn->parameters_loaded = code == YS_OK;
    while (code == YS_OK && *left > 0) {
        char text[YS_KIND_NAME_MAX + 1];
        bool row = false;
        code = ys_query_step(next, &row, err);
        if (code != YS_OK || !row)
            break;
        struct ys_bytes subject = ys_query_text(next, 0);
        YS_ASSERT(subject.size < sizeof text);
        memcpy(text, subject.data, subject.size);
        subject.data = (const uint8_t *)text;
        ys_query_reset(next);
        code = settle_one(model, turn, subject, left, err);
        ys_query_set_text(drop, 1, subject);
        if (code == YS_OK)
            code = ys_query_run(drop, err);
    }
    return code;
}
