#include "node/rules/functions.h"

#include "node/model/due.h"
#include "proto/moment.h"

#include <stdio.h>

/* An argument as a day of the calendar; 0 when it is none. */
static uint32_t day_of(const struct ys_sql_call *call, int at)
{
    const int64_t days = ys_sql_call_int(call, at);
    if (ys_sql_call_is_null(call, at) || days < ys_date_days(YS_DATE_FIRST) ||
        days > ys_date_days(YS_DATE_LAST))
        return 0;
    return ys_date_from_days((int32_t)days);
}

static void give_day(struct ys_sql_call *call, uint32_t day)
{
    if (day != 0)
        ys_sql_call_give_int(call, ys_date_days(day));
}

/* Name, division and day, as all begin that ask for a parameter. False: one is missing. */
static bool ask(const struct ys_parameter_rows *rows, const struct ys_sql_call *call,
                struct ys_parameters *out, const struct ys_parameter_row **row, uint32_t *day)
{
    *out = (struct ys_parameters){.values = rows->value, .count = rows->count};
    *row = ys_parameter_by_word(ys_sql_call_text(call, 0));
    *day = day_of(call, 2);
    return *row != NULL && *day != 0 &&
           ys_division_parse(ys_sql_call_text(call, 1), &out->division, NULL) == YS_OK;
}

static void call_param(void *context, struct ys_sql_call *call)
{
    const struct ys_parameter_row *row = NULL;
    struct ys_parameters parameters;
    uint32_t day = 0;
    if (!ask(context, call, &parameters, &row, &day) || day < row->since)
        return;
    const struct ys_parameter_value *const value = ys_parameter_in_force(&parameters, row->id, day);
    const char *word = ys_parameter_word(row, ys_parameter_on(&parameters, row->id, day));
    if (row->unit == YS_UNIT_DATES || row->unit == YS_UNIT_SCORECARD)
        ys_sql_call_give_text(call, value == NULL ? (struct ys_bytes){0} : value->text);
    else if (word != NULL)
        ys_sql_call_give_text(call, ys_bytes_of_text(word));
    else
        ys_sql_call_give_int(call, ys_parameter_on(&parameters, row->id, day));
}

static void call_due(void *context, struct ys_sql_call *call)
{
    const struct ys_parameter_row *row = NULL;
    struct ys_parameters parameters;
    uint32_t day = 0;
    if (ask(context, call, &parameters, &row, &day) &&
        (row->unit == YS_UNIT_DAYS || row->unit == YS_UNIT_WORKDAYS))
        give_day(call, ys_due_counted(&parameters, row->id, day).day);
}

static void call_notice_due(void *context, struct ys_sql_call *call)
{
    const struct ys_parameter_row *row = NULL;
    struct ys_parameters parameters;
    uint32_t day = 0;
    if (ask(context, call, &parameters, &row, &day) &&
        (row->id == YS_PARAMETER_NOTICE_MIN_DAYS || row->id == YS_PARAMETER_ASSEMBLY_NOTICE_DAYS))
        give_day(call, ys_due_notice(&parameters, row->id, day).day);
}

static void call_period_end(void *context, struct ys_sql_call *call)
{
    const struct ys_parameter_row *row = NULL;
    struct ys_parameters parameters;
    uint32_t day = 0;
    if (ask(context, call, &parameters, &row, &day) && row->unit == YS_UNIT_PERIOD)
        give_day(call, ys_due_period_end(&parameters, row->id, day).day);
}

static void call_archive_due(void *context, struct ys_sql_call *call)
{
    (void)context;
    give_day(call, ys_due_archive(day_of(call, 0)).day);
}

static void call_day_text(void *context, struct ys_sql_call *call)
{
    char text[YS_DATE_TEXT_MAX];
    const uint32_t day = day_of(call, 0);
    (void)context;
    if (day == 0)
        return;
    ys_date_print(day, text);
    ys_sql_call_give_text(call, ys_bytes_of_text(text));
}

enum ys_code ys_rule_functions_add(struct ys_sql *sql, const struct ys_parameter_rows *rows,
                                   struct ys_err *err)
{
    static const struct {
        const char *name;
        int count;
        void (*run)(void *context, struct ys_sql_call *call);
    } functions[] = {
        {"param", 3, call_param},
        {"due", 3, call_due},
        {"notice_due", 3, call_notice_due},
        {"period_end", 3, call_period_end},
        {"archive_due", 1, call_archive_due},
        {"day_text", 1, call_day_text},
    };
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < sizeof functions / sizeof functions[0]; i++)
        code = ys_sql_function(sql, functions[i].name, functions[i].count, functions[i].run,
                               (void *)(uintptr_t)rows, err);
    return code;
}
