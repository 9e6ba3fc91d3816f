#include "node/report/document.h"

#include "proto/moment.h"

#include <stdio.h>
#include <string.h>

void ys_hash_hex(const struct ys_hash *hash, char out[YS_HASH_HEX_MAX])
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < YS_HASH_LEN; i++) {
        out[2 * i] = digit[hash->bytes[i] >> 4];
        out[2 * i + 1] = digit[hash->bytes[i] & 15];
    }
    out[YS_HASH_HEX_MAX - 1] = '\0';
}

void ys_report_id(const struct ys_report *report, char out[YS_REPORT_ID_MAX])
{
    char hex[YS_HASH_HEX_MAX];
    ys_hash_hex(&report->hash, hex);
    (void)snprintf(out, YS_REPORT_ID_MAX, "%.16s", hex);
}

struct ys_report_table *ys_report_table_find(const struct ys_report *report, const char *name)
{
    for (size_t i = 0; i < report->table_count; i++)
        if (strcmp(report->table[i].name, name) == 0)
            return &report->table[i];
    return report->annex != NULL && strcmp(report->annex->name, name) == 0 ? report->annex : NULL;
}

/* "2026年", "2026年上半年", "2026年第三季度", "2026年5月", or both days. */
static void print_period(const struct ys_report *report, char *out, size_t size)
{
    static const char *const quarter[] = {"第一季度", "第二季度", "第三季度", "第四季度"};
    const uint32_t from = ys_date_from_days(report->from_day);
    const uint32_t to = ys_date_from_days(report->to_day);
    const char *const p = report->period;
    if (strlen(p) == 4)
        (void)snprintf(out, size, "%s年", p);
    else if (strlen(p) == 7 && p[5] == 'H')
        (void)snprintf(out, size, "%.4s年%s", p, p[6] == '1' ? "上半年" : "下半年");
    else if (strlen(p) == 7 && p[5] == 'Q' && p[6] >= '1' && p[6] <= '4')
        (void)snprintf(out, size, "%.4s年%s", p, quarter[p[6] - '1']);
    else if (strlen(p) == 7)
        (void)snprintf(out, size, "%u年%u月", from / 10000, from / 100 % 100);
    else
        (void)snprintf(out, size, "%u年%u月%u日至%u年%u月%u日", from / 10000, from / 100 % 100,
                       from % 100, to / 10000, to / 100 % 100, to % 100);
}

void ys_report_title(const struct ys_report *report, char *out, size_t size)
{
    char period[96];
    print_period(report, period, sizeof period);
    (void)snprintf(out, size, "%.120s%s社区议事协商评价报告",
                   report->unit_name[0] == '\0' ? report->unit : report->unit_name, period);
}
