/* A model that is made from nothing: what can wait is done once, when all entries are folded, instead of
 * for each entry. How far it has come stands in `meta` and moves with the rows, so that a killed process
 * goes on from there.
 *
 * Meanwhile nobody waits for the disk. Only a failure of the machine can spoil what is written so, and
 * the machine tells when it was started: `meta` says since when it ran, and after another start an
 * unfinished file is made anew. Who opens a finished one waits until it is on the disk, then marks it. */
#include "node/model/model_state.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define CHANGES "rel IN ('supersedes', 'withdraws', 'redacts')"

extern const char ys_model_schema_entries_sql[];
extern const char ys_model_schema_matters_sql[];

enum ys_code ys_building_load(struct ys_model *model, struct ys_err *err)
{
    uint64_t stage = 0;
    const enum ys_code code = ys_model_load_number(model, "building", &stage, err);
    model->building = stage == YS_BUILDING_ENTRIES   ? YS_BUILDING_ENTRIES
                      : stage == YS_BUILDING_MATTERS ? YS_BUILDING_MATTERS
                      : stage == YS_BUILT_IN_HASTE   ? YS_BUILT_IN_HASTE
                                                     : YS_BUILT;
    return code;
}

static enum ys_code move_to(struct ys_model *model, enum ys_building stage, struct ys_err *err)
{
    model->building = stage;
    return ys_model_save_number(model, "building", stage, err);
}

/* Empty where the system does not tell. */
static void read_boot(char out[YS_BOOT_ID_LEN + 1])
{
    const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    const ssize_t size = fd < 0 ? -1 : read(fd, out, YS_BOOT_ID_LEN);
    out[size == YS_BOOT_ID_LEN ? YS_BOOT_ID_LEN : 0] = '\0';
    if (fd >= 0)
        (void)close(fd);
}

enum ys_code ys_building_begin(struct ys_model *model, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    read_boot(model->boot);
    enum ys_code code = move_to(model, YS_BUILDING_ENTRIES, err);
    if (code == YS_OK)
        code = ys_query_open(model->sql, "INSERT INTO meta VALUES ('boot', ?)", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(model->boot));
    return ys_query_run(query, err);
}

enum ys_code ys_building_is_sound(struct ys_model *model, bool *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    read_boot(model->boot);
    enum ys_code code = ys_building_load(model, err);
    *out = code == YS_OK && model->building == YS_BUILT;
    if (code != YS_OK || *out)
        return code;
    code = ys_query_open(model->sql, "SELECT value FROM meta WHERE name = 'boot'", &query, err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    if (code == YS_OK && row)
        *out = ys_bytes_is_text(ys_query_text(query, 0), model->boot);
    return code;
}

/* The commit brings to the disk whatever was written before. */
static enum ys_code end_haste(struct ys_model *model, struct ys_err *err)
{
    enum ys_code code = ys_sql_run(model->sql, "BEGIN IMMEDIATE", err);
    if (code != YS_OK)
        return code;
    code = ys_building_load(model, err);
    if (code == YS_OK && model->building == YS_BUILT_IN_HASTE)
        code = move_to(model, YS_BUILT, err);
    return ys_model_end(model, code, err);
}

enum ys_code ys_building_set_pace(struct ys_model *model, struct ys_err *err)
{
    const bool made = model->building == YS_BUILT || model->building == YS_BUILT_IN_HASTE;
    enum ys_code code = YS_OK;
    if (!made && model->boot[0] != '\0')
        return ys_sql_hurry(model->sql, &model->haste, err);
    code = ys_sql_calm(model->sql, err);
    if (code == YS_OK)
        model->haste = false;
    if (code == YS_OK && model->building == YS_BUILT_IN_HASTE)
        code = end_haste(model, err);
    return code == YS_OK && model->building == YS_BUILT ? ys_sql_share(model->sql, err) : code;
}

enum ys_code ys_building_enter(struct ys_model *model, struct ys_err *err)
{
    for (;;) {
        enum ys_code code = ys_sql_run(model->sql, "BEGIN IMMEDIATE", err);
        if (code == YS_OK)
            code = ys_building_load(model, err);
        if (code != YS_OK)
            return ys_model_end(model, code, err);
        if (model->building != YS_BUILT || !model->haste)
            return YS_OK;
        /* Somebody else has seen to it that it is on the disk: what follows must come there, too. */
        code = ys_sql_run(model->sql, "ROLLBACK", err);
        if (code == YS_OK)
            code = ys_building_set_pace(model, err);
        if (code != YS_OK)
            return code;
    }
}

/* Records that change others, and those that they change. */
enum ys_code ys_building_refresh_later(struct ys_model *model, struct ys_fold_turn *turn,
                                       struct ys_err *err)
{
    if (model->building == YS_BUILDING_ENTRIES)
        return YS_OK;
    struct ys_query *const next = model->query[YS_MODEL_NEXT_LATER];
    int64_t number = -1;
    for (;;) {
        bool row = false;
        ys_query_set_int(next, 1, number);
        enum ys_code code = ys_query_step(next, &row, err);
        if (code == YS_OK && !row)
            return number < 0 ? YS_OK : ys_query_run(model->query[YS_MODEL_DROP_LATER], err);
        if (code != YS_OK)
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
        code = move_to(model, YS_BUILDING_MATTERS, err);
    return code == YS_OK ? ys_building_refresh_later(model, turn, err) : code;
}

enum ys_code ys_building_end_matters(struct ys_model *model, struct ys_err *err)
{
    if (model->building != YS_BUILDING_MATTERS)
        return YS_OK;
    const enum ys_code code = ys_sql_run(model->sql, ys_model_schema_matters_sql, err);
    return code == YS_OK ? move_to(model, model->haste ? YS_BUILT_IN_HASTE : YS_BUILT, err) : code;
}
