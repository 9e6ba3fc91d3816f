#include "node/correction.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "node/lang.h"
#include "proto/json.h"
#include "proto/path.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- values by path --- */

/* One object or array that is being walked. */
struct step {
    json_t *value;
    void *key; /* of an object: iterator */
    size_t index;
    char path[YS_PATH_TEXT_MAX];
};

static bool has_parts(const json_t *value)
{
    return (json_is_object(value) && json_object_size(value) != 0) ||
           (json_is_array(value) && json_array_size(value) != 0);
}

static void enter(struct step *step, json_t *value, const char *path)
{
    *step = (struct step){.value = value, .key = json_object_iter(value)};
    (void)snprintf(step->path, sizeof step->path, "%s", path);
}

/* The next part of the step, with its path; NULL after the last. */
static json_t *next_part(struct step *step, char path[YS_PATH_TEXT_MAX])
{
    json_t *value = NULL;
    if (json_is_object(step->value)) {
        if (step->key == NULL)
            return NULL;
        (void)snprintf(path, YS_PATH_TEXT_MAX, "%s%s%s", step->path,
                       step->path[0] == '\0' ? "" : ".", json_object_iter_key(step->key));
        value = json_object_iter_value(step->key);
        step->key = json_object_iter_next(step->value, step->key);
    } else if (step->index < json_array_size(step->value)) {
        const int size = snprintf(path, YS_PATH_TEXT_MAX, "%s[%zu]", step->path, step->index);
        YS_ASSERT(size > 0 && size < YS_PATH_TEXT_MAX); /* our schemas' names are short */
        value = json_array_get(step->value, step->index++);
    }
    return value;
}

/* Every value that has no parts, under its path; but the salt, which every body has anew. */
static json_t *flatten(json_t *body)
{
    struct step step[YS_PATH_DEPTH_MAX + 1];
    unsigned depth = 1;
    json_t *const flat = json_object();
    enter(&step[0], body, "");
    while (depth > 0) {
        char path[YS_PATH_TEXT_MAX];
        json_t *const value = next_part(&step[depth - 1], path);
        if (value == NULL)
            depth--;
        else if (has_parts(value) && depth <= YS_PATH_DEPTH_MAX)
            enter(&step[depth++], value, path);
        else if (strcmp(path, "salt") != 0)
            json_object_set(flat, path, value);
    }
    return flat;
}

/* --- the list of changes --- */

/* SHA-256 of the old record's salt and the old value in compact JSON; of the salt alone, if there was no
 * value. */
static json_t *old_hash(const ProtobufCBinaryData *salt, const json_t *value)
{
    crypto_hash_sha256_state state;
    struct ys_hash hash;
    uint8_t text[YS_BASE64_LEN(YS_HASH_LEN)];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    char *const dump = value == NULL ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, salt->data, salt->len);
    if (dump != NULL)
        crypto_hash_sha256_update(&state, (const uint8_t *)dump, strlen(dump));
    crypto_hash_sha256_final(&state, hash.bytes);
    free(dump);
    ys_writer_base64(&w, (struct ys_bytes){hash.bytes, YS_HASH_LEN});
    return json_stringn((const char *)text, w.size);
}

static void add_change(json_t *changes, const ProtobufCBinaryData *salt, const char *path,
                       const json_t *before, const json_t *after)
{
    char *const dump = after == NULL ? NULL : json_dumps(after, JSON_COMPACT | JSON_ENCODE_ANY);
    json_t *const change =
        json_pack("{s:s, s:o}", "path", path, "old_hash", old_hash(salt, before));
    if (dump != NULL)
        json_object_set_new(change, "new_value", json_string(dump));
    json_array_append_new(changes, change);
    free(dump);
}

static json_t *changes_between(const ProtobufCBinaryData *salt, json_t *before, json_t *after)
{
    json_t *const changes = json_array();
    json_t *const old = flatten(before);
    json_t *const new = flatten(after);
    const char *path = NULL;
    json_t *value = NULL;
    json_object_foreach(old, path, value)
    {
        const json_t *const now = json_object_get(new, path);
        if (now == NULL || !json_equal(value, now))
            add_change(changes, salt, path, value, now);
    }
    json_object_foreach(new, path, value)
    {
        if (json_object_get(old, path) == NULL)
            add_change(changes, salt, path, NULL, value);
    }
    json_decref(old);
    json_decref(new);
    return changes;
}

/* --- the record that is corrected --- */

static enum ys_code load_body(struct ys_txn *txn, const struct ys_hash *id, struct ys_arena *arena,
                              const Yishi__V1__Body **out, struct ys_err *err)
{
    struct ys_position at;
    struct ys_entry entry;
    size_t found = 0;
    enum ys_code code = ys_log_by_id(txn, id, &at, 1, &found, err);
    if (code == YS_OK && found == 0)
        code = ys_fail(err, YS_NOT_FOUND,
                       _("correction: the record that it supersedes is not held here"));
    if (code == YS_OK)
        code = ys_log_entry(txn, at.log_id, at.index, &entry, err);
    if (code == YS_OK && entry.content != YS_CONTENT_BODY)
        code = ys_fail(err, YS_NOT_FOUND,
                       _("correction: the content of the record that it supersedes is not here"));
    return code == YS_OK ? ys_body_decode(entry.body, arena, out, err) : code;
}

