#include "node/audit/flaw.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const words[] = {
#define WORD(name, word) word,
    YS_FLAW_KINDS(WORD)
#undef WORD
};

const char *ys_flaw_word(enum ys_flaw_kind kind)
{
    return words[kind];
}

void ys_flaws_clear(struct ys_flaws *flaws)
{
    free(flaws->item);
    *flaws = (struct ys_flaws){0};
}

/* Room for one more; NULL when it is not kept. */
static struct ys_flaw *room_for(struct ys_flaws *flaws)
{
    if (flaws->kept == YS_FLAWS_MAX)
        return NULL;
    if (flaws->kept == flaws->room) {
        const size_t room = flaws->room == 0 ? 8 : 2 * flaws->room;
        struct ys_flaw *const item = realloc(flaws->item, room * sizeof *item);
        if (item == NULL)
            return NULL;
        flaws->item = item;
        flaws->room = room;
    }
    return &flaws->item[flaws->kept++];
}

/* Count one more; NULL when it is only counted. */
static struct ys_flaw *next(struct ys_flaws *flaws, enum ys_flaw_kind kind)
{
    struct ys_flaw *const flaw = room_for(flaws);
    flaws->count++;
    flaws->unknown += kind == YS_FLAW_UNKNOWN;
    if (flaw != NULL)
        *flaw = (struct ys_flaw){.kind = kind};
    return flaw;
}

void ys_flaw_add(struct ys_flaws *flaws, enum ys_flaw_kind kind, const char *where,
                 const char *format, ...)
{
    struct ys_flaw *const flaw = next(flaws, kind);
    va_list args;
    if (flaw == NULL)
        return;
    snprintf(flaw->where, sizeof flaw->where, "%s", where);
    va_start(args, format);
    vsnprintf(flaw->text, sizeof flaw->text, format, args);
    va_end(args);
}

void ys_flaw_add_entry(struct ys_flaws *flaws, enum ys_flaw_kind kind, const char *where,
                       uint64_t index, const char *format, ...)
{
    struct ys_flaw *const flaw = next(flaws, kind);
    va_list args;
    if (flaw == NULL)
        return;
    flaw->has_index = true;
    flaw->index = index;
    snprintf(flaw->where, sizeof flaw->where, "%s", where);
    const int begun = snprintf(flaw->text, sizeof flaw->text, "entry %" PRIu64 ": ", index);
    va_start(args, format);
    vsnprintf(flaw->text + begun, sizeof flaw->text - (size_t)begun, format, args);
    va_end(args);
}

void ys_flaws_move(struct ys_flaws *from, struct ys_flaws *to)
{
    for (size_t i = 0; i < from->kept; i++) {
        struct ys_flaw *const flaw = room_for(to);
        if (flaw != NULL)
            *flaw = from->item[i];
    }
    to->count += from->count;
    to->unknown += from->unknown;
    ys_flaws_clear(from);
}
