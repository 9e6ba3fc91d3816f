#include "node/template.h"

#include "crypto/assert.h"
#include "node/label.h"
#include "node/lang.h"
#include "proto/body.pb-c.h"
#include "proto/field.h"
#include "proto/path.h"

#include <string.h>

/* --- who signs, what it refers to --- */

static size_t put_classes(unsigned classes, const char *between, bool chinese, char *out,
                          size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned class = 1; class <= YS_BODY_NODE; class <<= 1) {
        if ((classes & class) == 0 || class == YS_BODY_ROOT || used >= size)
            continue;
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", used == 0 ? "" : between,
                             chinese ? ys_body_class_text(class, true) : ys_body_class_word(class));
    }
    return used < size ? used : size - 1;
}

void ys_template_signers(const struct ys_kind *kind, char *out, size_t size, bool chinese)
{
    size_t used = put_classes(kind->authors, chinese ? "或" : " or ", chinese, out, size);
    if (kind->also != 0 && used < size) {
        used += (size_t)snprintf(out + used, size - used, "%s", chinese ? ",并由" : " and ");
        used += put_classes(kind->also, chinese ? "、" : " and ", chinese, out + used, size - used);
    }
    if (kind->may != 0 && used < size) {
        used += (size_t)snprintf(out + used, size - used, "%s", chinese ? "(可加签:" : " (may: ");
        used += put_classes(kind->may, chinese ? "、" : ", ", chinese, out + used, size - used);
        (void)snprintf(out + used, size - used, "%s", chinese ? ")" : ")");
    }
}

static void put_refs(FILE *out, const struct ys_kind *kind, bool chinese)
{
    for (size_t i = 0; i < YS_KIND_REFS_MAX && kind->ref[i].relation != 0; i++) {
        const struct ys_kind_ref *const ref = &kind->ref[i];
        char who[200] = "";
        if (ref->must != 0 && ref->must < YS_BODY_NODE)
            (void)put_classes(ref->must, chinese ? "、" : ", ", chinese, who, sizeof who);
        fprintf(out, "  // %s %s:", ys_relation_word(ref->relation),
                ref->must == 0 ? _("may name") : _("must name"));
        if (ref->to[0] == 0)
            fprintf(out, " %s", _("a record"));
        for (size_t k = 0; k < YS_KIND_REF_TO_MAX && ref->to[k] != 0; k++) {
            const struct ys_kind *const to = ys_kind_by_id(ref->to[k]);
            fprintf(out, "%s %s", k == 0 ? "" : ",", chinese ? to->zh : to->name);
        }
        fprintf(out, who[0] == '\0' ? "\n" : " (%s)\n", who);
    }
}

/* --- fields --- */

struct frame {
    const ProtobufCMessageDescriptor *type;
    const struct ys_field *rows;
    unsigned field;
    bool commented; /* the whole message may be left out */
    bool in_list;
};

static bool is_day_or_time(const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *const type = field->descriptor;
    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           (type == &yishi__v1__date__descriptor || type == &yishi__v1__time__descriptor ||
            type == &yishi__v1__moment__descriptor);
}

static void put_type(FILE *out, const ProtobufCFieldDescriptor *field, const struct ys_field *row,
                     bool chinese)
{
    const ProtobufCEnumDescriptor *const values = field->descriptor;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        fprintf(out, "%s", _("list of: "));
    if (is_day_or_time(field))
        fprintf(out, "%s",
                (const void *)field->descriptor == (const void *)&yishi__v1__date__descriptor
                    ? _("day, such as 2026-11-26")
                    : _("time, such as 2026-11-26T19:00:00+08:00"));
    else if (field->type == PROTOBUF_C_TYPE_STRING)
        fprintf(out, _("text of up to %u characters"), row->text_max);
    else if (field->type == PROTOBUF_C_TYPE_BYTES)
        fprintf(out, "%s", _("bytes in base64"));
    else if (field->type == PROTOBUF_C_TYPE_BOOL)
        fprintf(out, "%s", _("true or false"));
    else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        fprintf(out, "%s", _("what follows"));
    else if (field->type != PROTOBUF_C_TYPE_ENUM)
        fprintf(out, "%s", _("whole number"));
    if (field->type != PROTOBUF_C_TYPE_ENUM)
        return;
    for (unsigned i = 1; i < values->n_values; i++) {
        char name[80];
        ys_template_value(values, &values->values[i], name, sizeof name);
        fprintf(out, "%s%s", i == 1 ? "" : ", ", name);
        if (chinese)
            fprintf(out, " %s", ys_label_value(&values->values[i]));
    }
}

static void put_indent(FILE *out, unsigned depth, bool commented)
{
    fprintf(out, "%*s%s", (int)(2 * depth), "", commented ? "// " : "");
}

static const char *empty_of(const ProtobufCFieldDescriptor *field)
{
    const bool text = field->type == PROTOBUF_C_TYPE_STRING ||
                      field->type == PROTOBUF_C_TYPE_BYTES || field->type == PROTOBUF_C_TYPE_ENUM ||
                      is_day_or_time(field);
    return text ? "\"\"" : "null";
}

