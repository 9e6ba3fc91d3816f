/* The function behind the crash points of a program that is to crash.
 *
 *     YISHI_CRASH_AT=NAME:N    SIGKILL when the N-th time comes that NAME is passed
 *
 * Threads: any. Memory: none. */
#include "crypto/crash_point.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

void ys_crash_point(const char *name)
{
    static atomic_ulong passed;
    const char *const asked = getenv("YISHI_CRASH_AT");
    const size_t length = strlen(name);
    if (asked == NULL || strncmp(asked, name, length) != 0 || asked[length] != ':')
        return;
    if (atomic_fetch_add(&passed, 1) + 1 == strtoul(asked + length + 1, NULL, 10))
        raise(SIGKILL);
}
