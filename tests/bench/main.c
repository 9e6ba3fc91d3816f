/* For the benchmark: fills stores, measures what the machine can do, and watches
 * stores while daemons work on them. tests/bench/bench.py drives it. */
#include "tests/bench/bench.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name, *words;
    int count;
    int (*run)(char **words);
} table[] = {
    {"record", "BODY_BYTES", 1, bench_record_size},
    {"limits", "COUNT NOTE_BYTES", 2, bench_limits},
    {"verify", "COUNT NOTE_BYTES", 2, bench_verify},
    {"puts", "FOLDER RECORDS NOTE_BYTES BODY_BYTES LOGS BATCH", 6, bench_puts},
    {"stock", "HOME LOGS RECORDS BODY_BYTES", 4, bench_stock},
    {"enrol", "HOME LIST", 2, bench_enrol},
    {"mixed", "FOLDER LOGS RECORDS BODY_BYTES", 4, bench_mixed},
    {"pages", "STORE", 1, bench_pages},
    {"watch", "HOME RECORDS SECONDS", 3, bench_watch},
    {"publish", "HOME STREET_HOME DISTRICT_HOME COUNT", 4, bench_publish},
};

void bench_must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "bench_tool: %s: %s\n", ys_code_name(code), err->msg);
    exit(3);
}

uint64_t bench_number(const char *text)
{
    char *end = NULL;
    const unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end != '\0') {
        fprintf(stderr, "bench_tool: %s is no number\n", text);
        exit(2);
    }
    return value;
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double bench_now(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

double bench_wall(void)
{
    return seconds_of(CLOCK_REALTIME);
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0)
        return 3;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (argc == table[i].count + 2 && strcmp(argv[1], table[i].name) == 0)
            return table[i].run(argv + 2);
    fputs("usage, one of:\n", stderr);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fprintf(stderr, "  bench_tool %s %s\n", table[i].name, table[i].words);
    return 2;
}
