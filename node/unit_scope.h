/* What a unit may speak about: itself and the divisions below it.
 *
 * So a street writes nothing about the communities of another. Threads: any.
 * Memory: none. */
#ifndef YS_NODE_UNIT_SCOPE_H
#define YS_NODE_UNIT_SCOPE_H

#include "proto/body.h"

/* Subject and divisions of a record that the unit is to write. YS_MALFORMED when the subject is none
 * that the kind has; YS_DENIED for what lies outside. The number of a matter of several communities may
 * stand in the acknowledgement of each. */
YS_CHECKED enum ys_code ys_unit_scope_check(const struct ys_division *unit,
                                            const struct ys_kind *kind, const char *subject,
                                            const Yishi__V1__Body *body, struct ys_err *err);

#endif
