#include "node/audit/claims.h"

#include "node/lang.h"

#include <stdlib.h>
#include <string.h>

/* Where the origin stands, or would have to. */
static size_t place_of(const struct ys_claims *claims, const char *origin, bool *there_out)
{
    size_t low = 0;
    size_t high = claims->count;
    *there_out = false;
    while (low < high && !*there_out) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(claims->item[middle].origin, origin);
        if (order == 0) {
            *there_out = true;
            low = middle;
        } else if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

enum ys_code ys_claims_add(struct ys_claims *claims, const struct ys_claim *claim,
                           struct ys_err *err)
{
    bool there = false;
    const size_t at = place_of(claims, claim->origin, &there);
    if (there) {
        if (claim->size > claims->item[at].size)
            claims->item[at] = *claim;
        return YS_OK;
    }
    if (claims->count == claims->room) {
        const size_t room = claims->room == 0 ? 64 : 2 * claims->room;
        struct ys_claim *const item = realloc(claims->item, room * sizeof *item);
        if (item == NULL)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
        claims->item = item;
        claims->room = room;
    }
    memmove(&claims->item[at + 1], &claims->item[at], (claims->count - at) * sizeof *claims->item);
    claims->item[at] = *claim;
    claims->count++;
    return YS_OK;
}

const struct ys_claim *ys_claims_find(const struct ys_claims *claims, const char *origin)
{
    bool there = false;
    const size_t at = place_of(claims, origin, &there);
    return there ? &claims->item[at] : NULL;
}

void ys_claims_clear(struct ys_claims *claims)
{
    free(claims->item);
    *claims = (struct ys_claims){0};
}
