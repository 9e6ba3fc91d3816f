/* The language in which the program speaks: English as it stands in the source, or
 * Chinese from the catalogue po/zh_CN.po.
 *
 * Threads: set once, before any other thread starts. Memory: gettext's. */
#ifndef YS_NODE_LANG_H
#define YS_NODE_LANG_H

#include "crypto/err.h"

#include <libintl.h>
#include <stdbool.h>

/* A text for people, in their language; and one that is only marked to be translated later. */
#define _(text) gettext(text)
/* NOLINTNEXTLINE(readability-identifier-naming): gettext's own name for it */
#define N_(text) text

/* "zh", "en", or NULL or "" for what the locale says. YS_USAGE for anything else. The catalogue is
 * looked for beside the program (build folder), then where it is installed. May be called again. */
YS_CHECKED enum ys_code ys_lang_set(const char *lang, struct ys_err *err);
/* Does the program speak Chinese now? */
bool ys_lang_is_chinese(void);

#endif
