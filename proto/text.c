#include "proto/text.h"

/* Decode one code point at the start of `text`; bytes taken, or 0 when it is not UTF-8. The lower
 * bounds refuse overlong forms (RFC 3629, section 3). */
static size_t point_decode(struct ys_bytes text, uint32_t *point_out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t first = text.data[0];
    size_t length = 0;
    uint32_t point = 0;
    if (first < 0x80) {
        *point_out = first;
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
        point = first & 0x1f;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        point = first & 0x0f;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        point = first & 0x07;
    }
    if (length == 0 || text.size < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((text.data[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (text.data[i] & 0x3f);
    }
    if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *point_out = point;
    return length;
}

/* Bytes of a code point that is plainly good, as nearly all of ours are: printable ASCII, and three bytes
 * with neither overlong forms nor surrogates among them. 0: look at it closely. */
static size_t plain_length(struct ys_bytes text)
{
    const uint8_t first = text.data[0];
    if (first >= 0x20 && first < 0x7f)
        return 1;
    if (first > 0xe0 && first < 0xed && text.size >= 3 && (text.data[1] & 0xc0) == 0x80 &&
        (text.data[2] & 0xc0) == 0x80)
        return 3;
    return 0;
}

enum ys_text_fault ys_text_check(struct ys_bytes text, size_t *points_out)
{
    enum ys_text_fault fault = YS_TEXT_GOOD;
    size_t points = 0;
    while (text.size > 0) {
        size_t length = plain_length(text);
        if (length == 0) {
            uint32_t point = 0;
            length = point_decode(text, &point);
            if (length == 0)
                return YS_TEXT_NOT_UTF8;
            if ((point < 0x20 && point != '\n') || (point >= 0x7f && point <= 0x9f))
                fault = YS_TEXT_CONTROL;
        }
        text.data += length;
        text.size -= length;
        points++;
    }
    if (points_out != NULL)
        *points_out = points;
    return fault;
}

size_t ys_text_cut(struct ys_bytes text, size_t max)
{
    if (ys_text_check(text, NULL) != YS_TEXT_GOOD)
        return 0;
    size_t size = text.size < max ? text.size : max;
    while (size > 0 && size < text.size && (text.data[size] & 0xc0) == 0x80)
        size--;
    return size;
}

const char *ys_text_fault_words(enum ys_text_fault fault)
{
    switch (fault) {
    case YS_TEXT_GOOD:
        return "";
    case YS_TEXT_NOT_UTF8:
        return "is not valid UTF-8";
    case YS_TEXT_CONTROL:
        return "has a control character; only line feeds may stand in a text";
    }
    return "";
}
