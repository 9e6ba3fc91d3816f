#include "node/attachment/view.h"
#include "node/label.h"
#include "node/lang.h"
#include "node/terminal.h"
#include "node/view_matter.h"
#include "node/view_rule.h"
#include "node/view_told.h"

#include <stdio.h>
#include <string.h>

enum { DAY_WIDTH = 12, PLACE_WIDTH = 20, KIND_WIDTH = 30, STATE_WIDTH = 18, NUMBER_WIDTH = 24 };

static void put_day(uint32_t day, int width)
{
    char text[YS_DATE_TEXT_MAX] = "-";
    if (day != 0)
        ys_date_print(day, text);
    ys_terminal_padded(text, width);
}

static void put_state(enum ys_state state, int width)
{
    ys_terminal_padded(ys_state_text(state, ys_lang_is_chinese()), width);
}

/* "residents' committee, party organisation" */
static void put_bodies(unsigned bodies, bool all)
{
    bool first = true;
    for (unsigned class = YS_BODY_RC; class <= YS_BODY_DA; class <<= 1) {
        if ((bodies & class) == 0)
            continue;
        if (!first)
            fputs(all ? _(" and ") : _(" or "), stdout);
        fputs(ys_body_class_text(class, ys_lang_is_chinese()), stdout);
        first = false;
    }
}

/* Names of the kinds in `names`, which are parted by spaces. */
static void put_kinds(const char *names)
{
    struct ys_bytes rest = ys_bytes_of_text(names);
    bool first = true;
    while (rest.size > 0) {
        const uint8_t *const space = memchr(rest.data, ' ', rest.size);
        const size_t length = space == NULL ? rest.size : (size_t)(space - rest.data);
        const struct ys_kind *const kind = ys_kind_by_name((struct ys_bytes){rest.data, length});
        if (!first)
            fputs(_(" or "), stdout);
        if (kind != NULL && ys_lang_is_chinese())
            printf("%s %s", kind->zh, kind->name);
        else
            printf("%.*s", (int)length, (const char *)rest.data);
        first = false;
        rest = ys_bytes_skip(rest, length + 1);
    }
}

static void put_head(const struct ys_dossier_head *head)
{
    printf("%s  ", head->subject);
    ys_terminal_put(head->title[0] == '\0' ? "-" : head->title);
    putchar('\n');
    printf("%s: ", _("State"));
    put_state(head->state, 0);
    if (head->items > 1)
        printf(_(" (%llu of %llu items done)"), (unsigned long long)head->done,
               (unsigned long long)head->items);
    if (head->since != 0) {
        printf(", %s ", _("since"));
        put_day(head->since, 0);
    }
    putchar('\n');
    if (head->category[0] != '\0')
        ys_terminal_pair(_("Category"),
                         ys_label_word(&yishi__v1__category__descriptor, head->category));
    if (head->nature[0] != '\0')
        ys_terminal_pair(_("Nature"), ys_label_word(&yishi__v1__nature__descriptor, head->nature));
    if (head->merged_into[0] != '\0')
        ys_terminal_pair(_("Merged into"), head->merged_into);
}

static void put_flags(unsigned irregular)
{
    for (unsigned flag = 1; flag < 1U << YS_IRREGULAR_COUNT; flag <<= 1)
        if ((irregular & flag) != 0)
            printf("      ! %s\n",
                   ys_irregular_text((enum ys_irregular)flag, ys_lang_is_chinese()));
}

static void put_signers(const struct ys_exhibit *exhibit)
{
    for (size_t i = 0; i < exhibit->signer_count; i++) {
        fputs(i == 0 ? "" : ",", stdout);
        ys_terminal_put(exhibit->signer[i]);
    }
}

static void put_step(const struct ys_dossier_step *step)
{
    const struct ys_exhibit *const exhibit = &step->exhibit;
    char place[YS_DIVISION_MAX + 24];
    char street[YS_TIME_TEXT_MAX];
    char district[YS_TIME_TEXT_MAX];
    const char *const kind = exhibit->kind == NULL  ? exhibit->record.kind
                             : ys_lang_is_chinese() ? exhibit->kind->zh
                                                    : exhibit->kind->en;
    (void)snprintf(place, sizeof place, "%s:%llu", exhibit->log.origin.division.digits,
                   (unsigned long long)exhibit->index);
    ys_terminal_time(exhibit->has_street, exhibit->street.time_s, street);
    ys_terminal_time(exhibit->has_district, exhibit->district.time_s, district);
    fputs("  ", stdout);
    put_day(step->day, DAY_WIDTH);
    ys_terminal_padded(place, PLACE_WIDTH);
    ys_terminal_padded(exhibit->readable ? kind : "?", KIND_WIDTH);
    put_signers(exhibit);
    printf("\n      ");
    printf(_("street %s  district %s"), street, district);
    putchar('\n');
    if (!step->counted)
        printf("      ! %s\n", _("not counted: its signatures are not good, or were not checked"));
    if (strcmp(step->standing, "withdrawn") == 0)
        printf("      ! %s\n", _("withdrawn"));
    if (strcmp(step->standing, "superseded") == 0)
        printf("      ! %s\n", _("superseded by a later record"));
    if (step->corrected)
        printf("      ! %s\n", _("its content was corrected"));
    if (exhibit->content == YS_CONTENT_ABSENT)
        printf("      ! %s\n", _("its content is not here"));
    if (exhibit->content == YS_CONTENT_TOMBSTONE)
        printf("      ! %s\n", _("its content was erased by law"));
    for (size_t i = 0; i < exhibit->told_count; i++)
        ys_view_told_text(&exhibit->told[i], "      ");
    put_flags(step->irregular);
}

