#include "node/home.h"

#include "crypto/assert.h"
#include "crypto/crash_point.h"
#include "node/file.h"
#include "node/lang.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ys_code fail_errno(const char *path, struct ys_err *err)
{
    return ys_fail(err, errno == ENOSPC || errno == EDQUOT ? YS_FULL : YS_IO, "%s: %s", path,
                   strerror(errno));
}

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

enum ys_code ys_home_choose(const char *option, struct ys_home *out, struct ys_err *err)
{
    const char *const from_environment = getenv("YISHI_HOME");
    const char *const user = getenv("HOME");
    int length = 0;
    if (option != NULL && option[0] == '\0')
        return ys_fail(err, YS_USAGE, _("--home needs a folder"));
    if (option != NULL)
        length = snprintf(out->path, sizeof out->path, "%s", option);
    else if (is_set(from_environment))
        length = snprintf(out->path, sizeof out->path, "%s", from_environment);
    else if (is_set(user))
        length = snprintf(out->path, sizeof out->path, "%s/.local/share/yishi", user);
    else
        return ys_fail(err, YS_IO, _("no home folder: give --home DIR, or set YISHI_HOME"));
    if (length < 0 || (size_t)length >= sizeof out->path)
        return ys_fail(err, YS_USAGE, _("the path of the home folder is too long"));
    for (size_t end = (size_t)length; end > 1 && out->path[end - 1] == '/'; end--)
        out->path[end - 1] = '\0';
    return YS_OK;
}

void ys_home_path(const struct ys_home *home, const char *name, char out[PATH_MAX])
{
    const int length = snprintf(out, PATH_MAX, "%s/%s", home->path, name);
    YS_ASSERT(length > 0 && length < PATH_MAX);
}

enum ys_code ys_home_check(const struct ys_home *home, struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(home, "yishi.conf", path);
    if (access(path, R_OK) == 0)
        return YS_OK;
    if (errno == ENOENT || errno == ENOTDIR)
        return ys_fail(err, YS_IO, _("%s: no node here; make one with: yishi init"), home->path);
    return fail_errno(path, err);
}

/* --- making one --- */

static enum ys_code check_vacant(const char *path, struct ys_err *err)
{
    DIR *const folder = opendir(path);
    if (folder == NULL)
        return errno == ENOENT ? YS_OK : fail_errno(path, err);
    bool vacant = true;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        vacant = vacant && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    closedir(folder);
    return vacant ? YS_OK
                  : ys_fail(err, YS_EXISTS,
                            _("%s: there is something here already; choose another "
                              "home, or remove it yourself"),
                            path);
}

/* All folders above `path`. */
static enum ys_code make_parents(const char *path, struct ys_err *err)
{
    char part[YS_HOME_MAX];
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return fail_errno(part, err);
    }
    return YS_OK;
}

enum ys_code ys_home_begin(const struct ys_home *home, struct ys_home *new_out, struct ys_err *err)
{
    char path[PATH_MAX];
    enum ys_code code = check_vacant(home->path, err);
    if (code == YS_OK)
        code = make_parents(home->path, err);
    if (code != YS_OK)
        return code;
    struct ys_home made;
    if (snprintf(made.path, sizeof made.path, "%s.new-XXXXXX", home->path) >= (int)sizeof made.path)
        return ys_fail(err, YS_USAGE, _("the path of the home folder is too long"));
    if (mkdtemp(made.path) == NULL)
        return fail_errno(home->path, err);
    static const char *const folders[] = {"keys", "store"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders && code == YS_OK; i++) {
        ys_home_path(&made, folders[i], path);
        if (mkdir(path, 0700) != 0)
            code = fail_errno(path, err);
    }
    ys_home_path(&made, "doorbell", path);
    if (code == YS_OK && mkfifo(path, 0600) != 0)
        code = fail_errno(path, err);
    if (code != YS_OK) {
        ys_home_abort(&made);
        return code;
    }
    *new_out = made;
    return YS_OK;
}

enum ys_code ys_home_commit(const struct ys_home *home, const struct ys_home *made,
                            struct ys_err *err)
{
    YS_CRASH_POINT("home_filled");
    /* rename(2) takes the place of an empty folder, and of no other. */
    if (rename(made->path, home->path) == 0) {
        YS_CRASH_POINT("home_in_place");
        return YS_OK;
    }
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
        return ys_fail(err, YS_EXISTS,
                       _("%s: there is something here already; choose another "
                         "home, or remove it yourself"),
                       home->path);
    return fail_errno(home->path, err);
}

