#include "node/ballot/csv.h"

#include <string.h>

/* The next cell; false when it is too long or its quotes do not close. */
static bool read_cell(struct ys_csv *csv)
{
    size_t used = 0;
    bool quoted = false;
    size_t at = 0;
    const uint8_t *const p = csv->rest.data;
    if (csv->rest.size > 0 && p[0] == '"') {
        quoted = true;
        at = 1;
    }
    for (; at < csv->rest.size; at++) {
        if (quoted && p[at] == '"') {
            if (at + 1 < csv->rest.size && p[at + 1] == '"')
                at++;
            else {
                quoted = false;
                continue;
            }
        } else if (!quoted && (p[at] == ',' || p[at] == '\n')) {
            break;
        } else if (!quoted && p[at] == '\r') {
            continue;
        }
        if (used + 1 == sizeof csv->cell)
            return false;
        csv->cell[used++] = (char)p[at];
    }
    csv->cell[used] = '\0';
    csv->ends_row = at >= csv->rest.size || p[at] == '\n';
    csv->rest = ys_bytes_skip(csv->rest, at + 1);
    return !quoted;
}

/* Blanks around a cell, and the tab or quote that keeps a spreadsheet from reading a number. */
static char *trimmed(char *cell)
{
    cell += strspn(cell, " \t'");
    size_t size = strlen(cell);
    while (size > 0 && strchr(" \t", cell[size - 1]) != NULL)
        cell[--size] = '\0';
    return cell;
}

struct ys_bytes ys_csv_begin(struct ys_bytes text)
{
    return ys_bytes_starts_with(text, "\xEF\xBB\xBF") ? ys_bytes_skip(text, 3) : text;
}

char *ys_csv_next(struct ys_csv *csv)
{
    return read_cell(csv) ? trimmed(csv->cell) : NULL;
}
