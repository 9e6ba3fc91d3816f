/* Running a function in a child process, so that a crash in it becomes a result.
 *
 * A damaged store file can make LMDB abort, and a file cut short is a bus error;
 * who looks for damage must outlive it. Nothing of the store may be open when the
 * child is made (LMDB is not to be used across a fork).
 *
 * Threads: none may run yet. Memory: none. */
#ifndef YS_NODE_CHILD_H
#define YS_NODE_CHILD_H

#include "crypto/err.h"

/* Gives what `function` gave, with its message; YS_CORRUPT, with the signal's name, when it was killed
 * by one or ended otherwise. What it prints is printed; the caller has flushed its own. */
YS_CHECKED enum ys_code ys_child_run(enum ys_code (*function)(void *context, struct ys_err *err),
                                     void *context, struct ys_err *err);

#endif
