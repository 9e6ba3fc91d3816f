#include "crypto/bytes.h"

#include <string.h>

struct ys_bytes ys_bytes_of_text(const char *text)
{
    return (struct ys_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

bool ys_bytes_equal(struct ys_bytes a, struct ys_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool ys_bytes_is_text(struct ys_bytes bytes, const char *text)
{
    return ys_bytes_equal(bytes, ys_bytes_of_text(text));
}

bool ys_bytes_starts_with(struct ys_bytes bytes, const char *text)
{
    const size_t size = strlen(text);
    return bytes.size >= size && (size == 0 || memcmp(bytes.data, text, size) == 0);
}

struct ys_bytes ys_bytes_skip(struct ys_bytes bytes, size_t size)
{
    if (size == 0 || bytes.size == 0)
        return bytes; /* no arithmetic on a NULL that means "no bytes" */
    if (size >= bytes.size)
        return (struct ys_bytes){.data = bytes.data + bytes.size, .size = 0};
    return (struct ys_bytes){.data = bytes.data + size, .size = bytes.size - size};
}

bool ys_bytes_take_line(struct ys_bytes *rest, struct ys_bytes *line_out)
{
    const uint8_t *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    if (end == NULL)
        return false;
    const size_t size = (size_t)(end - rest->data);
    *line_out = (struct ys_bytes){.data = rest->data, .size = size};
    *rest = ys_bytes_skip(*rest, size + 1);
    return true;
}

void ys_be32_put(uint8_t out[4], uint32_t value)
{
    for (int i = 3; i >= 0; i--, value >>= 8)
        out[i] = (uint8_t)(value & 0xff);
}

void ys_be64_put(uint8_t out[8], uint64_t value)
{
    for (int i = 7; i >= 0; i--, value >>= 8)
        out[i] = (uint8_t)(value & 0xff);
}

uint32_t ys_be32_get(const uint8_t in[4])
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 8 | in[i];
    return value;
}

uint64_t ys_be64_get(const uint8_t in[8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | in[i];
    return value;
}

bool ys_decimal_parse(struct ys_bytes text, uint64_t max, uint64_t *out)
{
    if (text.size == 0 || (text.size > 1 && text.data[0] == '0'))
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t byte = text.data[i];
        if (byte < '0' || byte > '9')
            return false;
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(byte - '0'), &value))
            return false;
    }
    if (value > max)
        return false;
    *out = value;
    return true;
}

void ys_writer_bytes(struct ys_writer *w, struct ys_bytes bytes)
{
    if (w->overflow || bytes.size > w->capacity - w->size) {
        w->overflow = true;
        return;
    }
    if (bytes.size == 0)
        return;
    memcpy(w->data + w->size, bytes.data, bytes.size);
    w->size += bytes.size;
}

void ys_writer_text(struct ys_writer *w, const char *text)
{
    ys_writer_bytes(w, ys_bytes_of_text(text));
}

void ys_writer_decimal(struct ys_writer *w, uint64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    ys_writer_bytes(w, (struct ys_bytes){.data = digits + at, .size = sizeof digits - at});
}
