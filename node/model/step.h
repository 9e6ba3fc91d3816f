/* One record of a matter, as the fold gives it to the procedure.
 *
 * Only records whose verdict is ok. Threads: any. Memory: none owned. */
#ifndef YS_NODE_MODEL_STEP_H
#define YS_NODE_MODEL_STEP_H

#include "crypto/hash.h"
#include "proto/body.pb-c.h"
#include "proto/kind.h"

/* In the place of a step's number: none. */
#define YS_NO_STEP UINT32_MAX

/* Borrowed. */
struct ys_step {
    struct ys_hash id;           /* record id */
    const struct ys_kind *kind;  /* NULL: unknown to this version */
    struct ys_division division; /* of the log that it stands in */
    uint32_t incarnation;        /* of that log */
    uint64_t index;              /* in that log: the order in which its owner wrote */
    unsigned author;             /* enum ys_body_class: bits of the bodies that signed */
    uint64_t signed_at_s;
    uint64_t proven_s; /* earliest time at which a parent had it; 0: not proven */
    /* Effective content: that of the newest correction, if any. NULL: absent or erased. */
    const Yishi__V1__Body *body;
    /* As it was signed: its references count beside those of `body`. NULL: the same as `body`. */
    const Yishi__V1__Body *signed_body;
    bool withdrawn; /* by a valid withdrawal */
};

#endif
