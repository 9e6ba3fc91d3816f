/* The tables that span the logs, and the counts that say whether a table holds rows
 * that nothing explains. Nobody but the scrub includes this.
 *
 * Threads: any; each call reads one transaction of its own. */
#ifndef YS_NODE_AUDIT_SCRUB_TABLES_H
#define YS_NODE_AUDIT_SCRUB_TABLES_H

#include "node/audit/scrub.h"

/* Positions of records, whatever their order: two of these are equal when the same positions were added, or
 * with a probability of 2^-64. The hash is SipHash-2-4 under a key that this scrub alone has, so that nobody can
 * write rows that make up for missing ones. */
enum { YS_POSITIONS_KEY_LEN = 16 };
struct ys_positions {
    uint64_t count;
    uint64_t sum; /* of the hashes, modulo 2^64 */
};
/* The logs as they were when the scrub began, in the order of their ids. */
struct ys_begun {
    struct ys_log *log;
    size_t count;
    uint64_t members; /* rows of "member": they grow when somebody's keys change */
};
/* NULL: it was not there, or could not be read. */
const struct ys_log *ys_begun_find(const struct ys_begun *begun, uint32_t log_id);

/* `id`: its first 8 bytes; `row`: YS_ROW_KEY_LEN bytes of log and index. */
void ys_positions_add(struct ys_positions *positions, const uint8_t *key, const uint8_t *id,
                      const uint8_t *row);

/* What the entries of all logs ask of the indexes, and what these hold. */
struct ys_scrub_sums {
    struct ys_positions positions; /* of records, in "byid" */
    uint64_t membership;           /* of records that change membership, in "member" */
    uint64_t redactions;           /* records that redactions name, in "redaction" */
};

/* The positions that "byid" holds of entries that were there when the scrub began. The others are looked at
 * one by one. */
YS_CHECKED enum ys_code ys_scrub_byid(const struct ys_scrub_options *options,
                                      const struct ys_begun *begun, const uint8_t *key,
                                      struct ys_flaws *flaws, struct ys_positions *out,
                                      struct ys_err *err);
/* Every row of every table but entry, body and byid; `held_out->positions` is left alone. */
YS_CHECKED enum ys_code ys_scrub_tables(const struct ys_scrub_options *options,
                                        struct ys_flaws *flaws, struct ys_scrub_sums *held_out,
                                        struct ys_err *err);
/* At the end: `wanted` by the entries, `held` by the indexes. Where they differ the rows of entry, body and
 * byid are looked at one by one, and for each record its position. */
YS_CHECKED enum ys_code ys_scrub_strays(const struct ys_scrub_options *options,
                                        const struct ys_scrub_sums *wanted,
                                        const struct ys_scrub_sums *held, struct ys_flaws *flaws,
                                        struct ys_err *err);

#endif
