#include "crypto/base64.h"

#include <sodium.h>

/* Value of each digit, and one more; 0 for what is no digit. A table: every line of every note that is
 * received comes through here. */
static const uint8_t digit_above[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

enum ys_code ys_base64_measure(struct ys_bytes text, size_t *size_out)
{
    if (text.size % 4 != 0)
        return YS_MALFORMED;
    size_t padding = 0;
    while (padding < 2 && padding < text.size && text.data[text.size - 1 - padding] == '=')
        padding++;
    unsigned last = 1;
    for (size_t i = 0; i < text.size - padding; i++) {
        last = digit_above[text.data[i]];
        if (last == 0)
            return YS_MALFORMED;
    }
    /* One "=" leaves two bits of the last digit unused, two leave four: they must be zero. */
    const unsigned unused = padding == 0 ? 0 : padding == 1 ? 0x03 : 0x0f;
    if (((last - 1) & unused) != 0)
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
    /* Four digits are three bytes; the last group may bring fewer. */
    size_t at = 0;
    size_t written = 0;
    for (; written + 3 <= size; at += 4, written += 3) {
        const uint8_t *const digit = text.data + at;
        const uint32_t group = (digit_above[digit[0]] - 1u) << 18 |
                               (digit_above[digit[1]] - 1u) << 12 |
                               (digit_above[digit[2]] - 1u) << 6 | (digit_above[digit[3]] - 1u);
        out[written] = (uint8_t)(group >> 16);
        out[written + 1] = (uint8_t)(group >> 8);
        out[written + 2] = (uint8_t)group;
    }
    if (written < size) {
        uint32_t group = 0;
        for (size_t i = 0; i < 4; i++) {
            const uint8_t above = digit_above[text.data[at + i]];
            group = group << 6 | (above == 0 ? 0 : above - 1u); /* 0: padding */
        }
        for (unsigned shift = 24; shift > 0 && written < size;) {
            shift -= 8;
            out[written++] = (uint8_t)(group >> shift);
        }
    }
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
