#include "tests/bench/fold/bench.h"

#include <stdio.h>

void say(const struct settings *settings, const char *name, double value, const char *unit)
{
    if (settings->json)
        printf("{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"}\n", name, value, unit);
    else
        printf("%-44s %12.6g %s\n", name, value, unit);
    (void)fflush(stdout);
}
