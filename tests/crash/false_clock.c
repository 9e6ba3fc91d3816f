/* LD_PRELOAD: a wall clock that is wrong by as many seconds as the file YISHI_CLOCK_FILE says, at any
 * moment. Every other clock is right. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *out);

static long ahead_s(void)
{
    char text[32] = "";
    const char *const path = getenv("YISHI_CLOCK_FILE");
    const int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    const ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    return size > 0 ? strtol(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL)
        *(void **)(&real) = dlsym(RTLD_NEXT, "clock_gettime");
    const int rc = real(clock, out);
    if (rc == 0 && clock == CLOCK_REALTIME)
        out->tv_sec += ahead_s();
    return rc;
}
