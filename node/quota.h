/* How often the journal says the same of the same peer: what others send us must not
 * fill the disk.
 *
 * Lines of one event and one peer beyond YS_QUOTA_LINES in YS_QUOTA_WINDOW_MS are
 * counted and not told; the next line that is told says how many.
 *
 * Threads: one at a time. Memory: fixed. */
#ifndef YS_NODE_QUOTA_H
#define YS_NODE_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

enum {
    YS_QUOTA_LINES = 5,
    YS_QUOTA_WINDOW_MS = 60 * 1000,
    YS_QUOTA_ROWS = 256, /* events and peers at a time; the one longest ago makes room */
    YS_QUOTA_NAME_MAX = 47
};

/* Plain value; zero is new. */
struct ys_quota {
    struct ys_quota_row {
        char name[YS_QUOTA_NAME_MAX + 1]; /* event and peer; empty: free */
        int64_t since_ms;
        uint32_t lines;
    } row[YS_QUOTA_ROWS];
};

/* May this be told now? `skipped_out`: lines of the same that were not told before this one. */
bool ys_quota_take(struct ys_quota *quota, const char *event, const char *who, int64_t now_ms,
                   uint32_t *skipped_out);

#endif
