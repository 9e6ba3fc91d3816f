#include "node/vault/sealed_list.h"

#include "crypto/base64.h"
#include "node/file.h"
#include "node/lang.h"

#include <stdlib.h>
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

/* --- drafts --- */

static const char *text_of(const json_t *json, const char *name)
{
    const char *const text = json_string_value(json_object_get(json, name));
    return text == NULL ? "" : text;
}

/* One element of `sealed` or `attachments`. What is half written there names nothing. */
static enum ys_code add_element(struct ys_sealed_list *list, const char *kind, const json_t *item,
                                bool attachment, struct ys_err *err)
{
    struct ys_hash hash;
    const char *const text = text_of(item, attachment ? "hash" : "commitment");
    if ((attachment && strcmp(text_of(item, "scope"), "local_only") != 0) ||
        !ys_hash_parse(ys_bytes_of_text(text), &hash))
        return YS_OK;
    return add(list, kind, attachment ? YS_SLOT_ATTACHMENT : text_of(item, "slot"),
               &(ProtobufCBinaryData){.len = YS_HASH_LEN, .data = hash.bytes}, err);
}

static enum ys_code add_object(struct ys_sealed_list *list, const char *kind, const json_t *record,
                               struct ys_err *err)
{
    size_t index = 0;
    const json_t *item = NULL;
    enum ys_code code = YS_OK;
    if (!ys_commitment_word_valid(kind))
        return YS_OK;
    json_array_foreach(json_object_get(record, "sealed"), index, item)
    {
        if (code == YS_OK)
            code = add_element(list, kind, item, false, err);
    }
    json_array_foreach(json_object_get(record, "attachments"), index, item)
    {
        if (code == YS_OK)
            code = add_element(list, kind, item, true, err);
    }
    return code;
}

/* Of which kind is the new content of a correction? Its own field says so. */
static const char *kind_inside(const json_t *content)
{
    size_t count = 0;
    const struct ys_kind *const kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++)
        if (json_object_get(content, kinds[i].name) != NULL)
            return kinds[i].name;
    return "";
}

static enum ys_code add_written(struct ys_sealed_list *list, const json_t *record,
                                struct ys_err *err)
{
    const json_t *const content =
        json_object_get(json_object_get(record, "correction"), "replacement");
    enum ys_code code = add_object(list, text_of(record, "kind"), record, err);
    if (code == YS_OK && json_is_object(content))
        code = add_object(list, kind_inside(content), content, err);
    if (code != YS_OK || !json_is_string(content))
        return code;
    /* Bytes of a body, in base64. */
    const struct ys_bytes text = ys_bytes_of_text(json_string_value(content));
    uint8_t *const bytes = malloc(text.size + 1);
    size_t size = 0;
    if (bytes == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    if (ys_base64_decode(text, bytes, text.size, &size) == YS_OK)
        code = ys_sealed_list_add_bytes(list, (struct ys_bytes){bytes, size}, err);
    free(bytes);
    return code;
}

static enum ys_code add_bound(struct ys_sealed_list *list, const json_t *json, struct ys_err *err)
{
    YS_DRAFT_FILE_SCOPED file = {.count = 0};
    enum ys_code code = ys_draft_file_parse(json, &file, err);
    for (size_t i = 0; code == YS_OK && i < file.count; i++)
        code = ys_sealed_list_add_bytes(list, file.record[i].body, err);
    return code;
}

enum ys_code ys_sealed_list_add_draft(struct ys_sealed_list *list, const char *path,
                                      struct ys_err *err)
{
    struct ys_bytes text = {0};
    struct ys_err why = {0};
    uint8_t *bytes = NULL;
    json_t *json = NULL;
    enum ys_code code = ys_file_read_all(path, YS_JSON_FILE_MAX, &bytes, &text.size, err);
    if (code != YS_OK)
        return code;
    text.data = bytes;
    code = ys_sheet_json(text, &json, &why);
    if (code == YS_OK)
        code = json_object_get(json, "records") != NULL ? add_bound(list, json, &why)
                                                        : add_written(list, json, &why);
    json_decref(json);
    free(bytes);
    return code == YS_OK ? YS_OK : ys_fail(err, code, "%s: %s", path, why.msg);
}

bool ys_sealed_list_holds(const struct ys_sealed_list *list, const struct ys_hash *commitment)
{
    for (size_t i = 0; i < list->count; i++)
        if (ys_hash_equal(&list->item[i].commitment, commitment))
            return true;
    return false;
}
