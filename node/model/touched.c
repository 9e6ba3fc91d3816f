/* What has changed, for those who ask questions of the rows: the table `touched`. */
#include "node/model/model_state.h"

static enum ys_code touch(struct ys_model *model, const char *what, struct ys_bytes key,
                          struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_TOUCH];
    ys_query_set_text(query, 1, ys_bytes_of_text(what));
    ys_query_set_text(query, 2, key);
    return ys_query_run(query, err);
}

static bool is_made(const struct ys_model *model)
{
    return model->building == YS_BUILT || model->building == YS_BUILT_IN_HASTE;
}

enum ys_code ys_touch_record(struct ys_model *model, int64_t number, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_TOUCH_RECORD];
    if (!is_made(model))
        return YS_OK;
    ys_query_set_int(query, 1, number);
    return ys_query_run(query, err);
}

enum ys_code ys_touch_linked(struct ys_model *model, int64_t number, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_TOUCH_LINKED];
    if (!is_made(model))
        return YS_OK;
    ys_query_set_int(query, 1, number);
    return ys_query_run(query, err);
}

enum ys_code ys_touch_matter(struct ys_model *model, struct ys_bytes subject, struct ys_err *err)
{
    return !is_made(model) ? YS_OK : touch(model, "matter", subject, err);
}

static enum ys_code touch_by(struct ys_model *model, struct ys_query *query, struct ys_bytes origin,
                             struct ys_err *err)
{
    if (!is_made(model))
        return YS_OK;
    ys_query_set_text(query, 1, origin);
    return ys_query_run(query, err);
}

enum ys_code ys_touch_unit_of(struct ys_model *model, struct ys_bytes origin, struct ys_err *err)
{
    return touch_by(model, model->query[YS_MODEL_TOUCH_UNIT], origin, err);
}

enum ys_code ys_touch_sealed(struct ys_model *model, struct ys_bytes origin, struct ys_err *err)
{
    return touch_by(model, model->query[YS_MODEL_TOUCH_SEALED], origin, err);
}

enum ys_code ys_touch_changed(struct ys_model *model, int64_t number, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_TOUCH_CHANGED];
    if (!is_made(model))
        return YS_OK;
    ys_query_set_int(query, 1, number);
    return ys_query_run(query, err);
}

enum ys_code ys_touch_all(struct ys_model *model, struct ys_err *err)
{
    return touch(model, "all", ys_bytes_of_text(""), err);
}
