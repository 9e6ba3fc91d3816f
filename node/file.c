#include "node/file.h"

#include "crypto/crash_point.h"
#include "node/lang.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define FD_SCOPED __attribute__((cleanup(close_fd))) int

static enum ys_code fail_errno(const char *path, struct ys_err *err)
{
    const int number = errno;
    enum ys_code code = YS_IO;
    if (number == ENOENT || number == ENOTDIR)
        code = YS_NOT_FOUND;
    else if (number == ENOSPC || number == EDQUOT)
        code = YS_FULL;
    return ys_fail(err, code, "%s: %s", path, strerror(number));
}

/* Read up to `capacity` bytes, and see whether that was all. */
static enum ys_code read_fd(int fd, const char *path, uint8_t *out, size_t capacity,
                            size_t *size_out, struct ys_err *err)
{
    size_t size = 0;
    for (;;) {
        uint8_t one_more;
        const bool full = size == capacity;
        const ssize_t got = read(fd, full ? &one_more : out + size, full ? 1 : capacity - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_errno(path, err);
        if (got == 0)
            break;
        if (full)
            return ys_fail(err, YS_LIMIT, _("%s: more than %zu bytes"), path, capacity);
        size += (size_t)got;
    }
    *size_out = size;
    return YS_OK;
}

static enum ys_code check_secret(int fd, const char *path, struct ys_err *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return fail_errno(path, err);
    if (S_ISREG(info.st_mode) && (info.st_mode & 077) != 0)
        return ys_fail(err, YS_REFUSED,
                       _("%s: mode %04o lets others at a secret: chmod 600, and think about who "
                         "has read it"),
                       path, (unsigned)(info.st_mode & 07777));
    return YS_OK;
}

enum ys_code ys_file_read(const char *path, int flags, void *out, size_t capacity, size_t *size_out,
                          struct ys_err *err)
{
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail_errno(path, err);
    const enum ys_code code = (flags & YS_FILE_SECRET) != 0 ? check_secret(fd, path, err) : YS_OK;
    return code != YS_OK ? code : read_fd(fd, path, out, capacity, size_out, err);
}

enum ys_code ys_file_read_all(const char *path, size_t max, uint8_t **out, size_t *size_out,
                              struct ys_err *err)
{
    const bool standard = strcmp(path, "-") == 0;
    FD_SCOPED fd = standard ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (!standard && fd < 0)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    uint8_t *const bytes = malloc(max + 1);
    if (bytes == NULL)
        return ys_fail(err, YS_NOMEM, _("%s: out of memory"), path);
    const enum ys_code code =
        read_fd(standard ? STDIN_FILENO : fd, standard ? _("standard input") : path, bytes, max,
                size_out, err);
    if (code != YS_OK) {
        free(bytes);
        return code;
    }
    *out = bytes;
    return YS_OK;
}

static enum ys_code write_fd(int fd, const char *path, struct ys_bytes bytes, struct ys_err *err)
{
    for (size_t done = 0; done < bytes.size;) {
        const ssize_t put = write(fd, bytes.data + done, bytes.size - done);
        if (put < 0 && errno != EINTR)
            return fail_errno(path, err);
        done += put > 0 ? (size_t)put : 0;
    }
    return fsync(fd) == 0 ? YS_OK : fail_errno(path, err);
}

/* The new name of a file is durable when its folder is. */
static enum ys_code sync_folder_of(const char *path, struct ys_err *err)
{
    char folder[PATH_MAX];
    const char *const slash = strrchr(path, '/');
    if (slash == NULL)
        snprintf(folder, sizeof folder, ".");
    else
        snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    FD_SCOPED fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return fail_errno(folder, err);
    return YS_OK;
}

enum ys_code ys_file_write(const char *path, mode_t mode, struct ys_bytes bytes, struct ys_err *err)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return ys_fail(err, YS_LIMIT, _("%s: path too long"), path);
    FD_SCOPED fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ys_fail(err, YS_IO, "%s: %s", path, strerror(errno))
                               : fail_errno(path, err);
    enum ys_code code =
        fchmod(fd, mode) == 0 ? write_fd(fd, path, bytes, err) : fail_errno(path, err);
    YS_CRASH_POINT("file_written");
    if (code == YS_OK && rename(temporary, path) != 0)
        code = fail_errno(path, err);
    YS_CRASH_POINT("file_in_place");
    if (code != YS_OK) {
        unlink(temporary);
        return code;
    }
    return sync_folder_of(path, err);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    remove(path);
    return 0;
}

void ys_file_remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
