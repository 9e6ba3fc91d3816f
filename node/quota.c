#include "node/quota.h"

#include <stdio.h>
#include <string.h>

static struct ys_quota_row *row_of(struct ys_quota *quota, const char *event, const char *who)
{
    char name[YS_QUOTA_NAME_MAX + 1];
    struct ys_quota_row *oldest = &quota->row[0];
    snprintf(name, sizeof name, "%s %s", event, who);
    for (int i = 0; i < YS_QUOTA_ROWS; i++) {
        struct ys_quota_row *const row = &quota->row[i];
        if (strcmp(row->name, name) == 0)
            return row;
        if (oldest->name[0] != '\0' && (row->name[0] == '\0' || row->since_ms < oldest->since_ms))
            oldest = row;
    }
    *oldest = (struct ys_quota_row){.lines = 0};
    memcpy(oldest->name, name, sizeof name);
    return oldest;
}

bool ys_quota_take(struct ys_quota *quota, const char *event, const char *who, int64_t now_ms,
                   uint32_t *skipped_out)
{
    struct ys_quota_row *const row = row_of(quota, event, who);
    *skipped_out = 0;
    if (row->lines == 0 || now_ms - row->since_ms >= YS_QUOTA_WINDOW_MS) {
        *skipped_out = row->lines > YS_QUOTA_LINES ? row->lines - YS_QUOTA_LINES : 0;
        row->since_ms = now_ms;
        row->lines = 0;
    }
    row->lines += row->lines == UINT32_MAX ? 0 : 1;
    return row->lines <= YS_QUOTA_LINES;
}
