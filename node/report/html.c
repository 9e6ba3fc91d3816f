#include "node/report/html.h"

#include "node/report/cell.h"
#include "node/report/chart.h"
#include "node/report/out.h"
#include "proto/moment.h"

enum { WIDE = 7 }; /* columns; a table with more is set smaller */

/* GB/T 9704: title in 2 (22 pt) small Song, text in 3 (16 pt) Fangsong, 156 mm x 225 mm. Rows are not cut,
 * titles of columns come again on each page. */
static const char style[] =
    "@page{size:A4;margin:37mm 26mm 35mm 28mm;"
    "@bottom-center{content:\"— \" counter(page) \" —\";font:14pt 宋体,SimSun,\"Noto Serif CJK "
    "SC\",serif}"
    "@bottom-left{content:none}@top-right{content:var(--id);font:9pt 宋体,SimSun,serif}}\n"
    "body{font:16pt/28pt 仿宋,FangSong,仿宋_GB2312,STFangsong,\"Noto Serif CJK SC\",serif;"
    "color:#000;background:#fff;max-width:156mm;margin:0 auto}\n"
    "h1{font:22pt/34pt 方正小标宋简体,FZXiaoBiaoSong-B05S,宋体,SimSun,\"Noto Serif CJK SC\",serif;"
    "text-align:center;margin:12mm 0 8mm}\n"
    "h2{font:16pt/28pt 黑体,SimHei,\"Noto Sans CJK SC\",sans-serif;margin:6mm 0 "
    "2mm;break-after:avoid}\n"
    "p{text-indent:2em;margin:0}\n"
    "table{border-collapse:collapse;width:100%;font-size:10.5pt;line-height:14pt;margin:2mm 0 "
    "4mm}\n"
    "th,td{border:.5pt solid #000;padding:1mm 1.2mm;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}\n"
    "th{font-family:黑体,SimHei,\"Noto Sans CJK "
    "SC\",sans-serif;font-weight:normal;text-align:center;"
    "overflow-wrap:anywhere}\n"
    "td.t{min-width:16mm}table.wide{font-size:9pt;line-height:12pt}"
    "table.wide th,table.wide td{padding:.6mm .8mm}table.wide td.t{min-width:11mm}"
    "table.wide td.c{white-space:normal;min-width:15mm}\n"
    "td.n{text-align:right;white-space:nowrap}td.c,td.d{white-space:nowrap}\n"
    "thead{display:table-header-group}tr,figure,.sign,footer{break-inside:avoid}\n"
    "figure{margin:4mm 0}figcaption{text-align:center;font-size:12pt}\n"
    "svg{width:100%;font-size:13px}svg text{fill:#000}\n"
    ".part{fill:#444;stroke:#000;stroke-width:.5}.whole{fill:none;stroke:#000;stroke-width:.5}\n"
    ".small{font-size:9pt;line-height:13pt;text-indent:0;overflow-wrap:anywhere}\n"
    ".sign{margin:14mm 0 8mm auto;width:80mm;line-height:14mm}\n"
    "footer{border-top:.5pt solid #000;margin-top:6mm;padding-top:2mm}\n";

static void text(struct ys_report_out *out, const char *foreign)
{
    ys_out_html(out, ys_bytes_of_text(foreign));
}

static void day(struct ys_report_out *out, int32_t days)
{
    const uint32_t date = ys_date_from_days(days);
    ys_out_number(out, date / 10000);
    ys_out_text(out, "年");
    ys_out_number(out, date / 100 % 100);
    ys_out_text(out, "月");
    ys_out_number(out, date % 100);
    ys_out_text(out, "日");
}

static void put_cell(struct ys_report_out *out, const struct ys_report_column *column,
                     const struct ys_report_cell *cell)
{
    char shown[YS_CELL_TEXT_MAX];
    const bool is_text = cell->there && ys_cell_is_text(cell);
    ys_out_text(out, ys_cell_is_number(column->type)  ? "<td class=n>"
                     : column->type == YS_REPORT_TEXT ? "<td class=t>"
                     : column->type == YS_REPORT_DATE ? "<td class=d>"
                                                      : "<td class=c>");
    if (is_text) {
        ys_out_html(out, ys_cell_read(cell));
    } else if (cell->there || ys_cell_is_number(column->type)) {
        ys_cell_show(cell, shown);
        text(out, shown);
    }
    ys_out_text(out, "</td>");
}

static size_t printed(const struct ys_report_table *table)
{
    size_t count = 0;
    for (size_t i = 0; i < table->column_count; i++)
        count += table->column[i].print;
    return count;
}

