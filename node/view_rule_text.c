#include "node/lang.h"
#include "node/terminal.h"
#include "node/view.h"
#include "node/view_rule.h"
#include "proto/kind.h"
#include "proto/moment.h"

#include <string.h>

enum { ID_WIDTH = 10, ARTICLE_WIDTH = 10, WHO_WIDTH = 10, DAY_WIDTH = 12 };

static const char *wrong(const struct ys_rule *rule)
{
    return ys_lang_is_chinese() ? rule->zh : rule->en;
}

static const char *remedy(const struct ys_rule *rule)
{
    return ys_lang_is_chinese() ? rule->remedy_zh : rule->remedy_en;
}

static const char *severity_text(const char *severity)
{
    return strcmp(severity, "E") == 0
               ? _("refused when published, flagged when it comes from elsewhere")
           : strcmp(severity, "F") == 0 ? _("flagged for oversight")
           : strcmp(severity, "I") == 0 ? _("for information")
                                        : _("refused or flagged, as the case is");
}

static const char *day(uint32_t value, char out[YS_DATE_TEXT_MAX])
{
    (void)snprintf(out, YS_DATE_TEXT_MAX, "-");
    if (value != 0)
        ys_date_print(value, out);
    return out;
}

static void put_bodies(const char *who)
{
    for (bool first = true; *who != '\0'; first = false) {
        char body[16];
        const size_t length = strcspn(who, " ");
        (void)snprintf(body, sizeof body, "%.*s", (int)length, who);
        const unsigned class = ys_body_class(strcmp(body, "gd") == 0 ? "gd-x" : body);
        printf("%s%s", first ? "" : _(" or "),
               strcmp(body, "author") == 0 ? _("who wrote the record")
               : strcmp(body, "node") == 0 || class == 0
                   ? _("the operator of the node")
                   : ys_body_class_text(class, ys_lang_is_chinese()));
        who += length + (who[length] == ' ');
    }
}

void ys_text_rule_line(const struct ys_rule *rule)
{
    ys_terminal_padded(rule->view, ID_WIDTH);
    ys_terminal_padded(rule->severity, 5);
    ys_terminal_padded(rule->article, ARTICLE_WIDTH);
    ys_terminal_padded(rule->who, WHO_WIDTH);
    printf("%s\n", wrong(rule));
}

void ys_text_rule(const struct ys_rule *rule)
{
    char text[YS_DATE_TEXT_MAX];
    printf("%s  %s\n", rule->view, wrong(rule));
    ys_terminal_pair(_("Article"), rule->article);
    printf("%s: %s, %s\n", _("Severity"), rule->severity, severity_text(rule->severity));
    printf("%s: ", _("Who must act"));
    put_bodies(rule->who);
    printf("\n%s: %s\n", _("What to do"), remedy(rule));
    printf("%s: %s\n", _("When"),
           strcmp(rule->clock, "due") == 0
               ? _("by a day: it becomes a finding when that has passed")
               : _("as soon as the records say so"));
    if (rule->late_entry)
        printf("%s\n", _("Entered late with backfill_reason, it is flagged instead of refused."));
    if (rule->parameters[0] != '\0')
        ys_terminal_pair(_("Parameters"), rule->parameters);
    if (rule->has_since)
        ys_terminal_pair(_("In force from"), day(ys_date_from_days(rule->since), text));
    if (rule->has_until)
        ys_terminal_pair(_("In force until"), day(ys_date_from_days(rule->until), text));
}

static void put_named(const struct ys_named *named)
{
    const struct ys_kind *const kind = ys_kind_by_name(ys_bytes_of_text(named->kind));
    printf("%s:%llu %.8s ", named->division, (unsigned long long)named->index, named->id);
    ys_terminal_put(kind == NULL ? named->kind : ys_lang_is_chinese() ? kind->zh : kind->en);
}

static void put_facts(const struct ys_finding *finding)
{
    if (finding->code[0] != '\0' || finding->fact[0] != '\0') {
        printf("    %s%s", finding->code, finding->code[0] != '\0' ? "  " : "");
        ys_terminal_put(finding->fact); /* it may hold a reason that somebody wrote */
        printf(finding->parameters[0] != '\0' ? "  [%s]\n" : "%s\n", finding->parameters);
    } else if (finding->parameters[0] != '\0') {
        printf("    [%s]\n", finding->parameters);
    }
}

static const char *official_text(const struct ys_finding *finding)
{
    if (finding->reopened)
        return _("closed by oversight, and open again");
    switch (finding->official) {
    case YS_CASE_RAISED:
        return _("raised by oversight");
    case YS_CASE_ANSWERED:
        return _("raised by oversight, and answered");
    case YS_CASE_CLOSED:
        return _("closed by oversight");
    case YS_CASE_NONE:
        break;
    }
    return NULL;
}

