/* Arguments of a command: options by one table, and words.
 *
 * Options may stand before, between and after words; "--name VALUE" and
 * "--name=VALUE" are the same; after "--" everything is a word; "-" is a word. What
 * the values mean is the command's. Threads: any. Memory: none; argv is borrowed. */
#ifndef YS_NODE_ARGS_H
#define YS_NODE_ARGS_H

#include "crypto/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A table of options ends with a row whose name is NULL. */
struct ys_option {
    const char *name;  /* without the dashes */
    const char *value; /* what stands for the value in help texts; NULL for a flag */
    const char *help;  /* marked with N_() */
};

enum { YS_ARGS_OPTIONS_MAX = 64, YS_ARGS_WORDS_MAX = 8 };

struct ys_args {
    size_t option_count, word_count;
    struct {
        const struct ys_option *option;
        const char *value;
    } option[YS_ARGS_OPTIONS_MAX];
    const char *word[YS_ARGS_WORDS_MAX];
};

/* Adds to `args` what argv[0..argc) holds. Options are looked up in `options`, then in `more` (may be
 * NULL). With `until_word` it stops at the first word and puts its place into `stop_out`, else argc.
 * YS_USAGE for an unknown option, a value that is missing or not expected, or too many of either. */
YS_CHECKED enum ys_code ys_args_parse(const struct ys_option *options, const struct ys_option *more,
                                      int argc, char *const *argv, bool until_word,
                                      struct ys_args *args, int *stop_out, struct ys_err *err);

bool ys_args_has(const struct ys_args *args, const char *name);
/* Value of the last of that name; NULL when it was not given. */
const char *ys_args_value(const struct ys_args *args, const char *name);
/* Walk over all of one name: begin with 0; NULL after the last. */
const char *ys_args_each(const struct ys_args *args, const char *name, size_t *place);
/* A decimal number of at most `max`; `otherwise` when it was not given. YS_USAGE. */
YS_CHECKED enum ys_code ys_args_number(const struct ys_args *args, const char *name, uint64_t max,
                                       uint64_t otherwise, uint64_t *out, struct ys_err *err);

#endif
