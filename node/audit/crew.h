/* Work that comes in pieces: done by all cores, taken up in order.
 *
 * The caller's thread asks for pieces and takes them up one after the other in the
 * order in which they were given; threads of the crew do what lies between. So what
 * is printed or summed up does not depend on who was quicker.
 *
 * Threads: `next` and `take` run in the caller's, `work` in any. Memory: a few pieces a thread. */
#ifndef YS_NODE_AUDIT_CREW_H
#define YS_NODE_AUDIT_CREW_H

#include "crypto/err.h"

#include <stdbool.h>
#include <stddef.h>

struct ys_crew_options {
    unsigned threads;  /* 0: one a core */
    size_t piece_size; /* bytes; a piece begins as zeros */
    void *context;
    /* Fill in what is to be done. YS_NOT_FOUND: there is no more. */
    enum ys_code (*next)(void *context, void *piece, struct ys_err *err);
    /* Do it. What went wrong is part of the piece. */
    void (*work)(void *context, void *piece);
    /* What came of it; also frees what the piece owns. Called for every piece that `next` gave, even after
     * a failure (`failed`: it may have been left undone). */
    enum ys_code (*take)(void *context, void *piece, bool failed, struct ys_err *err);
};

/* The first failure of `next` or `take` ends it, after what was begun. YS_NOMEM, YS_IO without threads. */
YS_CHECKED enum ys_code ys_crew_run(const struct ys_crew_options *options, struct ys_err *err);

#endif
