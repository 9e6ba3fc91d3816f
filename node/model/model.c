#include "node/model/model.h"

#include "crypto/assert.h"
#include "node/model/model_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 60000, STATEMENT_MAX = 16384 };

/* schema*.sql, by deploy/cmake/embed.cmake */
extern const char ys_model_schema_sql[];
extern const char ys_model_schema_entries_sql[];
extern const char ys_model_schema_matters_sql[];

int64_t ys_model_number(int64_t log, uint64_t index)
{
    YS_ASSERT(index <= UINT32_MAX && log <= INT32_MAX);
    return log * ((int64_t)1 << 32) + (int64_t)index;
}

enum ys_code ys_model_load_number(struct ys_model *model, const char *name, uint64_t *out,
                                  struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    enum ys_code code =
        ys_query_open(model->sql, "SELECT value FROM meta WHERE name = ?", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(name));
    code = ys_query_step(query, &row, err);
    if (code == YS_OK)
        *out = row ? (uint64_t)ys_query_int(query, 0) : 0;
    return code;
}

enum ys_code ys_model_save_number(struct ys_model *model, const char *name, uint64_t value,
                                  struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    const enum ys_code code =
        ys_query_open(model->sql, "INSERT OR REPLACE INTO meta VALUES (?, ?)", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(name));
    ys_query_set_int(query, 2, (int64_t)value);
    return ys_query_run(query, err);
}

/* What this version would make: the hash of all statements, and whose store it is made from. */
static enum ys_code fingerprint(const struct ys_shape *shape, const struct ys_store *store,
                                struct ys_hash *out, struct ys_err *err)
{
    char text[STATEMENT_MAX];
    struct ys_sha256 state;
    ys_sha256_init(&state);
    ys_sha256_update(&state, ys_bytes_of_text(ys_model_schema_sql));
    ys_sha256_update(&state, ys_bytes_of_text(ys_model_schema_entries_sql));
    ys_sha256_update(&state, ys_bytes_of_text(ys_model_schema_matters_sql));
    for (size_t i = 0; i < shape->table_count; i++) {
        const enum ys_code code = ys_table_create_text(&shape->table[i], text, sizeof text);
        if (code != YS_OK)
            return ys_fail(err, code, "read model: table %s is too wide", shape->table[i].name);
        ys_sha256_update(&state, ys_bytes_of_text(text));
    }
    if (store != NULL)
        ys_sha256_update(&state, (struct ys_bytes){ys_store_identity(store)->store_id,
                                                   sizeof ys_store_identity(store)->store_id});
    ys_sha256_final(&state, out);
    return YS_OK;
}

