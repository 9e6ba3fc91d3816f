#include "node/view_report.h"

#include "node/json_out.h"
#include "node/lang.h"
#include "node/terminal.h"
#include "proto/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    ID_WIDTH = 6,
    NAME_WIDTH = 56,
    VALUE_WIDTH = 9,
    MEASURE_WIDTH = 12,
    UNIT_WIDTH = 14,
    UNIT_NAME_WIDTH = 24,
    SHOWN_ID = 16
};

static const char *group_name(char letter)
{
    switch (letter) {
    case 'A':
        return _("A. Volume");
    case 'B':
        return _("B. Procedure");
    case 'C':
        return _("C. Results");
    case 'D':
        return _("D. Implementation");
    case 'E':
        return _("E. Street and departments");
    case 'F':
        return _("F. Evaluation");
    case 'G':
        return _("G. Oversight");
    default:
        return _("Further");
    }
}

/* Filled with spaces on the left; of ASCII, but for the dash, which takes one column. */
static void put_right(const char *text, int width)
{
    int columns = 0;
    for (const char *c = text; *c != '\0'; c++)
        columns += ((unsigned char)*c & 0xC0) != 0x80;
    printf("%*s%s", width > columns ? width - columns : 0, "", text);
}

static void put_name(const struct ys_report_figures *figures, const struct ys_found *found)
{
    char name[256];
    const bool chinese = ys_lang_is_chinese();
    const struct ys_figure *const figure = found->figure;
    const char *const whole = chinese ? found->indicator->zh : found->indicator->en;
    const char *const own = chinese ? figure->zh : figure->en;
    if (found->part[0] == '\0')
        (void)snprintf(name, sizeof name, "%s", own[0] != '\0' ? own : whole);
    else
        (void)snprintf(name, sizeof name, "  %s%s%s", own, own[0] != '\0' ? ": " : "",
                       ys_part_text(ys_figures_indicators(figures), found->part, chinese));
    ys_terminal_padded(name, NAME_WIDTH);
}

/* What the value is made of. */
static void put_made_of(const struct ys_found *found)
{
    const enum ys_figure_kind kind = found->figure->kind;
    if (kind == YS_FIGURE_MEDIAN || kind == YS_FIGURE_MAX)
        printf(_("of %lld"), (long long)found->d);
    else if (kind != YS_FIGURE_COUNT)
        printf("%" PRId64 " / %" PRId64, found->n, found->d);
    if (found->mean_differs)
        printf(_("; mean of the communities %s"), found->mean);
    if (found->open > 0)
        printf(_("; open %lld, the oldest %lld"), (long long)found->open, (long long)found->oldest);
}

/* `first`: of its indicator. */
static void put_found(const struct ys_report_figures *figures, const struct ys_found *found,
                      bool first)
{
    char value[YS_RESULT_TEXT_MAX + 2];
    printf("  ");
    ys_terminal_padded(first ? found->indicator->id : "", ID_WIDTH);
    put_name(figures, found);
    (void)snprintf(value, sizeof value, "%s%s", found->none ? "—" : found->value,
                   found->small && !found->none ? "*" : "");
    put_right(value, VALUE_WIDTH);
    printf(" ");
    ys_terminal_padded(found->none ? ""
                                   : ys_part_text(ys_figures_indicators(figures),
                                                  found->figure->unit, ys_lang_is_chinese()),
                       MEASURE_WIDTH);
    put_made_of(found);
    printf("\n");
}

static void put_figures(const struct ys_making *making, bool annex)
{
    size_t count = 0;
    char letter = '\0';
    const struct ys_indicator *before = NULL;
    const struct ys_found *const found = ys_figures_found(making->figures, &count);
    for (size_t i = 0; i < count; i++) {
        if (found[i].unit_at != 0 || found[i].indicator->annex != annex)
            continue;
        if (letter == '\0' && annex)
            printf(_("\nOnly this node knows (outside the report's number):\n"));
        else if (letter != found[i].indicator->id[0] && !annex)
            printf("\n%s\n", group_name(found[i].indicator->id[0]));
        letter = found[i].indicator->id[0];
        put_found(making->figures, &found[i], found[i].indicator != before);
        before = found[i].indicator;
    }
}

/* "3", or "93.3*". */
static void put_cell(const struct ys_report_cell *cell)
{
    char text[128] = "—";
    if (cell->there && cell->type == YS_REPORT_INT)
        (void)snprintf(text, sizeof text, "%" PRId64, cell->num);
    else if (cell->there)
        (void)snprintf(text, sizeof text, "%.*s%s", (int)cell->text.size,
                       (const char *)cell->text.data, cell->small ? "*" : "");
    put_right(text, 8);
}

