#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { PATH_MAX_BYTES = 4096 };

static void path_of(const char *name, char out[PATH_MAX_BYTES])
{
    const int length = snprintf(out, PATH_MAX_BYTES, "%s/%s", YS_VECTORS_DIR, name);
    assert_in_range(length, 1, PATH_MAX_BYTES - 1);
}

json_t *vectors_load(const char *name)
{
    char path[PATH_MAX_BYTES];
    json_error_t error;
    path_of(name, path);
    json_t *root = json_load_file(path, JSON_DECODE_INT_AS_REAL, &error);
    if (root == NULL)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    return root;
}

const char *vectors_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

uint64_t vectors_size(const json_t *object, const char *key)
{
    const double value = json_real_value(json_object_get(object, key));
    return value >= 9223372036854775808.0 ? UINT64_MAX : (uint64_t)value;
}

struct ys_bytes vectors_hex(const json_t *object, const char *key, uint8_t *out, size_t capacity)
{
    const char *text = vectors_text(object, key);
    size_t size = 0;
    assert_int_equal(sodium_hex2bin(out, capacity, text, strlen(text), NULL, &size, NULL), 0);
    return (struct ys_bytes){.data = out, .size = size};
}

struct ys_bytes vectors_file(const char *name, uint8_t *out, size_t capacity)
{
    char path[PATH_MAX_BYTES];
    path_of(name, path);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s: cannot be read", path);
    const size_t size = fread(out, 1, capacity, file);
    fclose(file);
    assert_in_range(size, 1, capacity - 1);
    return (struct ys_bytes){.data = out, .size = size};
}