static enum ys_code put_table(struct ys_report_out *out, struct ys_report_table *table,
                              struct ys_err *err)
{
    bool any = false;
    ys_out_text(out, "<h2>");
    text(out, table->zh);
    ys_out_text(out, printed(table) >= WIDE ? "</h2>\n<table class=wide><thead><tr>"
                                            : "</h2>\n<table><thead><tr>");
    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->column[i].print)
            continue;
        ys_out_text(out, "<th scope=col>");
        text(out, table->column[i].zh);
        ys_out_text(out, "</th>");
    }
    ys_out_text(out, "</tr></thead><tbody>\n");
    enum ys_code code = table->rewind(table->source, err);
    while (code == YS_OK && !out->failed) {
        struct ys_report_cell row[YS_REPORT_COLUMNS_MAX] = {{.there = false}};
        bool there = false;
        code = table->next(table->source, row, &there, err);
        if (code != YS_OK || !there)
            break;
        any = true;
        ys_out_text(out, "<tr>");
        for (size_t i = 0; i < table->column_count; i++)
            if (table->column[i].print)
                put_cell(out, &table->column[i], &row[i]);
        ys_out_text(out, "</tr>\n");
    }
    ys_out_text(out, "</tbody></table>\n");
    if (!any)
        ys_out_text(out, "<p class=small>无。</p>\n");
    return code;
}

static void put_head(struct ys_report_out *out, const struct ys_report *report)
{
    char title[256];
    char id[YS_REPORT_ID_MAX];
    ys_report_title(report, title, sizeof title);
    ys_report_id(report, id);
    ys_out_text(out, "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
                     "<meta name=\"viewport\" content=\"width=device-width\"><title>");
    text(out, title);
    ys_out_text(out, "</title>\n<style>:root{--id:\"报告编号 ");
    text(out, id);
    ys_out_text(out, "\"}\n");
    ys_out_text(out, style);
    ys_out_text(out, "</style></head><body>\n<h1>");
    text(out, title);
    ys_out_text(out, "</h1>\n<p>统计范围：");
    text(out, report->unit_name);
    ys_out_text(out, "（代码 ");
    text(out, report->unit);
    ys_out_text(out, "）。统计期间：");
    day(out, report->from_day);
    ys_out_text(out, "至");
    day(out, report->to_day);
    ys_out_text(out, "。期限判断日：");
    day(out, report->as_of_day);
    ys_out_text(
        out,
        "。</"
        "p>\n<p>各项指标均由已签名的议事记录按公开口径计算，可由任何持有相同日志的单位重算核对。"
        "“—”表示没有可计算的对象；“*”表示分母不足 5，不作比较。</p>\n");
}

static void put_foot(struct ys_report_out *out, const struct ys_report *report)
{
    char hash[YS_HASH_HEX_MAX];
    ys_out_text(
        out, "<div class=sign>负责人（签名）：<br>单位（盖章）：<br>　　　　年　　月　　日</div>\n"
             "<footer><p class=small>报告编号：");
    ys_hash_hex(&report->hash, hash);
    text(out, hash);
    ys_out_text(out, "<br>输入根：");
    ys_hash_hex(&report->input_root, hash);
    text(out, hash);
    ys_out_text(out, "<br>依据日志 ");
    ys_out_number(out, (int64_t)report->head_count);
    ys_out_text(out, " 个；规则集 ");
    text(out, report->rule_set);
    ys_out_text(out, "；指标集 ");
    text(out, report->indicator_set);
    ys_out_text(out, "；软件 yishi ");
    text(out, report->software);
    for (size_t i = 0; i < report->left_out_count; i++) {
        ys_out_text(out, "<br>未采用的日志：");
        text(out, report->left_out[i].log);
        ys_out_text(out, "（");
        text(out, report->left_out[i].why);
        ys_out_text(out, "）");
    }
    ys_out_text(out, "</p></footer>\n</body></html>\n");
}

enum ys_code ys_html_write(const struct ys_report *report, FILE *file, const char *path,
                           struct ys_err *err)
{
    struct ys_report_out out = {.file = file, .path = path};
    enum ys_code code = YS_OK;
    put_head(&out, report);
    for (size_t i = 0; i < report->chart_count; i++)
        ys_chart_write(&out, &report->chart[i]);
    for (size_t i = 0; code == YS_OK && i < report->table_count; i++)
        if (report->table[i].print)
            code = put_table(&out, &report->table[i], err);
    if (code == YS_OK && report->annex != NULL) {
        code = put_table(&out, report->annex, err);
        ys_out_text(&out, "<p class=small>");
        text(&out, report->annex->about_zh);
        ys_out_text(&out, "</p>\n");
    }
    put_foot(&out, report);
    return code == YS_OK ? ys_out_end(&out, err) : code;
}
