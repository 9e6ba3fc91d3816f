/* The audit: everything that a node holds, from the pinned root, recomputed, and
 * compared with what certificates and receipts promise.
 *
 * What the scrub finds, and beside it: records that others say exist and are not here
 * (receipts of street and district name log, size and root), contents that are missing,
 * references that lead nowhere, units that were enrolled and are silent, forks, sealed reports that their
 * logs do not give (reports.h). It
 * decides nothing about rules of the regulation. Nothing that was noted before is believed, with one exception:
 * sealed reports are counted by the verdicts that the store has kept. The scrub has judged each record anew, and
 * where the two differ that is a flaw by itself; so they are counted rightly where there is none.
 *
 * Threads: main, and those of the scrub. Memory: about 1 KB a log beside the scrub's; where reports were sealed,
 * what reports.h says, after the scrub. */
#ifndef YS_NODE_AUDIT_AUDIT_H
#define YS_NODE_AUDIT_AUDIT_H

#include "node/audit/scrub.h"

enum ys_audit_verdict {
    YS_AUDIT_GOOD,
    YS_AUDIT_OPEN,  /* a check could not be made */
    YS_AUDIT_FAILED /* something is wrong, or missing that must be there */
};
/* "good", "open", "failed" */
const char *ys_audit_word(enum ys_audit_verdict verdict);

/* One log; a unit of which there is none (`scrubbed` NULL); or the tables that span the logs (also
 * `code` NULL). Valid during the call. */
struct ys_audit_line {
    enum ys_audit_verdict verdict;
    const char *code, *name; /* of the unit; the name is "" when it is not known */
    const char *origin;      /* of a log, or ""  */
    const struct ys_scrub_log *scrubbed;
    const struct ys_flaws *flaws;
};

struct ys_audit_totals {
    uint64_t logs, records, signatures_ok, failed, open, flaws;
};

struct ys_audit_options {
    const struct ys_store *store;
    const struct ys_member *member;    /* rebuilt by the caller */
    const struct ys_root_chain *roots; /* NULL: sealed reports are not counted again */
    const char *attachments; /* folder of their files; NULL: there is none, nothing is looked at */
    const char *folder;      /* sealed reports are counted again here: ys_scratch_place */
    uint64_t now_s;          /* silence is counted up to here; POSIX seconds */
    unsigned threads;        /* 0: one a core */
    void (*line)(void *context, const struct ys_audit_line *line);
    void (*progress)(void *context, uint64_t done, uint64_t total); /* entries */
    /* Where reports were sealed, how far entries are read again for them, and how many are counted. NULL: nobody
     * is told. */
    void (*folding)(void *context, uint64_t done, uint64_t total);
    void (*counting)(void *context, uint64_t done, uint64_t total);
    void *context;
};

/* YS_OK when it came to its end, whatever it found: the district first, then by code. */
YS_CHECKED enum ys_code ys_audit(const struct ys_audit_options *options,
                                 struct ys_audit_totals *totals_out, struct ys_err *err);

#endif
