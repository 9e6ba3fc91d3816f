/* Division codes: 6 digits a district, 9 a street or township, 12 a community.
 *
 * The code is the whole of a node's place in the tree: dropping three digits
 * gives the parent. Whether a code is assigned, and its name, is data and not
 * decided here. Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_DIVISION_H
#define YS_PROTO_DIVISION_H

#include "crypto/bytes.h"
#include "crypto/err.h"

enum { YS_DIVISION_MAX = 12 };

enum ys_level { YS_LEVEL_DISTRICT, YS_LEVEL_STREET, YS_LEVEL_COMMUNITY };

/* Plain value; all zero is no division. */
struct ys_division {
    char digits[YS_DIVISION_MAX + 1]; /* terminated */
};

/* YS_MALFORMED unless 6, 9 or 12 digits, not starting with 0. */
YS_CHECKED enum ys_code ys_division_parse(struct ys_bytes text, struct ys_division *out,
                                          struct ys_err *err);
enum ys_level ys_division_level(const struct ys_division *division);
/* False, and `out` untouched, for a district. */
bool ys_division_parent(const struct ys_division *division, struct ys_division *out);
bool ys_division_equal(const struct ys_division *a, const struct ys_division *b);
/* Is `inner` the division `outer` itself or a division below it? */
bool ys_division_within(const struct ys_division *inner, const struct ys_division *outer);
/* May the two hold each other's logs: is one the other's ancestor, or are they equal? */
bool ys_division_related(const struct ys_division *a, const struct ys_division *b);
/* "community", "street", "district" */
const char *ys_level_name(enum ys_level level);

#endif
