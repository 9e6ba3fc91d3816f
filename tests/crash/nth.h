/* The N-th call that may fail does: what no_memory.c and no_store.c share.
 *
 *     YISHI_FAIL=N    the N-th call fails; N+: and all after it
 *     YISHI_FAILED    this file is made when it comes to that
 *     YISHI_COUNTED   without YISHI_FAIL: at the end the number of calls, also of processes
 *                     that it forked, stands in this file
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_TESTS_CRASH_NTH_H
#define YS_TESTS_CRASH_NTH_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct {
    atomic_ullong left; /* 0: nothing fails */
    bool for_ever;
    const char *mark;
    const char *counted;  /* NULL: not asked */
    atomic_ullong *calls; /* shared with those that it forks */
} nth;

/* From now on calls count. */
static void nth_begin(void)
{
    const char *const asked = getenv("YISHI_FAIL");
    nth.mark = getenv("YISHI_FAILED");
    nth.counted = asked == NULL ? getenv("YISHI_COUNTED") : NULL;
    if (nth.counted != NULL)
        nth.calls = mmap(NULL, sizeof *nth.calls, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (asked == NULL)
        return;
    char *end = NULL;
    const unsigned long long number = strtoull(asked, &end, 10);
    nth.for_ever = *end == '+';
    atomic_store(&nth.left, number);
}

__attribute__((destructor)) static void nth_end(void)
{
    if (nth.counted == NULL)
        return;
    const unsigned long long calls = atomic_load(nth.calls);
    const int fd = open(nth.counted, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    nth.counted = NULL;
    if (fd < 0)
        return;
    dprintf(fd, "%llu\n", calls);
    close(fd);
}

static bool nth_fails(void)
{
    if (nth.counted != NULL)
        atomic_fetch_add(nth.calls, 1);
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
