#include "node/outbox.h"

#include <stdlib.h>
#include <string.h>

struct ys_parcel {
    struct ys_parcel *next;
    size_t size;
    uint8_t data[];
};

enum ys_code ys_outbox_put(struct ys_outbox *box, struct ys_bytes message, struct ys_err *err)
{
    if (box->bytes + message.size > YS_OUTBOX_MAX)
        return ys_fail(err, YS_LIMIT, "the peer leaves more than %d bytes unread", YS_OUTBOX_MAX);
    struct ys_parcel *const parcel = malloc(sizeof *parcel + message.size);
    if (parcel == NULL)
        return ys_fail(err, YS_NOMEM, "link: out of memory");
    parcel->next = NULL;
    parcel->size = message.size;
    memcpy(parcel->data, message.data, message.size);
    if (box->last != NULL)
        box->last->next = parcel;
    else
        box->first = parcel;
    box->last = parcel;
    box->bytes += message.size;
    return YS_OK;
}

struct ys_bytes ys_outbox_peek(const struct ys_outbox *box)
{
    if (box->first == NULL)
        return (struct ys_bytes){0};
    return (struct ys_bytes){box->first->data, box->first->size};
}

void ys_outbox_drop(struct ys_outbox *box)
{
    struct ys_parcel *const parcel = box->first;
    box->bytes -= parcel->size;
    box->first = parcel->next;
    if (box->first == NULL)
        box->last = NULL;
    free(parcel);
}

void ys_outbox_clear(struct ys_outbox *box)
{
    while (box->first != NULL)
        ys_outbox_drop(box);
}

bool ys_outbox_has_room(const struct ys_outbox *box)
{
    return box->bytes < YS_OUTBOX_ROOM;
}
