/* A model that is made from nothing: what can wait is done once, when all entries are folded, instead of
 * for each entry. How far it has come stands in `meta` and moves with the rows, so that a killed process
 * goes on from there. */
#include "node/model/model_state.h"

#define CHANGES "rel IN ('supersedes', 'withdraws', 'redacts')"

extern const char ys_model_schema_entries_sql[];
extern const char ys_model_schema_matters_sql[];

enum ys_code ys_building_load(struct ys_model *model, struct ys_err *err)
{
    uint64_t stage = 0;
    const enum ys_code code = ys_model_load_number(model, "building", &stage, err);
    model->building = stage == YS_BUILDING_ENTRIES   ? YS_BUILDING_ENTRIES
                      : stage == YS_BUILDING_MATTERS ? YS_BUILDING_MATTERS
                                                     : YS_BUILT;
    return code;
}

static enum ys_code move_to(struct ys_model *model, enum ys_building stage, struct ys_err *err)
{
    model->building = stage;
    return ys_model_save_number(model, "building", stage, err);
}

/* Records that change others, and those that they change. */
static enum ys_code refresh_later(struct ys_model *model, struct ys_fold_turn *turn,
                                  struct ys_err *err)
{
    struct ys_query *const next = model->query[YS_MODEL_NEXT_LATER];
    int64_t number = -1;
    for (;;) {
        bool row = false;
        ys_query_set_int(next, 1, number);
        enum ys_code code = ys_query_step(next, &row, err);
        if (code != YS_OK || !row)
            return code;
        number = ys_query_int(next, 0);
        ys_query_reset(next);
        code = ys_standing_refresh(model, turn, number, err);
        if (code != YS_OK)
            return code;
    }
}

enum ys_code ys_building_end_entries(struct ys_model *model, struct ys_fold_turn *turn,
                                     struct ys_err *err)
{
    if (model->building != YS_BUILDING_ENTRIES)
        return YS_OK;
    enum ys_code code = ys_sql_run(model->sql, ys_model_schema_entries_sql, err);
    if (code == YS_OK)
        code = ys_sql_run(
            model->sql,
            "INSERT OR IGNORE INTO stale SELECT DISTINCT subject FROM record WHERE subject <> '-'"
            " AND subject <> '';"
            "INSERT OR IGNORE INTO later SELECT rec FROM ref WHERE " CHANGES
            " UNION SELECT r.no FROM ref f JOIN record r ON r.id = f.target WHERE f." CHANGES,
            err);
    if (code == YS_OK)
        code = refresh_later(model, turn, err);
    if (code == YS_OK)
        code = ys_sql_run(model->sql, "DELETE FROM later", err);
    return code == YS_OK ? move_to(model, YS_BUILDING_MATTERS, err) : code;
}

enum ys_code ys_building_end_matters(struct ys_model *model, struct ys_err *err)
{
    if (model->building != YS_BUILDING_MATTERS)
        return YS_OK;
    const enum ys_code code = ys_sql_run(model->sql, ys_model_schema_matters_sql, err);
    return code == YS_OK ? move_to(model, YS_BUILT, err) : code;
}