static enum ys_code is_current(struct ys_model *model, bool *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    *out = false;
    enum ys_code code = ys_query_open(
        model->sql, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'", &query,
        err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    if (code != YS_OK || !row)
        return code;
    ys_query_end(&query);
    code = ys_query_open(model->sql, "SELECT value FROM meta WHERE name = 'made_for'", &query, err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    if (code != YS_OK || !row ||
        !ys_bytes_equal(ys_query_blob(query, 0),
                        (struct ys_bytes){model->made_for.bytes, sizeof model->made_for.bytes}))
        return code;
    code = ys_building_is_sound(model, out, err);
    return code != YS_OK || *out
               ? code
               : ys_fail(err, YS_CORRUPT,
                         "read model: %s was being made when the machine went down;"
                         " remove it",
                         model->path);
}

/* Drop whatever stands in the file. */
static enum ys_code drop_all(struct ys_model *model, struct ys_err *err)
{
    for (;;) {
        YS_QUERY_SCOPED query = NULL;
        bool row = false;
        char text[YS_SHAPE_NAME_MAX * 2];
        enum ys_code code =
            ys_query_open(model->sql,
                          "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')"
                          " AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name LIMIT 1",
                          &query, err);
        if (code == YS_OK)
            code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            return code;
        const struct ys_bytes type = ys_query_text(query, 0);
        const struct ys_bytes name = ys_query_text(query, 1);
        const int size = snprintf(text, sizeof text, "DROP %.*s \"%.*s\"", (int)type.size,
                                  (const char *)type.data, (int)name.size, (const char *)name.data);
        ys_query_end(&query);
        if (size < 0 || size >= (int)sizeof text)
            return ys_fail(err, YS_CORRUPT, "read model: a table that is not ours");
        code = ys_sql_run(model->sql, text, err);
        if (code != YS_OK)
            return code;
    }
}

static enum ys_code make_tables(struct ys_model *model, struct ys_err *err)
{
    char text[STATEMENT_MAX];
    enum ys_code code = drop_all(model, err);
    if (code == YS_OK)
        code = ys_sql_run(model->sql, ys_model_schema_sql, err);
    for (size_t i = 0; code == YS_OK && i < model->shape->table_count; i++) {
        code = ys_table_create_text(&model->shape->table[i], text, sizeof text);
        if (code == YS_OK)
            code = ys_sql_run(model->sql, text, err);
    }
    if (code == YS_OK)
        code = ys_building_begin(model, err);
    YS_QUERY_SCOPED query = NULL;
    if (code == YS_OK)
        code = ys_query_open(
            model->sql, "INSERT INTO meta VALUES ('made_for', ?1), ('division', ?2)", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 2, ys_bytes_of_text(model->division));
    ys_query_set_blob(query, 1,
                      (struct ys_bytes){model->made_for.bytes, sizeof model->made_for.bytes});
    return ys_query_run(query, err);
}

/* In one transaction, so that two processes that find it old do not both make it anew. */
static enum ys_code make_current(struct ys_model *model, struct ys_err *err)
{
    bool current = false;
    enum ys_code code = is_current(model, &current, err);
    if (code != YS_OK || current)
        return code;
    code = ys_sql_run(model->sql, "BEGIN IMMEDIATE", err);
    if (code != YS_OK)
        return code;
    code = is_current(model, &current, err);
    if (code == YS_OK && !current)
        code = make_tables(model, err);
    return ys_model_end(model, code, err);
}

enum ys_code ys_model_end(struct ys_model *model, enum ys_code code, struct ys_err *err)
{
    return ys_sql_end(model->sql, code, err);
}

enum ys_code ys_model_clear(struct ys_model *model, struct ys_err *err)
{
    enum ys_code code = ys_building_enter(model, err);
    if (code == YS_OK)
        code = ys_model_end(model, make_tables(model, err), err);
    return code == YS_OK ? ys_building_set_pace(model, err) : code;
}

static enum ys_code prepare(struct ys_model *model, struct ys_err *err)
{
    static const char *const texts[] = {
#define YS_MODEL_QUERY_TEXT(name, text) text,
        YS_MODEL_QUERIES(YS_MODEL_QUERY_TEXT)
#undef YS_MODEL_QUERY_TEXT
    };
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < YS_MODEL_QUERY_COUNT; i++)
        code = ys_query_open(model->sql, texts[i], &model->query[i], err);
    model->insert = calloc(model->shape->table_count, sizeof(struct ys_query *));
    model->drop = calloc(model->shape->table_count, sizeof(struct ys_query *));
    if (code == YS_OK && (model->insert == NULL || model->drop == NULL))
        code = ys_fail(err, YS_NOMEM, "read model: out of memory");
    return code;
}

enum ys_code ys_model_insert(struct ys_model *model, size_t table, struct ys_query **out,
                             struct ys_err *err)
{
    char text[STATEMENT_MAX];
    enum ys_code code = YS_OK;
    if (model->insert[table] == NULL) {
        code = ys_table_insert_text(&model->shape->table[table], text, sizeof text);
        if (code == YS_OK)
            code = ys_query_open(model->sql, text, &model->insert[table], err);
    }
    *out = model->insert[table];
    return code;
}

enum ys_code ys_model_drop(struct ys_model *model, size_t table, struct ys_query **out,
                           struct ys_err *err)
{
    char text[YS_SHAPE_NAME_MAX * 2];
    enum ys_code code = YS_OK;
    if (model->drop[table] == NULL) {
        (void)snprintf(text, sizeof text, "DELETE FROM \"%s\" WHERE rec = ?",
                       model->shape->table[table].name);
        code = ys_query_open(model->sql, text, &model->drop[table], err);
    }
    *out = model->drop[table];
    return code;
}

static void release(struct ys_model *model)
{
    for (size_t i = 0; i < YS_MODEL_QUERY_COUNT; i++)
        ys_query_end(&model->query[i]);
    for (size_t i = 0; model->shape != NULL && i < model->shape->table_count; i++) {
        if (model->insert != NULL)
            ys_query_end(&model->insert[i]);
        if (model->drop != NULL)
            ys_query_end(&model->drop[i]);
    }
    free(model->insert);
    free(model->drop);
    model->insert = NULL;
    model->drop = NULL;
    ys_sql_close(model->sql);
    model->sql = NULL;
}

/* `from` (NULL: none): what stands there is taken over first. */
static enum ys_code open_once(struct ys_model *model, const char *from, struct ys_err *err)
{
    model->haste = false;
    enum ys_code code = ys_sql_open(model->path, BUSY_MS, &model->sql, err);
    if (code == YS_OK && from != NULL)
        code = ys_sql_take(model->sql, from, err);
    if (code == YS_OK)
        code = make_current(model, err);
    if (code == YS_OK)
        code = ys_building_set_pace(model, err);
    return code == YS_OK ? prepare(model, err) : code;
}

/* A damaged file is worth nothing: everything in it can be made again. */
static void remove_file(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[4096 + 8];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const int size = snprintf(name, sizeof name, "%s%s", path, ends[i]);
        if (size > 0 && size < (int)sizeof name)
            (void)unlink(name); /* if it stays, opening says why */
    }
}

