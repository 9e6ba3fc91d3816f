#include "node/report/xlsx.h"

#include "node/report/cell.h"
#include "proto/moment.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

/* Characters that a cell may hold; rows of a sheet; Excel's day 0 is 1899-12-30. */
enum { TEXT_MAX = 32767, ROWS_MAX = 1048576, DAY_ZERO = 25569, WRAP_WIDTH = 40 };

enum look {
    LOOK_HEAD,
    LOOK_TEXT,
    LOOK_CODE,
    LOOK_INT,
    LOOK_DECIMAL,
    LOOK_FIGURE,
    LOOK_DATE,
    LOOK_TITLE,
    LOOKS
};

struct book {
    lxw_workbook *workbook;
    lxw_format *look[LOOKS];
    char *text; /* one cell, terminated */
    lxw_error error;
};

static void note(struct book *book, lxw_error error)
{
    if (book->error == LXW_NO_ERROR)
        book->error = error;
}

static bool make_looks(struct book *book)
{
    static const char *const number[LOOKS] = {
        [LOOK_CODE] = "@", [LOOK_INT] = "0", [LOOK_DECIMAL] = "0.0", [LOOK_DATE] = "yyyy-mm-dd"};
    for (int i = 0; i < LOOKS; i++) {
        lxw_format *const look = workbook_add_format(book->workbook);
        if (look == NULL)
            return false;
        format_set_font_name(look, i == LOOK_HEAD ? "黑体" : "宋体");
        format_set_align(look, LXW_ALIGN_VERTICAL_TOP);
        if (number[i] != NULL)
            format_set_num_format(look, number[i]);
        if (i == LOOK_TITLE)
            format_set_font_size(look, 16);
        else
            format_set_border(look, LXW_BORDER_THIN);
        if (i == LOOK_TEXT || i == LOOK_HEAD)
            format_set_text_wrap(look);
        book->look[i] = look;
    }
    return true;
}

/* A terminated copy of at most TEXT_MAX bytes, cut at a whole character, without what XML 1.0 forbids. */
static const char *copy_text(struct book *book, struct ys_bytes bytes)
{
    size_t size = 0;
    size_t last = 0;
    for (size_t i = 0; i < bytes.size && size < TEXT_MAX; i++) {
        const uint8_t c = bytes.data[i];
        if ((c & 0xC0) != 0x80)
            last = size;
        if (c >= 0x20 || c == '\t' || c == '\n')
            book->text[size++] = (char)c;
    }
    book->text[size == TEXT_MAX ? last : size] = '\0';
    return book->text;
}

static void put_string(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                       struct ys_bytes text, enum look look)
{
    note(book, worksheet_write_string(sheet, row, column, copy_text(book, text), book->look[look]));
}

static void put_number(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                       double number, enum look look)
{
    note(book, worksheet_write_number(sheet, row, column, number, book->look[look]));
}

static void put_cell(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                     const struct ys_report_cell *cell)
{
    char text[YS_CELL_TEXT_MAX];
    if (!cell->there) {
        note(book, worksheet_write_blank(sheet, row, column, book->look[LOOK_TEXT]));
        return;
    }
    switch (cell->type) {
    case YS_REPORT_TEXT:
        put_string(book, sheet, row, column, ys_cell_read(cell), LOOK_TEXT);
        break;
    case YS_REPORT_CODE:
        put_string(book, sheet, row, column, cell->text, LOOK_CODE);
        break;
    case YS_REPORT_INT:
        put_number(book, sheet, row, column, (double)cell->num, LOOK_INT);
        break;
    case YS_REPORT_DATE:
        put_number(book, sheet, row, column, (double)(cell->num + DAY_ZERO), LOOK_DATE);
        break;
    case YS_REPORT_RATE:
    case YS_REPORT_RATIO:
    case YS_REPORT_DAYS:
    case YS_REPORT_MONEY:
    case YS_REPORT_FIGURE: /* the digits that are printed elsewhere, too */
        ys_cell_print(cell, text);
        put_number(book, sheet, row, column, strtod(text, NULL),
                   cell->type == YS_REPORT_FIGURE ? LOOK_FIGURE : LOOK_DECIMAL);
        break;
    }
}

