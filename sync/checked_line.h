/* Signature lines that were found good, so that whoever reads the same records again
 * need not verify them again: a rebuild of the membership reads all of them.
 *
 * What is remembered is a hash over key, text and line, so a line is never taken for
 * another. Bad lines are verified each time.
 *
 * Threads: one at a time. Memory: heap, 40 bytes a line and as much again to spare;
 * without memory nothing is remembered. */
#ifndef YS_SYNC_CHECKED_LINE_H
#define YS_SYNC_CHECKED_LINE_H

#include "crypto/hash.h"
#include "crypto/note.h"

struct ys_checked_line;

/* Plain value; zero is empty. */
struct ys_checked_lines {
    struct ys_checked_line *place; /* `capacity` of them, a power of two */
    size_t count, capacity;
    uint32_t round;
};
void ys_checked_lines_clear(struct ys_checked_lines *lines);

/* As ys_note_check. */
enum ys_line_verdict ys_checked_line(struct ys_checked_lines *lines, const struct ys_note *note,
                                     const struct ys_vkey *key);
/* All has been read once: forget the lines that were not met in this round, and begin the next. */
void ys_checked_lines_end_round(struct ys_checked_lines *lines);

#endif
