#include "node/terminal.h"

#include "node/view.h"
#include "proto/text.h"

#include <stdio.h>
#include <string.h>

enum { CLEAN_MAX = 1024, TIME_SHOWN_MAX = 20 };

void ys_terminal_put(const char *text)
{
    char clean[CLEAN_MAX];
    ys_view_clean(text, clean, sizeof clean);
    fputs(clean, stdout);
}

/* "name: value" with the value foreign. */
void ys_terminal_pair(const char *name, const char *value)
{
    printf("%s: ", name);
    ys_terminal_put(value);
    putchar('\n');
}

/* "2026-11-25 09:30:00" in +08:00; "-" for none. */
void ys_terminal_time(bool there, uint64_t time_s, char out[YS_TIME_TEXT_MAX])
{
    if (!there || time_s > (uint64_t)(YS_TIME_LAST_MS / 1000)) {
        memcpy(out, "-", 2);
        return;
    }
    ys_time_print((int64_t)time_s * 1000, out);
    out[TIME_SHOWN_MAX - 1] = '\0';
    out[10] = ' ';
}

/* Columns that a text takes on a terminal, roughly: what is beyond U+1100 is wide. */
static int columns_of(const char *text)
{
    int columns = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        if ((*at & 0xc0) != 0x80)
            columns += *at >= 0xe2 ? 2 : 1;
    return columns;
}

void ys_terminal_padded(const char *text, int width)
{
    char clean[CLEAN_MAX];
    ys_view_clean(text, clean, sizeof clean);
    const int rest = width - columns_of(clean);
    /* What is too long for its column keeps apart from the next all the same. */
    printf("%s%*s", clean, rest > 0 ? rest : width > 0, "");
}