/* Columns: the code, the name, then a column a figure or a rank. */
static void put_units(struct ys_report_table *table)
{
    printf("\n");
    ys_terminal_padded(_("unit"), UNIT_WIDTH);
    ys_terminal_padded("", UNIT_NAME_WIDTH);
    for (size_t i = 3; i < table->column_count; i++)
        put_right(table->column[i].type == YS_REPORT_INT ? _("rank") : table->column[i].key, 8);
    printf("\n");
    if (table->rewind(table->source, NULL) != YS_OK)
        return;
    for (bool there = true; there;) {
        struct ys_report_cell row[YS_REPORT_COLUMNS_MAX] = {{.there = false}};
        char text[128];
        if (table->next(table->source, row, &there, NULL) != YS_OK || !there)
            break;
        (void)snprintf(text, sizeof text, "%.*s", (int)row[0].text.size,
                       (const char *)row[0].text.data);
        ys_terminal_padded(text, UNIT_WIDTH);
        (void)snprintf(text, sizeof text, "%.*s", (int)row[1].text.size,
                       row[1].there ? (const char *)row[1].text.data : "");
        ys_terminal_padded(text, UNIT_NAME_WIDTH);
        for (size_t i = 3; i < table->column_count; i++) {
            put_cell(&row[i]);
        }
        printf("\n");
    }
}

static void put_day(int32_t days)
{
    char text[YS_DATE_TEXT_MAX];
    ys_date_print(ys_date_from_days(days), text);
    printf("%s", text);
}

static void put_basis(const struct ys_report *report)
{
    char root[YS_HASH_HEX_MAX];
    ys_hash_hex(&report->input_root, root);
    printf(_("\n—: nothing to count. *: too few cases to compare.\n"));
    printf(_("It rests on %zu logs, input root %.16s\n"), report->head_count, root);
    for (size_t i = 0; i < report->left_out_count; i++)
        printf(_("Left out: %s (%s)\n"), report->left_out[i].log, report->left_out[i].why);
}

void ys_text_report(const struct ys_making *making)
{
    const struct ys_report *const report = &making->report;
    printf("%s  ", report->unit);
    ys_terminal_put(report->unit_name);
    printf("\n%s: ", _("period"));
    put_day(report->from_day);
    printf(" .. ");
    put_day(report->to_day);
    printf("; %s ", _("deadlines as on"));
    put_day(report->as_of_day);
    printf("\n");
    put_figures(making, false);
    if (report->by_unit)
        put_units(ys_figures_table(making->figures, YS_FIGURES_UNITS));
    for (size_t i = 0; making->scorecard != NULL && i < YS_SCORECARD_TABLES; i++)
        put_units(ys_scorecard_table(making->scorecard, i));
    put_figures(making, true);
    put_basis(report);
}

static void print_id(const struct ys_case *item, char out[2 * YS_HASH_LEN + 1])
{
    struct ys_hash id;
    out[0] = '\0';
    if (item->id.size != sizeof id.bytes)
        return;
    memcpy(id.bytes, item->id.data, item->id.size);
    ys_hash_hex(&id, out);
}

void ys_text_case(const struct ys_case *item)
{
    char id[YS_HASH_HEX_MAX];
    print_id(item, id);
    printf("%-13s", item->division);
    if (item->has_day)
        put_day((int32_t)item->day);
    else
        printf("%-10s", "-");
    printf("  %-22s %.*s", item->subject[0] == '\0' ? "-" : item->subject, SHOWN_ID,
           id[0] == '\0' ? "-               " : id);
    if (item->series[0] != '\0' || item->part[0] != '\0')
        printf("  %s%s%s", item->series,
               item->series[0] != '\0' && item->part[0] != '\0' ? "/" : "", item->part);
    if (item->has_d && item->has_n)
        printf("  %" PRId64 "/%" PRId64, item->n, item->d);
    else if (item->has_n && item->n != 1)
        printf("  %" PRId64, item->n);
    if (item->has_value)
        printf(_("  %lld days"), (long long)item->value);
    if (item->open)
        printf("  %s", _("open"));
    printf("  ");
    ys_terminal_put(item->title);
    printf(item->fact[0] == '\0' ? "" : "  ");
    ys_terminal_put(item->fact);
    printf("\n");
}

static void set_number(json_t *object, const char *key, bool there, int64_t value)
{
    (void)json_object_set_new(object, key, there ? json_integer(value) : json_null());
}

void ys_json_case(const struct ys_case *item)
{
    char id[YS_HASH_HEX_MAX];
    json_t *const object = json_object();
    print_id(item, id);
    (void)json_object_set_new(object, "division", ys_json_text(item->division));
    (void)json_object_set_new(object, "series", ys_json_text_or_null(item->series));
    (void)json_object_set_new(object, "part", ys_json_text_or_null(item->part));
    (void)json_object_set_new(object, "matter", ys_json_text_or_null(item->subject));
    (void)json_object_set_new(object, "title", ys_json_text_or_null(item->title));
    (void)json_object_set_new(object, "record", ys_json_text_or_null(id));
    (void)json_object_set_new(object, "kind", ys_json_text_or_null(item->kind));
    (void)json_object_set_new(object, "fact", ys_json_text_or_null(item->fact));
    (void)json_object_set_new(
        object, "day", ys_json_day(item->has_day ? ys_date_from_days((int32_t)item->day) : 0));
    set_number(object, "item", item->item >= 0, item->item);
    set_number(object, "n", item->has_n, item->n);
    set_number(object, "d", item->has_d, item->d);
    set_number(object, "value", item->has_value, item->value);
    (void)json_object_set_new(object, "open", json_boolean(item->open));
    ys_json_line(object);
}
