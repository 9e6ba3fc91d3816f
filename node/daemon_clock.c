#include "node/daemon_state.h"

#include <stdlib.h>
#include <time.h>

enum { LOOK_EVERY_MS = 1000, APART_MAX_MS = YS_CLOCK_APART_MAX_S * 1000 };

/* How far the wall clock is before the one that only runs forward, by which all our timers go. */
static int64_t wall_offset_ms(const struct ys_daemon *daemon)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - daemon->now_ms;
}

/* The clock that runs forward stands still while the machine sleeps: that is no jump of the other. */
static int64_t slept_ms(const struct ys_daemon *daemon)
{
    struct timespec now;
    return clock_gettime(CLOCK_BOOTTIME, &now) != 0
               ? 0
               : (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - daemon->now_ms;
}

static bool far_apart(int64_t ms)
{
    return ms > APART_MAX_MS || ms < -APART_MAX_MS;
}

void ys_daemon_parent_clock(struct ys_daemon *daemon, int64_t clock_ms)
{
    daemon->clock.parent_offset_ms = clock_ms - daemon->now_ms;
    daemon->clock.parent_known = true;
    daemon->clock.looked_ms = 0;
}

static void tell_jump(const struct ys_daemon *daemon, int64_t jump_s, int64_t now_s)
{
    ys_journal(YS_PRIORITY_WARNING, "clock_jump", "seconds=%lld advice=\"see: yishi status\"",
               (long long)jump_s);
    if (daemon->options->jumped != NULL)
        daemon->options->jumped(daemon->options->context, jump_s, now_s);
}

void ys_daemon_look_at_clock(struct ys_daemon *daemon)
{
    struct ys_clocking *const clock = &daemon->clock;
    if (clock->looked_ms != 0 && daemon->now_ms - clock->looked_ms < LOOK_EVERY_MS)
        return;
    const int64_t offset_ms = wall_offset_ms(daemon);
    const int64_t asleep_ms = slept_ms(daemon);
    const int64_t jump_ms =
        clock->offset_known ? offset_ms - clock->offset_ms - (asleep_ms - clock->slept_ms) : 0;
    clock->looked_ms = daemon->now_ms;
    clock->offset_ms = offset_ms;
    clock->slept_ms = asleep_ms;
    clock->offset_known = true;
    if (far_apart(jump_ms))
        tell_jump(daemon, jump_ms / 1000, (offset_ms + daemon->now_ms) / 1000);
    if (!clock->parent_known)
        return;
    const int64_t apart_ms = offset_ms - clock->parent_offset_ms;
    const int64_t told_s = far_apart(apart_ms) ? apart_ms / 1000 : 0;
    if (llabs(told_s - clock->told_s) <= YS_CLOCK_APART_MAX_S &&
        (told_s == 0) == (clock->told_s == 0))
        return;
    clock->told_s = told_s;
    if (told_s != 0)
        ys_journal(YS_PRIORITY_WARNING, "clock",
                   "ahead_of_parent_s=%lld advice=\"set this clock or the parent's\"",
                   (long long)told_s);
    if (daemon->options->clock != NULL)
        daemon->options->clock(daemon->options->context, told_s);
}
