/* Calendar days of Asia/Shanghai and points in time, as text and as numbers.
 *
 * A day is year * 10000 + month * 100 + day, from 1900-01-01 to 2999-12-31 of the
 * Gregorian calendar. A time is milliseconds since 1970-01-01T00:00:00Z, whose
 * year lies in 1970 to 2999 both in UTC and in +08:00. Shanghai is +08:00 at all
 * times: the summer time of 1986 to 1991 is not known here. Reads no clock and no
 * time zone. Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_MOMENT_H
#define YS_PROTO_MOMENT_H

#include "crypto/bytes.h"
#include "crypto/err.h"

enum {
    YS_DATE_FIRST = 19000101,
    YS_DATE_LAST = 29991231,
    YS_DATE_TEXT_MAX = 11, /* "2026-11-25", terminated */
    YS_TIME_TEXT_MAX = 30, /* "2026-11-25T09:30:00.000+08:00", terminated */
};
#define YS_TIME_LAST_MS INT64_C(32503651199999) /* 2999-12-31T23:59:59.999+08:00 */
#define YS_SHANGHAI_MS  INT64_C(28800000)       /* +08:00 */
#define YS_DAY_MS       INT64_C(86400000)

bool ys_date_valid(uint32_t yyyymmdd);
/* Days since 1970-01-01, and back. Asserts a valid day. */
int32_t ys_date_days(uint32_t yyyymmdd);
uint32_t ys_date_from_days(int32_t days);
/* Terminated. Asserts a valid day. */
void ys_date_print(uint32_t yyyymmdd, char out[YS_DATE_TEXT_MAX]);
/* "YYYY-MM-DD" and nothing else. YS_MALFORMED also for a day that does not exist. */
YS_CHECKED enum ys_code ys_date_parse(struct ys_bytes text, uint32_t *yyyymmdd_out);

bool ys_time_valid(int64_t unix_ms);
/* In +08:00 with milliseconds. Terminated. Asserts a valid time. */
void ys_time_print(int64_t unix_ms, char out[YS_TIME_TEXT_MAX]);
/* RFC 3339: upper-case T and Z, up to three digits of a second, any offset; no leap second. */
YS_CHECKED enum ys_code ys_time_parse(struct ys_bytes text, int64_t *unix_ms_out);
/* The day in Shanghai at that time. Asserts a valid time. */
uint32_t ys_date_of_time(int64_t unix_ms);
/* First millisecond of a day in Shanghai; may be negative. */
int64_t ys_time_of_date(uint32_t yyyymmdd);

#endif
