/* Due days: calendar days of Asia/Shanghai, counted from the day of a record by a parameter,
 * or as a record states them (DOMAIN.md 1.4).
 *
 * The first day is left out: three days from the 7th end on the 10th. Reads no clock: whether
 * a day has passed is asked elsewhere. Threads: any. Memory: none allocated. */
#ifndef YS_NODE_MODEL_DUE_H
#define YS_NODE_MODEL_DUE_H

#include "node/model/parameter.h"

/* Plain value; all but `parameter` zero: no due day. */
struct ys_due {
    uint32_t day;                                  /* the last day; 0: none */
    uint32_t since;                                /* day from which it was counted; 0: none */
    enum ys_parameter parameter;                   /* YS_PARAMETER_NONE: a record states the day */
    const struct ys_parameter_value *signed_value; /* of the parameter; NULL: its default */
    bool calendar_missing; /* working days were counted as Monday to Friday: no calendar for them */
};

struct ys_due ys_due_none(void);
/* As a record states it; `day` 0 or no real day: none. */
struct ys_due ys_due_stated(uint32_t day);
/* `since` plus the days of a parameter of unit DAYS or WORKDAYS, with its value in force on `since`.
 * None before the parameter's legal basis is in force, and beyond 2999. */
struct ys_due ys_due_counted(const struct ys_parameters *parameters, enum ys_parameter id,
                             uint32_t since);
/* Last day of the calendar month, quarter, half-year or year of `since`: unit PERIOD. */
struct ys_due ys_due_period_end(const struct ys_parameters *parameters, enum ys_parameter id,
                                uint32_t since);
/* Closed on `since`, archived by 30 June of the next year (R-13-4). */
struct ys_due ys_due_archive(uint32_t since);
/* Last day on which a notice may be posted for a meeting on that day: `notice_min_days` before it,
 * one more when full days between are counted. YS_PARAMETER_ASSEMBLY_NOTICE_DAYS: of the residents'
 * meeting. */
struct ys_due ys_due_notice(const struct ys_parameters *parameters, enum ys_parameter id,
                            uint32_t meeting_day);

/* Is it a working day? Monday to Friday but for the dates of `workday_calendar`, each of which is
 * the contrary of what its weekday says. `known_out`: does a calendar in force name a date of that
 * year? */
bool ys_workday(const struct ys_parameters *parameters, uint32_t day, bool *known_out);

#endif
