#include "node/child.h"

#include "node/lang.h"
#include "node/view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <signal.h>

/* What comes back through the pipe. */
struct answer {
    enum ys_code code;
    struct ys_err err;
};

static void run_child(enum ys_code (*function)(void *context, struct ys_err *err), void *context,
                      int to_parent)
{
    struct answer answer = {.code = YS_OK};
    const struct rlimit no_core = {0, 0};
    /* A crash is expected here: it leaves no core file, and the child goes with its parent. */
    if (setrlimit(RLIMIT_CORE, &no_core) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        answer.err.msg[0] = '\0';
    answer.code = function(context, &answer.err);
    if (answer.code == YS_OK)
        answer.code = ys_view_flush(&answer.err);
    else
        fflush(stdout);
    const ssize_t written = write(to_parent, &answer, sizeof answer);
    _exit(written == (ssize_t)sizeof answer ? 0 : 1);
}

static enum ys_code take_answer(pid_t child, int from_child, struct ys_err *err)
{
    struct answer answer;
    int status = 0;
    size_t size = 0;
    ssize_t got = 0;
    do {
        got = read(from_child, (char *)&answer + size, sizeof answer - size);
        size += got > 0 ? (size_t)got : 0;
    } while (size < sizeof answer && (got > 0 || (got < 0 && errno == EINTR)));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return ys_fail(err, YS_IO, "waitpid: %s", strerror(errno));
    if (WIFSIGNALED(status))
        return ys_fail(
            err, YS_CORRUPT,
            _("store/data.mdb is damaged so that it cannot be read (%s); restore a backup"),
            strsignal(WTERMSIG(status)));
    if (size != sizeof answer)
        return ys_fail(err, YS_CORRUPT, _("the check ended without a result"));
    if (err != NULL)
        *err = answer.err;
    return answer.code;
}

enum ys_code ys_child_run(enum ys_code (*function)(void *context, struct ys_err *err),
                          void *context, struct ys_err *err)
{
    int ends[2];
    if (pipe(ends) != 0)
        return ys_fail(err, YS_IO, "pipe: %s", strerror(errno));
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_child(function, context, ends[1]);
    }
    close(ends[1]);
    const enum ys_code code = child < 0 ? ys_fail(err, YS_IO, "fork: %s", strerror(errno))
                                        : take_answer(child, ends[0], err);
    close(ends[0]);
    return code;
}
