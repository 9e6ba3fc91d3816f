/* Random messages of any of our schemas, from their descriptors.
 *
 * They decode; most would not be published. Memory: the maker's arena. */
#ifndef YS_TESTS_SUPPORT_MAKER_H
#define YS_TESTS_SUPPORT_MAKER_H

#include "proto/arena.h"
#include "tests/support/rng.h"

struct maker {
    struct rng rng;
    struct ys_arena arena;
    bool all;            /* leave out no field */
    uint64_t number_max; /* of integers; 0: any */
    int32_t first_day;   /* days since 1970-01-01 */
    uint32_t days;       /* dates and times lie in that many days from the first; 0: anywhere */
};

ProtobufCMessage *maker_message(struct maker *maker, const ProtobufCMessageDescriptor *type);

#endif
