/* Files of a folder that is made anew, each written once, and the archive of all of them.
 *
 * The archive (tar, gzip) is the same for the same files: no owner, no time, sorted as written.
 * Threads: one. Memory: the names. */
#ifndef YS_NODE_EVIDENCE_PARCEL_H
#define YS_NODE_EVIDENCE_PARCEL_H

#include "crypto/bytes.h"
#include "crypto/err.h"

#include <stdbool.h>

struct ys_parcel {
    const char *folder; /* borrowed */
    char **name;        /* of the files, below the folder */
    size_t count, room;
};

/* Make the folder. YS_EXISTS when there is something of that name, YS_IO. */
YS_CHECKED enum ys_code ys_parcel_open(const char *folder, struct ys_parcel *out,
                                       struct ys_err *err);
/* Frees the names; the files stay. */
void ys_parcel_close(struct ys_parcel *parcel);
/* Write a file; folders on the way are made. `program`: may be run. */
YS_CHECKED enum ys_code ys_parcel_put(struct ys_parcel *parcel, const char *name,
                                      struct ys_bytes bytes, bool program, struct ys_err *err);
YS_CHECKED enum ys_code ys_parcel_text(struct ys_parcel *parcel, const char *name, const char *text,
                                       struct ys_err *err);
/* SHA256SUMS over all files so far. */
YS_CHECKED enum ys_code ys_parcel_sums(struct ys_parcel *parcel, struct ys_err *err);
/* All files as `path`, which is replaced. */
YS_CHECKED enum ys_code ys_parcel_pack(const struct ys_parcel *parcel, const char *path,
                                       struct ys_err *err);

#endif
