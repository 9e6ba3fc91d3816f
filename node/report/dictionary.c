#include "node/report/dictionary.h"

#include "node/report/cell.h"
#include "node/report/out.h"

static const char head[] =
    "# 数据字典 / Data dictionary\n\n"
    "每个文件一张表，一行一件；日期为 YYYY-MM-DD，空白表示没有。比率以百分数表示，一位小数。\n"
    "One table a file, one thing a row; days are YYYY-MM-DD, empty is none. Rates are percent, one "
    "decimal.\n\n"
    "- `*.csv` 在 `excel` 方式下带 BOM、CRLF，代码前有一个制表符，`= + - @` "
    "开头的文字前有一个撇号；"
    "`plain` 方式供程序读取，不加任何内容。\n"
    "- `report.json`：模式 `yishi.report/v1`（`schema.json`），分数以分子分母给出。\n\n";

static const char *type_zh(enum ys_report_type type)
{
    static const char *const name[] = {"文字",    "代码", "整数", "比率（%）",
                                       "数值",    "天数", "日期", "金额（元；JSON 中为分）",
                                       "按行而定"};
    return name[type];
}

/* A cell of a Markdown table. */
static void put_field(struct ys_report_out *out, const char *text)
{
    ys_out_text(out, " ");
    for (const char *c = text == NULL ? "" : text; *c != '\0'; c++) {
        if (*c == '|')
            ys_out_text(out, "\\");
        ys_out_bytes(out, (struct ys_bytes){(const uint8_t *)c, 1});
    }
    ys_out_text(out, " |");
}

static void put_table(struct ys_report_out *out, const struct ys_report_table *table)
{
    ys_out_text(out, "## ");
    ys_out_text(out, table->name);
    ys_out_text(out, "：");
    ys_out_text(out, table->zh);
    ys_out_text(out, " / ");
    ys_out_text(out, table->en);
    ys_out_text(out, "\n\n");
    ys_out_text(out, table->about_zh);
    ys_out_text(out, "\n");
    ys_out_text(out, table->about_en);
    ys_out_text(out, "\n\n| key | 名称 | name | 类型 | type | 说明 | meaning |\n"
                     "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t c = 0; c < table->column_count; c++) {
        const struct ys_report_column *const column = &table->column[c];
        ys_out_text(out, "|");
        put_field(out, column->key);
        put_field(out, column->zh);
        put_field(out, column->en);
        put_field(out, type_zh(column->type));
        put_field(out, ys_report_type_name(column->type));
        put_field(out, column->about_zh);
        put_field(out, column->about_en);
        ys_out_text(out, "\n");
    }
    ys_out_text(out, "\n");
}

enum ys_code ys_dictionary_write(const struct ys_report *report, FILE *file, const char *path,
                                 struct ys_err *err)
{
    struct ys_report_out out = {.file = file, .path = path};
    ys_out_text(&out, head);
    for (size_t i = 0; i < report->table_count; i++)
        put_table(&out, &report->table[i]);
    if (report->annex != NULL)
        put_table(&out, report->annex);
    return ys_out_end(&out, err);
}
