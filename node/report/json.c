#include "node/report/json.h"

#include "node/report/cell.h"
#include "node/report/out.h"
#include "proto/moment.h"

#include <string.h>

extern const char ys_report_schema_json[];

const char *ys_report_json_schema(void)
{
    return ys_report_schema_json;
}

/* "key": before a value; keys are given in the order of their bytes. */
static void put_key(struct ys_report_out *out, const char *before, const char *key)
{
    ys_out_text(out, before);
    ys_out_json(out, ys_bytes_of_text(key));
    ys_out_text(out, ":");
}

static void put_text(struct ys_report_out *out, const char *before, const char *key,
                     const char *value)
{
    put_key(out, before, key);
    ys_out_json(out, ys_bytes_of_text(value == NULL ? "" : value));
}

static void put_number(struct ys_report_out *out, const char *before, const char *key,
                       uint64_t value)
{
    put_key(out, before, key);
    ys_out_number(out, (int64_t)value);
}

static void put_day(struct ys_report_out *out, const char *before, const char *key, int32_t day)
{
    char text[YS_DATE_TEXT_MAX];
    ys_date_print(ys_date_from_days(day), text);
    put_text(out, before, key, text);
}

static void put_hash(struct ys_report_out *out, const char *before, const char *key,
                     const struct ys_hash *hash)
{
    char text[YS_HASH_HEX_MAX];
    ys_hash_hex(hash, text);
    put_text(out, before, key, text);
}

static void put_heads(struct ys_report_out *out, const struct ys_report *report)
{
    ys_out_text(out, "[");
    for (size_t i = 0; i < report->head_count; i++) {
        const struct ys_report_head *const head = &report->head[i];
        put_text(out, i == 0 ? "{" : ",{", "log", head->log);
        put_number(out, ",", "members", head->members);
        put_hash(out, ",", "root", &head->root);
        put_number(out, ",", "size", head->size);
        ys_out_text(out, "}");
    }
    ys_out_text(out, "]");
}

static void put_left_out(struct ys_report_out *out, const struct ys_report *report)
{
    put_key(out, ",", "left_out");
    ys_out_text(out, "[");
    for (size_t i = 0; i < report->left_out_count; i++) {
        put_text(out, i == 0 ? "{" : ",{", "log", report->left_out[i].log);
        put_text(out, ",", "why", report->left_out[i].why);
        ys_out_text(out, "}");
    }
    ys_out_text(out, "]");
}

static void put_parameters(struct ys_report_out *out, const struct ys_report *report)
{
    put_key(out, ",", "parameters");
    ys_out_text(out, "[");
    for (size_t i = 0; i < report->parameter_count; i++) {
        const struct ys_report_parameter *const p = &report->parameter[i];
        const bool is_default = p->record == NULL || p->record[0] == '\0';
        ys_out_text(out, i == 0 ? "{" : ",{");
        if (!is_default)
            put_day(out, "", "from", p->from_day);
        put_text(out, is_default ? "" : ",", "name", p->name);
        if (!is_default)
            put_text(out, ",", "record", p->record);
        put_text(out, ",", "scope", p->scope);
        put_text(out, ",", "value", p->value);
        ys_out_text(out, "}");
    }
    ys_out_text(out, "]");
}

static void put_cell(struct ys_report_out *out, const struct ys_report_cell *cell)
{
    char text[YS_CELL_TEXT_MAX];
    if (!cell->there) {
        ys_out_text(out, "null");
        return;
    }
    switch (cell->type) {
    case YS_REPORT_TEXT:
    case YS_REPORT_CODE:
        ys_out_json(out, cell->text);
        break;
    case YS_REPORT_FIGURE:
    case YS_REPORT_DATE:
        ys_cell_print(cell, text);
        ys_out_json(out, ys_bytes_of_text(text));
        break;
    case YS_REPORT_INT:
    case YS_REPORT_MONEY:
        ys_out_number(out, cell->num);
        break;
    case YS_REPORT_RATE:
    case YS_REPORT_RATIO:
    case YS_REPORT_DAYS:
        ys_cell_print(cell, text);
        put_number(out, "{", "den", (uint64_t)cell->den);
        put_number(out, ",", "num", (uint64_t)cell->num);
        put_text(out, ",", "shown", text);
        ys_out_text(out, "}");
        break;
    }
}

