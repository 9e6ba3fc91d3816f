/* What may stand in a text field: UTF-8 without control characters but line feed
 * (DOMAIN.md 2.2). Normal form C is the writer's business and not checked.
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_TEXT_H
#define YS_PROTO_TEXT_H

#include "crypto/bytes.h"

enum ys_text_fault {
    YS_TEXT_GOOD,
    YS_TEXT_NOT_UTF8, /* also overlong forms, surrogates and above U+10FFFF */
    YS_TEXT_CONTROL   /* U+0000 to U+001F but U+000A, U+007F to U+009F */
};

/* `points_out` (may be NULL): how many code points, also of a text with a control character. */
enum ys_text_fault ys_text_check(struct ys_bytes text, size_t *points_out);
/* Bytes of the longest beginning of at most `max` bytes that ends with a whole code point; for
 * texts that are cut for a message. 0 for a text that is not good: it is not shown. */
size_t ys_text_cut(struct ys_bytes text, size_t max);
/* "is not valid UTF-8"; for a good text "". */
const char *ys_text_fault_words(enum ys_text_fault fault);

#endif
