#include "node/view.h"

#include "node/lang.h"
#include "proto/json_memory.h"
#include "proto/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>

/* Bytes of the character at `text` that may not reach a terminal; 0 for a harmless one. */
static size_t harmful(const unsigned char *text)
{
    if (text[0] < 0x20 || text[0] == 0x7f)
        return 1;
    if (text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f)
        return 2; /* C1 */
    if (text[0] == 0xe2 && text[1] == 0x80 &&
        ((text[2] >= 0xaa && text[2] <= 0xae) || text[2] == 0x8e || text[2] == 0x8f))
        return 3; /* U+202A to U+202E, U+200E, U+200F */
    if (text[0] == 0xe2 && text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9)
        return 3; /* U+2066 to U+2069 */
    return 0;
}

void ys_view_clean(const char *text, char *out, size_t size)
{
    size_t length = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        const size_t skip = harmful(at);
        at += skip;
        if (skip != 0)
            continue;
        if (length + 1 >= size)
            break;
        out[length++] = (char)*at++;
    }
    out[length] = '\0';
    while (length > 0 && ys_text_check(ys_bytes_of_text(out), NULL) == YS_TEXT_NOT_UTF8)
        out[--length] = '\0';
}

enum {
    HELD_MAX = 8 << 20,
    HELD_MUCH = 1 << 20
}; /* an entry printed takes less than the difference */

void ys_view_hold(void)
{
    static char room[HELD_MAX]; /* stdout may use it until the process ends */
    setvbuf(stdout, room, _IOFBF, sizeof room);
}

bool ys_view_held_much(void)
{
    return __fpending(stdout) >= HELD_MUCH;
}

enum ys_code ys_view_flush(struct ys_err *err)
{
    if (ys_json_memory_failures() != 0)
        return ys_fail(err, YS_NOMEM,
                       _("there was no memory to print the result; what the command changes is "
                         "changed"));
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return YS_OK;
    return ys_fail(err, YS_IO, _("standard output: %s"), strerror(errno));
}
