#include "node/model/due.h"

#include "crypto/assert.h"
#include "proto/moment.h"

enum { WEEK = 7, THURSDAY = 3 /* 1970-01-01, counted from Monday */, SATURDAY = 5 };

/* `day` moved by `days`; 0 outside of the calendar of proto/moment.h. */
static uint32_t moved(uint32_t day, int64_t days)
{
    const int64_t at = (int64_t)ys_date_days(day) + days;
    if (at < ys_date_days(YS_DATE_FIRST) || at > ys_date_days(YS_DATE_LAST))
        return 0;
    return ys_date_from_days((int32_t)at);
}

struct ys_due ys_due_none(void)
{
    return (struct ys_due){.parameter = YS_PARAMETER_NONE};
}

struct ys_due ys_due_stated(uint32_t day)
{
    struct ys_due due = ys_due_none();
    if (ys_date_valid(day))
        due.day = day;
    return due;
}

bool ys_workday(const struct ys_parameters *parameters, uint32_t day, bool *known_out)
{
    const int32_t days = ys_date_days(day);
    const int32_t weekday = ((days + THURSDAY) % WEEK + WEEK) % WEEK;
    bool work = weekday < SATURDAY;
    *known_out = false;

    const struct ys_parameter_value *calendar =
        ys_parameter_in_force(parameters, YS_PARAMETER_WORKDAY_CALENDAR, day);
    if (calendar == NULL)
        return work;
    struct ys_bytes rest = calendar->text;
    uint32_t date = 0;
    bool named = false;
    while (ys_parameter_date_take(&rest, &date)) {
        if (date / 10000 == day / 10000)
            *known_out = true;
        if (date == day)
            named = true;
    }
    return named ? !work : work;
}

/* The last of `count` working days after `since`. */
static uint32_t workdays_after(const struct ys_parameters *parameters, uint32_t since,
                               uint32_t count, bool *missing)
{
    uint32_t day = since;
    uint32_t left = count;
    while (left > 0) {
        bool known = false;
        day = moved(day, 1);
        if (day == 0)
            return 0;
        if (ys_workday(parameters, day, &known))
            left--;
        if (!known)
            *missing = true;
    }
    return day;
}

/* Values of one parameter on one day, without a due day yet. False: its basis is not in force. */
static bool start(const struct ys_parameters *parameters, enum ys_parameter id, uint32_t since,
                  struct ys_due *out)
{
    *out = ys_due_none();
    if (!ys_date_valid(since) || since < ys_parameter_row(id)->since)
        return false;
    out->since = since;
    out->parameter = id;
    out->signed_value = ys_parameter_in_force(parameters, id, since);
    return true;
}

struct ys_due ys_due_counted(const struct ys_parameters *parameters, enum ys_parameter id,
                             uint32_t since)
{
    struct ys_due due;
    const enum ys_parameter_unit unit = ys_parameter_row(id)->unit;
    YS_ASSERT(unit == YS_UNIT_DAYS || unit == YS_UNIT_WORKDAYS);
    if (!start(parameters, id, since, &due))
        return due;
    const uint32_t days = ys_parameter_on(parameters, id, since);
    if (unit == YS_UNIT_WORKDAYS)
        due.day = workdays_after(parameters, since, days, &due.calendar_missing);
    else
        due.day = moved(since, days);
    return due.day != 0 ? due : ys_due_none();
}

struct ys_due ys_due_period_end(const struct ys_parameters *parameters, enum ys_parameter id,
                                uint32_t since)
{
    static const uint32_t months[] = {[YS_PERIOD_MONTH] = 1,
                                      [YS_PERIOD_QUARTER] = 3,
                                      [YS_PERIOD_HALF_YEAR] = 6,
                                      [YS_PERIOD_YEAR] = 12};
    struct ys_due due;
    YS_ASSERT(ys_parameter_row(id)->unit == YS_UNIT_PERIOD);
    if (!start(parameters, id, since, &due))
        return due;
    const uint32_t length = months[ys_parameter_on(parameters, id, since)];
    const uint32_t year = since / 10000;
    const uint32_t last = ((since / 100 % 100 - 1) / length + 1) * length; /* month of the period */
    const uint32_t next = last == 12 ? (year + 1) * 10000 + 101 : year * 10000 + last * 100 + 101;
    due.day = ys_date_valid(next) ? moved(next, -1) : YS_DATE_LAST;
    return due;
}

struct ys_due ys_due_archive(uint32_t since)
{
    struct ys_due due = ys_due_none();
    if (!ys_date_valid(since) || since / 10000 >= YS_DATE_LAST / 10000)
        return due;
    due.since = since;
    due.day = (since / 10000 + 1) * 10000 + 630;
    return due;
}

struct ys_due ys_due_notice(const struct ys_parameters *parameters, enum ys_parameter id,
                            uint32_t meeting_day)
{
    struct ys_due due;
    YS_ASSERT(id == YS_PARAMETER_NOTICE_MIN_DAYS || id == YS_PARAMETER_ASSEMBLY_NOTICE_DAYS);
    if (!start(parameters, id, meeting_day, &due))
        return due;
    int64_t days = ys_parameter_on(parameters, id, meeting_day);
    if (ys_parameter_on(parameters, YS_PARAMETER_NOTICE_COUNT, meeting_day) ==
        YS_NOTICE_FULL_DAYS_BETWEEN)
        days++;
    due.day = moved(meeting_day, -days);
    return due.day != 0 ? due : ys_due_none();
}
