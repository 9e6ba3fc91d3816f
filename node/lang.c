#include "node/lang.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char domain[] = "yishi";

/* What the locale says about messages, in the order of setlocale(3). */
static bool locale_is_chinese(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *const value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return strncmp(value, "zh", 2) == 0;
    }
    return false;
}

/* Folder of the catalogues: `locale` beside the program, else `share/locale` of its prefix. */
static bool find_catalogues(char *out, size_t size)
{
    static const char *const places[] = {"locale", "../share/locale"};
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    char *const slash = strrchr(program, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char catalogue[PATH_MAX + 64];
        if (snprintf(catalogue, sizeof catalogue, "%s/%s/zh_CN/LC_MESSAGES/%s.mo", program,
                     places[i], domain) >= (int)sizeof catalogue ||
            access(catalogue, R_OK) != 0)
            continue;
        return snprintf(out, size, "%s/%s", program, places[i]) < (int)size;
    }
    return false;
}

enum ys_code ys_lang_set(const char *lang, struct ys_err *err)
{
    char folder[PATH_MAX + 32];
    const bool asked = lang != NULL && lang[0] != '\0';
    if (asked && strcmp(lang, "zh") != 0 && strcmp(lang, "en") != 0)
        return ys_fail(err, YS_USAGE, _("language \"%s\" is none of zh, en"), lang);
    const bool chinese = asked ? strcmp(lang, "zh") == 0 : locale_is_chinese();

    /* Without any installed locale gettext still translates in C.UTF-8, but never in C. */
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        setlocale(LC_CTYPE, "");
    setlocale(LC_MESSAGES, chinese ? "C.UTF-8" : "C");
    if (setenv("LANGUAGE", chinese ? "zh_CN" : "en", 1) != 0)
        return ys_fail(err, YS_NOMEM, "out of memory");
    if (find_catalogues(folder, sizeof folder))
        bindtextdomain(domain, folder);
    bind_textdomain_codeset(domain, "UTF-8");
    textdomain(domain);
    return YS_OK;
}

bool ys_lang_is_chinese(void)
{
    const char *const language = getenv("LANGUAGE");
    return language != NULL && strcmp(language, "zh_CN") == 0;
}
