#include "node/json_out.h"
#include "node/view_rule.h"
#include "proto/moment.h"

#include <string.h>

static json_t *named(const struct ys_named *named)
{
    if (named->id[0] == '\0')
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:o}", "id", named->id, "kind", ys_json_text(named->kind),
                     "unit", ys_json_text(named->division), "index", ys_json_number(named->index));
}

static json_t *matter(const char *subject)
{
    return strcmp(subject, "-") == 0 ? json_null() : ys_json_text(subject);
}

void ys_json_rule(const struct ys_rule *rule)
{
    ys_json_line(json_pack(
        "{s:s, s:i, s:s, s:s, s:o, s:s, s:s, s:b, s:o, s:o, s:o, s:s, s:s, s:s, s:s}", "rule",
        rule->id, "version", (int)rule->version, "article", rule->article, "severity",
        rule->severity, "who", ys_json_words(rule->who), "scope", rule->scope, "clock", rule->clock,
        "late_entry", (int)rule->late_entry, "parameters", ys_json_words(rule->parameters), "since",
        ys_json_day(rule->has_since ? ys_date_from_days(rule->since) : 0), "until",
        ys_json_day(rule->has_until ? ys_date_from_days(rule->until) : 0), "zh", rule->zh, "en",
        rule->en, "remedy_zh", rule->remedy_zh, "remedy_en", rule->remedy_en));
}

json_t *ys_json_finding_object(const struct ys_finding *finding)
{
    const char severity[2] = {finding->severity, '\0'};
    return json_pack(
        "{s:s, s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:b,"
        " s:o}",
        "rule", finding->rule->id, "version", (int)finding->rule->version, "severity", severity,
        "state", ys_finding_state_word(finding->state), "matter", matter(finding->subject), "unit",
        ys_json_text(finding->unit), "division", ys_json_text(finding->division), "who",
        ys_json_words(finding->who), "code", ys_json_text(finding->code), "fact",
        ys_json_text(finding->fact), "article", finding->rule->article, "parameters",
        ys_json_words(finding->parameters), "anchor", ys_json_day(finding->anchor), "since",
        ys_json_day(finding->since), "until", ys_json_day(finding->until), "record",
        named(&finding->record), "official", ys_finding_case_word(finding->official), "reopened",
        (int)finding->reopened, "other", named(&finding->other));
}

void ys_json_finding(const struct ys_finding *finding)
{
    ys_json_line(ys_json_finding_object(finding));
}

json_t *ys_json_duty_object(const struct ys_duty *duty)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rule",
                     duty->rule->id, "matter", matter(duty->subject), "unit",
                     ys_json_text(duty->unit), "division", ys_json_text(duty->division), "who",
                     ys_json_words(duty->who), "from", ys_json_day(duty->anchor), "due",
                     ys_json_day(duty->due), "claimed", ys_json_day(duty->met_day), "proven",
                     ys_json_day(duty->proven_day), "record", named(&duty->record), "met_by",
                     named(&duty->met));
}

void ys_json_duty(const struct ys_duty *duty)
{
    ys_json_line(ys_json_duty_object(duty));
}

void ys_json_finding_count(const struct ys_finding *finding, unsigned count)
{
    ys_json_line(json_pack("{s:s, s:o, s:o, s:i}", "rule", finding->rule->id, "division",
                           ys_json_text(finding->division), "who", ys_json_words(finding->who),
                           "count", (int)count));
}
