/* Sealed reports that the logs do not give: the rule of the findings (R-S-6), asked of a read model that is made
 * for the audit out of the store alone, since the one beside it is a cache. Verdicts are those that the store has kept:
 * the scrub has judged each record anew and said where they differ.
 *
 * Threads: main. Memory: heap, that of the model, and a part of it once more for what one report rests on; a folder that
 * goes again. */
#ifndef YS_NODE_AUDIT_REPORTS_H
#define YS_NODE_AUDIT_REPORTS_H

#include "sync/member.h"

/* Something about one of them. Texts are valid during the call. */
struct ys_audit_report {
    const char *origin; /* of the log in which it stands */
    uint64_t index;
    bool known;       /* false: it cannot be said whether it is right */
    const char *text; /* figure, unit, both values, records; or what is missing */
};

struct ys_audit_reports_options {
    const struct ys_store *store;
    const struct ys_member *member;
    const struct ys_root_chain *roots;
    const char *folder; /* ys_scratch_place */
    uint64_t now_s;
    /* How far the model is made, in entries, and how many reports are counted. NULL: nobody is told. */
    void (*folding)(void *context, uint64_t done, uint64_t total);
    void (*counting)(void *context, uint64_t done, uint64_t total);
    void (*take)(void *context, const struct ys_audit_report *report);
    void *context;
};

YS_CHECKED enum ys_code ys_audit_reports(const struct ys_audit_reports_options *options,
                                         struct ys_err *err);

#endif
