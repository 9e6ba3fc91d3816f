/* The tables that hold the records' contents, made from the schemas: one for each
 * kind, one more for each repeated field in it.
 *
 *     public_notice(rec, meeting_at_ms, place, …)
 *     public_notice_participants(rec, nth, party_kind, count)
 *
 * A column is a field; a message inside a message gives "<field>_<inner field>".
 * Day fields are days since 1970-01-01 in Shanghai, so that days are counted by
 * subtraction; times are milliseconds UTC; a Moment gives <f>_day and, if it was a
 * time, <f>_ms; enums are their words, bytes are blobs, bools 0 and 1. `rec` is the
 * number of the record whose content it is, `nth` counts from 1, `nth_2`
 * the elements of a repeated field inside a repeated one.
 *
 * So a new kind or field needs no line of SQL here, and rules and indicators read
 * the names that stand in proto/body.proto. Knows nothing of matters.
 *
 * Threads: the plan is read-only once made. Memory: heap, freed by ys_shape_free. */
#ifndef YS_NODE_MODEL_SHAPE_H
#define YS_NODE_MODEL_SHAPE_H

#include "node/model/sql.h"
#include "proto/body.h"

enum {
    YS_SHAPE_NAME_MAX = 96,
    YS_SHAPE_DEPTH_MAX = 3,   /* messages inside one row */
    YS_SHAPE_REPEATS_MAX = 2, /* repeated fields above one row */
    YS_SHAPE_KEYS_MAX = 1 + YS_SHAPE_REPEATS_MAX
};

enum ys_column_form {
    YS_COLUMN_PLAIN, /* by the type of its field */
    YS_COLUMN_DATE,  /* yishi.v1.Date */
    YS_COLUMN_TIME,  /* yishi.v1.Time */
    YS_COLUMN_MOMENT_DAY,
    YS_COLUMN_MOMENT_MS
};

struct ys_column {
    char name[YS_SHAPE_NAME_MAX];
    enum ys_column_form form;
    /* From the row's message to the value; none in use: the element of the repeated field itself. */
    unsigned depth;
    const ProtobufCFieldDescriptor *path[YS_SHAPE_DEPTH_MAX];
};

struct ys_table {
    char name[YS_SHAPE_NAME_MAX];
    const ProtobufCFieldDescriptor *kind; /* the member of Body.kind */
    /* Where the rows come from: hop[i] leads from the row above to the elements; the last field of its
     * path is the repeated one. None: the kind's own table. */
    unsigned repeats;
    struct ys_hop {
        unsigned depth;
        const ProtobufCFieldDescriptor *path[YS_SHAPE_DEPTH_MAX];
    } hop[YS_SHAPE_REPEATS_MAX];
    size_t column_count;
    struct ys_column *column;
};

/* Tables of one kind. */
struct ys_shape_part {
    size_t first;
    size_t count; /* 0: the kind has no body here */
};
enum { YS_SHAPE_KINDS = 200 }; /* numbers of the members of Body.kind are below */

struct ys_shape {
    size_t table_count;
    struct ys_table *table;                    /* those of one kind stand together, its own first */
    struct ys_shape_part part[YS_SHAPE_KINDS]; /* by the number of the member of Body.kind */
};

/* Of all kinds of Body. */
YS_CHECKED enum ys_code ys_shape_new(struct ys_shape **out, struct ys_err *err);
void ys_shape_free(struct ys_shape *shape);

/* Text of the CREATE TABLE and INSERT statements; terminated. YS_LIMIT when it does not fit. */
YS_CHECKED enum ys_code ys_table_create_text(const struct ys_table *table, char *out, size_t size);
YS_CHECKED enum ys_code ys_table_insert_text(const struct ys_table *table, char *out, size_t size);

/* Put all rows of one table for `body`, with `insert` from ys_table_insert_text. */
YS_CHECKED enum ys_code ys_table_fill(const struct ys_table *table, struct ys_query *insert,
                                      int64_t record, const Yishi__V1__Body *body,
                                      struct ys_err *err);

/* Tables of one kind: index of the first, and how many; 0 for a kind that has no body here. */
size_t ys_shape_of_kind(const struct ys_shape *shape, const char *kind, size_t *first_out);

#endif
