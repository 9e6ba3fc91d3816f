#include "node/draft_file.h"

#include "crypto/base64.h"
#include "node/json_file.h"
#include "node/lang.h"
#include "proto/json.h"

#include <stdlib.h>

void ys_draft_file_clear(struct ys_draft_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        ys_written_clear(&file->record[i]);
    file->count = 0;
}

/* --- one record --- */

static json_t *base64_json(struct ys_bytes bytes)
{
    const size_t capacity = YS_BASE64_LEN(bytes.size);
    struct ys_writer w = {.data = malloc(capacity + 1), .capacity = capacity};
    if (w.data == NULL)
        return NULL;
    ys_writer_base64(&w, bytes);
    json_t *const json = json_stringn((const char *)w.data, w.size);
    free(w.data);
    return json;
}

json_t *ys_draft_record_json(const struct ys_written *written)
{
    const struct ys_bytes note = written->note.size == 0 ? written->text : written->note;
    return json_pack("{s:o, s:o}", "note", json_stringn((const char *)note.data, note.size), "body",
                     base64_json(written->body));
}

static struct ys_bytes json_bytes(const json_t *json)
{
    return (struct ys_bytes){.data = (const uint8_t *)json_string_value(json),
                             .size = json_string_length(json)};
}

/* What is not shown must not be signed: no fields that this version does not know. */
static enum ys_code check_body(const struct ys_written *written, struct ys_err *err)
{
    const Yishi__V1__Body *body = NULL;
    struct ys_arena arena;
    if (ys_kind_by_name(ys_bytes_of_text(written->record.kind)) == NULL)
        return ys_fail(err, YS_MALFORMED, _("kind: \"%s\" is not known to this version"),
                       written->record.kind);
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(written->body, &arena, &body, err);
    if (code == YS_OK)
        code = ys_body_check_note(body, &written->record, err);
    if (code == YS_OK)
        code = ys_body_check_authored(body, err);
    ys_arena_clear(&arena);
    return code;
}

enum ys_code ys_draft_record_read(const json_t *json, struct ys_written *out, struct ys_err *err)
{
    const json_t *const note = json_object_get(json, "note");
    const json_t *const base64 = json_object_get(json, "body");
    if (!json_is_string(note) || !json_is_string(base64) || json_object_size(json) != 2)
        return ys_fail(err, YS_MALFORMED, _("not of the form {\"note\": ..., \"body\": ...}"));
    const size_t capacity = json_string_length(base64) / 4 * 3 + 3;
    uint8_t *const body = malloc(capacity);
    size_t size = 0;
    if (body == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = ys_base64_decode(json_bytes(base64), body, capacity, &size);
    if (code != YS_OK)
        code = ys_fail(err, code, _("its body is no base64"));
    else
        code = ys_written_read(json_bytes(note), (struct ys_bytes){body, size}, out, err);
    free(body);
    if (code != YS_OK)
        return code;
    code = check_body(out, err);
    if (code != YS_OK)
        ys_written_clear(out);
    return code;
}

enum ys_code ys_draft_body_json(const struct ys_written *written, json_t **out, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(written->body, &arena, &body, err);
    if (code == YS_OK)
        code = ys_json_encode(&body->base, out, err);
    ys_arena_clear(&arena);
    return code;
}

/* --- the file --- */

enum ys_code ys_draft_file_save(const struct ys_written *records, size_t count, const char *path,
                                struct ys_err *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, ys_draft_record_json(&records[i]));
    if (json_array_size(list) != count) {
        json_decref(list);
        list = NULL;
    }
    return ys_json_file_save(path, list == NULL ? NULL : json_pack("{s:o}", "records", list), err);
}

static enum ys_code read_records(const json_t *json, struct ys_draft_file *out, struct ys_err *err)
{
    const json_t *const records = json_object_get(json, "records");
    struct ys_err why = {0};
    enum ys_code code = YS_OK;
    if (!json_is_array(records) || json_object_size(json) != 1 || json_array_size(records) == 0 ||
        json_array_size(records) > YS_DRAFT_RECORDS_MAX)
        return ys_fail(err, YS_MALFORMED, _("no draft: it has 1 to %d records"),
                       YS_DRAFT_RECORDS_MAX);
    for (size_t i = 0; i < json_array_size(records) && code == YS_OK; i++) {
        code = ys_draft_record_read(json_array_get(records, i), &out->record[i], &why);
        if (code == YS_OK)
            out->count++;
        if (code == YS_OK &&
            !ys_name_equal(&out->record[i].record.origin, &out->record[0].record.origin))
            code = ys_fail(&why, YS_MALFORMED, _("it is of another log than the first"));
        if (code != YS_OK)
            code = ys_fail(err, code, _("record %zu: %s"), i + 1, why.msg);
    }
    return code;
}

enum ys_code ys_draft_file_parse(const json_t *json, struct ys_draft_file *out, struct ys_err *err)
{
    *out = (struct ys_draft_file){.count = 0};
    const enum ys_code code = read_records(json, out, err);
    if (code != YS_OK)
        ys_draft_file_clear(out);
    return code;
}
