#include "node/lang.h"
#include "node/terminal.h"
#include "node/view_audit.h"
#include "proto/moment.h"

#include <stdio.h>

typedef unsigned long long ull;

static const char *verdict(const struct ys_audit_line *line)
{
    switch (line->verdict) {
    case YS_AUDIT_GOOD:
        return _("good");
    case YS_AUDIT_OPEN:
        return _("OPEN");
    case YS_AUDIT_FAILED:
        break;
    }
    return _("FAIL");
}

static void print_log(const struct ys_audit_line *line)
{
    const struct ys_scrub_log *const log = line->scrubbed;
    char time[YS_TIME_TEXT_MAX] = "-";
    if (log->last_cosigned_s != 0)
        ys_time_print((int64_t)log->last_cosigned_s * 1000, time);
    printf(
        _(": %llu records, signatures good on %llu; %llu heads, %llu cosignatures, the last of %s"),
        (ull)log->log->frontier.size, (ull)log->verdicts[YS_VERDICT_OK], (ull)log->heads,
        (ull)log->cosignatures, time);
    if (log->references + log->receipts != 0)
        printf(_("; %llu references and %llu receipts followed"), (ull)log->references,
               (ull)log->receipts);
    if (log->tombstones != 0)
        printf(_("; %llu contents erased by law"), (ull)log->tombstones);
}

void ys_text_audit_line(const struct ys_audit_line *line)
{
    printf("%s  ", verdict(line));
    if (line->code == NULL)
        fputs(_("tables that span the logs"), stdout);
    else
        ys_terminal_put(line->scrubbed != NULL ? line->origin : line->code);
    if (line->name != NULL && line->name[0] != '\0') {
        putchar(' ');
        ys_terminal_put(line->name);
    }
    if (line->scrubbed != NULL)
        print_log(line);
    else if (line->code != NULL)
        fputs(line->flaws->count == 0 ? _(": enrolled, no log yet") : _(": no log is here"),
              stdout);
    putchar('\n');
    for (size_t i = 0; i < line->flaws->kept; i++) {
        const struct ys_flaw *const flaw = &line->flaws->item[i];
        fputs("      ", stdout);
        if (line->code == NULL) {
            ys_terminal_put(flaw->where);
            fputs(": ", stdout);
        }
        ys_terminal_put(flaw->text);
        putchar('\n');
    }
    if (line->flaws->count > line->flaws->kept)
        printf(_("      and %llu more\n"), (ull)(line->flaws->count - line->flaws->kept));
}

void ys_text_audit_end(const struct ys_view_audit_end *end)
{
    const struct ys_audit_totals *const totals = end->totals;
    char time[YS_TIME_TEXT_MAX];
    ys_time_print((int64_t)end->at_s * 1000, time);
    printf(_("\nAudited at %s from root %s: %llu logs, %llu records, signatures good on %llu.\n"),
           time, end->root, (ull)totals->logs, (ull)totals->records, (ull)totals->signatures_ok);
    if (totals->failed + totals->open == 0)
        fputs(_("Everything that is here was recomputed, and nothing is wrong or missing.\n"),
              stdout);
    else
        printf(_("Failed: %llu lines; could not be checked: %llu lines; in all %llu findings.\n"),
               (ull)totals->failed, (ull)totals->open, (ull)totals->flaws);
}

void ys_text_healed(const struct ys_view_healed *healed)
{
    if (healed->flaws == 0) {
        printf(_("Log %s: its %llu entries are whole; nothing was done.\n"), healed->origin,
               (ull)healed->size);
        return;
    }
    printf(_("Log %s: damaged in %llu places; %llu of %llu entries are kept.\n"), healed->origin,
           (ull)healed->flaws, (ull)healed->kept, (ull)healed->size);
    fputs(_("The others come again from who has them: start the daemon, then audit once more.\n"),
          stdout);
}
