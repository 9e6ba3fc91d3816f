/* Findings and duties as they are read: what is against a rule on a day, and what has to
 * be done by when, done or not, as claimed and as proven.
 *
 * Threads: the model's. Memory: what is handed out is valid during the call. */
#ifndef YS_NODE_RULES_FINDING_H
#define YS_NODE_RULES_FINDING_H

#include "node/rules/rules.h"
#include "proto/record.h"

enum { YS_FINDING_TEXT_MAX = 128, YS_FINDING_FACT_MAX = 384 };

/* On the day that was asked about. */
enum ys_finding_state {
    YS_FINDING_COMING, /* it will be one, unless something is done */
    YS_FINDING_OPEN,
    YS_FINDING_ENDED /* it was one */
};
/* What oversight has done about it, by records of its own. */
enum ys_finding_case { YS_CASE_NONE, YS_CASE_RAISED, YS_CASE_ANSWERED, YS_CASE_CLOSED };

/* A record that is named: id in hex, "" for none. */
struct ys_named {
    char id[YS_RECORD_ID_TEXT_MAX];
    char kind[YS_KIND_NAME_MAX + 1];
    char division[YS_DIVISION_MAX + 1]; /* of its log */
    uint64_t index;
};

/* Days are days of the calendar as in moment.h, 0 for none. */
struct ys_finding {
    const struct ys_rule *rule;
    const char *who; /* bodies of `division`, by spaces: the rule's, none of them "author" */
    char severity;   /* 'E', 'F', 'I' */
    char subject[YS_KIND_NAME_MAX + 1];
    char unit[YS_DIVISION_MAX + 1], division[YS_DIVISION_MAX + 1]; /* found in; must act */
    struct ys_named record, other;
    char code[YS_FINDING_TEXT_MAX], fact[YS_FINDING_FACT_MAX];
    char parameters[2 * YS_FINDING_TEXT_MAX]; /* "notice_min_days=3 notice_count=calendar" */
    uint32_t anchor, since, until;
    enum ys_finding_state state;
    enum ys_finding_case official;
    bool reopened; /* closed by oversight, and still or again against the rule */
    struct ys_named raised;
};

/* What is wanted; NULL: whatever it is. Texts of units are codes, with all below. */
struct ys_finding_filter {
    const char *rule;     /* its id */
    const char *subject;  /* matter */
    const char *unit;     /* in whose records it was found */
    const char *division; /* who must act, alone */
    const char *who;      /* a body: "rc" */
    const char *severity; /* letters: "EF" */
    uint32_t today;       /* the day that is asked about */
    bool coming, ended;   /* those, too */
    bool
        has_records; /* only of these, by their numbers in the read model, which are tried: no case yet */
    int64_t first_record, record_count;
};
/* What oversight has done about findings, as it is now: temp.raised_once, the view `raised` looked up once, and
 * temp.official (finding, raised): the record of the newest of them about each finding, by its rowid, or NULL. */
YS_CHECKED enum ys_code ys_official_gather(struct ys_sql *sql, struct ys_err *err);

/* Soonest first; ties in an order that is the same everywhere. */
YS_CHECKED enum ys_code
ys_finding_each(struct ys_rules *rules, const struct ys_finding_filter *filter,
                void (*take)(void *context, const struct ys_finding *finding), void *context,
                struct ys_err *err);

struct ys_duty {
    const struct ys_rule *rule;
    const char *who; /* as above */
    char subject[YS_KIND_NAME_MAX + 1];
    char title[YS_FINDING_TEXT_MAX]; /* of the matter; "" for none */
    char unit[YS_DIVISION_MAX + 1], division[YS_DIVISION_MAX + 1];
    struct ys_named record, met;
    uint32_t anchor, due;
    uint32_t met_day, proven_day; /* as claimed; as the units above can tell */
};
/* Those of `filter`, of which only rule, subject, unit, division and who are looked at. `open`: only those
 * that are not met, without those that stand in the inbox as a task of the same matter
 * and day, or, being of no matter, as one that rests on the same record. */
YS_CHECKED enum ys_code ys_duty_each(struct ys_rules *rules, const struct ys_finding_filter *filter,
                                     bool open,
                                     void (*take)(void *context, const struct ys_duty *duty),
                                     void *context, struct ys_err *err);

/* "open", "raised", ... */
const char *ys_finding_state_word(enum ys_finding_state state);
const char *ys_finding_case_word(enum ys_finding_case official);

#endif
