/* What one run leaves behind for the process that started it: where it stands, its
 * last events, and which invariant failed. Lies in shared memory, so that it is
 * there also after an assertion of the shipped code ended the run.
 *
 * Threads: none. Memory: the caller's. */
#ifndef YS_TESTS_SIM_REPORT_H
#define YS_TESTS_SIM_REPORT_H

#include "tests/support/folder.h"

#include <stdbool.h>
#include <stdint.h>

enum { REPORT_LINES = 30, REPORT_LINE_BYTES = 200 };

/* What a run can meet; over many seeds each must have happened. X(name, text). */
#define COUNTS(X)                                               \
    X(RECORDS, "records written")                               \
    X(MESSAGES, "messages heard")                               \
    X(CONNECTIONS, "sessions begun")                            \
    X(LEFT_OVER, "messages heard by a session left over")       \
    X(COMMITS, "commits")                                       \
    X(BUSY, "changes that found their log moved")               \
    X(KILLED_AT_CALL, "nodes killed at a call of their store")  \
    X(KILLED_AFTER_COMMIT, "nodes killed right after a commit") \
    X(PARTITIONS, "partitions")                                 \
    X(RESTORED, "nodes gone back to an old copy of their disk") \
    X(CREDIT_USED_UP, "messages that used up the credit")       \
    X(SPOILT, "messages changed by a rogue")                    \
    X(REFUSED, "sessions refused to a rogue")                   \
    X(ACCUSED, "rogues accused")                                \
    X(MEMBER_CHANGES, "records that changed the membership")    \
    X(WITHHELD, "contents withheld by a street")                \
    X(FILLED, "absent contents that came")                      \
    X(OBSERVED, "absent contents that came to an observer")     \
    X(ERASED, "erasures in effect")

enum count {
#define COUNT_ENUM(name, text) COUNT_##name,
    COUNTS(COUNT_ENUM)
#undef COUNT_ENUM
        COUNT_COUNT
};

struct report {
    uint64_t seed, steps, event_hash;
    uint64_t count[COUNT_COUNT];
    uint64_t lines; /* events told so far */
    char line[REPORT_LINES][REPORT_LINE_BYTES];
    char invariant[80]; /* empty: none failed */
    char detail[400];
    struct folder folder; /* of the stores */
    bool trace;           /* print each event as it happens */
    uint64_t stop_at;     /* end after so many steps; 0: never */
};

void report_event(struct report *report, int64_t now_ms, const char *line);
/* Print why it failed and the last events, to standard error. */
void report_print(const struct report *report, const char *program);

#endif
