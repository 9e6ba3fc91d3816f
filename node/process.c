#include "node/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* proc(5): behind the last ')' stand the state and, as 22nd of all, the start in clock ticks since the
 * machine was started. */
enum { FIELD_STATE = 3, FIELD_START = 22 };

bool ys_process_look(int64_t pid, struct ys_process *out)
{
    char path[64];
    char text[1024];
    struct timespec now;
    const long ticks = sysconf(_SC_CLK_TCK);
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    if (size <= 0 || ticks <= 0)
        return false;
    text[size] = '\0';
    const char *at = strrchr(text, ')');
    if (at == NULL || at[1] != ' ' || at[2] == '\0')
        return false;
    at += 2;
    const char state = *at;
    for (int field = FIELD_STATE; field < FIELD_START; field++) {
        at = strchr(at, ' ');
        if (at == NULL)
            return false;
        at++;
    }
    const uint64_t started_s = strtoull(at, NULL, 10) / (uint64_t)ticks;
    clock_gettime(CLOCK_BOOTTIME, &now);
    out->stopped = state == 'T' || state == 't';
    out->age_s = (uint64_t)now.tv_sec > started_s ? (uint64_t)now.tv_sec - started_s : 0;
    return true;
}