static void put_columns(struct ys_report_out *out, const struct ys_report_table *table)
{
    put_key(out, "{", "columns");
    ys_out_text(out, "[");
    for (size_t i = 0; i < table->column_count; i++) {
        const struct ys_report_column *const column = &table->column[i];
        put_text(out, i == 0 ? "{" : ",{", "about", column->about_en);
        put_text(out, ",", "about_zh", column->about_zh);
        put_text(out, ",", "en", column->en);
        put_text(out, ",", "key", column->key);
        put_text(out, ",", "type", ys_report_type_name(column->type));
        put_text(out, ",", "zh", column->zh);
        ys_out_text(out, "}");
    }
    ys_out_text(out, "]");
}

static enum ys_code put_table(struct ys_report_out *out, struct ys_report_table *table,
                              struct ys_err *err)
{
    put_columns(out, table);
    put_text(out, ",", "en", table->en);
    put_text(out, ",", "name", table->name);
    put_key(out, ",", "rows");
    ys_out_text(out, "[");
    enum ys_code code = table->rewind(table->source, err);
    for (bool first = true; code == YS_OK && !out->failed; first = false) {
        struct ys_report_cell row[YS_REPORT_COLUMNS_MAX] = {{.there = false}};
        bool there = false;
        code = table->next(table->source, row, &there, err);
        if (code != YS_OK || !there)
            break;
        ys_out_text(out, first ? "[" : ",[");
        for (size_t i = 0; i < table->column_count; i++) {
            ys_out_text(out, i == 0 ? "" : ",");
            put_cell(out, &row[i]);
        }
        ys_out_text(out, "]");
    }
    put_text(out, "],", "zh", table->zh);
    ys_out_text(out, "}");
    return code;
}

/* The part that the hash covers. Keys in the order of their bytes throughout. */
static enum ys_code put_report(struct ys_report_out *out, const struct ys_report *report,
                               struct ys_err *err)
{
    char title[256];
    enum ys_code code = YS_OK;
    ys_report_title(report, title, sizeof title);
    put_day(out, "{", "as_of", report->as_of_day);
    put_key(out, ",", "by_unit");
    ys_out_text(out, report->by_unit ? "true" : "false");
    put_text(out, ",", "deployment", report->deployment);
    put_day(out, ",", "from", report->from_day);
    put_key(out, ",", "heads");
    put_heads(out, report);
    put_text(out, ",", "indicator_set", report->indicator_set);
    put_hash(out, ",", "input_root", &report->input_root);
    put_left_out(out, report);
    put_text(out, ",", "level", report->level);
    put_parameters(out, report);
    put_text(out, ",", "period", report->period);
    put_key(out, ",", "receipts");
    ys_out_text(out, "[");
    for (size_t i = 0; i < report->receipt_count; i++) {
        ys_out_text(out, i == 0 ? "" : ",");
        ys_out_json(out, ys_bytes_of_text(report->receipts[i]));
    }
    put_text(out, "],", "rule_set", report->rule_set);
    put_key(out, ",", "tables");
    ys_out_text(out, "[");
    for (size_t i = 0; code == YS_OK && i < report->table_count; i++) {
        ys_out_text(out, i == 0 ? "" : ",");
        code = put_table(out, &report->table[i], err);
    }
    put_text(out, "],", "title", title);
    put_day(out, ",", "to", report->to_day);
    put_text(out, ",", "unit", report->unit);
    put_text(out, ",", "unit_name", report->unit_name);
    ys_out_text(out, "}");
    return code;
}

void ys_report_seal_input(struct ys_report *report)
{
    struct ys_sha256 state;
    struct ys_report_out out = {.hash = &state};
    ys_sha256_init(&state);
    put_heads(&out, report);
    ys_sha256_final(&state, &report->input_root);
}

enum ys_code ys_report_seal(struct ys_report *report, struct ys_err *err)
{
    struct ys_sha256 state;
    struct ys_report_out out = {.hash = &state};
    ys_report_seal_input(report);
    ys_sha256_init(&state);
    const enum ys_code code = put_report(&out, report, err);
    ys_sha256_final(&state, &report->hash);
    return code;
}

enum ys_code ys_report_json_write(const struct ys_report *report, FILE *file, const char *path,
                                  struct ys_err *err)
{
    struct ys_report_out out = {.file = file, .path = path};
    enum ys_code code = YS_OK;
    if (report->annex != NULL) {
        put_key(&out, "{", "annex");
        code = put_table(&out, report->annex, err);
    }
    put_hash(&out, report->annex != NULL ? "," : "{", "hash", &report->hash);
    put_key(&out, ",", "report");
    if (code == YS_OK)
        code = put_report(&out, report, err);
    put_text(&out, ",", "schema", YS_REPORT_SCHEMA);
    put_text(&out, ",", "software", report->software);
    ys_out_text(&out, "}\n");
    return code == YS_OK ? ys_out_end(&out, err) : code;
}
