/* Test vectors of others, from tests/vectors/: read with jansson, judged by the tests. */
#ifndef YS_TESTS_SUPPORT_VECTORS_H
#define YS_TESTS_SUPPORT_VECTORS_H

#include "crypto/bytes.h"

#include <jansson.h>

/* The whole file; fails the test when it cannot be read. Free with json_decref. Integers are read
 * as reals, for some exceed the range of jansson. */
json_t *vectors_load(const char *name);

/* Member `key` of `object` as text; "" when it is null or missing. */
const char *vectors_text(const json_t *object, const char *key);
/* Member `key` as a size; what a double cannot hold becomes UINT64_MAX. */
uint64_t vectors_size(const json_t *object, const char *key);
/* Member `key`, hexadecimal, into out[0..capacity); fails the test when it is not. */
struct ys_bytes vectors_hex(const json_t *object, const char *key, uint8_t *out, size_t capacity);

/* A file of tests/vectors/ as it is, into out[0..capacity). */
struct ys_bytes vectors_file(const char *name, uint8_t *out, size_t capacity);

#endif
