#include "node/preview/preview.h"

#include "crypto/assert.h"
#include "node/label.h"
#include "node/lang.h"
#include "node/preview/hint.h"
#include "proto/body.h"
#include "proto/enum_word.h"
#include "proto/exemption.h"
#include "proto/json.h"
#include "proto/path.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_MAX = 512 };

/* --- fields --- */

/* An object that is being walked through, and where in it we are. */
struct frame {
    const ProtobufCMessageDescriptor *type;
    json_t *object, *array;
    void *iter;
    const ProtobufCFieldDescriptor *field;
    size_t at; /* elements of `array` that were read */
};
struct walk {
    const char *where;
    json_t *fields, *hints;
    unsigned depth;
    struct frame frame[YS_PATH_DEPTH_MAX + 2];
};

static void print_path(const struct walk *walk, char path_out[YS_PATH_TEXT_MAX],
                       char label_out[LABEL_MAX])
{
    struct ys_path path = ys_path_from(walk->where);
    struct ys_writer label = {.data = (uint8_t *)label_out, .capacity = LABEL_MAX - 1};
    for (unsigned i = 0; i < walk->depth; i++) {
        const struct frame *const frame = &walk->frame[i];
        const char *const zh = ys_label_field(frame->type, frame->field->name);
        ys_path_push(&path, frame->field->name);
        if (zh != NULL) {
            ys_writer_text(&label, label.size == 0 ? "" : "·");
            ys_writer_text(&label, zh);
        }
        if (frame->array == NULL)
            continue;
        ys_path_index(&path, frame->at - 1);
        if (zh != NULL) {
            ys_writer_text(&label, "(");
            ys_writer_decimal(&label, frame->at);
            ys_writer_text(&label, ")");
        }
    }
    label_out[label.size] = '\0';
    ys_path_print(&path, path_out);
}

/* What people call the value; NULL when it speaks for itself. */
static const char *meaning(const ProtobufCFieldDescriptor *field, const json_t *value)
{
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return json_is_true(value) ? "是" : "否";
    if (field->type != PROTOBUF_C_TYPE_ENUM || !json_is_string(value))
        return NULL;
    const ProtobufCEnumValue *const found =
        ys_enum_find(field->descriptor, ys_bytes_of_text(json_string_value(value)));
    return found == NULL ? NULL : ys_label_value(found);
}

static void put_hints(struct walk *walk, const char *path, const char *text)
{
    const struct ys_bytes bytes = ys_bytes_of_text(text);
    struct ys_hint hint = {.size = 0};
    while (ys_hint_find(bytes, hint.offset + hint.size, &hint))
        json_array_append_new(walk->hints,
                              json_pack("{s:s, s:I, s:s, s:s%}", "path", path, "position",
                                        (json_int_t)hint.position, "what", ys_hint_word(hint.kind),
                                        "text", text + hint.offset, hint.size));
}

static void put_leaf(struct walk *walk, const ProtobufCFieldDescriptor *field, json_t *value)
{
    char path[YS_PATH_TEXT_MAX];
    char label[LABEL_MAX];
    print_path(walk, path, label);
    const char *const zh = meaning(field, value);
    json_t *const one = json_pack("{s:s, s:s, s:O}", "path", path, "label", label, "value", value);
    if (zh != NULL)
        json_object_set_new(one, "text", json_string(zh));
    json_array_append_new(walk->fields, one);
    if (field->type == PROTOBUF_C_TYPE_STRING && json_is_string(value))
        put_hints(walk, path, json_string_value(value));
}

static void handle(struct walk *walk, const ProtobufCFieldDescriptor *field, json_t *value)
{
    if (!json_is_object(value)) {
        put_leaf(walk, field, value);
        return;
    }
    YS_ASSERT(walk->depth < sizeof walk->frame / sizeof walk->frame[0]);
    walk->frame[walk->depth++] =
        (struct frame){.type = field->descriptor, .object = value, .iter = json_object_iter(value)};
}

/* What is told apart: the salt nobody reads, and files and sealed values. */
static bool is_apart(const struct walk *walk, const char *name)
{
    return walk->depth == 1 && (strcmp(name, "salt") == 0 || strcmp(name, "attachments") == 0 ||
                                strcmp(name, "sealed") == 0);
}

static void step(struct walk *walk)
{
    struct frame *const frame = &walk->frame[walk->depth - 1];
    if (frame->array != NULL && frame->at < json_array_size(frame->array)) {
        json_t *const value = json_array_get(frame->array, frame->at++);
        handle(walk, frame->field, value);
        return;
    }
    frame->array = NULL;
    if (frame->iter == NULL) {
        walk->depth--;
        return;
    }
    const char *const name = json_object_iter_key(frame->iter);
    json_t *const value = json_object_iter_value(frame->iter);
    frame->iter = json_object_iter_next(frame->object, frame->iter);
    if (is_apart(walk, name))
        return;
    frame->field = protobuf_c_message_descriptor_get_field_by_name(frame->type, name);
    YS_ASSERT(frame->field != NULL);
    if (json_is_array(value)) {
        frame->array = value;
        frame->at = 0;
        return;
    }
    handle(walk, frame->field, value);
}

