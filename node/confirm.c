#include "node/confirm.h"

#include "node/lang.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool ys_confirm_possible(void)
{
    return isatty(STDIN_FILENO) != 0;
}

enum ys_code ys_confirm(const char *question, struct ys_err *err)
{
    static const char *const yes[] = {"yes", "y", "是"};
    char line[64];
    if (!ys_confirm_possible())
        return ys_fail(err, YS_REFUSED, _("%s Standard input is no terminal; nobody can answer"),
                       question);
    fprintf(stderr, "%s %s ", question, _("(yes/no)"));
    fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL)
        return ys_fail(err, YS_REFUSED, _("not confirmed; nothing was done"));
    line[strcspn(line, "\r\n")] = '\0';
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcmp(line, yes[i]) == 0)
            return YS_OK;
    return ys_fail(err, YS_REFUSED, _("not confirmed; nothing was done"));
}
