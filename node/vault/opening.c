#include "node/vault/opening.h"

#include "crypto/base64.h"
#include "node/lang.h"
#include "node/node.h"
#include "proto/json.h"
#include "proto/moment.h"
#include "proto/record.h"
#include "proto/text.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "yishi/opening/v1"

static const char how[] =
    "{ printf 'yishi/sealed/v1\\n%s\\n%s\\n' KIND SLOT; printf %s SALT | openssl base64 -d -A; "
    "printf %s VALUE; } | openssl dgst -sha256 -binary | openssl base64 "
    "gives the commitment, which stands in the record under body.sealed";

static const char how_file[] =
    "{ printf 'yishi/sealed/v1\\n%s\\n%s\\n' KIND SLOT; printf %s SALT | openssl base64 -d -A; "
    "cat FILE; } | openssl dgst -sha256 -binary | openssl base64 "
    "gives the commitment, which stands in the record as the hash of an attachment";

void ys_opening_clear(struct ys_opening *opening)
{
    if (opening->value != NULL)
        sodium_memzero(opening->value, opening->size);
    free(opening->value);
    sodium_memzero(opening, sizeof *opening);
}

/* --- writing --- */

static json_t *base64_json(struct ys_bytes bytes)
{
    const size_t length = YS_BASE64_LEN(bytes.size);
    char *const text = malloc(length + 1);
    if (text == NULL)
        return NULL;
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = length};
    ys_writer_base64(&w, bytes);
    json_t *const json = json_stringn(text, w.size);
    sodium_memzero(text, length);
    free(text);
    return json;
}

static bool is_text(struct ys_bytes bytes)
{
    return ys_text_check(bytes, NULL) == YS_TEXT_GOOD;
}

static int set_value(json_t *json, const char *file, struct ys_bytes value)
{
    if (file != NULL)
        return json_object_set_new(json, "value_file", json_string(file));
    return is_text(value) ? json_object_set_new(json, "value",
                                                json_stringn((const char *)value.data, value.size))
                          : json_object_set_new(json, "value_base64", base64_json(value));
}

json_t *ys_opening_json(const struct ys_vault_opened *opened, const struct ys_hash *record,
                        const char *file, const char *recipient, const char *purpose)
{
    const struct ys_bytes value = {opened->bytes, opened->size};
    char id[YS_RECORD_ID_TEXT_MAX];
    char time[YS_TIME_TEXT_MAX];
    json_t *const json = json_object();
    ys_record_id_print(record, id);
    ys_time_print((int64_t)ys_now_s() * 1000, time);
    int failed = json_object_set_new(json, "format", json_string(FORMAT));
    failed += json_object_set_new(json, "record", json_string(id));
    failed += json_object_set_new(json, "kind", json_string(opened->tag.kind));
    failed += json_object_set_new(json, "slot", json_string(opened->tag.slot));
    failed += json_object_set_new(
        json, "commitment",
        base64_json((struct ys_bytes){opened->tag.commitment.bytes, YS_HASH_LEN}));
    failed += json_object_set_new(json, "salt",
                                  base64_json((struct ys_bytes){opened->salt, YS_SEAL_SALT_LEN}));
    failed += set_value(json, file, value);
    failed += json_object_set_new(json, "for", json_string(recipient));
    failed += json_object_set_new(json, "purpose", json_string(purpose));
    failed += json_object_set_new(json, "opened_at", json_string(time));
    failed += json_object_set_new(json, "how", json_string(file == NULL ? how : how_file));
    if (failed == 0)
        return json;
    json_decref(json);
    return NULL;
}

/* --- reading --- */

bool ys_opening_is(struct ys_bytes text)
{
    json_t *json = NULL;
    if (text.size == 0 || text.data[0] != '{' || ys_json_load(text, &json, NULL) != YS_OK)
        return false;
    const char *const format = json_string_value(json_object_get(json, "format"));
    const bool is = format != NULL && strncmp(format, "yishi/opening/", 14) == 0;
    json_decref(json);
    return is;
}

static const char *text_of(const json_t *json, const char *name)
{
    const char *const text = json_string_value(json_object_get(json, name));
    return text == NULL ? "" : text;
}

static enum ys_code fail_member(const char *name, struct ys_err *err)
{
    return ys_fail(err, YS_MALFORMED, _("opening: \"%s\" is missing, or not what it must be"),
                   name);
}

/* The name of a file beside the opening, and nowhere else. */
static enum ys_code read_file_name(const char *name, struct ys_opening *out, struct ys_err *err)
{
    if (name[0] == '\0' || strlen(name) > NAME_MAX || strchr(name, '/') != NULL ||
        strcmp(name, "..") == 0)
        return fail_member("value_file", err);
    memcpy(out->file, name, strlen(name) + 1);
    return YS_OK;
}

