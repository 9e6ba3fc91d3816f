#include "node/view_told.h"

#include "node/json_out.h"
#include "node/label.h"
#include "node/lang.h"
#include "node/terminal.h"
#include "proto/enum_word.h"
#include "proto/moment.h"

#include <stdio.h>

static void print_reason(const struct ys_told *told, char out[YS_ENUM_WORD_MAX])
{
    const ProtobufCEnumDescriptor *const type = &yishi__v1__redaction_reason__descriptor;
    const ProtobufCEnumValue *const value =
        protobuf_c_enum_descriptor_get_value(type, told->reason);
    out[0] = '\0';
    if (value != NULL && told->reason != 0)
        ys_enum_word(type, value, out);
}

json_t *ys_view_told_json(const struct ys_exhibit *view)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < view->told_count; i++) {
        const struct ys_told *const told = &view->told[i];
        char reason[YS_ENUM_WORD_MAX];
        char by[YS_RECORD_ID_TEXT_MAX];
        char attachment[YS_RECORD_ID_TEXT_MAX] = "";
        print_reason(told, reason);
        ys_record_id_print(&told->by, by);
        if (told->erasure.scope == YS_ERASE_ATTACHMENT)
            ys_record_id_print(&told->attachment, attachment);
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:b, s:o}",
                                        "what", ys_erase_scope_word(told->erasure.scope), "slot",
                                        ys_json_text_or_null(told->slot), "attachment",
                                        ys_json_text_or_null(attachment), "reason",
                                        ys_json_text_or_null(reason), "order",
                                        ys_json_text_or_null(told->order), "erased_on",
                                        ys_json_day(told->day), "record", by, "place", told->place,
                                        "in_effect", told->erasure.state == YS_ERASURE_IN_EFFECT,
                                        "why", ys_json_text_or_null(told->why.msg)));
    }
    return list;
}

static void put_reason(const struct ys_told *told)
{
    char word[YS_ENUM_WORD_MAX];
    print_reason(told, word);
    printf("; %s: %s", _("reason"), ys_label_word(&yishi__v1__redaction_reason__descriptor, word));
    if (told->order[0] != '\0') {
        printf("; %s: ", _("order"));
        ys_terminal_put(told->order);
    }
}

static void put_what(const struct ys_told *told)
{
    char hash[YS_RECORD_ID_TEXT_MAX];
    switch (told->erasure.scope) {
    case YS_ERASE_BODY:
        fputs(_("whole content"), stdout);
        break;
    case YS_ERASE_SLOT:
        fputs(_("sealed value "), stdout);
        ys_terminal_put(told->slot);
        break;
    case YS_ERASE_ATTACHMENT:
        ys_record_id_print(&told->attachment, hash);
        printf(_("attachment %.16s"), hash);
        break;
    }
}

void ys_view_told_text(const struct ys_told *told, const char *indent)
{
    char by[YS_RECORD_ID_TEXT_MAX];
    ys_record_id_print(&told->by, by);
    printf("%s%s: ", indent,
           told->erasure.state == YS_ERASURE_IN_EFFECT ? _("Erased by law")
                                                       : _("To be erased, without effect"));
    put_what(told);
    if (told->day != 0)
        printf(", %04u-%02u-%02u", told->day / 10000, told->day / 100 % 100, told->day % 100);
    put_reason(told);
    printf("; %s %.8s (%s)", _("record"), by, told->place);
    if (told->why.code != YS_OK) {
        fputs("; ", stdout);
        ys_terminal_put(told->why.msg);
    }
    putchar('\n');
}
