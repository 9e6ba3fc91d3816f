#include "node/report/period.h"

#include "proto/moment.h"

#include <stdio.h>
#include <string.h>

static bool digits(const char *text, size_t count, uint32_t *out)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        sum = sum * 10 + (uint32_t)(text[i] - '0');
    }
    *out = sum;
    return true;
}

/* From the first of a month, so many months. */
static bool set_months(struct ys_report_period *out, uint32_t year, uint32_t month, uint32_t count)
{
    const uint32_t end = month - 1 + count; /* months since January; the first after it */
    const uint32_t first = year * 10000 + month * 100 + 1;
    const uint32_t after = (year + end / 12) * 10000 + (end % 12 + 1) * 100 + 1;
    if (month < 1 || month > 12 || !ys_date_valid(first) || !ys_date_valid(after))
        return false;
    out->from_day = ys_date_days(first);
    out->to_day = ys_date_days(after) - 1;
    return true;
}

static bool set_range(struct ys_report_period *out, const char *text)
{
    uint32_t from = 0;
    uint32_t to = 0;
    if (strlen(text) != 22 || memcmp(text + 10, "..", 2) != 0 ||
        ys_date_parse((struct ys_bytes){(const uint8_t *)text, 10}, &from) != YS_OK ||
        ys_date_parse(ys_bytes_of_text(text + 12), &to) != YS_OK || from > to)
        return false;
    out->from_day = ys_date_days(from);
    out->to_day = ys_date_days(to);
    return true;
}

static bool read_period(const char *text, struct ys_report_period *out)
{
    const size_t size = strlen(text);
    uint32_t year = 0;
    uint32_t part = 0;
    if (size == 22)
        return set_range(out, text);
    if (size < 4 || !digits(text, 4, &year))
        return false;
    if (size == 4)
        return set_months(out, year, 1, 12);
    if (size != 7 || text[4] != '-' || !digits(text + 6, 1, &part))
        return false;
    if (text[5] == 'H')
        return part >= 1 && part <= 2 && set_months(out, year, part * 6 - 5, 6);
    if (text[5] == 'Q')
        return part >= 1 && part <= 4 && set_months(out, year, part * 3 - 2, 3);
    return digits(text + 5, 2, &part) && set_months(out, year, part, 1);
}

enum ys_code ys_report_period_parse(const char *text, struct ys_report_period *out,
                                    struct ys_err *err)
{
    *out = (struct ys_report_period){.from_day = 0};
    if (strlen(text) <= YS_PERIOD_TEXT_MAX && read_period(text, out)) {
        (void)snprintf(out->text, sizeof out->text, "%s", text);
        return YS_OK;
    }
    return ys_fail(err, YS_USAGE,
                   "\"%s\" is no period: 2026, 2026-H1, 2026-Q3, 2026-05 or "
                   "2026-01-01..2026-03-31",
                   text);
}
