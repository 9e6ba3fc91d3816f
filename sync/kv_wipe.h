/* Overwriting what a store's file holds besides its rows (ENGINEERING.md 2: LMDB leaves old pages as they
 * were, and old bytes between the rows of a page).
 *
 * Reads the file's pages by itself, in the layout of LMDB 0.9 on this machine: page header of 16 bytes,
 * then offsets of the rows, which lie at the page's end. Both states that the two meta pages lead to stay
 * whole. All pages are looked at before one byte is written; what is clean already is not written, so it
 * may be stopped anywhere and begun again. Only while nobody writes, and nobody reads an older state.
 *
 * Threads: the caller's. Memory: a bit and eight bytes a page during the call. */
#ifndef YS_SYNC_KV_WIPE_H
#define YS_SYNC_KV_WIPE_H

#include "crypto/err.h"

#include <stdint.h>

struct ys_wiped {
    uint64_t pages;   /* looked at */
    uint64_t unused;  /* that no row lies in, and were overwritten */
    uint64_t partial; /* in use, where bytes between rows were overwritten */
};

/* `file` is the environment's data.mdb. On the disk when it returns. YS_CORRUPT, and nothing is changed,
 * when a page has no such layout. */
YS_CHECKED enum ys_code ys_kv_wipe_file(const char *file, struct ys_wiped *out, struct ys_err *err);

#endif
