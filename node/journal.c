#include "node/journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

static size_t begin(char line[LINE_MAX_BYTES], enum ys_priority priority, const char *event)
{
    const int length = getenv("JOURNAL_STREAM") != NULL
                           ? snprintf(line, LINE_MAX_BYTES, "<%d>event=%s", (int)priority, event)
                           : snprintf(line, LINE_MAX_BYTES, "event=%s", event);
    return length < 0 ? 0 : (size_t)length;
}

static void end(char line[LINE_MAX_BYTES], size_t length)
{
    if (length > LINE_MAX_BYTES - 1)
        length = LINE_MAX_BYTES - 1;
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, length) < 0)
        return; /* nobody listens */
}

/* What follows the event; may say more bytes than there is room for. */
__attribute__((format(printf, 3, 0))) static size_t print(char line[LINE_MAX_BYTES], size_t length,
                                                          const char *format, va_list args)
{
    line[length++] = ' ';
    const int more = vsnprintf(line + length, LINE_MAX_BYTES - length, format, args);
    return more < 0 ? length : length + (size_t)more;
}

void ys_journal(enum ys_priority priority, const char *event, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    const size_t length = print(line, begin(line, priority, event), format, args);
    va_end(args);
    end(line, length);
}

static size_t quote(char line[LINE_MAX_BYTES], size_t length, const char *name, const char *text)
{
    const int more = snprintf(line + length, LINE_MAX_BYTES - length, " %s=\"", name);
    length += more < 0 ? 0 : (size_t)more;
    for (const char *at = text; *at != '\0' && length < LINE_MAX_BYTES - 3; at++) {
        const unsigned char c = (unsigned char)*at;
        line[length++] = (char)(c < 0x20 || c == 0x7f || c == '"' ? '?' : c);
    }
    line[length++] = '"';
    return length;
}

void ys_journal_text(enum ys_priority priority, const char *event, const char *name,
                     const char *text)
{
    char line[LINE_MAX_BYTES];
    const size_t length = begin(line, priority, event);
    end(line, quote(line, length, name, text));
}

void ys_journal_reason(enum ys_priority priority, const char *event, const char *reason,
                       const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    const size_t length = print(line, begin(line, priority, event), format, args);
    va_end(args);
    end(line, length < LINE_MAX_BYTES / 2 ? quote(line, length, "reason", reason) : length);
}
