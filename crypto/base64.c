#include "crypto/base64.h"

#include <sodium.h>

enum { NO_DIGIT = 64 };

static unsigned digit_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0') + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : NO_DIGIT;
}

enum ys_code ys_base64_measure(struct ys_bytes text, size_t *size_out)
{
    if (text.size % 4 != 0)
        return YS_MALFORMED;
    size_t padding = 0;
    while (padding < 2 && padding < text.size && text.data[text.size - 1 - padding] == '=')
        padding++;
    unsigned last = 0;
    for (size_t i = 0; i < text.size - padding; i++) {
        last = digit_value(text.data[i]);
        if (last == NO_DIGIT)
            return YS_MALFORMED;
    }
    /* One "=" leaves two bits of the last digit unused, two leave four: they must be zero. */
    const unsigned unused = padding == 0 ? 0 : padding == 1 ? 0x03 : 0x0f;
    if ((last & unused) != 0)
        return YS_MALFORMED;
    *size_out = text.size / 4 * 3 - padding;
    return YS_OK;
}

enum ys_code ys_base64_decode(struct ys_bytes text, uint8_t *out, size_t capacity, size_t *size_out)
{
    size_t size = 0;
    const enum ys_code code = ys_base64_measure(text, &size);
    if (code != YS_OK)
        return code;
    if (size > capacity)
        return YS_LIMIT;
    if (size != 0 && sodium_base642bin(out, capacity, (const char *)text.data, text.size, NULL,
                                       NULL, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return YS_MALFORMED;
    *size_out = size;
    return YS_OK;
}

void ys_writer_base64(struct ys_writer *w, struct ys_bytes bytes)
{
    /* All or nothing: the room is tested before the first chunk is written. */
    const size_t room = (w->capacity - w->size) / 4 * 3;
    if (w->overflow || bytes.size > room) {
        w->overflow = true;
        return;
    }
    enum { CHUNK = 48 }; /* a multiple of 3, so that only the last chunk is padded */
    char text[YS_BASE64_LEN(CHUNK) + 1];
    while (bytes.size > 0) {
        const size_t size = bytes.size < CHUNK ? bytes.size : CHUNK;
        sodium_bin2base64(text, sizeof text, bytes.data, size, sodium_base64_VARIANT_ORIGINAL);
        ys_writer_text(w, text);
        bytes = ys_bytes_skip(bytes, size);
    }
}
