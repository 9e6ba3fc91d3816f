#include "node/cmd.h"
#include "node/lang.h"
#include "node/template.h"

#include <stdio.h>
#include <string.h>

static void print_options(const struct ys_option *options)
{
    for (const struct ys_option *option = options; option->name != NULL; option++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", option->name, option->value == NULL ? "" : " ",
                 option->value == NULL ? "" : option->value);
        printf("  %-34s %s\n", left, _(option->help));
    }
}

static void print_example(const char *lines)
{
    while (*lines != '\0') {
        const size_t length = strcspn(lines, "\n");
        printf("  yishi %.*s\n", (int)length, lines);
        lines += lines[length] == '\n' ? length + 1 : length;
    }
}

static void print_list(void)
{
    size_t count = 0;
    const struct ys_cmd *const table = ys_cmd_table(&count);
    puts(_("Usage: yishi [--home DIR] [--json] [--lang zh|en] COMMAND ..."));
    puts("");
    for (size_t i = 0; i < count; i++)
        printf("  %-16s %s\n", table[i].name, _(table[i].summary));
    puts("");
    puts(_("Options of every command:"));
    print_options(ys_cmd_globals);
    puts("");
    puts(_("Exit status: 0 ok, 1 failed check or refused, 2 wrong use, 3 environment."));
    puts(_("More about one: yishi help COMMAND; about a kind of record: yishi help KIND"));
}

void ys_cmd_print_help(const struct ys_cmd *cmd)
{
    if (cmd == NULL) {
        print_list();
        return;
    }
    printf(_("Usage: yishi %s%s%s%s\n"), cmd->name, cmd->words[0] == '\0' ? "" : " ", cmd->words,
           cmd->options[0].name == NULL ? "" : _(" [OPTIONS]"));
    printf("\n%s\n", _(cmd->about));
    if (cmd->options[0].name != NULL) {
        printf("\n%s\n", _("Options:"));
        print_options(cmd->options);
    }
    printf("\n%s\n", _("Example:"));
    print_example(cmd->example);
}

enum ys_code ys_cmd_help(const struct ys_call *call, struct ys_err *err)
{
    const struct ys_cmd *cmd = NULL;
    if (call->args.word_count > 0) {
        const struct ys_kind *const kind = ys_kind_by_name(ys_bytes_of_text(call->args.word[0]));
        cmd = ys_cmd_find(call->args.word[0]);
        if (cmd == NULL && kind != NULL) {
            ys_template_print(stdout, kind, ys_lang_is_chinese());
            return YS_OK;
        }
        if (cmd == NULL)
            return ys_fail(err, YS_USAGE,
                           _("unknown command or kind \"%s\"; see: yishi help, yishi new --list"),
                           call->args.word[0]);
    }
    ys_cmd_print_help(cmd);
    return YS_OK;
}