static enum ys_code read_value(const json_t *json, struct ys_opening *out, struct ys_err *err)
{
    const json_t *const plain = json_object_get(json, "value");
    const char *const coded = text_of(json, "value_base64");
    const json_t *const file = json_object_get(json, "value_file");
    size_t size = 0;
    if ((plain != NULL) + (coded[0] != '\0') + (file != NULL) > 1)
        return fail_member("value", err);
    if (file != NULL)
        return read_file_name(text_of(json, "value_file"), out, err);
    if (json_is_string(plain))
        size = json_string_length(plain);
    else if (coded[0] == '\0' || ys_base64_measure(ys_bytes_of_text(coded), &size) != YS_OK)
        return fail_member("value", err);
    if (size > YS_VAULT_VALUE_MAX)
        return fail_member("value", err);
    out->value = calloc(1, size + 1);
    if (out->value == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    out->size = size;
    if (json_is_string(plain))
        memcpy(out->value, json_string_value(plain), size);
    else if (ys_base64_decode(ys_bytes_of_text(coded), out->value, size, &size) != YS_OK)
        return fail_member("value_base64", err);
    return YS_OK;
}

static enum ys_code read_members(const json_t *json, struct ys_opening *out, struct ys_err *err)
{
    size_t size = 0;
    const char *const kind = text_of(json, "kind");
    const char *const slot = text_of(json, "slot");
    if (strcmp(text_of(json, "format"), FORMAT) != 0)
        return fail_member("format", err);
    if (ys_record_id_parse(ys_bytes_of_text(text_of(json, "record")), &out->record) != YS_OK)
        return fail_member("record", err);
    if (!ys_commitment_word_valid(kind))
        return fail_member("kind", err);
    if (!ys_commitment_word_valid(slot))
        return fail_member("slot", err);
    if (!ys_hash_parse(ys_bytes_of_text(text_of(json, "commitment")), &out->commitment))
        return fail_member("commitment", err);
    if (ys_base64_decode(ys_bytes_of_text(text_of(json, "salt")), out->salt, sizeof out->salt,
                         &size) != YS_OK ||
        size != sizeof out->salt)
        return fail_member("salt", err);
    memcpy(out->kind, kind, strlen(kind) + 1);
    memcpy(out->slot, slot, strlen(slot) + 1);
    return read_value(json, out, err);
}

enum ys_code ys_opening_parse(struct ys_bytes text, struct ys_opening *out, struct ys_err *err)
{
    YS_OPENING_SCOPED opening = {.value = NULL};
    json_t *json = NULL;
    enum ys_code code = ys_json_load(text, &json, err);
    if (code == YS_OK)
        code = read_members(json, &opening, err);
    json_decref(json);
    if (code != YS_OK)
        return code;
    *out = opening;
    opening.value = NULL;
    return YS_OK;
}

/* Read through once, from its place beside the opening. */
static enum ys_code add_file(struct ys_commitment *making, const char *path, const char *name,
                             struct ys_err *err)
{
    char whole[PATH_MAX];
    uint8_t piece[16 * 1024];
    const char *const slash = strrchr(path, '/');
    const int folder = slash == NULL ? 0 : (int)(slash - path) + 1;
    if (snprintf(whole, sizeof whole, "%.*s%s", folder, path, name) >= (int)sizeof whole)
        return ys_fail(err, YS_USAGE, _("%s: the path is too long"), path);
    FILE *const file = fopen(whole, "rbe");
    if (file == NULL)
        return ys_fail(err, YS_IO, "%s: %s", whole, strerror(errno));
    size_t got = 0;
    while ((got = fread(piece, 1, sizeof piece, file)) != 0)
        ys_commitment_add(making, (struct ys_bytes){piece, got});
    const bool failed = ferror(file) != 0;
    fclose(file);
    sodium_memzero(piece, sizeof piece);
    return failed ? ys_fail(err, YS_IO, "%s: %s", whole, strerror(errno)) : YS_OK;
}

enum ys_code ys_opening_check(const struct ys_opening *opening, const char *path,
                              const struct ys_hash *id, const struct ys_sealed_list *list,
                              struct ys_err *err)
{
    struct ys_commitment making;
    struct ys_hash made;
    enum ys_code code = YS_OK;
    if (!ys_hash_equal(&opening->record, id))
        return ys_fail(err, YS_REFUSED, _("the opening is of another record"));
    ys_commitment_begin(&making, opening->kind, opening->slot, opening->salt);
    if (opening->file[0] != '\0')
        code = add_file(&making, path, opening->file, err);
    else
        ys_commitment_add(&making, (struct ys_bytes){opening->value, opening->size});
    if (code != YS_OK)
        return code;
    ys_commitment_end(&making, &made);
    if (!ys_hash_equal(&made, &opening->commitment))
        return ys_fail(err, YS_REFUSED,
                       _("value and salt do not make the commitment: one of them is not what was "
                         "sealed"));
    for (size_t i = 0; i < list->count; i++)
        if (ys_hash_equal(&list->item[i].commitment, &made) &&
            strcmp(list->item[i].kind, opening->kind) == 0 &&
            strcmp(list->item[i].slot, opening->slot) == 0)
            return YS_OK;
    return ys_fail(err, YS_REFUSED,
                   _("the commitment does not stand in the record under slot %s of a %s"),
                   opening->slot, opening->kind);
}
