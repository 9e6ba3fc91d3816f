/* One district and a year of its deliberation, from a seed: streets, communities,
 * their keys and membership, and every record that they write, in the order of time.
 *
 * All records are valid: by ys_body_check_authored, by the references of the kind
 * table, and signed by the bodies that the kind requires. What happens in them is
 * not always right: notices are late, answers stay out, records are entered late, in
 * shares that year_course.c and year_outcome.c name, so that rules have something to
 * find. Everything is invented; the division codes are of no real district.
 *
 * The same seed and sizes give the same bytes. Threads: one a year. Memory: heap, about
 * 150 bytes a record. */
#ifndef YS_TESTS_SUPPORT_YEAR_H
#define YS_TESTS_SUPPORT_YEAR_H

#include "crypto/checkpoint.h"
#include "crypto/frontier.h"
#include "proto/kind.h"
#include "proto/root.h"
#include "sync/witness.h"

struct year;

struct year_options {
    uint64_t seed;
    unsigned streets;     /* 1 to 99 */
    unsigned communities; /* in all; each street has about as many as the others; 1 to 470 */
    unsigned matters;     /* begun in the year by a community, on average */
    unsigned year;        /* 2026, say */
};
/* The district-year of the benchmarks: 20 streets, 450 communities, about 150,000 records. That is 22
 * matters a year and community; at the 12 of DOMAIN.md 1.3 it would be some 87,000. */
struct year_options year_district(uint64_t seed);

struct year *year_new(const struct year_options *options);
void year_free(struct year *year);

/* One record as it stands in a log. Valid until the next call. */
struct year_entry {
    unsigned log; /* number of the log, see year_log */
    uint64_t index;
    const struct ys_kind *kind;
    uint64_t signed_at_s;
    struct ys_hash id;
    struct ys_bytes note;
    struct ys_bytes body;
};
/* The next record; false at the end of the year. */
bool year_next(struct year *year, struct year_entry *out);

/* What is known from the beginning. The district's log is number 0, then the streets', then the
 * communities'. */
const struct ys_root *year_root(const struct year *year);
/* Logs so far: a community may begin a new incarnation of its own. */
unsigned year_log_count(const struct year *year);
struct year_log {
    struct ys_name origin;
    char text[YS_KEY_NAME_MAX + 1];
    unsigned unit;
    struct ys_frontier frontier; /* of what was handed out */
    uint64_t last_at_s;          /* signing time of the newest */
    uint64_t street_size;        /* what the street had when it last wrote receipts */
    uint64_t street_time_s;
    struct ys_frontier street_root; /* of what it had */
    uint64_t street_said;           /* sizes that stand in receipts */
    uint64_t district_said;
    const struct ys_signer *key;
    bool closed; /* a newer incarnation goes on */
};
const struct year_log *year_log(const struct year *year, unsigned number);

/* A unit's keys, for tests that write on. Body: "rc", "po", "sc", "st", "da", "gd-<name>"; NULL when the
 * unit has none. `unit` is the number of its first log. */
const struct ys_signer *year_body_key(const struct year *year, unsigned unit, const char *body);
const struct ys_node_keys *year_node_keys(const struct year *year, unsigned unit);

/* A head of log `number` over all that was handed out, with the cosignatures of its street and of the
 * district. Bytes lie in `buffer`. */
enum { YEAR_HEAD_MAX = 2048 };
struct ys_bytes year_head(const struct year *year, unsigned number, uint8_t buffer[YEAR_HEAD_MAX]);

/* Of the node of a unit (0: the district), for ys_store_create. */
void year_identity(const struct year *year, unsigned unit, struct ys_identity *out);
/* All that is left of the year into the store of that node, as far as it may hold it: the logs in runs,
 * the verdicts that a verifier would find (all are ok, which test_year shows), and the last head of
 * each log, cosigned. The number of records. */
size_t year_fill(struct year *year, unsigned unit, struct ys_store *store);

#endif