static void walk_body(const Yishi__V1__Body *body, const char *where, json_t *fields, json_t *hints)
{
    json_t *json = NULL;
    struct walk walk = {.where = where, .fields = fields, .hints = hints, .depth = 1};
    if (ys_json_encode(&body->base, &json, NULL) != YS_OK)
        return;
    walk.frame[0] = (struct frame){
        .type = body->base.descriptor, .object = json, .iter = json_object_iter(json)};
    while (walk.depth > 0)
        step(&walk);
    json_decref(json);
}

/* Of a correction, what it puts in the place of the record. */
static void walk_replacement(const Yishi__V1__Body *body, json_t *fields, json_t *hints)
{
    const Yishi__V1__Body *inner = NULL;
    struct ys_arena arena;
    if (body->kind_case != YISHI__V1__BODY__KIND_CORRECTION)
        return;
    const ProtobufCBinaryData *const bytes = &body->correction->replacement;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    if (bytes->len != 0 &&
        ys_body_decode((struct ys_bytes){bytes->data, bytes->len}, &arena, &inner, NULL) == YS_OK)
        walk_body(inner, "body.correction.replacement", fields, hints);
    ys_arena_clear(&arena);
}

/* --- what is told apart --- */

static json_t *hex_json(ProtobufCBinaryData bytes)
{
    char text[2 * YS_HASH_LEN + 1] = "";
    if (bytes.len == YS_HASH_LEN)
        sodium_bin2hex(text, sizeof text, bytes.data, bytes.len);
    return json_string(text);
}

static json_t *sealed_json(const Yishi__V1__Body *body)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < body->n_sealed; i++)
        json_array_append_new(list, json_pack("{s:s?, s:o}", "slot", body->sealed[i]->slot,
                                              "commitment", hex_json(body->sealed[i]->commitment)));
    return list;
}

static json_t *attachments_json(const Yishi__V1__Body *body)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < body->n_attachments; i++) {
        const Yishi__V1__Attachment *const one = body->attachments[i];
        const bool leaves = one->scope == YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_REPLICATED;
        json_array_append_new(list, json_pack("{s:s?, s:s?, s:I, s:o, s:b}", "title", one->title,
                                              "media_type", one->media_type, "size",
                                              (json_int_t)one->size, "hash", hex_json(one->hash),
                                              "leaves", leaves));
    }
    return list;
}

static enum ys_code put_number(void *context, const char *path, const struct ys_personal_hit *hit,
                               const Yishi__V1__NotPersonal *exempt, struct ys_err *err)
{
    (void)err;
    json_array_append_new(context, json_pack("{s:s, s:I, s:s, s:s?}", "path", path, "position",
                                             (json_int_t)hit->position, "looks_like",
                                             ys_personal_word(hit->kind), "exempt",
                                             exempt == NULL ? NULL : exempt->reason));
    return YS_OK;
}

/* Own unit, then those above it. */
static json_t *holders_json(const struct ys_node *node)
{
    json_t *const list = json_array();
    struct ys_division division = node->origin.division;
    do {
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "code", division.digits, "name",
                                              ys_node_unit_name(node, &division), "level",
                                              ys_level_name(ys_division_level(&division))));
    } while (ys_division_parent(&division, &division));
    return list;
}

json_t *ys_preview_json(const struct ys_node *node, const struct ys_preview_of *of)
{
    json_t *const fields = json_array();
    json_t *const hints = json_array();
    json_t *const numbers = json_array();
    const struct ys_exemption_seer seer = {put_number, numbers};
    walk_body(of->body, "body", fields, hints);
    walk_replacement(of->body, fields, hints);
    const enum ys_code seen = ys_exemption_scan_all(of->body, &seer, NULL);
    YS_ASSERT(seen == YS_OK); /* put_number ends nothing */
    json_t *const out =
        json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "kind",
                  of->kind->name, "kind_zh", of->kind->zh, "subject", of->subject, "missing",
                  of->missing, "fields", fields, "sealed", sealed_json(of->body), "attachments",
                  attachments_json(of->body), "goes_to", holders_json(node), "goes_below",
                  ys_division_level(&node->origin.division) != YS_LEVEL_COMMUNITY, "numbers",
                  numbers, "hints", hints);
    if (of->text.size != 0)
        json_object_set_new(out, "note", json_stringn((const char *)of->text.data, of->text.size));
    return out;
}

enum ys_code ys_preview_written(const struct ys_node *node, const struct ys_written *written,
                                json_t **out, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(written->body, &arena, &body, err);
    if (code == YS_OK) {
        *out = ys_preview_json(node, &(struct ys_preview_of){.kind = ys_body_kind(body),
                                                             .subject = written->record.subject,
                                                             .text = written->text,
                                                             .body = body});
        code = *out != NULL ? YS_OK : ys_fail(err, YS_NOMEM, _("out of memory"));
    }
    ys_arena_clear(&arena);
    return code;
}