/* The line about a field, then the field: closed at once, or opened to be filled by its own fields. */
static bool put_field(FILE *out, const struct frame *frame, unsigned depth, bool chinese)
{
    const ProtobufCFieldDescriptor *const field = &frame->type->fields[frame->field];
    const struct ys_field *const row = &frame->rows[frame->field];
    const bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    const bool commented = frame->commented || !row->required;
    const char *const label = chinese ? ys_label_field(frame->type, field->name) : NULL;
    fprintf(out, "%*s// %s%s", (int)(2 * depth), "", label == NULL ? field->name : label,
            chinese ? ":" : ": ");
    put_type(out, field, row, chinese);
    fprintf(out, "%s\n", row->required ? "" : _("; may be left out"));
    put_indent(out, depth, commented);
    fprintf(out, "\"%s\": %s", field->name, repeated ? "[" : "");
    if (field->type == PROTOBUF_C_TYPE_MESSAGE && !is_day_or_time(field)) {
        fprintf(out, "{\n");
        return true;
    }
    fprintf(out, "%s%s,\n", empty_of(field), repeated ? "]" : "");
    return false;
}

static void put_fields(FILE *out, const ProtobufCMessageDescriptor *type, bool chinese)
{
    struct frame frame[YS_PATH_DEPTH_MAX] = {{.type = type, .rows = ys_field_rows_of(type)}};
    unsigned depth = 1;
    while (depth > 0) {
        struct frame *const top = &frame[depth - 1];
        if (top->field == top->type->n_fields) {
            depth--;
            put_indent(out, depth + 1, top->commented);
            fprintf(out, "}%s,\n", top->in_list ? "]" : "");
            continue;
        }
        const ProtobufCFieldDescriptor *const field = &top->type->fields[top->field];
        const bool commented = top->commented || !top->rows[top->field].required;
        const bool opened = put_field(out, top, depth + 1, chinese);
        top->field++;
        if (!opened)
            continue;
        YS_ASSERT(depth < YS_PATH_DEPTH_MAX);
        frame[depth++] = (struct frame){.type = field->descriptor,
                                        .rows = ys_field_rows_of(field->descriptor),
                                        .commented = commented,
                                        .in_list = field->label == PROTOBUF_C_LABEL_REPEATED};
    }
}

void ys_template_value(const ProtobufCEnumDescriptor *type, const ProtobufCEnumValue *value,
                       char *out, size_t size)
{
    /* PARTY_KIND_RESIDENT of PartyKind: the prefix has one byte more for each inner capital. */
    size_t prefix = 1;
    size_t used = 0;
    for (const char *c = type->short_name; *c != '\0'; c++)
        prefix += *c >= 'A' && *c <= 'Z' && c != type->short_name ? 2 : 1;
    for (const char *c = value->name + prefix; *c != '\0' && used + 1 < size; c++)
        out[used++] = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    out[used] = '\0';
}

static void put_subject(FILE *out, const struct ys_kind *kind)
{
    if (kind->subject == YS_SUBJECT_NONE)
        return;
    fprintf(out, "  // %s\n",
            _("number of the matter, such as 110108012016-2026-0007; \"new\": the next one"));
    fprintf(out, "  %s\"subject\": \"%s\",\n", kind->subject == YS_SUBJECT_EITHER ? "// " : "",
            strcmp(kind->name, "topic_proposal") == 0 ? "new" : "");
}

static bool has_required_ref(const struct ys_kind *kind)
{
    for (size_t i = 0; i < YS_KIND_REFS_MAX; i++)
        if (kind->ref[i].must != 0)
            return true;
    return false;
}

/* What stays at home: the commitments are put in by the command. */
static void put_slots(FILE *out, const struct ys_kind *kind)
{
    fprintf(out, "  // %s: ", _("may be sealed, so that it stays here (yishi seal DRAFT SLOT)"));
    for (size_t i = 0; i < YS_KIND_SLOTS_MAX && kind->slot[i] != NULL; i++)
        fprintf(out, "%s, ", kind->slot[i]);
    fprintf(out, "%s\n", YS_KIND_SLOT_OPERATOR);
}

void ys_template_print(FILE *out, const struct ys_kind *kind, bool chinese)
{
    char signers[300];
    const ProtobufCMessageDescriptor *const type =
        protobuf_c_message_descriptor_get_field_by_name(&yishi__v1__body__descriptor, kind->name)
            ->descriptor;
    ys_template_signers(kind, signers, sizeof signers, chinese);
    fprintf(out, "// %s %s (%s)\n", kind->name, chinese ? kind->zh : kind->en, kind->article);
    fprintf(out, "// %s: %s\n", _("signed by"), signers);
    if (kind->answerer != YS_ANSWERER_ANY)
        fprintf(out, "// %s\n", ys_kind_answerer_text(kind->answerer, chinese));
    fprintf(out, "// %s\n",
            _("Lines like this one are for the reader. What may be left out stands "
              "behind two slashes."));
    fprintf(out, "{\n  \"kind\": \"%s\",\n", kind->name);
    put_subject(out, kind);
    fprintf(out, "  // %s\n  // \"occurred_at\": \"\",\n",
            _("when it happened: a day or a time; may be left out"));
    fprintf(out, "  // %s\n  // \"backfill_reason\": \"\",\n",
            _("why it is entered late; may be left out"));
    if (kind->ref[0].relation != 0) {
        put_refs(out, kind, chinese);
        fprintf(out, "  // %s\n", _("RECORD: its id, how the id begins (8 digits), or CODE:INDEX"));
        fprintf(out, "  %s\"refs\": [{\"rel\": \"%s\", \"record\": \"\"}],\n",
                has_required_ref(kind) ? "" : "// ", ys_relation_word(kind->ref[0].relation));
    }
    put_slots(out, kind);
    fprintf(out, "  \"%s\": {\n", kind->name);
    put_fields(out, type, chinese);
    fprintf(out, "}\n");
}
