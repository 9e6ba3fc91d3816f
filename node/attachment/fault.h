/* Peers that sent something else than the attachment that they were asked for: counted
 * in a small file of the home, so that `status` can name them.
 *
 *     <code> <how often> <SHA-256 of the last> <POSIX seconds>
 *
 * Threads: the daemon writes, anybody reads. Memory: none. */
#ifndef YS_NODE_ATTACHMENT_FAULT_H
#define YS_NODE_ATTACHMENT_FAULT_H

#include "node/home.h"
#include "proto/division.h"
#include "sync/blob.h"

enum { YS_BLOB_FAULTS_MAX = 64 };

struct ys_blob_fault {
    struct ys_division peer;
    uint64_t count, time_s;
    struct ys_hash hash;
};
struct ys_blob_faults {
    size_t count;
    struct ys_blob_fault fault[YS_BLOB_FAULTS_MAX];
};
/* Nothing when there is no such file; lines that cannot be read are passed over. */
void ys_blob_faults_load(const struct ys_home *home, struct ys_blob_faults *out);
/* One more of this peer; the file is replaced. */
YS_CHECKED enum ys_code ys_blob_faults_add(const struct ys_home *home,
                                           struct ys_blob_faults *faults,
                                           const struct ys_division *peer,
                                           const struct ys_hash *hash, uint64_t time_s,
                                           struct ys_err *err);

#endif
