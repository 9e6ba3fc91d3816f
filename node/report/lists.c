#include "node/report/lists.h"

#include "node/model/state.h"
#include "node/report/list_columns.h"
#include "node/rules/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 4096 };

extern const char ys_report_lists_sql[];

struct list {
    struct ys_report_lists *lists;
    struct ys_query *query;
    const struct ys_list *about;
};

struct ys_report_lists {
    struct ys_sql *sql;
    struct ys_lists_ask ask;
    struct list list[YS_LISTS];
    struct ys_report_table table[YS_LISTS];
};

/* The rows of a list are found once, and kept in a table of the connection. */
static enum ys_code keep_rows(struct list *list, struct ys_err *err)
{
    YS_QUERY_SCOPED put = NULL;
    char text[SQL_MAX];
    const struct ys_lists_ask *const ask = &list->lists->ask;
    struct ys_sql *const sql = list->lists->sql;
    int size = snprintf(text, sizeof text,
                        "DROP TABLE IF EXISTS temp.list_%s; CREATE TEMP TABLE list_%s (c0",
                        list->about->name, list->about->name);
    for (size_t i = 1; i < list->about->column_count; i++)
        size += snprintf(text + size, sizeof text - (size_t)size, ", c%zu", i);
    (void)snprintf(text + size, sizeof text - (size_t)size, ")");
    enum ys_code code = ys_sql_run(sql, text, err);
    (void)snprintf(text, sizeof text, "INSERT INTO list_%s %s", list->about->name,
                   list->about->query);
    if (code == YS_OK)
        code = ys_query_open(sql, text, &put, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(put, 1, ys_bytes_of_text(ask->unit));
    ys_query_set_int(put, 2, ask->from_day);
    ys_query_set_int(put, 3, ask->to_day);
    ys_query_set_int(put, 4, ask->as_of_day);
    code = ys_query_run(put, err);
    (void)snprintf(text, sizeof text, "SELECT * FROM list_%s ORDER BY rowid", list->about->name);
    return code == YS_OK ? ys_query_open(sql, text, &list->query, err) : code;
}

static enum ys_code rewind_list(void *source, struct ys_err *err)
{
    struct list *const list = source;
    if (list->query == NULL)
        return keep_rows(list, err);
    ys_query_reset(list->query);
    return YS_OK;
}

static const char *state_zh(struct ys_bytes word)
{
    for (unsigned i = 0; i < YS_STATE_COUNT; i++)
        if (ys_bytes_is_text(word, ys_state_word((enum ys_state)i)))
            return ys_state_text((enum ys_state)i, true);
    return NULL;
}

/* Words that are none of a record's. */
static const char *own_zh(struct ys_bytes word)
{
    static const char *const pair[][2] = {
        {"in_force", "有效"},   {"superseded", "已更正"},
        {"open", "未整改"},     {"ended", "已消除"},
        {"none", "未处理"},     {"raised", "已指出"},
        {"answered", "已回复"}, {"closed", "已销号"},
        {"E", "禁止"},          {"F", "不合规"},
        {"I", "提示"},
    };
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        if (ys_bytes_is_text(word, pair[i][0]))
            return pair[i][1];
    return NULL;
}

static const char *zh_of(const struct list *list, const char *words, struct ys_bytes word)
{
    if (words == NULL || word.size == 0)
        return NULL;
    if (strcmp(words, "STATE") == 0)
        return state_zh(word);
    if (strcmp(words, "OWN") == 0)
        return own_zh(word);
    return list->lists->ask.label == NULL ? NULL : list->lists->ask.label(words, word);
}

static enum ys_code next_of_list(void *source, struct ys_report_cell *row, bool *row_out,
                                 struct ys_err *err)
{
    struct list *const list = source;
    const enum ys_code code = ys_query_step(list->query, row_out, err);
    if (code != YS_OK || !*row_out)
        return code;
    for (size_t i = 0; i < list->about->column_count; i++) {
        const struct ys_report_column *const column = &list->about->column[i];
        struct ys_report_cell *const cell = &row[i];
        cell->type = column->type;
        cell->there = !ys_query_is_null(list->query, (int)i);
        if (!cell->there)
            continue;
        if (column->type == YS_REPORT_TEXT || column->type == YS_REPORT_CODE) {
            cell->text = ys_query_text(list->query, (int)i);
            cell->zh = zh_of(list, list->about->words[i], cell->text);
            cell->there = cell->text.size > 0;
        } else {
            cell->num = ys_query_int(list->query, (int)i);
            cell->den = 1;
        }
    }
    return YS_OK;
}

void ys_lists_close(struct ys_report_lists *lists)
{
    if (lists == NULL)
        return;
    for (size_t i = 0; i < YS_LISTS; i++)
        ys_query_close(lists->list[i].query);
    free(lists);
}

static void make_list(struct ys_report_lists *lists, size_t at)
{
    const struct ys_list *const about = &ys_list_columns[at];
    struct list *const list = &lists->list[at];
    list->lists = lists;
    list->about = about;
    lists->table[at] = (struct ys_report_table){
        .name = about->name,
        .zh = about->zh,
        .en = about->en,
        .about_zh = about->about_zh,
        .about_en = about->about_en,
        .column = about->column,
        .column_count = about->column_count,
        .source = list,
        .rewind = rewind_list,
        .next = next_of_list,
    };
}

enum ys_code ys_lists_open(struct ys_rules *rules, const struct ys_lists_ask *ask,
                           struct ys_report_lists **out, struct ys_err *err)
{
    struct ys_report_lists *const lists = calloc(1, sizeof *lists);
    if (lists == NULL)
        return ys_fail(err, YS_NOMEM, "report: out of memory");
    lists->sql = ys_rules_sql(rules);
    lists->ask = *ask;
    enum ys_code code = ys_sql_run(lists->sql, ys_report_lists_sql, err);
    if (code == YS_OK)
        code = ys_official_gather(lists->sql, err);
    for (size_t i = 0; i < YS_LISTS; i++)
        make_list(lists, i);
    if (code != YS_OK) {
        ys_lists_close(lists);
        return code;
    }
    *out = lists;
    return YS_OK;
}

struct ys_report_table *ys_lists_table(struct ys_report_lists *lists, size_t at)
{
    return &lists->table[at];
}

enum ys_code ys_lists_unit_name(struct ys_report_lists *lists, const char *unit, char *out,
                                size_t size, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    out[0] = '\0';
    enum ys_code code =
        ys_query_open(lists->sql, "SELECT name FROM unit_name WHERE division = ?", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(unit));
    code = ys_query_step(query, &row, err);
    if (code == YS_OK && row)
        (void)ys_query_copy(query, 0, out, size);
    return code;
}
