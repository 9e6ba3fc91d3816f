#include "node/draft_set.h"

#include "node/lang.h"
#include "proto/body.pb-c.h"
#include "proto/json.h"

#include <stdlib.h>
#include <string.h>

enum { PART_MAX = 64, NO_INDEX = -1, INDEX_MAX = 9999 };

/* One part of a path: "items[0]". */
struct part {
    char name[PART_MAX];
    long index;
};

struct place {
    json_t *object;
    const ProtobufCMessageDescriptor *type;
};

static enum ys_code fail(const char *assignment, const char *what, struct ys_err *err)
{
    return ys_fail(err, YS_USAGE, "--set %.*s: %s", (int)strcspn(assignment, "="), assignment,
                   what);
}

/* Takes the next part off `*at`, which then stands at a point or at the sign of equality. */
static bool part_read(const char **at, struct part *out)
{
    const size_t length = strcspn(*at, ".[=");
    if (length == 0 || length >= sizeof out->name)
        return false;
    memcpy(out->name, *at, length);
    out->name[length] = '\0';
    out->index = NO_INDEX;
    *at += length;
    if (**at == '[') {
        char *end = NULL;
        out->index = (*at)[1] >= '0' && (*at)[1] <= '9' ? strtol(*at + 1, &end, 10) : NO_INDEX;
        if (end == NULL || *end != ']' || out->index > INDEX_MAX)
            return false;
        *at = end + 1;
    }
    return **at == '.' || **at == '=';
}

/* Days and times are texts in JSON. */
static bool is_text(const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *const type = field->descriptor;
    return field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
           field->type == PROTOBUF_C_TYPE_ENUM ||
           (field->type == PROTOBUF_C_TYPE_MESSAGE &&
            (type == &yishi__v1__date__descriptor || type == &yishi__v1__time__descriptor ||
             type == &yishi__v1__moment__descriptor));
}

static json_t *value_of(const ProtobufCFieldDescriptor *field, const char *text)
{
    json_t *value = NULL;
    if (is_text(field))
        return json_string(text);
    if (ys_json_load(ys_bytes_of_text(text), &value, NULL) != YS_OK)
        return NULL;
    return value;
}

static enum ys_code put(const char *assignment, const struct place *place,
                        const ProtobufCFieldDescriptor *field, const struct part *part,
                        const char *text, struct ys_err *err)
{
    const bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    json_t *list = json_object_get(place->object, field->name);
    if (!repeated && part->index != NO_INDEX)
        return fail(assignment, _("is no list"), err);
    json_t *const value = repeated && text[0] == '[' ? NULL : value_of(field, text);
    if (repeated && text[0] == '[') {
        json_t *whole = NULL;
        if (ys_json_load(ys_bytes_of_text(text), &whole, NULL) != YS_OK)
            return fail(assignment, _("is no list in JSON"), err);
        json_object_set_new(place->object, field->name, whole);
        return YS_OK;
    }
    if (value == NULL)
        return fail(assignment, _("is no value of this field"), err);
    if (!repeated) {
        json_object_set_new(place->object, field->name, value);
        return YS_OK;
    }
    if (list == NULL) {
        json_object_set_new(place->object, field->name, json_array());
        list = json_object_get(place->object, field->name);
    }
    const size_t at = part->index == NO_INDEX ? json_array_size(list) : (size_t)part->index;
    if (at > json_array_size(list)) {
        json_decref(value);
        return fail(assignment, _("there is no element before it"), err);
    }
    if (at == json_array_size(list))
        json_array_append_new(list, value);
    else
        json_array_set_new(list, at, value);
    return YS_OK;
}

/* Into the message that the part names, which is made if it is not there. */
static enum ys_code enter(const char *assignment, struct place *place,
                          const ProtobufCFieldDescriptor *field, const struct part *part,
                          struct ys_err *err)
{
    const bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    json_t *inner = json_object_get(place->object, field->name);
    if (field->type != PROTOBUF_C_TYPE_MESSAGE || is_text(field))
        return fail(assignment, _("has no fields inside"), err);
    if (repeated != (part->index != NO_INDEX))
        return fail(assignment, repeated ? _("which element? Write [0], [1] ...") : _("is no list"),
                    err);
    if (inner == NULL) {
        json_object_set_new(place->object, field->name, repeated ? json_array() : json_object());
        inner = json_object_get(place->object, field->name);
    }
    if (repeated) {
        if ((size_t)part->index > json_array_size(inner))
            return fail(assignment, _("there is no element before it"), err);
        if ((size_t)part->index == json_array_size(inner))
            json_array_append_new(inner, json_object());
        inner = json_array_get(inner, (size_t)part->index);
    }
    if (!json_is_object(inner))
        return fail(assignment, _("has no fields inside"), err);
    *place = (struct place){inner, field->descriptor};
    return YS_OK;
}

static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *type,
                                                const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(type, name);
}

/* A path begins in the record for what every record has, and in its kind for all else. */
static struct place begin(json_t *record, const struct ys_kind *kind, const char *name)
{
    const ProtobufCFieldDescriptor *const own = field_of(&yishi__v1__body__descriptor, name);
    const ProtobufCFieldDescriptor *const inner =
        field_of(&yishi__v1__body__descriptor, kind->name);
    if ((own != NULL && (own->id < 100 || strcmp(name, kind->name) == 0) &&
         field_of(inner->descriptor, name) == NULL))
        return (struct place){record, &yishi__v1__body__descriptor};
    if (json_object_get(record, kind->name) == NULL)
        json_object_set_new(record, kind->name, json_object());
    return (struct place){json_object_get(record, kind->name), inner->descriptor};
}

enum ys_code ys_draft_set(json_t *record, const struct ys_kind *kind, const char *assignment,
                          struct ys_err *err)
{
    static const char matter[] = "matter=";
    const char *at = assignment;
    struct part part;
    if (strncmp(assignment, matter, sizeof matter - 1) == 0 && kind->subject != YS_SUBJECT_NONE) {
        json_object_set_new(record, "subject", json_string(assignment + sizeof matter - 1));
        return YS_OK;
    }
    if (!part_read(&at, &part))
        return fail(assignment, _("is not of the form FIELD=VALUE"), err);
    struct place place = begin(record, kind, part.name);
    for (;;) {
        const ProtobufCFieldDescriptor *const field = field_of(place.type, part.name);
        if (!json_is_object(place.object) || field == NULL)
            return fail(assignment, _("is no field of this kind; see: yishi help KIND"), err);
        if (*at == '=')
            return put(assignment, &place, field, &part, at + 1, err);
        const enum ys_code code = enter(assignment, &place, field, &part, err);
        if (code != YS_OK)
            return code;
        at++;
        if (!part_read(&at, &part))
            return fail(assignment, _("is not of the form FIELD=VALUE"), err);
    }
}

enum ys_code ys_draft_refer(json_t *record, const char *reference, struct ys_err *err)
{
    const size_t length = strcspn(reference, "=");
    if (reference[length] != '=' || length == 0 || reference[length + 1] == '\0')
        return ys_fail(
            err, YS_USAGE,
            _("--ref \"%s\" is not of the form RELATION=RECORD, such as based_on=3fa1b2c4"),
            reference);
    if (json_object_get(record, "refs") == NULL)
        json_object_set_new(record, "refs", json_array());
    if (json_array_append_new(json_object_get(record, "refs"),
                              json_pack("{s:s%, s:s}", "rel", reference, length, "record",
                                        reference + length + 1)) != 0)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    return YS_OK;
}
