#include "proto/json.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "proto/body.pb-c.h"
#include "proto/enum_word.h"
#include "proto/field.h"
#include "proto/json_memory.h"
#include "proto/moment.h"
#include "proto/path.h"
#include "proto/record.h"
#include "proto/reflect.h"
#include "proto/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN_MAX = 60, /* bytes of a foreign text in a message */
    WORDS_MAX = 140 /* of the words that it could be */
};

/* ---- text to JSON ---- */

/* jansson reads with recursion, 2,048 levels deep; so depth is measured before it starts. */
static enum ys_code depth_check(struct ys_bytes text, struct ys_err *err)
{
    bool in_string = false;
    unsigned depth = 0;
    unsigned line = 1;
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = text.data[i];
        if (c == '\n')
            line++;
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > YS_JSON_DEPTH_MAX)
                return ys_fail(err, YS_LIMIT, "line %u: JSON is nested more than %d deep", line,
                               YS_JSON_DEPTH_MAX);
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return YS_OK;
}

enum ys_code ys_json_load(struct ys_bytes text, json_t **out, struct ys_err *err)
{
    if (text.size > YS_JSON_FILE_MAX)
        return ys_fail(err, YS_LIMIT, "JSON has %zu bytes, limit %d", text.size, YS_JSON_FILE_MAX);
    const enum ys_code code = depth_check(text, err);
    if (code != YS_OK)
        return code;
    json_error_t error;
    const char *start = text.size == 0 ? "" : (const char *)text.data;
    const uint64_t failures = ys_json_memory_failures();
    ys_json_memory_begin_reading();
    json_t *json = json_loadb(start, text.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    /* Also when it gives an object: a string for which there was no memory would be cut short. */
    const bool failed = ys_json_memory_failures() != failures;
    if (failed)
        json_decref(json);
    ys_json_memory_end_reading();
    if (failed)
        return ys_fail(err, YS_NOMEM, "out of memory while reading JSON");
    if (json == NULL)
        return ys_fail(err, YS_MALFORMED, "line %d, column %d: %s", error.line, error.column,
                       error.text);
    *out = json;
    return YS_OK;
}

/* ---- JSON to message ---- */

/* One object that is being read into a message. */
struct reading {
    json_t *object;
    ProtobufCMessage *message;
    void *next;                            /* iterator: next key */
    const ProtobufCFieldDescriptor *field; /* the array that is being read, or NULL */
    const json_t *array;
    uint8_t *values;
    size_t element;
};

struct reader {
    struct ys_arena *arena;
    struct ys_path path;
    unsigned depth;
    struct reading reading[YS_PATH_DEPTH_MAX + 1];
    struct ys_err *err;
};

static enum ys_code refuse(const struct reader *r, const char *what)
{
    return ys_path_fail(&r->path, r->err, YS_MALFORMED, "%s", what);
}

static enum ys_code enter(struct reader *r, json_t *object, ProtobufCMessage *message)
{
    if (!json_is_object(object))
        return refuse(r, json_is_null(object) ? "is null; leave it out" : "is not an object");
    YS_ASSERT(r->depth <= YS_PATH_DEPTH_MAX);
    r->reading[r->depth++] =
        (struct reading){.object = object, .message = message, .next = json_object_iter(object)};
    return YS_OK;
}

static enum ys_code text_get(const struct reader *r, const json_t *in, struct ys_bytes *out)
{
    if (!json_is_string(in))
        return refuse(r, json_is_null(in) ? "is null; leave it out" : "is not a string");
    out->data = (const uint8_t *)json_string_value(in);
    out->size = json_string_length(in);
    const enum ys_text_fault fault = ys_text_check(*out, NULL);
    return fault == YS_TEXT_GOOD ? YS_OK : refuse(r, ys_text_fault_words(fault));
}

static enum ys_code integer_get(const struct reader *r, const json_t *in, json_int_t min,
                                json_int_t max, json_int_t *out)
{
    if (!json_is_integer(in))
        return refuse(r, json_is_null(in) ? "is null; leave it out" : "is not an integer");
    const json_int_t value = json_integer_value(in);
    if (value < min || value > max)
        return ys_path_fail(&r->path, r->err, YS_MALFORMED,
                            "%" JSON_INTEGER_FORMAT " is not from %" JSON_INTEGER_FORMAT
                            " to %" JSON_INTEGER_FORMAT,
                            value, min, max);
    *out = value;
    return YS_OK;
}

static enum ys_code number_read(const struct reader *r, ProtobufCType type, const json_t *in,
                                void *out)
{
    json_int_t value = 0;
    const json_int_t min = type == PROTOBUF_C_TYPE_INT64 ? INT64_MIN : 0;
    const json_int_t max = type == PROTOBUF_C_TYPE_UINT32 ? UINT32_MAX : INT64_MAX;
    const enum ys_code code = integer_get(r, in, min, max, &value);
    if (code != YS_OK)
        return code;
    const uint32_t narrow = (uint32_t)value;
    const uint64_t wide = (uint64_t)value;
    if (type == PROTOBUF_C_TYPE_UINT32)
        memcpy(out, &narrow, sizeof narrow);
    else
        memcpy(out, &wide, sizeof wide);
    return YS_OK;
}

static enum ys_code bool_read(const struct reader *r, const json_t *in, void *out)
{
    if (!json_is_boolean(in))
        return refuse(r, json_is_null(in) ? "is null; leave it out" : "is not true or false");
    const protobuf_c_boolean value = json_is_true(in) ? 1 : 0;
    memcpy(out, &value, sizeof value);
    return YS_OK;
}

static enum ys_code string_read(const struct reader *r, const json_t *in, void *out)
{
    struct ys_bytes text = {0};
    const enum ys_code code = text_get(r, in, &text);
    if (code != YS_OK)
        return code;
    char *copy = ys_arena_alloc(r->arena, text.size + 1);
    if (copy == NULL)
        return ys_arena_fail(r->arena, r->err);
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    memcpy(out, &copy, sizeof copy);
    return YS_OK;
}

/* A hash or id as people are shown it: of a field that takes 32 bytes and nothing else. */
static bool is_hash(const struct reader *r, const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *const type = r->reading[r->depth - 1].message->descriptor;
    const struct ys_field *const rows = ys_field_rows_find(type);
    const struct ys_field *const row = rows == NULL ? NULL : &rows[field - type->fields];
    return row != NULL && row->size_min == YS_HASH_LEN && row->size_max == YS_HASH_LEN;
}

static enum ys_code bytes_read(const struct reader *r, const ProtobufCFieldDescriptor *field,
                               const json_t *in, void *out)
{
    struct ys_bytes text = {0};
    struct ys_hash hash;
    const enum ys_code code = text_get(r, in, &text);
    if (code != YS_OK)
        return code;
    const bool hex = is_hash(r, field) && ys_record_id_parse(text, &hash) == YS_OK;
    ProtobufCBinaryData bytes = {0};
    const size_t capacity = text.size / 4 * 3;
    bytes.data = ys_arena_alloc(r->arena, capacity);
    if (bytes.data == NULL)
        return ys_arena_fail(r->arena, r->err);
    if (hex) {
        memcpy(bytes.data, hash.bytes, sizeof hash.bytes);
        bytes.len = sizeof hash.bytes;
    } else if (ys_base64_decode(text, bytes.data, capacity, &bytes.len) != YS_OK)
        return refuse(r, "is not canonical base64");
    memcpy(out, &bytes, sizeof bytes);
    return YS_OK;
}

/* The words that a type has, but for that of what is not said; as many as there is room for. */
static void list_words(const ProtobufCEnumDescriptor *type, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned i = 1; i < type->n_values; i++) {
        char word[YS_ENUM_WORD_MAX];
        ys_enum_word(type, &type->values[i], word);
        const size_t length = strlen(word) + (used == 0 ? 0 : 2);
        const bool fits = used + length + sizeof ", ..." <= size;
        used += (size_t)snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ", ",
                                 fits ? word : "...");
        if (!fits)
            return;
    }
}

