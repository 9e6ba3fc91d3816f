#include "tests/support/year_state.h"

#include <stdlib.h>

enum { OPERATOR = 350 }; /* of a thousand records: who did the work is sealed in it */

void year_write(struct year_pen *pen)
{
    const uint32_t kind = pen->step->kind;
    if (kind == 1 || kind == 2 || kind == 6 || kind == 9) {
        year_write_member(pen);
        return;
    }
    Yishi__V1__Moment *const moment = year_make(pen, &yishi__v1__moment__descriptor);
    moment->when_case = YISHI__V1__MOMENT__WHEN_DATE;
    moment->date = year_date(pen, pen->step->day);
    pen->body->occurred_at = moment;
    if (pen->step->late)
        pen->body->backfill_reason = year_say(pen, "补录:%s", year_reason(&pen->rng));
    if (dice_permille(&pen->rng, OPERATOR))
        year_seal(pen, YS_KIND_SLOT_OPERATOR);
    if (kind < 20)
        year_write_topic(pen);
    else if (kind < 40)
        year_write_meeting(pen);
    else if (kind < 60)
        year_write_outcome(pen);
    else if (kind < 80)
        year_write_evaluation(pen);
    else
        year_write_oversight(pen);
    if (pen->body->kind_case == YISHI__V1__BODY__KIND__NOT_SET)
        abort();
}
