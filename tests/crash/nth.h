/* The N-th call that may fail does: what no_memory.c and no_store.c share.
 *
 *     YISHI_FAIL=N    the N-th call fails; N+: and all after it
 *     YISHI_FAILED    this file is made when it comes to that
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_TESTS_CRASH_NTH_H
#define YS_TESTS_CRASH_NTH_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
    atomic_ullong left; /* 0: nothing fails */
    bool for_ever;
    const char *mark;
} nth;

/* From now on calls count. */
static void nth_begin(void)
{
    const char *const asked = getenv("YISHI_FAIL");
    nth.mark = getenv("YISHI_FAILED");
    if (asked == NULL)
        return;
    char *end = NULL;
    const unsigned long long number = strtoull(asked, &end, 10);
    nth.for_ever = *end == '+';
    atomic_store(&nth.left, number);
}

static bool nth_fails(void)
{
    if (atomic_load(&nth.left) == 0 || atomic_fetch_sub(&nth.left, 1) != 1)
        return false;
    if (nth.for_ever)
        atomic_store(&nth.left, 1);
    const int fd = nth.mark == NULL ? -1 : open(nth.mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return true;
}

#endif