static enum ys_code enum_read(const struct reader *r, const ProtobufCEnumDescriptor *type,
                              const json_t *in, void *out)
{
    struct ys_bytes name = {0};
    const enum ys_code code = text_get(r, in, &name);
    if (code != YS_OK)
        return code;
    const ProtobufCEnumValue *value = ys_enum_find(type, name);
    if (value == NULL) {
        char words[WORDS_MAX];
        list_words(type, words, sizeof words);
        return ys_path_fail(&r->path, r->err, YS_MALFORMED, "\"%.*s\" is no %s: %s",
                            (int)ys_text_cut(name, SHOWN_MAX), (const char *)name.data,
                            type->short_name, words);
    }
    memcpy(out, &value->value, sizeof value->value);
    return YS_OK;
}

static enum ys_code date_read(const struct reader *r, const json_t *in, ProtobufCMessage *message)
{
    struct ys_bytes text = {0};
    Yishi__V1__Date *date = (void *)message;
    const enum ys_code code = text_get(r, in, &text);
    if (code != YS_OK)
        return code;
    if (ys_date_parse(text, &date->yyyymmdd) != YS_OK)
        return ys_path_fail(&r->path, r->err, YS_MALFORMED, "\"%.*s\" is not a date",
                            (int)ys_text_cut(text, SHOWN_MAX), (const char *)text.data);
    date->has_yyyymmdd = 1;
    return YS_OK;
}

