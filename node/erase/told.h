/* What was erased of a record, and what was only asked for, as it is shown: day, reason, order, and the
 * redaction that says so.
 *
 * Reads the store; the words are the printers'. Threads: any. Memory: plain values. */
#ifndef YS_NODE_ERASE_TOLD_H
#define YS_NODE_ERASE_TOLD_H

#include "sync/erasure.h"

enum { YS_TOLD_MAX = 4, YS_TOLD_TEXT_MAX = 304 };

struct ys_told {
    struct ys_erasure erasure;
    struct ys_hash by;                /* record id of the redaction */
    char place[YS_DIVISION_MAX + 24]; /* CODE:INDEX of it */
    char slot[YS_TOLD_TEXT_MAX];      /* of a sealed value, else empty */
    struct ys_hash attachment;        /* of an attachment */
    int reason;                       /* Yishi__V1__RedactionReason */
    char order[YS_TOLD_TEXT_MAX];     /* cut; empty without one */
    uint32_t day;                     /* as in proto/moment.h */
    struct ys_err why;                /* of one that is not in effect */
};

/* At most YS_TOLD_MAX of those that name this record, those in effect first. `member` may be NULL: then no
 * reason is given for what is not in effect. */
YS_CHECKED enum ys_code ys_told_load(struct ys_txn *txn, const struct ys_member *member,
                                     const struct ys_hash *target, struct ys_told *out,
                                     size_t *count_out, struct ys_err *err);
/* "content", "sealed", "attachment" */
const char *ys_erase_scope_word(enum ys_erasure_scope scope);

#endif
