#include "tests/support/model_dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LEN = 128, QUESTION_MAX = 32768, COLUMNS_MAX = 64 };

struct text {
    char *data;
    size_t size, capacity;
};

static void must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "model_dump: %s\n", err->msg);
    abort();
}

static void add(struct text *text, const char *bytes, size_t size)
{
    if (text->size + size + 1 > text->capacity) {
        text->capacity = (text->size + size + 1) * 2;
        text->data = realloc(text->data, text->capacity);
        if (text->data == NULL)
            abort();
    }
    if (size > 0) /* of nothing, there may be no address */
        memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}

static bool among(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

/* Columns that hold numbers of records. */
static bool is_record(const char *table, const char *column)
{
    static const char *const of_track[] = {"consensus",   "decision",   "plan",     "submission",
                                           "response",    "department", "ended_by", "correction",
                                           "publication", "evaluation", NULL};
    return strcmp(column, "rec") == 0 ||
           (strcmp(column, "record") == 0 &&
            among(table, (const char *const[]){"step", "task", "receipt", NULL})) ||
           (strcmp(table, "record") == 0 &&
            among(column, (const char *const[]){"no", "stated_by", NULL})) ||
           (strcmp(table, "conflict") == 0 &&
            among(column, (const char *const[]){"first", "second", NULL})) ||
           (strcmp(table, "finding") == 0 &&
            among(column, (const char *const[]){"record", "other", NULL})) ||
           (strcmp(table, "duty") == 0 &&
            among(column, (const char *const[]){"record", "met_record", NULL})) ||
           (strcmp(table, "track") == 0 && among(column, of_track));
}

/* "SELECT <columns, records by log and index> FROM <table> ORDER BY all of them" */
static void make_question(struct ys_sql *sql, const char *table, char question[QUESTION_MAX])
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_err err = {0};
    size_t at = 0;
    size_t columns = 0;
    bool row = true;
    at += (size_t)snprintf(question, QUESTION_MAX, "SELECT ");
    must(ys_query_open(sql, "SELECT name FROM pragma_table_info(?)", &query, &err), &err);
    ys_query_set_text(query, 1, ys_bytes_of_text(table));
    for (;;) {
        char column[NAME_MAX_LEN];
        must(ys_query_step(query, &row, &err), &err);
        if (!row)
            break;
        const struct ys_bytes name = ys_query_text(query, 0);
        (void)snprintf(column, sizeof column, "%.*s", (int)name.size, (const char *)name.data);
        if (strcmp(table, "record") == 0 && strcmp(column, "log") == 0)
            continue;
        const char *const comma = columns++ == 0 ? "" : ", ";
        if (is_record(table, column))
            at += (size_t)snprintf(question + at, QUESTION_MAX - at,
                                   "%s(SELECT l.origin || ':' || r.idx FROM record r JOIN log l ON"
                                   " l.no = r.log WHERE r.no = t.\"%s\")",
                                   comma, column);
        else
            at += (size_t)snprintf(question + at, QUESTION_MAX - at, "%squote(t.\"%s\")", comma,
                                   column);
    }
    at += (size_t)snprintf(question + at, QUESTION_MAX - at, " FROM \"%s\" t ORDER BY ", table);
    for (size_t i = 1; i <= columns; i++)
        at += (size_t)snprintf(question + at, QUESTION_MAX - at, "%s%zu", i == 1 ? "" : ", ", i);
    if (at >= QUESTION_MAX)
        abort();
}

static void dump_table(struct ys_sql *sql, const char *table, struct text *out)
{
    char question[QUESTION_MAX];
    YS_QUERY_SCOPED query = NULL;
    struct ys_err err = {0};
    bool row = true;
    make_question(sql, table, question);
    must(ys_query_open(sql, question, &query, &err), &err);
    for (;;) {
        must(ys_query_step(query, &row, &err), &err);
        if (!row)
            return;
        add(out, table, strlen(table));
        for (int i = 0; i < ys_query_columns(query); i++) {
            const struct ys_bytes value = ys_query_text(query, i);
            add(out, "|", 1);
            add(out, (const char *)value.data, value.size);
        }
        add(out, "\n", 1);
    }
}

char *model_dump(struct ys_model *model)
{
    /* node_log: what was told to this node, by heads that others need not have; touched: what is left to
     * do, which depends on what was done when; snapshot_...: which snapshots somebody has counted again */
    static const char *const own[] = {
        "meta",    "log",         "node_log",       "node_attachment",
        "touched", "verdict_row", "snapshot_count", "snapshot_difference",
        NULL};
    struct ys_sql *const sql = ys_model_sql(model);
    struct text out = {.data = NULL};
    YS_QUERY_SCOPED query = NULL;
    struct ys_err err = {0};
    bool row = true;
    add(&out, "", 0);
    must(ys_query_open(sql, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
                       &query, &err),
         &err);
    for (;;) {
        char name[NAME_MAX_LEN];
        must(ys_query_step(query, &row, &err), &err);
        if (!row)
            return out.data;
        const struct ys_bytes text = ys_query_text(query, 0);
        (void)snprintf(name, sizeof name, "%.*s", (int)text.size, (const char *)text.data);
        if (!among(name, own))
            dump_table(sql, name, &out);
    }
}

char *model_dump_of(struct ys_model *model, const char *const *tables)
{
    struct text out = {.data = NULL};
    add(&out, "", 0);
    for (; *tables != NULL; tables++)
        dump_table(ys_model_sql(model), *tables, &out);
    return out.data;
}

bool model_dumps_equal(const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return true;
    size_t line = 0;
    for (size_t i = 0; a[i] == b[i]; i++)
        if (a[i] == '\n')
            line = i + 1;
    fprintf(stderr, "first: %.*s\nother: %.*s\n", (int)strcspn(a + line, "\n"), a + line,
            (int)strcspn(b + line, "\n"), b + line);
    return false;
}
