/* What receipts records say to exist: of each log the largest size that anybody above
 * it has cosigned, and when. Threads: none of its own. Memory: heap, one item a log. */
#ifndef YS_NODE_AUDIT_CLAIMS_H
#define YS_NODE_AUDIT_CLAIMS_H

#include "crypto/hash.h"
#include "proto/name.h"

struct ys_claim {
    char origin[YS_KEY_NAME_MAX + 1];
    struct ys_division witness; /* who said so */
    uint64_t size, time_s;
    struct ys_hash root; /* at that size; zero when nobody asked for it */
};

/* Sorted by origin; zero is empty. */
struct ys_claims {
    struct ys_claim *item;
    size_t count, room;
};

YS_CHECKED enum ys_code ys_claims_add(struct ys_claims *claims, const struct ys_claim *claim,
                                      struct ys_err *err);
/* NULL when nobody named this log. */
const struct ys_claim *ys_claims_find(const struct ys_claims *claims, const char *origin);
void ys_claims_clear(struct ys_claims *claims);

#endif
