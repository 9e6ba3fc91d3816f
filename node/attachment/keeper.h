/* The thread that touches the attachments' folder for the daemon: pieces to be sent
 * are read, pieces that came are appended, and the whole is verified.
 *
 * Threads: put and take from the network thread; results come in the order of the
 * jobs. Memory: a heap block a job; how many there are the sessions bound. */
#ifndef YS_NODE_ATTACHMENT_KEEPER_H
#define YS_NODE_ATTACHMENT_KEEPER_H

#include "proto/division.h"
#include "proto/limits.h"
#include "sync/blob.h"

struct ys_keeper;

enum ys_keeper_kind {
    YS_KEEPER_READ,  /* a piece for a peer */
    YS_KEEPER_BEGIN, /* how much of a file is here? Opens it */
    YS_KEEPER_WRITE, /* append; the last piece finishes it */
    YS_KEEPER_LEAVE  /* nobody brings it now: closed; no result */
};

/* A job and its result. */
struct ys_keeper_job {
    struct ys_keeper_job *next;
    enum ys_keeper_kind kind;
    uint64_t session;
    struct ys_division peer;
    struct ys_hash hash;
    uint64_t offset; /* of the piece; BEGIN: what is here, afterwards */
    uint64_t size;   /* of the whole; READ: afterwards, 0 when it is not here */
    /* Afterwards. BEGIN: YS_EXISTS when all is here. WRITE: YS_MALFORMED when the whole was not it and this
     * peer alone has brought it; YS_REFUSED when others have had a hand in it. */
    enum ys_code code;
    struct ys_err err;
    bool finished; /* WRITE: it has its name now */
    size_t byte_count;
    uint8_t bytes[]; /* READ: room for YS_BLOB_PIECE_MAX */
};

/* Rings `fd` (an eventfd, borrowed) when results wait. */
YS_CHECKED enum ys_code ys_keeper_open(const char *folder, const struct ys_blob_options *options,
                                       int fd, struct ys_keeper **out, struct ys_err *err);
/* What is queued is given up. NULL is allowed. */
void ys_keeper_close(struct ys_keeper *keeper);

/* NULL without memory. */
struct ys_keeper_job *ys_keeper_job_new(enum ys_keeper_kind kind, const struct ys_hash *hash,
                                        size_t byte_count);
/* Is taken. */
void ys_keeper_put(struct ys_keeper *keeper, struct ys_keeper_job *job);
/* The oldest result, which the caller frees; NULL when none waits. */
struct ys_keeper_job *ys_keeper_take(struct ys_keeper *keeper);

#endif
