#include "node/model/shape.h"

#include "crypto/assert.h"
#include "proto/reflect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SITES_MAX = 64 };

/* A message whose fields become columns: which table, and how far from the table's row. */
struct site {
    size_t table;
    const ProtobufCMessageDescriptor *type;
    unsigned depth;
    const ProtobufCFieldDescriptor *path[YS_SHAPE_DEPTH_MAX];
    char prefix[YS_SHAPE_NAME_MAX];
};

struct builder {
    struct ys_shape *shape;
    const ProtobufCFieldDescriptor *kind;
    size_t first, count; /* of the waiting sites */
    struct site site[SITES_MAX];
};

static enum ys_code no_memory(struct ys_err *err)
{
    return ys_fail(err, YS_NOMEM, "read model: out of memory");
}

static void join(char out[YS_SHAPE_NAME_MAX], const char *prefix, const char *name)
{
    const int size = snprintf(out, YS_SHAPE_NAME_MAX, "%s%s", prefix, name);
    YS_ASSERT(size > 0 && size < YS_SHAPE_NAME_MAX);
}

static enum ys_code add_column(struct ys_table *table, const struct site *site,
                               const ProtobufCFieldDescriptor *field, const char *name,
                               enum ys_column_form form, struct ys_err *err)
{
    struct ys_column *const grown =
        realloc(table->column, (table->column_count + 1) * sizeof *grown);
    if (grown == NULL)
        return no_memory(err);
    table->column = grown;
    struct ys_column *const column = &grown[table->column_count++];
    *column = (struct ys_column){.form = form};
    join(column->name, "", name);
    if (field == NULL)
        return YS_OK;
    YS_ASSERT(site->depth < YS_SHAPE_DEPTH_MAX);
    memcpy(column->path, site->path, sizeof column->path);
    column->path[site->depth] = field;
    column->depth = site->depth + 1;
    return YS_OK;
}

/* One or two columns for a value that is no message of ours. */
static enum ys_code add_value(struct ys_table *table, const struct site *site,
                              const ProtobufCFieldDescriptor *field, const char *name,
                              const void *type, struct ys_err *err)
{
    char part[YS_SHAPE_NAME_MAX];
    if (type == &yishi__v1__date__descriptor)
        return add_column(table, site, field, name, YS_COLUMN_DATE, err);
    if (type == &yishi__v1__time__descriptor) {
        join(part, name, "_ms");
        return add_column(table, site, field, part, YS_COLUMN_TIME, err);
    }
    if (type != &yishi__v1__moment__descriptor)
        return add_column(table, site, field, name, YS_COLUMN_PLAIN, err);
    join(part, name, "_day");
    const enum ys_code code = add_column(table, site, field, part, YS_COLUMN_MOMENT_DAY, err);
    join(part, name, "_ms");
    return code != YS_OK ? code : add_column(table, site, field, part, YS_COLUMN_MOMENT_MS, err);
}

static bool is_row(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           field->descriptor != &yishi__v1__date__descriptor &&
           field->descriptor != &yishi__v1__time__descriptor &&
           field->descriptor != &yishi__v1__moment__descriptor;
}

static enum ys_code add_table(struct builder *b, const char *name, struct ys_table **out,
                              struct ys_err *err)
{
    struct ys_shape *const shape = b->shape;
    struct ys_table *const grown = realloc(shape->table, (shape->table_count + 1) * sizeof *grown);
    if (grown == NULL)
        return no_memory(err);
    shape->table = grown;
    *out = &grown[shape->table_count++];
    **out = (struct ys_table){.kind = b->kind};
    join((*out)->name, "", name);
    return YS_OK;
}

static void add_site(struct builder *b, const struct site *site)
{
    YS_ASSERT(b->count < SITES_MAX);
    b->site[b->count++] = *site;
}

/* A table for the elements of a repeated field. */
static enum ys_code add_elements(struct builder *b, const struct site *site,
                                 const ProtobufCFieldDescriptor *field, const char *column,
                                 struct ys_err *err)
{
    char name[YS_SHAPE_NAME_MAX];
    struct ys_table *table = NULL;
    join(name, b->shape->table[site->table].name, "_");
    YS_ASSERT(strlen(name) + strlen(column) < sizeof name);
    memcpy(name + strlen(name), column, strlen(column) + 1);
    const enum ys_code code = add_table(b, name, &table, err);
    if (code != YS_OK)
        return code;
    const struct ys_table *const above = &b->shape->table[site->table];
    YS_ASSERT(above->repeats < YS_SHAPE_REPEATS_MAX && site->depth < YS_SHAPE_DEPTH_MAX);
    memcpy(table->hop, above->hop, sizeof table->hop);
    struct ys_hop *const hop = &table->hop[above->repeats];
    memcpy(hop->path, site->path, sizeof hop->path);
    hop->path[site->depth] = field;
    hop->depth = site->depth + 1;
    table->repeats = above->repeats + 1;
    if (!is_row(field))
        return add_value(table, NULL, NULL, "value", field->descriptor, err);
    add_site(b, &(struct site){.table = b->shape->table_count - 1, .type = field->descriptor});
    return YS_OK;
}

static enum ys_code add_field(struct builder *b, const struct site *site,
                              const ProtobufCFieldDescriptor *field, struct ys_err *err)
{
    char name[YS_SHAPE_NAME_MAX];
    join(name, site->prefix, field->name);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return add_elements(b, site, field, name, err);
    if (!is_row(field))
        return add_value(&b->shape->table[site->table], site, field, name, field->descriptor, err);
    struct site inner = *site;
    YS_ASSERT(inner.depth < YS_SHAPE_DEPTH_MAX);
    inner.type = field->descriptor;
    inner.path[inner.depth++] = field;
    join(inner.prefix, name, "_");
    add_site(b, &inner);
    return YS_OK;
}

