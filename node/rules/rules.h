/* The rules of the regulation (DOMAIN.md 3.2), over the read model: a catalogue, and a
 * SQL view a rule.
 *
 * The files *.sql hold both; nothing here knows a rule by name. tables.sql says what
 * a rule's view gives. Views know no clock: a row says from which day on it is a
 * finding, so that a day that passes needs no evaluation. Rows are kept in the read
 * model's file and follow what changes there.
 *
 * Threads: the model's. Memory: heap. */
#ifndef YS_NODE_RULES_RULES_H
#define YS_NODE_RULES_RULES_H

#include "node/model/model.h"

struct ys_rules;

/* The model must stay open. Makes the tables and views of this version where the file has others. */
YS_CHECKED enum ys_code ys_rules_open(struct ys_model *model, struct ys_rules **out,
                                      struct ys_err *err);
void ys_rules_close(struct ys_rules *rules);
void ys_rules_end(struct ys_rules **rules);
#define YS_RULES_SCOPED __attribute__((cleanup(ys_rules_end))) struct ys_rules *

/* Whom to tell, while all rules are applied, how many are done; each counts twice when it has duties. */
void ys_rules_watch(struct ys_rules *rules,
                    void (*progress)(void *context, size_t done, size_t total), void *context);

/* Bring findings and duties up to what the model shows: those of what was touched since, or all. Within an
 * open transaction as part of it. `today` (a day as in moment.h) only says how many years there
 * are by now, for rules about periods; rows may lie in the future. */
YS_CHECKED enum ys_code ys_rules_catch_up(struct ys_rules *rules, uint32_t today,
                                          struct ys_err *err);
/* All from nothing: the same rows. */
YS_CHECKED enum ys_code ys_rules_apply_all(struct ys_rules *rules, uint32_t today,
                                           struct ys_err *err);

/* Within a trial (node/model/trial.h): put what is against `count` records from number `first` on, which are
 * tried, into `finding`. Asked are the rules that can refuse, and of those that only flag the ones about a
 * record or its matter; not whether something else falls due. Rows about other records stay as they were
 * when the rules caught up last. `found_out`: is there any? */
YS_CHECKED enum ys_code ys_rules_try(struct ys_rules *rules, uint32_t today, int64_t first,
                                     int64_t count, bool *found_out, struct ys_err *err);

struct ys_sql *ys_rules_sql(struct ys_rules *rules);
/* Which version of the rules stands in a model: the hash of all their files. False: none does. */
YS_CHECKED enum ys_code ys_rules_made_for(struct ys_sql *sql, struct ys_hash *out, bool *made_out,
                                          struct ys_err *err);

/* One row of the catalogue; texts live as long as the rules. */
struct ys_rule {
    const char *id, *view, *article, *severity, *who, *scope, *clock, *parameters;
    const char *zh, *en, *remedy_zh, *remedy_en;
    const char *kinds; /* of its records, by spaces; "": any */
    unsigned version;
    bool late_entry;
    bool has_since, has_until;
    int32_t since, until; /* days since 1970-01-01 */
};
/* In the order of the files. */
const struct ys_rule *ys_rules_catalogue(const struct ys_rules *rules, size_t *count_out);
/* By `view`; NULL when there is none. */
const struct ys_rule *ys_rules_find(const struct ys_rules *rules, struct ys_bytes view);

#endif
