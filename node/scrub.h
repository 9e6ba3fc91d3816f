/* Scrub: recompute everything that the store holds and compare it with what is
 * written there.
 *
 * LMDB has no checksums; leaf hashes, trees, signed heads and the redundancy of the
 * indexes are ours. Every row of every table is read: a row that is not explained
 * by another one is a finding, and so is one that is missing. Nothing is repaired.
 *
 * Reads in short transactions a log, so that it can run beside a daemon: what
 * changes meanwhile is looked at as it was when its log was begun. Threads: any.
 * Memory: 8 bytes an entry of the longest log. */
#ifndef YS_NODE_SCRUB_H
#define YS_NODE_SCRUB_H

#include "sync/member.h"
#include "sync/status.h"

/* One log, when it is done. */
struct ys_scrub_log {
    const struct ys_log *log;
    uint64_t heads, cosignatures;   /* verified */
    uint64_t unknown_cosignatures;  /* of keys that the membership does not know: not checked */
    uint64_t verdicts[YS_VERDICTS]; /* recomputed */
    uint64_t absent_bodies, tombstones;
    uint64_t problems;
};

struct ys_scrub_options {
    const struct ys_store *store;
    const struct ys_member
        *member;       /* rebuilt by the caller; NULL: no root, signatures stay unchecked */
    uint32_t only_log; /* with `one` true */
    bool one;          /* this log alone; the tables that span logs are left out */
    /* One finding: `where` is a log's origin or a table's name. */
    void (*problem)(void *context, const char *where, const char *text);
    void (*log_done)(void *context, const struct ys_scrub_log *log);
    void (*progress)(void *context, uint64_t done, uint64_t total); /* entries; may be NULL */
    void *context;
};

/* YS_OK when it came to its end, with findings or without: `problems_out` counts them. Any other code:
 * the store could not be read to the end. */
YS_CHECKED enum ys_code ys_scrub(const struct ys_scrub_options *options, uint64_t *problems_out,
                                 struct ys_err *err);

#endif
