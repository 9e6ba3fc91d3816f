#include "node/vault/draft_seal.h"

#include "node/file.h"
#include "node/json_file.h"
#include "node/lang.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ys_draft_text_clear(struct ys_draft_text *text)
{
    free(text->bytes);
    json_decref(text->json);
    *text = (struct ys_draft_text){.bytes = NULL};
}

static enum ys_code load(const char *path, struct ys_draft_text *text, struct ys_err *err)
{
    struct ys_err why = {0};
    enum ys_code code = ys_file_read_all(path, YS_JSON_FILE_MAX, &text->bytes, &text->size, err);
    if (code != YS_OK)
        return code;
    code = ys_sheet_json((struct ys_bytes){text->bytes, text->size}, &text->json, &why);
    if (code != YS_OK)
        return ys_fail(err, code, "%s: %s", path, why.msg);
    if (json_object_get(text->json, "records") != NULL)
        return ys_fail(err, YS_REFUSED,
                       _("%s: the draft has its text, and may be signed; to change it, first: "
                         "yishi draft edit N --unsign"),
                       path);
    const char *const name = json_string_value(json_object_get(text->json, "kind"));
    text->kind = name == NULL ? NULL : ys_kind_by_name(ys_bytes_of_text(name));
    return text->kind != NULL
               ? YS_OK
               : ys_fail(err, YS_MALFORMED, _("%s: says no kind that is known"), path);
}

enum ys_code ys_draft_text_load(const struct ys_sheet *sheet, struct ys_draft_text *out,
                                struct ys_err *err)
{
    struct ys_draft_text text = {.bytes = NULL};
    const enum ys_code code = load(sheet->path, &text, err);
    if (code == YS_OK)
        *out = text;
    else
        ys_draft_text_clear(&text);
    return code;
}

enum ys_code ys_draft_seal_check(const struct ys_kind *kind, const char *slot, struct ys_err *err)
{
    char all[200];
    size_t used = 0;
    if (strcmp(slot, YS_KIND_SLOT_OPERATOR) == 0)
        return YS_OK;
    for (size_t i = 0; i < YS_KIND_SLOTS_MAX && kind->slot[i] != NULL; i++) {
        if (strcmp(slot, kind->slot[i]) == 0)
            return YS_OK;
        used += (size_t)snprintf(all + used, sizeof all - used, "%s, ", kind->slot[i]);
    }
    (void)snprintf(all + used, sizeof all - used, "%s", YS_KIND_SLOT_OPERATOR);
    return ys_fail(err, YS_USAGE, _("a %s has no slot \"%s\"; what may be sealed in it: %s"),
                   kind->name, slot, all);
}

static bool is_slot(const json_t *item, const char *slot)
{
    const char *const name = json_string_value(json_object_get(item, "slot"));
    return name != NULL && strcmp(name, slot) == 0;
}

enum ys_code ys_draft_unseal(struct ys_draft_text *text, const char *slot,
                             struct ys_sealed_list *out, struct ys_err *err)
{
    json_t *const list = json_object_get(text->json, "sealed");
    for (size_t i = json_array_size(list); i > 0; i--) {
        const json_t *const item = json_array_get(list, i - 1);
        const char *const hash = json_string_value(json_object_get(item, "commitment"));
        if (!is_slot(item, slot))
            continue;
        if (out->count == YS_SEALED_MAX)
            return ys_fail(err, YS_LIMIT, _("more than %d sealed values in one place"),
                           YS_SEALED_MAX);
        if (hash != NULL &&
            ys_hash_parse(ys_bytes_of_text(hash), &out->item[out->count].commitment))
            out->count++;
        json_array_remove(list, i - 1);
    }
    if (list != NULL && json_array_size(list) == 0)
        json_object_del(text->json, "sealed");
    return YS_OK;
}

