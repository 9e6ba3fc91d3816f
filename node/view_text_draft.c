#include "node/view_text_draft.h"

#include "node/lang.h"

#include <stdio.h>

void ys_view_text_drafted(const char *file, size_t records)
{
    printf(_("Draft of %zu records written to: %s\n"), records, file);
    puts(_("Nothing is published yet. Others add their lines with: yishi sign FILE --as BODY\n"
           "Then here: yishi publish FILE"));
}

static const char *draft_state(enum ys_view_draft_state state)
{
    switch (state) {
    case YS_VIEW_DRAFT_WRITING:
        return _("being written");
    case YS_VIEW_DRAFT_SIGNING:
        return _("waits for signatures");
    case YS_VIEW_DRAFT_COMPLETE:
        return _("complete");
    case YS_VIEW_DRAFT_BROKEN:
        break;
    }
    return _("cannot be read");
}

static void put_classes(const char *what, unsigned classes)
{
    const char *between = "";
    if (classes == 0)
        return;
    printf("; %s ", what);
    for (unsigned class = 1; class <= YS_BODY_ROOT; class <<= 1) {
        if ((classes & class) == 0)
            continue;
        printf("%s%s", between, ys_body_class_text(class, ys_lang_is_chinese()));
        between = ", ";
    }
}

void ys_view_text_draft(const struct ys_view_draft *view)
{
    char why[sizeof((struct ys_err *)NULL)->msg];
    const bool chinese = ys_lang_is_chinese();
    printf("%u  %s  %s  %s", view->no,
           view->kind == NULL ? "?"
           : chinese          ? view->kind->zh
                              : view->kind->name,
           view->subject, draft_state(view->state));
    put_classes(_("signed by"), view->signed_by);
    put_classes(_("not yet by"), view->lacking);
    printf("\n   %s\n", view->path);
    if (view->why[0] != '\0') {
        fputs("   ", stdout);
        ys_view_clean(view->why, why, sizeof why);
        puts(why);
    }
    if (view->id[0] != '\0')
        printf(_("Record: %s\n"), view->id);
    if (view->body != NULL && json_dumpf(view->body, stdout, JSON_INDENT(2)) == 0)
        putchar('\n');
}

void ys_view_text_kind(const struct ys_kind *view, const char *signers)
{
    const bool chinese = ys_lang_is_chinese();
    printf("%3u  %-26s  %s  [%s]  %s\n", view->id, view->name, chinese ? view->zh : view->en,
           signers, view->article);
}
