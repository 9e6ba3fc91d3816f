#include "node/view_clock.h"

#include "node/json_out.h"
#include "node/lang.h"
#include "node/terminal.h"
#include "proto/moment.h"

#include <stdio.h>
#include <stdlib.h>

void ys_view_jump_text(const struct ys_alarm *alarm)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    char time[YS_TIME_TEXT_MAX];
    ys_record_id_print(&alarm->record, id);
    ys_terminal_time(true, alarm->index, time);
    printf(_("ALARM %.16s: the clock of this machine jumped by %lld s, to %s; receipts and records "
             "carry its time: see that it is right, then: yishi status --acknowledge %.8s\n"),
           id, (long long)alarm->jump_s, time, id);
}

static void put_receipt_apart(const char *level, int64_t apart_s)
{
    if (apart_s > 0)
        printf(
            _("ALARM: the newest receipt of the %s is dated %llu s ahead of this machine's clock: "
              "one "
              "of the two clocks is, or was, wrong; see that this one is right, and tell them\n"),
            level, (unsigned long long)apart_s);
    else if (apart_s < 0)
        printf(
            _("ALARM: the newest receipt of the %s is dated %llu s before the record that it is "
              "for: one of the two clocks is, or was, wrong; see that this one is right, and tell "
              "them\n"),
            level, (unsigned long long)llabs(apart_s));
}

void ys_view_clock_text(const struct ys_view_clock *clock)
{
    char time[YS_TIME_TEXT_MAX];
    ys_terminal_time(true, clock->witness_time_s, time);
    if (clock->witness_ahead_s != 0)
        printf(
            _("ALARM: the newest receipt that this node gave is dated %s, %llu s ahead of this "
              "machine's clock; until then all that it gives carry that time: see that the clock "
              "is right, and tell those below\n"),
            time, (unsigned long long)clock->witness_ahead_s);
    put_receipt_apart(_("street"), clock->street_s);
    put_receipt_apart(_("district"), clock->district_s);
}

json_t *ys_view_clock_json(const struct ys_view_status *view)
{
    const struct ys_view_clock *const clock = &view->clock;
    json_t *const jumps = json_array();
    for (size_t i = 0; i < view->alarms->count; i++) {
        const struct ys_alarm *const alarm = &view->alarms->alarm[i];
        char id[YS_RECORD_ID_TEXT_MAX];
        ys_record_id_print(&alarm->record, id);
        if (alarm->open && alarm->jump_s != 0)
            json_array_append_new(jumps, json_pack("{s:s, s:I, s:o}", "alarm", id, "seconds",
                                                   (json_int_t)alarm->jump_s, "time",
                                                   ys_json_time(true, alarm->index)));
    }
    return json_pack("{s:o, s:o, s:o, s:{s:I, s:I}}", "jumps", jumps, "witness_time",
                     ys_json_time(clock->witness_ahead_s != 0, clock->witness_time_s),
                     "witness_ahead_s", ys_json_number(clock->witness_ahead_s), "receipts_apart_s",
                     "street", (json_int_t)clock->street_s, "district",
                     (json_int_t)clock->district_s);
}
