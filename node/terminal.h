/* Foreign text, times and columns on a terminal.
 *
 * Threads: main. Memory: none allocated. */
#ifndef YS_NODE_TERMINAL_H
#define YS_NODE_TERMINAL_H

#include "proto/moment.h"

/* On standard output, without what a terminal could take for a command (ys_view_clean). */
void ys_terminal_put(const char *text);
/* "name: value" and a line feed, with the value foreign. */
void ys_terminal_pair(const char *name, const char *value);
/* Filled with spaces to `width` columns, of which there are none when it is 0; a character beyond U+1100
 * takes two. */
void ys_terminal_padded(const char *text, int width);
/* "2026-11-25 09:30:00" in +08:00; "-" for none. */
void ys_terminal_time(bool there, uint64_t time_s, char out[YS_TIME_TEXT_MAX]);

#endif
