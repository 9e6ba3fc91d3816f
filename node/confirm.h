/* Asking a person at the terminal to say yes.
 *
 * Threads: main. Memory: none. */
#ifndef YS_NODE_CONFIRM_H
#define YS_NODE_CONFIRM_H

#include "crypto/err.h"

#include <stdbool.h>

/* Is standard input a terminal? */
bool ys_confirm_possible(void);
/* Put `question` on standard error and read a line. YS_REFUSED for anything but yes, y or 是, and when
 * standard input is no terminal. */
YS_CHECKED enum ys_code ys_confirm(const char *question, struct ys_err *err);

#endif
