#include "node/today.h"

#include "node/lang.h"
#include "proto/moment.h"

#include <time.h>

uint32_t ys_today(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const int64_t now_ms = (int64_t)now.tv_sec * 1000;
    return ys_time_valid(now_ms) ? ys_date_of_time(now_ms) : YS_DATE_FIRST;
}

enum ys_code ys_today_or(const struct ys_args *args, const char *name, uint32_t *out,
                         struct ys_err *err)
{
    const char *const text = ys_args_value(args, name);
    *out = ys_today();
    if (text == NULL || ys_date_parse(ys_bytes_of_text(text), out) == YS_OK)
        return YS_OK;
    return ys_fail(err, YS_USAGE, _("--%s \"%s\" is no day like 2026-03-01"), name, text);
}
