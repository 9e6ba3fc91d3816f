/* In what order in time the witnesses of a log signed: of each key the cosignatures of the smallest and of the
 * largest size that were looked at. A witness never signs a time below its last one (DESIGN.md 7). */
#ifndef YS_NODE_AUDIT_WITNESSES_H
#define YS_NODE_AUDIT_WITNESSES_H

#include "crypto/key.h"

struct ys_witness {
    const struct ys_vkey *key;                       /* of the membership; borrowed */
    uint64_t first_size, first_s, last_size, last_s; /* entries, POSIX seconds */
};

/* Zeroed: empty. Free with ys_witnesses_clear. */
struct ys_witnesses {
    struct ys_witness *row;
    size_t count, room;
};

/* NULL when the key is not among them. Valid until the next ys_witnesses_add. */
struct ys_witness *ys_witnesses_find(const struct ys_witnesses *witnesses,
                                     const struct ys_vkey *key);
/* YS_NOMEM. The key is not among them yet. */
YS_CHECKED enum ys_code ys_witnesses_add(struct ys_witnesses *witnesses,
                                         const struct ys_witness *witness, struct ys_err *err);
void ys_witnesses_clear(struct ys_witnesses *witnesses);

#endif
