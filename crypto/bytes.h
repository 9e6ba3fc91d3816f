/* A borrowed run of bytes, and a bounded text writer over caller's memory.
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_CRYPTO_BYTES_H
#define YS_CRYPTO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed: valid as long as what it points into. `data` may be NULL only if `size` is 0. */
struct ys_bytes {
    const uint8_t *data;
    size_t size;
};

/* The bytes of a C string, without its terminator. */
struct ys_bytes ys_bytes_of_text(const char *text);
bool ys_bytes_equal(struct ys_bytes a, struct ys_bytes b);
/* Does `bytes` equal the C string `text`? */
bool ys_bytes_is_text(struct ys_bytes bytes, const char *text);
bool ys_bytes_starts_with(struct ys_bytes bytes, const char *text);
/* What is left after the first `size` bytes; none when there are no more than that. */
struct ys_bytes ys_bytes_skip(struct ys_bytes bytes, size_t size);
/* Cut the first line off `rest`; `line_out` is without its line feed. False, and `rest` unchanged,
 * when no line feed is left. */
bool ys_bytes_take_line(struct ys_bytes *rest, struct ys_bytes *line_out);

/* Big-endian integers, as they stand in keys, signatures and store rows. */
void ys_be32_put(uint8_t out[4], uint32_t value);
void ys_be64_put(uint8_t out[8], uint64_t value);
uint32_t ys_be32_get(const uint8_t in[4]);
uint64_t ys_be64_get(const uint8_t in[8]);

/* Decimal number without sign or leading zero, the whole of `text`. False when it is anything
 * else or exceeds `max`. */
bool ys_decimal_parse(struct ys_bytes text, uint64_t max, uint64_t *out);

/* Appends to `data[0..capacity)`. Once something did not fit, `overflow` stays true and nothing
 * more is written; check it once at the end. Not terminated by NUL. */
struct ys_writer {
    uint8_t *data;
    size_t capacity;
    size_t size;
    bool overflow;
};

void ys_writer_bytes(struct ys_writer *w, struct ys_bytes bytes);
void ys_writer_text(struct ys_writer *w, const char *text);
void ys_writer_decimal(struct ys_writer *w, uint64_t value);

#endif
