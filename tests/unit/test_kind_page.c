/* deploy/handbook/kinds.md follows from the tables: it is made here, and found there as it is.
 *
 * `test_kind_page print` writes it. */
#include "node/label.h"
#include "node/template.h"
#include "proto/body.pb-c.h"
#include "proto/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = "# 记录种类 / Kinds of records\n\n"
                           "每一种记录由谁签署、依据哪一条、必须引用什么、有哪些字段。本页由程序中"
                           "的同一张表生成(test_kind_page print),\n"
                           "发布、检查、帮助都读这张表。条款:数字为《北京市社区议事厅工作指导规程("
                           "试行)》;L 为《城市居民委员会组织法》(2026年施行)。\n\n"
                           "Who signs each kind of record, what it rests on, what it must refer "
                           "to, and its fields: made from the one table that\n"
                           "publishing, checking and help texts read. Articles: plain numbers are "
                           "those of the regulation; L is the Organic Law of\n"
                           "Urban Residents' Committees in force since 2026.\n\n"
                           "`yishi new KIND` 起草 / begins one; `yishi help KIND` 逐项说明 / "
                           "explains each field. `*` 必填 / required.\n\n"
                           "每种记录还可以有 / any record may have besides: `occurred_at` "
                           "发生时间, `backfill_reason` 补录原因, `refs` 引用, "
                           "`attachments` 附件, `sealed` 密封项。\n";

static const char *subject_words(const struct ys_kind *kind)
{
    switch (kind->subject) {
    case YS_SUBJECT_NONE:
        return "不属于事项 / of no matter";
    case YS_SUBJECT_MATTER:
        return "属于一个事项 / of a matter";
    case YS_SUBJECT_EITHER:
        break;
    }
    return "可属于一个事项 / may be of a matter";
}

static void put_refs(FILE *out, const struct ys_kind *kind)
{
    for (size_t i = 0; i < YS_KIND_REFS_MAX && kind->ref[i].relation != 0; i++) {
        const struct ys_kind_ref *ref = &kind->ref[i];
        fprintf(out, "- %s `%s`:", ref->must != 0 ? "必须引用 / must refer" : "可引用 / may refer",
                ys_relation_word(ref->relation));
        if (ref->to[0] == 0)
            fprintf(out, " 任一记录 / any record");
        for (size_t k = 0; k < YS_KIND_REF_TO_MAX && ref->to[k] != 0; k++) {
            const struct ys_kind *to = ys_kind_by_id(ref->to[k]);
            fprintf(out, "%s %s `%s`", k == 0 ? "" : ",", to->zh, to->name);
        }
        for (unsigned class = 1; ref->must < YS_BODY_NODE && class < YS_BODY_NODE; class <<= 1)
            if ((ref->must & class) != 0)
                fprintf(out, " (%s)", ys_body_class_word(class));
        fprintf(out, "\n");
    }
}

static void put_type(FILE *out, const ProtobufCFieldDescriptor *field, const struct ys_field *row)
{
    const ProtobufCMessageDescriptor *message = field->descriptor;
    const ProtobufCEnumDescriptor *values = field->descriptor;
    if (field->type == PROTOBUF_C_TYPE_STRING)
        fprintf(out, "文字 / text, ≤ %u", row->text_max);
    else if (field->type == PROTOBUF_C_TYPE_BYTES)
        fprintf(out, "字节 / bytes");
    else if (field->type == PROTOBUF_C_TYPE_BOOL)
        fprintf(out, "是否 / true, false");
    else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        fprintf(out, "%s",
                message == &yishi__v1__date__descriptor   ? "日期 / day"
                : message == &yishi__v1__time__descriptor ? "时间 / time"
                                                          : message->short_name);
    else if (field->type != PROTOBUF_C_TYPE_ENUM)
        fprintf(out, "整数 / number");
    for (unsigned i = 1; field->type == PROTOBUF_C_TYPE_ENUM && i < values->n_values; i++) {
        char name[80];
        ys_template_value(values, &values->values[i], name, sizeof name);
        fprintf(out, "%s`%s` %s", i == 1 ? "" : ", ", name, ys_label_value(&values->values[i]));
    }
}

static void put_fields(FILE *out, const ProtobufCMessageDescriptor *type)
{
    const struct ys_field *rows = ys_field_rows_of(type);
    fprintf(out, "\n| 字段 / field | 中文 | 内容 / content |\n| --- | --- | --- |\n");
    for (unsigned i = 0; i < type->n_fields; i++) {
        fprintf(out, "| `%s`%s%s | %s | ", type->fields[i].name,
                type->fields[i].label == PROTOBUF_C_LABEL_REPEATED ? "[]" : "",
                rows[i].required ? " *" : "", ys_label_field(type, type->fields[i].name));
        put_type(out, &type->fields[i], &rows[i]);
        fprintf(out, " |\n");
    }
}

/* Messages inside, each once for the page. */
enum { PARTS_MAX = 64 };
struct parts {
    const ProtobufCMessageDescriptor *type[PARTS_MAX];
    size_t count;
};

