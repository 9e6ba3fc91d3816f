#include "crypto/err.h"

#include "crypto/assert.h"

#include <stdio.h>
#include <stdlib.h>

/* A message is one line, whatever a peer's bytes in it were. */
static void flatten(char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f)
            *text = '?';
    }
}

/* A message that was cut may end inside a UTF-8 character; drop what is left of it. */
static void drop_partial_character(char *text, size_t size)
{
    size_t tail = 0; /* continuation bytes at the end */
    while (tail < 3 && tail < size && ((unsigned char)text[size - 1 - tail] & 0xc0) == 0x80)
        tail++;
    if (tail == size)
        return;
    const unsigned char first = (unsigned char)text[size - 1 - tail];
    const size_t wanted = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    if (tail < wanted)
        text[size - 1 - tail] = '\0';
}

enum ys_code ys_failv(struct ys_err *err, enum ys_code code, const char *format, va_list args)
{
    if (err == NULL)
        return code;
    err->code = code;
    const int length = vsnprintf(err->msg, sizeof err->msg, format, args);
    if (length < 0)
        err->msg[0] = '\0';
    else if ((size_t)length >= sizeof err->msg)
        drop_partial_character(err->msg, sizeof err->msg - 1);
    flatten(err->msg);
    return code;
}

enum ys_code(ys_fail)(struct ys_err *err, enum ys_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ys_failv(err, code, format, args);
    va_end(args);
    return code;
}

const char *ys_code_name(enum ys_code code)
{
    switch (code) {
#define NAME_CASE(name, fault, text) \
    case YS_##name:                  \
        return #name;
        YS_CODES(NAME_CASE)
#undef NAME_CASE
    }
    return "UNKNOWN";
}

const char *ys_code_text(enum ys_code code)
{
    switch (code) {
#define TEXT_CASE(name, fault, text) \
    case YS_##name:                  \
        return text;
        YS_CODES(TEXT_CASE)
#undef TEXT_CASE
    }
    return "unknown result";
}

enum ys_fault ys_code_fault(enum ys_code code)
{
    switch (code) {
#define FAULT_CASE(name, fault, text) \
    case YS_##name:                   \
        return YS_FAULT_##fault;
        YS_CODES(FAULT_CASE)
#undef FAULT_CASE
    }
    /* A number that is no code of ours can only come from a fault of ours. */
    return YS_FAULT_LOCAL;
}

void ys_assert_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}