static enum ys_code time_read(const struct reader *r, const json_t *in, ProtobufCMessage *message)
{
    struct ys_bytes text = {0};
    Yishi__V1__Time *time = (void *)message;
    const enum ys_code code = text_get(r, in, &text);
    if (code != YS_OK)
        return code;
    if (ys_time_parse(text, &time->unix_ms) != YS_OK)
        return ys_path_fail(&r->path, r->err, YS_MALFORMED,
                            "\"%.*s\" is not a time such as 2026-11-25T09:30:00.000+08:00",
                            (int)ys_text_cut(text, SHOWN_MAX), (const char *)text.data);
    time->has_unix_ms = 1;
    return YS_OK;
}

/* A day has 10 characters; whatever else is read as a time. */
static enum ys_code moment_read(const struct reader *r, const json_t *in, ProtobufCMessage *message)
{
    Yishi__V1__Moment *moment = (void *)message;
    const bool day = json_is_string(in) && json_string_length(in) == YS_DATE_TEXT_MAX - 1;
    const ProtobufCMessageDescriptor *type =
        day ? &yishi__v1__date__descriptor : &yishi__v1__time__descriptor;
    ProtobufCMessage *inner = ys_reflect_new(type, r->arena);
    if (inner == NULL)
        return ys_arena_fail(r->arena, r->err);
    if (day) {
        moment->when_case = YISHI__V1__MOMENT__WHEN_DATE;
        moment->date = (void *)inner;
        return date_read(r, in, inner);
    }
    moment->when_case = YISHI__V1__MOMENT__WHEN_TIME;
    moment->time = (void *)inner;
    return time_read(r, in, inner);
}

/* A sub-message: the three that are one string, or an object, which is entered. */
static enum ys_code message_read(struct reader *r, const ProtobufCMessageDescriptor *type,
                                 json_t *in, void *out, bool *entered_out)
{
    ProtobufCMessage *message = ys_reflect_new(type, r->arena);
    if (message == NULL)
        return ys_arena_fail(r->arena, r->err);
    memcpy(out, &message, sizeof message);
    if (type == &yishi__v1__date__descriptor)
        return date_read(r, in, message);
    if (type == &yishi__v1__time__descriptor)
        return time_read(r, in, message);
    if (type == &yishi__v1__moment__descriptor)
        return moment_read(r, in, message);
    *entered_out = true;
    return enter(r, in, message);
}