static void put_track(const struct ys_dossier_track *track)
{
    printf("  %lld  ", (long long)track->nth);
    put_state(track->state, STATE_WIDTH);
    ys_terminal_put(track->text);
    if (track->replaced)
        printf(" (%s)", _("deliberated again"));
    fputs("\n      ", stdout);
    ys_terminal_put(ys_label_word(&yishi__v1__nature__descriptor, track->nature));
    if (track->decision_matter)
        printf(", %s", _("for the residents' meeting"));
    if (track->responsible[0] != '\0') {
        fputs(", ", stdout);
        ys_terminal_put(track->responsible);
    }
    if (track->since != 0) {
        printf(", %s ", _("since"));
        put_day(track->since, 0);
    }
    if (track->due != 0) {
        printf(", %s ", _("due"));
        put_day(track->due, 0);
    }
    if (track->percent != 0)
        printf(", %u %%", track->percent);
    putchar('\n');
}

static void put_task(const struct ys_dossier_task *task)
{
    put_day(task->due, DAY_WIDTH);
    fputs(ys_task_text(task->why, ys_lang_is_chinese()), stdout);
    if (task->track != 0)
        printf(" (%s %lld)", _("item"), (long long)task->track);
    printf("\n              %s ", task->division);
    put_bodies(task->bodies, task->all_bodies);
    fputs(": ", stdout);
    put_kinds(task->kinds);
    if (task->asked && task->place[0] != '\0')
        printf("  (%s %s)", _("record"), task->place);
    if (task->article[0] != '\0')
        printf(_("  (article %s)"), task->article);
    if (task->parameter[0] != '\0')
        printf("  [%s]", task->parameter);
    if (task->days_late > 0)
        printf(_("  ! %d days late"), (int)task->days_late);
    putchar('\n');
}

void ys_text_matter(const struct ys_dossier *dossier)
{
    put_head(&dossier->head);
    if (dossier->track_count > 0)
        printf("%s:\n", _("Items"));
    for (size_t i = 0; i < dossier->track_count; i++)
        put_track(&dossier->track[i]);
    printf("%s:\n", _("Records"));
    for (size_t i = 0; i < dossier->step_count; i++)
        put_step(&dossier->step[i]);
    ys_attachments_put(&dossier->attachments, NULL);
    for (size_t i = 0; i < dossier->conflict_count; i++)
        printf(_("Conflict: %.16s and %.16s claim the same step; the first counts\n"),
               dossier->conflict[i].first, dossier->conflict[i].second);
    printf("%s:\n", _("What is missing next"));
    if (dossier->task_count == 0)
        printf("  %s\n", _("nothing"));
    for (size_t i = 0; i < dossier->task_count; i++) {
        fputs("  ", stdout);
        put_task(&dossier->task[i]);
    }
    if (dossier->duty_count > 0)
        printf("%s:\n", _("Deadlines"));
    for (size_t i = 0; i < dossier->duty_count; i++)
        ys_text_duty(&dossier->duty[i]);
    if (dossier->finding_count > 0)
        printf("%s:\n", _("Against a rule"));
    for (size_t i = 0; i < dossier->finding_count; i++)
        ys_text_finding(&dossier->finding[i]);
}

void ys_text_matter_line(const struct ys_dossier_head *head)
{
    ys_terminal_padded(head->subject, NUMBER_WIDTH);
    put_state(head->state, STATE_WIDTH);
    put_day(head->since, DAY_WIDTH);
    printf("%llu/%llu  ", (unsigned long long)head->done, (unsigned long long)head->items);
    ys_terminal_put(head->title[0] == '\0' ? "-" : head->title);
    if (head->conflict)
        printf("  ! %s", _("conflict"));
    putchar('\n');
}

void ys_text_task(const struct ys_dossier_task *task)
{
    printf("%s  ", task->subject);
    ys_terminal_put(task->title[0] == '\0' ? "-" : task->title);
    fputs("\n  ", stdout);
    put_task(task);
}
