/* Contents of attachments between two nodes, over the connection of a session: a pure state machine, one
 * at each end, both directions alike.
 *
 * Asked is a piece at a time, with at most YS_BLOB_WINDOW pieces under way or on their way to the disk, and
 * answered in order: that bounds the memory of both ends. Whatever else there is to say goes first. It
 * decides neither what is wanted nor who may have it, and touches no disk: that is the desk's, whose answers
 * come later.
 *
 * Threads: the owner's. Memory: fixed. */
#ifndef YS_SYNC_SESSION_BLOB_H
#define YS_SYNC_SESSION_BLOB_H

#include "crypto/err.h"
#include "crypto/hash.h"
#include "proto/limits.h"
#include "proto/message.h"

enum {
    YS_BLOB_SLOTS = 4, /* files that are taken from one peer at a time */
    YS_BLOB_MISSED =
        256 /* files that the peer asked for and that were not here: it is told of these */
};

/* What became of a file that was to come from this peer. */
enum ys_blob_end {
    YS_BLOB_DONE,    /* it is here: verified, with its name */
    YS_BLOB_MISSING, /* the peer does not have it, or not for us */
    YS_BLOB_WRONG,   /* what came is not it */
    YS_BLOB_FAILED   /* our disk, or somebody else takes it */
};

/* Who keeps attachments. Every call returns at once. `context` is the turn's. */
struct ys_blob_desk {
    bool paused; /* there is no room: nothing more is asked for */
    /* Nothing else waits to be sent to this peer. */
    bool (*idle)(void *context);
    /* May this peer have it? */
    bool (*may_have)(void *context, const struct ys_hash *hash);
    /* Read a piece for it: answered by ys_session_blob_read. */
    void (*read)(void *context, const struct ys_hash *hash, uint64_t offset);
    /* The next file to be taken from this peer, which is nobody else's from now on; false: none. */
    bool (*next)(void *context, struct ys_hash *hash_out, uint64_t *size_out);
    /* How much of it is here? Answered by ys_session_blob_begun. */
    void (*begin)(void *context, const struct ys_hash *hash, uint64_t size);
    /* Append; the bytes are valid during the call. Answered by ys_session_blob_written. */
    void (*write)(void *context, const struct ys_hash *hash, uint64_t offset,
                  struct ys_bytes bytes);
    /* It is not taken from this peer any more. Also told of what it was taking when it was given up. */
    void (*ended)(void *context, const struct ys_hash *hash, enum ys_blob_end end);
    /* The peer has it now. */
    void (*here)(void *context, const struct ys_hash *hash);
};

struct ys_blob_take {
    enum { YS_TAKE_NONE, YS_TAKE_BEGINNING, YS_TAKE_RUNNING } state;
    struct ys_hash hash;
    uint64_t size, next, come; /* asked for up to here; come up to here */
};
struct ys_blob_asked {
    struct ys_hash hash;
    uint64_t offset;
};

/* Plain value; zero is new. */
struct ys_blob_talk {
    bool spoken; /* the peer answers BLOB_WANT */
    struct ys_blob_take take[YS_BLOB_SLOTS];
    struct ys_blob_asked asked[YS_BLOB_WINDOW]; /* questions of ours, oldest first */
    unsigned asked_count;
    unsigned writing;                          /* pieces on their way to the disk */
    struct ys_blob_asked want[YS_BLOB_WINDOW]; /* questions of the peer, oldest first */
    unsigned want_count;
    bool reading; /* the first of these */
    struct ys_hash missed[YS_BLOB_MISSED];
    unsigned missed_count, missed_at;
};

/* A piece that was read: `total` 0 and no bytes when it is not here. */
struct ys_blob_piece {
    struct ys_hash hash;
    uint64_t offset, total;
    struct ys_bytes bytes;
};

#endif
