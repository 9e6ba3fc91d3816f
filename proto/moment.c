#include "proto/moment.h"

#include "crypto/assert.h"

#include <stdio.h>

enum { EPOCH_DAYS = 719468 }; /* days from 0000-03-01 to 1970-01-01 */

static unsigned month_length(unsigned year, unsigned month)
{
    static const uint8_t length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : length[month - 1];
}

bool ys_date_valid(uint32_t yyyymmdd)
{
    const unsigned year = yyyymmdd / 10000;
    const unsigned month = yyyymmdd / 100 % 100;
    const unsigned day = yyyymmdd % 100;
    return year >= 1900 && year <= 2999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= month_length(year, month);
}

/* Both directions count years from 1 March, so that a leap day is the last of its year. */
int32_t ys_date_days(uint32_t yyyymmdd)
{
    YS_ASSERT(ys_date_valid(yyyymmdd));
    const uint32_t month = yyyymmdd / 100 % 100;
    const uint32_t year = yyyymmdd / 10000 - (month <= 2 ? 1 : 0);
    const uint32_t from_march = month <= 2 ? month + 9 : month - 3;
    const uint32_t day_of_year = (153 * from_march + 2) / 5 + yyyymmdd % 100 - 1;
    const uint32_t days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    return (int32_t)days - EPOCH_DAYS;
}

uint32_t ys_date_from_days(int32_t days)
{
    const int32_t since = days + EPOCH_DAYS;
    YS_ASSERT(since >= 0);
    const uint32_t era = (uint32_t)since / 146097;
    const uint32_t in_era = (uint32_t)since % 146097;
    const uint32_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const uint32_t day_of_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const uint32_t from_march = (5 * day_of_year + 2) / 153;
    const uint32_t day = day_of_year - (153 * from_march + 2) / 5 + 1;
    const uint32_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    const uint32_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
    const uint32_t yyyymmdd = year * 10000 + month * 100 + day;
    YS_ASSERT(ys_date_valid(yyyymmdd));
    return yyyymmdd;
}

void ys_date_print(uint32_t yyyymmdd, char out[YS_DATE_TEXT_MAX])
{
    YS_ASSERT(ys_date_valid(yyyymmdd));
    const int length = snprintf(out, YS_DATE_TEXT_MAX, "%04u-%02u-%02u", yyyymmdd / 10000 % 10000,
                                yyyymmdd / 100 % 100, yyyymmdd % 100);
    YS_ASSERT(length == YS_DATE_TEXT_MAX - 1);
}

/* Takes `count` digits from the start of `text`. */
static bool digits_take(struct ys_bytes *text, unsigned count, uint32_t *out)
{
    if (text->size < count)
        return false;
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (text->data[i] < '0' || text->data[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(text->data[i] - '0');
    }
    text->data += count;
    text->size -= count;
    *out = value;
    return true;
}

static bool char_take(struct ys_bytes *text, char expected)
{
    if (text->size == 0 || text->data[0] != (uint8_t)expected)
        return false;
    text->data++;
    text->size--;
    return true;
}

static bool date_take(struct ys_bytes *text, uint32_t *yyyymmdd_out)
{
    uint32_t year = 0;
    uint32_t month = 0;
    uint32_t day = 0;
    if (!digits_take(text, 4, &year) || !char_take(text, '-') || !digits_take(text, 2, &month) ||
        !char_take(text, '-') || !digits_take(text, 2, &day))
        return false;
    *yyyymmdd_out = year * 10000 + month * 100 + day;
    return ys_date_valid(*yyyymmdd_out);
}

enum ys_code ys_date_parse(struct ys_bytes text, uint32_t *yyyymmdd_out)
{
    uint32_t yyyymmdd = 0;
    if (!date_take(&text, &yyyymmdd) || text.size != 0)
        return YS_MALFORMED;
    *yyyymmdd_out = yyyymmdd;
    return YS_OK;
}

bool ys_time_valid(int64_t unix_ms)
{
    return unix_ms >= 0 && unix_ms <= YS_TIME_LAST_MS;
}

void ys_time_print(int64_t unix_ms, char out[YS_TIME_TEXT_MAX])
{
    YS_ASSERT(ys_time_valid(unix_ms));
    char date[YS_DATE_TEXT_MAX];
    ys_date_print(ys_date_of_time(unix_ms), date);
    const unsigned in_day = (unsigned)((unix_ms + YS_SHANGHAI_MS) % YS_DAY_MS);
    const int length =
        snprintf(out, YS_TIME_TEXT_MAX, "%sT%02u:%02u:%02u.%03u+08:00", date, in_day / 3600000 % 24,
                 in_day / 60000 % 60, in_day / 1000 % 60, in_day % 1000);
    YS_ASSERT(length == YS_TIME_TEXT_MAX - 1);
}

/* "HH:MM:SS" and up to three digits of a second, in milliseconds of the day. */
static bool clock_take(struct ys_bytes *text, uint32_t *ms_out)
{
    uint32_t hour = 0;
    uint32_t minute = 0;
    uint32_t second = 0;
    if (!digits_take(text, 2, &hour) || !char_take(text, ':') || !digits_take(text, 2, &minute) ||
        !char_take(text, ':') || !digits_take(text, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    uint32_t ms = 0;
    if (char_take(text, '.')) {
        uint32_t digit = 0;
        uint32_t worth = 100;
        if (!digits_take(text, 1, &digit))
            return false;
        ms = digit * worth;
        for (worth = 10; worth > 0 && digits_take(text, 1, &digit); worth /= 10)
            ms += digit * worth;
    }
    *ms_out = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
    return true;
}

/* "Z", "+HH:MM" or "-HH:MM", in milliseconds east of UTC. */
static bool offset_take(struct ys_bytes *text, int64_t *ms_out)
{
    *ms_out = 0;
    if (char_take(text, 'Z'))
        return true;
    const bool west = char_take(text, '-');
    uint32_t hour = 0;
    uint32_t minute = 0;
    if (!west && !char_take(text, '+'))
        return false;
    if (!digits_take(text, 2, &hour) || !char_take(text, ':') || !digits_take(text, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    const int64_t ms = (int64_t)(hour * 60 + minute) * 60000;
    *ms_out = west ? -ms : ms;
    return true;
}

enum ys_code ys_time_parse(struct ys_bytes text, int64_t *unix_ms_out)
{
    uint32_t yyyymmdd = 0;
    uint32_t clock_ms = 0;
    int64_t offset_ms = 0;
    if (!date_take(&text, &yyyymmdd) || !char_take(&text, 'T') || !clock_take(&text, &clock_ms) ||
        !offset_take(&text, &offset_ms) || text.size != 0)
        return YS_MALFORMED;
    const int64_t unix_ms = ys_date_days(yyyymmdd) * YS_DAY_MS + clock_ms - offset_ms;
    if (!ys_time_valid(unix_ms))
        return YS_MALFORMED;
    *unix_ms_out = unix_ms;
    return YS_OK;
}

uint32_t ys_date_of_time(int64_t unix_ms)
{
    YS_ASSERT(ys_time_valid(unix_ms));
    return ys_date_from_days((int32_t)((unix_ms + YS_SHANGHAI_MS) / YS_DAY_MS));
}

int64_t ys_time_of_date(uint32_t yyyymmdd)
{
    return ys_date_days(yyyymmdd) * YS_DAY_MS - YS_SHANGHAI_MS;
}