void ys_text_finding(const struct ys_finding *finding)
{
    char since[YS_DATE_TEXT_MAX];
    char until[YS_DATE_TEXT_MAX];
    const char *const official = official_text(finding);
    printf("%s %c  %s", finding->rule->view, finding->severity, wrong(finding->rule));
    printf("\n    %s  ", strcmp(finding->subject, "-") == 0 ? finding->unit : finding->subject);
    printf(finding->state == YS_FINDING_COMING ? _("from %s on") : _("since %s"),
           day(finding->since, since));
    if (finding->until != 0)
        printf(_(", until %s"), day(finding->until, until));
    printf("  (%s)\n", finding->rule->article);
    put_facts(finding);
    if (finding->record.id[0] != '\0') {
        fputs("    ", stdout);
        put_named(&finding->record);
        putchar('\n');
    }
    if (finding->other.id[0] != '\0') {
        fputs("    ", stdout);
        put_named(&finding->other);
        putchar('\n');
    }
    printf("    %s ", finding->division);
    put_bodies(finding->who);
    printf(": %s\n", remedy(finding->rule));
    if (official != NULL) {
        printf("    %s: ", official);
        put_named(&finding->raised);
        putchar('\n');
    }
}

/* A duty that was met: in time or not, as claimed and as proven. What is proven stands in `receipts` records,
 * which come daily: until then the receipts themselves may be here already. */
static const char *met_text(uint32_t met, uint32_t due)
{
    return met <= due ? _("yes") : _("late");
}

void ys_text_duty(const struct ys_duty *duty)
{
    char due[YS_DATE_TEXT_MAX];
    char met[YS_DATE_TEXT_MAX];
    char proven[YS_DATE_TEXT_MAX];
    ys_terminal_padded(day(duty->due, due), DAY_WIDTH);
    printf("%s  %s", duty->rule->view,
           strcmp(duty->subject, "-") == 0 ? duty->unit : duty->subject);
    if (duty->title[0] != '\0') {
        fputs("  ", stdout);
        ys_terminal_put(duty->title);
    } else if (duty->record.id[0] != '\0') { /* of no matter: what it is about */
        fputs("  ", stdout);
        put_named(&duty->record);
    }
    printf("\n              %s ", duty->division);
    put_bodies(duty->who);
    if (duty->met_day == 0 && duty->met.id[0] == '\0') {
        printf(": %s\n", remedy(duty->rule));
        return;
    }
    putchar('\n');
    printf(_("              claimed %s: %s   proven %s: %s\n"), day(duty->met_day, met),
           duty->met_day == 0 ? _("no") : met_text(duty->met_day, duty->due),
           day(duty->proven_day, proven),
           duty->proven_day == 0 ? _("not yet by a record of receipts (daily)")
                                 : met_text(duty->proven_day, duty->due));
}

void ys_text_ruling(const struct ys_finding *finding)
{
    const bool refused = finding->severity == 'E';
    fprintf(stderr, "yishi: ");
    fprintf(stderr,
            refused ? _("refused by rule %s, article %s: %s") : _("note, rule %s, article %s: %s"),
            finding->rule->id, finding->rule->article, wrong(finding->rule));
    if (finding->code[0] != '\0' || finding->fact[0] != '\0') {
        char fact[YS_FINDING_FACT_MAX];
        ys_view_clean(finding->fact, fact, sizeof fact);
        fprintf(stderr, " (%s%s%s)", finding->code,
                finding->code[0] != '\0' && fact[0] != '\0' ? ": " : "", fact);
    }
    if (finding->parameters[0] != '\0')
        fprintf(stderr, " [%s]", finding->parameters);
    fprintf(stderr, "\n       %s: %s\n", _("what to do"), remedy(finding->rule));
}

void ys_text_rules_page(const struct ys_rule *rules, size_t count)
{
    puts("# 规则 Rules\n");
    puts("Made by `yishi rules --markdown`; the source is node/rules/*.sql. E: refused when "
         "published,\n"
         "flagged when it comes from elsewhere. F: flagged for oversight. I: for information. "
         "Parameters are\n"
         "signed by the district (`rule_parameter`).");
    for (size_t i = 0; i < count; i++) {
        const struct ys_rule *const rule = &rules[i];
        char since[YS_DATE_TEXT_MAX];
        printf("\n## %s\n\n%s\n%s\n\n", rule->view, rule->zh, rule->en);
        printf("- 条款 article: %s; %s; 责任 who must act: %s%s\n", rule->article, rule->severity,
               rule->who, rule->late_entry ? "; 补录时只提示 late entry lifts it" : "");
        if (rule->parameters[0] != '\0')
            printf("- 参数 parameters: %s\n", rule->parameters);
        if (rule->has_since)
            printf("- 起 in force from: %s\n", day(ys_date_from_days(rule->since), since));
        printf("- 处理 what to do: %s\n  %s\n", rule->remedy_zh, rule->remedy_en);
    }
}

void ys_text_finding_count(const struct ys_finding *finding, unsigned count)
{
    const struct ys_rule *const rule = finding->rule;
    ys_terminal_padded(rule->view, ID_WIDTH);
    ys_terminal_padded(rule->severity, 5);
    ys_terminal_padded(finding->division, 14);
    printf("%5u  ", count);
    put_bodies(finding->who);
    printf(": %s\n", wrong(rule));
}
