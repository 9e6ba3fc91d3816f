/* Matter numbers (事项编号), as they are printed and stand in a note's subject line:
 *
 *     110108012016-2026-0007   code of the community, year, number in that year from 1
 *
 * Says whether a text is such a number; who gives numbers out is node's. Threads:
 * any. Memory: none allocated. */
#ifndef YS_PROTO_MATTER_H
#define YS_PROTO_MATTER_H

#include "proto/division.h"

enum {
    YS_MATTER_NO_MAX = 999999,
    YS_MATTER_YEAR_MIN = 2000,
    YS_MATTER_YEAR_MAX = 2999,
    YS_MATTER_TEXT_MAX = YS_DIVISION_MAX + 1 + 4 + 1 + 6 + 1 /* with terminator */
};

/* Plain value. */
struct ys_matter {
    struct ys_division division; /* a community's */
    uint32_t year;
    uint32_t no;
};

/* YS_MALFORMED. There is one text for a number: at least four digits, no further zeros before them. */
YS_CHECKED enum ys_code ys_matter_parse(struct ys_bytes text, struct ys_matter *out,
                                        struct ys_err *err);
/* As people write it at the community `own`: also without its code and the zeros, "2026-7". YS_MALFORMED. */
YS_CHECKED enum ys_code ys_matter_parse_at(struct ys_bytes text, const struct ys_division *own,
                                           struct ys_matter *out, struct ys_err *err);
void ys_matter_print(const struct ys_matter *matter, char out[YS_MATTER_TEXT_MAX]);

#endif