static enum ys_code value_read(struct reader *r, const ProtobufCFieldDescriptor *field, json_t *in,
                               void *out, bool *entered_out)
{
    *entered_out = false;
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return bool_read(r, in, out);
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return string_read(r, in, out);
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return bytes_read(r, field, in, out);
    if (field->type == PROTOBUF_C_TYPE_ENUM)
        return enum_read(r, field->descriptor, in, out);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return message_read(r, field->descriptor, in, out, entered_out);
    return number_read(r, field->type, in, out);
}

/* The next element of the array that is being read. */
static enum ys_code element_step(struct reader *r, struct reading *reading)
{
    if (reading->element == json_array_size(reading->array)) {
        reading->field = NULL;
        ys_path_pop(&r->path);
        return YS_OK;
    }
    bool entered = false;
    const size_t at = reading->element++;
    ys_path_index(&r->path, at);
    return value_read(r, reading->field, json_array_get(reading->array, at),
                      reading->values + at * ys_reflect_size(reading->field->type), &entered);
}

static enum ys_code array_start(struct reader *r, struct reading *reading,
                                const ProtobufCFieldDescriptor *field, const json_t *in)
{
    void *values = NULL;
    if (!json_is_array(in))
        return refuse(r, json_is_null(in) ? "is null; leave it out" : "is not an array");
    if (!ys_reflect_add(reading->message, field, json_array_size(in), r->arena, &values))
        return ys_arena_fail(r->arena, r->err);
    reading->field = field;
    reading->array = in;
    reading->values = values;
    reading->element = 0;
    return YS_OK;
}

static enum ys_code singular_read(struct reader *r, struct reading *reading,
                                  const ProtobufCFieldDescriptor *field, json_t *in)
{
    void *value = NULL;
    bool entered = false;
    if (ys_reflect_in_oneof(field) && ys_reflect_case(reading->message, field) != 0)
        return refuse(r, "excludes another field that is set");
    if (!ys_reflect_add(reading->message, field, 1, r->arena, &value))
        return ys_arena_fail(r->arena, r->err);
    const enum ys_code code = value_read(r, field, in, value, &entered);
    if (code == YS_OK && !entered)
        ys_path_pop(&r->path);
    return code;
}

/* The next key of the object that is being read. */
static enum ys_code key_step(struct reader *r, struct reading *reading)
{
    const char *key = json_object_iter_key(reading->next);
    json_t *in = json_object_iter_value(reading->next);
    reading->next = json_object_iter_next(reading->object, reading->next);
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(reading->message->descriptor, key);
    if (field == NULL)
        return ys_path_fail(&r->path, r->err, YS_MALFORMED, "has no field \"%.*s\"",
                            (int)ys_text_cut(ys_bytes_of_text(key), SHOWN_MAX), key);
    ys_path_push(&r->path, field->name);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return array_start(r, reading, field, in);
    return singular_read(r, reading, field, in);
}

/* The step of a singular message stays on the path until its object is read; that of an array
 * until the array is. */
static void leave(struct reader *r)
{
    r->depth--;
    if (r->depth > 0 && r->reading[r->depth - 1].field == NULL)
        ys_path_pop(&r->path);
}

enum ys_code ys_json_decode(const json_t *in, const ProtobufCMessageDescriptor *descriptor,
                            const char *where, struct ys_arena *arena, ProtobufCMessage **out,
                            struct ys_err *err)
{
    struct reader r = {.arena = arena, .path = ys_path_from(where), .err = err};
    ProtobufCMessage *message = NULL;
    bool entered = false;
    /* jansson's iterators take an object that is not const, and do not change it. */
    json_t *object = (json_t *)(uintptr_t)in;
    enum ys_code code = message_read(&r, descriptor, object, &message, &entered);
    while (code == YS_OK && r.depth > 0) {
        struct reading *reading = &r.reading[r.depth - 1];
        if (reading->field != NULL)
            code = element_step(&r, reading);
        else if (reading->next != NULL)
            code = key_step(&r, reading);
        else
            leave(&r);
    }
    if (code == YS_OK)
        *out = message;
    return code;
}

