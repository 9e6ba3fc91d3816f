#include "node/report/cell.h"

#include "crypto/assert.h"
#include "proto/moment.h"

#include <inttypes.h>
#include <stdio.h>

/* Tenths of scale * num / den, half away from zero; what is whole apart, so that nothing overflows. */
static int64_t tenths(int64_t num, int64_t den, int64_t scale)
{
    YS_ASSERT(den > 0 && den < INT64_MAX / 4096 && num != INT64_MIN);
    const int64_t size = num < 0 ? -num : num;
    const int64_t rest = size % den * scale * 10;
    const int64_t rounded = size / den * scale * 10 + (rest * 2 + den) / (den * 2);
    return num < 0 ? -rounded : rounded;
}

void ys_cell_decimal(int64_t num, int64_t den, int64_t scale, char out[YS_CELL_TEXT_MAX])
{
    const int64_t value = tenths(num, den, scale);
    const int64_t size = value < 0 ? -value : value;
    (void)snprintf(out, YS_CELL_TEXT_MAX, "%s%" PRId64 ".%" PRId64, value < 0 ? "-" : "", size / 10,
                   size % 10);
}

static void print_date(int64_t days, char out[YS_CELL_TEXT_MAX])
{
    const int64_t first = ys_date_days(YS_DATE_FIRST);
    const int64_t last = ys_date_days(YS_DATE_LAST);
    ys_date_print(ys_date_from_days((int32_t)(days < first  ? first
                                              : days > last ? last
                                                            : days)),
                  out);
}

static void print_money(int64_t fen, char out[YS_CELL_TEXT_MAX])
{
    const int64_t size = fen < 0 ? -fen : fen;
    (void)snprintf(out, YS_CELL_TEXT_MAX, "%s%" PRId64 ".%02" PRId64, fen < 0 ? "-" : "",
                   size / 100, size % 100);
}

void ys_cell_print(const struct ys_report_cell *cell, char out[YS_CELL_TEXT_MAX])
{
    out[0] = '\0';
    switch (cell->type) {
    case YS_REPORT_INT:
        (void)snprintf(out, YS_CELL_TEXT_MAX, "%" PRId64, cell->num);
        break;
    case YS_REPORT_RATE:
        ys_cell_decimal(cell->num, cell->den, 100, out);
        break;
    case YS_REPORT_RATIO:
    case YS_REPORT_DAYS:
        ys_cell_decimal(cell->num, cell->den, 1, out);
        break;
    case YS_REPORT_DATE:
        print_date(cell->num, out);
        break;
    case YS_REPORT_MONEY:
        print_money(cell->num, out);
        break;
    case YS_REPORT_FIGURE:
        (void)snprintf(out, YS_CELL_TEXT_MAX, "%.*s", (int)(cell->text.size & 31), cell->text.data);
        break;
    case YS_REPORT_TEXT:
    case YS_REPORT_CODE:
        break;
    }
}

void ys_cell_show(const struct ys_report_cell *cell, char out[YS_CELL_TEXT_MAX])
{
    char text[YS_CELL_TEXT_MAX];
    if (!cell->there) {
        (void)snprintf(out, YS_CELL_TEXT_MAX, "—");
        return;
    }
    ys_cell_print(cell, text);
    (void)snprintf(out, YS_CELL_TEXT_MAX, "%.40s%s%s", text,
                   cell->type == YS_REPORT_RATE ? "%" : "", cell->small ? "*" : "");
}

bool ys_cell_is_text(const struct ys_report_cell *cell)
{
    return cell->type == YS_REPORT_TEXT || cell->type == YS_REPORT_CODE;
}

struct ys_bytes ys_cell_read(const struct ys_report_cell *cell)
{
    return cell->zh == NULL ? cell->text : ys_bytes_of_text(cell->zh);
}

bool ys_cell_is_number(enum ys_report_type type)
{
    return type != YS_REPORT_TEXT && type != YS_REPORT_CODE && type != YS_REPORT_DATE;
}

const char *ys_report_type_name(enum ys_report_type type)
{
    static const char *const name[] = {"text", "code", "integer", "rate",  "ratio",
                                       "days", "date", "money",   "figure"};
    return name[type];
}