void ys_home_abort(const struct ys_home *made)
{
    ys_file_remove_tree(made->path);
}

/* --- the daemon's lock --- */

static struct flock whole_file(short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

enum ys_code ys_home_lock(const struct ys_home *home, int *fd_out, struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(home, "lock", path);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_errno(path, err);
    struct flock lock = whole_file(F_WRLCK);
    if (fcntl(fd, F_OFD_SETLK, &lock) == 0) {
        *fd_out = fd;
        return YS_OK;
    }
    const enum ys_code code =
        errno == EAGAIN || errno == EACCES
            ? ys_fail(err, YS_BUSY, _("%s: a daemon is running on this home already"), home->path)
            : fail_errno(path, err);
    close(fd);
    return code;
}

bool ys_home_daemon_runs(const struct ys_home *home)
{
    char path[PATH_MAX];
    ys_home_path(home, "lock", path);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct flock lock = whole_file(F_WRLCK);
    const bool held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(fd);
    return held;
}

/* --- the doorbell --- */

enum ys_code ys_home_doorbell_open(const struct ys_home *home, int *fd_out, struct ys_err *err)
{
    char path[PATH_MAX];
    struct stat info;
    ys_home_path(home, "doorbell", path);
    if (mkfifo(path, 0600) != 0 && errno != EEXIST)
        return fail_errno(path, err);
    /* Both ends: so it never reads as closed when a writer goes. */
    const int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(path, err);
    if (fstat(fd, &info) != 0 || !S_ISFIFO(info.st_mode)) {
        close(fd);
        return ys_fail(err, YS_IO, _("%s: is no FIFO; remove it"), path);
    }
    *fd_out = fd;
    return YS_OK;
}

void ys_home_ring(const struct ys_home *home)
{
    char path[PATH_MAX];
    ys_home_path(home, "doorbell", path);
    const int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return; /* nobody listens */
    if (write(fd, "!", 1) != 1) {
        /* it is ringing already */
    }
    close(fd);
}

/* --- what the daemon says about itself --- */

static enum ys_code save_line(const struct ys_home *home, const char *name, const char *text,
                              struct ys_err *err)
{
    char path[PATH_MAX];
    char line[YS_ADDRESS_MAX + 1];
    ys_home_path(home, name, path);
    if (snprintf(line, sizeof line, "%s\n", text) >= (int)sizeof line)
        return ys_fail(err, YS_LIMIT, _("%s: more than %d bytes"), path, YS_ADDRESS_MAX);
    return ys_file_write(path, 0600, ys_bytes_of_text(line), err);
}

static void load_line(const struct ys_home *home, const char *name, char out[YS_ADDRESS_MAX])
{
    char path[PATH_MAX];
    char text[YS_ADDRESS_MAX];
    size_t size = 0;
    out[0] = '\0';
    ys_home_path(home, name, path);
    if (!ys_home_daemon_runs(home) ||
        ys_file_read(path, 0, text, sizeof text - 1, &size, NULL) != YS_OK)
        return;
    text[size] = '\0';
    text[strcspn(text, "\n")] = '\0';
    memcpy(out, text, strlen(text) + 1);
}

enum ys_code ys_home_save_address(const struct ys_home *home, const char *endpoint,
                                  struct ys_err *err)
{
    return save_line(home, "address", endpoint, err);
}

void ys_home_load_address(const struct ys_home *home, char out[YS_ADDRESS_MAX])
{
    load_line(home, "address", out);
}

enum ys_code ys_home_save_link(const struct ys_home *home, const char *state, struct ys_err *err)
{
    return save_line(home, "link", state, err);
}

void ys_home_load_link(const struct ys_home *home, char out[YS_ADDRESS_MAX])
{
    load_line(home, "link", out);
}

enum ys_code ys_home_save_clock(const struct ys_home *home, int64_t ahead_s, struct ys_err *err)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)ahead_s);
    return save_line(home, "clock", text, err);
}

int64_t ys_home_load_clock(const struct ys_home *home)
{
    char text[YS_ADDRESS_MAX];
    load_line(home, "clock", text);
    return strtoll(text, NULL, 10);
}

void ys_home_forget_daemon(const struct ys_home *home)
{
    static const char *const names[] = {"address", "link", "clock"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[PATH_MAX];
        ys_home_path(home, names[i], path);
        unlink(path);
    }
}
