/* The order in which the records of one matter are folded: causal by references, then the order in
 * which each log's owner wrote; ties by proven time (of a district's own records by their signing), then record id.
 *
 * A function of the set of steps, not of their order in the input. References to records that are
 * not there are counted and otherwise ignored; a cycle, which honest hashes cannot make, is cut at its
 * earliest step. Threads: any. Memory: owns its arrays. */
#ifndef YS_NODE_MODEL_ORDER_H
#define YS_NODE_MODEL_ORDER_H

#include "node/model/step.h"

enum { YS_ORDER_MEMOS = 32 };

struct ys_order_ref {
    uint32_t to; /* position */
    Yishi__V1__Relation relation;
};

/* Everything by position in the order. Plain data; steps are borrowed. */
struct ys_order {
    size_t count; /* without steps given twice */
    const struct ys_step **steps;
    uint32_t *first; /* count + 1: refs of the step at i are ref[first[i]] to ref[first[i + 1]] */
    struct ys_order_ref *refs;
    uint32_t *missing; /* references to records that are not there */
    bool ring;         /* some step refers to one behind it */
    uint64_t work;     /* references that ys_order_follows has looked at */
    uint32_t *seen;    /* its working memory */
    uint32_t *stack;
    uint32_t search;
    /* What was found for some `earlier`: for `later` up to `known`, a byte each in `follows`. */
    struct ys_order_memo {
        uint32_t earlier;
        uint32_t known; /* as `earlier`: nothing */
    } memo[YS_ORDER_MEMOS];
    uint8_t *follows; /* YS_ORDER_MEMOS rows of `count`; NULL until one is needed */
};

/* YS_NOMEM; YS_LIMIT beyond 2^24 steps. `out` is cleared by ys_order_clear, also after a failure. */
YS_CHECKED enum ys_code ys_order_init(const struct ys_step *steps, size_t count,
                                      struct ys_order *out, struct ys_err *err);
void ys_order_clear(struct ys_order *order);

/* Does `later` refer to `earlier`, directly or through others? The order of a log is no reference: a
 * clerk who writes two records side by side refers from neither to the other. Asked again and again about
 * one `earlier`, it looks at each reference behind that once. */
bool ys_order_follows(struct ys_order *order, uint32_t later, uint32_t earlier);

#endif
