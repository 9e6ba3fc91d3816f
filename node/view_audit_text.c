#include "node/lang.h"
#include "node/terminal.h"
#include "node/view_audit.h"
#include "proto/moment.h"

#include <sodium.h>
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
    if (log->files != 0)
        printf(_("; %llu files of attachments hashed"), (ull)log->files);
    if (log->tombstones != 0)
        printf(_("; %llu contents erased by law"), (ull)log->tombstones);
}

static void print_flaws(const struct ys_flaws *flaws, bool where)
{
    for (size_t i = 0; i < flaws->kept; i++) {
        const struct ys_flaw *const flaw = &flaws->item[i];
        fputs("      ", stdout);
        if (where) {
            ys_terminal_put(flaw->where);
            fputs(": ", stdout);
        }
        ys_terminal_put(flaw->text);
        putchar('\n');
    }
    if (flaws->count > flaws->kept)
        printf(_("      and %llu more\n"), (ull)(flaws->count - flaws->kept));
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
    print_flaws(line->flaws, line->code == NULL);
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

void ys_text_committed(const struct ys_view_committed *committed)
{
    printf(_("The nonce lies in %s: keep it to yourself until the sample is drawn.\n"),
           committed->file);
    fputs(_("Let the district publish this, and draw when its next receipts record stands behind "
            "it:\n"),
          stdout);
    printf("    yishi publish - <<'END'\n"
           "    {\"kind\": \"acknowledgement\", \"acknowledgement\": {\"purpose\": \"%s\"}}\n"
           "    END\n",
           committed->purpose);
}

static void print_hash(const char *what, const struct ys_hash *hash)
{
    char text[YS_RECORD_ID_TEXT_MAX];
    ys_record_id_print(hash, text);
    printf("  %s %s\n", what, text);
}

void ys_text_drawn(const struct ys_view_drawn *view)
{
    const struct ys_drawn *const drawn = view->drawn;
    char id[YS_RECORD_ID_TEXT_MAX] = "-";
    if (drawn->here)
        ys_record_id_print(&drawn->id, id);
    printf("%4zu  %s  %s %llu  %s  %s  %s\n", view->number,
           drawn->flaws.count == 0 ? _("good") : _("FAIL"), drawn->origin, (ull)drawn->index,
           drawn->kind, drawn->subject, id);
    print_flaws(&drawn->flaws, false);
}

void ys_text_sample(const struct ys_view_sample *view)
{
    const struct ys_sample *const sample = view->sample;
    char nonce[2 * YS_NONCE_LEN + 1];
    sodium_bin2hex(nonce, sizeof nonce, view->nonce, YS_NONCE_LEN);
    printf(_("\n%zu of %llu records in %zu logs were drawn. Anybody who holds the district's log "
             "can draw them again:\n"),
           sample->count, (ull)sample->population, sample->logs.count);
    printf("  nonce %s\n", nonce);
    print_hash(_("its commitment: record"), &sample->commitment);
    print_hash(_("the receipts record behind it:"), &sample->beacon);
    print_hash("seed = SHA-256(\"yishi/audit-sample/v1\\n\" || nonce || receipts record) =",
               &sample->seed);
    fputs(_("  the n-th draw, n = 0, 1, ...: the first 8 bytes of SHA-256(seed || n in 8 bytes), "
            "modulo the number of\n"
            "  records; what lies in the last, incomplete round of 2^64, and what was drawn "
            "before, is passed over. The\n"
            "  logs stand by name, each as long as the receipts records say up to that one "
            "(FORMATS.md).\n"),
          stdout);
    if (sample->commitments_before != 0)
        printf(_("Before this commitment %u others stand in the district's log.\n"),
               sample->commitments_before);
}

void ys_text_evidence(const struct ys_view_evidence *view)
{
    printf(_("Matter %s: %zu records, %zu membership records, %zu keys written to %s\n"),
           view->matter, view->made->records, view->made->membership, view->made->keys,
           view->folder);
    printf(_("The same as one file: %s\n"), view->archive);
    if (view->made->unproven != 0)
        printf(_("%zu records stand under no signed head yet and are left out.\n"),
               view->made->unproven);
    printf(_("An outsider begins with: %s/README.md\n"), view->folder);
}