/* ---- message to JSON ---- */

/* One message that is being written into an object, which its parent owns already. */
struct writing {
    json_t *object;
    const ProtobufCMessage *message;
    unsigned field;
    json_t *array; /* of the repeated field that is being written, or NULL */
    size_t element;
};

struct printer {
    struct ys_path path;
    unsigned depth;
    struct writing writing[YS_PATH_DEPTH_MAX + 1];
    struct ys_err *err;
};

static json_t *bytes_json(ProtobufCBinaryData bytes)
{
    const size_t length = YS_BASE64_LEN(bytes.len);
    struct ys_writer w = {.data = malloc(length == 0 ? 1 : length), .capacity = length};
    if (w.data == NULL)
        return NULL;
    ys_writer_base64(&w, (struct ys_bytes){.data = bytes.data, .size = bytes.len});
    YS_ASSERT(!w.overflow);
    json_t *json = json_stringn((const char *)w.data, w.size);
    free(w.data);
    return json;
}

/* A value that a newer version knows is shown as its number, which ys_json_decode refuses. */
static json_t *enum_json(const ProtobufCEnumDescriptor *type, int number)
{
    char name[YS_ENUM_WORD_MAX];
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(type, number);
    if (value == NULL)
        return json_integer(number);
    ys_enum_word(type, value, name);
    return json_string(name);
}

static enum ys_code text_json(const struct printer *p, const char *text, json_t **out)
{
    const enum ys_text_fault fault = ys_text_check(ys_bytes_of_text(text), NULL);
    if (fault != YS_TEXT_GOOD)
        return ys_path_fail(&p->path, p->err, YS_MALFORMED, "%s", ys_text_fault_words(fault));
    *out = json_string(text);
    return YS_OK;
}

static enum ys_code number_json(const struct printer *p, ProtobufCType type, const void *value,
                                json_t **out)
{
    uint32_t narrow = 0;
    uint64_t wide = 0;
    int64_t with_sign = 0;
    if (type == PROTOBUF_C_TYPE_INT64) {
        memcpy(&with_sign, value, sizeof with_sign);
        *out = json_integer(with_sign);
        return YS_OK;
    }
    if (type == PROTOBUF_C_TYPE_UINT32) {
        memcpy(&narrow, value, sizeof narrow);
        wide = narrow;
    } else {
        memcpy(&wide, value, sizeof wide);
    }
    if (wide > INT64_MAX)
        return ys_path_fail(&p->path, p->err, YS_LIMIT,
                            "%" PRIu64 " is too large for an integer of JSON", wide);
    *out = json_integer((json_int_t)wide);
    return YS_OK;
}

static enum ys_code date_json(const struct printer *p, const Yishi__V1__Date *date, json_t **out)
{
    char text[YS_DATE_TEXT_MAX];
    if (!date->has_yyyymmdd || !ys_date_valid(date->yyyymmdd))
        return ys_path_fail(&p->path, p->err, YS_MALFORMED, "is not a date");
    ys_date_print(date->yyyymmdd, text);
    *out = json_string(text);
    return YS_OK;
}

static enum ys_code time_json(const struct printer *p, const Yishi__V1__Time *time, json_t **out)
{
    char text[YS_TIME_TEXT_MAX];
    if (!time->has_unix_ms || !ys_time_valid(time->unix_ms))
        return ys_path_fail(&p->path, p->err, YS_MALFORMED, "is not a time");
    ys_time_print(time->unix_ms, text);
    *out = json_string(text);
    return YS_OK;
}

static enum ys_code moment_json(const struct printer *p, const Yishi__V1__Moment *moment,
                                json_t **out)
{
    switch (moment->when_case) {
    case YISHI__V1__MOMENT__WHEN_DATE:
        return date_json(p, moment->date, out);
    case YISHI__V1__MOMENT__WHEN_TIME:
        return time_json(p, moment->time, out);
    case YISHI__V1__MOMENT__WHEN__NOT_SET:
    case _YISHI__V1__MOMENT__WHEN__CASE_IS_INT_SIZE:
        break;
    }
    return ys_path_fail(&p->path, p->err, YS_MALFORMED, "is neither a day nor a time");
}

