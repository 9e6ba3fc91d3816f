/* A short tale of a federation, told in JSON and made true in a store: what tests of
 * rules and figures start from.
 *
 * {"records": [RECORD, ...]}, appended in this order, each to its unit's log:
 *   "as"       a label, by which later ones refer to it
 *   "by"       district, street, other_street, community (unless said), neighbour
 *   "at"       when it happened: "2026-03-02", or RFC 3339 with a time; null: not said
 *   "signed"   when it was signed: the same; unless said, at noon of "at"
 *   "signers"  "rc po"; unless said, those that the kind requires, at the unit
 *   "forged"   true: with keys that nobody has registered
 *   "matter"   1 to 9: of the community; 0: about none; unless said, 1 or none, as the kind has it (the node
 *              would refuse another)
 *   "refs"     {"answers": "s", "based_on": ["p", "q"]}; a label that was never told: a record that is
 *              not here
 *   and as in a record's JSON: the kind's own field, backfill_reason, attachments; in these "@log UNIT" is
 *   the origin of a unit's log, "@key UNIT BODY" the key of its body
 * or {"receipts": {"of": UNIT, "upto": LABEL}, "by": UNIT, "at": DAY}: a `receipts` record for the log of
 * `of` up to the labelled record (unless said: all) with the time noon of that day.
 * or {"head": {"of": UNIT, "upto": LABEL}, "by": [UNIT, ...], "at": DAY}: a head over that log, cosigned
 * by these at noon of that day; or {"fork": {"of": UNIT}}: a second head of it, which says something else;
 * or {"certificate": {"of": UNIT}, "by": UNIT, "at": DAY}: another one for the unit's node, the log the same.
 * "self" of the tale: whose node it is told at, the district's unless said. Streets' logs have heads that
 * the district cosigned in 2100.
 *
 * What is wrong in a tale aborts, with its name. Memory: the caller's. */
#ifndef YS_TESTS_SUPPORT_TALE_H
#define YS_TESTS_SUPPORT_TALE_H

#include "sync/member.h"
#include "tests/support/cast.h"

#include <jansson.h>

enum { TALE_RECORDS_MAX = 96, TALE_LABEL_MAX = 32 };

struct tale {
    /* Told each record before it is appended; NULL: nobody. */
    void (*hear)(void *context, enum cast_role role, const struct scribe_record *record);
    void *context;
    struct cast cast;
    struct ys_member *member; /* all that has been told */
    size_t count;
    struct tale_record {
        char label[TALE_LABEL_MAX];
        enum cast_role role;
        uint64_t index;
        struct ys_hash id;
    } record[TALE_RECORDS_MAX];
};

/* All logs are here. All units are enrolled. */
void tale_open(struct tale *tale, const char *test_name, const json_t *told);
void tale_close(struct tale *tale);
/* The same in steps: one record of "records" at a time; `member` is that of what was told before. */
void tale_begin(struct tale *tale, const char *test_name, const json_t *told);
void tale_tell(struct tale *tale, const json_t *record);
void tale_settle(struct tale *tale);

/* The label of what stands at `index` of a log; "?" when it has none. */
const char *tale_label(const struct tale *tale, const char *origin, uint64_t index);
/* "community" for its division; else the division. */
const char *tale_unit(const struct tale *tale, const char *division);
/* Noon in Shanghai, POSIX seconds, of "2026-03-02"; or the time that is said. */
uint64_t tale_time(const char *text);

#endif
