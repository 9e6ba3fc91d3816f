/* Carrying out what was erased by law, in all of a home: bodies, unused pages of the store, the read
 * model, backups.
 *
 * Which records are erased is decided in sync/erasure.h; this only makes it true on the disk, as often as
 * it is asked, and goes on where a killed process stopped. The daemon does the store's part by itself, since it
 * holds memory of earlier pages; here it is done for who runs without one.
 *
 * Threads: main. Memory: none kept. */
#ifndef YS_NODE_ERASE_CARRY_H
#define YS_NODE_ERASE_CARRY_H

#include "node/node.h"
#include "sync/kv_wipe.h"

struct ys_carried {
    size_t redactions; /* that came into effect, or lost it */
    size_t bodies;     /* that gave way */
    size_t values;     /* sealed, whose key was destroyed */
    size_t files;      /* contents of attachments that were removed */
    bool wiped;        /* the store's file was overwritten */
    struct ys_wiped pages;
    bool store_waits; /* somebody reads an older state: the next call, or the daemon, goes on */
    bool model_cleaned;
    bool model_waits;
    size_t backups;        /* that were cleaned */
    size_t backups_behind; /* out of reach, or not to be read */
    void (*out_of_reach)(void *context, const char *path,
                         const char *why); /* the caller's; may be NULL */
};

/* `scrub`: overwrite the store's file also when nothing was erased since. */
YS_CHECKED enum ys_code ys_carry_out(const struct ys_node *node, bool scrub, struct ys_carried *out,
                                     struct ys_err *err);
/* Is anything to be done in the store? After records were appended. */
YS_CHECKED enum ys_code ys_carry_due(const struct ys_node *node, bool *out, struct ys_err *err);

#endif
