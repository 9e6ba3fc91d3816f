#include "node/paper/name_list.h"

#include "node/ballot/csv.h"
#include "node/label.h"
#include "node/lang.h"
#include "proto/body.pb-c.h"
#include "proto/enum_word.h"
#include "proto/json.h"
#include "proto/text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column { NAME, KIND, CONSENT, COLUMNS };

static const struct {
    const char *name, *zh;
} columns[COLUMNS] = {
    [NAME] = {"name", "姓名"}, [KIND] = {"kind", "主体"}, [CONSENT] = {"consent", "同意公开"}};

void ys_name_list_clear(struct ys_name_list *list)
{
    if (list->person != NULL)
        sodium_memzero(list->person, list->count * sizeof *list->person);
    free(list->person);
    *list = (struct ys_name_list){.count = 0};
}

/* --- one person --- */

static bool read_kind(const char *text, unsigned *out)
{
    const ProtobufCEnumDescriptor *const type = &yishi__v1__party_kind__descriptor;
    const ProtobufCEnumValue *found = ys_enum_find(type, ys_bytes_of_text(text));
    for (unsigned i = 0; i < type->n_values && found == NULL; i++) {
        const char *const zh = ys_label_value(&type->values[i]);
        if (zh != NULL && strcmp(zh, text) == 0)
            found = &type->values[i];
    }
    if (found == NULL || found->value == 0)
        return false;
    *out = (unsigned)found->value;
    return true;
}

/* Only a plain yes is one. */
static bool read_consent(const char *text, bool *out)
{
    static const char *const yes[] = {"是", "yes", "同意"};
    static const char *const no[] = {"否", "no", "不同意", ""};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcmp(text, yes[i]) == 0)
            return *out = true;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (strcmp(text, no[i]) == 0) {
            *out = false;
            return true;
        }
    return false;
}

static enum ys_code set(struct ys_person *person, enum column column, const char *text, size_t row,
                        struct ys_err *err)
{
    switch (column) {
    case NAME:
        if (text[0] == '\0' || strlen(text) >= sizeof person->name ||
            ys_text_check(ys_bytes_of_text(text), NULL) != YS_TEXT_GOOD)
            return ys_fail(err, YS_MALFORMED, _("row %zu: the name is missing or too long"), row);
        memcpy(person->name, text, strlen(text) + 1);
        return YS_OK;
    case KIND:
        return read_kind(text, &person->kind)
                   ? YS_OK
                   : ys_fail(err, YS_MALFORMED, _("row %zu: this is no kind of party"), row);
    case CONSENT:
        return read_consent(text, &person->consent)
                   ? YS_OK
                   : ys_fail(err, YS_MALFORMED,
                             _("row %zu: consent is neither yes nor no; nothing is printed of a "
                               "person who has not agreed"),
                             row);
    case COLUMNS:
        break;
    }
    return YS_OK;
}

static enum column column_of(const char *name)
{
    for (unsigned i = 0; i < COLUMNS; i++)
        if (strcmp(name, columns[i].name) == 0 || strcmp(name, columns[i].zh) == 0)
            return (enum column)i;
    return COLUMNS;
}

static enum ys_code add(struct ys_name_list *list, struct ys_err *err)
{
    if (list->count == YS_PERSONS_MAX)
        return ys_fail(err, YS_LIMIT, _("more than %d names"), YS_PERSONS_MAX);
    if (list->person == NULL)
        list->person = calloc(YS_PERSONS_MAX, sizeof *list->person);
    if (list->person == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    list->count++;
    return YS_OK;
}

static enum ys_code check_last(const struct ys_name_list *list, size_t row, struct ys_err *err)
{
    const struct ys_person *const last = &list->person[list->count - 1];
    if (last->name[0] == '\0' || last->kind == 0)
        return ys_fail(err, YS_MALFORMED, _("row %zu: name and kind are needed"), row);
    return YS_OK;
}

/* --- tables --- */

static enum ys_code read_header(struct ys_csv *csv, enum column *order, size_t *count_out,
                                struct ys_err *err)
{
    for (*count_out = 0; *count_out < COLUMNS;) {
        const char *const name = ys_csv_next(csv);
        const enum column column = name == NULL ? COLUMNS : column_of(name);
        if (column == COLUMNS)
            return ys_fail(err, YS_MALFORMED, _("row 1: the columns are name, kind and consent"));
        order[(*count_out)++] = column;
        if (csv->ends_row)
            return YS_OK;
    }
    return ys_fail(err, YS_MALFORMED, _("row 1: the columns are name, kind and consent"));
}

static enum ys_code read_row(struct ys_csv *csv, const enum column *order, size_t count, size_t row,
                             struct ys_name_list *list, struct ys_err *err)
{
    for (size_t i = 0;; i++) {
        const char *const text = ys_csv_next(csv);
        enum ys_code code = YS_OK;
        if (text == NULL || i >= count)
            return ys_fail(err, YS_MALFORMED, _("row %zu: does not fit the header"), row);
        if (i == 0 && csv->ends_row && text[0] == '\0')
            return YS_OK;
        if (i == 0)
            code = add(list, err);
        if (code == YS_OK)
            code = set(&list->person[list->count - 1], order[i], text, row, err);
        if (code != YS_OK)
            return code;
        if (csv->ends_row)
            return check_last(list, row, err);
    }
}

static enum ys_code read_csv(struct ys_bytes text, struct ys_name_list *list, struct ys_err *err)
{
    enum column order[COLUMNS];
    size_t count = 0;
    struct ys_csv *const csv = calloc(1, sizeof *csv);
    if (csv == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    csv->rest = text;
    enum ys_code code = read_header(csv, order, &count, err);
    for (size_t row = 2; code == YS_OK && csv->rest.size > 0; row++)
        code = read_row(csv, order, count, row, list, err);
    sodium_memzero(csv, sizeof *csv);
    free(csv);
    return code;
}

static enum ys_code read_json(struct ys_bytes text, struct ys_name_list *list, struct ys_err *err)
{
    json_t *json = NULL;
    enum ys_code code = ys_json_load(text, &json, err);
    for (size_t i = 0; code == YS_OK && i < json_array_size(json); i++) {
        const json_t *const object = json_array_get(json, i);
        code = add(list, err);
        for (unsigned c = 0; c < COLUMNS && code == YS_OK; c++) {
            const json_t *const value = json_object_get(object, columns[c].name);
            const char *const word = json_is_true(value)     ? "yes"
                                     : json_is_false(value)  ? "no"
                                     : json_is_string(value) ? json_string_value(value)
                                                             : "";
            code = set(&list->person[list->count - 1], (enum column)c, word, i + 1, err);
        }
    }
    json_decref(json);
    return code;
}

enum ys_code ys_name_list_read(struct ys_bytes text, struct ys_name_list *out, struct ys_err *err)
{
    struct ys_name_list list = {.count = 0};
    text = ys_csv_begin(text);
    const enum ys_code code =
        ys_bytes_starts_with(text, "[") ? read_json(text, &list, err) : read_csv(text, &list, err);
    if (code == YS_OK)
        *out = list;
    else
        ys_name_list_clear(&list);
    return code;
}