static void note_parts(struct parts *parts, const ProtobufCMessageDescriptor *type)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCMessageDescriptor *inner = type->fields[i].descriptor;
        bool seen = type->fields[i].type != PROTOBUF_C_TYPE_MESSAGE ||
                    inner == &yishi__v1__date__descriptor || inner == &yishi__v1__time__descriptor;
        for (size_t k = 0; k < parts->count && !seen; k++)
            seen = parts->type[k] == inner;
        if (seen)
            continue;
        assert_true(parts->count < PARTS_MAX);
        parts->type[parts->count++] = inner;
    }
}

static void put_kind(FILE *out, const struct ys_kind *kind, struct parts *parts)
{
    char zh[300];
    char en[300];
    const ProtobufCMessageDescriptor *type =
        protobuf_c_message_descriptor_get_field_by_name(&yishi__v1__body__descriptor, kind->name)
            ->descriptor;
    ys_template_signers(kind, zh, sizeof zh, true);
    ys_template_signers(kind, en, sizeof en, false);
    fprintf(out, "\n## %u %s `%s`\n\n%s\n\n", kind->id, kind->zh, kind->name, kind->en);
    if (kind->authors == YS_BODY_NODE)
        fprintf(out, "- 由节点自动写入 / written by the node itself\n");
    else
        fprintf(out, "- 签署 / signed by: %s / %s\n", zh, en);
    if (kind->as_target)
        fprintf(out,
                "- 由原记录的签署主体签署 / signed by those who signed the record it changes\n");
    if (kind->answerer != YS_ANSWERER_ANY)
        fprintf(out, "- %s / %s\n", ys_kind_answerer_text(kind->answerer, true),
                ys_kind_answerer_text(kind->answerer, false));
    fprintf(out, "- 依据 / rests on: %s\n- %s\n", kind->article, subject_words(kind));
    put_refs(out, kind);
    for (size_t i = 0; i < YS_KIND_SLOTS_MAX && kind->slot[i] != NULL; i++)
        fprintf(out, "- 密封项 / sealed: `%s`\n", kind->slot[i]);
    put_fields(out, type);
    note_parts(parts, type);
}

static void write_page(FILE *out)
{
    struct parts parts = {.count = 0};
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    fprintf(out, "%s", head);
    for (size_t i = 0; i < count; i++)
        put_kind(out, &kinds[i], &parts);
    fprintf(out, "\n## 组成部分 / Parts\n");
    for (size_t i = 0; i < parts.count; i++) {
        fprintf(out, "\n### %s\n", parts.type[i]->short_name);
        put_fields(out, parts.type[i]);
        note_parts(&parts, parts.type[i]);
    }
}

static void the_page_of_the_handbook_is_current(void **state)
{
    (void)state;
    char *page = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&page, &size);
    FILE *file = fopen(YS_KINDS_PAGE, "rb");
    assert_non_null(stream);
    assert_non_null(file);
    write_page(stream);
    assert_int_equal(fclose(stream), 0);
    char *found = calloc(1, size + 2);
    assert_non_null(found);
    const size_t read = fread(found, 1, size + 1, file);
    if (read != size || memcmp(found, page, size) != 0)
        fail_msg("%s is not what the tables say; write it anew: test_kind_page print > %s",
                 YS_KINDS_PAGE, YS_KINDS_PAGE);
    (void)fclose(file);
    free(found);
    free(page);
}

/* Every message that a body can hold: all rows of the table before those of the wire. */
static void every_field_and_value_of_a_record_has_a_chinese_name(void **state)
{
    (void)state;
    size_t at = 0;
    for (const struct ys_field *row = ys_field_at(at); row != NULL; row = ys_field_at(++at)) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(row->message, row->name);
        const ProtobufCEnumDescriptor *values = field->descriptor;
        if (strcmp(row->message->short_name, "ProofExtra") == 0)
            break;
        if (row->message == &yishi__v1__body__descriptor ||
            row->message == &yishi__v1__date__descriptor ||
            row->message == &yishi__v1__time__descriptor ||
            row->message == &yishi__v1__moment__descriptor)
            continue;
        if (ys_label_field(row->message, row->name) == NULL)
            fail_msg("%s.%s has no Chinese name", row->message->short_name, row->name);
        for (unsigned i = 1; field->type == PROTOBUF_C_TYPE_ENUM && i < values->n_values; i++) {
            const char *label = ys_label_value(&values->values[i]);
            if (label == NULL || label[0] == '\0')
                fail_msg("%s has no Chinese name", values->values[i].name);
        }
    }
    assert_true(at > 300);
}

static void a_name_may_mean_something_else_in_one_message(void **state)
{
    (void)state;
    assert_string_equal(ys_label_field(&yishi__v1__consensus_item__descriptor, "text"), "事项内容");
    assert_string_equal(ys_label_field(&yishi__v1__street_opinion__descriptor, "text"), "意见");
    assert_null(ys_label_field(&yishi__v1__consensus__descriptor, "colour"));
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "print") == 0) {
        write_page(stdout);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_of_the_handbook_is_current),
        cmocka_unit_test(every_field_and_value_of_a_record_has_a_chinese_name),
        cmocka_unit_test(a_name_may_mean_something_else_in_one_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
