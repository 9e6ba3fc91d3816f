/* A folder for what a command copies out of the store or makes anew, and what is gone with it.
 *
 * It lies in the home, where an erasure by law can be followed: what a process that was killed has left there is
 * removed when the next one comes, or the daemon. Where the home cannot be written to, it lies where the system
 * keeps such things. A folder holds files, and no folders. Threads: one. Memory: none allocated. */
#ifndef YS_NODE_REPORT_SCRATCH_H
#define YS_NODE_REPORT_SCRATCH_H

#include "crypto/err.h"

#include <limits.h>
#include <stdbool.h>

/* Locked as long as it is open. */
struct ys_scratch {
    char path[PATH_MAX];
    int fd;
    bool made_place; /* it was not there before */
};
#define YS_SCRATCH_NONE \
    {                   \
        .fd = -1        \
    }

/* Where: <home>/scratch, which is emptied of what nobody uses any more; else $TMPDIR, else /tmp. */
void ys_scratch_place(const char *home, char out[PATH_MAX]);
/* Remove what nobody uses any more. */
void ys_scratch_empty(const char *home);

/* <place>/<name>-XXXXXX; `place` is made when it is missing. On failure there is none to close. */
YS_CHECKED enum ys_code ys_scratch_open(const char *place, const char *name, struct ys_scratch *out,
                                        struct ys_err *err);
/* With all files in it; and its place, when that was made for it and nothing else is there. Does nothing to
 * YS_SCRATCH_NONE. */
void ys_scratch_close(struct ys_scratch *scratch);

#endif
