#include "node/vault/sealed_list.h"

#include "node/lang.h"

#include <string.h>

static enum ys_code add(struct ys_sealed_list *list, const char *kind, const char *slot,
                        const ProtobufCBinaryData *hash, struct ys_err *err)
{
    if (!ys_commitment_word_valid(slot) || hash->len != YS_HASH_LEN)
        return YS_OK;
    if (list->count == YS_SEALED_MAX)
        return ys_fail(err, YS_LIMIT, _("more than %d sealed values in one place"), YS_SEALED_MAX);
    struct ys_sealed_item *const item = &list->item[list->count++];
    *item = (struct ys_sealed_item){.kind = ""};
    memcpy(item->kind, kind, strlen(kind));
    memcpy(item->slot, slot, strlen(slot));
    memcpy(item->commitment.bytes, hash->data, YS_HASH_LEN);
    return YS_OK;
}

/* Of one body, without what a correction holds. */
static enum ys_code add_own(struct ys_sealed_list *list, const Yishi__V1__Body *body,
                            struct ys_err *err)
{
    const char *const kind = ys_body_kind(body)->name;
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < body->n_sealed && code == YS_OK; i++)
        code = add(list, kind, body->sealed[i]->slot, &body->sealed[i]->commitment, err);
    for (size_t i = 0; i < body->n_attachments && code == YS_OK; i++)
        if (body->attachments[i]->scope == YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_LOCAL_ONLY)
            code = add(list, kind, YS_SLOT_ATTACHMENT, &body->attachments[i]->hash, err);
    return code;
}

enum ys_code ys_sealed_list_add(struct ys_sealed_list *list, const Yishi__V1__Body *body,
                                struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *inner = NULL;
    if (body->kind_case == YISHI__V1__BODY__KIND__NOT_SET)
        return YS_OK; /* a draft that does not say yet what it is */
    enum ys_code code = add_own(list, body, err);
    if (code != YS_OK || body->kind_case != YISHI__V1__BODY__KIND_CORRECTION)
        return code;
    const ProtobufCBinaryData *const bytes = &body->correction->replacement;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    code = ys_body_decode((struct ys_bytes){bytes->data, bytes->len}, &arena, &inner, err);
    if (code == YS_OK)
        code = add_own(list, inner, err);
    else if (code != YS_NOMEM)
        code = YS_OK; /* what cannot be read holds nothing */
    ys_arena_clear(&arena);
    return code;
}

enum ys_code ys_sealed_list_add_bytes(struct ys_sealed_list *list, struct ys_bytes bytes,
                                      struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(bytes, &arena, &body, err);
    if (code == YS_OK)
        code = ys_sealed_list_add(list, body, err);
    else if (code != YS_NOMEM)
        code = YS_OK;
    ys_arena_clear(&arena);
    return code;
}

enum ys_code ys_sealed_list_add_sheet(struct ys_sealed_list *list, const struct ys_sheet *sheet,
                                      struct ys_err *err)
{
    enum ys_code code = YS_OK;
    if (!sheet->bound)
        return ys_sealed_list_add(list, sheet->draft.body, err);
    for (size_t i = 0; i < sheet->file.count && code == YS_OK; i++)
        code = ys_sealed_list_add_bytes(list, sheet->file.record[i].body, err);
    return code;
}

bool ys_sealed_list_holds(const struct ys_sealed_list *list, const struct ys_hash *commitment)
{
    for (size_t i = 0; i < list->count; i++)
        if (ys_hash_equal(&list->item[i].commitment, commitment))
            return true;
    return false;
}
