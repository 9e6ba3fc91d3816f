#include "node/json_out.h"
#include "node/view_rule.h"
#include "proto/moment.h"

#include <string.h>

static json_t *day(uint32_t value)
{
    char text[YS_DATE_TEXT_MAX];
    if (value == 0)
        return json_null();
    ys_date_print(value, text);
    return json_string(text);
}

static json_t *words(const char *names)
{
    json_t *const list = json_array();
    while (*names != '\0') {
        const size_t length = strcspn(names, " ");
        json_array_append_new(list, json_stringn(names, length));
        names += length + (names[length] == ' ');
    }
    return list;
}

static json_t *named(const struct ys_named *named)
{
    if (named->id[0] == '\0')
        return json_null();
    return json_pack("{s:s, s:s, s:s, s:o}", "id", named->id, "kind", named->kind, "unit",
                     named->division, "index", ys_json_number(named->index));
}

static json_t *matter(const char *subject)
{
    return strcmp(subject, "-") == 0 ? json_null() : json_string(subject);
}

void ys_json_rule(const struct ys_rule *rule)
{
    ys_json_line(json_pack(
        "{s:s, s:i, s:s, s:s, s:o, s:s, s:s, s:b, s:o, s:o, s:o, s:s, s:s, s:s, s:s}", "rule",
        rule->id, "version", (int)rule->version, "article", rule->article, "severity",
        rule->severity, "who", words(rule->who), "scope", rule->scope, "clock", rule->clock,
        "late_entry", (int)rule->late_entry, "parameters", words(rule->parameters), "since",
        day(rule->has_since ? ys_date_from_days(rule->since) : 0), "until",
        day(rule->has_until ? ys_date_from_days(rule->until) : 0), "zh", rule->zh, "en", rule->en,
        "remedy_zh", rule->remedy_zh, "remedy_en", rule->remedy_en));
}

json_t *ys_json_finding_object(const struct ys_finding *finding)
{
    const char severity[2] = {finding->severity, '\0'};
    return json_pack(
        "{s:s, s:i, s:s, s:s, s:o, s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:b,"
        " s:o}",
        "rule", finding->rule->id, "version", (int)finding->rule->version, "severity", severity,
        "state", ys_finding_state_word(finding->state), "matter", matter(finding->subject), "unit",
        finding->unit, "division", finding->division, "who", words(finding->who), "code",
        finding->code, "fact", finding->fact, "article", finding->rule->article, "parameters",
        words(finding->parameters), "anchor", day(finding->anchor), "since", day(finding->since),
        "until", day(finding->until), "record", named(&finding->record), "official",
        ys_finding_case_word(finding->official), "reopened", (int)finding->reopened, "other",
        named(&finding->other));
}

void ys_json_finding(const struct ys_finding *finding)
{
    ys_json_line(ys_json_finding_object(finding));
}

json_t *ys_json_duty_object(const struct ys_duty *duty)
{
    return json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rule",
                     duty->rule->id, "matter", matter(duty->subject), "unit", duty->unit,
                     "division", duty->division, "who", words(duty->who), "from", day(duty->anchor),
                     "due", day(duty->due), "claimed", day(duty->met_day), "proven",
                     day(duty->proven_day), "record", named(&duty->record), "met_by",
                     named(&duty->met));
}

void ys_json_duty(const struct ys_duty *duty)
{
    ys_json_line(ys_json_duty_object(duty));
}

void ys_json_finding_count(const struct ys_finding *finding, unsigned count)
{
    ys_json_line(json_pack("{s:s, s:s, s:o, s:i}", "rule", finding->rule->id, "division",
                           finding->division, "who", words(finding->who), "count", (int)count));
}
