/* What the daemon tells its operator: one line an event on standard error.
 *
 *     event=cosigned log=beijing.example/110105001001/1 size=12
 *
 * With JOURNAL_STREAM set (systemd) each line starts with its <priority>. Values
 * with spaces are quoted; control characters of foreign text become '?'. No
 * bodies, no full keys. Threads: any; one line is one write. */
#ifndef YS_NODE_JOURNAL_H
#define YS_NODE_JOURNAL_H

#include "crypto/err.h"

enum ys_priority {
    YS_PRIORITY_ALERT = 1,
    YS_PRIORITY_ERROR = 3,
    YS_PRIORITY_WARNING = 4,
    YS_PRIORITY_INFO = 6
};

/* `pairs` is a format like "log=%s size=%llu reason=%q" would be, with plain printf directives; free
 * text goes last, through ys_journal_text. */
void ys_journal(enum ys_priority priority, const char *event, const char *format, ...)
    YS_PRINTF(3, 4);
/* The same with a quoted text as last pair. */
void ys_journal_text(enum ys_priority priority, const char *event, const char *name,
                     const char *text);

/* The same behind other pairs: reason="text". */
void ys_journal_reason(enum ys_priority priority, const char *event, const char *reason,
                       const char *format, ...) YS_PRINTF(4, 5);

#endif
