#include "node/ballot/ballot_table.h"

#include "node/ballot/csv.h"
#include "node/label.h"
#include "node/lang.h"
#include "proto/enum_word.h"
#include "proto/json.h"
#include "proto/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field { CODE, FIRST_GRADE, KIND = FIRST_GRADE + YS_BALLOT_DIMENSIONS, MARK, REMARK, FIELDS };
enum { COLUMNS_MAX = 32 };

static const struct {
    const char *name, *zh;
} fields[FIELDS] = {[CODE] = {"code", "编号"},
                    [FIRST_GRADE] = {"participation", "参与社区协商"},
                    [FIRST_GRADE + 1] = {"implementation", "协商成果落实"},
                    [FIRST_GRADE + 2] = {"feedback", "协商结果反馈"},
                    [KIND] = {"kind", "主体"},
                    [MARK] = {"mark", "暗记"},
                    [REMARK] = {"remark", "意见"}};

/* --- one field --- */

static enum ys_code set_grade(struct ys_paper *paper, unsigned dimension, const char *value,
                              struct ys_err *err)
{
    static const char *const words[] = {"不了解", "很不满意", "不满意", "一般", "满意", "很满意"};
    struct ys_ballot *const ballot = &paper->ballot;
    if (strcmp(value, "invalid") == 0 || strcmp(value, "无效") == 0) {
        ballot->valid = false;
        return YS_OK;
    }
    for (unsigned grade = 0; grade < YS_BALLOT_GRADES; grade++) {
        if (strcmp(value, words[grade]) != 0 &&
            (value[0] != (char)('0' + grade) || value[1] != '\0'))
            continue;
        ballot->grade[dimension] = (uint8_t)grade;
        return YS_OK;
    }
    return ys_fail(err, YS_MALFORMED, _("\"%s\" is no grade: 0 to 5, or invalid"), value);
}

static enum ys_code set_kind(struct ys_paper *paper, const char *value, struct ys_err *err)
{
    const ProtobufCEnumDescriptor *const type = &yishi__v1__party_kind__descriptor;
    const ProtobufCEnumValue *found = ys_enum_find(type, ys_bytes_of_text(value));
    for (unsigned i = 0; i < type->n_values && found == NULL; i++) {
        const char *const zh = ys_label_value(&type->values[i]);
        if (zh != NULL && strcmp(zh, value) == 0)
            found = &type->values[i];
    }
    if (found == NULL || found->value == 0)
        return ys_fail(err, YS_MALFORMED,
                       _("\"%s\" is no kind of party; see: yishi new "
                         "evaluation_round --template"),
                       value);
    paper->ballot.kind = (unsigned)found->value;
    return YS_OK;
}

static enum ys_code set_remark(struct ys_paper *paper, const char *value, struct ys_err *err)
{
    size_t points = 0;
    if (ys_text_check(ys_bytes_of_text(value), &points) != YS_TEXT_GOOD ||
        points > YS_BALLOT_REMARK_MAX)
        return ys_fail(err, YS_MALFORMED, _("a remark is text of at most %d characters"),
                       YS_BALLOT_REMARK_MAX);
    free(paper->remark);
    paper->remark = strdup(value);
    if (paper->remark == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    paper->ballot.has_remark = true;
    ys_sha256(ys_bytes_of_text(value), &paper->ballot.remark);
    return YS_OK;
}

static enum ys_code set_field(struct ys_paper *paper, enum field field, const char *value,
                              struct ys_err *err)
{
    switch (field) {
    case CODE:
        return ys_ballot_code_read(value, paper->ballot.code)
                   ? YS_OK
                   : ys_fail(err, YS_MALFORMED, _("\"%s\" is no code of a paper"), value);
    case KIND:
        return value[0] == '\0' ? YS_OK : set_kind(paper, value, err);
    case MARK:
        return ys_ballot_mark_read(value, paper->ballot.mark)
                   ? YS_OK
                   : ys_fail(err, YS_MALFORMED, _("\"%s\" is not of up to 16 letters and digits"),
                             value);
    case REMARK:
        return value[0] == '\0' ? YS_OK : set_remark(paper, value, err);
    case FIRST_GRADE:
    case FIELDS:
        break;
    }
    return set_grade(paper, (unsigned)field - FIRST_GRADE, value, err);
}

static enum field field_of(const char *name)
{
    for (unsigned i = 0; i < FIELDS; i++)
        if (strcmp(name, fields[i].name) == 0 || strcmp(name, fields[i].zh) == 0)
            return (enum field)i;
    return FIELDS;
}

enum ys_code ys_paper_set(struct ys_paper *paper, const char *name, const char *value,
                          struct ys_err *err)
{
    const enum field field = field_of(name);
    return field == FIELDS ? ys_fail(err, YS_USAGE, _("\"%s\" is no field of a ballot"), name)
                           : set_field(paper, field, value, err);
}

/* --- rows --- */

struct table {
    struct ys_paper *papers;
    size_t count, room;
};

static struct ys_paper *next_paper(struct table *table, struct ys_err *err)
{
    if (table->count == YS_BALLOTS_MAX) {
        (void)ys_fail(err, YS_LIMIT, _("more than %d papers"), YS_BALLOTS_MAX);
        return NULL;
    }
    if (table->count == table->room) {
        const size_t room = table->room == 0 ? 64 : 2 * table->room;
        struct ys_paper *const more = realloc(table->papers, room * sizeof *more);
        if (more == NULL) {
            (void)ys_fail(err, YS_NOMEM, _("out of memory"));
            return NULL;
        }
        table->papers = more;
        table->room = room;
    }
    table->papers[table->count] = (struct ys_paper){.ballot = {.valid = true}};
    return &table->papers[table->count++];
}

/* What a row must have. */
static enum ys_code check_row(const struct ys_paper *paper, unsigned seen, struct ys_err *err)
{
    if ((seen & (1U << CODE)) == 0)
        return ys_fail(err, YS_MALFORMED, _("the code is missing"));
    for (unsigned d = 0; d < YS_BALLOT_DIMENSIONS && paper->ballot.valid; d++)
        if ((seen & (1U << (FIRST_GRADE + d))) == 0)
            return ys_fail(err, YS_MALFORMED,
                           _("%s: the grade is missing; what was not answered is 0 (does not know) "
                             "or makes the paper invalid, as the round's rules say"),
                           fields[FIRST_GRADE + d].name);
    return YS_OK;
}

/* --- CSV --- */

static enum ys_code read_header(struct ys_csv *csv, enum field column[COLUMNS_MAX],
                                size_t *count_out, struct ys_err *err)
{
    unsigned seen = 0;
    for (*count_out = 0; *count_out < COLUMNS_MAX;) {
        const char *const name = ys_csv_next(csv);
        if (name == NULL)
            return ys_fail(err, YS_MALFORMED, _("row 1: a quote does not end"));
        const enum field field = field_of(name);
        if (field == FIELDS || (seen & (1U << field)) != 0)
            return ys_fail(err, YS_MALFORMED,
                           _("row 1: \"%s\" is no column of ballots, or stands twice; there may be "
                             "code, participation, implementation, feedback, kind, mark, remark"),
                           name);
        seen |= 1U << field;
        column[(*count_out)++] = field;
        if (csv->ends_row)
            return YS_OK;
    }
    return ys_fail(err, YS_LIMIT, _("row 1: too many columns"));
}

static enum ys_code read_row(struct ys_csv *csv, const enum field column[], size_t columns,
                             size_t row, struct table *table, struct ys_err *err)
{
    struct ys_err why = {0};
    unsigned seen = 0;
    struct ys_paper *paper = NULL;
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK; i++) {
        const char *const text = ys_csv_next(csv);
        if (text == NULL)
            return ys_fail(err, YS_MALFORMED,
                           _("row %zu: a cell is too long, or a quote does not end"), row);
        if (i == 0 && csv->ends_row && text[0] == '\0')
            return YS_OK; /* an empty line */
        if (i >= columns)
            return ys_fail(err, YS_MALFORMED, _("row %zu: has more cells than the header"), row);
        if (paper == NULL && (paper = next_paper(table, err)) == NULL)
            return YS_LIMIT;
        if (text[0] != '\0') {
            seen |= 1U << column[i];
            code = set_field(paper, column[i], text, &why);
        }
        if (code != YS_OK)
            return ys_fail(err, code, _("row %zu, %s: %s"), row, fields[column[i]].name, why.msg);
        if (csv->ends_row)
            break;
    }
    code = check_row(paper, seen, &why);
    return code == YS_OK ? YS_OK : ys_fail(err, code, _("row %zu: %s"), row, why.msg);
}