static enum ys_code add_to_json(json_t *json, const char *slot, const char *commitment,
                                struct ys_err *err)
{
    json_t *list = json_object_get(json, "sealed");
    if (list == NULL) {
        list = json_array();
        json_object_set_new(json, "sealed", list);
    }
    json_t *const item = json_pack("{s:s,s:s}", "slot", slot, "commitment", commitment);
    if (!json_is_array(list)) {
        json_decref(item);
        return ys_fail(err, YS_MALFORMED, _("sealed: is no list"));
    }
    return json_array_append_new(list, item) == 0 ? YS_OK
                                                  : ys_fail(err, YS_NOMEM, _("out of memory"));
}

/* Behind the line in the text at which `begin` stands first, comments apart; NULL when there is none. */
static const char *find_line(const char *text, const char *begin)
{
    for (const char *line = text; line != NULL && *line != '\0';) {
        const char *const first = line + strspn(line, " \t");
        if (strncmp(first, begin, strlen(begin)) == 0)
            return first + strlen(begin);
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return NULL;
}

/* The text with one more element, if it is written as we write it; NULL when not. */
static char *insert(const char *text, const char *slot, const char *commitment)
{
    char *made = NULL;
    size_t size = 0;
    const char *const list = find_line(text, "\"sealed\": [");
    const char *const object = find_line(text, "{");
    const char *const at = list != NULL ? list : object;
    if (at == NULL)
        return NULL;
    FILE *const out = open_memstream(&made, &size);
    if (out == NULL)
        return NULL;
    (void)fwrite(text, 1, (size_t)(at - text), out);
    if (list != NULL)
        fprintf(out, "{\"slot\": \"%s\", \"commitment\": \"%s\"},\n    ", slot, commitment);
    else
        fprintf(out, "\n  \"sealed\": [{\"slot\": \"%s\", \"commitment\": \"%s\"}],", slot,
                commitment);
    fputs(at, out);
    return fclose(out) == 0 ? made : NULL;
}

/* The order of what was sealed says nothing. */
static bool same_content(json_t *a, json_t *b)
{
    const json_t *const left = json_object_get(a, "sealed");
    const json_t *const right = json_object_get(b, "sealed");
    size_t index = 0;
    const json_t *item = NULL;
    size_t found = 0;
    json_array_foreach(left, index, item)
    {
        size_t other = 0;
        const json_t *candidate = NULL;
        json_array_foreach(right, other, candidate) found +=
            json_equal(item, candidate) != 0 ? 1 : 0;
    }
    if (found != json_array_size(left) || found != json_array_size(right))
        return false;
    json_t *const rest_a = json_copy(a);
    json_t *const rest_b = json_copy(b);
    json_object_del(rest_a, "sealed");
    json_object_del(rest_b, "sealed");
    const bool same = json_equal(rest_a, rest_b) != 0;
    json_decref(rest_a);
    json_decref(rest_b);
    return same;
}

static enum ys_code save_text(const struct ys_sheet *sheet, const char *made, json_t *json,
                              struct ys_err *err)
{
    json_t *again = NULL;
    const struct ys_bytes bytes = ys_bytes_of_text(made);
    const bool same = ys_sheet_json(bytes, &again, NULL) == YS_OK && same_content(again, json);
    json_decref(again);
    return same ? ys_file_write(sheet->path, 0600, bytes, err)
                : ys_json_file_save(sheet->path, json_incref(json), err);
}

enum ys_code ys_draft_seal(const struct ys_sheet *sheet, struct ys_draft_text *text,
                           const char *slot, const struct ys_hash *commitment, struct ys_err *err)
{
    char hash[YS_HASH_TEXT_LEN + 1];
    struct ys_writer w = {.data = (uint8_t *)hash, .capacity = YS_HASH_TEXT_LEN};
    ys_hash_print(&w, commitment);
    hash[w.size] = '\0';
    enum ys_code code = add_to_json(text->json, slot, hash, err);
    if (code != YS_OK)
        return code;
    char *const before = malloc(text->size + 1);
    if (before == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    memcpy(before, text->bytes, text->size);
    before[text->size] = '\0';
    char *const made = insert(before, slot, hash);
    free(before);
    if (made == NULL)
        return ys_json_file_save(sheet->path, json_incref(text->json), err);
    code = save_text(sheet, made, text->json, err);
    free(made);
    return code;
}