static enum ys_code add_kind(struct builder *b, struct ys_err *err)
{
    struct ys_table *table = NULL;
    enum ys_code code = add_table(b, b->kind->name, &table, err);
    b->first = 0;
    b->count = 0;
    if (code == YS_OK)
        add_site(b,
                 &(struct site){.table = b->shape->table_count - 1, .type = b->kind->descriptor});
    while (code == YS_OK && b->first < b->count) {
        const struct site site = b->site[b->first++];
        for (unsigned i = 0; code == YS_OK && i < site.type->n_fields; i++)
            code = add_field(b, &site, &site.type->fields[i], err);
    }
    return code;
}

/* Where the tables of each kind stand. */
static void index_kinds(struct ys_shape *shape)
{
    for (size_t i = 0; i < shape->table_count; i++) {
        const uint32_t number = shape->table[i].kind->id;
        YS_ASSERT(number < YS_SHAPE_KINDS);
        struct ys_shape_part *const part = &shape->part[number];
        if (part->count++ == 0)
            part->first = i;
        YS_ASSERT(part->first + part->count == i + 1);
    }
}

enum ys_code ys_shape_new(struct ys_shape **out, struct ys_err *err)
{
    const ProtobufCMessageDescriptor *const body = &yishi__v1__body__descriptor;
    struct builder *const b = calloc(1, sizeof *b);
    struct ys_shape *const shape = calloc(1, sizeof *shape);
    enum ys_code code = b == NULL || shape == NULL ? no_memory(err) : YS_OK;
    for (unsigned i = 0; code == YS_OK && i < body->n_fields; i++) {
        if (!ys_reflect_in_oneof(&body->fields[i]))
            continue;
        b->shape = shape;
        b->kind = &body->fields[i];
        code = add_kind(b, err);
    }
    free(b);
    if (code != YS_OK) {
        ys_shape_free(shape);
        return code;
    }
    index_kinds(shape);
    *out = shape;
    return YS_OK;
}

void ys_shape_free(struct ys_shape *shape)
{
    if (shape == NULL)
        return;
    for (size_t i = 0; i < shape->table_count; i++)
        free(shape->table[i].column);
    free(shape->table);
    free(shape);
}

size_t ys_shape_of_kind(const struct ys_shape *shape, const char *kind, size_t *first_out)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(&yishi__v1__body__descriptor, kind);
    if (field == NULL || field->id >= YS_SHAPE_KINDS)
        return 0;
    *first_out = shape->part[field->id].first;
    return shape->part[field->id].count;
}

/* --- statements --- */

static const char *const key_names[YS_SHAPE_KEYS_MAX] = {"rec", "nth", "nth_2"};

static const char *type_of(const struct ys_table *table, const struct ys_column *column)
{
    if (column->form != YS_COLUMN_PLAIN)
        return "INTEGER";
    const struct ys_hop *const hop = table->repeats == 0 ? NULL : &table->hop[table->repeats - 1];
    YS_ASSERT(column->depth > 0 || hop != NULL);
    const ProtobufCFieldDescriptor *const field =
        column->depth > 0 ? column->path[column->depth - 1] : hop->path[hop->depth - 1];
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_ENUM)
        return "TEXT";
    return field->type == PROTOBUF_C_TYPE_BYTES ? "BLOB" : "INTEGER";
}

static enum ys_code finish(struct ys_writer *w)
{
    ys_writer_bytes(w, (struct ys_bytes){(const uint8_t *)"", 1});
    return w->overflow ? YS_LIMIT : YS_OK;
}

enum ys_code ys_table_create_text(const struct ys_table *table, char *out, size_t size)
{
    struct ys_writer w = {.data = (uint8_t *)out, .capacity = size};
    ys_writer_text(&w, "CREATE TABLE \"");
    ys_writer_text(&w, table->name);
    ys_writer_text(&w, "\" (rec INTEGER");
    ys_writer_text(&w, table->repeats == 0 ? " PRIMARY KEY" : " NOT NULL");
    YS_ASSERT(table->repeats < YS_SHAPE_KEYS_MAX);
    for (unsigned i = 1; i <= table->repeats; i++) {
        ys_writer_text(&w, ", ");
        ys_writer_text(&w, key_names[i]);
        ys_writer_text(&w, " INTEGER NOT NULL");
    }
    for (size_t i = 0; i < table->column_count; i++) {
        ys_writer_text(&w, ", \"");
        ys_writer_text(&w, table->column[i].name);
        ys_writer_text(&w, "\" ");
        ys_writer_text(&w, type_of(table, &table->column[i]));
    }
    if (table->repeats == 0) {
        ys_writer_text(&w, ") STRICT");
        return finish(&w);
    }
    ys_writer_text(&w, ", PRIMARY KEY (rec");
    for (unsigned i = 1; i <= table->repeats; i++) {
        ys_writer_text(&w, ", ");
        ys_writer_text(&w, key_names[i]);
    }
    ys_writer_text(&w, ")) STRICT, WITHOUT ROWID");
    return finish(&w);
}

enum ys_code ys_table_insert_text(const struct ys_table *table, char *out, size_t size)
{
    struct ys_writer w = {.data = (uint8_t *)out, .capacity = size};
    ys_writer_text(&w, "INSERT INTO \"");
    ys_writer_text(&w, table->name);
    ys_writer_text(&w, "\" VALUES (?");
    for (size_t i = 0; i < table->repeats + table->column_count; i++)
        ys_writer_text(&w, ", ?");
    ys_writer_text(&w, ")");
    return finish(&w);
}