static double width_of(const struct ys_report_column *column)
{
    switch (column->type) {
    case YS_REPORT_TEXT:
        return 24;
    case YS_REPORT_CODE:
        return 20;
    case YS_REPORT_INT:
    case YS_REPORT_RATE:
    case YS_REPORT_RATIO:
    case YS_REPORT_DAYS:
    case YS_REPORT_DATE:
    case YS_REPORT_MONEY:
    case YS_REPORT_FIGURE:
        return 12;
    }
    return 12;
}

static void set_page(struct book *book, lxw_worksheet *sheet, bool table)
{
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9); /* A4 */
    note(book, worksheet_set_footer(sheet, "&C第 &P 页，共 &N 页"));
    worksheet_fit_to_pages(sheet, 1, 0);
    if (!table)
        return;
    worksheet_freeze_panes(sheet, 1, 0);
    note(book, worksheet_repeat_rows(sheet, 0, 0));
}

/* A further sheet of a table whose rows do not fit in one gets a number. */
static lxw_worksheet *begin_sheet(struct book *book, const struct ys_report_table *table,
                                  unsigned nth)
{
    char name[64];
    (void)snprintf(name, sizeof name, nth == 1 ? "%.40s" : "%.40s（%u）", table->zh, nth);
    lxw_worksheet *const sheet = workbook_add_worksheet(book->workbook, name);
    if (sheet == NULL)
        return NULL;
    set_page(book, sheet, true);
    for (size_t i = 0; i < table->column_count; i++) {
        note(book, worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i,
                                        width_of(&table->column[i]), NULL));
        put_string(book, sheet, 0, (lxw_col_t)i, ys_bytes_of_text(table->column[i].zh), LOOK_HEAD);
    }
    return sheet;
}

static enum ys_code put_table(struct book *book, struct ys_report_table *table, struct ys_err *err)
{
    lxw_worksheet *sheet = NULL;
    unsigned sheets = 0;
    lxw_row_t at = ROWS_MAX;
    enum ys_code code = table->rewind(table->source, err);
    while (code == YS_OK && book->error == LXW_NO_ERROR) {
        struct ys_report_cell row[YS_REPORT_COLUMNS_MAX] = {{.there = false}};
        bool there = false;
        if (at == ROWS_MAX) {
            sheet = begin_sheet(book, table, ++sheets);
            at = 1;
        }
        if (sheet == NULL)
            return ys_fail(err, YS_NOMEM, "xlsx: out of memory");
        code = table->next(table->source, row, &there, err);
        if (code != YS_OK || !there)
            break;
        for (size_t i = 0; i < table->column_count; i++)
            put_cell(book, sheet, at, (lxw_col_t)i, &row[i]);
        at++;
    }
    return code;
}

struct facts {
    struct book *book;
    lxw_worksheet *sheet;
    lxw_row_t row;
};

static void fact(struct facts *facts, const char *name, const char *value)
{
    put_string(facts->book, facts->sheet, facts->row, 0, ys_bytes_of_text(name), LOOK_HEAD);
    put_string(facts->book, facts->sheet, facts->row, 1, ys_bytes_of_text(value), LOOK_CODE);
    facts->row++;
}

static void fact_day(struct facts *facts, const char *name, int32_t day)
{
    char text[YS_DATE_TEXT_MAX];
    ys_date_print(ys_date_from_days(day), text);
    fact(facts, name, text);
}

static void fact_hash(struct facts *facts, const char *name, const struct ys_hash *hash)
{
    char text[YS_HASH_HEX_MAX];
    ys_hash_hex(hash, text);
    fact(facts, name, text);
}

