#include "node/evidence/told.h"

#include "node/json_out.h"
#include "node/label.h"
#include "node/lang.h"
#include "proto/limits.h"
#include "proto/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_LEN = 256 };

static enum ys_code put(struct ys_parcel *parcel, const char *folder, const char *name, char *text,
                        struct ys_err *err)
{
    char path[PATH_LEN];
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const enum ys_code code = ys_parcel_text(parcel, path, text, err);
    free(text);
    return code;
}

static json_t *facts(const struct ys_exhibit *exhibit)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    json_t *const signers = json_array();
    ys_record_id_print(&exhibit->id, id);
    for (size_t i = 0; i < exhibit->signer_count; i++)
        json_array_append_new(signers, json_string(exhibit->signer[i]));
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o}", "id", id, "origin",
        exhibit->log.origin_text, "index", ys_json_number(exhibit->index), "kind",
        exhibit->record.kind, "kind_zh", exhibit->kind == NULL ? "" : exhibit->kind->zh, "matter",
        exhibit->record.subject, "signed_at", ys_json_time(true, exhibit->record.signed_at_s),
        "verdict", ys_verdict_name(exhibit->verdict), "signers", signers, "street_received",
        ys_json_time(exhibit->has_street, exhibit->street.time_s), "district_received",
        ys_json_time(exhibit->has_district, exhibit->district.time_s));
}

/* --- the content, a line a value --- */

/* One object of the JSON that is being told; arrays are told element by element. */
struct frame {
    const ProtobufCMessageDescriptor *message;
    json_t *object; /* borrowed */
    void *at;       /* its iterator */
    const ProtobufCFieldDescriptor *field;
    json_t *array; /* being told; NULL: none */
    size_t element;
};

static void print_value(FILE *out, const ProtobufCFieldDescriptor *field, const json_t *value)
{
    if (json_is_string(value)) {
        const char *const text = json_string_value(value);
        if (field->type == PROTOBUF_C_TYPE_ENUM) {
            const ProtobufCEnumDescriptor *const words = field->descriptor;
            char name[PATH_LEN];
            snprintf(name, sizeof name, "%s", text);
            for (unsigned i = 0; i < words->n_values; i++) {
                const size_t whole = strlen(words->values[i].name);
                const size_t size = strlen(name);
                const char *const zh = ys_label_value(&words->values[i]);
                if (whole > size && strcasecmp(words->values[i].name + whole - size, name) == 0 &&
                    words->values[i].name[whole - size - 1] == '_' && zh != NULL) {
                    fprintf(out, "%s (%s)\n", zh, text);
                    return;
                }
            }
        }
        fprintf(out, "%s\n", text);
    } else {
        char *const text = json_dumps(value, JSON_ENCODE_ANY);
        fprintf(out, "%s\n", text == NULL ? "?" : text);
        free(text);
    }
}

static const ProtobufCFieldDescriptor *field_of(const struct frame *frame, const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(frame->message, name);
}

/* The next value of the object, or of the array that is being told; NULL at its end. */
static json_t *next_value(struct frame *frame)
{
    if (frame->array != NULL && frame->element < json_array_size(frame->array))
        return json_array_get(frame->array, frame->element++);
    frame->array = NULL;
    frame->at = frame->field == NULL ? json_object_iter(frame->object)
                                     : json_object_iter_next(frame->object, frame->at);
    if (frame->at == NULL)
        return NULL;
    json_t *const value = json_object_iter_value(frame->at);
    frame->field = field_of(frame, json_object_iter_key(frame->at));
    if (!json_is_array(value))
        return value;
    frame->array = value;
    frame->element = 0;
    return json_array_size(value) == 0 ? value : json_array_get(value, frame->element++);
}

static void tell(FILE *out, const ProtobufCMessageDescriptor *message, json_t *body)
{
    struct frame frame[YS_JSON_DEPTH_MAX] = {{.message = message, .object = body}};
    for (int depth = 0; depth >= 0;) {
        json_t *const value = next_value(&frame[depth]);
        const ProtobufCFieldDescriptor *const field = frame[depth].field;
        if (value == NULL || field == NULL) {
            depth -= value == NULL;
            continue;
        }
        const char *const label = ys_label_field(frame[depth].message, field->name);
        fprintf(out, "%*s%s: ", 2 * depth, "", label == NULL ? field->name : label);
        if (!json_is_object(value) || depth + 1 == YS_JSON_DEPTH_MAX) {
            print_value(out, field, value);
            continue;
        }
        fputc('\n', out);
        frame[++depth] = (struct frame){.message = field->descriptor, .object = value};
    }
}

static void tell_facts(FILE *out, const struct ys_exhibit *exhibit)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    char time[YS_TIME_TEXT_MAX];
    ys_record_id_print(&exhibit->id, id);
    ys_time_print((int64_t)exhibit->record.signed_at_s * 1000, time);
    fprintf(out, "%s (%s)\n", exhibit->kind == NULL ? "" : exhibit->kind->zh, exhibit->record.kind);
    fprintf(out, "编号: %s\n日志: %s 第 %llu 条\n签署时间: %s\n签署主体:", id,
            exhibit->log.origin_text, (unsigned long long)exhibit->index, time);
    for (size_t i = 0; i < exhibit->signer_count; i++)
        fprintf(out, " %s", exhibit->signer[i]);
    fprintf(out, "\n核验: %s\n", ys_verdict_name(exhibit->verdict));
    if (exhibit->has_street) {
        ys_time_print((int64_t)exhibit->street.time_s * 1000, time);
        fprintf(out, "街道已收: %s\n", time);
    }
    if (exhibit->has_district) {
        ys_time_print((int64_t)exhibit->district.time_s * 1000, time);
        fprintf(out, "区已收: %s\n", time);
    }
}

static char *text_of(const struct ys_exhibit *exhibit)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    tell_facts(out, exhibit);
    fputc('\n', out);
    if (exhibit->body != NULL)
        tell(out, &yishi__v1__body__descriptor, exhibit->body);
    else
        fputs(exhibit->content == YS_CONTENT_TOMBSTONE ? "内容已依法删除。\n" : "内容不在此处。\n",
              out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

enum ys_code ys_told_write(const struct ys_exhibit *exhibit, const char *folder,
                           struct ys_parcel *parcel, struct ys_err *err)
{
    json_t *const object = facts(exhibit);
    if (object == NULL ||
        (exhibit->body != NULL && json_object_set(object, "body", exhibit->body) != 0)) {
        json_decref(object);
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    }
    char *const text = json_dumps(object, JSON_INDENT(2));
    json_decref(object);
    const enum ys_code code = put(parcel, folder, "record.json", text, err);
    return code != YS_OK ? code : put(parcel, folder, "record.txt", text_of(exhibit), err);
}
