/* Faults planted into the SQL of a view, one at a time: what the tests of rules and
 * figures must notice.
 *
 * Changed are comparisons (< <= > >= = <>), numbers (by one), + and -, min and max, and words in
 * quotes that are compared or given to a function. Not changed: words beside || and column aliases
 * (texts for people), LIMIT's number, and a token behind which the view's author says that another
 * would give the same rows, in a comment: SAME. Memory: the caller's. */
#ifndef YS_TESTS_SUPPORT_MUTANT_H
#define YS_TESTS_SUPPORT_MUTANT_H

#include <stdbool.h>
#include <stddef.h>

enum { MUTANT_TEXT_MAX = 16384, MUTANT_WHAT_MAX = 96 };

/* The `nth` fault (from 0) of `text` into `out`, and in words what it is. 0: there are no more. */
int mutant_make(const char *text, size_t nth, char out[MUTANT_TEXT_MAX],
                char what[MUTANT_WHAT_MAX]);

/* Plant every fault of `text`, the view `name`; `noticed` says whether the tests see `bad` in its place, and puts
 * `good` back. Prints those that nobody notices, and their number; gives that. */
typedef bool mutant_noticed(void *context, const char *name, const char *good, const char *bad);
unsigned mutant_plant(const char *name, const char *text, mutant_noticed *noticed, void *context);

#endif