static bool superseded(const json_t *record, struct ys_hash *out)
{
    const json_t *const refs = json_object_get(record, "refs");
    for (size_t i = 0; i < json_array_size(refs); i++) {
        const json_t *const ref = json_array_get(refs, i);
        const char *const rel = json_string_value(json_object_get(ref, "rel"));
        const char *const id = json_string_value(json_object_get(ref, "record"));
        size_t size = 0;
        if (rel != NULL && id != NULL && strcmp(rel, "supersedes") == 0)
            return ys_base64_decode(ys_bytes_of_text(id), out->bytes, sizeof out->bytes, &size) ==
                       YS_OK &&
                   size == YS_HASH_LEN;
    }
    return false;
}

static enum ys_code fill(const Yishi__V1__Body *old, json_t *correction, struct ys_err *err)
{
    json_t *before = NULL;
    json_t *const after = json_object_get(correction, "replacement");
    const enum ys_code code = ys_json_encode(&old->base, &before, err);
    if (code != YS_OK)
        return code;
    json_t *const changes = changes_between(&old->salt, before, after);
    json_decref(before);
    if (json_array_size(changes) == 0) {
        json_decref(changes);
        return ys_fail(err, YS_MALFORMED,
                       _("correction.replacement: says what the record says already"));
    }
    json_object_set_new(correction, "changes", changes);
    return ys_draft_pack(correction, "replacement", err);
}

enum ys_code ys_correction_fill(struct ys_txn *txn, json_t *record, struct ys_err *err)
{
    json_t *const correction = json_object_get(record, "correction");
    struct ys_hash id;
    struct ys_arena arena;
    const Yishi__V1__Body *old = NULL;
    if (!json_is_object(json_object_get(correction, "replacement")))
        return YS_OK;
    if (!superseded(record, &id))
        return ys_fail(err, YS_MALFORMED,
                       _("refs: a correction names (supersedes) the record that it corrects"));
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = load_body(txn, &id, &arena, &old, err);
    if (code == YS_OK)
        code = fill(old, correction, err);
    ys_arena_clear(&arena);
    return code;
}

enum ys_code ys_correction_begin(struct ys_txn *txn, const struct ys_hash *id,
                                 json_t **replacement_out, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *old = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = load_body(txn, id, &arena, &old, err);
    if (code == YS_OK)
        code = ys_json_encode(&old->base, replacement_out, err);
    ys_arena_clear(&arena);
    if (code == YS_OK)
        json_object_del(*replacement_out, "salt");
    return code;
}

/* --- checking --- */

static bool same_changes(const json_t *want, const Yishi__V1__Correction *correction)
{
    if (json_array_size(want) != correction->n_changes)
        return false;
    for (size_t i = 0; i < correction->n_changes; i++) {
        const Yishi__V1__FieldChange *const change = correction->changes[i];
        bool found = false;
        for (size_t k = 0; k < json_array_size(want) && !found; k++) {
            const json_t *const one = json_array_get(want, k);
            const char *const value = json_string_value(json_object_get(one, "new_value"));
            struct ys_hash hash;
            size_t size = 0;
            found = strcmp(json_string_value(json_object_get(one, "path")), change->path) == 0 &&
                    ys_base64_decode(
                        ys_bytes_of_text(json_string_value(json_object_get(one, "old_hash"))),
                        hash.bytes, sizeof hash.bytes, &size) == YS_OK &&
                    memcmp(hash.bytes, change->old_hash.data, YS_HASH_LEN) == 0 &&
                    (value == NULL) == (change->new_value == NULL) &&
                    (value == NULL || strcmp(value, change->new_value) == 0);
        }
        if (!found)
            return false;
    }
    return true;
}

enum ys_code ys_correction_check(const Yishi__V1__Body *old,
                                 const Yishi__V1__Correction *correction, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    json_t *before = NULL;
    json_t *after = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_replacement(correction, &arena, &body, err);
    if (code == YS_OK)
        code = ys_json_encode(&old->base, &before, err);
    if (code == YS_OK)
        code = ys_json_encode(&body->base, &after, err);
    if (code == YS_OK) {
        json_t *const want = changes_between(&old->salt, before, after);
        if (!same_changes(want, correction))
            code = ys_fail(err, YS_MALFORMED,
                           _("correction.changes: are not what the new content changes; leave them "
                             "out, and write the replacement as JSON"));
        json_decref(want);
    }
    json_decref(before);
    json_decref(after);
    ys_arena_clear(&arena);
    return code;
}
