/* The program: finds the command, hands over, and says in one line what went wrong. */
#include "node/cmd.h"
#include "node/lang.h"
#include "node/view.h"
#include "proto/json_memory.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int ys_cmd_exit_status(enum ys_code code)
{
    enum { GOOD = 0, REFUSED = 1, USAGE = 2, ENVIRONMENT = 3 };
    switch (code) {
    case YS_OK:
        return GOOD;
    case YS_NOT_FOUND:
    case YS_MALFORMED:
    case YS_LIMIT:
    case YS_BAD_SIG:
    case YS_DENIED:
    case YS_FORK:
    case YS_EXISTS:
    case YS_REFUSED:
        return REFUSED;
    case YS_USAGE:
        return USAGE;
    case YS_NOMEM:
    case YS_IO:
    case YS_FULL:
    case YS_CORRUPT:
    case YS_BUSY:
    case YS_VERSION:
        return ENVIRONMENT;
    }
    return ENVIRONMENT;
}

/* Before anything else: the library that signs does what it must, and files are the owner's. */
static enum ys_code prepare(struct ys_err *err)
{
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    ys_json_memory_watch();
    const enum ys_code code = ys_lang_set(NULL, err);
    if (code != YS_OK)
        return code;
    if (sodium_init() < 0)
        return ys_fail(err, YS_IO, _("libsodium cannot be used on this computer"));
    return ys_crypto_selftest(err);
}

/* Find the command and take all arguments apart. A call for help is a call of `help`. */
static enum ys_code read_call(int argc, char *const *argv, struct ys_call *call, struct ys_err *err)
{
    int at = 0;
    enum ys_code code =
        ys_args_parse(ys_cmd_globals, NULL, argc, argv, true, &call->args, &at, err);
    if (code != YS_OK)
        return code;
    if (at == argc && ys_args_has(&call->args, "help"))
        call->cmd = ys_cmd_find("help");
    else if (at == argc)
        return ys_fail(err, YS_USAGE, _("which command? See: yishi help"));
    else
        call->cmd = ys_cmd_find(argv[at]);
    if (call->cmd == NULL)
        return ys_fail(err, YS_USAGE, _("unknown command \"%s\"; see: yishi help"), argv[at]);
    if (at < argc)
        code = ys_args_parse(ys_cmd_globals, call->cmd->options, argc - at - 1, argv + at + 1,
                             false, &call->args, NULL, err);
    call->home = ys_args_value(&call->args, "home");
    call->lang = ys_args_value(&call->args, "lang");
    call->json = ys_args_has(&call->args, "json");
    return code;
}

static enum ys_code check_words(const struct ys_call *call, struct ys_err *err)
{
    const struct ys_cmd *const cmd = call->cmd;
    if (call->args.word_count < cmd->words_min)
        return ys_fail(err, YS_USAGE, _("%s needs %s; see: yishi help %s"), cmd->name, cmd->words,
                       cmd->name);
    if (call->args.word_count > cmd->words_max)
        return ys_fail(err, YS_USAGE, _("%s: too many arguments: \"%s\"; see: yishi help %s"),
                       cmd->name, call->args.word[cmd->words_max], cmd->name);
    return YS_OK;
}

static enum ys_code run(int argc, char *const *argv, struct ys_err *err)
{
    struct ys_call call = {.cmd = NULL};
    enum ys_code code = prepare(err);
    if (code != YS_OK)
        return code;
    code = read_call(argc, argv, &call, err);
    if (code == YS_OK && call.lang != NULL)
        code = ys_lang_set(call.lang, err);
    if (code != YS_OK)
        return code;
    if (ys_args_has(&call.args, "help"))
        ys_cmd_print_help(strcmp(call.cmd->name, "help") == 0 ? NULL : call.cmd);
    else
        code = check_words(&call, err);
    if (code == YS_OK && !ys_args_has(&call.args, "help"))
        code = call.cmd->run(&call, err);
    return code == YS_OK ? ys_view_flush(err) : code;
}

int main(int argc, char **argv)
{
    struct ys_err err = {.code = YS_OK};
    const enum ys_code code = run(argc > 0 ? argc - 1 : 0, argv + 1, &err);
    if (code != YS_OK) {
        /* What was found out before is data. */
        fflush(stdout);
        fprintf(stderr, "yishi: %s\n", err.code == code ? err.msg : ys_code_text(code));
    }
    return ys_cmd_exit_status(code);
}
