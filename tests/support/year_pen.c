#include "proto/moment.h"
#include "proto/reflect.h"
#include "tests/support/year_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *year_room(struct year_pen *pen, size_t size)
{
    void *const room = ys_arena_alloc(pen->arena, size);
    if (room == NULL)
        abort();
    return room;
}

void *year_make(struct year_pen *pen, const ProtobufCMessageDescriptor *type)
{
    void *const message = ys_reflect_new(type, pen->arena);
    if (message == NULL)
        abort();
    return message;
}

char *year_say(struct year_pen *pen, const char *format, ...)
{
    enum { LONGEST = 600 };
    char *const text = year_room(pen, LONGEST);
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(text, LONGEST, format, arguments);
    va_end(arguments);
    if (size < 0 || size >= LONGEST)
        abort();
    return text;
}

Yishi__V1__Date *year_date(struct year_pen *pen, int32_t day)
{
    Yishi__V1__Date *const date = year_make(pen, &yishi__v1__date__descriptor);
    YEAR_SET(date, yyyymmdd, ys_date_from_days(day));
    return date;
}

Yishi__V1__Time *year_time(struct year_pen *pen, int32_t day, int minute)
{
    Yishi__V1__Time *const time = year_make(pen, &yishi__v1__time__descriptor);
    YEAR_SET(time, unix_ms, day * YS_DAY_MS - YS_SHANGHAI_MS + minute * INT64_C(60000));
    return time;
}

/* The two committees, and two to five kinds besides. */
Yishi__V1__PartyCount **year_parties(struct year_pen *pen, size_t *count_out)
{
    enum { MOST = 7, FIRST_BESIDES = 5, LAST_BESIDES = 15 };
    Yishi__V1__PartyCount **const list = year_room(pen, MOST * sizeof *list);
    const size_t count = 2 + (size_t)dice_between(&pen->rng, 2, MOST - 2);
    int kind = dice_between(&pen->rng, FIRST_BESIDES, FIRST_BESIDES + 1);
    for (size_t i = 0; i < count; i++) {
        list[i] = year_make(pen, &yishi__v1__party_count__descriptor);
        YEAR_SET(list[i], party_kind,
                 i < 2 ? (Yishi__V1__PartyKind)(YISHI__V1__PARTY_KIND__PARTY_KIND_PARTY_ORG + i)
                       : (Yishi__V1__PartyKind)kind);
        YEAR_SET(list[i], count, (uint32_t)dice_between(&pen->rng, 1, i < 2 ? 5 : 12));
        if (i >= 2)
            kind += dice_between(&pen->rng, 1, 2);
        _Static_assert(FIRST_BESIDES + 1 + (MOST - 3) * 2 <= LAST_BESIDES, "no kind twice");
    }
    *count_out = count;
    return list;
}

Yishi__V1__ItemNumber **year_items(struct year_pen *pen, unsigned mask, size_t *count_out)
{
    Yishi__V1__ItemNumber **const list = year_room(pen, YEAR_ITEMS_MAX * sizeof *list);
    *count_out = 0;
    for (uint32_t i = 0; i < YEAR_ITEMS_MAX; i++) {
        if ((mask >> i & 1) == 0)
            continue;
        Yishi__V1__ItemNumber *const item = year_make(pen, &yishi__v1__item_number__descriptor);
        YEAR_SET(item, no, i + 1);
        list[(*count_out)++] = item;
    }
    return list;
}

Yishi__V1__Measure **year_measures(struct year_pen *pen, size_t *count_out)
{
    Yishi__V1__Measure **const list = year_room(pen, 2 * sizeof *list);
    *count_out = (size_t)dice_between(&pen->rng, 1, 2);
    for (size_t i = 0; i < *count_out; i++) {
        list[i] = year_make(pen, &yishi__v1__measure__descriptor);
        list[i]->text = year_prose(pen, 1);
        list[i]->due = year_date(pen, pen->step->day + dice_between(&pen->rng, 10, 60));
    }
    return list;
}

void year_attach(struct year_pen *pen, Yishi__V1__AttachmentRole role, bool replicated,
                 const char *title)
{
    enum { MOST = 4 };
    Yishi__V1__Body *const body = pen->body;
    Yishi__V1__Attachment *const a = year_make(pen, &yishi__v1__attachment__descriptor);
    uint8_t *const hash = year_room(pen, YS_HASH_LEN);
    if (body->attachments == NULL)
        body->attachments = year_room(pen, MOST * sizeof(void *));
    if (body->n_attachments == MOST)
        abort();
    rng_fill(&pen->rng, hash, YS_HASH_LEN);
    YEAR_SET(a, alg, YISHI__V1__HASH_ALGORITHM__HASH_ALGORITHM_SHA256);
    YEAR_SET(a, hash, ((ProtobufCBinaryData){YS_HASH_LEN, hash}));
    YEAR_SET(a, size, (uint64_t)dice_between(&pen->rng, 20000, 900000));
    YEAR_SET(a, scope,
             replicated ? YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_REPLICATED
                        : YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_LOCAL_ONLY);
    YEAR_SET(a, role, role);
    a->media_type = year_say(pen, "%s", replicated ? "image/jpeg" : "application/pdf");
    a->title = year_say(pen, "%s", title);
    body->attachments[body->n_attachments++] = a;
}

void year_seal(struct year_pen *pen, const char *slot)
{
    enum { MOST = 3 };
    Yishi__V1__Body *const body = pen->body;
    Yishi__V1__Sealed *const sealed = year_make(pen, &yishi__v1__sealed__descriptor);
    uint8_t *const commitment = year_room(pen, YS_HASH_LEN);
    if (body->sealed == NULL)
        body->sealed = year_room(pen, MOST * sizeof(void *));
    if (body->n_sealed == MOST)
        abort();
    rng_fill(&pen->rng, commitment, YS_HASH_LEN);
    sealed->slot = year_say(pen, "%s", slot);
    YEAR_SET(sealed, commitment, ((ProtobufCBinaryData){YS_HASH_LEN, commitment}));
    body->sealed[body->n_sealed++] = sealed;
}
