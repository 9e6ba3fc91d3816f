#include "tests/sim/report.h"

#include <stdio.h>

void report_event(struct report *report, int64_t now_ms, const char *line)
{
    char *const slot = report->line[report->lines++ % REPORT_LINES];
    snprintf(slot, REPORT_LINE_BYTES, "step %llu at %lld ms: %s", (unsigned long long)report->steps,
             (long long)now_ms, line);
    if (report->trace)
        puts(slot);
}

void report_print(const struct report *report, const char *program)
{
    const uint64_t first = report->lines > REPORT_LINES ? report->lines - REPORT_LINES : 0;
    for (uint64_t i = first; i < report->lines; i++)
        fprintf(stderr, "    %s\n", report->line[i % REPORT_LINES]);
    fprintf(stderr, "seed %llu, step %llu: %s: %s\n", (unsigned long long)report->seed,
            (unsigned long long)report->steps, report->invariant, report->detail);
    fprintf(stderr, "repeat with: %s --seed %llu --trace\n", program,
            (unsigned long long)report->seed);
}
