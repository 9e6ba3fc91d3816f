#include "node/audit/witnesses.h"

#include "node/lang.h"

#include <stdlib.h>

struct ys_witness *ys_witnesses_find(const struct ys_witnesses *witnesses,
                                     const struct ys_vkey *key)
{
    for (size_t i = 0; i < witnesses->count; i++)
        if (witnesses->row[i].key == key)
            return &witnesses->row[i];
    return NULL;
}

enum ys_code ys_witnesses_add(struct ys_witnesses *witnesses, const struct ys_witness *witness,
                              struct ys_err *err)
{
    if (witnesses->count == witnesses->room) {
        const size_t room = witnesses->room == 0 ? 4 : 2 * witnesses->room;
        struct ys_witness *const row = realloc(witnesses->row, room * sizeof *row);
        if (row == NULL)
            return ys_fail(err, YS_NOMEM, _("scrub: out of memory"));
        witnesses->row = row;
        witnesses->room = room;
    }
    witnesses->row[witnesses->count++] = *witness;
    return YS_OK;
}

void ys_witnesses_clear(struct ys_witnesses *witnesses)
{
    free(witnesses->row);
    *witnesses = (struct ys_witnesses){0};
}
