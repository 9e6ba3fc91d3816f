#include "node/args.h"

#include "crypto/bytes.h"
#include "node/lang.h"

#include <string.h>

static const struct ys_option *find(const struct ys_option *options, const char *name,
                                    size_t length)
{
    for (const struct ys_option *option = options; option != NULL && option->name != NULL; option++)
        if (strncmp(option->name, name, length) == 0 && option->name[length] == '\0')
            return option;
    return NULL;
}

static enum ys_code put_word(struct ys_args *args, const char *word, struct ys_err *err)
{
    if (args->word_count == YS_ARGS_WORDS_MAX)
        return ys_fail(err, YS_USAGE, _("too many arguments: \"%s\""), word);
    args->word[args->word_count++] = word;
    return YS_OK;
}

/* One "--name", "--name=VALUE" or "--name VALUE"; `at` moves to the last argument that was used. */
static enum ys_code put_option(const struct ys_option *options, const struct ys_option *more,
                               int argc, char *const *argv, int *at, struct ys_args *args,
                               struct ys_err *err)
{
    const char *const name = argv[*at] + 2;
    const size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    const struct ys_option *option = find(options, name, length);
    if (option == NULL)
        option = find(more, name, length);
    if (option == NULL)
        return ys_fail(err, YS_USAGE, _("unknown option --%.*s"), (int)length, name);
    if (option->value == NULL && value != NULL)
        return ys_fail(err, YS_USAGE, _("option --%s takes no value"), option->name);
    if (option->value != NULL && value == NULL) {
        if (*at + 1 >= argc)
            return ys_fail(err, YS_USAGE, _("option --%s needs %s"), option->name, option->value);
        value = argv[++*at];
    }
    if (args->option_count == YS_ARGS_OPTIONS_MAX)
        return ys_fail(err, YS_USAGE, _("too many options: --%s"), option->name);
    args->option[args->option_count].option = option;
    args->option[args->option_count++].value = value;
    return YS_OK;
}

enum ys_code ys_args_parse(const struct ys_option *options, const struct ys_option *more, int argc,
                           char *const *argv, bool until_word, struct ys_args *args, int *stop_out,
                           struct ys_err *err)
{
    enum ys_code code = YS_OK;
    bool only_words = false;
    int at = 0;
    for (; at < argc && code == YS_OK; at++) {
        const char *const text = argv[at];
        const bool is_option = !only_words && text[0] == '-' && text[1] != '\0';
        if (!is_option && until_word)
            break;
        if (!is_option)
            code = put_word(args, text, err);
        else if (strcmp(text, "--") == 0)
            only_words = true;
        else if (strcmp(text, "-h") == 0)
            code =
                put_option(options, more, 1, &(char *){(char[]){"--help"}}, &(int){0}, args, err);
        else if (text[1] != '-')
            code = ys_fail(err, YS_USAGE, _("unknown option %s"), text);
        else
            code = put_option(options, more, argc, argv, &at, args, err);
    }
    if (code == YS_OK && stop_out != NULL)
        *stop_out = at;
    return code;
}

bool ys_args_has(const struct ys_args *args, const char *name)
{
    for (size_t i = 0; i < args->option_count; i++)
        if (strcmp(args->option[i].option->name, name) == 0)
            return true;
    return false;
}

const char *ys_args_value(const struct ys_args *args, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < args->option_count; i++)
        if (strcmp(args->option[i].option->name, name) == 0)
            value = args->option[i].value;
    return value;
}

const char *ys_args_each(const struct ys_args *args, const char *name, size_t *place)
{
    while (*place < args->option_count) {
        const size_t i = (*place)++;
        if (strcmp(args->option[i].option->name, name) == 0)
            return args->option[i].value;
    }
    return NULL;
}

enum ys_code ys_args_number(const struct ys_args *args, const char *name, uint64_t max,
                            uint64_t otherwise, uint64_t *out, struct ys_err *err)
{
    const char *const text = ys_args_value(args, name);
    if (text == NULL) {
        *out = otherwise;
        return YS_OK;
    }
    if (!ys_decimal_parse(ys_bytes_of_text(text), max, out))
        return ys_fail(err, YS_USAGE, _("--%s \"%s\" is no number from 0 to %llu"), name, text,
                       (unsigned long long)max);
    return YS_OK;
}
