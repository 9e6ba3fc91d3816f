/* What a report rests on: logs up to named heads, and the read model with its rules that follows from
 * these alone.
 *
 * A report of a unit rests on the logs of the units below it and above it, and on no others, so that every
 * node that may check it can. At that unit's own node these are all that it holds, and its own read model
 * serves; elsewhere, and where one of them is disputed, the logs are cut out (cut.h). A log that was
 * forked is left out and named.
 *
 * While a basis is open a read transaction of the read model is, too: all that is asked is of one state.
 * Threads: one. Memory: heap. */
#ifndef YS_NODE_REPORT_BASIS_H
#define YS_NODE_REPORT_BASIS_H

#include "node/report/cut.h"

struct ys_basis_options {
    const struct ys_store *store;
    const struct ys_member *member; /* recalled */
    const struct ys_root_chain *roots;
    const char *folder; /* for what is cut out */
    int32_t as_of_day;
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
    /* Bring the read model of this node up to date, with its rules; called perhaps more than once. */
    enum ys_code (*recall)(void *node, struct ys_model **model, struct ys_rules **rules,
                           struct ys_err *err);
    void *node;
};

struct ys_basis {
    struct ys_rules *rules; /* borrowed from the caller, or those of `cut` */
    struct ys_model *model;
    struct ys_cut *cut;
    struct ys_rules *own_rules;
    struct ys_report_head *head;
    size_t head_count;
    struct ys_report_left_out *left_out;
    size_t left_out_count;
    char (*receipt_text)[65];
    const char **receipt;
    size_t receipt_count;
    struct ys_report_parameter *parameter;
    size_t parameter_count;
    char rule_set[65];
};

/* Of this node, now. YS_NOT_FOUND: there is no log of the unit here. */
YS_CHECKED enum ys_code ys_basis_now(const struct ys_basis_options *options, const char *unit,
                                     struct ys_basis *out, struct ys_err *err);
/* Of heads that a report names; they are copied. Codes as ys_cut_open. */
YS_CHECKED enum ys_code ys_basis_of_heads(const struct ys_basis_options *options,
                                          const struct ys_report_head *head, size_t count,
                                          struct ys_basis *out, struct ys_err *err);
void ys_basis_close(struct ys_basis *basis);
/* Another report can be made of it once the last one is closed: what that left in the read model's tables of a
 * while goes. */
YS_CHECKED enum ys_code ys_basis_renew(struct ys_basis *basis, struct ys_err *err);
/* Put what it says into the report; valid as long as the basis. */
void ys_basis_fill(const struct ys_basis *basis, struct ys_report *report);

#endif
