/* A file in the home that is good for nothing but to be given up when the disk is
 * full: then what is under way can still be written (the transaction of the
 * writer, a district's guard), and the node comes to rest in order. What an operator
 * writes while clearing up may take it, too, if it is still there: a record, an
 * erasure, a recovery (ys_node_make_room). It is made again when there is room.
 *
 * And how much room there is. The daemon makes it; `status` only looks.
 * Threads: any. Memory: none. */
#ifndef YS_NODE_RESERVE_H
#define YS_NODE_RESERVE_H

#include "node/home.h"

#include <stdint.h>

enum {
    YS_RESERVE_BYTES =
        8 * 1024 * 1024,              /* a group of the writer, 4 MiB of entries, and their trees */
    YS_ROOM_BYTES = 16 * 1024 * 1024, /* with less than this beside it, nothing more is asked for */
    YS_YIELD_BYTES = 4 * 1024 * 1024  /* with less than this, a command that writes takes it */
};

/* Plain value. */
struct ys_room {
    uint64_t free_bytes; /* for this user, without the reserve */
    bool reserved;       /* the reserve is there, whole */
};
YS_CHECKED enum ys_code ys_room_look(const struct ys_home *home, struct ys_room *out,
                                     struct ys_err *err);
/* Is there so little that nothing more is to be asked of others? */
bool ys_room_is_short(const struct ys_room *room);
/* What must be free for all to go on. */
uint64_t ys_room_needed(const struct ys_room *room);

/* Really allocated. YS_OK when it is there already; YS_FULL when that would leave too little. */
YS_CHECKED enum ys_code ys_reserve_make(const struct ys_home *home, struct ys_err *err);
/* Was there one? */
bool ys_reserve_give_up(const struct ys_home *home);
/* Before a command writes: if there is so little room that it may not do, give it up. Was that done? */
bool ys_reserve_yield(const struct ys_home *home);

#endif