/* An empty object for `message`, to be filled by the loop; or the string of a day or time. */
static enum ys_code message_json(struct printer *p, const ProtobufCMessage *message, json_t **out)
{
    if (message->descriptor == &yishi__v1__date__descriptor)
        return date_json(p, (const void *)message, out);
    if (message->descriptor == &yishi__v1__time__descriptor)
        return time_json(p, (const void *)message, out);
    if (message->descriptor == &yishi__v1__moment__descriptor)
        return moment_json(p, (const void *)message, out);
    *out = json_object();
    YS_ASSERT(p->depth <= YS_PATH_DEPTH_MAX);
    if (*out != NULL)
        p->writing[p->depth++] = (struct writing){.object = *out, .message = message};
    return YS_OK;
}

static enum ys_code value_json(struct printer *p, const ProtobufCMessage *message,
                               const ProtobufCFieldDescriptor *field, size_t index, json_t **out)
{
    const void *value = ys_reflect_at(message, field, index);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return message_json(p, ys_reflect_message(message, field, index), out);
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return text_json(p, ys_reflect_text(message, field, index), out);
    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        *out = bytes_json(ys_reflect_bytes(message, field, index));
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        const protobuf_c_boolean *yes = value;
        *out = json_boolean(*yes);
    } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
        const int *number = value;
        *out = enum_json(field->descriptor, *number);
    } else {
        return number_json(p, field->type, value, out);
    }
    return YS_OK;
}

/* Hands `value`, which may be NULL for lack of memory, to its object or array. */
static enum ys_code give(struct printer *p, const struct writing *writing, const char *name,
                         json_t *value)
{
    const int failed = writing->array != NULL ? json_array_append_new(writing->array, value)
                                              : json_object_set_new(writing->object, name, value);
    if (failed != 0)
        return ys_path_fail(&p->path, p->err, YS_NOMEM, "out of memory while writing JSON");
    return YS_OK;
}

/* An empty array under the field's name, which its object owns already. */
static enum ys_code array_open(struct printer *p, struct writing *writing, const char *name)
{
    json_t *array = json_array();
    const enum ys_code code = give(p, writing, name, array);
    if (code == YS_OK)
        writing->array = array;
    return code;
}

static enum ys_code write_step(struct printer *p, struct writing *writing)
{
    const ProtobufCFieldDescriptor *field = &writing->message->descriptor->fields[writing->field];
    const bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    const size_t count = ys_reflect_count(writing->message, field);
    enum ys_code code = YS_OK;
    if (writing->element == 0)
        ys_path_push(&p->path, field->name);
    if (writing->element == count) {
        ys_path_pop(&p->path);
        writing->field++;
        writing->element = 0;
        writing->array = NULL;
        return YS_OK;
    }
    if (repeated && writing->element == 0)
        code = array_open(p, writing, field->name);
    if (code != YS_OK)
        return code;
    if (repeated)
        ys_path_index(&p->path, writing->element);

    json_t *value = NULL;
    const size_t index = writing->element++;
    code = value_json(p, writing->message, field, index, &value);
    return code != YS_OK ? code : give(p, writing, field->name, value);
}

enum ys_code ys_json_encode(const ProtobufCMessage *message, json_t **out, struct ys_err *err)
{
    struct printer p = {.path = ys_path_from(""), .err = err};
    json_t *root = NULL;
    enum ys_code code = message_json(&p, message, &root);
    if (code == YS_OK && root == NULL)
        code = ys_fail(err, YS_NOMEM, "out of memory while writing JSON");
    while (code == YS_OK && p.depth > 0) {
        struct writing *writing = &p.writing[p.depth - 1];
        if (writing->field == writing->message->descriptor->n_fields)
            p.depth--;
        else
            code = write_step(&p, writing);
    }
    if (code == YS_OK)
        *out = root;
    else
        json_decref(root);
    return code;
}
