/* Records on which those of other logs rest: receipts say since when a record is proven, rule
 * parameters set due days, findings say the number of a matter. When one comes, goes or changes, the matters that rest on it are marked. */
#include "node/model/model_state.h"

#include <string.h>

/* The log in which a record stands. */
struct place {
    char origin[YS_KEY_NAME_MAX + 1];
    char division[YS_DIVISION_MAX + 1];
    char level[16];
};

static enum ys_code find_place(struct ys_model *model, int64_t number, struct place *out,
                               struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_LOG_OF];
    bool row = false;
    ys_query_set_int(query, 1, number);
    const enum ys_code code = ys_query_step(query, &row, err);
    if (code != YS_OK || !row)
        return code != YS_OK ? code : ys_fail(err, YS_CORRUPT, "read model: a record is missing");
    (void)ys_query_copy(query, 0, out->origin, sizeof out->origin);
    (void)ys_query_copy(query, 1, out->division, sizeof out->division);
    (void)ys_query_copy(query, 2, out->level, sizeof out->level);
    ys_query_reset(query);
    return YS_OK;
}

/* Matters with records of the log `origin` in [from, size). */
static enum ys_code mark_under(struct ys_model *model, struct ys_bytes origin, int64_t from,
                               int64_t size, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_STALE_UNDER];
    struct ys_query *const linked = model->query[YS_MODEL_STALE_LINKED_UNDER];
    ys_query_set_text(query, 1, origin);
    ys_query_set_int(query, 2, from);
    ys_query_set_int(query, 3, size);
    const enum ys_code code = ys_query_run(query, err);
    if (code != YS_OK || model->building == YS_BUILDING_ENTRIES)
        return code; /* which marks every matter anyhow */
    ys_query_set_text(linked, 1, origin);
    ys_query_set_int(linked, 2, from);
    ys_query_set_int(linked, 3, size);
    return ys_query_run(linked, err);
}

/* How much of a log stands here. */
static enum ys_code folded_size(struct ys_model *model, struct ys_bytes origin, int64_t *out,
                                struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_FIND_LOG];
    bool row = false;
    ys_query_set_text(query, 1, origin);
    const enum ys_code code = ys_query_step(query, &row, err);
    *out = row ? ys_query_int(query, 1) : 0;
    if (row)
        ys_query_reset(query);
    return code;
}

/* Matters whose records this receipt proves first, if they are here already. */
static enum ys_code mark_proven(struct ys_model *model, const struct place *place,
                                struct ys_bytes origin, int64_t size, struct ys_err *err)
{
    struct ys_query *const below = model->query[YS_MODEL_RECEIPT_BELOW];
    int64_t folded = 0;
    bool row = false;
    enum ys_code code = folded_size(model, origin, &folded, err);
    if (code != YS_OK || folded == 0)
        return code; /* they will be marked when they come */
    ys_query_set_text(below, 1, origin);
    ys_query_set_text(below, 2, ys_bytes_of_text(place->level));
    ys_query_set_int(below, 3, size);
    code = ys_query_step(below, &row, err);
    if (code != YS_OK)
        return code;
    const int64_t from = row ? ys_query_int(below, 0) : 0;
    ys_query_reset(below);
    return from < folded ? mark_under(model, origin, from, size, err) : YS_OK;
}

