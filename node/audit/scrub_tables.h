/* The tables that span the logs, and the counts that say whether a table holds rows
 * that nothing explains. Nobody but the scrub includes this.
 *
 * Threads: any; each call reads one transaction of its own. */
#ifndef YS_NODE_AUDIT_SCRUB_TABLES_H
#define YS_NODE_AUDIT_SCRUB_TABLES_H

#include "node/audit/scrub.h"

/* What the entries of all logs ask of the indexes, and what these hold. */
struct ys_scrub_sums {
    uint64_t positions;  /* of records, in "byid" */
    uint64_t membership; /* of records that change membership, in "member" */
    uint64_t redactions; /* records that redactions name, in "redaction" */
};

/* How many positions "byid" holds. Each record's own is looked up where its entry is. */
YS_CHECKED enum ys_code ys_scrub_byid(const struct ys_scrub_options *options,
                                      struct ys_flaws *flaws, uint64_t *positions_out,
                                      struct ys_err *err);
/* Every row of every table but entry, body and byid; `held_out->positions` is left alone. */
YS_CHECKED enum ys_code ys_scrub_tables(const struct ys_scrub_options *options,
                                        struct ys_flaws *flaws, struct ys_scrub_sums *held_out,
                                        struct ys_err *err);
/* At the end: `wanted` by the entries, `held` by the indexes. Where the counts differ the rows of entry, body and
 * byid are looked at one by one. */
YS_CHECKED enum ys_code ys_scrub_strays(const struct ys_scrub_options *options,
                                        const struct ys_scrub_sums *wanted,
                                        const struct ys_scrub_sums *held, struct ys_flaws *flaws,
                                        struct ys_err *err);

#endif
