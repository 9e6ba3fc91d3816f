#include "tests/sim/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void run_fail(struct run *run, const char *invariant, const char *format, ...)
{
    struct report *const report = run->report;
    va_list arguments;
    snprintf(report->invariant, sizeof report->invariant, "%s", invariant);
    va_start(arguments, format);
    vsnprintf(report->detail, sizeof report->detail, format, arguments);
    va_end(arguments);
    fflush(stdout);
    _exit(1); /* a transaction may be open: the stores are not to be closed any more */
}

void run_tell(struct run *run, const char *format, ...)
{
    char line[REPORT_LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    report_event(run->report, world_now_ms(run->world), line);
}

int run_owner(const struct run *run, const char *origin)
{
    for (int i = 0; i < (int)run->world->node_count; i++)
        if (strcmp(run->world->node[i].origin_text, origin) == 0)
            return i;
    return -1;
}

int run_level(const struct run *run, int node)
{
    return (int)ys_division_level(&run->world->node[node].origin.division);
}

bool run_is_rogue(const struct run *run, int node)
{
    return run->rogue >= 0 && node == run->rogue;
}

bool run_was_signed(const struct run *run, int owner, uint64_t size, const struct ys_hash *root)
{
    return chain_has_root(&run->book[owner].said, size, root) ||
           chain_has_root(&run->book[owner].other, size, root);
}
