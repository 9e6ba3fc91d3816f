/* A federation under faults, from one number: see README.md.
 *
 *     sim --seed N [--trace] [--steps N]    one run
 *     sim --seeds A..B [--twice]            many; --twice runs each again and compares
 *     sim --seeds A..B --expect-failure [INVARIANT]
 *                                           the program has a planted bug: find it, by that invariant
 *
 * Each run has a process of its own, so that an assertion of the shipped code ends
 * that run alone. Exit: 0 as expected, 1 not, 2 wrong use, 3 no process or memory. */
#include "tests/sim/course.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3, SEEDS_MANY = 100 };

struct orders {
    uint64_t first, last, steps;
    bool trace, twice, expect_failure;
    const char *invariant; /* that must find the bug; NULL: any */
};

static const char usage_text[] =
    "usage: sim --seed N | --seeds A..B [--trace] [--steps N] [--twice]\n"
    "           [--expect-failure [INVARIANT]]\n";

/* --- command line --- */

static bool parse_number(const char *text, const char *end_text, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && end != text && strncmp(end, end_text, strlen(end_text)) == 0 &&
           (end_text[0] != '\0' || *end == '\0');
}

static bool parse_seeds(const char *text, struct orders *orders)
{
    const char *const dots = strstr(text, "..");
    if (dots == NULL) {
        orders->last = 0;
        return parse_number(text, "", &orders->first) && parse_number(text, "", &orders->last);
    }
    return parse_number(text, "..", &orders->first) && parse_number(dots + 2, "", &orders->last) &&
           orders->first <= orders->last;
}

static bool parse_orders(int argc, char **argv, struct orders *orders)
{
    static const struct option options[] = {{"seed", required_argument, NULL, 's'},
                                            {"seeds", required_argument, NULL, 's'},
                                            {"steps", required_argument, NULL, 'n'},
                                            {"trace", no_argument, NULL, 't'},
                                            {"twice", no_argument, NULL, '2'},
                                            {"expect-failure", optional_argument, NULL, 'x'},
                                            {NULL, 0, NULL, 0}};
    bool given = false;
    for (int c = 0; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 's' && parse_seeds(optarg, orders))
            given = true;
        else if (c == 'n' && parse_number(optarg, "", &orders->steps))
            continue;
        else if (c == 't')
            orders->trace = true;
        else if (c == '2')
            orders->twice = true;
        else if (c == 'x') {
            orders->expect_failure = true;
            orders->invariant = optarg;
        } else
            return false;
    }
    return given && optind == argc;
}

/* --- runs --- */

/* In a process of its own. Says whether all invariants held. */
static bool run_seed(struct report *report, const struct orders *orders, uint64_t seed)
{
    int status = 0;
    memset(report, 0, sizeof *report);
    report->seed = seed;
    report->trace = orders->trace;
    report->stop_at = orders->steps;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        course_run(report);
        fflush(stdout);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("sim");
        exit(EXIT_ENVIRONMENT);
    }
    if (report->folder.path[0] != '\0')
        folder_remove(&report->folder);
    if (WIFSIGNALED(status) && report->invariant[0] == '\0') {
        snprintf(report->invariant, sizeof report->invariant,
                 "the shipped code asserts nothing false");
        snprintf(report->detail, sizeof report->detail, "signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    }
    return status == 0;
}

/* The same seed must give the same. */
static bool same_again(struct report *report, const struct orders *orders, uint64_t seed)
{
    const uint64_t hash = report->event_hash;
    const uint64_t steps = report->steps;
    if (run_seed(report, orders, seed) && report->event_hash == hash && report->steps == steps)
        return true;
    fprintf(stderr,
            "seed %" PRIu64 ": %" PRIu64 " steps with hash %016" PRIx64 ", then %" PRIu64
            " with %016" PRIx64 "\n",
            seed, steps, hash, report->steps, report->event_hash);
    return false;
}

/* A simulation in which something never happens says nothing about it. */
static bool tell_counts(const uint64_t *sum, const struct orders *orders)
{
    static const char *const texts[] = {
#define COUNT_TEXT(name, text) text,
        COUNTS(COUNT_TEXT)
#undef COUNT_TEXT
    };
    const bool many = orders->last - orders->first + 1 >= SEEDS_MANY && orders->steps == 0;
    bool complete = true;
    for (int i = 0; i < COUNT_COUNT; i++) {
        printf("%10" PRIu64 " %s\n", sum[i], texts[i]);
        if (many && sum[i] == 0)
            fprintf(stderr, "never happened: %s\n", texts[i]);
        complete = complete && (!many || sum[i] != 0);
    }
    return complete;
}

static int run_all(struct report *report, const struct orders *orders, const char *program)
{
    uint64_t steps = 0;
    uint64_t sum[COUNT_COUNT] = {0};
    for (uint64_t seed = orders->first; seed <= orders->last; seed++) {
        if (!run_seed(report, orders, seed)) {
            report_print(report, program);
            return EXIT_FAILURE;
        }
        if (orders->twice && !same_again(report, orders, seed))
            return EXIT_FAILURE;
        steps += report->steps;
        for (int i = 0; i < COUNT_COUNT; i++)
            sum[i] += report->count[i];
        if (orders->first == orders->last)
            printf("seed %" PRIu64 ": %" PRIu64 " steps, hash %016" PRIx64 "\n", seed,
                   report->steps, report->event_hash);
    }
    printf("%" PRIu64 " seeds, %" PRIu64 " steps: all invariants hold\n",
           orders->last - orders->first + 1, steps);
    return tell_counts(sum, orders) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The bug must be found, and by the invariant that it breaks; what else it breaks is told. */
static int find_bug(struct report *report, const struct orders *orders)
{
    for (uint64_t seed = orders->first; seed <= orders->last; seed++) {
        if (run_seed(report, orders, seed))
            continue;
        if (orders->invariant == NULL || strcmp(orders->invariant, report->invariant) == 0) {
            printf("found by seed %" PRIu64 " at step %" PRIu64 ": %s: %s\n", seed, report->steps,
                   report->invariant, report->detail);
            return EXIT_SUCCESS;
        }
        printf("seed %" PRIu64 ": also breaks: %s: %s\n", seed, report->invariant, report->detail);
    }
    fprintf(stderr, "the planted bug was not found by seeds %" PRIu64 " to %" PRIu64 "\n",
            orders->first, orders->last);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct orders orders = {0};
    if (!parse_orders(argc, argv, &orders)) {
        fputs(usage_text, stderr);
        return EXIT_USAGE;
    }
    struct report *const report =
        mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED || sodium_init() < 0) {
        perror("sim");
        return EXIT_ENVIRONMENT;
    }
    return orders.expect_failure ? find_bug(report, &orders) : run_all(report, &orders, argv[0]);
}
