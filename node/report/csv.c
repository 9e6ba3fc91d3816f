#include "node/report/csv.h"

#include "node/report/cell.h"
#include "node/report/out.h"

#include <string.h>

static bool needs_quotes(struct ys_bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if (memchr("\",\r\n", text.data[i], 4) != NULL)
            return true;
    return false;
}

/* RFC 4180. Quoted whole, with what stands before. */
static void put_field(struct ys_report_out *out, const char *before, struct ys_bytes text)
{
    size_t begun = 0;
    const bool quoted = needs_quotes(text);
    if (quoted)
        ys_out_text(out, "\"");
    ys_out_text(out, before);
    for (size_t i = 0; quoted && i < text.size; i++) {
        if (text.data[i] != '"')
            continue;
        ys_out_bytes(out, (struct ys_bytes){text.data + begun, i + 1 - begun});
        begun = i;
    }
    ys_out_bytes(out, ys_bytes_skip(text, begun));
    if (quoted)
        ys_out_text(out, "\"");
}

/* What programs that open the file could take for a formula, or for the mark of a code. */
static bool is_risky(struct ys_bytes text)
{
    return text.size > 0 && text.data[0] != '\0' && strchr("=+-@\t\r", text.data[0]) != NULL;
}

static void put_cell(struct ys_report_out *out, const struct ys_report_cell *cell,
                     enum ys_csv_profile profile)
{
    char text[YS_CELL_TEXT_MAX];
    if (!cell->there)
        return;
    if (!ys_cell_is_text(cell)) { /* a minus of our own is a number */
        ys_cell_print(cell, text);
        ys_out_text(out, text);
    } else if (profile == YS_CSV_PLAIN) {
        put_field(out, "", cell->text);
    } else if (cell->type == YS_REPORT_CODE && cell->text.size > 0) {
        put_field(out, "\t", cell->text);
    } else {
        put_field(out, is_risky(ys_cell_read(cell)) ? "'" : "", ys_cell_read(cell));
    }
}

enum ys_code ys_csv_write(struct ys_report_table *table, enum ys_csv_profile profile, FILE *file,
                          const char *path, struct ys_err *err)
{
    const char *const end = profile == YS_CSV_EXCEL ? "\r\n" : "\n";
    struct ys_report_out out = {.file = file, .path = path};
    if (profile == YS_CSV_EXCEL)
        ys_out_text(&out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < table->column_count; i++) {
        const struct ys_report_column *const column = &table->column[i];
        ys_out_text(&out, i == 0 ? "" : ",");
        put_field(&out, "", ys_bytes_of_text(profile == YS_CSV_EXCEL ? column->zh : column->key));
    }
    ys_out_text(&out, end);
    enum ys_code code = table->rewind(table->source, err);
    while (code == YS_OK && !out.failed) {
        struct ys_report_cell row[YS_REPORT_COLUMNS_MAX] = {{.there = false}};
        bool there = false;
        code = table->next(table->source, row, &there, err);
        if (code != YS_OK || !there)
            break;
        for (size_t i = 0; i < table->column_count; i++) {
            ys_out_text(&out, i == 0 ? "" : ",");
            put_cell(&out, &row[i], profile);
        }
        ys_out_text(&out, end);
    }
    return code == YS_OK ? ys_out_end(&out, err) : code;
}