static enum ys_code read_csv(struct ys_bytes text, struct table *table, struct ys_err *err)
{
    struct ys_csv *const csv = calloc(1, sizeof *csv);
    enum field column[COLUMNS_MAX];
    size_t columns = 0;
    if (csv == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    csv->rest = text;
    enum ys_code code = read_header(csv, column, &columns, err);
    for (size_t row = 2; code == YS_OK && csv->rest.size > 0; row++)
        code = read_row(csv, column, columns, row, table, err);
    free(csv);
    return code;
}

/* --- JSON --- */

static enum ys_code read_object(const json_t *object, size_t row, struct table *table,
                                struct ys_err *err)
{
    const char *name = NULL;
    json_t *value = NULL;
    unsigned seen = 0;
    struct ys_err why = {0};
    struct ys_paper *const paper = next_paper(table, err);
    enum ys_code code = paper == NULL ? YS_LIMIT : YS_OK;
    if (code == YS_OK && !json_is_object(object))
        return ys_fail(err, YS_MALFORMED, _("ballot %zu: is no object"), row);
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        char digit[2] = {'\0', '\0'};
        const char *text = json_string_value(value);
        if (json_is_integer(value) && json_integer_value(value) >= 0 &&
            json_integer_value(value) <= 9) {
            digit[0] = (char)('0' + json_integer_value(value));
            text = digit;
        }
        if (code != YS_OK)
            break;
        code = text == NULL ? ys_fail(&why, YS_MALFORMED, _("is no text"))
                            : ys_paper_set(paper, name, text, &why);
        if (code != YS_OK)
            return ys_fail(err, code, _("ballot %zu, %s: %s"), row, name, why.msg);
        seen |= 1U << field_of(name);
    }
    if (code == YS_OK)
        code = check_row(paper, seen, &why);
    return code == YS_OK ? YS_OK : ys_fail(err, code, _("ballot %zu: %s"), row, why.msg);
}

static enum ys_code read_list(struct ys_bytes text, struct table *table, struct ys_err *err)
{
    json_t *json = NULL;
    enum ys_code code = ys_json_load(text, &json, err);
    for (size_t i = 0; code == YS_OK && i < json_array_size(json); i++)
        code = read_object(json_array_get(json, i), i + 1, table, err);
    json_decref(json);
    return code;
}

enum ys_code ys_ballot_table_read(struct ys_bytes text, struct ys_paper **out, size_t *count_out,
                                  struct ys_err *err)
{
    struct table table = {.papers = NULL};
    text = ys_csv_begin(text);
    const enum ys_code code = ys_bytes_starts_with(text, "[") ? read_list(text, &table, err)
                                                              : read_csv(text, &table, err);
    if (code == YS_OK) {
        *out = table.papers;
        *count_out = table.count;
    } else {
        ys_papers_free(table.papers, table.count);
    }
    return code;
}