/* What the report is about and rests on. */
static void put_facts(struct facts *facts, const struct ys_report *report)
{
    char text[640];
    fact(facts, "统计范围", report->unit);
    fact(facts, "单位名称", report->unit_name);
    fact(facts, "统计期间", report->period);
    fact_day(facts, "起始日", report->from_day);
    fact_day(facts, "截止日", report->to_day);
    fact_day(facts, "期限判断日", report->as_of_day);
    fact_hash(facts, "报告编号", &report->hash);
    fact_hash(facts, "输入根", &report->input_root);
    fact(facts, "规则集", report->rule_set);
    fact(facts, "指标集", report->indicator_set);
    fact(facts, "软件", report->software);
    fact(facts, "说明", "空白表示没有可计算的对象；比率以百分数表示。");
    for (size_t i = 0; i < report->parameter_count; i++) {
        const struct ys_report_parameter *const p = &report->parameter[i];
        (void)snprintf(text, sizeof text, "%.64s %.12s = %.200s %.64s", p->name, p->scope, p->value,
                       p->record);
        fact(facts, "参数", text);
    }
    for (size_t i = 0; i < report->left_out_count; i++) {
        (void)snprintf(text, sizeof text, "%.300s %.32s", report->left_out[i].log,
                       report->left_out[i].why);
        fact(facts, "未采用的日志", text);
    }
    for (size_t i = 0; i < report->head_count; i++) {
        char root[YS_HASH_HEX_MAX];
        ys_hash_hex(&report->head[i].root, root);
        (void)snprintf(text, sizeof text, "%.300s %" PRIu64 " %s", report->head[i].log,
                       report->head[i].size, root);
        fact(facts, "检查点", text);
    }
}

static enum ys_code put_all(struct book *book, const struct ys_report *report, struct ys_err *err)
{
    char title[256];
    lxw_worksheet *const sheet = workbook_add_worksheet(book->workbook, "说明");
    if (sheet == NULL)
        return ys_fail(err, YS_NOMEM, "xlsx: out of memory");
    struct facts facts = {.book = book, .sheet = sheet, .row = 2};
    ys_report_title(report, title, sizeof title);
    set_page(book, sheet, false);
    note(book, worksheet_set_column(sheet, 0, 0, 16, NULL));
    note(book, worksheet_set_column(sheet, 1, 1, 110, NULL));
    put_string(book, sheet, 0, 0, ys_bytes_of_text(title), LOOK_TITLE);
    put_facts(&facts, report);
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < report->table_count; i++)
        code = put_table(book, &report->table[i], err);
    return code == YS_OK && report->annex != NULL ? put_table(book, report->annex, err) : code;
}

/* Fixed: the day of the report, not that on which the file is written. */
static void set_properties(struct book *book, const struct ys_report *report)
{
    char title[256];
    char id[YS_REPORT_ID_MAX];
    char author[] = "yishi";
    ys_report_title(report, title, sizeof title);
    ys_report_id(report, id);
    lxw_doc_properties properties = {.title = title,
                                     .subject = id,
                                     .author = author,
                                     .created = (time_t)report->as_of_day * 86400};
    note(book, workbook_set_properties(book->workbook, &properties));
}

enum ys_code ys_xlsx_write(const struct ys_report *report, const char *path, const char *folder,
                           struct ys_err *err)
{
    char tmp[512];
    struct book book = {.text = malloc(TEXT_MAX + 1)};
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE};
    if (book.text == NULL)
        return ys_fail(err, YS_NOMEM, "xlsx: out of memory");
    if (folder != NULL && snprintf(tmp, sizeof tmp, "%s", folder) < (int)sizeof tmp)
        options.tmpdir = tmp;
    book.workbook = workbook_new_opt(path, &options);
    enum ys_code code = YS_OK;
    if (book.workbook == NULL || !make_looks(&book)) {
        code = ys_fail(err, YS_NOMEM, "xlsx: out of memory");
    } else {
        set_properties(&book, report);
        code = put_all(&book, report, err);
    }
    /* Closing frees it, too. */
    if (book.workbook != NULL)
        note(&book, workbook_close(book.workbook));
    free(book.text);
    if (code == YS_OK && book.error != LXW_NO_ERROR)
        return ys_fail(err, book.error == LXW_ERROR_MEMORY_MALLOC_FAILED ? YS_NOMEM : YS_IO,
                       "%s: %s", path, lxw_strerror(book.error));
    return code;
}
