/* What was found good before and need not be checked again: signature lines and keys
 * of membership records. A rebuild of the membership reads all of them each time.
 *
 * What is remembered is a hash over everything that the check looks at, so one thing
 * is never taken for another. What is bad is checked each time.
 *
 * Threads: one at a time. Memory: heap, 40 bytes each and as much again to spare;
 * without memory nothing is remembered. */
#ifndef YS_SYNC_RECHECK_H
#define YS_SYNC_RECHECK_H

#include "crypto/hash.h"
#include "crypto/note.h"

struct ys_rechecked;

/* Plain value; zero is empty. */
struct ys_recheck {
    struct ys_rechecked *place; /* `capacity` of them, a power of two */
    size_t count, capacity;
    uint32_t round;
};
void ys_recheck_clear(struct ys_recheck *recheck);

/* As ys_note_check. */
enum ys_line_verdict ys_recheck_line(struct ys_recheck *recheck, const struct ys_note *note,
                                     const struct ys_vkey *key);
/* As ys_vkey_parse. */
YS_CHECKED enum ys_code ys_recheck_key(struct ys_recheck *recheck, struct ys_bytes text,
                                       struct ys_vkey *out);
/* All has been read once: forget what was not met in this round, and begin the next. */
void ys_recheck_end_round(struct ys_recheck *recheck);

#endif
