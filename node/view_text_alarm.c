#include "node/view_text_alarm.h"

#include "node/lang.h"
#include "node/terminal.h"

#include <stdio.h>
#include <stdlib.h>

static void put_jump(const struct ys_alarm *alarm, const char *id)
{
    char time[YS_TIME_TEXT_MAX];
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

static void put_clock(const struct ys_view_clock *clock)
{
    char time[YS_TIME_TEXT_MAX];
    ys_terminal_time(true, clock->witness_time_s, time);
    if (clock->witness_ahead_s != 0)
        printf(
            _("ALARM: the newest receipt that this node gave is dated %s, %llu s ahead of this "
              "machine's clock; until then all that it gives carry that time: see that the clock "
              "is right, and tell those below\n"),
            time, (unsigned long long)clock->witness_ahead_s);
    put_receipt_apart(ys_view_text_level("street"), clock->street_s);
    put_receipt_apart(ys_view_text_level("district"), clock->district_s);
}

static void put_alarm(const struct ys_alarm *alarm)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    ys_record_id_print(&alarm->record, id);
    if (alarm->open && alarm->jump_s != 0)
        put_jump(alarm, id);
    else if (alarm->open)
        printf(_("ALARM %.16s: %s of %s in log %s, entry %llu: nobody here has asked for it\n"), id,
               alarm->kind, alarm->key, alarm->origin, (unsigned long long)alarm->index);
}

void ys_view_text_alarms(const struct ys_view_status *view)
{
    for (size_t i = 0; i < view->alarms->count; i++)
        put_alarm(&view->alarms->alarm[i]);
    if (view->clock_ahead_s != 0)
        printf(view->clock_ahead_s > 0
                   ? _("ALARM: the clock of this machine is %llu s ahead of the parent's\n")
                   : _("ALARM: the clock of this machine is %llu s behind the parent's\n"),
               (unsigned long long)llabs(view->clock_ahead_s));
    put_clock(&view->clock);
}
