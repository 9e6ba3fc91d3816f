#include "tests/support/mutant.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { END, BLANK, COMMENT, WORD, QUOTED, STRING, NUMBER, SIGN };
struct token {
    enum kind kind;
    size_t at, size;
};

static struct token next(const char *text, size_t at)
{
    static const char *const signs[] = {"<=", ">=", "<>", "||", NULL};
    const char *const p = text + at;
    size_t n = 1;
    if (*p == '\0')
        return (struct token){END, at, 0};
    if (isspace((unsigned char)*p) != 0) {
        while (isspace((unsigned char)p[n]) != 0)
            n++;
        return (struct token){BLANK, at, n};
    }
    if (strncmp(p, "--", 2) == 0)
        return (struct token){COMMENT, at, strcspn(p, "\n")};
    if (strncmp(p, "/*", 2) == 0)
        return (struct token){COMMENT, at, (size_t)(strstr(p, "*/") - p) + 2};
    if (*p == '\'' || *p == '"') {
        while (p[n] != *p)
            n++;
        return (struct token){*p == '\'' ? STRING : QUOTED, at, n + 1};
    }
    if (isdigit((unsigned char)*p) != 0) {
        while (isdigit((unsigned char)p[n]) != 0)
            n++;
        return (struct token){NUMBER, at, n};
    }
    if (isalpha((unsigned char)*p) != 0 || *p == '_' || ((unsigned char)*p & 0x80) != 0) {
        while (isalnum((unsigned char)p[n]) != 0 || p[n] == '_' ||
               ((unsigned char)p[n] & 0x80) != 0)
            n++;
        return (struct token){WORD, at, n};
    }
    for (const char *const *sign = signs; *sign != NULL; sign++)
        if (strncmp(p, *sign, 2) == 0)
            return (struct token){SIGN, at, 2};
    return (struct token){SIGN, at, 1};
}

static bool is(const char *text, struct token token, const char *word)
{
    return token.size == strlen(word) && strncasecmp(text + token.at, word, token.size) == 0;
}

static bool blank(struct token token)
{
    return token.kind == BLANK || token.kind == COMMENT;
}

static struct token after(const char *text, struct token token)
{
    do
        token = next(text, token.at + token.size);
    while (blank(token));
    return token;
}

/* What the token becomes; false: it stays. */
static bool change(const char *text, struct token before, struct token token, char out[64])
{
    static const char *const swaps[][2] = {{"<", "<="},    {"<=", "<"},   {">", ">="}, {">=", ">"},
                                           {"=", "<>"},    {"<>", "="},   {"+", "-"},  {"-", "+"},
                                           {"min", "max"}, {"max", "min"}};
    const struct token behind = after(text, token);
    const struct token beside = next(text, token.at + token.size);
    if (beside.kind == COMMENT && strncmp(text + beside.at, "/* same */", 10) == 0)
        return false;
    for (size_t i = 0; i < sizeof swaps / sizeof swaps[0]; i++)
        if ((token.kind == SIGN || (token.kind == WORD && is(text, behind, "("))) &&
            is(text, token, swaps[i][0])) {
            (void)snprintf(out, 64, "%s", swaps[i][1]);
            return true;
        }
    if (token.kind == NUMBER && !is(text, before, "LIMIT")) {
        (void)snprintf(out, 64, "%ld", strtol(text + token.at, NULL, 10) + 1);
        return true;
    }
    if (token.kind == STRING && token.size > 2 && !is(text, before, "||") &&
        !is(text, behind, "||") && !is(text, behind, "AS") && !is(text, before, "SELECT")) {
        (void)snprintf(out, 64, "'no such word'");
        return true;
    }
    return false;
}

int mutant_make(const char *text, size_t nth, char out[MUTANT_TEXT_MAX], char what[MUTANT_WHAT_MAX])
{
    struct token before = {BLANK, 0, 0};
    size_t found = 0;
    for (struct token token = next(text, 0); token.kind != END;
         token = next(text, token.at + token.size)) {
        char other[64];
        if (blank(token))
            continue;
        if (change(text, before, token, other) && found++ == nth) {
            const int line = (int)strcspn(text + token.at, "\n");
            if (snprintf(out, MUTANT_TEXT_MAX, "%.*s%s%s", (int)token.at, text, other,
                         text + token.at + token.size) >= MUTANT_TEXT_MAX)
                abort();
            (void)snprintf(what, MUTANT_WHAT_MAX, "%s for the beginning of: %.*s", other,
                           line < 60 ? line : 60, text + token.at);
            return 1;
        }
        before = token;
    }
    return 0;
}

unsigned mutant_plant(const char *name, const char *text, mutant_noticed *noticed, void *context)
{
    char bad[MUTANT_TEXT_MAX];
    char what[MUTANT_WHAT_MAX];
    unsigned survivors = 0;
    size_t planted = 0;
    for (; mutant_make(text, planted, bad, what) != 0; planted++) {
        if (!noticed(context, name, text, bad)) {
            printf("NOT NOTICED %s: %s\n", name, what);
            survivors++;
        }
    }
    printf("%s: %zu faults planted, %u not noticed\n", name, planted, survivors);
    return survivors;
}