static enum ys_code put_receipt(struct ys_model *model, int64_t number, const struct place *place,
                                const Yishi__V1__Receipt *receipt, struct ys_err *err)
{
    struct ys_query *const put = model->query[YS_MODEL_PUT_RECEIPT];
    const struct ys_bytes origin = ys_bytes_of_text(receipt->log == NULL ? "" : receipt->log);
    struct ys_division witness;
    struct ys_name name;
    if (ys_name_parse(origin, &name, NULL) != YS_OK || name.kind != YS_NAME_LOG ||
        ys_division_parse(ys_bytes_of_text(place->division), &witness, NULL) != YS_OK ||
        ys_division_equal(&name.division, &witness) ||
        !ys_division_within(&name.division, &witness) || receipt->size > UINT32_MAX)
        return YS_OK; /* of a log that is not below the witness: says nothing here */
    const enum ys_code code = model->building == YS_BUILDING_ENTRIES
                                  ? YS_OK /* every matter will be marked */
                                  : mark_proven(model, place, origin, (int64_t)receipt->size, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(put, 1, origin);
    ys_query_set_text(put, 2, ys_bytes_of_text(place->level));
    ys_query_set_int(put, 3, (int64_t)receipt->size);
    ys_query_set_int(put, 4, (int64_t)receipt->time);
    ys_query_set_int(put, 5, number);
    enum ys_code kept = ys_query_run(put, err);
    if (kept == YS_OK)
        kept = ys_touch_unit_of(model, origin, err);
    return kept == YS_OK ? ys_touch_sealed(model, origin, err) : kept;
}

static enum ys_code put_receipts(struct ys_model *model, int64_t number,
                                 const Yishi__V1__Receipts *receipts, struct ys_err *err)
{
    struct place place;
    enum ys_code code = find_place(model, number, &place, err);
    for (size_t i = 0; code == YS_OK && i < receipts->n_receipts; i++)
        code = put_receipt(model, number, &place, receipts->receipts[i], err);
    return code;
}

/* Every matter of the unit in whose log a parameter stands. */
static enum ys_code mark_all(struct ys_model *model, int64_t number, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_STALE_IN];
    struct place place;
    if (model->trying)
        return YS_OK; /* which asks about the parameter's own record alone */
    const enum ys_code code = find_place(model, number, &place, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(place.division));
    const enum ys_code marked = ys_query_run(query, err);
    return marked == YS_OK ? ys_touch_all(model, err) : marked;
}

/* A street's has no effect (parameter_rows.h). */
static enum ys_code mark_by_parameter(struct ys_model *model, int64_t number, struct ys_err *err)
{
    struct place place;
    const enum ys_code code = find_place(model, number, &place, err);
    return code == YS_OK && strcmp(place.level, "district") == 0 ? mark_all(model, number, err)
                                                                 : code;
}

/* A finding belongs to the matter whose number it says, too. */
static enum ys_code mark_named(struct ys_model *model, const Yishi__V1__AuditFinding *finding,
                               struct ys_err *err)
{
    if (finding->matter == NULL || model->building == YS_BUILDING_ENTRIES)
        return YS_OK; /* which marks every matter anyhow */
    return ys_matter_mark(model, ys_bytes_of_text(finding->matter), err);
}

enum ys_code ys_basis_put(struct ys_model *model, int64_t number, const Yishi__V1__Body *body,
                          struct ys_err *err)
{
    if (body->kind_case == YISHI__V1__BODY__KIND_RECEIPTS)
        return put_receipts(model, number, body->receipts, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_RULE_PARAMETER)
        return mark_by_parameter(model, number, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_DIVISION_CHANGE)
        return ys_touch_changed(model, number, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_AUDIT_FINDING)
        return mark_named(model, body->audit_finding, err);
    return YS_OK;
}

enum ys_code ys_basis_clear(struct ys_model *model, int64_t number, const char *kind,
                            struct ys_err *err)
{
    if (strcmp(kind, "rule_parameter") == 0)
        return mark_by_parameter(model, number, err);
    if (strcmp(kind, "division_change") == 0)
        return ys_touch_changed(model, number, err);
    if (strcmp(kind, "audit_finding") == 0) {
        ys_query_set_int(model->query[YS_MODEL_STALE_NAMED], 1, number);
        return ys_query_run(model->query[YS_MODEL_STALE_NAMED], err);
    }
    if (strcmp(kind, "receipts") != 0)
        return YS_OK;
    /* Which ones rest on it is not worth finding out: it happens when a key is cut or a log taken back. */
    struct ys_query *const query = model->query[YS_MODEL_DROP_RECEIPTS];
    ys_query_set_int(query, 1, number);
    const enum ys_code code = ys_query_run(query, err);
    return code == YS_OK ? mark_all(model, number, err) : code;
}