static enum ys_code open_model(const char *path, const char *from, const struct ys_store *store,
                               struct ys_model **out, struct ys_err *err)
{
    const size_t size = strlen(path) + 1;
    struct ys_model *const model = calloc(1, sizeof *model + size);
    if (model == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    memcpy(model->path, path, size);
    if (store != NULL)
        memcpy(model->division, ys_store_identity(store)->origin.division.digits,
               sizeof model->division);
    enum ys_code code = ys_shape_new(&model->shape, err);
    if (code == YS_OK)
        code = fingerprint(model->shape, store, &model->made_for, err);
    if (code == YS_OK)
        code = open_once(model, from, err);
    if (code != YS_OK && (from != NULL || code == YS_CORRUPT)) {
        release(model);
        if (from == NULL)
            remove_file(path);
        code = open_once(model, NULL, err);
    }
    if (code != YS_OK) {
        ys_model_close(model);
        return code;
    }
    *out = model;
    return YS_OK;
}

enum ys_code ys_model_open(const char *path, const struct ys_store *store, struct ys_model **out,
                           struct ys_err *err)
{
    return open_model(path, NULL, store, out, err);
}

enum ys_code ys_model_open_apart(const char *path, const struct ys_store *store,
                                 struct ys_model **out, struct ys_err *err)
{
    return open_model(":memory:", path, store, out, err);
}

void ys_model_close(struct ys_model *model)
{
    if (model == NULL)
        return;
    release(model);
    ys_shape_free(model->shape);
    free(model);
}

struct ys_sql *ys_model_sql(struct ys_model *model)
{
    return model->sql;
}

enum ys_code ys_model_is_clean(struct ys_model *model, bool *out, struct ys_err *err)
{
    uint64_t unclean = 0;
    const enum ys_code code = ys_model_load_number(model, YS_MODEL_UNCLEAN, &unclean, err);
    *out = unclean == 0;
    return code;
}

/* Old pages go with the journal, once its pages stand in the file. */
static enum ys_code checkpoint(struct ys_sql *sql, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    enum ys_code code = ys_query_open(sql, "PRAGMA wal_checkpoint(TRUNCATE)", &query, err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    if (code == YS_OK && row && ys_query_int(query, 0) != 0)
        code =
            ys_fail(err, YS_BUSY, "read model: somebody reads it; its old pages stay until later");
    return code;
}

enum ys_code ys_model_clean(struct ys_model *model, struct ys_err *err)
{
    bool clean = false;
    enum ys_code code = ys_model_is_clean(model, &clean, err);
    if (code != YS_OK || clean)
        return code;
    code = ys_sql_run(model->sql, "VACUUM", err);
    if (code == YS_OK)
        code = ys_model_save_number(model, YS_MODEL_UNCLEAN, 0, err);
    if (code == YS_OK)
        code = checkpoint(model->sql, err);
    if (code == YS_BUSY && ys_model_save_number(model, YS_MODEL_UNCLEAN, 1, NULL) != YS_OK)
        return YS_BUSY;
    return code;
}
